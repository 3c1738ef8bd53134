//! Errors that are gone when the request is sent again. Each check looks back at the whole run.

use super::facets::WHOLE;
use super::judge::Judged;
use crate::engine::{Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::text::counted;
use crate::wire::Context;

/// What helps against errors that pass.
const ERRORS_REMEDY: &str = "Look in the logs of the server and of the proxies before it, at the time of this run: a process that crashes or runs out of memory, too few processes for the requests, a database that is locked, one of several backends that is down. Android does not send such a request again; a backup that meets an error fails.";

checks! { Context;
    /// No request fails that succeeds when it is sent again.
    INTERMITTENT_ERRORS = Check {
        id: "server.intermittent-errors",
        clause: clause::STATUS,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "no 500, 502 or 504 for a request that is answered otherwise when it is sent again",
        remedy: ERRORS_REMEDY,
        run: intermittent_errors,
    }

    /// Requests succeed the first time.
    OFTEN_FAILS = Check {
        id: "server.often-fails",
        clause: clause::STATUS,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "at most one request in ten that succeeds only when it is sent again",
        remedy: ERRORS_REMEDY,
        run: often_fails,
    }
}

/// A server fails at times if it answers at least this many requests with an error that passes.
const ERRORS: u32 = 3;

/// It often fails if this happens to more than one request in this many.
const ONE_IN: u32 = 10;

/// The requests of a run that are sent again after an error.
struct Repeatable {
    requests: u32,
    /// How many were answered with an error, and otherwise when they were sent again.
    passed: u32,
    /// The first such error.
    first: String,
}

impl Repeatable {
    /// Returns whether a backup, which takes a few requests, often fails.
    const fn often_fails(&self) -> bool {
        self.passed >= ERRORS && self.passed > self.requests / ONE_IN
    }

    fn observed(&self) -> String {
        let Self { passed, first, .. } = self;
        let of = counted(u64::from(self.requests), "request");
        format!(
            "{passed} of {of} were answered with an error, and otherwise when sent again; the first: {first}"
        )
    }

    fn judged_for_some(&self) -> Outcome {
        if self.often_fails() {
            Outcome::not_applicable("more than one request in ten failed; see `server.often-fails`")
        } else if self.passed >= ERRORS {
            Outcome::deviates(Stage::Http, self.observed())
        } else {
            Outcome::pass("at most two requests succeeded only when they were sent again")
        }
    }

    fn judged_for_many(&self) -> Outcome {
        if self.often_fails() {
            Outcome::deviates(Stage::Http, self.observed())
        } else {
            Outcome::pass("at most one request in ten succeeded only when it was sent again")
        }
    }
}

/// Judges the requests that are sent again after an error. Source: clients.http.retries.
fn by_repetitions(context: &Context, judge: fn(&Repeatable) -> Outcome) -> Outcome {
    let session = context.session();
    if session.answers() == 0 {
        return Outcome::blocked("the run received no answer");
    }
    let totals = session.totals();
    judge(&Repeatable {
        requests: totals.repeatable,
        passed: totals.passed_errors,
        first: session.firsts().passed_error.unwrap_or_default(),
    })
}

async fn intermittent_errors(context: &Context) -> Judged {
    Ok(by_repetitions(context, Repeatable::judged_for_some))
}

async fn often_fails(context: &Context) -> Judged {
    Ok(by_repetitions(context, Repeatable::judged_for_many))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_three_times_is_warned_of_and_one_that_often_does_is_broken() {
        let judged = |passed, requests| {
            let repeatable = Repeatable {
                requests,
                passed,
                first: "502 to GET config".to_owned(),
            };
            let deviates = |outcome| matches!(outcome, Outcome::Deviates(_));
            (
                deviates(repeatable.judged_for_some()),
                deviates(repeatable.judged_for_many()),
            )
        };
        for (passed, requests) in [(0, 0), (0, 200), (2, 2), (2, 200)] {
            assert_eq!(
                judged(passed, requests),
                (false, false),
                "{passed} of {requests}"
            );
        }
        for (passed, requests) in [(3, 30), (3, 200), (20, 200)] {
            assert_eq!(
                judged(passed, requests),
                (true, false),
                "{passed} of {requests}"
            );
        }
        for (passed, requests) in [(3, 29), (21, 200), (u32::MAX, u32::MAX)] {
            assert_eq!(
                judged(passed, requests),
                (false, true),
                "{passed} of {requests}"
            );
        }
    }
}
