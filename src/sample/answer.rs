//! A file's reading as text: what a child that looked hands to its parent.
//!
//! The first line says whether the file is there and what stat(2) told, each further one is a hash.
//! Both ends are the same program, so there is no version; a child that died half-way is told by
//! the last line, `.`.

use std::fmt::Write;

use crate::model::ChecksumKind;
use crate::reading::{Digest, FileKind, FileReading, Presence, Reading, hexadecimal};

const FILE_KINDS: [FileKind; 7] = [
    FileKind::Regular,
    FileKind::Directory,
    FileKind::Fifo,
    FileKind::Socket,
    FileKind::BlockDevice,
    FileKind::CharacterDevice,
    FileKind::Other,
];
const CHECKSUM_KINDS: [ChecksumKind; 3] =
    [ChecksumKind::Md5, ChecksumKind::Sha1, ChecksumKind::Sha256];

/// A file's reading as text; another subject's as nothing.
pub(super) fn encode(reading: &Reading) -> Vec<u8> {
    match reading {
        Reading::File(Presence::Present(facts)) => present(facts),
        Reading::File(Presence::Absent) => "absent\n.\n".to_owned(),
        Reading::File(Presence::Unreadable(why)) => format!("unreadable {why}\n.\n"),
        Reading::Process(_)
        | Reading::Filesystem(_)
        | Reading::Host
        | Reading::Program(_)
        | Reading::Network(_)
        | Reading::System(_) => String::new(),
    }
    .into_bytes()
}

fn present(facts: &FileReading) -> String {
    let kind = FILE_KINDS.iter().position(|&kind| kind == facts.kind);
    let mut text = format!(
        "present {} {} {} {} {} {} {} {} {}\n",
        kind.unwrap_or(FILE_KINDS.len() - 1),
        facts.permission,
        facts.uid,
        facts.gid,
        facts.links,
        facts.size,
        facts.accessed,
        facts.modified,
        facts.changed
    );
    for digest in &facts.digests {
        let name = digest.kind.name();
        let written = match &digest.value {
            Ok(hash) => writeln!(text, "{name} is {}", hexadecimal(hash)),
            Err(why) => writeln!(text, "{name} not {why}"),
        };
        written.expect("writing to a String does not fail");
    }
    text.push_str(".\n");
    text
}

/// The reading again; `None` if the text is not whole.
pub(super) fn decode(text: &[u8]) -> Option<Reading> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix(".\n")?;
    let mut lines = text.lines();
    let first = lines.next()?;
    let (word, rest) = first.split_once(' ').unwrap_or((first, ""));
    let presence = match word {
        "present" => {
            let mut facts = facts(rest)?;
            facts.digests = lines.map(digest).collect::<Option<_>>()?;
            Presence::Present(facts)
        }
        "absent" => Presence::Absent,
        "unreadable" => Presence::Unreadable(rest.into()),
        _ => return None,
    };
    Some(Reading::File(presence))
}

fn facts(line: &str) -> Option<FileReading> {
    let mut words = line.split(' ');
    let kind: usize = words.next()?.parse().ok()?;
    Some(FileReading {
        kind: *FILE_KINDS.get(kind)?,
        permission: words.next()?.parse().ok()?,
        uid: words.next()?.parse().ok()?,
        gid: words.next()?.parse().ok()?,
        links: words.next()?.parse().ok()?,
        size: words.next()?.parse().ok()?,
        accessed: words.next()?.parse().ok()?,
        modified: words.next()?.parse().ok()?,
        changed: words.next()?.parse().ok()?,
        digests: Vec::new(),
    })
}

fn digest(line: &str) -> Option<Digest> {
    let (name, rest) = line.split_once(' ')?;
    let kind = CHECKSUM_KINDS
        .into_iter()
        .find(|kind| kind.name() == name)?;
    let value = match rest.split_once(' ')? {
        ("is", hash) => Ok(bytes(hash)?),
        ("not", why) => Err(why.into()),
        _ => return None,
    };
    Some(Digest { kind, value })
}

fn bytes(hexadecimal: &str) -> Option<Box<[u8]>> {
    let byte = |at| u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok();
    (0..hexadecimal.len()).step_by(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> FileReading {
        FileReading {
            kind: FileKind::Fifo,
            permission: 0o4755,
            uid: u32::MAX,
            gid: 7,
            links: 3,
            size: u64::MAX,
            accessed: i64::MIN,
            modified: -1,
            changed: 4_000_000_000,
            digests: vec![
                Digest {
                    kind: ChecksumKind::Sha1,
                    value: Ok([0, 0x7f, 0xff].into()),
                },
                Digest {
                    kind: ChecksumKind::Md5,
                    value: Err("Input/output error".into()),
                },
            ],
        }
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        for presence in [
            Presence::Present(whole()),
            Presence::Absent,
            Presence::Unreadable("Permission denied".into()),
        ] {
            let reading = Reading::File(presence);
            assert_eq!(decode(&encode(&reading)), Some(reading));
        }
        for kind in FILE_KINDS {
            let reading = Reading::File(Presence::Present(FileReading { kind, ..whole() }));
            assert_eq!(decode(&encode(&reading)), Some(reading));
        }
    }

    #[test]
    fn a_text_cut_anywhere_is_refused() {
        let text = encode(&Reading::File(Presence::Present(whole())));
        for end in 0..text.len() {
            assert_eq!(decode(&text[..end]), None, "{end}");
        }
        assert_eq!(decode(b"nonsense\n.\n"), None);
        assert_eq!(decode(b"present 9 0 0 0 0 0 0 0 0\n.\n"), None);
        assert_eq!(decode(b"present 0 0 0 0 0 0 0 0 0\nMD5 is 0g\n.\n"), None);
    }
}
