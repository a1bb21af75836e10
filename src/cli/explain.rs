//! `dekey explain`

use clap::Args;

use super::output::Streams;
use super::{Error, Exit, Packs, engine};
use crate::{names, render};

/// Arguments of `dekey explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule's id, with or without the vendor's prefix
    rule: String,
    #[command(flatten)]
    packs: Packs,
}

impl Explain {
    pub(super) fn run(&self, streams: &Streams) -> Result<Exit, Error> {
        let rules = engine::rules(&engine::vendors(&self.packs.dirs)?);
        let ids: Vec<&str> = rules.iter().map(|doc| doc.id.as_str()).collect();
        let id = names::rule(&self.rule, &ids).map_err(|nearest| Error::unknown_rule(&self.rule, &nearest))?;
        if let Some(doc) = rules.iter().find(|doc| doc.id == id) {
            streams.report(|out| render::explain::rule(doc, out))?;
        }
        Ok(Exit::Clean)
    }
}
