//! The parts of a process that cost a read of their own.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::needs::Needs;
use crate::pattern::Pattern;
use crate::reading::{Descriptors, Io, OpenFilesLimits, ProcessDetails, parse_pss};
use crate::sys::exits::text_of;

/// The most of one of these texts that is read; what is needed of them comes first.
const TEXT_LIMIT: usize = 4096;

/// What `needs` asks for, its descendants and its rates aside; `None` where it asks for nothing.
pub(super) fn details(pid: i32, needs: &Needs) -> Option<Box<ProcessDetails>> {
    if !needs.descriptors && !needs.attribute {
        return None;
    }
    let attribute = if needs.attribute {
        attribute(pid)
    } else {
        None
    };
    let mut attribute_matches = Vec::new();
    for pattern in &needs.patterns {
        if let Some(name) = &attribute {
            let is_match = Pattern::new(pattern).is_match(name.as_bytes());
            attribute_matches.push((pattern.clone(), is_match));
        }
    }
    Some(Box::new(ProcessDetails {
        descriptors: if needs.descriptors {
            descriptors(pid)
        } else {
            None
        },
        attribute,
        attribute_matches,
        ..ProcessDetails::default()
    }))
}

/// What it has read and written so far.
pub(super) fn io(pid: i32) -> Option<Io<u64>> {
    Io::parse(&text(pid, "io")?)
}

/// Memory in KiB, what is shared counted by its share.
pub(super) fn proportional_kib(pid: i32) -> Option<u64> {
    parse_pss(&text(pid, "smaps_rollup")?)
}

/// How many files a process has open. Kernels from 6.2 on tell by the size of the folder; where
/// that says nothing, its entries are counted.
pub(super) fn open_files(pid: i32) -> Option<u64> {
    let path = format!("/proc/{pid}/fd");
    match fs::metadata(&path).ok()?.size() {
        0 => Some(fs::read_dir(&path).ok()?.count() as u64),
        known => Some(known),
    }
}

fn descriptors(pid: i32) -> Option<Descriptors> {
    Some(Descriptors {
        open: open_files(pid)?,
        limits: text(pid, "limits").and_then(|text| OpenFilesLimits::parse(&text)),
    })
}

/// Security modules end it with a line end, some with a NUL. Without any the kernel has no file, or
/// one that cannot be read.
fn attribute(pid: i32) -> Option<Box<str>> {
    let text = text(pid, "attr/current")?;
    let end = text.iter().position(|&byte| byte == 0 || byte == b'\n');
    let name = &text[..end.unwrap_or(text.len())];
    Some(String::from_utf8_lossy(name).into())
}

fn text(pid: i32, name: &str) -> Option<Vec<u8>> {
    text_of(pid, name, TEXT_LIMIT).ok().flatten()
}
