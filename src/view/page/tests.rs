use crate::engine::Monitoring;
use crate::model::Role;
use crate::view::fixture::{SECRET, World, golden};
use crate::view::style;
use crate::view::{LOG_TAIL_LIMIT, LogTail};

const TARGETS: [&str; 7] = [
    "/",
    "/apache",
    "/postfix",
    "/backup",
    "/_runtime",
    "/_viewlog",
    "/_about",
];

/// A page as a golden file: without the style sheet, a line per element that begins one.
fn check(name: &str, page: &str) {
    let mut lines = page.replace(style::SHEET, "STYLE");
    for element in [
        "div", "h1", "h2", "section", "tr", "td", "li", "form", "footer", "main",
    ] {
        lines = lines.replace(&format!("<{element}"), &format!("\n<{element}"));
    }
    golden(name, &format!("{lines}\n"));
}

#[test]
fn every_page() {
    let world = World::showcase();
    check("overview.html", &world.get("/"));
    check("apache.html", &world.get("/apache"));
    check("postfix.html", &world.get("/postfix"));
    check("runtime.html", &world.get("/_runtime"));
    let volumes = World::volumes();
    check("volumes.html", &volumes.get("/"));
    check("volume.html", &volumes.get("/v_io"));
    check("log.html", &world.get("/_viewlog"));
}

#[test]
fn remote_hosts() {
    let world = World::hosts();
    check("hosts-overview.html", &world.get("/"));
    check("host.html", &world.get("/h_127.0.0.1"));
}

#[test]
fn pages_are_small_and_fetch_nothing() {
    for target in TARGETS {
        let page = World::showcase().get(target);
        assert!(page.len() < 16 * 1024, "{target}: {}", page.len());
        let without_names = page.replace("xmlns='http://www.w3.org/2000/svg'", "");
        for word in [
            "src=", "<script", "<iframe", "@import", "http://", "https://", "onclick",
        ] {
            assert!(!without_names.contains(word), "{target}: {word}");
        }
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let evil = "<script>alert('x')</script>\"&";
    let mut world = World::showcase();
    world.model.services[0].groups = [evil.into()].into();
    world.model.services[4].name = evil.into();
    let (machine, _) = world.model.system().unwrap();
    world.model.services[machine.index()].name = evil.into();
    world.instance.control_file = evil.into();
    world.states[0].history[0].description = evil.into();
    world.states[1].connections[0].1.as_mut().unwrap().result = Err(evil.into());
    world.log = LogTail::File(evil.as_bytes().to_vec());
    for target in TARGETS {
        let page = world.get(target);
        assert!(!page.contains("<script"), "{target}");
        assert!(page.contains("&lt;script&gt;"), "{target}");
    }
    let link = "href=\"./%3Cscript%3Ealert%28%27x%27%29%3C%2Fscript%3E%22%26\"";
    assert!(world.get("/").contains(link));
}

#[test]
fn who_may_only_look_sees_no_buttons() {
    let mut world = World::showcase();
    world.user.role = Role::ReadOnly;
    for target in ["/", "/apache", "/_runtime", "/_about"] {
        let page = world.get(target);
        for word in ["<form", "<button", "_viewlog", "securitytoken"] {
            assert!(!page.contains(word), "{target}: {word}");
        }
    }
}

#[test]
fn buttons_are_those_that_make_sense_and_each_carries_the_token() {
    let mut world = World::showcase();
    let token = format!("value={}>", SECRET.token("admin"));
    let buttons = |world: &World, name: &str| {
        let page = world.get(name);
        assert_eq!(page.matches("<form").count(), page.matches(&token).count());
        let all = ["start", "stop", "restart", "monitor", "unmonitor"];
        all.into_iter()
            .filter(|a| page.contains(&format!("value={a}>")))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        buttons(&world, "/apache"),
        ["start", "stop", "restart", "unmonitor"]
    );
    assert_eq!(buttons(&world, "/backup"), ["monitor"]);
    world.model.services[0].stop = None;
    assert_eq!(buttons(&world, "/apache"), ["start", "unmonitor"]);
    world.model.services[0].restart = world.model.services[0].start.clone().map(Box::new);
    assert_eq!(
        buttons(&world, "/apache"),
        ["start", "restart", "unmonitor"]
    );
}

#[test]
fn the_verdict_counts() {
    let mut world = World::showcase();
    let heading = |world: &World| {
        let page = world.get("/");
        let (_, rest) = page.split_once("<h1>").unwrap();
        rest.split_once("</h1>").unwrap().0.to_owned()
    };
    assert_eq!(
        heading(&world),
        "1 of 5 services failed, 1 is not monitored"
    );
    world.states[1].failures.clear();
    assert_eq!(
        heading(&world),
        "All 5 services are well, 1 is not monitored"
    );
    for state in &mut world.states[1..] {
        state.monitoring = Monitoring::Off;
    }
    assert_eq!(heading(&world), "The service is well, 5 are not monitored");
    world.states[0].monitoring = Monitoring::Off;
    assert_eq!(heading(&world), "Nothing is monitored");
}

#[test]
fn a_name_with_a_slash_is_one_step_down() {
    let mut world = World::showcase();
    world.model.services[0].name = "a/b".into();
    assert!(world.get("/").contains("<a href=\"./a%2Fb\">a/b</a>"));
    assert!(world.get("/a%2Fb").contains("<h1>a/b "));
}

#[test]
fn a_log_that_was_cut_begins_with_a_whole_line() {
    let mut world = World::showcase();
    let mut tail = b"a part\nwhole\n".to_vec();
    world.log = LogTail::File(tail.clone());
    assert!(world.get("/_viewlog").contains("<pre>a part\nwhole"));
    tail.resize(LOG_TAIL_LIMIT, b'x');
    world.log = LogTail::File(tail);
    assert!(world.get("/_viewlog").contains("<pre>whole"));
}

#[test]
fn a_page_comes_again_soon_while_something_is_under_way() {
    let mut world = World::showcase();
    assert!(
        world
            .get("/")
            .contains("<meta http-equiv=refresh content=3>")
    );
    world.states[2].pending = None;
    assert!(
        world
            .get("/")
            .contains("<meta http-equiv=refresh content=120>")
    );
    world.model.settings.poll = None;
    assert!(!world.get("/").contains("http-equiv"));
    assert!(!world.get("/_runtime").contains("http-equiv"));
}

#[test]
fn no_log_is_said() {
    let mut world = World::showcase();
    world.log = LogTail::Nothing("the log goes to syslog".into());
    assert!(world.get("/_viewlog").contains("the log goes to syslog"));
}
