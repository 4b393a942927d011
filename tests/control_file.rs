//! The control file: that the one this program was written for is understood as it is, and that
//! a wrong one is answered with every error, its place and a caret.

use crate::support::{Outcome, Sandbox};

/// The control file of a box from 2005, byte for byte.
const SEED: &str = include_str!("../contrib/examples/monitrc-apache-postfix");

#[cfg(feature = "tls")]
#[test]
fn the_seed_is_understood_but_for_what_this_machine_lacks() {
    let test = Sandbox::new();
    test.write("monitrc", SEED);
    test.permit("monitrc", 0o600);
    let outcome = test.tend(&["-t"]);
    let told = format!("{}{}", outcome.stdout, outcome.stderr);
    let mut errors = 0;
    for (path, is_error) in [
        ("/usr/local/certs/monit.pem", true),
        ("/etc/init.d/apache2", false),
        ("/etc/init.d/postfix", false),
    ] {
        if std::path::Path::new(path).exists() {
            continue;
        }
        errors += usize::from(is_error);
        for (index, line) in SEED.lines().enumerate() {
            if let Some(column) = line.find(path) {
                // The caret stands under the word, or under the quote before it.
                let place = |column: usize| format!("monitrc:{}:{column}\n", index + 1);
                let told_there = [column, column + 1]
                    .into_iter()
                    .any(|c| told.contains(&place(c)));
                assert!(told_there, "{}{path}:\n{told}", place(column));
            }
        }
    }
    assert_eq!(outcome.code, i32::from(errors > 0), "{told}");
    assert_eq!(told.matches("error: ").count(), errors, "{told}");
    if errors > 0 {
        assert!(told.contains('^'), "a caret:\n{told}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn the_seed_asks_for_tls() {
    let test = Sandbox::new();
    test.write("monitrc", SEED);
    test.permit("monitrc", 0o600);
    let outcome = test.tend(&["-t"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let words = "error: this `tend` was built without TLS";
    let asks = |line: &&str| {
        ["TCPSSL", "ssl enable"]
            .iter()
            .any(|word| line.contains(word))
    };
    let asking = SEED.lines().filter(asks).count();
    let told = outcome.stderr;
    assert_eq!(told.matches(words).count(), asking, "{told}");
}

#[cfg(feature = "tls")]
#[test]
fn the_seed_runs_once_its_certificate_is_there() {
    let test = Sandbox::new();
    let text = SEED.replace("/usr/local/certs/monit.pem", "$DIR/monit.pem");
    test.write("monitrc", &text);
    test.permit("monitrc", 0o600);
    let pem = format!(
        "{}{}",
        crate::support::tls::KEY,
        crate::support::tls::CERTIFICATE
    );
    test.write("monit.pem", &pem);
    test.permit("monit.pem", 0o600);
    let outcome = test.tend(&["-t"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.stdout.contains("Control file syntax OK"),
        "{outcome:?}"
    );
}

#[test]
fn what_a_file_means_is_said_in_sentences() {
    let test = Sandbox::new().monitrc(
        "set daemon 30
check process web with pidfile $DIR/web.pid
  start program = \"/bin/sh -c true\"
  every \"* 8-19 * * 1-5\"
  if 3 restarts within 3 cycles then unmonitor
",
    );
    for arguments in [&["-t", "--explain"][..], &["--explain"]] {
        let outcome = test.tend(arguments);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        for sentence in [
            "A cycle begins every 30 seconds.",
            "every minute of hour 8 to 19, on Monday to Friday.",
            "If it does not run, that is reported and it is started.",
            "If it was restarted 3 times within 3 cycles, that is reported and it is watched no",
            "Control file syntax OK",
        ] {
            assert!(outcome.stdout.contains(sentence), "{sentence}: {outcome:?}");
        }
    }
}

#[test]
fn every_error_is_told_in_one_run_with_a_caret() {
    let outcome = wrong(
        "set daemon 120
set mailserver localhost prot 25
check process web with pidfile /run/web.pid
  if 3 restarts within 5 cylces then unmonitor
check process web with pidfile /run/web.pid
  depends on nobody
",
    );
    for place in ["monitrc:2:26", "monitrc:4:26", "monitrc:5:", "monitrc:6:"] {
        assert!(
            outcome.stderr.contains(place),
            "{place}:\n{}",
            outcome.stderr
        );
    }
    assert!(
        outcome.stderr.contains("did you mean `cycles`?"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("^^^^^^"), "{}", outcome.stderr);
}

/// Whoever starts it from init reads no terminal.
#[test]
fn the_errors_of_a_start_are_in_the_log_too() {
    let test = Sandbox::new().monitrc("set daemon 1\ncheck proces web\n");
    let log = test.path("log").display().to_string();
    let outcome = test.tend(&["-I", "-l", &log]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    for text in [test.log(), outcome.stderr] {
        assert!(text.contains("`proces` cannot stand here"), "{text}");
        assert!(text.contains("monitrc:2:7"), "{text}");
    }
}

/// None of these is read for ever.
#[test]
fn what_is_no_password_file_is_refused() {
    let test = Sandbox::new().monitrc(
        "set httpd port 2812 allow $DIR allow $DIR/fifo allow /dev/zero allow md5 $DIR/none\n",
    );
    let made = std::process::Command::new("mkfifo")
        .arg(test.path("fifo"))
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let outcome = test.tend(&["-t"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let errors = outcome
        .stderr
        .matches("cannot read the password file")
        .count();
    assert_eq!(errors, 4, "{}", outcome.stderr);
}

#[test]
fn wrong_files_are_refused_with_line_and_column() {
    for (text, place) in [
        ("set daemon 0\n", "monitrc:1:"),
        ("check file a with path relative\n", "monitrc:1:"),
        ("check file a with path \"/x\n", "monitrc:1:"),
        ("set alert root\n", "monitrc:1:"),
        (
            "check process a with pidfile /x as uid nosuchuser\n",
            "monitrc:1:",
        ),
        (
            "check process a with pidfile /x\n  start program = \"/bin/true\" as uid nosuchuser\n",
            "monitrc:2:",
        ),
        (
            "check process a with pidfile /x\n  if failed port 0 then alert\n",
            "monitrc:2:",
        ),
        (
            "check process a with pidfile /x
               if failed port 25 with timeout 0 seconds then alert\n",
            "monitrc:2:",
        ),
        (
            "check process a with pidfile /x\n  if 5 restarts within 3 cycles then alert\n",
            "monitrc:2:",
        ),
        (
            "check file a with path /x\n  if 3 restarts within 3 cycles then fly\n",
            "monitrc:2:",
        ),
        ("check file a with path /x\n depends on a\n", "monitrc:2:"),
        ("\u{1}\u{2}\n", "monitrc:1:"),
        (
            "set httpd port 2812 with ssl { pemchain: /x }\n  allow localhost\n",
            "monitrc:1:",
        ),
    ] {
        let outcome = wrong(text);
        assert!(outcome.stderr.contains(place), "{text}\n{}", outcome.stderr);
        assert!(outcome.stderr.contains('^'), "{text}\n{}", outcome.stderr);
    }
}

#[test]
fn files_written_elsewhere_are_read_too() {
    for text in [
        "set daemon 5",
        "set daemon 5\r\ncheck file a with path /x\r\n",
        "\u{feff}set daemon 5\n",
        "# only a comment",
        "check file \"naïve name ☃\" with path /x
         check file b with path /y depends on \"naïve name ☃\"\n",
    ] {
        let test = Sandbox::new();
        test.write("monitrc", text);
        test.permit("monitrc", 0o600);
        let outcome = test.tend(&["-t"]);
        assert_eq!(outcome.code, 0, "{text:?}: {outcome:?}");
    }
}

#[test]
fn a_file_others_may_read_is_refused() {
    let test = Sandbox::new();
    test.write("monitrc", "set daemon 5\ncheck nonsense\n");
    test.permit("monitrc", 0o644);
    let outcome = test.tend(&["-t"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("its mode is 0644"), "{outcome:?}");
    assert!(
        outcome.stderr.contains("monitrc:2:"),
        "and the rest is told too: {outcome:?}"
    );
}

#[test]
fn included_files_are_named_in_their_errors() {
    let test = Sandbox::new();
    std::fs::create_dir(test.path("conf.d")).expect("the sandbox is ours");
    test.write("conf.d/a", "check file a with path /x\n");
    test.write("conf.d/b", "check fiel b with path /y\n");
    test.write("monitrc", "set daemon 5\ninclude $DIR/conf.d/*\n");
    test.permit("monitrc", 0o600);
    let outcome = test.tend(&["-t"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stderr.contains("conf.d/b:1:"), "{outcome:?}");
    assert!(
        outcome.stderr.contains("monitrc:2"),
        "who included it: {outcome:?}"
    );
    assert!(
        outcome.stderr.contains("did you mean `file`?"),
        "{outcome:?}"
    );
}

#[cfg(feature = "tls")]
#[test]
fn a_pem_file_without_its_key_says_which_part_is_missing() {
    for (content, missing) in [
        (crate::support::tls::CERTIFICATE, "key"),
        (crate::support::tls::KEY, "certificate"),
    ] {
        let test = Sandbox::new();
        test.write("half.pem", content);
        test.permit("half.pem", 0o600);
        test.write(
            "monitrc",
            "set daemon 5
set httpd port 2812
  ssl enable pemfile $DIR/half.pem
  allow localhost
",
        );
        test.permit("monitrc", 0o600);
        let outcome = test.tend(&["-t"]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        assert!(outcome.stderr.contains(missing), "{missing}: {outcome:?}");
        assert!(outcome.stderr.contains("monitrc:3:"), "{outcome:?}");
    }
}

fn wrong(text: &str) -> Outcome {
    let test = Sandbox::new();
    test.write("monitrc", text);
    test.permit("monitrc", 0o600);
    let outcome = test.tend(&["-t"]);
    assert_eq!(outcome.code, 1, "{text}\n{outcome:?}");
    outcome
}

/// What `-t` prints is kept and passed around.
#[test]
fn a_wrong_file_shows_no_password() {
    for text in [
        "set httpd port 2812\n  alow u:zebrafish\n",
        "set httpd port 2812 allow u: zebrafish\n",
        "set httpd port 2812 allow :zebrafish\n",
        "set httpd port 2812 allow u:zebra/fish x\n",
        "set httpd port 2812 allow u:\"zebra\\\"fish\" x\n",
        "set httpd port 2812 allow u:\"zebra\n  fish\" x\n",
        "set mailserver h username u pasword \"zebrafish\"\n",
        "set mailserver h username u password \"zebra\\\"fish\" usign tls\n",
        "set mailserver h username u password 'zebra\n fish' usign tls\n",
        "check host h with address h\n  if failed port 80 protocol http\n    \
           http headers [Authorization: Basic zebrafish, Cookie: a=zebra; b=fish] x\n",
        "check host h with address h\n  if failed url \"http://u:zebra fish@h/\" then alert\n",
    ] {
        let outcome = Sandbox::new().monitrc(text).tend(&["-t"]);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(told.contains("monitrc:"), "{text}\n{told}");
        assert!(!told.contains("zebra"), "{text}\n{told}");
        assert!(!told.contains("fish"), "{text}\n{told}");
    }
}
