//! Mail addresses and host names that are safe in an SMTP command and in a header.

use std::fmt;

/// The longest path that SMTP takes, without its angle brackets (RFC 5321 section 4.5.3.1.3).
const ADDRESS_LIMIT: usize = 254;

/// `local@domain`: printable ASCII without blanks, brackets, quotes, commas and the like, so that
/// it can neither end a command nor begin a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(Box<str>);

impl Address {
    /// `text` as an address, if it is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let is_safe = |b: u8| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b);
        let is_domain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        let fits = !local.is_empty() && !domain.is_empty() && text.len() <= ADDRESS_LIMIT;
        (fits && local.bytes().all(is_safe) && domain.bytes().all(is_domain))
            .then(|| Self(text.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `name` as it may stand after EHLO and in a Message-ID: a host name or an address literal; what
/// does not belong there becomes a hyphen.
pub(super) fn host_name(name: &str) -> String {
    if name.is_empty() {
        return "localhost".to_owned();
    }
    name.chars()
        .take(ADDRESS_LIMIT)
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '[' | ']' | ':' => c,
            _ => '-',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_good_and_bad() {
        for good in [
            "a@b",
            "ops+x@example.org",
            "a@b@example.org",
            "xxxxxx@docomo.ne.jp",
            "j.d.@x",
        ] {
            assert!(Address::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "root",
            "@b",
            "a@",
            "a b@c",
            "a@b c",
            "a@b>",
            "a\r\nRCPT TO:<x@y>@b",
            "a@b\r\n",
            "a@b\0",
            "<a@b>",
            "\u{fc}@b",
            "a@\u{fc}",
            "a,b@c",
            "\"a\"@b",
        ] {
            assert!(Address::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Address::parse(&format!("{}@b", "a".repeat(252))).is_some());
        assert!(Address::parse(&format!("{}@b", "a".repeat(253))).is_none());
    }

    #[test]
    fn host_names_made_safe() {
        assert_eq!(host_name("box.example"), "box.example");
        assert_eq!(host_name("[192.168.1.1]"), "[192.168.1.1]");
        assert_eq!(host_name("my box\r\nMAIL"), "my-box--MAIL");
        assert_eq!(host_name(""), "localhost");
        assert_eq!(host_name("gr\u{fc}n>"), "gr-n-");
    }
}
