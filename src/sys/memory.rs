//! The program's own memory: little of it while it sleeps, and that not for the swap.

use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::io;
use std::{ptr, slice};

use super::errno::check;

/// What is at least this large is handed back to the system as soon as it is free.
#[cfg(target_env = "gnu")]
const LARGE: c_int = 128 * 1024;

/// What the heap grows by.
#[cfg(target_env = "gnu")]
const GROWTH: c_int = 16 * 1024;

/// Has the lists of a cycle over thousands of services handed back as soon as they are free. The
/// GNU library else learns from the first of them to keep such pieces for the next one. And it
/// grows in small steps: where the next one cannot be had, nothing else can be either.
pub fn keep_little() {
    #[cfg(target_env = "gnu")]
    // SAFETY: plain library calls; the process has one thread.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TOP_PAD, GROWTH);
    }
}

/// Lets go of what work left resident and sleep does not need: free heap, the depth of the stack,
/// and the pages of code and constants.
///
/// The last are clean copies of the program's file: unmapping them loses nothing, and the next work
/// gets those it needs from the page cache, sixteen at a time where the kernel can (Linux 3.15). A
/// cycle that needs nearly all of them, TLS included, pays that with some fifty faults.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: plain library call; the process has one thread.
    unsafe {
        libc::malloc_trim(0);
    }
    give_back_stack();
    // First all are noted: how long each is stands in one of them.
    let mut pieces = [(ptr::null_mut(), 0); PIECES];
    let mut rooms = pieces.iter_mut();
    each_constant(|start, length| {
        if let Some(room) = rooms.next() {
            *room = (start, length);
        }
    });
    for (start, length) in pieces {
        // SAFETY: nobody writes to these pages, the file refills them with the same bytes. Of
        // nothing nothing is let go.
        unsafe { libc::madvise(start, length, libc::MADV_DONTNEED) };
    }
}

/// How many pieces of how many files are let go: three of the program and of each library.
const PIECES: usize = 32;

/// How deep the stack gets in a cycle, and more.
const DEPTH: usize = 128 * 1024;

/// Lets go of the stack below our caller's frame, which is made of zeros again when it is needed.
///
/// The stack must be that of the process's first thread, or one with room left for [`DEPTH`] more.
fn give_back_stack() {
    /// As `MADV_DONTNEED`, also for what is locked (Linux 5.18).
    const DONTNEED_LOCKED: c_int = 24;
    let page = page_size();
    let here = 0_u8;
    // Our own frame, and those of what we call, are in the pages that are kept.
    let end = (&raw const here).addr() / page * page - 2 * page;
    let start = (end - DEPTH) as *mut c_void;
    // SAFETY: nothing alive is on a stack below the running function, and nothing but the stack is
    // so near below it: the kernel keeps that free for it to grow (mmap(2), MAP_GROWSDOWN).
    unsafe {
        if libc::madvise(start, DEPTH, DONTNEED_LOCKED) != 0 {
            libc::madvise(start, DEPTH, libc::MADV_DONTNEED);
        }
    }
}

/// Whether work that needs so many bytes, in whatever pieces, can be begun. It may be put off;
/// running out in the middle of it ends the program.
///
/// # Errors
/// The system's number for want of memory.
pub fn room(bytes: usize) -> io::Result<()> {
    let mut piece = Vec::<u8>::new();
    let had = piece.try_reserve_exact(bytes);
    // A piece that nobody looks at is optimised away, and never refused.
    black_box(piece.as_ptr());
    had.map_err(|_| io::Error::from_raw_os_error(libc::ENOMEM))
}

/// Keeps everything that is written to out of the swap, from here on and in this process alone:
/// a machine that swaps is one on which things die. Code and constants are not kept: the page cache
/// has them, and locked ones could not be given back.
///
/// # Errors
/// What the kernel says. Without the privilege (`CAP_IPC_LOCK`) nothing is locked even if a little
/// could be: beyond the limit then no memory could be had and the stack could not grow.
pub fn lock() -> io::Result<()> {
    without_allowance(|| {
        let all = libc::MCL_CURRENT | libc::MCL_FUTURE;
        // SAFETY: plain system calls. Where there is no such flag (before Linux 4.4) what is locked
        // is filled, too.
        check(unsafe { libc::mlockall(all | libc::MCL_ONFAULT) })
            .or_else(|_| check(unsafe { libc::mlockall(all) }))
    })?;
    each_constant(|start, length| {
        // SAFETY: changes only what the kernel may do with the pages.
        unsafe { libc::munlock(start, length) };
    });
    Ok(())
}

/// Calls something while only a privilege allows it to lock memory, or a limit that is none.
fn without_allowance<T>(call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: there is room for the answer.
    check(unsafe { libc::getrlimit(libc::RLIMIT_MEMLOCK, &raw mut limit) })?;
    if limit.rlim_cur == libc::RLIM_INFINITY {
        return call();
    }
    let set = |rlim_cur| {
        let limit = libc::rlimit { rlim_cur, ..limit };
        // SAFETY: the limit is whole.
        check(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &raw const limit) })
    };
    set(0)?;
    let result = call();
    set(limit.rlim_cur)?;
    result
}

/// Hands every piece of the program's file, and of its libraries', that is never written to `act`:
/// start and length, in whole pages.
fn each_constant(mut act: impl FnMut(*mut c_void, usize)) {
    let mut act: &mut dyn FnMut(*mut c_void, usize) = &mut act;
    // SAFETY: `each_of_file` gets what it takes: the file that is told, and `act`.
    unsafe { libc::dl_iterate_phdr(Some(each_of_file), (&raw mut act).cast()) };
}

unsafe extern "C" fn each_of_file(
    file: *mut libc::dl_phdr_info,
    _: usize,
    act: *mut c_void,
) -> c_int {
    // SAFETY: the file and its headers are valid during the call, and `act` is what `each_constant`
    // handed over.
    let (file, headers, act) = unsafe {
        let file = &*file;
        let headers = slice::from_raw_parts(file.dlpi_phdr, usize::from(file.dlpi_phnum));
        (file, headers, &mut *act.cast::<&mut dyn FnMut(_, _)>())
    };
    let page = page_size();
    for header in headers {
        // What is relocated when it is loaded, and only read afterwards, lies in a writable piece.
        if header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W == 0 {
            let start = usize::try_from(file.dlpi_addr.wrapping_add(header.p_vaddr));
            let (Ok(start), Ok(length)) = (start, usize::try_from(header.p_memsz)) else {
                continue; // not on any machine: both are as wide as an address
            };
            let before = start % page;
            act((start - before) as *mut c_void, length + before);
        }
    }
    0
}

fn page_size() -> usize {
    // SAFETY: plain query.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::in_child;
    use super::*;

    /// A figure of `/proc/self/status`, in kilobytes.
    fn kilobytes(name: &str) -> Option<usize> {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_ascii_whitespace().nth(1)?.parse().ok()
    }

    #[test]
    fn there_is_no_room_for_more_than_there_is() {
        room(1).unwrap();
        let error = room(isize::MAX as usize).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOMEM));
    }

    #[test]
    fn only_what_is_never_written_is_let_go() {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut pieces = Vec::new();
        each_constant(|start, length| pieces.push((start as usize, length)));
        let code = only_what_is_never_written_is_let_go as fn() as usize;
        assert!(
            pieces
                .iter()
                .any(|(start, length)| (*start..start + length).contains(&code))
        );
        for (start, _) in pieces {
            let line = maps
                .lines()
                .find(|line| line.starts_with(&format!("{start:08x}-")));
            let mode = line.and_then(|line| line.split_ascii_whitespace().nth(1));
            assert!(matches!(mode, Some("r--p" | "r-xp")), "{start:x}: {line:?}");
        }
    }

    #[test]
    fn the_program_goes_on_with_less() {
        let Some(before) = kilobytes("RssFile") else {
            return; // before Linux 4.5
        };
        let figures = in_child(|out| {
            // A child has only what it touched itself.
            let _ = fs::read_to_string("/proc/self/maps").map(|maps| maps.to_uppercase());
            give_back();
            let after = kilobytes("RssFile").unwrap();
            write!(out, "{after} {:?}", [3, 1, 2].iter().max()).unwrap();
        });
        let figures = String::from_utf8(figures).unwrap();
        let (after, rest) = figures.split_once(' ').unwrap();
        assert!(after.parse::<usize>().unwrap() < before, "{before} {after}");
        assert_eq!(rest, "Some(3)");
    }

    #[test]
    fn the_depth_of_the_stack_is_let_go() {
        fn anonymous() -> Option<usize> {
            let sums = fs::read_to_string("/proc/self/smaps_rollup").ok()?;
            let line = sums.lines().find_map(|l| l.strip_prefix("Anonymous:"))?;
            line.split_ascii_whitespace().next()?.parse().ok()
        }
        #[inline(never)]
        fn go_deep() -> u8 {
            std::hint::black_box([1_u8; DEPTH / 2])[7]
        }
        if anonymous().is_none() {
            return; // before Linux 4.14
        }
        let figures = in_child(|out| {
            let one = go_deep();
            let before = anonymous().unwrap();
            give_back();
            let after = anonymous().unwrap();
            let again = go_deep();
            write!(out, "{before} {after} {one} {again}").unwrap();
        });
        let figures = String::from_utf8(figures).unwrap();
        let figures: Vec<usize> = figures.split(' ').map(|f| f.parse().unwrap()).collect();
        assert!(figures[1] + DEPTH / 4096 < figures[0], "{figures:?}");
        assert_eq!(figures[2..], [1, 1]);
    }

    #[test]
    fn what_is_locked_can_grow_and_be_given_back() {
        let report = in_child(|out| {
            let words = match lock() {
                Ok(()) => "locked".into(),
                Err(error) => error.to_string(),
            };
            let locked = kilobytes("VmLck").unwrap_or_default();
            // So large that any library asks the kernel for it.
            let large = vec![0_u8; 64 << 20];
            let grown = kilobytes("VmLck").unwrap_or_default();
            drop(large);
            give_back();
            write!(out, "{words}|{locked}|{}", grown - locked).unwrap();
        });
        let report = String::from_utf8(report).unwrap();
        let mut fields = report.split('|');
        match fields.next() {
            Some("locked") => {
                assert!(fields.next().unwrap().parse::<usize>().unwrap() > 0);
                assert!(fields.next().unwrap().parse::<usize>().unwrap() >= 64 << 10);
            }
            // Nothing half: an ordinary user has nothing locked.
            refused => assert_eq!(fields.next(), Some("0"), "{refused:?}"),
        }
    }

    #[test]
    fn without_privilege_nothing_is_locked() {
        let report = in_child(|out| {
            // SAFETY: plain system call, in a process of its own.
            unsafe { libc::setuid(65534) };
            let words = lock().map_err(|error| error.raw_os_error());
            write!(out, "{words:?} {:?}", kilobytes("VmLck")).unwrap();
        });
        let report = String::from_utf8(report).unwrap();
        assert_eq!(report, format!("Err(Some({})) Some(0)", libc::EPERM));
    }

    #[test]
    fn children_are_not_locked() {
        let report = in_child(|out| {
            let _ = lock();
            let grandchild = in_child(|out| write!(out, "{:?}", kilobytes("VmLck")).unwrap());
            out.write_all(&grandchild).unwrap();
        });
        assert_eq!(report, b"Some(0)");
    }
}
