//! Passwords in a control file, made unreadable before anything of it is shown: what a terminal
//! shows is kept in journals, pasted into reports, filmed.
//!
//! The file may be wrong in any way, so nothing is parsed: what stands where a password could stand
//! is hidden, rather too much than too little. Each byte becomes a `*`, so that places stay where
//! they are.

use std::net::IpAddr;

use super::suggestion::nearest;
use super::wording::visible;

/// After one of these, or a word near to it, stands a password.
const BEFORE_PASSWORD: [&str; 6] = [
    "password",
    "passwd",
    "pass",
    "passphrase",
    "secret",
    "credentials",
];
/// Likewise `USER:PASSWORD`.
const BEFORE_USER: [&str; 1] = ["allow"];
/// Likewise `[NAME: VALUE, …]`.
const BEFORE_HEADERS: [&str; 1] = ["headers"];
/// Headers whose values are secret wherever they stand.
const HEADERS: [&str; 2] = ["authorization", "cookie"];
/// In what is sent to a peer, the rest is secret after one of these.
const LOGINS: [&str; 2] = ["auth", "login"];
/// One of these ends a password of several words that lacks its quotes.
const AFTER_PASSWORD: [&str; 44] = [
    "address",
    "alert",
    "allow",
    "and",
    "certificate",
    "check",
    "checksum",
    "clientpemfile",
    "content",
    "disable",
    "else",
    "enable",
    "exec",
    "expect",
    "for",
    "headers",
    "hostheader",
    "hostname",
    "http",
    "if",
    "method",
    "on",
    "password",
    "pemchain",
    "pemfile",
    "pemkey",
    "port",
    "protocol",
    "read-only",
    "readonly",
    "request",
    "retry",
    "send",
    "set",
    "signature",
    "ssl",
    "status",
    "then",
    "timeout",
    "tls",
    "unixsocket",
    "username",
    "using",
    "with",
];

const QUOTES: [char; 2] = ['"', '\''];
const TYPOGRAPHIC_QUOTES: [char; 7] = ['“', '”', '„', '‘', '’', '«', '»'];

/// The text with a star for each byte of what may be a password.
pub(super) fn without_passwords(text: &str) -> String {
    let mut mask = Mask {
        text,
        bytes: text.as_bytes().to_vec(),
    };
    for (word, end) in words(text) {
        let all = [
            &BEFORE_PASSWORD[..],
            &BEFORE_USER,
            &BEFORE_HEADERS,
            &HEADERS,
        ];
        let Some(meant) = nearest(word, all.into_iter().flatten().copied()) else {
            continue;
        };
        if BEFORE_PASSWORD.contains(&meant) {
            let start = mask.start_of_value(end);
            let value_end = mask.end_of_value(start);
            mask.hide(start, value_end);
            if mask.is_bare(start) {
                mask.hide_later_words(value_end);
            }
        } else if BEFORE_USER.contains(&meant) {
            mask.hide_users(end);
            mask.hide_password_without_colon(end);
        } else if BEFORE_HEADERS.contains(&meant) {
            mask.hide_headers(end);
        } else if HEADERS.contains(&meant) {
            let start = mask.start_of_value(end);
            let value = mask.end_of_value(start);
            mask.hide(start, mask.find(value, &['\n', ']']));
        }
    }
    mask.hide_urls();
    mask.hide_logins();
    mask.hide_sent();
    String::from_utf8(mask.bytes).expect("whole letters became stars")
}

/// `message` with stars for what it repeats between backticks of `text`, if a part of that is a
/// password, hidden in `shown`.
pub(super) fn without_repeated(message: &str, text: &str, shown: &str) -> String {
    // A message may repeat the beginning of a long text only.
    let beginning = |secret: &str| -> String {
        let letters = secret.chars().take(4).map(visible);
        letters.flat_map(char::to_lowercase).collect()
    };
    let secrets: Vec<String> = hidden(text, shown)
        .into_iter()
        .flat_map(|secret| secret.split('`').filter(|part| !part.is_empty()))
        .map(beginning)
        .collect();
    let is_secret = |piece: &str| {
        let piece = piece.to_lowercase();
        secrets.iter().any(|secret| repeats(&piece, secret))
    };
    let pieces = message.split('`').enumerate().map(|(index, piece)| {
        // Every other piece stands between backticks, if there is none in the text itself.
        let may_repeat = index % 2 == 1 || text.contains('`');
        match may_repeat && is_secret(piece) {
            true => "*".repeat(piece.chars().count()),
            false => piece.to_owned(),
        }
    });
    pieces.collect::<Vec<String>>().join("`")
}

/// Whether `secret` is in `piece`. One or two letters are in many words, and count only as a whole
/// word.
fn repeats(piece: &str, secret: &str) -> bool {
    let is_word = |(at, found): (usize, &str)| {
        let (before, after) = (&piece[..at], &piece[at + found.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    };
    match secret.chars().count() {
        0..=2 => piece.match_indices(secret).any(is_word),
        _ => piece.contains(secret),
    }
}

/// The parts of `text` that are stars in `shown` only.
fn hidden<'a>(text: &'a str, shown: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut start = None;
    for (at, (byte, shown)) in text.bytes().zip(shown.bytes()).enumerate() {
        match (byte != shown, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                parts.push(&text[from..at]);
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    parts.extend(start.map(|from| &text[from..]));
    parts
}

/// Each word and where it ends; but no part of a path, nor the password of `user:password`.
fn words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let runs = pieces(text, |c| !c.is_alphanumeric() && c != '_');
    runs.filter(|(start, _)| !text[..*start].ends_with([':', '/']))
        .map(|(start, word)| (word, start + word.len()))
}

/// What stands between the letters that `parts`, each with its place.
fn pieces(text: &str, parts: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    text.split(parts)
        .filter(|piece| !piece.is_empty())
        .map(|piece| (piece.as_ptr() as usize - text.as_ptr() as usize, piece))
}

/// A text, and the same with stars in it.
struct Mask<'a> {
    text: &'a str,
    bytes: Vec<u8>,
}

impl Mask<'_> {
    /// The quotes around it are shown.
    fn hide(&mut self, start: usize, end: usize) {
        let part = &self.text[start..end.max(start)];
        let inside = part.strip_prefix(QUOTES).unwrap_or(part);
        let start = start + (part.len() - inside.len());
        let length = inside.strip_suffix(QUOTES).unwrap_or(inside).len();
        self.bytes[start..start + length].fill(b'*');
    }

    /// Where one of `ends` is next, or the end.
    fn find(&self, from: usize, ends: &[char]) -> usize {
        let rest = &self.text[from..];
        from + rest.find(ends).unwrap_or(rest.len())
    }

    /// Behind blanks, ends of lines, comments and signs.
    fn start_of_value(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let is_between = |c: char| c.is_whitespace() || "=:,;".contains(c);
            let rest = self.text[at..].trim_start_matches(is_between);
            at = self.text.len() - rest.len();
            if !rest.starts_with('#') {
                return at;
            }
            at = self.find(at, &['\n']);
        }
    }

    /// Where the value that starts there ends: at the first blank that is in no string.
    fn end_of_value(&self, start: usize) -> usize {
        let mut end = start;
        while let Some(c) = self.text[end..].chars().next() {
            end = match c {
                _ if c.is_whitespace() => break,
                _ if QUOTES.contains(&c) => self.end_of_string(end, c),
                _ if TYPOGRAPHIC_QUOTES.contains(&c) => {
                    let inside = end + c.len_utf8();
                    let close = self.find(inside, &TYPOGRAPHIC_QUOTES);
                    match close < self.find(inside, &['\n']) {
                        true => close + self.text[close..].chars().next().map_or(0, char::len_utf8),
                        false => inside,
                    }
                }
                _ => end + c.len_utf8(),
            };
        }
        start + self.text[start..end].trim_end_matches([',', ';']).len()
    }

    /// Behind its second quote, maybe lines below; what is never closed ends with its line. As the
    /// language has it, a backslash keeps a double quote from closing.
    fn end_of_string(&self, start: usize, quote: char) -> usize {
        let mut escaped = false;
        for (index, c) in self.text[start..].char_indices().skip(1) {
            match c {
                '\\' => escaped = quote == '"' && !escaped,
                _ if c == quote && !escaped => return start + index + 1,
                _ => escaped = false,
            }
        }
        self.find(start, &['\n'])
    }

    fn is_bare(&self, value: usize) -> bool {
        let text = &self.text[value..];
        !text.starts_with(QUOTES) && !text.starts_with(TYPOGRAPHIC_QUOTES)
    }

    /// The words behind a password, up to one that may follow it, a comma, or the end of the line.
    fn hide_later_words(&mut self, from: usize) {
        let line = &self.text[from..self.find(from, &['\n'])];
        if line.starts_with([',', ';']) {
            return;
        }
        for (start, word) in pieces(line, char::is_whitespace) {
            let bare = word.trim_end_matches([',', ';']);
            if word.starts_with(['#', '{', '}']) || nearest(bare, AFTER_PASSWORD).is_some() {
                return;
            }
            self.hide(from + start, from + start + bare.len());
            if bare.len() < word.len() {
                return;
            }
        }
    }

    /// `allow user password`
    fn hide_password_without_colon(&mut self, from: usize) {
        let line = &self.text[from..self.find(from, &['\n'])];
        let mut words = pieces(line, char::is_whitespace);
        let (Some((start, user)), Some((_, next))) = (words.next(), words.next()) else {
            return;
        };
        let is_other = |word: &str| {
            word.contains(':') || is_address(word) || word.starts_with(['/', '@', '#', '{', '}'])
        };
        let names_no_user = nearest(user, ["localhost", "md5", "crypt", "cleartext"]).is_some();
        if !names_no_user && !is_other(user) && !is_other(next) {
            self.hide_later_words(from + start + user.len());
        }
    }

    /// What stands behind colons, on the line of the first value; addresses do not count.
    fn hide_users(&mut self, from: usize) {
        let mut at = from;
        let line_end = self.find(self.start_of_value(from), &['\n']);
        while at < line_end {
            let end = self.end_of_value(at);
            let value = &self.text[at..end];
            let colon = value.find(':').filter(|_| !is_address(value));
            let next = match colon {
                Some(colon) => {
                    let password = self.start_of_value(at + colon + 1);
                    // In one string with the user, or a value of its own.
                    let end = match password < end {
                        true => end,
                        false => self.end_of_value(password),
                    };
                    self.hide(password, end);
                    if self.is_bare(at) && self.is_bare(password) {
                        self.hide_later_words(end);
                    }
                    end
                }
                None => end,
            };
            let letter = self.text[next..].chars().next();
            at = next + letter.map_or(1, char::len_utf8);
        }
    }

    /// What stands behind the colons of a list in brackets. One that is not closed ends with the
    /// statement.
    fn hide_headers(&mut self, from: usize) {
        let mut at = self.start_of_value(from);
        if !self.text[at..].starts_with('[') {
            return;
        }
        at += 1;
        loop {
            let name = at;
            at = self.find(name, &[':', ',', ']', '\n']);
            // Where the colon is missing, a blank stands in its place.
            let start = name + (at - name - self.text[name..at].trim_start().len());
            self.hide(self.find(start, &[' ', '\t']).min(at), at);
            let mut rest = self.text[at..].chars();
            match rest.next() {
                Some(':') => {
                    let blanks = |c: char| c.is_whitespace() && c != '\n';
                    let value = rest.as_str().trim_start_matches(blanks);
                    let start = self.text.len() - value.len();
                    at = match value.chars().next().filter(|c| QUOTES.contains(c)) {
                        Some(quote) => self.end_of_string(start, quote),
                        None => self.find(start, &[',', ']', '\n']),
                    };
                    self.hide(start, at);
                }
                Some(',') => at += 1,
                Some('\n') if !begins_statement(rest.as_str()) => at += 1,
                Some(_) | None => return,
            }
        }
    }

    /// The password of `http://user:password@host/`, a blank or slash in it or not.
    fn hide_urls(&mut self) {
        for (at, _) in self.text.match_indices("://") {
            let scheme = self.text[..at].trim_end_matches(|c: char| c.is_alphanumeric());
            let start = at + "://".len();
            let end = match scheme.chars().next_back().filter(|c| QUOTES.contains(c)) {
                Some(quote) => self.find(start, &[quote, '\n']),
                None => self.find(start, &[' ', '\t', '\r', '\n', '"', '\'']),
            };
            let authority = self.find(start, &['/']).min(end);
            let within = &self.text[start..authority];
            let Some(colon) = within.find(':') else {
                continue;
            };
            let host = within.rfind('@');
            if let Some(host) = host.or_else(|| self.text[start..end].rfind('@')) {
                self.hide(start + colon + 1, start + host);
            }
        }
    }

    /// `send "LOGIN user password"`
    fn hide_sent(&mut self) {
        for (_, end) in words(self.text).filter(|(word, _)| word.eq_ignore_ascii_case("send")) {
            let start = self.start_of_value(end);
            let Some(quote) = self.text[start..]
                .chars()
                .next()
                .filter(|c| QUOTES.contains(c))
            else {
                continue;
            };
            let string_end = self.end_of_string(start, quote);
            let inside = self.text[start..string_end].to_ascii_lowercase();
            let secret = LOGINS
                .iter()
                .filter_map(|login| Some(inside.find(login)? + login.len()))
                .min();
            if let Some(secret) = secret {
                self.hide(
                    self.start_of_value(start + secret).min(string_end),
                    string_end,
                );
            }
        }
    }

    /// The password of `user:password@host` elsewhere.
    fn hide_logins(&mut self) {
        let parts = |c: char| c.is_whitespace() || QUOTES.contains(&c);
        for (start, piece) in pieces(self.text, parts) {
            if let (Some(colon), Some(host), None) =
                (piece.find(':'), piece.rfind('@'), piece.find("://"))
            {
                self.hide(start + colon + 1, start + host);
            }
        }
    }
}

/// `::1`, `[::1]`, `fe80::/10`, in quotes or not.
fn is_address(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '[', ']']);
    let address = value.split(['/', ']']).next().unwrap_or("");
    address.parse::<IpAddr>().is_ok()
}

fn begins_statement(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or("");
    ["check", "set", "if", "include"].contains(&word)
}

#[cfg(test)]
mod tests;
