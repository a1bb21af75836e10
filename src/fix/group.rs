//! Fixes that stand or fall together.
//!
//! Owns what fixes share: a constant whose value changes, a variable that is renamed, an import, a definition that is
//! left without a reader. The decision to know: logins that take their key from the same place are one group, which is
//! applied whole or not at all; each fix of it holds its own edits, and the first one what they share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::files::Files;
use super::spans::Places;
use super::token::Token;
use super::{dead, idiom, planned, reads, rename, settings};
use crate::facts::Carrier;
use crate::finding::{Applicability, Around, Edit, Finding, Fix, Label};
use crate::lang;
use crate::matcher::Use;
use crate::span::Span;

/// A login with its fix.
pub(super) struct Member<'m> {
    /// Index of its finding.
    pub(super) finding: usize,
    /// Its file.
    pub(super) file: usize,
    pub(super) found: &'m Use<'m>,
    /// What its construct asks for.
    pub(super) fix: Fix,
    /// What takes the key's place.
    pub(super) token: Token,
}

/// Gives the findings of `members` their fixes, grouped and completed. Returns what is left to people around them.
pub(super) fn complete(files: &Files<'_, '_, '_>, members: Vec<Member<'_>>, findings: &mut [Finding]) -> Around {
    let (mut around, mut groups) = (Around::default(), Vec::new());
    for mut members in grouped(members) {
        let group = groups.len();
        let keys: BTreeSet<String> = members.iter().flat_map(|member| member.token.keys.iter().cloned()).collect();
        let others = others(files, &members);
        let mut edits = renamed(files, &mut members, &others, &keys);
        let mut more = dead::definitions(files, &edits, &keys);
        let gone = Places::new(&more);
        edits.retain(|edit| !gone.hold(edit.file, edit.span));
        let mut missing = BTreeSet::new();
        let touched: BTreeSet<(usize, &str)> =
            members.iter().map(|member| (member.file, member.found.language)).collect();
        for (file, language) in touched {
            let Some(language) = lang::by_name(language) else { continue };
            let added: String = edits.iter().filter(|edit| edit.file == file).map(|edit| edit.text.as_str()).collect();
            match idiom::import(files, file, language, &added) {
                Ok(import) => more.extend(import),
                Err(statement) => _ = missing.insert(statement),
            }
        }
        edits.extend(more);
        sort(&mut edits);
        let ids = members.iter().flat_map(|member| member.token.ids.iter().cloned()).collect();
        let moved = settings::moved_in(files, &keys, &ids, files.project.variable, &edits);
        let mut all: Vec<Edit> = edits.iter().cloned().chain(moved.edits).collect();
        sort(&mut all);
        if !overlap(&all) {
            edits = all;
            around.settings.extend(moved.settings);
            around.kept.extend(moved.kept);
        } else if overlap(&edits) {
            continue;
        }
        // What a document tells people to do does not hold back what programs do.
        let code = |member: &&Member<'_>| member.found.carrier == Carrier::Code;
        let deciding: Vec<&Member<'_>> = members.iter().filter(code).collect();
        let applicability = deciding.iter().map(|member| member.fix.applicability).max();
        let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
        let applicability = match missing.is_empty() {
            true => applicability.unwrap_or(Applicability::Unsafe),
            false => Applicability::Unsafe,
        };
        let mut left: BTreeSet<&Edit> = edits.iter().collect();
        let own: Vec<Vec<Edit>> = members
            .iter()
            .map(|member| member.fix.edits.iter().filter(|edit| left.remove(edit)).cloned().collect())
            .collect();
        let mut shared: Vec<Edit> = left.into_iter().cloned().collect();
        for (member, mut own) in members.into_iter().zip(own) {
            own.append(&mut shared);
            sort(&mut own);
            let mut fix = Fix { edits: own, group: Some(group), applicability, ..member.fix };
            if !missing.is_empty() {
                fix.title.push_str(&format!(" (with {missing})"));
            }
            findings[member.finding].fix = Some(fix);
        }
        groups.push((edits, applicability));
    }
    covered(&groups, findings);
    around.settings.sort_by_key(|setting| (setting.file, setting.span));
    around.settings.dedup();
    around
}

/// An edit of a group.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    span: Span,
    group: usize,
    at: usize,
    /// How far it and those before it reach.
    reach: usize,
}

/// Gives the fix of the first group that changes their place to other findings: the key itself, where it is written down,
/// and what only hands the pair on.
fn covered(groups: &[(Vec<Edit>, Applicability)], findings: &mut [Finding]) {
    let mut changes: HashMap<usize, Vec<Change>> = HashMap::new();
    for (group, (edits, _)) in groups.iter().enumerate() {
        for (at, edit) in edits.iter().enumerate() {
            let change = Change { span: edit.span, group, at, reach: edit.span.end };
            changes.entry(edit.file).or_default().push(change);
        }
    }
    for changes in changes.values_mut() {
        changes.sort_unstable();
        let mut reach = 0;
        for change in changes {
            reach = change.reach.max(reach);
            change.reach = reach;
        }
    }
    let alone = |finding: &&mut Finding| finding.fix.as_ref().is_none_or(|fix| fix.group.is_none());
    for finding in findings.iter_mut().filter(alone) {
        let Label { file, span, .. } = finding.primary;
        let Some(changes) = changes.get(&file) else { continue };
        let before = &changes[..changes.partition_point(|change| change.span.start <= span.start)];
        let near = before.iter().rev().take_while(|change| change.reach >= span.end);
        let holding = near.filter(|change| change.span.contains(span)).map(|change| (change.group, change.at));
        let Some((group, at)) = holding.min() else { continue };
        let (edits, applicability) = &groups[group];
        finding.fix = Some(Fix {
            title: "remove it together with the login that uses it".to_owned(),
            applicability: *applicability,
            edits: vec![edits[at].clone()],
            group: Some(group),
        });
    }
}

/// What reads the keys of these logins beside them.
fn others(files: &Files<'_, '_, '_>, members: &[Member<'_>]) -> Vec<Edit> {
    let mut keys: BTreeMap<(usize, &str), BTreeSet<String>> = BTreeMap::new();
    for member in members {
        let known = keys.entry((member.file, member.found.language)).or_default();
        known.extend(member.token.keys.iter().cloned());
    }
    keys.iter().flat_map(|((file, language), keys)| reads::others(files, *file, language, keys)).collect()
}

/// The edits of a group, with names that say what they hold from now on.
fn renamed(
    files: &Files<'_, '_, '_>,
    members: &mut [Member<'_>],
    others: &[Edit],
    keys: &BTreeSet<String>,
) -> Vec<Edit> {
    let names: BTreeSet<(usize, String)> =
        members.iter().map(|member| (member.file, member.token.text.clone())).collect();
    let (mut edits, mut added) = (edits_of(members, others), Vec::new());
    for (file, name) in names {
        let Some(renaming) = rename::of(files, file, &name, &edits, keys) else { continue };
        let plan = |member: &Member<'_>| planned(files.project, file, member.found, Some(&renaming.to), false);
        let uses = |member: &&mut Member<'_>| member.file == file && member.token.text == name;
        let fixes: Vec<Option<Fix>> = members.iter_mut().filter(uses).map(|member| plan(member)).collect();
        if fixes.iter().all(|fix| fix.as_ref().is_some_and(|fix| !fix.edits.is_empty())) {
            for (member, fix) in members.iter_mut().filter(uses).zip(fixes.into_iter().flatten()) {
                member.fix = fix;
            }
            added.extend(renaming.edits);
            edits = edits_of(members, others);
        }
    }
    edits.extend(added);
    sort(&mut edits);
    edits
}

/// All edits of the members, and `others`. What changes elsewhere for one of them may be part of what another one replaces.
fn edits_of(members: &[Member<'_>], others: &[Edit]) -> Vec<Edit> {
    let logins = members.iter().flat_map(|member| &member.fix.edits);
    let places = Places::new(logins.clone());
    let elsewhere = members.iter().flat_map(|member| &member.token.edits).chain(others);
    let mut edits: Vec<Edit> =
        logins.chain(elsewhere.filter(|edit| !places.overlap(edit.file, edit.span))).cloned().collect();
    sort(&mut edits);
    edits
}

/// Members that share a variable of the key or a place that changes elsewhere, in the order of their first one.
fn grouped(members: Vec<Member<'_>>) -> Vec<Vec<Member<'_>>> {
    let mut first_of: Vec<usize> = (0..members.len()).collect();
    let mut keys: HashMap<&str, usize> = HashMap::new();
    let mut places: HashMap<(usize, Span), usize> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        let named = member.token.keys.iter().map(|key| *keys.entry(key).or_insert(at));
        let placed = member.token.edits.iter().map(|edit| *places.entry((edit.file, edit.span)).or_insert(at));
        for other in named.chain(placed) {
            let (one, other) = (first(&mut first_of, at), first(&mut first_of, other));
            first_of[one.max(other)] = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, Vec<Member<'_>>> = BTreeMap::new();
    for (at, member) in members.into_iter().enumerate() {
        groups.entry(first(&mut first_of, at)).or_default().push(member);
    }
    groups.into_values().collect()
}

/// The earliest member of `at`'s group, so far; each member leads to an earlier one of its group, or is it.
fn first(first_of: &mut [usize], mut at: usize) -> usize {
    while first_of[at] != at {
        first_of[at] = first_of[first_of[at]];
        at = first_of[at];
    }
    at
}

/// In order, each edit once.
fn sort(edits: &mut Vec<Edit>) {
    edits.sort_by(|a, b| (a.file, a.span, &a.text).cmp(&(b.file, b.span, &b.text)));
    edits.dedup();
}

fn overlap(edits: &[Edit]) -> bool {
    edits.windows(2).any(|pair| pair[0].file == pair[1].file && pair[0].span.end > pair[1].span.start)
}
