//! Files that only say the name of a variable.
//!
//! Owns the search for such names. The decision to know: it asks for capitals, as variables are written, and looks at
//! files that mean nothing else; one name is enough to keep the file, for whoever renames the variable.

use super::snake;
use crate::pack::Pack;
use crate::pack::schema::Role;

/// Longer names are none.
const LONGEST: usize = 80;
/// After so many names of other kinds, nothing else is expected.
const MAX_TRIED: usize = 256;

/// Whether the text says the name of a variable that may hold the vendor's credentials.
pub(super) fn any(pack: &Pack, text: &[u8]) -> bool {
    let word = pack.word.to_uppercase();
    let part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    memchr::memmem::find_iter(text, word.as_bytes()).take(MAX_TRIED).any(|at| {
        let before = text[..at].iter().rev().take(LONGEST).take_while(|byte| part(byte)).count();
        let after = text[at..].iter().take(LONGEST).take_while(|byte| part(byte)).count();
        let name = std::str::from_utf8(&text[at - before..at + after]).unwrap_or_default();
        let role = if name.contains('_') { pack.role_of_name(&snake(name)) } else { None };
        matches!(role, Some(Role::ApiKey | Role::AppId | Role::Token))
    })
}
