//! The commit that is checked out, as a report names it.
//!
//! Owns what is told of a commit: its id, and when its author wrote it. The decision to know: the date is in the
//! author's own offset from UTC, as git shows it; one that no calendar has is told as none, since the id says enough.

use gix::ObjectId;
use gix::hash::oid;
use gix::objs::{CommitRefIter, Kind};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::Repository;
use super::objects::Objects;
use super::refs::Refs;
use crate::finding::Commit;

/// The commit that is checked out; none before the first one.
///
/// # Errors
/// When it cannot be told, or cannot be read.
pub(crate) fn head(repository: &Repository) -> Result<Option<Commit>, String> {
    let Some(id) = Refs::open(repository)?.head()? else { return Ok(None) };
    let objects = Objects::of_kind(repository, id.kind())?;
    named(&objects, &id).map(Some)
}

/// A commit, as a report names it.
///
/// # Errors
/// When it is missing, malformed, or no commit.
pub(crate) fn named(objects: &Objects, id: &oid) -> Result<Commit, String> {
    let mut buffer = Vec::new();
    let data = objects.find(id, Kind::Commit, &mut buffer)?;
    let author = CommitRefIter::from_bytes(data, objects.kind()).author();
    let time = author.ok().and_then(|author| author.time().ok());
    let date = time.and_then(|time| date(time.seconds, time.offset)).unwrap_or_default();
    Ok(Commit { id: ObjectId::from(id).to_string(), date })
}

/// A moment as RFC 3339 has it: seconds since 1970, and how many seconds the clock was ahead of UTC.
pub(crate) fn date(seconds: i64, offset: i32) -> Option<String> {
    let moment = Timestamp::from_second(seconds).ok()?;
    let zone = Offset::from_seconds(offset).map_or(TimeZone::UTC, Offset::to_time_zone);
    Some(moment.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_those_of_the_authors_clock() {
        assert_eq!(date(1_700_000_000, 0).as_deref(), Some("2023-11-14T22:13:20+00:00"));
        assert_eq!(date(1_700_000_000, 19_800).as_deref(), Some("2023-11-15T03:43:20+05:30"));
        assert_eq!(date(1_700_000_000, -3600).as_deref(), Some("2023-11-14T21:13:20-01:00"));
        // No clock is that far ahead.
        assert_eq!(date(0, i32::MAX).as_deref(), Some("1970-01-01T00:00:00+00:00"));
        assert_eq!(date(i64::MAX, 0), None);
    }
}
