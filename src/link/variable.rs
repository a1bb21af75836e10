//! The variable that a project reads its token from already.
//!
//! Owns the choice of one name, where the user declared none. The decision to know: a name counts when code logs in with
//! it as a token; the one that most places read wins. A name whose value is shown to others is no place for a secret.

use std::collections::BTreeMap;

use super::Origin;
use super::project::Scanned;
use crate::facts::Carrier;
use crate::matcher::{is_variable, snake};
use crate::pack::Pack;
use crate::pack::schema::{Kind, Role};

/// The name under which the code of these files reads a token, if it does.
#[must_use]
pub fn of<'s>(pack: &Pack, files: &[Scanned<'s, '_>]) -> Option<&'s str> {
    let mut read: BTreeMap<&'s str, usize> = BTreeMap::new();
    let uses = files.iter().flat_map(|file| &file.matched.uses);
    for found in uses.filter(|found| found.carrier == Carrier::Code && found.construct.kind == Kind::TokenAuth) {
        let slot = found.slots.iter().find(|slot| slot.role == Role::Token);
        for origin in slot.into_iter().flat_map(|slot| &slot.origins) {
            if let Origin::Env { name, .. } = origin
                && is_variable(name)
                && pack.role_of_name(&snake(name)) == Some(Role::Token)
                && !is_shown(pack, name)
            {
                *read.entry(name).or_default() += 1;
            }
        }
    }
    let most = read.values().copied().max();
    read.into_iter().find(|(_, count)| Some(*count) == most).map(|(name, _)| name)
}

fn is_shown(pack: &Pack, name: &str) -> bool {
    pack.exposures.iter().filter_map(|row| row.variables.as_ref()).any(|variables| variables.is_match(name))
}
