//! The fixed set of styles, and codespan's writer in terms of them.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;

use crate::finding::Level;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::BrightYellow.on_default().bold();
pub(super) const NOTE: Style = AnsiColor::BrightGreen.on_default().bold();
pub(super) const FRAME: Style = AnsiColor::Cyan.on_default();
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
const LABEL_WARNING: Style = AnsiColor::Yellow.on_default();

/// What begins a link, before its address; without an address it ends the link's text. The rule is OSC 8.
pub(crate) const LINK: &str = "\x1b]8;;";
/// What ends an address.
pub(crate) const LINK_END: &str = "\x1b\\";

/// `text`, which is escaped, as a link to a page that a pack names.
pub(super) fn linked(text: &str, page: &str) -> String {
    // Anything else could end the address.
    match page.bytes().all(|byte| byte.is_ascii_graphic()) && !page.is_empty() {
        true => format!("{LINK}{page}{LINK_END}{text}{LINK}{LINK_END}"),
        false => text.to_owned(),
    }
}

/// The style of a level's name.
pub(super) const fn level(level: Level) -> Style {
    match level {
        Level::Error => ERROR,
        Level::Warning => WARNING,
        Level::Note => NOTE,
    }
}

/// The level's name in reports.
pub(super) const fn name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// A writer that codespan can style.
pub(super) struct Painted<W>(pub(super) W);

impl<W: Write> Painted<W> {
    fn start(&mut self, style: Style) -> io::Result<()> {
        // Styles do not nest here: codespan goes from header to message without a reset between them.
        write!(self.0, "{}{}", anstyle::Reset.render(), style.render())
    }
}

impl<W: Write> Write for Painted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> WriteStyle for Painted<W> {
    fn set_header(&mut self, severity: Severity) -> io::Result<()> {
        self.start(match severity {
            Severity::Bug | Severity::Error => ERROR,
            Severity::Warning => WARNING,
            Severity::Note | Severity::Help => NOTE,
        })
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.start(BOLD)
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.start(FRAME)
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.start(FRAME)
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.start(FRAME)
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> io::Result<()> {
        self.start(match (style, severity) {
            (LabelStyle::Secondary, _) => FRAME,
            (_, Severity::Bug | Severity::Error) => REMOVED,
            (_, Severity::Warning) => LABEL_WARNING,
            (_, Severity::Note | Severity::Help) => ADDED,
        })
    }

    fn reset(&mut self) -> io::Result<()> {
        write!(self.0, "{}", anstyle::Reset.render())
    }
}
