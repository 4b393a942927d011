//! Mails as text, decoded again by a decoder of our own.

use super::*;
use crate::model::MailFormat;
use crate::protocol::script::Chance;

fn alert(format: MailFormat) -> Alert {
    Alert {
        to: "ops@example.org".into(),
        format,
        event: "Does not exist".into(),
        service: "apache".into(),
        action: "restart".into(),
        host: "demohost".into(),
        description: "process is not running".into(),
        at: WallTime::new(1_795_330_914_000, 3600),
    }
}

fn format(from: &str, subject: &str, message: &str) -> MailFormat {
    let key = |text: &str| (!text.is_empty()).then(|| text.into());
    MailFormat {
        from: key(from),
        reply_to: None,
        subject: key(subject),
        message: key(message),
    }
}

fn mail(alert: &Alert) -> String {
    let envelope = Envelope {
        hostname: "box.example",
        unique: 0x27_48,
        now: WallTime::new(1_795_330_920_000, -12_600),
    };
    let letter = compose(alert, &envelope).unwrap();
    let text = String::from_utf8(letter.content).unwrap();
    assert_legal(&text);
    text
}

/// RFC 5322 section 2.1: ASCII, CRLF and nothing else at a line's end, no line too long; and no
/// header but ours.
fn assert_legal(text: &str) {
    assert!(text.is_ascii(), "{text}");
    assert!(text.ends_with("\r\n"), "{text}");
    for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= LINE_LIMIT, "{line:?}");
    }
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let names: Vec<_> = head
        .split("\r\n")
        .filter(|line| !line.starts_with(['\t', ' ']))
        .map(|line| line.split_once(": ").unwrap().0)
        .filter(|name| *name != "Reply-To")
        .collect();
    let expected = [
        "From",
        "To",
        "Subject",
        "Date",
        "X-Mailer",
        "Auto-Submitted",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    assert_eq!(names, expected, "{text}");
}

/// A header's value, unfolded.
fn header(text: &str, name: &str) -> String {
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n\t", "").replace("\r\n ", " ");
    let value = head
        .split("\r\n")
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    value
        .unwrap_or_else(|| panic!("no {name} in {text}"))
        .to_owned()
}

/// The body as it was before its transfer encoding.
fn body(text: &str) -> String {
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let bytes = match header(text, "Content-Transfer-Encoding").as_str() {
        "7bit" => body.as_bytes().to_vec(),
        "base64" => from_base64(body),
        "quoted-printable" => from_quoted_printable(&body.replace("=\r\n", "")),
        other => panic!("{other}"),
    };
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

/// A header of encoded words and blanks between them.
fn decoded_words(value: &str) -> String {
    let mut bytes = Vec::new();
    for word in value.replace("?==?", "?= =?").split_whitespace() {
        let parts: Vec<_> = word.split('?').collect();
        assert!(word.len() <= 75, "{word}");
        match parts[..] {
            ["=", _, "B", text, "="] => bytes.extend(from_base64(text)),
            ["=", _, "Q", text, "="] => {
                bytes.extend(from_quoted_printable(&text.replace('_', " ")));
            }
            _ => panic!("{word}"),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn from_quoted_printable(text: &str) -> Vec<u8> {
    let mut pieces = text.split('=');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend(&piece.as_bytes()[2..]);
    }
    bytes
}

fn from_base64(text: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.chars().filter(|c| !c.is_whitespace() && *c != '=') {
        let value = LETTERS.find(letter).unwrap();
        bits = (bits << 6 | u32::try_from(value).unwrap()) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}

#[test]
fn a_mail_without_a_format() {
    let expected = "\
From: monit@demohost
To: ops@example.org
Subject: monit alert --  Does not exist apache
Date: Sun, 22 Nov 2026 03:32:00 -0330
X-Mailer: tend/VERSION
Auto-Submitted: auto-generated
Message-ID: <1795330920.0000000000002748@box.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=\"utf-8\"
Content-Transfer-Encoding: 7bit

Does not exist: apache

\tDate:        Sun, 22 Nov 2026 08:01:54
\tAction:      restart
\tHost:        demohost
\tDescription: process is not running

Sent by tend, which keeps an eye on this machine.
";
    let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        mail(&alert(MailFormat::default())).replace("\r\n", "\n"),
        expected
    );
}

#[test]
fn the_owners_format_with_every_placeholder() {
    let text = mail(&alert(format(
        "monit@mail.aconus.com",
        "$SERVICE $EVENT at $DATE",
        "Monit $ACTION $SERVICE at $DATE on $HOST: $DESCRIPTION.\nYours sincerely,\nmonit",
    )));
    assert_eq!(header(&text, "From"), "monit@mail.aconus.com");
    assert_eq!(
        header(&text, "Subject"),
        "apache Does not exist at Sun, 22 Nov 2026 08:01:54"
    );
    assert_eq!(
        body(&text),
        "Monit restart apache at Sun, 22 Nov 2026 08:01:54 on demohost: process is not running.\n\
         Yours sincerely,\nmonit\n"
    );
}

#[test]
fn what_is_no_placeholder_stays() {
    let mut alert = alert(format(
        "",
        "$FOO 100% $",
        "$FOO %d %s $$HOST $EVENTS $service\n.\n= $DESCRIPTION =3D",
    ));
    alert.description = "$HOST and $ACTION".into();
    let text = mail(&alert);
    assert_eq!(header(&text, "Subject"), "$FOO 100% $");
    assert_eq!(
        body(&text),
        "$FOO %d %s $demohost Does not existS $service\n.\n= $HOST and $ACTION =3D\n"
    );
}

#[test]
fn senders_of_all_sorts() {
    let from = |from: &str| header(&mail(&alert(format(from, "", ""))), "From");
    assert_eq!(
        from("Demo Agent <agent@$HOST>"),
        "\"Demo Agent\" <agent@demohost>"
    );
    assert_eq!(from("\"Demo Agent\" <agent@x>"), "\"Demo Agent\" <agent@x>");
    assert_eq!(from("tend on $HOST <a@b>"), "\"tend on demohost\" <a@b>");
    assert_eq!(from("<a@b>"), "a@b");
    assert_eq!(from("O\"Brien\\ <a@b>"), "\"O\\\"Brien\\\\\" <a@b>");
    for none in ["nobody", "a b@c", "x <y>", "<>", "a@b\r\nBcc: c@d"] {
        assert_eq!(from(none), "monit@demohost", "{none:?}");
    }
    for name in [
        "B\u{fc}ro \u{3042}\u{3044}",
        &"\u{3042}".repeat(60),
        &"\u{fc}".repeat(90),
    ] {
        let wide = from(&format!("{name} <a@b>"));
        let words = wide.strip_suffix(" <a@b>").unwrap();
        assert_eq!(decoded_words(words), name);
    }

    let mut reply = alert(MailFormat::default());
    reply.format.reply_to = Some("Help <help@example.org>".into());
    assert_eq!(
        header(&mail(&reply), "Reply-To"),
        "\"Help\" <help@example.org>"
    );
}

#[test]
fn a_host_that_makes_no_address() {
    let mut alert = alert(MailFormat::default());
    alert.host = "my box".into();
    assert_eq!(header(&mail(&alert), "From"), "monit@box.example");
    let envelope = Envelope {
        hostname: "\u{fc}",
        unique: 1,
        now: WallTime::default(),
    };
    let letter = compose(&alert, &envelope).unwrap();
    assert_eq!(letter.from.as_str(), "monit@localhost");
}

#[test]
fn recipients_that_are_none() {
    let mut alert = alert(MailFormat::default());
    alert.to = "a@b>\r\nRCPT TO:<c@d".into();
    let envelope = Envelope {
        hostname: "h",
        unique: 1,
        now: WallTime::default(),
    };
    let refused = compose(&alert, &envelope).unwrap_err();
    assert_eq!(&*refused, "`a@b>  RCPT TO:<c@d` is no mail address");
}

#[test]
fn no_line_end_reaches_a_header() {
    let mut alert = alert(format(
        "Evil\r\nBcc: x@y <a@b>",
        "$SERVICE\r\nBcc: c@d\r\n\r\nbody",
        "$DESCRIPTION",
    ));
    alert.service = "web\r\nBcc: e@f\n\rX: y\0".into();
    alert.description = "line\r\n.\r\nMAIL FROM:<x@y>\rlone\0nul\x1b[1m".into();
    let text = mail(&alert);
    assert_eq!(header(&text, "From"), "\"Evil  Bcc: x@y\" <a@b>");
    assert_eq!(body(&text), "line\n.\nMAIL FROM:<x@y>?lone?nul?[1m\n");
}

/// Filters look for words in the body; broken in two, or in base64, they would not find them.
#[test]
fn plain_text_is_not_encoded() {
    let line = "a".repeat(LINE_LIMIT);
    let text = format!("{line}\nblanks at the end  \n=3D\n");
    let mail = mail(&alert(format("", "", &text)));
    assert_eq!(header(&mail, "Content-Transfer-Encoding"), "7bit");
    let (_, body) = mail.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, text.replace('\n', "\r\n"));
}

#[test]
fn wide_letters_and_long_lines_arrive_whole() {
    let mut alert = alert(format("", "\u{3042}: $DESCRIPTION", "$DESCRIPTION"));
    for description in [
        "gr\u{fc}\u{df} 100% = all".to_owned(),
        "\u{3042}".repeat(90),
        "trailing blank \nand tab\t\nend ".to_owned(),
        "x".repeat(5000),
        format!("{}\n{}", "y ".repeat(600), "\u{1f600}".repeat(300)),
    ] {
        alert.description = description.clone().into();
        let text = mail(&alert);
        assert_eq!(body(&text), format!("{description}\n"));
        let subject = one_line(&format!("\u{3042}: {description}"), SUBJECT_LIMIT);
        assert_eq!(decoded_words(&header(&text, "Subject")), subject);
    }
}

#[test]
fn subjects_and_bodies_are_bounded() {
    let mut alert = alert(format("", "$DESCRIPTION", "$DESCRIPTION"));
    alert.description = "\u{fc}".repeat(BODY_LIMIT).into();
    let text = mail(&alert);
    let shortened = |limit: usize| "\u{fc}".repeat(limit / 2) + "...";
    assert_eq!(
        decoded_words(&header(&text, "Subject")),
        shortened(SUBJECT_LIMIT)
    );
    assert_eq!(body(&text), shortened(BODY_LIMIT) + "\n");

    let name = "n".repeat(NAME_LIMIT + 1);
    let cut = "n".repeat(NAME_LIMIT);
    assert_eq!(
        Sender::parse(&format!("{name} <a@b>")).unwrap().header(),
        format!("\"{cut}...\" <a@b>")
    );
}

#[test]
fn whatever_the_texts_hold_the_mail_is_legal() {
    const PARTS: [&str; 16] = [
        "\r\n",
        "\n",
        "\r",
        "\0",
        ".",
        "a",
        "\u{fc}",
        "\u{1f600}",
        " ",
        "\t",
        "=",
        "?=",
        "=?utf-8?Q?",
        "\"",
        "word ",
        "<x@y>",
    ];
    for seed in 1..400 {
        let mut chance = Chance(seed);
        let mut text = || -> Box<str> {
            let length = chance.below(120);
            (0..length)
                .map(|_| PARTS[chance.below(PARTS.len())])
                .collect::<String>()
                .into()
        };
        let mut alert = alert(format(&text(), &text(), "$DESCRIPTION"));
        alert.service = text();
        alert.host = text();
        alert.event = text();
        alert.format.reply_to = Some(text());
        alert.description = text();
        assert_eq!(
            body(&mail(&alert)),
            body_text(&alert.description),
            "seed {seed}"
        );
    }
}
