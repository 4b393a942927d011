//! The queue's order, patience and limits, as transcripts of what it gives out.

use std::time::Duration;

use super::*;
use crate::model::MailFormat;
use crate::time::WallTime;

fn alert(service: &str) -> Alert {
    Alert {
        to: "ops@x".into(),
        format: MailFormat {
            subject: Some("$EVENT".into()),
            ..MailFormat::default()
        },
        event: "Does not exist".into(),
        service: service.into(),
        action: "restart".into(),
        host: "box".into(),
        description: "process is not running".into(),
        at: WallTime::new(1_795_330_914_000, -3600),
    }
}

fn at(seconds: u64) -> Moment {
    Moment::from_millis(seconds * 1000)
}

fn filled(servers: usize, alerts: usize) -> Queue {
    let mut queue = Queue::new(servers);
    for number in 0..alerts {
        assert!(queue.push(alert(&format!("s{number}")), at(0)).is_empty());
    }
    queue
}

/// The server and the services of the batch that is due.
fn due(queue: &mut Queue, seconds: u64) -> Option<(usize, Vec<LetterId>, String)> {
    let batch = queue.due(at(seconds))?;
    let services: Vec<&str> = batch
        .letters
        .iter()
        .map(|id| &*queue.alert(*id).unwrap().service)
        .collect();
    let services = services.join(" ");
    Some((batch.server, batch.letters, services))
}

fn refusal(permanent: bool) -> Fate {
    Fate::Refused {
        permanent,
        reason: "550 no".into(),
    }
}

#[test]
fn alerts_go_out_in_order_over_one_connection() {
    let mut queue = filled(2, 3);
    assert_eq!(queue.deadline(), Some(at(0)));
    let (server, letters, services) = due(&mut queue, 0).unwrap();
    assert_eq!((server, services.as_str()), (0, "s0 s1 s2"));
    // What comes meanwhile waits for the next batch.
    queue.push(alert("s3"), at(1));
    assert_eq!(queue.due(at(1)), None);
    assert_eq!(queue.deadline(), None);
    for id in letters {
        assert!(queue.settle(id, Fate::Accepted, at(1)).is_empty());
    }
    let (server, letters, services) = due(&mut queue, 1).unwrap();
    assert_eq!((server, services.as_str()), (0, "s3"));
    queue.settle(letters[0], Fate::Accepted, at(1));
    assert!(queue.is_empty());
    assert_eq!((queue.deadline(), queue.bytes), (None, 0));
}

#[test]
fn four_hundred_alerts_take_two_connections() {
    let mut queue = filled(1, 400);
    let mut connections = 0;
    while let Some((_, letters, _)) = due(&mut queue, 0) {
        connections += 1;
        assert_eq!(letters.len(), BATCH_LIMIT);
        for id in letters {
            queue.settle(id, Fate::Accepted, at(0));
        }
    }
    assert_eq!((connections, queue.len()), (2, 0));
}

#[test]
fn the_next_server_is_tried_at_once() {
    let mut queue = filled(2, 2);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    queue.settle(letters[0], Fate::Accepted, at(1));
    assert!(queue.server_failed(0, at(30)).is_empty());
    assert_eq!(queue.deadline(), Some(at(0)));
    let (server, letters, services) = due(&mut queue, 30).unwrap();
    assert_eq!((server, services.as_str()), (1, "s1"));
    queue.settle(letters[0], Fate::Accepted, at(31));
    assert!(queue.is_empty());
}

#[test]
fn pauses_grow_while_no_server_works() {
    let mut queue = filled(2, 1);
    let mut now = 0;
    let mut pauses = Vec::new();
    for _ in 0..10 {
        due(&mut queue, now).expect("due");
        assert!(queue.server_failed(0, at(now)).is_empty());
        due(&mut queue, now).expect("the second server");
        assert_eq!(
            queue.server_failed(1, at(now)),
            ["Mail: Delivery failed -- no mail server is available"]
        );
        assert_eq!(queue.due(at(now)), None);
        let next = queue.deadline().unwrap();
        pauses.push(at(now).until(next).as_secs());
        now = next.as_millis() / 1000;
    }
    assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800]);
    // An alert that comes meanwhile is not made to wait that long, and takes the others along.
    queue.push(alert("late"), at(now));
    assert_eq!(queue.deadline(), Some(at(now)));
    let (_, letters, services) = due(&mut queue, now).unwrap();
    assert_eq!(services, "s0 late");
    for id in letters {
        queue.settle(id, Fate::Accepted, at(now));
    }
}

#[test]
fn a_new_alert_shortens_a_long_rest() {
    let mut queue = filled(1, 1);
    for _ in 0..8 {
        let now = queue.deadline().unwrap();
        queue.due(now).expect("due");
        queue.server_failed(0, now);
    }
    let failed = queue.deadline().unwrap().as_millis() / 1000 - 1800;
    queue.push(alert("late"), at(failed + 10));
    assert_eq!(queue.deadline(), Some(at(failed + 40)));
    // One that works again has no past.
    let (_, letters, _) = due(&mut queue, failed + 40).unwrap();
    queue.settle(letters[0], Fate::Accepted, at(failed + 40));
    queue.server_failed(0, at(failed + 41));
    assert_eq!(queue.deadline(), Some(at(failed + 71)));
}

#[test]
fn a_letter_refused_now_is_offered_to_the_next_server_then_rests() {
    let mut queue = filled(2, 2);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    assert_eq!(
        queue.settle(letters[0], refusal(false), at(0)),
        ["Mail: refused, the next server is tried: `Does not exist s0` to ops@x -- 550 no"]
    );
    queue.settle(letters[1], Fate::Accepted, at(0));
    let (server, letters, services) = due(&mut queue, 0).unwrap();
    assert_eq!((server, services.as_str()), (1, "s0"));
    assert_eq!(
        queue.settle(letters[0], refusal(true), at(0)),
        ["Mail: refused, tried again later: `Does not exist s0` to ops@x -- 550 no"]
    );
    assert_eq!(queue.deadline(), Some(at(30)));
    // The server that said never is not asked again; the other is.
    let (server, letters, _) = due(&mut queue, 30).unwrap();
    assert_eq!(server, 0);
    queue.settle(letters[0], refusal(false), at(30));
    assert_eq!(queue.deadline(), Some(at(90)));
}

#[test]
fn a_letter_refused_for_good_by_all_is_given_up() {
    let mut queue = filled(2, 1);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    queue.settle(letters[0], refusal(true), at(0));
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    assert_eq!(
        queue.settle(letters[0], refusal(true), at(0)),
        ["Mail: given up: `Does not exist s0` to ops@x -- 550 no"]
    );
    assert!(queue.is_empty());
    assert_eq!(queue.deadline(), None);
}

#[test]
fn a_refused_letter_does_not_wait_for_a_resting_server_alone() {
    let mut queue = filled(2, 2);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    queue.settle(letters[0], refusal(false), at(0));
    queue.server_failed(0, at(0)); // the other letter
    let (server, letters, services) = due(&mut queue, 0).unwrap();
    assert_eq!((server, services.as_str()), (1, "s0 s1"));
    queue.settle(letters[0], refusal(false), at(0));
    queue.settle(letters[1], Fate::Accepted, at(0));
    assert_eq!(queue.deadline(), Some(at(30)));
    assert_eq!(due(&mut queue, 30).unwrap().0, 0);
}

#[test]
fn an_alert_of_which_no_mail_can_be_made_is_given_up() {
    let mut queue = filled(1, 2);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    assert_eq!(
        queue.give_up(letters[0], "`x` is no mail address"),
        ["Mail: given up: `Does not exist s0` to ops@x -- `x` is no mail address"]
    );
    queue.settle(letters[1], Fate::Accepted, at(0));
    assert!(queue.is_empty());
    assert!(queue.give_up(letters[0], "twice").is_empty());
}

#[test]
fn the_oldest_is_dropped_with_a_word() {
    let mut queue = filled(1, ALERTS_LIMIT);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    assert_eq!(
        queue.push(alert("new"), at(0)),
        ["Mail: too many alerts are waiting, the oldest is dropped: `Does not exist s0` to ops@x"]
    );
    assert_eq!(queue.len(), ALERTS_LIMIT);
    // What becomes of it on its way is nobody's business any more.
    assert_eq!(queue.alert(letters[0]), None);
    assert!(queue.settle(letters[0], refusal(true), at(0)).is_empty());
    assert_eq!(queue.len(), ALERTS_LIMIT);
}

#[test]
fn bytes_are_bounded_too() {
    let mut queue = Queue::new(1);
    for number in 0..20 {
        let mut large = alert(&format!("s{number}"));
        large.description = "x".repeat(100 * 1024).into();
        queue.push(large, at(0));
        assert!(queue.bytes <= BYTES_LIMIT);
    }
    assert_eq!(queue.len(), 10);
    let mut huge = alert("huge");
    huge.description = "x".repeat(BYTES_LIMIT).into();
    assert_eq!(queue.push(huge, at(0)).len(), 11);
    assert_eq!((queue.len(), queue.bytes), (0, 0));
}

#[test]
fn no_server_no_attempt() {
    let mut queue = Queue::new(0);
    assert_eq!(
        queue.push(alert("s"), at(0)),
        ["Mail: no mail server is set, alert to ops@x dropped"]
    );
    assert_eq!((queue.due(at(0)), queue.deadline()), (None, None));
}

#[test]
fn another_configuration_starts_afresh() {
    let mut queue = filled(2, 1);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    queue.settle(letters[0], refusal(true), at(0));
    due(&mut queue, 0).unwrap();
    queue.set_servers(1);
    // A word from the connection of before changes nothing.
    assert!(queue.settle(letters[0], refusal(true), at(0)).is_empty());
    assert!(queue.server_failed(7, at(0)).is_empty());
    assert_eq!(due(&mut queue, 0).unwrap().0, 0);
    queue.set_servers(0);
    assert_eq!((queue.due(at(0)), queue.deadline()), (None, None));
    queue.set_servers(3);
    assert_eq!(due(&mut queue, 0).unwrap().0, 0);
}

#[test]
fn saved_and_restored_it_goes_on() {
    let mut queue = filled(2, 3);
    let (_, letters, _) = due(&mut queue, 0).unwrap();
    queue.settle(letters[1], Fate::Accepted, at(0));
    let bytes = queue.encode();
    let mut restored = Queue::new(1);
    assert_eq!(restored.restore(&bytes), Ok(Vec::new()));
    assert_eq!(restored.encode(), bytes);
    assert_eq!(restored.bytes, queue.bytes);
    let (_, letters, services) = due(&mut restored, 0).unwrap();
    assert_eq!(services, "s0 s2");
    assert_eq!(restored.alert(letters[0]), Some(&alert("s0")));
    restored.push(alert("new"), at(0));
    assert_eq!(restored.len(), 3);

    let empty = Queue::new(1).encode();
    assert_eq!(Queue::new(1).restore(&empty), Ok(Vec::new()));
}

#[test]
fn cut_changed_and_foreign_bytes_are_no_queue() {
    let bytes = filled(1, 2).encode();
    let mut queue = filled(1, 1);
    let before = queue.encode();
    for end in 0..bytes.len() {
        assert!(queue.restore(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut changed = bytes.clone();
    for bit in 0..bytes.len() * 8 {
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(queue.restore(&changed).is_err(), "bit {bit}");
        changed[bit / 8] ^= 1 << (bit % 8);
    }
    for foreign in [&b""[..], b"{}", b"tend state", &[0; 4096]] {
        assert_eq!(queue.restore(foreign), Err(Unreadable::Foreign));
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(queue.restore(&longer), Err(Unreadable::Damaged));
    assert_eq!(queue.encode(), before);
    assert_eq!(queue.restore(&bytes), Ok(Vec::new()));
}

#[test]
fn another_versions_queue_is_named() {
    let bytes = format::seal(9, 0, &[]);
    let error = Queue::new(1).restore(&bytes).unwrap_err();
    assert_eq!(error, Unreadable::Version(9));
    assert_eq!(error.to_string(), "the mail queue is of version 9");
    // Sealed, but with numbers that lie.
    for count in [0, 1, 5000, u32::MAX] {
        let lying = format::seal(1, count, &[0xff; 32]);
        assert_eq!(Queue::new(1).restore(&lying), Err(Unreadable::Damaged));
    }
}

/// Servers that fail and refuse by a seeded die: no alert is lost or settled twice, the next
/// deadline is never in the past for nothing, and in the end all are gone.
#[test]
fn nothing_is_lost_in_a_long_bad_day() {
    for seed in 1..60 {
        let mut chance = crate::protocol::script::Chance(seed);
        let mut queue = Queue::new(1 + chance.below(3));
        let (mut now, mut pushed, mut accepted) = (at(0), 0, 0);
        for round in 0..400 {
            if round < 300 && chance.below(3) == 0 {
                queue.push(alert(&format!("s{pushed}")), now);
                pushed += 1;
            }
            if chance.below(4) == 0 {
                let mut copy = Queue::new(queue.servers.len());
                copy.restore(&queue.encode()).unwrap();
                queue = copy;
            }
            let Some(batch) = queue.due(now) else {
                let next = queue.deadline().unwrap_or(now + Duration::from_secs(60));
                assert!(next > now, "seed {seed}: due, but nothing given out");
                now = next;
                continue;
            };
            now = now + Duration::from_secs(1);
            let well = round >= 300 || chance.below(2) == 0;
            for id in &batch.letters {
                if well {
                    accepted += 1;
                    queue.settle(*id, Fate::Accepted, now);
                } else if chance.below(2) == 0 {
                    queue.settle(*id, refusal(false), now);
                } else {
                    queue.server_failed(batch.server, now);
                    break;
                }
            }
        }
        assert!(queue.is_empty(), "seed {seed}");
        assert_eq!(accepted, pushed, "seed {seed}");
    }
}
