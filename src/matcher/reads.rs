//! Where credentials are looked up by their names.
//!
//! Owns the list of such look-ups in code: variables, settings, fields. The decision to know: a setting that is read
//! from a variable does not use it yet, so the look-up is said to be kept under the setting's name.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::visit::{self, Owner};
use super::{Column, Context, Matched, Read, may_say, snake};
use crate::facts::{Carrier, Entry, Path, Value, ValueKind};
use crate::lang;
use crate::pack::schema::Role;
use crate::span::Span;

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z_][A-Za-z0-9_]{5,79}").expect("the expression is a constant, compiled in a test")
});

static EXPANSION: LazyLock<regex::Regex> = LazyLock::new(|| {
    let pattern = r"\$[({]?\{?\s*(?:secrets\.|env\.|vars\.)?([A-Za-z_][A-Za-z0-9_]*)";
    regex::Regex::new(pattern).expect("the expression is a constant, compiled in a test")
});

/// Finds them, and the columns that hold credentials.
pub(super) fn find(context: &Context<'_, '_>, out: &mut Matched<'_>) {
    if context.carrier() != Carrier::Code {
        return;
    }
    let facts = context.index.facts;
    if context.layer.language == lang::text::LANGUAGE.name {
        // Nobody reads this language: whatever it says of such a name may be a look-up.
        let words = WORD.find_iter(context.text).filter_map(|word| std::str::from_utf8(word.as_bytes()).ok());
        let keys: HashSet<&str> = facts.entries.iter().map(|entry| entry.path.last()).collect();
        let names = words.filter(|word| !keys.contains(word)).map(snake);
        let names: std::collections::BTreeSet<String> = names.filter(|name| is_credential(context, name)).collect();
        return out.reads.extend(names.into_iter().map(|name| Read { name, kept_as: None }));
    }
    let mut entries: Vec<&Entry> = facts.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.value.span.start, entry.value.span.end));
    let whole: HashSet<Span> = facts.assigns.iter().map(|assign| assign.value.span).collect();
    let word = &context.pack.word;
    let says = |path: &Path| path.0.iter().any(|name| may_say(&name.text, word));
    visit::values(facts, |owner, value| {
        let name = match &value.kind {
            ValueKind::Env(name) if may_say(&name.text, word) => snake(&name.text),
            ValueKind::Ref(path) if says(path) => snake(&path.dotted()),
            ValueKind::Str(text) if matches!(owner, Owner::Nothing) => return expanded(context, &text.text, out),
            ValueKind::Call(id) => {
                let call = &facts.calls[*id];
                let texts = call.args.iter().filter_map(|arg| arg.value.as_str()).map(|text| text.text.as_str());
                if !says(&call.path) && !texts.clone().any(|text| may_say(text, word)) {
                    return;
                }
                snake(&std::iter::once(call.path.dotted().as_ref()).chain(texts).collect::<Vec<_>>().join("_"))
            }
            _ => return,
        };
        if is_credential(context, &name) {
            let kept_as = kept_as(context, owner, value, &whole).or_else(|| passed_as(context, &entries, value));
            out.reads.push(Read { name, kept_as });
        }
    });
    columns(context, out);
}

/// Variables that a command in a configuration expands.
fn expanded(context: &Context<'_, '_>, text: &str, out: &mut Matched<'_>) {
    if !text.contains('$') {
        return;
    }
    let names = EXPANSION.captures_iter(text).map(|found| snake(&found[1]));
    out.reads.extend(names.filter(|name| is_credential(context, name)).map(|name| Read { name, kept_as: None }));
}

/// The name of the entry that passes a value on to the program: `NAME: ${NAME}`, `NAME=${NAME}` in a list.
fn passed_as(context: &Context<'_, '_>, entries: &[&Entry], value: &Value) -> Option<String> {
    let after = entries.partition_point(|entry| entry.value.span.start <= value.span.start);
    let around = entries[..after].iter().rev().take(4).find(|entry| entry.value.span.contains(value.span))?;
    let name = match &around.value.kind {
        ValueKind::Concat(parts) => snake(parts.first()?.as_str()?.text.strip_suffix('=')?),
        _ => snake(&around.path.dotted()),
    };
    is_credential(context, &name).then_some(name)
}

fn is_credential(context: &Context<'_, '_>, name: &str) -> bool {
    name.contains(&context.pack.word) && matches!(context.pack.role_of_name(name), Some(Role::ApiKey | Role::Token))
}

/// The name of the setting that a value is all of.
fn kept_as(context: &Context<'_, '_>, owner: Owner<'_>, value: &Value, whole: &HashSet<Span>) -> Option<String> {
    let Owner::Stored(path) = owner else { return None };
    let name = snake(&path.dotted());
    (whole.contains(&value.span) && is_credential(context, &name)).then_some(name)
}

fn columns(context: &Context<'_, '_>, out: &mut Matched<'_>) {
    let rows: Vec<_> = context.pack.evidence.iter().filter(|row| row.columns.is_some()).collect();
    for (id, call) in context.index.facts.calls.iter().enumerate() {
        let dotted = call.path.dotted();
        let makes = |row: &&&crate::pack::Evidence| row.columns.as_ref().is_some_and(|calls| calls.is_match(&dotted));
        let Some(row) = rows.iter().find(makes) else { continue };
        let texts = call.args.iter().filter_map(|arg| arg.value.as_str()).map(|text| snake(&text.text));
        let stored = context.index.stored_as(id).iter().map(|path| snake(path.last()));
        let names = texts.chain(stored).filter(|name| is_credential(context, name));
        out.columns.extend(names.map(|name| Column {
            name,
            says: row.says.clone(),
            span: call.span,
            carrier: context.carrier(),
        }));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_word_is_a_name() {
        assert!(super::WORD.is_match(b"System.get_env(\"ACME_API_KEY\")"));
        assert_eq!(&super::EXPANSION.captures("curl -u a:${ACME_KEY}").expect("it expands one")[1], "ACME_KEY");
    }
}
