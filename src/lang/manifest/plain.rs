//! Manifests that are data here: how a package stands in each.
//!
//! It knows no vendor. The decision to know: only the packages count here; what else a manifest holds is its language's.

use super::rows::{asks, formats};

formats! {
    /// Packages as .NET projects name them, in every file that may.
    NUGET: "nuget",
        &["*.csproj", "*.fsproj", "*.vbproj", "packages.config", "directory.packages.props", "directory.build.props"],
        asks("nuget", "<!--", concat!(
            r#"<(?:PackageReference|PackageVersion|GlobalPackageReference|package)\s(?:[^<>]*?\s)?"#,
            r#"(?:Include|Update|id)\s*=\s*"(?<name>[^"<>\n]+)""#,
            r#"(?:[^<>]*?\s[Vv]ersion(?:Override)?\s*=\s*"(?<version>[^"<>\n]+)"|[^<>]*>\s*<Version>\s*(?<version2>[^<>\s]+))?"#,
        )).with(r"<(?<key>[\w.-]+)>\s*(?<value>\d[^<>\s]*)\s*</");
    /// `nuget Name ~> 1.0`
    PAKET: "paket.dependencies", &["paket.dependencies"],
        asks("nuget", "//", r"^[ \t]*nuget[ \t]+(?<name>[\w.-]+)(?:[ \t]+(?<version>[<>=~!]*[ \t]*\d[^\s:]*))?");
    /// `{:name, "~> 1.0"}`
    MIX: "mix.exs", &["mix.exs"],
        asks("hex", "#", r#"\{\s*:(?<name>\w+)\s*,\s*(?:"(?<version>[^"\n]+)"|(?:git|github|path|in_umbrella|only|override):)"#);
    /// `{name, "1.0"}`
    REBAR: "rebar.config", &["rebar.config"],
        asks("hex", "%", r#"\{\s*(?<name>[a-z]\w*)\s*,\s*"(?<version>[^"\n]+)"\s*\}"#);
    /// `  name: ^1.0.0`
    PUB: "pubspec.yaml", &["pubspec.yaml", "pubspec.yml"],
        asks("pub", "#", r#"^ {2}(?<name>[a-z_]\w*):[ \t]*["']?(?<version>[\^<>=\d][^"'#\n]*|any\b)?"#);
    /// `"group" % "name" % "1.0"`
    SBT: "build.sbt", &["*.sbt", "dependencies.scala"],
        asks("maven", "//", r#""(?<group>[\w.-]+)"\s*%{1,3}\s*"(?<name>[\w.-]+)"\s*%\s*(?:"(?<version>[^"\n]+)"|(?<version2>[A-Za-z][\w.]*))"#)
            .with(r#"\b(?<key>\w+)\s*(?::\s*String\s*)?=\s*"(?<value>[^"\n]+)""#);
    /// `group/name {:mvn/version "1.0"}`
    DEPS: "deps.edn", &["deps.edn"],
        asks("maven", ";", r#"(?<name>[\w.-]+/[\w.-]+)\s*\{\s*:mvn/version\s+"(?<version>[^"\n]+)""#);
    /// `[group/name "1.0"]`
    LEIN: "project.clj", &["project.clj", "build.boot"],
        asks("maven", ";", r#"\[\s*(?<name>[\w.-]+(?:/[\w.-]+)?)\s+"(?<version>[^"\n]+)""#);
    /// `requires 'Name', '1.0';`
    CPAN: "cpanfile", &["cpanfile"],
        asks("cpan", "#", r#"\b(?:requires|recommends|suggests)\b[ \t(]*['"](?<name>[\w:]+)['"](?:\s*(?:,|=>)\s*['"]?(?<version>[<>=!]*\s*\d[^'"\s;)]*))?"#);
    /// `Imports: name (>= 1.0), …`
    CRAN: "r-description", &["description"],
        asks("cran", "", r"(?:^(?:Imports|Depends|Suggests|LinkingTo):|,)\s*(?<name>[A-Za-z][\w.]*)[ \t]*\((?<version>[<>=][^()\n]*)\)");
    /// `pod 'Name', '~> 1.0'`
    PODS: "podfile", &["podfile"],
        asks("cocoapods", "#", r#"^[ \t]*pod[ \t(]+['"](?<name>[^'"\n]+)['"](?:\s*,\s*['"](?<version>[^'"\n]+)['"])?"#);
    /// `.package(url: "https://…", from: "1.0.0")`
    SWIFT: "package.swift", &["package.swift"],
        asks("swift", "//", r#"\.package\(\s*(?:name:\s*"[^"\n]*"\s*,\s*)?url:\s*"(?<name>[^"\n]+)"(?:\s*,\s*(?:\.?\w+\()?(?:from|exact):?\s*"(?<version>[^"\n]+)")?"#);
    /// `install_requires=["name>=1.0"]`
    SETUP_PY: "setup.py", &["setup.py"],
        asks("pypi", "#", r#"["'](?<name>[A-Za-z][\w.-]*)(?:\[[^\]"'\n]*\])?[ \t]*(?<version>[<>=~!][^"';\n]*)(?:;[^"'\n]*)?["']"#);
    /// Requirements below `install_requires =`.
    SETUP_CFG: "setup.cfg", &["setup.cfg"],
        asks("pypi", "#", r"^[ \t]+(?<name>[A-Za-z][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*(?<version>(?:[<>~!]=?|==)[^;#\n]*)");
    /// pip's part of a Conda environment, and Conda's own.
    CONDA: "environment.yml", &["environment.yml", "environment.yaml"],
        asks("pypi", "#", r#"^[ \t]*-[ \t]*["']?(?<name>[A-Za-z][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*(?<version>[<>=~!]+[ \t]*\d[^;#"'\n]*)"#);
    /// Versions that the packages of a workspace share.
    PNPM_CATALOG: "pnpm-workspace.yaml", &["pnpm-workspace.yaml"],
        asks("npm", "#", r#"^[ \t]+["']?(?<name>(?:@[\w.-]+/)?[\w.-]+)["']?:[ \t]*["']?(?<version>[~^<>=v\d][^"'#\n]*)"#);
    /// `author:name@1.0.0`
    METEOR: "meteor-packages", &[".meteor/packages"],
        asks("meteor", "#", r"^[ \t]*(?<name>[\w:.-]+)(?:@[=~^]*(?<version>\d[\w.]*))?");
}
