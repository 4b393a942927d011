//! The status page: where it listens and how it is encrypted. Who may use it is in
//! `httpd_allow.rs`.

use super::{httpd_allow, once, tls};
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{HttpdSyntax, HttpdTlsSyntax, Text, TlsSyntax, UnixSocketSyntax};
use crate::config::token::{Symbol, TokenKind};
use crate::model::HttpdUnixSocket;
use crate::text::Span;

type OptionProduction = fn(&mut Parser<'_>, Span) -> Parsed;

const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Port, port),
    (Keyword::Address, address),
    (Keyword::Unixsocket, unixsocket),
    (Keyword::Ssl, ssl),
    (Keyword::Tls, ssl),
    (Keyword::Pemfile, pemfile),
    (Keyword::Pemchain, pemchain),
    (Keyword::Pemkey, pemkey),
    (Keyword::Clientpemfile, client_pem),
    (Keyword::AllowSelfCertification, allow_self_certification),
    (Keyword::Signature, signature),
    (Keyword::Enable, enable),
    (Keyword::Disable, disable),
    (Keyword::Allow, httpd_allow::allow),
];

/// `set httpd OPTION …`: all such statements together make one server (reference F162).
///
/// ```text
/// set httpd port 2812 and use address localhost
///     ssl enable
///     pemfile /usr/local/certs/monit.pem
///     allow localhost
///     allow oyaji:hogehoge
/// set httpd unixsocket /var/run/tend.sock uid root gid root permission 600 allow admin:swordfish
///
/// set httpd port 2812 enable ssl pemfile /etc/ssl/both.pem disable signature allow localhost
///
/// set httpd port 2812 ssl pemfile /etc/ssl/both.pem disable ssl allow localhost
///
/// set httpd address 127.0.0.1 port 2812 read-only signature disable
///     with ssl { pemchain: /etc/ssl/chain.pem, pemkey: /etc/ssl/key.pem, selfsigned: allow }
/// ```
pub(super) fn httpd(p: &mut Parser<'_>) -> Parsed {
    let span = p.previous();
    p.syntax().httpd.get_or_insert_with(|| HttpdSyntax {
        span,
        broken: false,
        port: None,
        host: None,
        read_only: false,
        tls: None,
        unix_socket: None,
        hide_version: false,
        hosts: Vec::new(),
        credentials: Vec::new(),
        groups: Vec::new(),
    });
    let read = options(p);
    so_far(p).broken |= read.is_err();
    read
}

fn options(p: &mut Parser<'_>) -> Parsed {
    while let Some(option) = p.accept_row(OPTIONS) {
        let word = p.previous();
        option(p, word)?;
    }
    // A statement of its own may follow on the same line.
    let next = p.peek();
    match next.kind {
        TokenKind::End
        | TokenKind::Word(Some(Keyword::Set | Keyword::Check | Keyword::Include)) => Ok(()),
        TokenKind::Word(_) if p.begins_statement(next) => Ok(()),
        TokenKind::Word(_) | TokenKind::Quoted | TokenKind::Symbol(_) | TokenKind::Unclosed => {
            Err(p.unexpected())
        }
    }
}

/// Whether an option of the server begins with `keyword`.
pub(super) fn is_option(keyword: Keyword) -> bool {
    OPTIONS.iter().any(|(first, _)| *first == keyword)
}

/// What is known of the server so far.
pub(super) fn so_far<'a>(p: &'a mut Parser<'_>) -> &'a mut HttpdSyntax {
    let httpd = p.syntax().httpd.as_mut();
    httpd.expect("options are read only after the statement has begun")
}

fn port(p: &mut Parser<'_>, word: Span) -> Parsed {
    let port = p.port_number()?;
    p.set_once("port", word);
    so_far(p).port = Some(port);
    read_only(p);
    Ok(())
}

fn address(p: &mut Parser<'_>, word: Span) -> Parsed {
    let host = p.value("a host name or address")?;
    p.set_once("address", word);
    so_far(p).host = Some(host.value);
    read_only(p);
    Ok(())
}

/// `unixsocket PATH [uid U] [gid G] [permission OCTAL] [read-only]`
fn unixsocket(p: &mut Parser<'_>, word: Span) -> Parsed {
    let path = p.path()?.value;
    let (mut uid, mut gid, mut permission, mut read_only) = (None, None, None, false);
    loop {
        if p.accept(Keyword::Uid) {
            let word = p.previous();
            let user = p.value("a user")?;
            once(p, &mut uid, user, word)?;
        } else if p.accept(Keyword::Gid) {
            let word = p.previous();
            let group = p.value("a group")?;
            once(p, &mut gid, group, word)?;
        } else if p.accept(Keyword::Permission) {
            let word = p.previous();
            let mode = p.mode_bits()?;
            once(p, &mut permission, mode, word)?;
        } else if p.accept(Keyword::ReadOnly) {
            read_only = true;
        } else {
            break;
        }
    }
    p.set_once("unixsocket", word);
    so_far(p).unix_socket = Some(UnixSocketSyntax {
        socket: HttpdUnixSocket {
            path,
            uid: None,
            gid: None,
            permission,
            read_only,
        },
        uid,
        gid,
    });
    Ok(())
}

/// `ssl [enable]`, or `ssl [with options] { pemfile: … }`
fn ssl(p: &mut Parser<'_>, word: Span) -> Parsed {
    let block = p.accept(Keyword::Options) || p.at_sign(Symbol::OpenBrace);
    if !block && p.accept(Keyword::Disable) {
        so_far(p).tls = None;
        return Ok(());
    }
    encryption(p, word);
    if !block {
        p.accept(Keyword::Enable);
        return Ok(());
    }
    let options = tls::options_after_word(p)?;
    let known = &mut encryption(p, word).options;
    *known = options.or(known);
    Ok(())
}

fn pemfile(p: &mut Parser<'_>, word: Span) -> Parsed {
    pem(p, word, |tls| &mut tls.pemfile)
}

fn pemchain(p: &mut Parser<'_>, word: Span) -> Parsed {
    pem(p, word, |tls| &mut tls.pemchain)
}

fn pemkey(p: &mut Parser<'_>, word: Span) -> Parsed {
    pem(p, word, |tls| &mut tls.pemkey)
}

fn client_pem(p: &mut Parser<'_>, word: Span) -> Parsed {
    pem(p, word, |tls| &mut tls.client_pem)
}

fn pem(p: &mut Parser<'_>, word: Span, part: fn(&mut TlsSyntax) -> &mut Option<Text>) -> Parsed {
    let path = p.path()?;
    let mut slot = part(&mut encryption(p, word).options).take();
    once(p, &mut slot, path, word)?;
    *part(&mut encryption(p, word).options) = slot;
    Ok(())
}

/// The part of the server that is about TLS; `word` asks for it.
fn encryption<'a>(p: &'a mut Parser<'_>, word: Span) -> &'a mut HttpdTlsSyntax {
    so_far(p).tls.get_or_insert(HttpdTlsSyntax {
        span: word,
        options: TlsSyntax::default(),
    })
}

/// `allowselfcertification`, `selfsigned: allow`: our command line takes the certificate of the
/// control file for what it is, self-signed or not, so that there is nothing to do.
#[expect(clippy::unnecessary_wraps, reason = "a row of the table of options")]
const fn allow_self_certification(_: &mut Parser<'_>, _: Span) -> Parsed {
    Ok(())
}

/// `enable ssl|signature`: the old order of words.
fn enable(p: &mut Parser<'_>, word: Span) -> Parsed {
    switch(p, word, true)
}

/// `disable ssl|signature`
fn disable(p: &mut Parser<'_>, word: Span) -> Parsed {
    switch(p, word, false)
}

fn switch(p: &mut Parser<'_>, word: Span, on: bool) -> Parsed {
    if p.accept(Keyword::Signature) {
        so_far(p).hide_version = !on;
    } else if !(p.accept(Keyword::Ssl) || p.accept(Keyword::Tls)) {
        return Err(p.unexpected());
    } else if on {
        encryption(p, word);
    } else {
        so_far(p).tls = None;
    }
    Ok(())
}

/// `signature enable|disable`
fn signature(p: &mut Parser<'_>, _: Span) -> Parsed {
    so_far(p).hide_version = !tls::enabled(p)?;
    Ok(())
}

/// `read-only` of the port, behind its number or address; behind `allow` it would be the user's.
fn read_only(p: &mut Parser<'_>) {
    if p.accept(Keyword::ReadOnly) {
        so_far(p).read_only = true;
    }
}
