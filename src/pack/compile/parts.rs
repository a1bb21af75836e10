//! The rows of a pack that refer to more than themselves: credentials, constructs and packages, and what they are made of.
//!
//! Owns the checks of one value each: an expression or a glob compiles, a language or a version is known. The decision to
//! know: of an embedded pack expressions and code are left until they are needed, since a test has compiled them.

use std::collections::HashSet;
use std::sync::Arc;

use super::Compiler;
use crate::lang;
use crate::pack::expression::{Expressions, Shape};
use crate::pack::globs::Globs;
use crate::pack::library::Library;
use crate::pack::schema::{self, Text};
use crate::pack::snippet::{Known, Snippet};
use crate::pack::{Construct, Credential, Fix};
use crate::version::Range;

impl Compiler {
    pub(super) fn library(&mut self, row: schema::Library) -> Library {
        let token_from = row.token_from.as_ref().and_then(|text| {
            let version = semver::Version::parse(text.get_ref());
            version
                .map_err(|error| {
                    self.problem(Some(text.span()), format!("not a version: {error}"), "write it like `1.5.0`")
                })
                .ok()
        });
        Library { package: row.package, token_from, successor: row.successor.map(Text::into_inner) }
    }

    pub(super) fn credential(&mut self, row: schema::Credential) -> Option<Credential> {
        // By itself: brackets around it may close what it leaves open.
        let shape = Expressions::new(vec![row.shape.get_ref().clone()], false);
        if self.tries
            && let Err(error) = shape.build()
        {
            self.bad_regex(&row.shape, &error);
            return None;
        }
        Some(Credential {
            find: Shape::new(row.shape.get_ref().clone()),
            whole: self.whole(&row.shape),
            decoded: row.decoded.as_ref().map(|text| self.whole(text)),
            dummies: self.set(&row.dummies, true),
            id: row.id.into_inner(),
            role: row.role,
            encoding: row.encoding,
            anywhere: row.anywhere,
        })
    }

    pub(super) fn construct(
        &mut self,
        row: schema::Construct,
        sdk: Option<&schema::Sdk>,
        known: &Arc<Known>,
        seen: &mut HashSet<String>,
    ) -> Option<Construct> {
        let Some(sdk) = sdk else {
            self.problem(
                Some(row.id.span()),
                "a construct needs an [sdk] table in its file",
                "say which library, languages and package it belongs to",
            );
            return None;
        };
        let id = format!("{}/{}", sdk.id.get_ref(), row.id.get_ref());
        if !seen.insert(id.clone()) {
            self.problem(Some(row.id.span()), format!("the construct {id} is described twice"), "give each its own id");
        }
        let names = if row.languages.is_empty() { &sdk.languages } else { &row.languages };
        let languages: Vec<_> = names.iter().filter_map(|name| self.language(name)).collect();
        if row.code.is_none() && row.form.is_none() {
            self.problem(Some(row.id.span()), "a construct needs code or a form", "add `code = '…'`");
        }
        let snippet = row.code.as_ref().map(|code| self.snippet(code, &languages, known));
        let fixes = row.fix.iter().map(|fix| Fix {
            versions: fix.versions.as_ref().and_then(|text| self.versions(text)),
            beside: fix.beside.clone(),
            code: fix.code.as_ref().map(|code| code.get_ref().clone()),
            blank: fix.blank,
            remove: fix.remove,
            unsure: fix.unsure,
            manual: fix.manual.clone(),
        });
        let fixes = fixes.collect();
        Some(Construct {
            versions: row.versions.as_ref().and_then(|text| self.versions(text)),
            id,
            title: row.title.unwrap_or_else(|| sdk.title.clone()),
            kind: row.kind,
            languages: languages.iter().map(|language| language.name).collect(),
            package: sdk.package.clone(),
            by_host: sdk.bind == schema::Bind::Host,
            form: row.form,
            snippet,
            fixes,
            reason: row.reason,
        })
    }

    fn snippet(&mut self, code: &Text, languages: &[&'static lang::Language], known: &Arc<Known>) -> Snippet {
        let snippet = Snippet::new(code.get_ref().clone(), languages, Arc::clone(known));
        for (language, error) in if self.tries { snippet.check() } else { Vec::new() } {
            self.problem(
                Some(code.span()),
                format!("as {language}: {error}"),
                "write the code as a user would, with role names for the credentials",
            );
        }
        snippet
    }

    pub(in crate::pack) fn language(&mut self, name: &Text) -> Option<&'static lang::Language> {
        let found = lang::LANGUAGES.iter().find(|language| language.name == name.get_ref());
        if found.is_none() {
            let known: Vec<_> = lang::LANGUAGES.iter().map(|language| language.name).collect();
            self.problem(
                Some(name.span()),
                format!("no language is called {:?}", name.get_ref()),
                format!("the languages are: {}", known.join(", ")),
            );
        }
        found.copied()
    }

    fn versions(&mut self, text: &Text) -> Option<Range> {
        let range = Range::plain(text.get_ref());
        range.map_err(|error| self.problem(Some(text.span()), error, "write them like `>=3.0.0, <4.0.0`")).ok()
    }

    /// An expression over a whole text.
    fn whole(&mut self, text: &Text) -> Expressions {
        let whole = Expressions::new(vec![format!(r"\A(?:{})\z", text.get_ref())], false);
        self.tried(whole, std::slice::from_ref(text))
    }

    pub(super) fn set(&mut self, texts: &[Text], ignore_case: bool) -> Option<Expressions> {
        let set = Expressions::new(texts.iter().map(|text| text.get_ref().clone()).collect(), ignore_case);
        (!texts.is_empty()).then(|| self.tried(set, texts))
    }

    /// Reports which of the texts does not compile.
    fn tried(&mut self, expressions: Expressions, texts: &[Text]) -> Expressions {
        if self.tries
            && let Err(together) = expressions.build()
        {
            let alone = |text: &Text| Expressions::new(vec![text.get_ref().clone()], false).build().err();
            let culprit = texts.iter().find_map(|text| Some((text, alone(text)?)));
            // Each may compile while all of them are too large.
            let culprit = culprit.or(texts.first().map(|text| (text, together)));
            culprit.into_iter().for_each(|(text, error)| self.bad_regex(text, &error));
        }
        expressions
    }

    fn bad_regex(&mut self, text: &Text, error: &str) {
        self.problem(
            Some(text.span()),
            format!("the expression does not compile: {error}"),
            "expressions are those of the Rust regex crate",
        );
    }

    pub(super) fn globs(&mut self, texts: &[Text]) -> Option<Globs> {
        for text in texts {
            if let Err(error) = Globs::check(text.get_ref()) {
                self.problem(Some(text.span()), format!("not a glob: {error}"), "globs are written as in .gitignore");
            }
        }
        (!texts.is_empty()).then(|| Globs::new(texts.iter().map(|text| text.get_ref().clone()).collect()))
    }
}
