//! curl's configuration files.
//!
//! Owns `option = value` and `--option value`. The decision to know: a file is the options of one command, up to
//! `next`.

use super::{arg, header, request};
use crate::facts::{Arg, Carrier, Facts, Text, Value, ValueKind};
use crate::lang::{Front, Language, Layer, settings, utf8};
use crate::span::Span;

/// curl's options in a file.
pub static LANGUAGE: Language = Language {
    name: "curlrc",
    extensions: &["curlrc"],
    filenames: &[".curlrc", "_curlrc", "curlrc", "*.curl"],
    interpreters: &[],
    fences: &[],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut facts = Facts::default();
    let mut args = Vec::new();
    let mut at = start;
    for line in decoded.split_inclusive('\n') {
        if line.trim().trim_start_matches('-') == "next" {
            close(&mut args, &mut facts);
        }
        let blanks = line.len() - line.trim_start().len();
        if line[blanks..].starts_with('#') {
            let span = Span::new(at + blanks, at + line.trim_end().len());
            facts.texts.push(Text { carrier: Carrier::Comment, span });
        }
        args.extend(option(line, at));
        at += line.len();
    }
    close(&mut args, &mut facts);
    vec![Layer { carrier: Carrier::Code, language: LANGUAGE.name, facts }]
}

fn close(args: &mut Vec<Arg>, facts: &mut Facts) {
    let args = std::mem::take(args);
    if let Some(span) = args.iter().map(|arg| arg.value.span).reduce(Span::to) {
        facts.calls.push(request("curl", span, args));
    }
}

/// The option of a line that starts at `at`.
fn option(line: &str, at: usize) -> Option<Arg> {
    let words = line.trim_end();
    let option = words.trim_start().trim_start_matches('-');
    let (name, value) = option.split_once(['=', ' ', '\t', ':'])?;
    let value = value.trim_start_matches(['=', ' ', '\t', ':']);
    let quoted = value.strip_prefix('"').map(|value| value.strip_suffix('"').unwrap_or(value));
    let from = at + words.len() - value.len();
    let (text, from) = quoted.map_or((value, from), |inner| (inner, from + 1));
    let content = Span::new(from, from + text.len());
    let value = settings::value(text, content, content);
    match name.trim_end() {
        "url" => Some(arg("url", content, value)),
        "user" | "u" => Some(arg("Authorization", content, paired(value))),
        "header" | "H" => {
            let (name, written) = text.split_once(':')?;
            let place = Span::new(content.end - written.trim_start().len(), content.end);
            Some(arg(name, content, header(&settings::value(written.trim_start(), place, place))))
        }
        _ => None,
    }
}

/// The header that curl makes of `user:password`.
fn paired(pair: Value) -> Value {
    Value { span: pair.span, kind: ValueKind::Base64(Box::new(pair)) }
}
