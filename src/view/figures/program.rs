//! The figures of a program that was run.

use super::{Lines, Tone};
use crate::reading::ProgramReading;

impl Lines {
    pub(super) fn program(&mut self, run: &ProgramReading) {
        self.value("last exit value", run.status);
        match &*run.output {
            "" => self.push("last output", "-", Tone::Missing),
            output => self.value("last output", output),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::model::{Program, Subject, Terms};
    use crate::reading::{ProgramReading, Reading};
    use crate::view::fixture::World;

    fn world(output: &str) -> World {
        let program = Program {
            arguments: ["/srv/demo/bin/prog.sh", "arg1"].iter().collect(),
            terms: Terms::limited(Duration::from_secs(4)).into(),
        };
        let reading = ProgramReading {
            started: 1_795_329_991,
            status: 2,
            output: output.into(),
            matched: Vec::new(),
        };
        let subject = Subject::Program(Box::new(program));
        World::of("prog", subject, Reading::Program(reading))
    }

    #[test]
    fn status_text_and_document_are_those_of_the_reference() {
        let two_lines = world("to stderr\nprog output line 1");
        let text = two_lines.get("/_status?format=text");
        let expected = "\
  on reboot                    start
  last exit value              2
  last output                  to stderr
                               prog output line 1
  data collected               Sun, 22 Nov 2026 06:46:31
";
        assert!(crate::view::text::plain(&text).contains(expected), "{text}");
        let xml = two_lines.get("/_status?format=xml");
        let expected = "<program><started>1795329991</started><status>2</status>\
                        <output><![CDATA[to stderr\nprog output line 1]]></output></program>";
        assert!(
            xml.contains("<service type=\"7\"><name>prog</name>"),
            "{xml}"
        );
        assert!(xml.contains(expected), "{xml}");
    }

    #[test]
    fn nothing_printed_is_a_dash() {
        let silent = world("");
        let text = silent.get("/_status?format=text");
        let plain = crate::view::text::plain(&text);
        assert!(
            plain.contains("  last output                  -\n"),
            "{plain}"
        );
        let xml = silent.get("/_status?format=xml");
        assert!(xml.contains("<output><![CDATA[]]></output>"), "{xml}");
    }

    #[test]
    fn pages_show_the_first_line_and_all_lines() {
        let long = world(&format!("{}\n<b>\nthird", "x".repeat(70)));
        let overview = long.get("/");
        let cell = format!("<td data-label=Output>{}…<td", "x".repeat(60));
        assert!(overview.contains(&cell), "{overview}");
        let started = "<td data-label=Started>Sun, 22 Nov 2026 06:46:31<td data-label=Exit>2";
        assert!(overview.contains(started), "{overview}");
        let page = long.get("/prog");
        assert!(page.contains("x<br>&lt;b&gt;<br>third</div>"), "{page}");
    }
}
