//! A file system's figures.

use super::Lines;
use crate::model::Unit;
use crate::reading::{Activity, Amount, Bytes, FilesystemReading, TransferRate};
use crate::view::decimal::{milliseconds, percent};

impl Lines {
    pub(super) fn filesystem(&mut self, filesystem: &FilesystemReading) {
        self.value("filesystem type", &filesystem.kind);
        self.value("filesystem flags", &filesystem.flags);
        self.value("permission", format_args!("{:o}", filesystem.permission));
        self.value("uid", filesystem.uid);
        self.value("gid", filesystem.gid);
        self.value("block size", Bytes(filesystem.space.block));
        self.space(filesystem);
        if let Some(inodes) = filesystem.inodes {
            let share = percent(inodes.free, inodes.total);
            self.value("inodes total", inodes.total);
            self.value("inodes free", format_args!("{} [{share}%]", inodes.free));
        }
        if let Some(activity) = filesystem.activity {
            self.activity(activity);
        }
    }

    fn space(&mut self, filesystem: &FilesystemReading) {
        let space = &filesystem.space;
        let of_all = |part| percent(part, space.total);
        let all = Bytes(space.total);
        let reserved = of_all(space.reserved());
        let total = format!("{all} (of which {reserved}% is reserved for root user)");
        self.value("space total", total);
        for (label, free) in [
            ("space free for non superuser", space.available),
            ("space free total", space.free),
        ] {
            self.value(label, format_args!("{} [{}%]", Bytes(free), of_all(free)));
        }
    }

    /// What needs a second look is not known at the first.
    fn activity(&mut self, Activity { total, rates }: Activity) {
        let read = rates.map(|rates| rates.read);
        let bytes = |rate: TransferRate, total| {
            let rate = Amount(rate.bytes, Unit::BytesPerSecond);
            format!("{rate} [{} total]", Bytes(total))
        };
        let operations = |rate: TransferRate, what, total| {
            let rate = Amount(rate.milli_operations, Unit::PerSecond(what));
            format!("{rate} [{total} {what} total]")
        };
        self.known("read bytes", read.map(|rate| bytes(rate, total.read.bytes)));
        let reads = |rate| operations(rate, "reads", total.read.operations);
        self.known("disk read operations", read.map(reads));
        let write = rates.map(|rates| rates.write);
        self.known(
            "write bytes",
            write.map(|rate| bytes(rate, total.write.bytes)),
        );
        let writes = |rate| operations(rate, "writes", total.write.operations);
        self.known("disk write operations", write.map(writes));
        let service = rates.and_then(|rates| {
            let (read, write) = (rates.read.service_us?, rates.write.service_us?);
            let all = milliseconds(read.saturating_add(write));
            let (read, write) = (milliseconds(read), milliseconds(write));
            Some(format!(
                "{all} ms/operation (of which read {read} ms, write {write} ms)"
            ))
        });
        self.known("service time", service);
    }
}
