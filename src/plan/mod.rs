//! Plans: a whole migration as ordered tasks.
//!
//! Owns the shape of a plan and of what it is made of besides findings. It judges nothing. The decision to know: what
//! only the project and its pack can tell is gathered as plain data while both are there ([`ground`]); the tasks are
//! made afterwards from that and from the findings that are left when the user's choices are applied (`stages`), so
//! that a plan never speaks of what `check` would not show.

pub mod ground;
mod stages;
mod tasks;

pub use stages::plan;

use std::collections::BTreeMap;

use crate::finding::{Applicability, Label, Route};

/// What one vendor's part of a plan is made of, besides findings.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The vendor, as people write it.
    pub vendor: String,
    /// The prefix of its rules.
    pub prefix: String,
    /// The variable that logins are to read, and where it is set already.
    pub variable: Variable,
    /// The variables that dead logins read.
    pub retired: Vec<Variable>,
    /// Access tokens in files, each with its places.
    pub leaks: Vec<Leak>,
    /// The vendor's OAuth.
    pub oauth: Option<Oauth>,
    /// How this project's stacks connect customers; empty when nothing goes to OAuth.
    pub ways: Vec<Way>,
    /// Columns and fields that hold a credential of each customer.
    pub columns: Vec<Label>,
    /// How the project shows that it connects customers already.
    pub connected: Option<String>,
    /// What people do outside of the code, by id.
    pub steps: BTreeMap<&'static str, Step>,
}

/// An environment variable and the places that give it a value or pass it on.
#[derive(Clone, Debug, Default)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Whether it held the key, rather than what is public.
    pub secret: bool,
    /// Where it is set.
    pub places: Vec<Label>,
}

/// One access token in files.
#[derive(Clone, Debug)]
pub struct Leak {
    /// Tells it from others; a digest, nothing of the token.
    pub id: String,
    /// Where it stands.
    pub places: Vec<Label>,
}

/// The vendor's OAuth.
#[derive(Clone, Debug)]
pub struct Oauth {
    /// The page that a person is sent to.
    pub authorize: String,
    /// Where a code is traded.
    pub token: String,
    /// The client's variables: its id, its secret.
    pub client: [Variable; 2],
    /// What is peculiar to it.
    pub notes: Vec<String>,
}

/// How a stack connects customers.
#[derive(Clone, Debug)]
pub struct Way {
    /// The library or framework as a sentence names it.
    pub title: String,
    /// The command that adds it; may be empty.
    pub add: String,
    /// Whether a manifest names it already.
    pub added: bool,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// The code, before and after.
    pub sketch: Sketch,
    /// What to know.
    pub notes: Vec<String>,
}

/// A before and an after, for people to read.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// The language, as a fence names it.
    pub fence: String,
    /// The code before.
    pub before: String,
    /// The code after.
    pub after: String,
}

/// Something to do outside of the code.
#[derive(Clone, Debug)]
pub struct Step {
    /// What to do; backquotes mark code.
    pub text: String,
    /// A live page, or empty.
    pub help: String,
}

/// The whole plan.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One part for each vendor with something to do.
    pub parts: Vec<Part>,
    /// The vendors that were looked for.
    pub vendors: Vec<String>,
}

/// What there is to do about one vendor.
#[derive(Clone, Debug)]
pub struct Part {
    /// The vendor, as people write it.
    pub vendor: String,
    /// Where the findings go, and why.
    pub routes: Vec<Chosen>,
    /// The stages, in the order they are to be done; none is empty.
    pub stages: Vec<Stage>,
}

/// A route, and what it was chosen by.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Which one.
    pub route: Route,
    /// How many findings go there.
    pub findings: usize,
    /// What it was chosen by, a phrase each.
    pub evidence: Vec<String>,
}

/// Tasks that belong together.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Its heading.
    pub title: &'static str,
    /// What to know before; backquotes mark code.
    pub intro: String,
    /// A live page about it, or empty.
    pub help: String,
    /// What to do.
    pub tasks: Vec<Task>,
    /// Code to read.
    pub sketches: Vec<Sketch>,
    /// What to know, a sentence each.
    pub notes: Vec<String>,
}

/// One thing to do.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Whether it is done already.
    pub done: bool,
    /// Where.
    pub place: Option<Label>,
    /// What; backquotes mark code.
    pub what: String,
    /// Who does it, for a change of code.
    pub how: Option<Applicability>,
    /// Other places it is about.
    pub places: Vec<Label>,
    /// A live page, or empty.
    pub help: String,
}

impl Ground {
    /// Every place it names.
    pub fn labels_mut(&mut self) -> impl Iterator<Item = &mut Label> {
        let client = self.oauth.iter_mut().flat_map(|oauth| &mut oauth.client);
        let variables = std::iter::once(&mut self.variable).chain(&mut self.retired).chain(client);
        let leaks = self.leaks.iter_mut().flat_map(|leak| &mut leak.places);
        variables.flat_map(|variable| &mut variable.places).chain(leaks).chain(&mut self.columns)
    }
}
