//! SQL: rows that are inserted or changed, and the columns of tables.
//!
//! Owns the statements that hold values. It knows no dialect; what several write differently is read either way. The
//! decision to know: a table's columns are entries without a known value, so that a column for a credential can speak
//! for a program that keeps other people's.

use super::row;
use super::tokens::{Kind, Lexer, Token};
use crate::facts::{Facts, Name, Str, Value, ValueKind};
use crate::lang::{Front, Language, Layer, text as lines, utf8};
use crate::span::Span;

/// SQL.
pub static LANGUAGE: Language = Language {
    name: "sql",
    extensions: &["sql", "psql", "pgsql", "mysql", "ddl", "dump"],
    filenames: &[],
    interpreters: &[],
    fences: &["postgresql", "sqlite", "plpgsql", "tsql"],
    front: Front::Own(lower),
    environment: "",
};

fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let (decoded, start) = utf8(text, range);
    let mut reader =
        Reader { text: &decoded, start, lexer: Lexer::new(&decoded), ahead: None, facts: Facts::default() };
    while let Some(token) = reader.next() {
        reader.statement(&token);
    }
    let (facts, comments) = (reader.facts, reader.lexer.comments);
    let comments: Vec<Span> = comments.iter().map(|span| Span::new(start + span.start, start + span.end)).collect();
    lines::layers(LANGUAGE.name, &decoded, start, facts, &comments)
}

struct Reader<'a> {
    text: &'a str,
    start: usize,
    lexer: Lexer<'a>,
    ahead: Option<Token>,
    facts: Facts,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        self.ahead.take().or_else(|| self.lexer.next())
    }

    fn peek(&mut self) -> Option<Token> {
        if self.ahead.is_none() {
            self.ahead = self.lexer.next();
        }
        self.ahead
    }

    fn said(&self, token: &Token) -> &str {
        self.text.get(token.content.start..token.content.end).unwrap_or_default()
    }

    fn is(&self, token: &Token, word: &str) -> bool {
        token.kind == Kind::Word && self.said(token).eq_ignore_ascii_case(word)
    }

    /// Takes the next token where it is this sign.
    fn sign(&mut self, sign: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.kind == Kind::Sign && self.said(&token) == sign);
        if found {
            self.ahead = None;
        }
        found
    }

    /// Takes the next token where it is one of these words.
    fn words(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|token| words.iter().any(|word| self.is(&token, word)));
        if found {
            self.ahead = None;
        }
        found
    }

    fn statement(&mut self, token: &Token) {
        if self.is(token, "insert") || self.is(token, "replace") {
            while self.words(&["into", "ignore", "or", "replace", "low_priority", "delayed", "overwrite", "table"]) {}
            self.insert();
        } else if self.is(token, "update") {
            self.update();
        } else if self.is(token, "create") {
            while self.words(&["temporary", "temp", "unlogged", "global", "local", "or", "replace", "external"]) {}
            if self.words(&["table"]) {
                while self.words(&["if", "not", "exists"]) {}
                self.create();
            }
        } else if self.is(token, "alter") && self.words(&["table"]) {
            while self.words(&["if", "exists", "only"]) {}
            self.alter();
        } else if self.is(token, "copy") {
            self.copy();
        }
    }

    /// `table`, `schema.table`: the last name.
    fn table(&mut self) -> Option<Name> {
        let mut last = None;
        while let Some(token) = self.peek().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted)) {
            last = Some(self.name(&token));
            self.ahead = None;
            if !self.sign(".") {
                break;
            }
        }
        last
    }

    /// `(a, b, c)`
    fn columns(&mut self) -> Vec<Name> {
        let mut columns = Vec::new();
        if !self.sign("(") {
            return columns;
        }
        while let Some(token) = self.next() {
            match token.kind {
                Kind::Word | Kind::Quoted => columns.push(self.name(&token)),
                Kind::Sign if self.said(&token) == "," => (),
                _ => break,
            }
        }
        columns
    }

    /// `INTO table (columns) VALUES (…), (…)`, `INTO table SET column = value`
    fn insert(&mut self) {
        let Some(table) = self.table() else { return };
        let columns = self.columns();
        if self.words(&["set"]) {
            return self.set(&table);
        }
        while self.words(&["overriding", "system", "user", "value"]) {}
        if !self.words(&["values", "value"]) {
            return;
        }
        while self.sign("(") {
            let cells = self.cells();
            row(self.text, self.start, Some(&table), &columns, cells, &mut self.facts);
            if !self.sign(",") {
                break;
            }
        }
    }

    /// The values up to the closing parenthesis.
    fn cells(&mut self) -> Vec<Value> {
        let mut cells = Vec::new();
        loop {
            let (value, end) = self.value(&[]);
            cells.extend(value);
            if end != Some(b',') {
                return cells;
            }
        }
    }

    /// A value up to the comma, parenthesis, semicolon or word that ends it: one literal, or nothing known.
    fn value(&mut self, stops: &[&str]) -> (Option<Value>, Option<u8>) {
        let (mut found, mut depth): (Vec<Token>, usize) = (Vec::new(), 0);
        let end = loop {
            let Some(token) = self.peek() else { break None };
            let sign = if token.kind == Kind::Sign { self.said(&token).bytes().next() } else { None };
            match sign {
                Some(b';') => break Some(b';'),
                Some(b'(') => depth += 1,
                Some(b')') if depth > 0 => depth -= 1,
                Some(b',' | b')') if depth == 0 => {
                    self.ahead = None;
                    break sign;
                }
                _ if depth == 0 && stops.iter().any(|stop| self.is(&token, stop)) => break None,
                _ => (),
            }
            self.ahead = None;
            if found.len() < 3 {
                found.push(token);
            }
        };
        let value = match found.as_slice() {
            // Character sets and types stand around a literal: `N'a'`, `_utf8 'a'`, `'a'::text`.
            [.., token] | [token, ..] if matches!(token.kind, Kind::Text) => Some(self.literal(token)),
            [token] => Some(self.literal(token)),
            [first, .., last] => Some(Value::opaque(self.place(first.whole.to(last.whole)))),
            [] => None,
        };
        (value, end)
    }

    /// `table SET column = value, … WHERE …`
    fn update(&mut self) {
        while self.words(&["only", "ignore", "low_priority"]) {}
        let Some(table) = self.table() else { return };
        if self.words(&["set"]) || self.table().is_some() && self.words(&["set"]) {
            self.set(&table);
        }
    }

    /// `column = value, column = value WHERE column = value`: one row.
    fn set(&mut self, table: &Name) {
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        while let Some(column) = self.table().filter(|_| self.sign("=")) {
            let (value, end) = self.value(&["where", "from", "and", "on", "returning"]);
            columns.push(column);
            cells.push(value.unwrap_or_else(|| Value::opaque(Span::default())));
            let more = end == Some(b',') || end.is_none() && self.words(&["where", "and"]);
            if !more {
                break;
            }
        }
        row(self.text, self.start, Some(table), &columns, cells, &mut self.facts);
    }

    /// The columns of a table.
    fn create(&mut self) {
        let Some(table) = self.table() else { return };
        if !self.sign("(") {
            return;
        }
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        loop {
            let named = self.peek().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
            let column = named.map(|token| self.name(&token)).filter(|name| !is_constraint(&name.text));
            let (_, end) = self.value(&[]);
            if let Some(column) = column {
                cells.push(Value::opaque(column.span));
                columns.push(column);
            }
            if end != Some(b',') {
                break;
            }
        }
        row(self.text, self.start, Some(&table), &columns, cells, &mut self.facts);
    }

    /// `ADD COLUMN name type`
    fn alter(&mut self) {
        let Some(table) = self.table() else { return };
        while let Some(token) = self.next() {
            if token.kind == Kind::Sign && self.said(&token) == ";" {
                return;
            }
            if !self.is(&token, "add") {
                continue;
            }
            while self.words(&["column", "if", "not", "exists"]) || self.sign("(") {}
            let Some(column) = self.table().filter(|name| !is_constraint(&name.text)) else { continue };
            let cells = vec![Value::opaque(column.span)];
            row(self.text, self.start, Some(&table), &[column], cells, &mut self.facts);
        }
    }

    /// `table (columns) FROM stdin;` and lines of cells parted by tabs, up to `\.`
    fn copy(&mut self) {
        let Some(table) = self.table() else { return };
        let columns = self.columns();
        if !self.words(&["from"]) || !self.words(&["stdin"]) {
            return;
        }
        while let Some(token) = self.next() {
            if token.kind == Kind::Sign && self.said(&token) == ";" {
                break;
            }
        }
        let mut skipped = false;
        while let Some(line) = self.lexer.line() {
            let text = &self.text[line.start..line.end];
            if text.trim_end() == "\\." {
                return;
            }
            // What follows the semicolon on its line.
            if !std::mem::replace(&mut skipped, true) {
                continue;
            }
            let mut at = line.start;
            let cells = text.trim_end_matches('\r').split('\t').map(|cell| {
                let span = self.place(Span::new(at, at + cell.len()));
                at += cell.len() + 1;
                let kind = match cell {
                    "\\N" => ValueKind::Null,
                    cell => ValueKind::Str(Str { text: cell.to_owned(), content: span }),
                };
                Value { kind, span }
            });
            let cells = cells.collect();
            row(self.text, self.start, Some(&table), &columns, cells, &mut self.facts);
        }
    }

    fn literal(&self, token: &Token) -> Value {
        let span = self.place(token.whole);
        let said = self.said(token);
        let kind = match token.kind {
            Kind::Word if said.eq_ignore_ascii_case("null") => ValueKind::Null,
            Kind::Text | Kind::Quoted | Kind::Number => {
                let text = said.replace("''", "'").replace("\\'", "'").replace("\\\"", "\"");
                ValueKind::Str(Str { text, content: self.place(token.content) })
            }
            _ => ValueKind::Opaque,
        };
        Value { kind, span }
    }

    fn name(&self, token: &Token) -> Name {
        Name { text: self.said(token).to_owned(), span: self.place(token.content) }
    }

    fn place(&self, span: Span) -> Span {
        Span::new(self.start + span.start, self.start + span.end)
    }
}

/// Whether what stands in a table's list is no column.
fn is_constraint(word: &str) -> bool {
    const WORDS: [&str; 9] =
        ["primary", "unique", "key", "constraint", "foreign", "index", "check", "fulltext", "exclude"];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}
