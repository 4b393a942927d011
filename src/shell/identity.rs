//! The id file: 32 hexadecimal digits that tell this installation from others, made on first use.

use std::io;
use std::path::Path;

use crate::reading::hexadecimal;
use crate::sys;

/// Digits of an id.
const LENGTH: usize = 32;

/// The id in `path`; where there is none yet, one is made. The second value tells whether it was.
pub fn load_or_create(path: &str) -> io::Result<(String, bool)> {
    match sys::file::read_start(path, LENGTH) {
        Ok(content) => match String::from_utf8(content) {
            Ok(id) if is_id(&id) => return Ok((id, false)),
            Ok(_) | Err(_) => {} // cut short by a crash of whoever wrote it
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    create(path).map(|id| (id, true))
}

/// Replaces the id in `path` by another one.
pub fn create(path: &str) -> io::Result<String> {
    let mut random = [0; LENGTH / 2];
    sys::random::fill(&mut random)?;
    let id = hexadecimal(&random);
    if Path::new(path).exists() && !Path::new(path).is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    sys::file::replace(path, id.as_bytes(), 0o644)?;
    Ok(id)
}

fn is_id(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_made_once_and_a_broken_one_replaced() {
        let path = std::env::temp_dir().join(format!("tend-id-{}", std::process::id()));
        let path = path.to_str().unwrap();
        let (first, created) = load_or_create(path).unwrap();
        assert!(created && is_id(&first));
        assert_eq!(load_or_create(path).unwrap(), (first.clone(), false));
        assert_ne!(create(path).unwrap(), first);
        std::fs::write(path, "12").unwrap();
        assert!(load_or_create(path).unwrap().1);
        std::fs::remove_file(path).unwrap();
        assert!(create("/dev/null").is_err());
    }
}
