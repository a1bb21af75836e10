use super::*;

fn only(comment: &str) -> Written {
    let mut found = all(comment.as_bytes(), Span::new(0, comment.len()));
    assert_eq!(found.len(), 1, "{comment}");
    found.remove(0)
}

fn names(written: &Written) -> Vec<&str> {
    written.rules.iter().map(|rule| rule.text.as_str()).collect()
}

#[test]
fn every_comment_syntax() {
    for comment in [
        "# dekey: ignore[a] why",
        "#dekey:ignore [ a ] why",
        "// dekey: ignore[a] why",
        "/* dekey: ignore[a] why */",
        "/** dekey: ignore[a] why **/",
        "/*\n * dekey: ignore[a] why\n */",
        "<!-- dekey: ignore[a] why -->",
        "<%# dekey: ignore[a] why %>",
        "<%-- dekey: ignore[a] why --%>",
        "{{!-- dekey: ignore[a] why --}}",
        "{# dekey: ignore[a] why #}",
        "@* dekey: ignore[a] why *@",
        "<# dekey: ignore[a] why #>",
        "-- dekey: ignore[a] why",
        ";; dekey: ignore[a] why",
        "! dekey: ignore[a] why",
        ".. dekey: ignore[a] why",
        "# shellcheck disable=SC1 # dekey: ignore[a] why",
    ] {
        let written = only(comment);
        assert_eq!(
            (names(&written), written.reason.trim_end_matches(" *"), &written.fault),
            (vec!["a"], "why", &None),
            "{comment}"
        );
    }
}

#[test]
fn words_about_directives_are_none() {
    for comment in [
        "# write dekey: ignore[a] why",
        "# `dekey: ignore[a] why`",
        "# see \"# dekey: ignore[a] why\"",
        "# (dekey: ignore[a] why)",
        "# dekey: a linter",
        "# dekey: ignored ever since",
        "# Dekey: ignore[a] why",
        "# nodekey: ignore[a] why",
    ] {
        assert_eq!(all(comment.as_bytes(), Span::new(0, comment.len())), [], "{comment}");
    }
}

#[test]
fn rules_reason_and_date() {
    let written = only("# dekey: ignore[v/a, b,] until=2027-02-28 — kept  for\tthe tests");
    assert_eq!(names(&written), ["v/a", "b"]);
    assert_eq!(written.reason, "kept for the tests");
    assert_eq!(written.until.map(|day| day.to_string()).as_deref(), Some("2027-02-28"));
    assert_eq!(only("# dekey: ignore[a]: why until=2028-02-29 it is").reason, "why it is");
    let text = "# dekey: ignore[a, bc] x";
    assert_eq!(only(text).rules[1].span.of(text.as_bytes()), b"bc");
}

#[test]
fn what_is_wrong_is_said() {
    for (comment, fault) in [
        ("# dekey: ignore", Fault::NoRule),
        ("# dekey: ignore this line", Fault::NoRule),
        ("# dekey: ignore[] why", Fault::NoRule),
        ("# dekey: ignore[ , ] why", Fault::NoRule),
        ("# dekey: ignore-file[a] why", Fault::Verb),
        ("# dekey: ignore[a why", Fault::Open),
        ("# dekey: ignore[a]", Fault::NoReason),
        ("# dekey: ignore[a] -- ", Fault::NoReason),
        ("# dekey: ignore[a] until=2027-01-01", Fault::NoReason),
        ("# dekey: ignore[a] why until=soon", Fault::Date("soon".to_owned())),
        ("# dekey: ignore[a] why until=2027-02-29", Fault::Date("2027-02-29".to_owned())),
        ("# dekey: ignore[a] why until=20270228", Fault::Date("20270228".to_owned())),
        ("# dekey: ignore[a] why until=", Fault::Date(String::new())),
        ("# dekey: ignore[a] why until=2027-01-01 until=2028-01-01", Fault::Dates),
    ] {
        assert_eq!(only(comment).fault, Some(fault), "{comment}");
    }
    let many = format!("# dekey: ignore[{}] why", "a,".repeat(33));
    assert_eq!(only(&many).fault, Some(Fault::TooMany));
    assert_eq!(names(&only("# dekey: ignore[a[b]] why")), ["a[b"]);
}

#[test]
fn several_in_one_comment() {
    let text = "/*\n * dekey: ignore[a] one # dekey: ignore[b] two\n * dekey: ignore[c] three */";
    let found = all(text.as_bytes(), Span::new(0, text.len()));
    let said: Vec<_> = found.iter().map(|written| (written.rules[0].text.as_str(), written.reason.as_str())).collect();
    assert_eq!(said, [("a", "one"), ("b", "two"), ("c", "three")]);
    let places: Vec<_> = found.iter().map(|written| (written.first, written.last)).collect();
    assert_eq!(places, [(true, false), (false, true), (true, true)]);
}

#[test]
fn hostile_comments_cost_what_their_bytes_cost() {
    let long = "dekey: ignore[".repeat(100_000);
    assert_eq!(all(long.as_bytes(), Span::new(0, long.len())).len(), 1);
    let signs = format!("{}{}", "/".repeat(500_000), " # dekey: ignore[a] b".repeat(50_000));
    assert_eq!(all(signs.as_bytes(), Span::new(0, signs.len())).len(), 50_000);
    let bytes = b"# dekey: ignore[\xff\xfe] \xc3\x28 \xe2\x80\xae why";
    assert_eq!(all(bytes, Span::new(0, bytes.len())).len(), 1);
    let reason = format!("# dekey: ignore[a] {}", "x".repeat(1 << 20));
    assert_eq!(only(&reason).reason.chars().count(), MAX_REASON + 1);
    assert_eq!(all(b"x", Span::new(0, 9)), []);
}
