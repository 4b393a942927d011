//! Sizes and times that hold where nothing else is said.

use std::time::Duration;

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::Symbol;
use crate::model::Limits;
use crate::text::Diagnostic;

/// No buffer of a control file is larger: the small memory of the whole program is a promise.
const BUFFER_LIMIT: u64 = 64 * 1024 * 1024;

#[derive(Clone, Copy)]
enum Entry {
    Bytes(fn(&mut Limits) -> &mut usize),
    Time(fn(&mut Limits) -> &mut Duration),
}

const ENTRIES: &[(Keyword, Entry)] = &[
    (
        Keyword::ProgramOutput,
        Entry::Bytes(|l| &mut l.program_output),
    ),
    (
        Keyword::SendExpectBuffer,
        Entry::Bytes(|l| &mut l.send_expect_buffer),
    ),
    (
        Keyword::FileContentBuffer,
        Entry::Bytes(|l| &mut l.file_content_buffer),
    ),
    (
        Keyword::HttpContentBuffer,
        Entry::Bytes(|l| &mut l.http_content_buffer),
    ),
    (
        Keyword::NetworkTimeout,
        Entry::Time(|l| &mut l.network_timeout),
    ),
    (
        Keyword::ProgramTimeout,
        Entry::Time(|l| &mut l.program_timeout),
    ),
    (Keyword::ExecTimeout, Entry::Time(|l| &mut l.exec_timeout)),
    (Keyword::StartTimeout, Entry::Time(|l| &mut l.start_timeout)),
    (Keyword::StopTimeout, Entry::Time(|l| &mut l.stop_timeout)),
    (
        Keyword::RestartTimeout,
        Entry::Time(|l| &mut l.restart_timeout),
    ),
];

/// `set limits { NAME: NUMBER UNIT, … }`
///
/// ```text
/// set limits { programOutput: 1 kB, networkTimeout: 1500 ms, startTimeout: 2 minutes }
/// set limits {
///     sendExpectBuffer:  256 B
///     fileContentBuffer: 512 B
///     httpContentBuffer: 1 MB
///     fileContentBuffer: 512 B
///     stopTimeout:       30 s
/// }
/// ```
pub(super) fn limits(p: &mut Parser<'_>) -> Parsed {
    p.expect_sign(Symbol::OpenBrace)?;
    let read = entries(p);
    if read.is_err() {
        p.skip_block();
    }
    read
}

fn entries(p: &mut Parser<'_>) -> Parsed {
    while !p.accept_sign(Symbol::CloseBrace) {
        let Some(entry) = p.accept_row(ENTRIES) else {
            return Err(p.unexpected());
        };
        if !p.accept_sign(Symbol::Equal) {
            p.skip_sign(Symbol::Colon);
        }
        match entry {
            Entry::Bytes(field) => {
                let bytes = buffer(p)?;
                *field(&mut p.syntax().settings.limits) = bytes;
            }
            Entry::Time(field) => {
                let time = p.time_limit()?;
                *field(&mut p.syntax().settings.limits) = time.value;
            }
        }
    }
    Ok(())
}

/// `set expectbuffer NUMBER [UNIT]`: the old way to say `sendExpectBuffer`.
///
/// ```text
/// set expectbuffer 512 bytes
/// ```
pub(super) fn expectbuffer(p: &mut Parser<'_>) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let bytes = buffer(p)?;
    p.syntax().settings.limits.send_expect_buffer = bytes;
    Ok(())
}

fn buffer(p: &mut Parser<'_>) -> Parsed<usize> {
    let size = p.size()?;
    match usize::try_from(size.value) {
        Ok(bytes) if bytes > 0 && size.value <= BUFFER_LIMIT => Ok(bytes),
        Ok(_) | Err(_) => {
            let error = Diagnostic::error(size.span, "a buffer is 1 B to 64 MB large");
            Err(p.error(error))
        }
    }
}
