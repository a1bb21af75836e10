//! One layer of facts, ready for look-ups: scopes, names, values.
//!
//! Owns in-file resolution. It knows no vendor and no language. The decision to know: a name is resolved from the
//! innermost scope outwards, a value is followed a bounded number of steps, and what cannot be followed is said to be
//! unknown rather than guessed.

use std::collections::HashMap;

use crate::facts::{Assign, Call, CallId, Def, DefKind, Facts, Import, Name, Path, Value, ValueKind};
use crate::span::Span;

/// How many names a value is followed through.
const MAX_STEPS: usize = 8;
/// How many alternatives a value may have before the rest is left out.
const MAX_ORIGINS: usize = 16;

/// Look-ups over one layer of facts.
pub struct Index<'a> {
    /// The facts.
    pub facts: &'a Facts,
    locals: HashMap<&'a str, Vec<&'a Import>>,
    wildcards: Vec<&'a Import>,
    assigns: HashMap<&'a str, Vec<&'a Assign>>,
    /// Definitions by the start of their body, outer before inner, with the index of the one around.
    scopes: Vec<(&'a Def, Option<usize>)>,
    parents: Vec<Option<CallId>>,
    stored: HashMap<CallId, Vec<&'a Path>>,
    mentions: HashMap<String, Vec<CallId>>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A text in this file.
    Literal {
        /// The text.
        text: String,
        /// Between the quotes.
        span: Span,
    },
    /// An empty text or nothing.
    Blank {
        /// Where.
        span: Span,
    },
    /// An environment variable.
    Env {
        /// Its name.
        name: String,
        /// Where it is read.
        span: Span,
    },
    /// A parameter of the function around.
    Param {
        /// Its name.
        name: String,
        /// Where it is used.
        span: Span,
    },
    /// A name this file does not define: a setting, a field, a record's column.
    Name {
        /// The dotted path, or that of a call with its text arguments.
        dotted: String,
        /// Where it is used.
        span: Span,
    },
    /// Computed in a way nobody follows.
    Unknown {
        /// Where.
        span: Span,
    },
}

impl Origin {
    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Literal { span, .. }
            | Self::Blank { span }
            | Self::Env { span, .. }
            | Self::Param { span, .. }
            | Self::Name { span, .. }
            | Self::Unknown { span } => *span,
        }
    }

    /// The name it is read from, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Env { name, .. } | Self::Param { name, .. } => Some(name),
            Self::Name { dotted, .. } => Some(dotted),
            _ => None,
        }
    }
}

impl<'a> Index<'a> {
    /// Prepares look-ups.
    #[must_use]
    pub fn new(facts: &'a Facts) -> Self {
        let mut index = Self {
            facts,
            locals: HashMap::new(),
            wildcards: Vec::new(),
            assigns: HashMap::new(),
            scopes: scopes(&facts.defs),
            parents: vec![None; facts.calls.len()],
            stored: HashMap::new(),
            mentions: HashMap::new(),
        };
        for import in &facts.imports {
            match (&import.member, &import.local) {
                (Some(member), _) if member.text == "*" => index.wildcards.push(import),
                (_, Some(local)) => index.locals.entry(&local.text).or_default().push(import),
                _ => (),
            }
        }
        for assign in &facts.assigns {
            index.assigns.entry(assign.target.last()).or_default().push(assign);
            index.store(&assign.value, &assign.target);
        }
        for (id, call) in facts.calls.iter().enumerate() {
            for value in call.receiver.as_deref().into_iter().chain(call.args.iter().map(|arg| &arg.value)) {
                index.mention(value, id, 0);
            }
            if call.path.0.len() > 1 && call.receiver.is_none() {
                let on = call.path.0[..call.path.0.len() - 1]
                    .iter()
                    .map(|name| name.text.as_str())
                    .collect::<Vec<_>>()
                    .join(".");
                index.mentions.entry(on).or_default().push(id);
            }
        }
        index
    }

    fn store(&mut self, value: &'a Value, target: &'a Path) {
        if let ValueKind::Call(id) = value.kind {
            self.stored.entry(id).or_default().push(target);
        }
        value.children().for_each(|child| self.store(child, target));
    }

    fn mention(&mut self, value: &Value, by: CallId, depth: usize) {
        match &value.kind {
            ValueKind::Call(id) => self.parents[*id] = Some(by),
            ValueKind::Ref(path) => self.mentions.entry(path.dotted()).or_default().push(by),
            _ if depth < MAX_STEPS => value.children().for_each(|child| self.mention(child, by, depth + 1)),
            _ => (),
        }
    }

    /// The call that this one is an argument or the receiver of.
    #[must_use]
    pub fn parent(&self, id: CallId) -> Option<CallId> {
        self.parents[id]
    }

    /// Names the call's result is stored under.
    #[must_use]
    pub fn stored_as(&self, id: CallId) -> &[&'a Path] {
        self.stored.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Calls that take the name as an argument or are made on it.
    #[must_use]
    pub fn users(&self, dotted: &str) -> &[CallId] {
        self.mentions.get(dotted).map_or(&[], Vec::as_slice)
    }

    /// The definitions around a position, innermost first.
    pub fn scopes_at(&self, at: usize) -> impl Iterator<Item = &'a Def> + '_ {
        let after = self.scopes.partition_point(|(def, _)| def.body.start <= at);
        let mut next = after.checked_sub(1);
        std::iter::from_fn(move || {
            loop {
                let (def, outer) = self.scopes[next?];
                next = outer;
                if def.body.contains(Span::new(at, at)) {
                    return Some(def);
                }
            }
        })
    }

    /// The innermost function around a position.
    #[must_use]
    pub fn function_at(&self, at: usize) -> Option<&'a Def> {
        self.scopes_at(at).find(|def| def.kind == DefKind::Function)
    }

    // Names.

    /// The full names a path may stand for: imports, aliases, block parameters resolved. Best first, never empty.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        self.absolute_into(path, 0, &mut found);
        found.push(path.0.iter().map(|name| name.text.clone()).collect());
        found
    }

    /// Whether the file says that the path's first name is brought in from a module.
    #[must_use]
    pub fn is_imported(&self, path: &Path) -> bool {
        self.locals.contains_key(path.root())
    }

    /// Whether the path's first name may stand for another one: it is brought in, or given one.
    #[must_use]
    pub fn may_rename(&self, path: &Path) -> bool {
        let named =
            |assign: &&Assign| matches!(&assign.value.kind, ValueKind::Ref(other) if other.root() != path.root());
        self.is_imported(path) || self.assigns.get(path.root()).is_some_and(|assigns| assigns.iter().any(named))
    }

    fn absolute_into(&self, path: &Path, depth: usize, found: &mut Vec<Vec<String>>) {
        let Some(root) = path.0.first() else { return };
        let rest = || path.0[1..].iter().map(|name| name.text.clone());
        for import in self.locals.get(root.text.as_str()).into_iter().flatten() {
            let member = import.member.as_ref().map(|name| name.text.clone());
            found.push(
                module_path(&import.module.text)
                    .into_iter()
                    .chain(member)
                    .chain(rest())
                    .filter(|part| part != "default")
                    .collect(),
            );
        }
        if depth >= 4 {
            return;
        }
        if let Some(call) = self.block_parameter(root) {
            let mut owners = Vec::new();
            self.absolute_into(&call.path, depth + 1, &mut owners);
            owners.push(call.path.0.iter().map(|name| name.text.clone()).collect());
            found.extend(
                owners.into_iter().map(|owner| owner.into_iter().chain(["#".to_owned()]).chain(rest()).collect()),
            );
        }
        // Classes and modules are given other names, and those start with a capital like their own.
        let aliased = root.text.starts_with(char::is_uppercase) && self.may_rename(path);
        let given = if aliased { self.lookup(&Path::single(root.clone()), root.span.start) } else { Vec::new() };
        for assign in given {
            match &assign.kind {
                ValueKind::Ref(alias) if alias.0.len() < 8 && alias.root() != root.text => {
                    let full = Path(alias.0.iter().chain(&path.0[1..]).cloned().collect());
                    self.absolute_into(&full, depth + 1, found);
                    found.push(full.0.iter().map(|name| name.text.clone()).collect());
                }
                _ => (),
            }
        }
        if !self.locals.contains_key(root.text.as_str()) {
            for import in &self.wildcards {
                let full =
                    module_path(&import.module.text).into_iter().chain(path.0.iter().map(|name| name.text.clone()));
                found.push(full.collect());
            }
        }
    }

    /// The call whose block has this name as a parameter.
    fn block_parameter(&self, name: &Name) -> Option<&'a Call> {
        let owner =
            self.scopes_at(name.span.start).find(|def| def.params.iter().any(|param| param.name.text == name.text))?;
        owner.of.map(|id| &self.facts.calls[id])
    }

    // Values.

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
        let matching: Vec<&Assign> = candidates.iter().copied().take(256).filter(|assign| same(assign)).collect();
        for scope in self.scopes_at(at) {
            let inside: Vec<&Value> = matching
                .iter()
                .filter(|assign| self.scopes_at(assign.span.start).next().is_some_and(|def| std::ptr::eq(def, scope)))
                .map(|assign| &assign.value)
                .collect();
            if !inside.is_empty() {
                return inside;
            }
            if own && scope.params.iter().any(|param| param.name.text == last.text) {
                return Vec::new();
            }
        }
        // File level, or a member set in another function of the class.
        let reachable = |assign: &&&Assign| {
            let local = assign.target.0.len() == 1 && assign.target.root() != "self";
            !local || self.function_at(assign.span.start).is_none_or(|def| !own || def.body.contains(Span::new(at, at)))
        };
        matching.iter().filter(reachable).map(|assign| &assign.value).collect()
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
        self.resolve_into(value, 0, &mut found);
        found
    }

    fn resolve_into(&self, value: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
        if found.len() >= MAX_ORIGINS {
            return;
        }
        if let ValueKind::Ref(path) = &value.kind
            && depth < MAX_STEPS
        {
            let values = self.lookup(path, value.span.start);
            let values: Vec<_> = values.into_iter().filter(|next| !next.span.contains(value.span)).collect();
            if !values.is_empty() {
                return values.into_iter().for_each(|value| self.resolve_into(value, depth + 1, found));
            }
        }
        found.push(value);
    }

    /// Everything a value may come from.
    #[must_use]
    pub fn origins(&self, value: &'a Value) -> Vec<Origin> {
        let mut origins = Vec::new();
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
                ValueKind::Call(id) => self.called(*id, span),
                _ => Origin::Unknown { span },
            };
            origins.push(origin);
        }
    }

    /// A name nobody assigns: a parameter, or something from elsewhere. A parameter's default counts beside it.
    fn unresolved(&self, path: &Path, span: Span, depth: usize, origins: &mut Vec<Origin>) -> Origin {
        if let [name] = path.0.as_slice()
            && let Some(param) =
                self.scopes_at(span.start).find_map(|def| def.params.iter().find(|param| param.name.text == name.text))
        {
            if let Some(default) = param.default.as_ref().filter(|_| depth < MAX_STEPS) {
                self.origins_into(default, depth + 1, origins);
            }
            return Origin::Param { name: name.text.clone(), span };
        }
        Origin::Name { dotted: path.dotted(), span }
    }

    /// `config.get('a.b')` is read from `config.get.a.b`.
    fn called(&self, id: CallId, span: Span) -> Origin {
        let call = &self.facts.calls[id];
        let texts = call.args.iter().filter_map(|arg| arg.value.as_str()).map(|text| text.text.clone());
        let path = call.path.0.iter().map(|name| name.text.clone());
        Origin::Name { dotted: path.chain(texts).collect::<Vec<_>>().join("."), span }
    }
}

/// A module name as path segments: `a.b`, `A\B` and `A::B` are split.
pub(crate) fn module_path(module: &str) -> Vec<String> {
    module.split(['.', '\\', ':']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Definitions outer before inner, each with the index of the one around it.
fn scopes(defs: &[Def]) -> Vec<(&Def, Option<usize>)> {
    let mut sorted: Vec<&Def> = defs.iter().collect();
    sorted.sort_by_key(|def| (def.body.start, std::cmp::Reverse(def.body.end)));
    let mut scopes: Vec<(&Def, Option<usize>)> = Vec::with_capacity(sorted.len());
    let mut open: Vec<usize> = Vec::new();
    for def in sorted {
        while open.last().is_some_and(|&outer| scopes[outer].0.body.end <= def.body.start) {
            open.pop();
        }
        scopes.push((def, open.last().copied()));
        open.push(scopes.len() - 1);
    }
    scopes
}
