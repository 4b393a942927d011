//! Every word of the language, in one table.
//!
//! The first spelling is the one that messages show. Words that live in a table of their own (event
//! names of an alert filter, syslog facilities) are found there.

macro_rules! keywords {
    ($($name:ident: $first:literal $($other:literal)*;)*) => {
        /// A word of the language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Keyword { $($name),* }

        /// Each with its spellings.
        const TABLE: &[(Keyword, &[&str])] = &[$((Keyword::$name, &[$first $(, $other)*])),*];
    };
}

keywords! {
    // Statements.
    Set: "set";
    Check: "check";
    Include: "include";
    If: "if";
    Then: "then";
    Else: "else";
    Not: "not";
    // What is checked.
    Process: "process";
    File: "file";
    Directory: "directory";
    Fifo: "fifo";
    Network: "network";
    Interface: "interface";
    Filesystem: "filesystem" "device";
    System: "system";
    Pidfile: "pidfile";
    Matching: "matching" "match";
    Path: "path";
    // What a service says of itself.
    Start: "start";
    Stop: "stop";
    Program: "program";
    Restart: "restart";
    Group: "group";
    Depends: "depends" "depend";
    Mode: "mode";
    Active: "active";
    Passive: "passive";
    Manual: "manual";
    Every: "every";
    Onreboot: "onreboot";
    Nostart: "nostart";
    Laststate: "laststate";
    Alert: "alert";
    Noalert: "noalert";
    Reminder: "reminder";
    Uid: "uid";
    Gid: "gid";
    Timeout: "timeout";
    Repeat: "repeat";
    // Rules.
    Failed: "failed";
    Succeeded: "succeeded" "success" "passed" "pass" "recovered";
    Changed: "changed";
    Exist: "exist" "exists";
    Exec: "exec";
    Unmonitor: "unmonitor";
    Ignore: "ignore";
    Restarts: "restarts";
    Cycles: "cycles" "cycle";
    Times: "times";
    Time: "time";
    // Tests of a file.
    Checksum: "checksum";
    Expect: "expect";
    Sum: "sum";
    Md5: "md5";
    Sha1: "sha1";
    Sha256: "sha256";
    Permission: "permission" "perm";
    Size: "size";
    Hardlinks: "hardlinks" "hardlink";
    Timestamp: "timestamp";
    Access: "access";
    Atime: "atime";
    Modification: "modification" "modify";
    Mtime: "mtime";
    Change: "change";
    Ctime: "ctime";
    // Tests of the machine.
    Loadavg: "loadavg" "load";
    Average: "average" "avg";
    Core: "core";
    Cpu: "cpu" "cpuusage";
    Memory: "memory" "mem";
    Swap: "swap";
    Pagein: "pagein";
    Pageout: "pageout";
    Pages: "pages" "page";
    Uptime: "uptime";
    Filedescriptors: "filedescriptors";
    // Tests of a process.
    Total: "total";
    TotalCpu: "totalcpu";
    TotalMemory: "totalmemory" "totalmem";
    Children: "children" "child";
    Threads: "threads" "thread";
    Read: "read";
    Write: "write";
    Disk: "disk";
    Euid: "euid";
    Pid: "pid";
    Ppid: "ppid";
    Security: "security";
    Attribute: "attribute";
    // Tests of a network interface.
    Link: "link";
    Up: "up";
    Down: "down";
    Capacity: "capacity";
    Saturation: "saturation";
    Upload: "upload" "uploaded";
    Download: "download" "downloaded";
    // Tests of a file system.
    Space: "space";
    Inodes: "inodes" "inode";
    Free: "free";
    Service: "service";
    ServiceTime: "servicetime";
    Fsflags: "fsflags" "fsflag";
    // Comparisons.
    Greater: "greater" "gt" "more";
    GreaterOrEqual: "greaterorequal" "ge";
    Less: "less" "lt";
    LessOrEqual: "lessorequal" "le";
    Equal: "equal" "eq";
    NotEqual: "notequal" "ne";
    Older: "older";
    Newer: "newer";
    // Units.
    Milliseconds: "milliseconds" "millisecond" "ms";
    Seconds: "seconds" "second" "sec" "s";
    Minutes: "minutes" "minute" "min" "m";
    Hours: "hours" "hour" "h";
    Days: "days" "day" "d";
    Months: "months" "month";
    Bytes: "bytes" "byte" "b";
    Kilobytes: "kB" "kilobyte" "kilobytes";
    Megabytes: "MB" "megabyte" "megabytes";
    Gigabytes: "GB" "gigabyte" "gigabytes";
    Terabytes: "TB" "terabyte" "terabytes";
    Percent: "percent";
    Operations: "operations" "operation";
    Packets: "packets" "packet";
    // Connection tests.
    Host: "host";
    Port: "port";
    Unixsocket: "unixsocket" "unix";
    Type: "type";
    Tcp: "tcp";
    Udp: "udp";
    Tcpssl: "tcpssl";
    Ssl: "ssl";
    Tls: "tls";
    Options: "options" "option";
    Verify: "verify";
    Enable: "enable" "enabled";
    Disable: "disable" "disabled";
    Selfsigned: "selfsigned";
    Allow: "allow";
    Reject: "reject";
    Version: "version";
    Auto: "auto" "sslauto";
    Certmd5: "certmd5";
    Certificate: "certificate";
    Protocol: "protocol" "proto";
    Http: "http";
    Https: "https";
    Smtp: "smtp";
    Smtps: "smtps";
    Default: "default";
    Request: "request";
    Status: "status";
    Content: "content";
    Hostheader: "hostheader";
    Headers: "headers";
    Method: "method";
    Get: "get";
    Head: "head";
    Username: "username" "user";
    Password: "password";
    Send: "send";
    Retry: "retry";
    // Pings.
    Ping: "ping";
    Ping4: "ping4";
    Ping6: "ping6";
    Icmp: "icmp";
    Echo: "echo";
    Count: "count";
    Responsetime: "responsetime";
    Response: "response";
    Ipv4: "ipv4";
    Ipv6: "ipv6";
    Url: "url";
    Valid: "valid";
    // Options of protocols.
    Rsakey: "rsakey";
    Database: "database";
    Secret: "secret";
    Target: "target";
    Maxforward: "maxforward";
    Origin: "origin";
    ApacheLimit: "loglimit" "closelimit" "dnslimit" "keepalivelimit" "replylimit" "requestlimit"
        "startlimit" "waitlimit" "gracefullimit" "cleanuplimit";
    // Global settings.
    Daemon: "daemon";
    Delay: "delay";
    Init: "init";
    Log: "log" "logfile";
    Syslog: "syslog";
    Facility: "facility";
    Statefile: "statefile";
    Idfile: "idfile";
    Mailserver: "mailserver";
    Hostname: "hostname";
    MailFormat: "mail-format" "mailformat";
    From: "from";
    ReplyTo: "reply-to";
    Subject: "subject";
    Message: "message";
    Httpd: "httpd";
    Address: "address";
    Pemfile: "pemfile";
    Pemchain: "pemchain";
    Pemkey: "pemkey";
    AllowSelfCertification: "allowselfcertification";
    Clientpemfile: "clientpemfile";
    Cacertificatefile: "cacertificatefile";
    Cacertificatepath: "cacertificatepath";
    Ciphers: "ciphers";
    Signature: "signature";
    ReadOnly: "read-only" "readonly";
    Cleartext: "cleartext";
    Crypt: "crypt";
    Limits: "limits";
    ProgramOutput: "programOutput";
    SendExpectBuffer: "sendExpectBuffer";
    FileContentBuffer: "fileContentBuffer";
    HttpContentBuffer: "httpContentBuffer";
    NetworkTimeout: "networkTimeout";
    ProgramTimeout: "programTimeout";
    ExecTimeout: "execTimeout";
    StartTimeout: "startTimeout";
    StopTimeout: "stopTimeout";
    RestartTimeout: "restartTimeout";
    Expectbuffer: "expectbuffer";
    Eventqueue: "eventqueue";
    Basedir: "basedir";
    Slots: "slots" "slot";
    Mmonit: "mmonit";
    Register: "register";
    Without: "without";
    Credentials: "credentials";
    Hostgroups: "hostgroups";
    Fips: "fips";
    Terminal: "terminal";
    Batch: "batch";
}

/// Words that may stand anywhere and mean nothing (reference F145).
const NOISE: &[&str] = &[
    "activity", "and", "are", "as", "but", "does", "for", "has", "in", "is", "last", "of", "on",
    "only", "or", "per", "programs", "rate", "than", "the", "to", "usage", "use", "using", "via",
    "was", "with", "within",
];

impl Keyword {
    /// The meaning of `word`, whatever its letter case.
    pub(super) fn find(word: &str) -> Option<Self> {
        let spelled = |(_, spellings): &&(Self, &[&str])| {
            spellings
                .iter()
                .any(|spelling| spelling.eq_ignore_ascii_case(word))
        };
        TABLE.iter().find(spelled).map(|(keyword, _)| *keyword)
    }

    /// All its spellings, the one to show first.
    pub(super) fn spellings(self) -> &'static [&'static str] {
        TABLE[self as usize].1
    }

    /// As messages show it.
    pub(super) fn text(self) -> &'static str {
        self.spellings()[0]
    }
}

/// Whether `word` may be left out.
pub(super) fn is_noise(word: &str) -> bool {
    NOISE.iter().any(|noise| noise.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_means_one_thing() {
        let mut all: Vec<String> = Vec::new();
        for (index, (keyword, spellings)) in TABLE.iter().enumerate() {
            assert_eq!(*keyword as usize, index);
            for spelling in *spellings {
                assert_eq!(Keyword::find(&spelling.to_uppercase()), Some(*keyword));
                assert!(!is_noise(spelling), "{spelling}");
                all.push(spelling.to_lowercase());
            }
        }
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    const GRAMMAR: &str = include_str!("../../contrib/grammar.md");

    /// Every spelling, the noise words aside, in small letters.
    fn spellings() -> Vec<String> {
        let all = TABLE.iter().flat_map(|(_, spellings)| spellings.iter());
        all.map(|spelling| spelling.to_lowercase()).collect()
    }

    #[test]
    fn the_written_grammar_has_these_words_and_no_others() {
        let table = GRAMMAR.split("## Words").nth(1).unwrap();
        let written: Vec<String> = table
            .lines()
            .filter(|line| line.starts_with("| `"))
            .flat_map(|line| line.split('`').skip(1).step_by(2))
            .map(str::to_lowercase)
            .collect();
        assert_eq!(written, spellings(), "contrib/grammar.md lists other words");
        for noise in NOISE {
            assert!(GRAMMAR.contains(&format!("`{noise}`")), "{noise}");
        }
    }

    #[test]
    fn the_written_grammar_is_made_of_these_words() {
        let rules = GRAMMAR.lines().filter(|line| line.starts_with("    "));
        let quoted = rules.flat_map(|line| line.split('\'').skip(1).step_by(2));
        let words: Vec<&str> = quoted
            .filter(|word| word.starts_with(char::is_alphabetic))
            .collect();
        assert!(words.len() > 200, "{}", words.len());
        for word in words {
            assert!(spellings().contains(&word.to_lowercase()), "{word}");
        }
    }
}
