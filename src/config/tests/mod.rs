//! Whole control files in memory: what they mean, and every complaint as it is shown.

mod errors;
mod examples;
mod seed;
