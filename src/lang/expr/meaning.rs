//! What a call stands for: an environment read, base64, the same text, a filled format.
//!
//! Owns the calls that are values of another kind. It knows them only from the tables of a profile. The decision to know:
//! a call that is none of these is a fact of its own.

use super::super::reader::Reader;
use super::super::strings;
use super::super::words::List;
use super::{either, finish};
use crate::facts::{Arg, Call, Name, Path, Value, ValueKind};
use crate::span::Span;

/// Keywords under which a read of the environment takes its default.
const DEFAULTS: &[&str] = &["default", "defaultValue", "fallback"];

impl Reader<'_> {
    /// Records a call, or gives the value it stands for: an environment read, base64, the same text.
    pub fn finish_call(&mut self, mut call: Call) -> Value {
        let profile = self.profile;
        let span = call.span;
        if let Some(Value { kind: ValueKind::Ref(root), .. }) = call.receiver.as_deref() {
            // What looked like a value was a name after all.
            call.path = Path(root.0.iter().chain(&call.path.0).cloned().collect());
            call.receiver = None;
        }
        // Behind a computed value, a method without parentheses looks like a member: `"x".bytes.encode()`.
        let bare = profile.commands || profile.getters;
        while bare && call.receiver.is_some() && call.path.0.len() > 1 && profile.same.has(call.path.root().as_bytes())
        {
            call.path.0.remove(0);
        }
        let path = &call.path.0;
        let reads = |entry: &&str| matches_end(path, entry) && (entry.contains('.') || path.len() == 1);
        if call.receiver.is_none() && profile.env_calls.iter().any(reads) && !call.new {
            if call.args.is_empty() {
                // `System.getenv()` is the environment as a map.
                return Value { kind: ValueKind::Ref(call.path), span };
            }
            let mut args = std::mem::take(&mut call.args).into_iter();
            if let Some(Arg { value: Value { kind: ValueKind::Str(name), .. }, .. }) = args.next() {
                let env = Value { kind: ValueKind::Env(Name { text: name.text, span: name.content }), span };
                let is_default =
                    |arg: &Arg| arg.name.as_ref().is_none_or(|name| DEFAULTS.contains(&name.text.as_str()));
                return match args.find(is_default).map(|arg| arg.value) {
                    Some(default) => Value { kind: ValueKind::Either(vec![env, default]), span },
                    None => env,
                };
            }
            return Value::opaque(span);
        }
        if let Some(entry) = profile.base64.iter().find(|entry| matches_end(path, entry)) {
            // `Base64.encodeToString(bytes, Base64.NO_WRAP)` says how, too.
            let how = |arg: &&Arg| matches!(&arg.value.kind, ValueKind::Ref(path) if path.0.iter().any(|name| name.text.starts_with("Base64")));
            let mut encoded = call.args.iter().find(|arg| !how(arg)).map(|arg| arg.value.clone());
            if encoded.is_none() && !entry.contains('.') {
                // `text.encodeBase64()`
                encoded = self.receiver_of(&mut call);
            }
            if let Some(encoded) = encoded {
                return Value { kind: ValueKind::Base64(Box::new(encoded)), span };
            }
        }
        if let Some(encoded) = self.encoding_method(&mut call) {
            return Value { kind: ValueKind::Base64(Box::new(encoded)), span };
        }
        if profile.base64_methods.has(call.path.last().as_bytes())
            && (call.receiver.is_some() || call.path.0.len() > 1)
            && let Some(receiver) = self.receiver_of(&mut call)
        {
            return Value { kind: ValueKind::Base64(Box::new(receiver)), span };
        }
        let method = call.path.last().as_bytes();
        let (same, or_else) = (profile.same.has(method), profile.or_else.has(method));
        let passes = profile.passes.has(method) && !call.args.is_empty();
        let fills = profile.format_methods.has(method);
        if (same || or_else || fills)
            && (call.receiver.is_some() || call.path.0.len() > 1)
            && let Some(receiver) = self.receiver_of(&mut call)
        {
            let receiver = Value { span, ..receiver };
            if fills {
                return self.filled(&receiver, &call.args, span);
            }
            return match call.args.pop() {
                Some(arg) if or_else => Value { span, ..either(vec![receiver, arg.value]) },
                _ => receiver,
            };
        }
        if passes {
            return Value { span, ..call.args.remove(0).value };
        }
        let function = same && call.path.0.len() == 1
            || profile.same.iter().any(|entry| entry.contains('.') && matches_end(&call.path.0, entry));
        // A second argument says how: `bytes(text, "utf-8")`.
        if function && call.receiver.is_none() && matches!(call.args.len(), 1 | 2) {
            return call.args.remove(0).value;
        }
        if profile.formats.iter().any(|entry| matches_end(&call.path.0, entry)) && !call.args.is_empty() {
            let format = call.args[0].value.clone();
            return self.filled(&format, &call.args[1..], span);
        }
        self.facts.calls.push(call);
        Value { kind: ValueKind::Call(self.facts.calls.len() - 1), span }
    }

    /// `Buffer.from(x).toString('base64')`, `x.encode("base64")`, `[x].pack("m0")`: the value encoded.
    fn encoding_method(&self, call: &mut Call) -> Option<Value> {
        let [Arg { value, .. }] = call.args.as_slice() else { return None };
        match (call.path.last(), value.as_str()?.text.as_str()) {
            ("toString" | "encode", "base64") => self.receiver_of(call),
            ("pack", "m" | "m0") => match &call.receiver.as_ref()?.kind {
                ValueKind::Map(items) if items.len() == 1 => items.first().map(|item| item.value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a method is called on: the receiver, or the path without its last segment.
    fn receiver_of(&self, call: &mut Call) -> Option<Value> {
        if call.path.0.len() == 1 {
            return call.receiver.take().map(|receiver| *receiver);
        }
        if call.receiver.is_some() {
            return None;
        }
        let path = Path(call.path.0[..call.path.0.len() - 1].to_vec());
        let span = path.span();
        Some(self.reference(path, span))
    }

    /// A format with its places filled.
    pub(in crate::lang) fn filled(&self, format: &Value, args: &[Arg], span: Span) -> Value {
        let args: Vec<(Option<&str>, Value)> = args
            .iter()
            .flat_map(|arg| match &arg.value.kind {
                ValueKind::Map(items) if arg.name.is_none() => items
                    .iter()
                    .map(|item| (item.key.as_ref().map(|key| key.text.as_str()), item.value.clone()))
                    .collect(),
                _ => vec![(arg.name.as_ref().map(|name| name.text.as_str()), arg.value.clone())],
            })
            .collect();
        let parts = format.as_str().and_then(|text| strings::fill(&text.text, text.content, &args));
        if parts.is_none() && args.is_empty() {
            return Value { span, ..format.clone() };
        }
        parts.map_or_else(|| Value::opaque(span), |mut parts| Value { span, ..finish(&mut parts, &mut false) })
    }
}

/// Whether a path ends in the dotted `entry`.
pub(in crate::lang) fn matches_end(path: &[Name], entry: &str) -> bool {
    // Nearly all differ at the end, which needs no splitting to see.
    let Some(last) = path.last().map(|name| name.text.as_bytes()) else { return false };
    if last.last() != entry.as_bytes().last() || !entry.as_bytes().ends_with(last) {
        return false;
    }
    let mut segments = path.iter().rev();
    entry.rsplit('.').all(|part| segments.next().is_some_and(|name| name.text == part))
}
