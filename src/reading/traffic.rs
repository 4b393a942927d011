//! Counters of a network interface, their rates, and what went over it in the last hour or day.

use std::time::Duration;

use crate::time::Moment;

/// What an interface has carried since it was set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Received.
    pub download: Flow,
    /// Sent.
    pub upload: Flow,
}

/// One direction of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Packets that were lost or damaged.
    pub errors: u64,
}

impl Counters {
    /// What was added since `earlier`; `None` if the counters began anew meanwhile: a driver was
    /// loaded again, or another interface has the name. A giant rate is worse than none.
    pub fn since(&self, earlier: &Self) -> Option<Self> {
        Some(Self {
            download: self.download.since(&earlier.download)?,
            upload: self.upload.since(&earlier.upload)?,
        })
    }

    fn map(&self, mut with: impl FnMut(u64) -> u64) -> Self {
        let mut flow = |flow: &Flow| Flow {
            bytes: with(flow.bytes),
            packets: with(flow.packets),
            errors: with(flow.errors),
        };
        Self {
            download: flow(&self.download),
            upload: flow(&self.upload),
        }
    }

    fn plus(&self, more: &Self) -> Self {
        let flow = |a: &Flow, b: &Flow| Flow {
            bytes: a.bytes.saturating_add(b.bytes),
            packets: a.packets.saturating_add(b.packets),
            errors: a.errors.saturating_add(b.errors),
        };
        Self {
            download: flow(&self.download, &more.download),
            upload: flow(&self.upload, &more.upload),
        }
    }

    /// So much each second, if that was added within `elapsed`; `None` where no time passed.
    pub fn per_second(&self, elapsed: Duration) -> Option<Self> {
        let milliseconds = u64::try_from(elapsed.as_millis()).ok()?;
        (milliseconds > 0).then(|| self.map(|added| share(added, 1000, milliseconds)))
    }
}

impl Flow {
    fn since(&self, earlier: &Self) -> Option<Self> {
        Some(Self {
            bytes: advance(earlier.bytes, self.bytes)?,
            packets: advance(earlier.packets, self.packets)?,
            errors: advance(earlier.errors, self.errors)?,
        })
    }
}

/// How far a counter went. Those of 32-bit kernels begin again at zero after 4 GiB: one that was in
/// its last quarter and is in its first has done so.
fn advance(before: u64, now: u64) -> Option<u64> {
    const TURN: u64 = 1 << 32;
    match now.checked_sub(before) {
        Some(added) => Some(added),
        None if (TURN / 4 * 3..TURN).contains(&before) && now < TURN / 4 => {
            Some(now + TURN - before)
        }
        None => None,
    }
}

/// `amount` × `part` / `whole`.
fn share(amount: u64, part: u64, whole: u64) -> u64 {
    let share = u128::from(amount) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// The sum over a span that slides along, in steps of a sixtieth of it: what is older than the span
/// does not count, of the youngest 59 sixtieths nothing is left out.
///
/// What came between two looks is taken to have come evenly, so a gap longer than the span (a
/// machine that was suspended) is no burst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlidingSum {
    slot_milliseconds: u64,
    /// A ring: the slot with number N since the clock's origin is at N modulo the length.
    slots: [Counters; SLOTS],
    /// Counted from here on.
    began: Moment,
    /// Everything up to here is counted.
    until: Moment,
}

const SLOTS: usize = 60;

impl SlidingSum {
    /// Nothing yet, from `now` on.
    pub fn new(span: Duration, now: Moment) -> Self {
        let milliseconds = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            slot_milliseconds: (milliseconds / SLOTS as u64).max(1),
            slots: [Counters::default(); SLOTS],
            began: now,
            until: now,
        }
    }

    /// Counts what came since the last time, if that is not this very moment.
    pub fn add(&mut self, added: &Counters, now: Moment) {
        let (from, to) = (self.until.as_millis(), now.as_millis());
        // What lies before the span is not gone through slot by slot.
        let start = from.max(to.saturating_sub(self.span_milliseconds()));
        let mut at = start;
        while at < to {
            let number = at / self.slot_milliseconds;
            let begins = number * self.slot_milliseconds;
            let end = (begins + self.slot_milliseconds).min(to);
            // Up to `end`, less what was up to `at`: rounding loses nothing.
            let elapsed = to - from;
            let part =
                added.map(|all| share(all, end - from, elapsed) - share(all, at - from, elapsed));
            let slot = self.slot(number);
            let before = if at == begins || at > from {
                Counters::default()
            } else {
                *slot
            };
            *slot = before.plus(&part);
            at = end;
        }
        self.until = self.until.max(now);
    }

    /// What came within the span.
    pub fn sum(&self) -> Counters {
        let nothing = Counters::default();
        self.slots.iter().fold(nothing, |sum, slot| sum.plus(slot))
    }

    /// Whether it has been counting for the whole span.
    pub fn is_complete(&self) -> bool {
        self.until.since(self.began).as_millis() >= u128::from(self.span_milliseconds())
    }

    const fn span_milliseconds(&self) -> u64 {
        self.slot_milliseconds.saturating_mul(SLOTS as u64)
    }

    #[expect(clippy::cast_possible_truncation, reason = "less than 60")]
    const fn slot(&mut self, number: u64) -> &mut Counters {
        &mut self.slots[(number % SLOTS as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(bytes: u64) -> Counters {
        Counters {
            download: Flow {
                bytes,
                packets: bytes / 100,
                errors: 0,
            },
            upload: Flow {
                bytes: 2 * bytes,
                ..Flow::default()
            },
        }
    }

    fn at(seconds: u64) -> Moment {
        // Anything but the clock's origin.
        Moment::from_millis(987_654 + seconds * 1000)
    }

    #[test]
    fn counters_that_turn_and_that_begin_anew() {
        const G: u64 = 1 << 30;
        for (before, now, added) in [
            (5, 5, Some(0)),
            (5, 7, Some(2)),
            (4 * G - 1, 9, Some(10)),
            (3 * G, G - 1, Some(2 * G - 1)),
            // Too far from the end, or too far from the beginning, or no 32 bits.
            (3 * G - 1, 9, None),
            (4 * G - 1, G, None),
            (4 * G, 9, None),
            (100 * G, 0, None),
        ] {
            assert_eq!(advance(before, now), added, "{before} {now}");
        }
        assert_eq!(flow(700).since(&flow(500)), Some(flow(200)));
        assert_eq!(flow(500).since(&flow(700)), None);
    }

    #[test]
    fn rates() {
        let rate = |milliseconds| flow(3000).per_second(Duration::from_millis(milliseconds));
        assert_eq!(rate(1500), Some(flow(2000)));
        assert_eq!(rate(0), None);
        let all = flow(u64::MAX / 2).per_second(Duration::from_millis(1));
        assert_eq!(all.map(|rate| rate.download.bytes), Some(u64::MAX));
    }

    #[test]
    fn the_last_minute_slides() {
        let mut sum = SlidingSum::new(Duration::from_secs(60), at(0));
        let second = |sum: &mut SlidingSum, seconds: u64| {
            sum.add(&flow(100), at(seconds));
            (sum.sum().download.bytes, sum.is_complete())
        };
        for seconds in 1..60 {
            assert_eq!(second(&mut sum, seconds), (seconds * 100, false));
        }
        // From here on the oldest goes when the youngest comes.
        for seconds in 60..400 {
            let (bytes, complete) = second(&mut sum, seconds);
            assert!((5900..=6000).contains(&bytes), "{seconds} {bytes}");
            assert!(complete);
        }
        let Counters { download, upload } = sum.sum();
        assert!(upload.bytes.abs_diff(2 * download.bytes) <= 1);
        assert!(download.packets.abs_diff(download.bytes / 100) <= 1);
        // Nothing comes, and after a minute nothing is left.
        sum.add(&flow(0), at(430));
        assert!((2800..=2900).contains(&sum.sum().download.bytes));
        sum.add(&flow(0), at(460));
        assert_eq!(sum.sum(), flow(0));
    }

    #[test]
    fn few_looks_count_as_much_as_many() {
        let hour = Duration::from_secs(3600);
        let mut few = SlidingSum::new(hour, at(0));
        let mut many = few.clone();
        for seconds in 1..=7200 {
            many.add(&flow(700), at(seconds));
            if seconds % 777 == 0 {
                few.add(&flow(700 * 777), at(seconds));
                let (few, many) = (few.sum().download.bytes, many.sum().download.bytes);
                assert!(few.abs_diff(many) < 700, "{seconds}: {few} {many}");
            }
        }
    }

    #[test]
    fn a_gap_is_no_burst() {
        let mut sum = SlidingSum::new(Duration::from_secs(60), at(0));
        sum.add(&flow(100), at(1));
        // Asleep for a day; a minute is a 1440th of it.
        sum.add(&flow(1_440_000), at(1 + 86_400));
        assert!((980..=1000).contains(&sum.sum().download.bytes));
        assert!(sum.is_complete());
        // The same moment again, and a clock that stands still, add nothing and break nothing.
        let before = sum.clone();
        sum.add(&flow(5), at(1 + 86_400));
        sum.add(&flow(5), at(7));
        assert_eq!(sum, before);
    }
}
