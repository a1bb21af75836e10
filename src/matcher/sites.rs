//! Calls that a login may be behind.
//!
//! Owns the choice of calls that linking looks at: a function whose parameters reach a login is a login at each of its
//! calls. The decision to know: a call counts when the vendor is named in it, or when this file defines the function;
//! so a file costs what it says of the vendor, not what it calls.

use std::collections::HashSet;

use super::{Context, Matched, Site};
use crate::facts::{Arg, Call, Carrier, Value, ValueKind};
use crate::link::Origin;
use crate::span::Span;

/// Calls of one file beyond this many are left out.
const MAX_SITES: usize = 256;
/// Arguments of one call beyond this many are left out.
const MAX_ARGS: usize = 16;

/// Finds them in a layer, if it is code in force.
pub(super) fn find(context: &Context<'_, '_>, out: &mut Matched<'_>) {
    if context.carrier() != Carrier::Code {
        return;
    }
    let origins = out.uses.iter().flat_map(|found| &found.slots).flat_map(|slot| &slot.origins);
    let own: HashSet<&str> = origins.filter_map(function).collect();
    let logins: HashSet<Span> = out.uses.iter().map(|found| found.span).collect();
    let mut sites = Vec::new();
    for call in &context.index.facts.calls {
        let Some(name) = name(call).filter(|_| !call.args.is_empty() && sites.len() < MAX_SITES) else { continue };
        let bound = binds(context, call);
        if (!bound && !own.contains(name) && !call.args.iter().any(|arg| mentions(context, &arg.value)))
            || logins.contains(&call.span)
        {
            continue;
        }
        let args = call.args.iter().take(MAX_ARGS).flat_map(|arg| passed(context, arg)).collect();
        sites.push(Site { name: name.to_owned(), bound, span: call.span, args });
    }
    out.sites.extend(sites);
}

/// The function that a parameter belongs to.
fn function(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Param { function, .. } if !function.is_empty() => Some(function),
        _ => None,
    }
}

/// What is called: the last name, or the class of a construction that ends in a word for it.
fn name(call: &Call) -> Option<&str> {
    let last = call.path.0.last()?.text.as_str();
    let class = call.path.0.len().checked_sub(2).map(|at| call.path.0[at].text.as_str());
    Some(
        class
            .filter(|class| matches!(last, "new" | "init" | "create") && class.starts_with(char::is_uppercase))
            .unwrap_or(last),
    )
}

/// Whether the call's path, or the module its first name is from, names the vendor.
fn binds(context: &Context<'_, '_>, call: &Call) -> bool {
    let names = |text: &str| contains(text, &context.pack.word);
    call.path.0.iter().any(|name| names(&name.text)) || context.index.modules(&call.path).any(names)
}

/// Whether a value, or what is close inside it, is read from a name of the vendor.
pub(super) fn mentions(context: &Context<'_, '_>, value: &Value) -> bool {
    mentions_within(context, value, 3)
}

fn mentions_within(context: &Context<'_, '_>, value: &Value, depth: usize) -> bool {
    match &value.kind {
        ValueKind::Env(name) => contains(&name.text, &context.pack.word),
        ValueKind::Ref(path) => path.0.iter().any(|name| contains(&name.text, &context.pack.word)),
        _ => depth > 0 && value.children().any(|child| mentions_within(context, child, depth - 1)),
    }
}

/// Whether `text` contains `word`, which is in lower case, in whatever letter case.
pub(super) fn contains(text: impl AsRef<[u8]>, word: &str) -> bool {
    text.as_ref().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// An argument with its keyword, or a map's items with theirs beside the map itself.
fn passed(context: &Context<'_, '_>, arg: &Arg) -> Vec<(Option<String>, Vec<Origin>)> {
    let keyword = arg.name.as_ref().map(|name| name.text.clone());
    let whole = (keyword, context.index.origins(&arg.value));
    let maps = context.index.resolve(&arg.value);
    let items = maps.into_iter().flat_map(|map| match &map.kind {
        ValueKind::Map(items) => items.as_slice(),
        _ => &[],
    });
    let items = items
        .take(MAX_ARGS)
        .filter_map(|item| Some((Some(item.key.as_ref()?.text.clone()), context.index.origins(&item.value))));
    std::iter::once(whole).chain(items).collect()
}
