use super::*;
use crate::engine::UserAction;
use crate::engine::judge::Base;
use crate::engine::plan::Cause;
use crate::engine::tests::catalogue;
use crate::engine::tests::world::boot;
use crate::reading::{ContentMark, ProcessId};
use crate::time::Moment;

fn engine(saved: Option<&[u8]>) -> Engine {
    let boot = boot(1, Moment::from_millis(0), 0);
    Engine::new(catalogue::model(true, 30), boot, saved)
}

/// A state with something in each of its fields.
fn rich_state() -> Vec<u8> {
    let mut engine = engine(None);
    for (index, ward) in engine.wards.iter_mut().enumerate() {
        ward.alarms.exec = 3;
        ward.process = Some(ProcessId {
            pid: 70_000,
            start_ticks: u64::MAX,
        });
        ward.mark = Some(Box::new(ContentMark {
            inode: u64::MAX,
            offset: 5_000_000_000,
            inside: index % 2 == 1,
        }));
        ward.next = Some(Plan {
            aim: Aim::Stop,
            cause: Cause::User(UserAction::Stop),
        });
        for rule in &mut ward.rules {
            rule.base = Some(match index % 4 {
                0 => Base::Number(300),
                1 => Base::Time(-1),
                2 => Base::Text("rw,noatime".into()),
                _ => Base::Digest([1, 2, 3].into()),
            });
        }
    }
    engine.snapshot()
}

#[test]
fn what_was_saved_comes_back() {
    let state = rich_state();
    let engine = engine(Some(&state));
    assert_eq!(engine.snapshot(), state);
    assert_eq!(engine.wards[0].alarms.exec, 3);
    assert_eq!(engine.wards[0].process.map(|p| p.pid), Some(70_000));
    assert_eq!(engine.wards[0].next.map(|plan| plan.aim), Some(Aim::Stop));
    assert!(engine.wards.iter().all(|ward| ward.mark.is_some()));
    assert_eq!(engine.wards[1].rules[0].base, Some(Base::Time(-1)));
}

#[test]
fn a_state_that_is_not_whole_is_not_used() {
    let state = rich_state();
    for length in 0..state.len() {
        assert!(decode(&state[..length]).is_err(), "cut at {length}");
    }
    for place in 0..state.len() {
        let mut flipped = state.clone();
        flipped[place] ^= 0x10;
        assert!(decode(&flipped).is_err(), "flipped at {place}");
    }
    let mut longer = state;
    longer.push(0);
    assert!(decode(&longer).is_err());
}

#[test]
fn what_is_wrong_is_said() {
    let reason = |bytes: &[u8]| engine(Some(bytes)).unreadable_state();
    assert_eq!(reason(b""), Some("it is no state file"));
    assert_eq!(reason(b"garbage"), Some("it is no state file"));
    assert_eq!(reason(b"tend state 7\nx"), Some("it is of another version"));
    assert_eq!(reason(b"tend state 2\n"), Some("it is damaged"));
    assert_eq!(reason(&rich_state()), None);
}

#[test]
fn lengths_that_lie_cost_nothing() {
    // Sealed with a right checksum: only a forger writes this, and even he must not harm us.
    let mut writer = Writer::new("boot", usize::MAX);
    writer.number(u64::MAX);
    assert!(decode(&writer.seal()).is_err());
}

#[test]
fn lines_read_from_another_path_are_no_lines_of_this_one() {
    let state = rich_state();
    let mut model = catalogue::model(true, 30);
    for service in &mut model.services {
        if let Subject::File(path) = &mut service.subject {
            *path = "/elsewhere".into();
        }
    }
    let boot = boot(1, Moment::from_millis(0), 0);
    let engine = Engine::new(model, boot, Some(&state));
    let is_file = |service: &&Service| matches!(service.subject, Subject::File(_));
    let files = engine.model.services.iter().filter(is_file).count();
    let unread = engine
        .wards
        .iter()
        .filter(|ward| ward.mark.is_none())
        .count();
    assert!(files > 0);
    assert_eq!(unread, files);
}
