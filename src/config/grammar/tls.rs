//! TLS: its options, wherever they stand, and pinned certificates.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{Text, TlsSyntax};
use crate::config::token::Symbol;
use crate::model::{CertificatePin, ChecksumKind, TlsVersions};
use crate::text::{Diagnostic, Span, Spanned, quoted};

type OptionProduction = fn(&mut Parser<'_>, &mut TlsSyntax, Span) -> Parsed;

const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Verify, verify),
    (Keyword::Selfsigned, selfsigned),
    (Keyword::Version, version),
    (Keyword::Ciphers, ciphers),
    (Keyword::Pemfile, pemfile),
    (Keyword::Pemchain, pemchain),
    (Keyword::Pemkey, pemkey),
    (Keyword::Clientpemfile, client_pem),
    (Keyword::Cacertificatefile, authorities_file),
    (Keyword::Cacertificatepath, authorities_directory),
];

/// `set ssl|tls [options] { OPTION: VALUE, … }`: what holds where a test, a mail server or the
/// status page says nothing else; several such statements together make one.
///
/// ```text
/// set ssl options { verify: enable, selfsigned: allow, version: tlsv12 tlsv13 }
/// set tls {
///     cacertificatefile: /etc/ssl/authorities.pem
///     cacertificatepath: /etc/ssl/authorities
///     clientpemfile:     /etc/ssl/both.pem
///     ciphers:           "HIGH"
/// }
///
/// set ssl with options { pemchain: /etc/ssl/chain.pem pemkey: /etc/ssl/key.pem }
///
/// set ssl { pemfile: /etc/ssl/both.pem }
/// ```
pub(super) fn global(p: &mut Parser<'_>) -> Parsed {
    p.syntax().tls_place = Some(p.previous());
    p.accept(Keyword::Options);
    let options = options_after_word(p)?;
    let before = std::mem::take(&mut p.syntax().tls);
    p.syntax().tls = options.or(&before);
    Ok(())
}

/// `[with options] { OPTION: VALUE, … }` after `ssl` or `tls`.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 443 with ssl options {verify: enable, selfsigned: allow} then alert
///   if failed port 444 using tls with options {version: auto -tlsv1 verify: disable} then alert
/// ```
pub(super) fn options(p: &mut Parser<'_>) -> Parsed<TlsSyntax> {
    if !p.accept(Keyword::Options) && !p.at_sign(Symbol::OpenBrace) {
        return Ok(TlsSyntax::default());
    }
    options_after_word(p)
}

/// `{ OPTION: VALUE, … }`
pub(super) fn options_after_word(p: &mut Parser<'_>) -> Parsed<TlsSyntax> {
    let mut options = TlsSyntax::default();
    p.expect_sign(Symbol::OpenBrace)?;
    while !p.accept_sign(Symbol::CloseBrace) {
        let Some(option) = p.accept_row(OPTIONS) else {
            return Err(p.unexpected());
        };
        let word = p.previous();
        p.skip_sign(Symbol::Colon);
        option(p, &mut options, word)?;
    }
    Ok(options)
}

fn verify(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    let verify = Spanned::new(enabled(p)?, word);
    super::once(p, &mut options.verify, verify, word)
}

fn selfsigned(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    let allowed = allowed(p)?;
    super::once(p, &mut options.allow_self_signed, allowed, word)
}

fn version(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    let versions = versions(p)?;
    super::once(p, &mut options.versions, versions, word)
}

fn ciphers(p: &mut Parser<'_>, _: &mut TlsSyntax, word: Span) -> Parsed {
    p.value("a list of ciphers")?;
    p.without_effect(word, "`ciphers`", "only modern ciphers are spoken at all");
    Ok(())
}

fn pemfile(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    path(p, &mut options.pemfile, word)
}

fn pemchain(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    path(p, &mut options.pemchain, word)
}

fn pemkey(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    path(p, &mut options.pemkey, word)
}

fn client_pem(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    path(p, &mut options.client_pem, word)
}

fn authorities_file(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    path(p, &mut options.authorities_file, word)
}

fn authorities_directory(p: &mut Parser<'_>, options: &mut TlsSyntax, word: Span) -> Parsed {
    path(p, &mut options.authorities_directory, word)
}

fn path(p: &mut Parser<'_>, slot: &mut Option<Text>, word: Span) -> Parsed {
    let path = p.path()?;
    super::once(p, slot, path, word)
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
fn allowed(p: &mut Parser<'_>) -> Parsed<bool> {
    if p.accept(Keyword::Allow) {
        return Ok(true);
    }
    p.expect(Keyword::Reject).map(|_| false)
}

/// A version by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// One that is not spoken.
    Old,
    Tls12,
    Tls13,
}

const VERSIONS: &[(&str, Version)] = &[
    ("sslv2", Version::Old),
    ("sslv3", Version::Old),
    ("tlsv1", Version::Old),
    ("tlsv11", Version::Old),
    ("tlsv12", Version::Tls12),
    ("tlsv13", Version::Tls13),
];

/// `auto`, or versions to allow or, with `-`, to leave out: at least one word.
fn versions(p: &mut Parser<'_>) -> Parsed<TlsVersions> {
    let start = p.peek().span;
    let auto = p.accept(Keyword::Auto);
    let mut next = next_version(p);
    if !auto && next.is_none() {
        let message = format!("{} is no version of TLS", quoted(p.text(start)));
        let error = Diagnostic::error(start, message);
        return Err(p.error(error.note("like `auto`, `tlsv12 tlsv13` or `auto -tlsv12`")));
    }
    let all = auto || next.as_ref().is_some_and(|(_, excluded)| *excluded);
    let (mut tls12, mut tls13) = (all, all);
    let mut old = false;
    while let Some((version, excluded)) = next {
        match version {
            Version::Tls12 => tls12 = !excluded,
            Version::Tls13 => tls13 = !excluded,
            Version::Old => old |= !excluded,
        }
        next = next_version(p);
    }
    match (tls12, tls13) {
        (true, false) => Ok(TlsVersions::Only12),
        (false, true) => Ok(TlsVersions::Only13),
        (true, true) => Ok(TlsVersions::Both),
        (false, false) if old => Ok(TlsVersions::Both), // a warning has said so
        (false, false) => {
            let error = Diagnostic::error(start.to(p.previous()), "no version of TLS is left");
            Err(p.error(error.note("TLS 1.2 and 1.3 are spoken")))
        }
    }
}

/// A version, and whether it is excluded.
fn next_version(p: &mut Parser<'_>) -> Option<(Version, bool)> {
    let token = p.peek();
    let word = p.text(token.span).to_lowercase();
    let name = word.strip_prefix('-');
    let version = known_version(name.unwrap_or(&word))?;
    p.take();
    if version == Version::Old && name.is_none() {
        warn_of_old_version(p, token.span, &word);
    }
    Some((version, name.is_some()))
}

/// `type tcpssl tlsv12`, `using tlsv12`: one version by its name.
pub(super) fn accept_version(p: &mut Parser<'_>) -> Option<TlsVersions> {
    let token = p.peek();
    let word = p.text(token.span).to_lowercase();
    let version = known_version(&word)?;
    p.take();
    match version {
        Version::Old => {
            warn_of_old_version(p, token.span, &word);
            Some(TlsVersions::Both)
        }
        Version::Tls12 => Some(TlsVersions::Only12),
        Version::Tls13 => Some(TlsVersions::Only13),
    }
}

fn known_version(word: &str) -> Option<Version> {
    let row = VERSIONS.iter().find(|(name, _)| *name == word);
    row.map(|(_, version)| *version)
}

fn warn_of_old_version(p: &mut Parser<'_>, place: Span, word: &str) {
    let warning = Diagnostic::warning(place, format!("{} cannot be chosen", quoted(word)));
    p.warn(warning.note("TLS 1.2 and 1.3 are spoken, whichever the peer prefers"));
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

/// `certificate checksum [=] [md5|sha1|sha256] [=] HEX`, after its first word.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 443 using ssl
///      and certificate checksum = "1ED948A6F4258ACAB964227EF4EB19FCC453B0F8" then alert
/// ```
pub(super) fn certificate(p: &mut Parser<'_>) -> Parsed<CertificatePin> {
    p.expect(Keyword::Checksum)?;
    p.skip_sign(Symbol::Equal);
    let kind = super::digest::kind(p);
    p.skip_sign(Symbol::Equal);
    super::digest::digest(p, kind).map(pin)
}

fn pin((kind, digest): (ChecksumKind, Box<[u8]>)) -> CertificatePin {
    CertificatePin { kind, digest }
}
