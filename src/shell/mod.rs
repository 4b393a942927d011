//! (being built)

mod token;

pub use token::{FIRST_ISSUED, Registered, Tokens};
