//! Fixes that stand or fall together.
//!
//! Owns what fixes share: a constant whose value changes, a variable that is renamed, an import, a definition that is
//! left without a reader. The decision to know: logins that take their key from the same place are one group, which is
//! applied whole or not at all, and each fix of it holds all the edits.

use std::collections::BTreeSet;

use super::files::Files;
use super::token::Token;
use super::{dead, idiom, planned, rename, settings};
use crate::facts::Carrier;
use crate::finding::{Applicability, Around, Edit, Finding, Fix, Label};
use crate::lang;
use crate::matcher::Use;

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
        edits.extend(moved.edits);
        sort(&mut edits);
        if overlap(&edits) {
            continue;
        }
        around.settings.extend(moved.settings);
        around.kept.extend(moved.kept);
        // What a document tells people to do does not hold back what programs do.
        let code = |member: &&Member<'_>| member.found.carrier == Carrier::Code;
        let deciding: Vec<&Member<'_>> = members.iter().filter(code).collect();
        let applicability = deciding.iter().map(|member| member.fix.applicability).max();
        let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
        for member in members {
            let mut fix = Fix { edits: edits.clone(), group: Some(group), ..member.fix };
            fix.applicability = applicability.unwrap_or(Applicability::Unsafe);
            if !missing.is_empty() {
                fix.title.push_str(&format!(" (with {missing})"));
                fix.applicability = fix.applicability.max(Applicability::Unsafe);
            }
            findings[member.finding].fix = Some(fix);
        }
        covered(&edits, group, applicability.unwrap_or(Applicability::Unsafe), findings);
    }
    around.settings.sort_by_key(|setting| (setting.file, setting.span));
    around.settings.dedup();
    around
}

/// Gives the same fix to other findings whose place the group changes: the key itself, where it is written down, and what
/// only hands the pair on.
fn covered(edits: &[Edit], group: usize, applicability: Applicability, findings: &mut [Finding]) {
    let changes = |label: &Label| edits.iter().any(|edit| edit.file == label.file && edit.span.contains(label.span));
    let mended = |finding: &&mut Finding| {
        finding.fix.as_ref().is_none_or(|fix| fix.group.is_none()) && changes(&finding.primary)
    };
    for finding in findings.iter_mut().filter(mended) {
        finding.fix = Some(Fix {
            title: "remove it together with the login that uses it".to_owned(),
            applicability,
            edits: edits.to_vec(),
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

/// Members that share a variable of the key or an edit, in the order of their first one.
fn grouped(members: Vec<Member<'_>>) -> Vec<Vec<Member<'_>>> {
    let mut groups: Vec<Vec<Member<'_>>> = Vec::new();
    for member in members {
        let (mut joined, mut apart) = (Vec::new(), Vec::new());
        for group in groups {
            if group.iter().any(|other| related(other, &member)) { joined.push(group) } else { apart.push(group) }
        }
        let mut joined: Vec<Member<'_>> = joined.into_iter().flatten().collect();
        joined.push(member);
        apart.push(joined);
        groups = apart;
    }
    groups.sort_by_key(|group| group.iter().map(|member| member.finding).min());
    groups
}

fn related(a: &Member<'_>, b: &Member<'_>) -> bool {
    let (ours, theirs) = (edits_of(std::slice::from_ref(a)), edits_of(std::slice::from_ref(b)));
    let touch = |a: &Edit, b: &Edit| a.file == b.file && (a.span.overlaps(b.span) || a.span == b.span);
    !a.token.keys.is_disjoint(&b.token.keys) || ours.iter().any(|a| theirs.iter().any(|b| touch(a, b)))
}

/// In order, each edit once.
fn sort(edits: &mut Vec<Edit>) {
    edits.sort_by(|a, b| (a.file, a.span, &a.text).cmp(&(b.file, b.span, &b.text)));
    edits.dedup();
}

fn overlap(edits: &[Edit]) -> bool {
    edits.windows(2).any(|pair| pair[0].file == pair[1].file && pair[0].span.end > pair[1].span.start)
}
