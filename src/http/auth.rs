//! Who may come in and what they may do: the `allow` lines of `set httpd`.
//!
//! Two doors. [`admits`] looks at the address when a client connects; who fails is cut without a
//! word (reference F47). [`judge`] looks at the name and password of each request. Where the file
//! gives both kinds, both must agree. A wrong name costs the same work as a wrong password, and
//! passwords are compared without telling by time where they differ.

use std::net::IpAddr;

use crate::model::{Access, Allow, Credential, PasswordKind, Role};
use crate::protocol::base64;

use super::md5crypt::md5crypt;
use super::token;

/// Bytes of `user:password`: hashing is work, and more than this is nobody's password.
pub const CREDENTIAL_LIMIT: usize = 1024;

/// Hashes a password with crypt(3) and the given setting; `None` where the C library refuses.
pub type Crypt<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

/// Whether a client at this address may connect. `resolved` holds the addresses of the names in
/// `access`. Without any `allow` line only the machine itself may (CVE-2019-12105).
pub fn admits(access: &Access, resolved: &[IpAddr], peer: IpAddr) -> bool {
    let peer = peer.to_canonical();
    if access.hosts.is_empty() {
        return access.asks_who() || peer.is_loopback();
    }
    let by_address = access.hosts.iter().any(|allow| match allow {
        Allow::Network(network) => network.contains(peer),
        Allow::Name(_) => false,
    });
    by_address
        || resolved
            .iter()
            .any(|address| address.to_canonical() == peer)
}

/// The log line for a client that [`admits`] cut.
pub fn denied(peer: IpAddr) -> String {
    format!(
        "Denied connection from non-authorized client [{}]",
        peer.to_canonical()
    )
}

/// What became of a request's credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Come in.
    Welcome(User),
    /// Ask for a password.
    Unauthorized {
        /// What to log; nothing where no credentials came (reference F46).
        log: Option<String>,
    },
}

/// Somebody who came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Empty where nobody is asked for a name.
    pub name: Box<str>,
    /// What they may do.
    pub role: Role,
}

/// Judges the `Authorization` header of a request from `client` (its address, for the log).
pub fn judge(access: &Access, client: &str, header: Option<&str>, crypt: Crypt<'_>) -> Verdict {
    if !access.asks_who() {
        return Verdict::Welcome(User {
            name: "".into(),
            role: Role::Full,
        });
    }
    let Some(header) = header else {
        return Verdict::Unauthorized { log: None };
    };
    let denied = |why: String| Verdict::Unauthorized {
        log: Some(format!(
            "HttpRequest: access denied -- client [{client}]: {why}"
        )),
    };
    let Some((name, password)) = parse_basic(header) else {
        return denied("invalid Authorization header".into());
    };
    match find_user(access, &name, &password, crypt) {
        Found::Match(user) => Verdict::Welcome(user),
        Found::WrongPassword => denied(format!("wrong password for user '{}'", printable(&name))),
        Found::UnknownUser => denied(format!("unknown user '{}'", printable(&name))),
    }
}

enum Found {
    Match(User),
    WrongPassword,
    UnknownUser,
}

fn find_user(access: &Access, name: &str, password: &str, crypt: Crypt<'_>) -> Found {
    let mut known = access
        .credentials
        .iter()
        .filter(|c| *c.user == *name)
        .peekable();
    if known.peek().is_none() {
        // The same work as for a name that exists.
        if let Some(decoy) = access.credentials.first() {
            is_password(decoy, password, crypt);
        }
        return Found::UnknownUser;
    }
    known
        .find(|credential| is_password(credential, password, crypt))
        .map_or(Found::WrongPassword, |credential| {
            Found::Match(User {
                name: name.into(),
                role: credential.role,
            })
        })
}

fn is_password(credential: &Credential, password: &str, crypt: Crypt<'_>) -> bool {
    let hashed = match credential.kind {
        PasswordKind::Cleartext => Some(password.to_owned()),
        PasswordKind::Md5 => md5crypt(password.as_bytes(), &credential.password),
        PasswordKind::Crypt => crypt(password, &credential.password),
    };
    hashed.is_some_and(|hashed| token::same(hashed.as_bytes(), credential.password.as_bytes()))
}

/// `Basic` in any case, blanks, base64 of `user:password`. A NUL would end the password early for
/// crypt(3), so it is no password.
fn parse_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > CREDENTIAL_LIMIT.div_ceil(3) * 4 {
        return None;
    }
    let decoded = String::from_utf8(base64::decode(encoded.trim().as_bytes())?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    let whole = !decoded.contains('\0') && decoded.len() <= CREDENTIAL_LIMIT;
    whole.then(|| (name.to_owned(), password.to_owned()))
}

/// A name somebody else chose, fit for one log line.
fn printable(name: &str) -> String {
    const SHOWN: usize = 64;
    let clean = |c: char| if c.is_control() { '?' } else { c };
    name.chars().take(SHOWN).map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AllowedNetwork;

    fn credential(user: &str, password: &str, kind: PasswordKind, role: Role) -> Credential {
        Credential {
            user: user.into(),
            password: password.into(),
            kind,
            role,
        }
    }

    fn access() -> Access {
        Access {
            groups: Vec::new(),
            hosts: Vec::new(),
            credentials: vec![
                credential("admin", "swordfish", PasswordKind::Cleartext, Role::Full),
                credential(
                    "guest",
                    "pass:word",
                    PasswordKind::Cleartext,
                    Role::ReadOnly,
                ),
                credential(
                    "old",
                    "$1$saltsalt$oRU2v0epEgeuFbQ18zEuW.",
                    PasswordKind::Md5,
                    Role::Full,
                ),
                credential("unix", "aZhashed", PasswordKind::Crypt, Role::Full),
                credential("broken", "nonsense", PasswordKind::Md5, Role::Full),
            ],
        }
    }

    fn with(user_and_password: &str) -> Verdict {
        let header = format!("Basic {}", base64::encode(user_and_password.as_bytes()));
        judge(
            &access(),
            "127.0.0.1",
            Some(&header),
            &|password, setting| Some(format!("{}{password}", &setting[..2])),
        )
    }

    fn welcome(name: &str, role: Role) -> Verdict {
        Verdict::Welcome(User {
            name: name.into(),
            role,
        })
    }

    fn log(verdict: Verdict) -> String {
        match verdict {
            Verdict::Unauthorized { log: Some(log) } => log,
            other @ (Verdict::Unauthorized { log: None } | Verdict::Welcome(_)) => {
                panic!("{other:?}")
            }
        }
    }

    #[test]
    fn right_passwords_of_every_kind() {
        assert_eq!(with("admin:swordfish"), welcome("admin", Role::Full));
        assert_eq!(with("guest:pass:word"), welcome("guest", Role::ReadOnly));
        assert_eq!(with("old:swordfish"), welcome("old", Role::Full));
        assert_eq!(with("unix:hashed"), welcome("unix", Role::Full));
    }

    #[test]
    fn wrong_names_and_passwords() {
        let prefix = "HttpRequest: access denied -- client [127.0.0.1]: ";
        for (given, complaint) in [
            ("admin:swordfisi", "wrong password for user 'admin'"),
            ("admin:", "wrong password for user 'admin'"),
            ("old:x", "wrong password for user 'old'"),
            ("unix:x", "wrong password for user 'unix'"),
            ("broken:nonsense", "wrong password for user 'broken'"),
            ("nobody:x", "unknown user 'nobody'"),
            ("Admin:swordfish", "unknown user 'Admin'"),
            ("a\r\nb:x", "unknown user 'a??b'"),
            (":", "unknown user ''"),
            ("nocolon", "invalid Authorization header"),
            ("admin:sword\0fish", "invalid Authorization header"),
        ] {
            assert_eq!(
                log(with(given)),
                format!("{prefix}{complaint}"),
                "{given:?}"
            );
        }
    }

    #[test]
    fn headers_good_and_bad() {
        let judge = |header: &str| judge(&access(), "::1", Some(header), &|_, _| None);
        let good = base64::encode(b"admin:swordfish");
        assert_eq!(
            judge(&format!("bAsIc   {good} ")),
            welcome("admin", Role::Full)
        );
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic !!!!",
            "Basic YWRtaW4",
            "Bearer x",
            &good,
        ] {
            assert!(
                log(judge(header)).ends_with("invalid Authorization header"),
                "{header:?}"
            );
        }
    }

    #[test]
    fn long_credentials_are_refused_whole_and_long_ones_within_the_limit_are_not_cut() {
        let at_limit = format!("{}:x", "u".repeat(CREDENTIAL_LIMIT - 2));
        assert!(log(with(&at_limit)).contains("unknown user"));
        for length in [CREDENTIAL_LIMIT - 1, 10_000] {
            let over = format!("{}:x", "u".repeat(length));
            assert!(log(with(&over)).ends_with("invalid Authorization header"));
        }
        let long = "p".repeat(200);
        let access = Access {
            groups: Vec::new(),
            hosts: Vec::new(),
            credentials: vec![credential("a", &long, PasswordKind::Cleartext, Role::Full)],
        };
        let header = |p: &str| format!("Basic {}", base64::encode(format!("a:{p}").as_bytes()));
        let judge = |p: &str| judge(&access, "x", Some(&header(p)), &|_, _| None);
        assert_eq!(judge(&long), welcome("a", Role::Full));
        assert!(log(judge(&long[1..])).contains("wrong password"));
    }

    #[test]
    fn nobody_is_asked_where_no_credentials_are_given() {
        let verdict = judge(&Access::default(), "::1", Some("junk"), &|_, _| None);
        assert_eq!(verdict, welcome("", Role::Full));
        let silent = judge(&access(), "::1", None, &|_, _| None);
        assert_eq!(silent, Verdict::Unauthorized { log: None });
    }

    #[test]
    fn addresses_admitted() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let network = AllowedNetwork {
            address: ip("192.168.1.0"),
            prefix: 24,
        };
        let hosts = Access {
            groups: Vec::new(),
            hosts: vec![Allow::Network(network), Allow::Name("two.example".into())],
            credentials: access().credentials,
        };
        let resolved = [ip("10.0.0.7"), ip("2001:db8::7")];
        for (peer, admitted) in [
            ("192.168.1.77", true),
            ("::ffff:192.168.1.77", true),
            ("10.0.0.7", true),
            ("::ffff:10.0.0.7", true),
            ("2001:db8::7", true),
            ("127.0.0.1", false),
            ("::1", false),
            ("192.168.2.1", false),
        ] {
            assert_eq!(admits(&hosts, &resolved, ip(peer)), admitted, "{peer}");
        }
        assert!(
            admits(&access(), &[], ip("8.8.8.8")),
            "credentials alone admit every host"
        );
        for (peer, admitted) in [("127.0.0.1", true), ("::1", true), ("192.168.1.1", false)] {
            assert_eq!(
                admits(&Access::default(), &[], ip(peer)),
                admitted,
                "{peer}"
            );
        }
        assert_eq!(
            denied(ip("::ffff:10.0.0.1")),
            "Denied connection from non-authorized client [10.0.0.1]"
        );
    }
}
