//! One report of several.
//!
//! Owns how the reports of several repositories become one: numbers that no two share, paths that tell where a file is, and
//! what can only be seen of all together, an access token that stands in more than one. It knows neither targets nor
//! options. The decisions to know: a finding keeps its identity and its fingerprint, which speak of its own repository,
//! so that it is the same one in a run by itself; and only files that something points into are held.

use std::collections::{BTreeMap, BTreeSet};

use super::{Confidence, Finding, Label, Report, Repository, RuleDoc, Standing, State};
use crate::fingerprint::{Identity, Secret};
use crate::source::RelPath;

/// The rule that finds an access token, and the one that finds it again, behind the vendor's prefix.
const TOKEN: &str = "hardcoded-access-token";
const SHARED: &str = "shared-access-token";
/// Places listed with a token that stands in several repositories.
const MAX_PLACES: usize = 20;

/// What one repository adds.
pub struct Part<'p> {
    /// What was found, as it is to be shown.
    pub report: Report,
    /// Its access tokens, also those that are not shown.
    pub tokens: Vec<Token>,
    /// What it is called; nothing else of it need be filled in but what no report knows.
    pub repository: Repository,
    /// What a file is called in the report of all, by its path in the repository.
    pub shown: &'p dyn Fn(&RelPath) -> RelPath,
}

/// An access token that stands in a repository.
pub struct Token {
    /// Its number, once it is known.
    repository: usize,
    secret: Secret,
    place: Label,
    /// What is to be reported here if it stands in another repository, too; none where nobody asks.
    shared: Option<Finding>,
}

/// The access tokens of a report in which nothing was left out yet. `asked` says whether a finding in the file of this
/// path is to be shown, and sets its level.
#[must_use]
pub fn tokens(report: &Report, asked: &dyn Fn(&mut Finding, &RelPath) -> bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    for finding in &report.findings {
        let (Some(secret), Some(vendor)) = (finding.secret, vendor_of(finding, TOKEN)) else { continue };
        if finding.confidence < Confidence::Medium {
            continue;
        }
        let doc = report.rules.iter().find(|doc| doc.id == format!("{vendor}/{SHARED}"));
        let shared = doc.filter(|_| finding.state == State::Open).and_then(|doc| {
            let path = &report.files.get(finding.primary.file)?.path;
            let mut shared = shared(finding, doc, &secret, path);
            asked(&mut shared, path).then_some(shared)
        });
        tokens.push(Token { repository: 0, secret, place: finding.primary.clone(), shared });
    }
    tokens
}

fn vendor_of<'f>(finding: &'f Finding, rule: &str) -> Option<&'f str> {
    finding.rule.strip_suffix(rule)?.strip_suffix('/')
}

/// A finding at the place of `token`, but for what tells of the other places.
fn shared(token: &Finding, doc: &RuleDoc, secret: &Secret, path: &RelPath) -> Finding {
    let identity = Identity::of_secret(&doc.id, secret);
    Finding {
        rule: doc.id.clone(),
        level: doc.level,
        confidence: Confidence::High,
        related: Vec::new(),
        message: String::new(),
        why: doc.why.clone(),
        remedy: doc.remedy.clone(),
        identity,
        fingerprint: identity.fingerprint(path),
        fix: None,
        ..token.clone()
    }
}

/// Reports that become one.
#[derive(Default)]
pub struct Join {
    report: Report,
    tokens: BTreeMap<Secret, Vec<Token>>,
    /// Numbers of groups of fixes that are taken.
    groups: usize,
}

impl Join {
    /// Adds a repository behind those that are there.
    pub fn add(&mut self, part: Part<'_>) {
        let Part { report: mut part, mut tokens, mut repository, shown } = part;
        let index = self.report.repositories.len();
        // A history that was examined is told already.
        repository.history = part.repositories.pop().and_then(|known| known.history);
        repository.examined = part.tally.examined;
        repository.complete = repository.failure.is_none() && !part.skipped.iter().any(|it| it.reason.incomplete());
        repository.bytes = part.tally.bytes;
        repository.counts = part.unexamined();
        repository.skipped = part.skipped.len();
        repository.reduced = part.notes.len();
        repository.hidden = part.hidden;
        repository.baseline = part.baseline.take();
        self.report.repositories.push(repository);

        let used: BTreeSet<usize> = files(&mut part).map(|file| *file).collect();
        let used: BTreeSet<usize> = used.into_iter().chain(tokens.iter().map(|token| token.place.file)).collect();
        let first = self.report.files.len();
        let numbers: BTreeMap<usize, usize> = used.iter().copied().zip(first..).collect();
        let number = |file: &mut usize| *file = numbers.get(file).copied().unwrap_or_default();
        files(&mut part).for_each(number);
        for token in &mut tokens {
            number(&mut token.place.file);
            token.repository = index;
            if let Some(shared) = &mut token.shared {
                shared.primary.clone_from(&token.place);
                shared.repository = Some(index);
            }
        }
        let named = part.files.into_iter().enumerate().filter(|(at, _)| used.contains(at));
        self.report.files.extend(named.map(|(_, file)| {
            let path = shown(&file.path);
            file.renamed(path)
        }));

        let taken = self.groups;
        for finding in &mut part.findings {
            finding.repository = Some(index);
            if let Some(group) = finding.fix.as_mut().and_then(|fix| fix.group.as_mut()) {
                *group += taken;
                self.groups = self.groups.max(*group + 1);
            }
        }
        self.report.findings.append(&mut part.findings);
        self.report.suppressions.append(&mut part.suppressions);
        self.report.exempted.append(&mut part.exempted);
        part.skipped.iter_mut().for_each(|skipped| skipped.path = shown(&skipped.path));
        self.report.skipped.append(&mut part.skipped);
        self.report.notes.extend(part.notes.into_iter().map(|(path, note)| (shown(&path), note)));
        self.report.around.variables.append(&mut part.around.variables);
        self.report.around.settings.append(&mut part.around.settings);
        self.report.around.kept.append(&mut part.around.kept);
        self.report.tally.examined += part.tally.examined;
        self.report.tally.bytes += part.tally.bytes;
        for (reason, n) in part.tally.counts {
            *self.report.tally.counts.entry(reason).or_default() += n;
        }
        for doc in part.rules {
            if self.report.rules.iter().all(|known| known.id != doc.id) {
                self.report.rules.push(doc);
            }
        }
        self.report.hidden += part.hidden;
        for token in tokens {
            self.tokens.entry(token.secret).or_default().push(token);
        }
    }

    /// The report of all.
    #[must_use]
    pub fn finish(mut self) -> Report {
        for (secret, tokens) in std::mem::take(&mut self.tokens) {
            self.share(&secret, tokens);
        }
        self.report.baseline = standing(&self.report.repositories);
        self.report
    }

    /// Says that a token stands in several repositories, if it does.
    fn share(&mut self, secret: &Secret, tokens: Vec<Token>) {
        let repositories: BTreeSet<usize> = tokens.iter().map(|token| token.repository).collect();
        // In a history one file has several versions.
        let path = |token: &Token| self.report.files.get(token.place.file).map(|file| &file.path);
        let files: BTreeSet<_> = tokens.iter().map(path).collect();
        if repositories.len() < 2 {
            return;
        }
        let message =
            format!("the same access token stands in {} files of {} repositories", files.len(), repositories.len());
        let says = |finding: &Finding| {
            finding.secret == Some(*secret) && finding.state == State::Open && vendor_of(finding, SHARED).is_some()
        };
        let (mut places, mut new) = (Vec::new(), None);
        for token in tokens {
            new = new.or(token.shared);
            places.push((token.repository, token.place));
        }
        let at = self.report.findings.iter().position(says).or_else(|| Some(self.insert(new?)));
        if let Some(finding) = at.and_then(|at| self.report.findings.get_mut(at)) {
            finding.related = others(places, &finding.primary, finding.repository);
            finding.message = message;
        }
    }
    /// Puts a finding where it belongs: behind what is at the same place, or else at the end of its repository.
    fn insert(&mut self, new: Finding) -> usize {
        let findings = &mut self.report.findings;
        let place = |finding: &Finding| (finding.primary.file, finding.primary.span);
        let at = findings.iter().rposition(|finding| place(finding) == place(&new));
        let at =
            at.map_or_else(|| findings.partition_point(|finding| finding.repository <= new.repository), |at| at + 1);
        findings.insert(at, new);
        at
    }
}

/// The other places of a token, one of each repository before any second one.
fn others(mut places: Vec<(usize, Label)>, primary: &Label, repository: Option<usize>) -> Vec<Label> {
    places.retain(|(_, place)| (place.file, place.span) != (primary.file, primary.span));
    let mut seen: BTreeSet<usize> = repository.into_iter().collect();
    // A stable order: the first place of each repository, then the rest.
    places.sort_by_key(|(repository, _)| !seen.insert(*repository));
    let more = places.len().saturating_sub(MAX_PLACES);
    places.truncate(MAX_PLACES);
    let mut labels: Vec<Label> =
        places.into_iter().map(|(_, place)| Label { text: "and here".to_owned(), ..place }).collect();
    labels.sort_by_key(|label| (label.file, label.span));
    if let Some(last) = labels.last_mut().filter(|_| more > 0) {
        last.text = format!("and here, as in {more} more places");
    }
    labels
}

/// Every number of a file in a report, but those of its plans.
fn files(report: &mut Report) -> impl Iterator<Item = &mut usize> {
    let findings = report.findings.iter_mut().flat_map(|finding| {
        let labels = std::iter::once(&mut finding.primary).chain(&mut finding.related).map(|label| &mut label.file);
        let edits = finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.file);
        labels.chain(edits)
    });
    let suppressions = report.suppressions.iter_mut().map(|suppression| &mut suppression.label.file);
    let spared = report.exempted.iter_mut().map(|(label, _)| &mut label.file);
    let settings = report.around.settings.iter_mut().map(|setting| &mut setting.file);
    findings.chain(suppressions).chain(spared).chain(settings)
}

/// How far the baselines have been worked off together.
fn standing(repositories: &[Repository]) -> Option<Standing> {
    let mut by_name: BTreeMap<&str, Standing> = BTreeMap::new();
    for standing in repositories.iter().filter_map(|repository| repository.baseline.as_ref()) {
        // What one repository leaves of a baseline for several, another may take out.
        let known = by_name.entry(&standing.name).or_insert_with(|| standing.clone());
        known.left = known.left.min(standing.left);
    }
    let (first, rest) = (by_name.pop_first()?.1, by_name);
    let (left, started) = (|standing: &Standing| standing.left, |standing: &Standing| standing.started);
    Some(Standing {
        left: first.left + rest.values().map(left).sum::<usize>(),
        started: first.started + rest.values().map(started).sum::<usize>(),
        name: if rest.is_empty() { first.name } else { "baselines".to_owned() },
    })
}

#[cfg(test)]
mod tests;
