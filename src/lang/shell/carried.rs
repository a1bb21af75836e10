//! Commands that files of other languages carry: scripts of CI files, lists of words, `sh -c '…'`.
//!
//! Owns how such a range becomes layers. It knows no format. The decision to know: where the language around has a say in
//! what may be written, the layer is called `command`; its constructs are those of shell, and no edit is made in it.

use super::{LANGUAGE, PROFILE, commands};
use crate::facts::{Carrier, Facts, Value};
use crate::lang::{Layer, lexer, lower_with, reader, texts};
use crate::span::Span;

/// The most scripts of one file that are read.
pub(in crate::lang) const MAX_SCRIPTS: usize = 1000;

/// Lowers a script or a command that a file of another language carries. With `quoted`, the language around has rules
/// of its own for what may be written there, so that it is called `command`, for which no edit is made.
pub(in crate::lang) fn script(text: &[u8], range: Span, quoted: bool) -> Vec<Layer> {
    let name = if quoted { COMMAND } else { LANGUAGE.name };
    let mut layers = lowered(name, text, range);
    // `sh -c 'curl …'`, one level deep.
    let calls = layers
        .iter()
        .filter(|layer| layer.carrier == Carrier::Code)
        .flat_map(|layer| &layer.facts.calls)
        .filter(|call| LANGUAGE.interpreters.contains(&call.path.last()));
    let scripts = calls.flat_map(|call| &call.args).filter_map(|arg| {
        let name = arg.name.as_ref().filter(|name| name.text.ends_with('c'))?;
        let script = unquoted(text, arg.value.span);
        (!name.text.is_empty() && script.of(text).contains(&b' ')).then_some(script)
    });
    let scripts: Vec<Span> = scripts.take(MAX_SCRIPTS).collect();
    layers.extend(scripts.into_iter().flat_map(|script| lowered(COMMAND, text, script)));
    layers
}

/// In longer texts the comments of carried scripts are not read as code, since that costs a copy of the text for each.
const LONGEST_COMMENTED: usize = 64 * 1024;

fn lowered(name: &'static str, text: &[u8], range: Span) -> Vec<Layer> {
    if text.len() <= LONGEST_COMMENTED {
        return lower_with(name, &PROFILE, text, range);
    }
    let lexed = lexer::lex(text, range, &PROFILE, None);
    let mut facts = reader::read(text, &lexed, &PROFILE);
    facts.texts.extend(texts(&lexed));
    vec![Layer { carrier: Carrier::Code, language: name, facts }]
}

/// Lowers command lines that are written as lists of words: `["curl", "-u", "id:key"]`, `["sh", "-c", "curl …"]`.
pub(in crate::lang) fn listed(text: &[u8], commands: Vec<Vec<Value>>) -> Vec<Layer> {
    let (mut facts, mut layers) = (Facts::default(), Vec::new());
    for mut words in commands {
        let is = |word: &Value, such: &dyn Fn(&str) -> bool| word.as_str().is_some_and(|known| such(&known.text));
        if words.first().is_some_and(|word| is(word, &|text| matches!(text, "CMD" | "CMD-SHELL"))) {
            words.remove(0);
        }
        let scripts = words.iter().map(|word| unquoted(text, word.span)).filter(|word| {
            let written = word.of(text);
            memchr::memchr(b' ', written).is_some() && memchr::memchr(b'\\', written).is_none()
        });
        let left = MAX_SCRIPTS.saturating_sub(layers.len());
        layers.extend(scripts.take(left).flat_map(|script| self::script(text, script, true)));
        if let Some((name, rest)) = words.split_first()
            && !is(name, &|text| text.starts_with('-') || text.contains(' '))
        {
            commands::called(name, rest.to_vec(), &mut facts);
        }
    }
    if !facts.calls.is_empty() {
        layers.push(Layer { carrier: Carrier::Code, language: COMMAND, facts });
    }
    layers
}

/// Scripts in texts of another language that escape their double quotes (`"curl -u \"$A:$B\""`). In a copy, each escaped
/// quote is a quote and a blank, on the side where the blank is outside; spans stay true. A script with any other
/// escape is left out.
pub(in crate::lang) fn escaped(text: &[u8], scripts: Vec<Span>) -> Vec<Layer> {
    let plain = |span: &Span| {
        memchr::memmem::find_iter(span.of(text), b"\\").all(|at| text.get(span.start + at + 1) == Some(&b'"'))
    };
    let scripts: Vec<Span> = scripts.into_iter().filter(plain).take(MAX_SCRIPTS).collect();
    if scripts.is_empty() {
        return Vec::new();
    }
    let mut shown = text.to_vec();
    for span in &scripts {
        let mut opens = true;
        for at in memchr::memmem::find_iter(span.of(text), b"\\\"") {
            let at = span.start + at;
            shown[at..at + 2].copy_from_slice(if opens { b" \"" } else { b"\" " });
            opens = !opens;
        }
    }
    scripts.into_iter().flat_map(|script| self::script(&shown, script, true)).collect()
}

/// A word without the quotes of the language around.
fn unquoted(text: &[u8], span: Span) -> Span {
    match span.of(text) {
        [open @ (b'"' | b'\''), .., close] if open == close => Span::new(span.start + 1, span.end - 1),
        _ => span,
    }
}

/// What commands inside of another language's text are called.
const COMMAND: &str = "command";
