//! One row per language: its grammar and the names of the nodes that are compared.
//!
//! To add a language, add its grammar to `Cargo.toml` and a row here.

use tree_sitter::Language;

/// A grammar and what its nodes are called.
pub struct Grammar {
    /// The language's id, as in `dekey::lang`.
    pub name: &'static str,
    /// The grammar.
    pub language: fn() -> Language,
    /// Nodes that are string literals, quotes included.
    pub strings: &'static [&'static str],
    /// Nodes that open a heredoc; only where they start is compared.
    pub heredocs: &'static [&'static str],
    /// Nodes that are comments.
    pub comments: &'static [&'static str],
    /// Nodes that are calls.
    pub calls: &'static [&'static str],
    /// Whether a call without arguments or parentheses is left out, because dekey reads it as a name (`list.size`).
    pub only_with_arguments: bool,
    /// Calls that dekey reads as something else (an import, a definition), by the last word of what is called.
    pub absorbed: &'static [&'static str],
}

const JAVASCRIPT: Grammar = Grammar {
    name: "javascript",
    language: || tree_sitter_javascript::LANGUAGE.into(),
    strings: &["string", "template_string", "template_literal_type"],
    heredocs: &[],
    comments: &["comment", "hash_bang_line", "html_comment"],
    calls: &["call_expression", "new_expression", "jsx_self_closing_element", "jsx_opening_element"],
    only_with_arguments: false,
    absorbed: &["require", "import"],
};

/// Every grammar.
pub static GRAMMARS: &[Grammar] = &[
    Grammar {
        name: "shell",
        language: || tree_sitter_bash::LANGUAGE.into(),
        strings: &["string", "raw_string", "ansi_c_string"],
        heredocs: &["heredoc_redirect"],
        comments: &["comment"],
        calls: &["command"],
        only_with_arguments: false,
        // The empty name is that of `[` and `.`.
        absorbed: &["test", "source", ""],
    },
    Grammar {
        name: "dart",
        language: || tree_sitter_dart::LANGUAGE.into(),
        strings: &[
            "raw_string_literal_double_quotes",
            "raw_string_literal_double_quotes_multiple",
            "raw_string_literal_single_quotes",
            "raw_string_literal_single_quotes_multiple",
            "string_literal_double_quotes",
            "string_literal_double_quotes_multiple",
            "string_literal_single_quotes",
            "string_literal_single_quotes_multiple",
        ],
        heredocs: &[],
        comments: &["comment", "documentation_block_comment", "documentation_comment", "block_comment"],
        calls: &["call_expression"],
        only_with_arguments: false,
        // `DotEnv().env['A']` is a read of the environment.
        absorbed: &["DotEnv"],
    },
    Grammar {
        name: "go",
        language: || tree_sitter_go::LANGUAGE.into(),
        strings: &["interpreted_string_literal", "raw_string_literal"],
        heredocs: &[],
        comments: &["comment"],
        calls: &["call_expression"],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "java",
        language: || tree_sitter_java::LANGUAGE.into(),
        strings: &["string_literal"],
        heredocs: &[],
        comments: &["line_comment", "block_comment"],
        calls: &["method_invocation", "object_creation_expression"],
        only_with_arguments: false,
        absorbed: &[],
    },
    JAVASCRIPT,
    Grammar {
        name: "csharp",
        language: || tree_sitter_c_sharp::LANGUAGE.into(),
        strings: &["string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"],
        heredocs: &[],
        comments: &["comment"],
        calls: &["invocation_expression", "object_creation_expression"],
        only_with_arguments: false,
        absorbed: &["nameof"],
    },
    Grammar {
        name: "groovy",
        language: || tree_sitter_groovy::LANGUAGE.into(),
        strings: &["string_literal", "character_literal"],
        heredocs: &[],
        comments: &["line_comment", "block_comment"],
        calls: &["method_invocation", "object_creation_expression", "juxt_function_call"],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "kotlin",
        language: || tree_sitter_kotlin_ng::LANGUAGE.into(),
        strings: &["string_literal", "multiline_string_literal"],
        heredocs: &[],
        comments: &["line_comment", "block_comment"],
        calls: &["call_expression"],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "scala",
        language: || tree_sitter_scala::LANGUAGE.into(),
        strings: &["string", "interpolated_string_expression"],
        heredocs: &[],
        comments: &["comment", "block_comment"],
        calls: &["call_expression"],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "objc",
        language: || tree_sitter_objc::LANGUAGE.into(),
        strings: &["string_literal"],
        heredocs: &[],
        comments: &["comment"],
        calls: &["call_expression", "message_expression"],
        only_with_arguments: false,
        absorbed: &["stringByAppendingString", "stringByAppendingPathComponent", "defined", "__attribute__"],
    },
    Grammar {
        name: "php",
        language: || tree_sitter_php::LANGUAGE_PHP.into(),
        strings: &["string", "encapsed_string", "shell_command_expression"],
        heredocs: &["heredoc", "nowdoc"],
        comments: &["comment"],
        calls: &[
            "function_call_expression",
            "member_call_expression",
            "nullsafe_member_call_expression",
            "scoped_call_expression",
            "object_creation_expression",
        ],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "python",
        language: || tree_sitter_python::LANGUAGE.into(),
        strings: &["string"],
        heredocs: &[],
        comments: &["comment"],
        calls: &["call"],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "ruby",
        language: || tree_sitter_ruby::LANGUAGE.into(),
        strings: &["string", "string_array", "symbol_array", "subshell", "regex", "delimited_symbol"],
        heredocs: &["heredoc_beginning"],
        comments: &["comment", "uninterpreted"],
        calls: &["call"],
        only_with_arguments: true,
        absorbed: &["require", "require_relative", "load"],
    },
    Grammar {
        name: "rust",
        language: || tree_sitter_rust::LANGUAGE.into(),
        strings: &["string_literal", "raw_string_literal"],
        heredocs: &[],
        comments: &["line_comment", "block_comment"],
        calls: &["call_expression", "macro_invocation"],
        only_with_arguments: false,
        // Its front-end is its own, so the tables of its profile are repeated here; `vec!` is a list.
        absorbed: &[
            "Borrowed",
            "Ok",
            "Some",
            "as_bytes",
            "as_deref",
            "as_ref",
            "as_str",
            "clone",
            "encode",
            "env",
            "expect",
            "format",
            "from",
            "into",
            "into_bytes",
            "into_string",
            "new",
            "ok",
            "option_env",
            "or",
            "or_else",
            "to_owned",
            "to_string",
            "to_vec",
            "trim",
            "unwrap",
            "unwrap_or",
            "unwrap_or_default",
            "unwrap_or_else",
            "var",
            "var_os",
            "vec",
        ],
    },
    Grammar {
        name: "swift",
        language: || tree_sitter_swift::LANGUAGE.into(),
        strings: &["line_string_literal", "multi_line_string_literal", "raw_string_literal"],
        heredocs: &[],
        comments: &["comment", "multiline_comment"],
        calls: &["call_expression"],
        only_with_arguments: false,
        // Statements that the grammar takes for calls with a closure, and the text of a text's bytes.
        absorbed: &["data", "defer", "do", "repeat"],
    },
    Grammar {
        name: "clojure",
        language: || tree_sitter_clojure_orchard::LANGUAGE.into(),
        strings: &["str_lit", "regex_lit"],
        heredocs: &[],
        comments: &["comment"],
        // A list is a call only where it is neither quoted nor a definition, which the grammar does not say.
        calls: &[],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "elixir",
        language: || tree_sitter_elixir::LANGUAGE.into(),
        strings: &["string", "charlist", "sigil", "quoted_atom"],
        // The colon of `"key": value` belongs to the key there.
        heredocs: &["quoted_keyword"],
        comments: &["comment"],
        // Definitions, their heads and attributes are calls to the grammar.
        calls: &[],
        only_with_arguments: false,
        absorbed: &[],
    },
    Grammar {
        name: "perl",
        language: || ts_parser_perl::LANGUAGE.into(),
        strings: &[
            "string_literal",
            "interpolated_string_literal",
            "quoted_word_list",
            "match_regexp",
            "quoted_regexp",
            "command_string",
        ],
        heredocs: &["heredoc_token", "command_heredoc_token"],
        comments: &["comment", "pod"],
        calls: &["method_call_expression"],
        only_with_arguments: true,
        absorbed: &[],
    },
    Grammar {
        name: "powershell",
        language: || tree_sitter_powershell::LANGUAGE.into(),
        strings: &[
            "expandable_string_literal",
            "verbatim_string_characters",
            "expandable_here_string_literal",
            "verbatim_here_string_characters",
        ],
        heredocs: &[],
        comments: &["comment"],
        calls: &["command"],
        only_with_arguments: false,
        // The text is what matters, not how it is kept in memory.
        absorbed: &["ConvertTo-SecureString", "SecureString"],
    },
    Grammar {
        name: "r",
        language: || tree_sitter_r::LANGUAGE.into(),
        strings: &["string"],
        heredocs: &[],
        comments: &["comment"],
        calls: &["call"],
        only_with_arguments: false,
        absorbed: &[
            "c",
            "list",
            "paste",
            "paste0",
            "str_c",
            "return",
            "invisible",
            "as.character",
            "Sys.getenv",
            "sprintf",
            "glue",
            "library",
            "require",
            "requireNamespace",
        ],
    },
    Grammar { name: "tsx", language: || tree_sitter_typescript::LANGUAGE_TSX.into(), ..JAVASCRIPT },
    Grammar { name: "typescript", language: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), ..JAVASCRIPT },
];

/// Nodes that a grammar does not look into, by language. What dekey reads there is not compared.
#[must_use]
pub fn unread(name: &str) -> &'static [&'static str] {
    match name {
        // What a macro stands for.
        "objc" => &["preproc_arg"],
        // `#error("…")`
        "swift" => &["diagnostic", "directive"],
        _ => &[],
    }
}

/// The grammar of this language, if there is one.
#[must_use]
pub fn of(name: &str) -> Option<&'static Grammar> {
    GRAMMARS.iter().find(|grammar| grammar.name == name)
}
