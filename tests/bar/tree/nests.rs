//! What nests, read in a process of its own: one whose stack does not hold takes the whole process with it.
//!
//! The decision to know: how deep a parser of dekey's may go cannot be raised from outside, so its stack is made smaller
//! instead. The stack that is taken grows with the depth: what is read on an eighth of a stack, however deep the text is,
//! is given up at an eighth of the depth that all of it would hold. `syn`, which has no limit of its own, is measured.

use std::process::Command;

use dekey::facts::Note;
use dekey::lang;
use dekey::span::Span;

use crate::subject;

/// Names the parser and the bytes of stack that a child process is to try.
pub(crate) const TRIED: &str = "DEKEY_BAR_NEST";
/// The stack that files are lowered on, and the one that everything else is read on.
const STACKS: [usize; 2] = [64 << 20, 8 << 20];

#[path = "../../support/nests.rs"]
mod texts;
use texts::{Nest, OPENINGS, RUST, program};

/// A parser and what it is: the name of a language, or of a file that is read on the main thread.
pub(crate) fn parsers() -> Vec<&'static str> {
    let languages = lang::LANGUAGES.iter().map(|language| language.name);
    languages.chain(["dekey.toml", "baseline", "report", "pack"]).collect()
}

/// Whether a parser reads all that nests on so much less of the stack it has in a run.
pub(crate) fn holds(parser: &str, part: usize) -> bool {
    let stack = STACKS[usize::from(lang::by_name(parser).is_none() && parser != "unlimited")] / part;
    let mut child = Command::new(std::env::current_exe().expect("this is a program"));
    subject::run(child.env(TRIED, format!("{parser} {stack}"))).code == Some(0)
}

/// Of all Rust that nests, what `syn` does not come back from at `times` the depth at which dekey gives it up, and that
/// depth.
pub(crate) fn given_up_late(times: usize) -> Option<(Nest, usize)> {
    let late = move |at: usize| {
        let depth = given_up_at(RUST[at]);
        let mut child = Command::new(std::env::current_exe().expect("this is a program"));
        let ran = subject::run(child.env(TRIED, format!("syn {} {at} {}", STACKS[0], times * depth)));
        (ran.code != Some(0)).then_some((RUST[at], depth))
    };
    let find = move || (0..RUST.len()).find_map(late);
    let thread = std::thread::Builder::new().stack_size(STACKS[0]).spawn(find);
    thread.expect("a thread").join().expect("no panic")
}

/// The least depth at which dekey gives a nest up.
fn given_up_at(nest: Nest) -> usize {
    let rust = lang::by_name("rust").expect("it is registered");
    let is_given_up = |depth: usize| {
        let text = program(nest, depth);
        lang::lower(rust, text.as_bytes(), Span::new(0, text.len()))[0].facts.notes.contains(&Note::TooDeep)
    };
    let (mut held, mut given_up) = (1usize, 1 << 12);
    while held + 1 < given_up {
        let depth = held.midpoint(given_up);
        if is_given_up(depth) { given_up = depth } else { held = depth }
    }
    given_up
}

/// What the child process does.
pub(crate) fn try_it(asked: &str) {
    if let ["syn", stack, at, depth] = asked.split(' ').collect::<Vec<_>>()[..] {
        let [stack, at, depth] = [stack, at, depth].map(|number| number.parse().expect("a number"));
        let parse = move || drop(syn::parse_file(&program(RUST[at], depth)).expect("it is Rust"));
        let thread = std::thread::Builder::new().stack_size(stack).spawn(parse);
        return thread.expect("a thread").join().expect("no panic");
    }
    let (parser, stack) = asked.split_once(' ').expect("a parser and a size");
    let parser = parser.to_owned();
    let read = move || {
        for opening in OPENINGS {
            for depth in [300, 10_000] {
                read(&parser, &opening.repeat(depth));
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(stack.parse().expect("a size")).spawn(read);
    thread.expect("a thread").join().expect("no panic");
}

fn read(parser: &str, text: &str) {
    let bytes = text.as_bytes();
    match parser {
        "dekey.toml" => drop(dekey::config::parse(bytes, &[])),
        "baseline" => drop(dekey::baseline::file::parse(bytes)),
        "report" => drop(dekey::document::read::read(bytes)),
        "pack" => drop(dekey::pack::compile::compile(vec![("a.toml".to_owned(), text.to_owned())])),
        // The parser that Rust files are read with, and nothing before it.
        "unlimited" => drop(syn::parse_str::<syn::Expr>(&format!("{text}a{}", ")".repeat(text.len())))),
        language => {
            let language = lang::by_name(language).expect("it is registered");
            drop(lang::lower(language, bytes, Span::new(0, bytes.len())));
        }
    }
}
