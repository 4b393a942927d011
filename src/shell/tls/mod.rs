//! TLS: towards servers that are tested or take our mail ([`Client`]), and for the status page
//! ([`Server`]). A [`Channel`] is one connection's TLS, of either side.
//!
//! Nothing is kept between handshakes but verdicts on chains (`verdicts.rs`): a configuration is
//! built for the handshake that needs it and goes with its connection. That costs microseconds
//! beside the handshake itself, and an idle daemon holds no cryptography at all.

mod certificate;
mod channel;
mod client;
mod clients;
mod der;
mod entropy;
mod identity;
mod policy;
mod provider;
mod received;
mod server;
mod verdicts;
mod verify;
mod versions;
mod words;

#[cfg(test)]
pub(in crate::shell) mod test_data;
#[cfg(test)]
mod tests;

pub use channel::Channel;
pub use client::{Client, TimeOfDay};
pub use entropy::is_ready;
pub use identity::client_identity;
pub use policy::Policy;
pub use provider::provider;
pub use received::Received;
pub use server::Server;
