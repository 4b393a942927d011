//! The queue as bytes that survive a crash.
//!
//! ```text
//!  "tend mail" · version · count · alerts (oldest first) · checksum of all before it
//! ```
//!
//! Numbers are little-endian; a text is its length and its bytes. Moments mean nothing to another
//! run, so pauses are not kept: what waits is due when it is read.

use std::fmt;

use crate::model::MailFormat;
use crate::reading::fingerprint;
use crate::time::WallTime;

use super::super::Alert;
use super::{ALERTS_LIMIT, Queue};

const MAGIC: &[u8] = b"tend mail";
const VERSION: u32 = 1;

/// Why bytes are no queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// They begin like something else.
    Foreign,
    /// They were written by another version.
    Version(u32),
    /// They are cut short or changed.
    Damaged,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("this is no mail queue"),
            Self::Version(version) => write!(f, "the mail queue is of version {version}"),
            Self::Damaged => f.write_str("the mail queue is cut short or changed"),
        }
    }
}

impl Queue {
    /// Everything that waits, as bytes for [`Self::restore`].
    pub fn encode(&self) -> Vec<u8> {
        let mut alerts = Vec::with_capacity(self.bytes);
        for entry in &self.entries {
            write_alert(&mut alerts, &entry.alert);
        }
        seal(VERSION, length(self.entries.len()), &alerts)
    }

    /// Adds what [`Self::encode`] wrote; on an error nothing is added. The limits hold.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
        for alert in decode(bytes)? {
            self.add(alert);
        }
        Ok(self.drop_surplus())
    }
}

/// The frame around the alerts.
pub(super) fn seal(version: u32, count: u32, alerts: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(version.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(alerts);
    let sum = fingerprint(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Result<Vec<Alert>, Unreadable> {
    if !bytes.starts_with(MAGIC) {
        return Err(Unreadable::Foreign);
    }
    let (content, sum) = bytes.split_last_chunk().ok_or(Unreadable::Damaged)?;
    if fingerprint(content).to_le_bytes() != *sum || content.len() < MAGIC.len() {
        return Err(Unreadable::Damaged);
    }
    let mut input = Input(&content[MAGIC.len()..]);
    match input.number() {
        Some(VERSION) => input.alerts().ok_or(Unreadable::Damaged),
        Some(version) => Err(Unreadable::Version(version)),
        None => Err(Unreadable::Damaged),
    }
}

fn write_alert(bytes: &mut Vec<u8>, alert: &Alert) {
    let format = &alert.format;
    for text in [
        &alert.to,
        &alert.event,
        &alert.service,
        &alert.action,
        &alert.host,
        &alert.description,
    ] {
        write_text(bytes, text);
    }
    for key in [
        &format.from,
        &format.reply_to,
        &format.subject,
        &format.message,
    ] {
        bytes.push(u8::from(key.is_some()));
        if let Some(text) = key {
            write_text(bytes, text);
        }
    }
    bytes.extend(alert.at.unix_seconds().to_le_bytes());
    bytes.extend(alert.at.offset_seconds().to_le_bytes());
}

fn write_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(length(text.len()).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("the queue's limits are far below 4 GB")
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All alerts, if nothing follows them.
    fn alerts(&mut self) -> Option<Vec<Alert>> {
        let count = usize::try_from(self.number()?).ok()?;
        if count > ALERTS_LIMIT {
            return None;
        }
        let alerts = (0..count).map(|_| self.alert()).collect::<Option<_>>()?;
        self.0.is_empty().then_some(alerts)
    }

    fn alert(&mut self) -> Option<Alert> {
        Some(Alert {
            to: self.text()?,
            event: self.text()?,
            service: self.text()?,
            action: self.text()?,
            host: self.text()?,
            description: self.text()?,
            format: MailFormat {
                from: self.optional_text()?,
                reply_to: self.optional_text()?,
                subject: self.optional_text()?,
                message: self.optional_text()?,
            },
            at: {
                let seconds = i64::from_le_bytes(self.array()?);
                let offset = i32::from_le_bytes(self.array()?);
                WallTime::new(seconds.checked_mul(1000)?, offset)
            },
        })
    }

    fn optional_text(&mut self) -> Option<Option<Box<str>>> {
        match self.array()? {
            [0] => Some(None),
            [1] => Some(Some(self.text()?)),
            [_] => None,
        }
    }

    fn text(&mut self) -> Option<Box<str>> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(std::str::from_utf8(text).ok()?.into())
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }
}
