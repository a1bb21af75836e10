//! Logins that documents teach.
//!
//! Owns what becomes of an example that logs in with a key's variable. The decision to know: it is rewritten as code is;
//! one that cannot be stays whole, for a token in the key's place would be wrong.

use super::readers::Fate;
use super::{Plan, Task};
use crate::facts::Carrier;
use crate::finding::Edit;
use crate::fix::{planned, token};
use crate::link::Origin;
use crate::pack::schema::Kind;
use crate::span::Span;

/// The edits of a document's examples, and the examples: what is inside of them is not renamed as a word.
pub(super) fn logins(task: &Task<'_, '_, '_, '_>, plan: &Plan<'_>, file: usize) -> (Vec<Edit>, Vec<Span>) {
    let project = task.files.project;
    let (mut edits, mut examples) = (Vec::new(), Vec::new());
    let goes = |name: &str| plan.keys.iter().any(|(key, fate)| *key == name && matches!(fate, Fate::Goes));
    for found in &project.files[file].matched.uses {
        let mut origins = found.slots.iter().flat_map(|slot| &slot.origins);
        let reads = origins.any(|origin| matches!(origin, Origin::Env { name, .. } if goes(name)));
        if found.carrier != Carrier::Prose || found.construct.kind != Kind::KeyAuth || !reads {
            continue;
        }
        let token = token::of(task.files, file, found);
        let fix = token.as_ref().and_then(|token| planned(project, file, found, Some(&token.text), false));
        edits.extend(fix.into_iter().flat_map(|fix| fix.edits).filter(|edit| edit.file == file));
        examples.extend(std::iter::once(found.span).chain(found.companions.iter().copied()));
    }
    (edits, examples)
}
