//! Fix planning: what would mend a finding.
//!
//! Owns the step from a pack's replacement code to edits of a file. It applies nothing. The decision to know: the
//! replacement is code of the pack, lowered like any other; what changes is the run of arguments that hold the
//! credentials, and everything else in the file stays as it is.

mod arguments;
mod blank;
mod command;
mod dead;
mod edits;
mod files;
mod forms;
mod group;
mod idiom;
mod layout;
pub(crate) mod literal;
mod names;
pub mod oauth;
mod place;
pub(crate) mod raise;
mod reads;
mod rename;
pub mod settings;
mod spans;
mod splice;
mod token;
pub mod unit;

use std::collections::{BTreeSet, HashMap};

use crate::facts::Carrier;
use crate::finding::{Applicability, Around, Edit, Finding, Fix, Label, Route};
use crate::lang;
use crate::link::project::Project;
use crate::matcher::{Binding, Use, is_variable};
use crate::pack;
use crate::pack::schema::{Kind, Role};
use crate::span::Span;
use files::Files;
use group::Member;
use token::Token;

/// Gives those among `findings` their fixes that take a look at more than their place: the logins, what is left of them,
/// and ids in a token's place; and completes those of tokens that are written down. Returns what the fixes leave to people.
pub fn complete(project: &Project<'_, '_>, findings: &mut [Finding]) -> Around {
    let files = Files::new(project);
    let uses = uses(project);
    let mut members = Vec::new();
    for (at, finding) in findings.iter_mut().enumerate().filter(|(_, finding)| finding.fix.is_none()) {
        let Label { file, span, .. } = finding.primary;
        match finding.rule.rsplit('/').next() {
            Some("leftover-api-key") => finding.fix = of_leftover(&files, files.str(file, span)),
            Some("app-id-as-token") => finding.fix = of_slot(&files, file, span),
            _ => (),
        }
        // Other findings may be many, and need no look at the uses of their file.
        if !finding.rule.ends_with("/deprecated-api-key-auth") {
            continue;
        }
        let Some(&found) = uses.get(&(file, span)) else { continue };
        if finding.route == Some(Route::Oauth) {
            finding.fix = Some(oauth::of(project, file, oauth::Case::Pair(found.language)));
            continue;
        }
        let token = token::of(&files, file, found);
        let fix = planned(project, file, found, token.as_ref().map(|token| token.text.as_str()), false);
        let removed = fix.as_ref().is_some_and(|fix| fix.edits.iter().all(|edit| edit.text.is_empty()));
        let token = if removed { Some(Token::default()) } else { token };
        match (fix, token) {
            (Some(fix), Some(token)) if !fix.edits.is_empty() => {
                members.push(Member { finding: at, file, found, fix, token });
            }
            (fix, _) => finding.fix = fix,
        }
    }
    let around = group::complete(&files, members, findings);
    literal::settle(&files, findings);
    around
}

/// Every login that a fix can change, by where it stands.
fn uses<'p>(project: &'p Project<'_, '_>) -> HashMap<(usize, Span), &'p Use<'p>> {
    let mut uses = HashMap::new();
    for (file, scanned) in project.files.iter().enumerate() {
        let logins = scanned.matched.uses.iter().filter(|found| {
            found.construct.kind == Kind::KeyAuth && matches!(found.carrier, Carrier::Code | Carrier::Prose)
        });
        logins.for_each(|found| _ = uses.entry((file, found.span)).or_insert(found));
    }
    uses
}

/// The fix of a variable that held a key and that nothing reads: it goes wherever it is set and handed on.
fn of_leftover(files: &Files<'_, '_, '_>, name: &str) -> Option<Fix> {
    if !is_variable(name) {
        return None;
    }
    let names = BTreeSet::from([name.to_owned()]);
    let edits = settings::moved_in(files, &BTreeSet::new(), &names, files.project.variable, &[]).edits;
    (!edits.is_empty()).then(|| Fix {
        title: format!("delete {name} where it is set: nothing reads it"),
        applicability: Applicability::Unsafe,
        edits,
        group: None,
    })
}

/// The fix of an app id where the token belongs: the token, read as the id is or as the file reads its environment.
fn of_slot(files: &Files<'_, '_, '_>, file: usize, span: Span) -> Option<Fix> {
    let uses = files.project.files[file].matched.uses.iter().filter(|found| found.carrier == Carrier::Code);
    let mut slots = uses.flat_map(|found| found.slots.iter().map(move |slot| (found, slot)));
    let (found, slot) = slots.find(|(_, slot)| slot.span == span)?;
    let text = token::in_place(files, file, found, slot)?;
    let inside = found.span.contains(slot.span).then_some(Edit { file, span: slot.span, text });
    Some(Fix {
        title: format!("pass the access token from {} instead", files.project.variable),
        applicability: Applicability::Unsafe,
        edits: vec![inside?],
        group: None,
    })
}

/// The fix of a construct that passes a token in a form the SDK does not take: the token stays, the form changes.
#[must_use]
pub fn of_form(project: &Project<'_, '_>, file: usize, found: &Use<'_>) -> Option<Fix> {
    let token = found.slot(Role::Token).or_else(|| found.slot(Role::AppId))?;
    let text = std::str::from_utf8(token.span.of(&project.files[file].source.text)).ok()?;
    planned(project, file, found, Some(text), true)
}

/// The replacement that holds for the SDK's version, with `token` in it, which the code has already where it is `kept`.
fn planned(project: &Project<'_, '_>, file: usize, found: &Use<'_>, token: Option<&str>, kept: bool) -> Option<Fix> {
    let package = found.construct.package.as_ref();
    let version = package.and_then(|package| project.version(package, file));
    let fits = |fix: &&pack::Fix| match (&version, &fix.versions) {
        (Some(version), Some(versions)) => version.range.overlaps(versions),
        _ => true,
    };
    // Without a version, a replacement that works for some is better than none; it is said to be unsafe.
    let candidates: Vec<&pack::Fix> = found.construct.fixes.iter().filter(fits).collect();
    if let Some(fix) = candidates.iter().find(|_| is_foreign(found)) {
        return Some(Fix::manual(in_words(fix, project.variable)));
    }
    if project.files[file].matched.delivered && !kept {
        return Some(Fix::manual(format!(
            "move the request to a server that reads {}: whoever loads this file reads whatever it holds",
            project.variable
        )));
    }
    let holds = |fix: &pack::Fix| match (&version, &fix.versions) {
        (Some(version), Some(versions)) => version.range.within(versions),
        (None, Some(_)) => package.is_none(),
        (_, None) => true,
    };
    let text = &project.files[file].source.text;
    let edits = |fix: &pack::Fix| {
        let beside = |word: &String| memchr::memmem::find(text, word.as_bytes()).is_some();
        if fix.remove || !fix.beside.as_ref().is_none_or(beside) {
            return edits::removal(project, file, found).filter(|_| fix.remove);
        }
        let code = fix.code.as_ref().and_then(|code| edits::of(project, file, found, code, token?));
        code.or_else(|| blank::of(project, file, found, token?).filter(|_| fix.blank))
            .or_else(|| forms::of(project, file, found, token?))
    };
    let Some((edits::Planned { edits, doubt }, fix)) = candidates.iter().find_map(|fix| Some((edits(fix)?, fix)))
    else {
        let words = || format!("use an access token from {} in place of the pair", project.variable);
        let manual = candidates.iter().find_map(|fix| fix.manual.clone());
        return manual.or_else(|| (!kept).then(words)).map(Fix::manual);
    };
    let pinned = holds(fix);
    let needs = match (&fix.versions, package) {
        (Some(versions), Some(package)) if !pinned => {
            format!("; safe once a manifest or lock file here asks for {} {versions}", package.name)
        }
        _ => String::new(),
    };
    let certain = !found.construct.by_host || found.binding != Binding::Name;
    let what = match () {
        () if fix.remove => "delete it: nothing takes its place".to_owned(),
        () if kept => "pass the token in the form that the version takes".to_owned(),
        () => format!("use an access token from {} instead", project.variable),
    };
    Some(Fix {
        title: format!("{what}{needs}"),
        applicability: if pinned && certain && !doubt && !fix.unsure {
            Applicability::Safe
        } else {
            Applicability::Unsafe
        },
        edits,
        group: None,
    })
}

/// Whether the construct is of another language than the code around it: a command in a text of that code.
fn is_foreign(found: &Use<'_>) -> bool {
    found.construct.form.is_none() && !found.construct.languages.contains(&lang::family(found.language))
}

/// A replacement for a person to write, where only they know how the text around is quoted.
fn in_words(fix: &pack::Fix, variable: &str) -> String {
    match (&fix.code, &fix.manual) {
        (Some(code), _) => {
            format!("write `{}` with a token that is read from {variable}", code.replace("$TOKEN", "…"))
        }
        (None, manual) => manual.clone().unwrap_or_default(),
    }
}
