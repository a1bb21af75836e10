//! What a changed login asks of everything around it: where its variables are defined, passed on and documented.
//!
//! Owns the edits outside of logins, and the list of places where a person sets the new variable. It knows no vendor and
//! no format by heart. The decisions to know: a variable's name is a word, and the files' own readers say where it is
//! defined; whatever would not be read again as it was, but for the names, is left to a person. No value is ever copied.

mod definitions;
mod documented;
mod holders;
mod lines;
mod manner;
mod programs;
mod readers;
mod removal;
mod rewrite;
mod terraform;
mod verify;

use std::collections::BTreeSet;

use super::files::Files;
use super::spans::Places;
use crate::finding::{Edit, Setting};
use crate::link::project::Project;
use crate::span::Span;
use manner::Manner;
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
    let task = Task::new(files, to, planned);
    let plan = Plan {
        keys: keys.iter().map(|name| (*name, readers::of_key(&task, name))).collect(),
        ids: ids.iter().map(|name| (*name, readers::of_id(&task, name))).collect(),
        owned: keys.iter().copied().filter(|name| readers::is_owned(&task, name)).collect(),
    };
    let fates = plan.keys.iter().chain(&plan.ids);
    out.kept.extend(fates.filter_map(|(name, fate)| Some(((*name).to_owned(), fate.why()?.to_owned()))));
    let mentioned: BTreeSet<usize> = keys.iter().chain(&ids).flat_map(|name| files.saying(name)).copied().collect();
    for file in mentioned {
        rewrite::file(&task, &plan, file, &mut out);
    }
    terraform::files(&task, &plan, &mut out);
    programs::fields(&task, &plan, &mut out);
    out.edits.sort_by_key(|edit| (edit.file, edit.span));
    out.settings.sort_by_key(|setting| (setting.file, setting.span));
    out
}

/// What every step needs.
struct Task<'t, 'f, 's, 'p> {
    files: &'t Files<'f, 's, 'p>,
    /// The new variable.
    to: &'t str,
    /// Edits of logins, which are made whatever happens here.
    planned: &'t [Edit],
    /// What they replace, by file.
    replaced: Places,
}

impl<'t, 'f, 's, 'p> Task<'t, 'f, 's, 'p> {
    fn new(files: &'t Files<'f, 's, 'p>, to: &'t str, planned: &'t [Edit]) -> Self {
        Self { files, to, planned, replaced: Places::new(planned) }
    }

    /// Whether a planned edit replaces a part of it.
    fn replaces(&self, file: usize, span: Span) -> bool {
        self.replaced.overlap(file, span)
    }

    /// How a file uses names.
    fn manner(&self, file: usize) -> Manner {
        manner::of(self.files.project.files[file].source, self.language(file))
    }

    fn language(&self, file: usize) -> &'static str {
        self.files.language(file).map_or("text", |language| language.name)
    }
}

/// What becomes of each old name.
struct Plan<'n> {
    keys: Vec<(&'n str, Fate)>,
    ids: Vec<(&'n str, Fate)>,
    /// Names of keys by which programs also call something of their own.
    owned: BTreeSet<&'n str>,
}

impl<'n> Plan<'n> {
    /// All old names.
    fn names(&self) -> impl Iterator<Item = &'n str> {
        self.keys.iter().chain(&self.ids).map(|(name, _)| *name)
    }
}
