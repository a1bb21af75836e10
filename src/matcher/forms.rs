//! Forms of HTTP itself: userinfo in a URL, a hand-made Basic header, a Bearer header.
//!
//! Owns what RFC 3986, RFC 7617 and RFC 6750 say about carrying credentials, in any language. It knows hosts and nothing
//! else of a vendor.

use std::sync::LazyLock;

use regex::Regex;

use super::flat::{Flat, is_hole};
use super::visit::{self, Owner};
use super::{Binding, Context, Matched, Named, Slot, Use, binding, may_say, snake, steps};
use crate::facts::{Carrier, Value, ValueKind};
use crate::link::Origin;
use crate::pack::schema::{Form, HostRole, Role};
use crate::span::Span;

static USERINFO: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)(?:[a-z][a-z0-9+.-]*://|^|["'\s])([^/@\s:?#"']+):([^/@\s?#"']*)@([a-z0-9.-]+)"#;
    Regex::new(pattern).expect("the expression is a constant, compiled in a test")
});

static JOINED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"//([^/@\s:?#])@([a-zA-Z0-9.-]+)").expect("the expression is a constant, compiled in a test")
});

static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bBasic ([^\s:]+):([^\s:]+)$").expect("the expression is a constant, compiled in a test")
});

static BASIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bBasic\s+([A-Za-z0-9+/_-]{8,}={0,2})").expect("the expression is a constant, compiled in a test")
});

static BEARER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bBearer\s+(\S+)$").expect("the expression is a constant, compiled in a test"));

/// Finds these forms in a layer.
pub(super) fn find<'p>(context: &Context<'_, 'p>, out: &mut Matched<'p>) {
    let mut found: Vec<(Form, Span, Vec<Slot>, Binding)> = Vec::new();
    let mut pairs = Vec::new();
    visit::values(context.index.facts, |owner, value| match &value.kind {
        ValueKind::Str(_) | ValueKind::Concat(_) => {
            pairs.extend(lone_pair(context, owner, value));
            found.extend(userinfo(context, value));
            found.extend(pasted(context, owner, value));
            found.extend(unencoded(context, owner, value));
            found.extend(bearer(context, owner, value));
        }
        ValueKind::Base64(inner) => found.extend(computed(context, owner, value, inner)),
        _ => (),
    });
    out.named.extend(pairs);
    for (form, span, slots, binding) in found {
        let role = slots.last().map(|slot| slot.role);
        let seen = out
            .uses
            .iter()
            .any(|other| other.span.overlaps(span) && other.slots.iter().any(|slot| Some(slot.role) == role));
        let Some(construct) =
            context.pack.constructs.iter().find(|construct| construct.form == Some(form)).filter(|_| !seen)
        else {
            continue;
        };
        out.uses.push(Use {
            construct,
            span,
            callee: None,
            matched: Vec::new(),
            in_map: false,
            slots,
            binding,
            companions: Vec::new(),
            carrier: context.carrier(),
            language: context.layer.language,
        });
    }
}

/// The key of a text that is `id:key` and nothing else, tied to the vendor's host or in a comment of a file that names
/// it: what a header or a command is put together from.
fn lone_pair(context: &Context<'_, '_>, owner: Owner<'_>, value: &Value) -> Option<Named> {
    let text = value.as_str()?;
    let (id, key) = text.text.split_once(':')?;
    let is =
        |role: Role, part: &str| context.pack.credentials.iter().any(|shape| shape.role == role && shape.proves(part));
    let host = |(name, role): &(String, HostRole)| {
        *role == HostRole::Api && memchr::memmem::find(context.text, name.as_bytes()).is_some()
    };
    if !is(Role::AppId, id) || !is(Role::ApiKey, key) {
        return None;
    }
    match context.carrier() {
        Carrier::Code => _ = binding::of(context, owner, value.span)?,
        _ if !context.pack.hosts.iter().any(host) => return None,
        _ => (),
    }
    let span = Flat::of(context.index, value).file_span(id.len() + 1, text.text.len())?;
    let origins = vec![Origin::Literal { text: key.to_owned(), span }];
    Some(Named { role: Role::ApiKey, name: String::new(), span, origins, carrier: context.carrier(), entry: None })
}

/// `https://id:key@host/…`, with or without the scheme.
fn userinfo(context: &Context<'_, '_>, value: &Value) -> Option<(Form, Span, Vec<Slot>, Binding)> {
    if !value.has_text(|text| text.contains('@')) {
        return None;
    }
    let flat = Flat::of(context.index, value);
    let masked: String = templates_masked(&flat.text);
    let Some(found) = USERINFO
        .captures_iter(&masked)
        .find(|found| context.pack.host(&found[3].to_ascii_lowercase()) == Some(HostRole::Api))
    else {
        return joined(context, value, &flat);
    };
    let slot = |role, group: usize| {
        let part = found.get(group).map_or(0..0, |part| part.range());
        Slot {
            role,
            span: flat.span_in(part.start, part.end, value.span),
            origins: flat.origins(context.index, part.start, part.end, value.span),
        }
    };
    Some((Form::UserinfoUrl, value.span, vec![slot(Role::AppId, 1), slot(Role::ApiKey, 2)], Binding::Host))
}

/// `https://{pair}@host/…`, where the name of the part in front says that it holds a key.
fn joined(context: &Context<'_, '_>, value: &Value, flat: &Flat<'_>) -> Option<(Form, Span, Vec<Slot>, Binding)> {
    let part = JOINED
        .captures_iter(&flat.text)
        .find(|found| context.pack.host(&found[2].to_ascii_lowercase()) == Some(HostRole::Api))?;
    let pair = flat.hole_value(&part[1])?;
    let origins = context.index.origins(pair);
    let key = |origin: &Origin| origin.name().is_some_and(|name| snake(name).ends_with("api_key"));
    let slot = Slot { role: Role::ApiKey, span: pair.span, origins };
    slot.origins.iter().any(key).then(|| (Form::UserinfoUrl, value.span, vec![slot], Binding::Host))
}

/// The text with the insides of `{{…}}`, `${…}` and `<%=…%>` overwritten byte for byte, so that they are one word each.
fn templates_masked(text: &str) -> String {
    static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\{\{[^{}]*\}\}|[$#%]\{[^{}]*\}|<%=.*?%>")
            .expect("the expression is a constant, compiled in a test")
    });
    let mut masked = String::with_capacity(text.len());
    let mut last = 0;
    for found in TEMPLATE.find_iter(text) {
        masked.push_str(&text[last..found.start()]);
        masked.extend(std::iter::repeat_n('x', found.len()));
        last = found.end();
    }
    masked.push_str(&text[last..]);
    masked
}

/// `Basic ` and base64 that stands in the file.
fn pasted(context: &Context<'_, '_>, owner: Owner<'_>, value: &Value) -> Option<(Form, Span, Vec<Slot>, Binding)> {
    let text = value.as_str()?;
    if !may_say(&text.text, "basic") {
        return None;
    }
    let found = BASIC.captures(&text.text)?.get(1)?;
    let decoded = String::from_utf8(crate::pack::base64(found.as_str().as_bytes())?).ok()?;
    let (id, key) = decoded.split_once(':')?;
    if id.is_empty() || decoded.chars().any(char::is_control) {
        return None;
    }
    let binding = binding::of(context, owner, value.span)?;
    let flat = Flat::of(context.index, value);
    let span = flat.file_span(found.start(), found.end()).unwrap_or(value.span);
    let origin = |text: &str| match text {
        "" => crate::link::Origin::Blank { span },
        text => crate::link::Origin::Literal { text: text.to_owned(), span },
    };
    let slots = vec![
        Slot { role: Role::AppId, span, origins: vec![origin(id)] },
        Slot { role: Role::ApiKey, span, origins: vec![origin(key)] },
    ];
    Some((Form::BasicHeader, value.span, slots, binding))
}

/// `Bearer ` and a token that is put in.
fn bearer(context: &Context<'_, '_>, owner: Owner<'_>, value: &Value) -> Option<(Form, Span, Vec<Slot>, Binding)> {
    if !value.has_text(|text| text.contains("earer")) {
        return None;
    }
    let flat = Flat::of(context.index, value);
    let found = BEARER.captures(&flat.text)?.get(1)?;
    let binding = binding::of(context, owner, value.span)?;
    let origins = flat.origins(context.index, found.start(), found.end(), value.span);
    Some((Form::BearerHeader, value.span, vec![Slot { role: Role::Token, span: value.span, origins }], binding))
}

/// `Basic id:key`, which some write where base64 belongs.
fn unencoded(context: &Context<'_, '_>, owner: Owner<'_>, value: &Value) -> Option<(Form, Span, Vec<Slot>, Binding)> {
    if !value.has_text(|text| text.contains("Basic ")) {
        return None;
    }
    let flat = Flat::of(context.index, value);
    let found = PLAIN.captures(&flat.text)?;
    let slot = |role, group: usize| {
        let part = found.get(group).map_or(0..0, |part| part.range());
        let span = flat.span(part.start, part.end).unwrap_or(value.span);
        Slot { role, span, origins: flat.origins(context.index, part.start, part.end, value.span) }
    };
    let slots = vec![slot(Role::AppId, 1), slot(Role::ApiKey, 2)];
    let binding = binding::of_login(context, owner, value.span, &slots)?;
    Some((Form::BasicHeader, value.span, slots, binding))
}

/// Base64 of `id:key`, computed.
fn computed<'a>(
    context: &Context<'a, '_>,
    owner: Owner<'a>,
    value: &'a Value,
    inner: &'a Value,
) -> Option<(Form, Span, Vec<Slot>, Binding)> {
    let mut slots = Vec::new();
    let pairs = context.index.resolve(inner).into_iter().any(|inner| steps::pair(context, inner, &mut slots));
    let text = Flat::of(context.index, inner).text;
    let whole = !text.is_empty() && !text.chars().all(is_hole) && !text.contains(' ');
    if !pairs || !whole {
        return None;
    }
    let binding = binding::of_login(context, owner, value.span, &slots)?;
    Some((Form::BasicHeader, value.span, slots, binding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_is_split_at_its_colon_and_at() {
        let parts = |text: &str| {
            USERINFO
                .captures(&templates_masked(text))
                .map(|found| (found[1].to_owned(), found[2].to_owned(), found[3].to_owned()))
        };
        let expected = |id: &str, key: &str| Some((id.to_owned(), key.to_owned(), "api.example.com".to_owned()));
        assert_eq!(parts("https://a:b@api.example.com/x"), expected("a", "b"));
        assert_eq!(parts("a:b@api.example.com"), expected("a", "b"));
        assert_eq!(parts("https://a:@api.example.com"), expected("a", ""));
        assert_eq!(
            parts("https://{{ s }}:${k}@api.example.com").map(|found| found.2),
            Some("api.example.com".to_owned())
        );
        assert_eq!(parts("mail me: a@b.example.com"), None);
        assert!(BASIC.is_match("Authorization: Basic YTpiYTpiYTpi"));
        assert_eq!(&BEARER.captures("Authorization: Bearer a1").expect("it has a token")[1], "a1");
    }
}
