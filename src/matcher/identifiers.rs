//! Names that break a rule by themselves, anywhere in a file's code.
//!
//! Owns the search for them, which needs no language: columns stand in migrations, schemas and SQL. The decision to
//! know: the name itself has to say the vendor's, so that what a framework keeps for every provider stays silent; each
//! name counts once a file.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::sightings::Carriers;
use super::{IdentifierUse, Matched, snake};
use crate::facts::Carrier;
use crate::lang::Layer;
use crate::pack::Pack;
use crate::source::Source;
use crate::span::Span;

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z_][A-Za-z0-9_]{5,79}").expect("the expression is a constant, compiled in a test")
});

/// Finds them.
pub(super) fn find<'p>(pack: &'p Pack, source: &Source, layers: &[Layer], out: &mut Matched<'p>) {
    if pack.identifiers.is_empty() || layers.is_empty() {
        return;
    }
    let mut seen = HashSet::new();
    let mut carriers = None;
    for found in NAME.find_iter(&source.text) {
        let Ok(text) = std::str::from_utf8(found.as_bytes()) else { continue };
        let written = text.to_ascii_lowercase();
        if !written.contains(&pack.word) {
            continue;
        }
        let name = snake(text);
        let row = pack.identifiers.iter().find(|row| row.names.as_ref().is_some_and(|names| names.is_match(&name)));
        let Some(identifier) = row.filter(|_| !seen.contains(&name)) else { continue };
        let carrier = carriers.get_or_insert_with(|| Carriers::new(layers)).at(found.start());
        if !matches!(carrier, Carrier::Code | Carrier::String) {
            continue;
        }
        seen.insert(name);
        let span = Span::from(found.range());
        out.identifiers.push(IdentifierUse { identifier, name: text.to_owned(), span, carrier });
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_one_word() {
        let found = super::NAME.find(b"  acme_refresh_token: x").map(|found| found.as_bytes().to_vec());
        assert_eq!(found.as_deref(), Some(&b"acme_refresh_token"[..]));
    }
}
