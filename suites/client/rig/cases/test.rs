//! The test of a server: `config`, in every state.

use super::super::case::{Kind, RigCase, done, either, failed, name};
use crate::rig::{Action, Answer, Elsewhere};
use crate::safe::{Clause, Stage, clause};
use std::time::Duration;

const TEST: &[Action] = &[Action::Test];

/// The statuses of `config` that every client counts as a failure, with the clause that defines it.
const FAILURES: [(u16, Clause); 11] = [
    (400, clause::STATUS),
    (403, clause::STATUS),
    (404, clause::STATUS),
    (405, clause::CONFIG),
    (410, clause::STATUS),
    (423, clause::CONFIG),
    (429, clause::STATUS),
    (500, clause::CONFIG),
    (502, clause::CONFIG),
    (503, clause::CONFIG),
    (504, clause::CONFIG),
];

pub(super) fn cases() -> Vec<RigCase> {
    let mut cases = vec![
        RigCase::new(
            "rig.test.healthy",
            "A healthy server passes the test",
            clause::CONFIG,
        )
        .does(TEST)
        .mobile(done().some(Kind::Config)),
        RigCase::new(
            "rig.test.slow",
            "The client waits for an answer that takes two seconds",
            clause::CONFIG,
        )
        .does(TEST)
        .on(|script| script.config = Answer::After(Duration::from_secs(2)))
        .mobile(done().some(Kind::Config)),
        RigCase::new(
            "rig.test.http-1.0",
            "An answer in HTTP/1.0 is accepted",
            clause::CONFIG,
        )
        .does(TEST)
        .on(|script| {
            script.offers_http2 = false;
            script.config = Answer::Http10;
        })
        .mobile(done().some(Kind::Config)),
        RigCase::new(
            "rig.test.http-1.1-alone",
            "A server without HTTP/2 passes the test",
            clause::CONFIG,
        )
        .does(TEST)
        .on(|script| script.offers_http2 = false)
        .mobile(done().some(Kind::Config)),
        RigCase::new(
            "rig.test.connection-closed",
            "A connection that is closed without an answer is a failure",
            clause::CONFIG,
        )
        .does(TEST)
        .on(|script| script.config = Answer::Closes)
        .mobile(failed()),
        RigCase::new(
            "rig.test.cut-off",
            "A `config` that ends too early is a failure",
            clause::CONFIG,
        )
        .does(TEST)
        .on(|script| script.config = Answer::CutOff)
        .mobile(failed()),
        RigCase::new(
            "rig.test.portal",
            "A login page in place of `config` is a failure",
            clause::CONFIG,
        )
        .does(TEST)
        .stage(Stage::Json)
        .on(|script| script.config = page())
        .mobile(failed()),
        RigCase::new(
            "rig.test.gzip",
            "A `config` that is compressed on the way is read, where the client offers that",
            clause::CONFIG,
        )
        .does(TEST)
        .on(|script| script.config = Answer::Gzipped)
        .mobile(done()),
    ];
    for status in [201, 202, 203] {
        cases.push(
            RigCase::new(
                name(format!("rig.test.{status}")),
                format!("A valid `config` with {status} is accepted, like any 2xx"),
                clause::CONFIG,
            )
            .does(TEST)
            .on(|script| script.config = Answer::ProperAs(status))
            .mobile(done()),
        );
    }
    for (status, clause) in FAILURES {
        cases.push(
            RigCase::new(
                name(format!("rig.test.{status}")),
                format!("A `config` that is answered with {status} is a failure, and is not requested endlessly"),
                clause,
            )
            .does(TEST)
            .on(|script| script.config = Answer::Status(status))
            .mobile(failed()),
        );
    }
    cases.extend(redirects());
    cases
}

fn redirects() -> Vec<RigCase> {
    let mut cases = Vec::new();
    for status in [301, 302, 307, 308] {
        cases.push(
            RigCase::new(
                name(format!("rig.test.redirect-{status}")),
                format!(
                    "A redirect of `config` with {status} to the same host is followed or refused"
                ),
                clause::REDIRECT,
            )
            .does(TEST)
            .on(|script| {
                script.config = Answer::Redirect {
                    status,
                    to: Elsewhere::SameHost,
                }
            })
            .mobile(either()),
        );
    }
    let to = |to| Answer::Redirect { status: 302, to };
    cases.push(
        RigCase::new(
            "rig.test.redirect-other-host",
            "A redirect to another host receives no credentials",
            clause::REDIRECT,
        )
        .does(TEST)
        .on(|script| script.config = to(Elsewhere::OtherHost))
        .mobile(either()),
    );
    cases.push(
        RigCase::new(
            "rig.test.redirect-other-port",
            "A redirect to another port of the same host receives no credentials",
            clause::REDIRECT,
        )
        .does(TEST)
        .on(|script| script.config = to(Elsewhere::OtherPort))
        .mobile(either()),
    );
    cases.push(
        RigCase::new(
            "rig.test.redirect-plain",
            "A redirect to plain http is not followed",
            clause::REDIRECT,
        )
        .does(TEST)
        .stage(Stage::Tls)
        .on(|script| script.config = to(Elsewhere::Plain))
        .mobile(failed()),
    );
    cases.push(
        RigCase::new(
            "rig.test.redirect-login",
            "A redirect to a login page is a failure",
            clause::REDIRECT,
        )
        .does(TEST)
        .on(|script| script.config = to(Elsewhere::LoginPage))
        .mobile(failed()),
    );
    cases
}

/// Returns the page of a captive portal, which answers every request with it.
pub(super) fn page() -> Answer {
    Answer::Full {
        status: 200,
        headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
        body: b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form></form></body></html>"
            .to_vec(),
    }
}
