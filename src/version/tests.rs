use proptest::prelude::*;
use semver::Version;

use super::{Range, number, requirement};

const ECOSYSTEMS: &[&str] =
    &["npm", "rubygems", "pypi", "packagist", "go", "maven", "crates", "hex", "nuget", "pub", "swift", "cran", "cpan"];

#[test]
fn requirements_of_every_ecosystem() {
    for (ecosystem, text, expected) in [
        ("npm", "^2.8.1", ">=2.8.1, <3.0.0"),
        ("npm", "^0.2.3", ">=0.2.3, <0.3.0"),
        ("npm", "^0.0.3", ">=0.0.3, <0.0.4"),
        ("npm", "^0", ">=0.0.0, <1.0.0"),
        ("npm", "~2.8.1", ">=2.8.1, <2.9.0"),
        ("npm", "~2", ">=2.0.0, <3.0.0"),
        ("npm", "2.x", ">=2.0.0, <3.0.0"),
        ("npm", "2", ">=2.0.0, <3.0.0"),
        ("npm", "v2.1.0", "=2.1.0"),
        ("npm", "=2.1.0", "=2.1.0"),
        ("npm", ">=2 <4", ">=2.0.0, <4.0.0"),
        ("npm", "> 2", ">=3.0.0"),
        ("npm", "<=2", "<3.0.0"),
        ("npm", "1.2 - 2.3", ">=1.2.0, <2.4.0"),
        ("npm", "^1.0.0 || ^3.0.0", ">=1.0.0, <4.0.0"),
        ("npm", "npm:@a/b@^1.0.0", ">=1.0.0, <2.0.0"),
        ("npm", "npm:other@2.0.0", "=2.0.0"),
        ("npm", "workspace:^1.5.0", ">=1.5.0, <2.0.0"),
        ("npm", "^4.0.0-beta.2", ">=4.0.0-beta.2, <5.0.0"),
        ("npm", "*", "*"),
        ("npm", "latest", "*"),
        ("npm", "", "*"),
        ("npm", "github:a/b#v2.0.0", "*"),
        ("npm", "git+https://example.com/a.git", "*"),
        ("npm", "file:../a-2.0.0", "*"),
        ("rubygems", "~> 3.5", ">=3.5.0, <4.0.0"),
        ("rubygems", "~> 3.5.1", ">=3.5.1, <3.6.0"),
        ("rubygems", "~> 3", ">=3.0.0, <4.0.0"),
        ("rubygems", "3.5", "=3.5.0"),
        ("rubygems", ">= 3, < 4", ">=3.0.0, <4.0.0"),
        ("rubygems", "3.0.0b1", "=3.0.0-b1"),
        ("rubygems", "!= 3.0", "*"),
        ("pypi", "==2.1.1", "=2.1.1"),
        ("pypi", "== 2.*", ">=2.0.0, <3.0.0"),
        ("pypi", "~=2.1", ">=2.1.0, <3.0.0"),
        ("pypi", ">=3.0b1,<4 ; python_version < '3'", ">=3.0.0-b1, <4.0.0"),
        ("pypi", "^2.1", ">=2.1.0, <3.0.0"),
        ("pypi", "2.1", "=2.1.0"),
        ("pypi", "@ https://example.com/p-3.0.whl", "*"),
        ("packagist", "~1.2", ">=1.2.0, <2.0.0"),
        ("packagist", "~1.2.3", ">=1.2.3, <1.3.0"),
        ("packagist", "1.2.*", ">=1.2.0, <1.3.0"),
        ("packagist", "^1.5 | ^2.0", ">=1.5.0, <3.0.0"),
        ("packagist", "^3.0@beta", ">=3.0.0, <4.0.0"),
        ("packagist", "2.x-dev as 2.1.0", ">=2.0.0, <3.0.0"),
        ("packagist", "dev-master", "*"),
        ("maven", "2.8.2", "=2.8.2"),
        ("maven", "[2.0,3.0)", ">=2.0.0, <3.0.0"),
        ("maven", "(,2.0]", "<=2.0.0"),
        ("maven", "[1.0,1.2],[2.0,2.1]", ">=1.0.0, <=2.1.0"),
        ("maven", "[2.7]", "=2.7.0"),
        ("maven", "2.+", ">=2.0.0, <3.0.0"),
        ("maven", "2.8.2-SNAPSHOT", "=2.8.2-SNAPSHOT"),
        ("maven", "2.8.2-jre", "=2.8.2"),
        ("maven", "${a.version}", "*"),
        ("maven", "latest.release", "*"),
        ("nuget", "[1.0.0, )", ">=1.0.0"),
        ("nuget", "2.1.1.0", "=2.1.1"),
        ("nuget", "1.*", ">=1.0.0, <2.0.0"),
        ("go", "v2.0.0+incompatible", "=2.0.0"),
        ("go", "v0.0.0-20170125111111-abcdefabcdef", "=0.0.0-20170125111111-abcdefabcdef"),
        ("crates", "1.2", ">=1.2.0, <2.0.0"),
        ("crates", "=1.2.3", "=1.2.3"),
        ("hex", "~> 1.0 or >= 2.1.0 and < 2.3.0", ">=1.0.0, <2.3.0"),
        ("pub", "any", "*"),
        ("cpan", "0.1", ">=0.1.0"),
        ("cran", ">= 1.0", ">=1.0.0"),
        ("swift", "1.4", ">=1.4.0, <2.0.0"),
    ] {
        assert_eq!(requirement(ecosystem, text).to_string(), expected, "{ecosystem} {text}");
    }
}

#[test]
fn plain_bounds_are_read_and_written() {
    for text in [">=3.4.0", "<2.0.0", ">=2.8.0, <3.0.0", ">1.0.0, <=2.0.0", "=1.0.0", ">=3.0.0-b1, <3.0.0-b3"] {
        assert_eq!(Range::plain(text).map(|range| range.to_string()), Ok(text.to_owned()));
    }
    assert!(Range::plain("^1").is_err() && Range::plain("one").is_err());
}

#[test]
fn a_range_is_on_one_side_of_a_boundary_or_decides_nothing() {
    let since = Range::plain(">=3.4.0").expect("plain");
    for (text, within, apart) in [
        ("3.9.5", true, false),
        ("3.2.1", false, true),
        ("~> 3.0", false, false),
        ("~> 3.2.0", false, true),
        ("~> 3.5", true, false),
    ] {
        let range = requirement("rubygems", text);
        assert_eq!((range.within(&since), !range.overlaps(&since)), (within, apart), "{text}");
        assert_eq!(range.is_below(since.lowest()), apart, "{text}");
    }
}

fn version() -> impl Strategy<Value = Version> {
    (0u64..12, 0u64..12, 0u64..12).prop_map(|(major, minor, patch)| Version::new(major, minor, patch))
}

/// Text made of the signs that requirements are made of.
fn noise() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "^",
        "~",
        "~>",
        ">=",
        "<",
        "=",
        "!",
        "|",
        "||",
        ",",
        " ",
        " - ",
        ".",
        "*",
        "x",
        "+",
        "[",
        "]",
        "(",
        ")",
        "@",
        "v",
        "1",
        "0",
        "99999999999999999999",
        "-",
        "beta",
        "npm:",
        "é",
        "\0",
        " or ",
        " and ",
        "'",
        "2.1.0",
        "dev-",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Any text is read, to a range that holds something.
    #[test]
    fn any_requirement_is_read(text in noise(), other in any::<String>()) {
        for ecosystem in ECOSYSTEMS {
            prop_assert!(!requirement(ecosystem, &text).is_empty());
            prop_assert!(!requirement(ecosystem, &other).is_empty());
            let _ = (number(ecosystem, &text), number(ecosystem, &other));
        }
    }

    /// Each sign allows the version behind it, and a higher version never lowers a bound.
    #[test]
    fn requirements_grow_with_their_versions(a in version(), b in version()) {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        for ecosystem in ECOSYSTEMS {
            for sign in ["", "=", "^", "~", ">=", "<=", "~>", "=="] {
                let range = |version: &Version| requirement(ecosystem, &format!("{sign}{version}"));
                prop_assert!(Range::exactly(low.clone()).within(&range(&low)), "{} {}{}", ecosystem, sign, low);
                prop_assert!(range(&low).lowest() <= range(&high).lowest());
                prop_assert!(!range(&high).is_below(&low));
                prop_assert!(!Range::exactly(high.clone()).is_below(&low));
            }
        }
    }

    /// Both, either and within agree with each other.
    #[test]
    fn ranges_are_a_lattice(bounds in prop::collection::vec(version(), 4)) {
        let range = |at: usize| {
            let (low, high) = (&bounds[at], &bounds[at + 1]);
            Range::at_least(low.min(high).clone()).and(Range::at_most(low.max(high).clone()))
        };
        let (a, b) = (range(0), range(2));
        prop_assert!(a.within(&a.clone().or(b.clone())) && b.within(&a.clone().or(b.clone())));
        let both = a.clone().and(b.clone());
        prop_assert_eq!(both.is_empty(), !a.overlaps(&b));
        prop_assert!(both.is_empty() || both.within(&a) && both.within(&b));
    }
}
