//! The engine as a whole: scenarios as text, and a simulated world.

pub(super) mod catalogue;
mod checkers;
mod limits;
mod scenarios;
mod simulation;
mod transcript;
pub(super) mod world;
