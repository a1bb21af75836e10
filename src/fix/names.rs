//! Names that a fix may change or remove.
//!
//! Owns the question who else may know a name, and the name that a token gets in a key's place. The decision to know: a
//! name is ours to change when it is local to a function, to a module that exports it nowhere, or says the vendor's word,
//! since every file that says it was read.

use super::files::{Files, words};
use crate::facts::Assign;
use crate::lang;
use crate::link::Index;
use crate::matcher::snake;
use crate::pack::schema::Role;
use crate::source::line_at;

/// The one assignment that defines `name` in this layer, where no code elsewhere can know the name.
pub(super) fn owned<'a>(
    files: &Files<'_, '_, '_>,
    file: usize,
    language: &'static str,
    index: &Index<'a>,
    name: &str,
) -> Option<&'a Assign> {
    let mut assigns = index.facts.assigns.iter().filter(|assign| assign.target.last() == name);
    let assign = assigns.next().filter(|assign| assigns.next().is_none() && assign.target.0.len() == 1)?;
    let bare = name.trim_start_matches(['$', '@']);
    let local = index.function_at(assign.span.start).is_some();
    // What a module does not export is known in it alone; an export would be one more place that says the name.
    let module = || lang::family(language) == "javascript" && !index.facts.imports.is_empty();
    let unseen = || {
        let mut others = (0..files.project.files.len()).filter(|other| *other != file);
        bare.to_lowercase().contains(&files.project.pack.word)
            && others.all(|other| words(files.text(other), bare).next().is_none())
    };
    let line = line_at(files.text(file), assign.span.start).of(files.text(file));
    let says = |word: &str| words(line, word).next().is_some();
    let own = || says("private") || says("my") || module() || unseen();
    (!says("export") && (local && !name.starts_with('@') || own())).then_some(assign)
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
