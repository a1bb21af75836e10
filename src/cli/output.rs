//! Where output goes: the standard streams with or without colour, or a file that is whole or absent.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;

use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice, StripStream};
use anstyle::{AnsiColor, Style};

use super::Error;
use crate::render::escape::Escaped;
use crate::render::paint;

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
    /// Whether the terminal of standard output follows links.
    links: bool,
}

impl Streams {
    pub(crate) fn new(when: When) -> Self {
        let choice = choice(when, |name| std::env::var_os(name));
        let links = choice != ColorChoice::Never && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
        Self { choice, links }
    }

    /// Whether a person reads standard output as it is written, rather than a file or a program.
    pub(crate) fn is_watched(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// An empty screen, where there is one.
    pub(crate) fn clear(&self) {
        if self.is_watched() {
            _ = self.report(|out| write!(out, "\x1b[2J\x1b[H"));
        }
    }

    /// Writes to standard output. A reader that has gone away is no error.
    pub(crate) fn report(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let stream = stream(io::stdout().lock(), self.choice);
        let mut out = BufWriter::new(Links { out: stream, shown: self.links, inside: false });
        tolerate_closed(write(&mut out).and_then(|()| out.flush()))
    }

    /// Writes the bytes of a file to standard output, whatever they are. A reader that has gone away is no error.
    pub(crate) fn text(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        tolerate_closed(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes to standard error. A reader that has gone away is no error.
    pub(crate) fn complain(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let stream = stream(io::stderr().lock(), self.choice);
        let mut out = BufWriter::new(Links { out: stream, shown: false, inside: false });
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
    let stream = stream(file.as_file().try_clone()?, choice);
    let mut out = BufWriter::new(Links { out: stream, shown: false, inside: false });
    write(&mut out)?;
    out.flush()?;
    drop(out);
    file.persist(path)?;
    Ok(())
}

/// What takes text with colours and passes on as much of them as is wanted.
fn stream(raw: impl RawStream + AsLockedWrite + 'static, choice: ColorChoice) -> Box<dyn Write> {
    let choice = if choice == ColorChoice::Auto { AutoStream::choice(&raw) } else { choice };
    if choice == ColorChoice::Never {
        // Whatever stands between two colours is passed on by itself, which would be a call of the system each.
        let raw: Box<dyn Write> = Box::new(BufWriter::new(raw));
        return Box::new(StripStream::new(raw));
    }
    Box::new(AutoStream::new(raw, choice))
}

/// Leaves links out, and keeps their text, where nothing follows them. Text of the scanned tree holds no link: it is
/// escaped.
struct Links<W> {
    out: W,
    shown: bool,
    /// Within the start or the end of a link.
    inside: bool,
}

impl<W: Write> Write for Links<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shown {
            return self.out.write(bytes);
        }
        let mark = if self.inside { paint::LINK_END } else { paint::LINK };
        match memchr::memmem::find(bytes, mark.as_bytes()) {
            Some(0) => {
                self.inside = !self.inside;
                Ok(mark.len())
            }
            at if self.inside => Ok(at.unwrap_or(bytes.len())),
            at => self.out.write(&bytes[..at.unwrap_or(bytes.len())]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
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
    fn links_leave_their_text_where_nothing_follows_them() {
        let text =
            format!("a {}https://x.test/{}rule{}{} b", paint::LINK, paint::LINK_END, paint::LINK, paint::LINK_END);
        for (shown, expected) in [(false, "a rule b"), (true, text.as_str())] {
            for buffer in [1, 16, 1000] {
                let mut links = Links { out: Vec::new(), shown, inside: false };
                // Marks come whole, as one piece of a format or within a longer one.
                let marks = [paint::LINK, paint::LINK_END];
                let mut rest = text.as_str();
                while !rest.is_empty() {
                    let whole = marks.iter().find(|mark| rest.starts_with(**mark)).map(|mark| mark.len());
                    let next = rest[1..].find('\x1b').map_or(rest.len(), |at| at + 1);
                    let end = whole.unwrap_or(next.min(buffer));
                    links.write_all(&rest.as_bytes()[..end]).unwrap();
                    rest = &rest[end..];
                }
                assert_eq!(String::from_utf8(links.out).unwrap(), expected);
            }
        }
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
