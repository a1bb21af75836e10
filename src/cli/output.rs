//! Where output goes: the standard streams with or without colour, or a file that is whole or absent.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::Error;
use crate::render::escape::Escaped;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// The standard streams.
pub(crate) struct Streams {
    choice: ColorChoice,
}

impl Streams {
    pub(crate) fn new(when: When) -> Self {
        Self { choice: choice(when, |name| std::env::var_os(name)) }
    }

    /// Writes to standard output. A reader that has gone away is no error.
    pub(crate) fn report(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(AutoStream::new(io::stdout().lock(), self.choice));
        tolerate_closed(write(&mut out).and_then(|()| out.flush()))
    }

    /// Writes the bytes of a file to standard output, whatever they are. A reader that has gone away is no error.
    pub(crate) fn text(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        tolerate_closed(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes to standard error. A reader that has gone away is no error.
    pub(crate) fn complain(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(AutoStream::new(io::stderr().lock(), self.choice));
        tolerate_closed(write(&mut out).and_then(|()| out.flush()))
    }

    /// Writes a report to a file: beside it first, then in its place, so that it is never half there.
    pub(crate) fn file(&self, path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        replace("the report", path, self.choice == ColorChoice::Always, write)
    }
}

/// Writes `what` to a file: beside it first, then in its place, so that it is never half there.
pub(crate) fn replace(
    what: &str,
    path: &Path,
    colour: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    // Renaming would replace a device or a link, not write to it.
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        let what = format!("cannot write {what} to {}: it is not a regular file", path.display());
        return Err(Error::new(what, "name another file, or redirect standard output"));
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    whole(dir, path, colour, write).map_err(|error| {
        let what = format!("cannot write {what} to {}: {}", path.display(), plain(&error));
        Error::new(what, "name a file in a directory that exists and can be written to")
    })
}

fn whole(
    dir: &Path,
    path: &Path,
    colour: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dekey-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As for any new file; the process's mask applies.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(dir)?;
    let choice = if colour { ColorChoice::Always } else { ColorChoice::Never };
    let mut out = BufWriter::new(AutoStream::new(file.as_file().try_clone()?, choice));
    write(&mut out)?;
    out.flush()?;
    drop(out);
    file.persist(path)?;
    Ok(())
}

/// `error: what`, and the way out.
pub(crate) fn complain(what: &str, help: &str, out: &mut dyn Write) -> io::Result<()> {
    let style = AnsiColor::BrightRed.on_default().bold();
    let bold = Style::new().bold();
    writeln!(out, "{style}error{style:#}{bold}: {}{bold:#}", Escaped::new(what))?;
    if help.is_empty() { Ok(()) } else { writeln!(out, "  = {bold}help:{bold:#} {}", Escaped::new(help)) }
}

/// The system's words, without its number and the name of the temporary file.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error ").unwrap_or(text.len());
    text[..end].to_lowercase()
}

fn tolerate_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The flag first, then `NO_COLOR`, then `FORCE_COLOR`; the rest (`CLICOLOR_FORCE`, `CLICOLOR`, the terminal) is decided
/// for each stream.
fn choice(when: When, variable: impl Fn(&str) -> Option<OsString>) -> ColorChoice {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    match when {
        When::Always => ColorChoice::Always,
        When::Never => ColorChoice::Never,
        When::Auto if set("NO_COLOR") => ColorChoice::Never,
        When::Auto if set("FORCE_COLOR") && variable("FORCE_COLOR").is_none_or(|value| value != "0") => {
            ColorChoice::Always
        }
        When::Auto => ColorChoice::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_beats_the_environment_and_no_beats_force() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        const BOTH: &[(&str, &str)] = &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")];
        assert_eq!(choice(When::Always, env(BOTH)), ColorChoice::Always);
        assert_eq!(choice(When::Never, env(&BOTH[1..])), ColorChoice::Never);
        assert_eq!(choice(When::Auto, env(BOTH)), ColorChoice::Never);
        assert_eq!(choice(When::Auto, env(&BOTH[1..])), ColorChoice::Always);
        assert_eq!(choice(When::Auto, env(&[("NO_COLOR", ""), ("FORCE_COLOR", "0")])), ColorChoice::Auto);
    }

    #[test]
    fn a_report_that_fails_leaves_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report");
        let streams = Streams::new(When::Never);
        streams.file(&path, |out| out.write_all(b"old")).unwrap();
        assert!(streams.file(&path, |out| out.write_all(b"new").and(Err(io::Error::other("full")))).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_directory_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        let streams = Streams::new(When::Never);
        for path in [link.as_path(), dir.path(), Path::new("/dev/null")] {
            assert!(matches!(streams.file(path, |_| Ok(())), Err(Error::Plain { .. })));
        }
    }
}
