//! Walks and prefilters a tree and does nothing else: the floor under `dekey check`, for profiling.
//!
//! `walk DIRECTORY [THREADS]`

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use dekey::prefilter::{Needle, Prefilter};
use dekey::source::{Progress, Walk, walk};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().ok_or("usage: walk DIRECTORY [THREADS]")?;
    let threads = arguments.next().map_or(Ok(0), |threads| threads.parse())?;
    let prefilter = Prefilter::new(&[
        Needle::any_case("intercom"),
        Needle::exact("dG9rO"),
        Needle::exact("ZEc5ck"),
        Needle::exact("ios_sdk-"),
        Needle::exact("android_sdk-"),
    ])?;
    let hits = AtomicU64::new(0);
    let request = Walk { threads, ..Walk::new(std::env::current_dir()?, vec![PathBuf::from(root)]) };
    let walked = walk(&request, &prefilter, &Progress::default(), &|_| {
        hits.fetch_add(1, Ordering::Relaxed);
    });
    writeln!(
        io::stdout(),
        "{} files, {} bytes, {} with a needle, {} notices {:?}, {} settings",
        walked.examined,
        walked.bytes,
        hits.into_inner(),
        walked.skipped.len(),
        walked.counts,
        walked.settings.len(),
    )?;
    Ok(())
}
