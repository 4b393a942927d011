//! Signals as readiness of a descriptor.

use std::io;
use std::os::fd::AsRawFd;

use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};

use crate::sys::signals::{Caught, Signals as Pipe};

/// Under which token signals arrive.
pub const TOKEN: Token = Token(0);

/// The signals this process reacts to.
pub struct Signals {
    pipe: Pipe,
}

impl Signals {
    /// Catches signals from here on, and tells `registry` about them.
    pub fn install(registry: &Registry) -> io::Result<Self> {
        let pipe = Pipe::install()?;
        registry.register(&mut SourceFd(&pipe.as_raw_fd()), TOKEN, Interest::READABLE)?;
        Ok(Self { pipe })
    }

    /// What came since the last call. A child's end is told once for any number of children.
    pub fn take(&mut self) -> Caught {
        self.pipe.take()
    }
}
