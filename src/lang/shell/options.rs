//! Arguments of commands: which words are options, and what they take.
//!
//! Owns the rules of option syntax and the options of HTTP commands that take nothing. It knows no vendor. The
//! decision to know: nothing tells from a command line whether an option takes the next word, so it does, except
//! where a table says otherwise. `-uid:key` is the option `u` with the rest as its value. An option without a value
//! carries [`ValueKind::Null`].

use crate::facts::{Arg, Name, Str, Value, ValueKind};
use crate::span::Span;

/// The options of a command that take no value.
struct Flags {
    commands: &'static [&'static str],
    short: &'static str,
    long: &'static [&'static str],
}

/// From the manuals of curl 8, Wget 1.24 and HTTPie 3.
const FLAGS: &[Flags] = &[
    Flags {
        commands: &["curl"],
        short: "#012346BGIJLMNOPRSVZafgijklnpqsv:",
        long: &[
            "anyauth",
            "append",
            "basic",
            "compressed",
            "create-dirs",
            "crlf",
            "digest",
            "disable",
            "fail",
            "fail-early",
            "fail-with-body",
            "get",
            "globoff",
            "head",
            "http1.0",
            "http1.1",
            "http2",
            "http3",
            "include",
            "insecure",
            "ipv4",
            "ipv6",
            "junk-session-cookies",
            "list-only",
            "location",
            "location-trusted",
            "manual",
            "negotiate",
            "netrc",
            "netrc-optional",
            "next",
            "no-buffer",
            "no-keepalive",
            "no-progress-meter",
            "ntlm",
            "parallel",
            "path-as-is",
            "post301",
            "post302",
            "post303",
            "progress-bar",
            "raw",
            "remote-header-name",
            "remote-name",
            "remote-name-all",
            "remote-time",
            "retry-all-errors",
            "retry-connrefused",
            "show-error",
            "show-headers",
            "silent",
            "ssl",
            "ssl-reqd",
            "styled-output",
            "tcp-nodelay",
            "tlsv1",
            "tlsv1.0",
            "tlsv1.1",
            "tlsv1.2",
            "tlsv1.3",
            "trace-time",
            "tr-encoding",
            "use-ascii",
            "verbose",
            "version",
            "xattr",
        ],
    },
    Flags {
        commands: &["wget"],
        short: "EFHKLNSVbcdhkmnpqrvx",
        long: &[
            "auth-no-challenge",
            "background",
            "content-disposition",
            "continue",
            "debug",
            "force-directories",
            "inet4-only",
            "inet6-only",
            "mirror",
            "no-cache",
            "no-check-certificate",
            "no-clobber",
            "no-cookies",
            "no-proxy",
            "no-verbose",
            "page-requisites",
            "quiet",
            "recursive",
            "server-response",
            "show-progress",
            "spider",
            "timestamping",
            "trust-server-names",
            "verbose",
        ],
    },
    Flags {
        commands: &["http", "https", "xh", "xhs"],
        short: "FISbcdfhjmqvx",
        long: &[
            "all",
            "body",
            "check-status",
            "compress",
            "continue",
            "download",
            "follow",
            "form",
            "headers",
            "ignore-stdin",
            "json",
            "meta",
            "multipart",
            "offline",
            "quiet",
            "stream",
            "verbose",
        ],
    },
    Flags { commands: &["echo"], short: "neE", long: &[] },
];

/// What a word says before its value is known.
enum Option {
    /// It is a value.
    No,
    /// `--`: no options follow.
    End,
    /// `-u`, `--user`.
    Named(Name),
    /// `-uvalue`, `--user=value`.
    Glued(Name, Value),
}

/// The arguments that the words after a command make.
pub(in crate::lang) fn arguments(command: &str, words: Vec<(Value, bool)>) -> Vec<Arg> {
    let flags = FLAGS.iter().find(|flags| flags.commands.contains(&command));
    let mut args: Vec<Arg> = Vec::with_capacity(words.len());
    // The last option read, while it may still take the next word.
    let mut waiting = false;
    let mut options = true;
    for (word, spread) in words {
        let mut word = word;
        loop {
            let option = if options { option(&word, flags) } else { Option::No };
            let span = word.span;
            match option {
                Option::No => {
                    match args.last_mut().filter(|_| waiting) {
                        Some(last) => last.value = word,
                        None => args.push(Arg { name: None, value: word, spread }),
                    }
                    waiting = false;
                }
                Option::End => options = false,
                Option::Named(name) => {
                    waiting = !takes_nothing(flags, &name.text);
                    let value = Value { kind: ValueKind::Null, span };
                    args.push(Arg { name: Some(name), value, spread });
                }
                Option::Glued(name, value) if name.span.len() == 1 && takes_nothing(flags, &name.text) => {
                    // `-su id:key` is `-s -u id:key`.
                    let null = Value { kind: ValueKind::Null, span: name.span };
                    args.push(Arg { name: Some(name), value: null, spread });
                    word = dashed(value);
                    continue;
                }
                Option::Glued(name, value) => {
                    waiting = false;
                    args.push(Arg { name: Some(name), value, spread });
                }
            }
            break;
        }
    }
    args
}

fn takes_nothing(flags: std::option::Option<&Flags>, name: &str) -> bool {
    flags.is_some_and(|flags| match name.len() {
        1 => flags.short.contains(name),
        _ => flags.long.contains(&name) || name.starts_with("no-"),
    })
}

/// Puts the dash back before the rest of a cluster of short options. Its span is that of the rest.
fn dashed(mut value: Value) -> Value {
    let first = match &mut value.kind {
        ValueKind::Concat(parts) => parts.first_mut(),
        _ => Some(&mut value),
    };
    if let Some(Value { kind: ValueKind::Str(text), .. }) = first {
        text.text.insert(0, '-');
        text.content.start = text.content.start.saturating_sub(1);
    }
    value
}

fn option(word: &Value, flags: std::option::Option<&Flags>) -> Option {
    let first = match &word.kind {
        ValueKind::Concat(parts) => parts.first(),
        _ => Some(word),
    };
    let Some(Value { kind: ValueKind::Str(text), .. }) = first else { return Option::No };
    let alone = first.is_some_and(|first| std::ptr::eq(first, word));
    if let Some(long) = text.text.strip_prefix("--") {
        let name = long.split('=').next().unwrap_or_default();
        if long.is_empty() {
            return if alone { Option::End } else { Option::No };
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
            return Option::No;
        }
        let named = part(text, 2, 2 + name.len());
        if name.len() < long.len() {
            return Option::Glued(named, without(word, name.len() + 3));
        }
        return if alone { Option::Named(named) } else { Option::No };
    }
    let Some(letter) = text.text.strip_prefix('-').and_then(|rest| rest.chars().next()) else { return Option::No };
    let known = flags.is_some_and(|flags| flags.short.contains(letter));
    if !letter.is_ascii_alphabetic() && !known {
        return Option::No;
    }
    let name = part(text, 1, 2);
    if text.text.len() > 2 || !alone { Option::Glued(name, without(word, 2)) } else { Option::Named(name) }
}

/// Bytes `from..to` of a text as a name.
fn part(text: &Str, from: usize, to: usize) -> Name {
    Name { text: text.text.get(from..to).unwrap_or_default().to_owned(), span: inner(text, from, to) }
}

fn inner(text: &Str, from: usize, to: usize) -> Span {
    let (start, end) = (text.content.start + from, text.content.start + to);
    // A text with escapes is longer in the file than its value.
    if text.content.len() == text.text.len() && end <= text.content.end { Span::new(start, end) } else { text.content }
}

/// The word without its first `len` bytes.
pub(super) fn without(word: &Value, len: usize) -> Value {
    let cut = |value: &Value| match &value.kind {
        ValueKind::Str(text) => {
            let content = inner(text, len, text.text.len());
            let rest = text.text.get(len..).unwrap_or_default().to_owned();
            Value { kind: ValueKind::Str(Str { text: rest, content }), span: content }
        }
        _ => value.clone(),
    };
    let ValueKind::Concat(parts) = &word.kind else { return cut(word) };
    let mut rest: Vec<Value> = parts.iter().take(1).map(cut).chain(parts.iter().skip(1).cloned()).collect();
    rest.retain(|part| part.as_str().is_none_or(|text| !text.text.is_empty()));
    let Some(span) = rest.iter().map(|part| part.span).reduce(Span::to) else { return cut(word) };
    if rest.len() == 1 { rest.remove(0) } else { Value { kind: ValueKind::Concat(rest), span } }
}
