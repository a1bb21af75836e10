//! Fake credentials for cases: structurally valid, derived from their template's name, never written down.
//!
//! `{{token}}`, `{{token:2}}`, `{{token:eu}}`, `{{token:bare}}` (no padding), `{{token:percent}}`, `{{token64}}` (base64 of
//! it), `{{key}}`, `{{key:2}}`, `{{key:ro}}`, `{{key64}}` (base64 of it), `{{basic}}` (base64 of `abcd1234:` and the key), `{{basic:token}}` (base64 of
//! the token and a colon), `{{body}}` (base64 of an answer with the token), `{{uuid}}`. No secrets are `{{token:zero}}`, `{{key:upper}}` and `{{hash}}` (64 hexadecimal
//! digits). Options combine: `{{token:eu:2}}`. Any other template is left alone, so that a case can hold `{{ token }}` or
//! `{{setting.key}}` as a placeholder of its own.

use std::collections::HashSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regex::Regex;
use sha2::{Digest, Sha256};

static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{\{(token64|token|key64|key|basic|body|uuid|hash)((?::[a-z0-9]+)*)\}\}").expect("it compiles")
});

/// A text with its templates expanded.
#[derive(Clone, Default)]
pub(crate) struct Planted {
    /// The text a scan sees.
    pub(crate) text: String,
    /// Where each template stands in the text with templates, and where in the expanded one; bytes.
    pieces: Vec<[std::ops::Range<usize>; 2]>,
    /// Each value and its template.
    values: Vec<(String, String)>,
    /// What was planted: no output may show it.
    pub(crate) secrets: Vec<String>,
}

impl Planted {
    /// Expands every template.
    pub(crate) fn new(written: &str) -> Self {
        let mut planted = Self::default();
        let mut last = 0;
        for found in TEMPLATE.captures_iter(written) {
            let whole = found.get(0).expect("group 0 is the match");
            planted.text.push_str(&written[last..whole.start()]);
            let (value, secrets) = value(&found[1], found[2].split(':').skip(1).collect());
            let start = planted.text.len();
            planted.text.push_str(&value);
            planted.values.push((value, whole.as_str().to_owned()));
            planted.pieces.push([whole.range(), start..planted.text.len()]);
            planted.secrets.extend(secrets);
            last = whole.end();
        }
        planted.text.push_str(&written[last..]);
        planted
    }

    /// A text with templates again in place of their values.
    pub(crate) fn unplant(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, (value, template)| text.replace(value, template))
    }

    /// The offset in the text with templates. An offset inside an expansion is its template's start, or its end for
    /// the end of a span.
    pub(crate) fn written(&self, offset: usize, end: bool) -> usize {
        let mut shift = 0isize;
        for [template, value] in &self.pieces {
            if offset <= value.start {
                break;
            }
            if offset < value.end {
                return if end { template.end } else { template.start };
            }
            shift = template.end as isize - value.end as isize;
        }
        (offset as isize + shift) as usize
    }
}

/// The value a template stands for, and everything in it that is secret.
fn value(kind: &str, options: Vec<&str>) -> (String, Vec<String>) {
    let number = options.iter().find(|option| option.bytes().all(|byte| byte.is_ascii_digit())).copied().unwrap_or("1");
    let has = |option| options.contains(&option);
    match kind {
        "hash" => (hex(&format!("hash {number}")), Vec::new()),
        "uuid" => secret(uuid(number, '-')),
        "key" if has("upper") => (key("upper").to_uppercase(), Vec::new()),
        "token" if has("zero") => secret(BASE64.encode(format!("tok:{}:1:0", "00000000_0000_0000_0000_000000000000"))),
        "key64" => {
            let (key, whole) = (key(number), BASE64.encode(key(number)));
            (whole.clone(), vec![key, whole])
        }
        "key" => secret(format!("{}{}", if has("ro") { "ro-" } else { "" }, key(number))),
        "basic" if has("token") => twice(&token(number, has("eu")), ":"),
        "basic" => {
            let (key, whole) = (key(number), BASE64.encode(format!("abcd1234:{}", key(number))));
            (whole.clone(), vec![key, whole])
        }
        "body" => {
            let token = token(number, has("eu"));
            let whole =
                BASE64.encode(format!("{{\"token_type\":\"Bearer\",\"access_token\":\"{token}\",\"expires\":null}}"));
            (whole.clone(), vec![token, whole])
        }
        "token64" => twice(&token(number, has("eu")), ""),
        _ => {
            let token = token(number, has("eu"));
            let shown = match () {
                () if has("bare") => token.trim_end_matches('=').to_owned(),
                () if has("percent") => token.replace('=', "%3D"),
                () => token.clone(),
            };
            (shown, vec![token])
        }
    }
}

fn secret(value: String) -> (String, Vec<String>) {
    (value.clone(), vec![value])
}

fn twice(token: &str, after: &str) -> (String, Vec<String>) {
    let whole = BASE64.encode(format!("{token}{after}"));
    (whole.clone(), vec![token.to_owned(), whole])
}

fn token(number: &str, eu: bool) -> String {
    BASE64.encode(format!("tok:{}:1:0{}", uuid(&format!("token {number}"), '_'), if eu { ":eu-west-1" } else { "" }))
}

fn key(number: &str) -> String {
    hex(&format!("key {number}"))[..40].to_owned()
}

fn uuid(number: &str, separator: char) -> String {
    let hex = hex(&format!("uuid {number}"));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join(&separator.to_string())
}

fn hex(seed: &str) -> String {
    Sha256::digest(seed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A piece of a secret that `text` shows, in any form that a reader could undo.
pub(crate) fn shown(secrets: &[String], text: &str) -> Option<String> {
    const PIECE: usize = 12;
    let pieces: HashSet<&[u8]> = text.as_bytes().windows(PIECE).collect();
    for secret in secrets {
        // Of an id and a key, the id is no secret, and the key is on the list itself.
        let decoded = BASE64.decode(secret).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.filter(|text| text.starts_with("tok:")).unwrap_or_default();
        let percent = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let forms = [secret.clone(), secret.chars().rev().collect(), BASE64.encode(secret), percent, decoded];
        // A run of one character, such as the zeros of a commit that is none, gives nothing away.
        let says = |piece: &&[u8]| piece.iter().any(|byte| *byte != piece[0]);
        let mut parts = forms.iter().flat_map(|form| form.as_bytes().windows(PIECE)).filter(says);
        let piece = parts.find(|piece| pieces.contains(piece));
        if let Some(piece) = piece {
            return Some(String::from_utf8_lossy(piece).into_owned());
        }
    }
    None
}
