//! Alerts as mails: their text, the sender's dialogue, and the queue of what waits.
//!
//! An [`Alert`] waits in the [`Queue`] until a server has taken it; [`compose`] makes a [`Letter`]
//! of it when a connection is about to be opened, and a [`Session`] delivers a batch of letters.
//! Which server is asked when, and what is given up, is the queue's alone to say.

mod address;
mod alert;
mod message;
mod queue;
mod session;

pub use alert::Alert;
pub use message::{Envelope, Letter, compose};
pub use queue::{Batch, LetterId, Queue, Unreadable};
pub use session::{Fate, Session, SessionTls};
