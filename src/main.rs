//! The program: an invocation becomes the daemon, a one-shot check, a client command or a utility.

fn main() {}
