//! What has to be so before files are changed: no other run changes them, and git could restore them.

use std::path::PathBuf;

use super::super::output::{Streams, plain};
use super::super::{Error, engine};
use super::LISTED;
use crate::source::RelPath;
use crate::write::disk::{self, Lock};
use crate::write::guard::Risk;

/// Waits for other runs that fix the same work trees. All runs lock in the same order, so that none waits for ever.
pub(super) fn lock(roots: &[PathBuf], streams: &Streams) -> Result<Vec<Lock>, Error> {
    let waiting = || _ = streams.complain(|out| writeln!(out, "waiting for another dekey to finish"));
    let common = disk::common(&engine::here()?, roots);
    let locks = common.iter().map(|dir| {
        Lock::take(dir, waiting).map_err(|error| {
            let what = format!("cannot lock {}: {}", dir.display(), plain(&error));
            Error::new(what, "wait until the other run has ended, then run dekey again")
        })
    });
    locks.collect()
}

/// What git could not restore, and how to go on.
pub(super) fn unsaved(risks: &[(RelPath, Risk)]) -> Error {
    let words = |risk: &Risk| match risk {
        Risk::NoRepository => "it is in no git repository".to_owned(),
        Risk::Dirty => "it has changes that are not committed".to_owned(),
        Risk::Staged => "it has changes that are staged and not committed".to_owned(),
        Risk::Unknown(why) => format!("git's files cannot tell: {why}"),
    };
    let mut listed: Vec<String> =
        risks.iter().take(LISTED).map(|(path, risk)| format!("{} ({})", path.to_str_lossy(), words(risk))).collect();
    if risks.len() > LISTED {
        listed.push(format!("and {} more", risks.len() - LISTED));
    }
    let mut flags: Vec<&str> = risks
        .iter()
        .map(|(_, risk)| match risk {
            Risk::NoRepository => "`--allow-no-vcs`",
            Risk::Staged => "`--allow-staged`",
            Risk::Dirty | Risk::Unknown(_) => "`--allow-dirty`",
        })
        .collect();
    flags.sort_unstable();
    flags.dedup();
    Error::new(
        format!("nothing was fixed, because the change could not be undone: {}", listed.join(", ")),
        format!("commit or stash what is there first, or pass {}", flags.join(" and ")),
    )
}
