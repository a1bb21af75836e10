//! What nests, read in a process of its own: one whose stack does not hold takes the whole process with it.
//!
//! The decision to know: how deep a parser may go cannot be raised from outside, so its stack is made smaller instead. The
//! stack that is taken grows with the depth: what is read on an eighth of a stack, however deep the text is, is given up
//! at an eighth of the depth that all of it would hold.

use std::process::Command;

use dekey::lang;
use dekey::span::Span;

use crate::subject;

/// Names the parser and the bytes of stack that a child process is to try.
pub(crate) const TRIED: &str = "DEKEY_BAR_NEST";
/// The stack that files are lowered on, and the one that everything else is read on.
const STACKS: [usize; 2] = [64 << 20, 8 << 20];

const OPENINGS: [&str; 26] = [
    "[",
    "{",
    "(",
    "{\"a\":",
    "{a: ",
    "- ",
    "a: [",
    "<a>",
    "a = [",
    "a = {b = ",
    "\"${",
    "#{",
    "$(",
    "`${",
    "{{",
    "> ",
    "-",
    "!",
    "a.b(",
    "func(",
    "if a {",
    "match a { _ => ",
    "|a| ",
    "vec![",
    "new A(",
    "a ? ",
];

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

/// What the child process does.
pub(crate) fn try_it(asked: &str) {
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
