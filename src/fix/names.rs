//! Names that a fix may change or remove.
//!
//! Owns the question who else may know a name, and the name that a token gets in a key's place. The decision to know: a
//! name is ours to change when it is local to a function, to a module that exports it nowhere, or says the vendor's word,
//! since every file that says it was read.

use std::collections::BTreeSet;

use super::files::{Files, words};
use crate::facts::{Assign, Value, ValueKind};
use crate::lang;
use crate::link::Index;
use crate::matcher::snake;
use crate::pack::schema::Role;
use crate::source::line_at;
use crate::span::Span;

/// The one assignment of a name, and who may know it.
pub(super) struct Definition {
    /// Its file.
    pub(super) file: usize,
    pub(super) assign: Assign,
    /// The function it is local to.
    pub(super) function: Option<Span>,
    /// Whether other files may know it; all of those were read.
    shared: bool,
}

impl Definition {
    /// Everywhere the name stands: the file and the byte.
    pub(super) fn mentions<'d>(&'d self, files: &'d Files<'_, '_, '_>) -> impl Iterator<Item = (usize, Span)> + 'd {
        let bare = self.assign.target.last().trim_start_matches(['$', '@']);
        let others = (0..files.project.files.len()).filter(|other| self.shared && *other != self.file);
        let places =
            move |file: usize| words(files.text(file), bare).map(move |at| (file, Span::new(at, at + bare.len())));
        std::iter::once(self.file).chain(others).flat_map(places)
    }
}

/// The definition of `name` for the code of `file`. `None` where there is none or more than one, or files that were not
/// read may know it.
pub(super) fn definition(
    files: &Files<'_, '_, '_>,
    file: usize,
    name: &str,
    keys: &BTreeSet<String>,
) -> Option<Definition> {
    let mut found = in_file(files, file, name, keys);
    if found.is_empty() && says_vendor(files, name) {
        // Most files never say the name, and need not be lowered to know that they do not define it.
        let says = memchr::memmem::Finder::new(name.trim_start_matches('$'));
        let says = |other: &usize| *other != file && says.find(files.text(*other)).is_some();
        let others = (0..files.project.files.len()).filter(says);
        found = others.flat_map(|other| in_file(files, other, name, keys)).collect();
        found.retain(|(_, shared)| *shared == Some(true));
    }
    let mut found = found.into_iter();
    let (mut definition, shared) = found.next().filter(|_| found.next().is_none())?;
    definition.shared = shared?;
    (!definition.shared || !files.project.partial).then_some(definition)
}

fn says_vendor(files: &Files<'_, '_, '_>, name: &str) -> bool {
    name.to_lowercase().contains(&files.project.pack.word)
}

/// The definitions of `name` in a file, each with whether other files may know it; `None` where nobody can tell.
fn in_file(
    files: &Files<'_, '_, '_>,
    file: usize,
    name: &str,
    keys: &BTreeSet<String>,
) -> Vec<(Definition, Option<bool>)> {
    let mut found = Vec::new();
    files.assigned(file, name.trim_start_matches('$'), |language, facts, assign| {
        let index = Index::new(facts);
        let function = index.function_at(assign.span.start).map(|def| def.body);
        let line = line_at(files.text(file), assign.span.start).of(files.text(file));
        let says = |word: &str| words(line, word).next().is_some();
        // What a module does not export is known in it alone; an export would be one more place that says the name.
        let module = lang::family(language) == "javascript" && !facts.imports.is_empty();
        let local = function.is_some() && !name.starts_with('@');
        // Whoever uses a key or a name of the vendor's speaks of the vendor, and was read.
        let ours = says_vendor(files, name) || reads(&assign.value, keys);
        let shared = match () {
            () if says("export") => None,
            () if local || module || says("private") || says("my") => Some(false),
            () if ours => Some(true),
            () => None,
        };
        found.push((Definition { file, assign: assign.clone(), function, shared: false }, shared));
    });
    found
}

/// Whether a value is read from one of these variables.
fn reads(value: &Value, names: &BTreeSet<String>) -> bool {
    matches!(&value.kind, ValueKind::Env(name) if names.contains(&name.text))
        || value.children().any(|value| reads(value, names))
}

/// The name for a token where `name` held a key: `api_key` becomes `access_token` in the style it is written in. `None`
/// where the name says nothing of a key. A name of one word tells no style, and gets one word: `key` becomes `token`.
pub(super) fn for_token(files: &Files<'_, '_, '_>, name: &str) -> Option<String> {
    const KEY: [&str; 9] = ["app", "api", "rest", "secret", "key", "password", "pwd", "pass", "apikey"];
    let bare = name.trim_start_matches(['$', '_']);
    let mark = &name[..name.len() - bare.len()];
    let whole = snake(bare);
    let words: Vec<&str> = whole.split('_').collect();
    let kept = words.len() - words.iter().rev().take_while(|word| KEY.contains(word)).count();
    let says = kept < words.len()
        && (words.last().is_some_and(|last| last.ends_with("key"))
            || files.project.pack.role_of_name(&whole) == Some(Role::ApiKey));
    if !says || bare.contains('-') {
        return None;
    }
    let token: &[&str] = if words.len() - kept == 1 { &["token"] } else { &["access", "token"] };
    let words: Vec<&str> = words[..kept].iter().chain(token).copied().collect();
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    };
    let has = |such: fn(char) -> bool| bare.contains(such);
    let name = if !has(char::is_lowercase) {
        words.join("_").to_uppercase()
    } else if has(char::is_uppercase) {
        let first = if bare.starts_with(char::is_uppercase) { capital(words[0]) } else { words[0].to_owned() };
        words[1..].iter().fold(first, |name, word| name + &capital(word))
    } else {
        words.join("_")
    };
    Some(format!("{mark}{name}"))
}
