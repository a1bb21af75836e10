//! Several reports as one.
//!
//! Owns what is the same in two reports, and which of two is kept. It reads and writes nothing. The decisions to know:
//!
//! - The result does not depend on the order in which reports are named, nor on whether some were joined before; joining
//!   a report with itself changes nothing.
//! - A repository is known by its name. Of runs at different commits the newest commit counts, and the others are left
//!   out as a whole: what was mended since would be listed as open otherwise. That is told to the caller.
//! - Of runs at the same commit everything counts that any of them found. A fingerprint stands as often as in the run
//!   that has it most often; of two that say different things of it, the one that has more of it open is believed.
//! - Of how much was examined only the larger number is sure, so that is told.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, btree_map};

use jiff::Timestamp;

use super::{
    Document, Finding, Grouping, HistoryExamined, Reduced, Repository, Revision, Rule, SCHEMA_VERSION, Skipped, Tool,
    summarised,
};
use crate::finding::State;

/// A report to be joined with others.
#[derive(Clone, Debug)]
pub struct Input {
    /// What a repository is called that has no name in it.
    pub name: String,
    /// The report.
    pub document: Document,
}

/// Reports joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The joined report.
    pub document: Document,
    /// What was left out, by the names of repositories.
    pub superseded: BTreeSet<Superseded>,
}

/// A run of a repository that was left out, since another one is of a newer commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Superseded {
    /// The repository's name; unescaped.
    pub repository: String,
    /// The commit that counts.
    pub kept: Option<Revision>,
    /// The one that does not.
    pub left: Option<Revision>,
}

/// Reports that cannot be joined: nobody can tell which of their findings are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherSalt {
    /// A report, by its place among the inputs.
    pub one: usize,
    /// One with another salt.
    pub other: usize,
}

/// Joins reports, and tells of the repositories that there are no reports of.
///
/// # Errors
///
/// When they were made with different salts, or some with one and some without.
pub fn merge(inputs: Vec<Input>, failed: Vec<Repository>) -> Result<Merged, OtherSalt> {
    let salt = inputs.first().and_then(|input| input.document.salt.clone());
    if let Some(other) = inputs.iter().position(|input| input.document.salt != salt) {
        return Err(OtherSalt { one: 0, other });
    }
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    let mut runs: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    for mut input in inputs {
        for rule in std::mem::take(&mut input.document.rules) {
            match rules.entry(rule.id.clone()) {
                // Of two wordings always the same one is kept.
                btree_map::Entry::Occupied(mut known) if *known.get() < rule => drop(known.insert(rule)),
                btree_map::Entry::Occupied(_) => (),
                btree_map::Entry::Vacant(new) => drop(new.insert(rule)),
            }
        }
        for (name, run) in Run::all(input) {
            runs.entry(name).or_default().push(run);
        }
    }
    for repository in failed {
        let name = repository.name.clone().unwrap_or_default();
        runs.entry(name).or_default().push(Run { repository, ..Run::default() });
    }

    let mut superseded = BTreeSet::new();
    let (mut repositories, mut findings) = (Vec::new(), Vec::<Finding>::new());
    let (mut skipped, mut reduced) = (Vec::new(), Vec::new());
    let mut fixes = 0;
    for (name, mut runs) in runs {
        let newest = runs.iter().map(|run| run.repository.revision.clone()).max_by(age).flatten();
        runs.retain(|run| {
            let counts = run.repository.revision == newest;
            if !counts {
                let (kept, left) = (newest.clone(), run.repository.revision.clone());
                superseded.insert(Superseded { repository: name.clone(), kept, left });
            }
            counts
        });
        let mut run = Run::united(runs);
        findings.extend(run.numbered(&mut fixes));
        skipped.extend(run.skipped);
        reduced.extend(run.reduced);
        repositories.push(run.repository);
    }
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::this(),
        summary: summarised(&findings, &skipped, &repositories),
        repositories,
        rules: rules.into_values().collect(),
        groups: findings.iter().collect::<Grouping>().groups(),
        salt,
        findings,
        skipped,
        reduced,
    };
    Ok(Merged { document, superseded })
}

/// Which of two commits is newer. One that nobody told is the oldest; where the dates are the same, the ids decide.
fn age(one: &Option<Revision>, other: &Option<Revision>) -> Ordering {
    let key = |revision: &Option<Revision>| {
        let revision = revision.clone()?;
        Some((revision.date.parse::<Timestamp>().ok(), revision.date, revision.commit))
    };
    key(one).cmp(&key(other))
}

/// What tells findings of a repository apart: the rule and the fingerprint.
type Key = (String, String);

/// What one report, or several, say of a repository.
#[derive(Default)]
struct Run {
    repository: Repository,
    findings: BTreeMap<Key, Vec<Entry>>,
    /// Keys of findings whose fixes go together.
    fixes: Vec<BTreeSet<Key>>,
    skipped: BTreeSet<Skipped>,
    reduced: BTreeSet<Reduced>,
}

/// A finding; the number of its fix's group is taken out, since it means nothing outside of its report.
#[derive(Clone, PartialEq, Eq)]
struct Entry {
    finding: Finding,
    grouped: bool,
}

impl Run {
    /// What a report says of each of its repositories.
    fn all(input: Input) -> BTreeMap<String, Self> {
        let Input { name: given, document } = input;
        let Document { summary, mut repositories, findings, skipped, reduced, .. } = document;
        if let [] | [_] = repositories.as_slice() {
            // What a repository itself says now, the summary of its report said at first.
            let only = repositories.pop().unwrap_or_else(|| Repository {
                files_examined: summary.files_examined,
                complete: summary.complete,
                ..Repository::default()
            });
            repositories.push(Repository {
                bytes_examined: only.bytes_examined.max(summary.bytes_examined),
                hidden: only.hidden.max(summary.hidden),
                skipped: larger(only.skipped, summary.skipped),
                ..only
            });
        }
        let alone = match repositories.as_slice() {
            [only] => only.name.clone().unwrap_or_else(|| given.clone()),
            _ => given.clone(),
        };
        let mut runs: BTreeMap<String, Self> = BTreeMap::new();
        for mut repository in repositories {
            let name = repository.name.get_or_insert_with(|| given.clone()).clone();
            match runs.entry(name) {
                btree_map::Entry::Occupied(mut same) => same.get_mut().joined(repository),
                btree_map::Entry::Vacant(new) => new.insert(Self::default()).repository = repository,
            }
        }
        let name_of = |name: Option<String>| name.unwrap_or_else(|| alone.clone());
        // Of what has a name that no repository has, no more is known.
        let absent = |name: &str| Self {
            repository: Repository { name: Some(name.to_owned()), complete: summary.complete, ..Repository::default() },
            ..Self::default()
        };
        let mut fixes: BTreeMap<(String, usize), BTreeSet<Key>> = BTreeMap::new();
        for mut finding in findings {
            let name = name_of(finding.repository.take());
            let run = runs.entry(name.clone()).or_insert_with(|| absent(&name));
            let key = (finding.rule.clone(), finding.fingerprint.clone());
            let group = finding.fix.as_mut().and_then(|fix| fix.group.take());
            if let Some(number) = group {
                fixes.entry((name.clone(), number)).or_default().insert(key.clone());
            }
            finding.repository = Some(name);
            run.findings.entry(key).or_default().push(Entry { finding, grouped: group.is_some() });
        }
        for mut entry in skipped {
            let name = name_of(entry.repository.take());
            let run = runs.entry(name.clone()).or_insert_with(|| absent(&name));
            entry.repository = Some(name);
            run.skipped.insert(entry);
        }
        for mut entry in reduced {
            let name = name_of(entry.repository.take());
            let run = runs.entry(name.clone()).or_insert_with(|| absent(&name));
            entry.repository = Some(name);
            run.reduced.insert(entry);
        }
        for ((name, _), keys) in fixes {
            runs.entry(name).or_default().fixes.push(keys);
        }
        runs
    }

    /// All that runs at one commit say.
    fn united(runs: Vec<Self>) -> Self {
        let mut runs = runs.into_iter();
        let mut all = runs.next().unwrap_or_default();
        all.findings.values_mut().for_each(|entries| entries.sort_by(Entry::order));
        for run in runs {
            all.joined(run.repository);
            all.fixes.extend(run.fixes);
            all.skipped.extend(run.skipped);
            all.reduced.extend(run.reduced);
            for (key, mut entries) in run.findings {
                entries.sort_by(Entry::order);
                match all.findings.entry(key) {
                    btree_map::Entry::Vacant(new) => drop(new.insert(entries)),
                    btree_map::Entry::Occupied(mut known) if preferred(known.get(), &entries).is_lt() => {
                        known.insert(entries);
                    }
                    btree_map::Entry::Occupied(_) => (),
                }
            }
        }
        let mut listed: BTreeMap<String, u64> = BTreeMap::new();
        for entry in &all.skipped {
            *listed.entry(entry.reason.clone()).or_default() += 1;
        }
        all.repository.skipped = larger(std::mem::take(&mut all.repository.skipped), listed);
        if let Some(history) = &mut all.repository.history {
            history.notes.sort();
            history.notes.dedup();
        }
        all
    }

    /// Takes in what else is said of the repository.
    fn joined(&mut self, other: Repository) {
        let own = std::mem::take(&mut self.repository);
        self.repository = Repository {
            name: own.name,
            revision: std::cmp::max_by(own.revision, other.revision, age),
            files_examined: own.files_examined.max(other.files_examined),
            bytes_examined: own.bytes_examined.max(other.bytes_examined),
            skipped: larger(own.skipped, other.skipped),
            hidden: own.hidden.max(other.hidden),
            complete: own.complete && other.complete,
            failure: own.failure.max(other.failure),
            baseline: own.baseline.max(other.baseline),
            history: match (own.history, other.history) {
                (Some(one), Some(other)) => Some(HistoryExamined {
                    blobs: one.blobs.max(other.blobs),
                    commits: one.commits.max(other.commits),
                    notes: one.notes.into_iter().chain(other.notes).collect(),
                }),
                (one, other) => one.or(other),
            },
        };
    }

    /// Takes the findings out, in order, their fixes numbered anew from `next` on.
    fn numbered(&mut self, next: &mut usize) -> Vec<Finding> {
        let parts = together(&self.fixes);
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        let mut entries: Vec<(Option<usize>, Entry)> = Vec::new();
        for (key, of) in std::mem::take(&mut self.findings) {
            let part = parts.get(&key).copied();
            entries.extend(of.into_iter().map(|entry| (part.filter(|_| entry.grouped), entry)));
        }
        entries.sort_by(|(_, one), (_, other)| one.order(other));
        let of = |(part, Entry { mut finding, .. }): (Option<usize>, Entry)| {
            if let (Some(fix), Some(part)) = (&mut finding.fix, part) {
                fix.group = Some(*numbers.entry(part).or_insert_with(|| {
                    *next += 1;
                    *next - 1
                }));
            }
            finding
        };
        entries.into_iter().map(of).collect()
    }
}

impl Entry {
    /// The order of a report: by place, what stands in the history only last. No two are equal that are not the same.
    fn order(&self, other: &Self) -> Ordering {
        let gone = |entry: &Self| entry.finding.history.as_ref().is_some_and(|history| !history.in_tip);
        let place = |entry: &'_ Self| (entry.finding.place.start.byte, entry.finding.place.end.byte);
        let (one, two) = (&self.finding, &other.finding);
        gone(self)
            .cmp(&gone(other))
            .then_with(|| one.place.path.cmp(&two.place.path))
            .then_with(|| place(self).cmp(&place(other)))
            .then_with(|| one.rule.cmp(&two.rule))
            .then_with(|| if self == other { Ordering::Equal } else { self.said().cmp(&other.said()) })
    }

    fn said(&self) -> (bool, String) {
        (self.grouped, serde_json::to_string(&self.finding).unwrap_or_default())
    }
}

/// Which of two lists of findings with the same fingerprint is kept: the greater.
fn preferred(one: &[Entry], other: &[Entry]) -> Ordering {
    let count = |entries: &[Entry], which: fn(&Entry) -> bool| entries.iter().filter(|entry| which(entry)).count();
    let open = |entry: &Entry| entry.finding.state == State::Open;
    let dated = |entry: &Entry| entry.finding.history.is_some();
    let key = |entries: &[Entry]| (count(entries, open), entries.len(), count(entries, dated));
    let said = |entries: &[Entry]| entries.iter().map(Entry::said).collect::<Vec<_>>();
    key(one).cmp(&key(other)).then_with(|| if one == other { Ordering::Equal } else { said(one).cmp(&said(other)) })
}

/// The larger number of each name.
fn larger(mut one: BTreeMap<String, u64>, other: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    for (name, n) in other {
        let known = one.entry(name).or_default();
        *known = n.max(*known);
    }
    one
}

/// The part that each key belongs to, where sets that share a key are one part.
fn together(sets: &[BTreeSet<Key>]) -> BTreeMap<&Key, usize> {
    let mut parts: Vec<usize> = (0..sets.len()).collect();
    let mut of: BTreeMap<&Key, usize> = BTreeMap::new();
    fn root(parts: &mut [usize], mut part: usize) -> usize {
        while parts[part] != part {
            parts[part] = parts[parts[part]];
            part = parts[part];
        }
        part
    }
    for (number, set) in sets.iter().enumerate() {
        for key in set {
            let other = *of.entry(key).or_insert(number);
            let (one, other) = (root(&mut parts, number), root(&mut parts, other));
            parts[one.max(other)] = one.min(other);
        }
    }
    for part in of.values_mut() {
        *part = root(&mut parts, *part);
    }
    of
}
