//! What a pack's author is told beyond what does not compile.
//!
//! Owns the promises a pack makes about itself: its examples are found by the construct they stand under, its
//! counter-examples by none, its replacements are code that holds a token, and no two of them claim one version. It
//! changes nothing a scan does. The decision to know: examples go through the same front-end and matcher as any file.

mod samples;
mod ways;

use super::compile::compile;
use super::error::{File, PackError, Problem};
use super::pattern;
use super::schema::{self, Kind, PackFile, Role, Text};
use super::{Construct, Pack};
use crate::facts::Carrier;
use crate::lang::{self, Language, Layer};
use crate::link::Origin;
use crate::matcher::{self, Matched, Use};
use crate::source::{RelPath, Source};
use crate::span::Span;
use crate::version::Range;

/// What a sound pack holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The vendor's id.
    pub pack: String,
    /// Spellings.
    pub constructs: usize,
    /// Examples and counter-examples, all of them tried.
    pub examples: usize,
    /// Replacements.
    pub fixes: usize,
    /// Rules with texts.
    pub rules: usize,
}

/// Compiles a pack and tries everything it says of itself.
///
/// # Errors
/// Every problem found, each pointing into its file.
pub fn check(files: Vec<File>) -> Result<Summary, PackError> {
    let pack = compile(files.clone())?;
    let mut checker = Checker { pack: &pack, problems: Vec::new(), file: 0, examples: 0, fixes: 0, rows: [0; 3] };
    for (at, (_, text)) in files.iter().enumerate() {
        checker.file = at;
        // A file that does not parse has already failed to compile.
        if let Ok(file) = toml::from_str::<PackFile>(text) {
            checker.file(&file);
        }
    }
    let (examples, fixes) = (checker.examples, checker.fixes);
    if !checker.problems.is_empty() {
        let problems = checker.problems;
        return Err(PackError { files, problems });
    }
    Ok(Summary { pack: pack.id.clone(), constructs: pack.constructs.len(), examples, fixes, rules: pack.rules.len() })
}

struct Checker<'p> {
    pack: &'p Pack,
    problems: Vec<Problem>,
    file: usize,
    examples: usize,
    fixes: usize,
    /// How many rows of each kind with samples came before.
    rows: [usize; 3],
}

/// An example lowered and matched in one language.
struct Tried<'p> {
    matched: Matched<'p>,
    whole: bool,
}

impl<'p> Checker<'p> {
    fn problem(&mut self, at: &Text, message: impl Into<String>, hint: impl Into<String>) {
        let span = Some(Span::from(at.span()));
        self.problems.push(Problem { file: self.file, span, message: message.into(), hint: hint.into() });
    }

    fn file(&mut self, file: &PackFile) {
        let ids = file.credential.iter().map(|row| &row.id).chain(file.construct.iter().map(|row| &row.id));
        let ids = ids.chain(file.exempt.iter().map(|row| &row.id)).chain(file.rule.iter().map(|row| &row.id));
        for id in ids.chain(file.sdk.as_ref().map(|sdk| &sdk.id)) {
            self.id(id);
        }
        file.rule.iter().for_each(|rule| self.rule(rule));
        self.samples(file);
        self.ways(file);
        let Some(sdk) = &file.sdk else { return };
        if file.construct.is_empty() {
            self.problem(
                &sdk.id,
                "a file with an [sdk] table describes no construct",
                "add a [[construct]], or drop the table",
            );
        }
        let of_file: Vec<String> = file.construct.iter().map(|row| full_id(sdk, row)).collect();
        for row in &file.construct {
            let id = full_id(sdk, row);
            if let Some(construct) = self.pack.constructs.iter().find(|construct| construct.id == id) {
                self.construct(row, construct, &of_file);
            }
        }
    }

    fn id(&mut self, id: &Text) {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let letter = id.get_ref().starts_with(|c: char| c.is_ascii_lowercase());
        if !letter || !id.get_ref().split('-').all(word) {
            self.problem(
                id,
                format!("{:?} is not an id", id.get_ref()),
                "an id is lower-case words joined by `-`, such as `basic-auth`",
            );
        }
    }

    /// A message stands alone in a line, and every route has something to do.
    fn rule(&mut self, rule: &schema::Rule) {
        let upper = rule.message.starts_with(|c: char| c.is_uppercase());
        if upper || rule.message.ends_with('.') || rule.message.contains('\n') {
            let hint = "write one line that starts in lower case and ends without a period";
            self.problem(&rule.id, format!("the message of {} is not a line by itself", rule.id.get_ref()), hint);
        }
        if !rule.remedy.contains_key("any") {
            self.problem(
                &rule.id,
                format!("{} has no remedy for any route", rule.id.get_ref()),
                "add `any = \"…\"` to its remedies",
            );
        }
    }

    fn construct(&mut self, row: &schema::Construct, construct: &'p Construct, of_file: &[String]) {
        if row.examples.is_empty() {
            self.problem(
                &row.id,
                format!("{} has no example", construct.id),
                "add `examples = ['…']`, code that it finds",
            );
        }
        if row.kind == Kind::KeyAuth && row.counter_examples.is_empty() {
            self.problem(
                &row.id,
                format!("{} has no counter-example", construct.id),
                "add `counter_examples = ['…']`, code that looks like it and is none",
            );
        }
        if row.kind == Kind::KeyAuth && row.fix.is_empty() {
            self.problem(
                &row.id,
                format!("{} has no fix", construct.id),
                "add a [[construct.fix]] with `code` or `manual`",
            );
        }
        if row.kind == Kind::Exempt && row.reason.is_none() {
            self.problem(
                &row.id,
                format!("{} is spared without a reason", construct.id),
                "add `reason = \"…\"`, from the vendor's statement",
            );
        }
        row.examples.iter().for_each(|example| self.example(example, construct));
        row.counter_examples.iter().for_each(|example| self.counter_example(example, construct, of_file));
        row.fix.iter().for_each(|fix| self.fix(fix, &row.id, construct));
        self.overlaps(row);
    }

    fn example(&mut self, example: &Text, construct: &Construct) {
        self.examples += 1;
        let tried = self.tried(example, construct);
        let Some(found) = tried.iter().find(|tried| finds(tried, construct)) else {
            let others: Vec<&str> =
                tried.iter().flat_map(|tried| logins(tried)).map(|found| found.construct.id.as_str()).collect();
            let hint = match others.first() {
                Some(other) => {
                    format!("{other} matches it first: make the code of one more exact, or move the example")
                }
                None => "the example must name the vendor's library or host as a real file does".to_owned(),
            };
            return self.problem(example, format!("{} does not match its example", construct.id), hint);
        };
        if !found.whole {
            self.lossy(example);
        }
    }

    fn counter_example(&mut self, example: &Text, construct: &Construct, of_file: &[String]) {
        self.examples += 1;
        let tried = self.tried(example, construct);
        let wrong = |tried: &Tried<'p>| match construct.kind {
            Kind::KeyAuth => logins(tried).map(|found| found.construct.id.clone()).find(|id| of_file.contains(id)),
            _ => finds(tried, construct).then(|| construct.id.clone()),
        };
        if let Some(id) = tried.iter().find_map(wrong) {
            self.problem(
                example,
                format!("{id} matches this counter-example"),
                "make its code more exact, or move the code to `examples`",
            );
        } else if !tried.iter().any(|tried| tried.whole) {
            self.lossy(example);
        }
    }

    fn lossy(&mut self, example: &Text) {
        self.problem(
            example,
            "the code cannot be read whole",
            "write code that stands by itself and closes what it opens",
        );
    }

    /// The example in each language of the construct.
    fn tried(&self, example: &Text, construct: &Construct) -> Vec<Tried<'p>> {
        let languages = construct.languages.iter().filter_map(|name| lang::by_name(name));
        let tried = languages.map(|language| {
            let layers = lowered(language, example.get_ref());
            let source = Source::from_bytes(
                RelPath::new(std::path::Path::new("example")),
                example.get_ref().clone().into_bytes(),
                true,
            );
            Tried { whole: whole(&layers), matched: matcher::matched(self.pack, &source, &layers) }
        });
        tried.collect()
    }

    fn fix(&mut self, fix: &schema::Fix, id: &Text, construct: &Construct) {
        self.fixes += 1;
        let edits = fix.code.is_some() || fix.blank || fix.remove;
        if edits == fix.manual.is_some() {
            return self.problem(
                id,
                format!("a fix of {} needs either code or manual steps", construct.id),
                "add `code = '…'`, `blank = true`, `remove = true` or `manual = \"…\"`",
            );
        }
        if let Some(versions) = &fix.versions
            && construct.package.is_none()
        {
            self.problem(versions, "versions of a file without a package", "name the package in the [sdk] table");
        }
        let Some(code) = &fix.code else { return };
        for language in construct.languages.iter().filter_map(|name| lang::by_name(name)) {
            let layers = lowered(language, code.get_ref());
            if !whole(&layers) {
                return self.lossy(code);
            }
            let compiled = pattern::compile(&layers, &[], &self.pack.word);
            if !compiled.is_ok_and(|pattern| pattern.anchor.roles().contains(&Role::Token)) {
                return self.problem(code, "the replacement has no TOKEN", "write TOKEN where the access token stands");
            }
        }
    }

    /// No version may have two replacements.
    fn overlaps(&mut self, row: &schema::Construct) {
        let mut seen: Vec<Range> = Vec::new();
        // What is for one client only leaves the rest to others.
        for fix in row.fix.iter().filter(|fix| fix.beside.is_none()) {
            let at = fix.versions.as_ref().or(fix.code.as_ref()).unwrap_or(&row.id);
            let range = fix.versions.as_ref().map_or(Ok(Range::all()), |text| Range::plain(text.get_ref()));
            // Versions that cannot be read have already failed to compile.
            let Ok(range) = range else { continue };
            if seen.iter().any(|other| other.overlaps(&range)) {
                self.problem(
                    at,
                    "two fixes of one construct hold for the same version",
                    "give them versions that do not overlap",
                );
            }
            seen.push(range);
        }
    }
}

fn full_id(sdk: &schema::Sdk, row: &schema::Construct) -> String {
    format!("{}/{}", sdk.id.get_ref(), row.id.get_ref())
}

fn lowered(language: &'static Language, code: &str) -> Vec<Layer> {
    lang::lower(language, code.as_bytes(), Span::new(0, code.len()))
}

fn whole(layers: &[Layer]) -> bool {
    layers.iter().all(|layer| layer.facts.notes.is_empty())
}

/// Uses in code that log in with a key. An empty key is the migrated form.
fn logins<'t, 'p>(tried: &'t Tried<'p>) -> impl Iterator<Item = &'t Use<'p>> {
    let key = |found: &Use<'p>| {
        let origins = found.slot(Role::ApiKey).map(|slot| &slot.origins);
        origins.is_some_and(|origins| origins.iter().any(|origin| !matches!(origin, Origin::Blank { .. })))
    };
    let login =
        move |found: &&Use<'p>| found.construct.kind == Kind::KeyAuth && found.carrier == Carrier::Code && key(found);
    tried.matched.uses.iter().filter(login)
}

fn finds(tried: &Tried<'_>, construct: &Construct) -> bool {
    match construct.kind {
        Kind::KeyAuth => logins(tried).any(|found| found.construct.id == construct.id),
        Kind::Exempt => tried.matched.spared.iter().any(|(_, reason)| Some(reason) == construct.reason.as_ref()),
        _ => tried.matched.uses.iter().any(|found| found.construct.id == construct.id),
    }
}

#[cfg(test)]
mod tests;
