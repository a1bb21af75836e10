//! Small files that are large to whoever believes them.

use super::case::Case;

/// Texts that expand, fetch or count to far more than they are; a token behind each.
pub(crate) fn bombs() -> Vec<Case> {
    let aliases: String = (1..40).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9))).collect();
    let merges: String = (1..40).map(|n| format!("m{n}: &m{n}\n  <<: [*m{0}, *m{0}, *m{0}]\n", n - 1)).collect();
    let entities: String =
        (1..40).map(|n| format!("<!ENTITY e{n} \"{}\">\n", format!("&e{};", n - 1).repeat(9))).collect();
    let wide = format!("<!ENTITY w \"{}\">\n", "w".repeat(50_000));
    let heredocs: String = (0..2_000).map(|n| format!("<<A{n} ")).collect();
    vec![
        Case::find("bombs/aliases.yml", &format!("a0: &a0 [x]\n{aliases}key: {{{{token}}}}\n")),
        Case::find("bombs/merges.yml", &format!("m0: &m0 {{x: 1}}\n{merges}key: {{{{token}}}}\n")),
        Case::find("bombs/self.yml", "a: &a [*a, {b: *a}]\nkey: {{token}}\n"),
        Case::find("bombs/undefined.yml", &format!("a: [{}]\nkey: {{{{token}}}}\n", "*a,".repeat(9_000))),
        Case::find("bombs/tags.yml", "a: !!python/object/apply:os.system [\"false\"]\nkey: {{token}}\n"),
        Case::find("bombs/keys.yml", &format!("{}key: {{{{token}}}}\n", "? [a]\n: ".repeat(5_000))),
        Case::find(
            "bombs/entities.xml",
            &format!("<!DOCTYPE a [<!ENTITY e0 \"x\">\n{entities}]><a b=\"{{{{token}}}}\">&e39;</a>\n"),
        ),
        Case::find(
            "bombs/repeated.xml",
            &format!("<!DOCTYPE a [{wide}]><a b=\"{{{{token}}}}\">{}</a>\n", "&w;".repeat(50_000)),
        ),
        Case::find(
            "bombs/external.xml",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y SYSTEM \"http://127.0.0.1:9/\">\
             <!ENTITY % p SYSTEM \"file:///dev/zero\"> %p;]><a b=\"{{token}}\">&x;&y;</a>\n",
        ),
        Case::find("bombs/exponent.json", "{\"a\": 1e999999999, \"b\": -1E-999999999, \"key\": \"{{token}}\"}\n"),
        Case::find("bombs/digits.json", &format!("{{\"a\": {}, \"key\": \"{{{{token}}}}\"}}\n", "9".repeat(500_000))),
        Case::find("bombs/same.json", &format!("{{{}\"key\": \"{{{{token}}}}\"}}\n", "\"a\":1,".repeat(90_000))),
        Case::find("bombs/surrogates.json", &format!("[\"{}\", \"{{{{token}}}}\"]\n", "\\ud800".repeat(50_000))),
        Case::find("bombs/exponent.toml", "a = 1e999999999\nb = 0x7fffffffffffffffff\nkey = \"{{token}}\"\n"),
        Case::find("bombs/dots.toml", &format!("{} = 1\nkey = \"{{{{token}}}}\"\n", vec!["a"; 30_000].join("."))),
        Case::find("bombs/includes.yml", "a: !include /dev/zero\nb: <%= loop {} %>\nkey: {{token}}\n"),
        Case::find("bombs/product.tf", "a = [for x in range(1e12) : x]\nkey = \"{{token}}\"\n"),
        Case::find("bombs/heredocs.sh", &format!("cat {heredocs}\n# {{{{token}}}}\n")),
        Case::find("bombs/variables.sh", &format!("A=x\n{}# {{{{token}}}}\n", "A=$A$A\n".repeat(5_000))),
        Case::find("bombs/doubling.rb", &format!("a = \"x\"\n{}# {{{{token}}}}\n", "a = a + a\n".repeat(5_000))),
        Case::find(
            "bombs/doubling.js",
            &format!("a = {{}};\n{}// {{{{token}}}}\n", "a = {...a, b: a};\n".repeat(3_000)),
        ),
        Case::find("bombs/circle.env", &format!("A=$B\nB=$A\n{}# {{{{token}}}}\n", "A=${A}${B}\n".repeat(2_000))),
    ]
}
