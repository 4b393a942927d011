//! Echo requests and replies (ping): ICMP of RFC 792, ICMPv6 of RFC 4443.
//!
//! ```text
//!    0        1        2          4          6          8                16              size + 8
//!    ├────────┼────────┼──────────┼──────────┼──────────┼────────────────┼───────────────────┤
//!    │ type   │ code 0 │ checksum │ identity │ sequence │ token          │ each byte's place │
//!    └────────┴────────┴──────────┴──────────┴──────────┴────────────────┴───────────────────┘
//! ```
//!
//! Everybody on a machine may ping, and anybody may send what looks like a reply. A reply is ours
//! when identity, sequence, length and the whole payload, with its unguessable token, come back as
//! they went out. Where it came from, the owner of the socket checks.

/// Which protocol carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// ICMP in IPv4.
    V4,
    /// ICMPv6 in IPv6.
    V6,
}

/// The least payload, which is just the token (manual, "Network ping test").
pub const MIN_SIZE: usize = 8;
/// The most (manual, "Network ping test").
pub const MAX_SIZE: usize = 1492;

/// The longest thing that can be a reply to one of ours: with the longest header of IPv4.
pub const MAX_PACKET: usize = MAX_IP_HEADER + HEADER + MAX_SIZE;

const HEADER: usize = 8;
const MAX_IP_HEADER: usize = 60;
const TOKEN: usize = 8;

/// One echo request, and by what its reply is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// Tells the pings of one socket from others'.
    pub identity: u16,
    /// Tells the requests of one socket apart.
    pub sequence: u16,
    /// Unguessable.
    pub token: u64,
    /// Bytes of payload, [`MIN_SIZE`] to [`MAX_SIZE`]; what lies outside is taken for the nearest.
    pub size: usize,
}

impl Echo {
    /// The request as it goes to the socket. The checksum of ICMPv6, which covers addresses only
    /// the kernel knows, is the kernel's to fill in.
    pub fn request(&self, version: Version) -> Vec<u8> {
        let kind = match version {
            Version::V4 => 8,
            Version::V6 => 128,
        };
        let mut packet = vec![kind, 0, 0, 0];
        packet.extend(self.identity.to_be_bytes());
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.payload());
        if version == Version::V4 {
            let sum = checksum(&packet).to_be_bytes();
            packet[2..4].copy_from_slice(&sum);
        }
        packet
    }

    /// Whether `reply` is the reply to this request.
    pub fn is_answered_by(&self, reply: &Reply<'_>) -> bool {
        (reply.identity, reply.sequence) == (self.identity, self.sequence)
            && reply.payload.iter().copied().eq(self.payload())
    }

    fn payload(&self) -> impl Iterator<Item = u8> + use<> {
        let token = self.token.to_be_bytes();
        let size = self.size.clamp(MIN_SIZE, MAX_SIZE);
        (0..=u8::MAX)
            .cycle()
            .take(size)
            .enumerate()
            .map(move |(place, byte)| token.get(place).copied().unwrap_or(byte))
    }
}

/// An echo reply, anybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    identity: u16,
    /// By this its request is found.
    pub sequence: u16,
    payload: &'a [u8],
}

/// Reads what a socket for echo replies received; `None` where it is none, or damaged.
/// `has_ip_header` is true of a raw socket of IPv4, and of no other.
pub fn reply(version: Version, has_ip_header: bool, packet: &[u8]) -> Option<Reply<'_>> {
    let packet = if has_ip_header {
        without_ip_header(packet)?
    } else {
        packet
    };
    let kind = match version {
        Version::V4 => 0,
        Version::V6 => 129,
    };
    let (header, payload) = packet.split_at_checked(HEADER)?;
    // A raw socket of IPv4 is given packets before the kernel has checked them.
    let is_whole = version == Version::V6 || checksum(packet) == 0;
    (header[..2] == [kind, 0] && is_whole && payload.len() >= TOKEN).then_some(Reply {
        identity: u16::from_be_bytes([header[4], header[5]]),
        sequence: u16::from_be_bytes([header[6], header[7]]),
        payload,
    })
}

fn without_ip_header(packet: &[u8]) -> Option<&[u8]> {
    let first = *packet.first()?;
    let length = usize::from(first & 0x0f) * 4;
    let is_icmp = first >> 4 == 4 && length >= 20 && packet.get(9) == Some(&1);
    packet.get(length..).filter(|_| is_icmp)
}

/// The internet checksum (RFC 1071); 0 of what holds its own.
fn checksum(bytes: &[u8]) -> u16 {
    let word = |pair: &[u8]| match *pair {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(high) << 8,
        _ => 0,
    };
    // A packet has far fewer words than would overflow.
    let sum: u32 = bytes.chunks(2).map(word).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    u16::try_from(folded).map_or(0, |sum| !sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECHO: Echo = Echo {
        identity: 0x1234,
        sequence: 7,
        token: 0x0102_0304_0506_0708,
        size: 12,
    };

    /// The reply an honest host gives to `request`.
    fn returned(version: Version, mut request: Vec<u8>) -> Vec<u8> {
        request[0] = match version {
            Version::V4 => 0,
            Version::V6 => 129,
        };
        seal(&mut request);
        request
    }

    fn seal(packet: &mut [u8]) {
        packet[2..4].fill(0);
        let sum = checksum(packet).to_be_bytes();
        packet[2..4].copy_from_slice(&sum);
    }

    fn is_answer(packet: &[u8]) -> bool {
        reply(Version::V4, false, packet).is_some_and(|reply| ECHO.is_answered_by(&reply))
    }

    #[test]
    fn a_request_byte_by_byte() {
        let header = [8, 0, 0xc3, 0x9c, 0x12, 0x34, 0, 7];
        let payload = [1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11];
        assert_eq!(ECHO.request(Version::V4), [&header[..], &payload].concat());
        let header = [128, 0, 0, 0, 0x12, 0x34, 0, 7];
        assert_eq!(ECHO.request(Version::V6), [&header[..], &payload].concat());
    }

    #[test]
    fn checksums_of_rfc_1071() {
        let example = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(checksum(&example), !0xddf2);
        assert_eq!(checksum(&[]), 0xffff);
        assert_eq!(checksum(&[0x12]), !0x1200);
        assert_eq!(checksum(&[0xff; 1500]), 0);
    }

    #[test]
    fn every_size_comes_back() {
        for size in [0, 8, 9, 64, 1491, 1492, usize::MAX] {
            for version in [Version::V4, Version::V6] {
                let echo = Echo { size, ..ECHO };
                let request = echo.request(version);
                assert_eq!(request.len(), size.clamp(MIN_SIZE, MAX_SIZE) + HEADER);
                let packet = returned(version, request);
                let reply = reply(version, false, &packet).unwrap();
                assert!(echo.is_answered_by(&reply), "{version:?} {size}");
            }
        }
    }

    #[test]
    fn behind_a_header_of_ip() {
        let packet = returned(Version::V4, ECHO.request(Version::V4));
        for words in 0..=15_u8 {
            let mut whole = vec![0; usize::from(words) * 4];
            if let Some(first) = whole.first_mut() {
                *first = 0x40 | words;
            }
            if let Some(protocol) = whole.get_mut(9) {
                *protocol = 1;
            }
            whole.extend(&packet);
            let found = reply(Version::V4, true, &whole).is_some();
            assert_eq!(found, words >= 5, "a header of {words} words");
            if words < 5 {
                continue;
            }
            whole[9] = 17;
            assert_eq!(reply(Version::V4, true, &whole), None, "UDP");
            whole[9] = 1;
            whole[0] += 0x10;
            assert_eq!(reply(Version::V4, true, &whole), None, "not IPv4");
        }
        assert_eq!(reply(Version::V4, true, &[]), None);
    }

    #[test]
    fn foreign_and_damaged_replies() {
        let good = returned(Version::V4, ECHO.request(Version::V4));
        assert!(is_answer(&good));
        for length in 0..good.len() {
            assert!(!is_answer(&good[..length]), "cut at {length}");
            let mut cut = good[..length].to_vec();
            if length >= 4 {
                seal(&mut cut);
            }
            assert!(!is_answer(&cut), "cut at {length}, and sealed again");
        }
        for place in 0..good.len() {
            let mut bent = good.clone();
            bent[place] ^= 0x40;
            assert!(!is_answer(&bent), "bent at {place}");
            if place != 2 && place != 3 {
                seal(&mut bent);
                assert!(!is_answer(&bent), "bent at {place}, and sealed again");
            }
        }
        let mut longer = [&good[..], b"x"].concat();
        seal(&mut longer);
        assert!(!is_answer(&longer));
        assert!(!is_answer(&ECHO.request(Version::V4)), "our own request");
    }
}
