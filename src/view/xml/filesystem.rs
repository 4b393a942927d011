//! A file system's elements.

use super::Writer;
use crate::http::Escaped;
use crate::reading::{FilesystemReading, TransferRate, Transfers};
use crate::view::decimal::{Decimal, milliseconds, percent};

impl Writer {
    /// Where nobody counts what is read and written, the reference leaves the elements empty.
    pub(super) fn filesystem(&mut self, filesystem: &FilesystemReading) {
        self.element("fstype", Escaped(&filesystem.kind));
        self.element("fsflags", Escaped(&filesystem.flags));
        self.put(format_args!("<mode>{:o}</mode>", filesystem.permission));
        self.element("uid", filesystem.uid);
        self.element("gid", filesystem.gid);
        let space = &filesystem.space;
        self.block("block", |xml| {
            xml.element("percent", percent(space.used(), space.total));
            xml.element("usage", megabytes(space.used()));
            xml.element("total", megabytes(space.total));
        });
        if let Some(inodes) = filesystem.inodes {
            self.block("inode", |xml| {
                xml.element("percent", percent(inodes.used(), inodes.total));
                xml.element("usage", inodes.used());
                xml.element("total", inodes.total);
            });
        }
        let total = filesystem.activity.map(|activity| activity.total);
        let rates = filesystem.activity.and_then(|activity| activity.rates);
        let (read, write) = (
            rates.map(|rates| rates.read),
            rates.map(|rates| rates.write),
        );
        self.transfers("read", total.map(|total| total.read), read);
        self.transfers("write", total.map(|total| total.write), write);
        let read = read.and_then(|rate| rate.service_us);
        if let Some((read, write)) = read.zip(write.and_then(|rate| rate.service_us)) {
            self.block("servicetime", |xml| {
                xml.element("read", milliseconds(read));
                xml.element("write", milliseconds(write));
            });
        }
    }

    fn transfers(&mut self, name: &str, total: Option<Transfers>, rate: Option<TransferRate>) {
        self.block(name, |xml| {
            let Some(total) = total else {
                return;
            };
            let (bytes, operations) = (
                rate.map_or(0, |rate| rate.bytes),
                rate.map_or(0, |rate| rate.milli_operations / 1000),
            );
            for (name, count, total) in [
                ("bytes", bytes, total.bytes),
                ("operations", operations, total.operations),
            ] {
                xml.block(name, |xml| {
                    xml.element("count", count);
                    xml.element("total", total);
                });
            }
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn megabytes(bytes: u64) -> Decimal {
    Decimal(bytes as f64 / 1_048_576.0, 1)
}
