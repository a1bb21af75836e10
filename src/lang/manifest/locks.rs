//! Lock files, as data: how a resolved package stands in each.
//!
//! It knows no vendor. The decisions to know: what stands in a lock file is written by a program, so the lines around a
//! name can be relied on; and an expression looks at a few lines only, so that pieces of large files are read too.

use super::rows::{formats, lock};
use crate::lang::Language;

formats! {
    /// Bundler: four blanks stand before a gem, more before what it needs.
    GEMFILE: "gemfile-lock", &["gemfile.lock", "gems.locked"],
        lock("rubygems", r"^ {4}(?<name>[^\s(]+) \((?<version>[^)\s]+)\)\r?$");
    /// npm, of all three versions: the folder of a package, or its name among those of the one it is for.
    NPM: "package-lock.json", &["package-lock.json", "npm-shrinkwrap.json"],
        lock("npm", concat!(
            r#"^(?<indent>[ \t]*)"(?:(?<nest>[^"\n]*)node_modules/)?(?<name>(?:@[^/"\n]+/)?[^/"\n]+)"\s*:\s*\{\s*"#,
            r#"(?:"name"\s*:\s*"(?<alias>[^"\n]+)"\s*,\s*)?"version"\s*:\s*"(?:npm:[^"\n]*@)?(?<version>[^"\n]+)""#,
        ));
    /// Yarn, of both generations.
    YARN: "yarn.lock", &["yarn.lock"],
        lock("npm", concat!(
            r#"^"?(?:[^@"\s]+@npm:(?<alias>@?[a-zA-Z][^@"\s]*)@|(?<name>@?[^@"\s,:]+)@)[^\n]*:\r?\n"#,
            r#" {2}version:? "?(?<version>[^"\s]+)"#,
        ));
    /// pnpm, from version 5 to 9: `/name/1.0.0`, `/name@1.0.0`, `name@1.0.0`, with peers behind it.
    PNPM: "pnpm-lock.yaml", &["pnpm-lock.yaml"],
        lock("npm", r"^ {2}'?/?(?<name>(?:@[^/'\s]+/)?[^/@'\s:]+)[/@](?<version>\d[^:'(_\s]*)(?:[(_][^\n]*?)?'?:\s*?$");
    /// Bun, the text form.
    BUN: "bun.lock", &["bun.lock"],
        lock("npm", r#"\[\s*"(?<name>@?[^@"\n]+)@(?<version>\d[^"\n]*)""#);
    /// Composer: a package's name stands right before its version.
    COMPOSER: "composer.lock", &["composer.lock"],
        lock("packagist", r#""name"\s*:\s*"(?<name>[^"/\n]+/[^"\n]+)"\s*,\s*"version"\s*:\s*"(?<version>[^"\n]+)""#);
    /// Poetry, uv and PDM.
    PYTHON: "poetry.lock", &["poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"],
        lock("pypi", r#"^\[\[packages?\]\]\r?\nname = "(?<name>[^"\n]+)"\r?\nversion = "(?<version>[^"\n]+)""#);
    /// Pipenv.
    PIPFILE: "pipfile.lock", &["pipfile.lock"],
        lock("pypi", r#""(?<name>[\w.-]+)"\s*:\s*\{[^{}]*?"version"\s*:\s*"==(?<version>[^"\n]+)""#);
    /// Cargo.
    CARGO: "cargo.lock", &["cargo.lock"],
        lock("crates", r#"^\[\[package\]\]\r?\nname = "(?<name>[^"\n]+)"\r?\nversion = "(?<version>[^"\n]+)""#);
    /// Gradle: `group:name:version=configurations`.
    GRADLE: "gradle.lockfile", &["*.lockfile"],
        lock("maven", r"^(?<name>[^:\s#]+:[^:\s]+):(?<version>[^=\s]+)=");
    /// NuGet: direct packages and those they bring.
    NUGET: "packages.lock.json", &["packages.lock.json"],
        lock("nuget", r#""(?<name>[\w.-]+)"\s*:\s*\{\s*"type"\s*:[^{}]*?"resolved"\s*:\s*"(?<version>[^"\n]+)""#);
    /// Paket.
    PAKET: "paket.lock", &["paket.lock"],
        lock("nuget", r"^ {4}(?<name>[^\s(]+) \((?<version>[^)\s]+)\)");
    /// Mix: `"name": {:hex, :package, "1.0.0", …`
    MIX: "mix.lock", &["mix.lock"],
        lock("hex", r#"\{:hex, :"?(?<name>[\w.-]+)"?, "(?<version>[^"\n]+)""#);
    /// Dart's pub.
    PUB: "pubspec.lock", &["pubspec.lock"],
        lock("pub", r#"^ {2}(?<name>\w+):\r?\n(?: {4}[^\n]*\n){0,12}? {4}version: "?(?<version>[^"\s]+)"#);
    /// Meteor: `author:name@1.0.0`
    METEOR: "meteor-versions", &[".meteor/versions"],
        lock("meteor", r"^(?<name>[\w:.-]+)@(?<version>[\w.+-]+)");
}

/// Every lock file.
pub static ALL: &[&Language] = &[
    &GEMFILE, &NPM, &YARN, &PNPM, &BUN, &COMPOSER, &PYTHON, &PIPFILE, &CARGO, &GRADLE, &NUGET, &PAKET, &MIX, &PUB,
    &METEOR,
];
