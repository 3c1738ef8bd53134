//! Whether an answer is the expected one of a vector.

use super::cause::{Fault, Mistake, OPEN_REMEDY, crash_remedy};
use super::compare::{Difference, same};
use super::like::Like;
use super::mixture::{MIXED, is_mixed};
use super::shown::{short, shown, shown_expected};
use super::{body, documents, releases};
use crate::adapter::{
    Breakdown, Hex, JudgeExchange, Operation, Reply, Request, SealBackup, ServerOperation,
};
use crate::clients::{self, Transport};
use crate::engine::{Deviation, Outcome};
use crate::safe::{Client, Clients, Stage};
use crate::vectors::{self, Expected, Output, Vector, Wanted};
use serde_json::{Map, Value};

/// Returns the outcome of an answer to `vector`, or of a missing one.
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
            let stage = stage_of(vector, operation);
            let fault = Fault::of_breakdown(&breakdown);
            return Bad::new(stage, breakdown.to_string(), fault)
                .deviation(operation)
                .into();
        }
    };
    match (&vector.wanted, like) {
        (_, Like::Release(release)) => match releases::outcome_of(vector, operation, release) {
            Err(why) => Outcome::not_applicable(why),
            Ok(outcome) => match held(vector, operation, outcome, &reply) {
                Held::Good => Outcome::pass(format!("{}, as {release}", described(&reply))),
                Held::Open(why) => Outcome::not_applicable(why),
                Held::Bad(bad) => bad.deviation(operation).into(),
            },
        },
        (Wanted::OfAll(outcome), _) => match held(vector, operation, outcome, &reply) {
            Held::Good => Outcome::pass(described(&reply)),
            Held::Open(why) => Outcome::not_applicable(why),
            Held::Bad(bad) => bad.deviation(operation).into(),
        },
        (Wanted::OfEach(_), Like::Client(client)) => {
            match held(vector, operation, vector.wanted.of(client), &reply) {
                Held::Good => Outcome::pass(format!("{}, as {client}", described(&reply))),
                Held::Open(why) => Outcome::not_applicable(why),
                Held::Bad(bad) => bad.deviation(operation).into(),
            }
        }
        (Wanted::OfEach(_), Like::Anyone) => any(vector, operation, &reply),
        (Wanted::OfEach(_), Like::Strictest) => strictest(vector, operation, &reply),
    }
}

/// Returns whether a reply is the expected one.
pub(super) fn is_as_wanted(
    vector: &Vector,
    operation: Operation,
    outcome: &vectors::Outcome,
    reply: Reply,
) -> bool {
    let reply = refusals_of(operation, reply);
    !matches!(held(vector, operation, outcome, &reply), Held::Bad(_))
}

/// Returns the reply in the terms of the vectors: a password that breaks a rule is refused at the
/// stage `meaning`.
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
        // The caller has handled it before.
        Reply::Unsupported(why) => Answer {
            refused: None,
            output: Map::new(),
            message: why,
        },
    }
}

/// An answer: the output, and the stage at which the input was refused, if any.
#[derive(Clone, PartialEq, Debug)]
struct Answer {
    refused: Option<Stage>,
    output: Map<String, Value>,
    message: String,
}

enum Held {
    Good,
    /// No answer can be wrong, for this reason.
    Open(String),
    Bad(Box<Bad>),
}

/// An answer that is not as expected.
struct Bad {
    stage: Stage,
    observed: String,
    fault: Fault,
    /// The differences in a document.
    differences: Vec<Difference>,
}

impl Bad {
    #[allow(
        clippy::unnecessary_box_returns,
        reason = "it is large, and every caller needs it in a box"
    )]
    fn new(stage: Stage, observed: String, fault: Fault) -> Box<Self> {
        Box::new(Self {
            stage,
            observed,
            fault,
            differences: Vec::new(),
        })
    }

    fn deviation(self, operation: Operation) -> Deviation {
        let cause = self.fault.cause(operation);
        let deviation = Deviation::new(self.stage, self.observed).caused_by(cause);
        match (self.fault, operation) {
            (
                Fault::Breakdown("crash") | Fault::Refuses(_),
                Operation::Derive | Operation::Scrypt,
            ) => deviation.remedy(crash_remedy(operation)),
            (
                Fault::Refuses(Stage::Open),
                Operation::Open | Operation::OpenBackup | Operation::OpenBox,
            ) => deviation.remedy(OPEN_REMEDY),
            _ => deviation,
        }
    }
}

/// Passes if a published client does the same, and names it.
fn any(vector: &Vector, operation: Operation, reply: &Answer) -> Outcome {
    let (mut same, mut other) = (Clients::NONE, Clients::NONE);
    let mut open = Vec::new();
    let mut bads = Vec::new();
    for client in Client::ALL {
        match held(vector, operation, vector.wanted.of(client), reply) {
            Held::Good => same = same.and(Clients::of(client)),
            Held::Open(why) => {
                if matches!(vector.wanted.of(client), vectors::Outcome::Unknown { .. }) {
                    open.push(format!("what {client} does is not known: {why}"));
                }
            }
            Held::Bad(bad) => {
                other = other.and(Clients::of(client));
                bads.push((client, bad));
            }
        }
    }
    if !same.is_empty() {
        let observed = format!("{}, as {same}", described(reply));
        return Outcome::Like {
            observed,
            same,
            other,
        };
    }
    if is_mixed(
        bads.iter()
            .map(|(client, bad)| (*client, &*bad.differences)),
    ) {
        return Outcome::pass(MIXED);
    }
    if !open.is_empty() {
        return Outcome::not_applicable(open.join("; "));
    }
    // A likely mistake says more than the first difference.
    let is_named = |bad: &Bad| matches!(bad.fault, Fault::Mistake(_) | Fault::Listed(_));
    let place = bads.iter().position(|(_, bad)| is_named(bad)).unwrap_or(0);
    if bads.is_empty() {
        return Outcome::not_applicable("no published client does this");
    }
    let mut deviation = bads.swap_remove(place).1.deviation(operation);
    deviation.observed = format!("like no published client: {}", deviation.observed);
    deviation.affecting(other).into()
}

/// Passes if it refuses like one of the clients that refuse; if none is known to refuse, only if it
/// does the same as Android.
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
    let mut last = None;
    for client in held_to {
        match held(vector, operation, vector.wanted.of(client), reply) {
            Held::Good => return Outcome::pass(format!("{}, as {client}", described(reply))),
            Held::Open(why) => return Outcome::not_applicable(why),
            Held::Bad(bad) => last = Some(bad),
        }
    }
    last.map_or_else(
        || Outcome::not_applicable("no expected answer is known"),
        |bad| bad.deviation(operation).into(),
    )
}

fn held(vector: &Vector, operation: Operation, outcome: &vectors::Outcome, reply: &Answer) -> Held {
    let bad = |stage, observed, fault| Held::Bad(Bad::new(stage, observed, fault));
    match (outcome, reply.refused) {
        (
            vectors::Outcome::Unknown { because } | vectors::Outcome::NotApplicable { because },
            _,
        ) => Held::Open(because.clone()),
        (vectors::Outcome::Valid { output, .. }, None) => {
            match difference(vector, operation, output, &reply.output, &vector.mistakes) {
                None => Held::Good,
                Some(bad) => Held::Bad(bad),
            }
        }
        (vectors::Outcome::Valid { .. }, Some(stage)) => {
            let observed = format!("{}, but must be accepted", described(reply));
            bad(stage, observed, Fault::Refuses(stage))
        }
        (vectors::Outcome::Invalid { stage, .. }, None) => {
            let observed = format!("accepted, but must be refused at `{stage}`");
            match likely(&vector.mistakes, &reply.output) {
                Some(name) => bad(
                    *stage,
                    format!("likely mistake: {name}; {observed}"),
                    Fault::Listed(name.to_owned()),
                ),
                None => bad(*stage, observed, Fault::Takes(*stage)),
            }
        }
        (vectors::Outcome::Invalid { stage: wanted, .. }, Some(found)) if *wanted != found => {
            let observed = format!("{}, but must be refused at `{wanted}`", described(reply));
            let wanted = *wanted;
            bad(wanted, observed, Fault::OtherStage { wanted, found })
        }
        (vectors::Outcome::Invalid { stage, output, .. }, Some(_)) => {
            let output = output.as_ref();
            let wrong =
                output.and_then(|output| difference(vector, operation, output, &reply.output, &[]));
            match wrong {
                None => Held::Good,
                Some(mut wrong) => {
                    wrong.stage = *stage;
                    Held::Bad(wrong)
                }
            }
        }
    }
}

fn described(reply: &Answer) -> String {
    match reply.refused {
        None => "accepted".to_owned(),
        Some(stage) if reply.message.is_empty() => format!("refused at `{stage}`"),
        Some(stage) => format!("refused at `{stage}` ({})", short(&reply.message)),
    }
}

/// Returns the parts of an output that are not as expected, and the mistake with the same output.
/// `None` if all are as expected.
fn difference(
    vector: &Vector,
    operation: Operation,
    expected: &Output,
    found: &Map<String, Value>,
    mistakes: &[vectors::Mistake],
) -> Option<Box<Bad>> {
    if operation == Operation::SealBackup
        && let Request::SealBackup(input) = vector.request()
    {
        return body_difference(&input, expected, found);
    }
    let mut different = expected
        .iter()
        .filter(|(key, expected)| !is(expected, found.get(*key)));
    let (key, wanted) = different.next()?;
    let stage = wrong_output(operation, expected, found);
    let differences = documents::wrong(wanted, found.get(key));
    if let Some(first) = differences.first() {
        let mut observed = first.to_string();
        observed += &others(&first.field, &differences[1..]);
        observed += &documents::consequence(wanted, found.get(key)).unwrap_or_default();
        let fault = Fault::Field(first.field.clone());
        return Some(Box::new(Bad {
            stage,
            observed,
            fault,
            differences,
        }));
    }
    let part = found.get(key).map_or_else(|| "missing".to_owned(), shown);
    let mut observed = format!("`{key}` is {part}; expected {}", shown_expected(wanted));
    let rest: Vec<_> = different.map(|(key, _)| format!("`{key}`")).collect();
    if !rest.is_empty() {
        observed += &format!("; {} differ, too", rest.join(", "));
    }
    let fault = match likely(mistakes, found) {
        Some(name) => {
            observed = format!("likely mistake: {name}; {observed}");
            Fault::Listed(name.to_owned())
        }
        None => Fault::Output(key.clone()),
    };
    Some(Bad::new(stage, observed, fault))
}

/// Returns the name of the mistake that produces exactly this output.
fn likely<'a>(mistakes: &'a [vectors::Mistake], found: &Map<String, Value>) -> Option<&'a str> {
    let mistake = mistakes.iter().find(|mistake| {
        let mut parts = mistake.gives.iter();
        parts.all(|(key, gives)| is(gives, found.get(key)))
    })?;
    Some(&mistake.name)
}

/// Returns the other fields that differ.
fn others(first: &str, differences: &[Difference]) -> String {
    const NAMED: usize = 4;
    let mut fields: Vec<&str> = Vec::new();
    for other in differences {
        if other.field != first && !fields.contains(&&*other.field) {
            fields.push(&other.field);
        }
    }
    if fields.is_empty() {
        return String::new();
    }
    let named = fields[..fields.len().min(NAMED)].join("`, `");
    let more = fields.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let verb = if fields.len() == 1 {
        "differs"
    } else {
        "differ"
    };
    format!("; `{named}`{more} {verb}, too")
}

fn body_difference(
    input: &SealBackup,
    expected: &Output,
    found: &Map<String, Value>,
) -> Option<Box<Bad>> {
    let body = body_of(found);
    if let Some(wrong) = body::wrong(input, &body) {
        return Some(Bad::new(wrong.stage, wrong.observed, wrong.fault));
    }
    let must_be_stored = matches!(expected.get("body"), Some(Expected::Body { stored: true }));
    (must_be_stored && !body::is_stored(input, &body)).then(|| {
        let mistake = Mistake::new(
            "really-compressed-so-that-the-length-of-a-body-reveals-something-about-its-content",
            "really compressed, so that the length of a body reveals something about its content",
        );
        Bad::new(
            Stage::Gunzip,
            mistake.name.to_owned(),
            Fault::Mistake(mistake),
        )
    })
}

fn body_of(output: &Map<String, Value>) -> Vec<u8> {
    let digits = output.get("body").and_then(Value::as_str);
    let bytes = digits.and_then(|digits| Hex::try_from(digits.to_owned()).ok());
    bytes.unwrap_or_default().0
}

/// Returns the deviation of an implementation that chooses its nonces if it used the same nonce
/// twice.
pub(crate) fn judge_again(request: &Request, first: &Reply, second: &Reply) -> Option<Outcome> {
    let (Request::SealBackup(_), Reply::Done(first), Reply::Done(second)) =
        (request, first, second)
    else {
        return None;
    };
    let wrong = body::nonces_wrong(&body_of(first), &body_of(second))?;
    let bad = Bad::new(wrong.stage, wrong.observed, wrong.fault);
    Some(bad.deviation(Operation::SealBackup).into())
}

/// Returns whether to ask a second time: if the implementation chooses a nonce.
pub(crate) const fn is_asked_again(request: &Request) -> bool {
    matches!(request, Request::SealBackup(SealBackup { nonce: None, .. }))
}

fn is(expected: &Expected, found: Option<&Value>) -> bool {
    match (expected, found) {
        (Expected::Json(expected), Some(found)) => same(expected, found),
        (
            Expected::Restored(_)
            | Expected::State(_)
            | Expected::Document { .. }
            | Expected::Whole(_),
            found,
        ) => documents::wrong(expected, found).is_empty(),
        (Expected::Bytes(expected), Some(Value::String(digits))) => {
            Hex::try_from(digits.clone()).is_ok_and(|bytes| expected.is_of(&bytes.0))
        }
        _ => false,
    }
}

/// Returns the stage at which a restore fails if the vector gets no answer.
fn stage_of(vector: &Vector, operation: Operation) -> Stage {
    let refusal = Client::ALL
        .into_iter()
        .find_map(|client| match vector.wanted.of(client) {
            vectors::Outcome::Invalid { stage, .. } => Some(*stage),
            _ => None,
        });
    refusal.unwrap_or_else(|| wrong_output(operation, &Output::new(), &Map::new()))
}

/// Returns the stage at which a restore fails after a wrong output of this operation.
fn wrong_output(operation: Operation, expected: &Output, found: &Map<String, Value>) -> Stage {
    let differs = |key: &str| {
        expected
            .get(key)
            .is_some_and(|expected| !is(expected, found.get(key)))
    };
    match operation {
        // With another ID, the server has no backup; another key opens none.
        Operation::Derive
            if differs("resource") || differs("backup_id") || differs("shard_prefix") =>
        {
            Stage::Http
        }
        Operation::Scrypt
        | Operation::Derive
        | Operation::Seal
        | Operation::OpenBox
        | Operation::SealBackup => Stage::Open,
        Operation::Open
        | Operation::OpenBackup
        | Operation::ParseConfig
        | Operation::CheckPassword
        | Operation::ReadBackup
        | Operation::WriteBackup => Stage::Meaning,
        Operation::RequestUrls if differs("config_url") || differs("backup_url") => Stage::Resolve,
        Operation::RequestUrls => Stage::Auth,
        Operation::JudgeExchange => Stage::Http,
    }
}

/// Returns why a client is never asked a vector, if it is not.
pub fn never_asked(client: Client, operation: Operation, vector: &Vector) -> Option<String> {
    if let vectors::Outcome::NotApplicable { because } | vectors::Outcome::Unknown { because } =
        vector.wanted.of(client)
    {
        return Some(format!("{client}: {because}"));
    }
    let does = match operation {
        Operation::ParseConfig => Transport::of(client).performs(clients::Operation::ReadConfig),
        // A client that uploads no backup also writes none, and nobody chooses a password there.
        Operation::CheckPassword | Operation::WriteBackup | Operation::SealBackup => {
            Transport::of(client).performs(clients::Operation::Upload)
        }
        Operation::JudgeExchange => match vector.request() {
            Request::JudgeExchange(exchange) => {
                Transport::of(client).performs(asked_of_server(&exchange))
            }
            _ => true,
        },
        _ => true,
    };
    (!does).then(|| format!("{client} never does this"))
}

/// Returns the clients that are known to behave like this.
pub(super) fn concerned(operation: Operation, vector: &Vector) -> Clients {
    let concerned = |client: &Client| never_asked(*client, operation, vector).is_none();
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
