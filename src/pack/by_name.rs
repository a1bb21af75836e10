//! Constructs by the name their code ends in.
//!
//! Owns the index, made for a language when it is first asked for, from the code of that language alone.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::Construct;
use super::pattern::Step;
use crate::lang;

/// The places of constructs, by language.
#[derive(Debug)]
pub(crate) struct ByName(HashMap<&'static str, OnceLock<Named>>);

/// Those of one language.
#[derive(Debug, Default)]
struct Named {
    /// By the last segment of their anchor's name.
    last: HashMap<String, Vec<usize>>,
    /// Of any name.
    any: Vec<usize>,
}

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
        let last = named.and_then(|named| named.last.get(name)).into_iter().flatten();
        last.chain(named.into_iter().flat_map(|named| &named.any)).map(|&at| &constructs[at])
    }
}

fn index(constructs: &[Construct], language: &str) -> Named {
    let mut named = Named::default();
    for (at, construct) in constructs.iter().enumerate() {
        let Some(pattern) = construct.pattern(language) else { continue };
        let paths = match &pattern.anchor {
            Step::Call(call) => &call.path,
            Step::Assign { target, .. } => target,
        };
        for key in paths.iter().map(|path| path.key()).collect::<BTreeSet<_>>() {
            match key {
                Some(key) => named.last.entry(key.to_owned()).or_default().push(at),
                None => named.any.push(at),
            }
        }
    }
    named
}
