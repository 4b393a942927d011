//! Mounted file systems, each test among mounts of its own.

use std::process::Command;

use crate::support::mounts::may_mount;
use crate::support::peer::free_port;
use crate::support::{PATIENCE, Sandbox, eventually, http, is_root, not_run, process};

fn mount_volume(size: &str) -> String {
    format!("mount -t tmpfs -o size={size},nr_inodes=100,mode=755 volume $DIR/vol")
}

#[test]
fn a_volume_fills_changes_its_flags_and_goes() {
    if !may_mount("a_volume_fills_changes_its_flags_and_goes") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check filesystem vol with path $DIR/vol
           if space usage > 50% then alert
           if space free < 2 MB then alert
           if inodes > 50 then alert
           if inode free < 40% then alert
           if failed permission 755 then alert
           if read rate > 1 MB/s then alert
         check filesystem named with path volume
         check filesystem folder with path $DIR
        ",
    );
    std::fs::create_dir(test.path("vol")).expect("the sandbox is ours");
    let setup = mount_volume("8m").replace("$DIR", &test.folder().display().to_string());
    let pid = test.start_among_mounts(&setup);
    let folder = test.folder().display().to_string();
    let vol = format!("{folder}/vol");
    test.wait_for_log(&format!(
        "'vol' succeeded getting filesystem statistics for '{vol}'"
    ));
    test.wait_for_log("'named' succeeded getting filesystem statistics for 'volume'");
    // A folder is no file system, whatever disk it lies on.
    test.wait_for_log(&format!(
        "'folder' unable to read filesystem '{folder}' state"
    ));

    test.among_mounts(
        pid,
        "dd if=/dev/zero of=$DIR/vol/file bs=1M count=7 status=none",
    );
    test.wait_for_log("'vol' space usage 87.5% matches resource limit [space usage > 50.0%]");
    test.wait_for_log("'vol' space free 1 MB matches resource limit [space free < 2 MB]");
    test.among_mounts(pid, "for i in $(seq 70); do : >$DIR/vol/$i; done");
    test.wait_for_log("'vol' inode usage 72 matches resource limit [inode usage > 50]");
    test.wait_for_log("'vol' inode free 28.0% matches resource limit [inode free < 40.0%]");
    test.among_mounts(pid, "chmod 700 $DIR/vol");
    test.wait_for_log(&format!(
        "'vol' permission test failed for {vol} [current permission 0700]"
    ));
    test.among_mounts(pid, "mount -o remount,noatime $DIR/vol");
    test.wait_for_log("'vol' filesystem flags changed from 'rw,");
    test.wait_for_log("'named' filesystem flags changed from 'rw,");

    test.among_mounts(pid, "rm $DIR/vol/file; chmod 755 $DIR/vol");
    test.wait_for_log("'vol' space usage test succeeded [current space usage = 0.0%]");
    test.wait_for_log("'vol' permission test succeeded [current permission 0755]");
    test.among_mounts(pid, "umount $DIR/vol");
    test.wait_for_log(&format!("'vol' unable to read filesystem '{vol}' state"));
    let seen = format!("'vol' succeeded getting filesystem statistics for '{vol}'");
    let times = test.log_count(&seen);
    test.among_mounts(pid, &mount_volume("8m"));
    test.wait_for_log_times(&seen, times + 1);
}

#[test]
fn what_is_not_counted_is_said_once() {
    if !may_mount("what_is_not_counted_is_said_once") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check filesystem vol with path $DIR/vol
           if read rate > 1 MB/s then alert
           if service time > 10 ms then alert
         check filesystem table with path /proc
           if inodes > 1 then alert
           if space free < 10% then alert
        ",
    );
    std::fs::create_dir(test.path("vol")).expect("the sandbox is ours");
    let setup = mount_volume("1m").replace("$DIR", &test.folder().display().to_string());
    test.start_among_mounts(&setup);
    test.wait_for_log_times("'table' succeeded getting filesystem statistics", 4);
    for what in [
        "'vol' read",
        "'vol' service time",
        "'table' inode usage",
        "'table' space free",
    ] {
        let line = format!("{what} is not available here");
        assert_eq!(test.log_count(&line), 1, "{line}\n{}", test.log());
    }
}

/// Whether this test may go on, which mounts a file system whose server never says a word.
fn may_mount_silence(test: &str) -> bool {
    let mut fuse = std::fs::File::options();
    let fuse = fuse.read(true).write(true).open("/dev/fuse");
    if let Err(error) = &fuse {
        not_run(test, &format!("needs /dev/fuse: {error}"));
    }
    fuse.is_ok() && may_mount(test)
}

/// The shell commands that mount it as `far`: `/dev/fuse` is opened, and nobody reads it. The sleep
/// is the server; whoever ends it takes the file system away.
fn silence(folder: &str) -> String {
    format!(
        "exec 3<>/dev/fuse
         mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 silent {folder}/far
         sleep 100000 & echo $! >{folder}/server
         exec 3<&-"
    )
}

/// The log is on it: nothing waits for that, not even the start or a reload, and what a pipe does
/// not hold is lost and counted.
#[test]
fn a_log_on_a_file_system_that_never_answers_keeps_nobody_waiting() {
    let test = "a_log_on_a_file_system_that_never_answers_keeps_nobody_waiting";
    if !may_mount_silence(test) {
        return;
    }
    let port = free_port();
    let mut control = format!(
        "set daemon 1
         set httpd port {port} and use address localhost
           allow localhost
         check process absent with pidfile $DIR/none
           start program = \"/bin/true\"
           stop program = \"$DIR/far/stop\"
        "
    );
    for number in 0..60 {
        let file = format!("check file near{number} with path $DIR/monitrc\n");
        control += &format!("{file}if size < 1 GB then alert\n");
    }
    let mut test = Sandbox::new().monitrc(&control);
    test.rewrite_log("$DIR/far/log");
    std::fs::create_dir(test.path("far")).expect("the sandbox is ours");
    let folder = test.folder().display().to_string();
    let pid = test.spawn_among_mounts(&silence(&folder));
    let said = |what: &str, times: usize| {
        eventually(&format!("{what}, {times} times"), || {
            let all = test.read("out") + &test.read("err");
            all.matches(what).count() >= times
        });
    };
    said("'near59' size test failed", 3);
    process::signal(pid, "HUP");
    said(" reloaded", 1);
    // More than a pipe holds.
    said("size test failed", 2000);
    // The log page answers too, and the log is not what is looked at.
    let page = http::get(port, "/_viewlog", &[]).body;
    assert!(page.contains("on a network file system"), "{page}");

    // The server is gone for good, and what is mounted there with it: the folder below is no worse.
    // It is busy until whoever waits for it has heard of that.
    let server = test.pid("server").expect("the shell wrote it");
    let patience = PATIENCE.as_secs();
    test.among_mounts(
        pid,
        &format!(
            "kill {server}; timeout {patience} sh -c 'until umount $DIR/far; do sleep 0.1; done'"
        ),
    );
    eventually("the log says what it has lost", || {
        let log = test.read("far/log");
        log.contains("'near0' size test failed") && log.contains(" log lines were lost")
    });
}

#[test]
fn a_file_system_that_never_answers_keeps_nobody_waiting() {
    let test = "a_file_system_that_never_answers_keeps_nobody_waiting";
    if !may_mount_silence(test) {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check filesystem far with path $DIR/far
           start program = \"/bin/false\"
         check file file with path $DIR/far/file
         check file near with path $DIR/monitrc
           if size < 1 GB then alert
        ",
    );
    std::fs::create_dir(test.path("far")).expect("the sandbox is ours");
    let folder = test.folder().display().to_string();
    let pid = test.start_among_mounts(&silence(&folder));
    test.wait_for_log_times("'near' size test failed", 5);
    assert_eq!(test.log_count("'far'"), 0);
    let silent = "cannot be looked at -- the file system does not answer";
    test.wait_for_log(&format!("'far' {silent}"));
    test.wait_for_log(&format!("'file' {silent}"));
    // Nothing is done about a server that may come back; one that is gone is another matter.
    assert_eq!(test.log_count("'far' start:"), 0);
    let server = test.pid("server").expect("the shell wrote it");
    test.among_mounts(pid, &format!("kill {server}"));
    test.wait_for_log(&format!(
        "'far' unable to read filesystem '{folder}/far' state"
    ));
    test.wait_for_log("'far' start:");
}

/// A disk image on a loop device: what reads and writes, and all the names a device has.
#[test]
fn a_disk_by_its_device_and_what_it_does() {
    let name = "a_disk_by_its_device_and_what_it_does";
    if !is_root("a_disk_by_its_device_and_what_it_does") || !may_mount(name) {
        return;
    }
    let mut test = Sandbox::new();
    let image = test.path("image").display().to_string();
    let Some(device) = LoopDevice::new(&image) else {
        return not_run(name, "needs a loop device and mkfs.ext4");
    };
    let monitrc = "set daemon 1
         check filesystem point with path $DIR/vol
           if write rate > 1 kB/s then alert
           if write rate > 0 operations/s then alert
           if service time >= 0 ms then alert
         check filesystem device with path LOOP
           if failed permission 777 then alert
         check filesystem devicelink with path $DIR/devicelink
         check filesystem pointlink with path $DIR/pointlink/
        ";
    test = test.monitrc(&monitrc.replace("LOOP", &device.0));
    std::fs::create_dir(test.path("vol")).expect("the sandbox is ours");
    for (target, link) in [(&*device.0, "devicelink"), ("vol", "pointlink")] {
        std::os::unix::fs::symlink(target, test.path(link)).expect("the sandbox is ours");
    }
    let folder = test.folder().display().to_string();
    let pid = test.start_among_mounts(&format!("mount {} {folder}/vol", device.0));
    for name in ["point", "device", "devicelink", "pointlink"] {
        test.wait_for_log(&format!(
            "'{name}' succeeded getting filesystem statistics for"
        ));
    }
    // Of a device the mode is the device's, as in the reference.
    let failed = format!("'device' permission test failed for {} [", device.0);
    test.wait_for_log(&failed);
    eventually("the disk was seen at work", || {
        let write = "dd if=/dev/zero of=$DIR/vol/file bs=64k count=1 conv=fsync status=none";
        test.among_mounts(pid, write);
        test.log_count("matches resource limit [write > 1 kB/s]") > 0
            && test.log_count("operations/s matches resource limit [write > 0 operations/s]") > 0
    });
    test.wait_for_log("/operation matches resource limit [service time >= 0 ms/operation]");
}

/// A loop device with an ext4 on it.
struct LoopDevice(String);

impl LoopDevice {
    fn new(image: &str) -> Option<Self> {
        let file = std::fs::File::create(image).expect("the sandbox is ours");
        file.set_len(16 << 20).expect("a sparse file");
        let run = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            output.status.success().then_some(text)
        };
        run("mkfs.ext4", &["-q", image])?;
        run("losetup", &["-f", "--show", image]).map(Self)
    }
}

impl Drop for LoopDevice {
    fn drop(&mut self) {
        // Goes when the last who has it mounted goes.
        let _ = Command::new("losetup").args(["-d", &self.0]).output();
    }
}
