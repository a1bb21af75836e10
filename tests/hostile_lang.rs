//! Hostile text: every language reads any bytes without overflow, in linear time, and points only into the text.
//!
//! There is no time in an assertion. A quadratic reader makes these tests run for minutes, and a recursive one ends
//! the process, because they run on the stack a thread gets by default.

use dekey::facts::{Facts, Value, ValueKind};
use dekey::lang::manifest::BESIDE;
use dekey::lang::{self, LANGUAGES, Language};
use dekey::span::Span;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What opens something that nests.
const NESTING: &[&str] = &[
    "(",
    "[",
    "{",
    "\"",
    "'",
    "`",
    "f(",
    "{a:",
    "[a,",
    "f(a, ",
    "$(",
    "${",
    "`${",
    "\"#{",
    "\"$(",
    "f\"{",
    "f'''{",
    "<a>",
    "<a b={",
    "class A {",
    "(a): ",
    "a => {",
    // What is unclosed is read by more than one reader: each level once, not twice.
    "if (",
    "def f(a=\"#{",
    "lambda a:type a = def f({a=>",
    "function(.strip()<a b={class A\n",
];

/// What opens something else, or more of it.
const OPENINGS: &[&str] = &[
    "<",
    "/",
    "((a",
    "f[",
    "f{",
    "{a=>",
    "f(a=",
    "\"{$",
    "f'{",
    "f\"{a:{",
    "<a b=<",
    "<a b={<a>{",
    "<?php ",
    "?>",
    "%w[",
    "%(",
    "<<A\n",
    "<<~A\n#{",
    "/*",
    "//",
    "#",
    "=begin\n",
    "<!--",
    "<![CDATA[",
    "\"\"\"\n",
    "RUN <<A\n",
    "a = <<A\n",
    "a = \"${\n",
    "--",
    "if a {",
    "if a\n",
    "else ",
    "do |a| ",
    "begin\n",
    "case ",
    "class A:\n ",
    "class A\n",
    "def f\n",
    "def f(a=",
    "function(",
    "fn f() {",
    "function f() {",
    "() => ",
    "async ",
    "-> {",
    "lambda a:",
    "func() {",
    "a ? ",
    "a if ",
    "new ",
    "new (",
    "@a(",
    "@",
    "const {a=",
    "export default ",
    "import ",
    "import {a, ",
    "from a",
    "type a = ",
    "a as ",
    "f<a>(",
    "def f(",
    "end ",
    "a[b",
    "a{",
    "|",
    "$a",
    "\\",
    "\\\n",
];

/// What goes on: repeated, it makes one long expression or statement.
const RUNS: &[&str] = &[
    "a.b.",
    "a?.",
    "a::",
    "a->",
    "a+",
    "a-",
    "a%",
    "a||",
    "a or ",
    "a=",
    "a:=",
    "a ||= ",
    "a b ",
    "a b, ",
    "a,",
    "a, b = ",
    "a;",
    "a\n",
    ".f(1)",
    ".f",
    "[1]",
    "f(1).",
    "f 1, ",
    "f a do ",
    "'a' ",
    "'a' + ",
    "'a' 'b'\n",
    "a: b, ",
    "a: ",
    "a => ",
    "! ",
    "not ",
    "- ",
    "& ",
    "* ",
    "...",
    "::",
    "<a/>",
    "<a>b</a>",
    "a<b,",
    "a<b>",
    ">",
    ")",
    "]",
    "}",
    "a!",
    "end\n",
    "#{",
    "0",
    "1 ",
    "0x",
    ":a",
    ":a ",
    "?a",
    "@a ",
    "$a ",
    "a?b:",
    "a ? b : ",
    " ",
    "\t",
    "\r",
    "\r\n",
    "a\n ",
    "\u{e9}",
    "\0",
    "%s",
    "'%s' % ",
    "'{}'.format(",
    "x.strip.",
    ".strip()",
    "self.",
    "public ",
    "return ",
    "%i",
    "a <<A, ",
    "a=1\n",
    "a=\\\n",
    "a:\n ",
    "&a;",
    "<a b='c'>",
    "machine a login b ",
    "- run: a # b\n",
    "a|",
];

/// A recursive reader ends the process far below this.
const DEPTH: usize = if cfg!(debug_assertions) { 5_000 } else { 100_000 };

/// Runs do not nest, so that shorter ones show as much in code that is not optimised.
const RUN: usize = if cfg!(debug_assertions) { 500 } else { 100_000 };

fn on_a_small_stack(test: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, test).expect("a thread");
        thread.join().expect("no panic");
    });
}

/// Opened very often and never closed, then closed as often.
#[test]
fn deep_nesting_is_read() {
    for language in LANGUAGES.iter().chain(BESIDE) {
        on_a_small_stack(|| {
            for open in NESTING {
                let mut text = open.repeat(DEPTH);
                read(language, text.as_bytes(), open);
                let close: String = open.chars().rev().filter_map(closing).collect();
                if !close.is_empty() {
                    text.push_str(&close.repeat(DEPTH));
                    read(language, text.as_bytes(), open);
                }
            }
        });
    }
}

fn closing(open: char) -> Option<char> {
    match open {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        '"' | '\'' | '`' => Some(open),
        _ => None,
    }
}

/// Long runs of what goes on, by itself and inside brackets and strings.
#[test]
fn long_runs_are_read() {
    for language in LANGUAGES.iter().chain(BESIDE) {
        on_a_small_stack(|| {
            for run in RUNS.iter().chain(OPENINGS) {
                let run = run.repeat(RUN);
                read(language, run.as_bytes(), &run[..8]);
                read(language, format!("x = f({run})").as_bytes(), &run[..8]);
                read(language, format!("x = \"{run}\"").as_bytes(), &run[..8]);
            }
        });
    }
}

fn read(language: &'static Language, text: &[u8], what: &str) {
    for layer in lang::lower(language, text, Span::new(0, text.len())) {
        for span in spans(&layer.facts) {
            assert!(span.start <= span.end && span.end <= text.len(), "{} of `{what}`: {span:?}", language.name);
        }
    }
}

/// Every span of every fact.
fn spans(facts: &Facts) -> Vec<Span> {
    let mut spans: Vec<Span> = facts.texts.iter().map(|text| text.span).collect();
    let mut values: Vec<&Value> = Vec::new();
    for import in &facts.imports {
        spans.extend([import.module.span, import.span]);
        spans.extend(import.member.iter().chain(&import.local).map(|name| name.span));
    }
    for call in &facts.calls {
        spans.extend([call.span, call.args_span]);
        spans.extend(call.path.0.iter().map(|name| name.span));
        values.extend(call.receiver.as_deref());
        values.extend(call.args.iter().map(|arg| &arg.value));
        spans.extend(call.args.iter().filter_map(|arg| arg.name.as_ref()).map(|name| name.span));
    }
    for assign in &facts.assigns {
        spans.push(assign.span);
        spans.extend(assign.target.0.iter().map(|name| name.span));
        values.push(&assign.value);
    }
    for entry in &facts.entries {
        spans.push(entry.span);
        spans.extend(entry.path.0.iter().map(|name| name.span));
        values.push(&entry.value);
    }
    for def in &facts.defs {
        spans.push(def.body);
        spans.extend(def.name.iter().chain(def.params.iter().map(|param| &param.name)).map(|name| name.span));
        values.extend(def.params.iter().filter_map(|param| param.default.as_ref()));
    }
    while let Some(value) = values.pop() {
        spans.push(value.span);
        match &value.kind {
            ValueKind::Str(text) => spans.push(text.content),
            ValueKind::Env(name) => spans.push(name.span),
            ValueKind::Ref(path) => spans.extend(path.0.iter().map(|name| name.span)),
            _ => (),
        }
        values.extend(value.children());
    }
    spans
}

/// Text made of the pieces that mean something, besides plain noise.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select([NESTING, OPENINGS].concat()).prop_map(|piece| piece.as_bytes().to_vec()),
        prop::sample::select(RUNS).prop_map(|piece| piece.as_bytes().to_vec()),
        prop::sample::select(
            &[")", "]", "}", "\"", "'", "`", "end", "\n", "\n  ", "\nA\n", "</a>", "*/", "key", "="][..]
        )
        .prop_map(|piece| piece.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(8),
        ..ProptestConfig::with_cases(80)
    })]

    /// Any bytes, and any part of them, are read by every language, and every span lies within the text.
    #[test]
    fn any_text_is_read(text in text(), from in 0usize..200) {
        for language in LANGUAGES.iter().chain(BESIDE) {
            read(language, &text, "any text");
            let range = Span::new(from.min(text.len()), text.len());
            for layer in lang::lower(language, &text, range) {
                for span in spans(&layer.facts) {
                    prop_assert!(span.start <= span.end && span.end <= text.len(), "{} {span:?}", language.name);
                }
            }
        }
    }
}
