//! Hundreds of broken control files: never a panic, always an end.

use crate::config::memory::Memory;

const SEED: &str = include_str!("../../../tests/data/monitrc-apache-postfix");

const ALSO: &str = r#"
set mailserver a port 25 username "x" password 'y' using tls with options {verify: enable}, z
set alert a@c on { timeout } with mail-format { subject: x } reminder on 3 cycles
set limits { programOutput: 1 kB }
set httpd unixsocket /run/x uid root permission 600 allow md5 /p john allow "u":"p"
check file f path /f
  if failed sha1 checksum expect da39a3ee5e6b4b0d3255bfef95601890afd80709 then alert else stop
  if size > 10 MB for 3 times within 5 cycles then exec "/bin/x 'a b'" repeat every 3 cycles
  if changed modification time then unmonitor
check process p matching "a(b)c"
  depends on f, "apache"
  if failed port 80 http headers [Host: x, Y: "z"] send "\0xff" expect 'y' then restart
  include /etc/part
"#;

/// A small generator with a good mix (xorshift64*), so that a failing round can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).unwrap() % limit
    }
}

/// Pieces that lexers stumble over.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    ";",
    "#",
    "\n",
    "\\",
    "\0",
    "=",
    "!",
    "%",
    "0",
    "-1",
    "18446744073709551616",
    "if",
    "then",
    "check",
    "set",
    "include",
    "日本",
    "\u{301}",
    "\r\n",
    "\t",
    "then then",
    "include /etc/part\n",
    "\u{feff}",
    "“",
    "80s",
    "@",
    "$HOST",
];

fn mutated(random: &mut Random, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            2 => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            _ => {
                let end = (at + random.below(60)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
        }
        if bytes.is_empty() {
            bytes.push(b'x');
        }
    }
    bytes
}

#[test]
fn broken_control_files_end_in_a_report() {
    let mut random = Random(0x7e4d);
    let mut refused = 0;
    for _ in 0..400 {
        let seed = || [SEED, ALSO].concat().into_bytes();
        let part = mutated(&mut random, seed());
        let memory = Memory::new(mutated(&mut random, seed())).file("/etc/part", 0o600, part);
        match memory.load() {
            Ok(_) => {}
            Err(report) => {
                refused += 1;
                assert!(!report.errors.is_empty() && report.errors.len() <= 21);
            }
        }
    }
    assert!(refused > 100, "the mutations are too mild: {refused}");
}

/// Every file of the corpus, broken three times over: whatever is said of it, it is said within the
/// bounds of a report.
#[test]
fn broken_files_of_the_corpus_end_too() {
    let mut random = Random(0x0c0d);
    let mut refused = 0;
    for file in super::corpus::texts() {
        for _ in 0..3 {
            let memory = Memory::new(mutated(&mut random, file.clone())).complete();
            if let Err(report) = memory.load() {
                refused += 1;
                assert!(!report.errors.is_empty() && report.errors.len() <= 21);
                assert!(report.warnings.len() <= 101);
            }
        }
    }
    assert!(refused > 500, "the mutations are too mild: {refused}");
}

#[test]
fn every_cut_of_the_seed() {
    for end in (0..SEED.len()).step_by(3) {
        let _ = Memory::new(&SEED.as_bytes()[..end]).load();
    }
}
