//! A file's reading as text: what a child that looked hands to its parent.
//!
//! The first line says whether the file is there and what stat(2) told, each further one is a hash
//! or tells of its lines: how far they were read, or why not, and those that count for a test.
//! Both ends are the same program, so there is no version; a child that died half-way is told by
//! the last line, `.`.

use std::fmt::Write;

use crate::model::ChecksumKind;
use crate::reading::{
    ContentMark, ContentReading, Digest, FileKind, FileReading, Presence, Reading, hexadecimal,
};

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

const INFALLIBLE: &str = "writing to a String does not fail";

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
        written.expect(INFALLIBLE);
    }
    match &facts.content {
        None => {}
        Some(Err(why)) => writeln!(text, "unread {why}").expect(INFALLIBLE),
        Some(Ok(content)) => write_content(&mut text, content),
    }
    text.push_str(".\n");
    text
}

/// Half of what a pipe takes; where more was found, the rest says only which tests it is for.
const LONGEST: usize = 32 * 1024;

fn write_content(text: &mut String, content: &ContentReading) {
    let ContentMark {
        inode,
        offset,
        inside,
    } = content.mark;
    let (inside, tests) = (u8::from(inside), content.found.len());
    writeln!(text, "content {inode} {offset} {inside} {tests}").expect(INFALLIBLE);
    let found = content.found.iter().enumerate();
    for (index, lines) in found.filter_map(|(index, lines)| Some((index, lines.as_ref()?))) {
        let lines = lines.replace('\\', "\\\\").replace('\n', "\\n");
        let room = text.len() + lines.len() <= LONGEST;
        let lines = if room { &lines } else { "...\\n" };
        writeln!(text, "lines {index} {lines}").expect(INFALLIBLE);
    }
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
            for line in lines {
                further(line, &mut facts)?;
            }
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
        digests: Box::default(),
        content: None,
    })
}

/// A line behind the first.
fn further(line: &str, facts: &mut FileReading) -> Option<()> {
    let (name, rest) = line.split_once(' ')?;
    match (name, &mut facts.content) {
        ("unread", None) => facts.content = Some(Err(rest.into())),
        ("content", None) => facts.content = Some(Ok(Box::new(content(rest)?))),
        ("lines", Some(Ok(content))) => {
            let (index, lines) = rest.split_once(' ')?;
            let index: usize = index.parse().ok()?;
            *content.found.get_mut(index)? = Some(unescape(lines));
        }
        _ => {
            let mut digests = std::mem::take(&mut facts.digests).into_vec();
            digests.push(digest(name, rest)?);
            facts.digests = digests.into();
        }
    }
    Some(())
}

/// So many tests at most: a thousand for each file of patterns.
const TESTS_LIMIT: usize = 1 << 20;

fn content(line: &str) -> Option<ContentReading> {
    let mut words = line.split(' ');
    let mark = ContentMark {
        inode: words.next()?.parse().ok()?,
        offset: words.next()?.parse().ok()?,
        inside: words.next()? == "1",
    };
    let tests: usize = words.next()?.parse().ok()?;
    let found = (tests <= TESTS_LIMIT).then(|| vec![None; tests].into())?;
    Some(ContentReading { mark, found })
}

fn unescape(lines: &str) -> Box<str> {
    let mut text = String::with_capacity(lines.len());
    let mut letters = lines.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' if letters.next() == Some('n') => '\n',
            _ => letter,
        });
    }
    text.into()
}

fn digest(name: &str, rest: &str) -> Option<Digest> {
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
            digests: [
                Digest {
                    kind: ChecksumKind::Sha1,
                    value: Ok([0, 0x7f, 0xff].into()),
                },
                Digest {
                    kind: ChecksumKind::Md5,
                    value: Err("Input/output error".into()),
                },
            ]
            .into(),
            content: Some(Ok(Box::new(ContentReading {
                mark: ContentMark {
                    inode: u64::MAX,
                    offset: 5_000_000_000,
                    inside: true,
                },
                found: [None, Some("a\\n\tb\n\\\n...\n".into()), None].into(),
            }))),
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
