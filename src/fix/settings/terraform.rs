//! Terraform's own variables, which fill those of programs.
//!
//! Owns the renaming of `var.acme_api_key` and of what declares and sets it. The decision to know: only what is clearly
//! the variable is renamed, for the same word may name a resource, whose renaming would replace it.

use super::readers::Fate;
use super::{Moved, Plan, Task, definitions, verify};
use crate::facts::{Name, Path, Value};
use crate::finding::{self, Edit, Holder, Setting};
use crate::fix::files::words;
use crate::fix::spans::Spans;
use crate::span::Span;

/// Adds what changes where a key's name is also that of a variable in lower case, unless the new one is.
pub(super) fn files(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, out: &mut Moved) {
    let to = task.to.to_ascii_lowercase();
    let all = || 0..task.files.project.files.len();
    let hcl: Vec<usize> = all().filter(|file| task.language(*file) == "hcl").collect();
    let said = |name: &str| hcl.iter().any(|file| words(task.files.text(*file), name).next().is_some());
    if hcl.is_empty() || said(&to) {
        return;
    }
    for (key, fate) in &plan.keys {
        let name = key.to_ascii_lowercase();
        if !matches!(fate, Fate::Goes) || !said(&name) {
            continue;
        }
        hcl.iter().for_each(|file| renamed(task, *file, &name, &to, out));
        // The environment fills variables, too.
        let (old, new) = (format!("TF_VAR_{name}"), format!("TF_VAR_{to}"));
        for file in all() {
            let found = words(task.files.text(file), &old).map(|at| Span::new(at, at + old.len()));
            let found = found.filter(|span| !task.replaces(file, *span));
            out.edits.extend(found.map(|span| Edit { file, span, text: new.clone() }));
        }
        return;
    }
}

fn renamed(task: &Task<'_, '_, '_, '_>, file: usize, name: &str, to: &str, out: &mut Moved) {
    let text = task.files.text(file);
    let given = given(task, file, name);
    let mut edits: Vec<Edit> = Vec::new();
    let mut settings = Vec::new();
    for (key, value) in given.iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
        let literals = definitions::literals(value);
        let todo = if literals.is_empty() { finding::Task::Pass } else { finding::Task::Set };
        let holder = Holder::Terraform;
        settings.push(Setting { file, span: key.span, name: to.to_owned(), holder, task: todo });
        let texts = literals.into_iter().filter(|span| !span.is_empty());
        edits.extend(texts.map(|span| Edit { file, span, text: String::new() }));
    }
    let keys = Spans::new(given.iter().map(|(key, _)| key.span));
    for at in words(text, name) {
        let span = Span::new(at, at + name.len());
        if text[..at].ends_with(b"var.") || text[..at].ends_with(b"variable \"") || keys.hold(span) {
            edits.push(Edit { file, span, text: to.to_owned() });
        }
    }
    edits.sort_by_key(|edit| edit.span);
    let taken = Spans::new(out.edits.iter().filter(|edit| edit.file == file).map(|edit| edit.span));
    let free = |edit: &Edit| !task.replaces(file, edit.span) && !taken.overlap(edit.span);
    if edits.iter().all(free) && verify::holds(task.files, file, &edits, &Spans::new([]), &[name, to]) {
        out.edits.append(&mut edits);
        out.settings.append(&mut settings);
    }
}

/// Where the variable is given a value, with that value where it is the variable's own, and where a module of the same
/// project takes it.
fn given(task: &Task<'_, '_, '_, '_>, file: usize, name: &str) -> Vec<(Name, Option<Value>)> {
    let layers = task.files.layers(file);
    let entries = || layers.iter().flat_map(|layer| &layer.facts.entries);
    let near = |text: &str| text.starts_with('.');
    let local: Vec<Span> = entries()
        .filter(|entry| entry.path.last() == "source" && entry.value.as_str().is_some_and(|text| near(&text.text)))
        .filter_map(|entry| Some(entry.path.0.get(1)?.span))
        .collect();
    let values = task.files.project.files[file].source.path.to_str_lossy().ends_with(".tfvars");
    let takes = |path: &Path| match path.0.as_slice() {
        [root, module, _] => root.text == "module" && local.contains(&module.span),
        _ => false,
    };
    let mut given = Vec::new();
    for entry in entries().filter(|entry| entry.path.last() == name) {
        let own = values && entry.path.0.len() == 1;
        if let Some(key) = entry.path.0.last().filter(|_| own || takes(&entry.path)) {
            given.push((key.clone(), own.then(|| entry.value.clone())));
        }
    }
    for assign in layers.iter().flat_map(|layer| &layer.facts.assigns) {
        match assign.target.0.as_slice() {
            [root, key] if root.text == "var" && key.text == name => {
                given.push((key.clone(), Some(assign.value.clone())));
            }
            _ => (),
        }
    }
    given
}
