//! A vendor: what every run asks of it, and its pack, which only a run that meets something of it asks for.
//!
//! Owns the delay. Of an embedded pack the `[vendor]` table is read at once; the rest is read by the first file of
//! interest, whichever thread that is on, and the others wait. A pack that a user gave is there from the start, because
//! its mistakes are told before anything is scanned. The decision to know: whoever works on files is handed a [`Pack`],
//! so that this is the only place that asks whether it was read.

use std::sync::OnceLock;

use super::compile::{self, RULES};
use super::schema::{self, PackFile};
use super::{Pack, Rule, builtin};
use crate::prefilter::Needle;

/// The files of an embedded pack, by name.
type Files = &'static [(&'static str, &'static str)];

/// One vendor.
pub struct Vendor {
    /// Prefix of the rule ids.
    pub id: String,
    /// As people write it.
    pub name: String,
    /// The environment variable a fix reads.
    pub variable: String,
    /// What a file must contain.
    pub needles: Vec<Needle>,
    /// The folder and the files that the rest is read from, if it is not there yet.
    embedded: Option<(&'static str, Files)>,
    rules: OnceLock<Vec<Rule>>,
    pack: OnceLock<Pack>,
}

impl Vendor {
    /// The vendor of an embedded pack.
    pub(super) fn embedded(folder: &'static str, files: Files) -> Self {
        let schema::Vendor { id, name, variable, needles, .. } =
            file(files, builtin::VENDOR).vendor.expect("a test holds that it has the table");
        let needles = needles.into_iter().map(Needle::from).collect();
        let embedded = Some((folder, files));
        Self { id, name, variable, needles, embedded, rules: OnceLock::new(), pack: OnceLock::new() }
    }

    /// Its pack. An embedded one is read when it is first asked for.
    #[must_use]
    pub fn pack(&self) -> &Pack {
        self.pack.get_or_init(|| {
            let (folder, files) = self.embedded.expect("a pack that is not embedded is there");
            compile::embedded(builtin::named(folder, files)).expect("a test holds that it is sound")
        })
    }

    /// Whether its pack has been read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.pack.get().is_some()
    }

    /// Its rules. They are read by themselves where the pack is not.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        let read = |(_, files)| {
            let rows = file(files, builtin::RULES).rule.into_iter();
            rows.map(|row| Rule::new(&self.id, row)).collect()
        };
        match (self.pack.get(), self.embedded) {
            (None, Some(embedded)) => self.rules.get_or_init(|| read(embedded)),
            _ => &self.pack().rules,
        }
    }

    /// The ids of its rules, which no file has to be read for.
    pub fn rule_ids(&self) -> impl Iterator<Item = String> {
        RULES.iter().map(|rule| format!("{}/{rule}", self.id))
    }
}

impl From<Pack> for Vendor {
    /// The vendor of a pack that was read.
    fn from(pack: Pack) -> Self {
        Self {
            id: pack.id.clone(),
            name: pack.name.clone(),
            variable: pack.variable.clone(),
            needles: pack.needles.clone(),
            embedded: None,
            rules: OnceLock::new(),
            pack: OnceLock::from(pack),
        }
    }
}

/// One file of an embedded pack by itself.
fn file(files: Files, name: &str) -> PackFile {
    let text = files.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
    toml::from_str(text).expect("a test holds that it is sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_of_a_pack_by_itself_is_what_the_pack_says() {
        for (vendor, pack) in builtin::vendors().iter().zip(builtin::packs().expect("they are sound")) {
            let docs = |rules: &[Rule]| rules.iter().map(|rule| format!("{:?}", rule.doc)).collect::<Vec<_>>();
            assert_eq!(docs(vendor.rules()), docs(&pack.rules));
            let ids: Vec<_> = pack.rules.iter().map(|rule| rule.doc.id.clone()).collect();
            let mut named: Vec<_> = vendor.rule_ids().collect();
            assert_eq!(named.len(), ids.len());
            named.retain(|id| !ids.contains(id));
            assert_eq!(named, [""; 0]);
            assert!(!vendor.is_read());
            let whole = Vendor::from(pack);
            assert!(whole.is_read());
            for vendor in [vendor, &whole] {
                let of = (&vendor.id, &vendor.name, &vendor.variable, &vendor.needles);
                let pack = vendor.pack();
                assert_eq!(of, (&pack.id, &pack.name, &pack.variable, &pack.needles));
                assert!(vendor.is_read() && std::ptr::eq(vendor.rules(), pack.rules.as_slice()));
            }
        }
    }
}
