//! Files that include files.

use super::said;
use crate::config::Kind;
use crate::config::memory::Memory;

fn names(memory: &Memory) -> Vec<String> {
    let model = memory.load().unwrap().model;
    model
        .services
        .iter()
        .map(|service| service.name.to_string())
        .collect()
}

#[test]
fn files_of_a_pattern_come_in_order() {
    let memory = Memory::new("include /etc/d/*.cfg\ncheck process last matching x\n")
        .file("/etc/d/b.cfg", 0o666, "check process two matching x")
        .file("/etc/d/a.cfg", 0o600, "check process one matching x")
        .file("/etc/d/a.cfg~", 0o600, "rubbish")
        .other("/etc/d/dir.cfg", Kind::Directory);
    assert_eq!(names(&memory), ["one", "two", "last", "box"]);
}

#[test]
fn statements_of_a_service_may_stand_in_a_file_of_their_own() {
    let memory = Memory::new(
        "check process one matching x\n  include /etc/common\n\
         check process two matching x\n  include \"/etc/common\"\n  group last\n",
    )
    .file(
        "/etc/common",
        0o600,
        "group web\ndepends on db\ncheck process db matching x\n",
    );
    let said = said(&memory);
    assert!(said.contains("there is a service `db` already"), "{said}");

    let memory = Memory::new(
        "check process one matching x\n  include /etc/common\n  group last\n\
         check process two matching x\n  include /etc/common\n",
    )
    .file("/etc/common", 0o600, "group web\n");
    let model = memory.load().unwrap().model;
    assert_eq!(*model.services[0].groups, ["web".into(), "last".into()]);
    assert_eq!(*model.services[1].groups, ["web".into()]);
}

#[test]
fn an_include_may_stand_inside_a_rule() {
    let memory = Memory::new(
        "check process one matching x\n  if failed port 80 protocol http\n    \
         include /etc/often\n    then restart\n  group web\n",
    )
    .file("/etc/often", 0o600, "for 3 times within 5 cycles");
    let model = memory.load().unwrap().model;
    let window = model.services[0].rules[1].failed.window;
    assert_eq!((window.times, window.cycles), (3, 5));
}

#[test]
fn a_test_that_ends_in_another_file_is_underlined_in_its_own() {
    let memory = Memory::new(
        "check file f path /f\n  if failed permission 600 then stop\n  if failed permission\n    \
         include /etc/mode\n    then alert\n",
    )
    .file("/etc/mode", 0o600, "\n\n644");
    assert_eq!(
        said(&memory),
        "
warning: a service has one permission test
 --> /etc/monitrc:3:3
  |
3 |   if failed permission
  |   ^^ this one counts
 ::: /etc/monitrc:2:3
  |
2 |   if failed permission 600 then stop
  |   ------------------------ this one has no effect
"
    );
}

#[test]
fn errors_tell_who_included_them() {
    let memory = Memory::new("set daemon 5\ninclude /etc/d/*\n")
        .file("/etc/d/a", 0o600, "\n  include /etc/e\n")
        .file(
            "/etc/e",
            0o600,
            "check process x matching y\n  if foo then alert\n",
        );
    assert_eq!(
        said(&memory),
        "
error: `foo` cannot stand here
 --> /etc/e:2:6
  |
2 |   if foo then alert
  |      ^^^
  = included from /etc/d/a:2:11
  = included from /etc/monitrc:2:9
  = possible here: a number, `failed`, `succeeded`, `changed`, `not`, `exist`, `cpu`,
    `totalcpu`, `memory`, `totalmemory`, `total`, `children`, `threads`, `uptime`,
    `filedescriptors`, `read`, `write`, `disk`, `security` or `loadavg`
"
    );
}

#[test]
fn a_loop_is_found_and_named() {
    let memory = Memory::new("include /etc/a\n")
        .file("/etc/a", 0o600, "include /etc/b")
        .file("/etc/b", 0o600, "set daemon 5\ninclude /etc/a");
    assert_eq!(
        said(&memory),
        "
error: cannot include `/etc/a`: it includes itself: /etc/a → /etc/b → /etc/a
 --> /etc/b:2:9
  |
2 | include /etc/a
  |         ^^^^^^
  = included from /etc/a:1:9
  = included from /etc/monitrc:1:9
"
    );
}

#[test]
fn a_missing_file_is_a_warning_and_an_empty_directory_is_nothing() {
    let memory = Memory::new("include /etc/nothing\ninclude /etc/empty/*\ninclude /etc/none/*\n")
        .other("/etc/empty", Kind::Directory);
    assert_eq!(
        said(&memory),
        "
warning: no file matches `/etc/nothing`
 --> /etc/monitrc:1:9
  |
1 | include /etc/nothing
  |         ^^^^^^^^^^^^

warning: no file matches `/etc/none/*`
 --> /etc/monitrc:3:9
  |
3 | include /etc/none/*
  |         ^^^^^^^^^^^
"
    );
}

#[test]
fn an_include_needs_a_file() {
    let memory =
        Memory::new("include\nset daemon 5\ninclude /dev/x\n").other("/dev/x", Kind::Special);
    assert_eq!(
        said(&memory),
        "
error: `include` names no file
 --> /etc/monitrc:1:1
  |
1 | include
  | ^^^^^^^

error: cannot include `/dev/x`: it is no regular file
 --> /etc/monitrc:3:9
  |
3 | include /dev/x
  |         ^^^^^^
"
    );
}

#[test]
fn a_statement_goes_on_after_a_file_without_its_end() {
    let memory = Memory::new("include /etc/a\nset log /x\n").file("/etc/a", 0o600, "set daemon");
    let said = said(&memory);
    assert!(
        said.contains("but found the end of the statement"),
        "{said}"
    );
    assert!(said.contains(" --> /etc/a:1:11"), "{said}");
}
