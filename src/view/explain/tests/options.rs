//! No word of the language is left out in silence.
//!
//! Each line is a control file, or what follows a `check`, with one option in angles: `«it»` or
//! `«something else|it»`. The explanation, or what is warned of, differs with it.

use std::collections::BTreeSet;

use crate::config::memory::Memory;

use super::configuration;

const GRAMMAR: &str = include_str!("../../../../contrib/grammar.md");

/// Words that stand before others: an option that begins with one of them is named by the next.
const BEFORE: &[&str] = &[
    "set", "check", "if", "then", "failed", "changed", "start", "http",
];

/// Words without which the file means the same.
const WITHOUT_MEANING: &[(&str, &str)] = &[
    ("set", "begins a statement"),
    ("check", "begins a statement"),
    ("include", "is replaced by what is included"),
    ("if", "begins a rule"),
    ("then", "stands before each action"),
    ("sum", "may follow `expect`"),
    ("average", "may follow `load`"),
    ("pages", "the only unit of its kind"),
    ("capacity", "may follow `link`"),
    ("options", "may stand before a block"),
    ("password", "is never told; its user is"),
    ("batch", "the only kind of terminal"),
    ("without", "the only way to `register`"),
    ("credentials", "the only way to `register`"),
    (
        "allowselfcertification",
        "whoever is in `clientpemfile` is let in",
    ),
    ("echo", "the only `icmp type`"),
];

const SETTINGS: &[&str] = &[
    "«set daemon 30»",
    "set daemon 30 «start delay 5»",
    "set daemon 30 start «delay 5|delay 6»",
    "set daemon 30 «set init»",
    "«set log /var/log/tend»",
    "set log «/var/log/tend|syslog»",
    "set log syslog «facility log_daemon»",
    "«set pidfile /run/a»",
    "«set statefile /run/a»",
    "«set idfile /run/a»",
    "«set onreboot nostart»\ncheck process p matching p",
    "«set mailserver a.example.org»",
    "set mailserver a.example.org «port 26»",
    "set mailserver a.example.org «username u password p»",
    "set mailserver a.example.org «using ssl»",
    "set mailserver a.example.org using «ssl|tls»",
    "set mailserver a.example.org «timeout 5 seconds»",
    "set mailserver a.example.org «hostname me.example.org»",
    "set mailserver a.example.org ssl «certmd5 00112233445566778899aabbccddeeff»",
    "«set mail-format { from: a@example.org }»",
    "set mail-format { subject: a\n«from: a@example.org\n» }",
    "set mail-format { subject: a\n«reply-to: a@example.org\n» }",
    "set mail-format { from: a@example.org\n«subject: a\n» }",
    "set mail-format { from: a@example.org\n«message: a\nb» }",
    "«set alert a@example.org»",
    "set alert a@example.org «only on { nonexist }»",
    "set alert a@example.org «not on { nonexist }»",
    "set alert a@example.org «mail-format { subject: a }»",
    "set alert a@example.org mail-format { subject: a\n«message: b» }",
    "set alert a@example.org «reminder 3 cycles»",
    "«set eventqueue basedir /var/q»",
    "set eventqueue «basedir /var/q|basedir /var/r»",
    "set eventqueue basedir /var/q «slots 5»",
    "«set mmonit http://u:p@example.org/collector»",
    "set mmonit http://u:p@example.org/collector «register without credentials»",
    "set mmonit http://u:p@example.org/c «hostgroups [ a ]»",
    "«set fips»",
    "«set terminal batch»",
    "«set httpd port 80 allow localhost»",
    "set httpd «port 80|port 81» allow localhost",
    "set httpd port 80 «read-only» allow localhost",
    "set httpd port 80 «address ::1» allow localhost",
    "set httpd «port 80|unixsocket /run/s» allow localhost",
    "set httpd unixsocket /run/s «uid 5» allow localhost",
    "set httpd unixsocket /run/s «gid 5» allow localhost",
    "set httpd unixsocket /run/s «permission 600» allow localhost",
    "set httpd unixsocket /run/s «read-only» allow localhost",
    "set httpd port 80 allow localhost «ssl enable pemfile /p»",
    "set httpd port 80 allow localhost ssl { «pemfile: /p|pemfile: /q» }",
    "set httpd port 80 allow localhost ssl { pemkey: /p «pemchain: /q|pemchain: /r» }",
    "set httpd port 80 allow localhost ssl { pemchain: /p «pemkey: /q|pemkey: /r» }",
    "set httpd port 80 allow localhost ssl { pemfile: /p «version: tlsv12» }",
    "set httpd port 80 allow localhost ssl { pemfile: /p «clientpemfile: /q» }",
    "set httpd port 80 allow localhost ssl enable pemfile /p «clientpemfile /q»",
    "set httpd port 80 allow localhost «signature disable»",
    "set httpd port 80 allow localhost «allow u:p»",
    "set httpd port 80 allow localhost «allow 10.0.0.0/8»",
    "set httpd port 80 allow localhost «allow @wheel»",
    "set httpd port 80 allow u:p «read-only»",
    "set httpd port 80 allow «md5 /pw|cleartext /pw»",
    "set httpd port 80 allow «cleartext /pw|md5 /pw»",
    "set httpd port 80 allow «cleartext /pw|crypt /pw»",
    "set httpd port 80 allow crypt /pw u «v»",
    "«set limits { programOutput: 1 kB }»",
    "set limits { «programOutput: 1 kB» }",
    "set limits { «sendExpectBuffer: 1 kB» }",
    "set limits { «fileContentBuffer: 1 kB» }",
    "set limits { «httpContentBuffer: 1 kB» }",
    "set limits { «networkTimeout: 1 s» }\n\
     check process p matching p\nif failed port 80 then alert",
    "set limits { «programTimeout: 1 s» }\n\
     check program p path /bin/true\nif status != 0 then alert",
    "set limits { «execTimeout: 1 s» }\ncheck file f path /f\nif changed size then exec /bin/a",
    "set limits { «startTimeout: 1 s» }\ncheck file f path /f\nstart /bin/a",
    "set limits { «stopTimeout: 1 s» }\ncheck file f path /f\nstop /bin/a",
    "set limits { «restartTimeout: 1 s» }\ncheck file f path /f\nrestart /bin/a",
    "«set expectbuffer 1 kB»",
    "«set ssl options { verify: enable }»\n\
     check process p matching p\nif failed port 443 ssl then alert",
];

const CHECKS: &[&str] = &[
    "«check process p matching p»",
    "check process p «matching p|pidfile /p»",
    "check process p «pidfile /p|matching p»",
    "«check file f path /f»",
    "check file f «path /f|path /g»",
    "«check directory d path /d»",
    "«check fifo f path /f»",
    "«check filesystem f path /f»",
    "«check host h address example.org if failed ping then alert»",
    "check host h «address example.org|address example.net» if failed ping then alert",
    "«check program p path /bin/a if status 1 then alert»",
    "«check network n interface lo»",
    "check network n «address ::1|interface lo»",
    "«check system s»",
];

const FILE: &[&str] = &[
    "«start program /bin/a»",
    "«stop program /bin/a»",
    "«restart program /bin/a»",
    "start program /bin/a «uid 5»",
    "start program /bin/a «gid 5»",
    "start program /bin/a «timeout 5 seconds»",
    "«group g»",
    "mode active\n«depends other»\ncheck file other path /other",
    "«mode passive»",
    "mode «passive|active»",
    "mode «active|passive»",
    "«mode manual»",
    "mode «active|manual»",
    "«every 2 cycles»",
    "«every \"* 3 * * *\"»",
    "«not» every \"* 3 * * *\"",
    "«onreboot nostart»",
    "onreboot «laststate|nostart»",
    "onreboot «nostart|laststate»",
    "«alert a@example.org»",
    "alert a@example.org «mail-format { from: b@example.org }»",
    "alert a@example.org mail-format { from: b@example.org\n«reply-to: c@example.org\n» }",
    "«noalert b@example.org»\ncheck file g path /g\nset alert b@example.org",
    "«if exist then stop»",
    "if «exist|not exist» then stop",
    "if size > 1 then «alert|restart»",
    "if size > 1 then «alert|start»",
    "if size > 1 then «alert|stop» stop /bin/a",
    "if size > 1 then «alert|unmonitor»",
    "if size > 1 then «alert|timeout»",
    "if size > 1 then alert else «alert|ignore»",
    "if size > 1 then «alert|exec /bin/a»",
    "if size > 1 then exec /bin/a «uid 5»",
    "if size > 1 then exec /bin/a «timeout 5 seconds»",
    "if size > 1 then exec /bin/a «repeat every 3 cycles»",
    "if size > 1 then alert «else if succeeded then unmonitor»",
    "if size > 1 then alert «else unmonitor»",
    "if size > 1 then alert else if succeeded «2 cycles» then alert",
    "if size > 1 «for 2 cycles» then alert",
    "if size > 1 «2 cycles|2 times within 3 cycles» then alert",
    "if size > 1 2 «cycles|times within 3 cycles» then alert",
    "«if 2 restarts within 3 cycles then unmonitor»",
    "«if failed checksum then alert»",
    "if «failed|changed» checksum then alert",
    "if «changed|failed» checksum then alert",
    "if failed checksum «expect 00112233445566778899aabbccddeeff» then alert",
    "if failed «sha1|md5» checksum then alert",
    "if failed «md5|sha1» checksum then alert",
    "if failed «md5|sha256» checksum then alert",
    "«if failed permission 600 then alert»",
    "«if failed uid 5 then alert»",
    "«if failed gid 5 then alert»",
    "«if changed permission then alert»",
    "«if size > 1 then alert»",
    "«if changed size then alert»",
    "«if hardlinks > 1 then alert»",
    "«if changed hardlinks then alert»",
    "if «atime|timestamp» > 1 day then alert",
    "if «atime|time» > 1 day then alert",
    "if «mtime|access time» > 1 day then alert",
    "if «mtime|atime» > 1 day then alert",
    "if «atime|mtime» > 1 day then alert",
    "if «atime|modification time» > 1 day then alert",
    "if «atime|ctime» > 1 day then alert",
    "if «atime|change time» > 1 day then alert",
    "«if changed ctime then alert»",
    "«if content = a then alert»",
    "if content «=|!=» a then alert",
    "if content = a then alert «ignore content = b»",
    "if size «<|greater» 5 then alert",
    "if size «>|greaterorequal» 5 then alert",
    "if size «>|less» 5 then alert",
    "if size «<|lessorequal» 5 then alert",
    "if size «<|equal» 5 then alert",
    "if size «<|notequal» 5 then alert",
    "if size > 5 «kB|bytes» then alert",
    "if size > 5 «MB|kB» then alert",
    "if size > 5 «kB|MB» then alert",
    "if size > 5 «kB|GB» then alert",
    "if size > 5 «kB|TB» then alert",
    "if mtime «newer|older» than 1 day then alert",
    "if mtime «older|newer» than 1 day then alert",
    "if mtime > 5 «days|seconds» then alert",
    "if mtime > 5 «seconds|minutes» then alert",
    "if mtime > 5 «seconds|hours» then alert",
    "if mtime > 5 «seconds|days» then alert",
    "if mtime > 5 «days|months» then alert",
];

const PROCESS: &[&str] = &[
    "«if cpu > 5% then alert»",
    "if «total» cpu > 5% then alert",
    "if «cpu|totalcpu» > 5% then alert",
    "«if memory > 5% then alert»",
    "if memory > 5 «MB|percent» then alert",
    "if «memory|totalmemory» > 5% then alert",
    "«if children > 5 then alert»",
    "«if threads > 5 then alert»",
    "«if uptime > 5 days then alert»",
    "«if filedescriptors > 5 then alert»",
    "if «total» filedescriptors > 5 then alert",
    "if filedescriptors > 5«|%» then alert",
    "«if read > 5 kB/s then alert»",
    "«if write > 5 kB/s then alert»",
    "if «disk» read > 5 kB/s then alert",
    "if «disk» write > 5 kB/s then alert",
    "if disk read > 5 «kB|operations» / s then alert",
    "if disk write > 5 «kB|operations» / s then alert",
    "«if failed euid 5 then alert»",
    "«if changed pid then alert»",
    "«if changed ppid then alert»",
    "«if failed security attribute a then alert»",
    "if failed security «attribute a|attribute b» then alert",
    "if failed security attribute «!=» a then alert",
    "if loadavg > 5 «for 2 cycles» then alert",
];

const SYSTEM: &[&str] = &[
    "«if loadavg > 5 then alert»",
    "if loadavg «(5 minutes)» > 5 then alert",
    "if loadavg «per core» > 5 then alert",
    "«if cpu > 5% then alert»",
    "if cpu «(wait)» > 5% then alert",
    "if «swap|memory» > 5% then alert",
    "if «memory|swap» > 5% then alert",
    "«if pagein > 5 / s then alert»",
    "«if pageout > 5 / s then alert»",
    "«if uptime > 5 days then alert»",
    "«if filedescriptors > 5% then alert»",
];

const NETWORK: &[&str] = &[
    "«if changed link then alert»",
    "«if link up then alert»",
    "if link «down|up» then stop",
    "if link «up|down» then stop",
    "«if saturation > 5% then alert»",
    "«if upload > 5 kB/s then alert»",
    "«if download > 5 kB/s then alert»",
    "if download > 5 «kB|packets» / s then alert",
    "«if total uploaded > 5 kB in last hour then alert»",
    "if total uploaded > 5 kB in last «3» hours then alert",
    "if total uploaded > 5 kB in last «hour|day» then alert",
];

const FILESYSTEM: &[&str] = &[
    "«if space > 5% then alert»",
    "if space «free» > 5% then alert",
    "«if inodes > 5% then alert»",
    "if inodes «free» > 5% then alert",
    "«if changed fsflags then stop»",
    "«if read > 5 kB/s then alert»",
    "«if write > 5 operations/s then alert»",
    "«if service time > 5 ms then alert»",
    "«if servicetime > 5 ms then alert»",
    "«if failed permission 700 then alert»",
];

const PROGRAM: &[&str] = &[
    "«if status > 5 then alert»",
    "«if changed status then alert»",
    "«if content = a then alert»",
    "if content «changed|not changed» then alert",
];

const HOST: &[&str] = &[
    "«if failed ping then alert»",
    "if failed «ping|ping4» then alert",
    "if failed «ping|ping6» then alert",
    "if failed «ping6|icmp type echo» then alert",
    "if «failed|succeeded» ping then alert",
    "if failed ping «count 5» then alert",
    "if failed ping «size 100» then alert",
    "if failed ping «timeout 2 seconds» then alert",
    "if failed ping «timeout 2 seconds|timeout 2 ms» then alert",
    "if failed ping timeout 2 «seconds|milliseconds» then alert",
    "if failed ping4 «address 127.0.0.1» then alert",
    "if failed ping «responsetime < 2 s» then alert",
    "if failed ping «response time < 2 s» then alert",
    "if failed «port 80|port 81» then alert",
    "if «failed|succeeded» port 80 then alert",
    "if failed «host example.net» port 80 then alert",
    "if failed «port 80|url http://example.net/a» then alert",
    "if failed port 80 «ipv4» then alert",
    "if failed port 80 «ipv6» then alert",
    "if failed port 80 «address ::1» then alert",
    "if failed port 80 «type udp» then alert",
    "if failed port 80 type «udp|tcp» then alert",
    "if failed port 80 type «tcp|udp» then alert",
    "if failed port 80 type «tcp|tcpssl» then alert",
    "if failed port 80 «ssl» then alert",
    "if failed port 80 «tls» then alert",
    "if failed port 80 ssl { version: tlsv12 «verify: enable» } then alert",
    "if failed port 80 ssl { version: tlsv12 «verify: disable» } then alert",
    "if failed port 80 ssl { verify: «disable|enable» } then alert",
    "if failed port 80 ssl { verify: «enable|disable» } then alert",
    "if failed port 80 ssl { verify: enable «selfsigned: allow» } then alert",
    "if failed port 80 ssl { verify: enable selfsigned: «reject|allow» } then alert",
    "if failed port 80 ssl { verify: enable selfsigned: «allow|reject» } then alert",
    "if failed port 80 ssl { verify: enable «version: tlsv13» } then alert",
    "if failed port 80 ssl { version: «tlsv13|auto» } then alert",
    "if failed port 80 ssl { verify: enable «ciphers: A» } then alert",
    "if failed port 80 ssl { verify: enable «clientpemfile: /p» } then alert",
    "if failed port 80 ssl { version: auto «cacertificatefile: /p» } then alert",
    "if failed port 80 ssl { version: auto «cacertificatepath: /bin/» } then alert",
    "if failed port 80 ssl «certmd5 00112233445566778899aabbccddeeff» then alert",
    "if failed port 80 ssl «certificate checksum 00112233445566778899aabbccddeeff» then alert",
    "if failed port 80 ssl «certificate valid 5 days» then alert",
    "if failed port 80 ssl certificate «valid 6 days|valid 5 days» then alert",
    "if failed port 80 «protocol http» then alert",
    "if failed port 80 protocol «smtp|http» then alert",
    "if failed port 80 protocol «http|https» then alert",
    "if failed port 80 protocol «http|smtp» then alert",
    "if failed port 80 protocol «smtp|smtps» then alert",
    "if failed port 80 protocol «smtp|default» then alert",
    "if failed port 80 «send a» expect b then alert",
    "if failed port 80 send a «expect b» then alert",
    "if failed port 80 «timeout 3 s» then alert",
    "if failed port 80 «responsetime > 3 s» then alert",
    "if failed port 80 «retry 3» then alert",
    "if failed port 80 protocol http «request /a» then alert",
    "if failed port 80 protocol http «status 300» then alert",
    "if failed port 80 protocol http «content = a» then alert",
    "if failed port 80 protocol http «checksum 00112233445566778899aabbccddeeff» then alert",
    "if failed port 80 protocol http «hostheader a.example.org» then alert",
    "if failed port 80 protocol http «http headers [A: b]» then alert",
    "if failed port 80 protocol http «method head» then alert",
    "if failed port 80 protocol http method «get|head» then alert",
    "if failed port 80 protocol http method «head|get» then alert",
    "if failed port 80 protocol http «username a password b» then alert",
    "if failed port 80 protocol mysql «rsakey checksum 00112233445566778899aabbccddeeff»\n\
     then alert",
    "if failed port 80 protocol mysql «username a password b» then alert",
    "if failed port 80 protocol pgsql username a password b «database c» then alert",
    "if failed port 80 type udp protocol radius «secret a» then alert",
    "if failed port 80 protocol sip «target a@example.org» then alert",
    "if failed port 80 protocol sip «maxforward 5» then alert",
    "if failed port 80 protocol websocket «origin http://example.org» then alert",
    "if failed port 80 protocol websocket «version 13» then alert",
    "if failed port 80 protocol apache-status «loglimit > 5%» then alert",
];

/// What its lines follow.
const FAMILIES: &[(&str, &[&str])] = &[
    ("", SETTINGS),
    ("", CHECKS),
    ("check file f path /f\n", FILE),
    ("check process p matching p\n", PROCESS),
    ("check system s\n", SYSTEM),
    ("check network n interface lo\n", NETWORK),
    ("check filesystem f path /f\n", FILESYSTEM),
    (
        "check program p path /bin/a if status 0 then alert\n",
        PROGRAM,
    ),
    (
        "check host h address example.org if failed port 1 then alert\n",
        HOST,
    ),
];

/// Everything that is said to whoever asks what a control file means.
fn told(text: &str) -> Result<String, String> {
    let memory = Memory::new(text).complete();
    let memory = memory.file("/pw", 0o600, "u:x\nv:y\n");
    match memory.load() {
        Ok(loaded) => {
            let explained = configuration(&loaded.model);
            Ok(format!("{:?}\n{explained}", loaded.warnings))
        }
        Err(report) => Err(format!("{text}\n\n{report}")),
    }
}

/// A line without its option, its option, and the line with it.
fn taken_apart(line: &str) -> (String, &str, String) {
    let (before, rest) = line.split_once('«').unwrap();
    let (option, after) = rest.split_once('»').unwrap();
    let (without, with) = option.split_once('|').unwrap_or(("", option));
    (
        format!("{before}{without}{after}"),
        with,
        format!("{before}{with}{after}"),
    )
}

/// Each word's spellings, the first one first.
fn words() -> Vec<Vec<String>> {
    let table = GRAMMAR.split("## Words").nth(1).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let spellings = row.split('`').skip(1).step_by(2);
        spellings.map(str::to_lowercase).collect()
    })
    .collect()
}

/// The word an option is an option by.
fn named_by(option: &str) -> Option<String> {
    let known = words();
    let texts = option.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let words = texts.filter_map(|text| {
        let text = text.to_lowercase();
        let same = |spellings: &&Vec<String>| spellings.contains(&text);
        known
            .iter()
            .find(same)
            .map(|spellings| spellings[0].clone())
    });
    let words: Vec<String> = words.collect();
    let telling = words.iter().find(|word| !BEFORE.contains(&word.as_str()));
    telling.or(words.first()).cloned()
}

#[test]
fn each_option_is_told() {
    let mut silent = Vec::new();
    for (check, lines) in FAMILIES {
        for line in *lines {
            let (without, _, with) = taken_apart(line);
            match (
                told(&format!("{check}{without}")),
                told(&format!("{check}{with}")),
            ) {
                (Ok(without), Ok(with)) if without != with => {}
                (Ok(_), Ok(_)) => silent.push((*line).to_owned()),
                (Err(wrong), _) | (_, Err(wrong)) => silent.push(wrong),
            }
        }
    }
    let silent = silent.join("\n\n");
    assert!(
        silent.is_empty(),
        "left out in silence, or wrong:\n{silent}"
    );
}

#[test]
fn each_word_is_an_option_or_without_meaning() {
    let lines = FAMILIES.iter().flat_map(|(_, lines)| lines.iter());
    let named: BTreeSet<String> = lines
        .filter_map(|line| named_by(taken_apart(line).1))
        .collect();
    let excused: BTreeSet<String> = WITHOUT_MEANING
        .iter()
        .map(|(word, _)| (*word).to_owned())
        .collect();
    let all: BTreeSet<String> = words()
        .into_iter()
        .filter_map(|spellings| spellings.into_iter().next())
        .collect();
    let both: Vec<_> = named.intersection(&excused).collect();
    assert!(both.is_empty(), "of meaning after all: {both:?}");
    let tried: BTreeSet<String> = named.union(&excused).cloned().collect();
    let missing: Vec<_> = all.difference(&tried).collect();
    assert!(missing.is_empty(), "no line tries {missing:?}");
}
