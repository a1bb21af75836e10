//! A pack as it is written: the TOML files of one vendor.
//!
//! Owns the file form only; what the rows mean together is [`super::compile`]'s. Unknown keys are errors. The
//! decision to know: a construct is written as code of its own language, with role names (`APP_ID`, `API_KEY`,
//! `TOKEN`…) where the credentials stand, so that a row looks like what it finds.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::route::{ConnectionRow, Oauth, StepRow};
use crate::finding::{Level, Route};
use crate::prefilter;

/// A piece of text and where it stands in its file, for errors.
pub type Text = Spanned<String>;

/// Everything a file of a pack may hold; the files of a pack are read together.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// The vendor.
    pub vendor: Option<Vendor>,
    /// The vendor's hosts.
    #[serde(default)]
    pub host: Vec<Host>,
    /// Shapes of credentials.
    #[serde(default)]
    pub credential: Vec<Credential>,
    /// Names that give a value its role.
    #[serde(default)]
    pub name: Vec<NameRow>,
    /// Values that stand for no credential.
    #[serde(default)]
    pub placeholder: Vec<Placeholder>,
    /// The client library this file is about.
    pub sdk: Option<Sdk>,
    /// Spellings.
    #[serde(default)]
    pub construct: Vec<Construct>,
    /// Packages without spellings.
    #[serde(default)]
    pub library: Vec<Library>,
    /// What must stay silent.
    #[serde(default)]
    pub exempt: Vec<Exempt>,
    /// Signs of an audience.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Texts in which others are asked for a credential.
    #[serde(default)]
    pub request: Vec<Request>,
    /// Parameters of requests.
    #[serde(default)]
    pub parameter: Vec<Parameter>,
    /// Names that break a rule by themselves.
    #[serde(default)]
    pub identifier: Vec<Identifier>,
    /// Names and calls that show a credential to others.
    #[serde(default)]
    pub exposure: Vec<Exposure>,
    /// The rules' texts.
    #[serde(default)]
    pub rule: Vec<Rule>,
    /// The vendor's OAuth.
    pub oauth: Option<Oauth>,
    /// What people do outside of the code.
    #[serde(default)]
    pub step: Vec<StepRow>,
    /// How stacks connect customers through OAuth.
    #[serde(default)]
    pub connection: Vec<ConnectionRow>,
}

/// `[vendor]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Prefix of the rule ids.
    pub id: String,
    /// As people write it.
    pub name: String,
    /// The word that names the vendor in keys, names and paths, lower case.
    pub word: String,
    /// The environment variable a fix reads, unless configured otherwise.
    pub variable: String,
    /// What a file must contain to be looked at.
    pub needles: Vec<Needle>,
}

/// A literal the prefilter looks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needle {
    /// The literal.
    pub text: String,
    /// Whether ASCII case is ignored.
    #[serde(default)]
    pub ignore_case: bool,
}

impl From<Needle> for prefilter::Needle {
    fn from(Needle { text, ignore_case }: Needle) -> Self {
        Self { text, ignore_case }
    }
}

/// `[[host]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The host name; `*.` at its start stands for any labels.
    pub name: String,
    /// What it serves.
    pub role: HostRole,
}

/// What a host serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostRole {
    /// The API: requests to it are authenticated.
    Api,
    /// Authorization pages.
    Oauth,
    /// A widget in the browser: never authenticated with a credential of ours.
    Widget,
}

/// What a credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The public id beside a key.
    AppId,
    /// The retired key.
    ApiKey,
    /// An access token.
    Token,
    /// The OAuth client's id.
    ClientId,
    /// The OAuth client's secret.
    ClientSecret,
}

impl Role {
    /// Whether a value of this role must not be shown.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, Self::AppId | Self::ClientId)
    }
}

/// `[[credential]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Its id.
    pub id: Text,
    /// What it is for.
    pub role: Role,
    /// A regular expression a value matches whole; with `anywhere`, one that finds it in any text.
    pub shape: Text,
    /// Decoded form: what the shape is an encoding of.
    pub encoding: Option<Encoding>,
    /// A regular expression the decoded text matches whole.
    pub decoded: Option<Text>,
    /// Whether the shape alone proves the credential, wherever it stands.
    #[serde(default)]
    pub anywhere: bool,
    /// Decoded texts that are nobody's credential.
    #[serde(default)]
    pub dummies: Vec<Text>,
}

/// How a credential's shape is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Base64, padded or not.
    Base64,
    /// Base64 of base64.
    #[serde(rename = "base64-twice")]
    Base64Twice,
}

/// `[[name]]`: a key, variable or constant whose name says what it holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRow {
    /// What it holds.
    pub role: Role,
    /// Regular expressions over the name in snake case, keys joined by `_`: `intercom.apiKey` is `intercom_api_key`.
    pub matches: Vec<Text>,
    /// Those of them that never hold anything else.
    #[serde(default)]
    pub certain: Vec<Text>,
}

/// `[[placeholder]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placeholder {
    /// Regular expressions over the whole value, letter case ignored.
    pub matches: Vec<Text>,
    /// Why it is none.
    pub reason: String,
}

/// `[sdk]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sdk {
    /// Its id, the prefix of its constructs.
    pub id: Text,
    /// As a sentence names it: "the intercom gem".
    pub title: String,
    /// Languages its constructs are written in.
    pub languages: Vec<Text>,
    /// The package, for version look-ups.
    pub package: Option<Package>,
    /// Other names of the module that the constructs' code imports.
    #[serde(default)]
    pub modules: Vec<String>,
    /// How a use is tied to the vendor.
    #[serde(default)]
    pub bind: Bind,
    /// What to move to, where the package is no longer cared for.
    pub successor: Option<String>,
}

/// `[[library]]`: a package that is known by its name only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// The package.
    pub package: Package,
    /// The first version that takes an access token; absent when none does.
    pub token_from: Option<Text>,
    /// What to move to, where it is no longer cared for.
    pub successor: Option<Text>,
}

/// A package of an ecosystem.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// `rubygems`, `npm`, `pypi`…
    pub ecosystem: String,
    /// Its name there.
    pub name: String,
}

impl Package {
    /// What a manifest that names it has in it, whatever its format and the case of its letters.
    #[must_use]
    pub fn needle(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }
}

/// How a use is tied to the vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bind {
    /// By the import or the full name in the construct's code.
    #[default]
    Import,
    /// By the host the request goes to.
    Host,
}

/// A file that a row is tried on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its path, which says its language.
    pub file: String,
    /// What it holds.
    pub code: Text,
}

/// `[[construct]]`: one spelling.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Construct {
    /// Its id within the file.
    pub id: Text,
    /// What it does.
    pub kind: Kind,
    /// As a sentence names it, where the file's title does not fit.
    pub title: Option<String>,
    /// The code, with role names where credentials stand.
    pub code: Option<Text>,
    /// A form of HTTP itself, in place of code.
    pub form: Option<Form>,
    /// Languages, where they are fewer than the file's.
    #[serde(default)]
    pub languages: Vec<Text>,
    /// Versions of the package it works with.
    pub versions: Option<Text>,
    /// Code that must match.
    #[serde(default)]
    pub examples: Vec<Text>,
    /// Code that must not.
    #[serde(default)]
    pub counter_examples: Vec<Text>,
    /// What replaces it, by version.
    #[serde(default)]
    pub fix: Vec<Fix>,
    /// For an exempt construct: why it is spared.
    pub reason: Option<String>,
}

/// A way HTTP carries a pair, whatever the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `https://user:password@host/…`
    UserinfoUrl,
    /// `Basic ` and the base64 of `user:password`, computed or pasted.
    BasicHeader,
    /// `Bearer ` and a token.
    BearerHeader,
}

/// What a construct does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Authenticates with app id and key.
    KeyAuth,
    /// Authenticates with a token.
    TokenAuth,
    /// Trades an OAuth code, or asks for a token by another grant.
    OauthExchange,
    /// Sends a person to the authorization page.
    OauthAuthorize,
    /// Looks like a use and is none.
    Exempt,
}

/// `[[construct.fix]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Versions it holds for; absent for every version.
    pub versions: Option<Text>,
    /// A text the file must hold, such as the name of the client whose code it is; absent for every file.
    pub beside: Option<String>,
    /// The code that replaces the construct, with `TOKEN` where the token stands.
    pub code: Option<Text>,
    /// Whether the token may take the app id's place and an empty text the key's, alone or where `code` cannot stand.
    #[serde(default)]
    pub blank: bool,
    /// Whether the statement goes and nothing replaces it.
    #[serde(default)]
    pub remove: bool,
    /// Whether a person has to look at the edit even so, such as where the version it needs is unknown.
    #[serde(default)]
    pub unsure: bool,
    /// Steps for a person, where no code does.
    pub manual: Option<String>,
}

/// `[[exempt]]`: what must stay silent, by name, value or place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exempt {
    /// Its id.
    pub id: Text,
    /// Why, from the vendor's statement.
    pub reason: String,
    /// Regular expressions over names in snake case.
    #[serde(default)]
    pub names: Vec<Text>,
    /// Regular expressions over whole values.
    #[serde(default)]
    pub values: Vec<Text>,
    /// Globs over paths.
    #[serde(default)]
    pub paths: Vec<Text>,
    /// Whether only unproven credentials are spared (a self-evident token is reported all the same).
    #[serde(default)]
    pub unproven_only: bool,
}

/// `[[evidence]]`: a sign of an audience.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What the sign points to.
    pub route: Route,
    /// What to say of it.
    pub says: String,
    /// Regular expressions over the name a credential is read from, in snake case.
    #[serde(default)]
    pub names: Vec<Text>,
    /// Packages, as `ecosystem/name`.
    #[serde(default)]
    pub packages: Vec<Text>,
    /// Regular expressions over dotted call paths that make a column of the name in their texts, or of the one their
    /// result is stored under.
    #[serde(default)]
    pub columns: Vec<Text>,
    /// Regular expressions over a file's path.
    #[serde(default)]
    pub paths: Vec<Text>,
    /// Files that it must find something in.
    #[serde(default)]
    pub examples: Vec<Sample>,
    /// Files that it must find nothing in.
    #[serde(default)]
    pub counter_examples: Vec<Sample>,
}

/// `[[parameter]]`: a parameter of a request to the vendor, whatever the language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The parameter's name.
    pub name: Text,
    /// Regular expressions over its whole value; empty for any value.
    #[serde(default)]
    pub values: Vec<Text>,
    /// The role of the value, where it is a credential.
    pub role: Option<Role>,
    /// The rule that a value breaks.
    pub rule: Option<Text>,
    /// What the value asks for, in words.
    #[serde(default)]
    pub says: String,
}

/// `[[identifier]]`: a name of a variable, field or column that says what is wrong by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Regular expressions over the name in snake case.
    pub names: Vec<Text>,
    /// The rule that such a name breaks.
    pub rule: Text,
    /// What it says, in words; `{}` stands for the name.
    pub says: String,
}

/// `[[request]]`: a text that asks others for a credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Regular expressions over the key or attribute that carries the text, in snake case; a text without one of them
    /// is not one of a user interface.
    #[serde(default)]
    pub keys: Vec<Text>,
    /// What is asked for, in words.
    pub asks_for: String,
    /// Regular expressions over a text of a user interface, letter case ignored.
    #[serde(default)]
    pub texts: Vec<Text>,
    /// Regular expressions over the name of a form field or setting, in snake case.
    #[serde(default)]
    pub fields: Vec<Text>,
    /// Regular expressions over dotted call paths whose texts are those of a user interface.
    #[serde(default)]
    pub calls: Vec<Text>,
    /// Regular expressions over dotted call paths that make an input, of the name in their first text or of the one
    /// their result is stored under.
    #[serde(default)]
    pub inputs: Vec<Text>,
    /// Regular expressions over a text that asks without the vendor's name, in files whose path has it.
    #[serde(default)]
    pub here: Vec<Text>,
    /// Regular expressions over paths of programs that people run for themselves: there it is worth a note.
    #[serde(default)]
    pub own: Vec<Text>,
    /// Files that it must find something in.
    #[serde(default)]
    pub examples: Vec<Sample>,
    /// Files that it must find nothing in.
    #[serde(default)]
    pub counter_examples: Vec<Sample>,
}

/// `[[exposure]]`: a way to show a credential to others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// What happens to the credential, to follow "the access token".
    pub says: String,
    /// Regular expressions over environment names.
    #[serde(default)]
    pub variables: Vec<Text>,
    /// Regular expressions over dotted call paths that make their arguments readable.
    #[serde(default)]
    pub calls: Vec<Text>,
    /// Regular expressions over dotted assignment targets that make their value readable.
    #[serde(default)]
    pub targets: Vec<Text>,
    /// Query parameters of a URL.
    #[serde(default)]
    pub parameters: Vec<Text>,
    /// Regular expressions over keys in snake case, joined by `_`, whose values others read.
    #[serde(default)]
    pub keys: Vec<Text>,
    /// Regular expressions over paths of files; without any, every file.
    #[serde(default)]
    pub files: Vec<Text>,
    /// Whether `calls` and `keys` take the variable's name as a text.
    #[serde(default)]
    pub by_name: bool,
    /// Languages whose programs are given to others, so that a bearer token in them is readable.
    #[serde(default)]
    pub languages: Vec<Text>,
    /// Names of arguments that take a bearer token, in those languages.
    #[serde(default)]
    pub arguments: Vec<Text>,
    /// Regular expressions over imported modules that say the program runs on a server.
    #[serde(default)]
    pub unless: Vec<Text>,
    /// Files that it must find something in.
    #[serde(default)]
    pub examples: Vec<Sample>,
    /// Files that it must find nothing in.
    #[serde(default)]
    pub counter_examples: Vec<Sample>,
}

/// `[[rule]]`: the texts of one rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id without the vendor's prefix.
    pub id: Text,
    /// The usual level.
    pub level: Level,
    /// What it finds, a line.
    pub summary: String,
    /// The finding's line; `{}` stands for what was found.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// What to do, by route; `any` where the route does not matter.
    pub remedy: BTreeMap<String, String>,
    /// The vendor's statement, in our words.
    pub statement: String,
    /// A live page.
    pub help: String,
    /// Weaknesses of the CWE list that a finding is a case of.
    #[serde(default)]
    pub cwe: Vec<u16>,
    /// Whether what it finds can be used still after it was deleted: it is in every clone.
    #[serde(default)]
    pub lasting: bool,
    /// Code before.
    #[serde(default)]
    pub before: String,
    /// Code after.
    #[serde(default)]
    pub after: String,
}
