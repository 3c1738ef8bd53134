//! Whether the server redirects clients.

use super::facets::WHOLE;
use super::judge::{Judged, with_problem};
use crate::diagnosis::named;
use crate::engine::{Deviation, Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
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
}

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
