//! (being built)

pub mod children;
pub mod clock;
pub mod connection;
mod descriptor;
pub mod exits;
pub mod identity;
pub mod log;
pub mod places;
pub mod prober;
pub mod reactor;
pub mod resolve;
pub mod server;
pub mod signals;
pub mod statefile;
pub mod tls;
mod token;

pub use token::{FIRST_ISSUED, Registered, Tokens};
