//! `/proc/PID/stat`: one process as numbers.

use super::ProcessId;

/// What is needed of it; proc(5) numbers the fields. All of them are older than 2.6.11, whose line
/// has 41 fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessStat {
    /// Fields 1 and 22.
    pub id: ProcessId,
    /// A checksum of field 2, by which another name is told.
    pub name: u32,
    /// It has ended: field 3 is `Z`, or the short-lived `X` of one that is being taken away. A
    /// process whose first thread ended while others run shows `Z` as well, but lives.
    pub is_zombie: bool,
    /// Field 4.
    pub ppid: i32,
    /// Fields 14 and 15: clock ticks spent by the process itself.
    pub cpu_ticks: u64,
    /// Field 20; zero in some kernels of the time.
    pub threads: Option<u32>,
    /// Field 24.
    pub resident_pages: u64,
}

impl ProcessStat {
    /// Field 2 is the name in parentheses, whatever it holds: blanks, parentheses, line ends. The
    /// numbers begin after the last `)`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let name_start = text.iter().position(|&byte| byte == b'(')?;
        let name_end = text.iter().rposition(|&byte| byte == b')')?;
        let pid = number(text.get(..name_start)?.trim_ascii())?;
        let rest = std::str::from_utf8(text.get(name_end + 1..)?).ok()?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        let ppid = fields.next()?.parse().ok()?;
        // Each `nth` goes on from where the last one stopped: fields 14, 15, 20, 22, 24.
        let user_ticks: u64 = fields.nth(9)?.parse().ok()?;
        let system_ticks: u64 = fields.next()?.parse().ok()?;
        let threads: u32 = fields.nth(4)?.parse().ok()?;
        let start_ticks = fields.nth(1)?.parse().ok()?;
        // Some kernels show a negative size for a process that is going away.
        let resident_pages = fields.nth(1)?.parse().unwrap_or(0);
        Some(Self {
            id: ProcessId { pid, start_ticks },
            name: checksum(text.get(name_start..name_end)?),
            is_zombie: matches!(state, "Z" | "X" | "x") && threads <= 1,
            ppid,
            cpu_ticks: user_ticks.saturating_add(system_ticks),
            threads: Some(threads).filter(|&threads| threads > 0),
            resident_pages,
        })
    }
}

/// The name in `/proc/PID/stat`: all a kernel thread has instead of a command line.
pub fn process_name(stat: &[u8]) -> Option<&[u8]> {
    let start = stat.iter().position(|&byte| byte == b'(')?;
    let end = stat.iter().rposition(|&byte| byte == b')')?;
    stat.get(start + 1..end)
}

/// FNV-1a.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, &byte: &u8| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    bytes.iter().fold(0x811c_9dc5, step)
}

fn number(digits: &[u8]) -> Option<i32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "4096 (cat) R 4090 4096 4090 34816 4096 4194304 101 0 0 0 7 5 0 0 20 0 1 0 \
        81234 5898240 268 18446744073709551615 94 95 140 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 96 97 98 \
        140 140 140 140 0\n";
    /// 41 fields, as 2.6.11 writes them.
    const OF_2005: &str = "1234 (httpd) S 1 1234 1234 0 -1 256 480 0 12 0 31 11 0 0 16 0 1 0 5432 \
        7114752 612 4294967295 134512640 134850448 3221224608 3221223484 4294960144 0 0 4096 \
        134217728 3222691219 0 0 17 0 0 0\n";

    #[test]
    fn a_line_of_today() {
        let stat = ProcessStat::parse(TODAY.as_bytes()).unwrap();
        let expected = ProcessStat {
            id: ProcessId {
                pid: 4096,
                start_ticks: 81_234,
            },
            name: checksum(b"(cat"),
            is_zombie: false,
            ppid: 4090,
            cpu_ticks: 12,
            threads: Some(1),
            resident_pages: 268,
        };
        assert_eq!(stat, expected);
    }

    #[test]
    fn the_first_process_of_a_container() {
        // Without a parent or a group here; the host's clock counts.
        let first = b"1 (sh) S 0 0 0 0 -1 4194560 89 0 0 0 0 0 0 0 20 0 1 0 1955871 2654208 409 \
            18446744073709551615 94379367739392 94379367816121 140737304360144 0 0 0 0 0 65538 1 0 \
            0 17 1 0 0 0 0 0 94379367845424 94379367850560 94380280377344 140737304365660 \
            140737304365763 140737304365763 140737304367084 0\n";
        let stat = ProcessStat::parse(first).unwrap();
        assert_eq!((stat.id.pid, stat.id.start_ticks), (1, 1_955_871));
        assert_eq!((stat.ppid, stat.resident_pages), (0, 409));
        // Of a stranger's process the kernel shows no addresses.
        let hidden =
            b"7 (nginx) S 0 7 7 0 -1 4194560 89 0 0 0 1 2 0 0 20 0 1 0 1955900 2654208 409 \
            18446744073709551615 1 1 0 0 0 0 0 4096 1256 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
        let stat = ProcessStat::parse(hidden).unwrap();
        assert_eq!(
            (stat.ppid, stat.cpu_ticks, stat.resident_pages),
            (0, 3, 409)
        );
    }

    #[test]
    fn a_line_of_2_6_11() {
        let stat = ProcessStat::parse(OF_2005.as_bytes()).unwrap();
        assert_eq!((stat.id.pid, stat.id.start_ticks), (1234, 5432));
        assert_eq!(
            (stat.ppid, stat.cpu_ticks, stat.resident_pages),
            (1, 42, 612)
        );
    }

    #[test]
    fn names_that_look_like_something_else() {
        for name in [
            "a b",
            "a) R 1 1 (b",
            ")",
            "((",
            "",
            "a\nb",
            "\u{fffd}\t7",
            ") Z 1 (",
        ] {
            let line = TODAY.replace("(cat)", &format!("({name})"));
            let stat = ProcessStat::parse(line.as_bytes()).unwrap();
            assert_eq!(
                (stat.id.start_ticks, stat.is_zombie),
                (81_234, false),
                "{name:?}"
            );
            assert_eq!(process_name(line.as_bytes()), Some(name.as_bytes()));
        }
        let mut line = TODAY.replace("cat", "???").into_bytes();
        line[6..9].copy_from_slice(&[0xff, 0xfe, 0x80]);
        assert!(ProcessStat::parse(&line).is_some());
    }

    #[test]
    fn the_dead() {
        for (state, dead) in [
            ("Z", true),
            ("X", true),
            ("D", false),
            ("T", false),
            ("I", false),
        ] {
            let line = TODAY.replace(") R", &format!(") {state}"));
            assert_eq!(ProcessStat::parse(line.as_bytes()).unwrap().is_zombie, dead);
        }
    }

    #[test]
    fn a_first_thread_that_ended_before_the_others() {
        let line = TODAY
            .replace(") R", ") Z")
            .replace(" 20 0 1 0 ", " 20 0 3 0 ");
        assert!(!ProcessStat::parse(line.as_bytes()).unwrap().is_zombie);
    }

    #[test]
    fn lines_cut_anywhere_are_refused() {
        let whole = TODAY.find(" 18446744073709551615").unwrap();
        for end in 0..whole - 3 {
            assert_eq!(ProcessStat::parse(&TODAY.as_bytes()[..end]), None, "{end}");
        }
        assert_eq!(ProcessStat::parse(b")("), None);
        assert_eq!(ProcessStat::parse(b"x (y) z"), None);
    }
}
