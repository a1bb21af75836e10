//! Whether a browser or a phone runs a file, so that whoever uses it can read everything in it.
//!
//! Owns the signs of that. It knows no vendor. The decision to know: a sign of a server wins, since servers print pages
//! that speak of windows; without any sign a file is taken to run on a server.

use std::sync::LazyLock;

use regex::Regex;

use crate::facts::Carrier;
use crate::lang::{self, Layer};
use crate::source::Source;

static PATH: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?x)
        (?:^|/)environments?/environment[a-z0-9.-]*\.[jt]s$ |
        (?:^|/)(?:public|static|www|wwwroot|assets|htdocs|web_accessible_resources)/(?:[^/]+/)*[^/]+\.(?:m?js|ts|html?)$ |
        \.(?:vue|svelte|html?|swift|m|mm|dart|xib|plist)$ |
        (?:^|/)(?:content|background|popup)[_.-]?script\.[jt]s$";
    Regex::new(pattern).expect("the expression is a constant, compiled in a test")
});

/// Modules of code that runs in a browser or on a phone.
const CLIENT: [&str; 12] = [
    "@angular/core",
    "react-dom",
    "react-dom/client",
    "vue",
    "svelte",
    "preact",
    "jquery",
    "react-native",
    "expo",
    "electron",
    "@ionic/angular",
    "android",
];
/// Modules of code that runs on a server.
const SERVER: [&str; 20] = [
    "express",
    "fastify",
    "koa",
    "http",
    "https",
    "fs",
    "path",
    "crypto",
    "next/server",
    "next/headers",
    "@nestjs/common",
    "node:fs",
    "node:http",
    "node:crypto",
    "node:path",
    "child_process",
    "aws-lambda",
    "firebase-functions",
    "hono",
    "pg",
];
/// What only a browser gives a script.
const GLOBALS: [&str; 6] = ["window", "document", "localStorage", "sessionStorage", "chrome", "navigator"];

/// Whether a browser or a phone runs the file.
pub(super) fn is(source: &Source, layers: &[Layer]) -> bool {
    if PATH.is_match(&source.path.to_str_lossy()) {
        return true;
    }
    let scripts = layers.iter().filter(|layer| layer.carrier == Carrier::Code);
    scripts.filter(|layer| lang::family(layer.language) == "javascript").any(|layer| {
        let facts = &layer.facts;
        let imports = |known: &[&str]| facts.imports.iter().any(|import| known.contains(&import.module.text.as_str()));
        let roots = facts.calls.iter().map(|call| call.path.root());
        let mut roots = roots.chain(facts.assigns.iter().map(|assign| assign.target.root()));
        let hooks = facts.calls.iter().any(|call| matches!(call.path.last(), "useEffect" | "useState" | "useRouter"));
        !imports(&SERVER) && (imports(&CLIENT) || hooks || roots.any(|root| GLOBALS.contains(&root)))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn some_paths_are_delivered() {
        for path in ["src/environments/environment.prod.ts", "public/js/app.js", "src/App.vue", "ios/App/Info.plist"] {
            assert!(super::PATH.is_match(path), "{path}");
        }
        for path in ["src/server.ts", "app/models/user.rb", "lib/environment.ts"] {
            assert!(!super::PATH.is_match(path), "{path}");
        }
    }
}
