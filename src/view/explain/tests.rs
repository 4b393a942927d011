mod options;

use super::*;
use crate::config::memory::Memory;
use crate::time::Schedule;
use crate::view::fixture::golden;

fn explained(text: &str, name: &str) {
    let model = match Memory::new(text).complete().load() {
        Ok(loaded) => loaded.model,
        Err(report) => panic!("{report}"),
    };
    golden(name, &configuration(&model));
}

#[test]
fn a_box_of_twenty_years_ago() {
    explained(
        r#"set daemon 60 with start delay 120
set log syslog facility log_daemon
set mailserver mail.example.org, localhost
set alert you@example.org
set httpd port 2812 and use address localhost
    allow you:secret
check process apache with pidfile /run/apache2.pid
    start program = "/etc/init.d/apache2 start"
    stop program  = "/etc/init.d/apache2 stop" as uid 0 with timeout 2 minutes
    if failed port 443 type tcpssl protocol http for 3 cycles then restart
    if 5 restarts within 5 cycles then timeout
    depends on httpd.conf
    group www
check file httpd.conf with path /etc/apache2/httpd.conf
    every 3 cycles
    alert me@example.org on { checksum, nonexist } reminder 2
    noalert you@example.org
    if failed checksum then unmonitor
"#,
        "explained-apache.txt",
    );
}

#[test]
fn what_holds_for_the_whole_program() {
    explained(
        r#"set daemon 60
set init
set terminal batch
set log /var/log/tend.log
set pidfile /run/a.pid
set statefile /var/lib/a.state
set mailserver mail.example.org port 587 username u password secret using tls
    certmd5 00112233445566778899aabbccddeeff, localhost with timeout 5 seconds
    using hostname me.example.org
set mail-format {
    from: Watch <watch@example.org>
    subject: $SERVICE $EVENT
    message: $DESCRIPTION
             on $HOST
}
set alert you@example.org with mail-format { reply-to: me@example.org }
set httpd port 2812 address 192.0.2.1 with ssl { pemfile: /bin/pem, version: tlsv13 }
    unixsocket /run/a.sock uid root permission 660 read-only
    signature disable
    allow 10.0.0.0/8
    allow ann:secret
    allow bob:secret read-only
set limits { programOutput: 2 kB, startTimeout: 2 minutes, execTimeout: 20 s }
check file f with path /f
    start program "/bin/make f"
    alert me@example.org only on { size } with mail-format { subject: grew }
        with reminder on 3 cycles
    if size > 1 MB then exec "/bin/shrink"
"#,
        "explained-settings.txt",
    );
}

#[test]
fn the_machine_and_its_links() {
    explained(
        r#"set daemon 60
check system box
    if loadavg (5min) per core > 2 for 3 cycles then alert
    if loadavg > 4 then alert
    if cpu usage > 95% for 10 cycles then alert
    if cpu (wait) > 20% then alert
    if memory usage > 75% then alert
    if swap > 512 MB then alert
    if pageout > 100 per second then alert
    if uptime > 90 days then alert
    if filedescriptors > 80% then alert
check network lan with interface eth0
    start program = "/sbin/ifup eth0"
    stop program = "/sbin/ifdown eth0"
    if link down for 2 cycles then restart
    if changed link then alert
    if saturation > 90% then alert
    if upload > 500 kB/s then alert
    if download > 1000 packets/s then alert
    if total downloaded > 10 GB in last day then alert
    if total uploaded < 1 packet in last hour then alert
check network spare with address 192.0.2.1
    if link up then alert
"#,
        "explained-machine.txt",
    );
}

#[test]
fn remote_hosts() {
    explained(
        r#"set daemon 60
check host gate with address gate.example.org
    start program = "/bin/dial up"
    if failed ping responsetime < 100 ms for 3 cycles then alert
    if failed ping6 count 1 timeout 2 seconds then restart
    if failed port 80 protocol http then alert
check host off with address 192.0.2.7
    if succeeded ping4 responsetime > 1 s then alert
"#,
        "explained-hosts.txt",
    );
}

#[test]
fn every_option_of_a_connection() {
    explained(
        r#"set daemon 60
check host h with address example.org
    if failed port 443 ipv4 protocol https and ssl options { verify: enable, version: tlsv12 }
        request "/a" method head hostheader "x.org" http headers [Authorization: secret]
        username "u" password "secret" with timeout 3 s then alert
    if failed port 80 address 127.0.0.1 protocol http status >= 300 content != "a and b"
        checksum 00112233445566778899aabbccddeeff then alert
    if failed port 443 using ssl with options { verify: enable, selfsigned: allow }
        certificate checksum sha1 0123456789012345678901234567890123456789
        certificate valid for 30 days then alert
    if failed port 25 protocol smtp using tls then alert
    if failed port 26 send "EHLO secret" expect "^250" expect "x" then alert
    if failed port 27 expect "^220" then alert
    if failed port 53 type udp ipv6 protocol dns then alert
    if failed ping4 size 100 address 127.0.0.1 then alert
check file f with path /var/log/f
    if content = "error" then alert
    ignore content = "harmless"
    ignore content = "a and b"
    ignore content != "^[0-9]"
check file g with path /var/log/g
    if content != "fine" then alert
"#,
        "explained-peers.txt",
    );
}

#[test]
fn file_systems() {
    explained(
        r#"set daemon 60
check filesystem data with path /dev/sdb1
    start program = "/bin/mount /srv"
    if space usage > 80% for 2 cycles then alert
    if space free < 1 GB then exec "/bin/tidy"
    if inodes free < 100 then alert
    if read rate > 1 MB/s then alert
    if write rate > 500 operations/s then alert
    if service time > 10 ms then alert
"#,
        "explained-filesystems.txt",
    );
}

#[test]
fn every_test_and_action() {
    explained(
        r#"
check process p matching "a b"
    mode passive
    onreboot nostart
    if failed unixsocket /run/p.sock retry 2 with timeout 1500 ms then stop
    if failed port 25 protocol smtp 2 times within 5 cycles
        then exec "/bin/x a" as uid 0 and gid 0 repeat every 2 cycles
        else if succeeded for 2 cycles then exec "/bin/y" repeat every 1 cycle
    if succeeded host example.org port 80 protocol http request /x then alert else ignore
    if failed port 7 type udp send "a" expect "b" then start
    alert a@b not on { instance, action }
check file f with path /f
    every "0,30 9-11 * * 1-5"
    onreboot laststate
    if does not exist then start
    if exist for 2 cycles then stop
    if failed sha1 checksum expect 0123456789012345678901234567890123456789 then restart
    if changed md5 checksum then alert
    if failed permission 644 then alert
    if changed permission then alert
    if failed uid root then alert
    if failed gid 5 then alert
    if size > 10 MB then alert
    if changed size then alert
    if hardlinks != 1 then alert
    if changed hardlinks then alert
    if mtime > 90 seconds then alert
    if timestamp < 1 day then alert
    if changed atime then alert
check process q matching q
    start program "/bin/q"
    not every "* 0-3 1-7 jan,feb sun"
    depends on p, f
"#,
        "explained-files.txt",
    );
}

#[test]
fn programs() {
    explained(
        r#"set daemon 30
check program ups with path "/bin/ups -a 'b c'" as uid nobody and timeout 10 seconds
    every 4 cycles
    if status != 0 for 2 cycles then alert
    if status 2 then exec "/bin/true"
    if status > 2 then alert
    if changed status then alert
    if content = "on battery" then alert
    if content != "^on " then alert
    if content changed then alert
    if content not changed then alert else ignore
"#,
        "explained-programs.txt",
    );
}

#[test]
fn what_a_process_uses() {
    explained(
        r#"set daemon 60
check process web with pidfile /run/web.pid
    start program = "/bin/web start"
    stop program = "/bin/web stop"
    if cpu > 60% for 2 cycles then alert
    if total cpu > 80% for 5 cycles then restart
    if memory > 100 MB then alert
    if total memory > 25% then alert
    if children > 50 then restart
    if threads > 200 then alert
    if uptime > 3 days then restart
    if filedescriptors > 90% then alert
    if total filedescriptors > 5000 then alert
    if disk read > 1 MB/s then alert
    if disk write > 500 operations/s then alert
    if failed euid 0 then alert
    if changed pid then alert
    if changed ppid then alert
    if failed security attribute "unconfined" then alert
    if failed security attribute =~ "^system" then alert
    if security attribute = "enforce" then alert
"#,
        "explained-process.txt",
    );
}

#[test]
fn schedules() {
    for (cron, words) in [
        ("* * * * *", "every minute"),
        ("0 3 * * *", "03:00"),
        ("0,30 3-4 * * *", "03:00, 03:30, 04:00 and 04:30"),
        (
            "* 8-19 * * 1-5",
            "every minute of hour 8 to 19, on Monday to Friday",
        ),
        ("*/15 * * * *", "minute 0, 15, 30 and 45 of every hour"),
        ("0-15 8,9 * * *", "minute 0 to 15 of hour 8 and 9"),
        (
            "0 0 1 jan-mar *",
            "00:00, on day 1 of the month, in January to March",
        ),
        (
            "0 0 1-7 * 1",
            "00:00, on day 1 to 7 of the month, if that is a Monday",
        ),
    ] {
        assert_eq!(schedule::words(&Schedule::parse(cron).unwrap()), words);
    }
}
