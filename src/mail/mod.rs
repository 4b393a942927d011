//! Alerts as mails: their text, the sender's dialogue, and the queue of what waits.

mod alert;

pub use alert::Alert;
