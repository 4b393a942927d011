//! Looking at network interfaces: by the files of `/sys/class/net`, and where those are missing by
//! `/proc/net/dev` and by asking for the interface's flags.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use super::machine::TEXT_LIMIT;
use crate::model::{NetworkTarget, NetworkTest, Service, Test};
use crate::reading::{
    Counters, Flow, LinkFigures, NetworkReading, SlidingSum, Total, parse_counter, parse_duplex,
    parse_net_dev, parse_operstate, parse_speed,
};
use crate::sys::errno::{is_shortage, words};
use crate::sys::file::read_kernel;
use crate::sys::interfaces;
use crate::time::Moment;

/// The most of `/proc/net/dev` that is read: some thousand interfaces.
const NET_DEV_LIMIT: usize = 1 << 20;

/// What is wanted of an interface.
pub(super) struct Order {
    service: Box<str>,
    target: NetworkTarget,
    /// For which spans totals are wanted, each once.
    spans: Vec<Duration>,
}

/// What was seen of interfaces before, by the service's name: what rates and totals are computed
/// against. It outlives a reload, or the totals of a day would hardly ever be whole.
#[derive(Default)]
pub(super) struct Networks {
    marks: BTreeMap<Box<str>, Mark>,
}

struct Mark {
    target: NetworkTarget,
    interface: Box<str>,
    taken: Moment,
    carried: Option<Counters>,
    rates: Option<Counters>,
    totals: Vec<(Duration, SlidingSum)>,
}

impl Order {
    pub(super) fn new(service: &Service, target: &NetworkTarget) -> Self {
        let mut spans: Vec<Duration> = service
            .rules
            .iter()
            .filter_map(|rule| {
                if let Test::Network(NetworkTest::Total(_, span, _)) = &rule.test {
                    Some(span.duration())
                } else {
                    None
                }
            })
            .collect();
        spans.sort();
        spans.dedup();
        Self {
            service: service.name.clone(),
            target: target.clone(),
            spans,
        }
    }
}

impl Networks {
    /// After a reload: services that are gone are forgotten.
    pub(super) fn configure(&mut self, services: &[Service]) {
        self.marks
            .retain(|name, _| services.iter().any(|service| service.name == *name));
    }

    /// Looks at an interface.
    pub(super) fn look(&mut self, order: Order, now: Moment) -> NetworkReading {
        let Order {
            service,
            target,
            spans,
        } = order;
        match look_at(&target) {
            Err(error) if is_shortage(&error) => NetworkReading::Unread(words(&error)),
            Err(error) => {
                // What comes back may be another interface.
                if let Some(mark) = self.marks.get_mut(&service) {
                    mark.carried = None;
                }
                NetworkReading::Unknown(words(&error))
            }
            Ok((interface, is_up, carried)) => {
                let mark = self.marks.entry(service).or_insert_with(|| Mark {
                    target: target.clone(),
                    interface: interface.clone(),
                    taken: now,
                    carried: None,
                    rates: None,
                    totals: Vec::new(),
                });
                mark.update(target, interface, carried, &spans, now);
                if is_up {
                    NetworkReading::Up(Box::new(mark.figures()))
                } else {
                    NetworkReading::Down
                }
            }
        }
    }
}

impl Mark {
    fn update(
        &mut self,
        target: NetworkTarget,
        interface: Box<str>,
        carried: Option<Counters>,
        spans: &[Duration],
        now: Moment,
    ) {
        if self.target != target {
            self.totals.clear();
            self.target = target;
        }
        if self.interface != interface {
            self.carried = None;
            self.interface = interface;
        }
        self.totals.retain(|(span, _)| spans.contains(span));
        for span in spans {
            if !self.totals.iter().any(|(known, _)| known == span) {
                self.totals.push((*span, SlidingSum::new(*span, now)));
            }
        }
        let elapsed = now.since(self.taken);
        if elapsed.is_zero() && self.carried.is_some() {
            return; // the same moment again
        }
        let added = carried
            .zip(self.carried)
            .and_then(|(now, before)| now.since(&before));
        self.rates = added.and_then(|added| added.per_second(elapsed));
        for (_, sum) in &mut self.totals {
            sum.add(&added.unwrap_or_default(), now);
        }
        self.carried = carried;
        self.taken = now;
    }

    fn figures(&self) -> LinkFigures {
        let file = |name: &str| text(&self.interface, name);
        let total = |(span, sum): &(Duration, SlidingSum)| Total {
            span: *span,
            carried: sum.sum(),
            is_complete: sum.is_complete(),
        };
        LinkFigures {
            speed: file("speed").and_then(|text| parse_speed(&text)),
            duplex: file("duplex").and_then(|text| parse_duplex(&text)),
            carried: self.carried,
            rates: self.rates,
            totals: self.totals.iter().map(total).collect(),
        }
    }
}

/// The interface's name, whether it is up, and what it has carried.
fn look_at(target: &NetworkTarget) -> io::Result<(Box<str>, bool, Option<Counters>)> {
    let interface: Box<str> = match target {
        // What carries the alias `eth0:1` is `eth0`.
        NetworkTarget::Interface(name) => name.split(':').next().unwrap_or_default().into(),
        NetworkTarget::Address(address) => {
            let parsed: Option<IpAddr> = address.parse().ok();
            let owner = parsed.map_or(Ok(None), interfaces::owner_of);
            owner?
                .ok_or_else(|| io::Error::other(format!("Address {address} not found")))?
                .into()
        }
    };
    let path = format!("/sys/class/net/{interface}/operstate");
    let is_up = match read_kernel(&path, TEXT_LIMIT) {
        Ok(text) => parse_operstate(&text),
        // An older kernel, or no `/sys`; or no such interface.
        Err(error) => {
            interfaces::is_running(&interface).map_err(|asked| neither_told(&path, error, asked))?
        }
    };
    let carried = counters(&interface);
    Ok((interface, is_up, carried))
}

/// Why an interface's state is not known, where neither its file nor a question to the kernel told.
/// A shortage in either is one: else it is the interface that is not there.
fn neither_told(path: &str, read: io::Error, asked: io::Error) -> io::Error {
    match (is_shortage(&read), is_shortage(&asked)) {
        (true, _) => read,
        (false, true) => asked,
        (false, false) => io::Error::other(format!("Cannot read {path} -- {}", words(&read))),
    }
}

fn counters(interface: &str) -> Option<Counters> {
    let counter = |name: &str| parse_counter(&text(interface, &format!("statistics/{name}"))?);
    let flow = |prefix: &str| {
        Some(Flow {
            bytes: counter(&format!("{prefix}_bytes"))?,
            packets: counter(&format!("{prefix}_packets"))?,
            errors: counter(&format!("{prefix}_errors"))?,
        })
    };
    let of_files = || {
        Some(Counters {
            download: flow("rx")?,
            upload: flow("tx")?,
        })
    };
    of_files().or_else(|| {
        let table = read_kernel("/proc/net/dev", NET_DEV_LIMIT).ok()?;
        parse_net_dev(&table, interface)
    })
}

fn text(interface: &str, name: &str) -> Option<Vec<u8>> {
    read_kernel(&format!("/sys/class/net/{interface}/{name}"), TEXT_LIMIT).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from_millis(5_000_000 + seconds * 1000)
    }

    #[test]
    fn a_shortage_is_no_interface_that_is_gone() {
        let error = io::Error::from_raw_os_error;
        let told = |read, asked| neither_told("/operstate", error(read), error(asked));
        for (read, asked) in [
            (libc::EMFILE, libc::ENODEV),
            (libc::ENOENT, libc::EMFILE),
            (libc::ENFILE, libc::EMFILE),
        ] {
            assert!(is_shortage(&told(read, asked)), "{read} {asked}");
        }
        let gone = told(libc::ENOENT, libc::ENODEV);
        assert!(!is_shortage(&gone));
        assert!(gone.to_string().starts_with("Cannot read /operstate -- "));
    }

    fn carried(bytes: u64) -> Option<Counters> {
        Some(Counters {
            download: Flow {
                bytes,
                ..Flow::default()
            },
            ..Counters::default()
        })
    }

    const MINUTE: Duration = Duration::from_secs(60);

    fn eth0() -> NetworkTarget {
        NetworkTarget::Interface("eth0".into())
    }

    /// Download bytes a second, and in the last minute.
    fn update(mark: &mut Mark, interface: &str, bytes: u64, seconds: u64) -> (Option<u64>, u64) {
        let spans = [MINUTE];
        mark.update(
            eth0(),
            interface.into(),
            carried(bytes),
            &spans,
            at(seconds),
        );
        let rate = mark.rates.map(|rates| rates.download.bytes);
        (rate, mark.figures().totals[0].carried.download.bytes)
    }

    fn new_mark() -> Mark {
        Mark {
            target: eth0(),
            interface: "eth0".into(),
            taken: at(0),
            carried: None,
            rates: None,
            totals: Vec::new(),
        }
    }

    #[test]
    fn rates_and_totals_from_look_to_look() {
        let mut mark = new_mark();
        assert_eq!(update(&mut mark, "eth0", 1000, 0), (None, 0));
        assert_eq!(update(&mut mark, "eth0", 3000, 10), (Some(200), 2000));
        // The same moment again tells nothing new.
        assert_eq!(update(&mut mark, "eth0", 3500, 10), (Some(200), 2000));
        assert_eq!(update(&mut mark, "eth0", 4000, 20), (Some(100), 3000));
        // The counters began anew, and so they do with the address on another interface.
        assert_eq!(update(&mut mark, "eth0", 10, 30), (None, 3000));
        assert_eq!(update(&mut mark, "eth0", 110, 40), (Some(10), 3100));
        assert_eq!(update(&mut mark, "eth1", 9_000_000, 50), (None, 3100));
    }

    #[test]
    fn what_is_not_there_says_so() {
        let look = |target| {
            let found = look_at(&target).map(|(interface, ..)| interface);
            found.map_err(|error| words(&error))
        };
        let file = "/sys/class/net/nosuch0/operstate";
        let missing = format!("Cannot read {file} -- No such file or directory");
        assert_eq!(
            look(NetworkTarget::Interface("nosuch0".into())),
            Err(missing.into())
        );
        for address in ["192.0.2.77", "localhost"] {
            assert_eq!(
                look(NetworkTarget::Address(address.into())),
                Err(format!("Address {address} not found").into())
            );
        }
    }
}
