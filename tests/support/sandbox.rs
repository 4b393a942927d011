//! A folder with a control file, and `tend` run in it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::kernel::{self, Lacks};
use super::namespace::Namespace;
use super::network::Holder;
use super::{eventually, process};

/// The environment variable that marks everything a sandbox starts.
const MARK: &str = "TEND_TEST_SANDBOX";

/// A test's own folder. Dropping it ends every process started below it and removes it.
pub(crate) struct Sandbox {
    folder: PathBuf,
    /// The program, or the script that is it on another machine.
    subject: String,
    running: Option<Child>,
    /// Where it runs, if that is not the test's own network.
    network: Option<Holder>,
}

/// What a finished `tend` left.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tend-test-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for temporary files");
        let sandbox = Self {
            folder,
            subject: kernel::subject(),
            running: None,
            network: None,
        };
        sandbox.on_a_machine_without(&Lacks::default())
    }

    /// The program is run from here on as on a machine that lacks this.
    pub(crate) fn on_a_machine_without(mut self, lacks: &Lacks) -> Self {
        if let Some(script) = kernel::script(lacks) {
            self.write_program("subject", &script);
            self.subject = self.path("subject").display().to_string();
        }
        self
    }

    /// Writes the control file: `$DIR` stands for the folder, and what every test wants (log,
    /// pidfile, state file inside the folder) is added at the end, so that line numbers hold.
    pub(crate) fn monitrc(self, text: &str) -> Self {
        self.rewrite_monitrc(text);
        self
    }

    /// The same for a control file that is there already, before a reload.
    pub(crate) fn rewrite_monitrc(&self, text: &str) {
        let own = "
            set log $DIR/log
            set pidfile $DIR/tend.pid
            set statefile $DIR/state
            set idfile $DIR/id
        ";
        self.write("monitrc", &format!("{text}{own}"));
        self.permit("monitrc", 0o600);
    }

    /// Names another log in the control file.
    pub(crate) fn rewrite_log(&self, target: &str) {
        let text = self.read("monitrc");
        let keeps = |line: &&str| !line.trim_start().starts_with("set log ");
        let kept: Vec<&str> = text.lines().filter(keeps).collect();
        self.write(
            "monitrc",
            &format!("{}\nset log {target}\n", kept.join("\n")),
        );
    }

    /// Writes a file; `$DIR` stands for the folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let text = text.replace("$DIR", &self.folder.display().to_string());
        fs::write(self.path(name), text).expect("the sandbox can be written");
    }

    /// The same in one step, for a file that may be read at any time.
    pub(crate) fn replace(&self, name: &str, text: &str) {
        self.write("replacement", text);
        fs::rename(self.path("replacement"), self.path(name)).expect("the sandbox can be written");
    }

    /// Writes a program in the place of what is there; `$DIR` stands for the folder.
    ///
    /// By a child, for we never have it open to write: another test's child would inherit that, and
    /// until it runs its own program nobody could run this one (`ETXTBSY`). Nobody writes into what
    /// runs for the same reason.
    pub(crate) fn write_program(&self, name: &str, text: &str) {
        let text = text.replace("$DIR", &self.folder.display().to_string());
        let mut writer = Command::new("/bin/sh")
            .args([
                "-c",
                "cat >\"$0.new\" && chmod 755 \"$0.new\" && mv \"$0.new\" \"$0\"",
            ])
            .arg(self.path(name))
            .stdin(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let mut pipe = writer.stdin.take().expect("asked for");
        pipe.write_all(text.as_bytes()).expect("cat reads");
        drop(pipe);
        let status = writer.wait().expect("our child");
        assert!(status.success(), "the sandbox can be written");
    }

    /// Sets a file's mode.
    pub(crate) fn permit(&self, name: &str, mode: u32) {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.path(name), mode).expect("the sandbox's files are ours");
    }

    /// A path inside the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A place for the state that no slow disk holds up, where there is such a one: what must not
    /// be lost is waited for, but not for ever.
    pub(crate) fn state_in_memory(&self) -> PathBuf {
        let memory = Path::new("/dev/shm");
        let folder = memory.is_dir().then_some(memory);
        let name = self.folder.file_name().expect("it has a name");
        folder.map_or_else(|| self.path("state"), |folder| folder.join(name))
    }

    /// A file's text; empty where there is none yet.
    pub(crate) fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.path(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The log.
    pub(crate) fn log(&self) -> String {
        self.read("log")
    }

    /// How often the log says `text`.
    pub(crate) fn log_count(&self, text: &str) -> usize {
        self.log().matches(text).count()
    }

    /// Waits until the log says `text`.
    #[track_caller]
    pub(crate) fn wait_for_log(&self, text: &str) {
        self.wait_for_log_times(text, 1);
    }

    /// Waits until the log has said `text` so many times.
    #[track_caller]
    pub(crate) fn wait_for_log_times(&self, text: &str, times: usize) {
        let complaint = format!("log says {times} × {text:?}");
        eventually(&complaint, || self.log_count(text) >= times);
    }

    /// The number in a pidfile.
    pub(crate) fn pid(&self, pidfile: &str) -> Option<u32> {
        self.read(pidfile).trim().parse().ok()
    }

    /// Waits until a pidfile names a running process other than `old`, and says which.
    #[track_caller]
    pub(crate) fn wait_for_process(&self, pidfile: &str, old: Option<u32>) -> u32 {
        let mut found = None;
        eventually(&format!("{pidfile} names a process that runs"), || {
            found = self.pid(pidfile).filter(|pid| process::is_running(*pid));
            found.is_some() && found != old
        });
        found.expect("just waited for")
    }

    /// Kills a daemon that `tend` has seen running, and waits until it has brought it back. One
    /// that is killed before, in the middle of its start, comes back as well, but only when the
    /// start program's time limit is over.
    #[track_caller]
    pub(crate) fn kill(&self, name: &str) -> u32 {
        let (pidfile, seen) = (
            format!("{name}.pid"),
            format!("'{name}' process is running with pid"),
        );
        self.wait_for_log(&seen);
        let old = self.wait_for_process(&pidfile, None);
        let times = self.log_count(&seen);
        process::signal(old, "KILL");
        let new = self.wait_for_process(&pidfile, Some(old));
        self.wait_for_log_times(&seen, times + 1);
        new
    }

    /// The program in this sandbox, about to be run with `arguments`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_inside(&self.subject, arguments)
    }

    /// The program's path.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// What is run from here on is run there.
    pub(crate) fn enter(&mut self, network: Holder) {
        self.network = Some(network);
    }

    /// What is run from here on may open no raw socket.
    pub(crate) const fn without_raw_sockets(&mut self) {
        if let Some(network) = &mut self.network {
            network.forbid_raw_sockets();
        }
    }

    /// A program in this sandbox and in its network.
    pub(crate) fn command_inside(&self, program: &str, arguments: &[&str]) -> Command {
        match &self.network {
            Some(network) => self.furnished(network.command(program), arguments),
            None => self.command_of(Path::new(program), arguments),
        }
    }

    /// Another program in this sandbox.
    pub(crate) fn command_of(&self, program: &Path, arguments: &[&str]) -> Command {
        self.furnished(Command::new(program), arguments)
    }

    fn furnished(&self, mut command: Command, arguments: &[&str]) -> Command {
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env(MARK, &self.folder)
            .env("HOME", &self.folder)
            .env("TERM", "dumb")
            .stdin(Stdio::null());
        command
    }

    /// Runs `tend -c monitrc ARGUMENTS` to its end.
    pub(crate) fn tend(&self, arguments: &[&str]) -> Outcome {
        self.run(&[&["-c", "monitrc"], arguments].concat())
    }

    /// Runs `tend ARGUMENTS` to its end. A daemon it leaves behind may keep no pipe open, so the
    /// output goes through files.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let (out, err) = (format!("out-{number}"), format!("err-{number}"));
        let mut child = self
            .command(arguments)
            .stdout(self.create(&out))
            .stderr(self.create(&err))
            .spawn()
            .expect("tend was built");
        let mut status = None;
        eventually(&format!("`tend {}` ends", arguments.join(" ")), || {
            status = child.try_wait().expect("our own child");
            status.is_some()
        });
        Outcome {
            code: status.and_then(|status| status.code()).unwrap_or(-1),
            stdout: self.read(&out),
            stderr: self.read(&err),
        }
    }

    /// Starts `tend -I -c monitrc` and waits until it says that it has started.
    pub(crate) fn start(&mut self) -> u32 {
        self.start_with(&[])
    }

    /// The same with further options.
    pub(crate) fn start_with(&mut self, options: &[&str]) -> u32 {
        self.start_command(self.command(&[&["-I", "-c", "monitrc"], options].concat()))
    }

    /// The same by another command.
    pub(crate) fn start_command(&mut self, command: Command) -> u32 {
        let before = self.log_count(" started");
        let pid = self.spawn_command(command);
        eventually("tend starts", || {
            let complaint = self.read("err");
            assert!(process::is_running(pid), "tend ended at once: {complaint}");
            self.log_count(" started") > before
        });
        pid
    }

    /// The same as process 1 of a container of its own, which only root can make.
    pub(crate) fn start_as_process_one(&mut self) -> u32 {
        let inside = ["--pid", "--fork", "--kill-child", "--mount-proc"];
        let tend = [&*self.subject, "-I", "-v", "-c", "monitrc"];
        let arguments = [&inside[..], &tend[..]].concat();
        let command = self.command_of(Path::new("unshare"), &arguments);
        self.start_command(command)
    }

    /// A daemon of this sandbox by its number out here, where its pidfile tells that inside of a
    /// container. That one may be written before the shell's child has become the daemon.
    #[track_caller]
    pub(crate) fn sleeper(&self) -> u32 {
        let sleeps = |pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.starts_with(b"sleep")
        };
        let mut found = None;
        eventually("a daemon sleeps", || {
            found = self.processes().into_iter().find(sleeps);
            found.is_some()
        });
        found.expect("just waited for")
    }

    /// The same in a piece of the machine of the test's own.
    pub(crate) fn start_in(&mut self, namespace: &Namespace) -> u32 {
        let (program, arguments) = namespace.wrap(&self.subject, &["-I", "-c", "monitrc"]);
        let arguments: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
        let command = self.command_of(Path::new(&program), &arguments);
        self.spawn_command(command);
        self.wait_for_log(" started");
        self.pid("tend.pid").expect("it has started")
    }

    /// Starts `tend` with exactly these arguments and waits for nothing.
    pub(crate) fn spawn(&mut self, arguments: &[&str]) -> u32 {
        self.spawn_command(self.command(arguments))
    }

    pub(super) fn spawn_command(&mut self, mut command: Command) -> u32 {
        let child = command
            .stdout(self.create("out"))
            .stderr(self.create("err"))
            .spawn()
            .expect("tend was built");
        let pid = child.id();
        self.running = Some(child);
        pid
    }

    /// Ends the running `tend` by a signal and takes its exit code, -1 where the signal killed it.
    pub(crate) fn end(&mut self, signal: &str) -> i32 {
        let mut child = self.running.take().expect("tend was started");
        process::signal(child.id(), signal);
        let mut status = None;
        eventually("tend ends", || {
            status = child.try_wait().expect("our own child");
            status.is_some()
        });
        status.and_then(|status| status.code()).unwrap_or(-1)
    }

    /// Every process started below this sandbox that still runs.
    pub(crate) fn processes(&self) -> Vec<u32> {
        process::with_environment(MARK, &self.folder.display().to_string())
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn create(&self, name: &str) -> fs::File {
        fs::File::create(self.path(name)).expect("the sandbox can be written")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- log\n{}--- stderr\n{}---", self.log(), self.read("err"));
        }
        // The supervisor goes first, or it would bring back what is ended after it.
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        loop {
            let left = self.processes();
            if left.is_empty() {
                break;
            }
            left.iter().for_each(|pid| process::signal(*pid, "KILL"));
        }
        let _ = fs::remove_file(self.state_in_memory());
        let _ = fs::remove_dir_all(&self.folder);
    }
}
