//! What Monit's language has and this program does not yet: refused by name.
//!
//! Without this table `set mmonit` would be told from a slip of the finger by nobody. Whoever
//! builds one of these takes its words out of here.

/// Where a word was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// After `set`.
    Set,
    /// After `if`, or after `if failed` and `if changed`.
    Test,
    /// Among the options of a connection test.
    Connection,
    /// After `protocol`.
    Protocol,
    /// Among the options of TLS.
    TlsOption,
    /// Among the options of `set httpd`.
    Httpd,
}

/// The words, with blanks between.
const LATER: &[(Place, &str)] = &[
    (
        Place::Set,
        "eventqueue expectbuffer fips mmonit ssl terminal tls",
    ),
    (Place::Test, "speed url"),
    (
        Place::Connection,
        "address ipv4 ipv6 maxforward responsetime rsakey target url valid",
    ),
    (
        Place::Protocol,
        "apache-status clamav dns dwp fail2ban ftp gps imap imaps ldap2 ldap3 lmtp memcache \
         mongodb mqtt mysql mysqls nntp ntp3 pgsql pop pops postfix-policy radius rdate redis \
         rsync sieve sip spamassassin ssh tns websocket",
    ),
    (
        Place::TlsOption,
        "cacertificatefile cacertificatepath ciphers clientpemfile pemchain pemfile pemkey",
    ),
    (Place::Httpd, "clientpemfile"),
];

/// Whether `word` is Monit's at `place`, and not ours yet.
pub(super) fn knows(place: Place, word: &str) -> bool {
    let words = LATER.iter().find(|(known, _)| *known == place);
    let mut words = words.map_or("", |(_, words)| words).split_whitespace();
    words.any(|known| known.eq_ignore_ascii_case(word))
}
