//! Facts in one line each, for lowering cases. Knows nothing but the neutral vocabulary.

use dekey::facts::{Arg, Carrier, Facts, Item, Path, Value, ValueKind};
use dekey::lang::Layer;

/// One line a fact, in source order; layers other than code are marked by what carries them.
pub(crate) fn outline(layers: &[Layer]) -> String {
    let mut out = String::new();
    for layer in layers {
        let mark = match layer.carrier {
            Carrier::Code => String::new(),
            Carrier::Comment => "comment: ".to_owned(),
            Carrier::String | Carrier::Prose => format!("{}: ", layer.language),
        };
        let mut lines = lines(&layer.facts);
        lines.sort();
        lines.into_iter().for_each(|(_, line)| out.push_str(&format!("{mark}{line}\n")));
    }
    out
}

fn lines(facts: &Facts) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    for import in &facts.imports {
        let member = import.member.as_ref().map(|name| format!(" {}", name.text)).unwrap_or_default();
        let local = import.local.as_ref().map(|name| format!(" as {}", name.text)).unwrap_or_default();
        lines.push((import.span.start, format!("import {}{member}{local}", import.module.text)));
    }
    for call in &facts.calls {
        let receiver = call.receiver.as_deref().map(|value| format!("{}.", show(facts, value))).unwrap_or_default();
        let new = if call.new { "new " } else { "" };
        lines.push((
            call.span.start,
            format!("call {new}{receiver}{}({})", dotted(&call.path), args(facts, &call.args)),
        ));
    }
    for assign in &facts.assigns {
        lines.push((assign.span.start, format!("set {} = {}", dotted(&assign.target), show(facts, &assign.value))));
    }
    for entry in &facts.entries {
        lines.push((entry.span.start, format!("entry {} = {}", dotted(&entry.path), show(facts, &entry.value))));
    }
    for def in &facts.defs {
        let name = def.name.as_ref().map_or("-", |name| &name.text);
        let params: Vec<String> = def
            .params
            .iter()
            .map(|param| match &param.default {
                Some(value) => format!("{} = {}", param.name.text, show(facts, value)),
                None => param.name.text.clone(),
            })
            .collect();
        let of = def.of.map(|id| format!(" of {}", dotted(&facts.calls[id].path))).unwrap_or_default();
        lines.push((def.body.start, format!("def {:?} {name}({}){of}", def.kind, params.join(", "))));
    }
    for dependency in &facts.dependencies {
        let version = dependency.requirement.as_ref().map_or("", |name| &name.text);
        let locked = if dependency.locked { " locked" } else { "" };
        lines.push((
            dependency.name.span.start,
            format!("depends {} {} {version}{locked}", dependency.ecosystem, dependency.name.text),
        ));
    }
    lines.extend(facts.notes.iter().map(|note| (usize::MAX, format!("note {note:?}"))));
    lines
}

fn dotted(path: &Path) -> String {
    path.dotted().into_owned()
}

fn args(facts: &Facts, args: &[Arg]) -> String {
    let shown = args.iter().map(|arg| {
        let spread = if arg.spread { "..." } else { "" };
        let name = arg.name.as_ref().map(|name| format!("{}: ", name.text)).unwrap_or_default();
        format!("{spread}{name}{}", show(facts, &arg.value))
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn show(facts: &Facts, value: &Value) -> String {
    let list = |values: &[Value], separator: &str| {
        values.iter().map(|value| show(facts, value)).collect::<Vec<_>>().join(separator)
    };
    match &value.kind {
        ValueKind::Str(text) => format!("{:?}", text.text),
        ValueKind::Env(name) => format!("env {}", name.text),
        ValueKind::Ref(path) => dotted(path),
        ValueKind::Call(id) => format!("{}()", dotted(&facts.calls[*id].path)),
        ValueKind::Map(items) => {
            format!("{{{}}}", items.iter().map(|item| self::item(facts, item)).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Concat(values) => format!("({})", list(values, " + ")),
        ValueKind::Either(values) => format!("({})", list(values, " | ")),
        ValueKind::Base64(value) => format!("base64 {}", show(facts, value)),
        ValueKind::Null => "null".to_owned(),
        ValueKind::Opaque => "?".to_owned(),
    }
}

fn item(facts: &Facts, item: &Item) -> String {
    let spread = if item.spread { "..." } else { "" };
    let key = item.key.as_ref().map(|name| format!("{}: ", name.text)).unwrap_or_default();
    format!("{spread}{key}{}", show(facts, &item.value))
}
