//! What is walked and read, and what is said of the rest.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::sync::LazyLock;

use crate::plant::Planted;
use crate::report::{Found, Said};
use crate::subject::{self, Subject};
use crate::tree::case::{Case, Expect};
use crate::tree::{self, Tree};
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 1,
        title: "a hostile tree is scanned to its end, and every format is whole",
        green: || whole(&Subject::dekey()),
        red: || whole(&Subject::script("echo '{\"path\": \"a\\\n\"}' | tee json.out sarif.out jsonl.out junit.out")),
    },
    Row {
        number: 2,
        title: "what has to be found is found, at its line, column and byte",
        green: || at_their_places(&GREEN),
        red: || at_their_places(&RED),
    },
    Row {
        number: 3,
        title: "what cannot be read is said, if nothing in it is found",
        green: || never_silent(&GREEN),
        red: || never_silent(&RED),
    },
    Row {
        number: 4,
        title: "nothing is found in what only looks like something",
        green: || quiet(&GREEN),
        red: || quiet(&RED),
    },
    Row {
        number: 5,
        title: "a token across any border of a buffer is found",
        green: || chunks(&Subject::dekey()),
        red: || chunks(&Subject::hasty("BLOCK = 1 << 12")),
    },
    Row {
        number: 7,
        title: "a token is found in every encoding",
        green: || encodings(&GREEN),
        red: || encodings(&RED),
    },
    Row {
        number: 16,
        title: "pipes, sockets, devices and links are neither opened nor waited for, and counted",
        green: || special(&Subject::dekey()),
        red: || special(&Subject::script("timeout 1 cat \"$1\"/pipe.rb || kill -9 $$")),
    },
    Row {
        number: 17,
        title: "no ignore file hides a file, holds the scan up or fills memory",
        green: || ignore_files(&Subject::dekey()),
        red: || ignore_files(&Subject::script("timeout 1 cat \"$1\"/*/.gitignore > /dev/null || kill -9 $$")),
    },
    Row {
        number: 18,
        title: "what may not be read is said",
        green: || unreadable(Subject::dekey()),
        red: || unreadable(Subject::content()),
    },
];

/// The cases of rows 2, 3, 4 and 7.
fn cases() -> Vec<Case> {
    [tree::names(), tree::encodings(), tree::quiet()].into_iter().flatten().collect()
}

/// What dekey says of them.
static GREEN: LazyLock<Result<Said, String>> = LazyLock::new(|| said(&Subject::dekey(), &cases()));
/// What something else says that looks for too much and reads too little.
static RED: LazyLock<Result<Said, String>> =
    LazyLock::new(|| said(&Subject::hasty("TOKEN = rb'dG9rO[A-Za-z0-9=]+'"), &cases()));

/// What a subject says of a tree of these cases.
pub(super) fn said(subject: &Subject, cases: &[Case]) -> Result<Said, String> {
    let tree = Tree::new();
    cases.iter().for_each(|case| case.build(&tree));
    subject.check(&tree, &["--output-format", "json"]).told()
}

/// Fails where a finding is missing, or is somewhere else; says which, and how many there are.
pub(super) fn all_found(said: &Said, cases: &[Case]) -> Verdict {
    let (mut places, mut missed) = (0, Vec::new());
    for case in cases {
        let Expect::Find(expected) = &case.expect else { continue };
        for place in expected {
            places += 1;
            let same = |found: &Found| (found.line, found.column, found.byte) == (place.line, place.column, place.byte);
            if !said.within(&case.path).any(same) {
                missed.push(format!("{} at {place:?}", case.shown()));
            }
        }
    }
    none(&missed, places, "found")
}

fn none(missed: &[String], of: usize, what: &str) -> Verdict {
    if missed.is_empty() && of > 0 {
        return Ok(());
    }
    Err(format!("{} of {of} are not {what}: {:#?}", missed.len(), &missed[..missed.len().min(12)]))
}

fn at_their_places(said: &Result<Said, String>) -> Verdict {
    all_found(said.as_ref()?, &cases())
}

fn never_silent(said: &Result<Said, String>) -> Verdict {
    let (said, cases) = (said.as_ref()?, cases());
    let notices: Vec<_> = cases.iter().filter(|case| matches!(case.expect, Expect::FindOrNotice)).collect();
    let silent = notices.iter().filter(|case| !told(said, case)).map(|case| case.shown()).collect::<Vec<_>>();
    none(&silent, notices.len(), "told of")
}

fn told(said: &Said, case: &Case) -> bool {
    said.within(&case.path).next().is_some() || said.tells_of(&case.path)
}

fn quiet(said: &Result<Said, String>) -> Verdict {
    let (said, cases) = (said.as_ref()?, cases());
    let empty = cases.iter().filter(|case| matches!(case.expect, Expect::Nothing));
    let noisy = empty.clone().filter(|case| said.within(&case.path).next().is_some());
    let mut noisy: Vec<_> = noisy.map(Case::shown).collect();
    let strange = said.findings.iter().filter(|found| !cases.iter().any(|case| case.path == found.path));
    noisy.extend(strange.map(|found| format!("{:?}", found.path)));
    none(&noisy, empty.count(), "quiet")
}

fn encodings(said: &Result<Said, String>) -> Verdict {
    let (said, cases) = (said.as_ref()?, tree::encodings());
    all_found(said, &cases)?;
    let silent = cases.iter().filter(|case| said.within(&case.path).next().is_none());
    none(&silent.map(Case::shown).collect::<Vec<_>>(), cases.len(), "found")
}

fn chunks(subject: &Subject) -> Verdict {
    let cases = tree::chunks(full());
    all_found(&said(subject, &cases)?, &cases)
}

fn whole(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    let (large, depth) = (full(), if full() { 100_000 } else { 500 });
    let groups = [cases(), tree::bombs(), tree::deep(depth), tree::chunks(large)];
    groups.iter().flatten().for_each(|case| case.build(&tree));
    planted_specials(&tree).map_err(|error| error.to_string())?;
    let out = tempfile::tempdir().map_err(|error| error.to_string())?;
    let names = [
        "json",
        "jsonl",
        "sarif",
        "gitlab",
        "gitlab-secrets",
        "rdjson",
        "junit",
        "markdown",
        "html",
        "github",
        "concise",
    ];
    let file = |name: &str| out.path().join(format!("{name}.out"));
    let formats: Vec<String> =
        names.iter().map(|name| format!("--output-format={name}={}", file(name).display())).collect();
    let args: Vec<&str> = ["--output-format=text"].into_iter().chain(formats.iter().map(String::as_str)).collect();
    let ran = subject.check(&tree, &args);
    ran.ended()?;
    let text = |name: &str| std::fs::read(file(name)).map_err(|error| format!("{name}: {error}: {}", ran.complaint()));
    for name in names {
        let bytes = text(name)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| format!("{name}: {error}"))?;
        let wrong = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        match name {
            "jsonl" => {
                for line in text.lines() {
                    serde_json::from_str::<serde_json::Value>(line).map_err(|error| wrong(&error))?;
                }
            }
            "json" | "sarif" | "gitlab" | "gitlab-secrets" | "rdjson" => {
                serde_json::from_str::<serde_json::Value>(text).map_err(|error| wrong(&error))?;
            }
            "junit" => {
                let mut xml = quick_xml::Reader::from_str(text);
                while xml.read_event().map_err(|error| wrong(&error))? != quick_xml::events::Event::Eof {}
            }
            _ if text.is_empty() => return Err(format!("{name}: it is empty")),
            _ => (),
        }
    }
    if ran.code != Some(2) {
        return Err(format!("what was not examined makes the exit code 2, not {:?}", ran.code));
    }
    ran.frugal(60, 512)
}

/// What is no regular file, and files outside that links lead to; how many are links, how many are not.
fn planted_specials(tree: &Tree) -> std::io::Result<(u64, u64, Tree)> {
    let outside = Tree::new();
    let token = Planted::new("{{token:9}}").text;
    outside.write("folder/victim.rb", &token);
    outside.write("folder/.env", format!("INTERCOM_ACCESS_TOKEN={token}\n"));
    let pipes = ["pipe.rb", ".env", "Gemfile", "special/package.json", "special/intercom.yml"];
    std::fs::create_dir_all(tree.path("special"))?;
    for name in pipes {
        rustix::fs::mkfifoat(rustix::fs::CWD, tree.path(name), 0o600.into())?;
    }
    let sockets = ["special/intercom.sock", "special/socket.py"];
    for name in sockets {
        UnixListener::bind(tree.path(name))?;
    }
    let root = rustix::process::geteuid().is_root();
    for (name, minor) in [("special/zero.rb", 5), ("special/null.json", 3)] {
        if root {
            let device = rustix::fs::makedev(1, minor);
            let kind = rustix::fs::FileType::CharacterDevice;
            rustix::fs::mknodat(rustix::fs::CWD, tree.path(name), kind, 0o600.into(), device)?;
        }
    }
    let victim = outside.path("folder/victim.rb");
    let folder = outside.path("folder");
    let links: [(&str, &std::path::Path); 20] = [
        ("special/out.rb", &victim),
        ("special/out", &folder),
        ("special/intercom", &folder),
        ("dekey-link.toml", &victim),
        ("special/root", "/".as_ref()),
        ("special/here", ".".as_ref()),
        ("special/up", "..".as_ref()),
        ("special/upper", "../../../../../../../..".as_ref()),
        ("special/loop.rb", "loop.rb".as_ref()),
        ("special/ping", "pong".as_ref()),
        ("special/pong", "ping".as_ref()),
        ("special/dangling.rb", "nowhere".as_ref()),
        ("special/to-pipe.rb", "../pipe.rb".as_ref()),
        ("special/zero.py", "/dev/zero".as_ref()),
        ("special/random.js", "/dev/urandom".as_ref()),
        ("special/stdin.js", "/dev/stdin".as_ref()),
        ("special/mem.js", "/proc/self/mem".as_ref()),
        ("special/proc", "/proc".as_ref()),
        ("special/self", "/proc/self/root".as_ref()),
        ("special/environ", "/proc/self/environ".as_ref()),
    ];
    for (name, target) in links {
        symlink(target, tree.path(name))?;
    }
    let chain = 50;
    for link in 0..chain {
        symlink(format!("chain-{}", link + 1), tree.path(&format!("special/chain-{link}")))?;
    }
    symlink(&victim, tree.path(&format!("special/chain-{chain}")))?;
    Ok((links.len() as u64 + chain + 1, (pipes.len() + sockets.len()) as u64 + if root { 2 } else { 0 }, outside))
}

/// Beside them a login: it is found, nothing else is, and every one of them is counted.
fn special(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    tree.write("login.rb", tree::LOGIN);
    let (links, specials, outside) = planted_specials(&tree).map_err(|error| error.to_string())?;
    let ran = subject.check(&tree, &["--output-format", "json"]);
    let said = ran.told()?;
    ran.finds("login.rb")?;
    if let Some(found) = said.findings.iter().find(|found| found.path != b"login.rb") {
        return Err(format!("a link was followed: {found:?}"));
    }
    let counted = (said.counted("symlink"), said.counted("special"));
    if counted != (links, specials) {
        return Err(format!("{counted:?} are counted of {links} links and {specials} others"));
    }
    drop(outside);
    ran.frugal(2, 256)
}

/// A repository for each hostile ignore file, with a login in it.
fn ignore_files(subject: &Subject) -> Verdict {
    let tree = Tree::new();
    let plain = |folder: &str, name: &str, bytes: &[u8]| drop(tree.write(&format!("{folder}/{name}"), bytes));
    let pipe = |folder: &str, name: &str| {
        rustix::fs::mkfifoat(rustix::fs::CWD, tree.path(&format!("{folder}/{name}")), 0o600.into()).map_err(text)
    };
    let link = |folder: &str, name: &str, to: &str| symlink(to, tree.path(&format!("{folder}/{name}"))).map_err(text);
    let folders = [
        "pipe",
        "zero",
        "loop",
        "socket",
        "directory",
        "large",
        "many",
        "nested",
        "bytes",
        "other-pipe",
        "other-zero",
        "other",
        "exclude-pipe",
        "exclude-zero",
    ];
    for folder in folders {
        plain(folder, ".git/HEAD", b"ref: refs/heads/main\n");
        plain(folder, ".git/info/none", b"");
        plain(folder, "login.rb", tree::LOGIN.as_bytes());
    }
    pipe("pipe", ".gitignore")?;
    link("zero", ".gitignore", "/dev/zero")?;
    link("loop", ".gitignore", ".gitignore")?;
    UnixListener::bind(tree.path("socket/.gitignore")).map_err(text)?;
    plain("directory", ".gitignore/keep", b"");
    let glob = b"/**/a*b?[c-d]*{e,f}/**/g*\n*.rb\n";
    plain("large", ".gitignore", &glob.repeat(if full() { (40 << 20) / glob.len() } else { 80_000 }));
    plain("many", ".gitignore", &b"*.rb\n".repeat(50_000));
    plain("nested", ".gitignore", ["{".repeat(20_000), "[".repeat(20_000), "*a".repeat(60_000)].join("\n").as_bytes());
    plain("bytes", ".gitignore", b"\xff\xfe*\0.\0r\0b\0\n\0\n[\n\\\n!\n//\n\xc3\x28.rb\n");
    pipe("other-pipe", ".ignore")?;
    link("other-zero", ".ignore", "/dev/zero")?;
    for name in [".ignore", ".rgignore", ".dekeyignore"] {
        plain("other", name, b"*\n");
    }
    pipe("exclude-pipe", ".git/info/exclude")?;
    link("exclude-zero", ".git/info/exclude", "/dev/zero")?;
    let ran = subject.check(&tree, &["--output-format", "json"]);
    let said = ran.told()?;
    folders.iter().try_for_each(|folder| ran.finds(&format!("{folder}/login.rb")))?;
    let refused = said.skipped_as("ignore-file-refused");
    if said.complete || refused < 8 {
        return Err(format!("{refused} ignore files are said to be refused; complete: {}", said.complete));
    }
    ran.frugal(2 * folders.len() as u64, 200)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// As a user that may read nothing of this: three things it may not read, and a file it may.
fn unreadable(subject: Subject) -> Verdict {
    if !rustix::process::geteuid().is_root() {
        // Only root can become somebody else.
        subject::forbidden("only root can become another user");
        return Ok(());
    }
    let tree = Tree::new();
    tree.write("login.rb", tree::LOGIN);
    let closed = [("file.rb", 0o000), ("closed", 0o000), ("blind", 0o111)];
    for (name, mode) in closed {
        let path = if name.contains('.') {
            tree.write(name, tree::LOGIN)
        } else {
            tree.write(&format!("{name}/login.rb"), tree::LOGIN);
            tree.path(name)
        };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(text)?;
    }
    std::fs::set_permissions(tree.root(), std::fs::Permissions::from_mode(0o755)).map_err(text)?;
    let place = tempfile::tempdir().map_err(text)?;
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755)).map_err(text)?;
    let subject = subject.placed_in(place.path()).map_err(text)?;
    let nobody = subject.under(&["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
    let ran = nobody.check(&tree, &["--output-format", "json"]);
    let said = ran.told()?;
    ran.finds("login.rb")?;
    let silent = closed.iter().filter(|(name, _)| !said.tells_of(name.as_bytes())).map(|(name, _)| (*name).to_owned());
    none(&silent.collect::<Vec<_>>(), closed.len(), "told of")?;
    if said.complete || ran.code != Some(2) {
        return Err(format!("complete: {}, exit code {:?}", said.complete, ran.code));
    }
    Ok(())
}
