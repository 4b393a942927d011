//! Peers on loopback ports: what a connection test may meet.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

/// A listening socket whose every connection gets a thread.
pub(crate) struct Peer {
    port: u16,
    connections: Arc<AtomicUsize>,
    closing: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Peer {
    /// Answers each connection by `talk`, which is told how many came before it.
    pub(crate) fn new(talk: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::on(listener(), talk)
    }

    /// The same on a given port, for a peer that comes back.
    pub(crate) fn on(
        listener: TcpListener,
        talk: impl Fn(TcpStream, usize) + Send + Sync + 'static,
    ) -> Self {
        let port = listener.local_addr().expect("a bound socket").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let closing = Arc::new(AtomicBool::new(false));
        let (count, end) = (Arc::clone(&connections), Arc::clone(&closing));
        let talk = Arc::new(talk);
        let acceptor = thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let number = count.fetch_add(1, Ordering::SeqCst);
                let talk = Arc::clone(&talk);
                thread::spawn(move || talk(stream, number));
            }
        });
        Self {
            port,
            connections,
            closing,
            acceptor: Some(acceptor),
        }
    }

    /// Accepts and never says a word, until the other side gives up.
    pub(crate) fn silent() -> Self {
        Self::new(|stream, _| drain(stream))
    }

    /// Sends for ever.
    pub(crate) fn endless() -> Self {
        Self::new(|mut stream, _| while stream.write_all(&[b'x'; 4096]).is_ok() {})
    }

    /// Sends these bytes whatever it is asked, and closes.
    pub(crate) fn saying(bytes: &'static [u8]) -> Self {
        Self::new(move |mut stream, _| {
            let _ = stream.write_all(bytes);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            drain(stream);
        })
    }

    /// Speaks enough HTTP for a check: the same page for every request.
    pub(crate) fn web() -> Self {
        Self::new(|mut stream, _| {
            read_head(&mut stream);
            let _ = stream.write_all(PAGE);
        })
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many have connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // Wakes the acceptor, so that the port is free when this returns.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

/// Reads a request's head, or as much of one as comes.
pub(crate) fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Reads until the other side closes.
pub(crate) fn drain(mut stream: impl Read) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

/// A socket on a port of its own, never handed out twice by this run of the tests, and below the
/// range the system takes ports from: whoever is told of it and finds it closed meets no stranger.
pub(crate) fn listener() -> TcpListener {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 10_000;
    const COUNT: u16 = 20_000;
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or(0);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener;
        }
    }
}

/// Such a port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    listener().local_addr().expect("a bound socket").port()
}
