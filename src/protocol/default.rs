//! `protocol default`: is anybody there?
//!
//! An open TCP connection is enough, and nothing is said. Over UDP one NUL byte is sent (reference
//! F114): an answer is good, silence too, and a refusal (ICMP) is the network's to report.

use crate::model::Transport;

use super::{Dialogue, Happened, Step};

pub(super) struct Presence {
    transport: Transport,
}

impl Presence {
    pub(super) fn new(transport: Transport) -> Self {
        Self { transport }
    }
}

impl Dialogue for Presence {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        match (self.transport, happened) {
            (Transport::Udp, Happened::Connected) => Step::Knock(vec![0]),
            (Transport::Tcp, Happened::Connected)
            | (
                Transport::Tcp | Transport::Udp,
                Happened::Received(_) | Happened::TlsStarted | Happened::Silent | Happened::Closed,
            ) => Step::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_connection_is_enough() {
        let mut dialogue = Presence::new(Transport::Tcp);
        assert_eq!(dialogue.advance(Happened::Connected), Step::Done);
    }

    #[test]
    fn udp_knocks_and_takes_silence_for_an_answer() {
        for answer in [Happened::Received(b"x"), Happened::Silent, Happened::Closed] {
            let mut dialogue = Presence::new(Transport::Udp);
            assert_eq!(dialogue.advance(Happened::Connected), Step::Knock(vec![0]));
            assert_eq!(dialogue.advance(answer), Step::Done);
        }
    }
}
