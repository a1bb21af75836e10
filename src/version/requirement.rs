//! Requirements in the notation of each ecosystem, as ranges.
//!
//! Owns the notations. The decision to know: one reader serves all of them, because they share their signs; where a sign
//! means different things (`~`, a bare version), the ecosystem decides. A sign or word that is not understood is left
//! out, which can only widen the range.

use semver::{Prerelease, Version};

use super::Range;

/// A longer requirement is not read.
const LONGEST: usize = 512;

/// What a requirement allows. [`Range::all`] when nothing is known: a branch, a path, a word.
#[must_use]
pub fn requirement(ecosystem: &str, text: &str) -> Range {
    let text = stripped(ecosystem, text.trim());
    if text.len() > LONGEST || is_elsewhere(text) {
        return Range::all();
    }
    let intervals = matches!(ecosystem, "maven" | "nuget") && text.starts_with(['[', '(']);
    let found = if intervals { intervals_of(text) } else { alternatives(ecosystem, text) };
    found.filter(|range| !range.is_empty()).unwrap_or_else(Range::all)
}

/// A version by itself, as a lock file has it.
#[must_use]
pub fn number(ecosystem: &str, text: &str) -> Option<Version> {
    let part = Part::of(ecosystem, text.trim().trim_start_matches(['=', ' ']))?;
    (part.count > 0 && !part.open).then_some(part.version)
}

/// Without what only says where the package is from or how stable it may be.
fn stripped<'a>(ecosystem: &str, text: &'a str) -> &'a str {
    match ecosystem {
        // `npm:other@^1`
        "npm" => match text.strip_prefix("npm:") {
            Some(alias) => alias.get(1..).and_then(|rest| rest.split_once('@')).map_or("", |(_, range)| range),
            None => text.strip_prefix("workspace:").unwrap_or(text),
        },
        // `^1.0@beta`, `2.x-dev as 2.1`
        "packagist" => {
            let text = text.split_once(" as ").map_or(text, |(branch, _)| branch);
            text.split_once('@').map_or(text, |(range, _)| range)
        }
        // Environment markers.
        "pypi" => text.split_once(';').map_or(text, |(range, _)| range),
        // `1.0!!` is Gradle's way to insist.
        "maven" => text.trim_end_matches('!'),
        _ => text,
    }
}

/// Whether the package comes from a place instead of a registry, or the version from one.
fn is_elsewhere(text: &str) -> bool {
    text.contains("://")
        || text.contains(['/', '#', '$'])
        || ["git", "file:", "link:", "path:", "portal:", "patch:", "catalog:", "@", "dev-"]
            .iter()
            .any(|start| text.starts_with(start))
}

/// `[1.0,2.0),[3.0,)`
fn intervals_of(text: &str) -> Option<Range> {
    let mut found: Option<Range> = None;
    for piece in text.split_inclusive([']', ')']) {
        let piece = piece.trim_start_matches([',', ' ']);
        let Some((opens, inner)) = piece
            .strip_prefix('[')
            .map(|rest| (true, rest))
            .or_else(|| piece.strip_prefix('(').map(|rest| (false, rest)))
        else {
            continue;
        };
        let closes = inner.ends_with(']');
        let inner = inner.trim_end_matches([']', ')']);
        let part = |text: &str| Part::of("maven", text.trim()).filter(|part| part.count > 0).map(|part| part.version);
        let range = match inner.split_once(',') {
            None => Range::exactly(part(inner)?),
            Some((low, high)) => {
                let low = part(low).map(|low| if opens { Range::at_least(low) } else { Range::above(low) });
                let high = part(high).map(|high| if closes { Range::at_most(high) } else { Range::below(high) });
                low.into_iter().chain(high).fold(Range::all(), Range::and)
            }
        };
        found = Some(match found {
            Some(before) => before.or(range),
            None => range,
        });
    }
    found
}

/// `a || b`, each of them comparisons that hold together.
fn alternatives(ecosystem: &str, text: &str) -> Option<Range> {
    let ranges = text.split("||").flat_map(|text| text.split('|')).flat_map(|text| text.split(" or "));
    ranges.map(|text| together(ecosystem, text)).reduce(Range::or)
}

/// `>= 1.0, < 2`, `1.0 - 2.0`
fn together(ecosystem: &str, text: &str) -> Range {
    if let Some((low, high)) = text.split_once(" - ") {
        let part = |text: &str| Part::of(ecosystem, text.trim());
        let (Some(low), Some(high)) = (part(low), part(high)) else { return Range::all() };
        return Range::at_least(low.version.clone()).and(high.up_to(ecosystem));
    }
    let (mut range, mut rest) = (Range::all(), text);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"' | '\''));
        rest = rest.strip_prefix("and ").unwrap_or(rest);
        if rest.is_empty() {
            return range;
        }
        let signs = rest.len() - rest.trim_start_matches(['<', '>', '=', '~', '^', '!']).len();
        let (sign, after) = rest.split_at(signs);
        let after = after.trim_start();
        let len = after.find(|c: char| c.is_whitespace() || matches!(c, ',' | '<' | '>' | '=' | '~' | '^' | '!' | ')'));
        let (word, next) = after.split_at(len.unwrap_or(after.len()));
        rest = next;
        if let Some(part) = Part::of(ecosystem, word) {
            range = range.and(part.compared(ecosystem, sign));
        } else if word.is_empty() && signs == 0 {
            return range;
        }
    }
}

/// A version as written: how many numbers it has, and whether something may follow them.
struct Part {
    version: Version,
    count: usize,
    /// `2.x`, `2.*`, `2.+`
    open: bool,
}

impl Part {
    fn of(ecosystem: &str, text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (mut numbers, mut count, mut open) = ([0u64; 3], 0, false);
        loop {
            let len = rest.bytes().take_while(u8::is_ascii_digit).count();
            if len == 0 {
                open = rest.starts_with(['x', 'X', '*', '+']) && (count > 0 || rest.len() == 1);
                break;
            }
            if let Some(slot) = numbers.get_mut(count) {
                *slot = rest[..len].parse().unwrap_or(u64::MAX);
            }
            count += 1;
            rest = &rest[len..];
            match rest.strip_prefix('.') {
                Some(after) if after.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '+')) => {
                    rest = after;
                }
                _ => break,
            }
        }
        if count == 0 && !open {
            return None;
        }
        let pre = if open { Prerelease::EMPTY } else { prerelease(ecosystem, rest) };
        let [major, minor, patch] = numbers;
        Some(Self { version: Version { pre, ..Version::new(major, minor, patch) }, count: count.min(3), open })
    }

    fn compared(&self, ecosystem: &str, sign: &str) -> Range {
        let version = self.version.clone();
        if self.open && self.count == 0 {
            return Range::all();
        }
        match sign {
            ">=" | "=>" => Range::at_least(version),
            ">" if self.count < 3 && whole_parts(ecosystem) => Range::at_least(self.after(self.count)),
            ">" => Range::above(version),
            "<" => Range::below(version),
            "<=" | "=<" => self.up_to(ecosystem),
            "^" => self.caret(),
            "~>" | "~=" => self.growing_last(),
            "~" if ecosystem == "packagist" => self.growing_last(),
            "~" => Range::at_least(version).and(Range::below(self.after(self.count.min(2)))),
            "=" | "==" | "===" => self.same(ecosystem),
            "" => match ecosystem {
                "crates" | "swift" => self.caret(),
                "cpan" | "cran" => Range::at_least(version),
                _ => self.same(ecosystem),
            },
            _ => Range::all(),
        }
    }

    /// The version itself; all that begin with its numbers, where more may follow.
    fn same(&self, ecosystem: &str) -> Range {
        let prefix = self.open || self.count < 3 && whole_parts(ecosystem) && self.version.pre.is_empty();
        if prefix {
            return Range::at_least(self.version.clone()).and(Range::below(self.after(self.count)));
        }
        Range::exactly(self.version.clone())
    }

    /// At most this; where `<=3` means all of 3, that.
    fn up_to(&self, ecosystem: &str) -> Range {
        if self.open || self.count < 3 && whole_parts(ecosystem) {
            return Range::below(self.after(self.count));
        }
        Range::at_most(self.version.clone())
    }

    /// Up to the next change of the first number that is not 0.
    fn caret(&self) -> Range {
        let Version { major, minor, .. } = self.version;
        let keep = match (major, minor, self.count) {
            (0, 0, 3) => 3,
            (0, 0, 1) => 1,
            (0, ..) if self.count > 1 => 2,
            _ => 1,
        };
        Range::at_least(self.version.clone()).and(Range::below(self.after(keep)))
    }

    /// The last number may grow: `~> 3.5` is `>= 3.5, < 4`.
    fn growing_last(&self) -> Range {
        let keep = self.count.saturating_sub(1).clamp(1, 2);
        Range::at_least(self.version.clone()).and(Range::below(self.after(keep)))
    }

    /// The first version whose number at `keep` is another.
    fn after(&self, keep: usize) -> Version {
        let Version { major, minor, patch, .. } = self.version;
        match keep {
            0 | 1 => Version::new(major.saturating_add(1), 0, 0),
            2 => Version::new(major, minor.saturating_add(1), 0),
            _ => Version::new(major, minor, patch.saturating_add(1)),
        }
    }
}

/// Where `2` alone means every `2.…`.
fn whole_parts(ecosystem: &str) -> bool {
    matches!(ecosystem, "npm" | "crates")
}

/// What follows the numbers, where it marks a version before the release: `-beta.1`, `b3`, `.pre`, `-SNAPSHOT`. Platforms
/// (`-java`), builds (`+1`) and later editions (`.post1`, `.Final`) do not.
fn prerelease(ecosystem: &str, rest: &str) -> Prerelease {
    let rest = rest.split('+').next().unwrap_or_default();
    let semver = matches!(ecosystem, "npm" | "crates" | "go" | "hex" | "pub" | "nuget" | "swift");
    let text = rest.trim_start_matches(['-', '.', '_']);
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    const EARLY: &[&str] =
        &["a", "alpha", "b", "beta", "c", "cr", "dev", "m", "milestone", "pre", "preview", "rc", "snapshot"];
    if text.is_empty() || !(semver && rest.starts_with('-') || EARLY.contains(&word.as_str())) {
        return Prerelease::EMPTY;
    }
    let kept: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '.' }).take(64).collect();
    Prerelease::new(kept.trim_end_matches('.')).or_else(|_| Prerelease::new("pre")).unwrap_or(Prerelease::EMPTY)
}
