//! What makes a finding the same one in the next run.
//!
//! Owns [`Identity`] and the printed fingerprint made of it. It knows no rule and no format. The decision to know: an
//! identity is a digest of the rule and of what was found, never of a position. What was found is the secret, where its
//! structure carries too much chance to be guessed; else it is the text around the place with all that is masked left
//! out, so that no weak value is ever digested. So a moved or re-indented line keeps its identity, and a changed secret
//! gets a new one.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::source::{RelPath, Source};
use crate::span::Span;

/// Separate the uses of the digest from each other and from any other.
const IDENTITY: &[u8] = b"dekey identity v1";
const FINGERPRINT: &[u8] = b"dekey finding v2";
const SECRET: &[u8] = b"dekey secret v1";
const SALT: &[u8] = b"dekey salt v1";

/// Bytes of the line before and after a place that are looked at: a file may be one line.
const AROUND: usize = 256;
/// Bits of chance from which a value is not found by guessing.
const STRONG: f64 = 80.0;
/// Bytes of a digest that are written down: 80 bits.
const SHORT: usize = 10;

/// What is the same of a finding when its file is moved or renamed. It can be compared, and not be printed.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    /// That of a finding of `rule` at `span`. `hidden` is what is masked in the file, in order and apart; `secret` is
    /// the value that was found, where its structure proves it.
    #[must_use]
    pub fn new(rule: &str, source: &Source, span: Span, hidden: &[Span], secret: Option<&[u8]>) -> Self {
        let matter = match secret.filter(|secret| is_strong(secret)) {
            Some(secret) => secret.to_vec(),
            None => around(&source.text, span.start, hidden),
        };
        Self(digest(IDENTITY, &[rule.as_bytes(), &matter]))
    }

    /// That of a finding of `rule` about a secret, wherever it stands.
    #[must_use]
    pub fn of_secret(rule: &str, secret: &Secret) -> Self {
        Self(digest(IDENTITY, &[rule.as_bytes(), SECRET, &secret.0]))
    }

    /// That of a finding whose text at `span` says all, without the line around it.
    #[must_use]
    pub fn of_words(rule: &str, source: &Source, span: Span, hidden: &[Span]) -> Self {
        let end = span.end.min(source.text.len());
        let start = span.start.min(end);
        let matter = seen(&source.text, Span::new(start, end.min(start.saturating_add(2 * AROUND))), hidden);
        Self(digest(IDENTITY, &[rule.as_bytes(), &matter]))
    }

    /// Twenty hexadecimal digits that are the same in every run: for what is printed.
    #[must_use]
    pub fn fingerprint(&self, path: &RelPath) -> String {
        hex(&digest(FINGERPRINT, &[&self.0, path.as_bytes()])[..SHORT])
    }

    /// Twenty hexadecimal digits that mean nothing without `salt`.
    #[must_use]
    pub fn salted(&self, salt: &[u8], rule: &str) -> String {
        hex(&digest(salt, &[rule.as_bytes(), &self.0])[..SHORT])
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// A secret that is beyond guessing, as it can be compared and not be printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret([u8; 32]);

impl Secret {
    /// That of a value of proven structure; none where it could be guessed.
    #[must_use]
    pub fn of(value: &[u8]) -> Option<Self> {
        is_strong(value).then(|| Self(digest(SECRET, &[value])))
    }

    /// Twenty hexadecimal digits that are the same wherever the secret stands, and mean nothing without `salt`.
    #[must_use]
    pub fn salted(&self, salt: &Salt) -> String {
        hex(&digest(&salt.0, &[SECRET, &self.0])[..SHORT])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What only those have who may compare the reports of several runs. It can be used, and not be printed. Without one,
/// digests are the same for everybody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Salt(Vec<u8>);

impl Salt {
    /// The fewest bytes that make a salt.
    pub const MIN: usize = 16;

    /// A salt of these bytes; none where they are too few.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= Self::MIN).then(|| Self(bytes.to_vec()))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Eight hexadecimal digits that tell it from others and nothing about it; none where there is no salt.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        (!self.is_empty()).then(|| hex(&digest(&self.0, &[SALT])[..4]))
    }

    /// The fingerprint that takes the place of one that everybody can make.
    #[must_use]
    pub fn fingerprint(&self, fingerprint: &str) -> String {
        hex(&digest(&self.0, &[FINGERPRINT, fingerprint.as_bytes()])[..SHORT])
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// Eight hexadecimal digits that are the same wherever a secret of proven shape stands.
#[must_use]
pub fn of_secret(secret: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET) else { return String::new() };
    mac.update(secret);
    hex(&mac.finalize().into_bytes()[..4])
}

/// Whether a value of proven structure is beyond guessing: its own characters are counted, so that a dummy is not.
fn is_strong(secret: &[u8]) -> bool {
    let mut counts = [0_u32; 256];
    for byte in secret {
        counts[usize::from(*byte)] += 1;
    }
    let whole = secret.len() as f64;
    let bits = counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) * (whole / f64::from(*n)).log2());
    bits.sum::<f64>() >= STRONG
}

/// The line around `at`, at most [`AROUND`] bytes to both sides, as it may be digested.
fn around(text: &[u8], at: usize, hidden: &[Span]) -> Vec<u8> {
    let at = at.min(text.len());
    let (from, to) = (at.saturating_sub(AROUND), at.saturating_add(AROUND).min(text.len()));
    let start = memchr::memrchr2(b'\n', b'\r', &text[from..at]).map_or(from, |found| from + found + 1);
    let end = memchr::memchr2(b'\n', b'\r', &text[at..to]).map_or(to, |found| at + found);
    seen(text, Span::new(start, end), hidden)
}

/// The text at `span`, each hidden place as one `*`, each run of white space as one blank.
fn seen(text: &[u8], span: Span, hidden: &[Span]) -> Vec<u8> {
    let Span { start, end } = span;
    let mut out = Vec::with_capacity(end - start);
    let mut hidden = hidden[hidden.partition_point(|span| span.end <= start)..].iter().peekable();
    for (offset, byte) in (start..end).zip(&text[start..end]) {
        hidden.next_if(|span| span.end <= offset);
        let masked = hidden.peek().is_some_and(|span| span.start <= offset);
        match byte {
            _ if masked && out.last() == Some(&b'*') => (),
            _ if masked => out.push(b'*'),
            byte if byte.is_ascii_whitespace() && out.last().is_none_or(|last| *last == b' ') => (),
            byte if byte.is_ascii_whitespace() => out.push(b' '),
            byte => out.push(*byte),
        }
    }
    out.truncate(out.trim_ascii_end().len());
    out
}

/// A keyed digest of `parts`, each told from its neighbours by its length.
fn digest(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_around(text: &str, at: &str, hidden: &[Span]) -> String {
        String::from_utf8(around(text.as_bytes(), text.find(at).unwrap(), hidden)).unwrap()
    }

    #[test]
    fn the_line_is_seen_without_its_indentation_and_secrets() {
        let text = "one\n\t  login( 'me',\t\t'pass word' )  \r\ntwo";
        let secret = text.find("pass").unwrap();
        let hidden = [Span::new(0, 3), Span::new(secret, secret + 9), Span::new(text.len() - 3, text.len())];
        assert_eq!(text_around(text, "login", &hidden), "login( 'me', '*' )");
        assert_eq!(text_around(text, "login", &[]), "login( 'me', 'pass word' )");
        assert_eq!(text_around("", "", &[]), "");
        assert_eq!(around(b"x", 9, &[]), b"x");
    }

    #[test]
    fn of_a_long_line_only_what_is_near_is_seen() {
        let text = format!("{}x = login(){}", "a".repeat(4000), "b".repeat(4000));
        let hidden = [Span::new(0, 3900), Span::new(4011, text.len())];
        assert_eq!(text_around(&text, "x = ", &hidden), format!("*{}x = login()*", "a".repeat(100)));
        assert_eq!(around(text.as_bytes(), 4000, &[]).len(), 2 * AROUND);
    }

    #[test]
    fn only_what_cannot_be_guessed_is_digested() {
        let random = hex(&digest(b"", &[b"key"]))[..40].to_owned();
        assert!(is_strong(random.as_bytes()));
        for weak in ["", "hunter2", "correct horse", &"a".repeat(4000)] {
            assert!(!is_strong(weak.as_bytes()), "{weak}");
        }
    }

    #[test]
    fn rule_secret_and_text_count_and_the_path_only_in_the_fingerprint() {
        let source = |path: &str, text: &str| Source::from_bytes(path.into(), text.as_bytes().to_vec(), false);
        let of = |rule: &str, text: &str, secret: Option<&[u8]>| {
            Identity::new(rule, &source("a", text), Span::new(2, 4), &[], secret)
        };
        let strong = hex(&digest(b"", &[b"a"]));
        let first = of("v/a", "ab(c)", None);
        assert_eq!(first, of("v/a", "  ab(c)", None));
        assert_ne!(first, of("v/b", "ab(c)", None));
        assert_ne!(first, of("v/a", "ab(d)", None));
        assert_eq!(of("v/a", "ab(d)", Some(b"weak")), of("v/a", "ab(d)", None));
        assert_eq!(of("v/a", "ab(d)", Some(strong.as_bytes())), of("v/a", "x", Some(strong.as_bytes())));
        assert_ne!(first.fingerprint(&"a".into()), first.fingerprint(&"b".into()));
        assert_ne!(first.salted(b"one", "v/a"), first.salted(b"two", "v/a"));
        assert_eq!(first.salted(b"one", "v/a").len(), 20);
        assert_eq!(format!("{first:?}"), "Identity(..)");
    }

    #[test]
    fn a_salt_changes_every_digest_and_shows_in_none() {
        let [one, other] = [[1; Salt::MIN], [2; Salt::MIN]].map(|bytes| Salt::new(&bytes).unwrap());
        let secret = Secret::of(hex(&digest(b"", &[b"a"])).as_bytes()).unwrap();
        for digests in [
            [Salt::default(), one.clone(), other.clone()].map(|salt| secret.salted(&salt)),
            [Salt::default(), one.clone(), other.clone()].map(|salt| salt.fingerprint("ab")),
            [Some("none".to_owned()), one.id(), other.id()].map(Option::unwrap),
        ] {
            assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2], "{digests:?}");
        }
        assert_eq!(Salt::new(&[1; Salt::MIN - 1]), None);
        assert_eq!((Salt::default().id(), format!("{one:?}")), (None, "Salt(..)".to_owned()));
    }
}
