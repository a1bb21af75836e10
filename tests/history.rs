//! `dekey check --history`: what stands in any version of any file. The repositories are built by `git`.

#[expect(dead_code, reason = "the cases use the rest")]
#[path = "support/plant.rs"]
mod plant;
#[path = "support/repository.rs"]
mod repository;

use plant::Planted;
use repository::{Repository, Run, dekey};
use serde_json::Value;

const LOGIN: &str = "require 'intercom'\nclient = Intercom::Client.new(app_id: 'abc', api_key: ENV['INTERCOM_KEY'])\n";

fn token(number: u32) -> String {
    Planted::new(&format!("INTERCOM_ACCESS_TOKEN={{{{token:{number}}}}}\n")).text
}

/// The report as JSON, of all findings whatever their state.
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.error))
}

/// `rule path state first last tip`, in the order of the report; commits as their days.
fn told(run: &Run) -> Vec<String> {
    let report = json(run);
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let told = |finding: &Value| {
        let day = |commit: &Value| word(&commit["date"]).split('T').next().unwrap_or_default().to_owned();
        let history = &finding["history"];
        let rule = word(&finding["rule"]).replace("intercom/", "");
        let rest = [word(&finding["path"]), word(&finding["state"]), day(&history["first"]), day(&history["last"])];
        format!("{rule} {} {}", rest.join(" "), word(&history["tip"]))
    };
    report["findings"].as_array().unwrap().iter().map(told).collect()
}

impl Repository {
    fn history(&self, arguments: &[&str]) -> Run {
        let all = [&["check", "--history", "--no-cache", "--output-format", "json"], arguments].concat();
        let run = self.dekey(&all);
        assert_eq!(plant::shown(&Planted::new("{{token:1}} {{token:2}} {{key}}").secrets, &run.out), None);
        run
    }
}

#[test]
fn a_token_counts_wherever_it_was_and_what_is_mended_does_not() {
    let repository = Repository::new();
    repository.file(".env", &token(1)).file("app.rb", LOGIN).commit_at("2020-01-01");
    repository.file("app.rb", &format!("# more\n{LOGIN}")).commit_at("2020-02-01");
    repository.remove(".env").file("app.rb", "puts 1\n").commit_at("2020-03-01");
    let run = repository.history(&[]);
    assert_eq!(run.code, 1, "{}", run.error);
    assert_eq!(
        told(&run),
        [
            "hardcoded-access-token .env open 2020-01-01 2020-02-01 -",
            "deprecated-api-key-auth app.rb resolved 2020-01-01 2020-02-01 -",
        ]
    );
    let report = json(&run);
    let history = &report["repositories"][0]["history"];
    assert_eq!((history["blobs"].as_u64(), history["commits"].as_u64()), (Some(4), Some(3)));
    assert_eq!((report["summary"]["resolved"].as_u64(), &report["summary"]["complete"]), (Some(1), &Value::Bool(true)));
    assert!(report["findings"][0]["fix"].is_null());
    // Without the history there is nothing.
    assert_eq!(repository.dekey(&["check"]).code, 0);
}

#[test]
fn what_is_still_there_is_one_finding_that_tells_since_when() {
    let repository = Repository::new();
    repository.file("app.rb", LOGIN).commit_at("2020-01-01");
    repository.file("app.rb", &format!("# one\n{LOGIN}")).commit_at("2020-02-01");
    repository.file("app.rb", &format!("# two\n{LOGIN}")).commit_at("2020-03-01");
    let run = repository.history(&[]);
    assert_eq!(told(&run), ["deprecated-api-key-auth app.rb open 2020-01-01 2020-03-01 HEAD"]);
    assert!(json(&run)["findings"][0]["fix"]["edits"].is_array());
    // A change that is not committed yet is one all the same.
    repository.file("app.rb", &format!("# three\n{LOGIN}"));
    assert_eq!(told(&repository.history(&[])), ["deprecated-api-key-auth app.rb open 2020-01-01 2020-03-01 HEAD"]);
    repository.file("app.rb", "puts 1\n");
    assert_eq!(told(&repository.history(&[])), ["deprecated-api-key-auth app.rb resolved 2020-01-01 2020-03-01 HEAD"]);
}

#[test]
fn one_secret_is_one_finding_wherever_it_stood() {
    let repository = Repository::new();
    repository.file("a.env", &token(1)).commit_at("2020-01-01");
    repository.git(&["mv", "a.env", "b.env"]);
    repository.commit_at("2020-02-01");
    assert_eq!(told(&repository.history(&[])), ["hardcoded-access-token b.env open 2020-01-01 2020-02-01 HEAD"]);
    repository.remove("b.env").file("c.env", &token(2)).commit_at("2020-03-01");
    assert_eq!(
        told(&repository.history(&[])),
        [
            "hardcoded-access-token c.env open 2020-03-01 2020-03-01 HEAD",
            "hardcoded-access-token b.env open 2020-01-01 2020-02-01 -",
        ]
    );
}

#[test]
fn whatever_keeps_a_version_is_looked_at() {
    let repository = Repository::new();
    repository.file("a", "1\n").commit_at("2020-01-01");
    repository.git(&["checkout", "-qb", "side"]);
    repository.file("side.env", &token(1)).commit_at("2020-02-01");
    repository.git(&["checkout", "-q", "main"]);
    repository.file("tag.env", &token(2)).commit_at("2020-03-01");
    repository.git(&["tag", "-am", "x", "v1"]);
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for (number, day) in [(3, "2020-04-01"), (4, "2020-05-01")] {
        repository.file("a", &token(number));
        repository.git_at(day, &["stash"]);
    }
    repository.git_at("2020-06-01", &["notes", "add", "-m", &token(5)]);
    let found = told(&repository.history(&[]));
    for (number, expected) in [
        "side.env open 2020-02-01 2020-02-01 refs/heads/side",
        "tag.env open 2020-03-01 2020-03-01 refs/tags/v1",
        "a open 2020-04-01 2020-04-01 refs/stash@{1}",
        "a open 2020-05-01 2020-05-01 refs/stash",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(found.contains(&format!("hardcoded-access-token {expected}")), "{number}: {found:#?}");
    }
    assert!(found.iter().any(|told| told.ends_with("2020-06-01 2020-06-01 refs/notes/commits")), "{found:#?}");
    assert_eq!(found.len(), 5);
    // Of these, those that are asked for.
    let of = |refs: &str| told(&repository.history(&["--refs", refs])).len();
    assert_eq!((of("main"), of("side"), of("refs/tags/*"), of("side,v1"), of("refs/stash")), (0, 1, 1, 2, 2));
    let run = repository.dekey(&["check", "--history", "--no-cache", "--refs", "nothing"]);
    assert!(run.code == 2 && run.error.contains("`nothing` names no reference"), "{}", run.error);
}

#[test]
fn what_nothing_leads_to_is_a_note() {
    let repository = Repository::new();
    repository.file("a", "1\n").commit_at("2020-01-01");
    repository.file("a", &token(1)).commit_at("2020-02-01");
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repository.git(&["reflog", "expire", "--expire=now", "--all"]);
    let run = repository.history(&[]);
    assert_eq!(run.code, 0, "{}", run.out);
    let finding = &json(&run)["findings"][0];
    assert_eq!((finding["level"].as_str(), &finding["history"]["first"]), (Some("note"), &Value::Null));
    assert_eq!(told(&repository.history(&["--refs", "main"])).len(), 0);
}

#[test]
fn a_day_leaves_out_what_came_before_it() {
    let repository = Repository::new();
    repository.file("old.env", &token(1)).commit_at("2020-01-01");
    repository.file("new.env", &token(2)).commit_at("2021-01-01");
    repository.remove("old.env").remove("new.env").commit_at("2022-01-01");
    let since = |day: &str| told(&repository.history(&["--since-date", day]));
    assert_eq!(since("2020-01-01").len(), 2);
    assert_eq!(since("2020-06-01"), ["hardcoded-access-token new.env open 2021-01-01 2021-01-01 -"]);
    assert_eq!(since("2021-01-02").len(), 0);
    assert_eq!(repository.dekey(&["check", "--history", "--no-cache", "--since-date", "yesterday"]).code, 2);
}

#[test]
fn directives_configuration_baselines_and_paths_hold_in_the_history() {
    let repository = Repository::new();
    let accepted = format!("# dekey: ignore[hardcoded-access-token] a test account\n{}", token(1));
    repository.file("accepted.env", &accepted).file("spec/a.env", &token(2)).file("lib/b.env", &token(3));
    repository.commit_at("2020-01-01");
    repository.git(&["rm", "-q", "-r", "accepted.env", "spec", "lib"]);
    std::fs::create_dir_all(repository.path.join("lib")).unwrap();
    repository.file("dekey.toml", "exclude = [\"spec/\"]\n").commit_at("2020-02-01");
    let run = repository.history(&[]);
    assert_eq!(json(&run)["summary"]["skipped"]["excluded"], 1, "what is left out is counted");
    let found = told(&run);
    assert_eq!(
        found,
        [
            "hardcoded-access-token lib/b.env open 2020-01-01 2020-01-01 -",
            "hardcoded-access-token accepted.env suppressed 2020-01-01 2020-01-01 -",
        ]
    );
    assert_eq!(told(&repository.history(&["lib"])).len(), 1);
    let run = repository.dekey(&["baseline", "--history"]);
    assert_eq!(run.code, 2, "{}", run.out);
}

#[test]
fn a_history_that_is_not_whole_never_looks_clean() {
    let repository = Repository::new();
    repository.file("a", "1\n").commit().file("a", "2\n").commit();
    assert_eq!(repository.history(&[]).code, 0);
    let origin = format!("file://{}", repository.path.display());
    repository.git(&["clone", "-q", "--depth=1", &origin, "../shallow"]);
    let run = dekey(&repository.outer.join("shallow"), &["check", "--history", "--no-cache"]);
    assert!(run.code == 2 && run.out.contains("git fetch --unshallow"), "{}{}", run.out, run.error);

    // A version is gone.
    let blob = repository.git(&["rev-parse", "HEAD~1:a"]);
    let object = repository.path.join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(&object).unwrap();
    let run = repository.dekey(&["check", "--history", "--no-cache"]);
    assert!(run.code == 2 && run.out.contains(&blob), "{}{}", run.out, run.error);
    // It is there, and damaged.
    std::fs::write(&object, "no object").unwrap();
    assert_eq!(repository.dekey(&["check", "--history", "--no-cache"]).code, 2);

    let nowhere = Repository::without_git();
    let run = nowhere.dekey(&["check", "--history", "--no-cache"]);
    assert!(run.code == 2 && run.error.contains("is in no git repository"), "{}", run.error);
}

#[cfg(unix)]
#[test]
fn whose_repository_it_is_is_said_where_it_is_not_ones_own() {
    let repository = Repository::new();
    repository.file("a", "1\n").commit();
    let said = || repository.dekey(&["check", "--history", "--no-cache"]).out.contains("belongs to another user");
    assert!(!said());
    // Only root can give a folder away.
    if std::os::unix::fs::chown(repository.path.join(".git"), Some(12_345), None).is_ok() {
        assert!(said());
    }
}

#[test]
fn text_tells_the_commits_and_what_was_read() {
    let repository = Repository::new();
    repository.file(".env", &token(1)).commit_at("2020-01-01").remove(".env").commit_at("2020-02-01");
    let run = repository.dekey(&["check", "--history", "--no-cache"]);
    let commit = &repository.git(&["rev-parse", "HEAD~1"])[..10];
    assert!(run.out.contains(&format!("history: in commit {commit} (2020-01-01) only")), "{}", run.out);
    assert!(run.out.contains("an access token stands in this file, in the history only"), "{}", run.out);
    assert!(run.out.contains("History: 1 version of files in 2 commits."), "{}", run.out);
}

#[test]
fn threads_and_packs_change_nothing() {
    let repository = Repository::new();
    for number in 0..40 {
        let text = format!("{}# {number}\n", if number % 3 == 0 { token(number / 9) } else { LOGIN.to_owned() });
        repository.file(&format!("f{}.rb", number % 7), &text).commit_at(&format!("2020-01-{:02}", number % 28 + 1));
    }
    let first = repository.history(&["-j1"]);
    assert_eq!(first.out, repository.history(&["-j4"]).out);
    repository.git(&["repack", "-qadf", "--depth=20"]);
    assert_eq!(first.out, repository.history(&[]).out);
    assert!(told(&first).len() > 8, "{}", first.out);
}

#[test]
fn what_had_nothing_is_not_examined_again_and_the_report_is_the_same() {
    let repository = Repository::new();
    repository.file(".env", &token(1)).file("plain", "1\n").commit_at("2020-01-01").remove(".env").commit();
    let cache = repository.outer.join("cache");
    let cached = || {
        let dir = cache.to_str().unwrap();
        let run = repository.dekey(&["check", "--history", "--cache-dir", dir, "--output-format", "json"]);
        assert_eq!((run.code, run.error.as_str()), (1, ""));
        run.out
    };
    let first = cached();
    assert_eq!(first, repository.history(&[]).out);
    let files = || std::fs::read_dir(&cache).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    let [file] = files().try_into().unwrap();
    let text = std::fs::read(&file).unwrap();
    // One version had nothing; what has something is not in it.
    assert_eq!(text.len(), 8 + 32 + 1 + 8 + 20 + 32);
    assert_eq!(cached(), first);
    // A file that was tampered with is said to be of no use.
    std::fs::write(&file, &text[..text.len() - 1]).unwrap();
    let run = repository.dekey(&["check", "--history", "--cache-dir", cache.to_str().unwrap()]);
    assert!(run.code == 1 && run.error.contains("is not used"), "{}", run.error);
    assert_eq!(cached(), first);
}
