//! The kernel's texts about a network interface: the files of `/sys/class/net/NAME` (2.6), and
//! `/proc/net/dev`, which all kernels have.

use super::{Counters, Duplex, Flow};

/// `operstate`: whether traffic can flow. An interface that cannot tell (`unknown`: loopback,
/// tunnels, many old drivers) can, and so can one that waits for somebody (`dormant`).
pub fn parse_operstate(text: &[u8]) -> bool {
    matches!(text.trim_ascii(), b"up" | b"unknown" | b"dormant")
}

/// `speed`: bits per second. Virtual interfaces and those without a cable have none; kernels say so
/// by an error, by -1, or by the same number without its sign.
pub fn parse_speed(text: &[u8]) -> Option<u64> {
    const MEGABIT: u64 = 1_000_000;
    let megabits: u32 = number(text)?;
    let known = !matches!(megabits, 0 | 0xffff | 0xffff_ffff);
    known.then(|| u64::from(megabits) * MEGABIT)
}

/// `duplex`.
pub fn parse_duplex(text: &[u8]) -> Option<Duplex> {
    match text.trim_ascii() {
        b"full" => Some(Duplex::Full),
        b"half" => Some(Duplex::Half),
        _ => None,
    }
}

/// One of the files in `statistics`.
pub fn parse_counter(text: &[u8]) -> Option<u64> {
    number(text)
}

/// The line of an interface in `/proc/net/dev`. The first number may stick to the name.
///
/// ```text
///  face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs …
///  eth0:1390051266 42433    0    0    0     0          0         0  2049526   26119    0 …
/// ```
pub fn parse_net_dev(text: &[u8], name: &str) -> Option<Counters> {
    text.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = line.iter().rposition(|&byte| byte == b':')?;
        let (face, numbers) = line.split_at(colon);
        if face.trim_ascii() != name.as_bytes() {
            return None;
        }
        let words = std::str::from_utf8(&numbers[1..]).ok()?;
        let words = words.split_ascii_whitespace();
        let numbers: Vec<u64> = words.map_while(|word| word.parse().ok()).collect();
        let flow = |first: usize| match numbers.get(first..first + 3)? {
            &[bytes, packets, errors] => Some(Flow {
                bytes,
                packets,
                errors,
            }),
            _ => None,
        };
        Some(Counters {
            download: flow(0)?,
            upload: flow(8)?,
        })
    })
}

fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states() {
        for (text, up) in [
            ("up\n", true),
            ("unknown\n", true),
            ("dormant\n", true),
            ("down\n", false),
            ("lowerlayerdown\n", false),
            ("notpresent\n", false),
            ("testing\n", false),
            ("", false),
        ] {
            assert_eq!(parse_operstate(text.as_bytes()), up, "{text}");
        }
    }

    #[test]
    fn capacity() {
        for (text, speed) in [
            ("1000\n", Some(1_000_000_000)),
            ("400000\n", Some(400_000_000_000)),
            ("10\n", Some(10_000_000)),
            ("-1\n", None),
            ("4294967295\n", None),
            ("65535\n", None),
            ("0\n", None),
            ("", None),
        ] {
            assert_eq!(parse_speed(text.as_bytes()), speed, "{text}");
        }
        assert_eq!(parse_duplex(b"full\n"), Some(Duplex::Full));
        assert_eq!(parse_duplex(b"half\n"), Some(Duplex::Half));
        assert_eq!(parse_duplex(b"unknown\n"), None);
        assert_eq!(parse_counter(b"18446744073709551615\n"), Some(u64::MAX));
        assert_eq!(parse_counter(b"\n"), None);
    }

    const TODAY: &str = "\
        Inter-|   Receive                                                |  Transmit\n \
        face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs \
        drop fifo colls carrier compressed\n    \
        lo: 39157403720 1796332    0    0    0     0          0         0 39157403720 1796332 \
           0    0    0     0       0          0\n  \
        eth0: 1390051266   42433    7    1    2     3          4         5  2049526   26119    9 \
           8    7     6       5          4\nbr-6f2:       0       0    0    0    0     0 \
                 0         0        0       0    0    0    0     0       0          0\n";

    /// No blank behind the name, and an alias with a colon in it.
    const OF_2005: &str = "\
        Inter-|   Receive                                                |  Transmit\n \
        face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs \
        drop fifo colls carrier compressed\n    lo:  234567    1234    0    0    0     0 \
          0         0   234567    1234    0    0    0     0       0          0\n  \
        eth0:4294967295 6913011    1    0    0     0          0         0 1183311612 5217343 \
          2    0    0 31337       0          0\neth0:1:5 4 3 0 0 0 0 0 2 1 0 0 0 0 0 0\n";

    fn figures(text: &str, name: &str) -> Option<[u64; 6]> {
        let Counters { download, upload } = parse_net_dev(text.as_bytes(), name)?;
        let Flow {
            bytes,
            packets,
            errors,
        } = upload;
        Some([
            download.bytes,
            download.packets,
            download.errors,
            bytes,
            packets,
            errors,
        ])
    }

    #[test]
    fn the_table_of_today() {
        let both = 39_157_403_720;
        let lo = [both, 1_796_332, 0, both, 1_796_332, 0];
        assert_eq!(figures(TODAY, "lo"), Some(lo));
        let eth0 = [1_390_051_266, 42_433, 7, 2_049_526, 26_119, 9];
        assert_eq!(figures(TODAY, "eth0"), Some(eth0));
        assert_eq!(figures(TODAY, "br-6f2"), Some([0; 6]));
        for none in ["eth", "eth1", "face |bytes", ""] {
            assert_eq!(figures(TODAY, none), None, "{none}");
        }
    }

    #[test]
    fn the_table_of_2_6_11() {
        let eth0 = [4_294_967_295, 6_913_011, 1, 1_183_311_612, 5_217_343, 2];
        assert_eq!(figures(OF_2005, "eth0"), Some(eth0));
        assert_eq!(figures(OF_2005, "eth0:1"), Some([5, 4, 3, 2, 1, 0]));
    }

    #[test]
    fn a_table_cut_anywhere() {
        let whole = figures(TODAY, "eth0");
        for end in 0..TODAY.len() {
            let cut = parse_net_dev(&TODAY.as_bytes()[..end], "eth0");
            assert!(cut.is_none() || whole.is_some(), "{end}");
        }
        assert_eq!(
            parse_net_dev(b"eth0: 1 2 x 4 5 6 7 8 9 10 11 12", "eth0"),
            None
        );
        assert_eq!(parse_net_dev(&[b'e', b':', 0xff], "e"), None);
    }
}
