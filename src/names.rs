//! Names that people type: rule ids and keys.
//!
//! Owns what a name stands for and what was probably meant. It knows no rule.

/// At most this many suggestions.
const SUGGESTED: usize = 3;
/// How alike two names must be, from 0 to 1, to be suggested.
const ALIKE: f64 = 0.5;
/// Names longer than this are not compared.
const LONGEST: usize = 100;

/// The rule that `name` stands for: its id, or its id without the vendor's prefix.
///
/// # Errors
///
/// The nearest ids, best first, when no rule or more than one is meant.
pub fn rule<'a>(name: &str, ids: &[&'a str]) -> Result<&'a str, Vec<&'a str>> {
    if let Some(id) = ids.iter().find(|id| **id == name) {
        return Ok(id);
    }
    let meant: Vec<&str> = ids.iter().copied().filter(|id| short(id) == name).collect();
    match meant[..] {
        [id] => Ok(id),
        [] => Err(nearest(name, ids)),
        _ => Err(meant),
    }
}

/// The candidates most like `name`, best first; with or without a vendor's prefix.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Vec<&'a str> {
    if name.len() > LONGEST {
        return Vec::new();
    }
    let name = name.to_lowercase();
    let likeness = |candidate: &str| {
        let whole = strsim::normalized_damerau_levenshtein(&name, candidate);
        whole.max(strsim::normalized_damerau_levenshtein(short(&name), short(candidate)))
    };
    let mut found: Vec<(f64, &str)> = candidates
        .iter()
        .map(|candidate| (likeness(candidate), *candidate))
        .filter(|(like, _)| *like >= ALIKE)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.into_iter().take(SUGGESTED).map(|(_, candidate)| candidate).collect()
}

/// `did you mean …?`, empty when nothing is near.
#[must_use]
pub fn did_you_mean(nearest: &[&str]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!("did you mean `{one}`?"),
        [rest @ .., last] => {
            let rest: Vec<_> = rest.iter().map(|name| format!("`{name}`")).collect();
            format!("did you mean {} or `{last}`?", rest.join(", "))
        }
    }
}

fn short(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &[&str] = &["a/hardcoded-api-key", "a/hardcoded-access-token", "a/outdated-sdk", "b/outdated-sdk"];

    #[test]
    fn the_prefix_may_be_left_out_where_one_rule_is_meant() {
        assert_eq!(rule("a/hardcoded-api-key", IDS), Ok("a/hardcoded-api-key"));
        assert_eq!(rule("hardcoded-api-key", IDS), Ok("a/hardcoded-api-key"));
        assert_eq!(rule("outdated-sdk", IDS), Err(vec!["a/outdated-sdk", "b/outdated-sdk"]));
    }

    #[test]
    fn the_nearest_comes_first() {
        assert_eq!(rule("hardcoded-apikey", IDS).unwrap_err()[0], "a/hardcoded-api-key");
        assert_eq!(rule("A/Hardcoded-Access-Tokens", IDS).unwrap_err()[0], "a/hardcoded-access-token");
        assert_eq!(rule("unrelated", IDS), Err(Vec::new()));
        assert_eq!(rule(&"x".repeat(1_000_000), IDS), Err(Vec::new()));
    }

    #[test]
    fn suggestions_read_as_a_question() {
        assert_eq!(did_you_mean(&["a"]), "did you mean `a`?");
        assert_eq!(did_you_mean(&["a", "b", "c"]), "did you mean `a`, `b` or `c`?");
        assert_eq!(did_you_mean(&[]), "");
    }
}
