//! One connection's TLS: ciphertext on the socket's side, plain bytes on ours.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::Connection;

use super::received::Received;
use super::verify::Judged;
use super::words;
use crate::engine::CertificateFacts;

/// The TLS of one connection, of either side.
pub struct Channel {
    tls: Connection,
    judged: Arc<Mutex<Judged>>,
}

impl Channel {
    pub(super) fn new(tls: Connection, judged: Arc<Mutex<Judged>>) -> Self {
        Self { tls, judged }
    }

    /// Whether the handshake goes on.
    pub fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// Whether there is ciphertext for [`Self::send`].
    pub fn wants_write(&self) -> bool {
        self.tls.wants_write()
    }

    /// Reads once from the socket: at most one record's worth. After an error there may be an alert
    /// for the peer to [`Self::send`].
    pub fn receive(&mut self, socket: &mut dyn Read) -> Result<Received, Box<str>> {
        let count = match self.tls.read_tls(socket) {
            Ok(count) => count,
            Err(error) => return words::of_read(&error),
        };
        let state = self.tls.process_new_packets().map_err(|error| {
            let judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
            words::of_failure(&error, judged.refusal.as_deref())
        })?;
        let is_over =
            count == 0 || (state.peer_has_closed() && state.plaintext_bytes_to_read() == 0);
        Ok(match is_over {
            true => Received::Closed,
            false => Received::Bytes(count),
        })
    }

    /// Takes plain bytes that have arrived; 0 if there are none.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        // `WouldBlock`, or the end without a farewell, which `receive` reports.
        self.tls.reader().read(buffer).unwrap_or(0)
    }

    /// Takes plain bytes to be sent, as many as it has room for.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        // Writing into the buffer fails for no other reason than that it is full.
        self.tls.writer().write(bytes).unwrap_or(0)
    }

    /// Writes ciphertext to the socket until there is none or the socket would block; tells whether
    /// all of it went.
    pub fn send(&mut self, socket: &mut dyn Write) -> io::Result<bool> {
        while self.wants_write() {
            match self.tls.write_tls(socket) {
                Ok(0) => return Ok(false),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Says farewell; [`Self::send`] carries it.
    pub fn close(&mut self) {
        self.tls.send_close_notify();
    }

    /// What the peer's certificate says; `None` until it has been seen, and for a server.
    pub fn certificate(&self) -> Option<CertificateFacts> {
        let judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        judged.is_seen.then(|| judged.facts.clone())
    }
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel")
            .field("is_handshaking", &self.is_handshaking())
            .finish_non_exhaustive()
    }
}
