//! Remote hosts: pings and connections, in networks where hosts answer, fall silent, cannot be
//! reached, or cannot even be asked.

use crate::support::daemon::check;
use crate::support::{Sandbox, eventually, kernel};

/// A log line's words, if the log says them at this priority.
fn line(priority: &str, words: &str) -> String {
    format!("{priority:<8} : {words}")
}

#[test]
fn a_host_falls_silent_and_comes_back() {
    let Some(test) = Sandbox::new().in_its_own_network("a_host_falls_silent_and_comes_back") else {
        return;
    };
    let mut test = test.script("dial", "up) ;;\ndown) ;;").monitrc(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check host gate with address 127.0.0.2
           if failed ping count 2 timeout 1 second then alert
           if failed port 1 then alert
         check host dialled with address 127.0.0.3
           start program = \"$DIR/dial up\"
           stop program = \"$DIR/dial down\"
           if failed icmp type echo count 1 timeout 1 second then restart
         check host off with address 127.0.0.4
           if succeeded ping count 1 timeout 1 second then alert
         check host six with address ::1
           if failed ping6 size 1492 then alert
           if failed ping4 then alert
         check host slow with address ::1
           if failed ping responsetime > 600 seconds then alert
        ",
    );
    test.start();
    test.wait_for_log(&line(
        "error",
        "'gate' failed protocol test [DEFAULT] at [127.0.0.2]:1",
    ));
    test.wait_for_log(&line("error", "'off' ping test succeeded [response time "));
    test.wait_for_log(&line("error", "'six' ping test failed"));
    test.wait_for_log(&line("error", "'slow' response time "));
    assert!(test.log().contains("doesn't match limit [time > 10 m]"));
    let status = test.tend(&["status"]).stdout;
    for words in [
        "Remote Host 'gate'\n  status                       Connection failed\n",
        "ping response time           connection failed\n",
        "port response time           FAILED to [127.0.0.2]:1 type TCP/IP protocol DEFAULT\n",
        "Remote Host 'slow'\n  status                       Speed failed\n",
    ] {
        assert!(status.contains(words), "{words:?} in\n{status}");
    }

    test.let_answer(false);
    test.wait_for_log(&line("error", "'gate' ping test failed"));
    for (priority, words) in [
        (
            "warning",
            "Ping response for 127.0.0.2 1/2 timed out -- no response within 1 s",
        ),
        (
            "error",
            "Ping response for 127.0.0.2 2/2 timed out -- no response within 1 s",
        ),
    ] {
        assert!(test.log().contains(&line(priority, words)), "{words}");
    }
    test.wait_for_log(&line("info", "'off' ping test failed"));
    eventually("it is dialled again", || test.calls("dial", "up") >= 2);
    assert!(test.calls("dial", "down") >= 2);
    // Two failing pings without a port asked in between, but where the program was held up and no
    // ping counted.
    let before = test.log_count("'gate' ping test failed");
    test.wait_for_log_times("'gate' ping test failed", before + 2);
    let log = test.log();
    for after in log.split("'gate' ping test failed").skip(1) {
        let is_asked = after.contains("'gate' failed protocol test");
        assert!(
            !is_asked || after.contains("left out for the time being"),
            "{log}"
        );
    }
    let status = test.tend(&["status", "gate"]).stdout;
    let words = "  status                       Connection failed | ICMP failed\n";
    assert!(status.contains(words), "{status}");

    test.let_answer(true);
    test.wait_for_log(&line("info", "'gate' ping test succeeded [response time "));
    test.wait_for_log_times("'gate' failed protocol test", 2);
    assert_eq!(test.end("TERM"), 0);
}

#[test]
fn away_in_each_of_its_ways() {
    let Some(test) = Sandbox::new().in_its_own_network("away_in_each_of_its_ways") else {
        return;
    };
    let mut test = test.monitrc(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check host far with address 192.0.2.7
           if failed ping count 2 then alert
         check host nobody with address nobody.invalid
           if failed ping then alert
         check host foreign with address 127.0.0.1
           if failed ping address 192.0.2.8 then alert
        ",
    );
    test.start();
    for (priority, words) in [
        (
            "warning",
            "Ping request for 192.0.2.7 1/2 failed -- Network", // the C library's words
        ),
        ("error", "Ping request for 192.0.2.7 2/2 failed -- Network"),
        ("error", "'far' ping test failed"),
        ("error", "'nobody' ping test failed"),
        ("error", "'foreign' ping test failed"),
    ] {
        test.wait_for_log(&line(priority, words));
    }
    assert!(test.log_count("Ping for nobody.invalid -- getaddrinfo failed: ") > 0);
    let words = "Cannot bind to outgoing address -- ";
    assert!(test.log_count(words) > 0);
    assert_eq!(test.tend(&["report", "down"]).stdout, "3\n");
}

#[test]
fn five_hundred_silent_hosts_hold_up_nobody() {
    let Some(test) = Sandbox::new().in_its_own_network("five_hundred_silent_hosts_hold_up_nobody")
    else {
        return;
    };
    test.let_answer(false);
    let hosts: String = (0..500)
        .map(|number| {
            format!(
                "check host h{number} with address 127.1.{}.{}
                   if failed ping count 20 size 1492 timeout 100 seconds then alert\n",
                number / 256,
                number % 256
            )
        })
        .collect();
    let mut test = test.daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {hosts}{}
         check host here with address ::1
           if failed port 1 then alert
        ",
        check("web")
    ));
    let daemon = test.start();
    test.wait_for_log("'here' failed protocol test");
    for _ in 0..3 {
        test.kill("web");
    }
    assert!(test.tend(&["summary"]).stdout.contains(" h499 "));
    assert_eq!(test.log_count("ping test failed"), 0, "they still wait");
    let open = std::fs::read_dir(format!("/proc/{daemon}/fd")).expect("it runs");
    assert!(open.count() < 50, "a socket for each host");
    assert_eq!(test.end("TERM"), 0);
}

#[test]
fn where_pinging_is_not_allowed_that_is_said_once() {
    let Some(test) =
        Sandbox::new().in_its_own_network("where_pinging_is_not_allowed_that_is_said_once")
    else {
        return;
    };
    let range = "/proc/sys/net/ipv4/ping_group_range";
    assert!(test.network(&format!("echo '1 0' >{range}")));
    let mut test = test.monitrc(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check host gate with address 127.0.0.2
           if failed ping then alert
           if failed port 1 then alert
        ",
    );
    test.without_raw_sockets();
    test.start();
    test.wait_for_log_times("'gate' failed protocol test", 3);
    assert_eq!(test.log_count("is not available here"), 1);
    assert_eq!(test.log_count("ping test failed"), 0);
    let status = test.tend(&["status", "gate"]).stdout;
    assert!(
        status.contains("  ping response time           -\n"),
        "{status}"
    );
    assert_eq!(test.end("TERM"), 0);

    // Whoever belongs to the group needs no privilege, where the kernel knows such a group.
    assert!(test.network(&format!("echo '0 0' >{range}")));
    test.start();
    if !kernel::is_since([3, 0, 0]) {
        test.wait_for_log_times("is not available here", 2);
        return;
    }
    eventually("it is answered", || {
        let status = test.tend(&["status", "gate"]).stdout;
        status.contains(" ms\n") && !status.contains("time           -\n")
    });
    assert_eq!(test.end("TERM"), 0);
}
