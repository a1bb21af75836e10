//! The packs that come with dekey.
//!
//! Owns the one list in which a vendor is named. A test fails when a file under `rules/` is missing from it.

use super::compile;
use super::error::{File, PackError};
use super::{Pack, Vendor};

macro_rules! pack {
    ($folder:literal: $($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../../rules/", $folder, "/", $file)))),+]
    };
}

const INTERCOM: &[(&str, &str)] = pack!(
    "intercom":
    "vendor.toml",
    "pack.toml",
    "rules.toml",
    "exemptions.toml",
    "audience.toml",
    "requests.toml",
    "exposures.toml",
    "exposures-mobile.toml",
    "oauth.toml",
    "oauth-ruby.toml",
    "oauth-javascript.toml",
    "oauth-php.toml",
    "oauth-go.toml",
    "oauth-python.toml",
    "libraries.toml",
    "plan.toml",
    "plan-oauth.toml",
    "plan-oauth-more.toml",
    "ruby.toml",
    "ruby-more.toml",
    "ruby-rails.toml",
    "ruby-forest.toml",
    "node.toml",
    "node-intercom.toml",
    "node-intercom-io.toml",
    "node-intercom-api.toml",
    "node-forest.toml",
    "react-native.toml",
    "ios.toml",
    "flutter.toml",
    "python.toml",
    "go.toml",
    "java.toml",
    "java-android.toml",
    "dotnet.toml",
    "dotnet-intercomdotnet.toml",
    "dotnet-intercom-net.toml",
    "php-more.toml",
    "php.toml",
    "php-wisembly.toml",
    "php-intercomsdk.toml",
    "http.toml",
    "http-ruby.toml",
    "http-ruby-more.toml",
    "http-javascript.toml",
    "http-javascript-more.toml",
    "http-php.toml",
    "http-php-more.toml",
    "http-shell.toml",
    "http-shell-more.toml",
    "http-python.toml",
    "http-python-more.toml",
    "http-go.toml",
    "http-go-more.toml",
    "http-java.toml",
    "http-kotlin.toml",
    "http-scala.toml",
    "http-csharp.toml",
    "http-java-more.toml",
    "http-rust.toml",
    "http-rust-more.toml",
    "http-swift.toml",
    "http-objc.toml",
    "http-dart.toml",
    "http-netrc.toml",
    "elixir.toml",
    "elixir-community.toml",
    "http-elixir.toml",
    "perl.toml",
    "http-perl.toml",
    "http-powershell.toml",
    "http-clojure.toml",
    "http-r.toml",
);

/// Every embedded pack: its folder under `rules/` and its files.
pub const PACKS: &[(&str, &[(&str, &str)])] = &[("intercom", INTERCOM)];

/// The file of each that has the `[vendor]` table, all that a run reads which meets nothing of it.
pub(super) const VENDOR: &str = "vendor.toml";
/// The file of each that has the rules.
pub(super) const RULES: &str = "rules.toml";

/// The vendors of the embedded packs, which are read when they are asked for.
#[must_use]
pub fn vendors() -> Vec<Vendor> {
    PACKS.iter().map(|(folder, files)| Vendor::embedded(folder, files)).collect()
}

/// The embedded packs as files, each named as it is in the repository.
#[must_use]
pub fn files() -> Vec<Vec<File>> {
    PACKS.iter().map(|(folder, files)| named(folder, files)).collect()
}

/// The files of a folder under `rules/`, named as in the repository.
pub(super) fn named(folder: &str, files: &[(&str, &str)]) -> Vec<File> {
    files.iter().map(|(name, text)| (format!("rules/{folder}/{name}"), (*text).to_owned())).collect()
}

/// Reads the embedded packs, whole and at once.
///
/// # Errors
/// When an embedded pack is malformed, which a test excludes.
pub fn packs() -> Result<Vec<Pack>, PackError> {
    files().into_iter().map(compile::embedded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_under_rules_is_embedded() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let names = |folder: &std::path::Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder).expect("the repository has its rules");
            entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned()).collect()
        };
        // dekey's own rules are of no pack.
        let own = |name: &str| crate::suppress::FILES.iter().any(|(file, _)| file.split('/').nth(1) == Some(name));
        for folder in names(&root).iter().filter(|name| root.join(name).is_dir() && !own(name)) {
            let (_, files) = PACKS
                .iter()
                .find(|(name, _)| name == folder)
                .unwrap_or_else(|| panic!("rules/{folder} is not embedded"));
            for name in names(&root.join(folder)) {
                assert!(
                    files.iter().any(|(known, _)| *known == name),
                    "rules/{folder}/{name} is missing from builtin.rs"
                );
            }
        }
    }
}
