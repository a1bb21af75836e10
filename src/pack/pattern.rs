//! A construct's code as a pattern.
//!
//! Owns the pattern's shape and how it is made from lowered code. It never sees a scanned file. The decision to know:
//! a pattern is the facts of its own snippet. Role names (`APP_ID`, `API_KEY`, `TOKEN`, `CLIENT_ID`, `CLIENT_SECRET`)
//! are slots, `PAIR` is `id:key` in one value, `ANY` and `URL` match anything, and every other name means itself.

use crate::facts::{Call, Facts, Value, ValueKind};
use crate::lang::Layer;
use crate::link::Index;
use crate::pack::schema::Role;

/// A construct: the step that decides and those that belong to it.
#[derive(Debug)]
pub struct Pattern {
    /// The step that holds the deciding credential.
    pub anchor: Step,
    /// Other steps of the snippet, such as the setter of the app id.
    pub companions: Vec<Step>,
}

/// One statement.
#[derive(Debug)]
pub enum Step {
    /// A call.
    Call(CallPattern),
    /// An assignment.
    Assign {
        /// What is written to.
        target: Vec<PathPattern>,
        /// What is written.
        value: ValuePattern,
    },
}

/// A call.
#[derive(Debug)]
pub struct CallPattern {
    /// The full names it may have.
    pub path: Vec<PathPattern>,
    /// Whether it is written as a construction.
    pub new: bool,
    /// Positional arguments, then named ones.
    pub args: Vec<(Option<String>, ValuePattern)>,
}

impl CallPattern {
    /// Whether it asks for keywords, or for a map with keys.
    #[must_use]
    pub fn takes_keys(&self) -> bool {
        let keyed = |value: &ValuePattern| matches!(value, ValuePattern::Map(items) if items.iter().any(|(key, _)| key.is_some()));
        self.args.iter().any(|(name, value)| name.is_some() || keyed(value))
    }
}

/// A full name.
#[derive(Debug, PartialEq, Eq)]
pub struct PathPattern {
    /// Its segments; `None` matches any.
    pub segments: Vec<Option<String>>,
    /// Whether any number of segments may stand before.
    pub open: bool,
    /// Whether this is only the name as written, without the module it comes from.
    pub written: bool,
}

/// A value.
#[derive(Debug)]
pub enum ValuePattern {
    /// Anything.
    Any,
    /// A credential.
    Slot(Role),
    /// `id:key` in one value.
    Pair,
    /// An empty text or nothing.
    Blank,
    /// This text.
    Text(String),
    /// This name, by its last segment.
    Name(String),
    /// A map or array with at least these items.
    Map(Vec<(Option<String>, ValuePattern)>),
    /// Base64 of the value.
    Base64(Box<ValuePattern>),
    /// One of the vendor's hosts somewhere inside.
    Concat(Vec<ValuePattern>),
}

/// Makes a pattern of a snippet's layers. `modules` are other names of the module it imports; a name counts without its
/// module only when `word` is in it.
///
/// # Errors
/// Says what is missing when the snippet holds no statement with a slot.
pub fn compile(layers: &[Layer], modules: &[String], word: &str) -> Result<Pattern, String> {
    let facts = layers.first().map(|layer| &layer.facts).ok_or("the code holds nothing")?;
    let (index, names) = (Index::new(facts), Names { modules, word });
    let mut steps: Vec<(usize, Step)> = Vec::new();
    for call in &facts.calls {
        steps.push((call.span.start, Step::Call(call_pattern(&index, call, names))));
    }
    for assign in &facts.assigns {
        let target = path_patterns(&index, &assign.target, names);
        steps.push((assign.span.start, Step::Assign { target, value: value_pattern(facts, &assign.value) }));
    }
    steps.retain(|(_, step)| step.has_slot());
    steps.sort_by_key(|(start, _)| *start);
    let mut steps: Vec<Step> = steps.into_iter().map(|(_, step)| step).collect();
    let decides = |role: &Role| *role != Role::AppId && *role != Role::ClientId;
    let anchor = steps.iter().rposition(|step| step.roles().iter().any(decides)).or(steps.len().checked_sub(1));
    let anchor =
        anchor.ok_or("the code has no statement with APP_ID, API_KEY, TOKEN, CLIENT_ID, CLIENT_SECRET or PAIR")?;
    let anchor = steps.remove(anchor);
    Ok(Pattern { anchor, companions: steps })
}

/// The role a name of the snippet stands for.
#[must_use]
pub fn role_of(name: &str) -> Option<Role> {
    Some(match name {
        "APP_ID" => Role::AppId,
        "API_KEY" => Role::ApiKey,
        "TOKEN" => Role::Token,
        "CLIENT_ID" => Role::ClientId,
        "CLIENT_SECRET" => Role::ClientSecret,
        _ => return None,
    })
}

fn metavariable(name: &str) -> Option<ValuePattern> {
    match name {
        "PAIR" => Some(ValuePattern::Pair),
        "ANY" | "URL" => Some(ValuePattern::Any),
        _ => role_of(name).map(ValuePattern::Slot),
    }
}

fn call_pattern(index: &Index<'_>, call: &Call, known: Names<'_>) -> CallPattern {
    let args = call
        .args
        .iter()
        .map(|arg| (arg.name.as_ref().map(|name| name.text.clone()), value_pattern(index.facts, &arg.value)));
    let mut args: Vec<_> = args.collect();
    args.sort_by_key(|(name, _)| name.is_some());
    let mut path = path_patterns(index, &call.path, known);
    if call.receiver.is_some() {
        path.iter_mut().for_each(|path| path.open = true);
    }
    CallPattern { path, new: call.new, args }
}

/// What a snippet's names are compared with.
#[derive(Clone, Copy)]
struct Names<'n> {
    /// Other names of the module.
    modules: &'n [String],
    /// The vendor's word.
    word: &'n str,
}

fn path_patterns(index: &Index<'_>, path: &crate::facts::Path, known: Names<'_>) -> Vec<PathPattern> {
    let all = index.absolute(path);
    let imported = all.len() > 1;
    let mut patterns = Vec::new();
    for (at, names) in all.iter().enumerate() {
        let written = imported && at + 1 == all.len();
        if !written || names.iter().any(|name| name.to_ascii_lowercase().contains(known.word)) {
            patterns.push(path_pattern(names, written));
        }
        if at == 0 && imported {
            let import = index.facts.imports.iter().find(|import| {
                import.local.as_ref().is_some_and(|local| local.text == path.root())
                    || import.member.as_ref().is_some_and(|member| member.text == "*")
            });
            let prefix = import.map_or(0, |import| crate::link::index::module_path(&import.module.text).len());
            for module in known.modules {
                let names: Vec<String> = crate::link::index::module_path(module)
                    .into_iter()
                    .chain(names[prefix..].iter().cloned())
                    .collect();
                patterns.push(path_pattern(&names, false));
            }
        }
    }
    patterns
}

fn path_pattern(names: &[String], written: bool) -> PathPattern {
    let open = names.first().is_some_and(|name| name == "ANY");
    let segments = names.iter().skip(usize::from(open)).map(|name| (name != "ANY").then(|| name.clone())).collect();
    PathPattern { segments, open, written }
}

fn value_pattern(facts: &Facts, value: &Value) -> ValuePattern {
    let items = |items: &[crate::facts::Item]| {
        items
            .iter()
            .map(|item| (item.key.as_ref().map(|key| key.text.clone()), value_pattern(facts, &item.value)))
            .collect()
    };
    match &value.kind {
        ValueKind::Env(name) => metavariable(&name.text).unwrap_or(ValuePattern::Any),
        ValueKind::Ref(path) => metavariable(path.last()).unwrap_or_else(|| ValuePattern::Name(path.last().to_owned())),
        ValueKind::Str(text) if text.text.is_empty() => ValuePattern::Blank,
        ValueKind::Str(text) => metavariable(&text.text).unwrap_or_else(|| ValuePattern::Text(text.text.clone())),
        ValueKind::Null => ValuePattern::Blank,
        ValueKind::Map(map) => ValuePattern::Map(items(map)),
        ValueKind::Base64(inner) => ValuePattern::Base64(Box::new(value_pattern(facts, inner))),
        ValueKind::Concat(parts) => ValuePattern::Concat(parts.iter().map(|part| value_pattern(facts, part)).collect()),
        // A conversion around a slot, such as a constructor of a string type, passes it on.
        ValueKind::Call(id) => match facts.calls[*id].args.as_slice() {
            [arg] => value_pattern(facts, &arg.value),
            _ => ValuePattern::Any,
        },
        ValueKind::Either(_) | ValueKind::Opaque => ValuePattern::Any,
    }
}

impl Step {
    /// The roles of its slots.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        let mut roles = Vec::new();
        match self {
            Self::Call(call) => call.args.iter().for_each(|(_, value)| value.roles(&mut roles)),
            Self::Assign { value, .. } => value.roles(&mut roles),
        }
        roles
    }

    fn has_slot(&self) -> bool {
        !self.roles().is_empty()
    }
}

impl ValuePattern {
    /// Whether a credential stands in it.
    #[must_use]
    pub fn has_slot(&self) -> bool {
        let mut roles = Vec::new();
        self.roles(&mut roles);
        !roles.is_empty()
    }

    fn roles(&self, roles: &mut Vec<Role>) {
        match self {
            Self::Slot(role) => roles.push(*role),
            Self::Pair => roles.extend([Role::AppId, Role::ApiKey]),
            Self::Map(items) => items.iter().for_each(|(_, value)| value.roles(roles)),
            Self::Base64(inner) => inner.roles(roles),
            Self::Concat(parts) => parts.iter().for_each(|part| part.roles(roles)),
            Self::Any | Self::Blank | Self::Text(_) | Self::Name(_) => (),
        }
    }
}

impl PathPattern {
    /// Whether a full name is this one.
    #[must_use]
    pub fn matches(&self, names: &[String]) -> bool {
        let Some(skip) = names.len().checked_sub(self.segments.len()) else { return false };
        (skip == 0 || self.open)
            && self
                .segments
                .iter()
                .zip(&names[skip..])
                .all(|(segment, name)| segment.as_ref().is_none_or(|segment| segment == name))
    }

    /// The last segment, by which constructs are found.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.segments.last()?.as_deref()
    }
}
