//! What has to be read of a process besides the one line that every look reads.

use crate::model::{AttributeTest, ProcessMetric, ProcessTest, Rule, Test};

/// What the tests of a service ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Anything at all besides whether it is there.
    pub(super) figures: bool,
    /// Users and groups.
    pub(super) identity: bool,
    /// Its share of what it shares with others.
    pub(super) proportional: bool,
    /// What it reads and writes.
    pub(super) io: bool,
    /// Its open files.
    pub(super) descriptors: bool,
    /// Its security attribute.
    pub(super) attribute: bool,
    /// Patterns for that.
    pub(super) patterns: Vec<Box<str>>,
    /// The load of the machine.
    pub(super) load: bool,
    /// Its descendants, which takes the whole process table.
    pub(super) tree: bool,
    /// Their share of what they share with others.
    pub(super) tree_proportional: bool,
    /// Their open files.
    pub(super) tree_descriptors: bool,
}

impl Needs {
    /// What these rules ask for.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut needs = Self::default();
        for rule in rules {
            needs.add(&rule.test);
        }
        needs
    }

    /// Asks for what pages show as well and costs little; the process table is not.
    pub(super) fn and_what_is_shown(self) -> Self {
        Self {
            identity: true,
            io: true,
            descriptors: true,
            attribute: true,
            ..self
        }
    }

    fn add(&mut self, test: &Test) {
        self.identity |= matches!(test, Test::Uid(_) | Test::Gid(_));
        self.load |= matches!(test, Test::System(_));
        self.figures |= self.identity || self.load || matches!(test, Test::Process(_));
        if let Test::Process(test) = test {
            self.add_own(test);
        }
    }

    fn add_own(&mut self, test: &ProcessTest) {
        match test {
            ProcessTest::EffectiveUid(_) => self.identity = true,
            ProcessTest::Usage(metric, _) => self.add_metric(*metric),
            ProcessTest::Attribute(test) => {
                let AttributeTest { relation, value } = &**test;
                self.attribute = true;
                if relation.is_pattern() {
                    self.patterns.push(value.clone());
                }
            }
            ProcessTest::PidChanged | ProcessTest::PpidChanged => {}
        }
    }

    const fn add_metric(&mut self, metric: ProcessMetric) {
        match metric {
            ProcessMetric::Cpu | ProcessMetric::Threads | ProcessMetric::Uptime => {}
            ProcessMetric::MemoryShare | ProcessMetric::Memory => self.proportional = true,
            ProcessMetric::TotalCpu | ProcessMetric::Children => self.tree = true,
            ProcessMetric::TotalMemoryShare | ProcessMetric::TotalMemory => {
                self.tree = true;
                self.proportional = true;
                self.tree_proportional = true;
            }
            ProcessMetric::Descriptors | ProcessMetric::DescriptorsShare => {
                self.descriptors = true;
            }
            ProcessMetric::TotalDescriptors => {
                self.tree = true;
                self.descriptors = true;
                self.tree_descriptors = true;
            }
            ProcessMetric::Read
            | ProcessMetric::Write
            | ProcessMetric::DiskRead
            | ProcessMetric::DiskWrite
            | ProcessMetric::ReadOperations
            | ProcessMetric::WriteOperations => self.io = true,
        }
    }
}
