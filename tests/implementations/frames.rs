//! The frames of the line protocol, checked against its two JSON Schemas: every request and every
//! answer, with their contents.

use crate::left_to_ci::left_to_ci;
use crate::misbehaving::VARIABLE;
use boon::{Compiler, SchemaIndex, Schemas};
use libtest_mimic::{Failed, Trial};
use safe_conformance::ClientCheckup;
use safe_conformance::adapter::Operation;
use safe_conformance::engine::{Pattern, Selection};
use safe_conformance::vectors::File;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const REQUEST: &str = include_str!("../../vectors/adapter.request.schema.json");
const ANSWER: &str = include_str!("../../vectors/adapter.answer.schema.json");

/// A derivation is slow, and all of them have similar requests: these are enough.
const ASKED_TO_DERIVE: [&str; 2] = ["kdf.known-answer", "kdf.rfc7914-empty"];

pub fn trials() -> Vec<Trial> {
    vec![
        left_to_ci(Trial::test(
            "frames/they keep to their schemas",
            keep_to_their_schemas,
        )),
        Trial::test("frames/the schemas refuse others", refuse_others),
    ]
}

/// The two schemas, and that of each operation's output.
struct Protocol {
    schemas: Schemas,
    request: SchemaIndex,
    answer: SchemaIndex,
    outputs: BTreeMap<String, SchemaIndex>,
}

impl Protocol {
    fn new() -> Result<Self, Failed> {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("request.json", serde_json::from_str(REQUEST)?)?;
        compiler.add_resource("answer.json", serde_json::from_str(ANSWER)?)?;
        let request = compiler.compile("request.json", &mut schemas)?;
        let answer = compiler.compile("answer.json", &mut schemas)?;
        let names = Operation::ALL.iter().map(|operation| operation.name());
        let mut outputs = BTreeMap::new();
        for name in names.chain(["hello", "bye"]) {
            let place = format!("answer.json#/$defs/{name}");
            outputs.insert(name.to_owned(), compiler.compile(&place, &mut schemas)?);
        }
        Ok(Self {
            schemas,
            request,
            answer,
            outputs,
        })
    }

    fn hold(&self, value: &Value, schema: SchemaIndex) -> Result<(), Failed> {
        let valid = self.schemas.validate(value, schema);
        valid.map_err(|error| Failed::from(format!("{value}\n{error:#}")))
    }

    /// A request and its answer.
    fn hold_both(&self, request: &Value, answer: &Value) -> Result<(), Failed> {
        self.hold(request, self.request)?;
        self.hold(answer, self.answer)?;
        let operation = request["op"].as_str().unwrap_or_default();
        match answer.get("ok") {
            Some(output) => self.hold(output, self.outputs[operation]),
            None => Ok(()),
        }
    }
}

fn lines(path: &Path) -> Result<Vec<Value>, Failed> {
    let text = fs::read_to_string(path)?;
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

/// What the real runner sends to a real process, and what the process answers, recorded in both
/// directions.
fn overheard(way: &str) -> Result<Vec<(Value, Value)>, Failed> {
    let folder = tempfile::tempdir()?;
    let (requests, answers) = (
        folder.path().join("requests"),
        folder.path().join("answers"),
    );
    let mut checkup = ClientCheckup::new(format!(
        "tee '{}' | env {VARIABLE}={way} '{}' | tee '{}'",
        requests.display(),
        std::env::current_exe()?.display(),
        answers.display()
    ));
    let ids = safe_conformance::vectors::all()
        .iter()
        .flat_map(File::vectors);
    let ids = ids.map(|(_, vector)| vector.id.as_str());
    let all = ids.filter(|id| !id.starts_with("kdf.") || ASKED_TO_DERIVE.contains(id));
    checkup = checkup.selecting(Selection {
        only: all.chain(["adapter"]).map(Pattern::new).collect(),
        ..Selection::default()
    });
    let report = tokio::runtime::Runtime::new()?.block_on(checkup.run())?;
    let (requests, answers) = (lines(&requests)?, lines(&answers)?);
    if requests.len() != answers.len() || requests.len() < 100 {
        let counts = format!("{} requests, {} answers", requests.len(), answers.len());
        return Err(Failed::from(format!("{counts}\n{report}")));
    }
    Ok(requests.into_iter().zip(answers).collect())
}

fn keep_to_their_schemas() -> Result<(), Failed> {
    let protocol = Protocol::new()?;
    let mut unasked: BTreeSet<_> = protocol.outputs.keys().map(String::as_str).collect();
    for way in ["honest", "android"] {
        for (request, answer) in overheard(way)? {
            protocol.hold_both(&request, &answer)?;
            unasked.remove(request["op"].as_str().unwrap_or_default());
        }
    }
    if unasked.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(format!("never asked: {unasked:?}")))
    }
}

/// A schema that accepts everything would hide every fault above.
fn refuse_others() -> Result<(), Failed> {
    let protocol = Protocol::new()?;
    let request = serde_json::json!({"id": 1, "op": "check_password", "input": {"password": "x"}});
    let answer = serde_json::json!({"id": 1, "ok": {}});
    let with = |value: &Value, place: &str, other: Value| {
        let mut value = value.clone();
        value[place] = other;
        value
    };
    for (request, answer) in [
        (with(&request, "op", "check".into()), answer.clone()),
        (with(&request, "id", 0.into()), answer.clone()),
        (with(&request, "input", 1.into()), answer.clone()),
        (request.clone(), with(&answer, "verdict", "pass".into())),
        (request.clone(), with(&answer, "error", "no".into())),
        (
            request.clone(),
            with(&answer, "ok", serde_json::json!({"rule": 1})),
        ),
        (
            request.clone(),
            with(&answer, "ok", serde_json::json!({"length": 1})),
        ),
    ] {
        if protocol.hold_both(&request, &answer).is_ok() {
            return Err(Failed::from(format!("passes: {request} {answer}")));
        }
    }
    Ok(())
}
