//! What mends what goes to OAuth: steps for this project's own stack.
//!
//! Owns the choice of the stack and the words of these fixes. It edits nothing: where customers connect is for people to
//! decide. The decision to know: a file's language decides first, then what the manifests above it name; a file that a
//! browser runs, or that is no code, follows the project's other code.

use crate::facts::Carrier;
use crate::finding::Fix;
use crate::lang;
use crate::link::project::Project;
use crate::link::route;
use crate::pack::route::Connection;

/// What goes to OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case<'c> {
    /// A login with an app id and a key, in this language.
    Pair(&'c str),
    /// A login with an access token that customers give, in this language.
    Given(&'c str),
    /// A field or text that asks for a credential.
    Asked,
    /// A grant that is not offered.
    Grant,
    /// A request that refreshes a token.
    Refresh,
    /// Names that are there for a refresh or an expiry; this many places.
    Kept(usize),
    /// A code that is traded where everybody sees the secret.
    Traded,
    /// A client secret in a URL.
    InUrl,
    /// An authorization URL without a state.
    Stateless,
}

/// The steps that mend a case in a file.
#[must_use]
pub fn of(project: &Project<'_, '_>, file: usize, case: Case<'_>) -> Fix {
    let way = |language: Option<&str>| match connection(project, file, language) {
        Some(row) => use_of(project, row),
        None => "let each customer connect through OAuth".to_owned(),
    };
    let oauth = project.pack.ways.oauth.as_ref();
    let authorize = oauth.map_or("the authorization page", |oauth| &oauth.authorize);
    let token = oauth.map_or("the token's address", |oauth| &oauth.token);
    const STEPS: &str = "`dekey plan` has the steps";
    Fix::manual(match case {
        Case::Pair(language) => {
            format!(
                "{}, and pass the token it gives for the customer in place of the pair; {STEPS}",
                way(Some(language))
            )
        }
        Case::Given(language) => {
            format!("{}, and pass the token it gives for the customer; {STEPS}", way(Some(language)))
        }
        Case::Asked => {
            format!("take this out and put a link there that starts OAuth: {}; {STEPS}", way(None))
        }
        Case::Grant => format!(
            "send people to {authorize} with `client_id` and `state`, and trade the `code` that comes back at {token}: \
             {}; {STEPS}",
            way(None)
        ),
        Case::Refresh => "delete this request and what calls it: the token is valid until it is revoked".to_owned(),
        Case::Kept(1) => "delete it, and what fills or reads it".to_owned(),
        Case::Kept(places) => {
            format!("delete it and the names like it in this file, {places} in all, and what fills or reads them")
        }
        Case::Traded => {
            "trade the code on a server, and renew the secret, which whoever loads this file knows".to_owned()
        }
        Case::InUrl => "send the secret in the request's body, and renew it: URLs are logged on the way".to_owned(),
        Case::Stateless => {
            "add a random `state`, keep it in the session, and compare it when the person comes back".to_owned()
        }
    })
}

/// What to do about a library, as an instruction.
fn use_of(project: &Project<'_, '_>, row: &Connection) -> String {
    let title = &row.title;
    match (is_here(project, row), row.package.is_some(), row.add.as_str()) {
        (true, ..) => format!("connect customers through {title}, which is here already"),
        (false, true, add) if !add.is_empty() => format!("add {title} (`{add}`)"),
        (false, true, _) => format!("add {title}"),
        (false, false, _) => format!("connect customers through {title}"),
    }
}

/// Whether a manifest names the package that a connection needs.
#[must_use]
pub fn is_here(project: &Project<'_, '_>, row: &Connection) -> bool {
    row.package.as_ref().is_some_and(|package| project.is_built_on(package))
}

/// How the stack of a file, or of code in `language` in it, connects customers.
#[must_use]
pub fn connection<'p>(project: &Project<'_, 'p>, file: usize, language: Option<&str>) -> Option<&'p Connection> {
    let rows = &project.pack.ways.connections;
    let own = language.or_else(|| written_in(project, file)).filter(|_| !project.files[file].matched.delivered);
    let of = |language: &'_ str| {
        let family = family(language);
        let fits = |row: &&Connection| row.languages.contains(&family);
        nearest(project, file, rows.iter().filter(fits))
            .or_else(|| rows.iter().filter(fits).find(|row| row.with.is_empty()))
    };
    own.and_then(of)
        .or_else(|| nearest(project, file, rows.iter()))
        .or_else(|| route::signs(project).languages.iter().find_map(|language| of(language)))
        .or_else(|| rows.iter().find(|row| row.languages.is_empty()))
}

/// The connection whose package a manifest nearest to the file names, above the file; of several the first.
fn nearest<'p>(
    project: &Project<'_, 'p>,
    file: usize,
    rows: impl Iterator<Item = &'p Connection>,
) -> Option<&'p Connection> {
    let near = |row: &&'p Connection| row.with.iter().filter_map(|package| project.distance(package, file)).min();
    rows.filter_map(|row| Some((near(&row)?, row))).min_by_key(|(distance, _)| *distance).map(|(_, row)| row)
}

/// The language of a file's logins, else of the file.
fn written_in<'s>(project: &Project<'s, '_>, file: usize) -> Option<&'s str> {
    let scanned = &project.files[file];
    let mut uses = scanned.matched.uses.iter().filter(|found| found.carrier == Carrier::Code);
    let of_file = || lang::of_file(scanned.source.path.as_path(), &scanned.source.text).map(|language| language.name);
    uses.next().map(|found| found.language).or_else(of_file)
}

/// The language whose constructs a language shares.
fn family(language: &str) -> &str {
    lang::by_name(language).map_or(language, |language| lang::family(language.name))
}
