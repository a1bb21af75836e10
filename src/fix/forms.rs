//! The forms of HTTP itself: a pair in front of a URL's host, a Basic header made by hand.
//!
//! Owns their edits, in any language. A header keeps its place and takes another scheme; a URL keeps its form, with the
//! token as its user and no password. The decision to know: the code around stays, so that what is joined, formatted or
//! interpolated goes on being so.

use super::edits::Planned;
use super::splice::{self, Quotes, spliced};
use super::{arguments, layout};
use crate::facts::{Facts, Value, ValueKind};
use crate::finding::Edit;
use crate::lang::{self, Language};
use crate::link::project::Project;
use crate::matcher::Use;
use crate::pack::schema::Form;
use crate::source::line_at;
use crate::span::Span;

/// How far from a value its scheme is looked for, in bytes.
const NEAR: usize = 4 * 1024;

/// What scripts say that run where there is no environment: in a browser, or at a service for scripts.
const NO_ENVIRONMENT: [&str; 7] =
    ["XMLHttpRequest", "setRequestHeader", "$http", "HttpHeaders", "jQuery", "$.ajax", "UrlFetchApp"];

/// The edits of a form. `None` where the text around it takes no value.
pub(super) fn of(project: &Project<'_, '_>, file: usize, found: &Use<'_>, token: &str) -> Option<Planned> {
    let language = lang::by_name(found.language)?;
    let text = project.files[file].source.text.as_slice();
    let reads_nothing = || NO_ENVIRONMENT.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some());
    if lang::family(language.name) == "javascript" && token.contains("process.env") && reads_nothing() {
        return None;
    }
    if splice::is_fixed(language.name, text, found.span.start) {
        return None;
    }
    let (mut edits, doubt) = match found.construct.form? {
        Form::UserinfoUrl => (url(language, text, found, token)?, lang::family(language.name) != "shell"),
        Form::BasicHeader => header(language, text, found, token)?,
        Form::BearerHeader => return None,
    };
    edits.sort_by_key(|(span, _)| *span);
    let edits = edits.into_iter().map(|(span, text)| Edit { file, span, text }).collect();
    Some(Planned { edits, doubt })
}

/// Spans and what comes in their place.
type Edits = Vec<(Span, String)>;

/// A literal of a text with values in it.
#[derive(Clone, Copy)]
enum Piece<'a> {
    /// Known text as it is written: where it stands, and the literal around it.
    Text { known: &'a str, content: Span, literal: Span },
    /// A value.
    Hole(&'a Value),
}

/// The pieces of a text in their order.
fn pieces<'a>(source: &'a [u8], value: &'a Value, literal: Span, out: &mut Vec<Piece<'a>>, depth: usize) -> Option<()> {
    match &value.kind {
        ValueKind::Str(text) => {
            let own =
                if literal.contains(value.span) && literal.start < value.span.start { literal } else { value.span };
            let known = std::str::from_utf8(text.content.of(source)).ok()?;
            out.push(Piece::Text { known, content: text.content, literal: own });
        }
        ValueKind::Concat(parts) if depth < 4 => {
            parts.iter().try_for_each(|part| pieces(source, part, value.span, out, depth + 1))?;
        }
        _ => out.push(Piece::Hole(value)),
    }
    Some(())
}

/// The value that was found, in code that holds little else.
fn value_at(facts: &Facts, span: Span) -> Option<&Value> {
    let arguments = facts.calls.iter().flat_map(|call| &call.args).map(|arg| &arg.value);
    let receivers = facts.calls.iter().filter_map(|call| call.receiver.as_deref());
    let stored = facts.assigns.iter().map(|assign| &assign.value).chain(facts.entries.iter().map(|entry| &entry.value));
    let mut values: Vec<&Value> =
        arguments.chain(receivers).chain(stored).chain(&facts.returns).chain(&facts.results).collect();
    while let Some(value) = values.pop() {
        if value.span == span && matches!(value.kind, ValueKind::Str(_) | ValueKind::Concat(_)) {
            return Some(value);
        }
        values.extend(value.children());
    }
    None
}

/// `https://id:key@host`: the token as the user, and no password.
fn url(language: &'static Language, text: &[u8], found: &Use<'_>, token: &str) -> Option<Edits> {
    // Alone a text may be anything; what stands before it says that it is a value.
    let lines = line_at(text, found.span.start).to(line_at(text, found.span.end)).to(found.span);
    let before = lines.to(line_at(text, found.span.start.saturating_sub(NEAR)));
    let layers: Vec<_> = [found.span, lines, before].map(|stretch| lang::lower(language, text, stretch)).into();
    let value = layers.iter().flatten().find_map(|layer| value_at(&layer.facts, found.span))?;
    // The standard's `fetch` refuses a URL with a user in it, whatever the password.
    let mut calls = layers.iter().flatten().flat_map(|layer| &layer.facts.calls);
    if lang::family(language.name) == "javascript"
        && calls.any(|call| call.path.last() == "fetch" && call.args.iter().any(|arg| arg.value.span == found.span))
    {
        return None;
    }
    if let Some((id, key)) = formatted(value) {
        let quote = layout::quote(language, text.get(key.span.start..key.span.end)?).unwrap_or('"');
        return Some(vec![(id.span, token.to_owned()), (key.span, format!("{quote}{quote}"))]);
    }
    let mut parts = Vec::new();
    pieces(text, value, Span::default(), &mut parts, 0)?;
    // The end of the userinfo: the first `@` of known text, and its start: what follows `//` before it.
    let (at_piece, at) = parts.iter().enumerate().find_map(|(place, piece)| match piece {
        // Some languages escape it.
        Piece::Text { known, content, .. } => {
            known.find("\\@").or_else(|| known.find('@')).map(|at| (place, content.start + at))
        }
        Piece::Hole(_) => None,
    })?;
    let start = parts[..=at_piece].iter().enumerate().rev().find_map(|(place, piece)| match piece {
        Piece::Text { known, content, .. } => {
            let until = if place == at_piece { at - content.start } else { known.len() };
            known.get(..until)?.rfind("//").map(|slashes| (place, content.start + slashes + 2))
        }
        Piece::Hole(_) => None,
    });
    let (start_piece, start) = start.or_else(|| match parts.first()? {
        // Without a scheme, which is put before it elsewhere.
        Piece::Text { content, .. } => Some((0, content.start)),
        Piece::Hole(_) => None,
    })?;
    let quotes = |piece: usize| match parts.get(piece)? {
        Piece::Text { content, literal, .. } => {
            Quotes::of(text, *literal, *content).or_else(|| quotes_before(text, *literal))
        }
        Piece::Hole(_) => None,
    };
    let (end, written) = spliced(language, text, (quotes(start_piece)?, quotes(at_piece)?), at, ("", token, ":"))?;
    (start <= end).then(|| vec![(Span::new(start, end), written)])
}

/// The two values that stand behind a text such as `https://%s:%s@…` and are put into it.
fn formatted(value: &Value) -> Option<(&Value, &Value)> {
    let ValueKind::Concat(parts) = &value.kind else { return None };
    let [before, id, colon, key, rest, ..] = parts.as_slice() else { return None };
    let (before, colon, rest) = (before.as_str()?, colon.as_str()?, rest.as_str()?);
    let url = before.text.ends_with("//") && colon.text == ":" && rest.text.starts_with('@');
    let behind = id.span.start >= rest.content.end && key.span.start >= id.span.end;
    (url && behind).then_some((id, key))
}

/// The quotes that a literal of several pieces starts with.
fn quotes_before(text: &[u8], literal: Span) -> Option<Quotes<'_>> {
    let bytes = literal.of(text);
    let at = bytes.iter().take(4).position(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    Quotes::of(text, literal, Span::new(literal.start + at + 1, literal.end))
}

/// A Basic header: another scheme, and the token in place of what was encoded.
fn header(language: &'static Language, text: &[u8], found: &Use<'_>, token: &str) -> Option<(Edits, bool)> {
    let encoded = found.slots.first()?.span;
    let before = Span::new(found.span.start, encoded.start.max(found.span.start)).of(text);
    let pasted = found.span.contains(encoded) && found.slots.iter().all(|slot| slot.span == encoded);
    if let Some(at) = memchr::memmem::rfind(before, b"asic").and_then(|at| at.checked_sub(1)).filter(|_| pasted) {
        let quotes = quotes_before(text, found.span)?;
        let (end, written) = spliced(language, text, (quotes, quotes), encoded.end, ("Bearer ", token, ""))?;
        return Some((vec![(Span::new(found.span.start + at, end), written)], false));
    }
    if found.span.of(text).windows(6).any(|word| word.eq_ignore_ascii_case(b"basic ")) {
        // `Basic id:key` without an encoding: a text of which everything behind the scheme goes.
        return unencoded(language, text, found, token).map(|edits| (edits, false));
    }
    let (scheme, certain) = scheme(text, found.span)?;
    let quote = scheme.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or_default();
    let (value, inside) = (substituted(text, found.span), text.get(found.span.start.wrapping_sub(1)) == Some(&b'{'));
    let beside = text.get(..value.start)?.trim_ascii_end();
    let token = match lang::family(language.name) {
        "python" if inside && quote == b'"' => token.replace('"', "'"),
        "csharp" | "scala" if inside && token.contains('"') => return None,
        _ if beside.ends_with(b"+") || beside.ends_with(b".") => arguments::operand(token),
        _ => token.to_owned(),
    };
    let case = if text.get(scheme) == Some(&b'b') { "bearer" } else { "Bearer" };
    Some((vec![(Span::new(scheme, scheme + 5), case.to_owned()), (value, token)], !certain))
}

/// A command with what a shell puts around it to take its output.
fn substituted(text: &[u8], span: Span) -> Span {
    let (before, after) = (text.get(..span.start).unwrap_or_default(), text.get(span.end..).unwrap_or_default());
    let around = [(&b"$("[..], b")"), (b"`", b"`")];
    match around.iter().find(|(open, close)| before.ends_with(open) && after.starts_with(*close)) {
        Some((open, close)) if open.len() == 2 => Span::new(span.start - open.len(), span.end + close.len()),
        _ => span,
    }
}

/// `Basic ` and two values: the token is all that follows the scheme.
fn unencoded(language: &'static Language, text: &[u8], found: &Use<'_>, token: &str) -> Option<Edits> {
    let layers = lang::lower(language, text, found.span);
    let value = layers.iter().find_map(|layer| value_at(&layer.facts, found.span))?;
    let mut parts = Vec::new();
    pieces(text, value, Span::default(), &mut parts, 0)?;
    let (place, at) = parts.iter().enumerate().find_map(|(place, piece)| match piece {
        Piece::Text { known, content, .. } => known.find("Basic ").map(|at| (place, content.start + at)),
        Piece::Hole(_) => None,
    })?;
    let quotes = match parts.get(place)? {
        Piece::Text { content, literal, .. } => {
            Quotes::of(text, *literal, *content).or_else(|| quotes_before(text, *literal))?
        }
        Piece::Hole(_) => return None,
    };
    let last = found.span.end.checked_sub(quotes.close.len())?;
    if Span::new(last, found.span.end).of(text) == quotes.close.as_bytes() {
        let (end, written) = spliced(language, text, (quotes, quotes), last, ("Bearer ", token, ""))?;
        return Some(vec![(Span::new(at, end), written)]);
    }
    // The last value ends the text: the token takes its place.
    let Some(Piece::Hole(hole)) = parts.last() else { return None };
    let Some(Piece::Text { content, .. }) = parts.get(place) else { return None };
    let known = Span::new(at + "Basic ".len(), content.end);
    known.is_empty().then_some(())?;
    let first = parts[place + 1..].iter().find_map(|piece| match piece {
        Piece::Hole(value) => Some(value.span.start),
        Piece::Text { .. } => None,
    })?;
    Some(vec![(Span::new(at, at + 5), "Bearer".to_owned()), (Span::new(first, hole.span.end), token.to_owned())])
}

/// The word `Basic` that goes with an encoded value, and whether no other could.
fn scheme(text: &[u8], encoded: Span) -> Option<(usize, bool)> {
    let start = line_at(text, encoded.start.saturating_sub(NEAR)).start;
    let near = Span::new(start, text.len().min(encoded.end + NEAR));
    let is = |&at: &usize| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(at + 5);
        text.get(at..at + 5).is_some_and(|word| word.eq_ignore_ascii_case(b"basic"))
            && before.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`' | b' '))
            && after.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`' | b' '))
    };
    let found: Vec<usize> = memchr::memmem::find_iter(near.of(text), b"asic")
        .filter_map(|at| (near.start + at).checked_sub(1))
        .filter(is)
        .filter(|&at| at + 5 <= encoded.start || at >= encoded.end)
        .collect();
    let line = line_at(text, encoded.start);
    let here = found.iter().rev().find(|&&at| at >= line.start && at < encoded.start);
    if let Some(&at) = here {
        return Some((at, true));
    }
    match found.as_slice() {
        [at] => {
            // The name that keeps the encoded value follows the scheme where it is used.
            let stored = Span::new(line.start, encoded.start).of(text).trim_ascii_end();
            let stored = stored.strip_suffix(b"=").unwrap_or(stored).trim_ascii_end();
            let name = stored.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let name = &stored[stored.len() - name..];
            let used = Span::new(*at, line_at(text, *at).end.max(*at)).of(text);
            Some((*at, !name.is_empty() && memchr::memmem::find(used, name).is_some()))
        }
        _ => None,
    }
}
