//! `dekey check repo1 repo2 …`: every project by itself, and one report of all of them.

#[expect(dead_code, reason = "`cases` uses the rest of this module")]
#[path = "support/plant.rs"]
mod plant;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plant::Planted;
use serde_json::Value;

/// A directory with repositories.
struct Fleet(tempfile::TempDir);

struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// What tells a finding from others, but for where its repository lies.
type Known = (String, String, String, u64);

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    fn findings(&self) -> Vec<Value> {
        self.json()["findings"].as_array().unwrap().clone()
    }

    /// The findings in files whose paths begin so.
    fn within(&self, prefix: &str) -> BTreeSet<Known> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let known = |finding: &Value| {
            let path = text(&finding["path"]).strip_prefix(prefix)?.to_owned();
            Some((
                text(&finding["rule"]),
                path,
                text(&finding["fingerprint"]),
                finding["start"]["line"].as_u64().unwrap(),
            ))
        };
        self.findings().iter().filter_map(known).collect()
    }

    fn places(&self) -> Vec<String> {
        self.findings().iter().map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
    }

    fn repositories(&self) -> Vec<Value> {
        self.json()["repositories"].as_array().unwrap().clone()
    }

    fn skipped(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let json = self.json();
        let entries = json["skipped"].as_array().unwrap().iter();
        entries.map(|entry| (text(&entry["path"]), text(&entry["detail"]))).collect()
    }
}

fn login(name: &str) -> String {
    format!("require 'intercom'\nIntercom::Client.new(app_id: ENV['{name}_ID'], api_key: ENV['{name}_KEY'])\n")
}

fn planted(text: &str) -> String {
    Planted::new(text).text
}

impl Fleet {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Two repositories that have a token in common, each with what the other has not.
    fn two() -> Self {
        let fleet = Self::new();
        fleet.write("api/app.rb", &login("API"));
        fleet.write("api/deploy/.env", &planted("TOKEN={{token}}\n"));
        fleet.write("api/docker-compose.yml", "services:\n  app:\n    environment:\n      API_KEY: abc\n");
        fleet.write("api/Gemfile", "source 'https://rubygems.org'\ngem 'intercom', '~> 2.0'\n");
        fleet.repository("api");
        fleet.write("web/lib/client.rb", &login("WEB"));
        fleet.write("web/notes.txt", &planted("{{token}} and {{token:2}}\n"));
        fleet.repository("web");
        fleet
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn repository(&self, name: &str) {
        self.git(name, &["init", "--quiet", "--initial-branch=main"]);
        self.commit(name);
    }

    fn commit(&self, name: &str) {
        self.git(name, &["add", "--all", "--force"]);
        self.git(name, &["commit", "--quiet", "--message", "a commit"]);
    }

    fn git(&self, name: &str, args: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.test", "-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(self.path(name))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_DATE", "2024-02-03T04:05:06+01:00")
            .output()
            .expect("git is installed");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn check(&self, args: &[&str]) -> Ran {
        check(self.0.path(), args, None)
    }

    fn json(&self, args: &[&str]) -> Ran {
        let args: Vec<&str> = args.iter().copied().chain(["--output-format", "json"]).collect();
        self.check(&args)
    }
}

fn check(dir: &Path, args: &[&str], stdin: Option<&[u8]>) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dekey"));
    command.arg("check").args(args).current_dir(dir).env_clear();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.unwrap_or_default()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn alone(dir: &Path) -> Ran {
    check(dir, &["--output-format", "json"], None)
}

/// But for the one that only a run over both can make.
fn own(found: BTreeSet<Known>) -> BTreeSet<Known> {
    found.into_iter().filter(|(rule, ..)| !rule.ends_with("/shared-access-token")).collect()
}

#[test]
fn what_is_found_is_what_single_runs_find() {
    let fleet = Fleet::two();
    let both = fleet.json(&["web", "api"]);
    assert_eq!(both.code, 1, "{}", both.err);
    for name in ["api", "web"] {
        let single = own(alone(&fleet.path(name)).within(""));
        assert!(single.len() >= 2, "{name}: {single:?}");
        assert_eq!(own(both.within(&format!("{name}/"))), single, "{name}");
    }
    // In the order in which they were named.
    let named: Vec<Value> = both.repositories().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(named, ["web", "api"]);
    let places = both.places();
    let first = places.iter().position(|path| path.starts_with("api/")).unwrap();
    assert!(places[..first].iter().all(|path| path.starts_with("web/")), "{places:?}");
    assert!(places[first..].iter().all(|path| path.starts_with("api/")), "{places:?}");
    for finding in both.findings() {
        let repository = finding["repository"].as_str().unwrap();
        assert!(finding["path"].as_str().unwrap().starts_with(&format!("{repository}/")), "{finding}");
    }
    for one in both.repositories() {
        assert_eq!(one["revision"]["date"], "2024-02-03T04:05:06+01:00", "{one}");
        assert_eq!(one["revision"]["commit"].as_str().unwrap().len(), 40);
        assert_eq!(one["complete"], true);
    }
    let total: u64 = both.repositories().iter().map(|one| one["files_examined"].as_u64().unwrap()).sum();
    assert_eq!(both.json()["summary"]["files_examined"].as_u64(), Some(total));
    // The same bytes, whatever runs beside.
    assert_eq!(fleet.json(&["web", "api", "-j", "1"]).out, both.out);
    assert_eq!(fleet.json(&["web", "api", "-j", "7"]).out, both.out);
}

#[test]
fn a_token_in_several_repositories_is_said_once() {
    let fleet = Fleet::two();
    let shared = |ran: &Ran| -> Vec<Value> {
        let is_shared = |finding: &Value| finding["rule"].as_str().unwrap().ends_with("/shared-access-token");
        ran.findings().into_iter().filter(is_shared).collect()
    };
    let found = shared(&fleet.json(&["api", "web"]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["path"], "api/deploy/.env");
    assert_eq!(found[0]["message"], "the same access token stands in 2 files of 2 repositories");
    let related: Vec<&Value> = found[0]["related"].as_array().unwrap().iter().map(|label| &label["path"]).collect();
    assert_eq!(related, ["web/notes.txt"]);
    let text = fleet.check(&["api", "web"]);
    assert!(text.out.contains("1 secret stands in several repositories."), "{}", text.out);

    // One that stands in several files of a repository has been said there.
    fleet.write("web/more.txt", &planted("{{token}}\n"));
    fleet.commit("web");
    let found = shared(&fleet.json(&["api", "web"]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["path"], "web/more.txt");
    assert_eq!(found[0]["message"], "the same access token stands in 3 files of 2 repositories");
    assert_eq!(found[0]["related"].as_array().unwrap().len(), 2);
    let single = shared(&alone(&fleet.path("web")));
    assert_eq!(single[0]["fingerprint"], found[0]["fingerprint"]);

    // Who does not ask for the rule is not told, and what is accepted everywhere is accepted.
    assert!(shared(&fleet.json(&["api", "web", "--ignore", "shared-access-token"])).is_empty());
    let only = fleet.json(&["api", "web", "--select", "shared-access-token"]);
    assert_eq!(only.findings().len(), 1);
    fleet.write("api/dekey.toml", "ignore = [\"shared-access-token\"]\n");
    let found = shared(&fleet.json(&["api", "web"]));
    assert_eq!(found[0]["path"], "web/more.txt");
}

#[test]
fn a_token_in_very_many_places_is_told_with_some_of_them() {
    let fleet = Fleet::new();
    let names: Vec<String> = (0..30).map(|at| format!("r{at:02}")).collect();
    for name in &names {
        fleet.write(&format!("{name}/.env"), &planted("A={{token}}\nB={{key}}\n"));
        fleet.repository(name);
    }
    let ran = fleet.json(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let found = ran.findings().into_iter().find(|finding| finding["rule"] == "intercom/shared-access-token").unwrap();
    assert_eq!(found["message"], "the same access token stands in 30 files of 30 repositories");
    let related = found["related"].as_array().unwrap();
    assert_eq!(related.len(), 20);
    assert_eq!(related[19]["message"], "and here, as in 9 more places");
    let text = fleet.check(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.out.contains("30 repositories: findings in 30."), "{}", text.out);
    assert!(!text.out.contains("\n  r00 "), "{}", text.out);
}

#[test]
fn each_has_its_own_configuration_baseline_and_ignore_rules() {
    let fleet = Fleet::two();
    fleet.write(
        "api/dekey.toml",
        "ignore = [\"hardcoded-access-token\", \"shared-access-token\"]\nexclude = [\"old/\"]\n",
    );
    fleet.write("api/old/a.rb", &login("OLD"));
    fleet.write("web/.gitignore", "local.rb\n");
    fleet.write("web/local.rb", &login("LOCAL"));
    let baseline = Command::new(env!("CARGO_BIN_EXE_dekey")).arg("baseline").current_dir(fleet.path("web")).output();
    assert!(baseline.unwrap().status.success());
    let ran = fleet.json(&["api", "web"]);
    let open = |ran: &Ran| -> Vec<String> {
        let open = ran.findings().into_iter().filter(|finding| finding["state"] == "open");
        open.map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(open(&ran), ["api/Gemfile", "api/app.rb"], "{}", ran.out);
    assert_eq!(ran.repositories()[1]["baseline"]["left"], 3);
    assert_eq!(ran.repositories()[0]["baseline"], Value::Null);
    let text = fleet.check(&["api", "web"]);
    assert!(text.out.contains("3 accepted by web/dekey-baseline.toml (3 of 3 left)"), "{}", text.out);
    // What is named counts for all.
    fleet.write("strict.toml", "select = [\"hardcoded-access-token\"]\n");
    let ran = fleet.json(&["api", "web", "--config", "strict.toml", "--no-baseline"]);
    assert_eq!(open(&ran), ["api/deploy/.env", "web/notes.txt", "web/notes.txt"]);
    // And a level that one of them sets fails the run for its own findings only.
    fleet.write(
        "web/dekey.toml",
        "fail-on = \"error\"\n[levels]\ndeprecated-api-key-auth = \"warning\"\nhardcoded-access-token = \"note\"\n",
    );
    fleet.write(
        "api/dekey.toml",
        "select = []\nignore = [\"deprecated-api-key-auth\", \"hardcoded-access-token\", \"outdated-sdk\"]\n",
    );
    let ran = fleet.json(&["api", "web", "--no-baseline", "--ignore", "shared-access-token"]);
    assert_eq!((ran.code, open(&ran).is_empty()), (0, false), "{}", ran.out);
}

#[test]
fn what_cannot_be_examined_stops_nothing_else() {
    let fleet = Fleet::two();
    fleet.write("broken/dekey.toml", "nonsense = 1\n");
    fleet.repository("broken");
    fleet.write("torn.tar.gz", "no archive");
    let ran = fleet.json(&["missing", "api", "broken", "torn.tar.gz", "https://example.test/a.git"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.within("api/").is_empty());
    let failures: Vec<String> =
        ran.repositories().iter().map(|one| one["failure"].as_str().unwrap_or_default().to_owned()).collect();
    for (failure, part) in failures.iter().zip([
        "it does not exist; name a directory",
        "",
        "broken/dekey.toml is wrong: ",
        "the archive cannot be read: ",
        "no network; clone it",
    ]) {
        assert!(failure.contains(part) && failure.is_empty() == part.is_empty(), "{failure}");
    }
    let named: Vec<(String, String)> = ran.skipped();
    assert_eq!(named.len(), 4, "{named:?}");
    assert_eq!(ran.json()["skipped"][1]["repository"], "broken");
    let text = fleet.check(&["missing", "api", "web"]);
    assert!(text.out.contains("  missing  not examined: it does not exist"), "{}", text.out);
    assert!(text.out.contains("  api      3 errors, 1 warning\n"), "{}", text.out);
}

#[test]
fn paths_in_one_repository_are_one_project_as_ever() {
    let fleet = Fleet::two();
    fleet.write("api/copy.txt", &planted("{{token}}\n"));
    let inside = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["--output-format", "json"]).collect();
        check(&fleet.path("api"), &args, None)
    };
    let ran = inside(&["app.rb", "deploy", "copy.txt"]);
    assert_eq!(ran.repositories().len(), 1);
    assert_eq!(ran.repositories()[0]["name"], Value::Null);
    assert!(ran.findings().iter().any(|finding| finding["message"].as_str().unwrap().contains("in 2 files")));
    // An archive among the files of a commit is a project by itself, unless the option is for one.
    std::fs::write(fleet.path("api/x.zip"), "PK").unwrap();
    assert_eq!(inside(&["app.rb", "--staged"]).code, 0);
    assert_eq!(inside(&["app.rb", "x.zip", "--staged"]).code, 0);
    assert_eq!(inside(&["app.rb", "x.zip"]).repositories().len(), 2);
    // Several that were named as parts of one repository are one of several, too.
    let ran = fleet.json(&["api/app.rb", "web", "api/deploy"]);
    assert_eq!(ran.repositories().len(), 2);
    assert_eq!(own(ran.within("web/")), own(alone(&fleet.path("web")).within("")));
    let api: BTreeSet<Known> = own(alone(&fleet.path("api")).within(""));
    let named =
        api.into_iter().filter(|(_, path, ..)| path != "copy.txt" && path != "Gemfile").collect::<BTreeSet<_>>();
    assert_eq!(own(ran.within("api/")), named);
}

#[test]
fn one_within_another_is_examined_once() {
    let fleet = Fleet::two();
    std::fs::rename(fleet.path("web"), fleet.path("api/web")).unwrap();
    let ran = fleet.json(&["api", "api/web", "api", "./api/"]);
    assert_eq!(ran.repositories().len(), 2);
    let names: Vec<Value> = ran.repositories().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["api", "web"]);
    let mut places = ran.places();
    places.sort();
    let before = places.len();
    places.dedup();
    assert_eq!(before - places.len(), 2, "two tokens in one file, and one of them shared: {places:?}");
}

#[test]
fn a_list_names_repositories() {
    let fleet = Fleet::two();
    fleet.write("list", "# all of ours\napi\n\n  web  \r\n");
    let listed = fleet.json(&["--repos-from", "list"]);
    assert_eq!(listed.out, fleet.json(&["api", "web"]).out, "{}", listed.err);
    let piped = check(fleet.0.path(), &["--repos-from", "-", "-0", "--output-format", "json"], Some(b"api\0web\0"));
    assert_eq!(piped.out, listed.out, "{}", piped.err);
    let more = fleet.json(&["web", "--repos-from", "list"]);
    assert_eq!(more.repositories().iter().map(|one| one["name"].clone()).collect::<Vec<_>>(), ["web", "api"]);
    fleet.write("one", "api\n");
    let one = fleet.json(&["--repos-from", "one"]);
    assert_eq!(one.repositories()[0]["name"], "api");
    assert_eq!(one.within("api/"), alone(&fleet.path("api")).within(""));
    fleet.write("none", "# nothing\n");
    for (args, words) in [
        (&["--repos-from", "none"][..], "names none"),
        (&["--repos-from", "absent"], "cannot read the list"),
        (&["--repos-from", "list", "-"], "standard input cannot be examined together"),
        (&["-0"], "--repos-from"),
    ] {
        let ran = fleet.check(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
    }
}

#[test]
fn options_for_one_repository_are_refused() {
    let fleet = Fleet::two();
    for option in [&["--fix"][..], &["--diff"], &["--staged"], &["--since", "main"], &["--watch"], &["--ratchet"]] {
        let args: Vec<&str> = ["api", "web"].iter().chain(option).copied().collect();
        let ran = fleet.check(&args);
        assert_eq!(ran.code, 2, "{option:?}");
        let words = format!("`{}` is for the work tree of one repository", option[0]);
        assert!(ran.err.contains(&words), "{option:?}: {}", ran.err);
    }
    fleet.git("api", &["archive", "-o", "../api.zip", "HEAD"]);
    assert!(fleet.check(&["api.zip", "--fix"]).err.contains("`--fix` is for the work tree"));
}

#[test]
fn every_format_is_written_of_all() {
    let fleet = Fleet::two();
    let secrets = Planted::new("{{token}} {{token:2}}").secrets;
    for format in ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "rdjson"] {
        let ran = fleet.check(&["api", "web", "--output-format", format]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        assert!(ran.out.contains("api/app.rb") && ran.out.contains("web/lib/client.rb"), "{format}: {}", ran.out);
        assert_eq!(plant::shown(&secrets, &ran.out), None, "{format}");
    }
    let statistics = fleet.check(&["api", "web", "--statistics"]);
    assert!(statistics.out.contains("3 error   intercom/hardcoded-access-token"), "{}", statistics.out);
    assert_eq!(fleet.check(&["api", "web", "--exit-zero"]).code, 0);
}

#[test]
fn a_bare_clone_is_its_tree() {
    let fleet = Fleet::two();
    let tree = alone(&fleet.path("api"));
    fleet.git(".", &["clone", "--quiet", "--bare", "api", "api.git"]);
    let bare = fleet.json(&["api.git"]);
    assert_eq!(bare.within("api.git/"), tree.within(""), "{}", bare.err);
    let known = |ran: &Ran| (ran.code, ran.json()["summary"]["files_examined"].clone());
    assert_eq!(known(&bare), known(&tree));
    assert_eq!(bare.repositories()[0]["name"], "api");
    assert_eq!(bare.repositories()[0]["revision"]["date"], "2024-02-03T04:05:06+01:00");
    // From within, too; and packed.
    assert_eq!(alone(&fleet.path("api.git")).within(""), tree.within(""));
    fleet.git("api.git", &["gc", "--quiet"]);
    assert_eq!(fleet.json(&["api.git"]).within("api.git/"), tree.within(""));
    // Its configuration and its baseline are those of the commit.
    fleet.write("api/dekey.toml", "extends = \"base.toml\"\nbaseline = \"ci/accepted.toml\"\n");
    fleet.write("api/base.toml", "ignore = [\"hardcoded-access-token\"]\n");
    std::fs::create_dir(fleet.path("api/ci")).unwrap();
    let mut baseline = Command::new(env!("CARGO_BIN_EXE_dekey"));
    baseline.args(["baseline", "--quiet"]).current_dir(fleet.path("api"));
    assert!(baseline.status().unwrap().success());
    fleet.commit("api");
    fleet.git(".", &["clone", "--quiet", "--bare", "api", "after.git"]);
    let bare = fleet.json(&["after.git"]);
    assert_eq!(bare.code, 0, "{}", bare.out);
    assert_eq!(bare.json()["summary"]["baselined"], 2, "{}", bare.out);
}

#[test]
fn a_bare_repository_without_a_commit_is_told_from_one_that_hides_them() {
    let fleet = Fleet::two();
    std::fs::create_dir(fleet.path("empty.git")).unwrap();
    fleet.git("empty.git", &["init", "--quiet", "--bare"]);
    let empty = fleet.json(&["empty.git"]);
    assert_eq!((empty.code, empty.repositories()[0]["failure"].clone()), (0, Value::Null), "{}", empty.err);
    fleet.git(".", &["clone", "--quiet", "--bare", "api", "api.git"]);
    fleet.git("api.git", &["symbolic-ref", "HEAD", "refs/heads/gone"]);
    let lost = fleet.json(&["api.git"]);
    assert_eq!(lost.code, 2);
    let failure = lost.repositories()[0]["failure"].as_str().unwrap().to_owned();
    assert!(failure.contains("its HEAD names no commit; `git symbolic-ref HEAD refs/heads/BRANCH`"), "{failure}");
    // A file that is missing hides no other.
    fleet.git(".", &["clone", "--quiet", "--bare", "--no-local", "web", "web.git"]);
    let objects = fleet.path("web.git/objects");
    fleet.git("web.git", &["repack", "-q", "-a", "-d"]);
    let mut pack = std::fs::read_dir(objects.join("pack")).unwrap().map(|entry| entry.unwrap().path());
    let pack = pack.find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
    let outside = fleet.path("x.pack");
    std::fs::rename(&pack, &outside).unwrap();
    std::fs::remove_dir_all(objects.join("pack")).unwrap();
    let unpack = Command::new("git")
        .args(["unpack-objects", "-q"])
        .current_dir(fleet.path("web.git"))
        .stdin(std::fs::File::open(outside).unwrap())
        .status();
    assert!(unpack.unwrap().success());
    let id = Command::new("git").args(["rev-parse", "HEAD:notes.txt"]).current_dir(fleet.path("web.git")).output();
    let id = String::from_utf8(id.unwrap().stdout).unwrap();
    std::fs::remove_file(objects.join(&id[..2]).join(id[2..].trim())).unwrap();
    let partly = fleet.json(&["web.git"]);
    assert_eq!((partly.code, partly.places()), (2, vec!["web.git/lib/client.rb".to_owned()]), "{}", partly.err);
    assert!(partly.skipped()[0].1.contains("is missing"), "{:?}", partly.skipped());
}

#[test]
fn histories_are_examined_each_by_itself() {
    let fleet = Fleet::two();
    std::fs::remove_file(fleet.path("api/deploy/.env")).unwrap();
    fleet.commit("api");
    fleet.git(".", &["clone", "--quiet", "--bare", "api", "api.git"]);
    fleet.git("web", &["archive", "-o", "../old.zip", "HEAD"]);
    let ran = fleet.json(&["api.git", "web", "old.zip", "--history"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let gone = ran.findings().into_iter().find(|finding| finding["path"] == "api.git/deploy/.env").unwrap();
    assert_eq!(gone["history"]["in_tip"], false);
    let single = check(&fleet.path("api"), &["--history", "--output-format", "json"], None);
    assert_eq!(own(ran.within("api.git/")), own(single.within("")));
    let histories: Vec<bool> = ran.repositories().iter().map(|one| one["history"].is_object()).collect();
    assert_eq!(histories, [true, true, false]);
    assert_eq!(ran.skipped(), [("old.zip".to_owned(), "it is no repository, so that it has no history".to_owned())]);
    // The token that api has in its history only stands in the others still.
    let is_shared = |finding: &&Value| finding["rule"] == "intercom/shared-access-token";
    let shared = ran.findings();
    let shared: Vec<&Value> = shared.iter().filter(is_shared).collect();
    assert_eq!(shared[0]["message"], "the same access token stands in 3 files of 3 repositories");
}

#[test]
fn a_single_one_may_be_given_its_name() {
    let fleet = Fleet::two();
    fleet.git(".", &["clone", "--quiet", "--bare", "api", "api.git"]);
    let named = fleet.json(&["api.git", "--repository", "acme/api"]);
    assert_eq!(named.repositories()[0]["name"], "acme/api");
    let several = fleet.check(&["api.git", "web", "--repository", "acme/api"]);
    assert_eq!(several.code, 2);
    assert!(several.err.contains("`--repository` is the name of one repository"), "{}", several.err);
}
