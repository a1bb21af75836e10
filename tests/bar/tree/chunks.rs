//! Tokens across every border that a reader may draw.

use super::case::Case;

/// Powers of two that buffers have, and the sizes from which dekey no longer holds a file whole.
const BORDERS: [usize; 8] = [512, 4 << 10, 8 << 10, 64 << 10, 128 << 10, 1 << 20, 2 << 20, 4 << 20];
/// Where a token begins, relative to a border: before it, across it at each end, on it, behind it.
const BEFORE: [usize; 6] = [64, 59, 30, 5, 1, 0];

/// A file for each border and place, in lines or in one line; without `large` those of borders up to 128 KiB.
pub(crate) fn chunks(large: bool) -> Vec<Case> {
    let borders = BORDERS.iter().filter(|border| large || **border <= 128 << 10);
    let cases = borders.flat_map(|border| BEFORE.iter().map(move |before| (*border, *before)));
    cases
        .map(|(border, before)| {
            let (path, at) = (format!("chunk/{border}-{before}"), border - before);
            let line = if before % 2 == 0 { "x".repeat(99) + "\n" } else { "x".repeat(100) };
            let filler: String = line.chars().cycle().take(at - 1).chain([' ']).collect();
            // The file goes on for longer than a border.
            let rest = if before % 3 == 0 { "\n".to_owned() } else { format!(" {}", line.repeat(700)) };
            Case::find(path, &format!("{filler}{{{{token}}}}{rest}"))
        })
        .collect()
}
