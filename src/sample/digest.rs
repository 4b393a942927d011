//! Hashes of files.
//!
//! A large one is hashed by a child of low priority ([`super::remote`]): its disk may have to spin
//! up, and whoever computes for long waits for his turn on a busy machine, with every client of the
//! status page behind him. Small ones are hashed here, and large ones where no child can be had: a
//! slice at a time, taking turns, with only a few open at once. What grows while it is read is read
//! up to the size it had at first.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};

use crate::engine::SampleId;
use crate::model::ChecksumKind;
use crate::reading::{Digest, FileReading, Hasher, Presence, Reading};
use crate::sys::errno::words;
use crate::sys::file::open_regular;

/// How much of one file a step reads, and so the largest that is hashed in one: a millisecond's
/// work, ten on a machine of twenty years ago.
const SLICE: u64 = 256 * 1024;
/// How much is in memory at a time.
const BUFFER: usize = 16 * 1024;
/// How many files are open at a time.
const OPEN_FILES: usize = 4;
/// How much is read of a file whose size is told as zero: the kernel's own files are.
const SIZELESS_LIMIT: u64 = 16 * 1024 * 1024;

/// Files waiting for their hashes.
#[derive(Default)]
pub(super) struct Hashing {
    waiting: VecDeque<Request>,
    open: VecDeque<Job>,
}

/// A file that is there and is to be hashed.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Request {
    /// Whose reading it completes.
    pub(super) sample: SampleId,
    /// Its path.
    pub(super) path: Box<str>,
    /// What is known of it already.
    pub(super) facts: FileReading,
    /// Which hashes.
    pub(super) kinds: Box<[ChecksumKind]>,
}

impl Request {
    /// Whether it takes more than a step.
    pub(super) const fn is_large(&self) -> bool {
        self.facts.size > SLICE
    }

    /// All of it at once: for a child.
    pub(super) fn finish(self) -> Reading {
        let mut hashing = Hashing::default();
        hashing.begin(self);
        loop {
            if let Some((_, reading)) = hashing.step().pop() {
                return reading;
            }
        }
    }
}

struct Job {
    sample: SampleId,
    facts: FileReading,
    file: File,
    left: u64,
    hashers: Vec<(ChecksumKind, Hasher)>,
}

impl Hashing {
    /// Takes a file that is there.
    pub(super) fn begin(&mut self, request: Request) {
        self.waiting.push_back(request);
    }

    /// Drops a file that nobody waits for.
    pub(super) fn cancel(&mut self, sample: SampleId) {
        self.waiting.retain(|request| request.sample != sample);
        self.open.retain(|job| job.sample != sample);
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty() || !self.open.is_empty()
    }

    /// Opens what there is room for and hashes one slice of the file whose turn it is.
    pub(super) fn step(&mut self) -> Vec<(SampleId, Reading)> {
        let mut done = Vec::new();
        while self.open.len() < OPEN_FILES {
            let Some(request) = self.waiting.pop_front() else {
                break;
            };
            match open_regular(&*request.path) {
                Ok(file) => self.open.push_back(Job::new(request, file)),
                Err(error) => done.push(failed(request, &error)),
            }
        }
        if let Some(job) = self.open.pop_front() {
            match job.advance() {
                Progress::Unfinished(job) => self.open.push_back(job),
                Progress::Finished(sample, reading) => done.push((sample, reading)),
            }
        }
        done
    }
}

enum Progress {
    Unfinished(Job),
    Finished(SampleId, Reading),
}

impl Job {
    fn new(request: Request, file: File) -> Self {
        let left = match request.facts.size {
            0 => SIZELESS_LIMIT,
            size => size,
        };
        let kinds = request.kinds.iter();
        Self {
            sample: request.sample,
            facts: request.facts,
            file,
            left,
            hashers: kinds.map(|&kind| (kind, Hasher::new(kind))).collect(),
        }
    }

    fn advance(mut self) -> Progress {
        match self.read_slice() {
            Ok(true) => Progress::Unfinished(self),
            Ok(false) => {
                let hashers = std::mem::take(&mut self.hashers).into_iter();
                let digests = hashers.map(|(kind, hasher)| Digest {
                    kind,
                    value: Ok(hasher.finish()),
                });
                self.facts.digests = digests.collect();
                Progress::Finished(self.sample, present(self.facts))
            }
            Err(error) => {
                let kinds: Vec<_> = self.hashers.iter().map(|&(kind, _)| kind).collect();
                self.facts.digests = unknown(&kinds, &error);
                Progress::Finished(self.sample, present(self.facts))
            }
        }
    }

    /// Whether there is more to read.
    fn read_slice(&mut self) -> io::Result<bool> {
        let mut buffer = [0_u8; BUFFER];
        let mut slice = self.left.min(SLICE);
        while slice > 0 {
            let wanted = usize::try_from(slice).map_or(BUFFER, |slice| slice.min(BUFFER));
            let length = match self.file.read(&mut buffer[..wanted]) {
                Ok(0) => return Ok(false),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            for (_, hasher) in &mut self.hashers {
                hasher.update(&buffer[..length]);
            }
            slice -= length as u64;
            self.left -= length as u64;
        }
        Ok(self.left > 0)
    }
}

fn failed(request: Request, error: &io::Error) -> (SampleId, Reading) {
    let digests = unknown(&request.kinds, error);
    let facts = FileReading {
        digests,
        ..request.facts
    };
    (request.sample, present(facts))
}

fn unknown(kinds: &[ChecksumKind], error: &io::Error) -> Box<[Digest]> {
    let why = words(error);
    let digest = |&kind| Digest {
        kind,
        value: Err(why.clone()),
    };
    kinds.iter().map(digest).collect()
}

fn present(facts: FileReading) -> Reading {
    Reading::File(Presence::Present(facts))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::sample::file;
    use crate::sys::testing::Folder;

    const KINDS: [ChecksumKind; 3] = [ChecksumKind::Md5, ChecksumKind::Sha1, ChecksumKind::Sha256];

    fn begin(hashing: &mut Hashing, sample: u64, path: &Path) {
        let path = path.to_str().unwrap();
        let Presence::Present(facts) = file::look(path) else {
            panic!("{path} is there");
        };
        hashing.begin(Request {
            sample: SampleId(sample),
            path: path.into(),
            facts,
            kinds: KINDS.into(),
        });
    }

    /// What came of each sample.
    type Hashed = Vec<(u64, Box<[Digest]>)>;

    /// The results of all samples in the order they came, and the steps it took.
    fn finish(hashing: &mut Hashing) -> (Hashed, usize) {
        let (mut done, mut steps) = (Vec::new(), 0);
        while hashing.is_busy() {
            steps += 1;
            for (sample, reading) in hashing.step() {
                let Reading::File(Presence::Present(facts)) = reading else {
                    panic!("{reading:?}");
                };
                done.push((sample.0, facts.digests));
            }
        }
        (done, steps)
    }

    fn expected(content: &[u8]) -> Box<[Digest]> {
        let digest = |kind| Digest {
            kind,
            value: Ok(Hasher::hash(kind, content)),
        };
        KINDS.map(digest).into()
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i % 251).to_le_bytes()[0]).collect()
    }

    #[test]
    fn a_large_file_takes_several_steps() {
        let folder = Folder::new();
        let slice = usize::try_from(SLICE).unwrap();
        for (length, steps) in [(0, 1), (1, 1), (slice, 1), (slice + 1, 2), (3 * slice, 3)] {
            let content = bytes(length);
            let mut hashing = Hashing::default();
            begin(&mut hashing, 1, &folder.file("file", &content));
            let done = finish(&mut hashing);
            assert_eq!(done, (vec![(1, expected(&content))], steps), "{length}");
        }
    }

    #[test]
    fn a_small_file_does_not_wait_for_a_large_one() {
        let folder = Folder::new();
        let large = bytes(5 << 20);
        let mut hashing = Hashing::default();
        begin(&mut hashing, 1, &folder.file("large", &large));
        begin(&mut hashing, 2, &folder.file("small", "x"));
        let (done, _) = finish(&mut hashing);
        assert_eq!(done, [(2, expected(b"x")), (1, expected(&large))]);
    }

    #[test]
    fn what_nobody_waits_for_is_not_hashed() {
        let folder = Folder::new();
        let mut hashing = Hashing::default();
        let large = folder.file("large", bytes(5 << 20));
        for sample in 0..6 {
            begin(&mut hashing, sample, &large);
        }
        assert_eq!(hashing.step(), []);
        for sample in 0..6 {
            hashing.cancel(SampleId(sample));
        }
        assert!(!hashing.is_busy());
    }

    #[test]
    fn more_files_than_are_open_at_a_time() {
        let folder = Folder::new();
        let mut hashing = Hashing::default();
        let count = 3 * OPEN_FILES as u64;
        for sample in 0..count {
            begin(&mut hashing, sample, &folder.file(&sample.to_string(), "x"));
        }
        hashing.step();
        assert!(hashing.open.len() <= OPEN_FILES);
        let (done, _) = finish(&mut hashing);
        assert_eq!(done.len() + 1, 3 * OPEN_FILES);
    }

    #[test]
    fn a_file_that_grows_or_shrinks_meanwhile_ends() {
        let folder = Folder::new();
        let content = bytes(2 * usize::try_from(SLICE).unwrap());
        for length in [0, 3 * SLICE, 64 << 20] {
            let path = folder.file("file", &content);
            let mut hashing = Hashing::default();
            begin(&mut hashing, 1, &path);
            assert_eq!(hashing.step(), []);
            let file = File::options().write(true).open(&path).unwrap();
            file.set_len(length).unwrap();
            let (done, steps) = finish(&mut hashing);
            assert_eq!((done.len(), steps), (1, 1));
        }
    }

    #[test]
    fn a_file_that_is_removed_or_replaced_meanwhile_is_hashed_as_it_was() {
        let folder = Folder::new();
        let content = bytes(2 * usize::try_from(SLICE).unwrap());
        for successor in [None, Some("other")] {
            let path = folder.file("file", &content);
            let mut hashing = Hashing::default();
            begin(&mut hashing, 1, &path);
            assert_eq!(hashing.step(), []);
            std::fs::remove_file(&path).unwrap();
            successor.map(|text| folder.file("file", text));
            assert_eq!(finish(&mut hashing).0, [(1, expected(&content))]);
        }
    }

    #[test]
    fn a_file_of_the_kernels_is_read_though_its_size_is_zero() {
        let mut hashing = Hashing::default();
        begin(&mut hashing, 1, Path::new("/proc/version"));
        let content = std::fs::read("/proc/version").unwrap();
        assert_eq!(finish(&mut hashing).0, [(1, expected(&content))]);
    }

    #[test]
    fn what_cannot_be_hashed_says_why() {
        let folder = Folder::new();
        let gone = folder.file("gone", "x");
        let mut hashing = Hashing::default();
        begin(&mut hashing, 1, &gone);
        begin(&mut hashing, 2, &folder.fifo("fifo"));
        begin(&mut hashing, 3, Path::new("/dev/zero"));
        std::fs::remove_file(&gone).unwrap();
        let (done, _) = finish(&mut hashing);
        let words = [
            "No such file or directory",
            "Invalid argument",
            "Invalid argument",
        ];
        for ((_, digests), words) in done.iter().zip(words) {
            assert_eq!(digests.len(), KINDS.len());
            assert!(
                digests
                    .iter()
                    .all(|digest| digest.value == Err(words.into()))
            );
        }
        assert_eq!(done.len(), 3);
    }
}
