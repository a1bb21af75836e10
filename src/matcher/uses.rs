//! What the matcher says of a file: plain data for linking and checks.

use crate::facts::{Carrier, Dependency, Name};
use crate::link::Origin;
use crate::pack::schema::Role;
use crate::pack::{Construct, Credential, Exposure, Parameter, Request};
use crate::span::Span;

/// What ties a use to the vendor, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// The vendor's library is imported, or named in full.
    Import,
    /// The request's own chain of calls and values names a host of the vendor.
    Host,
    /// The only host around is one of the vendor's.
    Around,
    /// Only the name looks like it.
    Name,
}

/// A credential's place in a use.
#[derive(Clone, Debug)]
pub struct Slot {
    /// What stands there.
    pub role: Role,
    /// The value as written.
    pub span: Span,
    /// Where it comes from.
    pub origins: Vec<Origin>,
}

/// A construct met in a file.
#[derive(Clone)]
pub struct Use<'p> {
    /// Which one.
    pub construct: &'p Construct,
    /// The statement that decides.
    pub span: Span,
    /// The last name of what is called; `None` for an assignment or a form.
    pub callee: Option<Name>,
    /// The arguments or items that the construct names, keys included.
    pub matched: Vec<Span>,
    /// Whether those are items of a map passed as one argument.
    pub in_map: bool,
    /// The credentials.
    pub slots: Vec<Slot>,
    /// What ties it to the vendor.
    pub binding: Binding,
    /// Statements that belong to it, such as the setter of the app id.
    pub companions: Vec<Span>,
    /// What carries it.
    pub carrier: Carrier,
    /// The language it is written in.
    pub language: &'static str,
}

impl Use<'_> {
    /// The slot of this role.
    #[must_use]
    pub fn slot(&self, role: Role) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.role == role)
    }
}

/// A credential recognised by its shape alone.
pub struct Sighting<'p> {
    /// Which one.
    pub credential: &'p Credential,
    /// Where.
    pub span: Span,
    /// The string it is all of, quotes included, where that string is a plain value that could be any other.
    pub plain: Option<Span>,
    /// Its bytes, to tell equal ones from others.
    pub value: Secret,
    /// What carries it.
    pub carrier: Carrier,
}

/// A secret's bytes. They cannot be printed: `Debug` shows none of them and there is no `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes, for hashing.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A keyed value whose name says what it holds.
pub struct Named {
    /// What it holds.
    pub role: Role,
    /// The name in snake case.
    pub name: String,
    /// The value as written.
    pub span: Span,
    /// Where the value comes from.
    pub origins: Vec<Origin>,
    /// What carries it.
    pub carrier: Carrier,
}

/// A parameter of a request to the vendor.
pub struct ParameterUse<'p> {
    /// Which one.
    pub parameter: &'p Parameter,
    /// Its value as written.
    pub span: Span,
    /// Where the value comes from.
    pub origins: Vec<Origin>,
    /// What ties the request to the vendor.
    pub binding: Binding,
    /// What carries it.
    pub carrier: Carrier,
}

/// A text or field that asks for a credential.
pub struct RequestUse<'p> {
    /// Which one.
    pub request: &'p Request,
    /// The text or the field's name.
    pub span: Span,
    /// What carries it.
    pub carrier: Carrier,
}

/// A place that shows a credential to others.
pub struct ExposureUse<'p> {
    /// How.
    pub exposure: &'p Exposure,
    /// Where.
    pub span: Span,
    /// The name of what is shown.
    pub name: String,
    /// What carries it.
    pub carrier: Carrier,
}

/// The definition of an environment variable.
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Name and value.
    pub span: Span,
}

/// Everything one file means to one pack.
#[derive(Default)]
pub struct Matched<'p> {
    /// Constructs.
    pub uses: Vec<Use<'p>>,
    /// Credentials by shape.
    pub sightings: Vec<Sighting<'p>>,
    /// Values by name.
    pub named: Vec<Named>,
    /// Parameters of requests.
    pub parameters: Vec<ParameterUse<'p>>,
    /// Requests for credentials.
    pub requests: Vec<RequestUse<'p>>,
    /// Exposed credentials.
    pub exposures: Vec<ExposureUse<'p>>,
    /// Definitions of environment variables.
    pub definitions: Vec<Definition>,
    /// Packages the file depends on.
    pub dependencies: Vec<Dependency>,
    /// What was spared, and why.
    pub spared: Vec<(Span, String)>,
    /// Values that an exempt construct takes.
    pub other: Vec<Span>,
    /// Spans that no output may show.
    pub secrets: Vec<Span>,
}

impl Matched<'_> {
    /// Whether the file means nothing to the pack.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty()
            && self.sightings.is_empty()
            && self.named.is_empty()
            && self.parameters.is_empty()
            && self.requests.is_empty()
            && self.exposures.is_empty()
            && self.definitions.is_empty()
            && self.dependencies.is_empty()
            && self.spared.is_empty()
    }
}
