//! What every match of a pattern contains: a cheap way to tell that it cannot match.

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `^text$`, with either anchor or none.
    Text {
        text: Vec<u8>,
        at_start: bool,
        at_end: bool,
    },
    /// Anything else; no match lacks this piece, which may be empty.
    Expression { piece: Vec<u8> },
}

impl Shape {
    /// Whether the pattern matches, where that needs no more than a comparison.
    pub(super) fn decide(&self, text: &[u8]) -> Option<bool> {
        match self {
            Self::Text {
                text: wanted,
                at_start,
                at_end,
            } => Some(match (at_start, at_end) {
                (false, false) => contains(text, wanted),
                (true, false) => text.starts_with(wanted),
                (false, true) => text.ends_with(wanted),
                (true, true) => text == &wanted[..],
            }),
            Self::Expression { piece } => (!contains(text, piece)).then_some(false),
        }
    }
}

/// Each letter of a text may begin a piece, which is then compared as far as it goes.
const PIECE_LIMIT: usize = 256;

fn contains(text: &[u8], piece: &[u8]) -> bool {
    let Some((first, rest)) = piece.split_first() else {
        return true;
    };
    let mut from = text;
    while let Some(at) = from.iter().position(|byte| byte == first) {
        if from[at + 1..].starts_with(rest) {
            return true;
        }
        from = &from[at + 1..];
    }
    false
}

/// Reads as much of a pattern as is sure to be understood; whatever is not ends a piece.
pub(super) fn shape(source: &[u8]) -> Shape {
    let mut pieces = Pieces::default();
    // With an alternative nothing is certain.
    if source.contains(&b'|') {
        return pieces.expression();
    }
    let mut plain = true;
    let at_start = source.first() == Some(&b'^');
    let mut at_end = false;
    let mut rest = &source[usize::from(at_start)..];
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'$' if rest.is_empty() => at_end = true,
            b'\\' => {
                let escaped = rest.first().copied().unwrap_or(0);
                rest = rest.get(1..).unwrap_or(&[]);
                // The C library gives letters and these four a meaning of their own.
                if escaped.is_ascii_punctuation() && !b"<>`'".contains(&escaped) {
                    pieces.push(escaped);
                } else {
                    plain = false;
                    pieces.end();
                }
            }
            b'.' | b'^' | b'$' | b')' => {
                plain = false;
                pieces.end();
            }
            b'+' if !rest.first().is_some_and(|next| b"*?{".contains(next)) => {
                plain = false;
                pieces.end();
            }
            // What stands before it may not be there at all.
            b'+' | b'*' | b'?' | b'{' => {
                plain = false;
                pieces.drop_last();
                if byte == b'{' {
                    rest = skip_past(rest, b'}');
                }
            }
            // A set of characters; a `]` that comes first is one of them.
            b'[' if !rest.contains(&b'[') => {
                plain = false;
                pieces.end();
                let negated = usize::from(rest.first() == Some(&b'^'));
                let first = negated + usize::from(rest.get(negated) == Some(&b']'));
                rest = skip_past(&rest[first..], b']');
            }
            // A group may be optional, and where it ends takes a parser; so does `[[:digit:]]`.
            b'(' | b'[' => return pieces.expression(),
            _ => pieces.push(byte),
        }
    }
    if plain && pieces.current.len() <= PIECE_LIMIT {
        return Shape::Text {
            text: pieces.current,
            at_start,
            at_end,
        };
    }
    pieces.expression()
}

/// The pieces of plain text in a pattern, of which the longest counts.
#[derive(Default)]
struct Pieces {
    longest: Vec<u8>,
    current: Vec<u8>,
}

impl Pieces {
    fn push(&mut self, byte: u8) {
        self.current.push(byte);
    }

    fn drop_last(&mut self) {
        self.current.pop();
        self.end();
    }

    fn end(&mut self) {
        if self.current.len() > self.longest.len() {
            std::mem::swap(&mut self.longest, &mut self.current);
        }
        self.current.clear();
    }

    fn expression(mut self) -> Shape {
        self.end();
        self.longest.truncate(PIECE_LIMIT);
        Shape::Expression {
            piece: self.longest,
        }
    }
}

fn skip_past(rest: &[u8], end: u8) -> &[u8] {
    let length = rest.iter().position(|&byte| byte == end);
    &rest[length.map_or(rest.len(), |at| at + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(pattern: &str) -> String {
        let (text, mark) = match shape(pattern.as_bytes()) {
            Shape::Text {
                text,
                at_start,
                at_end,
            } => {
                let sign = |is, sign| if is { sign } else { "" };
                let mark = format!("{}={}", sign(at_start, "^"), sign(at_end, "$"));
                (text, mark)
            }
            Shape::Expression { piece } => (piece, String::new()),
        };
        format!("{mark}{}", String::from_utf8_lossy(&text))
    }

    #[test]
    fn what_every_match_contains() {
        for (pattern, expected) in [
            ("sshd", "=sshd"),
            ("^/usr/sbin/sshd$", "^=$/usr/sbin/sshd"),
            (
                "/usr/bin/java -jar app\\.jar",
                "=/usr/bin/java -jar app.jar",
            ),
            ("java.*tomcat", "tomcat"),
            ("ab+c", "ab"),
            ("xab+*c", "xa"),
            ("colou?r", "colo"),
            ("xyz{2,3}w", "xy"),
            ("node [0-9]+ server.js", " server"),
            ("[]a]bc", "bc"),
            ("[^]a]bc", "bc"),
            ("x[[:digit:]]abc", "x"),
            ("ab(cd)?", "ab"),
            ("a|b", ""),
            ("[|]abc", ""),
            ("\\w+ing", "ing"),
            ("\\<word\\>", "word"),
            ("\\(x\\)", "=(x)"),
            ("a$b", "a"),
            ("*abc", "abc"),
            ("x\\", "x"),
            ("^", "^="),
        ] {
            assert_eq!(piece(pattern), expected, "{pattern}");
        }
    }
}
