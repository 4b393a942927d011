//! The deciding heart: one input, then every effect it caused, then the next input.

mod effect;
mod input;
mod standing;

pub use effect::{ChildId, Effect, Priority, ProbeId, SampleId};
pub use input::{CertificateFacts, Command, Ending, Input, ProbeOutcome, UserAction};
pub use standing::{Happening, Monitoring, Standing};
