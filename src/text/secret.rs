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
            mask.hide(start, mask.end_of_value(start));
        } else if BEFORE_USER.contains(&meant) {
            mask.hide_users(end);
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
        secrets.iter().any(|secret| piece.contains(&**secret))
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
mod tests {
    use super::{without_passwords, without_repeated};

    #[track_caller]
    fn check(cases: &[(&str, &str)]) {
        for (text, shown) in cases {
            assert_eq!(without_passwords(text), *shown);
            assert_eq!(shown.len(), text.len(), "{shown}");
        }
    }

    #[test]
    fn passwords_wherever_they_stand() {
        check(&[
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
            ("password a\"b c\"d x", "password ******* x"),
            ("password “a b” x", "password ********* x"),
            ("password # why\n  x then", "password # why\n  * then"),
            ("password password x", "password ******** *"),
            ("allow me:password read-only", "allow me:******** read-only"),
            ("allow me:you read-only", "allow me:*** read-only"),
            (
                "allow \"a b\":'c d' allow u:p:q",
                "allow \"a b\":'***' allow u:***",
            ),
            ("allow hauk:\"p w\" x", "allow hauk:\"***\" x"),
            ("allow \"whole:string\"", "allow \"whole:******\""),
            ("allow cleartext me:you", "allow cleartext me:***"),
            ("allow u:p/w,x", "allow u:*****"),
            ("allow\n  u:p", "allow\n  u:*"),
            (
                "url http://u:p@ss@h/a:b@c mmonit \"https://u:p@h:8080/\"",
                "url http://u:****@h/a:b@c mmonit \"https://u:*@h:8080/\"",
            ),
            ("allow \"", "allow \""),
            ("allow ':", "allow ':"),
        ]);
    }

    #[test]
    fn passwords_of_a_wrong_file() {
        check(&[
            ("alow u:pw", "alow u:**"),
            ("pasword \"x y\"", "pasword \"***\""),
            ("passwd x paswrod y", "passwd * paswrod *"),
            ("allow u: pw x", "allow u: ** x"),
            ("allow u : 'p w'", "allow u : '***'"),
            ("allow u :pw", "allow u :**"),
            ("allow md5x me:you", "allow md5x me:***"),
            (r#"password "a\"b c" x"#, r#"password "******" x"#),
            (r#"allow u:"a\"b c" x"#, r#"allow u:"******" x"#),
            (r#"password "a\\" x"#, r#"password "***" x"#),
            // The end of the line is no letter of a password, but the size is to stay.
            ("password \"a\nb c\" x", "password \"*****\" x"),
            ("allow u:'a\nb c' x", "allow u:'*****' x"),
            ("allow 'u:a\nb c' x", "allow 'u:*****' x"),
            // A quote is missing: what was outside is inside.
            (
                "password \"a then\npassword \"b c\" x",
                "password \"********************\" x",
            ),
            ("url http://u:p/w@h/", "url http://u:***@h/"),
            ("url \"http://u:p w@h/\"", "url \"http://u:***@h/\""),
            ("url u:pw@h", "url u:**@h"),
        ]);
    }

    #[test]
    fn headers() {
        check(&[
            (
                "http headers [Authorization: Basic dTpw] x",
                "http headers [Authorization: **********] x",
            ),
            (
                "http haeders [X-Key: a, Cookie: a=b; c=d,\n Y: \"p,]q\"] x: y",
                "http haeders [X-Key: *, Cookie: *********\n Y: \"****\"] x: y",
            ),
            (
                "http headers [X-Key: a\n Y: b\nset daemon x: 5",
                "http headers [X-Key: *\n Y: *\nset daemon x: 5",
            ),
            ("http Cookie a=b; c=d", "http Cookie ********"),
            ("headers [X-Key a b, Y: c]", "headers [X-Key****, Y: *]"),
        ]);
    }

    #[test]
    fn all_else_is_shown() {
        for text in [
            "set daemon 5",
            "set httpd port 2812 and use address ::1",
            "allow md5 /p ringo",
            "allow ::1 allow fe80::/10 allow [::1]",
            "allow @group allow 10.0.0.0/8 read-only",
            "allow localhost",
            "set mail-format { from: monit@example.org }",
            "set alert a@example.org not on { instance, action }",
            "mode passive",
            "if failed port 80 protocol http request /x?a=b with timeout 5 seconds then alert",
            "check program a with path \"/bin/sh -c 'x: y'\"",
            "url http://h:8080/x",
            "my_password x",
            "start program = /etc/passwd\n  if not exist then alert",
        ] {
            assert_eq!(without_passwords(text), text);
        }
    }

    #[test]
    fn what_a_message_repeats() {
        let clean = |message, text| without_repeated(message, text, &without_passwords(text));
        let text = "allow me:swordfish";
        assert_eq!(
            clean("expected `with`, but found `me:SWORDFI…`", text),
            "expected `with`, but found `***********`"
        );
        assert_eq!(clean("a sword is no `fish`", text), "a sword is no `fish`");
        assert_eq!(clean("`a`sword`", "pass `a`sword`"), "`*`*****`");
    }
}
