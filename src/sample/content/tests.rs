use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;
use crate::reading::Presence;
use crate::sample::file;
use crate::sys::testing::Folder;

fn pattern(pattern: &str, matches: bool) -> ContentTest {
    let pattern = pattern.into();
    ContentTest { pattern, matches }
}

fn search(from: ContentFrom, tests: &[&str]) -> Search {
    Search {
        from,
        tests: tests.iter().map(|test| pattern(test, true)).collect(),
        ignore: Vec::new(),
        line_limit: 512,
        is_costly: false,
    }
}

fn begin(scanning: &mut Scanning<u8>, path: &Path, search: Search, then: u8) {
    let path = path.to_str().unwrap();
    let Presence::Present(facts) = file::look(path) else {
        panic!("{path} is there");
    };
    scanning.begin(Request {
        path: path.into(),
        facts,
        search,
        then,
    });
}

type Found = Result<Box<ContentReading>, Box<str>>;

/// What was found, in the order it came, and the steps it took.
fn finish(scanning: &mut Scanning<u8>) -> (Vec<(u8, Found)>, usize) {
    let (mut done, mut steps) = (Vec::new(), 0);
    while scanning.is_busy() {
        steps += 1;
        for file in scanning.step() {
            done.push((file.then, file.facts.content.unwrap()));
        }
    }
    (done, steps)
}

fn look(path: &Path, search: Search) -> ContentReading {
    let mut scanning = Scanning::default();
    begin(&mut scanning, path, search, 0);
    *finish(&mut scanning).0.remove(0).1.unwrap()
}

/// One file, one test, look after look.
struct Log {
    path: PathBuf,
    from: ContentFrom,
}

impl Log {
    fn new(folder: &Folder, content: &[u8]) -> Self {
        let path = folder.file("log", content);
        let from = ContentFrom::End;
        let mut log = Self { path, from };
        log.look();
        log
    }

    fn append(&self, content: &[u8]) {
        let mut file = OpenOptions::new().append(true).open(&self.path).unwrap();
        file.write_all(content).unwrap();
    }

    fn look(&mut self) -> String {
        let reading = look(&self.path, search(self.from, &["ERR"]));
        self.from = ContentFrom::Mark(reading.mark);
        reading.found[0].clone().unwrap_or_default().into()
    }
}

#[test]
fn what_is_there_at_first_sight_does_not_count() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"ERR old\n");
    assert_eq!(log.look(), "");
    log.append(b"fine\nERR one\nERR two\n");
    assert_eq!(log.look(), "ERR one\nERR two\n");
    assert_eq!(log.look(), "");
}

#[test]
fn a_line_counts_when_it_is_complete() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"");
    log.append(b"ERR par");
    assert_eq!(log.look(), "");
    log.append(b"tial\r\nERR");
    assert_eq!(log.look(), "ERR partial\n");
    log.append(b"\n");
    assert_eq!(log.look(), "ERR\n");
}

#[test]
fn a_rotated_file_is_read_from_its_start() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"some old lines\n");
    std::fs::rename(&log.path, folder.path("log.1")).unwrap();
    folder.file("log", b"ERR in the new file, which is longer\n");
    assert_eq!(log.look(), "ERR in the new file, which is longer\n");
}

#[test]
fn a_truncated_file_is_read_from_its_start() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"some old lines\n");
    std::fs::write(&log.path, b"ERR again\n").unwrap();
    assert_eq!(log.look(), "ERR again\n");
    std::fs::write(&log.path, b"").unwrap();
    assert_eq!(log.look(), "");
    log.append(b"ERR\n");
    assert_eq!(log.look(), "ERR\n");
}

#[test]
fn a_nul_stops_nothing() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"");
    log.append(b"a\0ERR b\n\0\nERR c\n");
    assert_eq!(log.look(), "a\u{fffd}ERR b\nERR c\n");
}

#[test]
fn of_a_long_line_only_the_beginning_counts() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"");
    let long = |before: usize| [vec![b'x'; before], b"ERR".to_vec()].concat();
    log.append(&[long(508), long(9000), b"\n".to_vec()].concat());
    assert_eq!(log.look().len(), 511 + "\n...\n".len());
    log.append(&[long(509), b"\nERR short\n".to_vec()].concat());
    assert_eq!(log.look(), "ERR short\n");
    // It counts at once, and its rest never does.
    log.append(&[b"ERR".to_vec(), long(100_000)].concat());
    assert_eq!(log.look().len(), 511 + "\n...\n".len());
    log.append(b"ERR");
    assert_eq!(log.look(), "");
    log.append(b"\nERR\n");
    assert_eq!(log.look(), "ERR\n");
}

#[test]
fn all_tests_see_all_lines_but_the_ignored_ones() {
    let folder = Folder::new();
    let path = folder.file("log", b"ok\nERR a\nERR harmless\n?\nok WARN\n");
    let from = ContentFrom::Mark(ContentMark {
        inode: 0,
        offset: 0,
        inside: false,
    });
    let mut search = search(from, &["ERR", "WARN", "never"]);
    search.tests.push(pattern("^(ok|ERR)", false));
    search.ignore = vec![pattern("harmless", true), pattern("[a-z]", false)];
    let reading = look(&path, search);
    let found: Vec<_> = reading.found.iter().map(Option::as_deref).collect();
    assert_eq!(found, [Some("ERR a\n"), Some("ok WARN\n"), None, None]);
}

#[test]
fn a_file_of_the_kernels_is_read_each_time() {
    let path = Path::new("/proc/self/status");
    let mut from = ContentFrom::End;
    for _ in 0..2 {
        let reading = look(path, search(from, &["^Name:"]));
        assert!(reading.found[0].is_some());
        from = ContentFrom::Mark(reading.mark);
    }
}

#[test]
fn large_files_take_turns() {
    let folder = Folder::new();
    let large = folder.file("large", b"some line of a large log\n".repeat(40_000));
    let small = folder.file("small", b"ERR\n");
    let mut scanning = Scanning::default();
    let start = ContentFrom::Mark(ContentMark {
        inode: 0,
        offset: 0,
        inside: false,
    });
    begin(&mut scanning, &large, search(start, &["ERR", "x{3}"]), 1);
    begin(&mut scanning, &small, search(start, &["ERR"]), 2);
    let (done, steps) = finish(&mut scanning);
    assert_eq!(
        done.iter().map(|(file, _)| *file).collect::<Vec<_>>(),
        [2, 1]
    );
    // A million bytes, twice, by 64 KiB.
    assert!(steps > 30, "{steps}");
    assert_eq!(done[1].1.as_ref().unwrap().mark.offset, 1_000_000);
}

#[test]
fn offsets_beyond_four_gigabytes() {
    let folder = Folder::new();
    let mut log = Log::new(&folder, b"");
    let file = OpenOptions::new().write(true).open(&log.path).unwrap();
    file.set_len(5_000_000_000).unwrap();
    // Seen before, so that nobody has to read five gigabytes of nothing.
    log.from = ContentFrom::End;
    log.look();
    log.append(b"ERR far out\n");
    assert_eq!(log.look(), "ERR far out\n");
    assert!(matches!(log.from, ContentFrom::Mark(mark) if mark.offset == 5_000_000_012));
}

#[test]
fn more_files_than_are_open_at_a_time() {
    let folder = Folder::new();
    let mut scanning = Scanning::default();
    for number in 0..20 {
        let path = folder.file(&number.to_string(), b"x");
        begin(
            &mut scanning,
            &path,
            search(ContentFrom::End, &["x"]),
            number,
        );
    }
    scanning.step();
    assert!(scanning.open.len() <= OPEN_FILES);
    assert_eq!(finish(&mut scanning).0.len(), 19);
}

#[test]
fn what_cannot_be_read_says_why() {
    let folder = Folder::new();
    let mut scanning = Scanning::default();
    let gone = folder.file("gone", b"x");
    begin(&mut scanning, &gone, search(ContentFrom::End, &["x"]), 1);
    let swapped = folder.file("swapped", b"x");
    begin(&mut scanning, &swapped, search(ContentFrom::End, &["x"]), 2);
    std::fs::remove_file(&gone).unwrap();
    std::fs::remove_file(&swapped).unwrap();
    folder.fifo("swapped");
    let (done, _) = finish(&mut scanning);
    let expected = ["No such file or directory", "Invalid argument"].map(Box::from);
    let found = done.into_iter().map(|(_, found)| found.unwrap_err());
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn a_child_does_not_read_for_ever() {
    let folder = Folder::new();
    let path = folder.file("log", b"ERR\n");
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(CHILD_LIMIT + 1000).unwrap();
    let from = ContentFrom::Mark(ContentMark {
        inode: 0,
        offset: 0,
        inside: false,
    });
    let reading = search(from, &["ERR"]).run(path.to_str().unwrap()).unwrap();
    assert_eq!(reading.found[0].as_deref(), Some("ERR\n"));
    assert_eq!(reading.mark.offset, CHILD_LIMIT);
}
