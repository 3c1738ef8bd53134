//! Whether an answer is the one that a vector wants.

use super::{Like, documents};
use crate::adapter::{Breakdown, Hex, JudgeExchange, Operation, Reply, Request, ServerOperation};
use crate::clients::{self, Persona};
use crate::engine::{Deviation, Outcome};
use crate::safe::{Client, Clients, Stage};
use crate::vectors::{self, Expected, Output, Vector, Wanted};
use serde_json::{Map, Value};

/// The longest value that an observation shows, in characters.
const SHOWN: usize = 48;

/// What an answer to `vector`, or the lack of one, comes to.
pub fn judge(
    vector: &Vector,
    operation: Operation,
    like: Like,
    reply: Result<Reply, Breakdown>,
) -> Outcome {
    let reply = match reply {
        Ok(Reply::Unsupported(why)) => {
            return Outcome::not_applicable(format!("unsupported, it says: {why}"));
        }
        Ok(reply) => refusals_of(operation, reply),
        Err(breakdown) => {
            return Deviation::new(stage_of(vector, operation), breakdown.to_string()).into();
        }
    };
    match (&vector.wanted, like) {
        (Wanted::OfAll(outcome), _) => match held(vector, operation, outcome, &reply) {
            Held::Good => Outcome::pass(described(&reply)),
            Held::Open(why) => Outcome::not_applicable(why),
            Held::Bad(deviation) => deviation.into(),
        },
        (Wanted::OfEach(_), Like::Client(client)) => {
            match held(vector, operation, vector.wanted.of(client), &reply) {
                Held::Good => Outcome::pass(format!("{}, as {client}", described(&reply))),
                Held::Open(why) => Outcome::not_applicable(why),
                Held::Bad(deviation) => deviation.into(),
            }
        }
        (Wanted::OfEach(_), Like::Anyone) => any(vector, operation, &reply),
        (Wanted::OfEach(_), Like::Strictest) => strictest(vector, operation, &reply),
    }
}

/// The reply in the vectors' own terms: a password that breaks a rule is one that is refused for its meaning.
fn refusals_of(operation: Operation, reply: Reply) -> Answer {
    match reply {
        Reply::Done(output) => {
            let refused = operation == Operation::CheckPassword
                && output.get("rule").is_some_and(|rule| !rule.is_null());
            Answer {
                refused: refused.then_some(Stage::Meaning),
                output,
                message: String::new(),
            }
        }
        Reply::Refused { stage, message } => Answer {
            refused: Some(stage),
            output: Map::new(),
            message,
        },
        // Whoever asks has looked for that before.
        Reply::Unsupported(why) => Answer {
            refused: None,
            output: Map::new(),
            message: why,
        },
    }
}

/// An answer: what came out, and at which stage the input was refused if it was.
#[derive(Clone, PartialEq, Debug)]
struct Answer {
    refused: Option<Stage>,
    output: Map<String, Value>,
    message: String,
}

enum Held {
    Good,
    /// No wrong answer is possible.
    Open(String),
    Bad(Deviation),
}

/// Passes if any published client does the same, and says which.
fn any(vector: &Vector, operation: Operation, reply: &Answer) -> Outcome {
    let (mut same, mut other) = (Clients::NONE, Clients::NONE);
    let mut open = Vec::new();
    let mut worst: Option<Deviation> = None;
    for client in Client::ALL {
        match held(vector, operation, vector.wanted.of(client), reply) {
            Held::Good => same = same.and(Clients::of(client)),
            Held::Open(why) => {
                if matches!(vector.wanted.of(client), vectors::Outcome::Unknown { .. }) {
                    open.push(format!("what {client} does is not known: {why}"));
                }
            }
            Held::Bad(deviation) => {
                other = other.and(Clients::of(client));
                // A likely mistake says more than the first of the differences.
                if worst.is_none() || deviation.observed.contains("likely") {
                    worst = Some(deviation);
                }
            }
        }
    }
    if !same.is_empty() {
        return Outcome::Like {
            observed: format!("{}, as {same}", described(reply)),
            same,
            other,
        };
    }
    if !open.is_empty() {
        return Outcome::not_applicable(open.join("; "));
    }
    match worst {
        Some(mut deviation) => {
            deviation.observed = format!("as no published client: {}", deviation.observed);
            deviation.hurting(other).into()
        }
        None => Outcome::not_applicable("no published client does this"),
    }
}

/// Passes if it refuses as one of those who refuse; if nobody is known to, only if it does as Android.
fn strictest(vector: &Vector, operation: Operation, reply: &Answer) -> Outcome {
    let refusing: Vec<_> = Client::ALL
        .into_iter()
        .filter(|client| matches!(vector.wanted.of(*client), vectors::Outcome::Invalid { .. }))
        .collect();
    let held_to = if refusing.is_empty() {
        vec![Client::Android]
    } else {
        refusing
    };
    let mut bad = None;
    for client in held_to {
        match held(vector, operation, vector.wanted.of(client), reply) {
            Held::Good => return Outcome::pass(format!("{}, as {client}", described(reply))),
            Held::Open(why) => return Outcome::not_applicable(why),
            Held::Bad(deviation) => bad = Some(deviation),
        }
    }
    bad.map_or_else(
        || Outcome::not_applicable("nothing to be held to"),
        Into::into,
    )
}

fn held(vector: &Vector, operation: Operation, outcome: &vectors::Outcome, reply: &Answer) -> Held {
    let bad = |stage, observed: String| Held::Bad(Deviation::new(stage, observed));
    match (outcome, reply.refused) {
        (
            vectors::Outcome::Unknown { because } | vectors::Outcome::NotApplicable { because },
            _,
        ) => Held::Open(because.clone()),
        (vectors::Outcome::Valid { output, .. }, None) => {
            match difference(output, &reply.output, &vector.mistakes) {
                None => Held::Good,
                Some(what) => bad(wrong_output(operation, output, &reply.output), what),
            }
        }
        (vectors::Outcome::Valid { .. }, Some(stage)) => {
            bad(stage, format!("{}, to be taken", described(reply)))
        }
        (vectors::Outcome::Invalid { stage, .. }, None) => {
            bad(*stage, format!("taken, to be refused at `{stage}`"))
        }
        (vectors::Outcome::Invalid { stage, .. }, Some(found)) if *stage != found => bad(
            *stage,
            format!("{}, to be refused at `{stage}`", described(reply)),
        ),
        (vectors::Outcome::Invalid { stage, output, .. }, Some(_)) => {
            let output = output.as_ref();
            match output.and_then(|output| difference(output, &reply.output, &[])) {
                None => Held::Good,
                Some(what) => bad(*stage, what),
            }
        }
    }
}

fn described(reply: &Answer) -> String {
    match reply.refused {
        None => "taken".to_owned(),
        Some(stage) if reply.message.is_empty() => format!("refused at `{stage}`"),
        Some(stage) => format!("refused at `{stage}` ({})", short(&reply.message)),
    }
}

/// The parts of an output that are not as expected, and the mistakes that give the same. Nothing where all is well.
fn difference(
    expected: &Output,
    found: &Map<String, Value>,
    mistakes: &[vectors::Mistake],
) -> Option<String> {
    let mut different = expected
        .iter()
        .filter(|(key, expected)| !is(expected, found.get(*key)));
    let (key, wanted) = different.next()?;
    let mut text = documents::difference(wanted, found.get(key)).unwrap_or_else(|| {
        let part = found.get(key).map_or_else(|| "missing".to_owned(), shown);
        format!("`{key}` is {part}, not {}", shown_expected(wanted))
    });
    let others: Vec<_> = different.map(|(key, _)| format!("`{key}`")).collect();
    if !others.is_empty() {
        text += &format!("; {} differ, too", others.join(", "));
    }
    let likely = mistakes.iter().find(|mistake| {
        let mut parts = mistake.gives.iter();
        parts.all(|(key, gives)| is(gives, found.get(key)))
    });
    if let Some(mistake) = likely {
        text = format!("the mistake is likely this: {}; {text}", mistake.name);
    }
    Some(text)
}

fn is(expected: &Expected, found: Option<&Value>) -> bool {
    match (expected, found) {
        (Expected::Json(expected), Some(found)) => same(expected, found),
        (Expected::Restored(_) | Expected::Document { .. }, found) => {
            documents::difference(expected, found).is_none()
        }
        (Expected::Bytes(expected), Some(Value::String(digits))) => {
            Hex::try_from(digits.clone()).is_ok_and(|bytes| expected.is_of(&bytes.0))
        }
        _ => false,
    }
}

/// Whether two values are the same, whatever way their numbers are written.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || (left.as_f64() == right.as_f64() && left.is_f64() != right.is_f64())
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        (left, right) => left == right,
    }
}

pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{}`", short(text)),
        other => short(&other.to_string()),
    }
}

fn shown_expected(expected: &Expected) -> String {
    match expected {
        Expected::Json(value) => shown(value),
        Expected::Bytes(digest) => digest.to_string(),
        Expected::Restored(pointers)
        | Expected::Document {
            written: pointers, ..
        } => short(&Value::Object(pointers.clone()).to_string()),
    }
}

fn short(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN - 16).collect();
    format!("{start}… ({length} characters)")
}

/// Where on the way to a restored backup it fails, if nothing comes of a vector.
fn stage_of(vector: &Vector, operation: Operation) -> Stage {
    let refusal = Client::ALL
        .into_iter()
        .find_map(|client| match vector.wanted.of(client) {
            vectors::Outcome::Invalid { stage, .. } => Some(*stage),
            _ => None,
        });
    refusal.unwrap_or_else(|| wrong_output(operation, &Output::new(), &Map::new()))
}

/// Where on the way to a restored backup a wrong output of this operation shows.
fn wrong_output(operation: Operation, expected: &Output, found: &Map<String, Value>) -> Stage {
    let differs = |key: &str| {
        expected
            .get(key)
            .is_some_and(|expected| !is(expected, found.get(key)))
    };
    match operation {
        // Another ID is no backup on the server; another key opens none.
        Operation::Derive
            if differs("resource") || differs("backup_id") || differs("shard_prefix") =>
        {
            Stage::Http
        }
        Operation::Scrypt | Operation::Derive | Operation::Seal | Operation::OpenBox => Stage::Open,
        Operation::Open
        | Operation::ParseConfig
        | Operation::CheckPassword
        | Operation::ReadBackup
        | Operation::WriteBackup => Stage::Meaning,
        Operation::RequestUrls if differs("config_url") || differs("backup_url") => Stage::Resolve,
        Operation::RequestUrls => Stage::Auth,
        Operation::JudgeExchange => Stage::Http,
    }
}

/// Why a client is never asked this, if it is not.
pub fn never_asked(client: Client, request: &Request, vector: &Vector) -> Option<String> {
    if let vectors::Outcome::NotApplicable { because } | vectors::Outcome::Unknown { because } =
        vector.wanted.of(client)
    {
        return Some(format!("{client}: {because}"));
    }
    let does = match request {
        Request::ParseConfig(_) => Persona::of(client).performs(clients::Operation::ReadConfig),
        // Who uploads no backup writes none, and chooses no password for one.
        Request::CheckPassword(_) | Request::WriteBackup(_) => {
            Persona::of(client).performs(clients::Operation::Upload)
        }
        Request::JudgeExchange(exchange) => Persona::of(client).performs(asked_of_server(exchange)),
        _ => true,
    };
    (!does).then(|| format!("{client} never does this"))
}

/// The clients that are known to do such a thing at all.
pub(super) fn concerned(vector: &Vector) -> Clients {
    let request = vector.request();
    let concerned = |client: &Client| never_asked(*client, &request, vector).is_none();
    Client::ALL.into_iter().filter(concerned).collect()
}

const fn asked_of_server(exchange: &JudgeExchange) -> clients::Operation {
    match exchange.operation {
        ServerOperation::ReadConfig => clients::Operation::ReadConfig,
        ServerOperation::Upload => clients::Operation::Upload,
        ServerOperation::Download => clients::Operation::Download,
        ServerOperation::Probe => clients::Operation::Probe,
        ServerOperation::Delete => clients::Operation::Delete,
    }
}
