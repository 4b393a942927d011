//! The test of a mail server, and the opening it shares with the delivery of mail.

use super::*;
use crate::protocol::script;

fn smtp(turns: &[&str], expected: &str) {
    script::check(&|| Box::new(Smtp::new(false)), turns, expected);
}

/// The opening alone, with STARTTLS wanted; `open` names what is offered in the end.
struct Alone(Replies, Option<Opening>);

impl Dialogue for Alone {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        let Self(replies, opening) = self;
        on_reply(replies, happened, &mut |event| match opening
            .take()
            .expect("still opening")
            .advance(event)
        {
            Opened::NotYet(next, step) => {
                *opening = Some(next);
                step
            }
            Opened::Open(offered) => Step::DoneSaying(format!("{offered:?}").into_bytes()),
            Opened::Failed(failure) => failure.into(),
        })
    }
}

fn opening(wants_tls: bool, turns: &[&str], expected: &str) {
    let make = || -> Box<dyn Dialogue> {
        Box::new(Alone(
            Replies::default(),
            Some(Opening::new("box.example", wants_tls)),
        ))
    };
    script::check(&make, turns, expected);
}

#[test]
fn a_server_that_is_well() {
    smtp(
        &[
            "220 sink.example ESMTP\r\n",
            "250-sink.example\r\n250 8BITMIME\r\n",
        ],
        "> EHLO localhost\\r\\n\ndone > QUIT\\r\\n\n",
    );
    smtp(
        &["220-a\r\n220-b\r\n220 c\r\n", "250\r\n"],
        "> EHLO localhost\\r\\n\ndone > QUIT\\r\\n\n",
    );
}

#[test]
fn helo_only_where_ehlo_is_refused() {
    let helo = "> EHLO localhost\\r\\n\n> HELO localhost\\r\\n\ndone > QUIT\\r\\n\n";
    for refusal in ["500 what\r\n", "502 no\r\n", "550-go\r\n550 away\r\n"] {
        smtp(&["220 old\r\n", refusal, "250 old\r\n"], helo);
    }
    smtp(
        &["220 old\r\n", "421 busy\r\n"],
        "> EHLO localhost\\r\\n\nfailed: Mailserver response error -- 421 busy\n",
    );
    smtp(
        &["220 old\r\n", "500 what\r\n", "500 what\r\n"],
        "> EHLO localhost\\r\\n\n> HELO localhost\\r\\n\n\
         failed: Mailserver response error -- 500 what\n",
    );
}

#[test]
fn servers_that_are_not_well() {
    smtp(
        &["554-go\r\n554 away\r\n"],
        "failed: Mailserver response error -- 554-go 554 away\n",
    );
    smtp(
        &["garbage\r\n"],
        "failed: Mailserver response error -- garbage\n",
    );
    let closed =
        "failed: Error receiving data from the mailserver -- Connection closed by the peer\n";
    smtp(&["<close>"], closed);
    smtp(&["220 hel", "<close>"], closed);
    smtp(
        &["220 hello\r\n", "250-x\r\n", "<close>"],
        &format!("> EHLO localhost\\r\\n\n{closed}"),
    );
    smtp(&["220 hel"], "waiting\n");
    smtp(&[], "waiting\n");
    smtp(
        &["220 \x1b[2Jx\0\r\n", "454 \x07\r\n"],
        "> EHLO localhost\\r\\n\nfailed: Mailserver response error -- 454 \u{fffd}\n",
    );
}

#[test]
fn starttls_then_a_second_ehlo() {
    opening(
        true,
        &[
            "220 hi\r\n",
            "250-x\r\n250-AUTH LOGIN\r\n250 STARTTLS\r\n",
            "220 go\r\n",
            "250-x\r\n250 AUTH PLAIN CRAM-MD5\r\n",
        ],
        "> EHLO box.example\\r\\n\n> STARTTLS\\r\\n\nstarttls\n> EHLO box.example\\r\\n\n\
         done > Capabilities { starttls: false, auth_plain: true, auth_login: false }\n",
    );
}

#[test]
fn no_starttls_is_a_failure_where_it_is_wanted() {
    let missing = "failed: Mailserver does not offer STARTTLS, but TLS is asked for\n";
    opening(
        true,
        &["220 hi\r\n", "250-STARTTLS\r\n250 SIZE\r\n"],
        &format!("> EHLO box.example\\r\\n\n{missing}"),
    );
    opening(
        true,
        &["220 hi\r\n", "500 what\r\n", "250 hi\r\n"],
        &format!("> EHLO box.example\\r\\n\n> HELO box.example\\r\\n\n{missing}"),
    );
    opening(
        true,
        &[
            "220 hi\r\n",
            "250-x\r\n250 starttls\r\n",
            "454 not today\r\n",
        ],
        "> EHLO box.example\\r\\n\n> STARTTLS\\r\\n\n\
         failed: Mailserver response error -- 454 not today\n",
    );
}

#[test]
fn what_is_said_before_tls_starts_is_not_carried_into_it() {
    let mut dialogue = Alone(Replies::default(), Some(Opening::new("me", true)));
    dialogue.advance(Happened::Connected);
    dialogue.advance(Happened::Received(b"220 hi\r\n"));
    dialogue.advance(Happened::Received(b"250-x\r\n250 STARTTLS\r\n"));
    let step = dialogue.advance(Happened::Received(b"220 go\r\n250 x\r\n"));
    assert_eq!(
        step,
        Step::Failed(crate::protocol::Failure::new(
            "Mailserver response error -- the server speaks out of turn"
        ))
    );
}

#[test]
fn mechanisms_in_old_and_odd_forms() {
    for (line, plain, login) in [
        ("AUTH PLAIN LOGIN", true, true),
        ("AUTH=LOGIN", false, true),
        ("auth=login plain", true, true),
        ("AUTH", false, false),
        ("AUTHX PLAIN", false, false),
        ("AUTH  PLAINER", false, false),
    ] {
        opening(
            false,
            &[
                "220 hi\r\n",
                &format!("250-AUTH PLAIN LOGIN\r\n250 {line}\r\n"),
            ],
            &format!(
                "> EHLO box.example\\r\\n\ndone > Capabilities {{ starttls: false, \
                 auth_plain: {plain}, auth_login: {login} }}\n"
            ),
        );
    }
}

#[test]
fn a_test_with_starttls_says_goodbye_under_tls() {
    script::check(
        &|| Box::new(Smtp::new(true)),
        &[
            "220 hi\r\n",
            "250-x\r\n250 STARTTLS\r\n",
            "220 go\r\n",
            "250 x\r\n",
        ],
        "> EHLO localhost\\r\\n\n> STARTTLS\\r\\n\nstarttls\n\
         > EHLO localhost\\r\\n\ndone > QUIT\\r\\n\n",
    );
}

#[test]
fn no_mutation_breaks_it() {
    let turns = [
        "220-hi\r\n220 ho\r\n",
        "250-x\r\n250 STARTTLS\r\n",
        "220 go\r\n",
        "250 x\r\n",
    ];
    script::fuzz(&|| Box::new(Smtp::new(false)), &turns, 300);
    let alone = || -> Box<dyn Dialogue> {
        Box::new(Alone(Replies::default(), Some(Opening::new("me", true))))
    };
    script::fuzz(&alone, &turns, 300);
}
