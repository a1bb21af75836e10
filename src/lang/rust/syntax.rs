//! Rust by its syntax tree.
//!
//! Owns the walk over what `syn` parses. It knows no vendor. The decision to know: the tree says where bindings, calls
//! and literals are, the shared reader says what they mean; macro arguments and `use` trees are read by its tokens. A
//! file that does not parse, or nests so deep that parsing or dropping the tree could use up the stack, is left to the
//! tokens alone.

use proc_macro2::extra::invalidate_current_thread_spans;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, Item, Lit, Member, Pat, Signature};

use super::super::lexer::lex;
use super::super::reader::Reader;
use super::super::token::{Kind, Lexed};
use super::super::{Layer, lower_with, utf8};
use super::{LANGUAGE, PROFILE, imports};
use crate::facts::{
    Arg, Assign, Call, Def, DefKind, Facts, Item as MapItem, Name, Note, Param, Path, Value, ValueKind,
};
use crate::span::Span;

/// Lowers `text[range]`: by the tree where there is one, by tokens else.
pub(super) fn lower(text: &[u8], range: Span) -> Vec<Layer> {
    let mut layers = lower_with(LANGUAGE.name, &PROFILE, text, range);
    let lexed = lex(text, range, &PROFILE, None);
    let Some(code) = layers.first_mut() else { return layers };
    if !shallow(text, &lexed) {
        if !code.facts.notes.contains(&Note::TooDeep) {
            code.facts.notes.push(Note::TooDeep);
        }
        return layers;
    }
    if let Some(mut facts) = parse(text, range, &lexed) {
        super::super::command_lines::find(&PROFILE, text, &mut facts);
        facts.texts = std::mem::take(&mut code.facts.texts);
        code.facts = facts;
    }
    layers
}

fn parse(text: &[u8], range: Span, lexed: &Lexed) -> Option<Facts> {
    let (decoded, start) = utf8(text, range);
    // `syn` would take a byte-order mark and a `#!` line away, and every offset with them.
    let decoded = match decoded.strip_prefix('\u{feff}') {
        Some(rest) => format!("   {rest}"),
        None if decoded.starts_with("#!") && !decoded.starts_with("#![") => format!("//{}", &decoded[2..]),
        None => decoded.into_owned(),
    };
    let mut walk = Walk { reader: Reader::new(text, &lexed.tokens, &PROFILE), start, depth: 0 };
    let walked = if let Ok(file) = syn::parse_file(&decoded) {
        walk.visit_file(&file);
        true
    } else if let Ok(statements) = Block::parse_within.parse_str(&decoded) {
        // A snippet of a document is often the inside of a function.
        statements.iter().for_each(|statement| walk.visit_stmt(statement));
        true
    } else {
        false
    };
    let facts = walked.then(|| walk.reader.finish());
    // The spans of a thread are kept for ever otherwise.
    invalidate_current_thread_spans();
    facts
}

/// Brackets deeper than this, or a longer chain within one statement, may cost more stack than a thread has.
const MAX_BRACKETS: usize = 100;
/// See [`MAX_BRACKETS`].
const MAX_CHAIN: usize = 500;

/// Whether the tree of these tokens is safe to build, walk and drop.
fn shallow(text: &[u8], lexed: &Lexed) -> bool {
    // For each open bracket: operators since the last separator, and words in a row.
    let mut chains = vec![(0usize, 0usize)];
    let (mut angles, mut last) = (0usize, 0usize);
    for (at, token) in lexed.tokens.iter().enumerate() {
        let bytes = token.span().of(text);
        let next = lexed.tokens.get(at + 1).map(|next| next.span().of(text));
        let Some(chain) = chains.last_mut() else { return false };
        // The lexer passes over `?` and `.await`, the tree does not.
        let gap = Span::new(last, token.span().start.max(last)).of(text);
        chain.0 += memchr::memchr_iter(b'?', gap).count() + memchr::memmem::find_iter(gap, b".await").count();
        if chain.0 > MAX_CHAIN {
            return false;
        }
        last = token.span().end;
        match token.kind {
            Kind::Open => {
                chain.0 += 1;
                chains.push((0, 0));
            }
            Kind::Close => {
                if chains.len() > 1 {
                    chains.pop();
                }
                let ends = bytes == b"}"
                    && next.is_some_and(|next| {
                        next.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'#')
                            && next != b"else"
                            && next != b"as"
                    });
                if let Some(chain) = chains.last_mut().filter(|_| ends) {
                    *chain = (0, 0);
                }
            }
            Kind::Op if matches!(bytes, b";" | b",") => {
                *chain = (0, 0);
                angles = if bytes == b";" { 0 } else { angles };
            }
            Kind::Op => {
                // A closure costs the parser as much stack as several operators.
                chain.0 += if matches!(bytes, b"|" | b"||") { 6 } else { 1 };
                chain.1 = 0;
                match bytes {
                    b"<" => angles += 1,
                    b">" => angles = angles.saturating_sub(1),
                    _ => (),
                }
            }
            Kind::Word => chain.1 += 1,
            _ => (),
        }
        let (operators, words) = chains.last().copied().unwrap_or_default();
        if chains.len() > MAX_BRACKETS || operators > MAX_CHAIN || words > MAX_BRACKETS || angles > MAX_BRACKETS {
            return false;
        }
    }
    true
}

struct Walk<'a> {
    reader: Reader<'a>,
    /// Offset of the parsed text in the file.
    start: usize,
    depth: usize,
}

/// Expressions nested deeper than this are not walked; a chain of calls nests to its left.
const MAX_DEPTH: usize = 600;

impl Walk<'_> {
    fn span(&self, node: &impl Spanned) -> Span {
        let range = node.span().byte_range();
        Span::new(self.start + range.start, self.start + range.end.max(range.start))
    }

    fn name(&self, ident: &syn::Ident) -> Name {
        let text = ident.to_string();
        Name { text: text.strip_prefix("r#").map_or(text.clone(), str::to_owned), span: self.span(ident) }
    }

    fn path(&self, path: &syn::Path) -> Path {
        Path(path.segments.iter().map(|segment| self.name(&segment.ident)).collect())
    }

    /// The value of an expression; everything inside it is recorded on the way.
    fn value(&mut self, expr: &Expr) -> Value {
        let span = self.span(expr);
        if self.depth >= MAX_DEPTH {
            return Value::opaque(span);
        }
        self.depth += 1;
        let value = self.known(expr, span);
        self.depth -= 1;
        value.unwrap_or_else(|| {
            visit::visit_expr(self, expr);
            Value::opaque(span)
        })
    }

    fn known(&mut self, expr: &Expr, span: Span) -> Option<Value> {
        Some(match expr {
            Expr::Lit(literal) => self.literal(&literal.lit, span),
            // `None`, and `None::<&str>`.
            Expr::Path(path) if path.path.segments.len() == 1 && path.path.segments[0].ident == "None" => {
                Value { kind: ValueKind::Null, span }
            }
            Expr::Path(path) => self.reader.reference(self.path(&path.path), span),
            Expr::Reference(inner) => self.value(&inner.expr),
            Expr::Paren(inner) => self.value(&inner.expr),
            Expr::Group(inner) => self.value(&inner.expr),
            Expr::Try(inner) => self.value(&inner.expr),
            Expr::Await(inner) => self.value(&inner.base),
            Expr::Cast(inner) => self.value(&inner.expr),
            Expr::Unary(inner) => {
                let value = self.value(&inner.expr);
                if matches!(inner.op, syn::UnOp::Deref(_)) { value } else { Value::opaque(span) }
            }
            Expr::Field(field) => {
                let member = match &field.member {
                    Member::Named(ident) => self.name(ident),
                    Member::Unnamed(index) => Name { text: index.index.to_string(), span: self.span(index) },
                };
                self.extended(&field.base, Some(member), span)
            }
            Expr::Index(index) => {
                let key = self.value(&index.index);
                let key = key.as_str().map(|text| Name { text: text.text.clone(), span: text.content });
                self.extended(&index.expr, key, span)
            }
            Expr::Array(array) => self.list(array.elems.iter(), span),
            Expr::Tuple(tuple) => self.list(tuple.elems.iter(), span),
            Expr::Binary(binary) => {
                let (left, right) = (self.value(&binary.left), self.value(&binary.right));
                if !matches!(binary.op, BinOp::Add(_)) {
                    return Some(Value::opaque(span));
                }
                let mut parts = match left.kind {
                    ValueKind::Concat(parts) => parts,
                    _ => vec![left],
                };
                parts.push(right);
                Value { kind: ValueKind::Concat(parts), span }
            }
            Expr::Assign(assign) => {
                let target = self.value(&assign.left);
                let value = self.value(&assign.right);
                self.assign(target, value.clone(), span);
                value
            }
            Expr::Let(bound) => {
                let value = self.value(&bound.expr);
                self.bind(&bound.pat, value.clone(), span);
                value
            }
            Expr::Call(call) => self.call(call, span),
            Expr::MethodCall(call) => {
                let defs = self.reader.facts.defs.len();
                let (mut path, receiver) = match self.value(&call.receiver) {
                    Value { kind: ValueKind::Ref(path), .. } => (path, None),
                    value => (Path::default(), Some(Box::new(value))),
                };
                path.0.push(self.name(&call.method));
                let args_span = self.inside(call.paren_token.span.join());
                let args = self.args(call.args.iter());
                self.finish(Call { path, new: false, receiver, args, args_span, span }, defs)
            }
            Expr::Struct(literal) => {
                let fields = literal.fields.iter().map(|field| {
                    let name = match &field.member {
                        Member::Named(ident) => Some(self.name(ident)),
                        Member::Unnamed(_) => None,
                    };
                    Arg { name, value: self.value(&field.expr), spread: false }
                });
                let mut args: Vec<Arg> = fields.collect();
                if let Some(rest) = &literal.rest {
                    args.push(Arg { name: None, value: self.value(rest), spread: true });
                }
                let (path, args_span) = (self.path(&literal.path), self.inside(literal.brace_token.span.join()));
                let id = self.reader.facts.calls.len();
                self.reader.facts.calls.push(Call { path, new: true, receiver: None, args, args_span, span });
                Value { kind: ValueKind::Call(id), span }
            }
            Expr::Macro(_) => self.tokens(span),
            Expr::Closure(closure) => {
                let params = closure.inputs.iter().filter_map(|input| self.param(input)).collect();
                self.def(None, DefKind::Function, params, span);
                self.visit_expr(&closure.body);
                Value::opaque(span)
            }
            _ => return None,
        })
    }

    /// What the reader makes of the tokens in `span`.
    fn tokens(&mut self, span: Span) -> Value {
        let (from, to) = self.token_range(span);
        self.reader.nested(from, to)
    }

    fn token_range(&self, span: Span) -> (usize, usize) {
        let index = |offset: usize| self.reader.tokens.partition_point(|token| (token.start as usize) < offset);
        (index(span.start), index(span.end))
    }

    fn literal(&mut self, literal: &Lit, span: Span) -> Value {
        match literal {
            Lit::Str(_) | Lit::ByteStr(_) | Lit::CStr(_) => self.tokens(span),
            Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) => {
                let text = String::from_utf8_lossy(span.of(self.reader.text)).into_owned();
                self.reader.text_value(text, span, span)
            }
            _ => Value::opaque(span),
        }
    }

    /// `base.member`
    fn extended(&mut self, base: &Expr, member: Option<Name>, span: Span) -> Value {
        match (self.value(base).kind, member) {
            (ValueKind::Ref(mut path), Some(member)) => {
                path.0.push(member);
                self.reader.reference(path, span)
            }
            _ => Value::opaque(span),
        }
    }

    fn list<'e>(&mut self, items: impl Iterator<Item = &'e Expr>, span: Span) -> Value {
        let items = items.map(|item| MapItem { key: None, value: self.value(item), spread: false }).collect();
        Value { kind: ValueKind::Map(items), span }
    }

    fn args<'e>(&mut self, args: impl Iterator<Item = &'e Expr>) -> Vec<Arg> {
        args.map(|arg| Arg { name: None, value: self.value(arg), spread: false }).collect()
    }

    fn call(&mut self, call: &syn::ExprCall, span: Span) -> Value {
        let defs = self.reader.facts.defs.len();
        let (path, receiver) = match &*call.func {
            Expr::Path(path) => (self.path(&path.path), None),
            other => (Path::default(), Some(Box::new(self.value(other)))),
        };
        let args_span = self.inside(call.paren_token.span.join());
        let args = self.args(call.args.iter());
        self.finish(Call { path, new: false, receiver, args, args_span, span }, defs)
    }

    /// Records a call, or gives what it stands for; closures made since `defs` are its own.
    fn finish(&mut self, call: Call, defs: usize) -> Value {
        let value = self.reader.finish_call(call);
        if let ValueKind::Call(id) = value.kind {
            for def in self.reader.facts.defs[defs..].iter_mut().filter(|def| def.name.is_none() && def.of.is_none()) {
                def.of = Some(id);
            }
        }
        value
    }

    /// Between brackets.
    fn inside(&self, brackets: proc_macro2::Span) -> Span {
        let range = brackets.byte_range();
        let (from, to) = (self.start + range.start + 1, (self.start + range.end).saturating_sub(1));
        Span::new(from, to.max(from))
    }

    fn assign(&mut self, target: Value, value: Value, span: Span) {
        if let ValueKind::Ref(target) = target.kind {
            self.reader.facts.assigns.push(Assign { target, value, span });
        }
    }

    /// Gives `value` to what the pattern binds: a name, the one name in `Some(name)`, the names of a tuple in turn.
    fn bind(&mut self, pattern: &Pat, value: Value, span: Span) {
        match pattern {
            Pat::Ident(ident) => {
                let target = Path::single(self.name(&ident.ident));
                self.reader.facts.assigns.push(Assign { target, value, span });
            }
            Pat::Type(typed) => self.bind(&typed.pat, value, span),
            Pat::Reference(inner) => self.bind(&inner.pat, value, span),
            Pat::TupleStruct(inner) if inner.elems.len() == 1 => self.bind(&inner.elems[0], value, span),
            Pat::Tuple(tuple) => {
                if let ValueKind::Map(items) = value.kind {
                    for (pattern, item) in tuple.elems.iter().zip(items) {
                        self.bind(pattern, item.value, span);
                    }
                }
            }
            _ => (),
        }
    }

    fn param(&self, pattern: &Pat) -> Option<Param> {
        match pattern {
            Pat::Ident(ident) => Some(Param { name: self.name(&ident.ident), default: None }),
            Pat::Type(typed) => self.param(&typed.pat),
            Pat::Reference(inner) => self.param(&inner.pat),
            _ => None,
        }
    }

    fn def(&mut self, name: Option<Name>, kind: DefKind, params: Vec<Param>, body: Span) {
        self.reader.facts.defs.push(Def { name, kind, params, body, of: None });
    }

    fn function(&mut self, signature: &Signature, block: Option<&Block>) {
        let Some(block) = block else { return };
        let params = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Receiver(receiver) => Some(Param {
                name: Name { text: "self".to_owned(), span: self.span(&receiver.self_token) },
                default: None,
            }),
            syn::FnArg::Typed(typed) => self.param(&typed.pat),
        });
        let params = params.collect();
        let body = self.span(signature).to(self.span(block));
        self.def(Some(self.name(&signature.ident)), DefKind::Function, params, body);
        let Some((last, rest)) = block.stmts.split_last() else { return };
        rest.iter().for_each(|statement| self.visit_stmt(statement));
        let given = match last {
            syn::Stmt::Expr(expr, None) => self.value(expr),
            syn::Stmt::Macro(last) if last.semi_token.is_none() => self.tokens(self.span(last)),
            last => return self.visit_stmt(last),
        };
        self.reader.facts.returns.push(given);
    }

    fn constant(&mut self, ident: &syn::Ident, expr: &Expr, span: Span) {
        let value = self.value(expr);
        let target = Path::single(self.name(ident));
        self.reader.facts.assigns.push(Assign { target, value, span });
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.value(expr);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let span = self.span(local);
        let Some(init) = &local.init else { return };
        let value = self.value(&init.expr);
        self.bind(&local.pat, value, span);
        if let Some((_, otherwise)) = &init.diverge {
            self.visit_expr(otherwise);
        }
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        let span = self.span(node);
        self.tokens(span);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let span = self.span(item);
        match item {
            Item::Use(node) => {
                let (from, to) = self.token_range(Span::new(self.span(&node.use_token).start, span.end));
                imports(&mut self.reader, from, to);
                return;
            }
            Item::Struct(node) => self.def(Some(self.name(&node.ident)), DefKind::Container, Vec::new(), span),
            Item::Enum(node) => self.def(Some(self.name(&node.ident)), DefKind::Container, Vec::new(), span),
            Item::Union(node) => self.def(Some(self.name(&node.ident)), DefKind::Container, Vec::new(), span),
            Item::Trait(node) => self.def(Some(self.name(&node.ident)), DefKind::Container, Vec::new(), span),
            Item::Mod(node) if node.content.is_some() => {
                self.def(Some(self.name(&node.ident)), DefKind::Container, Vec::new(), span);
            }
            Item::Impl(node) => {
                let name = match &*node.self_ty {
                    syn::Type::Path(path) => path.path.segments.last().map(|segment| self.name(&segment.ident)),
                    _ => None,
                };
                self.def(name, DefKind::Container, Vec::new(), span);
            }
            Item::Macro(node) if node.mac.path.is_ident("macro_rules") => return,
            Item::Const(_) | Item::Static(_) | Item::Fn(_) | Item::Macro(_) => (),
            _ => return,
        }
        visit::visit_item(self, item);
    }

    fn visit_item_const(&mut self, node: &'ast syn::ItemConst) {
        let span = self.span(node);
        self.constant(&node.ident, &node.expr, span);
    }

    fn visit_item_static(&mut self, node: &'ast syn::ItemStatic) {
        let span = self.span(node);
        self.constant(&node.ident, &node.expr, span);
    }

    fn visit_impl_item_const(&mut self, node: &'ast syn::ImplItemConst) {
        let span = self.span(node);
        self.constant(&node.ident, &node.expr, span);
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        self.function(&node.sig, Some(&node.block));
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        self.function(&node.sig, Some(&node.block));
    }

    fn visit_trait_item_fn(&mut self, node: &'ast syn::TraitItemFn) {
        self.function(&node.sig, node.default.as_ref());
    }
}
