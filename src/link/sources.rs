//! Where a value comes from across files.
//!
//! Owns the steps that leave a file: from a parameter to what callers pass, from a name to the setting it reads, from an
//! environment variable to where it is given a value. The decision to know: a step is taken only when the other end is
//! known, and an origin nobody can follow stays as it is.

use std::collections::HashMap;

use super::Origin;
use super::project::{Project, Scanned};
use crate::matcher::{Definition, Site, is_variable, snake};
use crate::span::Span;

/// How many files a value is followed through.
const MAX_STEPS: usize = 4;
/// How many sources a value may have before the rest is left out.
const MAX_SOURCES: usize = 32;

/// An origin and the file it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<'s> {
    /// The file, as an index into [`Project::files`].
    pub file: usize,
    /// The origin; its spans are of that file.
    pub origin: &'s Origin,
    /// The call or definition that led here, in that file.
    pub through: Option<Span>,
}

/// What files define and call, by name.
#[derive(Default)]
pub(super) struct Ends<'s> {
    settings: HashMap<&'s str, Vec<(usize, &'s Definition)>>,
    sites: HashMap<&'s str, Vec<(usize, &'s Site)>>,
}

impl<'s> Ends<'s> {
    pub(super) fn of(files: &[Scanned<'s, '_>]) -> Self {
        let mut ends = Self::default();
        for (at, file) in files.iter().enumerate() {
            for setting in &file.matched.settings {
                ends.settings.entry(&setting.name).or_default().push((at, setting));
            }
            for site in &file.matched.sites {
                ends.sites.entry(&site.name).or_default().push((at, site));
            }
        }
        ends
    }

    /// The setting that a dotted name reads: its last two or more parts, or its last alone where that says enough.
    fn setting(&self, dotted: &str, word: &str) -> &[(usize, &'s Definition)] {
        let parts: Vec<String> = dotted.split(['.', ':', '/']).map(snake).filter(|part| !part.is_empty()).collect();
        let telling = |part: &String| part.contains(word) || part.matches('_').count() >= 2;
        let shortest = if parts.last().is_some_and(telling) { 1 } else { 2 };
        (shortest..=parts.len().min(8))
            .rev()
            .find_map(|len| self.settings.get(parts[parts.len() - len..].join("_").as_str()))
            .map_or(&[], Vec::as_slice)
    }
}

impl<'s> Project<'s, '_> {
    /// Everything that values of these origins, met in `file`, come from.
    #[must_use]
    pub fn sources(&self, file: usize, origins: &'s [Origin]) -> Vec<Sourced<'s>> {
        let mut found = Vec::new();
        self.sources_into(file, origins, None, 0, &mut found);
        found
    }

    fn sources_into(
        &self,
        file: usize,
        origins: &'s [Origin],
        through: Option<Span>,
        depth: usize,
        found: &mut Vec<Sourced<'s>>,
    ) {
        for origin in origins {
            let before = found.len();
            if depth < MAX_STEPS && before < MAX_SOURCES {
                match origin {
                    Origin::Param { name, function, index, .. } => {
                        self.passed(file, function, name, *index, depth, found);
                    }
                    Origin::Name { dotted, .. } => self.read(file, dotted, depth, found),
                    Origin::Env { name, .. } => self.defined(name, depth, found),
                    _ => (),
                }
            }
            // A variable stays one wherever it is given its value.
            if found.len() == before || matches!(origin, Origin::Env { .. }) {
                let own = Sourced { file, origin, through };
                if !found.contains(&own) && found.len() < MAX_SOURCES {
                    found.push(own);
                }
            }
        }
    }

    /// What the callers of `function` pass for its parameter `name`.
    fn passed(
        &self,
        file: usize,
        function: &str,
        name: &str,
        index: usize,
        depth: usize,
        found: &mut Vec<Sourced<'s>>,
    ) {
        let named = snake(function).contains(&self.pack.word);
        for (at, site) in self.ends.sites.get(function).into_iter().flatten() {
            // A plain word is many functions' name; in another file it has to say whose.
            if *at != file && !named && !site.bound {
                continue;
            }
            let key = name.rsplit('.').next().unwrap_or(name);
            let keyword = site.args.iter().find(|(keyword, _)| keyword.as_deref() == Some(key));
            let place = || site.args.iter().filter(|(keyword, _)| keyword.is_none()).nth(index);
            let passed = if name.contains('.') { keyword } else { keyword.or_else(place) };
            if let Some((_, origins)) = passed {
                self.sources_into(*at, origins, Some(site.span), depth + 1, found);
            }
        }
    }

    /// What the setting of this dotted name holds.
    fn read(&self, file: usize, dotted: &str, depth: usize, found: &mut Vec<Sourced<'s>>) {
        let last = dotted.rsplit('.').next().unwrap_or(dotted);
        if is_variable(last) && last.contains('_') {
            self.defined(last, depth, found);
        }
        for (at, setting) in self.ends.setting(dotted, &self.pack.word) {
            // A setting that reads the name it defines is the same look-up again.
            if *at != file || setting.origins.iter().all(|origin| origin.name() != Some(dotted)) {
                self.sources_into(*at, &setting.origins, Some(setting.span), depth + 1, found);
            }
        }
    }

    /// The values that a variable is given anywhere in the project. Some libraries fill the environment from a file of
    /// settings, whose names may be in lower case.
    fn defined(&self, name: &str, depth: usize, found: &mut Vec<Sourced<'s>>) {
        let settings = || self.ends.settings.get(snake(name).as_str()).map_or(&[][..], Vec::as_slice);
        let definitions = self.definitions(name);
        for (at, definition) in if definitions.is_empty() { settings() } else { definitions } {
            // What many files define is asked for by as many.
            if found.len() >= MAX_SOURCES {
                break;
            }
            if definition.origins.iter().all(|origin| origin.name() != Some(name)) {
                self.sources_into(*at, &definition.origins, Some(definition.span), depth + 1, found);
            }
        }
    }
}
