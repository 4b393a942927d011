//! What the house keeps in order by machine: which folder may use which, where unsafe code lives,
//! how long lines and files get, which words do not stay behind.
//!
//! Reads the files as text. That is crude and enough: each rule names the file and line it
//! dislikes, and the few places that must break a rule are listed here with their reason.

#![allow(clippy::disallowed_methods)] // a test reads files and runs git

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest line of a Rust file; `rustfmt` leaves long strings and comments alone, this does not.
const LINE_LIMIT: usize = 100;

/// Most lines of a file under `src`, its tests not counted.
const FILE_LIMIT: usize = 500;

/// Files over [`FILE_LIMIT`], each with the reason why it is one file.
const LONG_FILES: &[(&str, &str)] = &[];

#[test]
fn arrows_point_one_way() {
    let layers = layers();
    let mut complaints = Vec::new();
    for file in files().iter().filter(|file| is_source(file)) {
        let Some(own) = layer_of(file, &layers) else {
            continue;
        };
        for (number, used) in crates_own_paths(&production(&text(file))) {
            let other = layers.iter().position(|layer| *layer == used);
            if other.is_some_and(|other| other > own) {
                let name = &layers[own];
                complaints.push(format!("{file}:{number}: `{name}` uses `{used}`, below it"));
            }
        }
    }
    assert_clean(&complaints);
}

#[test]
fn unsafe_code_lives_in_sys() {
    let complaints = lines_where(
        |file| is_source(file) && !file.starts_with("src/sys/"),
        |line| has_word(without_comment(line), "unsafe"),
        "`unsafe` outside src/sys",
    );
    assert_clean(&complaints);
}

#[test]
fn no_words_are_left_behind() {
    // Put together here, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
        concat!("db", "g!"),
        concat!("to", "do!"),
        concat!("unimple", "mented!"),
    ];
    for word in words {
        // The corpus is what others wrote.
        let complaints = lines_where(
            |file| !file.starts_with("tests/corpus/"),
            |line| has_word(line, word),
            word,
        );
        assert_clean(&complaints);
    }
}

/// The standard library's clock panics from 2038 on where the C library has 32-bit times, and it is
/// what `rustls` asks unless it is given another.
#[test]
fn no_clock_ends_in_2038() {
    for word in ["SystemTime", "builder_with_provider"] {
        let sources = files().into_iter().filter(|file| is_source(file));
        let users: Vec<String> = sources
            .filter(|file| !file.ends_with("tests.rs") && has_word(&production(&text(file)), word))
            .map(|file| format!("{file}: {word}, which ends in 2038"))
            .collect();
        assert_clean(&users);
    }
}

#[test]
fn no_test_is_switched_off() {
    let attribute = concat!("#[ign", "ore");
    let complaints = lines_where(is_rust, |line| line.contains(attribute), attribute);
    assert_clean(&complaints);
}

#[test]
fn lines_are_short() {
    let complaints = lines_where(
        is_rust,
        |line| line.chars().count() > LINE_LIMIT,
        "longer than 100 characters",
    );
    assert_clean(&complaints);
}

#[test]
fn files_are_short() {
    let mut complaints = Vec::new();
    for file in files().iter().filter(|file| is_source(file)) {
        let length = production(&text(file)).lines().count();
        let listed = LONG_FILES.iter().any(|(name, _)| name == file);
        if length > FILE_LIMIT && !listed {
            complaints.push(format!("{file}: {length} lines, split it or list it here"));
        }
        if length <= FILE_LIMIT && listed {
            complaints.push(format!("{file}: short again, take it off the list"));
        }
    }
    assert_clean(&complaints);
}

#[test]
fn every_crate_has_its_reason() {
    let manifest = text("Cargo.toml");
    let mut complaints = Vec::new();
    let mut section = "";
    let mut previous = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let is_crate = section.contains("dependencies")
            && line != section
            && !line.starts_with(']')
            && line.contains('=');
        if is_crate && !previous.starts_with('#') {
            complaints.push(format!("Cargo.toml: no reason above `{line}`"));
        }
        previous = line;
    }
    assert_clean(&complaints);
}

#[test]
fn no_file_is_a_drawer() {
    let drawers = ["utils", "util", "common", "helpers", "helper", "manager"];
    let mut complaints = Vec::new();
    for file in files().iter().filter(|file| is_rust(file)) {
        for part in Path::new(file.as_str()).with_extension("").iter() {
            if drawers.iter().any(|drawer| part == *drawer) {
                complaints.push(format!("{file}: name it after what it defines"));
            }
        }
    }
    assert_clean(&complaints);
}

/// `tests/pitfalls.md` names tests; those must be there. Names are compared part by part with those
/// of files, modules, functions and the first words of table tests.
#[test]
fn tests_that_are_named_exist() {
    let known = names();
    let mut complaints = Vec::new();
    for (index, line) in text("tests/pitfalls.md").lines().enumerate() {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [_, tests] = cells.as_slice() else {
            continue;
        };
        for name in tests.split('`').skip(1).step_by(2) {
            let parts = name.split("::").filter(|part| *part != "…");
            for part in parts.filter(|part| !known.contains(*part)) {
                let number = index + 1;
                complaints.push(format!(
                    "tests/pitfalls.md:{number}: no `{part}` of `{name}`"
                ));
            }
        }
    }
    assert_clean(&complaints);
}

/// Everything that a part of a test's name may be.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files() {
        let path = Path::new(&file).with_extension("");
        names.extend(
            path.iter()
                .filter_map(|part| Some(part.to_str()?.to_owned())),
        );
        if !is_rust(&file) {
            continue;
        }
        for line in text(&file).lines().map(str::trim_start) {
            let function = line.split_once("fn ").map(|(_, rest)| rest);
            let module = line.strip_prefix("mod ");
            let table = line.strip_suffix(',');
            names.extend(function.or(module).or(table).map(first_word));
        }
    }
    names
}

/// The stages in the order `src/lib.rs` declares them: each may use those before it.
fn layers() -> Vec<String> {
    let map = text("src/lib.rs");
    let named = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
    let layers: Vec<String> = map.lines().filter_map(named).collect();
    assert!(
        layers.len() >= 14,
        "src/lib.rs does not list the stages one a line: {layers:?}"
    );
    layers
}

/// Which stage a file belongs to; the crate's own two roots belong to none.
fn layer_of(file: &str, layers: &[String]) -> Option<usize> {
    let path = Path::new(file.strip_prefix("src/")?);
    let first = path.iter().next()?.to_str()?;
    let stage = first.strip_suffix(".rs").unwrap_or(first);
    layers.iter().position(|layer| layer == stage)
}

/// The first segments of the `crate::…` paths in a text, each with its line number; those of
/// a group, `use crate::{a, b::{c, d}}`, all with the line where the group starts.
fn crates_own_paths(text: &str) -> Vec<(usize, String)> {
    let code: Vec<&str> = text.lines().map(without_comment).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for (at, start) in code.match_indices("crate::") {
        let number = code[..at].lines().count().max(1);
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(members(group).map(|name| (number, name))),
            None => found.push((number, first_word(rest))),
        }
    }
    found
}

/// The first words of a group's members, up to its closing brace.
fn members(group: &str) -> impl Iterator<Item = String> {
    let mut depth = 0_u32;
    let mut names = vec![first_word(group)];
    for (at, c) in group.char_indices() {
        match (c, depth) {
            ('{', _) => depth += 1,
            ('}', 0) => break,
            ('}', _) => depth -= 1,
            (',', 0) => names.push(first_word(&group[at + 1..])),
            _ => {}
        }
    }
    names.into_iter()
}

fn first_word(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// A file's text up to its tests.
fn production(text: &str) -> String {
    let is_code = |line: &&str| *line != "#[cfg(test)]";
    let lines: Vec<&str> = text.lines().take_while(is_code).collect();
    lines.join("\n")
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Whether `word` stands in `line` by itself: `unsafe`, but not `unsafe_code`.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    })
}

fn lines_where(
    wanted: impl Fn(&str) -> bool,
    bad: impl Fn(&str) -> bool,
    complaint: &str,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files().iter().filter(|file| wanted(file)) {
        for (index, line) in text(file).lines().enumerate() {
            if bad(line) {
                complaints.push(format!("{file}:{}: {complaint}", index + 1));
            }
        }
    }
    complaints
}

fn assert_clean(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn is_rust(file: &str) -> bool {
    file.ends_with(".rs")
}

/// A file of the program that is not one of its tests: `src/engine/cycle.rs`, but not
/// `src/engine/tests.rs` nor `src/engine/tests/dependencies.rs`.
fn is_source(file: &str) -> bool {
    let is_test = file.ends_with("/tests.rs") || file.contains("/tests/");
    is_rust(file) && file.starts_with("src/") && !is_test
}

/// A file's text; what is no UTF-8 (a picture) has no lines to complain about.
fn text(file: &str) -> String {
    let bytes = fs::read(root().join(file)).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the repository, as git lists them; where git cannot say (an unpacked archive,
/// a clone owned by somebody else), every file there is but for what building leaves.
fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files: Vec<String> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    if files.is_empty() {
        walk(root(), &mut files);
    }
    files.retain(|file| file != "Cargo.lock");
    assert!(files.len() > 20, "the repository's files were not found");
    files
}

fn walk(folder: &Path, files: &mut Vec<String>) {
    let entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of the repository can be read")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    for path in entries {
        let name = path.file_name().unwrap_or_default();
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            walk(&path, files);
        } else if let Ok(relative) = path.strip_prefix(root()) {
            files.push(relative.to_string_lossy().into_owned());
        }
    }
}

#[test]
fn the_rules_see_what_they_look_for() {
    assert!(has_word("    unsafe { f() }", "unsafe"));
    assert!(!has_word("#![deny(unsafe_code)]", "unsafe"));
    let used = |text: &str| -> Vec<String> {
        let paths = crates_own_paths(text);
        paths.into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(
        used("use crate::{\n  model::{A, b::C},\n  sys,\n};\ncrate::shell::run()"),
        ["model", "sys", "", "shell"]
    );
    assert!(used("// see crate::shell").is_empty());
    assert_eq!(crates_own_paths("\nuse crate::cli;")[0].0, 2);
    let layers = layers();
    assert_eq!(layer_of("src/time.rs", &layers), Some(0));
    assert_eq!(layer_of("src/main.rs", &layers), None);
    assert!(layer_of("src/engine/mod.rs", &layers) < layer_of("src/sys/mod.rs", &layers));
    let mut walked = Vec::new();
    walk(root(), &mut walked);
    assert!(walked.iter().any(|file| file == "src/lib.rs"));
}
