//! Untrusted text in Markdown.
//!
//! Owns what keeps a name of the tree from being markup, a link, a mention or HTML. It knows no report. The decision to
//! know: a word with anything in it that some reader of Markdown takes for more than text is shown as code, where
//! nothing is; what is code already has the fence it needs.

use super::escape::inline;

/// `text` as code, whatever it holds, on one line.
#[must_use]
pub fn code(text: impl AsRef<[u8]>) -> String {
    let text = inline(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank of its own keeps backquotes at the ends apart from the fence, and an empty text code.
    let apart = text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    // A bar ends a table's cell even in code; elsewhere the entity would be shown as it is.
    if apart { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

/// Words in which backquotes mark code, on one line. Everything else is text, with no other markup.
#[must_use]
pub fn words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let Some(len) = rest[at + 1..].find('`') else { break };
        plain(&rest[..at], &mut out);
        // Two runs of backquotes would be one.
        out.push_str(if out.ends_with('`') { " " } else { "" });
        out.push_str(&code(&rest[at + 1..at + 1 + len]));
        rest = &rest[at + 2 + len..];
    }
    plain(rest, &mut out);
    out
}

/// Text without markup. The first word of all could also be a list's or a heading's mark.
fn plain(text: &str, out: &mut String) {
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let (start, bare) = word.split_at(word.len() - word.trim_start_matches(['(', '"']).len());
        let bare_end = bare.trim_end_matches([')', ',', '.', ';', ':', '"', '?', '!']).len();
        let (bare, end) = bare.split_at(bare_end);
        out.push_str(&inline(start));
        if means_more(bare) {
            out.push_str(&code(bare));
        } else {
            let marks = out.is_empty() && bare.starts_with(['#', '+', '-', '=', '>', '!']);
            out.push_str(if marks { "\\" } else { "" });
            out.push_str(&inline(bare));
        }
        out.push_str(&inline(end));
        if word.len() < piece.len() {
            out.push(' ');
        }
    }
}

/// Whether a word may become a link, a mention, a reference, an entity or HTML.
fn means_more(word: &str) -> bool {
    let leads = |mark: char| word.split(mark).skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
    word.contains("://")
        || word.to_ascii_lowercase().contains("www.")
        || word.contains(['@', '`', '|', '\\', '<', '*', '[', ']', '~', '^', '$', '{', '}', '_'])
        || leads('#')
        || leads('&')
        // A name with its parts, or a file.
        || word.split('.').skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphabetic()))
}

/// Lines as a block of code, with a fence that none of them closes.
pub fn block(language: &str, text: &str, indent: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let language: String = language.chars().filter(|c| c.is_ascii_alphanumeric() || "+-#".contains(*c)).collect();
    let mut out = format!("{indent}{fence}{language}\n");
    for line in text.trim_end().lines() {
        let line = inline(line);
        out.push_str(if line.is_empty() { "" } else { indent });
        out.push_str(&line);
        out.push('\n');
    }
    out + &format!("{indent}{fence}\n")
}

/// A link of a pack: nothing that is not an address of the web is one.
#[must_use]
pub fn link(address: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    if address.starts_with("https://") && address.chars().all(fits) { format!("<{address}>") } else { code(address) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_left() {
        for (text, shown) in [
            ("a.rb", "`a.rb`"),
            ("a`b", "``a`b``"),
            ("```", "```` ``` ````"),
            ("", "`  `"),
            ("a\nb\u{202e}", r"`a\x0ab\u{202e}`"),
            ("<b>|", "`<b>|`"),
        ] {
            assert_eq!(code(text), shown, "{text:?}");
        }
    }

    #[test]
    fn words_are_text() {
        for (text, shown) in [
            ("read it from X_TOKEN instead", "read it from `X_TOKEN` instead"),
            ("run `npm install x@^3` here", "run `npm install x@^3` here"),
            ("`a``b`", "`a` `b`"),
            ("an odd ` stays", "an odd `` ` `` stays"),
            ("see https://evil.example/x, (www.evil.example)", "see `https://evil.example/x`, (`www.evil.example`)"),
            ("ask @someone about #12", "ask `@someone` about `#12`"),
            ("<img src=x> **b** [a](b)", "`<img` src=x> `**b**` `[a](b`)"),
            ("- a", r"\- a"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(words(text), shown, "{text:?}");
        }
    }

    #[test]
    fn blocks_and_links_stay_what_they_are() {
        assert_eq!(block("rb", "a\n\n```\n", "  "), "  ````rb\n  a\n\n  ```\n  ````\n");
        assert_eq!(link("https://example.com/a#b"), "<https://example.com/a#b>");
        assert_eq!(link("https://example.com/> <b>"), "`https://example.com/> <b>`");
    }
}
