//! The known-answer vectors against our own protocol core and our models of the clients: one test
//! per vector, named by its ID.
//!
//! The models are left to CI: elsewhere, the tests of the harness compare what each of them does
//! with the payloads, and the rest is the same code.

#[path = "implementations/own.rs"]
#[allow(dead_code, reason = "shared with the tests of wrong implementations")]
mod own;
#[path = "support/thorough.rs"]
mod thorough;

use own::Own;
use safe_conformance::ClientTests;
use safe_conformance::clients::Release;
use safe_conformance::safe::Client;
use safe_conformance::suites::client::Like;
use std::process::ExitCode;
use thorough::in_full_or;

fn main() -> ExitCode {
    let mut tests = ClientTests::default().and("", Own, Like::Strictest);
    for client in in_full_or(&Client::ALL[..], &[]) {
        let like = Like::Client(*client);
        tests = tests.and(client.key(), Release::from(*client), like);
    }
    tests.run()
}
