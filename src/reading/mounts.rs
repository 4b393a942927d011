//! `/proc/mounts`: which paths lie on file systems that may never answer.

/// The file systems whose answers come over a network or from another program. Asking one whose
/// server is gone can take for ever; `autofs` mounts something, perhaps such a one, when asked.
const REMOTE: [&[u8]; 17] = [
    b"9p",
    b"acfs",
    b"afs",
    b"autofs",
    b"ceph",
    b"cifs",
    b"coda",
    b"fuse",
    b"gfs2",
    b"glusterfs",
    b"lustre",
    b"ncpfs",
    b"nfs",
    b"nfs4",
    b"ocfs2",
    b"smb3",
    b"smbfs",
];

/// What is mounted where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mounts {
    /// Mount points in the order of the table, and whether a remote file system is mounted there.
    /// Empty where there is no remote one at all.
    points: Vec<(Vec<u8>, bool)>,
}

impl Mounts {
    /// One mount a line: device, mount point, type; blanks in them are written `\040`.
    pub fn parse(text: &[u8]) -> Self {
        let points: Vec<(Vec<u8>, bool)> = text
            .split(|&byte| byte == b'\n')
            .filter_map(|line| {
                let mut words = line.split(|&byte| byte == b' ').skip(1);
                let point = unescape(words.next()?);
                Some((point, is_remote(words.next()?)))
            })
            .collect();
        if points.iter().any(|(_, is_remote)| *is_remote) {
            Self { points }
        } else {
            Self::default()
        }
    }

    /// Whether nothing remote is mounted, which saves all further questions.
    pub fn are_local(&self) -> bool {
        self.points.is_empty()
    }

    /// Whether the path lies on a remote file system: the longest mount point above it counts, and
    /// of several mounted there the last. The path is absolute and leads through no symbolic link.
    pub fn is_remote(&self, path: &[u8]) -> bool {
        let above = self
            .points
            .iter()
            .filter(|(point, _)| lies_under(path, point));
        let nearest = above.max_by_key(|(point, _)| point.len());
        nearest.is_some_and(|(_, is_remote)| *is_remote)
    }
}

fn is_remote(kind: &[u8]) -> bool {
    REMOTE.contains(&kind) || kind.starts_with(b"fuse.")
}

fn lies_under(path: &[u8], point: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(point) else {
        return false;
    };
    rest.is_empty() || rest.starts_with(b"/") || point.ends_with(b"/")
}

/// `\040` and its like: a backslash and three octal digits.
fn unescape(mut word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    while let [first, rest @ ..] = word {
        match rest {
            [
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                after @ ..,
            ] if *first == b'\\' => {
                bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                word = after;
            }
            _ => {
                bytes.push(*first);
                word = rest;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "rootfs / rootfs rw 0 0\n/dev/hda1 / ext3 rw,data=ordered 0 0\n\
        proc /proc proc rw 0 0\nserver:/export /srv/data nfs rw,hard 0 0\n\
        /dev/hdb1 /srv/data/local ext3 rw 0 0\n//pc/c /mnt/my\\040disk cifs rw 0 0\n\
        me@host:/ /mnt/ssh fuse.sshfs rw 0 0\n/dev/sdc1 /mnt/usb fuseblk rw 0 0\n\
        auto /home autofs rw 0 0\nserver:/a /twice nfs rw 0 0\n/dev/hdc1 /twice ext2 rw 0 0\n";

    #[test]
    fn the_nearest_mount_counts() {
        let mounts = Mounts::parse(TABLE.as_bytes());
        for remote in [
            "/srv/data",
            "/srv/data/file",
            "/mnt/my disk/x",
            "/mnt/ssh/x",
            "/home/joe",
        ] {
            assert!(mounts.is_remote(remote.as_bytes()), "{remote}");
        }
        for local in [
            "/",
            "/etc/passwd",
            "/srv",
            "/srv/database",
            "/srv/data/local/x",
            "/mnt/usb/x",
            "/twice/x",
            "/mnt/my",
        ] {
            assert!(!mounts.is_remote(local.as_bytes()), "{local}");
        }
    }

    #[test]
    fn a_table_without_remote_mounts_holds_nothing() {
        for text in ["", "\n", "/dev/hda1 / ext3 rw 0 0\n", "odd\nline s\n"] {
            assert!(Mounts::parse(text.as_bytes()).are_local());
        }
    }

    #[test]
    fn a_root_over_the_network() {
        let mounts = Mounts::parse(b"server:/ / nfs rw 0 0\ntmpfs /run tmpfs rw 0 0\n");
        assert!(mounts.is_remote(b"/etc/passwd"));
        assert!(!mounts.is_remote(b"/run/tend.pid"));
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(b"a\\040b\\134c\\011"), b"a b\\c\t");
        assert_eq!(unescape(b"\\04\\9\\777\\"), b"\\04\\9\\777\\");
    }
}
