//! `dekey check --watch`
//!
//! Owns waiting for changes. The decision to know: a change only wakes; what a run examines, and whether a file counts,
//! is for the run itself to say, so that watching never shows another result than not watching.

use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, RecursiveMode, Watcher};

use super::output::Streams;
use super::{Error, Exit, failed, interrupt};

/// How long nothing more may change before the next run: editors and version control write several files at once.
const CALM: Duration = Duration::from_millis(100);

/// Runs, and again after every change beneath `paths`; ends when it cannot watch any longer.
///
/// A run that fails, as for a mistake in the configuration, is told and followed by the next.
pub(super) fn run(
    paths: &[PathBuf],
    streams: &Streams,
    mut once: impl FnMut() -> Result<Exit, Error>,
) -> Result<Exit, Error> {
    // Ctrl-C is how one leaves.
    interrupt::leave_alone();
    let (sender, events) = channel();
    let mut watcher = notify::recommended_watcher(sender).map_err(|error| cannot(&error))?;
    for path in paths {
        // An editor replaces a file rather than writing to it, which only its directory tells.
        let (dir, mode) = if path.is_dir() {
            (path.as_path(), RecursiveMode::Recursive)
        } else {
            let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            (dir.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)
        };
        watcher.watch(dir, mode).map_err(|error| cannot(&error))?;
    }
    loop {
        streams.clear();
        let exit = once().unwrap_or_else(|error| failed(&error, streams));
        _ = streams.complain(|out| writeln!(out, "Watching for changes; Ctrl-C ends."));
        if !changed(&events)? {
            return Ok(exit);
        }
    }
}

/// Waits for a change and for calm after it; false when there is nothing to wait for any more.
fn changed(events: &Receiver<notify::Result<Event>>) -> Result<bool, Error> {
    loop {
        let Ok(event) = events.recv() else { return Ok(false) };
        if matters(&event.map_err(|error| cannot(&error))?) {
            break;
        }
    }
    while events.recv_timeout(CALM).is_ok() {}
    Ok(true)
}

/// Reading is no change, and what git writes for itself is none of the files.
fn matters(event: &Event) -> bool {
    let inside_git = |path: &PathBuf| path.components().any(|part| part == Component::Normal(".git".as_ref()));
    !event.kind.is_access() && !event.paths.iter().all(inside_git)
}

fn cannot(error: &notify::Error) -> Error {
    let help = match error.kind {
        notify::ErrorKind::MaxFilesWatch => "name fewer directories, or let the system watch more",
        _ => "name directories that exist and can be read, or run dekey without `--watch`",
    };
    Error::new(format!("cannot watch for changes: {error}"), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::EventKind;
    use notify::event::{AccessKind, ModifyKind};

    #[test]
    fn only_changes_of_files_matter() {
        let event = |kind: EventKind, path: &str| Event::new(kind).add_path(path.into());
        let written = EventKind::Modify(ModifyKind::Any);
        assert!(matters(&event(written, "a/b.rb")));
        assert!(matters(&event(written, ".gitignore")));
        assert!(!matters(&event(written, "a/.git/index.lock")));
        assert!(!matters(&event(EventKind::Access(AccessKind::Any), "a/b.rb")));
    }
}
