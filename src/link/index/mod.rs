//! One layer of facts, ready for look-ups: scopes, names, values.
//!
//! Owns in-file resolution. It knows no vendor and no language. The decision to know: a name is resolved from the
//! innermost scope outwards, a value is followed a bounded number of steps, and what cannot be followed is said to be
//! unknown rather than guessed.

mod names;
mod origin;
mod values;

use std::collections::{HashMap, HashSet};

use crate::facts::{Assign, CallId, Def, DefKind, Facts, Import, Path, Value, ValueKind};
use crate::span::Span;
pub(crate) use names::module_path;
pub use origin::Origin;

/// How many names a value is followed through.
const MAX_STEPS: usize = 8;

/// Look-ups over one layer of facts.
pub struct Index<'a> {
    /// The facts.
    pub facts: &'a Facts,
    locals: HashMap<&'a str, Vec<&'a Import>>,
    wildcards: Vec<&'a Import>,
    /// Assignments by the last segment of their target, each with the innermost scope around.
    assigns: HashMap<&'a str, Vec<(&'a Assign, Option<usize>)>>,
    /// Names that something is stored in, by their last segment.
    filled: HashSet<&'a str>,
    /// Definitions by the start of their body, outer before inner, with the index of the one around.
    scopes: Vec<(&'a Def, Option<usize>)>,
    parents: Vec<Option<CallId>>,
    stored: HashMap<CallId, Vec<&'a Path>>,
    /// What functions give back, by their name, with where each is defined.
    given: HashMap<&'a str, Vec<(&'a Def, &'a Value)>>,
    /// The variables that closures are stored in, by the closure's end.
    closures: HashMap<usize, &'a str>,
    mentions: HashMap<String, Vec<CallId>>,
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
            filled: HashSet::new(),
            scopes: scopes(&facts.defs),
            parents: vec![None; facts.calls.len()],
            stored: HashMap::new(),
            given: HashMap::new(),
            closures: HashMap::new(),
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
            let innermost = index.scope_ids_at(assign.span.start).next();
            index.assigns.entry(assign.target.last()).or_default().push((assign, innermost));
            index.filled.extend(assign.target.0.iter().rev().nth(1).map(|name| name.text.as_str()));
            index.store(&assign.value, &assign.target);
        }
        index.give();
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

    /// Sorts what functions give back by the function's name; a closure has that of the variable it is stored in.
    fn give(&mut self) {
        let stored = self.facts.assigns.iter().filter(|assign| matches!(assign.value.kind, ValueKind::Opaque));
        self.closures = stored.map(|assign| (assign.value.span.end, assign.target.last())).collect();
        for value in &self.facts.returns {
            let Some(def) = self.function_at(value.span.start) else { continue };
            let name =
                def.name.as_ref().map(|name| name.text.as_str()).or_else(|| self.closures.get(&def.body.end).copied());
            if let Some(name) = name {
                self.given.entry(name).or_default().push((def, value));
            }
        }
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
            ValueKind::Ref(path) => self.mentions.entry(path.dotted().into_owned()).or_default().push(by),
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
        self.scope_ids_at(at).map(|id| self.scopes[id].0)
    }

    /// The same, as indexes into the scopes.
    fn scope_ids_at(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let after = self.scopes.partition_point(|(def, _)| def.body.start <= at);
        let mut next = after.checked_sub(1);
        std::iter::from_fn(move || {
            loop {
                let id = next?;
                let (def, outer) = self.scopes[id];
                next = outer;
                if def.body.contains(Span::new(at, at)) {
                    return Some(id);
                }
            }
        })
    }

    /// The innermost function around a position.
    #[must_use]
    pub fn function_at(&self, at: usize) -> Option<&'a Def> {
        self.scopes_at(at).find(|def| def.kind == DefKind::Function)
    }
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
