//! What holds for files that nobody wrote: pieces of cases, cut anywhere and put together, under any of their names.

#[allow(unreachable_pub, dead_code, missing_docs, reason = "it belongs to a crate of its own")]
#[path = "bar/fuzz.rs"]
mod fuzz;
#[expect(dead_code, reason = "`cases` uses the rest")]
#[path = "support/scanned.rs"]
mod scanned;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use scanned::How;

type Files = Vec<(String, Vec<u8>)>;

static CASES: LazyLock<Vec<(String, String)>> = LazyLock::new(fuzz::seeds::files);

fn project() -> impl Strategy<Value = Files> {
    let piece = (any::<Index>(), any::<Index>(), any::<Index>());
    let file = (any::<Index>(), prop::collection::vec(piece, 1..4)).prop_map(|(name, pieces)| {
        let pieces = pieces.iter().map(|(file, from, to)| {
            let text = file.get(&CASES).1.as_bytes();
            let (from, to) = (from.index(text.len() + 1), to.index(text.len() + 1));
            &text[from.min(to)..from.max(to)]
        });
        (name.get(&CASES).0.clone(), pieces.collect::<Vec<_>>().concat())
    });
    let folder = |(at, (name, text))| (format!("{at}/{name}"), text);
    prop::collection::vec(file, 1..4).prop_map(move |files| files.into_iter().enumerate().map(folder).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn threads_and_the_prefilter_change_nothing(files in project()) {
        let expected = scanned::json(&scanned::files(&files, How { threads: 1, ..How::new(None) }));
        for (threads, prefilter) in [(1, false), (3, true), (8, false)] {
            let found = scanned::json(&scanned::files(&files, How { threads, prefilter, ..How::new(None) }));
            prop_assert_eq!(&expected, &found);
        }
    }

    /// Neither the order of files nor the number of threads decides which edits are made, and one run makes all of them.
    #[test]
    fn fixing_twice_is_fixing_once_in_any_order(files in project()) {
        let changed = scanned::fixed(&files, How::new(None)).changed;
        let backwards: Files = files.iter().rev().cloned().collect();
        prop_assert_eq!(&changed, &scanned::fixed(&backwards, How { threads: 7, ..How::new(None) }).changed);
        let after = |(path, text): &(String, Vec<u8>)| {
            let new = changed.iter().find(|(name, _)| name == path).map_or(text, |(_, new)| new);
            (path.clone(), new.clone())
        };
        let once: Files = files.iter().map(after).collect();
        prop_assert!(scanned::fixed(&once, How::new(None)).changed.is_empty());
    }
}
