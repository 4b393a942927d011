//! TLS in a build without it (`--no-default-features`): the same doors, and nobody gets through.
//!
//! A control file that asks for TLS is refused when it is read, so that nothing here is ever met;
//! whoever gets here all the same is told.

#[path = "tls/policy.rs"]
mod policy;
#[path = "tls/received.rs"]
mod received;

use std::io::{self, Read, Write};

use crate::engine::CertificateFacts;
use crate::model::HttpdTls;
use crate::time::WallTime;

pub use policy::Policy;
pub use received::Received;

/// Why there is none.
pub const WITHOUT_TLS: &str = "SSL connection error: this program was built without TLS";

/// There is nothing to wait for.
pub const fn is_ready() -> bool {
    true
}

/// Begins no handshake.
#[derive(Clone, Debug, Default)]
pub struct Client;

impl Client {
    /// Nobody to be trusted.
    pub const fn new() -> Self {
        Self
    }

    /// Refuses.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn begin(&self, _: Policy, _: WallTime) -> Result<Channel, Box<str>> {
        Err(WITHOUT_TLS.into())
    }
}

/// There is no such server.
#[derive(Clone, Debug)]
pub enum Server {}

impl Server {
    /// Refuses.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn load(_: &HttpdTls) -> Result<Self, Box<str>> {
        Err(WITHOUT_TLS.into())
    }

    /// Refuses.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn from_pem(files: &HttpdTls, _: &[u8], _: &[u8]) -> Result<Self, Box<str>> {
        Self::load(files)
    }

    /// Of a server that is not.
    ///
    /// # Errors
    ///
    /// None.
    pub fn accept(&self) -> Result<Channel, Box<str>> {
        match *self {}
    }
}

/// There is no such channel.
#[derive(Debug)]
pub enum Channel {}

impl Channel {
    /// Of a channel that is not, as all of these.
    pub fn is_handshaking(&self) -> bool {
        match *self {}
    }

    /// See [`Self::is_handshaking`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn receive(&mut self, _: &mut dyn Read) -> Result<Received, Box<str>> {
        match *self {}
    }

    /// See [`Self::is_handshaking`].
    pub fn read(&mut self, _: &mut [u8]) -> usize {
        match *self {}
    }

    /// See [`Self::is_handshaking`].
    pub fn write(&mut self, _: &[u8]) -> usize {
        match *self {}
    }

    /// See [`Self::is_handshaking`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn send(&mut self, _: &mut dyn Write) -> io::Result<bool> {
        match *self {}
    }

    /// See [`Self::is_handshaking`].
    pub fn close(&mut self) {
        match *self {}
    }

    /// See [`Self::is_handshaking`].
    pub fn certificate(&self) -> Option<CertificateFacts> {
        match *self {}
    }
}
