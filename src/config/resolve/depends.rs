//! Dependencies: names to ids, and no way from a service back to itself.

use std::collections::BTreeMap;

use super::machine::Machine;
use super::names::NAMES_LIMIT;
use crate::config::syntax::{ServiceSyntax, Syntax, Text};
use crate::model::ServiceId;
use crate::text::{Diagnostic, nearest, quoted};

/// What each service depends on, in the order of the services.
pub(super) fn resolve(syntax: &Syntax, machine: &mut Machine<'_>) -> Vec<Vec<ServiceId>> {
    let known = syntax
        .services
        .iter()
        .map(|service| service.name.value.to_ascii_lowercase());
    let index: BTreeMap<String, usize> = known.zip(0..NAMES_LIMIT).collect();
    let names = Names {
        syntax,
        index: &index,
    };
    let edges: Vec<Vec<Edge>> = syntax
        .services
        .iter()
        .map(|service| names.edges(service, machine))
        .collect();
    cycles(&edges, &syntax.services, machine);
    let ids = |edges: Vec<Edge>| edges.iter().map(|edge| id(edge.to)).collect();
    edges.into_iter().map(ids).collect()
}

fn id(index: usize) -> ServiceId {
    ServiceId::new(u16::try_from(index).expect("only so many services are indexed"))
}

/// One name in a `depends on`.
struct Edge<'a> {
    to: usize,
    name: &'a Text,
}

struct Names<'a> {
    syntax: &'a Syntax,
    index: &'a BTreeMap<String, usize>,
}

impl<'a> Names<'a> {
    fn edges(&self, service: &'a ServiceSyntax, machine: &mut Machine<'_>) -> Vec<Edge<'a>> {
        let mut edges: Vec<Edge<'a>> = Vec::new();
        for name in &service.depends {
            match self.index.get(&name.value.to_ascii_lowercase()) {
                Some(to) if edges.iter().any(|edge| edge.to == *to) => {}
                Some(to) => edges.push(Edge { to: *to, name }),
                None if self.syntax.incomplete => {} // it may be one that could not be read
                None => self.unknown(name, machine),
            }
        }
        edges
    }

    fn unknown(&self, name: &Text, machine: &mut Machine<'_>) {
        let message = format!("there is no service {}", quoted(&name.value));
        let mut error = Diagnostic::error(name.span, message);
        let known = self
            .syntax
            .services
            .iter()
            .map(|service| &*service.name.value);
        if let Some(near) = nearest(&name.value, known) {
            error = error.label(format!("did you mean `{near}`?"));
        }
        machine.complaints.add(error);
    }
}

/// Where a service stands while the ways from it are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Not,
    /// On the way being followed.
    Open,
    Done,
}

/// Follows every way once, with a stack of its own: a chain may be as long as there are services.
fn cycles(edges: &[Vec<Edge<'_>>], services: &[ServiceSyntax], machine: &mut Machine<'_>) {
    let mut visits = vec![Visit::Not; edges.len()];
    for start in 0..edges.len() {
        if visits[start] != Visit::Not {
            continue;
        }
        visits[start] = Visit::Open;
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let Some(edge) = edges[*at].get(*next) else {
                visits[*at] = Visit::Done;
                way.pop();
                continue;
            };
            *next += 1;
            match visits[edge.to] {
                Visit::Not => {
                    visits[edge.to] = Visit::Open;
                    way.push((edge.to, 0));
                }
                Visit::Open => report_cycle(&way, edge, services, machine),
                Visit::Done => {}
            }
        }
    }
}

fn report_cycle(
    way: &[(usize, usize)],
    last: &Edge<'_>,
    services: &[ServiceSyntax],
    machine: &mut Machine<'_>,
) {
    let start = way.iter().position(|(at, _)| *at == last.to).unwrap_or(0);
    let name = |index: usize| &*services[index].name.value;
    let mut names: Vec<&str> = way[start..].iter().map(|(at, _)| name(*at)).collect();
    names.push(name(last.to));
    let message = if names.len() == 2 {
        format!("{} depends on itself", quoted(names[0]))
    } else {
        format!(
            "{} depends on itself: {}",
            quoted(names[0]),
            names.join(" → ")
        )
    };
    machine
        .complaints
        .add(Diagnostic::error(last.name.span, message));
}
