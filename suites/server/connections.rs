//! Whether the server limits its clients, or closes their connections. Each check looks back at the
//! whole run.

use super::facets::WHOLE;
use super::judge::Judged;
use crate::engine::{Blocker, Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::text::counted;
use crate::wire::Context;

checks! { Context;
    /// The server allows a few requests a second.
    LEFT_ALONE = Check {
        id: "server.rate-limit",
        clause: clause::STATUS,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "no 429, no 503 and no refused connection for a few requests a second; a phone sends fewer",
        remedy: "The apps need no change unless the limit is far lower. For this check, use `--pace slow`, or allow a few requests a second; Nextcloud's lock-out ends after half an hour, or with `occ security:bruteforce:reset IP`.",
        run: left_alone,
    }

    /// New connections are answered.
    NEW_CONNECTIONS = Check {
        id: "server.new-connections",
        clause: clause::STATUS,
        level: Level::Recommended,
        clients: Clients::ANDROID,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "an answer over every new connection",
        remedy: "Look in the logs of the server and of the proxies before it for what closes connections: one of several backends that is down, a process that crashes, a limit on connections in a firewall. Android tries a new connection once for each address of the name; a backup that meets a closed one fails.",
        run: new_connections,
    }
}

/// A server closes new connections if it closes at least this many.
const CLOSED: u32 = 5;
/// It also has to close more than one in this many: where one in twenty closes, chance makes it one
/// in nine of fifty once in twenty runs, but one in six once in a thousand.
const ONE_IN: u32 = 6;

async fn left_alone(context: &Context) -> Judged {
    let session = context.session();
    Ok(match (session.halted(), session.firsts().slowed_by) {
        (Some(halt), _) if halt.is_of_credentials() => {
            Outcome::blocked_by(Blocker::CredentialsRefused, halt.to_string())
        }
        (Some(halt), _) => Outcome::deviates(
            Stage::Http,
            format!("{halt}; this continued while the run slowed down, so the run was halted"),
        ),
        (None, Some(sign)) => Outcome::deviates(
            Stage::Http,
            format!("{sign}; it answered when the run slowed down"),
        ),
        (None, None) if session.answers() == 0 => Outcome::blocked("the run received no answer"),
        (None, None) => Outcome::pass("no limit was noticed"),
    })
}

/// Source: clients.http.retries.
async fn new_connections(context: &Context) -> Judged {
    let session = context.session();
    if session.answers() == 0 {
        return Ok(Outcome::blocked("the run received no answer"));
    }
    let totals = session.totals();
    Ok(judged(totals.new_connections, totals.closed_connections))
}

/// Judges a run that used this many new connections, of which some closed without an answer.
fn judged(used: u32, closed: u32) -> Outcome {
    let observed = format!(
        "{closed} of {} closed without an answer, and brought one when the request was sent again",
        counted(u64::from(used), "new connection")
    );
    match closed {
        _ if used == 0 => Outcome::not_applicable("no request needed a new connection"),
        _ if closed >= CLOSED && closed > used / ONE_IN => Outcome::deviates(Stage::Http, observed),
        _ => Outcome::pass("at most one new connection in six closed without an answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_often_closes_new_connections_deviates() {
        let deviates = |used, closed| matches!(judged(used, closed), Outcome::Deviates(_));
        assert!(deviates(5, 5) && deviates(150, 26) && deviates(u32::MAX, u32::MAX));
        // One in twenty may be the network of the person who runs the check.
        for (used, closed) in [(4, 4), (53, 6), (150, 25), (150, 7), (150, 0), (0, 0)] {
            assert!(!deviates(used, closed), "{closed} of {used}");
        }
    }
}
