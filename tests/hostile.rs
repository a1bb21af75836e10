//! No input may abort, hang or cost more than its size: every language on a 2 MiB stack.

#[path = "support/nests.rs"]
mod nests;

use dekey::facts::Note;
use dekey::lang;
use dekey::span::Span;

#[test]
fn deep_and_long_inputs_are_survived() {
    let run = || {
        for language in lang::LANGUAGES {
            for bomb in nests::OPENINGS.iter().map(|opening| opening.repeat(1_000)) {
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
    let run = move || {
        let rust = lang::by_name("rust").expect("registered");
        for nest in nests::RUST {
            let text = nests::program(*nest, nest.3);
            assert!(syn::parse_file(&text).is_ok(), "{nest:?}");
            let layers = lang::lower(rust, text.as_bytes(), Span::new(0, text.len()));
            assert!(!layers[0].facts.notes.contains(&Note::TooDeep), "{nest:?}");
        }
        for (open, close) in
            [("", "?"), ("", ".await"), ("", ".b()"), ("-", ""), ("|a| ", ""), ("return ", ""), ("", " as T")]
        {
            let text = nests::program((open, "a", close, 0), 50_000);
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
