//! Names that a file system allows and a program may stumble over.

use super::case::Case;

/// One file for each name, and for each a directory of that name.
pub(crate) fn names() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, name) in NAMES.iter().enumerate() {
        let text = if number % 2 == 0 { "{{token}}\n" } else { "first\n  key = \"{{token}}\"\n" };
        cases.push(Case::find([b"names/", *name].concat(), text));
    }
    for name in NAMES.iter().step_by(3) {
        cases.push(Case::find([b"folders/", *name, b"/", *name].concat(), "{{token}}"));
    }
    cases.push(Case::find([&b"long/"[..], &[b'n'; 255]].concat(), "{{token}}\n"));
    cases.push(Case::find([&b"long/"[..], "é".repeat(127).as_bytes()].concat(), "{{token}}\n"));
    cases.push(Case::find(format!("long/{}x", "d/".repeat(500)), "{{token}}\n"));
    cases.push(Case::find(format!("long/{}x", format!("{}/", "d".repeat(255)).repeat(14)), "{{token}}\n"));
    // Longer than any path a system call takes.
    cases
        .push(Case::find(format!("beyond/{}x", format!("{}/", "d".repeat(200)).repeat(30)), "{{token}}\n").or_notice());
    cases.push(Case::find(format!("beyond/{}x", "dd/".repeat(1_500)), "{{token}}\n").or_notice());
    cases
}

const NAMES: &[&[u8]] = &[
    // No UTF-8: Latin-1, a lone continuation, a surrogate, an overlong slash, a cut character, no character at all.
    b"caf\xe9.rb",
    b"\x80",
    b"\xed\xa0\x80.txt",
    b"\xc0\xaf",
    b"\xe2\x82.py",
    b"\xff\xfe\xfd",
    // Controls of terminals and of lines.
    b"a\nb.rb",
    b"a\rb.rb",
    b"a\tb.rb",
    b"\x1b[31mred.rb",
    b"\x1b]0;title\x07.rb",
    b"\x1b]8;;http:\x1b\\.rb",
    b"\x07",
    b"a\x08\x08b",
    b"\x7f.rb",
    b"\x01\x02\x03",
    "\u{9b}31m.rb".as_bytes(),
    b"\x9b31m",
    // Direction, width and tags.
    "\u{202e}txt.rb".as_bytes(),
    "\u{2066}a\u{2069}.rb".as_bytes(),
    "\u{200f}a.rb".as_bytes(),
    "\u{61c}a.rb".as_bytes(),
    "a\u{200b}b.rb".as_bytes(),
    "\u{feff}a.rb".as_bytes(),
    "\u{2028}a.rb".as_bytes(),
    "\u{e0041}\u{e007f}.rb".as_bytes(),
    "\u{ad}.rb".as_bytes(),
    // One name in two forms, and in two cases.
    "twin-\u{e9}.rb".as_bytes(),
    "twin-e\u{301}.rb".as_bytes(),
    "twin-\u{212b}".as_bytes(),
    "twin-\u{c5}".as_bytes(),
    b"case.rb",
    b"CASE.rb",
    // Options, users, lists, variables, patterns, commands of a shell.
    b"-rf",
    b"--help",
    b"-",
    b"--",
    b"@arguments",
    b"~",
    b"~root",
    b"$HOME",
    b"%PATH%",
    b"*",
    b"?",
    b"[a-z]",
    b"{a,b}",
    b"!not",
    b"#comment",
    b"a;b",
    b"a|b",
    b"a&b",
    b"a>b",
    b"`id`",
    b"$(id)",
    b"'",
    b"\"",
    b"\\",
    b"a\\b.rb",
    b"\\\\server\\share",
    // Spaces, dots, drives and devices of other systems.
    b" ",
    b" leading",
    b"trailing ",
    b"trailing.",
    b"...",
    b".hidden",
    b"..data",
    b"C:",
    b"a:b:c",
    b"NUL",
    b"con.rb",
    b"a%2fb",
    b"%00",
    // Formats of reports.
    b"::error title=FORGED::x.py",
    b"##[error]x.py",
    b"##vso[task.complete]x",
    b"<script>alert(1)<!--.html",
    b"&amp;.xml",
    b"]]>.xml",
    b"=cmd|' .csv",
    b"a,b.csv",
    b"`code`.md",
    b"http:x.rb",
    "\u{1f600}.rb".as_bytes(),
];
