//! Who may use the status page.

use std::net::{IpAddr, Ipv4Addr};

use super::httpd::so_far;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser, without_parentheses};
use crate::config::syntax::{CredentialSyntax, Text};
use crate::config::token::{Token, TokenKind};
use crate::model::{Allow, AllowedNetwork, PasswordKind, Role};
use crate::text::{Diagnostic, Span, quoted};

const FILE_KINDS: &[(Keyword, PasswordKind)] = &[
    (Keyword::Cleartext, PasswordKind::Cleartext),
    (Keyword::Md5, PasswordKind::Md5),
    (Keyword::Crypt, PasswordKind::Crypt),
];

/// `allow HOST | NETWORK | USER:PASSWORD [read-only] |
/// [cleartext|md5|crypt] /FILE [USER …] [read-only] | @GROUP [read-only]`
///
/// ```text
/// set httpd port 2812
///     allow localhost
///     allow 192.168.1.10
///     allow 192.168.1.0/255.255.255.0
///     allow 10.0.0.0/8
///     allow fe80::/10
///     allow admin:monit
///     allow hauk:"passw@rd :#" read-only
///     allow md5 /etc/httpd/htpasswd john paul ringo george
///     allow cleartext /etc/passwords
///     allow @admins
///     allow @users read-only
/// ```
pub(super) fn allow(p: &mut Parser<'_>, _: Span) -> Parsed {
    if let Some(kind) = p.accept_row(FILE_KINDS) {
        let path = p.path()?;
        return password_file(p, path, kind);
    }
    let mut who = p.value("a host, a network, `user:password` or a password file")?;
    if p.touches(':') {
        let password = p.value("a password")?;
        who = Text::new(
            [who.value, password.value].concat().into(),
            who.span.to(password.span),
        );
    }
    if who.value.starts_with('/') {
        return password_file(p, who, PasswordKind::Cleartext);
    }
    if who.value.starts_with('@') {
        return group(p, &who);
    }
    match network(&who.value) {
        Network::Good(network) => so_far(p).hosts.push(Allow::Network(network)),
        Network::Bad(why) => {
            // As in the reference no reason not to start; the rule that lets nobody in stays.
            p.warn(Diagnostic::warning(who.span, why).note("nobody is let in by it"));
            so_far(p).hosts.push(Allow::Name(who.value));
        }
        Network::None if who.value.contains(':') => return user(p, who),
        Network::None => so_far(p).hosts.push(Allow::Name(who.value)),
    }
    Ok(())
}

/// `USER:PASSWORD`, where the password may be a string of its own.
fn user(p: &mut Parser<'_>, written: Text) -> Parsed {
    let (user, password) = written
        .value
        .split_once(':')
        .unwrap_or((&written.value, ""));
    let is_bare = !p.text(written.span).contains(['"', '\'']);
    let meant = match is_bare {
        true => without_parentheses(password),
        false => password,
    };
    p.warn_of_parentheses(written.span, meant != password);
    let password = meant;
    let password: Box<str> = match p.touching_string()? {
        Some(string) if password.is_empty() => string.value,
        Some(string) => {
            let error = Diagnostic::error(string.span, "a quote inside a word means nothing");
            return Err(p.error(error.note("write the whole password in quotes")));
        }
        None => password.into(),
    };
    if user.is_empty() || password.is_empty() {
        let message = match user.is_empty() {
            true => "there is no user before the colon",
            false => "there is no password behind the colon",
        };
        return Err(p.error(Diagnostic::error(written.span, message)));
    }
    let user = user.into();
    let role = role(p);
    so_far(p).credentials.push(CredentialSyntax::User {
        user,
        password,
        role,
    });
    Ok(())
}

/// `@GROUP [read-only]`: whoever PAM lets in and is in the group.
fn group(p: &mut Parser<'_>, who: &Text) -> Parsed {
    let name = &who.value[1..];
    if name.is_empty() {
        return Err(p.error(Diagnostic::error(who.span, "`@` names no group")));
    }
    role(p);
    so_far(p).groups.push(name.into());
    let what = format!("`allow {}`", who.value);
    p.without_effect(who.span, &what, "nobody of that group is let in");
    Ok(())
}

fn role(p: &mut Parser<'_>) -> Role {
    if p.accept(Keyword::ReadOnly) {
        Role::ReadOnly
    } else {
        Role::Full
    }
}

fn password_file(p: &mut Parser<'_>, path: Text, kind: PasswordKind) -> Parsed {
    let mut users = Vec::new();
    while p.at_value("a user name") {
        let next = p.peek();
        if ends_users(next) {
            break;
        }
        users.push(p.value("a user name")?);
    }
    let role = role(p);
    so_far(p).credentials.push(CredentialSyntax::File {
        path,
        kind,
        users,
        role,
    });
    Ok(())
}

/// A user named like one of these must be quoted.
fn ends_users(token: Token) -> bool {
    match token.kind {
        TokenKind::Word(Some(keyword)) => {
            matches!(keyword, Keyword::ReadOnly | Keyword::Set | Keyword::Check)
                || super::httpd::is_option(keyword)
        }
        TokenKind::Word(None) | TokenKind::Quoted => false,
        TokenKind::Symbol(_) | TokenKind::Unclosed | TokenKind::End => true,
    }
}

enum Network {
    Good(AllowedNetwork),
    Bad(String),
    None,
}

/// `ADDRESS`, `ADDRESS/BITS` or `ADDRESS/MASK`.
fn network(text: &str) -> Network {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (text, None),
    };
    let bare = address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let Ok(address) = bare.unwrap_or(address).parse::<IpAddr>() else {
        let is_password = |mask| text.contains(':') && !looks_like_network(text, mask);
        return match mask {
            Some(mask) if !is_password(mask) => {
                Network::Bad(format!("{} is no network", quoted(text)))
            }
            Some(_) | None => Network::None,
        };
    };
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match mask {
        None => Some(bits),
        Some(mask) => prefix_of(mask, address),
    };
    match prefix {
        Some(prefix) if prefix <= bits => Network::Good(AllowedNetwork { address, prefix }),
        Some(_) | None => {
            let mask = quoted(mask.unwrap_or(""));
            Network::Bad(format!(
                "{mask} is no mask of a network: a number up to {bits} is"
            ))
        }
    }
}

/// A user's password may hold a slash, `me:pass/word`; but `fe80:1/64` is an address gone wrong.
fn looks_like_network(text: &str, mask: &str) -> bool {
    let address = text.strip_suffix(mask).unwrap_or(text);
    let is_digit = |c: char| c.is_ascii_hexdigit() || "[:]/".contains(c);
    address.chars().all(is_digit) && mask.bytes().all(|byte| byte.is_ascii_digit())
}

fn prefix_of(mask: &str, address: IpAddr) -> Option<u8> {
    if let Ok(bits) = mask.parse() {
        return Some(bits);
    }
    let mask: Ipv4Addr = mask.parse().ok().filter(|_| address.is_ipv4())?;
    let ones = mask.to_bits().leading_ones();
    let whole = ones == mask.to_bits().count_ones();
    whole.then(|| u8::try_from(ones).ok()).flatten()
}
