//! The edits of one construct: what changes in the statement that logs in.
//!
//! Owns the choice between changing arguments and changing the statement. The decision to know: whatever the construct
//! does not name stays as the file writes it; what a replacement adds goes beside what is already there.

use super::arguments::{self, Part, Replacement};
use super::{layout, place::Place};
use crate::facts::ValueKind;
use crate::finding::Edit;
use crate::lang;
use crate::link::project::Project;
use crate::matcher::Use;
use crate::pack::pattern::{CallPattern, Step, ValuePattern};
use crate::source::line_at;
use crate::span::Span;

/// What a replacement comes to.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// The edits, sorted.
    pub(super) edits: Vec<Edit>,
    /// What a person has to look at: an edit of what others may use, too.
    pub(super) doubt: bool,
}

/// The edits that put `code`, with `token` for the token, in place of what was found. `None` where the code cannot stand
/// there.
pub(super) fn of(
    project: &Project<'_, '_>,
    file: usize,
    found: &Use<'_>,
    code: &str,
    token: &str,
) -> Option<Planned> {
    let language = lang::by_name(found.language)?;
    let text = &project.files[file].source.text;
    let replacement = Replacement::new(language, code, token)?;
    let place = Place::of(language, text, found)?;
    let mut planned = Changes { text, found, place: &place, edits: Vec::new(), doubt: false };
    if found.companions.is_empty() && planned.keeps_name(&replacement) {
        planned.arguments(&replacement)?;
    } else {
        planned.statement(&replacement)?;
    }
    let Changes { mut edits, doubt, .. } = planned;
    edits.extend(found.companions.iter().map(|span| (whole_line(text, *span), String::new())));
    edits.sort_by_key(|(span, _)| *span);
    let apart = edits.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start);
    let edits = edits.into_iter().map(|(span, text)| Edit { file, span, text }).collect();
    apart.then_some(Planned { edits, doubt })
}

/// What is to change around one construct.
struct Changes<'a> {
    text: &'a [u8],
    found: &'a Use<'a>,
    place: &'a Place,
    edits: Vec<(Span, String)>,
    doubt: bool,
}

impl<'a> Changes<'a> {
    /// Whether the replacement calls, or writes to, what the construct's own code does, under whatever name the file
    /// knows it.
    fn keeps_name(&self, replacement: &Replacement<'_>) -> bool {
        let Some(name) = replacement.name() else { return false };
        let same = |paths: &[crate::pack::pattern::PathPattern]| {
            paths.iter().any(|path| path.key().unwrap_or("ANY") == name.text)
        };
        match self.anchor() {
            Some(Step::Call(call)) => replacement.call().is_some() && same(&call.path),
            Some(Step::Assign { target, .. }) => replacement.assign().is_some() && same(target),
            None => false,
        }
    }

    fn anchor(&self) -> Option<&'a Step> {
        let family = lang::family(self.found.language);
        let pattern = self.found.construct.patterns.iter().find(|(language, _)| *language == family);
        pattern.map(|(_, pattern)| &pattern.anchor)
    }

    /// The arguments change, the call stays.
    fn arguments(&mut self, replacement: &Replacement<'_>) -> Option<()> {
        if let Some(assign) = replacement.assign() {
            let value = replacement.text(assign.value.span)?;
            self.edits.push((self.place.assign()?.value.span, value));
            return Some(());
        }
        if self.found.in_map {
            let added = replacement.options()?;
            return self.entries(replacement, &added);
        }
        let parts = replacement.arguments();
        if let Some(Step::Call(pattern)) = self.anchor()
            && self.in_turn(replacement, &parts, pattern).is_some()
        {
            return Some(());
        }
        let moved = parts.first().is_some_and(|part| part.key.is_none() && arguments::is_hole(part.value))
            && matches!(self.anchor(), Some(Step::Call(pattern)) if pattern.args.iter().all(|(name, _)| name.is_some()));
        let changes = Replacement::changes(&parts);
        let unnamed = changes.iter().all(|part| part.key.is_none());
        if moved && unnamed {
            // What names no option follows the arguments that name none.
            let added: Option<Vec<String>> = changes.iter().map(|part| replacement.text(part.span)).collect();
            return self.appended(&added?);
        }
        let kept: Vec<Part<'_>> =
            changes.into_iter().filter(|part| part.key.is_some() || replacement.keeps(part.value)).collect();
        self.entries(replacement, &kept)
    }

    /// Positional arguments that change one by one: as many in the replacement as in the construct.
    fn in_turn(&mut self, replacement: &Replacement<'_>, parts: &[Part<'_>], pattern: &CallPattern) -> Option<()> {
        let named = pattern.args.iter().any(|(name, _)| name.is_some()) || parts.iter().any(|part| part.key.is_some());
        if named || parts.len() != pattern.args.len() {
            return None;
        }
        let call = self.place.call()?;
        let written: Vec<_> = call.args.iter().filter(|arg| arg.name.is_none()).collect();
        let mut edits = Vec::new();
        for ((_, expected), (part, arg)) in pattern.args.iter().zip(parts.iter().zip(&written)) {
            let stays = match (expected, &part.value.kind) {
                _ if arguments::is_hole(part.value) => true,
                (ValuePattern::Name(name), ValueKind::Ref(path)) => path.last() == name,
                (ValuePattern::Text(known), ValueKind::Str(text)) => text.text == *known,
                _ => false,
            };
            if !stays {
                edits.push((arg.value.span, replacement.text(part.value.span)?));
            }
        }
        if written.len() < parts.len() || written.iter().any(|arg| arg.spread) {
            return None;
        }
        // Two values next to each other on a line are one change.
        self.edits.extend(edits);
        Some(())
    }

    /// The construct's arguments or items go, `added` come in their place, or into what the file has under their key.
    fn entries(&mut self, replacement: &Replacement<'_>, added: &[Part<'_>]) -> Option<()> {
        let matched: Vec<Span> = self.found.matched.iter().map(|span| arguments::marked(self.text, *span)).collect();
        let (first, all) = (*matched.first()?, matched.iter().copied().reduce(Span::to)?);
        let beside = self.place.beside(self.text, all)?;
        if !self.found.span.contains(all) {
            self.doubt = true;
        }
        let mut fresh = Vec::new();
        for part in added {
            let inside = replacement.items(part.value);
            let known = part.key.and_then(|key| {
                beside.iter().find(|other| other.key.is_some_and(|own| own.text.eq_ignore_ascii_case(&key.text)))
            });
            let known = known.filter(|other| !matched.iter().any(|span| span.overlaps(other.span)));
            match (known, inside) {
                (Some(known), Some(items)) => self.into_map(replacement, known.value, &items)?,
                // Options of a command are given as often as one likes.
                (Some(_), None) if lang::family(self.found.language) != "shell" => return None,
                _ => fresh.push(replacement.text(part.span)?),
            }
        }
        let spans: Vec<Span> = beside.iter().map(|part| part.span).collect();
        if fresh.is_empty() {
            self.edits.extend(layout::without(self.text, &spans, &matched).into_iter().map(|span| (span, String::new())));
            return Some(());
        }
        let others = spans.iter().any(|span| all.contains(*span) && !matched.contains(span) && !matched.iter().any(|own| own.contains(*span)));
        if !others {
            self.edits.push((all, layout::run(self.text, &fresh, &matched)));
            return Some(());
        }
        let rest: Vec<Span> = matched.iter().copied().filter(|span| *span != first).collect();
        self.edits.push((first, layout::run(self.text, &fresh, &matched[..1])));
        self.edits.extend(layout::without(self.text, &spans, &rest).into_iter().map(|span| (span, String::new())));
        Some(())
    }

    /// Puts items into a map the file has: where it is written out, or where the name that stands there is given one.
    fn into_map(&mut self, replacement: &Replacement<'_>, known: &crate::facts::Value, items: &[Part<'_>]) -> Option<()> {
        let there = match &known.kind {
            ValueKind::Map(_) => arguments::items(self.text, known).map(|parts| (known.span, parts)),
            ValueKind::Ref(path) => {
                self.doubt = true;
                let found = self.place.map_of(self.text, path)?;
                let parts = arguments::items(self.text, found)?;
                Some((found.span, parts))
            }
            _ => None,
        };
        let (map, parts) = there?;
        let has = |name: &str| parts.iter().any(|part| part.key.is_some_and(|key| key.text.eq_ignore_ascii_case(name)));
        if items.iter().filter_map(|item| item.key).any(|key| has(&key.text)) {
            return None;
        }
        for item in items {
            let written = layout::like(self.text, &parts, replacement.text(item.span)?);
            let spans: Vec<Span> = parts.iter().map(|part| part.span).collect();
            self.edits.push(layout::inserted(self.text, map, &spans, &written)?);
        }
        Some(())
    }

    /// What names no option comes after all that stands there.
    fn appended(&mut self, added: &[String]) -> Option<()> {
        let call = self.place.call()?;
        let spans: Vec<Span> = arguments::arguments(self.text, call).iter().map(|part| part.span).collect();
        let matched: Vec<Span> = self.found.matched.clone();
        let last = *spans.iter().filter(|span| !matched.contains(span)).max_by_key(|span| span.end)?;
        self.edits.push((Span::new(last.end, last.end), format!(" {}", added.join(" "))));
        let gone = layout::without(self.text, &spans, &matched);
        // What is dropped behind the last of the others ends where the new one starts.
        self.edits.extend(gone.into_iter().map(|span| (span, String::new())));
        Some(())
    }

    /// The statement changes; what it is said of stays as the file writes it: a package, an alias, a chain of calls.
    fn statement(&mut self, replacement: &Replacement<'_>) -> Option<()> {
        let whole = self.found.span;
        let name = self.place.name()?;
        if replacement.is_direct() {
            self.edits.push((Span::new(name.span.start.max(whole.start), whole.end), replacement.from_name()?));
            return Some(());
        }
        let Some(rest) = replacement.from_receiver() else {
            self.edits.push((whole, replacement.whole()?));
            return Some(());
        };
        let before = Span::new(whole.start, name.span.start.max(whole.start)).of(self.text).trim_ascii_end();
        let receiver = [&b"->"[..], b"::", b"&.", b"?.", b"."].iter().find_map(|mark| before.strip_suffix(*mark))?;
        if receiver.is_empty() || !self.stands_alone() {
            return None;
        }
        self.edits.push((Span::new(whole.start + receiver.trim_ascii_end().len(), whole.end), rest));
        Some(())
    }

    /// Whether nothing uses what the statement gives.
    fn stands_alone(&self) -> bool {
        let line = line_at(self.text, self.found.span.start);
        let before = Span::new(line.start, self.found.span.start).of(self.text).trim_ascii_end();
        let rest = self.text.get(self.found.span.end..).unwrap_or_default();
        let after = rest.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
        let opens = [&b"{"[..], b";", b"|", b" do", b" then", b"=>", b"->"];
        let closes = [&b";"[..], b"}", b"#", b"//", b"end", b"if ", b"unless "];
        (before.is_empty() || opens.iter().any(|mark| before.ends_with(mark)))
            && (after.is_empty() || closes.iter().any(|mark| after.starts_with(mark)))
    }
}

/// A statement with its line, when it has the line for itself.
pub(super) fn whole_line(text: &[u8], span: Span) -> Span {
    let (first, last) = (line_at(text, span.start), line_at(text, span.end.saturating_sub(1).max(span.start)));
    let before = Span::new(first.start, span.start);
    let after = Span::new(span.end, last.end.max(span.end));
    let alone = before.of(text).trim_ascii().is_empty() && matches!(after.of(text).trim_ascii(), b"" | b";");
    let end = if text.get(after.end) == Some(&b'\n') { after.end + 1 } else { after.end };
    if alone { Span::new(first.start, end) } else { span }
}
