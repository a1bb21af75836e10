//! Which way a finding has to go: an access token, or OAuth.
//!
//! Owns the choice and its evidence. What counts as evidence is the pack's. The decision to know: what the user
//! declared wins, and what speaks against it is said; undeclared, a sign of other people's data beats a single value.
//! Every route comes with what it was chosen by.

use std::collections::HashMap;

use super::Origin;
use super::project::{Project, Scanned};
use crate::facts::Carrier;
use crate::finding::Route;
use crate::matcher::{Use, snake};
use crate::pack::Evidence;
use crate::pack::schema::{Kind, Role};

/// A route and what it was chosen by.
pub type Chosen = (Route, Vec<String>);

/// The route of a use.
#[must_use]
pub fn of_use<'s>(project: &Project<'s, '_>, file: usize, found: &'s Use<'_>) -> Chosen {
    let sources = found.slots.iter().flat_map(|slot| project.sources(file, &slot.origins));
    of_origins(project, sources.map(|source| source.origin))
}

/// The route of a credential that comes from `origins`.
#[must_use]
pub fn of_origins<'o>(project: &Project<'_, '_>, origins: impl Iterator<Item = &'o Origin>) -> Chosen {
    let signs = signs(project);
    let origins: Vec<&Origin> = origins.collect();
    let (mut public, own) = of_values(project, origins.iter().copied());
    // What asks for a credential says less than where this one comes from.
    let unsaid = public.is_empty() && own.is_empty();
    if unsaid && origins.iter().any(|origin| matches!(origin, Origin::Name { .. } | Origin::Param { .. })) {
        public.extend(signs.asked.clone());
    }
    public.splice(0..0, signs.oauth.iter().chain(&signs.installed).cloned());
    if let Some(route) = project.declared {
        let (audience, against) = if route == Route::Oauth { ("public", &own) } else { ("own-data", &public) };
        let declared = format!("the audience is declared: {audience}");
        let mixed = !public.is_empty() && !own.is_empty();
        let against = against.iter().filter(|_| !mixed || route == Route::AccessToken);
        let against = against.map(|says| format!("which this speaks against: {says}"));
        return (route, std::iter::once(declared).chain(against).collect());
    }
    if public.is_empty() { (Route::AccessToken, own) } else { (Route::Oauth, public) }
}

/// What the places that a credential comes from say for other people's data, and for one's own.
#[must_use]
pub fn of_values<'o>(
    project: &Project<'_, '_>,
    origins: impl Iterator<Item = &'o Origin>,
) -> (Vec<String>, Vec<String>) {
    let (mut public, mut own) = (Vec::new(), Vec::new());
    for origin in origins {
        let say = |says: String, list: &mut Vec<String>| {
            if !list.contains(&says) {
                list.push(says);
            }
        };
        let name = origin.name().map(snake);
        if let Some((name, row)) = name.as_ref().and_then(|name| Some((name, named(project, name)?))) {
            say(row.says.replace("{}", origin.name().unwrap_or(name)), &mut public);
            continue;
        }
        match (origin, name) {
            (Origin::Env { name, .. }, _) => {
                say(format!("one value for the whole program: the environment variable {name}"), &mut own)
            }
            (Origin::Literal { .. }, _) => say("one value for the whole program: a constant".to_owned(), &mut own),
            (Origin::Name { .. } | Origin::Param { .. }, Some(name)) => {
                column(project, &name).into_iter().for_each(|says| say(says, &mut public));
            }
            _ => (),
        }
    }
    (public, own)
}

fn named<'p>(project: &Project<'_, 'p>, name: &str) -> Option<&'p Evidence> {
    let says =
        |row: &&Evidence| row.route == Route::Oauth && row.names.as_ref().is_some_and(|names| names.is_match(name));
    project.pack.evidence.iter().find(says)
}

/// The column of this name, if the project has one.
fn column(project: &Project<'_, '_>, name: &str) -> Option<String> {
    let columns = &signs(project).columns;
    let ends = name.match_indices('_').map(|(at, _)| &name[at + 1..]);
    std::iter::once(name).chain(ends).find_map(|name| Some(columns.get(name)?.replace("{}", name)))
}

/// Signs that do not depend on the use.
#[derive(Debug, Default)]
pub struct Signs {
    /// The project connects accounts through OAuth already.
    pub oauth: Option<String>,
    /// The project is built to be installed by others.
    pub installed: Vec<String>,
    /// Others are asked for a credential; less than what a credential's own place says.
    pub asked: Option<String>,
    /// The languages of the code that logs in, but for what a browser or a phone runs, in the order met.
    pub languages: Vec<&'static str>,
    /// Columns that hold a credential of each record, and what to say of them.
    columns: HashMap<String, String>,
}

/// The signs of the project, found once.
pub fn signs<'a>(project: &'a Project<'_, '_>) -> &'a Signs {
    project.signs.get_or_init(|| {
        let mut signs = Signs::default();
        for row in project.pack.evidence.iter().filter(|row| row.route == Route::Oauth) {
            if let Some(package) = row.packages.iter().find(|package| project.package(package).is_some()) {
                signs.oauth.get_or_insert_with(|| row.says.replace("{}", package));
            }
            let path = row.paths.as_ref().and_then(|paths| {
                project.files.iter().map(|file| file.source.path.to_str_lossy()).find(|path| paths.is_match(path))
            });
            signs.installed.extend(path.map(|path| row.says.replace("{}", &path)));
        }
        let columns = project.files.iter().flat_map(|file| &file.matched.columns);
        signs.columns = columns.map(|column| (column.name.clone(), column.says.clone())).collect();
        let served = project.files.iter().filter(|file| !file.matched.delivered).flat_map(|file| &file.matched.uses);
        for found in served.filter(|found| found.carrier == Carrier::Code) {
            if !signs.languages.contains(&found.language) {
                signs.languages.push(found.language);
            }
        }
        let path = |file: &Scanned<'_, '_>| file.source.path.to_str_lossy().into_owned();
        let trades = || project.files.iter().find(|file| trades(file));
        if signs.oauth.is_none() {
            signs.oauth = trades().map(|file| format!("the project trades OAuth codes already ({})", path(file)));
        }
        let asks = |file: &&Scanned<'_, '_>| {
            file.matched.requests.iter().any(|found| found.carrier == Carrier::Code && !found.own)
        };
        signs.asked = project.files.iter().find(asks).map(|file| format!("others are asked for it ({})", path(file)));
        signs
    })
}

/// Whether a file's code sends people to the authorization page, or trades what comes back.
fn trades(file: &Scanned<'_, '_>) -> bool {
    let kind = |kind: Kind| matches!(kind, Kind::OauthExchange | Kind::OauthAuthorize);
    let matched = file.matched;
    matched.uses.iter().any(|found| found.carrier == Carrier::Code && kind(found.construct.kind))
        || matched.authorizations.iter().any(|found| found.carrier == Carrier::Code)
        || matched
            .parameters
            .iter()
            .any(|found| found.carrier == Carrier::Code && found.parameter.role == Some(Role::ClientSecret))
}
