//! Fixes that stand or fall together.
//!
//! Owns what fixes share: a constant whose value changes, a variable that is renamed, an import, a definition that is
//! left without a reader. The decision to know: logins that take their key from the same place are one group, which is
//! applied whole or not at all, and each fix of it holds all the edits.

use std::collections::BTreeSet;

use super::files::Files;
use super::token::Token;
use super::{dead, idiom};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::lang;

/// A login with its fix.
pub(super) struct Member {
    /// Index of its finding.
    pub(super) finding: usize,
    /// Its file.
    pub(super) file: usize,
    /// The language it is written in.
    pub(super) language: &'static str,
    pub(super) fix: Fix,
    pub(super) token: Token,
}

/// Gives the findings of `members` their fixes, grouped and completed.
pub(super) fn complete(files: &Files<'_, '_, '_>, members: Vec<Member>, findings: &mut [Finding]) {
    for (group, members) in grouped(members).into_iter().enumerate() {
        let mut edits: Vec<Edit> = Vec::new();
        let mut applicability = Applicability::Safe;
        let mut missing = BTreeSet::new();
        for member in &members {
            applicability = applicability.max(member.fix.applicability);
            edits.extend(member.fix.edits.iter().chain(&member.token.edits).cloned());
        }
        sort(&mut edits);
        let mut more = dead::definitions(files, &edits);
        let mut touched: Vec<(usize, &str)> = members.iter().map(|member| (member.file, member.language)).collect();
        touched.dedup();
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
        if overlap(&edits) {
            continue;
        }
        let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
        for member in members {
            let mut fix = Fix { applicability, edits: edits.clone(), group: Some(group), ..member.fix };
            if !missing.is_empty() {
                fix.title.push_str(&format!(" (with {missing})"));
                fix.applicability = fix.applicability.max(Applicability::Unsafe);
            }
            findings[member.finding].fix = Some(fix);
        }
    }
}

/// Members that share a variable of the key or an edit, in the order of their first one.
fn grouped(members: Vec<Member>) -> Vec<Vec<Member>> {
    let mut groups: Vec<Vec<Member>> = Vec::new();
    for member in members {
        let (mut joined, mut apart) = (Vec::new(), Vec::new());
        for group in groups {
            if group.iter().any(|other| related(other, &member)) { joined.push(group) } else { apart.push(group) }
        }
        let mut joined: Vec<Member> = joined.into_iter().flatten().collect();
        joined.push(member);
        apart.push(joined);
        groups = apart;
    }
    groups.sort_by_key(|group| group.iter().map(|member| member.finding).min());
    groups
}

fn related(a: &Member, b: &Member) -> bool {
    let edits = |member: &Member| member.fix.edits.iter().chain(&member.token.edits).cloned().collect::<Vec<_>>();
    let (ours, theirs) = (edits(a), edits(b));
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
