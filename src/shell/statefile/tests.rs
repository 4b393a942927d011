use super::*;

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tend-store-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_is_replaced_whole_with_mode_0600() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Directory::new("replace");
    let path = directory.path("state");
    for content in [b"one".as_slice(), b"two"] {
        replace(Path::new(&path), content).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_dir(&directory.0).unwrap().count(), 1);
}

#[test]
fn symlinks_beside_are_not_followed_and_devices_not_replaced() {
    let directory = Directory::new("links");
    let path = directory.path("state");
    let victim = directory.path("victim");
    fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, format!("{path}.new")).unwrap();
    replace(Path::new(&path), b"state").unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert!(replace(Path::new("/dev/null"), b"x").is_err());
}

#[test]
fn what_is_stored_already_is_not_written_again() {
    let directory = Directory::new("unchanged");
    let path = directory.path("state");
    fs::write(&path, "same").unwrap();
    let mut store = Store::new(&path);
    assert_eq!(store.load(Kind::State).unwrap().unwrap(), b"same");
    assert!(store.load(Kind::Mail).unwrap().is_none());
    store.put(Kind::State, b"same".to_vec());
    assert!(store.is_settled());
    store.put(Kind::State, b"other".to_vec());
    assert!(!store.is_settled());
    store.put(Kind::State, b"same".to_vec());
    assert!(store.is_settled());
}

#[test]
fn a_file_nobody_understands_is_set_aside() {
    let directory = Directory::new("aside");
    let path = directory.path("state");
    fs::write(&path, "garbage").unwrap();
    let mut store = Store::new(&path);
    let aside = store.set_aside(Kind::State).unwrap();
    assert_eq!(fs::read_to_string(aside).unwrap(), "garbage");
    assert!(store.load(Kind::State).unwrap().is_none());
}

#[test]
fn an_endless_file_is_refused() {
    let mut store = Store::new("/dev/zero");
    assert!(store.load(Kind::State).is_err());
    let directory = Directory::new("huge");
    let path = directory.path("state");
    File::create(&path)
        .unwrap()
        .set_len(LARGEST_FILE as u64 + 1)
        .unwrap();
    assert!(Store::new(&path).load(Kind::State).is_err());
}

const NOW: Moment = Moment::from_millis(5000);

/// Starts the writer and waits for it, as the loop does without waiting.
fn write(store: &mut Store, now: Moment) -> Option<Notice> {
    assert_eq!(store.write(now), None);
    let pid = store.writer_pid().unwrap();
    let status = sys::reap::wait_for(pid).unwrap();
    store.ended(now, pid, status).unwrap()
}

#[test]
fn mail_is_written_before_the_state_that_knows_of_it() {
    let directory = Directory::new("order");
    let path = directory.path("state");
    let mail = directory.path("state.mail");
    let mut store = Store::new(&path);
    store.put(Kind::State, b"knows".to_vec());
    store.put(Kind::Mail, b"alert".to_vec());
    assert_eq!(write(&mut store, NOW), None);
    assert!(store.is_settled());
    assert_eq!(fs::read(&path).unwrap(), b"knows");
    assert_eq!(fs::read(&mail).unwrap(), b"alert");
    // Where the mail cannot be written, the state is not.
    fs::remove_file(&mail).unwrap();
    fs::create_dir(&mail).unwrap();
    store.put(Kind::State, b"knows more".to_vec());
    store.put(Kind::Mail, b"another".to_vec());
    assert!(write(&mut store, NOW).is_some());
    assert_eq!(fs::read(&path).unwrap(), b"knows");
}

#[test]
fn what_cannot_be_written_is_said_once_kept_and_tried_again() {
    let directory = Directory::new("retry");
    let later = directory.path("later");
    let mut store = Store::new(&format!("{later}/state"));
    store.put(Kind::State, b"one".to_vec());
    let Some(Notice::Failed(text)) = write(&mut store, NOW) else {
        panic!("it was written");
    };
    assert!(
        text.contains("/later/state: No such file or directory"),
        "{text}"
    );
    assert!(store.is_failing() && !store.is_settled());
    let again = store.deadline().unwrap();
    assert_eq!(store.write(NOW), None);
    assert!(store.writer.is_none(), "it pauses");
    assert_eq!(write(&mut store, again), None);
    fs::create_dir(&later).unwrap();
    store.hurry();
    assert!(matches!(
        write(&mut store, again),
        Some(Notice::Recovered(_))
    ));
    assert_eq!(fs::read(format!("{later}/state")).unwrap(), b"one");
    assert!(store.is_settled() && !store.is_failing());
}

#[test]
fn what_is_stored_is_known_while_more_comes() {
    let directory = Directory::new("marks");
    let mut store = Store::new(&directory.path("state"));
    store.put(Kind::State, b"one".to_vec());
    let one = store.mark();
    assert_eq!(store.write(NOW), None);
    store.put(Kind::State, b"two".to_vec());
    let two = store.mark();
    assert!(!store.has_stored(one));
    let pid = store.writer_pid().unwrap();
    let status = sys::reap::wait_for(pid).unwrap();
    store.ended(NOW, pid, status).unwrap();
    assert!(store.has_stored(one) && !store.has_stored(two));
    assert_eq!(write(&mut store, NOW), None);
    assert!(store.has_stored(two));
    store.put(Kind::State, b"two".to_vec());
    assert!(store.has_stored(store.mark()), "it is there already");
}

#[test]
fn the_writer_of_an_earlier_run_is_waited_for() {
    let directory = Directory::new("earlier");
    let path = directory.path("state");
    let mut killed = Store::new(&path);
    // Its writer is slow: it hangs until it is told to go on by a file.
    let go = directory.path("go");
    let slow = |_: &mut dyn Write| {
        while !Path::new(&go).exists() {
            thread::sleep(Duration::from_millis(1));
        }
        replace(Path::new(&path), b"last words").unwrap();
    };
    let guard = killed.guard.as_ref().map(AsFd::as_fd);
    let writer = task::fork_task_keeping(guard, slow).unwrap();
    killed.guard = None; // it is killed
    let mut next = Store::new(&path);
    assert!(next.guard.is_none());
    fs::write(&go, "").unwrap();
    next.await_earlier_writer();
    assert!(next.guard.is_some());
    assert_eq!(next.load(Kind::State).unwrap().unwrap(), b"last words");
    sys::reap::wait_for(writer.pid);
}

#[test]
fn what_comes_while_the_writer_runs_waits_and_only_the_newest_counts() {
    let directory = Directory::new("newest");
    let path = directory.path("state");
    let mut store = Store::new(&path);
    store.put(Kind::State, b"one".to_vec());
    assert_eq!(store.write(NOW), None);
    store.put(Kind::State, b"two".to_vec());
    store.put(Kind::State, b"three".to_vec());
    assert_eq!(store.write(NOW), None);
    let pid = store.writer_pid().unwrap();
    let status = sys::reap::wait_for(pid).unwrap();
    store.ended(NOW, pid, status).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    assert_eq!(write(&mut store, NOW), None);
    assert_eq!(fs::read(&path).unwrap(), b"three");
}
