//! Threema for iOS: how it sends requests, and how it reads a config.

mod decode;
mod keys;
mod read;
pub(in crate::clients) mod reasons;
mod write;

pub(super) use read::read;
pub(super) use write::write;

use super::config_error::{ConfigError, Found};
use super::release::Release;
use super::transport::{LoginHabit, RequestHeaders, SizeGate, StatusRule, Transport};
use crate::safe::Client;
use crate::safe::ServerConfig;
use crate::safe::json::{self, JsonError};
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Two to the power of 63: the first double that does not fit a signed number of 64 bits.
const BEYOND_64_BITS: f64 = 9_223_372_036_854_775_808.0;

/// Returns how a release of iOS sends requests.
///
/// Source: clauses 4.3 to 4.8; clients.http.headers, clients.http.success, clients.http.token.
pub(super) fn transport(release: Release) -> Transport {
    Transport {
        client: Client::Ios,
        release,
        user_agent: "Threema",
        login_habit: LoginHabit::AfterChallenge,
        request_headers: RequestHeaders::MOBILE,
        status_rule: StatusRule::Any2xx,
        size_gate: SizeGate::BelowTheLimit,
        tokens: release.since(Release::Ios4_8),
        config_bytes: None,
    }
}

/// Reads a config as iOS does: only JSON, except for one byte order mark.
///
/// Source: clause 4.2; clients.read.duplicate-keys, clients.read.bom.
pub fn parse_config(body: &[u8]) -> Result<ServerConfig, ConfigError> {
    let text = std::str::from_utf8(body).map_err(|error| ConfigError::NotUtf8 {
        place: error.valid_up_to(),
    })?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let document = parse_document(text).map_err(|error| ConfigError::NotJson {
        client: Client::Ios,
        reason: reason(text, &error),
    })?;
    match document {
        Document::Object(found) => Ok(ServerConfig {
            max_backup_bytes: whole_number("maxBackupBytes", found.max_backup_bytes)?,
            retention_days: whole_number("retentionDays", found.retention_days)?,
        }),
        Document::Other(value) => Err(ConfigError::NotAnObject {
            found: found(&value),
        }),
    }
}

enum Document {
    Object(FirstValues),
    Other(Value),
}

/// The first value of each key, which counts; iOS ignores later ones.
#[derive(Default)]
struct FirstValues {
    max_backup_bytes: Option<Value>,
    retention_days: Option<Value>,
}

fn parse_document(text: &str) -> serde_json::Result<Document> {
    let white_space = [' ', '\t', '\n', '\r'];
    if !text.trim_start_matches(white_space).starts_with('{') {
        return serde_json::from_str(text).map(Document::Other);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let values = deserializer.deserialize_map(FirstValuesVisitor)?;
    deserializer.end()?;
    Ok(Document::Object(values))
}

struct FirstValuesVisitor;

impl<'de> Visitor<'de> for FirstValuesVisitor {
    type Value = FirstValues;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FirstValues, A::Error> {
        let mut first = FirstValues::default();
        while let Some(key) = map.next_key::<String>()? {
            let slot = match key.as_str() {
                "maxBackupBytes" => Some(&mut first.max_backup_bytes),
                "retentionDays" => Some(&mut first.retention_days),
                _ => None,
            };
            match slot {
                Some(slot) if slot.is_none() => *slot = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(first)
    }
}

fn whole_number(key: &'static str, value: Option<Value>) -> Result<i64, ConfigError> {
    let value = value.ok_or(ConfigError::Missing { key })?;
    let found = found(&value);
    let Value::Number(number) = value else {
        return Err(ConfigError::NotAWholeNumber { key, found });
    };
    if let Some(number) = number.as_i64() {
        return Ok(number);
    }
    match number.as_f64() {
        Some(number) if number.fract() != 0.0 => Err(ConfigError::NotAWholeNumber { key, found }),
        Some(number) if (-BEYOND_64_BITS..BEYOND_64_BITS).contains(&number) => {
            Ok(truncated(number))
        }
        _ => Err(ConfigError::TooLarge { key, found }),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller has checked that it is whole and fits"
)]
fn truncated(number: f64) -> i64 {
    number as i64
}

fn found(value: &Value) -> Found {
    match value {
        Value::Null => Found::Null,
        Value::Bool(value) => Found::Boolean(*value),
        Value::Number(number) => Found::Number(number.to_string()),
        Value::String(text) => Found::text(text),
        Value::Array(_) => Found::Array,
        Value::Object(_) => Found::Object,
    }
}

/// Returns the place and the reason of a syntax error, as our own parser names them: they quote
/// nothing and so need no escaping.
fn reason(text: &str, error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "it ends too early".to_owned();
    }
    match json::Document::parse(text.as_bytes()) {
        Err(JsonError::Broken {
            line,
            column,
            reason,
            ..
        }) => format!("at line {line}, column {column}, {reason}"),
        // What one of the two parsers limits.
        _ => error.to_string(),
    }
}
