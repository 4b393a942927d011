//! The status server's and its client's words: bytes to requests and answers, and back.
//!
//! No socket, no clock, no page: `shell` carries the bytes, `view` says what is in an answer. What
//! a peer can make grow has a named limit here: [`request::HEAD_LIMIT`], [`request::PATH_LIMIT`],
//! [`request::HEADER_LIMIT`], [`request::body_limit`], [`client::REPLY_LIMIT`].

pub mod auth;

pub mod client;
mod escape;
mod form;
mod md5crypt;
pub mod request;
pub mod response;
pub mod token;

pub use escape::Escaped;
pub use form::{Parameters, percent_encode};
pub use request::{Method, Parser, Progress, Refusal, Request};
pub use response::{Content, Response, Status, Surroundings};

/// A hash as a content security policy writes it; the pages' tests compare with it.
#[cfg(test)]
pub(crate) fn base64_sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    crate::protocol::base64::encode(&sha2::Sha256::digest(bytes))
}
