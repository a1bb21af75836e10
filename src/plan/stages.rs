//! From findings to ordered tasks.
//!
//! Owns the order of a migration and which task a finding becomes. It sees the report alone. The decision to know: the
//! order is the one in which each stage can be tried: a credential before the variable that holds it, that before the
//! code that reads it, and what is old goes last.

use std::collections::{BTreeSet, HashSet};

use super::tasks::{CONNECTING, LEFTOVERS, LITERALS, LOGINS, VERSIONS, name, quoted, says, task, unsaid};
use super::{Chosen, Ground, Leak, Part, Plan, Stage, Task};
use crate::finding::{Applicability, Edit, FileId, Finding, Fix, Label, Report, Route, State};

/// Findings of one vendor, with what the plan knows of its project.
struct Planner<'r> {
    ground: &'r Ground,
    findings: Vec<&'r Finding>,
    /// The files they are in.
    files: BTreeSet<FileId>,
}

/// The plan for what a report holds.
#[must_use]
pub fn plan(report: &Report) -> Plan {
    let mut plan = Plan::default();
    for ground in &report.grounds {
        plan.vendors.push(ground.vendor.clone());
        let of_vendor = |finding: &&Finding| {
            finding.state == State::Open
                && finding.rule.strip_prefix(&ground.prefix).is_some_and(|rest| rest.starts_with('/'))
        };
        let findings: Vec<&Finding> = report.findings.iter().filter(of_vendor).collect();
        if !findings.is_empty() {
            let files = findings.iter().map(|finding| finding.primary.file).collect();
            plan.parts.push(Planner { ground, findings, files }.part());
        }
    }
    plan
}

impl<'r> Planner<'r> {
    fn part(&self) -> Part {
        let stages = [
            self.credential(),
            self.variables(),
            self.connect(),
            self.code(),
            self.versions(),
            self.leftovers(),
            self.rotate(),
            self.history(),
            self.verify(),
        ];
        let has_tasks = |stage: &Stage| !stage.tasks.is_empty();
        Part {
            vendor: self.ground.vendor.clone(),
            routes: self.routes(),
            stages: stages.into_iter().filter(has_tasks).collect(),
        }
    }

    /// Where the findings go, and why.
    fn routes(&self) -> Vec<Chosen> {
        let chosen = [Route::AccessToken, Route::Oauth, Route::Remove].map(|route| {
            let findings: Vec<_> = self.findings.iter().filter(|finding| finding.route == Some(route)).collect();
            let mut seen = HashSet::new();
            let says = findings.iter().flat_map(|finding| &finding.evidence).filter(|says| seen.insert(*says));
            Chosen { route, evidence: says.cloned().collect(), findings: findings.len() }
        });
        chosen.into_iter().filter(|chosen| chosen.findings > 0).collect()
    }

    /// The findings of a rule, by its name.
    fn of<'s>(&'s self, rules: &'s [&str]) -> impl Iterator<Item = &'r Finding> + 's {
        self.findings.iter().copied().filter(|finding| rules.contains(&name(finding)))
    }

    fn goes(&self, route: Route) -> bool {
        self.findings.iter().any(|finding| finding.route == Some(route))
    }

    /// Whether a login has to be changed to read a token from the environment.
    fn reads_token(&self) -> bool {
        let of_own = |finding: &Finding| finding.route == Some(Route::AccessToken);
        self.of(LOGINS).any(of_own) || self.of(LITERALS).any(of_own)
    }

    fn step(&self, id: &str) -> Option<Task> {
        let step = self.ground.steps.get(id)?;
        Some(Task { what: step.text.clone(), help: step.help.clone(), ..Task::default() })
    }

    fn credential(&self) -> Stage {
        let mut stage = Stage { title: "Get the credential", ..Stage::default() };
        if self.reads_token() {
            stage.tasks.extend(self.step("create-token"));
        }
        if self.goes(Route::Oauth) {
            let register = self.step("register-app");
            stage.tasks.extend(register.map(|task| Task { done: self.ground.connected.is_some(), ..task }));
            stage.tasks.extend(self.step("review-app"));
        }
        stage
    }

    fn variables(&self) -> Stage {
        let mut stage = Stage { title: "Set the variables", ..Stage::default() };
        if self.reads_token() {
            self.token_variable(&mut stage);
        }
        if let Some(oauth) = self.ground.oauth.as_ref().filter(|_| self.goes(Route::Oauth)) {
            for variable in &oauth.client {
                let kept = if variable.secret { ", as a secret of the server" } else { ", where the server runs" };
                stage.tasks.push(Task {
                    done: !variable.places.is_empty(),
                    what: format!("Set {}{kept}", quoted(&variable.name)),
                    places: variable.places.clone(),
                    ..Task::default()
                });
            }
        }
        stage
    }

    /// The token's variable, beside each place of a key's.
    fn token_variable(&self, stage: &mut Stage) {
        let variable = &self.ground.variable;
        let name = quoted(&variable.name);
        stage.tasks.push(Task {
            what: format!(
                "Set {name} to the token wherever the program runs: hosting, secret store, machines of developers"
            ),
            ..Task::default()
        });
        for old in self.ground.retired.iter().filter(|old| old.secret) {
            for place in &old.places {
                let set = variable.places.iter().find(|set| set.file == place.file);
                let edited = self.edited(place);
                stage.tasks.push(Task {
                    done: set.is_some(),
                    place: Some(set.unwrap_or(place).clone()),
                    what: match (set, edited) {
                        (Some(set), _) => format!("{} {name}", says(set)),
                        (None, Some(_)) => format!("{} {name} in place of {}", says(place), quoted(&old.name)),
                        (None, None) => format!("{} {}; add {name} beside it", says(place), quoted(&old.name)),
                    },
                    how: edited.filter(|_| set.is_none()),
                    ..Task::default()
                });
            }
        }
        let public: Vec<String> =
            self.ground.retired.iter().filter(|old| !old.secret).map(|old| quoted(&old.name)).collect();
        if !public.is_empty() {
            stage.notes.push(format!(
                "{} is public and not a credential: keep it where the Messenger or a mobile SDK reads it, else delete it with the key.",
                public.join(", ")
            ));
        }
    }

    /// What a fix that edits this place may mean, if one does.
    fn edited(&self, place: &Label) -> Option<Applicability> {
        let fixes = self.findings.iter().filter_map(|finding| finding.fix.as_ref());
        let touches = |fix: &&Fix| {
            let here = |edit: &Edit| {
                edit.file == place.file && (edit.span.overlaps(place.span) || place.span.contains(edit.span))
            };
            fix.edits.iter().any(here)
        };
        fixes.filter(touches).map(|fix| fix.applicability).min()
    }

    fn connect(&self) -> Stage {
        let mut stage = Stage { title: "Connect customers through OAuth", ..Stage::default() };
        if !self.goes(Route::Oauth) {
            return stage;
        }
        let ground = self.ground;
        stage.intro =
            ground.connected.clone().map_or(String::new(), |says| format!("Something of it is there: {says}."));
        for way in &ground.ways {
            if !way.add.is_empty() {
                let what = format!("Add {}: `{}`", way.title, way.add);
                stage.tasks.push(Task { done: way.added, what, ..Task::default() });
            }
            let steps = way.steps.iter().map(|step| Task { what: step.clone(), ..Task::default() });
            stage.tasks.extend(steps);
            stage.sketches.push(way.sketch.clone());
        }
        stage.tasks.extend(self.of(CONNECTING).map(|finding| task(finding, &self.files)));
        let named = |place: &&Label| {
            let mut labels =
                self.of(CONNECTING).flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related));
            !labels.any(|label| label.file == place.file && label.span.overlaps(place.span))
        };
        let places: Vec<Label> = ground.columns.iter().filter(named).cloned().collect();
        if !places.is_empty() {
            let what = "Drop what holds the credentials that customers typed in, once all of them have connected; it is made here";
            stage.tasks.push(Task { what: what.to_owned(), places, ..Task::default() });
        }
        stage.notes.extend(ground.ways.iter().flat_map(|way| way.notes.iter().cloned()));
        stage.notes.extend(ground.oauth.iter().flat_map(|oauth| oauth.notes.iter().cloned()));
        stage
    }

    fn code(&self) -> Stage {
        let elsewhere = |finding: &Finding| {
            [CONNECTING, VERSIONS, LEFTOVERS].iter().any(|rules| rules.contains(&name(finding)))
                || finding.route == Some(Route::Remove)
                // That one token stands in several places is for its rotation.
                || name(finding) == "shared-access-token" && !finding.related.is_empty()
        };
        let findings = self.findings.iter().filter(|finding| !elsewhere(finding));
        let mut stage = Stage { title: "Change the code", ..Stage::default() };
        stage.tasks = findings.map(|finding| task(finding, &self.files)).collect();
        stage
    }

    fn versions(&self) -> Stage {
        let tasks = self.of(VERSIONS).map(|finding| task(finding, &self.files)).collect();
        Stage { title: "Raise the SDK", tasks, ..Stage::default() }
    }

    fn leftovers(&self) -> Stage {
        let mut stage = Stage { title: "Remove what is left over", ..Stage::default() };
        let removed = |finding: &&&Finding| {
            !CONNECTING.contains(&name(finding))
                && (LEFTOVERS.contains(&name(finding)) || finding.route == Some(Route::Remove))
        };
        stage.tasks = self.findings.iter().filter(removed).map(|finding| task(finding, &self.files)).collect();
        let covered = |place: &Label| {
            let labels =
                self.of(LEFTOVERS).flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related));
            labels.into_iter().any(|label| label.file == place.file && label.span.overlaps(place.span))
        };
        for old in self.ground.retired.iter().filter(|old| old.secret && self.changes_logins()) {
            let places: Vec<Label> =
                old.places.iter().filter(|place| !covered(place) && self.edited(place).is_none()).cloned().collect();
            let outside = "in the program's hosting and the secret stores";
            let what = match places.len() {
                0 => format!("Delete {} {outside}, once nothing reads it", quoted(&old.name)),
                _ => format!("Delete {} here and {outside}, once nothing reads it", quoted(&old.name)),
            };
            stage.tasks.push(Task { what, places: places.into_iter().map(unsaid).collect(), ..Task::default() });
        }
        if !stage.tasks.is_empty() {
            "A retired key is dead: nothing has to be revoked.".clone_into(&mut stage.intro);
        }
        stage
    }

    fn changes_logins(&self) -> bool {
        self.of(LOGINS).next().is_some()
    }

    fn rotate(&self) -> Stage {
        let mut stage = Stage { title: "Rotate what leaked", ..Stage::default() };
        let leaks = self.leaks();
        let several = leaks.len() > 1;
        for leak in leaks {
            let which = if several {
                format!("the access token with the digest `{}`", leak.id)
            } else {
                "the access token".to_owned()
            };
            let what = match leak.places.len() {
                1 => format!("Regenerate {which}, which stands here"),
                n => format!("Regenerate {which}, which stands in {n} places"),
            };
            stage.tasks.push(Task { what, places: leak.places, ..Task::default() });
        }
        for finding in self.of(&["exposed-access-token"]) {
            let place = Some(unsaid(finding.primary.clone()));
            let what = "Regenerate the token if this was ever shipped, published or logged".to_owned();
            stage.tasks.push(Task { place, what, ..Task::default() });
        }
        for finding in self.of(&["shared-access-token"]).filter(|finding| finding.related.is_empty()) {
            let place = Some(unsaid(finding.primary.clone()));
            stage.tasks.push(Task {
                place,
                what: "Regenerate the token that was sent from here".to_owned(),
                ..Task::default()
            });
        }
        let tokens = !stage.tasks.is_empty();
        let secrets: Vec<Label> =
            self.of(&["hardcoded-client-secret"]).map(|finding| unsaid(finding.primary.clone())).collect();
        if let Some(step) = self.step("renew-secret").filter(|_| !secrets.is_empty()) {
            stage.tasks.push(Task { places: secrets, ..step });
        }
        if let Some(step) = self.ground.steps.get("regenerate-token").filter(|_| tokens) {
            stage.intro = format!("{}.", step.text);
            stage.help = step.help.clone();
        }
        stage
    }

    /// The tokens that the report still holds, each with the places it still holds.
    fn leaks(&self) -> Vec<Leak> {
        let findings = self.of(&["hardcoded-access-token"]);
        let shown: HashSet<_> = findings.map(|finding| (finding.primary.file, finding.primary.span)).collect();
        let leaks = self.ground.leaks.iter().map(|leak| Leak {
            id: leak.id.clone(),
            places: leak.places.iter().filter(|place| shown.contains(&(place.file, place.span))).cloned().collect(),
        });
        leaks.filter(|leak| !leak.places.is_empty()).collect()
    }

    fn history(&self) -> Stage {
        let (mut places, mut seen) = (Vec::new(), BTreeSet::new());
        for finding in self.of(&["hardcoded-access-token", "hardcoded-client-secret"]) {
            if seen.insert(finding.primary.file) {
                places.push(unsaid(finding.primary.clone()));
            }
        }
        let step = self.step("clean-history").filter(|_| !places.is_empty());
        let tasks = step.into_iter().map(|step| Task { places: places.clone(), ..step }).collect();
        Stage { title: "Clean the history", tasks, ..Stage::default() }
    }

    fn verify(&self) -> Stage {
        let mut stage = Stage { title: "Verify", ..Stage::default() };
        let check = "Run `dekey check`: it finds nothing and ends with 0";
        stage.tasks.push(Task { what: check.to_owned(), ..Task::default() });
        if self.reads_token() {
            stage.tasks.extend(self.step("try-token"));
        }
        if self.goes(Route::Oauth) {
            stage.tasks.extend(self.step("try-connection"));
        }
        stage
    }
}
