//! HTTP requests that are kept as data: collections, recordings, request files.
//!
//! Owns what their formats share: where a request has its URL and its credentials. It knows no client by name and no
//! vendor. The decision to know: such a request is a call with its URL and headers as arguments, and a user with a
//! password is the Basic header that is made of them. A recording happened; what it says is in force no more.

pub mod bruno;
pub mod curl;
pub mod http;

use std::ops::Range;

use super::Layer;
use super::entries::Kept;
use crate::facts::{Arg, Call, Carrier, Entry, Facts, Name, Path, Str, Text, Value, ValueKind};
use crate::span::Span;

/// Keys of a request's address.
pub(super) const ADDRESSES: &[&str] = &["url", "uri", "endpoint", "scope", "href"];

/// Adds a call for every map that holds an address or a login.
pub(super) fn calls(facts: &mut Facts, kept: &[Kept]) {
    for kept in kept {
        let entries = facts.entries.get(kept.entries.clone()).unwrap_or_default();
        if let Some(call) = call(entries, kept.depth) {
            facts.calls.push(call);
        }
    }
}

/// The request that these entries are of, where they hold a credential; `depth` keys lead to it.
fn call(entries: &[Entry], depth: usize) -> Option<Call> {
    let mut url: Option<&Entry> = None;
    let (mut user, mut password): (Option<&Entry>, Option<&Entry>) = (None, None);
    let mut headers: Vec<&Entry> = Vec::new();
    for entry in entries {
        let Some(keys) = entry.path.0.get(depth..).filter(|keys| !keys.is_empty()) else { continue };
        let last = keys.last().map(|name| name.text.to_ascii_lowercase()).unwrap_or_default();
        let key = |at: usize| keys.get(at).map(|name| name.text.to_ascii_lowercase()).unwrap_or_default();
        let login = keys[..keys.len() - 1].iter().any(|name| is_login(&name.text));
        match last.as_str() {
            "raw" if key(keys.len().saturating_sub(2)) == "url" => url = url.or(Some(entry)),
            last if keys.len() <= 2 && ADDRESSES.contains(&last) => url = url.or(Some(entry)),
            "authorization" => headers.push(entry),
            "equalto" if key(keys.len().saturating_sub(2)) == "authorization" => headers.push(entry),
            "username" | "user" | "login" if login => user = user.or(Some(entry)),
            "password" | "pass" if login => password = password.or(Some(entry)),
            "type" | "mode" | "authtype" if login && !is_basic(&entry.value) => return None,
            _ => (),
        }
    }
    let mut args: Vec<Arg> = url.map(|entry| arg("url", entry.span, entry.value.clone())).into_iter().collect();
    args.extend(headers.iter().map(|entry| arg("Authorization", entry.span, header(&entry.value))));
    if let (Some(user), Some(password)) = (user, password) {
        args.push(arg("Authorization", user.span, basic(&user.value, &password.value)));
    }
    let span = args.iter().map(|arg| arg.value.span).reduce(Span::to)?;
    let credential = url.is_none() || args.len() > 1;
    credential.then(|| request("request", span, args))
}

fn is_login(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("auth") || key.starts_with("basic")
}

/// Whether a kind of login may be Basic: `noauth`, `bearer` and the rest are not.
fn is_basic(kind: &Value) -> bool {
    kind.as_str().is_none_or(|kind| matches!(kind.text.to_ascii_lowercase().as_str(), "basic" | "string" | "any"))
}

fn request(method: &str, span: Span, args: Vec<Arg>) -> Call {
    let path = Path::single(Name { text: method.to_owned(), span: Span::new(span.start, span.start) });
    Call { path, new: false, receiver: None, args, args_span: span, span }
}

fn arg(name: &str, span: Span, value: Value) -> Arg {
    let name = Name { text: name.to_owned(), span: Span::new(span.start, span.start) };
    Arg { name: Some(name), value, spread: false }
}

/// The Basic header made of a user and a password.
fn basic(user: &Value, password: &Value) -> Value {
    let (first, last) = if user.span <= password.span { (user, password) } else { (password, user) };
    let span = first.span.to(last.span);
    let nowhere = Span::new(user.span.end, user.span.end);
    let colon = Value { kind: ValueKind::Str(Str { text: ":".to_owned(), content: nowhere }), span: nowhere };
    let pair = Value { kind: ValueKind::Concat(vec![user.clone(), colon, password.clone()]), span };
    Value { kind: ValueKind::Base64(Box::new(pair)), span }
}

/// A header as written, or what a client makes of `Basic user:password` and `Basic user password`.
fn header(written: &Value) -> Value {
    if let ValueKind::Concat(parts) = &written.kind {
        return Value { kind: joined(parts).unwrap_or_else(|| written.kind.clone()), span: written.span };
    }
    let Some(pair) = written.as_str().and_then(|text| split(&text.text).map(|parts| (text, parts))) else {
        return written.clone();
    };
    let (text, (user, password)) = pair;
    let part = |range: Range<usize>| {
        let exact = text.content.len() == text.text.len();
        let at = |at: usize| text.content.start + at;
        let span = if exact { Span::new(at(range.start), at(range.end)) } else { text.content };
        Value { kind: ValueKind::Str(Str { text: text.text[range].to_owned(), content: span }), span }
    };
    Value { span: written.span, ..basic(&part(user), &part(password)) }
}

/// The pair of `Basic {{user}}:{{password}}` or `Basic {{user}} {{password}}`.
fn joined(parts: &[Value]) -> Option<ValueKind> {
    let (first, rest) = parts.split_first()?;
    let scheme = first.as_str()?;
    let user = scheme.text.get(6..).filter(|_| scheme.text[..6].eq_ignore_ascii_case("basic "))?;
    let separates = |part: &Value| part.as_str().is_some_and(|text| text.text.contains([':', ' ']));
    if !user.contains([':', ' ']) && !rest.iter().any(separates) {
        return None;
    }
    let mut pair = Vec::new();
    let mut separated = false;
    for (text, part) in std::iter::once((Some(user.trim_start()), first)).chain(rest.iter().map(|part| (None, part))) {
        let Some(known) = part.as_str() else {
            pair.push(part.clone());
            continue;
        };
        let mut text = text.unwrap_or(&known.text).to_owned();
        if !separated && !text.contains(':') {
            text = text.replacen(' ', ":", 1);
        }
        separated |= text.contains(':');
        let text = Str { text, content: known.content };
        pair.push(Value { kind: ValueKind::Str(text), span: part.span });
    }
    let span = parts.iter().map(|part| part.span).reduce(Span::to)?;
    Some(ValueKind::Base64(Box::new(Value { kind: ValueKind::Concat(pair), span })))
}

/// Where user and password stand in `Basic user:password` or `Basic user password`.
fn split(header: &str) -> Option<(Range<usize>, Range<usize>)> {
    let start = header.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("basic ")).map(str::len)?;
    let from = start + header[start..].len() - header[start..].trim_start().len();
    let len = header[from..].find([':', ' '])?;
    let rest = from + len + 1;
    let after = rest + header[rest..].len() - header[rest..].trim_start().len();
    Some((from..from + len, after..header.trim_end().len().max(after)))
}

/// Makes a document of a file that records what happened; its first layer is the file's own.
pub(super) fn settle(layers: &mut [Layer], range: Span) {
    if let Some(layer) = layers.first_mut().filter(|layer| recorded(&layer.facts)) {
        layer.carrier = Carrier::Prose;
        layer.facts.texts.push(Text { carrier: Carrier::Prose, span: range });
    }
}

/// Whether a file records what requests were answered.
fn recorded(facts: &Facts) -> bool {
    let (mut request, mut response) = (false, false);
    let (mut scope, mut path, mut status) = (false, false, false);
    for entry in &facts.entries {
        let key = |at: usize| entry.path.0.get(at).map_or("", |name| name.text.as_str());
        match (key(0), key(1), key(2)) {
            ("http_interactions" | "interactions", "request" | "response", _) => return true,
            ("log", "entries", "request" | "response") | ("mappings", "request" | "response", _) => return true,
            ("request", _, _) => request = true,
            ("response", _, _) => response = true,
            ("scope", "", _) => scope = true,
            ("path", "", _) => path = true,
            ("status", "", _) => status = true,
            _ => (),
        }
    }
    response && request || scope && path && (status || response)
}
