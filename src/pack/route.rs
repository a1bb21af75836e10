//! Ways out: what people do outside of the code, and how each stack connects customers through OAuth.
//!
//! Owns these tables of a pack, as written and compiled. The decision to know: a way is chosen by language and by the
//! packages that a project names; its code is a sketch for people to read, never an edit.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::compile::Compiler;
use super::schema::{Package, Text};

/// What people do outside of the code; a pack says how, by these ids.
pub const STEPS: &[&str] = &[
    "create-token",
    "register-app",
    "review-app",
    "regenerate-token",
    "renew-secret",
    "clean-history",
    "try-token",
    "try-connection",
];

/// `[oauth]`: the vendor's OAuth.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    /// The page that a person is sent to.
    pub authorize: String,
    /// Where a code is traded.
    pub token: String,
    /// The environment variable for the client's id.
    pub client_id: String,
    /// The environment variable for the client's secret.
    pub client_secret: String,
    /// What is peculiar to it, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// `[[step]]`: something to do outside of the code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRow {
    /// Which one.
    pub id: Text,
    /// What to do, an instruction; `{variable}` is the environment variable, backquotes mark code.
    pub text: String,
    /// A live page.
    #[serde(default)]
    pub help: String,
}

/// `[[connection]]`: how a stack connects customers through OAuth.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionRow {
    /// Its id.
    pub id: Text,
    /// The library or framework as a sentence names it: "the acme-oauth gem".
    pub title: String,
    /// Languages it is for; none for any.
    #[serde(default)]
    pub languages: Vec<Text>,
    /// Packages as `ecosystem/name`, one of which says that a project can use it; none for any project.
    #[serde(default)]
    pub with: Vec<Text>,
    /// The package it needs, where it needs one.
    pub package: Option<Package>,
    /// The command that adds it.
    #[serde(default)]
    pub add: String,
    /// What to do, in order; backquotes mark code.
    pub steps: Vec<String>,
    /// The language of the sketch, as a fence names it.
    pub fence: String,
    /// The code before.
    pub before: Text,
    /// The code after.
    pub after: Text,
    /// What to know, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Something to do outside of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub text: String,
    /// A live page, or empty.
    pub help: String,
}

/// How a stack connects customers through OAuth.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its id.
    pub id: String,
    /// As a sentence names it.
    pub title: String,
    /// Languages it is for; none for any.
    pub languages: Vec<&'static str>,
    /// Packages that say that a project can use it.
    pub with: Vec<Package>,
    /// The package it needs.
    pub package: Option<Package>,
    /// The command that adds it; may be empty.
    pub add: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// The language of the sketch.
    pub fence: String,
    /// The code before.
    pub before: String,
    /// The code after.
    pub after: String,
    /// What to know.
    pub notes: Vec<String>,
}

/// The ways out of one vendor's keys.
#[derive(Debug, Default)]
pub struct Ways {
    /// Its OAuth, where it has one.
    pub oauth: Option<Oauth>,
    /// What people do outside of the code, by id.
    pub steps: BTreeMap<&'static str, Step>,
    /// How stacks connect, the best first.
    pub connections: Vec<Connection>,
}

impl Ways {
    /// The packages that tell which way a project can take.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.connections.iter().flat_map(|row| row.with.iter().chain(&row.package))
    }

    /// Adds the rows of a file.
    pub(super) fn add(
        &mut self,
        compiler: &mut Compiler,
        oauth: Option<Oauth>,
        steps: Vec<StepRow>,
        connections: Vec<ConnectionRow>,
    ) {
        self.oauth = self.oauth.take().or(oauth);
        for row in steps {
            match STEPS.iter().find(|id| *id == row.id.get_ref()) {
                Some(id) => _ = self.steps.insert(id, Step { text: row.text, help: row.help }),
                None => compiler.problem(
                    Some(row.id.span()),
                    format!("no plan has the step {:?}", row.id.get_ref()),
                    format!("the steps are: {}", STEPS.join(", ")),
                ),
            }
        }
        for row in connections {
            let connection = connection(compiler, row);
            self.connections.push(connection);
        }
    }
}

fn connection(compiler: &mut Compiler, row: ConnectionRow) -> Connection {
    let languages = row.languages.iter().filter_map(|name| compiler.language(name)).map(|language| language.name);
    let languages = languages.collect();
    let with = row.with.iter().filter_map(|text| {
        let package = text.get_ref().split_once('/');
        if package.is_none() {
            compiler.problem(Some(text.span()), "not a package", "write it as `ecosystem/name`");
        }
        let (ecosystem, name) = package?;
        Some(Package { ecosystem: ecosystem.to_owned(), name: name.to_owned() })
    });
    let with = with.collect();
    Connection {
        id: row.id.into_inner(),
        title: row.title,
        languages,
        with,
        package: row.package,
        add: row.add,
        steps: row.steps,
        fence: row.fence,
        before: row.before.into_inner(),
        after: row.after.into_inner(),
        notes: row.notes,
    }
}
