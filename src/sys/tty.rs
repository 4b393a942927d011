//! Whether somebody watches, and how wide their window is.

use std::io::{self, IsTerminal};
use std::mem::MaybeUninit;

/// Whether standard output is a terminal.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The columns of the terminal standard output leads to.
pub fn width() -> Option<u16> {
    let mut size = MaybeUninit::<libc::winsize>::zeroed();
    // SAFETY: there is room for the answer.
    let known = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, size.as_mut_ptr()) };
    // SAFETY: all-zero is a valid size, and the kernel left it so or filled it in.
    let columns = unsafe { size.assume_init() }.ws_col;
    (known == 0 && columns > 0).then_some(columns)
}
