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
            for bomb in bombs(1_000) {
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

/// Rust that nests just within what is still parsed as a tree.
#[test]
fn trees_at_the_limit_fit_the_stack() {
    let nests = [
        ("(", ")", 95),
        ("[", "]", 95),
        ("{", "}", 95),
        ("f(", ")", 95),
        ("|| {", "}", 95),
        ("if a {", "}", 95),
        ("match a { _ => ", "}", 95),
        ("unsafe { async {", "}}", 45),
        ("x!(", ")", 95),
        ("A { a: ", "}", 95),
        ("-", "", 450),
        ("&", "", 450),
        ("!", "", 450),
        ("a + ", "", 450),
        ("", ".b()", 200),
        ("", "?", 450),
        ("|a| ", "", 35),
        ("|| ", "", 75),
        ("return ", "", 95),
        ("a = ", "", 450),
        ("if a {} else ", "{}", 30),
        ("", " as T", 45),
    ];
    let run = move || {
        let rust = lang::by_name("rust").expect("registered");
        for (open, close, depth) in nests {
            let text = format!("fn f() {{ let x = {}a{}; }}", open.repeat(depth), close.repeat(depth));
            let layers = lang::lower(rust, text.as_bytes(), Span::new(0, text.len()));
            assert!(!layers[0].facts.notes.contains(&Note::TooDeep), "{open}a{close}");
        }
        for (open, close) in
            [("", "?"), ("", ".await"), ("", ".b()"), ("-", ""), ("|a| ", ""), ("return ", ""), ("", " as T")]
        {
            let text = format!("fn f() {{ let x = {}a{}; }}", open.repeat(50_000), close.repeat(50_000));
            let layers = lang::lower(rust, text.as_bytes(), Span::new(0, text.len()));
            assert!(layers[0].facts.notes.contains(&Note::TooDeep), "{open}a{close}");
        }
        let types = format!("fn f(a: {}u8{}) {{}}", "Vec<".repeat(90), ">".repeat(90));
        let layers = lang::lower(rust, types.as_bytes(), Span::new(0, types.len()));
        assert_eq!(layers[0].facts.defs.len(), 1);
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
