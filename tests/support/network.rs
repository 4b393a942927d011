//! A network of a sandbox's own: nobody in it but the loopback, which answers or does not.

use std::process::{Child, Command};

use super::{Sandbox, eventually, is_root, not_run, process};

impl Sandbox {
    /// What it runs from here on runs in a network namespace that has nothing but a loopback.
    /// `None` where that cannot be had; then `test` was told not to be run.
    pub(crate) fn in_its_own_network(mut self, test: &str) -> Option<Self> {
        if !is_root(test) {
            return None;
        }
        let Some(holder) = Holder::new(&self) else {
            not_run(test, "needs namespaces");
            return None;
        };
        self.enter(holder);
        let ready = self.network("ip link set lo up");
        if !ready {
            not_run(test, "needs ip(8)");
        }
        ready.then_some(self)
    }

    /// Runs a line of shell in the sandbox's network; whether it succeeded.
    pub(crate) fn network(&self, script: &str) -> bool {
        let mut command = self.command_inside("sh", &["-c", script]);
        command.status().is_ok_and(|status| status.success())
    }

    /// Whether hosts of IPv4 answer pings.
    pub(crate) fn let_answer(&self, answers: bool) {
        let ignore = u8::from(!answers);
        let all = "/proc/sys/net/ipv4/icmp_echo_ignore_all";
        assert!(self.network(&format!("echo {ignore} >{all}")));
    }
}

/// A process that does nothing but keep a network namespace.
pub(crate) struct Holder {
    child: Child,
    /// Whether what runs in it may open raw sockets, if it is root's.
    raw_sockets: bool,
}

impl Holder {
    fn new(sandbox: &Sandbox) -> Option<Self> {
        let mut command = sandbox.command_of(
            std::path::Path::new("unshare"),
            &["--net", "sleep", "1000005"],
        );
        let holder = Self {
            child: command.spawn().ok()?,
            raw_sockets: true,
        };
        let ours = std::fs::read_link("/proc/self/ns/net").ok()?;
        eventually("there is a network namespace, or none can be had", || {
            let theirs = std::fs::read_link(holder.path());
            !process::is_running(holder.child.id()) || theirs.is_ok_and(|theirs| theirs != ours)
        });
        process::is_running(holder.child.id()).then_some(holder)
    }

    /// Takes the privilege of raw sockets from what runs in it from here on.
    pub(crate) const fn forbid_raw_sockets(&mut self) {
        self.raw_sockets = false;
    }

    fn path(&self) -> String {
        format!("/proc/{}/ns/net", self.child.id())
    }

    /// What runs `program` in it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={}", self.path()));
        if !self.raw_sockets {
            command.args(["setpriv", "--bounding-set", "-net_raw"]);
        }
        command.arg(program);
        command
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
