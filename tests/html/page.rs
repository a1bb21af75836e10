//! What the markup holds, without a browser.

use dekey::document::Document;
use dekey::render::escape::is_hostile;
use dekey::render::html;

use crate::sample;

pub(crate) fn page(document: &Document) -> String {
    let mut out = Vec::new();
    html::page(document, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("a page is UTF-8")
}

/// The text of the page between two marks.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to}")).0
}

/// The page as a reader without styles has it: its headings and what stands in lists of numbers.
fn outline(page: &str) -> String {
    let main = between(page, "<main>", "</main>");
    // Charts have tests of their own.
    let charts = regex::Regex::new("(?s)<svg.*?</svg>").expect("it compiles");
    let main = charts.replace_all(main, "");
    let tags = regex::Regex::new("<(/?)(h[1-6]|li|caption|tr|dt|dd|p|summary)\\b[^>]*>|<[^>]*>").expect("it compiles");
    let text = tags.replace_all(&main, |found: &regex::Captures<'_>| match (found.get(1), found.get(2)) {
        (Some(slash), Some(name)) if slash.is_empty() && name.as_str().starts_with('h') => {
            format!("\n{} ", "#".repeat(name.as_str()[1..].parse().expect("a digit")))
        }
        (Some(slash), Some(name)) if slash.is_empty() && name.as_str() == "li" => "\n- ".to_owned(),
        (Some(_), Some(_)) => "\n".to_owned(),
        _ => " ".to_owned(),
    });
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut out: String = lines.filter(|line| !line.is_empty()).map(|line| line + "\n").collect();
    for (escape, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
        out = out.replace(escape, sign);
    }
    out
}

fn golden(name: &str, actual: &str) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("DEKEY_BLESS").is_some() {
        std::fs::write(&path, actual).expect("writable");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual);
    assert!(expected == actual, "{name} differs (`DEKEY_BLESS=1` accepts):\n{}", diff.unified_diff());
}

/// What is said, in which order.
#[test]
fn outlines() {
    let mut small = sample::incomplete();
    small.findings.truncate(12);
    golden("page.incomplete.txt", &outline(&page(&small)));
    golden("page.clean.txt", &outline(&page(&sample::clean())));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = sample::incomplete();
    let again = serde_json::from_str(&serde_json::to_string(&document).expect("it is JSON")).expect("it was one");
    assert!(page(&document) == page(&again));
}

/// The policy names what the page holds, and nothing in the page needs more.
#[test]
fn the_policy_lets_through_what_is_in_the_page_and_nothing_else() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let inline = regex::Regex::new(r#"<[^>"]*(?:"[^"]*"[^>"]*)*\s(?:style|on\w+|src)\s*="#).expect("it compiles");
    for document in [sample::incomplete(), sample::clean(), sample::hostile()] {
        let page = page(&document);
        let policy = between(&page, "Content-Security-Policy\" content=\"", "\">");
        let digest = |text: &str| base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text));
        let (style, script) = (between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; \
                 form-action 'none'",
                digest(style),
                digest(script)
            )
        );
        assert_eq!(page.matches("<style").count(), 1);
        assert_eq!(page.matches("<script").count(), 2, "the script and the data");
        let markup = [page.split_once("<style>").expect("it has one").0, between(&page, "</head>", "<script")].concat();
        assert!(!inline.is_match(&markup), "{:?}", inline.find(&markup).map(|found| found.as_str()));
        assert!(!style.contains("url(") && !style.contains("@import"));
    }
}

/// Whatever the texts of a document are, the elements of the page are those of ours, and nothing acts on who prints it.
#[test]
fn no_text_becomes_markup() {
    let page = page(&sample::hostile());
    let (markup, data) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("the data is there");
    let body = between(markup, "<body>", "</main>");
    let tag = regex::Regex::new("<(!?/?[A-Za-z!?][^\\s>/]*)").expect("it compiles");
    let ours = [
        "a", "b", "body", "br", "caption", "code", "dd", "defs", "desc", "details", "div", "dl", "dt", "figure",
        "footer", "h1", "h2", "h3", "h4", "header", "html", "li", "line", "main", "ol", "p", "path", "pattern", "pre",
        "rect", "section", "small", "span", "strong", "summary", "svg", "table", "tbody", "td", "text", "th", "thead",
        "title", "tr", "ul",
    ];
    for found in tag.captures_iter(body) {
        let name = found[1].trim_start_matches('/');
        assert!(ours.contains(&name), "{name}");
    }
    let data = data.split_once("</script>").expect("it ends").0;
    assert!(!data.contains(['<', '>', '&']), "the data holds markup");
    assert!(page.chars().all(|c| c == '\n' || !is_hostile(c)));
    let links = regex::Regex::new("href=\"([^\"]*)\"").expect("it compiles");
    for link in links.captures_iter(body) {
        let to = &link[1];
        assert!(to.starts_with('#') || to.starts_with("https://example.test/"), "{to}");
    }
}

/// Each finding has an element of its own, also where fingerprints are equal.
#[test]
fn ids_are_unique() {
    let mut document = sample::fleet(30);
    document.findings[3].fingerprint = document.findings[4].fingerprint.clone();
    document.findings[5].fingerprint = document.findings[4].fingerprint.clone();
    let page = page(&document);
    let id = regex::Regex::new(" id=\"([^\"]*)\"").expect("it compiles");
    let mut ids: Vec<&str> = id.captures_iter(&page).map(|found| found.get(1).expect("it is there").as_str()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert_eq!(ids.iter().filter(|id| id.starts_with("f-")).count(), 30);
}

/// A page of very many findings has each of them without a script, and its rules' words once.
#[test]
fn a_large_page_is_bounded() {
    let document = sample::fleet(5_000);
    let page = page(&document);
    assert_eq!(page.matches("<li class=\"line\" id=\"f-").count(), 5_000);
    assert!(page.matches("regenerate the token, read the new one").count() <= 2);
    let each = page.len() / 5_000;
    assert!(each < 1_200, "{each} bytes for a finding");
}
