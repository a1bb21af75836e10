//! What looks like a finding to a hasty eye and is none.

use super::case::Case;
use crate::plant::Planted;

/// Files without a finding.
pub(crate) fn quiet() -> Vec<Case> {
    let token = Planted::new("{{token}}").text;
    let text = |written: &str| Planted::new(written).text;
    let key = Planted::new("{{key}}").text;
    vec![
        Case::nothing("quiet/cut", &token[..50]),
        Case::nothing("quiet/in-something-longer", format!("a{token}b")),
        Case::nothing("quiet/prefix", "dG9rO dG9rOmFiYw== intercom"),
        Case::nothing("quiet/outer-shape", format!("dG9rO{}", "A".repeat(55))),
        Case::nothing("quiet/zeros", text("intercom {{token:zero}}\n")),
        Case::nothing("quiet/template.env", "INTERCOM_ACCESS_TOKEN=<your token>\n"),
        Case::nothing("quiet/sums", format!("intercom-4.1.0.gem {key}\n")),
        Case::nothing("quiet/hash", text("intercom {{hash}}\n")),
        Case::nothing("quiet/uuid", text("# intercom\nid: {{uuid}}\n")),
        Case::nothing("quiet/backwards", token.chars().rev().collect::<String>()),
        Case::nothing("quiet/other-case", token.to_uppercase()),
        Case::nothing("quiet/apart", format!("{}\n{}", &token[..30], &token[30..])),
        Case::nothing("quiet/moved.rb", "Intercom::Client.new(token: ENV.fetch(\"INTERCOM_ACCESS_TOKEN\"))\n"),
        Case::nothing("quiet/moved.sh", "curl -H \"Authorization: Bearer $TOKEN\" https://api.intercom.io/me\n"),
        Case::nothing("quiet/other.rb", format!("Stripe.api_key = \"{key}\"\n")),
        Case::nothing("quiet/empty", ""),
        Case::nothing("quiet/nul", [0; 70_000]),
        Case::nothing("quiet/mark", "\u{feff}"),
        Case::nothing("quiet/wide", [0xff, 0xfe].repeat(999)),
        Case::nothing("quiet/half", b"\xff\xfed"),
    ]
}
