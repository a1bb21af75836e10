//! From the written form of a pack to the working one.
//!
//! Owns every check of a pack: expressions compile, references resolve, ids are unique, snippets hold a slot. The
//! decision to know: problems are gathered and the rest is still compiled, so one run shows them all.

mod parse;
mod parts;

use std::collections::HashSet;
use std::sync::Arc;

use super::by_name::ByName;
use super::error::{File, PackError, Problem};
use super::expression::{Expressions, Shape};
use super::library::Library;
use super::route::Ways;
use super::schema::{PackFile, Text};
use super::snippet::Known;
use super::{Evidence, Exemption, Exposure, Identifier, Pack, Parameter, Request, Rule};
use crate::prefilter::Needle;
use crate::span::Span;

/// Rules that a check exists for; a pack gives them their texts.
pub const RULES: &[&str] = &[
    "deprecated-api-key-auth",
    "hardcoded-api-key",
    "hardcoded-access-token",
    "hardcoded-client-secret",
    "unsupported-oauth-grant",
    "exposed-access-token",
    "collected-access-token",
    "leftover-api-key",
    "shared-access-token",
    "access-token-in-public-integration",
    "needless-token-refresh",
    "exposed-oauth-exchange",
    "app-id-as-token",
    "outdated-sdk",
    "unsupported-credential-form",
];

pub(super) struct Compiler {
    problems: Vec<Problem>,
    file: usize,
    /// Whether expressions are compiled here and now, to tell their author.
    tries: bool,
}

/// Reads and checks a pack.
///
/// # Errors
/// Every problem found, each pointing into its file.
pub fn compile(files: Vec<File>) -> Result<Pack, PackError> {
    read(files, true)
}

/// Reads a pack whose expressions a test has compiled: they are left until they are needed, which is most of the cost.
///
/// # Errors
/// Every other problem found.
pub(super) fn embedded(files: Vec<File>) -> Result<Pack, PackError> {
    read(files, false)
}

fn read(files: Vec<File>, tries: bool) -> Result<Pack, PackError> {
    let mut compiler = Compiler { problems: Vec::new(), file: 0, tries };
    let mut parsed = Vec::new();
    for (at, file) in parse::files(&files).into_iter().enumerate() {
        match file {
            Ok(file) => parsed.push((at, file)),
            Err(error) => compiler.problems.push(Problem {
                file: at,
                span: error.span().map(Span::from),
                message: error.message().to_owned(),
                hint: "the keys a pack may have are listed in rules/README.md".to_owned(),
            }),
        }
    }
    let pack = compiler.pack(parsed);
    match pack {
        Some(pack) if compiler.problems.is_empty() => Ok(pack),
        _ => Err(PackError { files, problems: compiler.problems }),
    }
}

impl Compiler {
    pub(super) fn problem(
        &mut self,
        span: Option<std::ops::Range<usize>>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let span = span.map(Span::from);
        self.problems.push(Problem { file: self.file, span, message: message.into(), hint: hint.into() });
    }

    fn pack(&mut self, files: Vec<(usize, PackFile)>) -> Option<Pack> {
        let vendor = files.iter().find_map(|(_, file)| file.vendor.as_ref());
        let Some(vendor) = vendor else {
            self.problem(
                None,
                "no file of this pack has a [vendor] table",
                "name the vendor: id, name, word, variable, needles",
            );
            return None;
        };
        let mut pack = Pack {
            id: vendor.id.clone(),
            name: vendor.name.clone(),
            word: vendor.word.clone(),
            said: Shape::new(format!("(?i){}", regex::escape(&vendor.word))),
            variable: vendor.variable.clone(),
            needles: vendor.needles.iter().cloned().map(Needle::from).collect(),
            hosts: Vec::new(),
            credentials: Vec::new(),
            names: Vec::new(),
            certain: Vec::new(),
            placeholders: None,
            constructs: Vec::new(),
            libraries: Vec::new(),
            exemptions: Vec::new(),
            evidence: Vec::new(),
            requests: Vec::new(),
            parameters: Vec::new(),
            identifiers: Vec::new(),
            exposures: Vec::new(),
            shown_by_calls: Expressions::new(Vec::new(), true),
            rules: Vec::new(),
            ways: Ways::default(),
            by_name: ByName::new(),
        };
        let mut placeholders = Vec::new();
        let mut seen = HashSet::new();
        for (at, file) in files {
            self.file = at;
            self.file_into(&mut pack, file, &mut placeholders, &mut seen);
        }
        pack.placeholders = Some(Expressions::new(placeholders, true));
        let calls = pack.exposures.iter().filter_map(|row| row.calls.as_ref());
        let calls = calls.flat_map(|calls| calls.texts().iter().cloned()).collect();
        pack.shown_by_calls = Expressions::new(calls, true);
        self.references(&pack);
        Some(pack)
    }

    fn file_into(
        &mut self,
        pack: &mut Pack,
        file: PackFile,
        placeholders: &mut Vec<String>,
        seen: &mut HashSet<String>,
    ) {
        pack.hosts.extend(file.host.into_iter().map(|host| (host.name, host.role)));
        for row in file.credential {
            pack.credentials.extend(self.credential(row));
        }
        for row in file.name {
            pack.names.extend(self.set(&row.matches, true).map(|names| (row.role, names)));
            pack.certain.extend(self.set(&row.certain, true).map(|names| (row.role, names)));
        }
        for row in file.placeholder {
            if let Some(tried) = self.set(&row.matches, true) {
                placeholders.extend_from_slice(tried.texts());
            }
        }
        let before = pack.constructs.len();
        let modules = file.sdk.as_ref().map(|sdk| sdk.modules.clone()).unwrap_or_default();
        let known = Arc::new(Known { modules, word: pack.word.clone() });
        for row in file.construct {
            if let Some(construct) = self.construct(row, file.sdk.as_ref(), &known, seen) {
                pack.constructs.push(construct);
            }
        }
        if let Some((sdk, package)) = file.sdk.as_ref().and_then(|sdk| Some((sdk, sdk.package.as_ref()?))) {
            let constructs = &pack.constructs[before..];
            pack.libraries.extend(Library::of_sdk(package, constructs, sdk.successor.clone()));
        }
        for row in file.library {
            pack.libraries.push(self.library(row));
        }
        for row in file.exempt {
            pack.exemptions.push(Exemption {
                names: self.set(&row.names, true),
                values: self.set(&row.values, false),
                paths: self.globs(&row.paths),
                id: row.id.into_inner(),
                reason: row.reason,
                unproven_only: row.unproven_only,
            });
        }
        for row in file.evidence {
            pack.evidence.push(Evidence {
                route: row.route,
                says: row.says,
                names: self.set(&row.names, true),
                packages: row.packages.into_iter().map(Text::into_inner).collect(),
                paths: self.set(&row.paths, false),
                columns: self.set(&row.columns, true),
            });
        }
        for row in file.request {
            pack.requests.push(Request {
                asks_for: row.asks_for,
                keys: self.set(&row.keys, true),
                texts: self.set(&row.texts, true),
                fields: self.set(&row.fields, true),
                calls: self.set(&row.calls, true),
                inputs: self.set(&row.inputs, true),
                here: self.set(&row.here, true),
                own: self.set(&row.own, true),
            });
        }
        for row in file.identifier {
            self.known_rule(&row.rule);
            pack.identifiers.push(Identifier {
                names: self.set(&row.names, true),
                rule: row.rule.into_inner(),
                says: row.says,
            });
        }
        for row in file.parameter {
            pack.parameters.push(Parameter {
                values: self.set(&row.values, true),
                role: row.role,
                rule: row.rule.as_ref().map(|rule| rule.get_ref().clone()),
                name: row.name.into_inner(),
                says: row.says,
            });
            if let Some(rule) = row.rule {
                self.known_rule(&rule);
            }
        }
        for row in file.exposure {
            let languages = row.languages.iter().filter_map(|name| self.language(name)).map(|language| language.name);
            let languages = languages.collect();
            pack.exposures.push(Exposure {
                languages,
                arguments: row.arguments.into_iter().map(Text::into_inner).collect(),
                unless: self.set(&row.unless, false),
                says: row.says,
                variables: self.set(&row.variables, true),
                calls: self.set(&row.calls, true),
                targets: self.set(&row.targets, true),
                parameters: row.parameters.into_iter().map(Text::into_inner).collect(),
                keys: self.set(&row.keys, true),
                files: self.set(&row.files, true),
                by_name: row.by_name,
            });
        }
        pack.ways.add(self, file.oauth, file.step, file.connection);
        for row in file.rule {
            self.known_rule(&row.id);
            let id = format!("{}/{}", pack.id, row.id.get_ref());
            if !seen.insert(id.clone()) {
                self.problem(Some(row.id.span()), format!("the rule {id} is described twice"), "keep one of the two");
            }
            pack.rules.push(Rule::new(&pack.id, row));
        }
    }

    fn known_rule(&mut self, id: &Text) {
        if !RULES.contains(&id.get_ref().as_str()) {
            self.problem(
                Some(id.span()),
                format!("no check makes the rule {:?}", id.get_ref()),
                format!("the rules are: {}", RULES.join(", ")),
            );
        }
    }

    fn references(&mut self, pack: &Pack) {
        for id in RULES {
            if pack.rule(id).is_none() {
                self.file = 0;
                self.problem(None, format!("the rule {id} has no text"), "describe it in a [[rule]] row");
            }
        }
        for rule in &pack.rules {
            if !rule.doc.help.starts_with("https://") {
                self.problem(None, format!("{} has no help link", rule.doc.id), "link a live page of the vendor");
            }
        }
    }
}
