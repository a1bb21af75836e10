//! Names that break a rule by themselves, anywhere in a file's code.
//!
//! Owns the search for them, which needs no language: columns stand in migrations, schemas and SQL. The decision to
//! know: the name itself has to say the vendor's, so that what a framework keeps for every provider stays silent; each
//! name counts once a file.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use super::sightings::Carriers;
use super::{IdentifierUse, Matched, snake};
use crate::facts::Carrier;
use crate::lang::Layer;
use crate::pack::Pack;
use crate::source::Source;
use crate::span::Span;

/// How long a name is that may break a rule, in bytes.
const LENGTHS: RangeInclusive<usize> = 6..=80;

/// Finds them.
pub(super) fn find<'p>(pack: &'p Pack, source: &Source, layers: &[Layer], out: &mut Matched<'p>) {
    if pack.identifiers.is_empty() || layers.is_empty() {
        return;
    }
    let mut seen = HashSet::new();
    let mut carriers = None;
    let mut read = 0;
    for said in pack.said.regex().find_iter(&source.text) {
        if said.start() < read {
            continue;
        }
        let span = name_around(&source.text, Span::from(said.range()));
        read = span.end;
        if !LENGTHS.contains(&span.len()) {
            continue;
        }
        let Ok(text) = std::str::from_utf8(span.of(&source.text)) else { continue };
        let name = snake(text);
        let row = pack.identifiers.iter().find(|row| row.names.as_ref().is_some_and(|names| names.is_match(&name)));
        let Some(identifier) = row.filter(|_| !seen.contains(&name)) else { continue };
        let carrier = carriers.get_or_insert_with(|| Carriers::new(layers)).at(span.start);
        if !matches!(carrier, Carrier::Code | Carrier::String) {
            continue;
        }
        seen.insert(name);
        out.identifiers.push(IdentifierUse { identifier, name: text.to_owned(), span, carrier });
    }
}

/// The name that a word is part of; digits that it would begin with are none of it.
fn name_around(text: &[u8], word: Span) -> Span {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let before = text[..word.start].iter().rev().take_while(part).count();
    let after = text[word.end..].iter().take_while(part).count();
    let start = word.start - before;
    let digits = text[start..word.start].iter().take_while(|byte| byte.is_ascii_digit()).count();
    Span::new(start + digits, word.end + after)
}

#[cfg(test)]
mod tests {
    use crate::span::Span;

    #[test]
    fn a_name_is_one_word() {
        let name = |text: &[u8], at: usize| super::name_around(text, Span::new(at, at + 4)).of(text).to_vec();
        assert_eq!(name(b"  acme_refresh_token: x", 2), b"acme_refresh_token");
        assert_eq!(name(b"(1my_acme2)", 5), b"my_acme2");
        assert_eq!(name(b"acme", 0), b"acme");
    }
}
