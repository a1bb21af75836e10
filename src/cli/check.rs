//! `dekey check`
//!
//! Owns policy: which findings of a report are shown, and what they mean for the exit code.

use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::fixing::{Fixed, Fixing};
use super::output::Streams;
use super::{Error, Exit, Global, Packs, engine};
use crate::config::{self, Audience, Config};
use crate::finding::{Confidence, Finding, Level, Report, State};
use crate::pack::Pack;
use crate::{names, render};

/// Most bytes read from standard input.
const STDIN_LIMIT: u64 = 64 << 20;

/// Arguments of `dekey check`. Of an option given twice the last counts, so that hooks and aliases can be adjusted.
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(super) struct Check {
    /// Files and directories to examine; what is named is examined whatever ignore files say
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    paths: Vec<PathBuf>,
    /// How to print the report
    #[arg(long, alias = "format", value_name = "FORMAT", default_value = "text")]
    output_format: Format,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Fail at findings of this level or above [default: warning]
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<LevelArg>,
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
    packs: Packs,
    /// Use this configuration instead of the nearest dekey.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Also examine what git ignores
    #[arg(long)]
    no_ignore: bool,
    /// Print how often each rule fired instead of the findings; for text and concise
    #[arg(long)]
    statistics: bool,
    /// Exit with 0 when there are findings
    #[arg(long)]
    exit_zero: bool,
    /// Threads [default: as many as fit the machine]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Examine standard input as if it were this file
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    stdin_filename: Option<PathBuf>,
    /// Let unsafe fixes raise the versions of SDKs in manifests
    #[arg(long)]
    bump_sdk: bool,
    #[command(flatten)]
    fixing: Fixing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: source, reasons, what to do
    Text,
    /// One line per finding
    Concise,
    /// One JSON document, with everything
    Json,
    /// For reviewdog: suggestions in a code review
    Rdjson,
    /// For GitHub's code scanning and others that read SARIF 2.1.0
    Sarif,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelArg {
    Note,
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConfidenceArg {
    Low,
    Medium,
    High,
}

/// Which findings are shown.
#[derive(Debug)]
struct Policy {
    config: Config,
    min_confidence: Confidence,
}

impl Check {
    pub(super) fn run(&self, global: &Global, streams: &Streams) -> Result<Exit, Error> {
        let packs = engine::packs(&self.packs.dirs)?;
        let rules = engine::rules(&packs);
        let ids: Vec<&str> = rules.iter().map(|doc| doc.id.as_str()).collect();
        let policy = self.policy(&ids)?;
        let request = self.request(packs, &policy.config)?;

        let mut fixed = self.fixing.run(&request, &|finding| policy.shows(finding), global, streams)?;
        policy.narrow(&mut fixed.report);
        self.write(&fixed, global, streams)?;
        let fail_on = match &fixed.diff {
            // What would change has been found, whatever its level.
            Some(changed) if !changed.is_empty() => Level::Note,
            _ => policy.config.fail_on.unwrap_or(Level::Warning),
        };
        let exit = exit(&fixed.report, fail_on, self.exit_zero);
        Ok(if fixed.is_incomplete() { Exit::Failed } else { exit })
    }

    /// The configuration, with the command line over it.
    fn policy(&self, ids: &[&str]) -> Result<Policy, Error> {
        let mut config = match &self.config {
            Some(path) => load(path, true, ids)?,
            None => match config::find(self.first())? {
                Some(path) => load(&path, false, ids)?,
                None => Config::default(),
            },
        };
        let known = |names: &[String]| -> Result<Vec<String>, Error> {
            let rule = |name: &String| names::rule(name, ids).map(str::to_owned);
            names.iter().map(|name| rule(name).map_err(|nearest| Error::unknown_rule(name, &nearest))).collect()
        };
        if !self.select.is_empty() {
            config.select = known(&self.select)?;
        }
        config.ignore.extend(known(&self.ignore)?);
        config.audience = self.audience.or(config.audience);
        config.fail_on = self.fail_on.map(Level::from).or(config.fail_on);
        Ok(Policy { config, min_confidence: self.min_confidence.into() })
    }

    /// What the search for a configuration starts from.
    fn first(&self) -> &Path {
        let dir = |path: &'_ Path| path.parent().is_none_or(|dir| dir.as_os_str().is_empty());
        match &self.stdin_filename {
            Some(name) if dir(name) => Path::new("."),
            Some(name) => name.parent().unwrap_or(name),
            None => self.paths.first().map_or(Path::new("."), PathBuf::as_path),
        }
    }

    fn request(&self, packs: Vec<Pack>, config: &Config) -> Result<engine::Request, Error> {
        let stdin = match &self.stdin_filename {
            Some(name) => Some((name.clone(), standard_input()?)),
            None => None,
        };
        Ok(engine::Request {
            paths: if stdin.is_some() { Vec::new() } else { self.paths.clone() },
            stdin,
            no_ignore: self.no_ignore,
            threads: self.threads.map_or(0, usize::from),
            audience: config.audience,
            variable: config.variable.clone(),
            bump_sdk: self.bump_sdk,
            exclude: (config.base.clone(), config.exclude.clone()),
            packs,
        })
    }

    /// The report to its place, and beside it, on standard error, what a machine's format does not tell a person.
    fn write(&self, fixed: &Fixed, global: &Global, streams: &Streams) -> Result<(), Error> {
        let report = &fixed.report;
        if let Some(text) = &fixed.text {
            streams.text(text)?;
        }
        let write = |out: &mut dyn Write| match &fixed.diff {
            Some(changed) => render::diff::write(changed, out),
            None => self.report(report, global, out),
        };
        match &self.output_file {
            Some(path) => streams.file(path, write)?,
            // The file's own text has taken the report's place.
            None if fixed.text.is_some() => streams.complain(write)?,
            None => streams.report(write)?,
        }
        let aside = |out: &mut dyn Write| match self.output_format {
            Format::Text if self.output_file.is_none() && fixed.diff.is_none() && !global.quiet => Ok(()),
            Format::Text | Format::Concise if !global.quiet => render::closing::write(report, global.verbose, out),
            format => {
                let left_out = render::sarif::left_out(report).filter(|_| format == Format::Sarif);
                left_out.map_or(Ok(()), |text| render::closing::warning(&text, out))?;
                render::closing::incomplete(report, global.verbose, out)
            }
        };
        // The report is written; that nobody reads standard error does not change the outcome.
        _ = streams.complain(aside);
        if self.fixing.fix || self.fixing.diff {
            _ = streams.complain(|out| fixed.write(global.quiet, out));
        }
        Ok(())
    }

    fn report(&self, report: &Report, global: &Global, out: &mut dyn Write) -> io::Result<()> {
        match self.output_format {
            Format::Json => return render::json::report(report, out),
            Format::Rdjson => return render::rdjson::report(report, out),
            Format::Sarif => return render::sarif::report(report, out),
            _ if self.statistics => render::closing::statistics(report, out)?,
            Format::Text => render::text::findings(report, out)?,
            Format::Concise => render::concise::findings(report, out)?,
        }
        if self.output_format == Format::Text && !global.quiet {
            render::closing::write(report, global.verbose, out)?;
        }
        Ok(())
    }
}

impl Policy {
    /// Leaves what is asked for in the report, at the levels asked for.
    fn narrow(&self, report: &mut Report) {
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

    fn shows(&self, finding: &Finding) -> bool {
        self.runs(&finding.rule) && finding.confidence >= self.min_confidence
    }
}

/// What a report means for the exit code.
fn exit(report: &Report, fail_on: Level, exit_zero: bool) -> Exit {
    if report.skipped.iter().any(|entry| entry.reason.incomplete()) {
        Exit::Failed
    } else if !exit_zero && render::open(report).any(|finding| finding.level >= fail_on) {
        Exit::Findings
    } else {
        Exit::Clean
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

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Note => Self::Note,
            LevelArg::Warning => Self::Warning,
            LevelArg::Error => Self::Error,
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
    use crate::finding::Label;
    use crate::source::{Reason, RelPath, Skipped};
    use crate::span::Span;

    fn finding(rule: &str, level: Level, confidence: Confidence) -> Finding {
        Finding {
            rule: rule.to_owned(),
            level,
            confidence,
            primary: Label { file: 0, span: Span::default(), text: String::new() },
            related: Vec::new(),
            message: String::new(),
            why: String::new(),
            remedy: String::new(),
            route: None,
            evidence: Vec::new(),
            fingerprint: String::new(),
            state: State::Open,
            fix: None,
        }
    }

    fn report(findings: Vec<Finding>) -> Report {
        Report { findings, ..Report::default() }
    }

    fn skipped(reason: Reason) -> Skipped {
        Skipped { path: RelPath::from("f"), reason, detail: String::new() }
    }

    #[test]
    fn exit_codes() {
        let mut report = report(vec![finding("v/a", Level::Warning, Confidence::High)]);
        assert_eq!(exit(&report, Level::Warning, false), Exit::Findings);
        assert_eq!(exit(&report, Level::Note, false), Exit::Findings);
        assert_eq!(exit(&report, Level::Error, false), Exit::Clean);
        assert_eq!(exit(&report, Level::Warning, true), Exit::Clean);
        report.skipped.push(skipped(Reason::Special));
        assert_eq!(exit(&report, Level::Warning, false), Exit::Findings);
        report.skipped.push(skipped(Reason::Unreadable));
        assert_eq!(exit(&report, Level::Warning, false), Exit::Failed);
        assert_eq!(exit(&report, Level::Warning, true), Exit::Failed);
        report.findings.clear();
        assert_eq!(exit(&report, Level::Error, false), Exit::Failed);
    }

    #[test]
    fn accepted_findings_do_not_count() {
        let mut accepted = finding("v/a", Level::Error, Confidence::High);
        accepted.state = State::Suppressed;
        assert_eq!(exit(&report(vec![accepted]), Level::Note, false), Exit::Clean);
    }

    #[test]
    fn rules_levels_and_confidence_narrow_a_report() {
        let all = || {
            report(vec![
                finding("v/a", Level::Error, Confidence::High),
                finding("v/b", Level::Error, Confidence::Medium),
                finding("v/c", Level::Error, Confidence::Low),
            ])
        };
        let narrowed = |config: Config, min_confidence| {
            let mut report = all();
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
