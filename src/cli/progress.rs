//! How far a run has come, on standard error, while it takes long.
//!
//! Owns the display and when there is one. The decisions to know: nothing of it goes to standard output, it is gone before
//! anything else is printed, and only a person at a terminal gets it without asking.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Global, interrupt};
use crate::source::{Phase, Progress};

/// Runs shorter than this show nothing that nobody asked for.
const PATIENCE: Duration = Duration::from_secs(1);
/// From one picture of the bar to the next.
const STEP: Duration = Duration::from_millis(100);
/// From one line to the next.
const LINE: Duration = Duration::from_secs(5);

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// A bar on terminals, after a second.
    Auto,
    /// A bar from the start; lines where there is no terminal for it.
    Bar,
    /// A line every five seconds, as for the log of a build.
    Plain,
    /// Nothing.
    None,
}

/// What is shown, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Bar { after: Duration },
    Lines,
}

/// Shows progress until it is dropped, and ends the work when the run is interrupted.
pub(super) struct Display {
    pub(super) progress: Arc<Progress>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Display {
    pub(super) fn start(global: &Global) -> Self {
        let progress = Arc::new(Progress::until(interrupt::catch()));
        let screen = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let Some(shape) = shape(global.progress, global.quiet, screen) else {
            return Self { progress, stop: None, thread: None };
        };
        let (stop, stopped) = channel::<()>();
        let shown = Arc::clone(&progress);
        // Without a thread there is no display, and that is all.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(move || match shape {
            Shape::Bar { after } => bar(&shown, &stopped, after),
            Shape::Lines => lines(&shown, &stopped),
        });
        Self { progress, stop: Some(stop), thread: thread.ok() }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A display that panicked has nothing to clean up.
            _ = thread.join();
        }
    }
}

fn shape(when: When, quiet: bool, screen: bool) -> Option<Shape> {
    match (when, screen) {
        _ if quiet => None,
        (When::None, _) | (When::Auto, false) => None,
        (When::Auto, true) => Some(Shape::Bar { after: PATIENCE }),
        (When::Bar, true) => Some(Shape::Bar { after: Duration::ZERO }),
        (When::Plain, _) | (When::Bar, false) => Some(Shape::Lines),
    }
}

fn bar(progress: &Progress, stopped: &Receiver<()>, after: Duration) {
    let mut told = Told::new(progress);
    if stopped.recv_timeout(after) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // The shapes are constant; without one the bar looks as it does by default.
    let unknown = ProgressStyle::with_template("{spinner} {msg}").ok();
    let known = ProgressStyle::with_template("{spinner} [{bar:24}] {msg}").ok().map(|bar| bar.progress_chars("=> "));
    loop {
        let total = progress.total.load(Ordering::Relaxed);
        let style = if total > 0 { &known } else { &unknown };
        if let Some(style) = style {
            bar.set_style(style.clone());
        }
        bar.set_length(total.max(1));
        bar.set_position(progress.done().min(total));
        bar.set_message(told.line(progress, Instant::now()));
        bar.tick();
        if stopped.recv_timeout(STEP) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    bar.finish_and_clear();
}

fn lines(progress: &Progress, stopped: &Receiver<()>) {
    let mut told = Told::new(progress);
    while stopped.recv_timeout(LINE) == Err(RecvTimeoutError::Timeout) {
        // That nobody reads it changes nothing.
        _ = writeln!(std::io::stderr(), "{}", told.line(progress, Instant::now()));
    }
}

/// What the last line told, so that the next tells how fast it goes.
struct Told {
    began: Instant,
    phase: Phase,
    /// When the phase was first seen, and how much was done then.
    since: (Instant, u64),
}

impl Told {
    fn new(progress: &Progress) -> Self {
        let now = Instant::now();
        Self { began: now, phase: progress.phase(), since: (now, progress.done()) }
    }

    /// `examining files: 1200 files, 400/s, 3 of interest, 3 s`
    fn line(&mut self, progress: &Progress, now: Instant) -> String {
        let (phase, done) = (progress.phase(), progress.done());
        if phase != self.phase {
            (self.phase, self.since) = (phase, (now, done));
        }
        let mut parts = Vec::new();
        if let Some(noun) = phase.noun() {
            parts.push(match progress.total.load(Ordering::Relaxed) {
                0 => format!("{done} {noun}"),
                total => {
                    // Both are read one after the other, and what is stored twice counts twice.
                    let percent = u128::from(done.min(total)) * 100 / u128::from(total);
                    format!("{done} of {total} {noun} ({percent} %)")
                }
            });
            let took = now.saturating_duration_since(self.since.0).as_secs_f64();
            if took >= 0.5 {
                parts.push(format!("{:.0}/s", done.saturating_sub(self.since.1) as f64 / took));
            }
        }
        parts.push(format!("{} of interest", progress.found.load(Ordering::Relaxed)));
        parts.push(format!("{} s", now.saturating_duration_since(self.began).as_secs()));
        let words = if progress.is_stopped() {
            "interrupted, telling what was found so far (again ends at once)"
        } else {
            phase.words()
        };
        format!("{words}: {}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_is_shown_anything_unasked() {
        let (soon, late) = (Some(Shape::Bar { after: Duration::ZERO }), Some(Shape::Bar { after: PATIENCE }));
        for (when, quiet, screen, expected) in [
            (When::Auto, false, true, late),
            (When::Auto, false, false, None),
            (When::Auto, true, true, None),
            (When::Bar, false, true, soon),
            (When::Bar, false, false, Some(Shape::Lines)),
            (When::Plain, false, true, Some(Shape::Lines)),
            (When::Plain, false, false, Some(Shape::Lines)),
            (When::Plain, true, false, None),
            (When::None, false, true, None),
        ] {
            assert_eq!(shape(when, quiet, screen), expected, "{when:?}, quiet: {quiet}, screen: {screen}");
        }
    }

    #[test]
    fn a_line_tells_how_far_and_how_fast() {
        let progress = Progress::default();
        let mut told = Told::new(&progress);
        let at = |seconds| Duration::from_secs(seconds);
        let (began, add) = (told.began, |counter: &std::sync::atomic::AtomicU64, n| {
            counter.fetch_add(n, Ordering::Relaxed);
        });
        assert_eq!(told.line(&progress, began), "examining files: 0 files, 0 of interest, 0 s");
        add(&progress.files, 1200);
        add(&progress.found, 3);
        assert_eq!(told.line(&progress, began + at(3)), "examining files: 1200 files, 400/s, 3 of interest, 3 s");
        progress.enter(Phase::History, 5000);
        assert_eq!(told.line(&progress, began + at(4)), "reading history: 0 of 5000 objects (0 %), 3 of interest, 4 s");
        add(&progress.objects, 4999);
        let said = "reading history: 4999 of 5000 objects (99 %), 4999/s, 3 of interest, 5 s";
        assert_eq!(told.line(&progress, began + at(5)), said);
        progress.enter(Phase::Judging, 0);
        assert_eq!(told.line(&progress, began + at(6)), "judging: 3 of interest, 6 s");
    }
}
