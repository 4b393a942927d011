//! `check network`: real links between network namespaces, and made-up ones in `/sys`.

use std::process::Command;

use crate::support::namespace::{Namespace, is_possible};
use crate::support::{Sandbox, eventually, kernel};

/// The kernel takes its time to say so of a link that was set up.
const IS_UP: &str = "until grep -qx up /sys/class/net/tend0/operstate; do sleep 0.1; done";

/// A pair of interfaces is one cable: taking one end down takes the link from the other.
#[test]
fn a_cable_is_unplugged_and_plugged_in() {
    if !is_possible("a_cable_is_unplugged_and_plugged_in") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow ann:hidden
         check network lan with interface tend0
           start program = \"/usr/bin/env ip link set tend1 up\"
           stop program = \"/usr/bin/env ip link set tend1 down\"
         check network address with address 192.0.2.1
         check network spare with interface tend0 if link up then alert
         check network none with interface nosuch0
         check network nowhere with address 192.0.2.77
        ",
    );
    test.start_in(&Namespace::new(&[
        "mount -t sysfs sysfs /sys",
        "ip link set lo up",
        "ip link add tend0 type veth peer name tend1",
        "ip address add 192.0.2.1/24 dev tend0",
        "ip link set tend0 up",
        "ip link set tend1 up",
        IS_UP,
    ]));
    test.wait_for_log("'spare' link up");
    // Its rule fails, and its link is up.
    eventually("the summary has the link as it is", || {
        let summary = test.tend(&["summary"]).stdout;
        let mut lines = summary.lines();
        lines.any(|line| line.contains(" spare ") && line.contains(" Link up "))
    });
    test.wait_for_log(
        "'none' link data collection failed -- Cannot read /sys/class/net/nosuch0/operstate -- \
         No such file or directory",
    );
    test.wait_for_log("'nowhere' link data collection failed -- Address 192.0.2.77 not found");
    assert_eq!(test.log_count("'lan' link"), 0);
    assert_eq!(test.tend(&["stop", "lan"]).code, 0);
    test.wait_for_log("'address' link down");
    test.wait_for_log("'spare' link down");
    assert_eq!(test.tend(&["start", "lan"]).code, 0);
    test.wait_for_log("'address' link up");
    test.wait_for_log_times("'spare' link up", 2);
}

/// As in a container without `/sys`, and on kernels that are older than its files: the table in
/// `/proc` and the interface's flags tell as much.
#[test]
fn links_are_seen_without_sys() {
    if !is_possible("links_are_seen_without_sys") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow ann:hidden
         check network lan with interface tend0
           stop program = \"/usr/bin/env ip link set tend1 down\"
           if saturation > 50% then alert
           if total uploaded > 0 packets in last 1 minute then alert
         check network spare with interface tend0 if link up then alert
         check network none with interface nosuch0
        ",
    );
    test.start_in(&Namespace::new(&[
        "mount -t tmpfs none /sys",
        "ip link add tend0 type veth peer name tend1",
        "ip link set tend0 up",
        "ip link set tend1 up",
    ]));
    test.wait_for_log("'spare' link up");
    test.wait_for_log("'none' link data collection failed -- Cannot read /sys/class/net/nosuch0");
    test.wait_for_log("'lan' link saturation is not available here");
    // What the kernel itself sends over a new link is enough.
    test.wait_for_log("'lan' total upload packets");
    assert_eq!(test.tend(&["stop", "lan"]).code, 0);
    test.wait_for_log("'spare' link down");
}

/// A bridge goes down with its last port, an alias is what carries it, and an address is found on
/// whatever has it. Bonds, VLANs and what else this kernel can make are interfaces like others.
#[test]
fn links_of_every_make() {
    if !is_possible("links_of_every_make") {
        return;
    }
    let makes = [
        ("bond0", "type bond"),
        ("tend0.5", "link tend0 type vlan id 5"),
        ("dummy9", "type dummy"),
        ("mac0", "link tend0 type macvlan"),
    ];
    let can_be_made = |(name, make): &&(&str, &str)| {
        let add = format!("ip link add tend0 type veth && ip link add {name} {make}");
        let made = Command::new("unshare")
            .args(["--net", "sh", "-c", &add])
            .output();
        made.is_ok_and(|made| made.status.success())
    };
    let (made, missing): (Vec<_>, Vec<_>) = makes.iter().partition(can_be_made);
    for (name, make) in missing {
        eprintln!("this kernel makes no {make}, {name} is not tried: links_of_every_make");
    }
    let mut control = String::from(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow ann:hidden
         check network bridge with interface br0
           start program = \"/usr/bin/env ip link set tend1 up\"
           stop program = \"/usr/bin/env ip link set tend1 down\"
         check network alias with interface tend0:1
         check network second with address 192.0.2.2
         check network bridged with address 192.0.2.9
         check network six with address 2001:db8::1
        ",
    );
    let mut setup: Vec<String> = [
        "mount -t sysfs sysfs /sys",
        "ip link set lo up",
        "ip link add tend0 type veth peer name tend1",
        "ip address add 192.0.2.1/24 dev tend0",
        "ip address add 192.0.2.2/24 dev tend0 label tend0:1",
        "ip address add 2001:db8::1/64 dev tend0 nodad",
        "ip link add br0 type bridge",
        "ip link set tend1 master br0",
        "ip address add 192.0.2.9/24 dev br0",
        "for it in tend0 tend1 br0; do ip link set $it up; done",
        IS_UP,
    ]
    .map(str::to_owned)
    .into();
    for (number, (name, make)) in made.iter().enumerate() {
        control += &format!("check network of{number} with interface {name}\n");
        setup.push(format!("ip link add {name} {make}"));
        setup.push(format!("ip link set {name} up"));
    }
    let mut test = Sandbox::new().monitrc(&control);
    let setup: Vec<&str> = setup.iter().map(String::as_str).collect();
    test.start_in(&Namespace::new(&setup));
    let all = 5 + made.len();
    let count = |status: &str| {
        let summary = test.tend(&["summary"]).stdout;
        summary.matches(status).count()
    };
    // A bond without a member and a bridge that is just made have no carrier: all the more they are
    // found. Each service is an interface's, besides the machine itself.
    eventually("each link is seen", || {
        count("Network") == all && count("Initializing") == 0
    });
    assert_eq!(
        test.log_count("data collection failed"),
        0,
        "{}",
        test.log()
    );
    eventually("the bridge is up", || shows(&test, "bridge", "OK"));
    assert_eq!(test.tend(&["stop", "bridge"]).code, 0);
    for name in ["alias", "second", "six"] {
        test.wait_for_log(&format!("'{name}' link down"));
    }
    test.wait_for_log("'bridged' link down");
    assert_eq!(test.tend(&["start", "bridge"]).code, 0);
    for name in ["alias", "second", "six", "bridged"] {
        test.wait_for_log(&format!("'{name}' link up"));
    }
}

/// Whether the summary says so of a service.
fn shows(test: &Sandbox, name: &str, status: &str) -> bool {
    let summary = test.tend(&["summary"]).stdout;
    let line = summary.lines().find(|line| line.contains(name));
    line.is_some_and(|line| line.contains(status))
}

/// As a machine with a bond of two shows itself: the VLAN above has the bond's speed, a bridge and
/// a wireless link have none.
#[test]
fn a_bond_has_the_speed_of_its_members() {
    let name = "a_bond_has_the_speed_of_its_members";
    if !is_possible(name) || !kernel::is_since([2, 6, 33]) {
        return;
    }
    let mut control = String::from("set daemon 1\n");
    let links = [
        ("bond0", "20000", "full", "up"),
        ("bond0.100", "20000", "full", "up"),
        ("br0", "-1", "unknown", "up"),
        ("wlan0", "", "", "dormant"),
    ];
    let mut test = Sandbox::new();
    let put = |test: &Sandbox, link: &str, file: &str, value: &str| {
        test.replace(&format!("net/{link}/{file}"), &format!("{value}\n"));
    };
    for (number, (link, speed, duplex, state)) in links.into_iter().enumerate() {
        control += &format!(
            "check network of{number} with interface {link}
               if changed link capacity then alert
               if saturation > 50% then alert\n"
        );
        std::fs::create_dir_all(test.path(&format!("net/{link}/statistics"))).expect("ours");
        for (file, value) in [("speed", speed), ("duplex", duplex), ("operstate", state)] {
            put(&test, link, file, value);
        }
        for counter in [
            "rx_bytes",
            "rx_packets",
            "rx_errors",
            "tx_bytes",
            "tx_packets",
            "tx_errors",
        ] {
            put(&test, link, &format!("statistics/{counter}"), "0");
        }
    }
    test = test.monitrc(&control);
    let fake = format!("mount --bind {} /sys/class/net", test.path("net").display());
    test.start_in(&Namespace::new(&[&fake]));
    for number in [2, 3] {
        test.wait_for_log(&format!(
            "'of{number}' link saturation is not available here"
        ));
    }
    // One member fails.
    for link in ["bond0", "bond0.100"] {
        put(&test, link, "speed", "10000");
    }
    for number in [0, 1] {
        test.wait_for_log(&format!("'of{number}' link speed changed to 10000 Mb/s"));
    }
    // Far more in a cycle than it can carry.
    put(&test, "bond0.100", "statistics/rx_bytes", "60000000000");
    test.wait_for_log("'of1' link download saturation of ");
    assert_eq!(test.log_count("'of0' link download saturation of "), 0);
    assert_eq!(test.log_count(" link down\n"), 0);
}

/// The files of an interface that nobody has.
fn put(test: &Sandbox, name: &str, value: &str) {
    test.replace(&format!("net/eth9/{name}"), &format!("{value}\n"));
}

fn carry(test: &Sandbox, megabytes: u64, packets: u64) {
    for way in ["rx", "tx"] {
        let bytes = megabytes * 1_000_000;
        put(test, &format!("statistics/{way}_bytes"), &bytes.to_string());
        put(
            test,
            &format!("statistics/{way}_packets"),
            &packets.to_string(),
        );
        put(test, &format!("statistics/{way}_errors"), "0");
    }
}

#[test]
fn traffic_capacity_and_saturation() {
    if !is_possible("traffic_capacity_and_saturation") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check network lan with interface eth9
           if failed link then alert
           if changed link capacity then alert
           if saturation > 50% then alert
           if upload > 1 MB/s then alert
           if download > 100 packets/s then alert
           if total downloaded > 1000 MB in last 1 minute then alert
           if total uploaded > 1000000 packets in last 2 hours then alert
         check file later with path $DIR/missing
        ",
    );
    std::fs::create_dir_all(test.path("net/eth9/statistics")).expect("the sandbox is ours");
    for (name, value) in [("operstate", "up"), ("speed", "1000"), ("duplex", "full")] {
        put(&test, name, value);
    }
    carry(&test, 1, 1);
    let fake = format!("mount --bind {} /sys/class/net", test.path("net").display());
    test.start_in(&Namespace::new(&[&fake]));
    test.wait_for_log("started");
    if !kernel::is_since([2, 6, 17]) {
        // Without these files the kernel itself is asked, and it knows no such interface.
        test.wait_for_log("'lan' link data collection failed -- ");
        return;
    }
    // A rate needs a first look, and that is over when the service behind it has had its own.
    test.wait_for_log("'later' file doesn't exist");
    carry(&test, 2_000_000, 1);
    test.wait_for_log("matches limit [upload rate > 1 MB in last 1 second]");
    let has_capacity = kernel::is_since([2, 6, 33]);
    if has_capacity {
        test.wait_for_log("matches limit [saturation > 50.0%]");
    } else {
        test.wait_for_log("'lan' link saturation is not available here");
        test.wait_for_log("'lan' link capacity is not available here");
    }
    test.wait_for_log("matches limit [download rate > 1000 MB in last 1 minute]");
    test.wait_for_log("'lan' upload check succeeded [current upload rate 0 B in last 1 second]");
    carry(&test, 2_000_000, 2_000_001);
    test.wait_for_log("matches limit [download packets > 100 in last 1 second]");
    test.wait_for_log(
        "'lan' total upload packets 2000000 matches limit [upload packets > 1000000 in last 2 \
         hour]",
    );
    if has_capacity {
        put(&test, "speed", "100");
        test.wait_for_log("'lan' link speed changed to 100 Mb/s");
        put(&test, "duplex", "half");
        test.wait_for_log("'lan' link mode is now half-duplex");
    }
    put(&test, "statistics/rx_errors", "1000000");
    test.wait_for_log(" download errors detected");
    put(&test, "operstate", "down");
    test.wait_for_log("'lan' link down");
    put(&test, "operstate", "up");
    test.wait_for_log("'lan' link up");
}
