//! A network interface's elements. What is not known is -1, as in the reference.

use super::Writer;
use crate::reading::{Duplex, Flow, LinkFigures, NetworkReading};

/// One of a flow's figures.
type FigureOf = fn(Flow) -> u64;

impl Writer {
    pub(super) fn network(&mut self, network: &NetworkReading) {
        let none = LinkFigures::default();
        let (state, link) = match network {
            NetworkReading::Unknown(_) | NetworkReading::Unread(_) => (-1, &none),
            NetworkReading::Down => (0, &none),
            NetworkReading::Up(link) => (1, &**link),
        };
        self.block("link", |xml| {
            xml.element("state", state);
            xml.number("speed", link.speed);
            xml.element(
                "duplex",
                match link.duplex {
                    Some(Duplex::Full) => 1,
                    Some(Duplex::Half) => 0,
                    None => -1,
                },
            );
            let (rates, carried) = (link.rates, link.carried);
            let ways = [
                (
                    "download",
                    rates.map(|rates| rates.download),
                    carried.map(|carried| carried.download),
                ),
                (
                    "upload",
                    rates.map(|rates| rates.upload),
                    carried.map(|carried| carried.upload),
                ),
            ];
            for (way, rate, total) in ways {
                xml.block(way, |xml| xml.flow(rate, total));
            }
        });
    }

    fn flow(&mut self, rate: Option<Flow>, total: Option<Flow>) {
        let figures: [(&str, FigureOf); 3] = [
            ("packets", |flow| flow.packets),
            ("bytes", |flow| flow.bytes),
            ("errors", |flow| flow.errors),
        ];
        for (name, figure) in figures {
            self.block(name, |xml| {
                xml.number("now", rate.map(figure));
                xml.number("total", total.map(figure));
            });
        }
    }

    fn number(&mut self, name: &str, number: Option<u64>) {
        match number {
            Some(number) => self.element(name, number),
            None => self.element(name, -1),
        }
    }
}
