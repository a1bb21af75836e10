//! Constructs in code: calls and assignments against the packs' patterns.
//!
//! Owns the comparison of a fact with a pattern and the filling of its slots. The decision to know: names are looked
//! up by their last segment, so a file costs what its own calls cost, not what a pack holds.

use std::cell::{LazyCell, OnceCell};
use std::collections::BTreeSet;

use super::flat::Flat;
use super::visit::Owner;
use super::{Binding, Context, Matched, Slot, Use, snake};
use super::{binding, sites};
use crate::facts::{Arg, Call, Item, Name, Value, ValueKind};
use crate::link::Origin;
use crate::pack::Construct;
use crate::pack::pattern::{CallPattern, PathPattern, Step, ValuePattern};
use crate::pack::schema::{Kind, Role};
use crate::span::Span;

/// A fact to compare.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Call(usize, &'a Call),
    Assign(&'a crate::facts::Assign),
}

impl<'a> Subject<'a> {
    fn span(self) -> Span {
        match self {
            Self::Call(_, call) => call.span,
            Self::Assign(assign) => assign.span,
        }
    }

    fn path(self) -> &'a crate::facts::Path {
        match self {
            Self::Call(_, call) => &call.path,
            Self::Assign(assign) => &assign.target,
        }
    }

    fn owner(self) -> Owner<'a> {
        match self {
            Self::Call(id, _) => Owner::Call(id),
            Self::Assign(assign) => Owner::Stored(&assign.target),
        }
    }
}

/// Finds the constructs of a layer.
pub(super) fn find<'p>(context: &Context<'_, 'p>, out: &mut Matched<'p>) {
    let facts = context.index.facts;
    let calls = facts.calls.iter().enumerate().map(|(id, call)| Subject::Call(id, call));
    for subject in calls.chain(facts.assigns.iter().map(Subject::Assign)) {
        subject_into(context, subject, out);
    }
}

fn subject_into<'p>(context: &Context<'_, 'p>, subject: Subject<'_>, out: &mut Matched<'p>) {
    let family = family(context, subject);
    if !may_match(context, subject, family) {
        return;
    }
    let names = context.index.absolute(subject.path());
    let keys: BTreeSet<&str> = names.iter().filter_map(|name| name.last()).map(String::as_str).collect();
    let mut candidates: Vec<&Construct> =
        keys.iter().flat_map(|key| context.pack.constructs_named(family, key)).collect();
    candidates
        .retain(|construct| !construct.by_host || construct.kind != Kind::TokenAuth || binding::names_vendor(context));
    candidates.sort_by_key(|construct| construct.kind != Kind::Exempt);
    let keys = OnceCell::new();
    for construct in candidates {
        let Some(pattern) = construct.pattern(family) else { continue };
        // Many clients have methods of the same short name; most calls of it pass no options at all.
        if let (Step::Call(step), Subject::Call(_, call)) = (&pattern.anchor, subject)
            && step.takes_keys()
            && !*keys.get_or_init(|| holds_keys(context, call))
        {
            continue;
        }
        let Some((written, found)) = compare(context, &pattern.anchor, subject, &names) else { continue };
        if construct.kind == Kind::Exempt {
            let reason = construct.reason.clone().unwrap_or_else(|| construct.id.clone());
            out.spared.push((subject.span(), reason));
            out.other.extend(found.slots.iter().flat_map(|slot| super::literals(&slot.origins)));
            return;
        }
        let binding = if construct.by_host {
            binding::of_login(context, subject.owner(), subject.span(), &found.slots)
        } else {
            Some(if written { Binding::Name } else { Binding::Import })
        };
        let Some(binding) = binding else { continue };
        let mut found = Use {
            construct,
            span: subject.span(),
            callee: match subject {
                Subject::Call(_, call) => call.path.0.last().cloned(),
                Subject::Assign(_) => None,
            },
            matched: found.spans,
            in_map: found.in_map,
            slots: found.slots,
            binding,
            companions: Vec::new(),
            carrier: context.carrier(),
            language: context.layer.language,
        };
        companions(context, &pattern.companions, subject, &mut found);
        if construct.by_host && !pattern.companions.is_empty() && found.companions.is_empty() {
            // A setter of a password is many things; beside that of a name it is a login.
            continue;
        }
        out.uses.push(found);
        return;
    }
}

/// The language whose constructs a fact is compared with: a command is one of a shell, wherever it is written.
fn family(context: &Context<'_, '_>, subject: Subject<'_>) -> &'static str {
    match subject {
        Subject::Call(id, _) if context.index.facts.commands.binary_search(&id).is_ok() => "shell",
        _ => context.family,
    }
}

/// Whether any argument may be a keyword or a map of them.
fn holds_keys(context: &Context<'_, '_>, call: &Call) -> bool {
    call.args.iter().any(|arg| arg.name.is_some() || context.index.may_hold_keys(&arg.value))
}

/// Whether any construct can be this fact, told by its last name alone. Most calls of most files end here.
fn may_match(context: &Context<'_, '_>, subject: Subject<'_>, family: &'static str) -> bool {
    let path = subject.path();
    let renamed = matches!(subject, Subject::Call(..))
        && (path.0.len() == 1 && context.index.may_rename(path) || matches!(path.root(), "super" | "parent"));
    let named = || match subject {
        Subject::Call(_, call) => call.args.iter().any(|arg| sites::mentions(context, &arg.value)),
        Subject::Assign(assign) => sites::mentions(context, &assign.value),
    };
    let around = || binding::around_is_ours(context, subject.span());
    let tied = LazyCell::new(|| binding::names_vendor(context) || around() || named());
    let fits = |construct: &Construct| !construct.by_host || *tied;
    renamed || context.pack.constructs_named(family, path.last()).any(fits)
}

/// Adds the statements of the snippet that stand beside the anchor: in the same function, or both outside of any.
fn companions(context: &Context<'_, '_>, steps: &[Step], anchor: Subject<'_>, found: &mut Use<'_>) {
    let index = context.index;
    let function = |span: Span| index.function_at(span.start).map(|def| def.body);
    let here = function(anchor.span());
    for step in steps {
        let calls = index.facts.calls.iter().enumerate().map(|(id, call)| Subject::Call(id, call));
        let others = calls.chain(index.facts.assigns.iter().map(Subject::Assign)).filter(|other| {
            let same_key = step_paths(step).iter().any(|path| path.key() == Some(other.path().last()));
            same_key && function(other.span()) == here
        });
        for other in others.take(8) {
            if let Some((_, companion)) = compare(context, step, other, &index.absolute(other.path())) {
                found.companions.push(other.span());
                found.slots.extend(companion.slots);
            }
        }
    }
}

fn step_paths(step: &Step) -> &[PathPattern] {
    match step {
        Step::Call(call) => &call.path,
        Step::Assign { target, .. } => target,
    }
}

/// What a comparison fills.
#[derive(Default)]
struct Filled {
    /// The credentials.
    slots: Vec<Slot>,
    /// The arguments and items that hold them, keys included.
    spans: Vec<Span>,
    /// Whether those are items of a map passed as one argument.
    in_map: bool,
}

/// Whether a fact is this step; gives what it fills, and whether only the written name says so.
fn compare(
    context: &Context<'_, '_>,
    step: &Step,
    subject: Subject<'_>,
    names: &[Vec<String>],
) -> Option<(bool, Filled)> {
    let mut slots = Filled::default();
    let (paths, matches) = match (step, subject) {
        (Step::Call(pattern), Subject::Call(_, call)) => {
            let made = pattern.new == call.new || matches!(call.path.root(), "super" | "parent");
            (&pattern.path, made && call_args(context, pattern, call, &mut slots))
        }
        (Step::Assign { target, value }, Subject::Assign(assign)) => {
            (target, self::value(context, value, &assign.value, &mut slots))
        }
        _ => return None,
    };
    let hit = |written: bool| {
        paths.iter().filter(|path| path.written == written).any(|path| names.iter().any(|name| path.matches(name)))
    };
    let written = !hit(false);
    // The name as written counts only where the file says nothing else of it, such as another module it is from.
    let imported = context.index.is_imported(subject.path());
    (matches && (!written || !imported && hit(true))).then_some((written, slots))
}

fn call_args(context: &Context<'_, '_>, pattern: &CallPattern, call: &Call, slots: &mut Filled) -> bool {
    let positional: Vec<&Arg> = call.args.iter().filter(|arg| arg.name.is_none() && !arg.spread).collect();
    let mut next = 0;
    pattern.args.iter().all(|(name, expected)| match name {
        None => {
            next += 1;
            positional.get(next - 1).is_some_and(|arg| spanned(context, expected, None, &arg.value, slots))
        }
        Some(name) => {
            named(context, call, name).is_some_and(|(key, found)| spanned(context, expected, key, found, slots))
        }
    })
}

/// Compares a value and, where it holds a slot itself, keeps its place.
fn spanned<'a>(
    context: &Context<'a, '_>,
    expected: &ValuePattern,
    key: Option<&Name>,
    actual: &'a Value,
    filled: &mut Filled,
) -> bool {
    let before = filled.spans.len();
    if !value(context, expected, actual, filled) {
        return false;
    }
    if key.is_none() && matches!(expected, ValuePattern::Map(_)) {
        // Options in a map of their own: its items are what changes.
        filled.in_map = true;
    } else if matches!(expected, ValuePattern::Blank) || expected.has_slot() {
        filled.spans.truncate(before);
        filled.spans.push(key.map_or(actual.span, |key| key.span.to(actual.span)));
    }
    true
}

/// The value passed under a keyword: written so, spread from a map, or inside the last map.
fn named<'a>(context: &Context<'a, '_>, call: &'a Call, name: &str) -> Option<(Option<&'a Name>, &'a Value)> {
    let written = call.args.iter().find(|arg| arg.name.as_ref().is_some_and(|key| key.text == name));
    written.map(|arg| (arg.name.as_ref(), &arg.value)).or_else(|| {
        let maps = call.args.iter().rev().filter(|arg| arg.name.is_none());
        maps.into_iter().find_map(|arg| context.index.member(&arg.value, name))
    })
}

fn value<'a>(context: &Context<'a, '_>, pattern: &ValuePattern, actual: &'a Value, filled: &mut Filled) -> bool {
    let index = context.index;
    match pattern {
        ValuePattern::Any => true,
        // Options are no credential: `auth(token, { type: "bearer" })` has one.
        ValuePattern::Slot(_) if index.resolve(actual).iter().any(|value| matches!(value.kind, ValueKind::Map(_))) => {
            false
        }
        ValuePattern::Slot(role) => {
            filled.slots.push(Slot { role: *role, span: actual.span, origins: index.origins(actual) });
            true
        }
        ValuePattern::Pair => index.resolve(actual).into_iter().any(|actual| pair(context, actual, &mut filled.slots)),
        ValuePattern::Blank => {
            index.origins(actual).iter().all(|origin| matches!(origin, crate::link::Origin::Blank { .. }))
        }
        ValuePattern::Text(text) => {
            index.resolve(actual).iter().any(|value| value.as_str().is_some_and(|known| known.text == *text))
        }
        ValuePattern::Name(name) => matches!(&actual.kind, ValueKind::Ref(path) if path.last() == name),
        ValuePattern::Map(items) => {
            // A map written on the spot resolves to itself.
            let maps = index.resolve(actual).into_iter().filter(|map| !std::ptr::eq(*map, actual));
            std::iter::once(actual).chain(maps).any(|map| self::map(context, items, map, filled))
        }
        ValuePattern::Base64(inner) => index.resolve(actual).into_iter().any(|actual| match &actual.kind {
            ValueKind::Base64(actual) => value(context, inner, actual, filled),
            _ => false,
        }),
        ValuePattern::Concat(parts) => index.resolve(actual).into_iter().any(|actual| match &actual.kind {
            ValueKind::Concat(actual) if actual.len() == parts.len() => {
                parts.iter().zip(actual).all(|(part, actual)| value(context, part, actual, filled))
            }
            _ => false,
        }),
    }
}

fn map<'a>(
    context: &Context<'a, '_>,
    items: &[(Option<String>, ValuePattern)],
    actual: &'a Value,
    filled: &mut Filled,
) -> bool {
    let written: &[Item] = match &actual.kind {
        ValueKind::Map(items) => items,
        _ => &[],
    };
    let mut unkeyed = written.iter().filter(|item| item.key.is_none());
    items.iter().all(|(key, pattern)| {
        let found = match key {
            Some(key) => context.index.member(actual, key),
            None => unkeyed.next().map(|item| (None, &item.value)),
        };
        found.is_some_and(|(key, found)| spanned(context, pattern, key, found, filled))
    })
}

/// Splits `id:key` into two slots. A URL is no pair.
pub(super) fn pair<'a>(context: &Context<'a, '_>, actual: &'a Value, slots: &mut Vec<Slot>) -> bool {
    let flat = Flat::of(context.index, actual);
    let mut slot = |role, start, end| {
        let span = flat.span(start, end).unwrap_or(actual.span);
        slots.push(Slot { role, span, origins: flat.origins(context.index, start, end, actual.span) });
    };
    let Some(colon) = flat.text.find(':').filter(|&at| !flat.text[at..].starts_with("://")) else {
        // Both may come from one place, whose name says what it holds.
        let origins = flat.hole_value(&flat.text).map_or(Vec::new(), |whole| context.index.origins(whole));
        let key = |name: &str| context.pack.role_of_name(&snake(name)) == Some(Role::ApiKey);
        let joined = origins.iter().filter_map(Origin::name).any(key);
        if joined {
            slot(Role::ApiKey, 0, flat.text.len());
        }
        return joined;
    };
    slot(Role::AppId, 0, colon);
    slot(Role::ApiKey, colon + 1, flat.text.len());
    true
}
