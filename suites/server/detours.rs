//! Whether the server sends clients elsewhere, or away.

use super::WHOLE;
use super::judge::Judged;
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::Context;

checks! { Context;
    /// The server answers with redirects to nothing that a client asks for.
    REDIRECTS = Check {
        id: "server.redirects",
        clause: clause::REDIRECT,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "answers where they are asked for, no redirect",
        remedy: "Enter the URL at which the files really are; clients drop credentials or turn an upload into a download on the way.",
        run: redirects,
    }

    /// Ordinary use meets no lock-out and no rate limit.
    LEFT_ALONE = Check {
        id: "server.rate-limit",
        clause: clause::STATUS,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::BOTH,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "no 429 Too Many Requests and no 423 Locked in ordinary use",
        remedy: "Wait until the lock-out ends (Nextcloud: half an hour, or `occ security:bruteforce:reset IP`), and let a proxy's rate limit allow a few hundred requests a minute.",
        run: left_alone,
    }
}

async fn redirects(context: &Context) -> Judged {
    let redirects = context.session().redirects();
    // The one of `config` says the most.
    let first = redirects
        .iter()
        .find(|(what, _)| what.starts_with("GET config"));
    let Some((what, to)) = first.or(redirects.iter().next()) else {
        return Ok(if context.session().answers() == 0 {
            Outcome::blocked("the run has seen no answer")
        } else {
            Outcome::pass("no redirect came")
        });
    };
    let more = if redirects.len() == 1 {
        ""
    } else {
        ", and others, too"
    };
    Ok(Outcome::deviates(
        Stage::Http,
        format!("{what}, pointing to {to}{more}"),
    ))
}

async fn left_alone(context: &Context) -> Judged {
    Ok(match context.session().halted() {
        None if context.session().answers() == 0 => Outcome::blocked("the run has seen no answer"),
        None => Outcome::pass("neither 429 nor 423 came"),
        Some(why) => Outcome::deviates(Stage::Http, format!("{why}; probing was stopped at once")),
    })
}
