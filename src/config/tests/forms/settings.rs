//! `set`.

use std::time::Duration;

use super::ok;
use crate::config::memory::Memory;
use crate::model::{
    Action, AlertTarget, Allow, EventKind, EventSet, Httpd, LogTarget, MailFormat, MailServerTls,
    Model, OnReboot, Role, Subject, Test, TlsVersions, Verify,
};

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn httpd(model: &Model) -> &Httpd {
    model.settings.httpd.as_ref().unwrap()
}

fn servers(model: &Model) -> Vec<String> {
    let servers = &model.settings.mail_servers;
    servers
        .iter()
        .map(|s| format!("{}:{} {:?}", s.host, s.port, s.timeout))
        .collect()
}

fn mail_tls(model: &Model) -> Vec<Option<(bool, Verify)>> {
    let tls = |tls: &MailServerTls| (tls.implicit, tls.verify);
    model
        .settings
        .mail_servers
        .iter()
        .map(|s| s.tls.as_ref().map(tls))
        .collect()
}

fn alerts(model: &Model) -> &[AlertTarget] {
    &model.settings.alerts
}

ok!(
    daemon_with_delay,
    "set daemon 30 with start delay 240",
    |m| (m.settings.poll, m.settings.start_delay),
    (Some(seconds(30)), seconds(240))
);
ok!(no_daemon, "", |m| m.settings.poll, None);
ok!(
    log_file,
    "set logfile /l",
    |m| m.settings.log.clone(),
    LogTarget::File("/l".into())
);
ok!(
    log_syslog,
    "set log syslog",
    |m| m.settings.log.clone(),
    LogTarget::Syslog { facility: 1 }
);
ok!(
    log_facility,
    "set logfile syslog facility LOG_LOCAL7",
    |m| m.settings.log.clone(),
    LogTarget::Syslog { facility: 23 }
);
ok!(
    log_facility_short,
    "set log syslog facility daemon",
    |m| m.settings.log.clone(),
    LogTarget::Syslog { facility: 3 }
);
ok!(
    own_files,
    "set pidfile /p set statefile /s set idfile /i",
    |m| [
        &m.settings.pidfile,
        &m.settings.statefile,
        &m.settings.idfile
    ]
    .map(|p| p.clone()),
    [Some("/p".into()), Some("/s".into()), Some("/i".into())]
);
ok!(
    reboot_for_all,
    "set onreboot nostart
     check process a matching a
     check process c matching c onreboot laststate
     check process d matching d mode manual",
    |m| m.services.iter().map(|s| s.onreboot).collect::<Vec<_>>(),
    [
        OnReboot::NoStart,
        OnReboot::LastState,
        OnReboot::LastState,
        OnReboot::NoStart
    ]
);
ok!(
    limits_count_wherever_they_stand,
    "check process a matching a
       start program = \"/bin/x\"
       stop program = \"/bin/x\" with timeout 7 seconds
       restart program = \"/bin/x\"
       if failed port 80 then exec \"/bin/x\"
     check program b with path /bin/x
       if status != 0 then exec \"/bin/x\" timeout 6 s
     check file c with path /c
       if content = \"x\" then alert
     check host d with address ::1
       if failed ping then alert
     set limits { programOutput: 1 MB, sendExpectBuffer: 512 B, httpContentBuffer: 2 kB
                  networkTimeout: 1500 ms stopTimeout: 1 s, startTimeout: 2 m restartTimeout: 3 s
                  programTimeout: 4 seconds, execTimeout: 5 seconds, fileContentBuffer: 100 B }",
    |m| {
        let service = &m.services[0];
        let time = |program: Option<&crate::model::Program>| program.unwrap().terms.timeout;
        let connection = super::connection(m).timeout;
        let limits = &m.settings.limits;
        let bytes = [
            limits.program_output,
            limits.send_expect_buffer,
            limits.http_content_buffer,
        ];
        let exec = |index: usize| {
            let rules = m.services[index].rules.iter();
            let mut programs = rules.filter_map(|rule| match &rule.failed.action {
                Action::Exec(exec) => Some(exec.program.terms.timeout),
                _ => None,
            });
            programs.next().unwrap()
        };
        let Subject::Program(checked) = &m.services[1].subject else {
            panic!("no program");
        };
        let line = m.services[2].content.as_ref().unwrap().line_limit;
        let Test::Ping(ping) = &m.services[3].rules.last().unwrap().test else {
            panic!("no ping");
        };
        let times = [
            time(service.start.as_ref()),
            time(service.stop.as_ref()),
            time(service.restart.as_deref()),
            connection,
            ping.ping.timeout,
            checked.terms.timeout,
            exec(0),
            exec(1),
        ];
        (bytes, line, times.map(|t| t.as_millis()))
    },
    (
        [1 << 20, 512, 2048],
        100,
        [120_000, 7000, 3000, 1500, 1500, 4000, 5000, 6000]
    )
);
ok!(
    mail_server_alone,
    "set mailserver mail.example.org",
    servers,
    ["mail.example.org:25 30s"]
);
ok!(
    mail_servers_with_times_of_their_own,
    "set mailserver a.example.org timeout 5 seconds, b.example.org port 2525,
        localhost with timeout 15 seconds
     set mailserver last",
    servers,
    [
        "a.example.org:25 5s",
        "b.example.org:2525 15s",
        "localhost:25 15s",
        "last:25 30s"
    ]
);
ok!(
    mail_server_ports_and_encryption,
    "set mailserver a using ssl, b using tls, c port 587 using ssl, d port 465 using tls,
        e port 2465 using ssl, f, g port 2525 using tls, h port 25 using ssl",
    |m| (servers(m), mail_tls(m)),
    (
        [
            "a:465 30s",
            "b:25 30s",
            "c:587 30s",
            "d:465 30s",
            "e:2465 30s",
            "f:25 30s",
            "g:2525 30s",
            "h:25 30s"
        ]
        .map(str::to_owned)
        .to_vec(),
        vec![
            Some((true, Verify::Unset)),
            Some((false, Verify::Unset)),
            Some((false, Verify::Unset)),
            Some((true, Verify::Unset)),
            Some((true, Verify::Unset)),
            None,
            Some((false, Verify::Unset)),
            Some((false, Verify::Unset)),
        ]
    )
);
ok!(
    mail_server_verification,
    "set mailserver a using tls with options {verify: disable},
        c using tls with options {verify: enable},
        e using ssl with options {selfsigned: allow}",
    |m| mail_tls(m)
        .into_iter()
        .map(|tls| tls.unwrap().1)
        .collect::<Vec<_>>(),
    [Verify::Disable, Verify::Enable, Verify::AllowSelfSigned]
);
ok!(
    mail_server_password_and_name,
    "set mailserver a username \"me\" password \"p #!@:'\" using hostname \"h.example\"",
    |m| (
        m.settings.mail_servers[0].credentials.clone(),
        m.settings.mail_hostname.clone()
    ),
    (
        Some(("me".into(), "p #!@:'".into())),
        Some("h.example".into())
    )
);
ok!(
    mail_format_all,
    "set mail-format {
       from: Demo <demo@$HOST>
       reply-to: r@example.org
       subject: [$HOST] the $SERVICE
       message: hello, the $HOST
         set daemon 5;
     }
     set mail-format { FROM:x@y }",
    |m| m.settings.mail_format.clone(),
    MailFormat {
        from: Some("x@y".into()),
        reply_to: Some("r@example.org".into()),
        subject: Some("[$HOST] the $SERVICE".into()),
        message: Some("hello, the $HOST\n         set daemon 5;".into()),
    }
);
ok!(
    alert_filters,
    "set alert a@x
     set alert b@x only on { timeout, nonexist }
     set alert c@x but not on {instance}
     set alert d@x { checksum } with reminder on 10 cycles
     set alert e@x not { action, } reminder 5",
    |m| alerts(m)
        .iter()
        .map(|a| (a.events, a.reminder_cycles))
        .collect::<Vec<_>>(),
    [
        (EventSet::ALL, None),
        (
            EventSet::NONE
                .with(EventKind::Timeout)
                .with(EventKind::NonExist),
            None
        ),
        (EventSet::NONE.with(EventKind::Instance).inverted(), None),
        (EventSet::NONE.with(EventKind::Checksum), Some(10)),
        (EventSet::NONE.with(EventKind::Action).inverted(), Some(5)),
    ]
);
ok!(
    alert_format,
    "set alert a@x on { uid } with mail-format { subject: s\n message: m } with reminder on 1 cycle
     set daemon 5 set init",
    |m| (
        alerts(m)[0].format.subject.clone(),
        alerts(m)[0].reminder_cycles,
        m.settings.init
    ),
    (Some("s".into()), Some(1), true)
);
ok!(
    every_event_has_its_word,
    "set alert a@x { action, bytein, byteout, checksum, connection, content, data, exec, exist,
        fsflags, gid, icmp, instance, invalid, link, nonexist, packetin, packetout, permission,
        pid, ppid, resource, saturation, size, speed, status, timeout, timestamp, uid, uptime }",
    |m| EventKind::ALL
        .iter()
        .all(|kind| alerts(m)[0].events.contains(*kind)),
    true
);
ok!(
    httpd_in_any_order,
    "set httpd allow localhost signature disable address \"::1\" port 2812 read-only
        unixsocket /run/t.sock uid root gid nogroup permission 0660 read-only",
    |m| {
        let address = httpd(m).address.clone().unwrap();
        let socket = httpd(m).unix_socket.clone().unwrap();
        let owner = (socket.uid, socket.gid, socket.permission, socket.read_only);
        (
            address.host,
            address.port,
            address.read_only,
            owner,
            httpd(m).hide_version,
        )
    },
    (
        Some("::1".into()),
        2812,
        true,
        (Some(0), Some(65_534), Some(0o660), true),
        true
    )
);
ok!(
    httpd_twice_adds_up,
    "set httpd port 2812 allow localhost\nset httpd port 2813 allow a:x",
    |m| (
        httpd(m).address.as_ref().unwrap().port,
        httpd(m).access.hosts.len(),
        httpd(m).access.credentials.len()
    ),
    (2813, 1, 1)
);
ok!(
    httpd_users_keep_their_first_password,
    "set httpd port 1 allow a:x read-only allow b:y\nset httpd port 1 allow a:z",
    |m| httpd(m)
        .access
        .credentials
        .iter()
        .map(|c| format!("{}:{} {}", c.user, c.password, c.role == Role::ReadOnly))
        .collect::<Vec<_>>(),
    ["a:x true", "b:y false"]
);
ok!(
    httpd_hosts,
    "set httpd port 1 allow localhost allow 10.0.0.0/8 allow 192.168.1.0/255.255.255.0
        allow 127.0.0.1 allow ::1 allow fe80::/10 allow 0.0.0.0/0 allow x.example.org",
    |m| httpd(m)
        .access
        .hosts
        .iter()
        .map(|host| match host {
            Allow::Name(name) => name.to_string(),
            Allow::Network(network) => format!("{}/{}", network.address, network.prefix),
        })
        .collect::<Vec<_>>(),
    [
        "localhost",
        "10.0.0.0/8",
        "192.168.1.0/24",
        "127.0.0.1/32",
        "::1/128",
        "fe80::/10",
        "0.0.0.0/0",
        "x.example.org"
    ]
);
ok!(
    httpd_users,
    "set httpd port 1
        allow admin:monit
        allow alert:b
        allow hauk:\"passw@rd :#'\" read-only
        allow \"a user\":'x y' readonly
        allow \"whole:string\"
        allow u:p:q
        allow v:pa/ss allow w:/pass allow x/y:pass allow z:pa/24
        allow cafe:p/64 allow 10.0.0.1:p/8 allow \"e:p/s\"",
    |m| httpd(m)
        .access
        .credentials
        .iter()
        .map(|c| format!("{} / {} {}", c.user, c.password, c.role == Role::ReadOnly))
        .collect::<Vec<_>>(),
    [
        "admin / monit false",
        "alert / b false",
        "hauk / passw@rd :#' true",
        "a user / x y true",
        "whole / string false",
        "u / p:q false",
        "v / pa/ss false",
        "w / /pass false",
        "x/y / pass false",
        "z / pa/24 false",
        "cafe / p/64 false",
        "10.0.0.1 / p/8 false",
        "e / p/s false"
    ]
);
ok!(
    httpd_users_in_parentheses,
    "set httpd port 1 allow a:p) allow (b:p) allow c:(p) allow d:)p( allow e:p)q
        allow f:\"(p)\" allow \"g:p)\" allow (h:\"p\" ) (allow i:p)
    check process p matching p",
    |m| {
        let credentials = &httpd(m).access.credentials;
        let pairs = credentials
            .iter()
            .map(|c| format!("{}:{}", c.user, c.password));
        pairs.collect::<Vec<_>>().join(" ")
    },
    "a:p b:p c:p d:p e:p)q f:(p) g:p) h:p i:p"
);
ok!(
    parentheses_of_logins,
    "set mailserver (h) username u) password (p), i username u password \"p)\"",
    |m| {
        let servers = m.settings.mail_servers.iter();
        let pairs = servers.map(|server| server.credentials.clone().unwrap());
        pairs
            .map(|(user, password)| format!("{user}:{password}"))
            .collect::<Vec<_>>()
            .join(" ")
    },
    "u:p u:p)"
);

ok!(
    terminal,
    "set terminal batch set expectbuffer 1 kB set limits {fileContentBuffer = 2 kB}",
    |m| {
        let limits = &m.settings.limits;
        (
            m.settings.batch,
            limits.send_expect_buffer,
            limits.file_content_buffer,
        )
    },
    (true, 1024, 2048)
);
ok!(
    httpd_groups,
    "set httpd port 1 allow @admins allow @users readonly allow localhost",
    |m| {
        let access = &httpd(m).access;
        (access.groups.clone(), access.asks_who(), access.hosts.len())
    },
    (vec!["admins".into(), "users".into()], true, 1)
);

#[test]
fn httpd_switches_in_either_order() {
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
    for (options, is_encrypted, hides_version) in [
        ("enable ssl pemfile /a.pem disable signature", true, true),
        ("ssl pemfile /a.pem enable signature", true, false),
        ("ssl enable pemfile /a.pem signature disable", true, true),
        ("ssl pemfile /a.pem disable ssl", false, false),
    ] {
        let text = format!("set httpd port 2812 {options} allow localhost\n");
        let loaded = Memory::new(text).file("/a.pem", 0o600, pem).load();
        let model = loaded.unwrap().model;
        let httpd = model.settings.httpd.unwrap();
        let tls = httpd.address.unwrap().tls;
        assert_eq!(tls.is_some(), is_encrypted, "{options}");
        assert_eq!(httpd.hide_version, hides_version, "{options}");
    }
}

#[test]
fn httpd_with_clients_and_a_certificate_of_all() {
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
    let memory = |text: &str| {
        let memory = Memory::new(format!("set httpd port 1 allow localhost {text}"));
        let memory = memory.file("/a.pem", 0o600, pem).file("/b.pem", 0o600, pem);
        memory.load().unwrap().model
    };
    let tls = |model: &Model| httpd(model).address.as_ref().unwrap().tls.clone().unwrap();
    let found = tls(&memory("ssl enable pemfile /a.pem clientpemfile /b.pem"));
    assert_eq!(
        (&*found.chain, found.clients),
        ("/a.pem", Some("/b.pem".into()))
    );
    let found = tls(&memory(
        "with ssl {version: tlsv13} set ssl {pemchain: /b.pem pemkey: /a.pem}",
    ));
    assert_eq!((&*found.chain, &*found.key), ("/b.pem", "/a.pem"));
    assert_eq!((found.versions, found.clients), (TlsVersions::Only13, None));
}

ok!(
    alert_in_angle_brackets,
    "set alert <root@localhost>",
    |m| alerts(m)[0].address.clone(),
    "root@localhost".into()
);
