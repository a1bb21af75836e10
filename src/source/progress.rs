//! How far the work has come, and whether it is to go on.
//!
//! Owns the counters between those who work and those who show it. It knows neither a screen nor a signal. The decision to
//! know: a run that is to end stops looking for more, and still tells what it has found.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Files are read and searched.
    #[default]
    Examining,
    /// All versions of files are read and searched.
    History,
    /// The commits that have a version are looked for.
    Tracing,
    /// What was found is linked and judged.
    Judging,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Examining, Self::History, Self::Tracing, Self::Judging];

    /// What a person is told.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Examining => "examining files",
            Self::History => "reading history",
            Self::Tracing => "tracing commits",
            Self::Judging => "judging",
        }
    }

    /// What is counted in it; nothing where it is short.
    #[must_use]
    pub fn noun(self) -> Option<&'static str> {
        match self {
            Self::Examining => Some("files"),
            Self::History => Some("objects"),
            Self::Tracing | Self::Judging => None,
        }
    }
}

/// How far the work has come.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files examined.
    pub files: AtomicU64,
    /// Bytes examined.
    pub bytes: AtomicU64,
    /// Objects of a history read.
    pub objects: AtomicU64,
    /// How many there will be in this phase; 0 where nobody knows.
    pub total: AtomicU64,
    /// Files and objects in which something of interest was met.
    pub found: AtomicU64,
    /// Set when nothing more is to be examined.
    pub stop: Arc<AtomicBool>,
    phase: AtomicU8,
}

impl Progress {
    /// That of work which ends soon after `stop` is set.
    #[must_use]
    pub fn until(stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Begins a phase in which there is so much to do; 0 where nobody knows.
    pub fn enter(&self, phase: Phase, total: u64) {
        self.total.store(total, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// The phase it is in.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::ALL.get(usize::from(self.phase.load(Ordering::Relaxed))).copied().unwrap_or_default()
    }

    /// What is done of what the phase counts.
    #[must_use]
    pub fn done(&self) -> u64 {
        match self.phase() {
            Phase::History => self.objects.load(Ordering::Relaxed),
            _ => self.files.load(Ordering::Relaxed),
        }
    }

    /// Whether nothing more is to be examined.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What ends work that begins now and goes on with what was found. When the run is to end already, nothing does: what
    /// was found until then is still to be told.
    #[must_use]
    pub fn rest(&self) -> &AtomicBool {
        static NEVER: AtomicBool = AtomicBool::new(false);
        if self.is_stopped() { &NEVER } else { &self.stop }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_the_one_that_was_entered() {
        let progress = Progress::default();
        assert_eq!(progress.phase(), Phase::Examining);
        for phase in Phase::ALL {
            progress.enter(phase, 7);
            assert_eq!(progress.phase(), phase);
        }
    }

    #[test]
    fn what_was_found_is_told_after_the_stop() {
        let progress = Progress::default();
        let rest = progress.rest();
        progress.stop.store(true, Ordering::Relaxed);
        assert!(rest.load(Ordering::Relaxed), "work that had begun ends");
        assert!(!progress.rest().load(Ordering::Relaxed), "work that begins then does not");
    }
}
