//! What the matcher says of a file: plain data for linking and checks.

use crate::facts::{Carrier, Dependency, Name};
use crate::link::Origin;
use crate::pack::schema::{Encoding, Role};
use crate::pack::{Construct, Credential, Exposure, Identifier, Parameter, Request};
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

impl Sighting<'_> {
    /// The credential itself, whatever it is wrapped in.
    #[must_use]
    pub fn bare(&self) -> Vec<u8> {
        let bytes = self.value.expose();
        let once = match self.credential.encoding {
            Some(Encoding::Base64Twice) => crate::pack::base64(bytes).unwrap_or_else(|| bytes.to_vec()),
            _ => bytes.to_vec(),
        };
        let end = once.iter().rposition(|byte| !matches!(byte, b'=' | b':')).map_or(0, |last| last + 1);
        once[..end].to_vec()
    }
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
    /// For an entry of a configuration, the last key as written.
    pub entry: Option<Name>,
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
    /// Whether it is part of a URL's query.
    pub in_query: bool,
    /// What carries it.
    pub carrier: Carrier,
}

/// A URL of the vendor's authorization page.
pub struct Authorization {
    /// The URL as written.
    pub span: Span,
    /// The names of its parameters; `None` when not all of them can be seen.
    pub parameters: Option<Vec<String>>,
    /// Whether its surroundings speak of a state.
    pub state_near: bool,
    /// What carries it.
    pub carrier: Carrier,
}

/// A name that breaks a rule by itself.
pub struct IdentifierUse<'p> {
    /// Why.
    pub identifier: &'p Identifier,
    /// The name as written.
    pub name: String,
    /// Where it stands first.
    pub span: Span,
    /// What carries it.
    pub carrier: Carrier,
}

/// A token in a request to somebody else.
pub struct Handed {
    /// The token.
    pub span: Span,
    /// The host it goes to.
    pub host: String,
    /// Where the token comes from.
    pub origins: Vec<Origin>,
    /// What carries it.
    pub carrier: Carrier,
}

/// A look-up of a credential by its name.
pub struct Read {
    /// The name, in snake case.
    pub name: String,
    /// The name under which it is only kept, in snake case: a setting read from a variable is no use of it yet.
    pub kept_as: Option<String>,
}

/// A column that holds a credential of each record.
pub struct Column {
    /// Its name, in snake case.
    pub name: String,
    /// The row of the pack that says so.
    pub says: String,
    /// The call that makes it.
    pub span: Span,
    /// What carries it.
    pub carrier: Carrier,
}

/// A text or field that asks for a credential.
pub struct RequestUse<'p> {
    /// Which one.
    pub request: &'p Request,
    /// The text or the field's name.
    pub span: Span,
    /// Whether the program is one that people run for themselves.
    pub own: bool,
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
    /// Where it comes from.
    pub origins: Vec<Origin>,
    /// What carries it.
    pub carrier: Carrier,
}

/// The definition of an environment variable or of a setting.
pub struct Definition {
    /// The variable's name, or the setting's full name in snake case.
    pub name: String,
    /// Name and value.
    pub span: Span,
    /// Where the value comes from, when that is a secret of this file or another name.
    pub origins: Vec<Origin>,
    /// Whether the value is another look-up of a variable.
    pub passes: bool,
    /// What carries it.
    pub carrier: Carrier,
}

/// A call that may be of a function which hands its parameters to a login.
pub struct Site {
    /// What is called: a function's name, or a class's.
    pub name: String,
    /// Whether a name in it or its import is the vendor's.
    pub bound: bool,
    /// The call.
    pub span: Span,
    /// What is passed: each argument's keyword, if it has one, and where it comes from. The items of a map count as
    /// keywords.
    pub args: Vec<(Option<String>, Vec<Origin>)>,
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
    /// Definitions of settings.
    pub settings: Vec<Definition>,
    /// Calls of functions that a login may be behind.
    pub sites: Vec<Site>,
    /// URLs of the authorization page.
    pub authorizations: Vec<Authorization>,
    /// Names that break a rule.
    pub identifiers: Vec<IdentifierUse<'p>>,
    /// Tokens given to others.
    pub handed: Vec<Handed>,
    /// Look-ups of credentials by name.
    pub reads: Vec<Read>,
    /// Columns that hold credentials.
    pub columns: Vec<Column>,
    /// Whether a browser or a phone runs the file.
    pub delivered: bool,
    /// Packages the file depends on.
    pub dependencies: Vec<Dependency>,
    /// What was spared, and why.
    pub spared: Vec<(Span, String)>,
    /// Values that an exempt construct takes.
    pub other: Vec<Span>,
    /// Spans that no output may show.
    pub secrets: Vec<Span>,
    /// Whether a file that means nothing else says the name of a variable of the vendor's credentials.
    pub mentions: bool,
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
            && self.settings.is_empty()
            && self.sites.is_empty()
            && self.authorizations.is_empty()
            && self.identifiers.is_empty()
            && self.handed.is_empty()
            && self.reads.is_empty()
            && self.columns.is_empty()
            && self.dependencies.is_empty()
            && self.spared.is_empty()
            && !self.mentions
    }
}
