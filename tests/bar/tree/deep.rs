//! Nests that a recursive reader does not come back from, in every language.

use super::case::Case;

/// What opens, around what, and in which kind of file.
pub(crate) struct Nest {
    pub(crate) name: &'static str,
    pub(crate) before: &'static str,
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
}

/// A file for each nest, `depth` deep, with a token before it and one behind it.
pub(crate) fn deep(depth: usize) -> Vec<Case> {
    NESTS.iter().map(|nest| nest.case(depth)).collect()
}

impl Nest {
    fn case(&self, depth: usize) -> Case {
        let Self { name, before, open, close } = self;
        // Depth costs indentation in some languages; that grows with its square.
        let depth = if open.contains("INDENT") { depth.min(1_000) } else { depth };
        let opening: String = match open.contains("INDENT") {
            true => (0..depth).map(|level| open.replace("INDENT", &" ".repeat(level))).collect(),
            false => open.repeat(depth),
        };
        let text = format!("{before}{{{{token}}}}\n{opening}{}\n{{{{token}}}}\n", close.repeat(depth));
        Case::find(format!("deep/{name}"), &text)
    }
}

const fn nest(name: &'static str, before: &'static str, open: &'static str, close: &'static str) -> Nest {
    Nest { name, before, open, close }
}

/// `before` opens a comment where the language has one: the token in it is no code.
pub(crate) const NESTS: &[Nest] = &[
    nest("array.json", "// ", "[", "]"),
    nest("object.json", "// ", "{\"a\":", "}"),
    nest("open.json", "// ", "[{\"a\":", ""),
    nest("flow.yml", "# ", "[", "]"),
    nest("mapping.yml", "# ", "{a: ", "}"),
    nest("sequence.yml", "# ", "- ", ""),
    nest("indent.yml", "# ", "INDENTa:\n", ""),
    nest("array.toml", "# ", "a = [", "]"),
    nest("table.toml", "# ", "a.", ""),
    nest("tag.xml", "<!-- -->", "<a>", "</a>"),
    nest("open.html", "<!-- -->", "<div><p>", ""),
    nest("call.js", "// ", "f(", ")"),
    nest("array.js", "// ", "[", "]"),
    nest("block.js", "// ", "{", "}"),
    nest("template.js", "// ", "`${", "}`"),
    nest("arrow.js", "// ", "()=>{", "}"),
    nest("not.js", "// ", "!", ""),
    nest("plus.js", "// ", "1+", ""),
    nest("chain.js", "// ", "a.b().", ""),
    nest("element.jsx", "// ", "<a b={", "}/>"),
    nest("generic.ts", "// ", "A<", ">"),
    nest("call.rb", "# ", "f(", ")"),
    nest("string.rb", "# ", "\"#{", "}\""),
    nest("do.rb", "# ", "a do |b| ", " end"),
    nest("heredoc.rb", "# ", "<<~A\n", ""),
    nest("call.py", "# ", "f(", ")"),
    nest("format.py", "# ", "f'{", "}'"),
    nest("indent.py", "# ", "INDENTif a:\n", ""),
    nest("lambda.py", "# ", "lambda: ", ""),
    nest("array.php", "<?php // ", "[", "]"),
    nest("string.php", "<?php // ", "\"{$a[", "]}\""),
    nest("block.go", "// ", "{", "}"),
    nest("func.go", "// ", "func(){", "}"),
    nest("type.go", "// ", "[]map[a]", ""),
    nest("call.java", "// ", "f(", ")"),
    nest("new.java", "// ", "new A(){{", "}}"),
    nest("block.rs", "// ", "{", "}"),
    nest("paren.rs", "// ", "(", ")"),
    nest("minus.rs", "// ", "-", ""),
    nest("method.rs", "// ", "a.b().", ""),
    nest("closure.rs", "// ", "|| {", "}"),
    nest("substitution.sh", "# ", "$(", ")"),
    nest("quotes.sh", "# ", "\"$(", ")\""),
    nest("closure.swift", "// ", "{", "}"),
    nest("message.m", "// ", "[a b:", "]"),
    nest("string.kt", "// ", "\"${", "}\""),
    nest("call.cs", "// ", "f(", ")"),
    nest("call.scala", "// ", "f{", "}"),
    nest("list.clj", "; ", "(", ")"),
    nest("list.ex", "# ", "[", "]"),
    nest("block.tf", "# ", "a {\n", "}"),
    nest("value.tf", "# a = ", "[", "]"),
    nest("quote.md", "", "> ", ""),
    nest("list.md", "", "- ", ""),
    nest("fence.md", "", "```js\n", ""),
    nest("closure.groovy", "// ", "{", "}"),
    nest("call.dart", "// ", "f(", ")"),
    nest("block.pl", "# ", "{", "}"),
    nest("call.r", "# ", "f(", ")"),
    nest("block.ps1", "# ", "$(", ")"),
    nest("Dockerfile", "# ", "RUN <<A\n", ""),
];
