//! Options of TLS towards a peer: verification, versions, pinned certificates.

use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::later::Place;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::Symbol;
use crate::model::{CertificatePin, ChecksumKind, Verify};
use crate::text::{Diagnostic, Span, quoted};

/// Names of versions. What this program speaks is TLS 1.2 and 1.3, and that is `auto`.
const VERSIONS: &[&str] = &["sslv2", "sslv3", "tlsv1", "tlsv11", "tlsv12", "tlsv13"];

/// What a block of options says about verification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verification {
    verify: Option<bool>,
    allow_self_signed: bool,
}

impl Verification {
    /// For a connection test: `selfsigned: allow` alone asks for no verification.
    pub(super) const fn of_test(self) -> Verify {
        match (self.verify, self.allow_self_signed) {
            (None, _) => Verify::Unset,
            (Some(false), _) => Verify::Disable,
            (Some(true), false) => Verify::Enable,
            (Some(true), true) => Verify::AllowSelfSigned,
        }
    }

    /// For a mail server, where verification is on by itself if a password is sent.
    pub(super) const fn of_mail_server(self) -> Verify {
        match (self.verify, self.allow_self_signed) {
            (None, true) => Verify::AllowSelfSigned,
            (_, _) => self.of_test(),
        }
    }
}

/// `[with options] { verify: enable, selfsigned: allow, version: auto }` after `ssl` or `tls`.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 443 with ssl options {verify: enable, selfsigned: allow} then alert
///   if failed port 444 using tls with options {version: auto -tlsv1 verify: disable} then alert
/// ```
pub(super) fn options(p: &mut Parser<'_>) -> Parsed<Verification> {
    let mut verification = Verification::default();
    if p.accept(Keyword::Options) {
        p.expect_sign(Symbol::OpenBrace)?;
    } else if !p.accept_sign(Symbol::OpenBrace) {
        return Ok(verification);
    }
    while !p.accept_sign(Symbol::CloseBrace) {
        if p.accept(Keyword::Verify) {
            p.skip_sign(Symbol::Colon);
            verification.verify = Some(enabled(p)?);
        } else if p.accept(Keyword::Selfsigned) {
            p.skip_sign(Symbol::Colon);
            verification.allow_self_signed = allowed(p)?;
        } else if p.accept(Keyword::Version) {
            p.skip_sign(Symbol::Colon);
            versions(p)?;
        } else {
            return Err(p.unexpected_at(Place::TlsOption, ""));
        }
    }
    Ok(verification)
}

/// The ports of SMTP in plain text and inside TLS.
pub(super) const SMTP: u16 = 25;
pub(super) const SMTPS: u16 = 465;
const SUBMISSION: u16 = 587;

/// How TLS was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `ssl`, `tcpssl`, or a version.
    Ssl,
    /// `tls`.
    Tls,
    /// `smtps`, `https`: the protocol's name itself.
    Protocol,
}

/// Whether an SMTP dialogue begins in plain text and changes to TLS by STARTTLS.
///
/// The ports that have a meaning decide (RFC 8314 section 3.3), as in Monit; on any other port
/// Monit begins with TLS whatever the word, and here `tls` means STARTTLS, as its manual has it.
pub(super) const fn is_starttls(port: u16, word: Word) -> bool {
    match (word, port) {
        (Word::Protocol, _) | (Word::Ssl | Word::Tls, SMTPS) => false,
        (Word::Ssl | Word::Tls, SMTP | SUBMISSION) | (Word::Tls, _) => true,
        (Word::Ssl, _) => false,
    }
}

/// `enable` or `disable`.
pub(super) fn enabled(p: &mut Parser<'_>) -> Parsed<bool> {
    if p.accept(Keyword::Enable) {
        return Ok(true);
    }
    p.expect(Keyword::Disable).map(|_| false)
}

/// `allow` or `reject`.
pub(super) fn allowed(p: &mut Parser<'_>) -> Parsed<bool> {
    if p.accept(Keyword::Allow) {
        return Ok(true);
    }
    p.expect(Keyword::Reject).map(|_| false)
}

/// `auto`, or versions to allow or, with `-`, to leave out: at least one word.
pub(super) fn versions(p: &mut Parser<'_>) -> Parsed {
    if p.accept(Keyword::Auto) {
        while accept_version(p, "-").is_some() {}
        return Ok(());
    }
    let mut any = false;
    while accept_version(p, "").is_some() || accept_version(p, "-").is_some() {
        any = true;
    }
    if any { Ok(()) } else { Err(p.unexpected()) }
}

/// The name of a version, if one is next. It is taken with a warning if it asks for something else
/// than TLS 1.2 and 1.3.
pub(super) fn accept_version(p: &mut Parser<'_>, prefix: &str) -> Option<Span> {
    let token = p.peek();
    let word = p.text(token.span).to_lowercase();
    let name = word.strip_prefix(prefix)?;
    let index = VERSIONS.iter().position(|version| *version == name)?;
    p.take();
    let modern = index >= 4;
    let excluded = !prefix.is_empty();
    if modern == excluded {
        let message = format!("{} cannot be chosen", quoted(&word));
        let warning = Diagnostic::warning(token.span, message);
        p.warn(warning.note("TLS 1.2 and 1.3 are spoken, whichever the peer prefers"));
    }
    Some(token.span)
}

/// `certmd5 HEX`, after its word.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 443 type tcpssl
///      certmd5 12-34-56-78-90-AB-CD-EF-12-34-56-78-90-AB-CD-EF then alert
/// ```
pub(super) fn certmd5(p: &mut Parser<'_>) -> Parsed<CertificatePin> {
    super::digest::digest(p, Some(ChecksumKind::Md5)).map(pin)
}

/// `certificate checksum [=] [md5|sha1|sha256] HEX`, after its first word.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 443 using ssl
///      and certificate checksum = "1ED948A6F4258ACAB964227EF4EB19FCC453B0F8" then alert
/// ```
pub(super) fn certificate(p: &mut Parser<'_>) -> Parsed<CertificatePin> {
    if !p.accept(Keyword::Checksum) {
        return Err(unsupported_certificate_test(p));
    }
    p.skip_sign(Symbol::Equal);
    let kind = super::digest::kind(p);
    p.skip_sign(Symbol::Equal);
    super::digest::digest(p, kind).map(pin)
}

fn unsupported_certificate_test(p: &mut Parser<'_>) -> Reported {
    p.unexpected_at(Place::Connection, "certificate ")
}

fn pin((kind, digest): (ChecksumKind, Box<[u8]>)) -> CertificatePin {
    CertificatePin { kind, digest }
}
