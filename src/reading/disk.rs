//! `/proc/diskstats`: what a disk or a partition has read and written since it is there.

/// A sector, whatever the disk's own size of one.
const SECTOR: u64 = 512;

/// Counters that only grow, until the disk is taken away or the kernel's numbers are full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskCounters {
    /// From it.
    pub read: Transfers,
    /// To it.
    pub write: Transfers,
}

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfers {
    /// Bytes.
    pub bytes: u64,
    /// Requests that were carried out.
    pub operations: u64,
    /// Milliseconds they took, all added up; partitions have none before Linux 2.6.25.
    pub busy_ms: Option<u64>,
}

impl DiskCounters {
    /// The line of a device, given by its numbers:
    ///
    /// ```text
    ///    8       1 sda1 reads merged sectors ms writes merged sectors ms in-flight …
    ///    3       1 hda1 reads sectors writes sectors
    /// ```
    ///
    /// The second form is a partition's before Linux 2.6.25. Kernels since then add columns at the
    /// end.
    pub fn parse(text: &[u8], device: (u32, u32)) -> Option<Self> {
        let (major, minor) = device;
        text.split(|&byte| byte == b'\n').find_map(|line| {
            let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
            let mut number = || words.next()?.parse::<u32>().ok();
            if (number()?, number()?) != (major, minor) {
                return None;
            }
            let columns: Vec<u64> = words.skip(1).map_while(|word| word.parse().ok()).collect();
            Self::from_columns(&columns)
        })
    }

    fn from_columns(columns: &[u64]) -> Option<Self> {
        let transfers = |operations, sectors: u64, busy_ms| Transfers {
            bytes: sectors.saturating_mul(SECTOR),
            operations,
            busy_ms,
        };
        match *columns {
            [reads, read, writes, written] => Some(Self {
                read: transfers(reads, read, None),
                write: transfers(writes, written, None),
            }),
            [reads, _, read, read_ms, writes, _, written, write_ms, ..] => Some(Self {
                read: transfers(reads, read, Some(read_ms)),
                write: transfers(writes, written, Some(write_ms)),
            }),
            _ => None,
        }
    }

    /// What happened within the milliseconds since an earlier look; nothing can be said where a
    /// counter went back or no time has passed.
    pub fn rates_since(&self, before: &Self, milliseconds: u64) -> Option<DiskRates> {
        let read = self.read.since(&before.read)?;
        let write = self.write.since(&before.write)?;
        let operations = read.operations.saturating_add(write.operations);
        // Microseconds for each of all operations, so that both directions add up to the whole.
        let share = |part: Transfers| {
            let busy_us = part.busy_ms?.saturating_mul(1000);
            let rounded = busy_us.saturating_add(operations / 2);
            Some(rounded.checked_div(operations).unwrap_or(0))
        };
        Some(DiskRates {
            read: read.per_second(milliseconds, share(read))?,
            write: write.per_second(milliseconds, share(write))?,
        })
    }
}

impl Transfers {
    fn since(&self, before: &Self) -> Option<Self> {
        let busy_ms = match (self.busy_ms, before.busy_ms) {
            (Some(now), Some(before)) => Some(now.checked_sub(before)?),
            (_, None) | (None, _) => None,
        };
        Some(Self {
            bytes: self.bytes.checked_sub(before.bytes)?,
            operations: self.operations.checked_sub(before.operations)?,
            busy_ms,
        })
    }

    fn per_second(&self, milliseconds: u64, service_us: Option<u64>) -> Option<TransferRate> {
        let rate = |count: u64, scale: u64| {
            let scaled = u128::from(count) * u128::from(scale);
            let rate = scaled.checked_div(u128::from(milliseconds))?;
            Some(u64::try_from(rate).unwrap_or(u64::MAX))
        };
        Some(TransferRate {
            bytes: rate(self.bytes, 1000)?,
            milli_operations: rate(self.operations, 1_000_000)?,
            service_us,
        })
    }
}

/// What a disk does at this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskRates {
    /// From it.
    pub read: TransferRate,
    /// To it.
    pub write: TransferRate,
}

impl DiskRates {
    /// Microseconds an operation takes on average; zero where there was none.
    pub fn service_us(&self) -> Option<u64> {
        Some(self.read.service_us?.saturating_add(self.write.service_us?))
    }
}

/// One direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferRate {
    /// Bytes in a second.
    pub bytes: u64,
    /// Thousandths of operations in a second.
    pub milli_operations: u64,
    /// Its part of the microseconds an operation takes on average.
    pub service_us: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux 6.18: twenty columns.
    const TODAY: &str = "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n \
        254       0 vda 1783813 68093 95971706 2913464 577828 336764 190730448 1263600 19 243944 \
        4270231 335639 105 174522304 80714 105063 12451\n \
        254       1 vda1 10 0 80 4 2 0 16 8 0 12 12 0 0 0 0\n";
    /// Linux 2.6.11: the disk has fourteen columns, its partitions seven.
    const OF_2005: &str = "   1    0 ram0 0 0 0 0 0 0 0 0 0 0 0\n   \
        3    0 hda 51232 16840 1391714 437262 42871 71306 914736 5021376 0 389712 5458638\n   \
        3    1 hda1 68019 1391266 114340 914720\n   \
        3    5 hda5 22 44 0 0\n  22    0 hdc 0 0 0 0 0 0 0 0 0 0 0\n";

    fn counters(read: [u64; 3], write: [u64; 3]) -> DiskCounters {
        let transfers = |[operations, sectors, ms]: [u64; 3]| Transfers {
            bytes: sectors * 512,
            operations,
            busy_ms: Some(ms),
        };
        DiskCounters {
            read: transfers(read),
            write: transfers(write),
        }
    }

    #[test]
    fn a_disk_of_today() {
        let found = DiskCounters::parse(TODAY.as_bytes(), (254, 0));
        let expected = counters(
            [1_783_813, 95_971_706, 2_913_464],
            [577_828, 190_730_448, 1_263_600],
        );
        assert_eq!(found, Some(expected));
        let partition = DiskCounters::parse(TODAY.as_bytes(), (254, 1));
        assert_eq!(partition, Some(counters([10, 80, 4], [2, 16, 8])));
        let idle = DiskCounters::parse(TODAY.as_bytes(), (7, 0));
        assert_eq!(idle, Some(counters([0; 3], [0; 3])));
    }

    #[test]
    fn a_disk_and_a_partition_of_2005() {
        let disk = DiskCounters::parse(OF_2005.as_bytes(), (3, 0));
        let expected = counters([51_232, 1_391_714, 437_262], [42_871, 914_736, 5_021_376]);
        assert_eq!(disk, Some(expected));
        let partition = DiskCounters::parse(OF_2005.as_bytes(), (3, 1)).unwrap();
        assert_eq!(partition.read.operations, 68_019);
        assert_eq!(partition.write.bytes, 914_720 * 512);
        assert_eq!(
            (partition.read.busy_ms, partition.write.busy_ms),
            (None, None)
        );
        let rates = partition.rates_since(&partition, 1000).unwrap();
        assert_eq!((rates.read.bytes, rates.service_us()), (0, None));
    }

    #[test]
    fn devices_that_are_not_there_and_lines_that_are_no_lines() {
        for device in [(254, 2), (25, 4), (0, 0), (0, 33)] {
            assert_eq!(DiskCounters::parse(TODAY.as_bytes(), device), None);
        }
        for line in [
            "",
            "8 1",
            "8 1 sda1",
            "8 1 sda1 1 2 3",
            "8 1 sda1 a b c d e",
            "8 1 sda1 1 2 3 4 5",
        ] {
            assert_eq!(DiskCounters::parse(line.as_bytes(), (8, 1)), None, "{line}");
        }
        assert!(DiskCounters::parse(b"\xff\xfe\n8 1 sda1 1 2 3 4\n", (8, 1)).is_some());
    }

    #[test]
    fn rates_are_of_a_second() {
        let before = counters([100, 1000, 50], [10, 80, 7]);
        let now = counters([110, 1200, 60], [15, 96, 12]);
        let rates = now.rates_since(&before, 2000).unwrap();
        assert_eq!(rates.read.bytes, 200 * 512 / 2);
        assert_eq!(rates.read.milli_operations, 5000);
        assert_eq!(rates.write.bytes, 16 * 512 / 2);
        assert_eq!(rates.write.milli_operations, 2500);
        // Fifteen operations took 10 and 5 milliseconds.
        assert_eq!(rates.read.service_us, Some(667));
        assert_eq!(rates.write.service_us, Some(333));
        assert_eq!(rates.service_us(), Some(1000));
    }

    #[test]
    fn a_disk_at_rest_takes_no_time() {
        let counters = counters([1, 2, 3], [4, 5, 6]);
        let rates = counters.rates_since(&counters, 5000).unwrap();
        assert_eq!((rates.read.bytes, rates.service_us()), (0, Some(0)));
    }

    #[test]
    fn another_disk_in_the_same_place_has_no_rates() {
        let before = counters([100, 1000, 50], [10, 80, 7]);
        for now in [
            counters([99, 1000, 50], [10, 80, 7]),
            counters([100, 999, 50], [10, 80, 7]),
            counters([100, 1000, 49], [10, 80, 7]),
            counters([100, 1000, 50], [10, 79, 7]),
        ] {
            assert_eq!(now.rates_since(&before, 1000), None);
        }
        assert_eq!(before.rates_since(&before, 0), None);
    }

    #[test]
    fn the_largest_numbers_overflow_nothing() {
        let none = counters([0; 3], [0; 3]);
        let all = DiskCounters::from_columns(&[u64::MAX; 11]).unwrap();
        let rates = all.rates_since(&none, 1).unwrap();
        assert_eq!(rates.read.bytes, u64::MAX);
        assert_eq!(rates.read.milli_operations, u64::MAX);
        assert!(rates.service_us().is_some());
    }
}
