//! What matters first.
//!
//! Owns the order in which a page shows findings, and what it says of each kind. The decision to know: what can be used by
//! whoever has a copy comes before what merely fails, and that before what is against the terms; a rule says of itself
//! whether what it finds lasts, and judgements that no list here names come last.

/// Kinds of findings, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matter {
    /// A credential that can be used by whoever has a copy of the file.
    Revoke,
    /// A login that is refused.
    Refused,
    /// Credentials of other people.
    Collected,
    /// Everything else.
    Rest,
}

/// The judgements on logins that are refused.
const REFUSED: &[&str] = &[
    "deprecated-api-key-auth",
    "outdated-sdk",
    "unsupported-credential-form",
    "unsupported-oauth-grant",
    "app-id-as-token",
];

/// The judgements on other people's credentials.
const COLLECTED: &[&str] = &["collected-access-token", "access-token-in-public-integration"];

impl Matter {
    pub(super) const ALL: [Self; 4] = [Self::Revoke, Self::Refused, Self::Collected, Self::Rest];

    /// The kind of a rule's findings; a `lasting` rule finds what can be used after it was deleted from the file.
    pub(super) fn of(rule: &str, lasting: bool) -> Self {
        let rule = super::short(rule);
        match () {
            () if lasting => Self::Revoke,
            () if REFUSED.contains(&rule) => Self::Refused,
            () if COLLECTED.contains(&rule) => Self::Collected,
            () => Self::Rest,
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Refused => "refused",
            Self::Collected => "collected",
            Self::Rest => "rest",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Revoke => "Credentials that may still work",
            Self::Refused => "Logins that no longer work",
            Self::Collected => "Other people’s credentials",
            Self::Rest => "Everything else",
        }
    }

    /// What to do about them, and why now.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Revoke => {
                "Access tokens and client secrets. Whoever has a copy of the repository can use them, and deleting the \
                 line does not change that: revoke them first, then take them out."
            }
            Self::Refused => {
                "Logins with an app id and an API key, and what cannot take a token. They fail on every request: move \
                 your own data to an access token, other people’s to OAuth."
            }
            Self::Collected => {
                "Places that ask others for a token or keep one of theirs. This is against the terms of service: offer \
                 OAuth instead."
            }
            Self::Rest => "Keys that are left over, tokens that travel too far, and what can be deleted.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_judgement_that_is_listed_exists() {
        for id in REFUSED.iter().chain(COLLECTED) {
            assert!(crate::check::CHECKS.iter().any(|(known, _)| known == id), "{id}");
        }
    }

    #[test]
    fn what_lasts_comes_first() {
        assert_eq!(Matter::of("acme/outdated-sdk", true), Matter::Revoke);
        assert_eq!(Matter::of("acme/outdated-sdk", false), Matter::Refused);
        assert_eq!(Matter::of("unknown", false), Matter::Rest);
        assert!(Matter::ALL.is_sorted());
    }
}
