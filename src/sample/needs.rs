//! What has to be read of a process besides the one line that every look reads.

use crate::model::{AttributeTest, ProcessMetric, ProcessTest, Rule, Test};

/// What the tests of a service ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
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
        match test {
            Test::Uid(_) | Test::Gid(_) | Test::Process(ProcessTest::EffectiveUid(_)) => {
                self.identity = true;
            }
            Test::System(_) => self.load = true,
            Test::Process(ProcessTest::Usage(metric, _)) => self.add_metric(*metric),
            Test::Process(ProcessTest::Attribute(test)) => {
                let AttributeTest { relation, value } = &**test;
                self.attribute = true;
                if relation.is_pattern() {
                    self.patterns.push(value.clone());
                }
            }
            Test::Process(ProcessTest::PidChanged | ProcessTest::PpidChanged)
            | Test::NotExist
            | Test::Exist
            | Test::Connection(_)
            | Test::Checksum(_)
            | Test::Permission(_)
            | Test::PermissionChanged
            | Test::Size(_)
            | Test::SizeChanged
            | Test::Hardlinks(_)
            | Test::HardlinksChanged
            | Test::Timestamp(_)
            | Test::TimestampChanged(_)
            | Test::Content(_)
            | Test::Ping(_)
            | Test::ResponseTime(_)
            | Test::CertificateValid(_)
            | Test::Filesystem(_)
            | Test::Network(_)
            | Test::Program(_) => {}
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
