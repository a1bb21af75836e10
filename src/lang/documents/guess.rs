//! The language of a block that names none.
//!
//! Owns the signs. The decision to know: a sign is something that the other languages do not write, and without one a
//! block is text.

use std::sync::LazyLock;

use regex::bytes::RegexSet;

/// Only the start of a block is looked at.
const LOOKED_AT: usize = 4096;

const SIGNS: &[(&str, &str)] = &[
    ("php", r"(?m)^\s*<\?php|^\s*\$\w+\s*=\s*new\s+\\?\w|^\s*\$\w+->\w|^use \w+\\\w"),
    ("html", r"(?mi)^\s*<(?:!doctype|html|form|script|input|div|label)\b"),
    ("go", r"(?m)^package \w+$|^func \w+\(|^\s*\w+(?:, \w+)? := \w"),
    (
        "python",
        r"(?m)^\s*(?:>>> )?(?:from [\w.]+ import |import [\w.]+(?: as \w+)?$)|^\s*def \w+\(.*\):$|^\s*\w+ = \w+\(\w+=['\x22]",
    ),
    ("rust", r"(?m)^use \w+::|^\s*let (?:mut )?\w+ = .*\bunwrap\(\)|^fn \w+\("),
    (
        "java",
        r"(?m)^import (?:static )?[\w.]+;$|^\s*(?:public|private) (?:static )?\w+|^\s*(?:final )?[A-Z]\w+ \w+ = new [A-Z]",
    ),
    (
        "javascript",
        r"(?m)^\s*(?:const|let|var) [\w{ ,}]+ = |\brequire\(['\x22]|^import .* from ['\x22]|^\s*await |=> [{(]",
    ),
    (
        "ruby",
        r"(?m)^\s*(?:require(?:_relative)? ['\x22]|gem ['\x22]|def \w+$|end$)|\b[A-Z]\w*(?:::[A-Z]\w*)*\.new\b|\b[A-Z]\w*::[A-Z]\w*\.\w+|^[A-Z]\w+\.\w+ = |\bdo \|\w+\|",
    ),
    ("json", r"\A\s*[{\[]\s*(?:\x22|[{\[\]}])"),
    ("shell", r"(?m)^\s*(?:\$ )?(?:export \w+=|curl |wget |http -|npm |gem install |pip install |bundle )"),
];

static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(SIGNS.iter().map(|(_, sign)| sign)).expect("the expressions are constants, compiled in a test")
});

/// The language's name.
pub(super) fn language(block: &[u8]) -> Option<&'static str> {
    let found = PATTERNS.matches(&block[..block.len().min(LOOKED_AT)]);
    found.iter().next().map(|at| SIGNS[at].0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_tell_languages_apart() {
        for (code, expected) in [
            ("    client = Acme::Client.new(token: 'a')\n", Some("ruby")),
            ("Acme.app_id = 'a'\n", Some("ruby")),
            ("from acme import Client\nClient(a='b')\n", Some("python")),
            ("client = Client(app_id='a')\n", Some("python")),
            ("var acme = require('acme');\n", Some("javascript")),
            ("$client = new AcmeClient('a', 'b');\n", Some("php")),
            ("client := acme.NewClient(\"a\", \"b\")\n", Some("go")),
            ("import io.acme.Client;\nAcme.setApiKey(\"a\");\n", Some("java")),
            ("{ \"a\": 1 }\n", Some("json")),
            ("curl -u a:b https://example.com\n", Some("shell")),
            ("<form>\n", Some("html")),
            ("Paste your token here: it is kept.\n", None),
            ("a = b\n", None),
        ] {
            assert_eq!(super::language(code.as_bytes()), expected, "{code}");
        }
    }
}
