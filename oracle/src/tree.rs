//! What a grammar makes of a file.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use dekey::span::Span;
use tree_sitter::{Node, ParseOptions, Parser};

use crate::grammars::{self, Grammar};

/// A parse that takes longer than this is given up.
const LIMIT: Duration = Duration::from_secs(5);

/// Nodes that are blocks handed to a call.
const BLOCKS: &[&str] = &["annotated_lambda", "block", "case_block"];

/// A parsed file.
#[derive(Debug, Default)]
pub struct Tree {
    /// String literals, quotes included.
    pub strings: Vec<Span>,
    /// Heredoc openings.
    pub heredocs: Vec<Span>,
    /// Comments.
    pub comments: Vec<Span>,
    /// What the grammar does not look into.
    pub unread: Vec<Span>,
    /// Calls, and the last word of what is called.
    pub calls: Vec<(Span, String)>,
}

/// Why a file has no tree to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The grammar found an error in it.
    Error,
    /// The grammar took too long.
    Slow,
}

/// Parses `text`.
///
/// # Errors
/// When the grammar finds a syntax error or takes too long.
pub fn parse(grammar: &Grammar, text: &[u8]) -> Result<Tree, Refused> {
    let mut parser = Parser::new();
    parser.set_language(&(grammar.language)()).map_err(|_| Refused::Error)?;
    let started = Instant::now();
    let mut watch = |_: &_| if started.elapsed() > LIMIT { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    let options = ParseOptions::new().progress_callback(&mut watch);
    let parsed = parser.parse_with_options(&mut |at, _| text.get(at..).unwrap_or_default(), None, Some(options));
    let parsed = parsed.ok_or(Refused::Slow)?;
    if parsed.root_node().has_error() {
        return Err(Refused::Error);
    }
    let mut tree = Tree::default();
    let mut cursor = parsed.walk();
    // Inside a string, comment or heredoc only what is computed counts, so the walk goes everywhere.
    loop {
        tree.note(grammar, text, cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(tree);
            }
        }
    }
}

impl Tree {
    fn note(&mut self, grammar: &Grammar, text: &[u8], node: Node<'_>) {
        let kind = node.kind();
        let span = Span::new(node.start_byte(), node.end_byte());
        if !node.is_named() {
            return;
        }
        if grammars::unread(grammar.name).contains(&kind) {
            self.unread.push(span);
        } else if grammar.strings.contains(&kind) {
            self.strings.push(span);
        } else if grammar.heredocs.contains(&kind) {
            self.heredocs.push(span);
        } else if grammar.comments.contains(&kind) {
            self.comments.push(without_line_break(text, span));
        } else if grammar.calls.contains(&kind) {
            // A JSX fragment has no name and calls nothing.
            if kind.starts_with("jsx_") && node.child_by_field_name("name").is_none() {
                return;
            }
            // A block after a call's arguments is one of them.
            let first = node.named_child(0).is_some_and(|callee| grammar.calls.contains(&callee.kind()));
            if first && node.named_child(1).is_some_and(|last| BLOCKS.contains(&last.kind())) {
                return;
            }
            // `[a b]` is read as the name `a.b`.
            let mut cursor = node.walk();
            if kind == "message_expression" && !node.children(&mut cursor).any(|child| child.kind() == ":") {
                return;
            }
            // The Swift grammar says that `a[b]` is a call.
            if grammar.name == "swift" && span.of(text).ends_with(b"]") {
                return;
            }
            // A member whose type is understood starts with its dot.
            let dot = usize::from(text.get(span.start) == Some(&b'.'));
            let span = Span::new(span.start + dot, span.end);
            let suffix = |child: &Node<'_>| matches!(child.kind(), "call_suffix" | "value_arguments");
            let suffix = node.children(&mut cursor).find(suffix);
            let arguments = node.child_by_field_name("arguments").or(suffix);
            if grammar.only_with_arguments && arguments.is_none() {
                return;
            }
            let name =
                node.child_by_field_name("name").or(node.child_by_field_name("method")).filter(|_| arguments.is_none());
            let end = name.map_or(span.end, |name| name.end_byte());
            let end = arguments.map_or(end, |arguments| arguments.start_byte());
            self.calls.push((span, last_word(&text[span.start..end.max(span.start)])));
        }
    }
}

/// Some grammars count a comment's line break as part of it.
fn without_line_break(text: &[u8], span: Span) -> Span {
    let trimmed = span.of(text).trim_ascii_end().len();
    Span::new(span.start, span.start + trimmed)
}

fn last_word(text: &[u8]) -> String {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end = text.iter().rposition(part).map_or(0, |at| at + 1);
    let start = text[..end].iter().rposition(|byte| !part(byte)).map_or(0, |at| at + 1);
    String::from_utf8_lossy(&text[start..end]).into_owned()
}
