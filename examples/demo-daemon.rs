//! Two small daemons for `contrib/demo` to supervise: a web server and a mail sink.
//!
//! ```text
//! demo-daemon web  PORT PIDFILE            answers every request with a page
//! demo-daemon mail PORT PIDFILE MAILBOX    takes every mail and appends it to a file
//! demo-daemon start …                      runs the rest of the line in the background
//! demo-daemon stop PIDFILE                 ends what wrote the pidfile
//! ```
//!
//! One connection at a time and no limits: for a demonstration on loopback, and nothing else.

#![allow(clippy::disallowed_methods)] // a program of its own, which may wait
#![allow(clippy::print_stderr)] // and says on standard error what went wrong

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["start", rest @ ..] => start(rest),
        ["stop", pidfile] => stop(pidfile),
        ["web", port, pidfile] => serve(port, pidfile, answer),
        ["mail", port, pidfile, mailbox] => serve(port, pidfile, |s| take_mail(s, mailbox)),
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

fn serve(port: &str, pidfile: &str, talk: impl Fn(TcpStream) -> io::Result<()>) -> io::Result<()> {
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    fs::write(pidfile, format!("{}\n", std::process::id()))?;
    for stream in listener.incoming() {
        // A client that goes away in the middle is no reason to stop serving the others.
        let _ = stream.and_then(&talk);
    }
    Ok(())
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
