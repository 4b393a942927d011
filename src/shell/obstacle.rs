//! Why something could not be begun, and whose fault that is.

use std::fmt;
use std::io;

use crate::sys::errno;

/// Said of whoever's time was over while we could not run.
pub(super) const HELD_UP: &str = "this program was stopped, or had no processor, for too long";

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// In words.
    pub words: Box<str>,
    /// Whether this machine is short of something, so that nothing is known of the peer.
    pub is_shortage: bool,
}

impl Obstacle {
    /// What the system says: these words, and by the error's number whose fault it is.
    pub fn new(words: impl Into<Box<str>>, error: &io::Error) -> Self {
        Self {
            words: words.into(),
            is_shortage: errno::is_shortage(error),
        }
    }
}

/// The peer's fault, or that of the network.
impl<T: Into<Box<str>>> From<T> for Obstacle {
    fn from(words: T) -> Self {
        Self {
            words: words.into(),
            is_shortage: false,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}
