//! Every front-end on any bytes: all that it tells of lies in the file, and begins and ends where characters do.

use dekey::facts::{Facts, Name, Path, Value, ValueKind};
use dekey::lang::{self, Language};
use dekey::span::Span;

/// The first byte chooses the language.
pub fn run(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let languages: Vec<_> = all().collect();
    check(languages[usize::from(*choice) % languages.len()], text);
}

/// The languages in the order in which the first byte chooses them.
pub fn all() -> impl Iterator<Item = &'static Language> {
    lang::LANGUAGES.iter().chain(lang::manifest::BESIDE).copied()
}

/// Lowers a text, and looks at all facts.
pub fn check(language: &'static Language, text: &[u8]) {
    let decoded = str::from_utf8(text).ok();
    let fits = |what: &str, span: Span| {
        let inside = span.start <= span.end && span.end <= text.len();
        assert!(inside, "{}: a {what} at {span:?} of {}", language.name, text.len());
        let whole = decoded.is_none_or(|text| text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        assert!(whole, "{}: a {what} at {span:?} within a character", language.name);
    };
    for layer in lang::lower(language, text, Span::new(0, text.len())) {
        spans(&layer.facts, &fits);
    }
}

fn spans(facts: &Facts, fits: &dyn Fn(&str, Span)) {
    let name = |name: &Name| fits("name", name.span);
    let path = |path: &Path| path.0.iter().for_each(name);
    for import in &facts.imports {
        fits("import", import.span);
        [Some(&import.module), import.member.as_ref(), import.local.as_ref()].into_iter().flatten().for_each(name);
    }
    for call in &facts.calls {
        fits("call", call.span);
        fits("argument list", call.args_span);
        path(&call.path);
        call.receiver.iter().for_each(|receiver| value(receiver, facts, fits));
        call.args.iter().filter_map(|arg| arg.name.as_ref()).for_each(name);
        call.args.iter().for_each(|arg| value(&arg.value, facts, fits));
    }
    for (target, found, span) in facts.assigns.iter().map(|assign| (&assign.target, &assign.value, assign.span)) {
        fits("assignment", span);
        path(target);
        value(found, facts, fits);
    }
    for entry in &facts.entries {
        fits("entry", entry.span);
        path(&entry.path);
        value(&entry.value, facts, fits);
    }
    facts.returns.iter().chain(&facts.results).for_each(|found| value(found, facts, fits));
    for def in &facts.defs {
        fits("body", def.body);
        def.name.iter().for_each(name);
        def.params.iter().for_each(|param| name(&param.name));
        def.params.iter().filter_map(|param| param.default.as_ref()).for_each(|found| value(found, facts, fits));
        assert!(def.of.is_none_or(|call| call < facts.calls.len()), "a body of no call");
    }
    assert!(facts.commands.iter().all(|call| *call < facts.calls.len()), "a command that is no call");
    for dependency in &facts.dependencies {
        name(&dependency.name);
        dependency.requirement.iter().for_each(name);
    }
    facts.texts.iter().for_each(|text| fits("text", text.span));
}

fn value(found: &Value, facts: &Facts, fits: &dyn Fn(&str, Span)) {
    let mut open = vec![found];
    while let Some(found) = open.pop() {
        fits("value", found.span);
        match &found.kind {
            ValueKind::Str(text) => fits("content", text.content),
            ValueKind::Env(name) => fits("variable", name.span),
            ValueKind::Ref(path) => path.0.iter().for_each(|name| fits("name", name.span)),
            ValueKind::Call(call) => assert!(*call < facts.calls.len(), "a value of no call"),
            ValueKind::Map(items) => {
                items.iter().filter_map(|item| item.key.as_ref()).for_each(|key| fits("key", key.span))
            }
            _ => (),
        }
        open.extend(found.children());
    }
}
