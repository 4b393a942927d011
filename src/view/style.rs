//! The one style sheet of all pages, inline in each: one request shows a page, and nothing is
//! fetched from elsewhere.

/// Light and dark by the reader's own setting; tables become cards on a narrow screen.
pub(super) const SHEET: &str = include_str!("style.css");

/// The sheet's hash, as the content security policy names it; a test says when it must be renewed.
pub(super) const HASH: &str = "sha256-umhlIeRK8Fdf5QbYmZhsSVJ9VGR0OIUvISwykmZgSC4=";

#[cfg(test)]
mod tests {
    use super::{HASH, SHEET};
    use crate::http::base64_sha256;

    #[test]
    fn the_hash_is_the_sheets() {
        assert_eq!(HASH, format!("sha256-{}", base64_sha256(SHEET.as_bytes())));
    }

    #[test]
    fn nothing_is_fetched_and_the_sheet_ends_only_where_it_should() {
        for word in ["url(", "@import", "</", "http"] {
            assert!(!SHEET.contains(word), "{word}");
        }
    }
}
