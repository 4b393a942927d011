//! Splits a program's line into arguments as the reference does (F123, and tried again word by
//! word).

/// Splits at blanks. A quote that starts an argument groups up to the next quote of its kind; where
/// that one stands inside the same word (`'a'b`), or is missing, the quotes are letters like any
/// other. Quotes further inside are letters too: `--x='a b'` is two arguments. Blanks at either end
/// of what a quote groups are dropped. There are no escapes and no shell: `$X`, `*` and backslashes
/// stay what they are.
pub fn split_program(line: &str) -> Vec<Box<str>> {
    let mut arguments = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (argument, after) = grouped(rest)
            .unwrap_or_else(|| rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())));
        arguments.push(argument.trim().into());
        rest = after.trim_start();
    }
    arguments
}

/// What the quote groups that `rest` begins with, and what follows.
fn grouped(rest: &str) -> Option<(&str, &str)> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (inside, after) = rest[1..].split_once(quote)?;
    let one_word = !inside.contains(char::is_whitespace);
    let word_goes_on = !after.is_empty() && !after.starts_with(char::is_whitespace);
    (!one_word || !word_goes_on).then_some((inside, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let split = split_program(line);
        let split: Vec<&str> = split.iter().map(|argument| &**argument).collect();
        assert_eq!(split, expected, "{line}");
    }

    #[test]
    fn blanks_separate() {
        check("/bin/a b\tc  d\n e ", &["/bin/a", "b", "c", "d", "e"]);
        check("", &[]);
        check("  ", &[]);
    }

    #[test]
    fn a_quote_at_the_start_groups() {
        check("/bin/sh -c 'x y' z", &["/bin/sh", "-c", "x y", "z"]);
        check(
            "/bin/sh \"a 'b' c\" '' 'd'",
            &["/bin/sh", "a 'b' c", "", "d"],
        );
        check("a 'b c' d' e f", &["a", "b c", "d'", "e", "f"]);
        check("'a b'c d", &["a b", "c", "d"]);
        check("'a b''c d' e", &["a b", "c d", "e"]);
        check("it's 'b  c' don't  x", &["it's", "b  c", "don't", "x"]);
    }

    #[test]
    fn blanks_at_the_ends_of_a_group_are_dropped() {
        check("/bin/sh -c ' a  b ' c", &["/bin/sh", "-c", "a  b", "c"]);
        check(
            "a ' ' \" b\t\" 'echo 'X' y",
            &["a", "", "b", "echo", "X'", "y"],
        );
    }

    #[test]
    fn a_quote_that_groups_nothing_is_a_letter() {
        check("'a b c", &["'a", "b", "c"]);
        check("'a'b 'c d' e", &["'a'b", "c d", "e"]);
        check("--a='b c' d e", &["--a='b", "c'", "d", "e"]);
        check("x'y 'b c' w", &["x'y", "b c", "w"]);
        check("'", &["'"]);
    }

    #[test]
    fn nothing_is_expanded() {
        check("/bin/a $X * \\n `b`", &["/bin/a", "$X", "*", "\\n", "`b`"]);
    }
}
