//! What stat(2) says about a path.

use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use crate::reading::{FileKind, FileReading, Presence};
use crate::sys::errno::words;
use crate::sys::file::times;

/// Looks at a path, following symbolic links, opening nothing. The hashes are still missing.
pub(super) fn look(path: &str) -> Presence<FileReading> {
    match fs::metadata(path) {
        Ok(facts) => Presence::Present(reading(path, &facts)),
        Err(error) if is_absence(&error) => Presence::Absent,
        Err(error) => Presence::Unreadable(words(&error)),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn reading(path: &str, facts: &Metadata) -> FileReading {
    let times = times(path, facts);
    FileReading {
        kind: kind(facts.file_type()),
        permission: facts.mode() & 0o7777,
        uid: facts.uid(),
        gid: facts.gid(),
        links: facts.nlink(),
        size: facts.len(),
        accessed: times.accessed,
        modified: times.modified,
        changed: times.changed,
        digests: Box::default(),
        content: None,
    }
}

fn kind(of: FileType) -> FileKind {
    let kinds = [
        (of.is_file(), FileKind::Regular),
        (of.is_dir(), FileKind::Directory),
        (of.is_fifo(), FileKind::Fifo),
        (of.is_socket(), FileKind::Socket),
        (of.is_block_device(), FileKind::BlockDevice),
        (of.is_char_device(), FileKind::CharacterDevice),
    ];
    let found = kinds.into_iter().find(|(is, _)| *is);
    found.map_or(FileKind::Other, |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::sys::testing::Folder;

    fn kind_of(path: &std::path::Path) -> FileKind {
        match look(path.to_str().unwrap()) {
            Presence::Present(reading) => reading.kind,
            absent @ (Presence::Absent | Presence::Unreadable(_)) => panic!("{absent:?}"),
        }
    }

    #[test]
    fn every_kind_of_thing() {
        let folder = Folder::new();
        assert_eq!(kind_of(&folder.file("file", "")), FileKind::Regular);
        assert_eq!(kind_of(&folder.path("")), FileKind::Directory);
        assert_eq!(kind_of(&folder.fifo("fifo")), FileKind::Fifo);
        let socket = folder.path("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        assert_eq!(kind_of(&socket), FileKind::Socket);
        assert_eq!(kind_of("/dev/null".as_ref()), FileKind::CharacterDevice);
        symlink(folder.path("file"), folder.path("link")).unwrap();
        assert_eq!(kind_of(&folder.path("link")), FileKind::Regular);
    }

    #[test]
    fn what_stat_says() {
        let folder = Folder::new();
        let path = folder.file("file", "12345");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o4751)).unwrap();
        let facts = fs::metadata(&path).unwrap();
        let expected = FileReading {
            kind: FileKind::Regular,
            permission: 0o4751,
            uid: facts.uid(),
            gid: facts.gid(),
            links: 1,
            size: 5,
            accessed: facts.atime(),
            modified: facts.mtime(),
            changed: facts.ctime(),
            digests: Box::default(),
            content: None,
        };
        let path = path.to_str().unwrap();
        assert_eq!(look(path), Presence::Present(expected));
    }

    #[test]
    fn absent_is_not_unreadable() {
        let folder = Folder::new();
        let absent = |name: &str| look(folder.path(name).to_str().unwrap());
        assert_eq!(absent("none"), Presence::Absent);
        folder.file("file", "");
        assert_eq!(absent("file/below"), Presence::Absent);
        symlink(folder.path("gone"), folder.path("dangling")).unwrap();
        assert_eq!(absent("dangling"), Presence::Absent);
        symlink(folder.path("loop"), folder.path("loop")).unwrap();
        for unreadable in [absent("loop"), look("a\0b")] {
            assert!(
                matches!(unreadable, Presence::Unreadable(_)),
                "{unreadable:?}"
            );
        }
    }
}
