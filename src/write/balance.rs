//! Whether brackets and strings still have their ends.
//!
//! Owns the count of those that do not. The decision to know: it is compared with the count before, so that code dekey
//! reads less well than its own parser is no obstacle.

use crate::lang::lexer::lex;
use crate::lang::token::Kind;
use crate::lang::{self, Front};
use crate::source::Source;
use crate::span::Span;

/// How many brackets and strings of a file have no counterpart; 0 for what has no lexer of the shared kind.
pub(super) fn unmatched(source: &Source) -> usize {
    let text = source.text.as_slice();
    let Some(Front::Profile(profile)) = lang::of_file(source.path.as_path(), text).map(|language| &language.front)
    else {
        return 0;
    };
    let tokens = lex(text, Span::new(0, text.len()), profile, (profile.start)(text)).tokens;
    let alone = tokens.iter().enumerate().filter(|(at, token)| match token.kind {
        Kind::Open | Kind::StrOpen | Kind::InterpOpen => {
            tokens.get(token.mate as usize).is_none_or(|mate| mate.mate as usize != *at)
        }
        // A closing without an opening is an operator.
        Kind::Op => matches!(token.span().of(text), [b')' | b']' | b'}']),
        // A string that its line ends has an end without text.
        Kind::StrClose => token.start == token.end,
        _ => false,
    });
    alone.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RelPath;

    fn count(path: &str, text: &str) -> usize {
        unmatched(&Source::from_bytes(RelPath::from(path), text.as_bytes().to_vec(), false))
    }

    #[test]
    fn what_is_open_or_alone_counts() {
        for (path, whole) in [
            ("a.rb", "f(token: ENV.fetch(\"A\"))\nputs \"#{b[0]}\"\nx = <<~E\n  (\nE\n"),
            ("a.py", "f(a=[\"b\", f\"{c}\"], d='''\n(''')\n"),
            ("a.js", "f({ a: `b${c}` }) // (\n"),
            ("a.php", "<?php f(['a' => \"b\"]); ?> ( "),
            ("a.sh", "curl -H \"Authorization: $A\" \"${B}\"\n"),
        ] {
            assert_eq!(count(path, whole), 0, "{path}");
            for broken in [whole.replacen('(', "", 1), whole.replacen(')', "", 1), whole.replacen('"', "", 1)] {
                assert!(broken == whole || count(path, &broken) > 0, "{path}: {broken}");
            }
        }
    }
}
