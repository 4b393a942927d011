//! The machine's elements.

use super::Writer;
use crate::reading::SystemReading;
use crate::view::decimal::{Decimal, percent};

impl Writer {
    pub(super) fn system(&mut self, system: &SystemReading) {
        if let Some((allocated, unused, maximum)) = system.files {
            self.block("filedescriptors", |xml| {
                xml.element("allocated", allocated);
                xml.element("unused", unused);
                xml.element("maximum", maximum);
            });
        }
        self.block("system", |xml| {
            if let Some(load) = system.load {
                xml.block("load", |xml| {
                    for (name, average) in ["avg01", "avg05", "avg15"].into_iter().zip(load) {
                        xml.element(name, Decimal(average, 2));
                    }
                });
            }
            if let Some(cpu) = system.cpu {
                xml.block("cpu", |xml| {
                    for (name, share) in [
                        ("user", Some(cpu.user)),
                        ("system", Some(cpu.system)),
                        ("nice", Some(cpu.nice)),
                        ("wait", cpu.iowait),
                        ("hardirq", cpu.hardirq),
                        ("softirq", cpu.softirq),
                        ("steal", cpu.steal),
                        ("guest", cpu.guest),
                        ("guestnice", cpu.guest_nice),
                    ] {
                        xml.known(name, share.map(|share| Decimal(share, 1)));
                    }
                });
            }
            for (name, kib) in [("memory", system.memory_kib), ("swap", system.swap_kib)] {
                if let Some((used, all)) = kib {
                    xml.block(name, |xml| {
                        xml.element("percent", percent(used, all));
                        xml.element("kilobyte", used);
                    });
                }
            }
        });
    }
}
