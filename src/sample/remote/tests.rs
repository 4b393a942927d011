use std::os::unix::fs::symlink;

use super::super::Care;
use super::super::machine::Machine;
use super::super::processes::Processes;
use super::*;
use crate::model::ProcessLocator;
use crate::reading::ProcessState;
use crate::sys::pipe;
use crate::sys::reap::{own_pid, wait_for};
use crate::sys::testing::Folder;

const NOW: Moment = Moment::from_millis(1000);

#[test]
fn links_are_followed_but_nothing_remote_is_asked() {
    let folder = Folder::new();
    let base = fs::canonicalize(folder.path("")).unwrap();
    let base = base.to_str().unwrap();
    let table = format!("/dev/sda / ext4 rw 0 0\nserver:/ {base}/far nfs rw 0 0\n");
    let mounts = Mounts::parse(table.as_bytes());
    fs::create_dir(folder.path("near")).unwrap();
    symlink("../far/file", folder.path("near/link")).unwrap();
    symlink(format!("{base}/near/link"), folder.path("second")).unwrap();
    symlink("loop", folder.path("loop")).unwrap();
    for path in [
        "far",
        "far/x",
        "near/../far",
        "near/link",
        "second",
        "./far//x",
    ] {
        assert!(is_remote(&format!("{base}/{path}"), &mounts), "{path}");
    }
    for path in [
        "near",
        "near/x",
        "farther",
        "loop",
        "far/../../x/y",
        "none/link",
    ] {
        let path = path.replace("far/..", "near/..");
        assert!(!is_remote(&format!("{base}/{path}"), &mounts), "{path}");
    }
    assert!(!is_remote(&format!("{base}/far"), &Mounts::default()));
}

#[test]
fn paths_lead_somewhere() {
    let folder = Folder::new();
    let base = fs::canonicalize(folder.path("")).unwrap();
    let base = base.to_str().unwrap();
    let table = format!("/dev/sda / ext4 rw 0 0\nserver:/ {base}/far nfs rw 0 0\n");
    let mounts = Mounts::parse(table.as_bytes());
    symlink("far/file", folder.path("link")).unwrap();
    symlink("nowhere", folder.path("loop")).unwrap();
    for (path, leads) in [
        ("far/", "far"),
        ("link/../below//x", "far/below/x"),
        ("./near/.", "near"),
        ("near/../loop", "nowhere"),
    ] {
        let resolved = resolve(&format!("{base}/{path}"), &mounts);
        assert_eq!(resolved.path, Path::new(base).join(leads), "{path}");
    }
    assert_eq!(resolve("/../..", &mounts).path, Path::new("/"));
}

fn answer(remote: &mut Remote) -> Option<(SampleId, Answer)> {
    let pid = remote.looks[0].pid;
    wait_for(pid).unwrap();
    remote.ended(pid).unwrap()
}

fn finish(remote: &mut Remote) -> Option<(SampleId, Reading)> {
    answer(remote).map(|(sample, answer)| match answer {
        Answer::Reading(reading) => (sample, reading),
        other @ (Answer::Pidfile(_) | Answer::Refused(_)) => panic!("{other:?}"),
    })
}

#[test]
fn a_pidfile_far_away_is_read_by_a_child_and_its_process_looked_at_here() {
    let folder = Folder::new();
    let path = folder.file("pid", format!("{}\n", own_pid()));
    let locator = ProcessLocator::Pidfile(path.to_str().unwrap().into());
    let machine = Machine::current(&mut None, NOW);
    let mut processes = Processes::default();
    processes.begin(SampleId(3), &locator, &[], Care::Thorough);
    assert_eq!(processes.step(NOW, machine, &[], |_| true), []);
    assert!(!processes.is_busy(), "it waits for the child");
    let mut remote = Remote::default();
    for (sample, path) in processes.questions() {
        let question = Question::Pidfile { path };
        assert_eq!(remote.begin(sample, question, NOW), None);
    }
    let Some((sample, Answer::Pidfile(told))) = answer(&mut remote) else {
        panic!("it was no pidfile");
    };
    processes.tell(sample, told);
    let found = processes.step(NOW, machine, &[], |_| true);
    let [(SampleId(3), Reading::Process(ProcessState::Running(process)))] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(process.id.pid, own_pid());
}

#[test]
fn a_pidfile_that_cannot_be_read_in_time_tells_nothing() {
    let mut remote = Remote::default();
    let question = || Question::Pidfile {
        path: "/far/pid".into(),
    };
    let started = fork_task(|_| {
        let (reader, _writer) = pipe().unwrap();
        let _ = File::from(reader).read(&mut [0]);
    });
    assert_eq!(remote.keep(SampleId(1), question(), started, NOW), None);
    let told = Told::Unknown("the file system does not answer".into());
    let given_up = remote.expire(NOW + TIME_LIMIT);
    assert_eq!(given_up, [(SampleId(1), Answer::Pidfile(told.clone()))]);
    let again = remote.begin(SampleId(2), question(), NOW);
    assert_eq!(again, Some(Answer::Pidfile(told)));
    assert_eq!(answer(&mut remote), None);
}

#[test]
fn a_child_sees_what_we_would_see() {
    let folder = Folder::new();
    let path = folder.file("file", vec![b'x'; 3 << 20]);
    let kinds = [ChecksumKind::Md5, ChecksumKind::Sha256];
    for path in [path.to_str().unwrap(), "/nowhere/at/all", "/dev/null"] {
        let mut remote = Remote::default();
        assert_eq!(remote.begin(SampleId(3), question(path, &kinds), NOW), None);
        let seen = finish(&mut remote).map(|(id, reading)| (id, but_for_access(reading)));
        let expected = but_for_access(look_at_file(path, &kinds, None));
        assert_eq!(seen, Some((SampleId(3), expected)));
        assert_eq!(remote.deadline(), None);
        assert_eq!(remote.ended(1), None);
    }
}

/// Hashing a file is an access, so the second look may find a later one.
fn but_for_access(mut reading: Reading) -> Reading {
    if let Reading::File(Presence::Present(file)) = &mut reading {
        file.accessed = 0;
    }
    reading
}

fn question(path: &str, kinds: &[ChecksumKind]) -> Question {
    Question::File {
        path: path.into(),
        kinds: kinds.into(),
        search: None,
        why: Reason::Far,
    }
}

fn no_answer() -> Answer {
    Answer::Reading(unreadable("the file system does not answer"))
}

fn unreadable(why: &str) -> Reading {
    Reading::File(Presence::Unreadable(why.into()))
}

/// A look at a file system that never answers.
fn hang(remote: &mut Remote, sample: u64) {
    let started = fork_task(|_| {
        let (reader, _writer) = pipe().unwrap();
        let _ = File::from(reader).read(&mut [0]);
    });
    let question = question("/far/file", &[]);
    assert_eq!(remote.keep(SampleId(sample), question, started, NOW), None);
}

#[test]
fn a_file_system_that_does_not_answer_is_given_up_once() {
    let mut remote = Remote::default();
    hang(&mut remote, 1);
    let end = NOW + TIME_LIMIT;
    assert_eq!(remote.deadline(), Some(end));
    assert_eq!(remote.expire(NOW), []);
    assert_eq!(remote.expire(end), [(SampleId(1), no_answer())]);
    assert_eq!((remote.deadline(), remote.expire(end)), (None, vec![]));
    // While the child is there, nobody else is sent.
    let again = remote.begin(SampleId(2), question("/far/file", &[]), end);
    assert_eq!((again, remote.looks.len()), (Some(no_answer()), 1));
    assert_eq!(finish(&mut remote), None);
    assert_eq!(
        remote.begin(SampleId(3), question("/far/file", &[]), end),
        None
    );
    assert_eq!(finish(&mut remote).unwrap().0, SampleId(3));
}

#[test]
fn a_file_that_is_being_looked_at_is_looked_at_for_another_service_too() {
    let mut remote = Remote::default();
    hang(&mut remote, 1);
    let second = remote.begin(SampleId(2), question("/far/file", &[]), NOW);
    assert_eq!((second, remote.looks.len()), (None, 2));
    kill_group(remote.looks[0].pid, KILL);
    assert_eq!(finish(&mut remote).unwrap().0, SampleId(1));
    let absent = Reading::File(Presence::Absent);
    assert_eq!(finish(&mut remote), Some((SampleId(2), absent)));
}

#[test]
fn a_child_that_dies_on_the_way_has_found_nothing() {
    let mut remote = Remote::default();
    hang(&mut remote, 1);
    kill_group(remote.looks[0].pid, KILL);
    let (_, reading) = finish(&mut remote).unwrap();
    assert_eq!(reading, unreadable("the look at it was cut short"));
}
