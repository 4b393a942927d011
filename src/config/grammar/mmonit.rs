//! `set mmonit`: whom to report to.

use super::{tls, url};
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::{Symbol, TokenKind};

/// `set mmonit URL [timeout T] [using ssl [with options { … }]]
/// [certificate checksum … | certmd5 …] [register without credentials]
/// [hostgroups "[" NAME … "]"], URL …`; the last is of Monit 5.34.
///
/// ```text
/// set mmonit http://monit:monit@192.168.1.10:8080/collector
/// set mmonit https://m%40it:se%3Acret@mmonit.example.com:8443/collector
///     with timeout 30 seconds and ssl { verify: enable }
///     and register without credentials,
///     "http://backup.example.com/collector"
/// set mmonit https://c.example.com/collector
///     certificate checksum md5 00112233445566778899aabbccddeeff
/// set mmonit https://d.example.org/collector hostgroups [web, "mail and news"]
/// ```
pub(super) fn mmonit(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    loop {
        url::url(p)?;
        while option(p)? {}
        let next = p.peek();
        let another = match next.kind {
            TokenKind::Word(_) | TokenKind::Quoted => next.after_comma && !p.begins_statement(next),
            TokenKind::Symbol(_) | TokenKind::Unclosed | TokenKind::End => false,
        };
        if !another {
            break;
        }
    }
    p.without_effect(word, "`set mmonit`", "nothing is reported to M/Monit");
    Ok(())
}

fn option(p: &mut Parser<'_>) -> Parsed<bool> {
    if p.accept(Keyword::Timeout) {
        p.time_limit()?;
    } else if p.accept(Keyword::Ssl) || p.accept(Keyword::Tls) {
        tls::options(p)?;
    } else if p.accept(Keyword::Certmd5) {
        tls::certmd5(p)?;
    } else if p.accept(Keyword::Certificate) {
        tls::certificate(p)?;
    } else if p.accept(Keyword::Register) {
        p.expect(Keyword::Without)?;
        p.expect(Keyword::Credentials)?;
    } else if p.accept(Keyword::Hostgroups) {
        p.expect_sign(Symbol::OpenBracket)?;
        while !p.accept_sign(Symbol::CloseBracket) {
            p.raw_item(&[',', ']', '\n'])?;
        }
    } else {
        return Ok(false);
    }
    Ok(true)
}
