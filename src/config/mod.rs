//! The control file: text to model, with errors its author can use.
//!
//! ```text
//!  text ─ lexer ─► tokens ─ parser, grammar/* ─► syntax ─ resolve/* ─► Model
//!            what the words are      what the file says      what it means on this machine
//! ```
//!
//! Nothing here touches the machine: files, users and patterns are asked of [`Surroundings`]. All
//! complaints about all files of a control file come out of one run. Source text, tokens and syntax
//! are dropped when [`load`] returns.
//!
//! A new statement is a function in `grammar/`, a row in one of its tables, and its words in
//! `keyword.rs`.

mod arguments;
mod complaints;
mod grammar;
mod keyword;
mod lexer;
mod parser;
mod resolve;
mod surroundings;
mod syntax;
mod token;
mod units;

#[cfg(test)]
pub mod memory;
#[cfg(test)]
mod tests;

pub use arguments::split_program;
pub use complaints::{Report, in_one_line};
pub use surroundings::{Commanded, Kind, Look, Pem, Surroundings};

use complaints::Complaints;

use crate::model::Model;

/// A control file that can be used.
#[derive(Debug)]
pub struct Loaded {
    /// What it means.
    pub model: Model,
    /// What its author will want to know, each as it is to be shown.
    pub warnings: Vec<String>,
}

/// Reads the control file at `path` with everything it includes.
///
/// # Errors
///
/// Everything that is wrong with it, if anything is.
pub fn load(path: &str, surroundings: &dyn Surroundings) -> Result<Loaded, Report> {
    let mut complaints = Complaints::default();
    resolve::permission(path, surroundings, &mut complaints);
    let syntax = parser::parse(path, surroundings, &mut complaints);
    let model = syntax.map(|syntax| resolve::model(syntax, surroundings, &mut complaints));
    complaints.settle(model)
}
