//! Mistakes in files the user wrote: the configuration, a pack.
//!
//! Owns the shape of such a mistake: where it stands, what it is, the way out. The decision to know: it is shown in the
//! logs of build servers, and files that hold a configuration (`package.json`) hold other things beside it. No rule has
//! looked at them, so whatever could be a credential by its look is masked, in what is quoted of the file too.

use crate::redact::Masked;
use crate::source::{RelPath, Source};
use crate::span::Span;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the file, if in one place.
    pub span: Option<Span>,
    /// What it is: lower-case start, no final period.
    pub message: String,
    /// The way out; may be empty.
    pub help: String,
}

/// A file that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The file.
    pub file: Masked,
    /// Its mistakes, at least one, in order.
    pub problems: Vec<Problem>,
}

impl Refused {
    /// `bytes` of the file at `path` with its mistakes.
    #[must_use]
    pub fn new(path: RelPath, bytes: Vec<u8>, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span);
        for problem in &mut problems {
            problem.message = masked(std::mem::take(&mut problem.message));
            problem.help = masked(std::mem::take(&mut problem.help));
        }
        let source = Source::from_bytes(path, bytes, true);
        let secrets = opaque(&source.text);
        Self { file: Masked::new(source, &secrets), problems }
    }
}

/// Characters from which a word may be a credential, where it has digits.
const LONG: usize = 20;
/// Digits without which it is a word that people write: the id of a rule, a path.
const DIGITS: usize = 3;

/// Words that no person would write: long, of the letters of base64, of percent signs and of identifiers, with digits.
fn opaque(text: &[u8]) -> Vec<Span> {
    let mut start = 0;
    let mut found = Vec::new();
    for word in text.split_inclusive(|byte| !byte.is_ascii_alphanumeric() && !b"+/=_-%".contains(byte)) {
        if word.len() >= LONG && word.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS {
            let last = word.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/=_-%".contains(byte));
            found.push(Span::new(start, start + word.len() - usize::from(!last)));
        }
        start += word.len();
    }
    found
}

/// A sentence without such words.
fn masked(text: String) -> String {
    let secrets = opaque(text.as_bytes());
    let source = Source::from_bytes(RelPath::from(""), text.into_bytes(), true);
    String::from_utf8_lossy(Masked::new(source, &secrets).text()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_credential_is_not_quoted() {
        let key = "0123456789abcdef".repeat(2);
        let problem = Problem { span: None, message: format!("unknown key `{key}`"), help: format!("not {key}") };
        let text = format!("{key} = '{key}'\nselect = ['access-token-in-public-integration']\nü{key}");
        let refused = Refused::new("a.toml".into(), text.into_bytes(), vec![problem]);
        let hidden = format!("0123{}", "*".repeat(28));
        assert_eq!(refused.problems[0].message, format!("unknown key `{hidden}`"));
        assert_eq!(refused.problems[0].help, format!("not {hidden}"));
        let shown = format!("{hidden} = '{hidden}'\nselect = ['access-token-in-public-integration']\nü{hidden}");
        assert_eq!(String::from_utf8_lossy(refused.file.text()), shown);
    }
}
