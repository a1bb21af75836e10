//! What `check` and `plan` have in common: what is examined, by which rules, and which findings count.
//!
//! Owns the options that both commands take, and the policy they make together with the configuration. Output and exit
//! codes are the commands' own.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Error, Packs, engine};
use crate::config::{self, Audience, Config};
use crate::finding::{Confidence, Finding, Report, State};
use crate::names;
use crate::pack::Pack;

/// Most bytes read from standard input.
const STDIN_LIMIT: u64 = 64 << 20;

/// What to examine, and how.
#[derive(Debug, Args)]
pub(super) struct Scope {
    /// Files and directories to examine; what is named is examined whatever ignore files say
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    pub(super) paths: Vec<PathBuf>,
    /// Show findings of this confidence or above
    #[arg(long, value_name = "CONFIDENCE", default_value = "medium")]
    min_confidence: ConfidenceArg,
    /// Run only these rules, with or without the vendor's prefix
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Whose data the integration works on; decides between an access token and OAuth
    #[arg(long, value_name = "AUDIENCE")]
    audience: Option<Audience>,
    #[command(flatten)]
    pub(super) packs: Packs,
    /// Use this configuration instead of the nearest dekey.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Also examine what git ignores
    #[arg(long)]
    no_ignore: bool,
    /// Threads [default: as many as fit the machine]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConfidenceArg {
    Low,
    Medium,
    High,
}

/// Which findings are shown.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) config: Config,
    pub(super) min_confidence: Confidence,
}

impl Scope {
    /// The configuration, with the command line over it. `stdin` names what comes through standard input.
    pub(super) fn policy(&self, packs: &[Pack], stdin: Option<&Path>) -> Result<Policy, Error> {
        let rules = engine::rules(packs);
        let ids: Vec<&str> = rules.iter().map(|doc| doc.id.as_str()).collect();
        let mut config = match &self.config {
            Some(path) => load(path, true, &ids)?,
            None => match config::find(self.first(stdin))? {
                Some(path) => load(&path, false, &ids)?,
                None => Config::default(),
            },
        };
        let known = |names: &[String]| -> Result<Vec<String>, Error> {
            let rule = |name: &String| names::rule(name, &ids).map(str::to_owned);
            names.iter().map(|name| rule(name).map_err(|nearest| Error::unknown_rule(name, &nearest))).collect()
        };
        if !self.select.is_empty() {
            config.select = known(&self.select)?;
        }
        config.ignore.extend(known(&self.ignore)?);
        config.audience = self.audience.or(config.audience);
        Ok(Policy { config, min_confidence: self.min_confidence.into() })
    }

    /// What the search for a configuration starts from.
    pub(super) fn first<'a>(&'a self, stdin: Option<&'a Path>) -> &'a Path {
        let dir = |path: &'_ Path| path.parent().is_none_or(|dir| dir.as_os_str().is_empty());
        match stdin {
            Some(name) if dir(name) => Path::new("."),
            Some(name) => name.parent().unwrap_or(name),
            None => self.paths.first().map_or(Path::new("."), PathBuf::as_path),
        }
    }

    /// What the engine is asked to do; with `stdin`, that file alone is examined, and read here.
    pub(super) fn request(
        &self,
        packs: Vec<Pack>,
        config: &Config,
        stdin: Option<&Path>,
    ) -> Result<engine::Request, Error> {
        let stdin = match stdin {
            Some(name) => Some((name.to_owned(), standard_input()?)),
            None => None,
        };
        Ok(engine::Request {
            paths: if stdin.is_some() { Vec::new() } else { self.paths.clone() },
            stdin,
            no_ignore: self.no_ignore,
            threads: self.threads.map_or(0, usize::from),
            audience: config.audience,
            variable: config.variable.clone(),
            bump_sdk: false,
            exclude: (config.base.clone(), config.exclude.clone()),
            packs,
        })
    }
}

impl Policy {
    /// Leaves what is asked for in the report, at the levels asked for.
    pub(super) fn narrow(&self, report: &mut Report) {
        report.findings.retain_mut(|finding| {
            if let Some(Some(level)) = self.config.levels.get(&finding.rule) {
                finding.level = *level;
            }
            self.runs(&finding.rule)
        });
        let hidden = &mut report.hidden;
        report.findings.retain(|finding| {
            let shown = self.shows(finding);
            *hidden += usize::from(!shown && finding.state == State::Open);
            shown
        });
    }

    fn runs(&self, rule: &String) -> bool {
        let Config { select, ignore, levels, .. } = &self.config;
        (select.is_empty() || select.contains(rule)) && !ignore.contains(rule) && levels.get(rule) != Some(&None)
    }

    /// Whether a finding is asked for.
    pub(super) fn shows(&self, finding: &Finding) -> bool {
        self.runs(&finding.rule) && finding.confidence >= self.min_confidence
    }
}

fn load(path: &Path, named: bool, ids: &[&str]) -> Result<Config, Error> {
    config::load(path, named, ids).map_err(|error| match error {
        config::Error::Refused(refused) => Error::Refused(vec![*refused]),
        config::Error::Unreadable(path, error) => {
            let what = format!("cannot read the configuration {}: {error}", path.display());
            Error::new(what, "make it a readable file of at most 1 MiB, or name another with `--config`")
        }
    })
}

fn standard_input() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(STDIN_LIMIT + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 <= STDIN_LIMIT => Ok(bytes),
        Ok(_) => Err(Error::new("standard input has more than 64 MiB", "save it to a file and name that")),
        Err(error) => {
            let what = format!("cannot read standard input: {}", super::output::plain(&error));
            Err(Error::new(what, "save it to a file and name that"))
        }
    }
}

impl From<ConfidenceArg> for Confidence {
    fn from(confidence: ConfidenceArg) -> Self {
        match confidence {
            ConfidenceArg::Low => Self::Low,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::High => Self::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;

    fn finding(rule: &str, confidence: Confidence) -> Finding {
        Finding::bare(rule, Level::Error, confidence)
    }

    #[test]
    fn rules_levels_and_confidence_narrow_a_report() {
        let findings = || {
            vec![finding("v/a", Confidence::High), finding("v/b", Confidence::Medium), finding("v/c", Confidence::Low)]
        };
        let narrowed = |config: Config, min_confidence| {
            let mut report = Report { findings: findings(), ..Report::default() };
            Policy { config, min_confidence }.narrow(&mut report);
            let left: Vec<_> = report.findings.iter().map(|finding| (finding.rule.clone(), finding.level)).collect();
            (left, report.hidden)
        };
        let rule = |name: &str, level| (name.to_owned(), level);
        let error = |name: &str| rule(name, Level::Error);

        let (left, hidden) = narrowed(Config::default(), Confidence::Medium);
        assert_eq!((left, hidden), (vec![error("v/a"), error("v/b")], 1));
        let select = Config { select: vec!["v/c".to_owned()], ..Config::default() };
        assert_eq!(narrowed(select.clone(), Confidence::Low), (vec![error("v/c")], 0));
        assert_eq!(narrowed(select, Confidence::High), (Vec::new(), 1));
        let ignore = Config { ignore: vec!["v/a".to_owned()], ..Config::default() };
        assert_eq!(narrowed(ignore, Confidence::Low).0, [error("v/b"), error("v/c")]);
        let levels = [rule("v/a", Level::Note)].map(|(name, level)| (name, Some(level))).into_iter();
        let levels = Config { levels: levels.chain([("v/b".to_owned(), None)]).collect(), ..Config::default() };
        assert_eq!(narrowed(levels, Confidence::Medium), (vec![rule("v/a", Level::Note)], 1));
    }
}
