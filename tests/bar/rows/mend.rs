//! What a fix makes of code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::subject::{Ran, Subject, missing, run};
use crate::tree::corpus::{Sample, samples};
use crate::tree::project::listed;
use crate::tree::{LOGIN, Tree};
use crate::{Row, Verdict, full};

#[expect(dead_code, reason = "the test of every case uses the rest of this module")]
#[path = "../../syntax/checkers.rs"]
mod checkers;

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 33,
        title: "to fix twice is to fix once",
        green: || every(&DEKEY, once),
        red: || every(&fixed_by(&then("echo '# fixed' >> \"$f\"")), once),
    },
    Row {
        number: 34,
        title: "a fix changes no byte but those of its edits, and no line end, mark or missing last line end",
        green: || every(&DEKEY, closely).and_then(|()| every(&dressed(&Subject::dekey()), kept)),
        red: || {
            let [trims, unix] =
                ["text=$(cat \"$f\"); printf '%s\\n\\n' \"$text\" > \"$f\"", "sed -i 's/\\r$//' \"$f\""].map(then);
            match (every(&fixed_by(&trims), closely), every(&dressed(&unix), kept)) {
                (Err(why), Err(_)) => Err(why),
                _ => Ok(()),
            }
        },
    },
    Row {
        number: 35,
        title: "what was a whole file of its language is one after its fix, to other parsers",
        green: || parsed(&DEKEY),
        red: || parsed(&fixed_by(&then("echo '( [ {' >> \"$f\""))),
    },
    Row {
        number: 36,
        title: "a fix removes at least as many findings as it says, and adds none",
        green: || every(&DEKEY, fewer),
        red: || every(&fixed_by(&then(&format!("printf '%s\\n' '{LOGIN}' >> \"$f.rb\""))), fewer),
    },
];

/// A project before its fix and after it.
struct Mended {
    name: String,
    before: BTreeMap<String, Vec<u8>>,
    after: BTreeMap<String, Vec<u8>>,
    /// After another.
    again: BTreeMap<String, Vec<u8>>,
    found: Value,
    left: Value,
    /// How many findings it says were fixed.
    says: usize,
}

/// How dekey fixes the samples; several rows judge it.
static DEKEY: LazyLock<Result<Vec<Mended>, String>> = LazyLock::new(|| {
    samples(if full() { 1 } else { 24 }).iter().map(|sample| mended(&Subject::dekey(), sample)).collect()
});

/// How another fixes a few of them.
fn fixed_by(subject: &Subject) -> Result<Vec<Mended>, String> {
    samples(100).iter().map(|sample| mended(subject, sample)).collect()
}

/// A fixer that fixes, and then does this to every `$f` that is code.
fn then(script: &str) -> Subject {
    Subject::script(&format!(
        "{} check \"$@\"; code=$?; case \"$*\" in *--fix*)\n\
         for f in $(find \"$1\" -name .git -prune -o -type f \\( -name '*.rb' -o -name '*.py' -o -name '*.js' -o -name '*.php' \\) -print); do {script}\ndone;; esac; exit $code",
        env!("CARGO_BIN_EXE_dekey")
    ))
}

fn planted(sample: &Sample) -> Tree {
    let tree = Tree::new();
    sample.files.iter().for_each(|(path, bytes)| _ = tree.write(path, bytes));
    tree
}

fn fix(subject: &Subject, tree: &Tree, sample: &Sample) -> Result<Ran, String> {
    let fix = ["--fix", "--unsafe-fixes", "--allow-no-vcs"];
    let ran = run(subject.checker(&[]).arg(tree.root()).args(fix).args(&sample.args).current_dir(tree.root()));
    ran.ended()?;
    if matches!(ran.code, Some(0 | 1)) { Ok(ran) } else { Err(format!("{}: {}", sample.name, ran.complaint())) }
}

fn mended(subject: &Subject, sample: &Sample) -> Result<Mended, String> {
    let tree = planted(sample);
    let found = || subject.check(&tree, &[&["--output-format", "json"], sample.args.as_slice()].concat()).report();
    let before = listed(tree.root());
    let was = found()?;
    let said = fix(subject, &tree, sample)?.complaint();
    let says = said.lines().find_map(|line| line.strip_prefix("Fixed ")?.split(' ').next()?.parse().ok());
    let (after, left) = (listed(tree.root()), found()?);
    fix(subject, &tree, sample)?;
    let again = listed(tree.root());
    Ok(Mended { name: sample.name.clone(), before, after, again, found: was, left, says: says.unwrap_or(0) })
}

/// Judges each of some projects, of which fixes must have changed one.
fn every(all: &Result<Vec<Mended>, String>, judge: fn(&Mended) -> Verdict) -> Verdict {
    let all = all.as_ref().map_err(Clone::clone)?;
    if all.iter().all(|mended| mended.before == mended.after) {
        return Err("nothing is fixed".to_owned());
    }
    let wrong: Vec<String> =
        all.iter().filter_map(|mended| Some(format!("{}: {}", mended.name, judge(mended).err()?))).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn once(mended: &Mended) -> Verdict {
    let changed = mended.again.iter().find(|(path, bytes)| mended.after.get(*path) != Some(bytes));
    match changed {
        Some((path, _)) => Err(format!("the second run changes {path}")),
        None if mended.again.len() == mended.after.len() => Ok(()),
        None => Err("the second run removes a file".to_owned()),
    }
}

/// Where the report has all edits of a file, what is between them is still there, in its order and nothing else with it.
fn closely(mended: &Mended) -> Verdict {
    let mut edits: BTreeMap<&str, Vec<(usize, usize, &str)>> = BTreeMap::new();
    for edit in mended.found["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|finding| finding["fix"]["edits"].as_array().into_iter().flatten())
    {
        let at = |end: &str| edit[end]["byte"].as_u64().and_then(|byte| usize::try_from(byte).ok()).unwrap_or(0);
        let path = edit["path"].as_str().unwrap_or_default();
        edits.entry(path).or_default().push((at("start"), at("end"), edit["text"].as_str().unwrap_or_default()));
    }
    for (path, after) in &mended.after {
        let before = mended.before.get(path).ok_or_else(|| format!("{path} is new"))?;
        if after == before || before.starts_with(b"\xff\xfe") {
            continue;
        }
        // What words alone could mend at first, and is gone, was mended by a later round's edits, which no report has.
        let by_words = |report: &Value| {
            let all = report["findings"].as_array().into_iter().flatten();
            all.filter(|finding| {
                finding["path"] == *path && finding["fix"]["edits"].as_array().is_none_or(Vec::is_empty)
            })
            .count()
        };
        if by_words(&mended.left) < by_words(&mended.found) {
            continue;
        }
        let Some(edits) = edits.get_mut(path.as_str()) else { return Err(format!("{path} changes without an edit")) };
        edits.sort_unstable();
        edits.dedup();
        let (mut from, mut rest, mut first) = (0, after.as_slice(), true);
        for (start, end) in edits.iter().map(|edit| (edit.0, edit.1)).chain([(before.len(), before.len())]) {
            let Some(piece) = before.get(from..start) else { continue };
            let at = if first { rest.starts_with(piece).then_some(0) } else { memchr::memmem::find(rest, piece) };
            let Some(at) = at else { return Err(format!("{path}: bytes {from} to {start} are not kept")) };
            (from, rest, first) = (end, &rest[at + piece.len()..], false);
        }
        let last = &before[edits.iter().map(|edit| edit.1).max().unwrap_or(0).min(before.len())..];
        if !after.ends_with(last) {
            return Err(format!("{path}: its end is not kept"));
        }
    }
    Ok(())
}

/// The samples in Windows' dress: marked, with its line ends, and none at the end.
fn dressed(subject: &Subject) -> Result<Vec<Mended>, String> {
    let dress = |mut sample: Sample| {
        for bytes in sample.files.values_mut().filter(|bytes| !bytes.starts_with(b"\xff\xfe")) {
            let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\n', "\r\n");
            *bytes = [b"\xef\xbb\xbf", text.trim_end().as_bytes()].concat();
        }
        mended(subject, &sample)
    };
    samples(if full() { 1 } else { 60 }).into_iter().map(dress).collect()
}

fn kept(mended: &Mended) -> Verdict {
    for (path, after) in mended.after.iter().filter(|(path, after)| mended.before.get(*path) != Some(after)) {
        let before = mended.before.get(path).ok_or_else(|| format!("{path} is new"))?;
        if before.starts_with(b"\xff\xfe") {
            continue;
        }
        let bare = (0..after.len()).any(|at| after[at] == b'\n' && (at == 0 || after[at - 1] != b'\r'));
        if bare || !after.starts_with(b"\xef\xbb\xbf") || after.ends_with(b"\n") {
            return Err(format!(
                "{path}: its line ends, its mark or its missing last line end: {:?}",
                String::from_utf8_lossy(after)
            ));
        }
    }
    Ok(())
}

fn fewer(mended: &Mended) -> Verdict {
    let count = |report: &Value| {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for finding in report["findings"].as_array().into_iter().flatten() {
            let word = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            *counts.entry((word("rule"), word("path"))).or_default() += 1;
        }
        counts
    };
    let (before, after) = (count(&mended.found), count(&mended.left));
    for (place, count) in &after {
        if before.get(place).is_none_or(|before| before < count) {
            return Err(format!("{place:?} is added"));
        }
    }
    let gone = before.values().sum::<usize>() - after.values().sum::<usize>();
    // With what is fixed goes what only tells of it: that a token is in several places.
    if gone >= mended.says { Ok(()) } else { Err(format!("{gone} findings are gone, and it says {}", mended.says)) }
}

fn parsed(all: &Result<Vec<Mended>, String>) -> Verdict {
    let all = all.as_ref().map_err(Clone::clone)?;
    let mut judged = 0;
    for language in ["ruby", "javascript", "python", "php", "json", "yaml"] {
        let checker =
            checkers::CHECKERS.iter().find(|checker| checker.language == language).expect("it is on the list");
        let changed = all.iter().flat_map(|mended| {
            mended
                .after
                .iter()
                .filter_map(move |(path, after)| Some((mended, path.as_str(), mended.before.get(path)?, after)))
        });
        let of_language = |path: &str| {
            std::path::Path::new(path)
                .extension()
                .is_some_and(|name| checker.extensions.iter().any(|known| name == *known))
        };
        let changed: Vec<_> = changed.filter(|(_, path, before, after)| before != after && of_language(path)).collect();
        let before = changed.iter().map(|(_, path, before, _)| (*path, before.as_slice()));
        let after = changed.iter().map(|(_, path, _, after)| (*path, after.as_slice()));
        let accepted = match checkers::accepted(checker, &before.chain(after).collect::<Vec<_>>()) {
            Ok(accepted) => accepted,
            Err(program) => {
                missing(program);
                continue;
            }
        };
        let (before, after) = accepted.split_at(changed.len());
        for (at, (mended, path, _, _)) in changed.iter().enumerate().filter(|(at, _)| before[*at]) {
            judged += 1;
            if !after[at] {
                return Err(format!("{}: {path} is broken", mended.name));
            }
        }
    }
    if judged > 0 { Ok(()) } else { Err("nothing could be judged".to_owned()) }
}
