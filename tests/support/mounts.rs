//! `tend` among mounts of its own: a namespace that ends with its last process.

use std::path::Path;
use std::process::{Command, Output};

use super::{Sandbox, not_run};

/// What a namespace for mounts can be made of here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    /// Those of root.
    Root,
    /// Those of a user who is root in a namespace of users.
    Mapped,
}

impl Rights {
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Root => &["--mount"],
            Self::Mapped => &["--user", "--map-root-user", "--mount"],
        }
    }

    /// Whether something can really be mounted with them.
    fn suffice(self) -> bool {
        let mut unshare = Command::new("unshare");
        let mount = "mount -t tmpfs none /tmp";
        unshare.args(self.arguments()).args(["sh", "-c", mount]);
        unshare.output().is_ok_and(|output| output.status.success())
    }

    fn found() -> Option<Self> {
        [Self::Root, Self::Mapped]
            .into_iter()
            .find(|rights| rights.suffice())
    }
}

/// Whether this test may go on, which mounts something. Where it may not, it says so; on a build
/// server, where it must, it fails.
pub(crate) fn may_mount(test: &str) -> bool {
    let may = Rights::found().is_some();
    if !may {
        not_run(test, "may not mount anything");
    }
    may
}

impl Sandbox {
    /// Starts `tend` behind the shell commands `setup`, which may mount whatever they like, and
    /// waits until it says that it has started.
    pub(crate) fn start_among_mounts(&mut self, setup: &str) -> u32 {
        let command = self.among_mounts_command(setup);
        self.start_command(command)
    }

    /// The same without waiting: its log may lie where nobody can read it. What it says is in the
    /// files `out` and `err`.
    pub(crate) fn spawn_among_mounts(&mut self, setup: &str) -> u32 {
        let command = self.among_mounts_command(setup);
        self.spawn_command(command)
    }

    fn among_mounts_command(&self, setup: &str) -> Command {
        let rights = Rights::found().expect("the test has asked whether it may");
        let script = format!("{setup}\nexec \"$0\" -I -v -c monitrc");
        let program = self.command(&[]).get_program().to_owned();
        let program = program.to_str().expect("a path in UTF-8");
        let arguments = [rights.arguments(), &["sh", "-ec", &script, program]].concat();
        self.command_of(Path::new("unshare"), &arguments)
    }

    /// Runs shell commands among the mounts of a running `tend`.
    #[track_caller]
    pub(crate) fn among_mounts(&self, pid: u32, commands: &str) {
        let namespace = |kind: &str| format!("/proc/{pid}/ns/{kind}");
        let mut enter = Command::new("nsenter");
        enter.arg(format!("--mount={}", namespace("mnt")));
        if Rights::found() == Some(Rights::Mapped) {
            enter.arg(format!("--user={}", namespace("user")));
        }
        let folder = self.folder().display().to_string();
        let commands = commands.replace("$DIR", &folder);
        let ran = enter.args(["sh", "-ec", &commands]).output();
        let went_well = |output: &Output| output.status.success();
        assert!(ran.as_ref().is_ok_and(went_well), "{commands}: {ran:?}");
    }
}
