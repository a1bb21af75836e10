//! Names of Clojure: namespaces, definitions, bindings, functions.
//!
//! Owns the forms that give something a name. The decision to know: a name bound by `let` is an assignment like any
//! other, since the function around is its scope.

use super::forms::{key_name, last, parts, value};
use super::segments;
use crate::facts::{Assign, Def, DefKind, Name, Param, Path, Value};
use crate::lang::reader::Reader;
use crate::lang::token::Kind;
use crate::span::Span;

/// `(let [name value …] body…)`
pub(super) fn bound(reader: &mut Reader<'_>, rest: &[usize], close: usize, span: Span) -> Value {
    let open = rest[0];
    let stop = reader.mate(open, close);
    let starts = parts(reader, open + 1, stop);
    for pair in starts.chunks(2) {
        let &[name, at] = pair else { break };
        let value = value(reader, at, stop);
        assign(reader, name, value);
    }
    last(reader, &rest[1..], close, span)
}

fn assign(reader: &mut Reader<'_>, name: usize, value: Value) {
    if reader.kind(name) != Some(Kind::Word) {
        return;
    }
    let target = Path::single(reader.name(name));
    let span = reader.span(name).to(value.span);
    reader.facts.assigns.push(Assign { target, value, span });
}

/// `(def name "doc" value)`
pub(super) fn definition(reader: &mut Reader<'_>, rest: &[usize], close: usize, span: Span) -> Value {
    if let (Some(&name), Some(&at)) = (rest.first(), rest.last().filter(|_| rest.len() > 1)) {
        let value = value(reader, at, close);
        assign(reader, name, value);
    }
    Value::opaque(span)
}

/// `(defn name "doc" [params] body…)`, `(fn [params] body…)`
pub(super) fn function(reader: &mut Reader<'_>, head: usize, rest: &[usize], close: usize, span: Span) -> Value {
    let named = rest.first().is_some_and(|&at| reader.kind(at) == Some(Kind::Word));
    let name = named.then(|| reader.name(rest[0]));
    let open = rest.iter().copied().find(|&at| reader.is_open(at, "["));
    let mut params = Vec::new();
    if let Some(open) = open {
        let stop = reader.mate(open, close);
        let words = (open + 1..stop).filter(|&i| reader.kind(i) == Some(Kind::Word) && !reader.is_word(i, "&"));
        params.extend(words.take(64).map(|i| Param { name: reader.name(i), default: None }));
    }
    reader.facts.defs.push(Def { name, kind: DefKind::Function, params, body: span, of: None });
    let start = open.map_or(head + 1 + usize::from(named), |open| reader.mate(open, close) + 1);
    reader.queue(start, close);
    Value::opaque(span)
}

/// `(ns a (:require [b.c :as d] [e.f :refer [g]]))`, `(require '[b.c :as d])`
pub(super) fn imports(reader: &mut Reader<'_>, head: usize, rest: &[usize], close: usize, span: Span) -> Value {
    if reader.is_word(head, "ns") {
        for &at in rest {
            let stop = reader.mate(at, close);
            if reader.is_open(at, "(") && matches!(reader.str(at + 1), "require" | "use" | "import" | "require-macros")
            {
                let starts = parts(reader, at + 2, stop);
                starts.into_iter().for_each(|at| library(reader, at, stop));
            }
        }
    } else {
        rest.iter().for_each(|&at| library(reader, at, close));
    }
    Value::opaque(span)
}

/// `[a.b :as c :refer [d]]`, `a.b`, `(a.b C D)`
fn library(reader: &mut Reader<'_>, at: usize, end: usize) {
    if reader.kind(at) != Some(Kind::Open) {
        if let Some(module) = key_name(reader, at) {
            // A class is known by its last name.
            let local = segments(&module).pop().filter(|name| name.text.starts_with(char::is_uppercase));
            let span = module.span;
            reader.import(module, None, local, span);
        }
        return;
    }
    let close = reader.mate(at, end);
    let starts = parts(reader, at + 1, close);
    let Some((module, rest)) = starts.split_first().and_then(|(&at, rest)| Some((key_name(reader, at)?, rest))) else {
        return;
    };
    let span = reader.span_of(at, close + 1);
    if reader.is_open(at, "(") {
        for &class in rest {
            let name = reader.name(class);
            reader.import(module.clone(), Some(name.clone()), Some(name), span);
        }
        return;
    }
    let mut known = false;
    for pair in rest.chunks(2) {
        let &[option, at] = pair else { break };
        match reader.str(option) {
            "as" | "as-alias" => {
                let local = reader.name(at);
                reader.import(module.clone(), None, Some(local), span);
                known = true;
            }
            "refer" if reader.is_open(at, "[") => {
                for name in at + 1..reader.mate(at, close) {
                    let name = reader.name(name);
                    reader.import(module.clone(), Some(name.clone()), Some(name), span);
                }
                known = true;
            }
            "refer" => {
                let all = Name { text: "*".to_owned(), span: module.span };
                reader.import(module.clone(), Some(all), None, span);
                known = true;
            }
            _ => (),
        }
    }
    if !known {
        reader.import(module, None, None, span);
    }
}
