//! The system's clocks, for `shell/clock.rs` alone.

use std::ffi::c_long;

/// Milliseconds on a clock that only goes forward, from an origin without meaning. It counts the
/// time a machine was suspended where the kernel can (2.6.39).
pub fn monotonic_milliseconds() -> u64 {
    let (seconds, nanoseconds) = read(libc::CLOCK_BOOTTIME)
        .or_else(|| read(libc::CLOCK_MONOTONIC))
        .unwrap_or((0, 0));
    u64::try_from(seconds * 1000 + nanoseconds / 1_000_000).unwrap_or(0)
}

/// Milliseconds since 1970-01-01 UTC; goes where the administrator sets it.
pub fn unix_milliseconds() -> i64 {
    unix_microseconds().div_euclid(1000)
}

/// The same in microseconds.
pub(super) fn unix_microseconds() -> i64 {
    let (seconds, nanoseconds) = read(libc::CLOCK_REALTIME).unwrap_or((0, 0));
    seconds * 1_000_000 + nanoseconds / 1000
}

/// Clock ticks in a second, the unit of the process table; 100 on every Linux.
pub fn ticks_per_second() -> u64 {
    // SAFETY: plain query.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    u64::try_from(ticks)
        .ok()
        .filter(|&ticks| ticks > 0)
        .unwrap_or(100)
}

/// Bytes in a page of memory, the unit of a process's resident size.
pub fn page_bytes() -> u64 {
    // SAFETY: plain query.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes)
        .ok()
        .filter(|&bytes| bytes > 0)
        .unwrap_or(4096)
}

/// Processors that run; at least one, whatever the system says.
pub fn processors() -> u32 {
    // SAFETY: plain query.
    let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    u32::try_from(count).unwrap_or(1).max(1)
}

/// Seconds since 1970 of which a kernel told the lower 32 bits: from 2038 on they look like 1901
/// and later. No computer dated anything up to 1935, so that stands for 2038 to 2072. A time
/// shortly before 1970, as of a clock that was never set and a zone, stays what it is.
#[cfg(any(test, target_pointer_width = "32"))]
pub(super) const fn whole_seconds(told: i64) -> i64 {
    if told < -(1 << 30) {
        told + (1 << 32)
    } else {
        told
    }
}

/// Seconds and nanoseconds. On 32-bit machines the call of 5.1 is tried first, whose seconds do not
/// end in 2038.
fn read(clock: libc::clockid_t) -> Option<(i64, i64)> {
    #[cfg(target_pointer_width = "32")]
    {
        const CLOCK_GETTIME64: c_long = 403;
        let mut wide = [0_i64; 2];
        // SAFETY: there is room for the answer: two 64-bit numbers.
        let done = unsafe { libc::syscall(CLOCK_GETTIME64, clock, wide.as_mut_ptr()) } == 0;
        if done {
            return Some((wide[0], wide[1]));
        }
    }
    let mut narrow: [c_long; 2] = [0; 2];
    // SAFETY: there is room for the answer: two numbers of the machine's width. The system call and
    // not the C library's function, whose type on 32-bit machines depends on how it was built; the
    // 64-bit ones go through the function for its speed.
    let done = unsafe { gettime(clock, narrow.as_mut_ptr()) };
    #[allow(clippy::useless_conversion)] // it is one on 64-bit machines only
    let [seconds, nanoseconds] = narrow.map(i64::from);
    #[cfg(target_pointer_width = "32")]
    let seconds = whole_seconds(seconds);
    done.then_some((seconds, nanoseconds))
}

#[cfg(target_pointer_width = "32")]
unsafe fn gettime(clock: libc::clockid_t, answer: *mut c_long) -> bool {
    // SAFETY: the caller gives room for two numbers.
    unsafe { libc::syscall(libc::SYS_clock_gettime, clock, answer) == 0 }
}

#[cfg(target_pointer_width = "64")]
unsafe fn gettime(clock: libc::clockid_t, answer: *mut c_long) -> bool {
    // SAFETY: the caller gives room for two numbers, which is what a `timespec` is here.
    unsafe { libc::clock_gettime(clock, answer.cast()) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_forward() {
        let first = monotonic_milliseconds();
        assert!(first > 0);
        assert!(monotonic_milliseconds() >= first);
    }

    #[test]
    fn the_date_is_past_the_writing_of_this_test() {
        assert!(unix_milliseconds() > 1_700_000_000_000);
    }

    #[test]
    fn times_cut_to_32_bits_go_on_to_2072() {
        for whole in [0, -3600, 1_795_330_394, 2_147_483_648, 3_221_225_471] {
            let told = (whole + (1_i64 << 31)).rem_euclid(1 << 32) - (1 << 31);
            assert_eq!(whole_seconds(told), whole);
        }
    }

    #[test]
    fn clocks_this_kernel_does_not_have() {
        assert_eq!(read(999), None);
    }
}
