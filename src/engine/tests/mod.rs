//! The engine as a whole: scenarios as text, and a simulated world.

mod catalogue;
mod checkers;
mod scenarios;
mod simulation;
mod transcript;
mod world;
