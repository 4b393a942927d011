//! What the machine has to say: modes, owners, certificates, password files.

use super::said;
use crate::config::Kind;
use crate::config::memory::{CONTROL_FILE, Memory};
use crate::model::{PasswordKind, Role};

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n";

#[test]
fn a_control_file_is_its_owners_alone() {
    let memory = Memory::default().file(CONTROL_FILE, 0o640, "set daemon x\n");
    assert_eq!(
        said(&memory.owned_by(CONTROL_FILE, 1000)),
        "
error: the control file `/etc/monitrc` may be used by others: its mode is 0640
 = at most 0700 is allowed: chmod 600 /etc/monitrc

error: the control file `/etc/monitrc` belongs to somebody else
 = its owner is user 1000, this program runs as user 0

error: expected a number, but found `x`
 --> /etc/monitrc:1:12
  |
1 | set daemon x
  |            ^
"
    );
    let setuid = Memory::default().file(CONTROL_FILE, 0o4700, "");
    assert_eq!(said(&setuid), "\n");
}

#[test]
fn a_control_file_must_be_there() {
    assert_eq!(
        said(&Memory::default()),
        "\nerror: cannot read the control file `/etc/monitrc`: No such file or directory\n"
    );
    assert_eq!(
        said(&Memory::default().other(CONTROL_FILE, Kind::Directory)),
        "
error: the control file `/etc/monitrc` may be used by others: its mode is 0755
 = at most 0700 is allowed: chmod 600 /etc/monitrc

error: cannot read the control file `/etc/monitrc`: it is a directory
"
    );
}

fn with_pem(mode: u32, pem: &str) -> String {
    let text = "set httpd port 1 ssl enable pemfile /x.pem allow localhost";
    said(&Memory::new(text).file("/x.pem", mode, pem))
}

#[test]
fn a_certificate_and_its_key() {
    assert_eq!(with_pem(0o600, &[CERTIFICATE, KEY].concat()), "\n");
    assert_eq!(with_pem(0o750, &[KEY, CERTIFICATE].concat()), "\n");
}

#[test]
fn the_missing_part_is_named() {
    assert_eq!(
        with_pem(0o600, CERTIFICATE),
        "
error: `/x.pem` holds no private key
 --> /etc/monitrc:1:37
  |
1 | set httpd port 1 ssl enable pemfile /x.pem allow localhost
  |                                     ^^^^^^
"
    );
    let said = with_pem(0o600, KEY);
    assert!(
        said.contains("error: `/x.pem` holds no certificate\n"),
        "{said}"
    );
    let said = with_pem(0o600, "hello");
    assert!(
        said.contains("`/x.pem` holds neither a certificate nor a private key"),
        "{said}"
    );
}

#[test]
fn a_key_with_a_passphrase_and_one_of_another_certificate() {
    let locked = KEY.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let said = with_pem(0o600, &[CERTIFICATE, &locked].concat());
    assert!(
        said.contains("the private key in `/x.pem` needs a passphrase"),
        "{said}"
    );
    let old = KEY.replace("MII", "Proc-Type: 4,ENCRYPTED\nMII");
    let said = with_pem(0o600, &[CERTIFICATE, &old].concat());
    assert!(
        said.contains("the private key in `/x.pem` needs a passphrase"),
        "{said}"
    );
    let other = KEY.replace("MII", "wrong");
    let said = with_pem(0o600, &[CERTIFICATE, &other].concat());
    let expected = "TLS cannot be served with `/x.pem`: the key does not belong to the certificate";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_key_everybody_may_read() {
    assert_eq!(
        with_pem(0o644, &[CERTIFICATE, KEY].concat()),
        "
error: the private key may be used by others: the mode is 0644
 --> /etc/monitrc:1:37
  |
1 | set httpd port 1 ssl enable pemfile /x.pem allow localhost
  |                                     ^^^^^^
  = at most 0750 is allowed: chmod 600 /x.pem
"
    );
}

#[test]
fn the_certificate_alone_may_be_read_by_everybody() {
    let text = "set httpd port 1 with ssl { pemchain: /c, pemkey: /k } allow localhost";
    let memory = Memory::new(text)
        .file("/c", 0o644, CERTIFICATE)
        .file("/k", 0o600, KEY);
    assert_eq!(said(&memory), "\n");
    let memory = Memory::new(text)
        .file("/c", 0o644, KEY)
        .file("/k", 0o600, CERTIFICATE);
    assert_eq!(
        said(&memory),
        "
error: `/c` holds no certificate
 --> /etc/monitrc:1:39
  |
1 | set httpd port 1 with ssl { pemchain: /c, pemkey: /k } allow localhost
  |                                       ^^

error: `/k` holds no private key
 --> /etc/monitrc:1:51
  |
1 | set httpd port 1 with ssl { pemchain: /c, pemkey: /k } allow localhost
  |                                                   ^^
"
    );
}

#[test]
fn a_pem_file_that_is_none() {
    let text = "set httpd port 1 ssl enable pemfile /x.pem allow localhost";
    let said = said(&Memory::new(text).other("/x.pem", Kind::Directory));
    assert!(
        said.contains("cannot read the PEM file `/x.pem`: it is a directory"),
        "{said}"
    );
}

#[test]
fn users_of_a_password_file() {
    let text = "set httpd port 1 allow md5 /p john ringo read-only allow /q allow /p paul";
    let memory = Memory::new(text)
        .file(
            "/p",
            0o600,
            "# users\njohn:$1$a$b\r\n\npaul:$1$c$d:extra\nno colon\n:x\ny:\n",
        )
        .file("/q", 0o600, "george:secret");
    let loaded = memory.load().unwrap();
    assert_eq!(
        loaded.warnings.join(""),
        "warning: `/p` has no user `ringo`
 --> /etc/monitrc:1:36
  |
1 | set httpd port 1 allow md5 /p john ringo read-only allow /q allow /p paul
  |                                    ^^^^^
"
    );
    let credentials = loaded.model.settings.httpd.unwrap().access.credentials;
    let shown: Vec<_> = credentials
        .iter()
        .map(|c| (&*c.user, &*c.password, c.kind, c.role))
        .collect();
    let expected = [
        ("john", "$1$a$b", PasswordKind::Md5, Role::ReadOnly),
        ("george", "secret", PasswordKind::Cleartext, Role::Full),
        ("paul", "$1$c$d", PasswordKind::Cleartext, Role::Full),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn password_files_that_are_none() {
    let memory = Memory::new("set httpd port 1 allow /a allow crypt /b allow /c")
        .other("/a", Kind::Directory)
        .other("/b", Kind::Special)
        .file("/c", 0o600, b"\xff:\xff".to_vec());
    let said = said(&memory);
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(
        lines,
        [
            "error: cannot read the password file `/a`: it is a directory",
            "error: cannot read the password file `/b`: it is no regular file",
            "error: cannot read the password file `/c`: it is not UTF-8",
        ]
    );
}

/// A dead server must not keep a daemon from starting; whoever tests a control file may wait.
#[test]
fn what_lies_far_away_is_looked_at_by_a_test_alone() {
    let text = "set log /far/log\ncheck file x with path /x start \"/far/start\"";
    assert_eq!(said(&Memory::new(text).starting()), "\n");
    let tested = said(&Memory::new(text));
    for wrong in [
        "the log file `/far/log` cannot",
        "`/far/start` cannot be run",
    ] {
        assert!(tested.contains(wrong), "{tested}");
    }
    let near = said(&Memory::new(text.replace("/far/", "/near/")).starting());
    assert!(near.contains("`/near/start` cannot be run"), "{near}");
}
