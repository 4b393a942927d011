//! A network interface's figures.

use std::time::Duration;

use super::Counters;

/// One look at an interface.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkReading {
    /// There is no such interface, or it cannot be looked at: the system's words for why.
    Unknown(Box<str>),
    /// This machine is short of what a look needs: in words. Nothing is known of the interface.
    Unread(Box<str>),
    /// Nothing can go over it; its figures mean nothing.
    Down,
    /// Traffic can flow.
    Up(Box<LinkFigures>),
}

/// The figures of an interface that is up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFigures {
    /// What it can carry, in bits per second.
    pub speed: Option<u64>,
    /// Whether both ways at once.
    pub duplex: Option<Duplex>,
    /// What it has carried since it was set up.
    pub carried: Option<Counters>,
    /// What it carries each second, since the last look; `None` at the first.
    pub rates: Option<Counters>,
    /// What it carried in each of the spans that were asked for.
    pub totals: Vec<Total>,
}

/// What was carried in the last minutes or hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// How long.
    pub span: Duration,
    /// How much.
    pub carried: Counters,
    /// Whether it was looked at for so long; if not, there may have been more.
    pub is_complete: bool,
}

/// Whether a link carries both ways at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplex {
    /// It does.
    Full,
    /// One way at a time.
    Half,
}

impl Duplex {
    /// `full`, `half`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Half => "half",
        }
    }
}

impl LinkFigures {
    /// How much of the link is used each way, download first, in thousandths of a percent. A link
    /// that carries one way at a time is used by the sum, which is told both times.
    pub fn saturation(&self) -> Option<[u64; 2]> {
        let (speed, rates) = self.speed.zip(self.rates)?;
        let used = |bytes: u64| {
            let bits = u128::from(bytes) * 8;
            u64::try_from(bits * 100_000 / u128::from(speed.max(1))).unwrap_or(u64::MAX)
        };
        let (download, upload) = (rates.download.bytes, rates.upload.bytes);
        Some(match self.duplex {
            Some(Duplex::Half) => [used(download.saturating_add(upload)); 2],
            Some(Duplex::Full) | None => [used(download), used(upload)],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Flow;
    use super::*;

    #[test]
    fn saturation() {
        let rate = |bytes| Flow {
            bytes,
            ..Flow::default()
        };
        let rates = Counters {
            download: rate(12_500_000),
            upload: rate(6_250_000),
        };
        let mut link = LinkFigures {
            speed: Some(1_000_000_000),
            duplex: Some(Duplex::Full),
            rates: Some(rates),
            ..LinkFigures::default()
        };
        assert_eq!(link.saturation(), Some([10_000, 5_000]));
        link.duplex = None;
        assert_eq!(link.saturation(), Some([10_000, 5_000]));
        link.duplex = Some(Duplex::Half);
        assert_eq!(link.saturation(), Some([15_000, 15_000]));
        link.speed = None;
        assert_eq!(link.saturation(), None);
        link.speed = Some(1);
        link.rates = None;
        assert_eq!(link.saturation(), None);
    }
}
