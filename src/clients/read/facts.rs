//! Which fact is about a value that a strict reader, iOS or Desktop, refuses.

use crate::safe::backup::At;
use crate::safe::json::{JsonError, Reason, Value};

/// The facts about one key, whatever is wrong with its value.
const CREATED_AT: &str = "clients.read.created-at";
const INFO_VERSION: &str = "clients.read.info-version";
const LAST_UPDATE: &str = "clients.read.last-update";

/// Returns the fact about a value of a wrong type; `other` if none is about this one.
pub(in crate::clients) fn about_type(
    value: &Value,
    at: &At<'_>,
    other: &'static str,
) -> &'static str {
    match (at.last_key(), value) {
        (Some("version"), _) => INFO_VERSION,
        (Some("createdAt"), _) => CREATED_AT,
        (Some("lastUpdate"), _) => LAST_UPDATE,
        // A text that is refused stands in place of a number or a boolean.
        (_, Value::Text(_)) => "clients.read.string-for-number",
        _ => other,
    }
}

/// Returns the fact about a number that is not whole where it must be; `other` if none is about
/// this one.
pub(in crate::clients) fn about_fraction(at: &At<'_>, other: &'static str) -> &'static str {
    match at.last_key() {
        Some("version") => INFO_VERSION,
        Some("createdAt" | "lastUpdate") => "clients.read.fractional-time",
        _ => other,
    }
}

/// Returns the fact about a required value that is absent.
pub(in crate::clients) fn about_absence(at: &At<'_>, other: &'static str) -> &'static str {
    match at.last_key() {
        Some("info" | "version") => "clients.read.missing-info",
        Some("user" | "privatekey") => "clients.read.missing-user",
        Some("settings") => "clients.read.missing-settings",
        Some("syncContacts") => "clients.read.missing-sync-contacts",
        Some("identity") => "clients.read.missing-identity",
        Some("verification") => "clients.read.missing-verification",
        Some("id" | "creator") => "clients.read.incomplete-group",
        Some("deleted") => "clients.read.missing-deleted",
        Some("name") => "clients.read.list-name",
        Some("members") if at.is_within("distributionlists") => "clients.read.list-name",
        Some("members") => "clients.read.group-without-members",
        Some("type" | "value") => "clients.read.links",
        _ => other,
    }
}

/// Returns the fact about a text that is not JSON to a strict reader.
pub(in crate::clients) const fn about_json(error: &JsonError) -> &'static str {
    let JsonError::Broken { reason, .. } = error else {
        return "clients.read.json-extensions";
    };
    match reason {
        Reason::NotUtf8 => "clients.read.invalid-utf-8",
        Reason::ControlCharacter => "clients.read.control-character",
        _ => "clients.read.json-extensions",
    }
}
