//! `/proc/mounts`: what is mounted where, and which of it may never answer.

/// The file systems whose answers come over a network or from another program. Asking one whose
/// server is gone can take for ever; `autofs` mounts something, perhaps such a one, when asked.
const REMOTE: [&str; 17] = [
    "9p",
    "acfs",
    "afs",
    "autofs",
    "ceph",
    "cifs",
    "coda",
    "fuse",
    "gfs2",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "smb3",
    "smbfs",
];

/// What is mounted where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mounts {
    /// In the order of the table.
    mounts: Vec<Mount>,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// A device, `host:/export`, `//server/share`; any name where there is nothing behind it.
    pub source: Vec<u8>,
    /// Where.
    pub point: Vec<u8>,
    /// `ext3`, `nfs`.
    pub kind: Box<str>,
    /// `rw,noatime`, in the kernel's order.
    pub flags: Box<str>,
}

impl Mount {
    /// Device, mount point, type, flags; blanks in them are written `\040`.
    fn parse(line: &[u8]) -> Option<Self> {
        let mut words = line.split(|&byte| byte == b' ');
        let mut word = || words.next().map(unescape);
        let (source, point) = (word()?, word()?);
        let mut text = || word().map(|word| String::from_utf8_lossy(&word).into());
        Some(Self {
            source,
            point,
            kind: text()?,
            flags: text().unwrap_or_default(),
        })
    }

    /// Whether its answers come from another machine or another program.
    pub fn is_remote(&self) -> bool {
        REMOTE.contains(&&*self.kind) || self.kind.starts_with("fuse.")
    }
}

impl Mounts {
    /// One mount a line.
    pub fn parse(text: &[u8]) -> Self {
        let lines = text.split(|&byte| byte == b'\n');
        Self {
            mounts: lines.filter_map(Mount::parse).collect(),
        }
    }

    /// Whether nothing remote is mounted, which saves all further questions.
    pub fn are_local(&self) -> bool {
        !self.mounts.iter().any(Mount::is_remote)
    }

    /// Whether the path lies on a remote file system: the longest mount point above it counts, and
    /// of several mounted there the last. The path is absolute and leads through no symbolic link.
    pub fn is_remote(&self, path: &[u8]) -> bool {
        let above = self.mounts.iter().filter(|it| lies_under(path, &it.point));
        let nearest = above.max_by_key(|mount| mount.point.len());
        nearest.is_some_and(Mount::is_remote)
    }

    /// Whether the way to this path leads over a remote file system, itself included.
    pub fn leads_through_remote(&self, path: &[u8]) -> bool {
        let mut above = self.mounts.iter().filter(|it| lies_under(path, &it.point));
        above.any(Mount::is_remote)
    }

    /// What is mounted at this very path: the last counts, because it hides those before, as the
    /// disk hides the `rootfs` that every table began with once.
    pub fn at(&self, path: &[u8]) -> Option<&Mount> {
        self.mounts.iter().rfind(|mount| mount.point == path)
    }

    /// Where a device, an export or a share is mounted: the first place where it can be seen. A
    /// bind mount comes later than what it shows again.
    pub fn of(&self, source: &[u8]) -> Option<&Mount> {
        let source = without_slashes(source);
        let is_wanted = |mount: &&Mount| without_slashes(&mount.source) == source;
        self.mounts
            .iter()
            .filter(is_wanted)
            .find(|it| self.is_visible(it))
    }

    /// The local mounts of devices that can be seen, in the order of the table.
    pub fn of_devices(&self) -> impl Iterator<Item = &Mount> {
        let is_device = |mount: &&Mount| mount.source.starts_with(b"/dev/") && !mount.is_remote();
        let devices = self.mounts.iter().filter(is_device);
        devices.filter(|mount| self.is_visible(mount))
    }

    /// Whether nothing else is mounted over it.
    fn is_visible(&self, mount: &Mount) -> bool {
        self.at(&mount.point)
            .is_some_and(|at| std::ptr::eq(at, mount))
    }
}

/// `host:/export/` is `host:/export`.
fn without_slashes(mut source: &[u8]) -> &[u8] {
    while let [rest @ .., b'/'] = source {
        source = rest;
    }
    source
}

fn lies_under(path: &[u8], point: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(point) else {
        return false;
    };
    rest.is_empty() || rest.starts_with(b"/") || point.ends_with(b"/")
}

/// `\040` and its like: a backslash and three octal digits.
pub(super) fn unescape(mut word: &[u8]) -> Vec<u8> {
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
    fn tables_without_remote_mounts() {
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
    fn a_disk_beyond_a_network() {
        let mounts = Mounts::parse(TABLE.as_bytes());
        let through = |path: &str| mounts.leads_through_remote(path.as_bytes());
        assert!(through("/srv/data/local") && !mounts.is_remote(b"/srv/data/local"));
        assert!(through("/srv/data") && !through("/srv") && !through("/mnt/usb"));
    }

    #[test]
    fn a_mount_by_its_point() {
        let mounts = Mounts::parse(TABLE.as_bytes());
        let kind = |path: &str| mounts.at(path.as_bytes()).map(|mount| &*mount.kind);
        assert_eq!(kind("/"), Some("ext3"));
        assert_eq!(kind("/twice"), Some("ext2"));
        assert_eq!(kind("/mnt/my disk"), Some("cifs"));
        for path in ["/srv", "/srv/data/file", "/mnt/my", ""] {
            assert_eq!(kind(path), None, "{path}");
        }
        let root = mounts.at(b"/").unwrap();
        assert_eq!(
            (&*root.source, &*root.flags),
            (&b"/dev/hda1"[..], "rw,data=ordered")
        );
    }

    #[test]
    fn a_mount_by_its_source() {
        let mounts = Mounts::parse(TABLE.as_bytes());
        let point = |source: &str| {
            let mount = mounts.of(source.as_bytes())?;
            Some(String::from_utf8_lossy(&mount.point))
        };
        for (source, expected) in [
            ("/dev/hda1", "/"),
            ("server:/export", "/srv/data"),
            ("server:/export/", "/srv/data"),
            ("//pc/c", "/mnt/my disk"),
            ("me@host:/", "/mnt/ssh"),
            ("me@host:", "/mnt/ssh"),
            ("/dev/hdc1", "/twice"),
        ] {
            assert_eq!(point(source).as_deref(), Some(expected), "{source}");
        }
        // Mounted over, or not at all.
        for source in ["rootfs", "server:/a", "server:/", "/dev/hda", "pc/c", ""] {
            assert_eq!(point(source), None, "{source}");
        }
    }

    #[test]
    fn the_first_place_of_a_device_counts() {
        let mounts = Mounts::parse(
            b"/dev/sda1 /old ext4 rw 0 0\ntmpfs /old tmpfs rw 0 0\n/dev/sda1 /srv ext4 rw 0 0\n\
            /dev/sda1 /jail/srv ext4 ro 0 0\n",
        );
        assert_eq!(mounts.of(b"/dev/sda1").unwrap().point, b"/srv");
    }

    #[test]
    fn devices_that_can_be_seen() {
        let mounts = Mounts::parse(TABLE.as_bytes());
        let sources: Vec<_> = mounts.of_devices().map(|mount| &*mount.source).collect();
        let expected = ["/dev/hda1", "/dev/hdb1", "/dev/sdc1", "/dev/hdc1"];
        assert_eq!(sources, expected.map(str::as_bytes));
    }

    #[test]
    fn thousands_of_mounts_and_long_lines() {
        let flags = "x".repeat(2_000);
        let line = |number| format!("none /mnt/{number} overlay rw,lowerdir={flags} 0 0\n");
        let table: String = (0..4096).map(line).collect();
        let mounts = Mounts::parse(table.as_bytes());
        let last = mounts.at(b"/mnt/4095").unwrap();
        assert_eq!(last.flags.len(), "rw,lowerdir=".len() + flags.len());
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(b"a\\040b\\134c\\011"), b"a b\\c\t");
        assert_eq!(unescape(b"\\04\\9\\777\\"), b"\\04\\9\\777\\");
    }
}
