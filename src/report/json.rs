//! The report as JSON.

use super::Report;

/// The JSON Schema of the report.
pub const SCHEMA: &str = include_str!("report.schema.json");

impl Report {
    /// Returns the report as JSON, with a line end.
    pub fn to_json(&self) -> String {
        // Maps with string keys and whole numbers only: this cannot fail.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        crate::text::json(&text) + "\n"
    }
}
