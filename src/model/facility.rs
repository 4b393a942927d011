//! syslog(3)'s facilities (RFC 3164 section 4.1.1).

/// Each with its code.
pub const FACILITIES: &[(&str, u8)] = &[
    ("log_user", 1),
    ("log_daemon", 3),
    ("log_auth", 4),
    ("log_authpriv", 10),
    ("log_cron", 9),
    ("log_ftp", 11),
    ("log_kern", 0),
    ("log_lpr", 6),
    ("log_mail", 2),
    ("log_news", 7),
    ("log_syslog", 5),
    ("log_uucp", 8),
    ("log_local0", 16),
    ("log_local1", 17),
    ("log_local2", 18),
    ("log_local3", 19),
    ("log_local4", 20),
    ("log_local5", 21),
    ("log_local6", 22),
    ("log_local7", 23),
];
