//! Which findings are shown, and at which level.
//!
//! Owns the judgement over rules, levels and confidence. It analyses nothing. The decision to know: everything is decided
//! for a finding and its path, since a configuration may say other things of some paths.

use std::path::{Path, PathBuf};

use super::output::Streams;
use super::{Error, Global, engine};
use crate::config::{Config, Matcher, Override, Patterns};
use crate::finding::{Confidence, Finding, Level, Report, State};
use crate::render;
use crate::source::RelPath;

/// Which findings are shown.
#[derive(Debug)]
pub(super) struct Policy {
    /// The configuration, with the command line over it.
    pub(super) config: Config,
    /// What it says of some paths, in order.
    overrides: Vec<(Matcher, Override)>,
}

/// What holds for a rule in a file.
struct Verdict {
    runs: bool,
    level: Option<Level>,
    min_confidence: Confidence,
}

/// Patterns of the configuration, compiled for the paths of reports.
pub(super) fn matcher(patterns: &Patterns, config: &Config, here: &Path) -> Result<Matcher, Error> {
    patterns.matcher(&config.root, here).map_err(|error| {
        let what = format!("cannot use the patterns of the configuration: {error}");
        Error::new(what, "write fewer of them, as in a .gitignore file")
    })
}

impl Policy {
    /// What `config` says. `here` is the working directory, a real path.
    pub(super) fn new(config: Config, here: &Path) -> Result<Self, Error> {
        let overrides = config.overrides.iter().flatten().map(|entry| {
            let paths = entry.paths.clone().unwrap_or_default();
            Ok((matcher(&paths, &config, here)?, entry.clone()))
        });
        Ok(Self { overrides: overrides.collect::<Result<_, Error>>()?, config })
    }

    /// Says which of several configurations counts.
    pub(super) fn tell(&self, global: &Global, streams: &Streams) {
        let Some(file) = self.config.files.first().filter(|_| !global.quiet) else { return };
        let here = engine::here().unwrap_or_default();
        let shown = |path: &PathBuf| {
            let whole = self.config.root.join(path);
            whole.strip_prefix(&here).unwrap_or(&whole).display().to_string()
        };
        if !self.config.beside.is_empty() {
            let others: Vec<String> = self.config.beside.iter().map(shown).collect();
            let text = format!("{} governs; the settings in {} do not count", shown(file), others.join(" and "));
            _ = streams.complain(|out| render::closing::warning(&text, out));
        }
    }

    /// Leaves what is asked for in the report, at the levels asked for.
    pub(super) fn narrow(&self, report: &mut Report) {
        let files = &report.files;
        let hidden = &mut report.hidden;
        report.findings.retain_mut(|finding| {
            let verdict = self.verdict(&finding.rule, files.get(finding.primary.file).map(|file| &file.path));
            if let Some(level) = verdict.level {
                finding.level = level;
            }
            let shown = finding.confidence >= verdict.min_confidence;
            *hidden += usize::from(verdict.runs && !shown && finding.state == State::Open);
            verdict.runs && shown
        });
    }

    /// Whether a finding in the file of this path is asked for; sets its level.
    pub(super) fn admits(&self, finding: &mut Finding, path: &RelPath) -> bool {
        let verdict = self.verdict(&finding.rule, Some(path));
        if let Some(level) = verdict.level {
            finding.level = level;
        }
        verdict.runs && finding.confidence >= verdict.min_confidence
    }

    /// Whether a finding in the file of this path is asked for.
    pub(super) fn shows(&self, finding: &Finding, path: &RelPath) -> bool {
        let verdict = self.verdict(&finding.rule, Some(path));
        verdict.runs && finding.confidence >= verdict.min_confidence
    }

    fn verdict(&self, rule: &String, path: Option<&RelPath>) -> Verdict {
        let Config { select, ignore, levels, min_confidence, .. } = &self.config;
        let has = |rules: &Option<Vec<String>>| rules.as_ref().is_some_and(|rules| rules.contains(rule));
        let mut selected = select.as_ref();
        let mut ignored = has(ignore);
        let mut level = levels.as_ref().and_then(|levels| levels.get(rule));
        let mut min_confidence = min_confidence.unwrap_or(Confidence::Medium);
        let meant = |matcher: &Matcher| path.is_some_and(|path| matcher.matches(path));
        for (_, entry) in self.overrides.iter().filter(|(matcher, _)| meant(matcher)) {
            selected = entry.select.as_ref().or(selected);
            ignored |= has(&entry.ignore);
            level = entry.levels.as_ref().and_then(|levels| levels.get(rule)).or(level);
            min_confidence = entry.min_confidence.unwrap_or(min_confidence);
        }
        let selected = selected.is_none_or(|rules| rules.is_empty() || rules.contains(rule));
        Verdict { runs: selected && !ignored && level != Some(&None), level: level.copied().flatten(), min_confidence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Masked;
    use crate::source::Source;

    fn finding(rule: &str, confidence: Confidence) -> Finding {
        Finding::bare(rule, Level::Error, confidence)
    }

    /// What is left of three findings in `path`, and how many are hidden.
    fn narrowed(config: Config, path: &str) -> (Vec<(String, Level)>, usize) {
        let findings =
            vec![finding("v/a", Confidence::High), finding("v/b", Confidence::Medium), finding("v/c", Confidence::Low)];
        let file = Masked::new(Source::from_bytes(RelPath::from(path), Vec::new(), true), &[]);
        let mut report = Report { findings: findings.clone(), files: vec![file], ..Report::default() };
        let policy = Policy::new(config, Path::new("/here")).unwrap_or_else(|_| panic!("it compiles"));
        let shown: Vec<_> =
            findings.iter().filter(|finding| policy.shows(finding, &RelPath::from(path))).map(|f| &f.rule).collect();
        policy.narrow(&mut report);
        let left: Vec<_> = report.findings.iter().map(|finding| (finding.rule.clone(), finding.level)).collect();
        assert_eq!(left.iter().map(|(rule, _)| rule).collect::<Vec<_>>(), shown);
        (left, report.hidden)
    }

    fn rules(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn at(name: &str, level: Level) -> (String, Level) {
        (name.to_owned(), level)
    }

    #[test]
    fn rules_levels_and_confidence_narrow_a_report() {
        let error = |name: &str| at(name, Level::Error);
        let config = |min_confidence| Config { min_confidence: Some(min_confidence), ..Config::default() };

        assert_eq!(narrowed(Config::default(), "f"), (vec![error("v/a"), error("v/b")], 1));
        let select = |min_confidence| Config { select: rules(&["v/c"]), ..config(min_confidence) };
        assert_eq!(narrowed(select(Confidence::Low), "f"), (vec![error("v/c")], 0));
        assert_eq!(narrowed(select(Confidence::High), "f"), (Vec::new(), 1));
        let ignore = Config { ignore: rules(&["v/a"]), select: rules(&[]), ..config(Confidence::Low) };
        assert_eq!(narrowed(ignore, "f").0, [error("v/b"), error("v/c")]);
        let levels = [("v/a".to_owned(), Some(Level::Note)), ("v/b".to_owned(), None)];
        let levels = Config { levels: Some(levels.into()), ..config(Confidence::Medium) };
        assert_eq!(narrowed(levels, "f"), (vec![at("v/a", Level::Note)], 1));
    }

    #[test]
    fn what_is_said_of_some_paths_holds_there_and_the_later_counts() {
        let paths = |dir: &str, line: &str| Some(Patterns { dir: dir.into(), lines: vec![line.to_owned()] });
        let level = |rule: &str, level| Some([(rule.to_owned(), level)].into());
        let config = Config {
            root: "/here".into(),
            select: rules(&["v/a", "v/b"]),
            levels: level("v/b", None),
            overrides: Some(vec![
                Override {
                    paths: paths("", "spec/"),
                    ignore: rules(&["v/a"]),
                    select: rules(&[]),
                    ..Override::default()
                },
                Override { paths: paths("", "*.md"), levels: level("v/b", Some(Level::Note)), ..Override::default() },
                Override {
                    paths: paths("spec", "/deep/"),
                    min_confidence: Some(Confidence::Low),
                    levels: level("v/b", Some(Level::Warning)),
                    ..Override::default()
                },
            ]),
            ..Config::default()
        };
        for (path, left, hidden) in [
            ("app.rb", vec![at("v/a", Level::Error)], 0),
            ("spec/a.rb", Vec::new(), 1),
            ("doc/a.md", vec![at("v/a", Level::Error), at("v/b", Level::Note)], 0),
            ("spec/a.md", vec![at("v/b", Level::Note)], 1),
            ("spec/deep/a.md", vec![at("v/b", Level::Warning), at("v/c", Level::Error)], 0),
            ("deep/a.rb", vec![at("v/a", Level::Error)], 0),
            ("../spec/a.rb", vec![at("v/a", Level::Error)], 0),
        ] {
            assert_eq!(narrowed(config.clone(), path), (left, hidden), "{path}");
        }
    }
}
