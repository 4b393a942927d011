//! Daemons for `tend` to watch: shell scripts that leave a `sleep` behind and write its pidfile.

use std::process::{Child, Command};

use super::Sandbox;

impl Sandbox {
    /// Adds `$DIR/NAME start|stop`, a daemon with the pidfile `$DIR/NAME.pid`. Each call is noted
    /// in `$DIR/NAME.calls`.
    pub(crate) fn daemon(self, name: &str) -> Self {
        self.script(
            name,
            "start)
                sleep 1000000 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/$NAME.new
                mv $DIR/$NAME.new $DIR/$NAME.pid;;
            stop)
                kill $(cat $DIR/$NAME.pid)
                rm -f $DIR/$NAME.pid;;",
        )
    }

    /// Adds a daemon whose start program says it is fine and leaves nothing behind.
    pub(crate) fn broken_daemon(self, name: &str) -> Self {
        self.script(name, "start) ;;\nstop) ;;")
    }

    /// Adds `$DIR/NAME`, a shell script that notes its first argument, in `$DIR/NAME.calls` and,
    /// with those of all others, in `$DIR/order`; then it does what the arms of a `case` over it
    /// say. `$NAME` stands for the name.
    pub(crate) fn script(self, name: &str, arms: &str) -> Self {
        let text = format!(
            "#!/bin/sh
            echo $1 >>$DIR/$NAME.calls
            echo $NAME $1 >>$DIR/order
            case $1 in\n{arms}\nesac\n"
        );
        self.write_program(name, &text.replace("$NAME", name));
        self
    }

    /// Starts a process that `tend` has nothing to do with.
    pub(crate) fn stranger() -> Stranger {
        Stranger(
            Command::new("sleep")
                .arg("1000004")
                .spawn()
                .expect("there is a sleep"),
        )
    }

    /// How often a script was called with this word.
    pub(crate) fn calls(&self, name: &str, word: &str) -> usize {
        let calls = self.read(&format!("{name}.calls"));
        calls.lines().filter(|call| *call == word).count()
    }
}

/// A process that must come to no harm.
pub(crate) struct Stranger(Child);

impl Stranger {
    /// Its pid.
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Whether it runs, untouched.
    pub(crate) fn is_unharmed(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The statements of a `check process` for such a daemon; rules may follow.
pub(crate) fn check(name: &str) -> String {
    format!(
        "check process {name} with pidfile $DIR/{name}.pid
           start program = \"$DIR/{name} start\"
           stop program = \"$DIR/{name} stop\"\n"
    )
}
