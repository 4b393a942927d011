//! Real programs, small ones; each is waited for.

use std::io::{BufRead, BufReader, Read};

use super::super::reap::{KILL, WaitStatus, kill_group, wait_for};
use super::super::testing::{Folder, in_child, read_to_end, waiting};
use super::*;

/// How it ended, what it wrote to standard output and standard error, and why it never began.
type Outcome = (WaitStatus, String, String, Option<SpawnError>);

fn finish(child: &Child) -> Outcome {
    let text = |pipe: &Option<OwnedFd>| {
        let bytes = pipe.as_ref().map(read_to_end).unwrap_or_default();
        String::from_utf8(bytes).unwrap()
    };
    let (stdout, stderr) = (text(&child.stdout), text(&child.stderr));
    let status = wait_for(child.pid).unwrap();
    let failure = child.report.as_ref().and_then(exec_failure);
    (status, stdout, stderr, failure)
}

fn run_as(identity: &Identity, arguments: &[&str]) -> Outcome {
    let child = spawn(&Spawn {
        arguments,
        inherited: &[],
        additions: &[],
        identity,
        tied: false,
        heard: Heard::Always,
    });
    finish(&child.unwrap())
}

fn run(arguments: &[&str]) -> Outcome {
    run_as(&Identity::Own, arguments)
}

/// What a shell script prints that is expected to succeed.
fn script(text: &str) -> String {
    let (status, stdout, stderr, failure) = run(&["/bin/sh", "-c", text]);
    assert_eq!((status, failure), (WaitStatus::Exited(0), None), "{stderr}");
    stdout
}

fn is_root() -> bool {
    let root = users::effective_user() == 0;
    if !root {
        eprintln!("not root: switching users is not tested");
    }
    root
}

#[test]
fn output_and_status() {
    let outcome = run(&["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]);
    let expected = (WaitStatus::Exited(3), "out\n".into(), "err\n".into(), None);
    assert_eq!(outcome, expected);
}

#[test]
fn arguments_arrive_unaltered() {
    let odd = [
        "a b",
        "",
        "'\"",
        "$(reboot) `x` $HOME *",
        "line\nend",
        "ü",
        "-n",
    ];
    let mut arguments = vec!["/bin/sh", "-c", "printf '[%s]' \"$@\"", "sh"];
    arguments.extend(odd);
    let expected: String = odd.iter().map(|argument| format!("[{argument}]")).collect();
    assert_eq!(run(&arguments).1, expected);
}

#[test]
fn a_program_that_cannot_be_executed() {
    let folder = Folder::new();
    let plain = folder.file("plain", "#!/bin/sh\n");
    let binary = folder.file("binary", [0x7f, b'E', b'L', b'F', 0, 0]);
    super::super::testing::make_executable(&binary);
    for (path, errno) in [
        ("/nonexistent/program", libc::ENOENT),
        (plain.to_str().unwrap(), libc::EACCES),
        (binary.to_str().unwrap(), libc::ENOEXEC),
        (folder.path("").to_str().unwrap(), libc::EACCES),
    ] {
        let (status, stdout, _, failure) = run(&[path]);
        assert_eq!((status, stdout.as_str()), (WaitStatus::Exited(127), ""));
        let failure = failure.unwrap();
        assert_eq!(
            (failure.stage, failure.errno),
            (Stage::Exec, errno),
            "{path}"
        );
        assert!(!failure.is_shortage());
    }
}

#[test]
fn a_program_that_exits_with_127_by_itself_did_begin() {
    let (status, .., failure) = run(&["/bin/sh", "-c", "exit 127"]);
    assert_eq!((status, failure), (WaitStatus::Exited(127), None));
}

#[test]
fn arguments_nothing_can_be_started_with() {
    for arguments in [&[][..], &["/bin/sh", "a\0b"]] {
        let failure = spawn(&Spawn {
            arguments,
            inherited: &[],
            additions: &[],
            identity: &Identity::Own,
            tied: false,
            heard: Heard::Always,
        });
        assert_eq!(failure.unwrap_err().stage, Stage::Arguments);
    }
}

#[test]
fn an_environment_of_ours_and_what_was_added() {
    let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let child = spawn(&Spawn {
        arguments: &["/usr/bin/env"],
        inherited: &[
            pair("LANG", "C"),
            pair("MONIT_EVENT", "old"),
            pair("A", "b=c"),
        ],
        additions: &[
            ("MONIT_EVENT", "Started".to_owned()),
            ("MONIT_DESCRIPTION", "cut\0here not".to_owned()),
        ],
        identity: &Identity::Own,
        tied: false,
        heard: Heard::Always,
    });
    let (_, stdout, ..) = finish(&child.unwrap());
    assert_eq!(
        stdout,
        "LANG=C\nA=b=c\nMONIT_EVENT=Started\nMONIT_DESCRIPTION=cuthere not\n"
    );
}

#[test]
fn an_addition_too_long_for_the_kernel_is_cut() {
    let child = spawn(&Spawn {
        arguments: &["/usr/bin/env"],
        inherited: &[],
        additions: &[("D", "x".repeat(1 << 20))],
        identity: &Identity::Own,
        tied: false,
        heard: Heard::Always,
    });
    let (status, stdout, ..) = finish(&child.unwrap());
    assert_eq!(status, WaitStatus::Exited(0));
    assert_eq!(stdout.len(), "D=\n".len() + ADDITION_LIMIT);
}

/// The last one is the listing's own.
const THREE: &str = "0\n1\n2\n3\n";

#[test]
fn nothing_is_inherited_but_the_three() {
    assert_eq!(script("exec ls /proc/self/fd"), THREE);
    assert_eq!(script("readlink /proc/$$/fd/0"), "/dev/null\n");
    assert_eq!(script("pwd"), "/\n");
}

#[test]
fn a_descriptor_left_open_by_our_own_caller_is_closed() {
    let listed = in_child(|out| {
        // SAFETY: nobody in this child uses these numbers; the copies survive an exec.
        unsafe { (libc::dup2(0, 4), libc::dup2(0, 77)) };
        out.write_all(script("exec ls /proc/self/fd").as_bytes())
            .unwrap();
    });
    assert_eq!(listed, THREE.as_bytes());
}

#[test]
fn signals_are_as_after_boot() {
    let status = in_child(|out| {
        std::mem::forget(signals::Blocked::all());
        // SAFETY: the child's own dispositions.
        unsafe {
            libc::signal(libc::SIGHUP, libc::SIG_IGN);
            libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        }
        out.write_all(script("exec /bin/cat /proc/self/status").as_bytes())
            .unwrap();
    });
    // 32 and 33 belong to the C library, which lets nobody change them.
    let reserved: u64 = 0b11 << 31;
    let status = String::from_utf8(status).unwrap();
    for label in ["SigBlk:", "SigIgn:", "SigCgt:"] {
        let line = status.lines().find_map(|line| line.strip_prefix(label));
        let mask = u64::from_str_radix(line.unwrap().trim(), 16).unwrap();
        assert_eq!(mask & !reserved, 0, "{label}");
    }
}

#[test]
fn a_session_of_its_own() {
    let child = spawn(&Spawn {
        arguments: &[
            "/bin/sh",
            "-c",
            "cut -d' ' -f5-7 /proc/$$/stat; exec /bin/sleep 1000",
        ],
        inherited: &[],
        additions: &[],
        identity: &Identity::Own,
        tied: false,
        heard: Heard::Always,
    })
    .unwrap();
    let mut line = String::new();
    BufReader::new(waiting(child.stdout.as_ref().unwrap()))
        .read_line(&mut line)
        .unwrap();
    // Group, session, no terminal.
    let pid = child.pid;
    assert_eq!(line, format!("{pid} {pid} 0\n"));
    assert!(kill_group(pid, KILL));
    assert_eq!(finish(&child).0, WaitStatus::Signaled(KILL));
}

#[test]
fn the_whole_group_is_killed() {
    // Output ends only when the grandchild is gone as well.
    let child = spawn(&Spawn {
        arguments: &["/bin/sh", "-c", "/bin/sleep 1000 & echo on; wait"],
        inherited: &[],
        additions: &[],
        identity: &Identity::Own,
        tied: false,
        heard: Heard::Always,
    })
    .unwrap();
    assert_eq!(
        waiting(child.stdout.as_ref().unwrap())
            .read(&mut [0; 3])
            .unwrap(),
        3
    );
    assert!(kill_group(child.pid, KILL));
    assert_eq!(finish(&child).0, WaitStatus::Signaled(KILL));
}

#[test]
fn a_full_process_table_is_a_shortage() {
    if !is_root() {
        return;
    }
    let words = in_child(|out| {
        let none = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // Root is exempt from this limit, so the child goes on as somebody else.
        // SAFETY: the limit is whole.
        unsafe {
            libc::setrlimit(libc::RLIMIT_NPROC, &raw const none);
            libc::setresuid(65_534, 65_534, 65_534);
        }
        let failure = spawn(&Spawn {
            arguments: &["/bin/true"],
            inherited: &[],
            additions: &[],
            identity: &Identity::Own,
            tied: false,
            heard: Heard::Always,
        });
        let failure = failure.unwrap_err();
        write!(out, "{:?} {}", failure.stage, failure.is_shortage()).unwrap();
    });
    assert_eq!(words, b"Fork true");
}

#[test]
fn no_descriptor_left_is_a_shortage() {
    let words = in_child(|out| {
        let few = libc::rlimit {
            rlim_cur: 6,
            rlim_max: 6,
        };
        // SAFETY: the limit is whole.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const few) };
        let failure = spawn(&Spawn {
            arguments: &["/bin/true"],
            inherited: &[],
            additions: &[],
            identity: &Identity::Own,
            tied: false,
            heard: Heard::Always,
        });
        let failure = failure.unwrap_err();
        write!(out, "{:?} {}", failure.stage, failure.is_shortage()).unwrap();
    });
    assert_eq!(words, b"Pipe true");
}

const IDS: &str = "grep -E '^(Uid|Gid|Groups)' /proc/$$/status | tr -s '\\t \\n' ' '; echo $HOME";

#[test]
fn a_user_without_a_group_gets_its_own_and_no_other() {
    if !is_root() {
        return;
    }
    let nobody = users::user_id("nobody").unwrap();
    let identity = Identity::of(Some(nobody), None);
    let account = users::account(nobody).unwrap();
    let (uid, gid, home) = (nobody, account.gid, account.home.into_string().unwrap());
    let ids = run_as(&identity, &["/bin/sh", "-c", IDS]).1;
    assert_eq!(
        ids,
        format!("Uid: {uid} {uid} {uid} {uid} Gid: {gid} {gid} {gid} {gid} Groups: {gid} {home}\n")
    );
}

#[test]
fn user_and_group_as_told() {
    if !is_root() {
        return;
    }
    // A number that is in no table will do where the group is given too.
    let identity = Identity::of(Some(4_000_001), Some(4_000_002));
    let (uid, gid) = (4_000_001, 4_000_002);
    assert_eq!(
        run_as(&identity, &["/bin/sh", "-c", IDS]).1,
        format!("Uid: {uid} {uid} {uid} {uid} Gid: {gid} {gid} {gid} {gid} Groups: {gid} /\n")
    );
    let identity = Identity::of(None, Some(gid));
    assert!(
        run_as(&identity, &["/bin/sh", "-c", IDS])
            .1
            .starts_with(&format!(
                "Uid: 0 0 0 0 Gid: {gid} {gid} {gid} {gid} Groups: {gid} "
            ))
    );
}

#[test]
fn a_user_in_no_table_is_not_guessed() {
    // Told by the child, so that a slow directory of users holds up nobody else.
    let (status, .., failure) = run_as(&Identity::of(Some(4_000_001), None), &["/bin/true"]);
    assert_eq!(status, WaitStatus::Exited(127));
    let words = failure.unwrap().to_string();
    assert_eq!(words, "user table: No such file or directory");
}

#[test]
fn an_ordinary_user_can_be_itself_but_nobody_else() {
    if !is_root() {
        return;
    }
    let told = in_child(|out| {
        let (uid, gid) = (65_534, 65_533);
        // SAFETY: the child's own identity.
        unsafe {
            libc::setgroups(0, std::ptr::null());
            libc::setresgid(gid, gid, gid);
            libc::setresuid(uid, uid, uid);
        }
        let user = |uid, gid| Identity::User {
            uid,
            gid: Some(gid),
        };
        for identity in [user(uid, gid), user(0, 0), user(uid, 0), Identity::Group(0)] {
            let (status, _, _, failure) = run_as(&identity, &["/bin/true"]);
            let stage = failure.map(|failure| failure.stage);
            writeln!(out, "{status:?} {stage:?}").unwrap();
        }
    });
    let refused = "Exited(127) Some(Group)\n";
    let expected = format!("Exited(0) None\n{}", refused.repeat(3));
    assert_eq!(String::from_utf8(told).unwrap(), expected);
}

#[test]
fn without_a_descriptor_left_a_program_runs_unheard_if_it_may() {
    let told = in_child(|out| {
        let folder = Folder::new();
        let path = folder.path("ran");
        let touch = format!("echo said; echo ran >{}", path.display());
        let limit = libc::rlimit {
            rlim_cur: 32,
            rlim_max: 32,
        };
        // SAFETY: the limit is whole, and this child's own.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
        let _taken: Vec<_> = std::iter::from_fn(|| pipe().ok()).collect();
        for heard in [Heard::Always, Heard::IfPossible] {
            let begun = spawn(&Spawn {
                arguments: &["/bin/sh", "-c", &touch],
                inherited: &[],
                additions: &[],
                identity: &Identity::Own,
                tied: false,
                heard,
            });
            let outcome = begun.map(|child| {
                let (status, stdout, ..) = finish(&child);
                (status, stdout)
            });
            write!(out, "{outcome:?} {} ", path.exists()).unwrap();
        }
    });
    let short = SpawnError::new(Stage::Pipe, libc::EMFILE);
    let ran = Ok::<_, SpawnError>((WaitStatus::Exited(0), String::new()));
    let expected = format!("{:?} false {ran:?} true ", Err::<(), _>(short));
    assert_eq!(String::from_utf8(told).unwrap(), expected);
}
