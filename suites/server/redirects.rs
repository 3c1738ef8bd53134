//! Whether the server redirects clients, limits them or closes their connections.

use super::facets::WHOLE;
use super::judge::{Judged, with_problem};
use crate::diagnosis::named;
use crate::engine::{Blocker, Deviation, Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::text::counted;
use crate::wire::Context;

checks! { Context;
    /// No request is redirected to a place where a client cannot follow.
    REDIRECTS = Check {
        id: "server.redirects",
        clause: clause::REDIRECT,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "no redirect that a client cannot follow: of a PUT or DELETE, to a login, to another host or to http",
        remedy: "Enter the actual URL of the files. When clients follow such redirects, they drop credentials or turn an upload into a download.",
        run: redirects,
    }

    /// A GET is answered without a redirect.
    REDIRECTED_DOWNLOADS = Check {
        id: "server.redirected-downloads",
        clause: clause::REDIRECT,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "an answer to a GET without a redirect",
        remedy: "Enter the URL to which it leads, or serve the files without the redirect. Otherwise each download takes one more request, and works only as long as the app follows redirects.",
        run: redirected_downloads,
    }

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
const CLOSED: u32 = 3;
/// It also has to close more than one in this many.
const ONE_IN: u32 = 10;

async fn redirects(context: &Context) -> Judged {
    let redirects = context.session().redirects();
    let Some((what, to)) = redirects.first() else {
        return Ok(if context.session().answers() == 0 {
            Outcome::blocked("the run received no answer")
        } else {
            Outcome::pass("no redirect came")
        });
    };
    let more = if redirects.len() == 1 {
        ""
    } else {
        ", and others"
    };
    Ok(Outcome::deviates(
        Stage::Http,
        format!("{what}, pointing to {to}{more}"),
    ))
}

async fn redirected_downloads(context: &Context) -> Judged {
    let session = context.session();
    let followed = session.followed();
    Ok(match followed.first() {
        Some((what, to)) => {
            let seen = format!("{what}, pointing to {to}, where the file is");
            let elsewhere = is_elsewhere(&context.facts().base, to);
            let storage = elsewhere
                .then(|| named("problem.storage-redirect"))
                .flatten();
            with_problem(Deviation::new(Stage::Http, seen), storage).into()
        }
        None if session.answers() == 0 => Outcome::blocked("the run received no answer"),
        None => Outcome::pass("no GET was redirected to another place that had the file"),
    })
}

/// Returns whether a redirect leads to another host than the one in the base URL.
fn is_elsewhere(base: &str, to: &str) -> bool {
    let authority = |url: &str| {
        let (_, rest) = url.split_once("//")?;
        rest.split('/').next().map(str::to_owned)
    };
    authority(to).is_some_and(|there| Some(there) != authority(base))
}

async fn left_alone(context: &Context) -> Judged {
    let session = context.session();
    Ok(match (session.halted(), session.slowed_by()) {
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
        _ => Outcome::pass("at most one new connection in ten closed without an answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_often_closes_new_connections_deviates() {
        let deviates = |used, closed| matches!(judged(used, closed), Outcome::Deviates(_));
        assert!(deviates(3, 3) && deviates(150, 16) && deviates(u32::MAX, u32::MAX));
        // One in twenty may be the network of the person who runs the check.
        for (used, closed) in [(2, 2), (150, 15), (150, 7), (150, 0), (0, 0)] {
            assert!(!deviates(used, closed), "{closed} of {used}");
        }
    }
}
