//! Looking at the processes of services.
//!
//! A process with a pidfile is looked at by itself. For one that is known by its command line, and
//! wherever the descendants of a process count, the process table has to be walked: whoever needs
//! that waits until everybody else has been looked at, and then one walk serves all. A process
//! that was found by its command line is looked up by its number from then on; the table is
//! searched again when it is gone, and from time to time.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;

use super::Care;
use super::details;
use super::machine::Machine;
use super::mark::Mark;
use super::needs::Needs;
use super::process::{self, Finding, Told};
use super::room;
use super::table::Walk;
use super::tree::{Times, Tree};
use crate::engine::SampleId;
use crate::model::{ProcessLocator, Rule, Service, Subject};
use crate::reading::{ProcessId, ProcessReading, ProcessState, ProcessTree, Reading};
use crate::sys::clock;
use crate::time::Moment;

/// Orders to look at processes, and what is remembered of earlier looks.
#[derive(Default)]
pub(super) struct Processes {
    orders: VecDeque<Order>,
    /// Orders that need a walk.
    waiting: VecDeque<Order>,
    stage: Stage,
    /// Orders whose pidfile a child has been asked to read, or is to be.
    far: BTreeMap<SampleId, Order>,
    /// Those it is to be asked for, with the path.
    questions: Vec<(SampleId, Rc<str>)>,
    /// Orders for which what was last read does, waiting for [`Self::unchanged`].
    unchanged: Vec<SampleId>,
    /// The last look at each service's process, by its place in the model.
    marks: Vec<Option<Mark>>,
    /// What everybody had spent at the last walk that took it down.
    times: Option<Times>,
    /// Whether figures are read that pages show but no test asks for.
    generous: bool,
}

struct Order {
    sample: SampleId,
    locator: ProcessLocator,
    needs: Needs,
    /// A process whose end would have been told, if what was read of it lately may do.
    awaited: Option<ProcessId>,
    /// What the child has read that was asked for the pidfile.
    told: Option<Told>,
}

impl Order {
    /// What the pidfile holds.
    fn told(&self, path: &str, before: Option<&Mark>) -> Told {
        let told = self.told.clone();
        told.unwrap_or_else(|| Told::by(path, before))
    }
}

/// How far the walk is.
#[derive(Default)]
enum Stage {
    /// None under way.
    #[default]
    Idle,
    /// Under way, for these orders.
    Walking(Walk, VecDeque<Order>),
    /// Over; each order with the process its pattern means, if it has one.
    Answering(Tree, VecDeque<(Order, io::Result<Option<i32>>)>),
}

/// How many processes one step looks at.
const LOOKS: usize = 512;

/// On a box with no more process services than this, figures that no test asks for are read too:
/// pages show them, and it costs little.
const FEW: usize = 64;

impl Processes {
    /// Forgets the past of all services, and their orders: with another model a place in it means
    /// another service, and what is found for an old order must not be remembered of that one.
    pub(super) fn configure(&mut self, services: &[Service]) {
        self.orders.clear();
        self.waiting.clear();
        self.far.clear();
        self.questions.clear();
        self.unchanged.clear();
        self.stage = Stage::Idle;
        self.marks = Vec::with_capacity(services.len());
        let is_process = |service: &&Service| matches!(service.subject, Subject::Process(_));
        self.generous = services.iter().filter(is_process).count() <= FEW;
    }

    /// Lets no reading do that was taken before.
    pub(super) fn stir(&mut self) {
        self.marks.iter_mut().flatten().for_each(Mark::stir);
    }

    /// Takes an order; `rules` are those that a thorough answer will be judged by.
    pub(super) fn begin(
        &mut self,
        sample: SampleId,
        locator: &ProcessLocator,
        rules: &[Rule],
        care: Care,
    ) {
        let mut needs = match care {
            Care::Brief => Needs::default(),
            Care::Thorough | Care::Awaited(_) => Needs::of(rules),
        };
        if self.generous {
            needs = needs.and_what_is_shown();
        }
        let awaited = match care {
            Care::Awaited(process) if !self.generous && !needs.figures => Some(process),
            Care::Awaited(_) | Care::Thorough | Care::Brief => None,
        };
        self.orders.push_back(Order {
            sample,
            locator: locator.clone(),
            needs,
            awaited,
            told: None,
        });
    }

    /// Whether orders wait for a [`Self::step`].
    pub(super) fn is_busy(&self) -> bool {
        let idle = matches!(self.stage, Stage::Idle);
        !self.orders.is_empty() || !self.waiting.is_empty() || !idle
    }

    /// The pidfiles that a child has to read, because their file system may never answer.
    pub(super) fn questions(&mut self) -> Vec<(SampleId, Rc<str>)> {
        std::mem::take(&mut self.questions)
    }

    /// The orders for which what was last read does.
    pub(super) fn unchanged(&mut self) -> Vec<SampleId> {
        std::mem::take(&mut self.unchanged)
    }

    /// A child has read a pidfile, or has not in time.
    pub(super) fn tell(&mut self, sample: SampleId, told: Told) {
        if let Some(order) = self.far.remove(&sample) {
            let told = Some(told);
            self.orders.push_back(Order { told, ..order });
        }
    }

    /// Carries out some orders. `children` are the programs we started and that still run; `is_far`
    /// tells whether a path lies on a file system that may never answer.
    pub(super) fn step(
        &mut self,
        now: Moment,
        machine: Machine,
        children: &[i32],
        mut is_far: impl FnMut(&str) -> bool,
    ) -> Vec<(SampleId, Reading)> {
        let mut done = Vec::new();
        for _ in 0..LOOKS {
            let Some(mut order) = self.orders.pop_front() else {
                self.orders.shrink_to(LOOKS);
                break;
            };
            if let (ProcessLocator::Pidfile(path), None) = (&order.locator, &order.told) {
                if is_far(path) {
                    self.questions.push((order.sample, path.clone()));
                    self.far.insert(order.sample, order);
                    continue;
                }
            }
            if self.rests(&mut order) {
                self.unchanged.push(order.sample);
                continue;
            }
            match self.find(&order) {
                Some(found) => done.push(self.answer(&order, found, None, now, machine)),
                None => self.waiting.push_back(order),
            }
        }
        if self.orders.is_empty() {
            self.go_on(now, machine, children, &mut done);
        }
        done
    }

    /// The look before at the process of the service that `sample` is for.
    fn mark(&self, sample: SampleId) -> Option<&Mark> {
        self.marks.get(sample.service().index())?.as_ref()
    }

    /// Whether what was last read does for an order.
    fn rests(&mut self, order: &mut Order) -> bool {
        let place = order.sample.service().index();
        let (ProcessLocator::Pidfile(path), Some(awaited), Some(Some(mark))) =
            (&order.locator, order.awaited, self.marks.get_mut(place))
        else {
            return false;
        };
        let told = order.told(path, Some(mark));
        let rests = mark.rests(awaited, &told);
        order.told = Some(told);
        rests
    }

    /// What can be found without a walk.
    fn find(&self, order: &Order) -> Option<Finding> {
        let Order { locator, needs, .. } = order;
        if needs.tree {
            return None;
        }
        let mark = self.mark(order.sample);
        match locator {
            ProcessLocator::Pidfile(path) => {
                Some(process::by_pidfile(order.told(path, mark), mark, needs))
            }
            ProcessLocator::Matching(_) => process::again(mark?, needs),
        }
    }

    /// The next piece of a walk, or of what it was for.
    fn go_on(
        &mut self,
        now: Moment,
        machine: Machine,
        children: &[i32],
        done: &mut Vec<(SampleId, Reading)>,
    ) {
        self.stage = match std::mem::take(&mut self.stage) {
            Stage::Idle if self.waiting.is_empty() => Stage::Idle,
            Stage::Idle => {
                let orders = std::mem::take(&mut self.waiting);
                match room().and_then(|()| begin_walk(&orders)) {
                    Ok(walk) => Stage::Walking(walk, orders),
                    Err(error) => give_up(orders, &error, now),
                }
            }
            Stage::Walking(mut walk, orders) => match room().and_then(|()| walk.step(children)) {
                Ok(false) => Stage::Walking(walk, orders),
                Ok(true) => self.end_walk(walk, orders, now, machine),
                Err(error) => give_up(orders, &error, now),
            },
            Stage::Answering(tree, mut answers) => {
                for (order, process) in answers.drain(..answers.len().min(LOOKS)) {
                    let mark = self.mark(order.sample);
                    let found = match (&order.locator, process) {
                        (ProcessLocator::Pidfile(path), _) => {
                            process::by_pidfile(order.told(path, mark), mark, &order.needs)
                        }
                        (ProcessLocator::Matching(_), Ok(Some(pid))) => {
                            process::look(pid, mark, &order.needs)
                        }
                        (ProcessLocator::Matching(_), Ok(None)) => Finding::Absent,
                        (ProcessLocator::Matching(_), Err(error)) => Finding::unknown(&error),
                    };
                    done.push(self.answer(&order, found, Some(&tree), now, machine));
                }
                if answers.is_empty() {
                    Stage::Idle
                } else {
                    Stage::Answering(tree, answers)
                }
            }
        };
    }

    fn end_walk(
        &mut self,
        walk: Walk,
        orders: VecDeque<Order>,
        now: Moment,
        machine: Machine,
    ) -> Stage {
        let found = walk.finish();
        let mut processes = found.processes.into_iter();
        let answers = orders.into_iter().map(|order| {
            let process = match order.locator {
                ProcessLocator::Pidfile(_) => None,
                ProcessLocator::Matching(_) => processes.next(),
            };
            (order, process.unwrap_or(Ok(None)))
        });
        let answers = answers.collect();
        if found.table.is_empty() {
            return Stage::Answering(Tree::new(Vec::new(), None, now), answers);
        }
        let before = self.times.take_if(|times| times.is_old(now));
        if self.times.is_none() {
            let uptime_seconds = machine.uptime_seconds.unwrap_or(u64::MAX);
            self.times = Some(Times::of(&found.table, now, uptime_seconds));
        }
        Stage::Answering(Tree::new(found.table, before, now), answers)
    }

    /// Turns what was found into a reading, with the rates since the service's last one.
    fn answer(
        &mut self,
        order: &Order,
        found: Finding,
        tree: Option<&Tree>,
        now: Moment,
        machine: Machine,
    ) -> (SampleId, Reading) {
        let place = order.sample.service().index();
        if self.marks.len() <= place {
            self.marks.resize(place + 1, None);
        }
        let before = self.marks[place].take();
        let (mut state, mut mark) = found.reading(before, &order.needs, now, machine);
        if let (Some(mark), false) = (&mut mark, matches!(state, ProcessState::Running(_))) {
            mark.stir();
        }
        self.marks[place] = mark;
        if let (ProcessState::Running(process), Some(tree)) = (&mut state, tree) {
            if order.needs.tree && !tree.is_empty() {
                let family = family(process, tree, &order.needs, machine);
                process.details.get_or_insert_default().tree = Some(family);
            }
        }
        (order.sample, Reading::Process(state))
    }
}

fn begin_walk(orders: &VecDeque<Order>) -> io::Result<Walk> {
    let pattern = |order: &'_ Order| match &order.locator {
        ProcessLocator::Pidfile(_) => None,
        ProcessLocator::Matching(pattern) => Some(pattern.clone()),
    };
    let patterns: Vec<_> = orders.iter().filter_map(pattern).collect();
    let patterns: Vec<&str> = patterns.iter().map(|pattern| &**pattern).collect();
    Walk::begin(&patterns, orders.iter().any(|order| order.needs.tree))
}

/// Without a table nobody is known by a pattern, and nobody's descendants are.
fn give_up(orders: VecDeque<Order>, error: &io::Error, now: Moment) -> Stage {
    let same = || match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::other(error.to_string()),
    };
    let answers = orders.into_iter().map(|order| (order, Err(same())));
    Stage::Answering(Tree::new(Vec::new(), None, now), answers.collect())
}

/// A process and its descendants together.
fn family(process: &ProcessReading, tree: &Tree, needs: &Needs, machine: Machine) -> ProcessTree {
    let pid = process.id.pid;
    let descendants = tree.descendants(pid);
    let own_files = process
        .details
        .as_ref()
        .and_then(|details| details.descriptors);
    let mut memory_kib = process.memory_kib.unwrap_or(0);
    let mut descriptors = own_files.map(|files| files.open);
    for stat in &descendants {
        let proportional = needs
            .tree_proportional
            .then(|| details::proportional_kib(stat.id.pid));
        let resident = stat.resident_pages.saturating_mul(clock::page_bytes()) / 1024;
        memory_kib = memory_kib.saturating_add(proportional.flatten().unwrap_or(resident));
        if needs.tree_descriptors {
            let open = details::open_files(stat.id.pid).unwrap_or(0);
            descriptors = descriptors.map(|sum| sum.saturating_add(open));
        }
    }
    let members = tree
        .find(pid)
        .into_iter()
        .chain(descendants.iter().copied());
    ProcessTree {
        children: u32::try_from(descendants.len()).unwrap_or(u32::MAX),
        memory_kib,
        memory_percent: machine.memory_percent(memory_kib).map(f64::from),
        cpu_percent: tree.cpu_percent(members, machine.processors),
        descriptors: descriptors.filter(|_| needs.tree_descriptors),
    }
}
