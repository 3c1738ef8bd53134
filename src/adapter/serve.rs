//! The other end of the line protocol: a Rust implementation as a child process.

use super::message::Reply;
use super::operation::{self, Implementation, Operation};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, Write};

#[derive(Deserialize)]
struct Line {
    id: u64,
    op: String,
    #[serde(default)]
    input: Value,
}

/// Answers requests, one per line, until `bye` or the end of `requests`: the `main` of an adapter.
///
/// ```no_run
/// # use safe_conformance::adapter::{Hello, Implementation, serve};
/// # struct MyClient;
/// # impl Implementation for MyClient {
/// #     fn hello(&self) -> Hello { Hello::new("my client", "1.0", &[]) }
/// # }
/// fn main() -> std::io::Result<()> {
///     serve(&MyClient, std::io::stdin().lock(), std::io::stdout().lock())
/// }
/// ```
pub fn serve(
    implementation: &dyn Implementation,
    requests: impl BufRead,
    mut answers: impl Write,
) -> std::io::Result<()> {
    for line in requests.lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let answer = match (line.op.as_str(), Operation::named(&line.op)) {
            ("hello", _) => json!({"id": line.id, "ok": implementation.hello()}),
            ("bye", _) => json!({"id": line.id, "ok": {}}),
            (_, Some(operation)) => {
                let request = operation
                    .request(line.input)
                    .map_err(|error| std::io::Error::other(error.to_string()))?;
                framed(line.id, operation::ask(implementation, request))
            }
            (other, None) => {
                json!({"id": line.id, "unsupported": format!("it has no `{other}`")})
            }
        };
        writeln!(answers, "{answer}")?;
        answers.flush()?;
        if line.op == "bye" {
            break;
        }
    }
    Ok(())
}

fn framed(id: u64, reply: Reply) -> Value {
    match reply {
        Reply::Done(output) => json!({"id": id, "ok": output}),
        Reply::Refused { stage, message } => {
            json!({"id": id, "error": {"stage": stage, "message": message}})
        }
        Reply::Unsupported(why) => json!({"id": id, "unsupported": why}),
    }
}
