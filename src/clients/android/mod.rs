//! Threema for Android: how it sends requests, and how it reads a config.

mod base64;
mod charset;
pub mod org_json;
mod read;
pub(in crate::clients) mod reasons;
mod write;

pub(super) use read::read;
pub(super) use write::write;

use super::config_error::{ConfigError, Found};
use super::credentials::CredentialEncoding;
use super::release::Release;
use super::transport::{LoginHabit, RequestHeaders, SizeGate, StatusRule, Transport};
use crate::safe::Client;
use crate::safe::ServerConfig;
use charset::Charset;
use org_json::{JavaString, NoValue, Object, Value};

/// The number of bytes of a config that releases before 6.2 read.
///
/// Source: clients.http.config-body.
const ONE_READ: usize = 4096;

/// Returns how a release of Android sends requests: since 6.2 with `OkHttp`.
///
/// Source: clauses 4.3 to 4.8; clients.http.headers, clients.http.login, clients.http.no-content,
/// clients.http.success, clients.http.token.
pub(super) fn transport(release: Release) -> Transport {
    let has_okhttp = release.since(Release::Android6_2);
    let (encoding, status_rule, config_bytes) = if has_okhttp {
        (CredentialEncoding::Latin1, StatusRule::AsOkHttp, None)
    } else {
        (
            CredentialEncoding::Utf8,
            StatusRule::UsualOnes,
            Some(ONE_READ),
        )
    };
    Transport {
        client: Client::Android,
        release,
        user_agent: "Threema",
        login_habit: LoginHabit::Preemptive(encoding),
        request_headers: RequestHeaders::MOBILE,
        status_rule,
        size_gate: SizeGate::UpToTheLimit,
        tokens: release.since(Release::Android4_6),
        config_bytes,
    }
}

/// Reads a config, sent without a charset, as Android does.
///
/// Source: clause 4.2.
pub fn parse_config(body: &[u8]) -> Result<ServerConfig, ConfigError> {
    parse_config_as(body, None)
}

/// Reads a config as Android does, in the charset of `content_type`, the header field of the
/// answer.
///
/// # Errors
/// If Android cannot use the config. If it could use it without the charset, the error is the
/// charset.
///
/// Source: clause 4.2.
pub fn parse_config_as(
    body: &[u8],
    content_type: Option<&str>,
) -> Result<ServerConfig, ConfigError> {
    let charset = charset::of(content_type, body);
    parse_text(&charset.decode(body)).map_err(|error| {
        if charset != Charset::Utf8 && parse_text(&Charset::Utf8.decode(body)).is_ok() {
            ConfigError::Charset {
                charset: charset.name(),
            }
        } else {
            error
        }
    })
}

fn parse_text(text: &JavaString) -> Result<ServerConfig, ConfigError> {
    let object = match Value::parse(text) {
        Ok(Value::Object(object)) => object,
        Ok(other) => {
            return Err(ConfigError::NotAnObject {
                found: found(&other),
            });
        }
        Err(error) => {
            return Err(ConfigError::NotJson {
                client: Client::Android,
                reason: error.to_string(),
            });
        }
    };
    Ok(ServerConfig {
        max_backup_bytes: number(&object, "maxBackupBytes", Object::long)?,
        retention_days: number(&object, "retentionDays", Object::int)?.into(),
    })
}

fn number<N>(
    object: &Object,
    key: &'static str,
    read: for<'a> fn(&'a Object, &str) -> Result<N, NoValue<'a>>,
) -> Result<N, ConfigError> {
    read(object, key).map_err(|no_value| match no_value {
        NoValue::Missing => ConfigError::Missing { key },
        NoValue::Other(value) => ConfigError::NotANumber {
            key,
            found: found(value),
        },
    })
}

fn found(value: &Value) -> Found {
    match value {
        Value::Null => Found::Null,
        Value::Boolean(value) => Found::Boolean(*value),
        Value::Integer(number) => Found::Number(number.to_string()),
        Value::Long(number) => Found::Number(number.to_string()),
        Value::Double(number) => Found::Number(number.to_string()),
        Value::Text(text) => Found::text(&text.to_string_lossy()),
        Value::Array(_) => Found::Array,
        Value::Object(_) => Found::Object,
    }
}
