//! A published client as an adapter: `cargo run --example published_client -- android`.
//!
//! It answers the line protocol of `vectors/README.md` as Android 6.4, iOS 7.2 or Desktop preview
//! 14 does, as this project implements them. Hold it to itself, or another program to it:
//!
//! ```console
//! $ safe-conformance client --as ios --exec 'target/debug/examples/published_client ios'
//! ```

use safe_conformance::adapter::serve;
use safe_conformance::clients::Release;
use safe_conformance::safe::Client;
use std::io::{BufReader, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let named = std::env::args().nth(1).unwrap_or_default();
    let client = Client::ALL.into_iter().find(|client| client.key() == named);
    let Some(client) = client else {
        eprintln!("unknown client `{named}`; expected android, ios or desktop");
        return ExitCode::from(2);
    };
    match serve(
        &Release::from(client),
        BufReader::new(stdin()),
        stdout().lock(),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to answer: {error}");
            ExitCode::FAILURE
        }
    }
}
