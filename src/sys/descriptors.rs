//! Descriptors: pipes, flags, and closing what a child must not inherit.
//!
//! Everything marked async-signal-safe allocates nothing and takes no lock: it runs between `fork`
//! and `exec`.

use std::ffi::{c_int, c_uint};
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use super::errno::{check, last};

/// Read end, write end; neither is inherited by programs.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends: [RawFd; 2] = [-1; 2];
    // SAFETY: there is room for two descriptors.
    let made = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) };
    if made == -1 {
        // `pipe2` is of 2.6.27.
        if last() != libc::ENOSYS {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: as above.
        check(unsafe { libc::pipe(ends.as_mut_ptr()) })?;
        ends.into_iter().for_each(close_on_exec);
    }
    // SAFETY: both were just made and belong to nobody else.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}

/// Makes reads and writes return at once.
pub fn set_nonblocking(descriptor: impl AsFd) -> io::Result<()> {
    let raw = descriptor.as_fd().as_raw_fd();
    // SAFETY: only flags are read and written.
    let flags = check(unsafe { libc::fcntl(raw, libc::F_GETFL) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(raw, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    Ok(())
}

/// Keeps a descriptor from programs that are started. Async-signal-safe.
pub(super) fn close_on_exec(raw: RawFd) {
    // SAFETY: only a flag is set; an invalid descriptor gives an error that changes nothing.
    unsafe { libc::fcntl(raw, libc::F_SETFD, libc::FD_CLOEXEC) };
}

/// Runs before anything of the standard library, which ends a program that is started without one
/// of its three descriptors on a box that has no null device to take its place.
#[used]
#[unsafe(link_section = ".init_array")]
static COMPLETE: extern "C" fn() = complete;

extern "C" fn complete() {
    for wanted in 0..3 {
        // SAFETY: only a flag is read.
        if unsafe { libc::fcntl(wanted, libc::F_GETFD) } == -1 {
            null(); // takes the lowest free number, which this is
        }
    }
}

/// Closes what the caller left open beside standard input, output and error: whoever reads the
/// other end of a pipe would wait for as long as this program runs, and a lock be held as long.
/// For the very start, before anything is opened here.
pub fn close_inherited() {
    close_from(3, &[]);
}

/// Gives a child exactly these descriptors as 0, 1, 2 …; `None` stands for the null device. All
/// others are closed, first of all: a parent that is nearly out of descriptors must leave its child
/// room to move its own. The error is the number of the call that failed. Async-signal-safe.
pub(super) fn arrange<const N: usize>(wanted: [Option<RawFd>; N]) -> Result<(), c_int> {
    let past = c_int::try_from(N).expect("a handful");
    let mut kept = wanted.map(|wanted| wanted.unwrap_or(-1));
    kept.sort_unstable();
    close_from(past, &kept);
    let mut sources = [-1; N];
    // First out of the way, so that no source lies where another one must go.
    for (source, wanted) in sources.iter_mut().zip(wanted) {
        *source = match wanted {
            // SAFETY: makes a further descriptor; none is closed.
            Some(raw) => unsafe { libc::fcntl(raw, libc::F_DUPFD, past) },
            None => null_above(past),
        };
        if *source == -1 {
            return Err(last());
        }
    }
    for (target, source) in (0..past).zip(sources) {
        // SAFETY: this runs in a child that is about to become something else; nobody in it owns
        // the descriptor that is replaced.
        if unsafe { libc::dup2(source, target) } == -1 {
            return Err(last());
        }
    }
    close_from(past, &[]);
    Ok(())
}

/// The null device at a number of at least `lowest`.
fn null_above(lowest: c_int) -> c_int {
    match null() {
        -1 => -1,
        raw => move_above(raw, lowest),
    }
}

/// The null device or, on a box without one, a pipe nobody is at the other end of: reads end at
/// once and writes fail, which is the best there is.
fn null() -> c_int {
    // SAFETY: the path ends in NUL.
    let null = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
    if null != -1 {
        return null;
    }
    let mut ends: [RawFd; 2] = [-1; 2];
    // SAFETY: there is room for two descriptors; the second is ours to close.
    unsafe {
        if libc::pipe(ends.as_mut_ptr()) == -1 {
            return -1;
        }
        libc::close(ends[1]);
    }
    ends[0]
}

fn move_above(raw: RawFd, lowest: c_int) -> c_int {
    // SAFETY: `raw` is the caller's alone; it is closed only after it was copied.
    unsafe {
        let moved = libc::fcntl(raw, libc::F_DUPFD, lowest);
        libc::close(raw);
        moved
    }
}

/// Closes every descriptor from `lowest` on but the `kept`, which are sorted, in time proportional
/// to how many are open: a limit of 2^30 descriptors (containers) must not cost seconds.
/// Async-signal-safe; for whoever owns none of them: a child, or a program at its start.
fn close_from(lowest: c_int, kept: &[RawFd]) {
    if close_ranges(lowest, kept).is_err() && close_listed(lowest, kept).is_err() {
        close_counted(lowest, kept);
    }
}

/// Closes what lies before, between and after the `kept`.
fn close_ranges(lowest: c_int, kept: &[RawFd]) -> Result<(), ()> {
    let mut first = lowest;
    for &kept in kept.iter().filter(|&&kept| kept >= lowest) {
        if first < kept {
            close_range(first, kept - 1)?;
        }
        first = kept + 1;
    }
    close_range(first, c_int::MAX)
}

fn close_range(first: c_int, last: c_int) -> Result<(), ()> {
    let number = |raw| c_uint::try_from(raw).expect("not negative");
    let (first, last) = (number(first), number(last));
    // SAFETY: the caller owns none of these. `close_range` is of 5.9.
    match unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } {
        0 => Ok(()),
        _ => Err(()),
    }
}

/// Closes what `/proc/self/fd` lists.
fn close_listed(lowest: c_int, kept: &[RawFd]) -> Result<(), ()> {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY;
    // SAFETY: the path ends in NUL.
    let list = unsafe { libc::open(c"/proc/self/fd".as_ptr(), flags) };
    if list == -1 {
        return Err(());
    }
    let mut entries = [0_u8; 1024];
    let result = loop {
        // SAFETY: the buffer is writable for the length given.
        let length = unsafe {
            libc::syscall(
                libc::SYS_getdents64,
                list,
                entries.as_mut_ptr(),
                entries.len(),
            )
        };
        match usize::try_from(length) {
            Ok(0) => break Ok(()),
            Ok(length) => close_entries(&entries[..length], lowest, list, kept),
            Err(_) => break Err(()),
        }
    };
    // SAFETY: opened above.
    unsafe { libc::close(list) };
    result
}

/// One buffer of `struct linux_dirent64`: inode (8 bytes), offset (8), record length (2), type (1),
/// name ending in NUL.
fn close_entries(mut entries: &[u8], lowest: c_int, list: c_int, kept: &[RawFd]) {
    while let (Some(&[low, high]), Some(name)) = (entries.get(16..18), entries.get(19..)) {
        if let Some(raw) = decimal(name) {
            if raw >= lowest && raw != list && !kept.contains(&raw) {
                // SAFETY: the caller owns none of these.
                unsafe { libc::close(raw) };
            }
        }
        let length = usize::from(u16::from_ne_bytes([low, high]));
        match entries.get(length..) {
            Some(rest) if length > 0 => entries = rest,
            _ => return,
        }
    }
}

/// The number at the start of a name that consists of digits up to its NUL.
fn decimal(name: &[u8]) -> Option<c_int> {
    let end = name.iter().position(|&byte| byte == 0)?;
    let digits = std::str::from_utf8(&name[..end]).ok()?;
    digits.parse().ok()
}

/// How many descriptors this process may have open.
pub fn limit() -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: there is room for the answer.
    match unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } {
        0 => usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX),
        _ => usize::MAX,
    }
}

/// How many numbers are tried where neither the call nor `/proc` is there.
const COUNTED_LIMIT: c_int = 65_536;

fn close_counted(lowest: c_int, kept: &[RawFd]) {
    let highest = c_int::try_from(limit()).unwrap_or(COUNTED_LIMIT);
    for raw in lowest..highest.min(COUNTED_LIMIT) {
        if !kept.contains(&raw) {
            // SAFETY: the caller owns none of these.
            unsafe { libc::close(raw) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::IntoRawFd;

    use super::super::testing::in_child;
    use super::*;

    /// Copies a descriptor to scattered numbers, closes from 200 on, and tells which are left.
    fn left_after(close: impl Fn()) -> String {
        let written = in_child(|out| {
            for number in [10, 199, 200, 201, 300, 511, 900] {
                // SAFETY: nobody in this child uses these numbers.
                assert_eq!(unsafe { libc::dup2(0, number) }, number);
            }
            close();
            let open = |number: &i32| {
                // SAFETY: only a flag is read.
                unsafe { libc::fcntl(*number, libc::F_GETFD) != -1 }
            };
            let left: Vec<i32> = (5..1000).filter(open).collect();
            write!(out, "{left:?}").unwrap();
        });
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn every_way_of_closing_closes_the_same() {
        let ways: [fn(&[RawFd]); 3] = [
            |kept| close_from(200, kept),
            |kept| close_listed(200, kept).unwrap(),
            |kept| close_counted(200, kept),
        ];
        for close in ways {
            assert_eq!(left_after(|| close(&[])), "[10, 199]");
            let left = left_after(|| close(&[-1, 10, 201, 300]));
            assert_eq!(left, "[10, 199, 201, 300]");
        }
    }

    #[test]
    fn a_huge_limit_is_not_counted_out() {
        assert_eq!(
            left_after(|| {
                let all = libc::RLIM_INFINITY;
                let limit = libc::rlimit {
                    rlim_cur: all,
                    rlim_max: all,
                };
                // SAFETY: the limit is whole. Refused where we may not raise it: then the count is
                // short anyway.
                unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
                close_counted(200, &[]);
            }),
            "[10, 199]"
        );
    }

    #[test]
    fn a_child_of_a_parent_that_is_out_of_descriptors_finds_room() {
        let written = in_child(|out| {
            let (reader, writer) = pipe().unwrap();
            let (reader, writer) = (reader.into_raw_fd(), writer.into_raw_fd());
            let few = libc::rlimit {
                rlim_cur: 40,
                rlim_max: 40,
            };
            // SAFETY: the limit is whole; then only copies are made, until no more can be.
            unsafe {
                libc::setrlimit(libc::RLIMIT_NOFILE, &raw const few);
                while libc::dup(0) != -1 {}
            }
            arrange([None, None, None, Some(3), Some(reader), Some(writer)]).unwrap();
            out.write_all(b"arranged").unwrap();
        });
        assert_eq!(written, b"arranged");
    }

    #[test]
    fn descriptors_that_lie_in_each_others_way() {
        let written = in_child(|out| {
            let (first_reader, first) = pipe().unwrap();
            let (second_reader, second) = pipe().unwrap();
            let raw = [first_reader, first, second_reader, second].map(|end| {
                let raw = end.as_raw_fd();
                std::mem::forget(end);
                raw
            });
            // The ends lie at 4 to 7 and must come to lie the other way round.
            arrange([None, None, None, Some(3), Some(raw[3]), Some(raw[2])]).unwrap();
            // SAFETY: `arrange` put a pipe there.
            let (mut writer, mut reader) =
                unsafe { (std::fs::File::from_raw_fd(4), std::fs::File::from_raw_fd(5)) };
            io::Write::write_all(&mut writer, b"through").unwrap();
            drop(writer);
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            out.write_all(text.as_bytes()).unwrap();
        });
        assert_eq!(written, b"through");
    }
}
