//! Look-ups of Clojure: the environment, and settings in maps.
//!
//! Owns the calls that read a value by its key.

use crate::facts::{Arg, Name, Value, ValueKind};
use crate::span::Span;

/// The environment variable that a keyword names.
pub(super) fn variable(key: &Name) -> Name {
    Name { text: key.text.replace(['-', '.', '/'], "_").to_uppercase(), span: key.span }
}

/// `(env :name)`
pub(super) fn environment(args: &[Arg], span: Span) -> Option<Value> {
    let name = args.first()?.value.as_str()?;
    let name = variable(&Name { text: name.text.clone(), span: name.content });
    Some(Value { kind: ValueKind::Env(name), span })
}

/// `(get m :a)`, `(get-in m [:a :b])`
pub(super) fn looked_up(args: &[Arg], span: Span) -> Option<Value> {
    let (object, keys) = match args {
        [object, keys, ..] => (object, keys),
        _ => return None,
    };
    let ValueKind::Ref(path) = &object.value.kind else { return None };
    let mut path = path.clone();
    let key = |value: &Value| value.as_str().map(|text| Name { text: text.text.clone(), span: text.content });
    match &keys.value.kind {
        ValueKind::Map(items) => path.0.extend(items.iter().map_while(|item| key(&item.value))),
        _ => path.0.push(key(&keys.value)?),
    }
    Some(Value { kind: ValueKind::Ref(path), span })
}
