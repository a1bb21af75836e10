//! `outdated-sdk`: a package whose version cannot take an access token.
//!
//! The decision to know: the manifest is evidence enough. These packages do nothing but call the API, and such a version
//! has no login that still works, so it can serve nobody. One that no manifest names was brought by another package; it
//! counts only where the code logs in with it. A version that may be new enough is not reported.

use super::{Draft, Judged, installed, is_sample};
use crate::finding::{Confidence, Level};
use crate::link::packages::{Named, Version};
use crate::link::project::Project;
use crate::pack::library::Library;
use crate::version::Range;

/// Finds them where manifests name them, else in lock files.
pub(super) fn check(project: &Project<'_, '_>, judged: &mut Judged) {
    for library in &project.pack.libraries {
        let named = project.named(&library.package);
        let by_hand = named.iter().any(|named| !named.locked);
        for named in named.iter().filter(|named| by_hand != named.locked) {
            judge(project, judged, library, named, by_hand);
        }
    }
}

fn judge(project: &Project<'_, '_>, judged: &mut Judged, library: &Library, named: &Named<'_>, by_hand: bool) {
    let version = project.version(&library.package, named.file);
    let range = version.as_ref().map_or_else(Range::all, |version| version.range.clone());
    if !library.takes_no_token(&range) {
        return;
    }
    if !by_hand && !is_used(project, library) {
        return judged.spare(named.file, named.span, "another package brought it, and no code here logs in with it");
    }
    let sure = library.token_from.is_none() || version.as_ref().is_some_and(Version::is_sure);
    let name = &library.package.name;
    let what = version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {}", version.written));
    let draft = Draft {
        rule: "outdated-sdk",
        file: named.file,
        span: named.span,
        what: &what,
        confidence: if sure { Confidence::High } else { Confidence::Medium },
        route: None,
        evidence: Vec::new(),
        secret: None,
        proven: false,
    };
    let Some(finding) = judged.add(project, draft) else { return };
    if is_sample(project, named.file) {
        finding.level = Level::Note;
    }
    finding.related.extend(version.iter().filter(|version| version.place.0 != named.file).map(installed));
    finding.fix = Some(crate::fix::raise::of(project, library, named, version.as_ref()));
}

/// Whether code of the scan logs in with the package.
fn is_used(project: &Project<'_, '_>, library: &Library) -> bool {
    let of_it = |package: &crate::pack::schema::Package| {
        package.ecosystem == library.package.ecosystem && package.name == library.package.name
    };
    let mut uses = project.files.iter().flat_map(|file| &file.matched.uses);
    uses.any(|found| found.construct.package.as_ref().is_some_and(of_it))
}
