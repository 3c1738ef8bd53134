//! The known-answer vectors against our own protocol core and our models of the clients: one test
//! per vector, named by its ID.

#[path = "implementations/own.rs"]
#[allow(dead_code, reason = "shared with the tests of wrong implementations")]
mod own;

use own::Own;
use safe_conformance::ClientTests;
use safe_conformance::clients::Release;
use safe_conformance::safe::Client;
use safe_conformance::suites::client::Like;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut tests = ClientTests::default().and("", Own, Like::Strictest);
    for client in Client::ALL {
        tests = tests.and(client.key(), Release::from(client), Like::Client(client));
    }
    tests.run()
}
