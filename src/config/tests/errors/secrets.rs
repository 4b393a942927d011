//! Whatever is wrong with a control file, no password in it is shown.

use crate::config::memory::Memory;

#[track_caller]
fn check(text: &str, message: &str) {
    let report = Memory::new(text).load();
    let shown = match report {
        Ok(loaded) => loaded.warnings.join("\n"),
        Err(report) => report.to_string(),
    };
    assert!(shown.contains(message), "{text}\n{shown}");
    assert!(!shown.to_lowercase().contains("zebra"), "{text}\n{shown}");
    assert!(!shown.contains("fish"), "{text}\n{shown}");
}

#[test]
fn words_of_httpd() {
    let check = |allow: &str, message: &str| {
        check(&format!("set httpd port 2812 {allow}\n"), message);
    };
    check("alow u:zebrafish", "alow u:*********");
    check("allow u: zebrafish", "allow u: *********");
    check("allow u : zebrafish", "allow u : *********");
    check("allow :zebrafish", "there is no user before the colon");
    check("allow u:\"zebra\\\"fish\" x", "`x`");
    check("allow u:\"zebra\nfish\" x", "`x`");
    check("allow u:\"zebra\n\nfish\"\n  x", "`x`");
    check("allow u:zebra\"fish\"", "a quote inside a word");
    check("allow u:zebra/fish x", "cannot stand");
    check("allow \"u\":zebra/fish x", "`x`");
    check(
        "allow u:x y:zebrafish allow u:\"zebrafish\n",
        "cannot stand",
    );
    check("allow localhost u:ZebraFish", "`u` cannot");
    check("allow u:x zebra fish", "allow u:* ***** ****");
    check("allow u zebrafish", "allow u *********");
    check("allow u \"zebra fish\"", "allow u \"***** ****\"");
    check("allow u:x allow v zebra fish", "cannot stand");
}

#[test]
fn words_of_other_settings() {
    check(
        "set mailserver h username u pasword \"zebrafish\" using tls\n",
        "pasword \"*********\"",
    );
    check(
        "set mailserver h username u password \"zebra\\\"fish\" usign tls\n",
        "`usign`",
    );
    check(
        "set mailserver h username u password \"zebra\nfish\" usign tls\n",
        "`usign`",
    );
    check(
        "set mailserver h password zebrafish,fish x\n",
        "cannot stand",
    );
    check(
        "set mailserver h username u password x zebra fish usign tls\n",
        "password * ***** **** usign tls",
    );
    check("set mmonit http:/u:zebrafish@h/\n", "is no URL");
    check("set mmonit \"http://u:zebra fish@h/\"\n", "is no URL");
    check("set mmonit https://u:zebra/fish@h/\n", "`*****************");
}

#[test]
fn words_of_tests() {
    let check = |options: &str, message: &str| {
        let text = format!(
            "check host h address h\n if failed port 80 protocol http\n {options} then alert\n"
        );
        check(&text, message);
    };
    check(
        "http headers [Authorization: Basic zebrafish] cont",
        "`cont`",
    );
    check(
        "http headers [Host: h,\n Cookie: a=zebra; b=fish,\n X/y: z]",
        "is no name of a header",
    );
    check("http haeders [Cookie: zebrafish]", "did you mean `headers`");
    check("http headers [X-Key zebrafish: x]", "is no name");
    check("http headers [X-Key: \"zebra]fish\"] x", "`x`");
    check("password zebrafish", "need each other");
    check(
        "username u password x zebra fish status 200",
        "cannot stand",
    );
    check("send \"LOGIN u zebrafish\\r\\n\" cont", "`cont`");
}
