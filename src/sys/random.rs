//! Random bytes for secrets and ids.

use std::fs::File;
use std::io::{self, Read};

/// Fills `bytes`, without ever waiting for entropy: a box that has just booted hands out what it
/// has.
pub fn fill(bytes: &mut [u8]) -> io::Result<()> {
    // SAFETY: the bytes are writable for their length. `getrandom` is of 3.17.
    let got = unsafe {
        libc::syscall(
            libc::SYS_getrandom,
            bytes.as_mut_ptr(),
            bytes.len(),
            libc::GRND_NONBLOCK,
        )
    };
    if usize::try_from(got) == Ok(bytes.len()) {
        return Ok(());
    }
    File::open("/dev/urandom")?.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_draws_differ() {
        let mut draws = [[0_u8; 32]; 2];
        for draw in &mut draws {
            super::fill(draw).unwrap();
        }
        assert_ne!(draws[0], draws[1]);
        super::fill(&mut []).unwrap();
    }
}
