//! The status server's certificate and key: both there, both whole, and the key nobody else's.

use super::machine::Machine;
use crate::config::surroundings::{Kind, Pem};
use crate::config::syntax::{Text, TlsSyntax};
use crate::model::HttpdTls;
use crate::text::{Diagnostic, Span, quoted};

/// Largest PEM file.
pub(in crate::config) const FILE_LIMIT: usize = 1024 * 1024;

/// More bits than these in a key's mode would let everybody read it (reference F143).
const KEY_MODE: u32 = 0o750;

/// The two files of the server's identity, if they will do.
pub(super) fn identity(
    place: Span,
    syntax: &TlsSyntax,
    clients: Option<Box<str>>,
    machine: &mut Machine<'_>,
) -> Option<HttpdTls> {
    let (chain, key) = files(place, syntax, machine)?;
    let chain_bytes = read(chain, machine);
    let key_bytes = if chain.value == key.value {
        chain_bytes.clone()
    } else {
        read(key, machine)
    };
    let mode = machine
        .surroundings
        .look(&key.value)
        .map(|look| look.mode & 0o777);
    let (chain_bytes, key_bytes) = (chain_bytes?, key_bytes?);
    let complete = parts_are_there(chain, &chain_bytes, key, &key_bytes, machine);
    if let Ok(mode @ 0o1..) = mode {
        key_mode(key, mode, machine);
    }
    if !complete {
        return None;
    }
    let files = HttpdTls {
        chain: chain.value.clone(),
        key: key.value.clone(),
        versions: syntax.versions.unwrap_or_default(),
        clients,
    };
    let pem = Pem {
        files: &files,
        chain: &chain_bytes,
        key: &key_bytes,
    };
    if let Err(why) = machine.surroundings.tls(pem) {
        let message = format!("TLS cannot be served with {}: {why}", quoted(&chain.value));
        machine
            .complaints
            .add(Diagnostic::error(chain.span, message));
    }
    Some(files)
}

/// The file of a client's certificate and key, if it will do.
pub(super) fn client(path: &Text, machine: &mut Machine<'_>) -> Option<Box<str>> {
    let content = read(path, machine)?;
    let complete = parts_are_there(path, &content, path, &content, machine);
    complete.then(|| path.value.clone())
}

/// What is in a file of certificates, if it is one.
pub(super) fn certificates(path: &Text, machine: &mut Machine<'_>) -> Option<Vec<u8>> {
    let content = read(path, machine)?;
    if holds(&content, "CERTIFICATE-----") {
        return Some(content);
    }
    let message = format!("{} holds no certificate", quoted(&path.value));
    machine
        .complaints
        .add(Diagnostic::error(path.span, message));
    None
}

/// Which file has the certificate, which the key.
fn files<'a>(
    place: Span,
    syntax: &'a TlsSyntax,
    machine: &mut Machine<'_>,
) -> Option<(&'a Text, &'a Text)> {
    let (place, message) = match (&syntax.pemfile, &syntax.pemchain, &syntax.pemkey) {
        (Some(both), None, None) => return Some((both, both)),
        (None, Some(chain), Some(key)) => return Some((chain, key)),
        (None, None, None) => (
            place,
            "TLS needs a certificate: add `pemfile`, or `pemchain` and `pemkey`",
        ),
        (None, Some(chain), None) => (chain.span, "a certificate without its key: add `pemkey`"),
        (None, None, Some(key)) => (key.span, "a key without its certificate: add `pemchain`"),
        (Some(both), _, _) => (
            both.span,
            "`pemfile` holds certificate and key: it excludes `pemchain` and `pemkey`",
        ),
    };
    machine.complaints.add(Diagnostic::error(place, message));
    None
}

fn read(path: &Text, machine: &mut Machine<'_>) -> Option<Vec<u8>> {
    let why = match machine.surroundings.look(&path.value) {
        Err(why) => why,
        Ok(look) => match look.kind {
            Kind::Directory => "it is a directory".into(),
            Kind::Special => "it is no regular file".into(),
            Kind::File => match machine.surroundings.read(&path.value, FILE_LIMIT) {
                Ok(content) if content.len() <= FILE_LIMIT => return Some(content),
                Ok(_) => format!("it is larger than {} kB", FILE_LIMIT / 1024).into(),
                Err(why) => why,
            },
        },
    };
    let message = format!("cannot read the PEM file {}: {why}", quoted(&path.value));
    machine
        .complaints
        .add(Diagnostic::error(path.span, message));
    None
}

/// Says which part is missing from which file.
fn parts_are_there(
    chain: &Text,
    chain_bytes: &[u8],
    key: &Text,
    key_bytes: &[u8],
    machine: &mut Machine<'_>,
) -> bool {
    let has_certificate = holds(chain_bytes, "CERTIFICATE-----");
    let has_key = holds(key_bytes, "PRIVATE KEY-----");
    let locked =
        holds(key_bytes, "ENCRYPTED PRIVATE KEY-----") || holds_line(key_bytes, "ENCRYPTED");
    let both = quoted(&chain.value);
    let mut missing = |text: &Text, message: String| {
        machine
            .complaints
            .add(Diagnostic::error(text.span, message));
    };
    if !has_certificate && !has_key && chain.value == key.value {
        missing(
            chain,
            format!("{both} holds neither a certificate nor a private key"),
        );
        return false;
    }
    if !has_certificate {
        missing(chain, format!("{both} holds no certificate"));
    }
    if !has_key {
        missing(key, format!("{} holds no private key", quoted(&key.value)));
    } else if locked {
        let message = format!(
            "the private key in {} needs a passphrase",
            quoted(&key.value)
        );
        missing(key, message);
    }
    has_certificate && has_key && !locked
}

fn key_mode(key: &Text, mode: u32, machine: &mut Machine<'_>) {
    if mode & !KEY_MODE != 0 {
        let message = format!("the private key may be used by others: the mode is {mode:04o}");
        let error = Diagnostic::error(key.span, message);
        let note = format!("at most {KEY_MODE:04o} is allowed: chmod 600 {}", key.value);
        machine.complaints.add(error.note(note));
    }
}

/// Whether a line begins a PEM section whose name ends with `name`.
fn holds(content: &[u8], name: &str) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| line.starts_with(b"-----BEGIN ") && line.ends_with(name.as_bytes()))
}

/// Whether a header of an old-style key says so: `Proc-Type: 4,ENCRYPTED`.
fn holds_line(content: &[u8], word: &str) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| line.starts_with(b"Proc-Type:") && line.ends_with(word.as_bytes()))
}
