//! The process table, searched by command line.
//!
//! One walk serves any number of patterns. Of several processes that match, the oldest is the
//! service (reference F117), a parent before its child; we ourselves and what we have just started
//! are none.

use std::{fs, io};

use crate::pattern::Pattern;
use crate::reading::{ProcessStat, process_name};
use crate::sys::exits::{STAT_LIMIT, stat_of, text_of};
use crate::sys::reap::own_pid;

/// The most of a command line that patterns see; kernels before 2.6.23 allow no longer one.
const COMMAND_LIMIT: usize = 128 * 1024;

/// A process whose command line matches a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its number.
    pub pid: i32,
    /// Its parent's number.
    pub ppid: i32,
    /// Its arguments, joined by blanks.
    pub command: String,
    /// Whether a service with this pattern would be this process.
    pub is_chosen: bool,
}

/// Every process a pattern matches, in the table's order: for `procmatch`. A shell, `sudo` or
/// `timeout` around that command has the pattern in its own command line and is not meant.
pub fn matches(pattern: &dyn Fn(&[u8]) -> bool) -> io::Result<Vec<Match>> {
    let mut found = Vec::new();
    let mut candidates = Candidates::default();
    let mut numbers = Numbers::open()?;
    while let Some(pid) = numbers.next()? {
        let command = if pid == numbers.own {
            None
        } else {
            command_line(pid)?
        };
        let is_question = |command: &[u8]| command.windows(9).any(|word| word == b"procmatch");
        let is_meant = |command: &Vec<u8>| pattern(command) && !is_question(command);
        let Some(command) = command.filter(is_meant) else {
            continue;
        };
        if let Some(stat) = stat_of(pid)? {
            candidates.consider(stat);
            found.push(Match {
                pid,
                ppid: stat.ppid,
                command: String::from_utf8_lossy(&command).into_owned(),
                is_chosen: false,
            });
        }
    }
    let chosen = candidates.chosen();
    for entry in &mut found {
        entry.is_chosen = chosen == Some(entry.pid);
    }
    Ok(found)
}

/// A walk through the table, a piece at a time: it may hold tens of thousands of processes.
pub(super) struct Walk {
    numbers: Numbers,
    searches: Vec<(Pattern, Candidates)>,
    /// Every process, where somebody wants to know who descends from whom.
    table: Option<Vec<ProcessStat>>,
    /// Our own command line, which our forked children have as well.
    own_command: Option<Vec<u8>>,
    /// Whose command line is being compared.
    subject: Option<Subject>,
}

/// A process on its way through the patterns.
struct Subject {
    pid: i32,
    command: Vec<u8>,
    stat: Option<ProcessStat>,
    /// Whether anybody can mean it, once that was asked.
    can_be_meant: Option<bool>,
    /// The pattern whose turn it is.
    next: usize,
}

/// What a walk found.
pub(super) struct Found {
    /// The process each pattern means.
    pub(super) processes: Vec<io::Result<Option<i32>>>,
    /// All there were, if that was asked for.
    pub(super) table: Vec<ProcessStat>,
}

/// How many processes one step looks at.
const PROCESSES: usize = 256;
/// How many bytes of command lines one step compares, each counted once for every pattern.
const WORK: usize = 512 * 1024;

impl Walk {
    /// Begins to search for `patterns`, and to take down everything if `whole`.
    pub(super) fn begin(patterns: &[&str], whole: bool) -> io::Result<Self> {
        let search = |pattern: &&str| (Pattern::new(pattern), Candidates::default());
        let numbers = Numbers::open()?;
        Ok(Self {
            own_command: command_line(numbers.own)?,
            numbers,
            searches: patterns.iter().map(search).collect(),
            table: whole.then(Vec::new),
            subject: None,
        })
    }

    /// Goes on, and tells whether that was the end. `children` are programs we started: neither
    /// they nor what they started are meant by a pattern. An error leaves everything open.
    pub(super) fn step(&mut self, children: &[i32]) -> io::Result<bool> {
        let mut work = WORK;
        for _ in 0..PROCESSES {
            if self.subject.is_none() {
                let Some(pid) = self.numbers.next()? else {
                    return Ok(true);
                };
                self.look_at(pid)?;
            }
            self.compare(&mut work, children)?;
            if work == 0 {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Whoever ends meanwhile, or is hidden from us, is passed over.
    fn look_at(&mut self, pid: i32) -> io::Result<()> {
        let mut stat = None;
        if let Some(table) = &mut self.table {
            stat = stat_of(pid)?;
            table.extend(stat);
        }
        if self.searches.is_empty() || pid == self.numbers.own {
            return Ok(());
        }
        self.subject = command_line(pid)?.map(|command| Subject {
            pid,
            command,
            stat,
            can_be_meant: None,
            next: 0,
        });
        Ok(())
    }

    /// Holds the subject against the patterns that have not seen it, as long as there is work left.
    fn compare(&mut self, work: &mut usize, children: &[i32]) -> io::Result<()> {
        let Some(subject) = &mut self.subject else {
            return Ok(());
        };
        for (pattern, candidates) in &mut self.searches[subject.next..] {
            if *work == 0 {
                return Ok(());
            }
            *work = work.saturating_sub(subject.command.len());
            subject.next += 1;
            if pattern.is_match(&subject.command) {
                let (own, command) = (self.numbers.own, self.own_command.as_ref());
                let Some(stat) = subject.meant(own, command, children)? else {
                    break;
                };
                candidates.consider(stat);
            }
        }
        self.subject = None;
        Ok(())
    }

    /// The results, once a step has said that there is no more.
    pub(super) fn finish(self) -> Found {
        let process = |(pattern, candidates): &(Pattern, Candidates)| {
            if pattern.is_broken() {
                // Nobody is taken for dead for that.
                return Err(io::Error::from_raw_os_error(libc::EINVAL));
            }
            Ok(candidates.chosen())
        };
        Found {
            processes: self.searches.iter().map(process).collect(),
            table: self.table.unwrap_or_default(),
        }
    }
}

impl Subject {
    /// The process, unless it has ended, or is one of our own or descends from one.
    fn meant(
        &mut self,
        own: i32,
        own_command: Option<&Vec<u8>>,
        children: &[i32],
    ) -> io::Result<Option<ProcessStat>> {
        if self.stat.is_none() {
            self.stat = stat_of(self.pid)?;
        }
        let Some(stat) = self.stat else {
            return Ok(None);
        };
        let can_be_meant = match self.can_be_meant {
            Some(known) => known,
            None => {
                let is_task = stat.ppid == own && own_command == Some(&self.command);
                !is_task && !descends_from(&stat, children)?
            }
        };
        self.can_be_meant = Some(can_be_meant);
        Ok(can_be_meant.then_some(stat))
    }
}

/// The longest line of ancestors that is followed; numbers handed out again while we look could
/// make it endless.
const ANCESTORS: usize = 64;

fn descends_from(stat: &ProcessStat, children: &[i32]) -> io::Result<bool> {
    if children.is_empty() {
        return Ok(false);
    }
    let mut pid = stat.id.pid;
    let mut parent = stat.ppid;
    for _ in 0..ANCESTORS {
        if children.contains(&pid) {
            return Ok(true);
        }
        if parent <= 1 {
            return Ok(false);
        }
        pid = parent;
        parent = stat_of(pid)?.map_or(0, |stat| stat.ppid);
    }
    Ok(false)
}

/// The oldest of those considered so far; several, if they started within one clock tick.
#[derive(Default)]
struct Candidates {
    oldest: Vec<ProcessStat>,
}

impl Candidates {
    fn consider(&mut self, stat: ProcessStat) {
        if stat.is_zombie {
            return;
        }
        let start = self.oldest.first().map(|oldest| oldest.id.start_ticks);
        if start.is_some_and(|start| start < stat.id.start_ticks) {
            return;
        }
        if start != Some(stat.id.start_ticks) {
            self.oldest.clear();
        }
        self.oldest.push(stat);
    }

    fn chosen(&self) -> Option<i32> {
        let pids = || self.oldest.iter().map(|stat| stat.id.pid);
        let topmost = self
            .oldest
            .iter()
            .filter(|stat| pids().all(|pid| pid != stat.ppid));
        topmost.map(|stat| stat.id.pid).min().or(pids().min())
    }
}

/// The numbers of all processes.
///
/// A table without ourselves is none: `/proc` is not mounted, and nobody may be taken for dead.
struct Numbers {
    entries: fs::ReadDir,
    own: i32,
    is_whole: bool,
}

impl Numbers {
    fn open() -> io::Result<Self> {
        Ok(Self {
            entries: fs::read_dir("/proc")?,
            own: own_pid(),
            is_whole: false,
        })
    }

    fn next(&mut self) -> io::Result<Option<i32>> {
        for entry in self.entries.by_ref() {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            self.is_whole |= pid == self.own;
            return Ok(Some(pid));
        }
        if self.is_whole {
            Ok(None)
        } else {
            Err(io::Error::other("there is no process table in /proc"))
        }
    }
}

/// Arguments joined by blanks; the name of a kernel thread, which has none.
fn command_line(pid: i32) -> io::Result<Option<Vec<u8>>> {
    let Some(mut command) = text_of(pid, "cmdline", COMMAND_LIMIT)? else {
        return Ok(None);
    };
    let end = command.iter().rposition(|&byte| byte != 0);
    command.truncate(end.map_or(0, |last| last + 1));
    if command.is_empty() {
        let stat = text_of(pid, "stat", STAT_LIMIT)?.unwrap_or_default();
        return Ok(process_name(&stat).map(<[u8]>::to_vec));
    }
    for byte in &mut command {
        if *byte == 0 {
            *byte = b' ';
        }
    }
    Ok(Some(command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::ProcessId;
    use crate::sys::testing::Program;

    fn chosen(processes: &[(i32, i32, u64, bool)]) -> Option<i32> {
        let mut candidates = Candidates::default();
        for &(pid, ppid, start_ticks, is_zombie) in processes {
            candidates.consider(ProcessStat {
                id: ProcessId { pid, start_ticks },
                name: 0,
                is_zombie,
                ppid,
                cpu_ticks: 0,
                threads: None,
                resident_pages: 0,
            });
        }
        candidates.chosen()
    }

    #[test]
    fn the_oldest_is_chosen() {
        let (old, middle, young) = ((90, 1, 5, false), (10, 1, 6, false), (20, 1, 7, false));
        assert_eq!(chosen(&[]), None);
        for order in [
            [old, middle, young],
            [young, old, middle],
            [middle, young, old],
        ] {
            assert_eq!(chosen(&order), Some(90));
        }
    }

    #[test]
    fn who_ends_after_the_folder_was_read_is_passed_over() {
        let gone = Program::start(&["/bin/true"]);
        let pid = gone.pid();
        drop(gone); // reaped: its number was in the folder, and what it names is no more
        let mut walk = Walk::begin(&["."], true).unwrap();
        walk.look_at(pid).unwrap();
        walk.compare(&mut WORK.clone(), &[own_pid()]).unwrap();
        assert!(walk.subject.is_none());
        while !walk.step(&[]).unwrap() {}
        let found = walk.finish();
        assert!(found.table.iter().all(|stat| stat.id.pid != pid));
        assert!(found.table.iter().any(|stat| stat.id.pid == own_pid()));
        assert!(found.processes[0].as_ref().unwrap().is_some());
        assert_eq!(command_line(pid).unwrap(), None);
    }

    #[test]
    fn a_parent_before_a_child_of_the_same_tick() {
        // Numbers went round: the children's are the smaller ones.
        let (parent, child, grandchild) = (
            (30_000, 1, 5, false),
            (7, 30_000, 5, false),
            (8, 7, 5, false),
        );
        assert_eq!(chosen(&[parent, child, grandchild]), Some(30_000));
        assert_eq!(chosen(&[grandchild, child, parent]), Some(30_000));
        // Two that are not related.
        assert_eq!(chosen(&[(9, 1, 5, false), (4, 1, 5, false)]), Some(4));
    }

    #[test]
    fn the_dead_are_not_chosen() {
        assert_eq!(chosen(&[(4, 1, 5, true), (9, 1, 6, false)]), Some(9));
        assert_eq!(chosen(&[(4, 1, 5, true)]), None);
    }
}
