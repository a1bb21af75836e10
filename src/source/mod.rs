//! Getting at the text of files: walking, opening, reading, decoding, positions.
//!
//! Owns everything between a path and a [`Source`]. It knows no language, no vendor and no finding. The decision to
//! know: the scanned tree is hostile. Names, links, ignore files, sizes and the repository's own files are input, and
//! whatever is not examined is said ([`Skipped`]).
//!
//! - [`walk()`] visits a tree in parallel, looks for needles while reading, and hands over what has one.
//! - [`read_named`] and [`read_found`] read single files (configuration, packs) with the same care.
//! - [`LineIndex`] turns offsets of a source into lines, columns and bytes of the file.

pub(crate) mod archive;
pub(crate) mod bare;
mod decode;
mod git;
pub(crate) mod history;
mod ignores;
mod lines;
mod open;
mod path;
#[doc(hidden)]
pub mod probe;
mod progress;
mod read;
mod roots;
#[allow(dead_code, reason = "the history of a repository is examined by what is to come")]
pub(crate) mod seen;
mod settings;
pub(crate) mod since;
mod skip;
pub(crate) mod staged;
pub(crate) mod stored;
mod stream;
mod unmarked;
mod walk;

pub use decode::Encoding;
pub(crate) use git::head::{date as commit_date, head};
pub use git::packs::each_content;
pub(crate) use git::{Repository, Snapshot, Status, around, path_of, work_tree};
pub use lines::{LineIndex, Position, line_at, line_count, with_ends};
pub(crate) use open::plain;
#[cfg(unix)]
pub(crate) use open::{Dir, OpenError, Regular};
pub use open::{ReadError, read_beneath, read_found, read_named};
pub use path::RelPath;
pub use progress::{Phase, Progress};
pub use read::Limits;
pub use settings::{is_manifest, is_setting};
pub use skip::{Reason, Skipped};
pub use walk::{Walk, Walked, walk};

/// The text of one file, or of one window of a file too large to read whole.
#[derive(Clone, Debug)]
pub struct Source {
    /// What reports show.
    pub path: RelPath,
    /// The text: UTF-16 turned into UTF-8, a byte-order mark left out, any other bytes as they are in the file.
    pub text: Vec<u8>,
    /// How the file stores its text.
    pub encoding: Encoding,
    /// Bytes of the file before `text`: the byte-order mark, and what precedes a window.
    pub base_byte: u64,
    /// Line ends before `text`.
    pub base_line: u64,
    /// Characters of its first line before `text`; not 0 only for a window that starts inside a long line.
    pub base_column: u64,
    /// Whether `text` is all of the file. A window serves lexical facts only.
    pub whole: bool,
    /// Whether the file itself was named, rather than found in a directory.
    pub explicit: bool,
    /// Whether there is a NUL in it (and no byte-order mark): credential shapes are searched, no language is read.
    pub binary: bool,
}

impl Source {
    /// A whole file from its bytes: standard input, an object of a repository, a file of [`Walked::settings`].
    #[must_use]
    pub fn from_bytes(path: RelPath, bytes: Vec<u8>, explicit: bool) -> Self {
        let decoded = decode::decode(bytes);
        Self {
            path,
            base_byte: decoded.encoding.mark_len(),
            binary: decoded.encoding == Encoding::Utf8 { bom: false } && memchr::memchr(0, &decoded.text).is_some(),
            text: decoded.text,
            encoding: decoded.encoding,
            base_line: 0,
            base_column: 0,
            whole: true,
            explicit,
        }
    }

    /// A whole file as the bytes that it is, whatever its first ones say.
    fn from_raw(path: RelPath, text: Vec<u8>, explicit: bool) -> Self {
        Self {
            path,
            text,
            encoding: Encoding::Utf8 { bom: false },
            base_byte: 0,
            base_line: 0,
            base_column: 0,
            whole: true,
            explicit,
            binary: true,
        }
    }

    /// The same file, read as wide text that no byte-order mark announces.
    fn read_as(&self, reading: unmarked::Reading) -> Self {
        let unmarked::Reading { encoding, start, text } = reading;
        let binary = memchr::memchr(0, &text).is_some();
        Self { path: self.path.clone(), base_byte: start as u64, binary, text, encoding, ..*self }
    }
}
