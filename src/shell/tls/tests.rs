//! Handshakes in memory: our client against our server and against servers that misbehave.

use std::io::{Cursor, Read};
use std::path::Path;

use super::test_data::{self as data, Scratch, files};
use super::*;
use crate::engine::CertificateFacts;
use crate::model::{CertificatePin, ChecksumKind, TlsTerms, TlsVersions, Verify};
use crate::time::WallTime;

/// 2027-01-01 00:00:00 UTC.
const NEW_YEAR: i64 = 1_798_761_600;

fn at(unix_seconds: i64) -> WallTime {
    WallTime::new(unix_seconds * 1000, 0)
}

fn policy(verify: Verify, name: &str) -> Policy {
    Policy {
        terms: TlsTerms::default(),
        verify,
        pin: None,
        name: name.into(),
    }
}

fn pinned(kind: ChecksumKind, digest: &str, verify: Verify) -> Policy {
    let byte = |i: usize| u8::from_str_radix(&digest[i..i + 2], 16).unwrap();
    Policy {
        terms: TlsTerms::default(),
        verify,
        pin: Some(CertificatePin {
            kind,
            digest: (0..digest.len()).step_by(2).map(byte).collect(),
        }),
        name: "localhost".into(),
    }
}

/// Carries bytes both ways until the handshake is over, whole or in pieces of `piece` bytes.
fn shake(client: &mut Channel, server: &mut Channel, piece: usize) -> Result<(), Box<str>> {
    for _ in 0..10_000 {
        carry(client, server, piece).unwrap_or_default();
        carry(server, client, piece)?;
        let is_quiet = !client.wants_write() && !server.wants_write();
        if is_quiet && !client.is_handshaking() && !server.is_handshaking() {
            return Ok(());
        }
    }
    panic!("the handshake does not end");
}

fn carry(from: &mut Channel, to: &mut Channel, piece: usize) -> Result<(), Box<str>> {
    let mut wire = Vec::new();
    assert!(from.send(&mut wire).unwrap());
    for part in wire.chunks(piece) {
        let mut part = Cursor::new(part);
        while part.position() < part.get_ref().len() as u64 {
            to.receive(&mut part)?;
        }
    }
    Ok(())
}

/// One handshake with a server that has this certificate.
fn meet(
    client: &Client,
    policy: Policy,
    when: i64,
    chain: &str,
    key: &str,
) -> (Result<(), Box<str>>, Option<CertificateFacts>) {
    let mut ours = client.begin(policy, at(when)).unwrap();
    let mut theirs = Server::load(&files(chain, key)).unwrap().accept().unwrap();
    let result = shake(&mut ours, &mut theirs, usize::MAX);
    (result, ours.certificate())
}

fn complaint(policy: Policy, chain: &str, key: &str) -> Option<String> {
    let client = Client::with_store(Path::new(data::CA));
    let (result, facts) = meet(&client, policy, NEW_YEAR, chain, key);
    assert_eq!(result, Ok(()), "{chain}");
    facts.unwrap().complaint.map(String::from)
}

fn refusal(policy: Policy, chain: &str, key: &str) -> String {
    let client = Client::with_store(Path::new(data::CA));
    let (result, _) = meet(&client, policy, NEW_YEAR, chain, key);
    let text = result.unwrap_err();
    text.strip_prefix("SSL server certificate verification error: ")
        .unwrap_or_else(|| panic!("{text}"))
        .to_owned()
}

fn good_chain() -> Scratch {
    Scratch::joined(
        &format!("chain-{:?}.pem", std::thread::current().id()),
        &[data::GOOD, data::INTERMEDIATE],
    )
}

#[test]
fn a_good_chain_satisfies_everybody() {
    let chain = good_chain();
    let client = Client::with_store(Path::new(data::CA));
    for verify in [
        Verify::Unset,
        Verify::Enable,
        Verify::AllowSelfSigned,
        Verify::Disable,
    ] {
        for name in ["localhost", "www.example.org", "localhost."] {
            let policy = policy(verify, name);
            let (result, facts) = meet(&client, policy, NEW_YEAR, chain.path(), data::LEAF_KEY);
            assert_eq!(result, Ok(()));
            let facts = facts.unwrap();
            assert_eq!(facts.complaint, None);
            assert_eq!(facts.days_left, Some(35_794));
        }
    }
}

#[test]
fn each_fault_has_its_words_and_fails_only_if_asked() {
    let wrong_name =
        "the certificate is not for the name `other.org`, but for `localhost`, `*.example.org`";
    let chain = good_chain();
    let gap = "the server did not send the certificate of the issuer `tend test intermediate CA`, \
               and it is not trusted here";
    let cn_only = "the certificate has no subject alternative name, and its common name \
                   `localhost` alone does not count";
    for (name, file, key, words) in [
        ("other.org", chain.path(), data::LEAF_KEY, wrong_name),
        ("localhost", data::GOOD, data::LEAF_KEY, gap),
        ("localhost", data::CN_ONLY, data::LEAF_KEY, cn_only),
        (
            "localhost",
            data::EXPIRED,
            data::LEAF_KEY,
            "certificate has expired",
        ),
        (
            "localhost",
            data::FUTURE,
            data::LEAF_KEY,
            "certificate is not yet valid",
        ),
        (
            "127.0.0.2",
            data::IP,
            data::LEAF_KEY,
            "the certificate is not for the address `127.0.0.2`, but for `127.0.0.1`, `::1`",
        ),
        (
            "a b",
            chain.path(),
            data::LEAF_KEY,
            "`a b` can be no name in a certificate",
        ),
    ] {
        let said = complaint(policy(Verify::Unset, name), file, key);
        assert_eq!(said.as_deref(), Some(words));
        assert_eq!(complaint(policy(Verify::Disable, name), file, key), None);
        assert_eq!(refusal(policy(Verify::Enable, name), file, key), words);
        assert_eq!(
            refusal(policy(Verify::AllowSelfSigned, name), file, key),
            words
        );
    }
}

#[test]
fn addresses_are_names_too() {
    for name in ["127.0.0.1", "::1"] {
        let policy = policy(Verify::Enable, name);
        assert_eq!(complaint(policy, data::IP, data::LEAF_KEY), None);
    }
}

#[test]
fn a_foreign_authority_is_named() {
    let client = Client::with_store(Path::new(data::SELF_SIGNED));
    let chain = Scratch::joined("foreign.pem", &[data::IP, data::CA]);
    let policy = policy(Verify::Unset, "127.0.0.1");
    let (result, facts) = meet(&client, policy, NEW_YEAR, chain.path(), data::LEAF_KEY);
    assert_eq!(result, Ok(()));
    let words = facts.unwrap().complaint.unwrap();
    assert_eq!(&*words, "its authority `tend test CA` is not trusted here");
}

#[test]
fn a_self_signed_certificate_is_allowed_where_the_file_says_so() {
    let of = |verify, name| {
        let policy = policy(verify, name);
        complaint(policy, data::SELF_SIGNED, data::RSA_KEY)
    };
    assert_eq!(
        of(Verify::Unset, "localhost").as_deref(),
        Some("the certificate is self-signed")
    );
    assert_eq!(of(Verify::AllowSelfSigned, "localhost"), None);
    assert_eq!(
        of(Verify::AllowSelfSigned, "x.org").as_deref(),
        Some("the certificate is not for the name `x.org`, but for `localhost`")
    );
    assert_eq!(
        refusal(
            policy(Verify::Enable, "localhost"),
            data::SELF_SIGNED,
            data::RSA_KEY
        ),
        "self signed certificate is not allowed, please use a trusted certificate or use the \
         'selfsigned: allow' SSL option"
    );
}

#[test]
fn a_self_signed_certificate_in_the_store_is_trusted() {
    let client = Client::with_store(Path::new(data::SELF_SIGNED));
    let policy = policy(Verify::Enable, "localhost");
    let (result, facts) = meet(&client, policy, NEW_YEAR, data::SELF_SIGNED, data::RSA_KEY);
    assert_eq!(result, Ok(()));
    assert_eq!(facts.unwrap().complaint, None);
}

#[test]
fn certificates_of_old_boxes_pass_a_liveness_test() {
    let said = complaint(
        policy(Verify::Unset, "localhost"),
        data::VERSION_1,
        data::RSA_KEY,
    );
    assert_eq!(said.as_deref(), Some("the certificate is self-signed"));
}

#[test]
fn the_right_pin_needs_nobody_else_to_vouch() {
    for (kind, digest) in [
        (ChecksumKind::Md5, MD5),
        (ChecksumKind::Sha1, SHA1),
        (ChecksumKind::Sha256, SHA256),
    ] {
        for verify in [Verify::Unset, Verify::Enable, Verify::Disable] {
            let policy = pinned(kind, digest, verify);
            assert_eq!(complaint(policy, data::SELF_SIGNED, data::RSA_KEY), None);
        }
    }
}

#[test]
fn the_right_pin_on_a_version_1_certificate() {
    let policy = pinned(ChecksumKind::Md5, MD5_VERSION_1, Verify::Unset);
    assert_eq!(complaint(policy, data::VERSION_1, data::RSA_KEY), None);
}

#[test]
fn a_wrong_pin_fails_whatever_else_was_said() {
    let chain = good_chain();
    for verify in [Verify::Unset, Verify::Enable, Verify::Disable] {
        let words = refusal(
            pinned(ChecksumKind::Md5, MD5, verify),
            chain.path(),
            data::LEAF_KEY,
        );
        assert!(
            words.starts_with(&format!(
                "SSL server certificate checksum failed (MD5 expected {MD5} got "
            )),
            "{words}"
        );
    }
}

#[test]
fn a_pinned_certificate_without_its_key_is_refused() {
    // A server that copied the certificate but signs with another key; our own server refuses to be
    // so configured, so the signature is damaged on the way: the handshake must not succeed.
    let client = Client::with_store(Path::new(data::CA));
    let policy = pinned(ChecksumKind::Md5, MD5, Verify::Unset);
    let mut ours = client.begin(policy, at(NEW_YEAR)).unwrap();
    let impostor = impostor(data::SELF_SIGNED, data::LEAF_KEY);
    let mut theirs = impostor;
    let words = shake(&mut ours, &mut theirs, usize::MAX).unwrap_err();
    assert_eq!(
        &*words,
        "SSL server certificate verification error: the server could not prove \
         that the certificate is its own"
    );
}

/// A server that presents a certificate whose key it does not have.
fn impostor(certificate: &str, key: &str) -> Channel {
    use std::sync::{Arc, Mutex};

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::sign::{CertifiedKey, SingleCertAndKey};

    let key = PrivateKeyDer::from_pem_file(key).unwrap();
    let key = provider().key_provider.load_private_key(key).unwrap();
    let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
    let resolver = SingleCertAndKey::from(CertifiedKey::new(chain, key));
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    let tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
    Channel::new(tls.into(), Arc::new(Mutex::default()))
}

#[test]
fn verdicts_are_remembered_for_an_hour() {
    let chain = good_chain();
    let store = Scratch::joined("store.pem", &[data::CA]);
    let client = Client::with_store(Path::new(store.path()));
    let said = |when| {
        let policy = policy(Verify::Unset, "localhost");
        let (_, facts) = meet(&client, policy, when, chain.path(), data::LEAF_KEY);
        facts.unwrap().complaint
    };
    assert_eq!(said(NEW_YEAR), None);
    std::fs::write(store.path(), "").unwrap();
    assert_eq!(said(NEW_YEAR + 3600), None);
    assert!(said(NEW_YEAR + 3601).is_some());
    // A clock that jumps back forgets, too.
    std::fs::copy(data::CA, store.path()).unwrap();
    assert_eq!(said(NEW_YEAR - 7200), None);
}

#[test]
fn without_a_store_nobody_is_trusted() {
    let chain = good_chain();
    let client = Client::with_store(Path::new("/nonexistent/store.pem"));
    let policy = policy(Verify::Unset, "localhost");
    let (_, facts) = meet(&client, policy, NEW_YEAR, chain.path(), data::LEAF_KEY);
    assert_eq!(
        facts.unwrap().complaint.as_deref(),
        Some("there is no store of trusted authorities here")
    );
}

#[test]
fn a_handshake_in_single_bytes_and_words_both_ways() {
    let chain = good_chain();
    let client = Client::with_store(Path::new(data::CA));
    let mut ours = client
        .begin(policy(Verify::Enable, "localhost"), at(NEW_YEAR))
        .unwrap();
    let server = Server::load(&files(chain.path(), data::LEAF_KEY)).unwrap();
    let mut theirs = server.accept().unwrap();
    shake(&mut ours, &mut theirs, 1).unwrap();
    assert_eq!(theirs.certificate(), None);
    assert_eq!(ours.write(b"question"), 8);
    carry(&mut ours, &mut theirs, 1).unwrap();
    let mut buffer = [0; 64];
    assert_eq!(theirs.read(&mut buffer), 8);
    assert_eq!(theirs.read(&mut buffer), 0);
    theirs.write(b"answer");
    theirs.close();
    let mut wire = Vec::new();
    theirs.send(&mut wire).unwrap();
    let mut wire = Cursor::new(wire);
    let mut text = Vec::new();
    loop {
        let received = ours.receive(&mut wire).unwrap();
        let count = ours.read(&mut buffer);
        text.extend_from_slice(&buffer[..count]);
        if received == Received::Closed {
            break;
        }
    }
    assert_eq!(text, b"answer");
}

/// What a client says to a server that answers with these bytes.
fn answer(bytes: &[u8]) -> Box<str> {
    let client = Client::with_store(Path::new(data::CA));
    let mut ours = client
        .begin(policy(Verify::Unset, "localhost"), at(NEW_YEAR))
        .unwrap();
    let mut wire = bytes;
    loop {
        match ours.receive(&mut wire) {
            Ok(Received::Closed) => return "closed".into(),
            Ok(Received::Bytes(_) | Received::Nothing) => {}
            Err(words) => return words,
        }
    }
}

#[test]
fn servers_that_speak_something_else() {
    let not_tls = "SSL connection error: what the peer says is not TLS";
    assert_eq!(&*answer(b"220 mail.example.org ESMTP\r\n"), not_tls);
    assert_eq!(&*answer(b"HTTP/1.1 400 Bad Request\r\n\r\n"), not_tls);
    assert_eq!(&*answer(b""), "closed");
    assert_eq!(&*answer(&[0x16, 3, 3, 0x40]), "closed");
}

#[test]
fn servers_too_old() {
    let words = "SSL connection error: the peer speaks no newer TLS than 1.1, \
                 and nothing below 1.2 is spoken here";
    // A fatal alert, protocol_version, in a record of TLS 1.0.
    assert_eq!(&*answer(&[0x15, 3, 1, 0, 2, 2, 70]), words);
    // A ServerHello of TLS 1.0: version, random, no session, AES128-SHA, no compression.
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    assert_eq!(&*answer(&hello), words);
}

#[test]
fn servers_that_refuse() {
    assert_eq!(
        &*answer(&[0x15, 3, 3, 0, 2, 2, 40]),
        "SSL connection error: the peer supports none of the ciphers, keys and signatures that are \
         supported here"
    );
    assert_eq!(
        &*answer(&[0x15, 3, 3, 0, 2, 2, 80]),
        "SSL connection error: the peer refused: InternalError"
    );
}

#[test]
fn a_socket_that_breaks() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let client = Client::with_store(Path::new(data::CA));
    let mut ours = client
        .begin(policy(Verify::Unset, "localhost"), at(NEW_YEAR))
        .unwrap();
    assert_eq!(
        &*ours.receive(&mut Broken).unwrap_err(),
        "SSL connection error: connection reset"
    );
}

#[test]
fn a_server_says_which_part_is_missing() {
    let load = |chain: &str, key: &str| {
        Server::load(&files(chain, key))
            .map(drop)
            .map_err(String::from)
    };
    assert_eq!(load(data::SELF_SIGNED, data::RSA_KEY), Ok(()));
    assert_eq!(load(data::SELF_SIGNED, data::RSA_PKCS1_KEY), Ok(()));
    let both = Scratch::joined("both.pem", &[data::RSA_PKCS1_KEY, data::SELF_SIGNED]);
    assert_eq!(load(both.path(), both.path()), Ok(()));
    let wrong = |chain: &str, key: &str| load(chain, key).unwrap_err();
    let (certificate, key) = (data::SELF_SIGNED, data::RSA_KEY);
    assert_eq!(
        wrong(certificate, certificate),
        format!("there is no private key in `{certificate}`")
    );
    assert_eq!(
        wrong(key, key),
        format!("there is no certificate in `{key}`")
    );
    assert_eq!(
        wrong(certificate, data::LEAF_KEY),
        format!(
            "the private key in `{}` does not belong to the certificate in `{certificate}`",
            data::LEAF_KEY
        )
    );
    assert_eq!(
        wrong(data::SHORT, data::SHORT_KEY),
        format!(
            "the RSA key in `{}` has 1024 bits, and at least 2048 are needed",
            data::SHORT_KEY
        )
    );
    assert_eq!(
        wrong("/nonexistent/pem", key),
        "`/nonexistent/pem` cannot be read: No such file or directory"
    );
}

#[test]
fn an_encrypted_key_is_told() {
    for (name, text) in [
        (
            "pkcs8.key",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        ),
        (
            "rsa.key",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n\
             -----END RSA PRIVATE KEY-----\n",
        ),
    ] {
        let key = Scratch::new(&format!("encrypted-{name}"), text);
        let words = Server::load(&files(data::SELF_SIGNED, key.path())).unwrap_err();
        assert_eq!(
            &*words,
            format!(
                "the private key in `{}` is encrypted, \
                 and there is nobody to ask for the passphrase",
                key.path()
            )
        );
    }
}

#[test]
fn a_damaged_file_is_told() {
    let cut = Scratch::new("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    let words = Server::load(&files(cut.path(), data::RSA_KEY)).unwrap_err();
    assert!(words.contains("is no PEM file"), "{words}");
}

/// The hashes of `self-signed.pem`, by openssl.
const MD5: &str = "d65809e73a8c32b27ad76fe5f215dc54";
const SHA1: &str = "dbf14ae260a2e8e034d66302fa42ef7956c6255b";
const SHA256: &str = "1a261a2424bf27e12cd3720ececdcd9184a13f4f4a5ab5458abe0016034fef5f";
/// The hash of `version1.pem`.
const MD5_VERSION_1: &str = "342f0b258f4cab3b0e12e257ebb4013b";

/// The versions that a client's wish and a server's leave.
fn versions(client: TlsVersions, server: TlsVersions) -> Result<(), String> {
    let mut policy = policy(Verify::Disable, "localhost");
    policy.terms.versions = client;
    let mut files = files(data::SELF_SIGNED, data::RSA_KEY);
    files.versions = server;
    let mut ours = Client::new().begin(policy, at(NEW_YEAR)).unwrap();
    let mut theirs = Server::load(&files).unwrap().accept().unwrap();
    shake(&mut ours, &mut theirs, usize::MAX).map_err(String::from)
}

#[test]
fn a_version_that_was_left_out_is_not_spoken() {
    use TlsVersions::{Both, Only12, Only13};
    for (client, server) in [
        (Only12, Both),
        (Only13, Both),
        (Both, Only12),
        (Only13, Only13),
    ] {
        assert_eq!(versions(client, server), Ok(()));
    }
    assert!(versions(Only12, Only13).is_err());
    assert!(versions(Only13, Only12).is_err());
}

#[test]
fn the_authorities_that_are_named_count_instead_of_the_system_s() {
    let chain = good_chain();
    let client = Client::with_store(Path::new(data::SELF_SIGNED));
    let trusting = |authorities: &[&str]| {
        let mut policy = policy(Verify::Enable, "localhost");
        policy.terms.authorities = authorities.iter().map(|path| (*path).into()).collect();
        meet(&client, policy, NEW_YEAR, chain.path(), data::LEAF_KEY).0
    };
    assert!(trusting(&[]).is_err());
    assert_eq!(trusting(&[data::CA]), Ok(()));
    // Asked again, the system's store still does not vouch for it.
    assert!(trusting(&[]).is_err());
    let directory = Path::new(data::CA).parent().unwrap();
    assert_eq!(trusting(&[directory.to_str().unwrap()]), Ok(()));
    let words = trusting(&["/nowhere"]).unwrap_err();
    assert!(
        words.contains("there is no store of trusted authorities here"),
        "{words}"
    );
}

/// What a server that lets in the clients of `SELF_SIGNED` alone says to one that shows `shown`.
fn let_in(shown: Option<&str>) -> Result<(), String> {
    let chain = good_chain();
    let mut policy = policy(Verify::Disable, "localhost");
    policy.terms.client_pem = shown.map(Box::from);
    let mut files = files(chain.path(), data::LEAF_KEY);
    files.clients = Some(data::SELF_SIGNED.into());
    let mut ours = Client::new()
        .begin(policy, at(NEW_YEAR))
        .map_err(String::from)?;
    let mut theirs = Server::load(&files).unwrap().accept().unwrap();
    for _ in 0..20 {
        carry(&mut ours, &mut theirs, usize::MAX).map_err(String::from)?;
        carry(&mut theirs, &mut ours, usize::MAX).map_err(String::from)?;
    }
    Ok(())
}

#[test]
fn a_server_lets_in_the_clients_it_knows() {
    let known = Scratch::joined("known-client.pem", &[data::SELF_SIGNED, data::RSA_KEY]);
    assert_eq!(let_in(Some(known.path())), Ok(()));
    let own = Scratch::joined("own-client.pem", &[data::GOOD, data::LEAF_KEY]);
    assert_eq!(let_in(Some(own.path())), Ok(()));
    let stranger = Scratch::joined("strange-client.pem", &[data::IP, data::LEAF_KEY]);
    assert!(let_in(Some(stranger.path())).is_err());
    assert!(let_in(None).is_err());
    assert!(let_in(Some("/nowhere")).is_err());
}
