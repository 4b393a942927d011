//! For tests: a dialogue against a scripted peer, text in, text out, at every cut.

use super::{Dialogue, Happened, Step};

/// What one event may carry (see [`Happened::Received`]).
const RECEIPT_LIMIT: usize = 16 * 1024;

/// What the scripted peer does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn<'a> {
    Says(&'a [u8]),
    Closes,
}

/// `"220 hi\r\n"` says so; `"<close>"` closes.
pub(crate) fn turn(text: &str) -> Turn<'_> {
    match text {
        "<close>" => Turn::Closes,
        _ => Turn::Says(text.as_bytes()),
    }
}

/// Every way to deliver `turns`: whole, byte by byte, and each turn cut once at each place.
pub(crate) fn deliveries<'a>(turns: &[Turn<'a>]) -> Vec<Vec<Turn<'a>>> {
    let whole: Vec<_> = turns
        .iter()
        .flat_map(|t| pieces(*t, RECEIPT_LIMIT))
        .collect();
    let bytewise: Vec<_> = turns.iter().flat_map(|t| pieces(*t, 1)).collect();
    let mut all = vec![whole, bytewise];
    for (index, &cut) in turns.iter().enumerate() {
        let Turn::Says(text) = cut else { continue };
        // Long turns are cut where something can happen: near their ends and here and there.
        let stride = text.len() / 400 + 1;
        for at in (1..text.len()).step_by(stride) {
            let (head, tail) = text.split_at(at);
            let cut = [Turn::Says(head), Turn::Says(tail)];
            let turns = [&turns[..index], &cut, &turns[index + 1..]].concat();
            all.push(
                turns
                    .iter()
                    .flat_map(|t| pieces(*t, RECEIPT_LIMIT))
                    .collect(),
            );
        }
    }
    all
}

fn pieces(turn: Turn<'_>, size: usize) -> Vec<Turn<'_>> {
    match turn {
        Turn::Says(text) => text.chunks(size).map(Turn::Says).collect(),
        Turn::Closes => vec![Turn::Closes],
    }
}

/// Plays one delivery: what the dialogue did, a line each, and how it ended.
pub(crate) fn play(dialogue: &mut dyn Dialogue, delivery: &[Turn<'_>]) -> String {
    let mut transcript = String::new();
    let mut note = |line: &str| {
        transcript.push_str(line);
        transcript.push('\n');
    };
    let mut events: Vec<Happened<'_>> = delivery
        .iter()
        .rev()
        .map(|turn| match turn {
            Turn::Says(text) => Happened::Received(text),
            Turn::Closes => Happened::Closed,
        })
        .collect();
    events.push(Happened::Connected);
    while let Some(event) = events.pop() {
        match dialogue.advance(event) {
            Step::Await => {}
            Step::Send(bytes) => note(&format!("> {}", bytes.escape_ascii())),
            Step::Knock(bytes) => note(&format!("knock {}", bytes.escape_ascii())),
            Step::StartTls => {
                note("starttls");
                events.push(Happened::TlsStarted);
            }
            Step::Done => {
                note("done");
                return transcript;
            }
            Step::DoneSaying(bytes) => {
                note(&format!("done > {}", bytes.escape_ascii()));
                return transcript;
            }
            Step::Failed(failure) => {
                note(&format!("failed: {failure}"));
                return transcript;
            }
        }
    }
    note("waiting");
    transcript
}

/// Plays every delivery; all must end like `expected`.
pub(crate) fn check(make: &dyn Fn() -> Box<dyn Dialogue>, turns: &[&str], expected: &str) {
    let turns: Vec<_> = turns.iter().map(|text| turn(text)).collect();
    for delivery in deliveries(&turns) {
        let transcript = play(make().as_mut(), &delivery);
        assert_eq!(transcript, expected, "delivered as {delivery:?}");
    }
}

/// Plays `rounds` seeded mutations of `turns`: none may panic, and each must end or wait.
pub(crate) fn fuzz(make: &dyn Fn() -> Box<dyn Dialogue>, turns: &[&str], rounds: u64) {
    for seed in 1..=rounds {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mutated: Vec<Vec<u8>> = turns
            .iter()
            .map(|text| chance.mutate(text.as_bytes()))
            .collect();
        let mut delivery = Vec::new();
        for text in &mutated {
            delivery.extend(pieces(Turn::Says(text), 1 + chance.below(64)));
        }
        if chance.below(2) == 0 {
            delivery.push(Turn::Closes);
        }
        play(make().as_mut(), &delivery);
    }
}

/// xorshift64: same seed, same faults.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("below a usize")
    }

    /// `text` with up to four bytes changed, doubled, cut off or blown up.
    pub(crate) fn mutate(&mut self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for _ in 0..self.below(5) {
            if text.is_empty() {
                break;
            }
            let at = self.below(text.len());
            match self.below(5) {
                0 => text[at] = u8::try_from(self.below(256)).expect("below 256"),
                1 => text.insert(at, b"\0\r\n- \xff0:"[self.below(8)]),
                2 => text.truncate(at),
                3 => text.extend_from_within(at..),
                _ => {
                    let blown = vec![text[at]; self.below(40_000)];
                    text.splice(at..at, blown);
                }
            }
        }
        text
    }
}
