//! Packs: what one vendor's credentials look like and how its clients spell them.
//!
//! Owns reading and checking packs. A pack never sees a scanned file. The decision to know: the TOML form
//! ([`schema`]) and the working form ([`Pack`]) are two types, and compiling one into the other is where every
//! reference, expression and snippet is checked.

pub mod builtin;
mod by_name;
pub mod check;
pub mod compile;
pub mod error;
pub mod expression;
pub mod globs;
pub mod library;
pub mod load;
pub mod pattern;
pub mod route;
pub mod schema;
pub mod snippet;
mod vendor;

use std::collections::HashMap;

use crate::finding::{Level, Route, RuleDoc};
use crate::prefilter::Needle;
use crate::version::Range;
use by_name::ByName;
use expression::{Expressions, Shape};
use globs::Globs;
use library::Library;
use pattern::Pattern;
use schema::{Encoding, Form, HostRole, Kind, Package, Role};
use snippet::Snippet;

pub use vendor::Vendor;

/// All that is known of one vendor, ready for use.
pub struct Pack {
    /// Prefix of the rule ids.
    pub id: String,
    /// As people write it.
    pub name: String,
    /// The word that names the vendor in keys and paths.
    pub word: String,
    /// Finds the word in any letter case.
    pub said: Shape,
    /// The environment variable a fix reads.
    pub variable: String,
    /// What a file must contain.
    pub needles: Vec<Needle>,
    /// The vendor's hosts.
    pub hosts: Vec<(String, HostRole)>,
    /// Shapes.
    pub credentials: Vec<Credential>,
    /// Names that give a role, over snake case.
    pub names: Vec<(Role, Expressions)>,
    /// Names that never hold a credential of another role.
    pub certain: Vec<(Role, Expressions)>,
    /// Values that are no credential.
    pub placeholders: Option<Expressions>,
    /// Spellings, in the order of their files.
    pub constructs: Vec<Construct>,
    /// Packages, as far as their versions matter.
    pub libraries: Vec<Library>,
    /// What stays silent.
    pub exemptions: Vec<Exemption>,
    /// Signs of an audience.
    pub evidence: Vec<Evidence>,
    /// Texts that ask for a credential.
    pub requests: Vec<Request>,
    /// Parameters of requests.
    pub parameters: Vec<Parameter>,
    /// Names that break a rule by themselves.
    pub identifiers: Vec<Identifier>,
    /// Ways to show a credential.
    pub exposures: Vec<Exposure>,
    /// The calls that any of them is made by.
    pub shown_by_calls: Expressions,
    /// The rules, by id without the prefix.
    pub rules: Vec<Rule>,
    /// Ways out.
    pub ways: route::Ways,
    /// The constructs, by name.
    pub(crate) by_name: ByName,
}

/// A credential's shape.
pub struct Credential {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub role: Role,
    /// Finds it in bytes.
    pub find: Shape,
    /// Matches a whole value.
    pub whole: Expressions,
    /// How the shape is encoded.
    pub encoding: Option<Encoding>,
    /// What the decoded text must be.
    pub decoded: Option<Expressions>,
    /// Whether the shape alone proves it.
    pub anywhere: bool,
    /// Decoded texts that are nobody's.
    pub dummies: Option<Expressions>,
}

/// One spelling.
pub struct Construct {
    /// `file/id`.
    pub id: String,
    /// As a sentence names where it is from.
    pub title: String,
    /// What it does.
    pub kind: Kind,
    /// Languages it is written in.
    pub languages: Vec<&'static str>,
    /// The package, for its version.
    pub package: Option<Package>,
    /// Versions it works with.
    pub versions: Option<Range>,
    /// Whether the host ties it to the vendor.
    pub by_host: bool,
    /// A form of HTTP itself.
    pub form: Option<Form>,
    /// The code; none of a form.
    pub snippet: Option<Snippet>,
    /// What replaces it.
    pub fixes: Vec<Fix>,
    /// Why it is spared, for exempt constructs.
    pub reason: Option<String>,
}

/// A replacement.
pub struct Fix {
    /// Versions it holds for.
    pub versions: Option<Range>,
    /// A text the file must hold.
    pub beside: Option<String>,
    /// The code, with `TOKEN` where the token stands.
    pub code: Option<String>,
    /// Whether the token may take the app id's place, with an empty text in the key's.
    pub blank: bool,
    /// Whether the statement goes.
    pub remove: bool,
    /// Whether a person has to look at the edit even so.
    pub unsure: bool,
    /// Steps for a person.
    pub manual: Option<String>,
}

/// What stays silent.
pub struct Exemption {
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// Names, in snake case.
    pub names: Option<Expressions>,
    /// Whole values.
    pub values: Option<Expressions>,
    /// Paths.
    pub paths: Option<Globs>,
    /// Whether a self-evident credential is reported all the same.
    pub unproven_only: bool,
}

/// A sign of an audience.
pub struct Evidence {
    /// What it points to.
    pub route: Route,
    /// What to say of it.
    pub says: String,
    /// Names a credential is read from.
    pub names: Option<Expressions>,
    /// `ecosystem/name`.
    pub packages: Vec<String>,
    /// Paths of files.
    pub paths: Option<Expressions>,
    /// Calls that make a column.
    pub columns: Option<Expressions>,
}

/// A text that asks for a credential.
pub struct Request {
    /// What is asked for.
    pub asks_for: String,
    /// Keys that carry texts of a user interface.
    pub keys: Option<Expressions>,
    /// The texts.
    pub texts: Option<Expressions>,
    /// Names of fields.
    pub fields: Option<Expressions>,
    /// Calls whose texts are those of a user interface.
    pub calls: Option<Expressions>,
    /// Calls that make an input.
    pub inputs: Option<Expressions>,
    /// Texts that ask without the vendor's name, in files whose path has it.
    pub here: Option<Expressions>,
    /// Paths of programs that people run for themselves.
    pub own: Option<Expressions>,
}

/// A name that breaks a rule by itself.
pub struct Identifier {
    /// The names.
    pub names: Option<Expressions>,
    /// The rule.
    pub rule: String,
    /// What it says.
    pub says: String,
}

/// A parameter of a request.
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its values; `None` for any.
    pub values: Option<Expressions>,
    /// The value's role.
    pub role: Option<Role>,
    /// The rule a value breaks.
    pub rule: Option<String>,
    /// What it asks for.
    pub says: String,
}

/// A way to show a credential to others.
pub struct Exposure {
    /// What happens to it.
    pub says: String,
    /// Environment names.
    pub variables: Option<Expressions>,
    /// Dotted call paths.
    pub calls: Option<Expressions>,
    /// Dotted assignment targets.
    pub targets: Option<Expressions>,
    /// Query parameters.
    pub parameters: Vec<String>,
    /// Keys whose values others read.
    pub keys: Option<Expressions>,
    /// Files it is about; `None` for all.
    pub files: Option<Expressions>,
    /// Whether the variable is given by its name, as a text.
    pub by_name: bool,
    /// Languages whose programs are given to others.
    pub languages: Vec<&'static str>,
    /// Names of arguments that take a bearer token.
    pub arguments: Vec<String>,
    /// Modules of programs that are not given away after all.
    pub unless: Option<Expressions>,
}

/// A rule's texts.
pub struct Rule {
    /// What people read.
    pub doc: RuleDoc,
    /// The finding's line, `{}` for what was found.
    pub message: String,
    /// What to do, by route.
    pub remedies: HashMap<String, String>,
}

impl Rule {
    /// The rule of a row; `prefix` is the vendor's.
    pub(crate) fn new(prefix: &str, row: schema::Rule) -> Self {
        let any = row.remedy.get("any").or_else(|| row.remedy.values().next());
        let doc = RuleDoc {
            id: format!("{prefix}/{}", row.id.get_ref()),
            summary: row.summary,
            level: row.level,
            why: row.why,
            remedy: any.cloned().unwrap_or_default(),
            statement: row.statement,
            help: row.help,
            cwe: row.cwe,
            lasting: row.lasting,
            before: row.before,
            after: row.after,
        };
        Self { doc, message: row.message, remedies: row.remedy.into_iter().collect() }
    }

    /// What to do on this route.
    #[must_use]
    pub fn remedy(&self, route: Option<Route>) -> &str {
        let key = match route {
            Some(Route::AccessToken) => "access-token",
            Some(Route::Oauth) => "oauth",
            Some(Route::Remove) => "remove",
            None => "any",
        };
        self.remedies.get(key).or_else(|| self.remedies.get("any")).map_or("", String::as_str)
    }

    /// The usual level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.doc.level
    }
}

impl Pack {
    /// The rule of this id, without prefix.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let with_prefix = |rule: &&Rule| rule.doc.id.rsplit('/').next() == Some(id);
        self.rules.iter().find(with_prefix)
    }

    /// The package, where its versions matter.
    #[must_use]
    pub fn library(&self, package: &Package) -> Option<&Library> {
        let same =
            |library: &&Library| library.package.ecosystem == package.ecosystem && library.package.name == package.name;
        self.libraries.iter().find(same)
    }

    /// Constructs of a language whose anchor ends in this name, or in any.
    pub fn constructs_named(&self, language: &str, name: &str) -> impl Iterator<Item = &Construct> {
        self.by_name.get(&self.constructs, language, name)
    }

    /// What a host serves, if it is the vendor's.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<HostRole> {
        let known = |host: &str| match host.strip_prefix("*.") {
            Some(domain) => name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            None => name == host,
        };
        self.hosts.iter().find(|(host, _)| known(host)).map(|(_, role)| *role)
    }

    /// The role a name in snake case gives its value.
    #[must_use]
    pub fn role_of_name(&self, name: &str) -> Option<Role> {
        self.names.iter().find(|(_, names)| names.is_match(name)).map(|(role, _)| *role)
    }

    /// Whether a name in snake case never holds a credential of another role.
    #[must_use]
    pub fn is_certain(&self, role: Role, name: &str) -> bool {
        self.certain.iter().any(|(certain, names)| *certain == role && names.is_match(name))
    }

    /// Why a value is no credential at all, if so.
    #[must_use]
    pub fn is_placeholder(&self, value: &str) -> bool {
        self.placeholders.as_ref().is_some_and(|placeholders| placeholders.is_match(value))
    }
}

impl Construct {
    /// What its code looks like in a language, if it is of it.
    #[must_use]
    pub fn pattern(&self, language: &str) -> Option<&Pattern> {
        self.snippet.as_ref()?.pattern(language)
    }
}

impl Credential {
    /// Whether the whole text has this structure.
    #[must_use]
    pub fn proves(&self, text: &str) -> bool {
        self.whole.is_match(text) && self.decodes(text.as_bytes())
    }

    /// Whether the bytes decode to what they must.
    #[must_use]
    pub fn decodes(&self, bytes: &[u8]) -> bool {
        let text = match self.encoding {
            None => Some(bytes.to_vec()),
            Some(Encoding::Base64) => base64(bytes),
            // As the user of a Basic header it has a colon behind it.
            Some(Encoding::Base64Twice) => {
                base64(bytes).and_then(|once| base64(once.strip_suffix(b":").unwrap_or(&once)))
            }
        };
        let Some(text) = text.and_then(|text| String::from_utf8(text).ok()) else { return false };
        self.decoded.as_ref().is_none_or(|decoded| decoded.is_match(&text))
            && !self.dummies.as_ref().is_some_and(|dummies| dummies.is_match(&text))
    }
}

/// Decodes standard or URL-safe base64, padded or not; trailing bits that stand for nothing are dropped.
#[must_use]
pub fn base64(bytes: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);
    STANDARD.decode(bytes).or_else(|_| URL_SAFE.decode(bytes)).ok()
}
