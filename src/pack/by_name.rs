//! Constructs by the name their code ends in.
//!
//! Owns the index, made for a language when it is first asked for, from the code of that language alone.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::Construct;
use super::pattern::Step;
use crate::lang;

/// The places of constructs by language, and by the last segment of their anchor's name; an empty name for those of any.
#[derive(Debug)]
pub(crate) struct ByName(HashMap<&'static str, OnceLock<HashMap<String, Vec<usize>>>>);

impl ByName {
    pub(crate) fn new() -> Self {
        Self(lang::LANGUAGES.iter().map(|language| (language.name, OnceLock::new())).collect())
    }

    /// Those whose anchor ends in this name, then those of any name.
    pub(crate) fn get<'c>(
        &'c self,
        constructs: &'c [Construct],
        language: &str,
        name: &str,
    ) -> impl Iterator<Item = &'c Construct> {
        let named = self.0.get(language).map(|named| named.get_or_init(|| index(constructs, language)));
        let of = move |name: &str| named.and_then(|named| named.get(name)).into_iter().flatten();
        of(name).chain(of("")).map(|&at| &constructs[at])
    }
}

fn index(constructs: &[Construct], language: &str) -> HashMap<String, Vec<usize>> {
    let mut map: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, construct) in constructs.iter().enumerate() {
        let Some(pattern) = construct.pattern(language) else { continue };
        let paths = match &pattern.anchor {
            Step::Call(call) => &call.path,
            Step::Assign { target, .. } => target,
        };
        for key in paths.iter().map(|path| path.key().unwrap_or_default()).collect::<BTreeSet<&str>>() {
            map.entry(key.to_owned()).or_default().push(at);
        }
    }
    map
}
