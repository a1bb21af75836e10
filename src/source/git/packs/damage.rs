//! What could not be read, and why.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;

use crate::source::open::{OpenError, plain};

/// An object that was not handed over, or something about a file that makes it doubtful what is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Damage {
    /// The object, where it is one.
    pub(crate) id: Option<ObjectId>,
    /// The pack, the index, the loose object or the folder.
    pub(crate) place: Arc<Path>,
    pub(crate) why: Why,
}

/// Why it was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// It is as it should be, and larger than is read.
    TooLarge {
        /// The most it may have, in bytes.
        limit: u64,
    },
    /// It is not as it should be: a sentence about "it", the object or the file.
    Malformed(Cow<'static, str>),
}

impl Why {
    pub(super) const fn words(words: &'static str) -> Self {
        Self::Malformed(Cow::Borrowed(words))
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "object {id} in {}: {}", self.place.display(), self.why),
            None => write!(f, "{}: {}", self.place.display(), self.why),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit } if *limit < 1 << 20 => write!(f, "it has more than {limit} bytes"),
            Self::TooLarge { limit } => write!(f, "it has more than {} MiB", limit >> 20),
            Self::Malformed(words) => f.write_str(words),
        }
    }
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Self {
        Self::Malformed(format!("it cannot be read: {}", plain(&error)).into())
    }
}

impl From<OpenError> for Why {
    fn from(error: OpenError) -> Self {
        Self::Malformed(error.to_string().into())
    }
}
