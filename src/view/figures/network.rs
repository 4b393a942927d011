//! A network interface's figures.

use super::Lines;
use crate::reading::{Bytes, LinkFigures, NetworkReading};
use crate::view::decimal::Decimal;

impl Lines {
    /// Of an interface that is down or gone nothing is known.
    pub(super) fn network(&mut self, network: &NetworkReading) {
        let link = match network {
            NetworkReading::Up(link) => Some(&**link),
            NetworkReading::Down | NetworkReading::Unknown(_) | NetworkReading::Unread(_) => None,
        };
        let rates = link.and_then(|link| link.rates);
        let errors = link.map(|_| {
            let errors = rates.map_or(0, |rates| rates.download.errors + rates.upload.errors);
            format!("{errors} errors")
        });
        self.known("link", errors);
        if let Some(capacity) = link.and_then(capacity) {
            self.value("capacity", capacity);
        }
        let saturation = link.and_then(LinkFigures::saturation);
        let bytes = |bytes: u64, way: usize| {
            let share = saturation.map_or_else(String::new, |both| {
                #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
                let percent = both[way] as f64 / 1000.0;
                format!(" ({}% link saturation)", Decimal(percent, 1))
            });
            format!("{}/s{share}", Bytes(bytes))
        };
        let packets = |packets: u64| format!("{packets} per second");
        let down = rates.map(|rates| rates.download);
        let up = rates.map(|rates| rates.upload);
        self.known("download bytes", down.map(|flow| bytes(flow.bytes, 0)));
        self.known("upload bytes", up.map(|flow| bytes(flow.bytes, 1)));
        self.known("download packets", down.map(|flow| packets(flow.packets)));
        self.known("upload packets", up.map(|flow| packets(flow.packets)));
    }
}

/// `1000 Mb/s full-duplex`; nothing where the interface has none.
pub(in crate::view) fn capacity(link: &LinkFigures) -> Option<String> {
    let megabits = link.speed? / 1_000_000;
    let duplex = link
        .duplex
        .map_or_else(String::new, |duplex| format!(" {}-duplex", duplex.word()));
    Some(format!("{megabits} Mb/s{duplex}"))
}
