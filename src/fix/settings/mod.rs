//! What a changed login asks of everything around it: where its variables are defined, passed on and documented.
//!
//! Owns the edits outside of logins, and the list of places where a person sets the new variable. It knows no vendor and
//! no format by heart. The decisions to know: a variable's name is a word, and the files' own readers say where it is
//! defined; whatever would not be read again as it was, but for the names, is left to a person. No value is ever copied.

mod definitions;
mod holders;
mod lines;
mod manner;
mod readers;
mod removal;
mod rewrite;
mod verify;

use std::collections::BTreeSet;

use super::files::{Files, words};
use crate::finding::{Edit, Setting};
use crate::link::project::Project;
use readers::Fate;

/// What changes around logins that take a token in place of a key.
#[derive(Debug, Default)]
pub struct Moved {
    /// The edits, in order and apart from each other and from the planned ones.
    pub edits: Vec<Edit>,
    /// Where the new variable is set or passed on, in order.
    pub settings: Vec<Setting>,
    /// Old names that stay somewhere, and why.
    pub kept: Vec<(String, String)>,
}

/// The edits that make `to` of the variables `keys`, and that drop the variables `ids`, once the edits `planned` are
/// made. Files are indexes into [`Project::files`].
#[must_use]
pub fn moved(
    project: &Project<'_, '_>,
    keys: &BTreeSet<String>,
    ids: &BTreeSet<String>,
    to: &str,
    planned: &[Edit],
) -> Moved {
    moved_in(&Files::new(project), keys, ids, to, planned)
}

/// As [`moved`], with files that may have been lowered already.
pub(super) fn moved_in(
    files: &Files<'_, '_, '_>,
    keys: &BTreeSet<String>,
    ids: &BTreeSet<String>,
    to: &str,
    planned: &[Edit],
) -> Moved {
    let mut out = Moved::default();
    let keys: Vec<&str> = keys.iter().map(String::as_str).filter(|name| *name != to).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).filter(|name| *name != to && !keys.contains(name)).collect();
    let task = Task { files, to, planned };
    let plan = Plan {
        keys: keys.iter().map(|name| (*name, readers::of_key(&task, name))).collect(),
        ids: ids.iter().map(|name| (*name, readers::of_id(&task, name))).collect(),
    };
    let fates = plan.keys.iter().chain(&plan.ids);
    out.kept.extend(fates.filter_map(|(name, fate)| Some(((*name).to_owned(), fate.why()?.to_owned()))));
    for file in 0..files.project.files.len() {
        let text = files.text(file);
        if keys.iter().chain(&ids).any(|name| words(text, name).next().is_some()) {
            rewrite::file(&task, &plan, file, &mut out);
        }
    }
    out
}

/// What every step needs.
struct Task<'t, 'f, 's, 'p> {
    files: &'t Files<'f, 's, 'p>,
    /// The new variable.
    to: &'t str,
    /// Edits of logins, which are made whatever happens here.
    planned: &'t [Edit],
}

/// What becomes of each old name.
struct Plan<'n> {
    keys: Vec<(&'n str, Fate)>,
    ids: Vec<(&'n str, Fate)>,
}
