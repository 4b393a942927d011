//! What a control file says, before it is known what that means on this machine.
//!
//! Where the words alone settle something, the model's own types are used; what needs the machine
//! (users, files, patterns), the whole file (names, defaults) or a place to complain about is here.

mod tls;

pub(super) use tls::{HttpdTlsSyntax, PeerTlsSyntax, TlsSyntax};

use std::net::IpAddr;
use std::time::Duration;

use crate::model::{
    Action, AlertTarget, Allow, Destination, Every, Exchange, Family, HttpTest, HttpdUnixSocket,
    Limit, MailServer, Mode, NetworkTarget, OnReboot, PasswordKind, Relation, Role, Settings,
    SubjectKind, Test, Transport, Window,
};
use crate::text::{Span, Spanned};

/// A piece of text and where it stands.
pub(super) type Text = Spanned<Box<str>>;

/// A whole control file with all it includes.
#[derive(Debug)]
pub(super) struct Syntax {
    /// The `set` statements; what needs the machine stands beside them.
    pub(super) settings: Settings,
    /// Where `set init` stands.
    pub(super) init: Option<Span>,
    /// Where the path of `set log` stands.
    pub(super) log_file: Option<Span>,
    /// `set ssl`, all of them together.
    pub(super) tls: TlsSyntax,
    /// The last `set ssl`.
    pub(super) tls_place: Option<Span>,
    /// `set mailserver`, in order.
    pub(super) mail_servers: Vec<MailServerSyntax>,
    /// `set httpd`.
    pub(super) httpd: Option<HttpdSyntax>,
    /// `set onreboot`: for services that do not say.
    pub(super) onreboot: OnReboot,
    /// The `check` statements.
    pub(super) services: Vec<ServiceSyntax>,
    /// Some `check` could not even be named: a missing service is no news then.
    pub(super) incomplete: bool,
}

/// A mail server; what its TLS comes to is not known yet.
#[derive(Debug)]
pub(super) struct MailServerSyntax {
    pub(super) server: MailServer,
    pub(super) tls: Option<PeerTlsSyntax>,
}

/// A `check` statement with the statements that follow it.
#[derive(Debug)]
pub(super) struct ServiceSyntax {
    pub(super) name: Text,
    pub(super) subject: SubjectSyntax,
    pub(super) groups: Vec<Box<str>>,
    pub(super) depends: Vec<Text>,
    pub(super) mode: Mode,
    pub(super) every: Every,
    pub(super) onreboot: Option<OnReboot>,
    pub(super) start: Option<ProgramSyntax>,
    pub(super) stop: Option<ProgramSyntax>,
    pub(super) restart: Option<ProgramSyntax>,
    pub(super) rules: Vec<RuleSyntax>,
    pub(super) ignore: Vec<ContentSyntax>,
    pub(super) restart_limits: Vec<RestartLimitSyntax>,
    pub(super) alerts: Vec<AlertTarget>,
    pub(super) noalert: Vec<Box<str>>,
}

/// What kind of service it is. The rest of the head may be missing if it could not be understood;
/// there is no model then.
#[derive(Debug)]
pub(super) enum SubjectSyntax {
    Pidfile(Box<str>),
    Matching(Text),
    File(Box<str>),
    Directory(Box<str>),
    Fifo(Box<str>),
    Program(Box<ProgramSyntax>),
    Host(Box<str>),
    Network(NetworkTarget),
    Filesystem(Box<str>),
    System,
    /// One of which nothing more is known.
    Broken(SubjectKind),
}

impl SubjectSyntax {
    /// The word after `check`.
    pub(super) const fn kind(&self) -> SubjectKind {
        match self {
            Self::Pidfile(_) | Self::Matching(_) => SubjectKind::Process,
            Self::File(_) => SubjectKind::File,
            Self::Directory(_) => SubjectKind::Directory,
            Self::Fifo(_) => SubjectKind::Fifo,
            Self::Program(_) => SubjectKind::Program,
            Self::Host(_) => SubjectKind::Host,
            Self::Network(_) => SubjectKind::Network,
            Self::Filesystem(_) => SubjectKind::Filesystem,
            Self::System => SubjectKind::System,
            Self::Broken(kind) => *kind,
        }
    }
}

/// `"PROGRAM" [ARGUMENT …] [as uid U] [and gid G] [with timeout T]`.
#[derive(Clone, Debug)]
pub(super) struct ProgramSyntax {
    pub(super) line: Text,
    /// Arguments that stand after it, each as it is.
    pub(super) more: Vec<Box<str>>,
    pub(super) uid: Option<Text>,
    pub(super) gid: Option<Text>,
    pub(super) timeout: Option<Duration>,
}

/// `then …`.
#[derive(Clone, Debug)]
pub(super) enum ActionSyntax {
    /// All but `exec`.
    Simple(Action),
    /// `exec …` and its repetition.
    Exec(ProgramSyntax, Option<u32>),
}

/// `if TEST … then … else …`.
#[derive(Debug)]
pub(super) struct RuleSyntax {
    /// From `if` to the end of the test.
    pub(super) span: Span,
    pub(super) test: TestSyntax,
    pub(super) failed: RepeatSyntax,
    pub(super) recovered: RepeatSyntax,
}

/// A side of a rule.
#[derive(Clone, Debug)]
pub(super) struct RepeatSyntax {
    pub(super) window: Window,
    pub(super) action: ActionSyntax,
}

/// What is tested.
#[derive(Debug)]
pub(super) enum TestSyntax {
    Ready(Test),
    Uid(Text),
    Gid(Text),
    EffectiveUid(Text),
    Attribute(Relation, Text),
    Connection(Box<ConnectionSyntax>),
    ProgramContent { pattern: Text, matches: bool },
    Ping(Box<PingSyntax>),
    Content(ContentSyntax),
}

/// `content = "REGEX"`, `content != /FILE`.
#[derive(Debug)]
pub(super) struct ContentSyntax {
    /// A regular expression, or the absolute path of a file with one on each line.
    pub(super) pattern: Text,
    /// `=`, `match`.
    pub(super) matches: bool,
}

/// A ping.
#[derive(Debug)]
pub(super) struct PingSyntax {
    pub(super) family: Family,
    pub(super) size: u16,
    pub(super) tries: u8,
    pub(super) timeout: Option<Duration>,
    pub(super) source: Option<IpAddr>,
    pub(super) response_time: Option<Limit>,
    pub(super) expect_failure: bool,
}

/// A connection test.
#[derive(Debug)]
pub(super) struct ConnectionSyntax {
    pub(super) destination: Destination,
    pub(super) family: Family,
    pub(super) source: Option<IpAddr>,
    pub(super) transport: Transport,
    pub(super) tls: Option<PeerTlsSyntax>,
    pub(super) protocol: ProtocolSyntax,
    pub(super) timeout: Option<Duration>,
    pub(super) tries: u8,
    pub(super) expect_failure: bool,
    pub(super) valid_days: Option<u32>,
    pub(super) response: Option<Limit>,
    /// Every regular expression in it.
    pub(super) patterns: Vec<Text>,
}

/// What is said once connected.
#[derive(Debug)]
pub(super) enum ProtocolSyntax {
    Default,
    Http(HttpTest),
    Smtp,
    Generic(Vec<Exchange>),
    Unspoken(&'static str),
}

/// `if N restarts within M cycles then …`.
#[derive(Debug)]
pub(super) struct RestartLimitSyntax {
    pub(super) restarts: u32,
    pub(super) cycles: u32,
    pub(super) action: ActionSyntax,
}

/// `set httpd …`, all of them together.
#[derive(Debug)]
pub(super) struct HttpdSyntax {
    /// Of the first.
    pub(super) span: Span,
    /// Something in it could not be understood; what seems to be missing may have been there.
    pub(super) broken: bool,
    pub(super) port: Option<u16>,
    pub(super) host: Option<Box<str>>,
    pub(super) read_only: bool,
    pub(super) tls: Option<HttpdTlsSyntax>,
    pub(super) unix_socket: Option<UnixSocketSyntax>,
    pub(super) hide_version: bool,
    pub(super) hosts: Vec<Allow>,
    pub(super) credentials: Vec<CredentialSyntax>,
    pub(super) groups: Vec<Box<str>>,
}

/// `unixsocket PATH [uid U] [gid G] [permission P]`.
#[derive(Debug)]
pub(super) struct UnixSocketSyntax {
    /// Its path, mode and read-only.
    pub(super) socket: HttpdUnixSocket,
    pub(super) uid: Option<Text>,
    pub(super) gid: Option<Text>,
}

/// `allow USER:PASSWORD`, `allow md5 /FILE [USER …]`.
#[derive(Debug)]
pub(super) enum CredentialSyntax {
    User {
        user: Box<str>,
        password: Box<str>,
        role: Role,
    },
    File {
        path: Text,
        kind: PasswordKind,
        /// Empty for all users of the file.
        users: Vec<Text>,
        role: Role,
    },
}
