//! Encodings, sizes, borders of chunks and windows.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt as _;

use dekey::prefilter::Prefilter;
use dekey::source::{Encoding, Limits, LineIndex, Reason, Source, Walk};
use proptest::prelude::*;

use super::{NEEDLE, Scan, Tree, small};

/// Line, column and byte of every needle of a source.
fn needles(source: &Source) -> Vec<(u64, u64, u64)> {
    let index = LineIndex::new(source);
    let found = memchr::memmem::find_iter(&source.text, NEEDLE);
    found.map(|at| index.position(source, at)).map(|at| (at.line, at.column, at.byte)).collect()
}

/// The same, over all windows of all files; a needle that two windows share counts once.
fn places(scan: &Scan) -> BTreeSet<(u64, u64, u64)> {
    scan.sources.iter().flat_map(needles).collect()
}

fn utf16(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn encodings_with_a_mark_are_decoded_and_other_bytes_survive() {
    let tree = Tree::new();
    tree.file("utf8-bom", "\u{feff}needle").file("latin1", b"caf\xe9 needle").file("nul", b"\0needle");
    tree.file("utf16le", utf16("\u{feff}é\n needle", u16::to_le_bytes));
    tree.file("utf16be", utf16("\u{feff}é\n needle", u16::to_be_bytes));
    tree.file("utf16-none", utf16("\u{feff}nothing", u16::to_le_bytes));
    let scan = tree.scan();
    let seen: Vec<_> = scan
        .sources
        .iter()
        .map(|source| (source.path.to_str_lossy().into_owned(), source.encoding, source.binary, needles(source)[0]))
        .collect();
    assert_eq!(
        seen,
        [
            ("latin1".into(), Encoding::Utf8 { bom: false }, false, (1, 6, 5)),
            ("nul".into(), Encoding::Utf8 { bom: false }, true, (1, 2, 1)),
            ("utf16be".into(), Encoding::Utf16Be, false, (2, 2, 8)),
            ("utf16le".into(), Encoding::Utf16Le, false, (2, 2, 8)),
            ("utf8-bom".into(), Encoding::Utf8 { bom: true }, false, (1, 1, 3)),
        ]
    );
    assert_eq!(scan.walked.examined, 6);
}

#[test]
fn a_needle_on_any_border_of_chunks_is_found() {
    let tree = Tree::new();
    for before in 0..70 {
        tree.file(&format!("{before}"), [&vec![b'x'; before][..], NEEDLE.as_bytes()].concat());
    }
    for chunk in [1, 4, 5, 6, 7, 8, 64] {
        assert_eq!(Scan::of(&Walk { limits: small(chunk), ..tree.walk() }).sources.len(), 70, "chunk {chunk}");
    }
}

#[test]
fn a_large_file_is_handed_over_in_windows() {
    let tree = Tree::new();
    let line = |number: usize| format!("line {number}: é {}\n", "x".repeat(80));
    let mut text: String = (0..2000).map(line).collect();
    for at in [1500, 500, 501] {
        text = text.replacen(&format!("line {at}:"), &format!("line {at}: {NEEDLE}"), 1);
    }
    tree.file("log", &text);
    let limits = Limits { chunk: 4096, max_whole: 10_000, window: 1000, ..Limits::default() };
    let scan = Scan::of(&Walk { limits, ..tree.walk() });
    assert_eq!(scan.sources.len(), 2);
    for source in &scan.sources {
        assert!(!source.whole && source.text.starts_with(b"line ") && source.text.ends_with(b"\n"));
        assert!((1800..=2300).contains(&source.text.len()), "{}", source.text.len());
        let start = usize::try_from(source.base_byte).unwrap();
        assert_eq!(&text.as_bytes()[start..start + source.text.len()], source.text);
    }
    let byte = |number: usize| text.find(&format!("line {number}: {NEEDLE}")).unwrap() as u64;
    assert_eq!(
        places(&scan).into_iter().collect::<Vec<_>>(),
        [(501, 11, byte(500) + 10), (502, 11, byte(501) + 10), (1501, 12, byte(1500) + 11)]
    );
}

#[test]
fn an_endless_line_is_cut_and_its_columns_stay_right() {
    let tree = Tree::new();
    let mut text = "é".repeat(50_000);
    text.insert_str(2 * 20_000, NEEDLE);
    text.insert_str(2 * 40_000 + NEEDLE.len(), NEEDLE);
    tree.file("minified.js", &text);
    let limits = Limits { chunk: 4096, max_whole: 10_000, window: 1001, ..Limits::default() };
    let scan = Scan::of(&Walk { limits, ..tree.walk() });
    assert_eq!(scan.sources.len(), 2);
    assert!(scan.sources.iter().all(|source| str::from_utf8(&source.text).is_ok()));
    assert_eq!(places(&scan).into_iter().collect::<Vec<_>>(), [(1, 20_001, 40_000), (1, 40_007, 80_006)]);
}

#[test]
fn dense_needles_do_not_make_a_window_grow() {
    let tree = Tree::new();
    for (name, text) in [("lines", format!("{NEEDLE}\n").repeat(20_000)), ("line", NEEDLE.repeat(20_000))] {
        let tree = Tree::new();
        tree.file(name, &text);
        let limits = Limits { chunk: 4096, max_whole: 20_000, window: 1000, ..Limits::default() };
        let scan = Scan::of(&Walk { limits, ..tree.walk() });
        assert!(scan.sources.len() > 5 && scan.sources.iter().all(|source| source.text.len() <= 22_000), "{name}");
        assert_eq!(places(&scan).len(), 20_000, "{name}");
    }
    tree.file("f", format!("{NEEDLE}{}", "\n".repeat(3000)).repeat(40));
    let limits = Limits { chunk: 4096, max_whole: 10_000, window: 100, max_windows: 30 };
    let scan = Scan::of(&Walk { limits, ..tree.walk() });
    assert_eq!(scan.sources.len(), 30);
    assert_eq!(scan.skipped(), [("f".into(), Reason::TooManyHits)]);
    assert!(!scan.complete());
}

/// Reading 8 GB would take far longer than stepping over them.
#[test]
fn holes_are_stepped_over() {
    const GIB: u64 = 1 << 30;
    let tree = Tree::new();
    let file = File::create(tree.path.join("sparse")).unwrap();
    for at in [0, 5 * GIB + 17, 8 * GIB - NEEDLE.len() as u64] {
        file.write_all_at(NEEDLE.as_bytes(), at).unwrap();
    }
    file.write_all_at(b"\n", 6 * GIB).unwrap();
    let zeros = File::create(tree.path.join("zeros")).unwrap();
    zeros.set_len(8 * GIB).unwrap();
    let scan = tree.scan();
    let places: Vec<_> = places(&scan).into_iter().collect();
    let last = 8 * GIB - NEEDLE.len() as u64;
    assert_eq!(places, [(1, 1, 0), (1, 5 * GIB + 18, 5 * GIB + 17), (2, last - 6 * GIB, last)]);
    assert!(scan.sources.iter().all(|source| source.text.len() < 300_000));
    assert_eq!(scan.sources.iter().map(|source| source.binary).collect::<Vec<_>>()[1..], [true, true]);
    assert_eq!((scan.walked.examined, scan.skipped()), (2, vec![]));
}

#[test]
fn a_large_utf16_file_is_decoded_as_it_streams() {
    let text = format!("\u{feff}{}\n\u{1f600}{NEEDLE}\n{}", "aé\n".repeat(5000), "€".repeat(9000));
    for bytes in [utf16(&text, u16::to_le_bytes), utf16(&text, u16::to_be_bytes)] {
        let tree = Tree::new();
        tree.file("f", &bytes);
        for chunk in [5, 4096] {
            let limits = Limits { chunk, max_whole: 1000, window: 200, ..Limits::default() };
            let scan = Scan::of(&Walk { limits, ..tree.walk() });
            // The mark, three units a line, the empty line, the face.
            assert_eq!(places(&scan).into_iter().collect::<Vec<_>>(), [(5002, 2, 2 + 30_000 + 2 + 4)]);
        }
    }
}

#[test]
fn a_large_file_that_holds_unmarked_utf16_is_told_of_wherever_that_is() {
    let wide = utf16(NEEDLE, u16::to_le_bytes);
    for before in [0, 1000, 5000, 9999] {
        let tree = Tree::new();
        let (before, after) = (vec![b'x'; before], vec![b'x'; 10_000 - before]);
        tree.file("f", [&before[..], &wide, &after].concat());
        let limits = Limits { chunk: 4096, max_whole: 1000, window: 200, ..Limits::default() };
        let scan = Scan::of(&Walk { limits, ..tree.walk() });
        assert_eq!(scan.skipped(), [("f".into(), Reason::Unreadable)], "{}", before.len());
    }
}

#[test]
fn a_large_file_that_holds_bytes_behind_a_mark_of_utf16_is_told_of() {
    let wide = utf16(&"x".repeat(5000), u16::to_le_bytes);
    for (text, skipped) in [(NEEDLE.as_bytes(), 1), (b"nothing.", 0)] {
        let tree = Tree::new();
        tree.file("f", [&b"\xff\xfe"[..], &wide, text, &wide].concat());
        let limits = Limits { chunk: 4096, max_whole: 1000, window: 200, ..Limits::default() };
        let scan = Scan::of(&Walk { limits, ..tree.walk() });
        assert_eq!(scan.skipped().len(), skipped);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Neither the size of chunks, nor that of windows, nor whether a file is read whole changes what is found.
    #[test]
    fn sizes_change_nothing(
        parts in proptest::collection::vec(prop_oneof![
            4 => "[a-z \n]{0,60}".prop_map(String::into_bytes),
            2 => Just(NEEDLE.as_bytes().to_vec()),
            1 => Just(b"needl".to_vec()),
            1 => Just(b"\xe9\0".to_vec()),
            1 => Just("€".repeat(300).into_bytes()),
        ], 0..60),
        chunk in prop_oneof![1usize..40, 1usize..4096],
        window in 6usize..500,
    ) {
        let content = parts.concat();
        let tree = Tree::new();
        tree.file("f", &content);
        let whole = Scan::of(&tree.walk());
        prop_assert!(whole.sources.iter().all(|source| source.whole && source.text == content));
        let expected = places(&whole);
        for max_whole in [0, 100, 100_000] {
            let request = |chunk| Walk { threads: 1, limits: Limits { chunk, max_whole, window, ..Limits::default() }, ..tree.walk() };
            let (scan, reference) = (Scan::of(&request(chunk)), Scan::of(&request(1 << 20)));
            prop_assert_eq!(&places(&scan), &expected);
            prop_assert_eq!(scan.walked.bytes, reference.walked.bytes);
            let texts = |scan: &Scan| {
                scan.sources.iter().map(|s| (s.base_byte, s.text.clone(), s.binary)).collect::<Vec<_>>()
            };
            prop_assert_eq!(texts(&scan), texts(&reference));
        }
    }

    /// What passes the filter is the same as without it; what does not pass has no needle.
    #[test]
    fn the_filter_changes_nothing(contents in proptest::collection::vec("(needle|need|NEEDLE|[a-z\n]{1,9}){0,9}", 1..9)) {
        let tree = Tree::new();
        for (number, content) in contents.iter().enumerate() {
            tree.file(&format!("{number}"), content);
        }
        let (filtered, all) = (tree.scan(), Scan::with(&tree.walk(), &Prefilter::all()));
        let relevant: Vec<_> = all
            .sources
            .iter()
            .filter(|source| source.text.to_ascii_lowercase().windows(6).any(|window| window == NEEDLE.as_bytes()))
            .map(|source| (&source.path, &source.text))
            .collect();
        prop_assert_eq!(filtered.sources.iter().map(|source| (&source.path, &source.text)).collect::<Vec<_>>(), relevant);
    }
}
