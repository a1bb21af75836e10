//! What a name or a value comes to.
//!
//! Owns the steps from a name to what it was given, and from a value to its origins. The decision to know: both are
//! followed a bounded number of steps, and alternatives stay apart.

use super::{Index, Origin};
use crate::facts::{Assign, CallId, Def, DefKind, Name, Path, Value, ValueKind};
use crate::span::Span;

/// How many names a value is followed through.
const MAX_STEPS: usize = 8;
/// How many names are looked up for one value, over all its alternatives.
const MAX_LOOKUPS: usize = 32;
/// How many alternatives a value may have before the rest is left out.
const MAX_ORIGINS: usize = 16;

/// Calls that give a map of everything that their arguments hold, in any language.
const MERGES: &[&str] =
    &["assign", "merge", "extend", "defaults", "array_merge", "array_replace", "deep_merge", "update", "union", "dict"];

/// Methods that take what a map holds under a key.
const LOOKUPS: &[&str] = &["fetch", "get", "dig", "at", "getOrDefault", "get_value"];
/// Names of the object at hand.
const OBJECTS: &[&str] = &["self", "this", "cls"];
/// Names of methods that make an object of their class.
const CONSTRUCTORS: &[&str] = &["initialize", "__init__", "constructor", "__construct", "init", "new", "create"];

impl<'a> Index<'a> {
    /// What the name was given, seen from `at`: the assignments of the innermost scope that has any.
    #[must_use]
    pub fn lookup(&self, path: &Path, at: usize) -> Vec<&'a Value> {
        for len in (1..=path.0.len()).rev() {
            let (head, keys) = path.0.split_at(len);
            let values = self.assigned(head, at);
            let found: Vec<&Value> = values.into_iter().filter_map(|value| self.descend(value, keys)).take(4).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn assigned(&self, path: &[Name], at: usize) -> Vec<&'a Value> {
        let Some(last) = path.last() else { return Vec::new() };
        let Some(candidates) = self.assigns.get(last.text.as_str()) else { return Vec::new() };
        let own = path.len() == 1;
        let same = |assign: &Assign| {
            let target = &assign.target.0;
            let skip = |names: &[Name]| usize::from(names.first().is_some_and(|name| name.text == "self"));
            let (target, path) = (&target[skip(target)..], &path[skip(path)..]);
            // `Settings::KEY` finds `KEY` inside `Settings`.
            let tail = path.len() > target.len() && target.len() == 1;
            let names = if tail { &path[path.len() - 1..] } else { path };
            names.len() == target.len()
                && names.iter().zip(target).all(|(a, b)| a.text == b.text)
                && (!tail
                    || self
                        .scopes_at(assign.span.start)
                        .any(|def| def.name.as_ref().is_some_and(|name| name.text == path[path.len() - 2].text)))
        };
        // A name assigned more often than this is no constant; the bound keeps hostile files linear.
        let matching: Vec<&(&Assign, Option<usize>)> =
            candidates.iter().take(256).filter(|(assign, _)| same(assign)).collect();
        if matching.is_empty() {
            return Vec::new();
        }
        for scope in self.scope_ids_at(at) {
            let inside = matching.iter().filter(|(_, innermost)| *innermost == Some(scope));
            let inside: Vec<&Value> = inside.map(|(assign, _)| &assign.value).collect();
            if !inside.is_empty() {
                return inside;
            }
            if own && self.scopes[scope].0.params.iter().any(|param| param.name.text == last.text) {
                return Vec::new();
            }
        }
        // File level, or a member set in another function of the class.
        let reachable = |assign: &&&'a Assign| {
            let local = assign.target.0.len() == 1 && assign.target.root() != "self";
            !local || self.function_at(assign.span.start).is_none_or(|def| !own || def.body.contains(Span::new(at, at)))
        };
        matching.iter().map(|(assign, _)| assign).filter(reachable).map(|assign| &assign.value).collect()
    }

    fn descend(&self, value: &'a Value, keys: &[Name]) -> Option<&'a Value> {
        let mut value = value;
        for key in keys {
            let ValueKind::Map(items) = &value.kind else { return None };
            value = &items.iter().find(|item| item.key.as_ref().is_some_and(|name| name.text == key.text))?.value;
        }
        Some(value)
    }

    /// Follows names until something else stands there. Alternatives stay apart.
    #[must_use]
    pub fn resolve(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = Vec::new();
        self.resolve_into(value, 0, &mut { MAX_LOOKUPS }, &mut found);
        found
    }

    fn resolve_into(&self, value: &'a Value, depth: usize, budget: &mut usize, found: &mut Vec<&'a Value>) {
        if found.len() >= MAX_ORIGINS {
            return;
        }
        let follows = depth < MAX_STEPS && *budget > 0;
        let values = if follows { self.followed(value) } else { Vec::new() };
        if values.is_empty() {
            return found.push(value);
        }
        *budget -= 1;
        values.into_iter().for_each(|value| self.resolve_into(value, depth + 1, budget, found));
    }

    /// One step further from a name or a call of this file; empty where there is none.
    fn followed(&self, value: &'a Value) -> Vec<&'a Value> {
        let or = |values: Vec<&'a Value>, other: &dyn Fn() -> Vec<&'a Value>| {
            if values.is_empty() { other() } else { values }
        };
        match &value.kind {
            ValueKind::Ref(path) => {
                let values = self.lookup(path, value.span.start);
                let values = values.into_iter().filter(|next| !next.span.contains(value.span)).collect();
                or(values, &|| self.given(path, value.span))
            }
            ValueKind::Call(id) if self.facts.calls[*id].receiver.is_none() && !self.facts.calls[*id].new => {
                or(self.given(&self.facts.calls[*id].path, value.span), &|| self.looked_up(*id, value.span))
            }
            _ => Vec::new(),
        }
    }

    /// Whether a value may be a map, written or filled afterwards: what is none holds no keyword.
    #[must_use]
    pub fn may_hold_keys(&self, value: &'a Value) -> bool {
        let merges = |id: CallId| MERGES.contains(&self.facts.calls[id].path.last());
        let holds = |value: &&Value| match &value.kind {
            ValueKind::Map(_) => true,
            ValueKind::Call(id) => merges(*id),
            _ => false,
        };
        match &value.kind {
            ValueKind::Ref(path) if self.filled.contains(path.last()) => true,
            ValueKind::Ref(_) | ValueKind::Call(_) => self.resolve(value).iter().any(holds),
            _ => holds(&value),
        }
    }

    /// What `MAP.fetch("a")` takes from a map of this file.
    fn looked_up(&self, id: CallId, span: Span) -> Vec<&'a Value> {
        let call = &self.facts.calls[id];
        let Some((method, on)) = call.path.0.split_last() else { return Vec::new() };
        if on.is_empty() || !LOOKUPS.contains(&method.text.as_str()) {
            return Vec::new();
        }
        let keys = call.args.iter().map_while(|arg| arg.value.as_str());
        let names = keys.map(|key| Name { text: key.text.clone(), span: key.content });
        let path = Path(on.iter().cloned().chain(names).collect());
        if path.0.len() > on.len() { self.lookup(&path, span.start) } else { Vec::new() }
    }

    /// What a function of this file gives back that is called, or read like a member, at `span`.
    fn given(&self, path: &Path, span: Span) -> Vec<&'a Value> {
        let Some(candidates) = self.given.get(path.last()) else { return Vec::new() };
        let owner = path.0.len().checked_sub(2).map(|at| path.0[at].text.as_str());
        let owned = |def: &Def| match owner {
            None | Some("self" | "super" | "static" | "cls") => true,
            Some(owner) => {
                self.scopes_at(def.body.start).any(|around| around.name.as_ref().is_some_and(|name| name.text == owner))
            }
        };
        // A parameter hides a function of its name.
        let hidden = owner.is_none()
            && self.scopes_at(span.start).any(|def| def.params.iter().any(|param| param.name.text == path.last()));
        let outside = |def: &Def| !def.body.contains(span);
        let fits = candidates.iter().filter(|(def, _)| !hidden && outside(def) && owned(def));
        fits.map(|(_, value)| *value).take(4).collect()
    }

    /// What is kept under `key` in the map that a value is, or that a name stands for: written in the map, or stored in
    /// it afterwards.
    #[must_use]
    pub fn member(&self, value: &'a Value, key: &str) -> Option<(Option<&'a Name>, &'a Value)> {
        if let ValueKind::Ref(path) = &value.kind {
            let name = Name { text: key.to_owned(), span: value.span };
            let full: Vec<Name> = path.0.iter().cloned().chain([name]).collect();
            let stored =
                self.assigned(&full, value.span.start).into_iter().find(|next| !next.span.contains(value.span));
            if let Some(stored) = stored {
                return Some((None, stored));
            }
        }
        self.resolve(value).into_iter().find_map(|map| self.item(map, key, 0))
    }

    fn item(&self, map: &'a Value, key: &str, depth: usize) -> Option<(Option<&'a Name>, &'a Value)> {
        if depth >= 4 {
            return None;
        }
        let within = |value: &'a Value| self.resolve(value).into_iter().find_map(|map| self.item(map, key, depth + 1));
        match &map.kind {
            ValueKind::Map(items) => {
                let own = items.iter().find(|item| item.key.as_ref().is_some_and(|name| name.text == key));
                let spread = || items.iter().filter(|item| item.spread).find_map(|item| within(&item.value));
                own.map(|item| (item.key.as_ref(), &item.value)).or_else(spread)
            }
            ValueKind::Call(id) => {
                let call = &self.facts.calls[*id];
                // The last one wins, and what the method is called on comes first.
                let merges = MERGES.contains(&call.path.last());
                let receiver = call.receiver.as_deref().filter(|_| merges);
                let on = Path(call.path.0[..call.path.0.len().saturating_sub(1)].to_vec());
                let args = call.args.iter().filter(|_| merges).rev();
                let named = args.clone().find(|arg| arg.name.as_ref().is_some_and(|name| name.text == key));
                named
                    .map(|arg| (arg.name.as_ref(), &arg.value))
                    .or_else(|| args.map(|arg| &arg.value).chain(receiver).find_map(within))
                    .or_else(|| self.lookup(&on, map.span.start).into_iter().filter(|_| merges).find_map(within))
            }
            _ => None,
        }
    }

    /// Everything a value may come from.
    #[must_use]
    pub fn origins(&self, value: &'a Value) -> Vec<Origin> {
        // Nearly all have one, and those of settings are kept for all files.
        let mut origins = Vec::with_capacity(1);
        self.origins_into(value, 0, &mut origins);
        origins
    }

    fn origins_into(&self, value: &'a Value, depth: usize, origins: &mut Vec<Origin>) {
        for value in self.resolve(value) {
            if origins.len() >= MAX_ORIGINS {
                return;
            }
            let span = value.span;
            let origin = match &value.kind {
                ValueKind::Str(text) if text.text.trim().is_empty() => Origin::Blank { span },
                ValueKind::Str(text) => Origin::Literal { text: text.text.clone(), span: text.content },
                ValueKind::Null => Origin::Blank { span },
                ValueKind::Env(name) => Origin::Env { name: name.text.clone(), span },
                ValueKind::Ref(path) => self.unresolved(path, span, depth, origins),
                ValueKind::Either(values) if depth < MAX_STEPS => {
                    values.iter().for_each(|value| self.origins_into(value, depth + 1, origins));
                    continue;
                }
                ValueKind::Concat(values) if values.iter().all(|value| value.as_str().is_some()) => {
                    let text = values.iter().filter_map(Value::as_str).map(|text| text.text.as_str()).collect();
                    Origin::Literal { text, span }
                }
                ValueKind::Call(id) => {
                    // A look-up's last argument is what it gives where there is nothing.
                    let otherwise = self.facts.calls[*id].args.iter().skip(1).next_back().map(|arg| &arg.value);
                    let blank = |value: &&Value| match &value.kind {
                        ValueKind::Null => true,
                        ValueKind::Str(text) => text.text.trim().is_empty(),
                        _ => false,
                    };
                    origins.extend(otherwise.filter(blank).map(|value| Origin::Blank { span: value.span }));
                    self.called(*id, span)
                }
                _ => Origin::Unknown { span },
            };
            origins.push(origin);
        }
    }

    /// A name nobody assigns: a parameter, or something from elsewhere. A parameter's default counts beside it.
    fn unresolved(&self, path: &Path, span: Span, depth: usize, origins: &mut Vec<Origin>) -> Origin {
        if let Some((def, index)) = self.parameter(path, span.start) {
            let default = def.params[index].default.as_ref().filter(|_| depth < MAX_STEPS && path.0.len() == 1);
            if let Some(default) = default {
                self.origins_into(default, depth + 1, origins);
            }
            // Callers do not fill the first one of a method that names the object at hand.
            let index = index - usize::from(index > 0 && OBJECTS.contains(&def.params[0].name.text.as_str()));
            return Origin::Param {
                name: path.dotted().into_owned(),
                function: self.callable(def).to_owned(),
                index,
                span,
            };
        }
        Origin::Name { dotted: path.dotted().into_owned(), span }
    }

    /// The function around that has the path's first name as a parameter, and the parameter's place.
    fn parameter(&self, path: &Path, at: usize) -> Option<(&'a Def, usize)> {
        let name = path.0.first().filter(|name| !OBJECTS.contains(&name.text.as_str()))?;
        let place = |def: &Def| def.params.iter().position(|param| param.name.text == name.text);
        self.scopes_at(at).find_map(|def| Some((def, place(def)?)))
    }

    /// What callers know a function by.
    fn callable(&self, def: &'a Def) -> &'a str {
        let own = def.name.as_ref().map(|name| name.text.as_str());
        let name = own.or_else(|| self.closures.get(&def.body.end).copied()).unwrap_or_default();
        let class = self.scopes_at(def.body.start).find(|around| around.kind == DefKind::Container);
        let class = class.and_then(|class| class.name.as_ref()).map(|name| name.text.as_str());
        class.filter(|class| CONSTRUCTORS.contains(&name) || name == *class).unwrap_or(name)
    }

    /// `config.get('a.b')` is read from `config.get.a.b`.
    fn called(&self, id: CallId, span: Span) -> Origin {
        let call = &self.facts.calls[id];
        let texts = call.args.iter().filter_map(|arg| arg.value.as_str()).map(|text| text.text.clone());
        let path = call.path.0.iter().map(|name| name.text.clone());
        Origin::Name { dotted: path.chain(texts).collect::<Vec<_>>().join("."), span }
    }
}
