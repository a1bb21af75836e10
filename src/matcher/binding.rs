//! What ties a request to a host.
//!
//! Owns the search for the host of a call: outwards from its own arguments and receiver, over the names and calls they
//! touch, to the nearest texts that name a host. The decision to know: the nearest host decides, so that credentials
//! belong to whoever owns *that* request; only when a chain names none does the function, then the file, speak.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::visit::{self, Owner};
use super::{Binding, Context, Slot, may_say, snake};
use crate::facts::{CallId, Name, Path, Value, ValueKind};
use crate::link::Origin;
use crate::pack::Pack;
use crate::pack::schema::{HostRole, Role};
use crate::span::Span;

/// How many steps a host may be away.
const MAX_DISTANCE: usize = 5;
/// How many names and calls are looked at.
const MAX_NODES: usize = 400;

static HOST: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)(?:https?:)?//(?:[^/@\s"'<>]*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})"#;
    Regex::new(pattern).expect("the expression is a constant, compiled in a test")
});

#[derive(Clone, PartialEq, Eq, Hash)]
enum Node {
    Call(CallId),
    Name(String),
}

/// Which hosts a text names.
#[derive(Clone, Copy, Default)]
pub(super) struct Hosts {
    /// One of the vendor's that takes credentials.
    ours: bool,
    /// Any other.
    other: bool,
}

impl Hosts {
    fn add(&mut self, more: Self) {
        self.ours |= more.ours;
        self.other |= more.other;
    }

    fn any(self) -> bool {
        self.ours || self.other
    }
}

fn hosts_in(pack: &Pack, text: &str) -> Hosts {
    let mut hosts = Hosts::default();
    let ours = |name: &str| matches!(pack.host(&name.to_ascii_lowercase()), Some(HostRole::Api | HostRole::Oauth));
    // Hardly any text names a host, and the expression begins with this.
    for found in text.contains("//").then(|| HOST.captures_iter(text)).into_iter().flatten() {
        let ours = ours(&found[1]);
        hosts.add(Hosts { ours, other: !ours });
    }
    // A host without a scheme: `api.vendor.com/users`, or after userinfo.
    let bare = text.trim().rsplit('@').next().unwrap_or_default().split(['/', ':', '?']).next().unwrap_or_default();
    hosts.ours |= !hosts.other && bare.contains('.') && ours(bare);
    hosts
}

/// The hosts a text names that are not the vendor's, unless it names one of those too.
pub(super) fn foreign(pack: &Pack, text: &str) -> Option<String> {
    let hosts: Vec<String> = HOST.captures_iter(text).map(|found| found[1].to_ascii_lowercase()).collect();
    let ours = hosts.iter().any(|host| pack.host(host).is_some());
    hosts.into_iter().next().filter(|_| !ours)
}

/// What ties a value held by `owner` at `at` to the vendor's host, if anything does.
pub(super) fn of(context: &Context<'_, '_>, owner: Owner<'_>, at: Span) -> Option<Binding> {
    if !names_vendor(context) {
        return None;
    }
    let hosts = nearest(context, start(owner), at);
    if hosts.any() { hosts.ours.then_some(Binding::Host) } else { around(context, at) }
}

/// The same for a login of these slots. Where no host is in sight, an app id and a key read from names of the vendor's
/// say whose the login is.
pub(super) fn of_login(context: &Context<'_, '_>, owner: Owner<'_>, at: Span, slots: &[Slot]) -> Option<Binding> {
    let ours = around_is_ours(context, at);
    let names = |role: Role| {
        let own = |name: &str| {
            let name = snake(name);
            let full = if ours { format!("{}_{name}", context.pack.word) } else { name };
            context.pack.role_of_name(&full) == Some(role)
        };
        let mut origins = slots.iter().filter(|slot| slot.role == role).flat_map(|slot| &slot.origins).peekable();
        origins.peek().is_none() && role == Role::AppId || origins.filter_map(Origin::name).any(own)
    };
    of(context, owner, at).or_else(|| {
        let elsewhere = || nearest(context, start(owner), at).any() || around_other(context, at);
        (names(Role::AppId) && names(Role::ApiKey) && !elsewhere()).then_some(Binding::Name)
    })
}

/// Whether the class or file around has the vendor's name: names inside need not repeat it.
pub(super) fn around_is_ours(context: &Context<'_, '_>, at: Span) -> bool {
    context.file.is_some() || in_ours(context, at)
}

/// Whether a class or function around has the vendor's name.
pub(super) fn in_ours(context: &Context<'_, '_>, at: Span) -> bool {
    let ours = ours(context);
    let after = ours.partition_point(|body| body.start <= at.start);
    ours[..after].last().is_some_and(|body| at.start <= body.end)
}

/// The outermost scopes of the layer that have the vendor's name, in order.
fn ours<'c>(context: &'c Context<'_, '_>) -> &'c [Span] {
    let named = |name: &Name| may_say(&name.text, &context.pack.word) && snake(&name.text).contains(&context.pack.word);
    context.ours.get_or_init(|| {
        let defs = context.index.facts.defs.iter().filter(|def| def.name.as_ref().is_some_and(named));
        let mut bodies: Vec<Span> = defs.map(|def| def.body).collect();
        bodies.sort_unstable_by_key(|body| (body.start, Reverse(body.end)));
        bodies.dedup_by(|inner, outer| outer.contains(*inner));
        bodies
    })
}

/// Whether the function around names a host of somebody else.
fn around_other(context: &Context<'_, '_>, at: Span) -> bool {
    let body = context.index.function_at(at.start).map(|def| def.body);
    let sites = context.hosts.get_or_init(|| sites(context));
    sites.iter().any(|(span, hosts)| hosts.other && body.is_none_or(|body| body.contains(*span)))
}

fn start(owner: Owner<'_>) -> Vec<Node> {
    match owner {
        Owner::Call(id) => vec![Node::Call(id)],
        Owner::Stored(path) => vec![Node::Name(path.dotted().into_owned())],
        Owner::Nothing => Vec::new(),
    }
}

/// Whether any text of the layer names a host of the vendor that takes credentials; without one nothing is tied to it.
pub(super) fn names_vendor(context: &Context<'_, '_>) -> bool {
    context.hosts.get_or_init(|| sites(context)).iter().any(|(_, hosts)| hosts.ours)
}

fn nearest(context: &Context<'_, '_>, start: Vec<Node>, at: Span) -> Hosts {
    let mut seen: HashSet<Node> = start.iter().cloned().collect();
    let mut frontier = start;
    for _ in 0..MAX_DISTANCE {
        let (mut hosts, mut next) = (Hosts::default(), Vec::new());
        for node in &frontier {
            texts_of(context, node, at, &mut next).iter().for_each(|text| hosts.add(hosts_in(context.pack, text)));
        }
        if hosts.any() {
            return hosts;
        }
        next.retain(|node| seen.len() < MAX_NODES && seen.insert(node.clone()));
        frontier = next;
    }
    Hosts::default()
}

/// The texts a node holds itself; what it touches goes to `next`.
fn texts_of(context: &Context<'_, '_>, node: &Node, at: Span, next: &mut Vec<Node>) -> Vec<String> {
    let index = context.index;
    let mut texts = Vec::new();
    match node {
        Node::Call(id) => {
            let call = &index.facts.calls[*id];
            let own = call.args.iter().filter(|arg| !arg.name.as_ref().is_some_and(|name| comes_back(&name.text)));
            for value in call.receiver.as_deref().into_iter().chain(own.map(|arg| &arg.value)) {
                touch(value, &mut texts, next);
            }
            if call.receiver.is_none() && call.path.0.len() > 1 {
                // The object a method is called on.
                next.push(Node::Name(Path(call.path.0[..call.path.0.len() - 1].to_vec()).dotted().into_owned()));
            }
            next.extend(index.parent(*id).map(Node::Call));
            next.extend(index.stored_as(*id).iter().map(|path| Node::Name(path.dotted().into_owned())));
        }
        Node::Name(dotted) => {
            let names = dotted.split('.').map(|part| Name { text: part.to_owned(), span: at });
            for value in index.lookup(&Path(names.collect()), at.start) {
                touch(value, &mut texts, next);
            }
            let function = |at: usize| index.function_at(at).map(|def| def.body);
            let here = function(at.start);
            let near = |id: &&CallId| dotted.contains('.') || function(index.facts.calls[**id].span.start) == here;
            next.extend(index.users(dotted).iter().filter(near).take(64).map(|id| Node::Call(*id)));
        }
    }
    texts
}

fn touch(value: &Value, texts: &mut Vec<String>, next: &mut Vec<Node>) {
    match &value.kind {
        ValueKind::Str(text) => texts.push(text.text.clone()),
        ValueKind::Concat(parts) => {
            texts.push(joined(parts));
            parts.iter().filter(|part| part.as_str().is_none()).for_each(|part| touch(part, texts, next));
        }
        ValueKind::Ref(path) => next.push(Node::Name(path.dotted().into_owned())),
        ValueKind::Call(id) => next.push(Node::Call(*id)),
        ValueKind::Map(items) => {
            let own = items.iter().filter(|item| !item.key.as_ref().is_some_and(|key| comes_back(&key.text)));
            own.for_each(|item| touch(&item.value, texts, next));
        }
        _ => value.children().for_each(|child| touch(child, texts, next)),
    }
}

/// Whether the parameter names where a person comes back to, which is no host of the request.
fn comes_back(name: &str) -> bool {
    matches!(name, "redirect_uri" | "redirectUri" | "redirect_url" | "redirectUrl" | "callback_url" | "callbackURL")
}

/// The known parts of a text put together.
fn joined(parts: &[Value]) -> String {
    parts.iter().filter_map(Value::as_str).map(|text| text.text.as_str()).collect()
}

/// The hosts of the function around, then of the whole layer, when the chain names none.
fn around(context: &Context<'_, '_>, at: Span) -> Option<Binding> {
    let body = context.index.function_at(at.start).map(|def| def.body);
    let (mut inside, mut anywhere) = (Hosts::default(), Hosts::default());
    for (span, hosts) in context.hosts.get_or_init(|| sites(context)) {
        anywhere.add(*hosts);
        if body.is_some_and(|body| body.contains(*span)) {
            inside.add(*hosts);
        }
    }
    let hosts = if inside.any() { inside } else { anywhere };
    (hosts.ours && !hosts.other).then_some(Binding::Around)
}

/// Every text of the layer that names a host.
fn sites(context: &Context<'_, '_>) -> Vec<(Span, Hosts)> {
    let mut sites = Vec::new();
    visit::values(context.index.facts, |_, value| {
        let hosts = match &value.kind {
            ValueKind::Str(text) => hosts_in(context.pack, &text.text),
            ValueKind::Concat(parts) => hosts_in(context.pack, &joined(parts)),
            _ => return,
        };
        if hosts.any() {
            sites.push((value.span, hosts));
        }
    });
    sites
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_host_is_found_behind_userinfo_and_scheme() {
        let host = |text: &str| super::HOST.captures(text).map(|found| found[1].to_owned());
        assert_eq!(host("https://id:key@api.example.com/users").as_deref(), Some("api.example.com"));
        assert_eq!(host("//API.example.co.uk").as_deref(), Some("API.example.co.uk"));
        assert_eq!(host("no host here"), None);
    }
}
