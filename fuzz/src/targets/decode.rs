//! Reading: neither the size of buffers nor that of windows changes which text is handed over, and where it stands.

use std::fs;
use std::sync::Mutex;

use dekey::prefilter::{Needle, Prefilter};
use dekey::source::{Encoding, Limits, LineIndex, Progress, Source, Walk, walk};

/// What is looked for. Files hold it in any encoding.
pub const NEEDLE: &str = "key";

/// Six bytes choose the sizes; the rest is the file.
pub fn run(bytes: &[u8]) {
    let Some((sizes, content)) = bytes.split_first_chunk::<6>() else { return };
    let size = |at: usize| usize::from(u16::from_le_bytes([sizes[at], sizes[at + 1]]));
    let (chunk, window, max_whole) = (size(0) % 4096 + 1, size(2) % 512 + NEEDLE.len(), size(4) % 1024);
    let read = |limits: Limits| sources(content, limits);
    let whole = read(Limits::default());
    let announced = Source::from_bytes("f".into(), content.to_vec(), false);
    let is_announced =
        |source: &Source| (source.encoding, source.base_byte) == (announced.encoding, announced.base_byte);
    for source in &whole {
        // A file is read in other ways too: as the bytes that it is behind a mark that lies, and as wide text without one.
        if is_announced(source) {
            assert_eq!(source.text, announced.text, "another text");
        } else if source.encoding == (Encoding::Utf8 { bom: false }) {
            assert_eq!(source.text, content, "other bytes");
        }
    }
    assert_eq!(places(&whole), places(&read(Limits { chunk, ..Limits::default() })), "chunks of {chunk}");
    // In windows a file is read in one way; where another may find more, it counts as not examined.
    let is_one_way = !matches!(announced.encoding, Encoding::Utf8 { .. }) || !content.contains(&0);
    if whole.iter().all(is_announced) && is_one_way {
        let windows = Limits { chunk, window, max_whole, ..Limits::default() };
        assert_eq!(places(&whole), places(&read(windows)), "{windows:?}");
    }
}

/// Where the needles are in a file that is read by chunks of this size: line, column, byte of the file.
pub fn found(content: &[u8], chunk: usize) -> Vec<(u64, u64, u64)> {
    places(&sources(content, Limits { chunk, ..Limits::default() }))
}

fn sources(content: &[u8], limits: Limits) -> Vec<Source> {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("f"), content).expect("a file");
    let request = Walk { threads: 1, limits, ..Walk::new(dir.path().to_owned(), vec![".".into()]) };
    let filter = Prefilter::new(&[Needle::any_case(NEEDLE)]).expect("it compiles");
    let sources = Mutex::new(Vec::new());
    let walked =
        walk(&request, &filter, &Progress::default(), &|source| sources.lock().expect("no panic").push(source));
    assert_eq!((walked.examined, walked.skipped.len()), (1, 0), "{:?}", walked.skipped);
    sources.into_inner().expect("no panic")
}

/// Where the needles are: line, column, byte of the file.
fn places(sources: &[Source]) -> Vec<(u64, u64, u64)> {
    let mut places = Vec::new();
    for source in sources {
        let (index, lower) = (LineIndex::new(source), source.text.to_ascii_lowercase());
        let found = lower.windows(NEEDLE.len()).enumerate().filter(|(_, window)| *window == NEEDLE.as_bytes());
        places.extend(
            found.map(|(at, _)| index.position(source, at)).map(|place| (place.line, place.column, place.byte)),
        );
    }
    places.sort_unstable();
    places.dedup();
    places
}
