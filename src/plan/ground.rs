//! What a plan needs of a project, as plain data.
//!
//! Owns the questions: which variables the dead logins read and where those are set, which token stands where, how this
//! project's stacks connect customers. The decision to know: it is asked once, when everything is judged, and keeps no
//! secret: of a token only a digest.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Leak, Oauth, Sketch, Step, Variable, Way};
use crate::facts::Carrier;
use crate::finding::{Finding, Label, Route};
use crate::fix::oauth::{connection, is_here};
use crate::link::project::Project;
use crate::link::{Origin, route};
use crate::matcher::Use;
use crate::pack::route::Connection;
use crate::pack::schema::{Kind, Role};

/// Places that one variable is looked at in; beyond, a list helps nobody.
const MAX_PLACES: usize = 64;

/// What a plan of the project needs besides `findings`, which may still be narrowed.
#[must_use]
pub fn of(project: &Project<'_, '_>, findings: &[Finding]) -> Ground {
    let pack = project.pack;
    let steps = pack.ways.steps.iter().map(|(id, step)| {
        let text = step.text.replace("{variable}", project.variable);
        (*id, Step { text, help: step.help.clone() })
    });
    let ground =
        Ground { vendor: pack.name.clone(), prefix: pack.id.clone(), steps: steps.collect(), ..Ground::default() };
    // What nobody will plan needs no answers.
    if findings.is_empty() {
        return ground;
    }
    let variable = |name: &str, secret: bool| variable(project, name, secret);
    Ground {
        variable: variable(project.variable, true),
        retired: retired(project).into_iter().map(|(name, secret)| variable(&name, secret)).collect(),
        leaks: leaks(project),
        oauth: pack.ways.oauth.as_ref().map(|oauth| Oauth {
            authorize: oauth.authorize.clone(),
            token: oauth.token.clone(),
            client: [variable(&oauth.client_id, false), variable(&oauth.client_secret, true)],
            notes: oauth.notes.clone(),
        }),
        ways: ways(project, findings),
        columns: columns(project),
        connected: route::signs(project).oauth.clone(),
        ..ground
    }
}

/// A variable, and the files that set it or pass it on.
fn variable(project: &Project<'_, '_>, name: &str, secret: bool) -> Variable {
    let definitions = project.definitions(name).iter().filter(|(_, found)| found.carrier == Carrier::Code);
    let label = |(file, found): &(usize, &crate::matcher::Definition)| {
        let text = if found.passes { "passes on" } else { "sets" };
        Label { file: *file, span: found.span, text: text.to_owned() }
    };
    Variable { name: name.to_owned(), secret, places: definitions.take(MAX_PLACES).map(label).collect() }
}

/// The variables that dead logins read, those of keys first, and whether each is a key's.
fn retired(project: &Project<'_, '_>) -> Vec<(String, bool)> {
    let mut names: BTreeMap<(bool, String), ()> = BTreeMap::new();
    for (file, found) in logins(project) {
        for slot in &found.slots {
            let key = match slot.role {
                Role::ApiKey => true,
                Role::AppId => false,
                _ => continue,
            };
            for source in project.sources(file, &slot.origins) {
                if let Origin::Env { name, .. } = source.origin
                    && name != project.variable
                {
                    names.insert((!key, name.clone()), ());
                }
            }
        }
    }
    let keys: Vec<String> = names.keys().filter(|(public, _)| !public).map(|(_, name)| name.clone()).collect();
    // One variable may hold both.
    let both = |public: bool, name: &String| public && keys.contains(name);
    names.into_keys().filter(|(public, name)| !both(*public, name)).map(|(public, name)| (name, !public)).collect()
}

/// Logins with a key, in code.
fn logins<'a, 'p>(project: &'a Project<'_, 'p>) -> impl Iterator<Item = (usize, &'a Use<'p>)> {
    let blank = |found: &Use<'_>| {
        let key = found.slot(Role::ApiKey);
        key.is_some_and(|key| key.origins.iter().all(|origin| matches!(origin, Origin::Blank { .. })))
    };
    let dead = move |found: &&Use<'_>| {
        found.construct.kind == Kind::KeyAuth && found.carrier == Carrier::Code && !blank(found)
    };
    let files = project.files.iter().enumerate();
    files.flat_map(move |(at, file)| file.matched.uses.iter().filter(dead).map(move |found| (at, found)))
}

/// The access tokens in files, by the token.
fn leaks(project: &Project<'_, '_>) -> Vec<Leak> {
    let mut by_token: BTreeMap<(usize, usize), Leak> = BTreeMap::new();
    let mut first: BTreeMap<Vec<u8>, (usize, usize)> = BTreeMap::new();
    for (file, scanned) in project.files.iter().enumerate() {
        for sighting in scanned.matched.sightings.iter().filter(|found| found.credential.role == Role::Token) {
            let secret = sighting.bare();
            let id = crate::fingerprint::of_secret(&secret);
            let at = *first.entry(secret).or_insert((file, sighting.span.start));
            let leak = by_token.entry(at).or_insert(Leak { id, places: Vec::new() });
            leak.places.push(Label { file, span: sighting.span, text: String::new() });
        }
    }
    by_token.into_values().collect()
}

/// The columns that hold a credential of each customer, as far as code makes them.
fn columns(project: &Project<'_, '_>) -> Vec<Label> {
    let files = project.files.iter().enumerate();
    let columns = files.flat_map(|(file, scanned)| {
        let code = scanned.matched.columns.iter().filter(|column| column.carrier == Carrier::Code);
        code.map(move |column| Label { file, span: column.span, text: String::new() })
    });
    let mut columns: Vec<Label> = columns.take(MAX_PLACES).collect();
    columns.dedup();
    columns
}

/// How the stacks connect customers whose code goes to OAuth. Where nothing logs in, whatever else goes there decides.
fn ways(project: &Project<'_, '_>, findings: &[Finding]) -> Vec<Way> {
    let public = || findings.iter().filter(|finding| finding.route == Some(Route::Oauth));
    let login = |finding: &Finding| {
        let Label { file, span, .. } = finding.primary;
        project.files[file].matched.uses.iter().find(|found| found.span == span)
    };
    let of_login = |finding: &Finding| connection(project, finding.primary.file, Some(login(finding)?.language));
    // One login of a file is like the next.
    let mut files = BTreeSet::new();
    let first = |finding: &&Finding| !files.contains(&finding.primary.file) && files.insert(finding.primary.file);
    let mut chosen: Vec<&Connection> = public().filter(first).filter_map(of_login).collect();
    if chosen.is_empty() {
        chosen.extend(public().filter_map(|finding| connection(project, finding.primary.file, None)).take(1));
    }
    let mut ways: Vec<Way> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for row in chosen {
        if !seen.contains(&row.id.as_str()) {
            seen.push(&row.id);
            ways.push(way(project, row));
        }
    }
    ways
}

fn way(project: &Project<'_, '_>, row: &Connection) -> Way {
    Way {
        title: row.title.clone(),
        add: row.add.clone(),
        added: is_here(project, row),
        steps: row.steps.clone(),
        sketch: Sketch { fence: row.fence.clone(), before: row.before.clone(), after: row.after.clone() },
        notes: row.notes.clone(),
    }
}
