//! What dekey tells, what it gives away, and what it believes: outputs, secrets, repositories, configuration.

mod accepted;
mod fault;
mod leaks;
mod output;
mod programs;
mod pull;
mod settings;
mod versions;

#[path = "../../../render/build_server.rs"]
mod build_server;
#[expect(dead_code, reason = "rows use the rest")]
#[path = "../../../support/repository.rs"]
mod repository;

use serde_json::Value;

use crate::plant::Planted;
use crate::subject::Subject;
use crate::{Row, Verdict};

/// The rows of this directory.
pub(crate) fn rows() -> Vec<Row> {
    let files = [accepted::ROWS, fault::ROWS, leaks::ROWS, output::ROWS];
    [&files[..], &[programs::ROWS, pull::ROWS, settings::ROWS, versions::ROWS]].concat().concat()
}

/// Fails where each of these scripts fails, as it has to: see [`Subject::around`].
fn all_fail(judge: impl Fn(&Subject) -> Verdict, scripts: &[&str]) -> Verdict {
    each_fails(scripts.iter().map(|script| judge(&Subject::around(script))))
}

/// Fails where each of these does, as it has to.
fn each_fails(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut last = Ok(());
    for verdict in verdicts {
        last = verdict;
        if last.is_ok() {
            break;
        }
    }
    last
}

/// What has to hold, with a sentence for where it does not.
fn hold(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// A text with its fake credentials.
fn planted(text: &str) -> String {
    Planted::new(text).text
}

/// The findings of a JSON report, as `path state`.
fn findings(report: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let findings = report["findings"].as_array().into_iter().flatten();
    findings.map(|finding| format!("{} {}", word(&finding["path"]), word(&finding["state"]))).collect()
}
