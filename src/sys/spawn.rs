//! Starting a program: fork and exec without a shell, and with nothing inherited but what is meant.
//!
//! ```text
//!  parent                              child
//!  prepare everything that allocates
//!  block signals, fork ──────────────► default signals, own session, descriptors, `/`,
//!  close the child's ends              user table, group, groups, user, empty mask, exec
//!  unblock                                 │ step failed: (stage, errno) ─► report pipe, exit 127
//! ```
//!
//! The child's steps are async-signal-safe, but for the look into the user table. Its report pipe
//! closes at `exec`, so once the child has been reaped, what [`exec_failure`] finds there tells
//! whether it ever became the program.

use std::ffi::{CString, OsStr, OsString, c_char, c_int};
use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::descriptors::{arrange, close_on_exec, pipe, set_nonblocking};
use super::errno::{is_shortage_number, last, number_words};
use super::{oom, signals, users};

/// What to start.
#[derive(Clone, Copy, Debug)]
pub struct Spawn<'a> {
    /// The program's absolute path, then its arguments; handed over as they are.
    pub arguments: &'a [&'a str],
    /// The daemon's own environment (reference F119).
    pub inherited: &'a [(OsString, OsString)],
    /// Variables added to it; they replace those of the same name.
    pub additions: &'a [(&'a str, String)],
    /// As whom.
    pub identity: &'a Identity,
    /// Whether it is killed when we are: a check whose time nobody would keep any more. What the
    /// kernel cannot do for it (Linux 2.1.57) is not done.
    pub tied: bool,
    /// What becomes of its output.
    pub heard: Heard,
}

/// Whether somebody reads what a program prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It does not run otherwise.
    Always,
    /// Unless there are no descriptors left to read it by: what a service needs is that its start
    /// program runs.
    IfPossible,
    /// It goes to `/dev/null`, and so does, for as long as it runs, what it leaves behind.
    Never,
}

/// As whom a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// As we do.
    Own,
    /// With this group, real, effective and saved, and no others.
    Group(u32),
    /// As this user, with one group and no others; `HOME` is the user's.
    User {
        /// Real, effective and saved user.
        uid: u32,
        /// Real, effective and saved group, and the only supplementary one (reference F122);
        /// without it the group of the user's entry in the user table, so that nobody keeps root's.
        gid: Option<u32>,
    },
}

/// Whom to switch to, looked up.
#[derive(Default)]
struct Switch {
    uid: Option<u32>,
    gid: Option<u32>,
    /// Becomes `HOME`.
    home: Option<OsString>,
}

impl Identity {
    /// From what the control file says.
    pub const fn of(uid: Option<u32>, gid: Option<u32>) -> Self {
        match (uid, gid) {
            (Some(uid), gid) => Self::User { uid, gid },
            (None, Some(gid)) => Self::Group(gid),
            (None, None) => Self::Own,
        }
    }

    /// Looks the user up, which may wait for a network directory (see [`users`]) and allocates. So
    /// it is for the child, where only the program's own time limit runs, and which may: the
    /// process that forked had one thread and so held no lock.
    fn look_up(self) -> Result<Switch, (Stage, c_int)> {
        let (uid, gid) = match self {
            Self::Own => return Ok(Switch::default()),
            Self::Group(gid) => return Ok(Switch::of(None, gid, None)),
            Self::User { uid, gid } => (uid, gid),
        };
        let (gid, home) = match (users::account(uid), gid) {
            (Some(account), gid) => (gid.unwrap_or(account.gid), account.home),
            (None, Some(gid)) => (gid, OsString::from("/")),
            (None, None) => return Err((Stage::Account, libc::ENOENT)),
        };
        Ok(Switch::of(Some(uid), gid, Some(home)))
    }
}

impl Switch {
    /// Nothing to switch where we already are them and could not anyway: an ordinary user may write
    /// its own name into its control file.
    fn of(uid: Option<u32>, gid: u32, home: Option<OsString>) -> Self {
        // SAFETY: these cannot fail.
        let (users, groups) = unsafe {
            let users = [libc::getuid(), libc::geteuid()];
            (users, [libc::getgid(), libc::getegid()])
        };
        let same = uid.is_none_or(|uid| users == [uid; 2]) && groups == [gid; 2];
        if same && users[1] != 0 {
            return Self {
                home,
                ..Self::default()
            };
        }
        Self {
            uid,
            gid: Some(gid),
            home,
        }
    }
}

/// A program on its way.
#[derive(Debug)]
pub struct Child {
    /// Its number, and that of its process group.
    pub pid: i32,
    /// Where its standard output can be read; does not wait. `None` where it leads to the null
    /// device, as [`Spawn::heard`] has it.
    pub stdout: Option<OwnedFd>,
    /// The same for its standard error.
    pub stderr: Option<OwnedFd>,
    /// For [`exec_failure`], once the child was reaped. Without it only the exit status 127 tells.
    pub report: Option<OwnedFd>,
}

/// The step at which a program could not be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the calls")]
pub enum Stage {
    Arguments,
    Account,
    Pipe,
    Fork,
    Session,
    Descriptors,
    Directory,
    Group,
    Groups,
    User,
    Exec,
}

impl Stage {
    const ALL: [Self; 11] = [
        Self::Arguments,
        Self::Account,
        Self::Pipe,
        Self::Fork,
        Self::Session,
        Self::Descriptors,
        Self::Directory,
        Self::Group,
        Self::Groups,
        Self::User,
        Self::Exec,
    ];

    /// As messages show it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Account => "user table",
            Self::Pipe => "pipe",
            Self::Fork => "fork",
            Self::Session => "setsid",
            Self::Descriptors => "dup",
            Self::Directory => "chdir",
            Self::Group => "setgid",
            Self::Groups => "setgroups",
            Self::User => "setuid",
            Self::Exec => "exec",
        }
    }
}

/// Why a program could not be started; shows as `exec: No such file or directory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpawnError {
    /// The step.
    pub stage: Stage,
    /// The error number.
    pub errno: i32,
}

impl SpawnError {
    const fn new(stage: Stage, errno: i32) -> Self {
        Self { stage, errno }
    }

    fn at(stage: Stage) -> impl Fn(io::Error) -> Self {
        move |error| Self::new(stage, error.raw_os_error().unwrap_or(libc::EINVAL))
    }

    /// True where the machine is short of something and a later try may work: no failure of the
    /// program's own.
    pub const fn is_shortage(self) -> bool {
        is_shortage_number(self.errno)
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stage.word(), number_words(self.errno))
    }
}

/// Starts a program. `Ok` says it was forked; whether it could be executed, see [`exec_failure`].
pub fn spawn(order: &Spawn<'_>) -> Result<Child, SpawnError> {
    let arguments = arguments(order.arguments)?;
    let environment = environment(order);
    // The most telling one first: there may not be descriptors for all of them.
    let (report, child_report) = ends(order)?;
    let (stderr, child_stderr) = output_ends(order)?;
    let (stdout, child_stdout) = output_ends(order)?;
    let raw = |end: &Option<OwnedFd>| end.as_ref().map(AsRawFd::as_raw_fd);
    let plan = Plan {
        arguments: &pointers(&arguments),
        environment: &pointers(&environment),
        identity: *order.identity,
        tied: order.tied,
        stdout: raw(&child_stdout),
        stderr: raw(&child_stderr),
        report: raw(&child_report),
    };

    let blocked = signals::Blocked::all();
    // SAFETY: the child calls only `become_program`, which never returns. It is async-signal-safe
    // but for the look into the user table, which finds every lock free: this process has one
    // thread.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => return Err(SpawnError::new(Stage::Fork, last())),
        0 => become_program(&plan),
        _ => drop(blocked),
    }
    Ok(Child {
        pid,
        stdout,
        stderr,
        report,
    })
}

/// After the child was reaped: why it never became the program, if it did not.
pub fn exec_failure(report: impl AsFd) -> Option<SpawnError> {
    let mut bytes = [0_u8; 5];
    // A copy of the descriptor, which the standard library would read from, may not be to be had.
    // SAFETY: the bytes are writable for their length. They were written at once and come at once.
    let read = unsafe {
        let raw = report.as_fd().as_raw_fd();
        libc::read(raw, bytes.as_mut_ptr().cast(), bytes.len())
    };
    if usize::try_from(read) != Ok(bytes.len()) {
        return None;
    }
    let [stage, errno @ ..] = bytes;
    let stage = *Stage::ALL.get(usize::from(stage))?;
    Some(SpawnError::new(stage, i32::from_ne_bytes(errno)))
}

/// Our end and the child's, or neither where the program may run without.
fn ends(order: &Spawn<'_>) -> Result<(Option<OwnedFd>, Option<OwnedFd>), SpawnError> {
    match nonblocking_pipe() {
        Ok((reader, writer)) => Ok((Some(reader), Some(writer))),
        Err(error) if order.heard != Heard::Always && error.is_shortage() => Ok((None, None)),
        Err(error) => Err(error),
    }
}

fn output_ends(order: &Spawn<'_>) -> Result<(Option<OwnedFd>, Option<OwnedFd>), SpawnError> {
    match order.heard {
        Heard::Always | Heard::IfPossible => ends(order),
        Heard::Never => Ok((None, None)),
    }
}

fn nonblocking_pipe() -> Result<(OwnedFd, OwnedFd), SpawnError> {
    let (reader, writer) = pipe().map_err(SpawnError::at(Stage::Pipe))?;
    set_nonblocking(&reader).map_err(SpawnError::at(Stage::Pipe))?;
    Ok((reader, writer))
}

fn arguments(arguments: &[&str]) -> Result<Vec<CString>, SpawnError> {
    if arguments.is_empty() {
        return Err(SpawnError::new(Stage::Arguments, libc::EINVAL));
    }
    arguments
        .iter()
        .map(|argument| CString::new(argument.as_bytes()))
        .collect::<Result<_, _>>()
        .map_err(|_| SpawnError::new(Stage::Arguments, libc::EINVAL))
}

/// The most of one added variable that is handed over. The kernel refuses 128 KiB (before 2.6.23
/// for all of them together), and an alert's text must never be the reason a program cannot start.
const ADDITION_LIMIT: usize = 8 * 1024;

/// All but a `HOME` that the child looks up.
fn environment(order: &Spawn<'_>) -> Vec<CString> {
    let is_replaced = |name: &OsStr| {
        let by_home = matches!(order.identity, Identity::User { .. }) && name == "HOME";
        by_home || order.additions.iter().any(|(other, _)| name == *other)
    };
    let kept = order.inherited.iter();
    let kept = kept
        .filter(|(name, _)| !is_replaced(name))
        .map(|(name, value)| variable(name, value.as_bytes()));
    let added = order.additions.iter().map(|(name, value)| {
        let value = value.as_bytes();
        variable(OsStr::new(name), &value[..value.len().min(ADDITION_LIMIT)])
    });
    kept.chain(added).collect()
}

/// `NAME=value`, without the NULs a value may have got from a program's output.
fn variable(name: &OsStr, value: &[u8]) -> CString {
    let mut bytes = name.to_owned().into_vec();
    bytes.push(b'=');
    bytes.extend_from_slice(value);
    bytes.retain(|&byte| byte != 0);
    CString::new(bytes).expect("NULs were taken out")
}

/// The array of pointers `execve` wants.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    let end = std::iter::once(std::ptr::null());
    strings.iter().map(|s| s.as_ptr()).chain(end).collect()
}

/// All the child needs, prepared before the fork.
struct Plan<'a> {
    arguments: &'a [*const c_char],
    environment: &'a [*const c_char],
    identity: Identity,
    tied: bool,
    stdout: Option<RawFd>,
    stderr: Option<RawFd>,
    report: Option<RawFd>,
}

/// Where the child keeps its report pipe.
const REPORT: RawFd = 3;
/// No descriptor at all: what is written there is lost.
const NOWHERE: RawFd = -1;

/// In the child: becomes the program or dies telling why.
fn become_program(plan: &Plan<'_>) -> ! {
    let mut report = plan.report.unwrap_or(NOWHERE);
    let Err((stage, errno)) = try_become_program(plan, &mut report);
    let stage = Stage::ALL.iter().position(|&s| s == stage).unwrap_or(0);
    let errno = errno.to_ne_bytes();
    let bytes = [
        u8::try_from(stage).unwrap_or(0),
        errno[0],
        errno[1],
        errno[2],
        errno[3],
    ];
    // SAFETY: the bytes are there; `_exit` runs nothing of the parent's.
    unsafe {
        libc::write(report, bytes.as_ptr().cast(), bytes.len());
        libc::_exit(127)
    }
}

/// Returns only with the step that failed.
fn try_become_program(
    plan: &Plan<'_>,
    report: &mut RawFd,
) -> Result<std::convert::Infallible, (Stage, c_int)> {
    let done = |stage, result: c_int| match result {
        -1 => Err((stage, last())),
        _ => Ok(()),
    };
    signals::restore_defaults();
    oom::leave_protection(); // while we may
    // SAFETY: plain system call.
    done(Stage::Session, unsafe { libc::setsid() })?;
    arrange([None, plan.stdout, plan.stderr, plan.report])
        .map_err(|errno| (Stage::Descriptors, errno))?;
    *report = REPORT;
    close_on_exec(REPORT);
    // SAFETY: the path ends in NUL.
    done(Stage::Directory, unsafe { libc::chdir(c"/".as_ptr()) })?;
    let Switch { uid, gid, home } = plan.identity.look_up()?;
    if let Some(gid) = gid {
        switch_group(gid)?;
    }
    if let Some(uid) = uid {
        switch_user(uid)?;
    }
    let home = home.map(|home| variable(OsStr::new("HOME"), home.as_bytes()));
    let with_home: Vec<*const c_char>;
    let environment = match &home {
        Some(home) => {
            let home = std::iter::once(home.as_ptr());
            with_home = home.chain(plan.environment.iter().copied()).collect();
            &with_home
        }
        None => plan.environment,
    };
    if plan.tied {
        // After the change of user, which would undo it.
        // SAFETY: plain system call.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    }
    signals::unblock_all();
    // SAFETY: both arrays end in a null pointer, and their strings live here and in the copy of
    // what the parent prepared.
    let failed = unsafe {
        libc::execve(
            plan.arguments[0],
            plan.arguments.as_ptr(),
            environment.as_ptr(),
        )
    };
    done(Stage::Exec, failed)?;
    Err((Stage::Exec, libc::EINVAL))
}

fn switch_group(gid: u32) -> Result<(), (Stage, c_int)> {
    let (mut real, mut effective, mut saved) = (0, 0, 0);
    // SAFETY: one group is given and one counted; there is room for the three answers.
    unsafe {
        if libc::setresgid(gid, gid, gid) == -1 {
            return Err((Stage::Group, last()));
        }
        if libc::setgroups(1, &raw const gid) == -1 {
            return Err((Stage::Groups, last()));
        }
        libc::getresgid(&raw mut real, &raw mut effective, &raw mut saved);
    }
    if [real, effective, saved] == [gid; 3] {
        Ok(())
    } else {
        Err((Stage::Group, libc::EPERM))
    }
}

fn switch_user(uid: u32) -> Result<(), (Stage, c_int)> {
    let (mut real, mut effective, mut saved) = (0, 0, 0);
    // SAFETY: there is room for the three answers.
    unsafe {
        if libc::setresuid(uid, uid, uid) == -1 {
            return Err((Stage::User, last()));
        }
        libc::getresuid(&raw mut real, &raw mut effective, &raw mut saved);
    }
    if [real, effective, saved] == [uid; 3] {
        Ok(())
    } else {
        Err((Stage::User, libc::EPERM))
    }
}

#[cfg(test)]
mod tests;
