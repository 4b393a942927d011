//! Passwords in a line of a control file, made unreadable before the line is shown: what a terminal
//! shows is kept in journals, pasted into reports, filmed.
//!
//! The line may be wrong in any way, so nothing is parsed: what stands where a password would stand
//! is hidden. Each byte becomes a `*`, so that places in the line stay where they are.

use std::net::IpAddr;

/// The line with a star for each byte of what may be a password.
pub(super) fn without_passwords(line: &str) -> String {
    let mut bytes = line.as_bytes().to_vec();
    for word in ["password", "secret"] {
        for (at, rest) in words(line, word) {
            if bytes[at] == b'*' {
                continue; // a password like this word
            }
            let value = rest.trim_start_matches([' ', '\t', '=', ':']);
            hide(&mut bytes, line, value_of(value));
        }
    }
    for (_, rest) in words(line, "allow") {
        let mut value = rest.trim_start();
        for kind in ["cleartext", "crypt", "md5"] {
            value = value.strip_prefix(kind).map_or(value, str::trim_start);
        }
        hide(&mut bytes, line, of_user(value));
    }
    for rest in line.split("://").skip(1) {
        let authority = rest.split([' ', '\t', '/', '"', '\'']).next().unwrap_or("");
        if let Some((credentials, _)) = authority.rsplit_once('@') {
            let password = credentials
                .split_once(':')
                .map_or("", |(_, password)| password);
            hide(&mut bytes, line, password);
        }
    }
    String::from_utf8(bytes).expect("whole letters became stars")
}

/// Where `word` stands by itself, in any case, with what follows it.
fn words<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let lower = line.to_ascii_lowercase();
    let places: Vec<usize> = lower.match_indices(word).map(|(at, _)| at).collect();
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    places.into_iter().filter_map(move |at| {
        let (before, rest) = (&line[..at], &line[at + word.len()..]);
        let alone = !before.ends_with(is_letter) && !rest.starts_with(char::is_alphanumeric);
        alone.then_some((at, rest))
    })
}

/// A string without its quotes, be it closed or not, or all up to the next blank or comma.
fn value_of(text: &str) -> &str {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inside = &text[1..];
            inside.split(quote).next().unwrap_or(inside)
        }
        Some(_) => text.split([' ', '\t', ',']).next().unwrap_or(text),
        None => "",
    }
}

/// The password of `user:password`, each part or both in quotes; nothing of an address, a group or
/// a file.
fn of_user(text: &str) -> &str {
    let user = value_of(text);
    if text.starts_with(['"', '\'']) {
        let behind = &text[(user.len() + 2).min(text.len())..];
        if let Some(password) = behind.strip_prefix(':') {
            return value_of(password);
        }
    }
    let address = user.split('/').next().unwrap_or("");
    if user.starts_with(['/', '@']) || address.parse::<IpAddr>().is_ok() {
        return "";
    }
    match user.split_once(':') {
        Some((_, password)) if password.starts_with(['"', '\'']) => {
            value_of(&text[text.len().min(text.find(':').map_or(0, |at| at + 1))..])
        }
        Some((_, password)) => password,
        None => "",
    }
}

/// Puts stars in the place of `part`, a piece of `line`.
fn hide(bytes: &mut [u8], line: &str, part: &str) {
    if !part.is_empty() {
        let start = part.as_ptr() as usize - line.as_ptr() as usize;
        bytes[start..start + part.len()].fill(b'*');
    }
}

#[cfg(test)]
mod tests {
    use super::without_passwords;

    #[test]
    fn passwords_wherever_they_stand() {
        for (line, shown) in [
            ("set daemon 5", "set daemon 5"),
            (
                "username x password y, b PASSWORD \"ä b\" then",
                "username x password *, b PASSWORD \"****\" then",
            ),
            (
                "and password='a\"b' secret = s",
                "and password='***' secret = *",
            ),
            ("password \"never closed", "password \"************"),
            ("password", "password"),
            ("password password then", "password ******** then"),
            (
                "password secret then secret password",
                "password ****** then secret ********",
            ),
            ("allow me:password read-only", "allow me:******** read-only"),
            ("passwords my_password x", "passwords my_password x"),
            ("allow me:you read-only", "allow me:*** read-only"),
            (
                "allow \"a b\":'c d' allow u:p:q",
                "allow \"a b\":'***' allow u:***",
            ),
            ("allow hauk:\"p w\" x", "allow hauk:\"***\" x"),
            ("allow \"whole:string\"", "allow \"whole:******\""),
            ("allow md5 /p ringo", "allow md5 /p ringo"),
            ("allow cleartext me:you", "allow cleartext me:***"),
            ("allow ::1 allow fe80::/10", "allow ::1 allow fe80::/10"),
            (
                "allow @group allow 10.0.0.0/8",
                "allow @group allow 10.0.0.0/8",
            ),
            (
                "url http://u:p@ss@h/a:b@c mmonit \"https://u:p@h:8080/\"",
                "url http://u:****@h/a:b@c mmonit \"https://u:*@h:8080/\"",
            ),
            ("allow \"", "allow \""),
            ("allow ':", "allow ':"),
        ] {
            assert_eq!(without_passwords(line), shown);
            assert_eq!(without_passwords(line).len(), line.len());
        }
    }
}
