//! No input may abort, hang or cost more than its size: every language on a 2 MiB stack.

use dekey::facts::Note;
use dekey::lang;
use dekey::span::Span;

/// Long runs and deep nests, each about `size` repetitions.
fn bombs(size: usize) -> Vec<String> {
    let openings = [
        "[",
        "{",
        "(",
        "{\"a\":",
        "{a: ",
        "- ",
        "a: [",
        "<",
        "a<",
        "`",
        "\"",
        "'",
        "\"\"\"",
        "/*",
        "/* /*",
        "${",
        "#{",
        "$(",
        "<%=",
        "{{",
        "```\n",
        "> ",
        "-",
        "&",
        "!",
        "a.",
        "a+",
        "a?",
        "a(",
        "a{",
        "fn a(",
        "a=",
        "a:",
        "\\",
        "\"\\",
        "#",
        "//",
        "a\n",
        "\n",
        "r#\"",
        "x = \"",
        "- - a: ",
        "|| ",
        "if a {",
        "macro!{",
        "a => ",
        "func(",
        "new A(",
        "@A(",
        "KEY='",
        "\"k\":'",
        "\"k\": \"\\",
        "'a':\"",
        "<<A\n",
        "- |\n ",
        "&a *a ",
        "? ",
        "(T) ",
        "new A<",
        "a::<",
        "use a::{",
        "r##\"",
        "if a ",
        "match a {",
        "|a| ",
        "@V(\"${a}\") ",
        "func() ",
        "[]a{",
        "[]",
        "map[",
        ".(a",
        "const (",
        "vec![",
        "x.0.",
    ];
    openings.iter().map(|opening| opening.repeat(size)).collect()
}

#[test]
fn deep_and_long_inputs_are_survived() {
    let run = || {
        for language in lang::LANGUAGES {
            for bomb in bombs(3_000) {
                let layers = lang::lower(language, bomb.as_bytes(), Span::new(0, bomb.len()));
                for layer in &layers {
                    for entry in &layer.facts.entries {
                        assert!(entry.span.end <= bomb.len(), "{}", language.name);
                    }
                }
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread").join().expect("no panic");
}

#[test]
fn depth_past_the_limit_is_said() {
    let bombs = [
        ("json", "{\"a\":"),
        ("yaml", "- "),
        ("javascript", "["),
        ("ruby", "["),
        ("go", "{"),
        ("java", "("),
        ("rust", "["),
    ];
    let run = move || {
        for (language, opening) in bombs {
            let bomb = opening.repeat(100_000);
            let language = lang::by_name(language).expect("registered");
            let layers = lang::lower(language, bomb.as_bytes(), Span::new(0, bomb.len()));
            assert!(layers.iter().any(|layer| layer.facts.notes.contains(&Note::TooDeep)), "{}", language.name);
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread").join().expect("no panic");
}
