//! The tests of `check process`.

use super::Tests;
use super::words::{CONNECTION, CPU, EXIST, FILEDESCRIPTORS, GID, LOAD, MEMORY, NOT, UID, UPTIME};
use crate::config::grammar::{
    connection, existence, file_tests, process_tests as process, system_tests,
};
use crate::config::keyword::Keyword;

const SECURITY: &[Keyword] = &[Keyword::Security];

/// All of them.
pub(super) const TESTS: Tests = Tests {
    plain: &[
        (NOT, existence::not_exist),
        (EXIST, existence::exist),
        (CPU, process::cpu),
        (&[Keyword::TotalCpu], process::total_cpu),
        (MEMORY, process::memory),
        (&[Keyword::TotalMemory], process::total_memory),
        (&[Keyword::Total], process::total),
        (&[Keyword::Children], process::children),
        (&[Keyword::Threads], process::threads),
        (UPTIME, process::uptime),
        (FILEDESCRIPTORS, process::filedescriptors),
        (&[Keyword::Read], process::read),
        (&[Keyword::Write], process::write),
        (&[Keyword::Disk], process::disk),
        (SECURITY, process::attribute_is),
        // The machine's, as old files for a web server have it.
        (LOAD, system_tests::load),
    ],
    failed: &[
        (CONNECTION, connection::failed),
        (UID, file_tests::uid),
        (&[Keyword::Euid], process::effective_uid),
        (GID, file_tests::gid),
        (SECURITY, process::attribute_failed),
    ],
    succeeded: &[(CONNECTION, connection::succeeded)],
    changed: &[
        (&[Keyword::Pid], process::pid_changed),
        (&[Keyword::Ppid], process::ppid_changed),
    ],
    connections: true,
};
