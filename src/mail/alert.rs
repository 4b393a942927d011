//! One alert on its way to one recipient: facts, not yet a message.

use crate::model::MailFormat;
use crate::time::WallTime;

/// What happened, to whom it is told, and in which format.
///
/// The format has been settled (the target's own over the global one, key by key), so that an alert
/// in the queue survives a reload that removes its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The recipient.
    pub to: Box<str>,
    /// The settled format; `None` in a key is the built-in default.
    pub format: MailFormat,
    /// `$EVENT`: `Does not exist`, `Connection failed`.
    pub event: Box<str>,
    /// `$SERVICE`.
    pub service: Box<str>,
    /// `$ACTION`: `restart`, `alert`.
    pub action: Box<str>,
    /// `$HOST`: the name of the system service.
    pub host: Box<str>,
    /// `$DESCRIPTION`.
    pub description: Box<str>,
    /// `$DATE`: when it happened, not when it is sent.
    pub at: WallTime,
}
