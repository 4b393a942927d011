//! Mounted file systems.
//!
//! What is mounted where is told by the kernel's table, which waits for nobody; so are the counters
//! of the disks. Only the file system itself is asked for its blocks, and one that lies beyond a
//! network by a child.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::remote::{is_remote, resolve};
use crate::reading::{
    Activity, DiskCounters, FilesystemReading, Inodes, Mount, Mounts, Presence, Space,
    parse_mountstats,
};
use crate::sys::errno::words;
use crate::sys::file::read_kernel;
use crate::sys::filesystem::{device_numbers, is_gone, statistics};

/// The most of one of the kernel's tables that is read: thousands of mounts or disks.
const TABLE_LIMIT: usize = 4 << 20;
/// `/proc/mounts` points here, and is not there where `/proc` holds processes alone.
const TABLE: &str = "/proc/self/mounts";

/// The kernel's tables, each read once for all the looks of a step.
#[derive(Default)]
pub(super) struct Tables {
    mounts: Option<Mounts>,
    /// Why there is no table of mounts.
    unreadable: Option<Box<str>>,
    disks: Option<Vec<u8>>,
    nfs: Option<Vec<u8>>,
}

impl Tables {
    /// What is mounted at this moment.
    pub(super) fn mounts(&mut self) -> &Mounts {
        self.mounts.get_or_insert_with(|| {
            let table = read_kernel(TABLE, TABLE_LIMIT);
            let why = |error| format!("the table of mounts cannot be read: {}", words(&error));
            Mounts::parse(&table.unwrap_or_else(|error| {
                self.unreadable = Some(why(error).into());
                Vec::new()
            }))
        })
    }

    /// Why it is not known what is mounted, if it is not.
    pub(super) fn unreadable(&mut self) -> Option<Box<str>> {
        self.mounts();
        self.unreadable.clone()
    }

    /// What was read from a mounted file system and written to it, if anybody counts.
    pub(super) fn counters(&mut self, mount: &Mount) -> Option<DiskCounters> {
        if matches!(&*mount.kind, "nfs" | "nfs4") {
            let text = self
                .nfs
                .get_or_insert_with(|| text("/proc/self/mountstats"));
            return parse_mountstats(text, &mount.point);
        }
        if mount.is_remote() {
            return None;
        }
        let is_far = self.mounts().leads_through_remote(&mount.point);
        let device = device(mount, !is_far)?;
        let text = self.disks.get_or_insert_with(|| text("/proc/diskstats"));
        DiskCounters::parse(text, device)
    }
}

pub(super) fn mounts() -> Mounts {
    Mounts::parse(&text(TABLE))
}

fn text(path: &str) -> Vec<u8> {
    read_kernel(path, TABLE_LIMIT).unwrap_or_default()
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// The numbers of the disk under a local mount: those of the device the table names; where there is
/// no such device, like `/dev/root`, those of the files on it, if they may be asked.
fn device(mount: &Mount, may_ask: bool) -> Option<(u32, u32)> {
    let of_source = block_device(path(&mount.source));
    let of_files = || {
        let facts = fs::metadata(path(&mount.point)).ok().filter(|_| may_ask);
        facts.map(|facts| facts.dev())
    };
    let (major, minor) = device_numbers(of_source.or_else(of_files)?);
    (major != 0).then_some((major, minor))
}

/// The device number of a block device's file.
fn block_device(path: &Path) -> Option<u64> {
    if !path.starts_with("/dev") {
        return None;
    }
    let facts = fs::metadata(path).ok()?;
    facts.file_type().is_block_device().then(|| facts.rdev())
}

/// What `check filesystem` names, if it is mounted: a mount point, a device under any of its names,
/// or just what the table calls the source. A folder that is not a mount point itself is none: not
/// the figures of the disk above it are wanted (reference `log/extra.log`).
pub(super) fn find(target: &str, mounts: &Mounts) -> Option<Mount> {
    if target.starts_with('/') {
        let resolved = resolve(target, mounts).path;
        let bytes = resolved.as_os_str().as_bytes();
        let named = mounts.at(bytes).or_else(|| mounts.of(target.as_bytes()));
        let named = named.or_else(|| mounts.of(bytes));
        return named.or_else(|| by_number(&resolved, mounts)).cloned();
    }
    mounts.of(target.as_bytes()).cloned()
}

/// The mount of a device whose name the table does not know: `/dev/root`, `/dev/mapper/x`.
fn by_number<'a>(device: &Path, mounts: &'a Mounts) -> Option<&'a Mount> {
    let wanted = block_device(device)?;
    mounts.of_devices().find(|mount| {
        let source = block_device(path(&mount.source));
        let files = || {
            fs::metadata(path(&mount.point))
                .ok()
                .map(|facts| facts.dev())
        };
        let may_ask = !mounts.leads_through_remote(&mount.point);
        source.or_else(|| files().filter(|_| may_ask)) == Some(wanted)
    })
}

/// Whether a look at it may have to wait for somebody.
pub(super) fn is_far(target: &str, mount: &Mount, mounts: &Mounts) -> bool {
    mounts.leads_through_remote(&mount.point)
        || (target.starts_with('/') && is_remote(target, mounts))
}

/// What only the file system itself can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    permission: u32,
    uid: u32,
    gid: u32,
    space: Space,
    inodes: Option<Inodes>,
}

/// Asks it; may wait for the server of a remote one. Of a device the mode and owner are the
/// device's, as in the reference.
pub(super) fn ask(target: &str, mount: &Mount) -> Presence<Told> {
    let point = path(&mount.point);
    let found = match statistics(point) {
        Ok(found) => found,
        Err(error) if is_gone(&error) => return Presence::Absent,
        Err(error) => return Presence::Unreadable(words(&error)),
    };
    let is_path = target.starts_with('/') && !target.starts_with("//");
    let named = if is_path { Path::new(target) } else { point };
    let facts = match fs::metadata(named).or_else(|_| fs::metadata(point)) {
        Ok(facts) => facts,
        Err(error) => return Presence::Unreadable(words(&error)),
    };
    let bytes = |blocks: u64| blocks.saturating_mul(found.block);
    Presence::Present(Told {
        permission: facts.mode() & 0o7777,
        uid: facts.uid(),
        gid: facts.gid(),
        space: Space {
            block: found.block,
            total: bytes(found.blocks),
            free: bytes(found.free),
            available: bytes(found.available),
        },
        inodes: (found.inodes > 0).then_some(Inodes {
            total: found.inodes,
            free: found.inodes_free,
        }),
    })
}

/// The whole reading.
pub(super) fn reading(
    told: Presence<Told>,
    mount: &Mount,
    activity: Option<Activity>,
) -> Presence<Box<FilesystemReading>> {
    let told = match told {
        Presence::Present(told) => told,
        Presence::Absent => return Presence::Absent,
        Presence::Unreadable(why) => return Presence::Unreadable(why),
    };
    // What an automounter was to mount is mounted by now.
    let mounted = (&*mount.kind == "autofs").then(|| mounts().at(&mount.point).cloned());
    let mount = mounted.flatten().unwrap_or_else(|| mount.clone());
    Presence::Present(Box::new(FilesystemReading {
        kind: mount.kind,
        flags: mount.flags,
        permission: told.permission,
        uid: told.uid,
        gid: told.gid,
        space: told.space,
        inodes: told.inodes,
        activity,
    }))
}

/// What a child that asked hands to its parent; the last line tells that it is whole.
pub(super) fn encode(told: &Presence<Told>) -> String {
    match told {
        Presence::Present(told) => {
            let Space {
                block,
                total,
                free,
                available,
            } = told.space;
            let inodes = told
                .inodes
                .map_or((0, 0), |inodes| (inodes.total, inodes.free));
            format!(
                "present {} {} {} {block} {total} {free} {available} {} {}\n.\n",
                told.permission, told.uid, told.gid, inodes.0, inodes.1
            )
        }
        Presence::Absent => "absent\n.\n".into(),
        Presence::Unreadable(why) => format!("unreadable {why}\n.\n"),
    }
}

/// The same again; `None` if the text is not whole.
pub(super) fn decode(text: &[u8]) -> Option<Presence<Told>> {
    let line = std::str::from_utf8(text).ok()?.strip_suffix("\n.\n")?;
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "present" => told(rest).map(Presence::Present),
        "absent" => Some(Presence::Absent),
        "unreadable" => Some(Presence::Unreadable(rest.into())),
        _ => None,
    }
}

fn told(line: &str) -> Option<Told> {
    let mut words = line.split(' ');
    let (permission, uid, gid) = (
        words.next()?.parse().ok()?,
        words.next()?.parse().ok()?,
        words.next()?.parse().ok()?,
    );
    let mut number = || words.next()?.parse().ok();
    let space = Space {
        block: number()?,
        total: number()?,
        free: number()?,
        available: number()?,
    };
    let inodes = Inodes {
        total: number()?,
        free: number()?,
    };
    Some(Told {
        permission,
        uid,
        gid,
        space,
        inodes: Some(inodes).filter(|inodes| inodes.total > 0),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::sys::testing::Folder;

    fn whole() -> Told {
        Told {
            permission: 0o1777,
            uid: u32::MAX,
            gid: 7,
            space: Space {
                block: 4096,
                total: u64::MAX,
                free: 5,
                available: 0,
            },
            inodes: Some(Inodes { total: 9, free: 4 }),
        }
    }

    #[test]
    fn what_a_child_was_told_reaches_its_parent() {
        for told in [
            Presence::Present(whole()),
            Presence::Present(Told {
                inodes: None,
                ..whole()
            }),
            Presence::Absent,
            Presence::Unreadable("Stale file handle".into()),
        ] {
            let text = encode(&told);
            for end in 0..text.len() {
                assert_eq!(decode(&text.as_bytes()[..end]), None, "{end}");
            }
            assert_eq!(decode(text.as_bytes()), Some(told));
        }
        assert_eq!(decode(b"present 1 2 3\n.\n"), None);
        assert_eq!(decode(b"odd\n.\n"), None);
    }

    #[test]
    fn the_file_system_of_the_process_table() {
        let mut tables = Tables::default();
        let mount = find("/proc", tables.mounts()).unwrap();
        assert_eq!(&*mount.kind, "proc");
        assert_eq!(tables.counters(&mount), None);
        let found = reading(ask("/proc", &mount), &mount, None);
        let Presence::Present(found) = found else {
            panic!("{found:?}");
        };
        assert_eq!((found.space.total, found.inodes), (0, None));
        assert_eq!((found.permission, found.uid), (0o555, 0));
        assert_eq!(found.flags, mount.flags);
    }

    #[test]
    fn a_folder_is_no_mount_point() {
        let folder = Folder::new();
        let mut tables = Tables::default();
        let file = folder.file("file", "");
        symlink("loop", folder.path("loop")).unwrap();
        for path in [
            folder.path(""),
            file,
            folder.path("none"),
            folder.path("loop"),
        ] {
            assert_eq!(find(path.to_str().unwrap(), tables.mounts()), None);
        }
        for target in [
            "",
            "relative",
            "host:/export",
            "//host/share",
            "a\0b",
            "/dev/null",
        ] {
            assert_eq!(find(target, tables.mounts()), None, "{target:?}");
        }
    }

    #[test]
    fn a_mount_point_behind_a_link() {
        let folder = Folder::new();
        symlink("/proc", folder.path("link")).unwrap();
        let mut tables = Tables::default();
        for path in ["link", "link/", "./link/."] {
            let path = format!("{}/{path}", folder.path("").display());
            let mount = find(&path, tables.mounts()).unwrap();
            assert_eq!(mount.point, b"/proc");
        }
    }
}
