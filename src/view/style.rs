//! The one style sheet of all pages, inline in each: one request shows a page, and nothing is
//! fetched from elsewhere.

/// Light and dark by the reader's own setting; tables become cards on a narrow screen.
pub(super) const SHEET: &str = include_str!("style.css");

/// The sheet's hash, as the content security policy names it; a test says when it must be renewed.
pub(super) const HASH: &str = "sha256-x";
