//! Fixes that stand or fall together.
//!
//! Owns what fixes share: a constant whose value changes, a variable that is renamed, an import, a definition that is
//! left without a reader. The decision to know: logins that take their key from the same place are one group, which is
//! applied whole or not at all; each fix of it holds its own edits, and the first one what they share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::files::Files;
use super::token::Token;
use super::{dead, idiom, planned, rename, settings};
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
    let mut around = Around::default();
    for (group, mut members) in grouped(members).into_iter().enumerate() {
        let keys: BTreeSet<String> = members.iter().flat_map(|member| member.token.keys.iter().cloned()).collect();
        let mut edits = renamed(files, &mut members, &keys);
        let mut more = dead::definitions(files, &edits, &keys);
        edits.retain(|edit| !more.iter().any(|gone| gone.file == edit.file && gone.span.contains(edit.span)));
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
        covered(&edits, group, applicability, findings);
    }
    around.settings.sort_by_key(|setting| (setting.file, setting.span));
    around.settings.dedup();
    around
}

/// Gives the same fix to other findings whose place the group changes: the key itself, where it is written down, and what
/// only hands the pair on.
fn covered(edits: &[Edit], group: usize, applicability: Applicability, findings: &mut [Finding]) {
    let change = |label: &Label| edits.iter().find(|edit| edit.file == label.file && edit.span.contains(label.span));
    let alone = |finding: &&mut Finding| finding.fix.as_ref().is_none_or(|fix| fix.group.is_none());
    for finding in findings.iter_mut().filter(alone) {
        let Some(edit) = change(&finding.primary) else { continue };
        finding.fix = Some(Fix {
            title: "remove it together with the login that uses it".to_owned(),
            applicability,
            edits: vec![edit.clone()],
            group: Some(group),
        });
    }
}

/// The edits of a group, with names that say what they hold from now on.
fn renamed(files: &Files<'_, '_, '_>, members: &mut [Member<'_>], keys: &BTreeSet<String>) -> Vec<Edit> {
    let names: BTreeSet<(usize, String)> =
        members.iter().map(|member| (member.file, member.token.text.clone())).collect();
    let mut added = Vec::new();
    for (file, name) in names {
        let Some(renaming) = rename::of(files, file, &name, &edits_of(members), keys) else { continue };
        let plan = |member: &Member<'_>| planned(files.project, file, member.found, Some(&renaming.to), false);
        let uses = |member: &&mut Member<'_>| member.file == file && member.token.text == name;
        let fixes: Vec<Option<Fix>> = members.iter_mut().filter(uses).map(|member| plan(member)).collect();
        if fixes.iter().all(|fix| fix.as_ref().is_some_and(|fix| !fix.edits.is_empty())) {
            for (member, fix) in members.iter_mut().filter(uses).zip(fixes.into_iter().flatten()) {
                member.fix = fix;
            }
            added.extend(renaming.edits);
        }
    }
    let mut edits = edits_of(members);
    edits.extend(added);
    sort(&mut edits);
    edits
}

/// All edits of the members. What changes elsewhere for one of them may be part of what another one replaces.
fn edits_of(members: &[Member<'_>]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = members.iter().flat_map(|member| &member.fix.edits).cloned().collect();
    sort(&mut edits);
    let logins = edits.len();
    for edit in members.iter().flat_map(|member| &member.token.edits) {
        let apart = |other: &Edit| other.file != edit.file || !other.span.overlaps(edit.span);
        if edits[..logins].iter().all(apart) {
            edits.push(edit.clone());
        }
    }
    sort(&mut edits);
    edits
}

/// Members that share a variable of the key or a place that changes elsewhere, in the order of their first one.
fn grouped(members: Vec<Member<'_>>) -> Vec<Vec<Member<'_>>> {
    let mut group_of: Vec<usize> = Vec::new();
    let mut keys: HashMap<&str, usize> = HashMap::new();
    let mut places: HashMap<(usize, Span), usize> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        let named = member.token.keys.iter().map(|key| *keys.entry(key).or_insert(at));
        let placed = member.token.edits.iter().map(|edit| *places.entry((edit.file, edit.span)).or_insert(at));
        let mut joined: Vec<usize> = named.chain(placed).chain([at]).collect();
        group_of.push(at);
        for other in &mut joined {
            *other = group_of[*other];
        }
        // The earliest of them gives the group its name.
        if let Some(first) = joined.iter().copied().min() {
            group_of.iter_mut().filter(|group| joined.contains(group)).for_each(|group| *group = first);
        }
    }
    let mut groups: BTreeMap<usize, Vec<Member<'_>>> = BTreeMap::new();
    for (member, group) in members.into_iter().zip(group_of) {
        groups.entry(group).or_default().push(member);
    }
    groups.into_values().collect()
}

/// In order, each edit once.
fn sort(edits: &mut Vec<Edit>) {
    edits.sort_by(|a, b| (a.file, a.span, &a.text).cmp(&(b.file, b.span, &b.text)));
    edits.dedup();
}

fn overlap(edits: &[Edit]) -> bool {
    edits.windows(2).any(|pair| pair[0].file == pair[1].file && pair[0].span.end > pair[1].span.start)
}
