//! Zip archives.
//!
//! Owns which of their entries are files. The decision to know: the list at the end counts, as it does for who unpacks
//! them; an entry that is broken or encrypted hides no other.

use std::fs::File;
use std::io::{self, BufReader, Read};

use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive};

use super::{Entries, Metered, broken, is_spent};
use crate::source::Reason;

/// Reads all entries.
///
/// # Errors
/// Why the rest cannot be read.
pub(super) fn read(file: File, entries: &mut Entries<'_>) -> Result<(), String> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(|error| malformed(&error))?;
    let expected = archive.entries_hint();
    let mut iterator = archive.entries(&mut buffer);
    let mut count = 0_u64;
    while let Some(entry) = iterator.next_entry().map_err(|error| malformed(&error))? {
        count += 1;
        if entries.collector.is_stopped() {
            return Ok(());
        }
        let Some(path) = entries.enter(entry.file_path().as_ref(), entry.is_dir())? else { continue };
        if entry.is_dir() {
            continue;
        }
        if entry.mode().is_symlink() {
            entries.collector.count(Reason::Symlink);
            continue;
        }
        if entry.flags().is_encrypted() {
            entries.collector.skip(path, Reason::Unreadable, "it is encrypted".to_owned());
            continue;
        }
        let read = archive.get_entry(entry.wayfinder()).map_err(io::Error::other).and_then(|found| {
            let packed = BufReader::new(found.reader());
            let plain: Box<dyn Read + '_> = match entry.compression_method() {
                CompressionMethod::STORE => Box::new(packed),
                CompressionMethod::DEFLATE => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
                CompressionMethod::ZSTD => {
                    Box::new(ruzstd::decoding::StreamingDecoder::new(packed).map_err(io::Error::other)?)
                }
                other => {
                    let name = other.name().map_or_else(|| format!("method {}", other.as_u16()), str::to_owned);
                    return Err(io::Error::new(io::ErrorKind::Unsupported, format!("it is packed by {name}")));
                }
            };
            let metered = Metered { inner: plain, budget: entries.budget.clone() };
            let mut verified = found.verifying_reader(metered);
            entries.collector.file(&path, &mut verified)?;
            // What is left of a file with too much of interest, and the check at the end.
            io::copy(&mut verified, &mut io::sink()).map(drop)
        });
        match read {
            Ok(()) => {}
            Err(error) if is_spent(&error) => return Err(error.to_string()),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                let detail = format!("{error}, which dekey does not read");
                entries.collector.skip(path, Reason::Unreadable, detail);
            }
            Err(error) => entries.collector.skip(path, Reason::Unreadable, broken(&error)),
        }
    }
    // Archives of more entries than 16 bits count have the rest of the number there.
    if count % (1 << 16) == expected % (1 << 16) { Ok(()) } else { Err("its list of entries is incomplete".to_owned()) }
}

fn malformed(error: &rawzip::Error) -> String {
    format!("it is no zip archive, or broken: {error}")
}
