//! The edits of one construct: what changes in the statement that logs in.
//!
//! Owns the choice between changing arguments and changing the statement. The decision to know: whatever the construct
//! does not name stays as the file writes it; what a replacement adds goes beside what is already there.

use super::arguments::{self, Part, Replacement};
use super::place::Place;
use super::{command, layout};
use crate::facts::{Value, ValueKind};
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
pub(super) fn of(project: &Project<'_, '_>, file: usize, found: &Use<'_>, code: &str, token: &str) -> Option<Planned> {
    if found.language == command::LAYER {
        return command::of(project, file, found, code);
    }
    let language = lang::by_name(found.language)?;
    let text = &project.files[file].source.text;
    let replacement = Replacement::new(language, code, token, found.span.of(text))?;
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

/// The edits that delete what was found with its lines. `None` where it shares them with something else.
pub(super) fn removal(project: &Project<'_, '_>, file: usize, found: &Use<'_>) -> Option<Planned> {
    let text = &project.files[file].source.text;
    let alone = |span: &Span| {
        let lines = line_at(text, span.start).to(line_at(text, span.end));
        let beside = [Span::new(lines.start, span.start), Span::new(span.end, lines.end.max(span.end))];
        beside.iter().all(|rest| matches!(rest.of(text).trim_ascii(), b"" | b";"))
    };
    let spans = || std::iter::once(&found.span).chain(&found.companions);
    let mut edits: Vec<Edit> =
        spans().map(|span| Edit { file, span: whole_line(text, *span), text: String::new() }).collect();
    edits.sort_by_key(|edit| edit.span);
    spans().all(alone).then_some(Planned { edits, doubt: false })
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
        self.found.construct.pattern(family).map(|pattern| &pattern.anchor)
    }

    /// Whether what is written to is a member of the object at hand, which is no client.
    fn is_own_member(&self) -> bool {
        let Some(assign) = self.place.assign() else { return false };
        let [object, _] = assign.target.0.as_slice() else { return false };
        object.text == "self" || object.text == "this"
    }

    /// The arguments change, the call stays.
    fn arguments(&mut self, replacement: &Replacement<'_>) -> Option<()> {
        if let Some(assign) = replacement.assign() {
            let there = &self.place.assign()?.value;
            if let Some(Step::Assign { value: pattern, .. }) = self.anchor()
                && self.inside(replacement, pattern, there, &assign.value).is_some()
            {
                return Some(());
            }
            self.edits.push((there.span, replacement.text(assign.value.span)?));
            return Some(());
        }
        if self.nested(replacement).is_some() {
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
        self.told(replacement, &parts)?;
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

    /// Arguments that are told by their order: those that both have stay, the others change one by one, or from the first
    /// to the last that the construct names where there are fewer or more of them.
    fn in_turn(&mut self, replacement: &Replacement<'_>, parts: &[Part<'_>], pattern: &CallPattern) -> Option<()> {
        if pattern.args.iter().any(|(name, _)| name.is_some()) || parts.iter().any(|part| part.key.is_some()) {
            return None;
        }
        let call = self.place.call()?;
        let written: Vec<_> = call.args.iter().filter(|arg| arg.name.is_none()).collect();
        if written.len() < pattern.args.len() || written.iter().any(|arg| arg.spread) {
            return None;
        }
        // A mark before a value, such as one that follows a pointer, is part of what is passed.
        let symbols = lang::family(self.found.language) == "ruby";
        let marked = |span: Span| {
            let before = self.text.get(..span.start).unwrap_or_default();
            let mark = |byte: &&u8| matches!(byte, b'*' | b'&') || **byte == b':' && symbols;
            Span::new(span.start - before.iter().rev().take_while(mark).count(), span.end)
        };
        let spans: Vec<Span> = written.iter().take(pattern.args.len()).map(|arg| marked(arg.value.span)).collect();
        let stays: Vec<bool> = pattern.args.iter().zip(parts).map(|((_, known), part)| stays(known, part)).collect();
        if parts.len() == pattern.args.len() {
            for (at, part) in parts.iter().enumerate().filter(|(at, _)| !stays[*at]) {
                self.edits.push((spans[at], replacement.text(part.span)?));
            }
            return Some(());
        }
        let first = stays.iter().take_while(|stays| **stays).count();
        let added: Option<Vec<String>> = parts.get(first..)?.iter().map(|part| replacement.text(part.span)).collect();
        let replaced = spans.get(first..).filter(|spans| !spans.is_empty())?;
        let all = replaced.iter().copied().reduce(Span::to)?;
        self.edits.push((all, layout::run(self.text, &added?, replaced)));
        Some(())
    }

    /// Options in a map under a key that stays: only those that the construct names change.
    fn nested(&mut self, replacement: &Replacement<'_>) -> Option<()> {
        let Some(Step::Call(pattern)) = self.anchor() else { return None };
        let (call, own) = (self.place.call()?, replacement.call()?);
        let map = |(name, value): &(Option<String>, ValuePattern)| {
            name.is_none() && matches!(value, ValuePattern::Map(_)) && value.has_slot()
        };
        let at = pattern.args.iter().position(map)?;
        self.inside(replacement, &pattern.args[at].1, &call.args.get(at)?.value, &own.args.get(at)?.value)
    }

    /// The same of one map, as deep as the construct and the replacement have the same keys.
    fn inside(
        &mut self,
        replacement: &Replacement<'_>,
        pattern: &ValuePattern,
        there: &Value,
        own: &Value,
    ) -> Option<()> {
        let (mut pattern, mut there, mut own, mut depth) = (pattern, there, own, 0);
        while let (ValuePattern::Map(known), Some([part])) = (pattern, replacement.items(own).as_deref())
            && let ([(Some(key), inner @ ValuePattern::Map(_))], ValueKind::Map(_)) =
                (known.as_slice(), &part.value.kind)
            && part.key.is_some_and(|own| own.text == *key)
        {
            let items = arguments::items(self.text, there)?;
            let same = |item: &&Part<'_>| item.key.is_some_and(|own| own.text == *key);
            (pattern, there, own, depth) = (inner, items.iter().find(same)?.value, part.value, depth + 1);
        }
        let ValuePattern::Map(known) = pattern else { return None };
        let (items, added) = (arguments::items(self.text, there)?, replacement.items(own)?);
        let named = |item: &&Part<'_>| {
            item.key
                .is_some_and(|key| known.iter().any(|(name, _)| name.as_ref().is_some_and(|name| *name == key.text)))
        };
        let gone: Vec<Span> = items.iter().filter(named).map(|item| item.span).collect();
        let new = |part: &Part<'_>| {
            part.key.is_some_and(|key| !known.iter().any(|(name, _)| name.as_ref() == Some(&key.text)))
        };
        if depth == 0 || gone.len() != known.len() || !added.iter().all(new) {
            return None;
        }
        self.exchanged(replacement, &items, &gone, &added)
    }

    /// Names and texts among arguments with keywords that are others in the replacement: a class, a kind.
    fn told(&mut self, replacement: &Replacement<'_>, parts: &[Part<'_>]) -> Option<()> {
        let (Some(Step::Call(pattern)), Some(call)) = (self.anchor(), self.place.call()) else { return Some(()) };
        let known = pattern.args.iter().filter(|(name, _)| name.is_none());
        let written = call.args.iter().filter(|arg| arg.name.is_none());
        let unnamed = parts.iter().filter(|part| part.key.is_none());
        for (((_, known), part), arg) in known.zip(unnamed).zip(written) {
            let told = matches!(known, ValuePattern::Name(_) | ValuePattern::Text(_));
            if told && !stays(known, part) && !replacement.keeps(part.value) {
                self.edits.push((arg.value.span, replacement.text(part.span)?));
            }
        }
        Some(())
    }

    /// The construct's arguments or items go, `added` come in their place, or into what the file has under their key.
    fn entries(&mut self, replacement: &Replacement<'_>, added: &[Part<'_>]) -> Option<()> {
        let matched: Vec<Span> = self.found.matched.iter().map(|span| arguments::marked(self.text, *span)).collect();
        let (first, all) = (*matched.first()?, matched.iter().copied().reduce(Span::to)?);
        let beside = self.place.beside(self.text, all)?;
        if !self.found.span.contains(all) && !self.place.owns(self.text, all) {
            self.doubt = true;
        }
        let shell = lang::family(self.found.language) == "shell";
        let like = beside.iter().find(|part| part.span == first).filter(|_| !shell);
        let mut fresh = Vec::new();
        for part in added {
            let inside = replacement.items(part.value);
            let known = part.key.and_then(|key| {
                beside.iter().find(|other| other.key.is_some_and(|own| own.text.eq_ignore_ascii_case(&key.text)))
            });
            let known = known.filter(|other| !matched.iter().any(|span| span.overlaps(other.span)));
            match (known, inside) {
                (Some(known), Some(items)) => self.put_into(replacement, known.value, &items)?,
                // Options of a command are given as often as one likes.
                (Some(_), None) if !shell => return None,
                _ => {
                    let same = |other: &&Part<'_>| other.key.zip(part.key).is_some_and(|(a, b)| a.text == b.text);
                    let like = beside.iter().find(same).filter(|_| !shell).or(like);
                    fresh.push(replacement.keyed(part, self.text, like)?);
                }
            }
        }
        self.replaced(&beside, &matched, &fresh)
    }

    /// Some of a list's entries go, others come in their place.
    fn exchanged(
        &mut self,
        replacement: &Replacement<'_>,
        beside: &[Part<'_>],
        gone: &[Span],
        added: &[Part<'_>],
    ) -> Option<()> {
        let like = beside.iter().find(|part| gone.first() == Some(&part.span));
        let fresh: Option<Vec<String>> = added.iter().map(|part| replacement.keyed(part, self.text, like)).collect();
        self.replaced(beside, gone, &fresh?)
    }

    fn replaced(&mut self, beside: &[Part<'_>], gone: &[Span], fresh: &[String]) -> Option<()> {
        let spans: Vec<Span> = beside.iter().map(|part| part.span).collect();
        let cut = |text: &[u8], gone: &[Span]| {
            layout::without(text, &spans, gone).into_iter().map(|span| (span, String::new()))
        };
        let (first, all) = (*gone.first()?, gone.iter().copied().reduce(Span::to)?);
        if fresh.is_empty() {
            self.edits.extend(cut(self.text, gone));
            return Some(());
        }
        let leaves = |span: &Span| gone.iter().any(|own| own.contains(*span));
        if !spans.iter().any(|span| all.contains(*span) && !leaves(span)) {
            self.edits.push((all, layout::run(self.text, fresh, gone)));
            return Some(());
        }
        let rest: Vec<Span> = gone.iter().copied().filter(|span| *span != first).collect();
        self.edits.push((first, layout::run(self.text, fresh, &gone[..1])));
        self.edits.extend(cut(self.text, &rest));
        Some(())
    }

    /// Puts items into a map the file has: where it is written out, or where the name that stands there is given one.
    fn put_into(&mut self, replacement: &Replacement<'_>, known: &Value, items: &[Part<'_>]) -> Option<()> {
        let there = match &known.kind {
            ValueKind::Map(_) => arguments::items(self.text, known).map(|parts| (known.span, parts)),
            ValueKind::Ref(path) => {
                // What others read, too, may go to somebody else.
                let found = self.place.map_of(self.text, path)?;
                self.place.owns(self.text, found.span).then_some(())?;
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
            let written = replacement.text(item.span)?;
            let spans: Vec<Span> = parts.iter().map(|part| part.span).collect();
            self.edits.push(layout::inserted(self.text, map, &spans, &written, replacement.is_airy())?);
        }
        Some(())
    }

    /// What names no option comes after all that stands there.
    fn appended(&mut self, added: &[String]) -> Option<()> {
        let call = self.place.call()?;
        let dashed = |span: Span| {
            let before = self.text.get(..span.start).unwrap_or_default();
            Span::new(span.start - before.iter().rev().take_while(|byte| **byte == b'-').count(), span.end)
        };
        let spans: Vec<Span> = arguments::arguments(self.text, call).iter().map(|part| dashed(part.span)).collect();
        let matched: Vec<Span> = self.found.matched.iter().map(|span| dashed(*span)).collect();
        let last = *spans.iter().filter(|span| !matched.contains(span)).max_by_key(|span| span.end)?;
        self.edits.push((Span::new(last.end, last.end), format!(" {}", added.join(" "))));
        let gone = layout::without(self.text, &spans, &matched);
        self.edits.extend(gone.into_iter().map(|span| (span, String::new())));
        Some(())
    }

    /// The statement changes; what it is said of stays as the file writes it: a package, an alias, a chain of calls.
    fn statement(&mut self, replacement: &Replacement<'_>) -> Option<()> {
        let whole = self.found.span;
        let name = self.place.name()?;
        if replacement.is_direct() {
            self.edits.push((Span::new(name.span.start.max(whole.start), whole.end), replacement.since_name()?));
            return Some(());
        }
        let Some(rest) = replacement.since_receiver() else {
            self.edits.push((whole, replacement.whole()?));
            return Some(());
        };
        if self.is_own_member() {
            return None;
        }
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

/// Whether an argument is in the replacement as in the construct.
fn stays(known: &ValuePattern, part: &Part<'_>) -> bool {
    match (known, &part.value.kind) {
        _ if arguments::is_hole(part.value) => true,
        (ValuePattern::Name(name), ValueKind::Ref(path)) => path.last() == name,
        (ValuePattern::Text(known), ValueKind::Str(text)) => text.text == *known,
        _ => false,
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
