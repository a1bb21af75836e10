//! Fix planning: what would mend a finding.
//!
//! Owns the step from a pack's replacement code to edits of a file. It applies nothing. The decision to know: the
//! replacement is code of the pack, lowered like any other; what changes is the run of arguments that hold the
//! credentials, and everything else in the file stays as it is.

mod arguments;
pub mod choose;
mod edits;

use crate::finding::{Applicability, Edit, Fix, Route};
use crate::lang;
use crate::link::project::Project;
use crate::matcher::{Binding, Use};
use crate::pack;
use crate::pack::schema::Role;
use crate::span::Span;

/// The fix of a construct, chosen by the SDK's version where that is known.
#[must_use]
pub fn of_use(project: &Project<'_, '_>, file: usize, found: &Use<'_>, route: Route) -> Option<Fix> {
    if route == Route::Oauth {
        return Some(Fix::manual(
            "connect each customer through OAuth, and use the token it gives in place of the pair".to_owned(),
        ));
    }
    planned(project, file, found, None)
}

/// The fix of a construct that passes a token in a form the SDK does not take: the token stays, the form changes.
#[must_use]
pub fn of_form(project: &Project<'_, '_>, file: usize, found: &Use<'_>) -> Option<Fix> {
    let token = found.slot(Role::Token).or_else(|| found.slot(Role::AppId))?;
    let text = std::str::from_utf8(token.span.of(&project.files[file].source.text)).ok()?;
    planned(project, file, found, Some(text))
}

/// The replacement that holds for the SDK's version, with `kept` for the token, else with what reads the environment.
fn planned(project: &Project<'_, '_>, file: usize, found: &Use<'_>, kept: Option<&str>) -> Option<Fix> {
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
    let holds = |fix: &pack::Fix| match (&version, &fix.versions) {
        (Some(version), Some(versions)) => version.range.within(versions),
        (None, Some(_)) => package.is_none(),
        (_, None) => true,
    };
    let planned =
        candidates.iter().find_map(|fix| Some((edits::of(project, file, found, fix.code.as_deref()?, kept)?, fix)));
    if let Some((edits, fix)) = planned {
        let pinned = holds(fix);
        let needs = match (&fix.versions, package) {
            (Some(versions), Some(package)) if !pinned => {
                format!(" (needs {} {versions}, whose version is not known here)", package.name)
            }
            _ => String::new(),
        };
        // A header beside others, which may be one too many, or a name that is not brought in, is for a person to look at.
        let source = &project.files[file].source;
        let statement = found.span.of(&source.text);
        let has = |word: &str| memchr::memmem::find(statement, word.as_bytes()).is_some();
        let header =
            edits.iter().any(|edit| edit.text.contains("Authorization")) && (has("headers") || has("Authorization"));
        let missing = lang::environment_needs(found.language)
            .filter(|_| kept.is_none())
            .filter(|import| memchr::memmem::find(&source.text, import.as_bytes()).is_none());
        let import = missing.map_or(String::new(), |import| format!(" (with {import})"));
        let certain = !found.construct.by_host || found.binding != Binding::Name;
        let safe = pinned && certain && !header && missing.is_none();
        let title = match kept {
            Some(_) => format!("pass the token in the form that the version takes{needs}"),
            None => format!("read an access token from {} instead{needs}{import}", project.variable),
        };
        return Some(Fix {
            title,
            applicability: if safe { Applicability::Safe } else { Applicability::Unsafe },
            edits,
            group: None,
        });
    }
    let manual = candidates.iter().find_map(|fix| fix.manual.clone())?;
    Some(Fix::manual(manual))
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

/// The fix of a token in a file: where it is a plain string of code, reading the environment instead.
#[must_use]
pub fn of_literal(project: &Project<'_, '_>, file: usize, plain: Option<Span>) -> Option<Fix> {
    let source = &project.files[file].source;
    if project.files[file].matched.delivered {
        return Some(Fix::manual(
            "regenerate the token, and move the call to a server: whoever loads this file reads whatever it holds"
                .to_owned(),
        ));
    }
    // In a shell the variable would be read where it is set.
    let language = lang::of_file(source.path.as_path(), &source.text).filter(|language| language.name != "shell");
    let environment = language.map(|language| language.environment).filter(|environment| !environment.is_empty());
    let plain =
        plain.zip(language).filter(|(span, language)| !lang::is_constant(language.name, &source.text, span.start));
    let Some((span, environment)) = plain.map(|(span, _)| span).zip(environment) else {
        return Some(Fix::manual("regenerate the token, then remove this one".to_owned()));
    };
    Some(Fix {
        title: format!("read it from {} instead", project.variable),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { file, span, text: environment.replace("{}", project.variable) }],
        group: None,
    })
}
