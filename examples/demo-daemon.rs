//! Small daemons for `contrib/demo` and `contrib/bench` to supervise and to test: a web server,
//! a mail sink, and a host that hangs. An `ADDRESS` is `127.0.0.1:8080`.
//!
//! ```text
//! demo-daemon web  ADDRESS PIDFILE           answers every request with a page
//! demo-daemon mail ADDRESS PIDFILE MAILBOX   takes every mail and appends it to a file
//! demo-daemon hang ADDRESS PIDFILE COUNT     listens on so many ports and never says a word
//! demo-daemon start …                        runs the rest of the line in the background
//! demo-daemon stop PIDFILE                   ends what wrote the pidfile
//! ```
//!
//! One connection at a time and no limits: for a demonstration on loopback, and nothing else.

#![allow(clippy::disallowed_methods)] // a program of its own, which may wait
#![allow(clippy::print_stderr)] // and says on standard error what went wrong

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["start", rest @ ..] => start(rest),
        ["stop", pidfile] => stop(pidfile),
        ["web", address, pidfile] => serve(address, pidfile, answer),
        ["mail", address, pidfile, mailbox] => serve(address, pidfile, |s| take_mail(s, mailbox)),
        ["hang", address, pidfile, count] => hang(address, pidfile, count),
        _ => Err(io::Error::other("see the head of examples/demo-daemon.rs")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo-daemon: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs ourselves again, with nothing held open; whoever started us sees us end at once.
fn start(arguments: &[&str]) -> io::Result<()> {
    Command::new(std::env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(())
}

fn stop(pidfile: &str) -> io::Result<()> {
    let pid = fs::read_to_string(pidfile)?;
    Command::new("kill").arg(pid.trim()).status()?;
    fs::remove_file(pidfile)
}

fn serve(
    address: &str,
    pidfile: &str,
    talk: impl Fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    write_pidfile(pidfile)?;
    for stream in listener.incoming() {
        // A client that goes away in the middle is no reason to stop serving the others.
        let _ = stream.and_then(&talk);
    }
    Ok(())
}

/// Clients get through to a socket that nobody accepts from, and wait.
fn hang(address: &str, pidfile: &str, count: &str) -> io::Result<()> {
    let mut address: SocketAddr = address.parse().map_err(|_| io::Error::other("address"))?;
    let count: u16 = count.parse().map_err(|_| io::Error::other("count"))?;
    let mut sockets = Vec::new();
    for _ in 0..count {
        sockets.push(TcpListener::bind(address)?);
        address.set_port(address.port() + 1);
    }
    write_pidfile(pidfile)?;
    loop {
        std::thread::park();
    }
}

fn write_pidfile(pidfile: &str) -> io::Result<()> {
    fs::write(pidfile, format!("{}\n", std::process::id()))
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines
        .next()
        .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
    {}
    let page = format!("process {} serves this page\n", std::process::id());
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    )
}

fn take_mail(mut stream: TcpStream, mailbox: &str) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    write!(stream, "220 demo ESMTP\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let verb = line.to_uppercase();
        if verb.starts_with("DATA") {
            write!(stream, "354 go on\r\n")?;
            let mut file = OpenOptions::new().create(true).append(true).open(mailbox)?;
            for line in lines.by_ref() {
                let line = line?;
                if line == "." {
                    break;
                }
                writeln!(file, "{}", line.strip_prefix('.').unwrap_or(&line))?;
            }
            writeln!(file, "----------------------------------------")?;
        }
        if verb.starts_with("QUIT") {
            return write!(stream, "221 bye\r\n");
        }
        write!(stream, "250 ok\r\n")?;
    }
    Ok(())
}
