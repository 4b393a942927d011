//! What only the system can do: every unsafe block and every use of the C library live here.
//!
//! Each file wraps one need in a safe function or type; none of them decides anything. Kernels from
//! 2.6.11 on are served: a call that came later has its older way beside it, chosen at run time by
//! the error the kernel gives (`ENOSYS`, `EINVAL`), never at build time. The process has one
//! thread; where a function relies on that, it says so.

pub mod boot;
pub mod clock;
pub mod crypt;
pub mod daemon;
mod descriptors;
pub mod dial;
pub mod echo;
#[cfg(all(
    target_env = "musl",
    any(target_arch = "x86", target_arch = "x86_64", target_arch = "arm")
))]
mod epoll;
pub mod errno;
pub mod exits;
pub mod file;
pub mod filesystem;
pub mod glob;
pub mod guard;
pub mod interfaces;
pub mod lock;
pub mod memory;
pub mod name;
pub mod oom;
pub mod output;
pub mod random;
pub mod reap;
pub mod regex;
pub mod signals;
pub mod spawn;
pub mod task;
#[cfg(test)]
pub(crate) mod testing;
pub mod tty;
pub mod users;
pub mod zone;

pub use descriptors::{close_inherited, limit as descriptor_limit, pipe, set_nonblocking};
