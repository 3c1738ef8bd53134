//! How a client judges the answers of a server.

use crate::adapter::{Answer, JudgeExchange, Refusal, ServerAnswer, ServerOperation, Taken, To};
use crate::clients::{LoginHabit, Operation, Release, Transport, parse_config};
use crate::safe::{Client, Stage};
use crate::safe::{EncryptionKey, envelope};
use std::borrow::Cow;

/// Source: clauses 4.2 to 4.8; clients.http.success, clients.http.login.
pub(super) fn judge(release: Release, exchange: &JudgeExchange) -> Answer<Taken> {
    let transport = release.transport();
    let client = transport.client;
    let operation = operation_of(exchange.operation);
    if !transport.performs(operation) {
        return Err(Refusal::unsupported("it never does this"));
    }
    if operation == Operation::Upload && !fits(&transport, exchange) {
        return Err(Refusal::at(Stage::Size, "the server accepts less"));
    }
    let answer = final_answer(&transport, exchange)?;
    if client == Client::Ios && operation == Operation::Delete {
        // The client ignores the answer. Source: clause 4.5.
        return Ok(Taken {});
    }
    if answer.status == 401 {
        return Err(Refusal::at(Stage::Auth, "401"));
    }
    if !transport.accepts(operation, answer.status, announced(answer)) {
        return Err(Refusal::at(Stage::Http, answer.status.to_string()));
    }
    match operation {
        Operation::ReadConfig => {
            if let Some(Err(error)) =
                parse_config(client, transport.config_read(&config_body(client, answer)))
            {
                return Err(Refusal::at(error.stage(), error.to_string()));
            }
        }
        Operation::Download => {
            let key = exchange.key.clone().unwrap_or_default();
            let key = EncryptionKey::from_bytes(key.exactly(Stage::Meaning)?);
            envelope::decrypt(&key, &answer.body.0)
                .map_err(|error| Refusal::at(error.stage(), error.to_string()))?;
        }
        Operation::Upload | Operation::Probe | Operation::Delete => {}
    }
    Ok(Taken {})
}

/// Returns the config as a client reads it: Android decodes it in the charset of `Content-Type`.
///
/// Source: clause 4.2.
fn config_body(client: Client, answer: &ServerAnswer) -> Cow<'_, [u8]> {
    let whole = Cow::Borrowed(&*answer.body.0);
    let mut headers = answer.headers.iter();
    let media_type = headers.find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
    let charset = media_type.and_then(|(_, value)| value.split_once("charset="));
    match (client, charset) {
        // Java reads it with the high byte first, unless a byte order mark says otherwise.
        (Client::Android, Some((_, charset))) if charset.eq_ignore_ascii_case("utf-16") => {
            let units = whole.chunks(2).map(|unit| match *unit {
                [high, low] => u16::from_be_bytes([high, low]),
                _ => 0xfffd,
            });
            let units: Vec<_> = units.collect();
            Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
        }
        _ => whole,
    }
}

const fn operation_of(operation: ServerOperation) -> Operation {
    match operation {
        ServerOperation::ReadConfig => Operation::ReadConfig,
        ServerOperation::Upload => Operation::Upload,
        ServerOperation::Download => Operation::Download,
        ServerOperation::Probe => Operation::Probe,
        ServerOperation::Delete => Operation::Delete,
    }
}

fn fits(transport: &Transport, exchange: &JudgeExchange) -> bool {
    let limit = exchange.max_backup_bytes.as_ref();
    let limit = limit
        .and_then(|limit| limit.parse().ok())
        .unwrap_or_default();
    transport.upload_fits(exchange.body_length.unwrap_or_default(), limit)
}

/// Returns the last answer, after a login if there is one.
fn final_answer<'a>(
    transport: &Transport,
    exchange: &'a JudgeExchange,
) -> Answer<&'a ServerAnswer> {
    let to = |to: To| {
        let mut answers = exchange.answers.iter();
        answers
            .find(|answer| answer.to == To::Any || answer.to == to)
            .ok_or_else(|| Refusal::at(Stage::Http, "no answer to this request"))
    };
    if !exchange.credentials {
        return to(To::Anonymous);
    }
    match transport.login_habit {
        LoginHabit::Preemptive(_) => to(To::Basic),
        LoginHabit::AfterChallenge => {
            let first = to(To::Anonymous)?;
            match challenge(first).filter(|_| first.status == 401) {
                Some(scheme) => to(scheme),
                None => Ok(first),
            }
        }
    }
}

/// Returns the length of the body that an answer announces, in bytes.
fn announced(answer: &ServerAnswer) -> Option<u64> {
    let mut headers = answer.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("Content-Length"))?;
    value.trim().parse().ok()
}

/// Returns the scheme of a challenge that iOS can answer.
fn challenge(answer: &ServerAnswer) -> Option<To> {
    let mut headers = answer.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("WWW-Authenticate"))?;
    let scheme = value.split(' ').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("Basic") {
        Some(To::Basic)
    } else if scheme.eq_ignore_ascii_case("Digest") {
        Some(To::Digest)
    } else {
        None
    }
}
