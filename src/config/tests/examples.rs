//! The example in the comment of each production is a control file, or a part of one.

use crate::config::Kind;
use crate::config::grammar;
use crate::config::memory::Memory;

/// What an example is put after so that it is a whole control file, by the statement it begins
/// with.
fn whole(example: &str) -> String {
    let first = example.split_whitespace().next().unwrap_or("");
    match first {
        "set" | "check" | "include" => example.to_owned(),
        _ => format!(
            "check process database matching d\ncheck process 'file system' matching d\n\
             check process p with pidfile /p\n{example}"
        ),
    }
}

/// The blocks between "/// ```text" and "/// ```"; a blank line separates two files.
fn examples(source: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line == "/// ```text" {
            let block = lines.by_ref().take_while(|line| *line != "/// ```");
            let text =
                block.map(|line| format!("{}\n", line.trim_start_matches("///").trim_start()));
            let text: String = text.collect();
            examples.extend(text.split("\n\n").map(str::to_owned));
        }
    }
    examples
}

#[test]
fn every_example_is_understood() {
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
    let passwords = "john:x\npaul:x\nringo:x\ngeorge:x\n";
    let mut count = 0;
    for (file, source) in grammar::FILES {
        for example in examples(source) {
            count += 1;
            let memory = Memory::new(whole(&example))
                .file("/usr/local/certs/monit.pem", 0o600, pem)
                .file("/etc/ssl/chain.pem", 0o644, pem)
                .file("/etc/ssl/key.pem", 0o600, pem)
                .file("/etc/ssl/both.pem", 0o600, pem)
                .file("/etc/ssl/authorities.pem", 0o644, pem)
                .other("/etc/ssl/authorities", Kind::Directory)
                .file("/etc/httpd/htpasswd", 0o600, passwords)
                .file("/etc/passwords", 0o600, passwords)
                .file("/etc/monit/patterns", 0o644, "error\n")
                .file("/etc/monit/harmless", 0o644, "harmless\n")
                .file("/etc/monit.d/a.cfg", 0o600, "set terminal batch");
            if let Err(report) = memory.load() {
                panic!("the example in {file}\n\n{example}\nis wrong:\n\n{report}");
            }
        }
    }
    assert!(count > 50, "only {count} examples were found");
}
