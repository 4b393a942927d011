//! Complaining well: where something stands in a text, what is wrong with it, and how that is
//! shown.
//!
//! Three parts in three places: a [`Diagnostic`] says what (plain data), a [`Span`] says where, and
//! [`render()`] shows both as a person reads them. Nothing here knows what language the text is in.

mod diagnostic;
mod render;
mod secret;
mod source;
mod span;
mod suggestion;
mod width;
mod wording;

pub use diagnostic::{Diagnostic, Severity};
pub use render::render;
pub use source::{Position, Source, Sources};
pub use span::{FileId, Span, Spanned};
pub use suggestion::nearest;
pub use wording::{Count, OneOf, PRODUCT, PROGRAM, quoted};
