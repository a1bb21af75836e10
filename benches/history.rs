//! Reads every file content of a repository, prefilters it, and does nothing else: the floor under `dekey check
//! --history`, for profiling.
//!
//! `history GIT_DIRECTORY`

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use dekey::prefilter::{Needle, Prefilter};
use dekey::source::each_content;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let git_dir = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: history GIT_DIRECTORY")?);
    let prefilter = Prefilter::new(&[
        Needle::any_case("intercom"),
        Needle::exact("dG9rO"),
        Needle::exact("ZEc5ck"),
        Needle::exact("ios_sdk-"),
        Needle::exact("android_sdk-"),
    ])?;
    let [contents, bytes, hits] = [0; 3].map(AtomicU64::new);
    let (objects, damage) = each_content(&git_dir, &|content| {
        contents.fetch_add(1, Ordering::Relaxed);
        bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
        hits.fetch_add(u64::from(prefilter.find_at(content, 0).is_some()), Ordering::Relaxed);
    })?;
    writeln!(
        io::stdout(),
        "{objects} objects, {} contents of {} bytes, {} with a needle, {} damaged",
        contents.into_inner(),
        bytes.into_inner(),
        hits.into_inner(),
        damage.len(),
    )?;
    Ok(())
}
