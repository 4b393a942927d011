//! Every form of every statement, and what it means.

mod checks;
mod connections;
mod content;
mod hosts;
mod lexical;
mod network;
mod paths;
mod programs;
mod rules;
mod settings;
mod system;

/// A test: its name, a control file, what is looked at in its model, and what is found there.
macro_rules! ok {
    ($name:ident, $text:expr, $look:expr, $expected:expr) => {
        #[test]
        fn $name() {
            let look: fn(&$crate::model::Model) -> _ = $look;
            assert_eq!(look(&$crate::config::tests::model($text)), $expected);
        }
    };
}
use ok;

use crate::model::{Connection, ConnectionTest, Model, Rule, Service, Test};

/// The first service.
fn service(model: &Model) -> &Service {
    &model.services[0]
}

/// The rules the first service's control file names, the implicit one left out.
fn rules(model: &Model) -> &[Rule] {
    let rules = &service(model).rules;
    let given = rules.iter().any(|rule| matches!(rule.test, Test::Exist));
    &rules[usize::from(!given)..]
}

fn tests(model: &Model) -> Vec<Test> {
    rules(model).iter().map(|rule| rule.test.clone()).collect()
}

fn connection_test(model: &Model) -> ConnectionTest {
    match &rules(model)[0].test {
        Test::Connection(test) => (**test).clone(),
        other => panic!("{other:?}"),
    }
}

fn connection(model: &Model) -> Connection {
    connection_test(model).connection
}
