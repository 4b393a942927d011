//! The kinds of event, with the words and numbers that users' scripts and collectors know.

/// What an event is about: one bit of the XML document's `status` (reference XML.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
#[expect(missing_docs, reason = "named by the words below")]
pub enum EventKind {
    Checksum = 1 << 0,
    Resource = 1 << 1,
    Timeout = 1 << 2,
    Timestamp = 1 << 3,
    Size = 1 << 4,
    Connection = 1 << 5,
    Permission = 1 << 6,
    Uid = 1 << 7,
    Gid = 1 << 8,
    NonExist = 1 << 9,
    Invalid = 1 << 10,
    Data = 1 << 11,
    Exec = 1 << 12,
    FsFlags = 1 << 13,
    Icmp = 1 << 14,
    Content = 1 << 15,
    Instance = 1 << 16,
    Action = 1 << 17,
    Pid = 1 << 18,
    Ppid = 1 << 19,
    Status = 1 << 21,
    Uptime = 1 << 22,
    Link = 1 << 23,
    Speed = 1 << 24,
    Saturation = 1 << 25,
    ByteIn = 1 << 26,
    ByteOut = 1 << 27,
    PacketIn = 1 << 28,
    PacketOut = 1 << 29,
    Exist = 1 << 30,
}

impl EventKind {
    /// Every kind, by its number.
    pub const ALL: [Self; 30] = [
        Self::Checksum,
        Self::Resource,
        Self::Timeout,
        Self::Timestamp,
        Self::Size,
        Self::Connection,
        Self::Permission,
        Self::Uid,
        Self::Gid,
        Self::NonExist,
        Self::Invalid,
        Self::Data,
        Self::Exec,
        Self::FsFlags,
        Self::Icmp,
        Self::Content,
        Self::Instance,
        Self::Action,
        Self::Pid,
        Self::Ppid,
        Self::Status,
        Self::Uptime,
        Self::Link,
        Self::Speed,
        Self::Saturation,
        Self::ByteIn,
        Self::ByteOut,
        Self::PacketIn,
        Self::PacketOut,
        Self::Exist,
    ];

    /// The bit of the XML document.
    pub const fn bit(self) -> u32 {
        self as u32
    }

    /// The word of an alert filter (reference F83).
    pub const fn filter_word(self) -> &'static str {
        self.words().0
    }

    /// The event's name while it fails, as mails and pages show it (reference F76).
    pub const fn failed(self) -> &'static str {
        self.words().1
    }

    /// The event's name when it is over.
    pub const fn succeeded(self) -> &'static str {
        self.words().2
    }

    /// The event's name when a value changed.
    pub const fn changed(self) -> &'static str {
        self.words().3
    }

    const fn words(self) -> (&'static str, &'static str, &'static str, &'static str) {
        const INSTANCE: &str = "Monit instance changed";
        match self {
            Self::Checksum => (
                "checksum",
                "Checksum failed",
                "Checksum succeeded",
                "Checksum changed",
            ),
            Self::Resource => (
                "resource",
                "Resource limit matched",
                "Resource limit succeeded",
                "Resource limit changed",
            ),
            Self::Timeout => ("timeout", "Timeout", "Timeout recovery", "Timeout changed"),
            Self::Timestamp => (
                "timestamp",
                "Timestamp failed",
                "Timestamp succeeded",
                "Timestamp changed",
            ),
            Self::Size => ("size", "Size failed", "Size succeeded", "Size changed"),
            Self::Connection => (
                "connection",
                "Connection failed",
                "Connection succeeded",
                "Connection changed",
            ),
            Self::Permission => (
                "permission",
                "Permission failed",
                "Permission succeeded",
                "Permission changed",
            ),
            Self::Uid => ("uid", "UID failed", "UID succeeded", "UID changed"),
            Self::Gid => ("gid", "GID failed", "GID succeeded", "GID changed"),
            Self::NonExist => ("nonexist", "Does not exist", "Exists", "Existence changed"),
            Self::Invalid => ("invalid", "Invalid type", "Type succeeded", "Type changed"),
            Self::Data => (
                "data",
                "Data access error",
                "Data access succeeded",
                "Data access changed",
            ),
            Self::Exec => (
                "exec",
                "Execution failed",
                "Execution succeeded",
                "Execution changed",
            ),
            Self::FsFlags => (
                "fsflags",
                "Filesystem flags failed",
                "Filesystem flags succeeded",
                "Filesystem flags changed",
            ),
            Self::Icmp => ("icmp", "ICMP failed", "ICMP succeeded", "ICMP changed"),
            Self::Content => (
                "content",
                "Content failed",
                "Content succeeded",
                "Content match",
            ),
            Self::Instance => ("instance", INSTANCE, INSTANCE, INSTANCE),
            Self::Action => ("action", "Action failed", "Action done", "Action done"),
            Self::Pid => ("pid", "PID failed", "PID succeeded", "PID changed"),
            Self::Ppid => ("ppid", "PPID failed", "PPID succeeded", "PPID changed"),
            Self::Status => (
                "status",
                "Status failed",
                "Status succeeded",
                "Status changed",
            ),
            Self::Uptime => (
                "uptime",
                "Uptime failed",
                "Uptime succeeded",
                "Uptime changed",
            ),
            Self::Link => ("link", "Link down", "Link up", "Link changed"),
            Self::Speed => ("speed", "Speed failed", "Speed ok", "Speed changed"),
            Self::Saturation => (
                "saturation",
                "Saturation exceeded",
                "Saturation ok",
                "Saturation changed",
            ),
            Self::ByteIn => (
                "bytein",
                "Download bytes exceeded",
                "Download bytes ok",
                "Download bytes changed",
            ),
            Self::ByteOut => (
                "byteout",
                "Upload bytes exceeded",
                "Upload bytes ok",
                "Upload bytes changed",
            ),
            Self::PacketIn => (
                "packetin",
                "Download packets exceeded",
                "Download packets ok",
                "Download packets changed",
            ),
            Self::PacketOut => (
                "packetout",
                "Upload packets exceeded",
                "Upload packets ok",
                "Upload packets changed",
            ),
            Self::Exist => ("exist", "Does exist", "Exists not", "Existence changed"),
        }
    }
}
