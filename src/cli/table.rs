//! The table that `procmatch` prints (reference F24).

use crate::sample::Match;

/// Columns for the command.
const COMMAND_WIDTH: usize = 50;

/// What `procmatch` prints.
pub fn matches(pattern: &str, found: &[Match], boxed: bool) -> String {
    let mut text = format!("List of processes matching pattern \"{pattern}\":\n");
    if !found.is_empty() {
        let mut rows = vec![Row::heading()];
        rows.extend(found.iter().flat_map(Row::of));
        draw(&mut text, &rows, boxed);
    }
    text.push_str(&format!("Total matches: {}\n", found.len()));
    if found.len() > 1 {
        text.push_str(
            "\nWARNING:\nMultiple processes match the pattern. The one that has been running \
             longest is taken,\nhere marked with an asterisk.\n",
        );
    }
    text
}

struct Row {
    cells: [String; 4],
    /// A rule above it, where there are boxes.
    ruled: bool,
    emphasis: &'static str,
}

const HEADING: &str = "1;36";
const CHOSEN: &str = "1";
const BORDER: &str = "0;90";

impl Row {
    fn heading() -> Self {
        Self {
            cells: ["", "PID", "PPID", "Command"].map(str::to_owned),
            ruled: false,
            emphasis: HEADING,
        }
    }

    /// A long command takes several rows.
    fn of(found: &Match) -> Vec<Self> {
        let printable: Vec<char> = found
            .command
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let mut pieces = printable.chunks(COMMAND_WIDTH);
        let row = |first: bool, command: Option<&[char]>| Self {
            cells: [
                if first && found.is_chosen { "*" } else { "" }.to_owned(),
                if first {
                    format!("{:>8}", found.pid)
                } else {
                    String::new()
                },
                if first {
                    format!("{:>8}", found.ppid)
                } else {
                    String::new()
                },
                command.unwrap_or_default().iter().collect(),
            ],
            ruled: first,
            emphasis: if found.is_chosen { CHOSEN } else { "" },
        };
        let first = row(true, pieces.next());
        std::iter::once(first)
            .chain(pieces.map(|piece| row(false, Some(piece))))
            .collect()
    }
}

fn draw(text: &mut String, rows: &[Row], boxed: bool) {
    const WIDTHS: [usize; 4] = [1, 8, 8, COMMAND_WIDTH];
    let rule = |left: &str, middle: &str, right: &str| {
        let lines = WIDTHS.map(|width| "─".repeat(width + 2)).join(middle);
        coloured(BORDER, &format!("{left}{lines}{right}")) + "\n"
    };
    if boxed {
        text.push_str(&rule("┌", "┬", "┐"));
    }
    for row in rows {
        if boxed && row.ruled {
            text.push_str(&rule("├", "┼", "┤"));
        }
        for (cell, width) in row.cells.iter().zip(WIDTHS) {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            let cell = format!(" {cell}{padding} ");
            if boxed {
                text.push_str(&coloured(BORDER, "│"));
                text.push_str(&coloured(row.emphasis, &cell));
            } else {
                text.push_str(&cell);
            }
        }
        if boxed {
            text.push_str(&coloured(BORDER, "│"));
        }
        text.push('\n');
    }
    if boxed {
        text.push_str(&rule("└", "┴", "┘"));
    }
}

fn coloured(colour: &str, text: &str) -> String {
    if colour.is_empty() {
        text.to_owned()
    } else {
        format!("\u{1b}[{colour}m{text}\u{1b}[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pid: i32, command: &str, chosen: bool) -> Match {
        Match {
            pid,
            ppid: 1,
            command: command.to_owned(),
            is_chosen: chosen,
        }
    }

    #[test]
    fn a_long_command_takes_several_rows() {
        let long = "x".repeat(51);
        let text = matches("x", &[found(227, &long, true)], false);
        let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            rows,
            [
                "List of processes matching pattern \"x\":",
                "    PID       PPID      Command",
                &format!(" *       227         1  {}", "x".repeat(50)),
                "                        x",
                "Total matches: 1",
            ]
        );
    }

    #[test]
    fn none_and_several() {
        assert!(matches("x", &[], false).ends_with("Total matches: 0\n"));
        let two = [found(1, "x", true), found(2, "x", false)];
        let text = matches("x", &two, true);
        assert!(text.contains("Total matches: 2\n\nWARNING:\n"));
        assert_eq!(text.matches('├').count(), 2);
    }
}
