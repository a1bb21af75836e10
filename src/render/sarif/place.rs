//! Where something is, as SARIF says it.
//!
//! Owns locations, regions and URIs. The decision to know: a path is percent-encoded byte for byte and relative to a root
//! that has no URI, so that the same tree gives the same report on every machine.

use serde::Serialize;

use super::Places;
use super::rule::Text;
use crate::finding::{FileId, Label};
use crate::render::plain::percent;
use crate::span::Span;

/// Bytes of source text that are quoted.
const MAX_SNIPPET: usize = 2_000;
/// What paths are relative to.
pub(super) const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Text>,
    pub(super) physical_location: Physical,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub(super) artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context_region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// Lines and columns from 1, the end exclusive.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u64>,
    end_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text>,
}

/// A label with its text and its lines, as far as they are short.
pub(super) fn primary(places: &Places<'_>, label: &Label) -> Physical {
    let text = places.text(label.file);
    let span = places.clamp(label.file, label.span);
    let quoted = |span: Span| (span.len() <= MAX_SNIPPET).then(|| Text::new(String::from_utf8_lossy(span.of(text))));
    // The lines it is on, where their ends are near.
    let from = span.start.saturating_sub(MAX_SNIPPET);
    let start = memchr::memrchr(b'\n', &text[from..span.start]).map_or(from, |feed| from + feed + 1);
    let to = span.end.saturating_add(MAX_SNIPPET).min(text.len());
    let end = memchr::memchr(b'\n', &text[span.end..to]).map_or(to, |feed| span.end + feed);
    let whole = (start == 0 || text[start - 1] == b'\n') && (end == text.len() || text[end] == b'\n');
    let context = quoted(Span::new(start, end)).filter(|_| whole && !span.is_empty()).map(|snippet| Region {
        start_column: None,
        end_column: None,
        snippet: Some(snippet),
        ..region(places, label.file, span)
    });
    Physical {
        artifact_location: artifact(places.path(label.file)),
        region: Some(Region { snippet: quoted(span), ..region(places, label.file, span) }),
        context_region: context,
    }
}

/// The lines and columns of a span.
pub(super) fn region(places: &Places<'_>, file: FileId, span: Span) -> Region {
    let span = places.clamp(file, span);
    let (start, end) = (places.position(file, span.start), places.position(file, span.end));
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: end.line,
        end_column: Some(end.column),
        snippet: None,
    }
}

/// A path as a URI, byte for byte. One that is absolute is a file of this machine, under no root.
pub(super) fn artifact(path: &[u8]) -> Artifact {
    match path.first() {
        Some(b'/') => Artifact { uri: format!("file://{}", percent(path)), uri_base_id: None },
        _ => Artifact { uri: percent(path), uri_base_id: Some(ROOT) },
    }
}
