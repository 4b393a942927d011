//! Pidfiles, numbers and threads as they are found.

use super::*;
use crate::sys::reap::own_pid;
use crate::sys::testing::Folder;

fn named_by(path: &str, before: Option<&Mark>) -> Finding {
    by_pidfile(Told::by(path, before), before, &Needs::default())
}

fn is_own(seen: &Seen) -> bool {
    seen.stat.id.pid == own_pid()
}

fn is_found(content: &[u8]) -> bool {
    let folder = Folder::new();
    let path = folder.file("pid", content);
    matches!(named_by(path.to_str().unwrap(), None), Finding::Seen(seen) if is_own(&seen))
}

/// The mark of a look that found us.
fn mark_of_ours(path: &str) -> Mark {
    let Finding::Seen(seen) = named_by(path, None) else {
        panic!("we are there");
    };
    Mark::next(&seen, None, None, Moment::default(), 1)
}

#[test]
fn pidfiles_that_name_us() {
    let own = own_pid();
    for content in [
        format!("{own}"),
        format!("\n  {own}\n"),
        format!("{own} and words"),
    ] {
        assert!(is_found(content.as_bytes()), "{content:?}");
    }
    let blanks = " ".repeat(PIDFILE_LIMIT);
    assert!(!is_found(format!("{blanks}{own}").as_bytes()));
}

#[test]
fn pidfiles_that_name_nobody() {
    let folder = Folder::new();
    let huge = vec![b'1'; 1 << 20];
    for content in [
        &b""[..],
        b"0",
        b"-1",
        b"nonsense",
        b"2147483647",
        b"4294967297",
        &huge,
    ] {
        assert!(!is_found(content));
        let path = folder.file("pid", content);
        let found = named_by(path.to_str().unwrap(), None);
        let nobody = matches!(found, Finding::Absent | Finding::Unclaimed);
        assert!(nobody, "{found:?}");
    }
    for path in [folder.path("none"), folder.path(""), folder.fifo("fifo")] {
        let found = named_by(path.to_str().unwrap(), None);
        assert!(matches!(found, Finding::Unclaimed), "{path:?}");
    }
    assert!(matches!(named_by("/dev/zero", None), Finding::Unclaimed));
}

#[test]
fn a_pidfile_is_read_again_until_it_has_settled() {
    let folder = Folder::new();
    let facts = |path: &std::path::Path| PidfileFacts::of(&fs::metadata(path).unwrap());
    let now = facts(&folder.file("pid", "1"));
    let old = PidfileFacts {
        settled: true,
        ..now
    };
    assert!(old.still_holds(now));
    let young = PidfileFacts {
        settled: false,
        ..now
    };
    assert!(!young.still_holds(now));
    let other = facts(&folder.file("other", "1"));
    assert!(!old.still_holds(other) && !old.is_same(other));
}

#[test]
fn a_thread_is_no_process() {
    let (tell, told) = std::sync::mpsc::channel();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        // Not one of another test's, which may end at any time.
        scope.spawn(move || {
            tell.send(fs::read_link("/proc/thread-self").unwrap())
                .unwrap();
            held.recv()
        });
        let path = told.recv().unwrap();
        let thread = path.file_name().unwrap().to_str().unwrap().parse().unwrap();
        assert_ne!(thread, own_pid());
        let found = look(thread, None, &Needs::default());
        assert!(matches!(found, Finding::Absent), "{found:?}");
        drop(hold);
    });
}

#[test]
fn what_a_child_tells_of_a_pidfile_is_what_it_read() {
    let facts = PidfileFacts {
        fingerprint: u64::MAX,
        settled: true,
    };
    for told in [
        Told::Named(12, facts),
        Told::Nobody,
        Told::Unknown("Permission denied".into()),
    ] {
        let text = told.encode();
        let decoded = Told::decode(text.as_bytes()).unwrap();
        assert_eq!(decoded.encode(), text);
    }
    for cut in [
        "",
        "nobod",
        "named 1 2 tru",
        "named 1 2 true",
        "named 1 .",
        "\u{fffd}",
    ] {
        assert!(Told::decode(cut.as_bytes()).is_none(), "{cut}");
    }
}

#[test]
fn a_process_that_loses_its_pidfile_still_runs() {
    let folder = Folder::new();
    let path = folder.file("pid", own_pid().to_string());
    let path = path.to_str().unwrap();
    let mut before = mark_of_ours(path);
    for content in [Some("garbage"), None] {
        std::fs::remove_file(path).unwrap();
        if let Some(content) = content {
            folder.file("pid", content);
        }
        let found = named_by(path, Some(&before));
        assert!(matches!(found, Finding::Seen(seen) if is_own(&seen)));
    }
    before.pretend_earlier_start();
    assert!(matches!(named_by(path, Some(&before)), Finding::Unclaimed));
}

#[test]
fn a_number_handed_out_again_is_not_the_service() {
    let folder = Folder::new();
    let path = folder.file("pid", own_pid().to_string());
    let path = path.to_str().unwrap();
    let mut before = mark_of_ours(path);
    assert!(matches!(named_by(path, Some(&before)), Finding::Seen(_)));
    before.pretend_earlier_start();
    assert!(matches!(named_by(path, Some(&before)), Finding::Absent));
    // Once somebody writes the file again, it counts again.
    std::fs::remove_file(path).unwrap();
    folder.file("other", "");
    folder.file("pid", own_pid().to_string());
    assert!(matches!(named_by(path, Some(&before)), Finding::Seen(_)));
}
