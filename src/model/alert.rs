//! Who is told about what, and how the mail looks.

use super::EventKind;

/// One `alert ADDRESS [filter] [format] [reminder]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertTarget {
    /// The recipient; holds an `@` and no control bytes.
    pub address: Box<str>,
    /// Which events are mailed.
    pub events: EventSet,
    /// `with mail-format { … }`: overrides the global format key by key.
    pub format: MailFormat,
    /// `reminder on N cycles`: repeat on each Nth failing event; `None` is once (reference F82).
    pub reminder_cycles: Option<u32>,
}

/// `set mail-format { … }`; a key left out falls back to the global format, then to the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailFormat {
    /// `from: [NAME] <ADDRESS>`; `$HOST` is expanded.
    pub from: Option<Box<str>>,
    /// `reply-to:`.
    pub reply_to: Option<Box<str>>,
    /// `subject:`; all placeholders are expanded.
    pub subject: Option<Box<str>>,
    /// `message:`; all placeholders are expanded.
    pub message: Option<Box<str>>,
}

/// A set of event kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSet(u32);

impl EventSet {
    /// Every kind: `alert` without a filter.
    pub const ALL: Self = Self(u32::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// This set and `kind`.
    #[must_use]
    pub const fn with(self, kind: EventKind) -> Self {
        Self(self.0 | kind.bit())
    }

    /// All that is not in this set: `not on { … }`, `but not on { … }`.
    #[must_use]
    pub const fn inverted(self) -> Self {
        Self(!self.0)
    }

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: EventKind) -> bool {
        self.0 & kind.bit() != 0
    }
}
