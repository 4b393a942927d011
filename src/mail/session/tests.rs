//! Deliveries against scripted servers: transcript and fates, at every cut.

use super::*;
use crate::mail::address::Address;
use crate::protocol::script;

fn letter(number: u64) -> (LetterId, Letter) {
    let letter = Letter {
        from: Address::parse("monit@box").unwrap(),
        to: Address::parse(&format!("to{number}@x")).unwrap(),
        content: b"Subject: s\r\n\r\n.\r\n..x\r\nend\r\n".to_vec(),
    };
    (LetterId(number), letter)
}

struct Case {
    tls: SessionTls,
    credentials: Option<(&'static str, &'static str)>,
    letters: u64,
}

const PLAIN: Case = Case {
    tls: SessionTls::Plain,
    credentials: None,
    letters: 1,
};

impl Case {
    fn session(&self) -> Session {
        let letters = (1..=self.letters).map(letter).collect();
        Session::new("box", self.tls, self.credentials, letters)
    }

    /// Plays `turns` at every cut; `expected` is the transcript after `EHLO box`, then the fates.
    fn check(&self, turns: &[&str], expected: &[&str]) {
        let turns: Vec<_> = turns.iter().map(|text| script::turn(text)).collect();
        for delivery in script::deliveries(&turns) {
            let mut session = self.session();
            let mut lines = script::play(&mut session, &delivery);
            for (LetterId(number), fate) in session.fates() {
                let fate = match fate {
                    Fate::Accepted => "accepted".to_owned(),
                    Fate::Refused { permanent, reason } => {
                        format!(
                            "refused {} -- {reason}",
                            if permanent { "for good" } else { "now" }
                        )
                    }
                };
                lines.push_str(&format!("letter {number} {fate}\n"));
            }
            let lines = lines.replace("\\r\\n\n", "\n");
            let lines: Vec<_> = lines.lines().collect();
            assert_eq!(lines, expected, "delivered as {delivery:?}");
        }
    }
}

const HI: &str = "220 hi\r\n";
const EHLO: &str = "250-x\r\n250 8BITMIME\r\n";
const OK: &str = "250 ok\r\n";
const GO: &str = "354 go\r\n";
const CONTENT: &str = "> Subject: s\\r\\n\\r\\n..\\r\\n...x\\r\\nend\\r\\n.";
const CLOSED: &str =
    "failed: Error receiving data from the mailserver -- Connection closed by the peer";

#[test]
fn one_letter() {
    PLAIN.check(
        &[HI, EHLO, OK, OK, GO, "250 queued\r\n"],
        &[
            "> EHLO box",
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to1@x>",
            "> DATA",
            CONTENT,
            "done > QUIT",
            "letter 1 accepted",
        ],
    );
}

#[test]
fn several_letters_over_one_connection_each_with_its_fate() {
    let case = Case {
        letters: 5,
        ..PLAIN
    };
    case.check(
        &[
            HI,
            EHLO,
            "550-no\r\n550 such sender\r\n", // 1: MAIL
            OK,
            "450 greylisted\r\n", // 2: RCPT
            OK,
            OK,
            OK,
            "451 disk full\r\n", // 3: DATA
            OK,
            OK,
            OK,
            GO,
            "554 spam\r\n", // 4: content
            OK,
            "251 forwarded\r\n",
            GO,
            OK, // 5
        ],
        &[
            "> EHLO box",
            "> MAIL FROM:<monit@box>",
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to2@x>",
            "> RSET",
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to3@x>",
            "> DATA",
            "> RSET",
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to4@x>",
            "> DATA",
            CONTENT,
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to5@x>",
            "> DATA",
            CONTENT,
            "done > QUIT",
            "letter 1 refused for good -- 550-no 550 such sender",
            "letter 2 refused now -- 450 greylisted",
            "letter 3 refused now -- 451 disk full",
            "letter 4 refused for good -- 554 spam",
            "letter 5 accepted",
        ],
    );
}

#[test]
fn a_refused_last_letter_needs_no_reset() {
    PLAIN.check(
        &[HI, EHLO, OK, "550 no\r\n"],
        &[
            "> EHLO box",
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to1@x>",
            "done > QUIT",
            "letter 1 refused for good -- 550 no",
        ],
    );
}

#[test]
fn what_was_accepted_stays_accepted() {
    let case = Case {
        letters: 2,
        ..PLAIN
    };
    let first = [HI, EHLO, OK, OK, GO, OK];
    let said = [
        "> EHLO box",
        "> MAIL FROM:<monit@box>",
        "> RCPT TO:<to1@x>",
        "> DATA",
        CONTENT,
        "> MAIL FROM:<monit@box>",
    ];
    let check = |more: &[&str], then: &[&str]| {
        case.check(
            &[&first[..], more].concat(),
            &[&said[..], then, &["letter 1 accepted"]].concat(),
        );
    };
    check(&["<close>"], &[CLOSED]);
    check(&["25", "<close>"], &[CLOSED]);
    check(
        &["421 too many\r\n"],
        &["failed: Mailserver response error -- 421 too many"],
    );
    check(
        &[OK, OK, GO, "<close>"],
        &["> RCPT TO:<to2@x>", "> DATA", CONTENT, CLOSED],
    );
    check(
        &["rubbish\r\n"],
        &["failed: Mailserver response error -- rubbish"],
    );
    check(
        &["354 go\r\n"],
        &["failed: Mailserver response error -- 354 go"],
    );
    check(
        &[OK, OK, OK],
        &[
            "> RCPT TO:<to2@x>",
            "> DATA",
            "failed: Mailserver response error -- 250 ok",
        ],
    );
}

#[test]
fn an_answer_too_many_is_never_taken_for_the_next() {
    let mut session = Case {
        letters: 2,
        ..PLAIN
    }
    .session();
    session.advance(Happened::Connected);
    for text in [HI, EHLO, OK, OK, GO] {
        session.advance(Happened::Received(text.as_bytes()));
    }
    let step = session.advance(Happened::Received(b"250 ok\r\n250 ok\r\n"));
    let Step::Failed(failure) = step else {
        panic!("{step:?}");
    };
    assert_eq!(
        &*failure.0,
        "Mailserver response error -- the server speaks out of turn"
    );
    assert_eq!(session.fates(), [(LetterId(1), Fate::Accepted)]);
}

#[test]
fn passwords_by_plain_or_login() {
    let case = Case {
        credentials: Some(("user@x", "secret")),
        ..PLAIN
    };
    let rest = [
        "> MAIL FROM:<monit@box>",
        "> RCPT TO:<to1@x>",
        "> DATA",
        CONTENT,
        "done > QUIT",
        "letter 1 accepted",
    ];
    case.check(
        &[
            HI,
            "250-x\r\n250 AUTH LOGIN PLAIN\r\n",
            "235 in\r\n",
            OK,
            OK,
            GO,
            OK,
        ],
        &[
            &["> EHLO box", "> AUTH PLAIN AHVzZXJAeABzZWNyZXQ="],
            &rest[..],
        ]
        .concat(),
    );
    let login = &["> EHLO box", "> AUTH LOGIN", "> dXNlckB4", "> c2VjcmV0"];
    for offer in [
        "250-x\r\n250 AUTH LOGIN CRAM-MD5\r\n",
        "250-x\r\n250 AUTH=LOGIN\r\n",
    ] {
        case.check(
            &[
                HI,
                offer,
                "334 VXNlcm5hbWU6\r\n",
                "334 UGFzc3dvcmQ6\r\n",
                "235 in\r\n",
                OK,
                OK,
                GO,
                OK,
            ],
            &[&login[..], &rest[..]].concat(),
        );
    }
}

#[test]
fn passwords_that_are_not_taken() {
    let case = Case {
        credentials: Some(("u", "p")),
        ..PLAIN
    };
    let plain = "250-x\r\n250 AUTH PLAIN\r\n";
    let login = "250-x\r\n250 AUTH LOGIN\r\n";
    case.check(
        &[HI, plain, "535 no\r\n"],
        &[
            "> EHLO box",
            "> AUTH PLAIN AHUAcA==",
            "failed: Mailserver authentication failed -- 535 no",
        ],
    );
    case.check(
        &[HI, login, "334 u\r\n", "535 no\r\n"],
        &[
            "> EHLO box",
            "> AUTH LOGIN",
            "> dQ==",
            "failed: Mailserver authentication failed -- 535 no",
        ],
    );
    case.check(
        &[HI, login, "235 what\r\n"],
        &[
            "> EHLO box",
            "> AUTH LOGIN",
            "failed: Mailserver authentication failed -- 235 what",
        ],
    );
    let none =
        "failed: Mailserver offers neither AUTH PLAIN nor AUTH LOGIN, but a user name is set";
    case.check(&[HI, EHLO], &["> EHLO box", none]);
    case.check(
        &[HI, "250-x\r\n250 AUTH CRAM-MD5\r\n"],
        &["> EHLO box", none],
    );
    case.check(
        &[HI, "502 what\r\n", "250 x\r\n"],
        &["> EHLO box", "> HELO box", none],
    );
}

#[test]
fn a_password_leaves_only_through_the_tls_asked_for() {
    let case = Case {
        tls: SessionTls::StartTls,
        credentials: Some(("u", "p")),
        letters: 1,
    };
    case.check(
        &[
            HI,
            "250-x\r\n250-AUTH LOGIN\r\n250 STARTTLS\r\n",
            "220 go\r\n",
            "250-x\r\n250 AUTH PLAIN\r\n",
            "235 in\r\n",
            OK,
            OK,
            GO,
            OK,
        ],
        &[
            "> EHLO box",
            "> STARTTLS",
            "starttls",
            "> EHLO box",
            "> AUTH PLAIN AHUAcA==",
            "> MAIL FROM:<monit@box>",
            "> RCPT TO:<to1@x>",
            "> DATA",
            CONTENT,
            "done > QUIT",
            "letter 1 accepted",
        ],
    );
    case.check(
        &[HI, "250-x\r\n250 AUTH PLAIN\r\n"],
        &[
            "> EHLO box",
            "failed: Mailserver does not offer STARTTLS, but TLS is asked for",
        ],
    );
    case.check(
        &[
            HI,
            "250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
            "502 no\r\n",
        ],
        &[
            "> EHLO box",
            "> STARTTLS",
            "failed: Mailserver response error -- 502 no",
        ],
    );
    let implicit = Case {
        tls: SessionTls::Implicit,
        ..case
    };
    implicit.check(
        &[HI, "250-x\r\n250 AUTH PLAIN\r\n", "235 in\r\n"],
        &[
            "> EHLO box",
            "> AUTH PLAIN AHUAcA==",
            "> MAIL FROM:<monit@box>",
            "waiting",
        ],
    );
}

#[test]
fn servers_that_refuse_at_once() {
    PLAIN.check(
        &["554 go away\r\n"],
        &["failed: Mailserver response error -- 554 go away"],
    );
    PLAIN.check(&["<close>"], &[CLOSED]);
    PLAIN.check(&[HI, "<close>"], &["> EHLO box", CLOSED]);
    PLAIN.check(&[], &["waiting"]);
    Case {
        letters: 0,
        ..PLAIN
    }
    .check(&[HI, EHLO], &["> EHLO box", "done > QUIT"]);
}

#[test]
fn content_is_dot_stuffed_and_ended() {
    assert_eq!(dot_stuffed(b""), b"\r\n.\r\n");
    assert_eq!(dot_stuffed(b"a\r\n"), b"a\r\n.\r\n");
    assert_eq!(
        dot_stuffed(b".\r\n.a\r\na.\r\n"),
        b"..\r\n..a\r\na.\r\n.\r\n"
    );
    assert_eq!(dot_stuffed(b"a"), b"a\r\n.\r\n");
}

#[test]
fn no_mutation_breaks_it() {
    let turns = [
        HI,
        "250-x\r\n250 AUTH LOGIN\r\n",
        "334 u\r\n",
        "334 p\r\n",
        "235 in\r\n",
        OK,
        OK,
        GO,
        OK,
    ];
    let case = Case {
        credentials: Some(("u", "p")),
        ..PLAIN
    };
    script::fuzz(&|| Box::new(case.session()), &turns, 500);
}
