//! Privacy: who can find out which backups exist.

use super::auth::{may_be_anonymous, specimen};
use super::download::escape;
use super::facets::WHOLE;
use super::judge::{Judged, describe};
use crate::engine::{Blocker, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, Facet, Listing, LoginKind, Method, Place, Request, Response};

/// The two ways to ask for a listing.
const ASKING: &[Facet] = &[Facet::Case("get"), Facet::Case("propfind")];

checks! { Context;
    /// A client without credentials learns no backup ID.
    LISTING = Check {
        id: "privacy.listing",
        clause: clause::SECRECY,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: ASKING,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "no list of the backups for a client without credentials",
        remedy: "Switch off listings (Apache: `Options -Indexes`; nginx: `autoindex off;`) and require credentials for PROPFIND. A person who sees the IDs can download or delete every backup.",
        run: listing,
    }

    /// A user with the credentials sees only their own backups.
    OWN_LISTING = Check {
        id: "privacy.own-listing",
        clause: clause::SECRECY,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: ASKING,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "no list of the backups, even with credentials",
        remedy: "Usual for WebDAV. Give every person their own account. Anyone who shares this one can delete the backups of the others.",
        run: own_listing,
    }

    /// A backup ID in capital letters does not find the backup.
    LETTER_CASE = Check {
        id: "privacy.letter-case",
        clause: clause::BASE_URL,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "no backup under its ID in capital letters",
        remedy: "No app depends on it. The server or its file system ignores the case of letters.",
        run: letter_case,
    }

    /// An encoded slash does not lead out of `backups`.
    ENCODED_SLASH = Check {
        id: "privacy.encoded-slash",
        clause: clause::SECRECY,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "an error for `backups/..%2fconfig`",
        remedy: "Let the server or a proxy refuse encoded slashes (Apache: `AllowEncodedSlashes Off`), so that a file name can never become a path.",
        run: encoded_slash,
    }

    /// A double slash leads to the same file.
    DOUBLE_SLASH = Check {
        id: "url.double-slash",
        clause: clause::BASE_URL,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "the config also under `//config`, because some tools request that if the base URL ends with a slash",
        remedy: "No app depends on it. Enter the base URL without a final slash.",
        run: double_slash,
    }

    /// The server does not repeat credentials.
    ECHO = Check {
        id: "privacy.credentials-echo",
        clause: clause::SECRECY,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["tls.trusted"],
        effect: Effect::LooksBack,
        expected: "no answer that contains the password, the token or the Authorization field",
        remedy: "Switch off whatever reflects requests (debug headers, TRACE, verbose error pages). Such answers end up in logs.",
        run: echo,
    }
}

/// What a listing of `backups/` revealed.
pub(super) struct Listed {
    pub(super) status: u16,
    listing: Listing,
    /// Whether the answer was longer than the part that was read.
    cut: bool,
}

/// How much of a listing is read, in bytes: a directory with many backups makes a long one.
const READ_OF_LISTING: usize = 1024 * 1024;

/// Returns the request for a listing of `backups/`, in which a backup of this run is stored.
async fn listing_by(context: &Context, method: Method) -> Result<Request, Outcome> {
    let (backup, _) = specimen(context).await?;
    let request = Request::new(method, Place::Listing(backup)).header("Accept", "*/*");
    let request = if method == Method::Propfind {
        request.header("Depth", "1")
    } else {
        request
    };
    Ok(request.reading(READ_OF_LISTING))
}

/// Returns what a request with credentials sees. Sent once in a run.
pub(super) async fn list_as_owner(context: &Context, method: Method) -> Result<Listed, Outcome> {
    let request = listing_by(context, method).await?;
    let name = if method == Method::Propfind {
        "shared.own-listing.propfind"
    } else {
        "shared.own-listing.get"
    };
    Ok(Listed::of(&context.once(name, request).await?))
}

impl Listed {
    fn of(answer: &Response) -> Self {
        Self {
            status: answer.status,
            listing: Listing::from_word(&answer.body.bytes),
            cut: answer.body.overran,
        }
    }

    /// Returns whether the listing certainly reveals nothing.
    pub(super) fn is_closed(&self) -> bool {
        self.listing == Listing::Nothing && !self.cut && self.status < 500
    }
}

/// Returns how many of the two ways to list the backups show, or may show, something to a request
/// with credentials.
pub(super) async fn open_listings(context: &Context) -> Result<usize, Outcome> {
    let mut open = 0;
    for method in [Method::Get, Method::Propfind] {
        open += usize::from(!list_as_owner(context, method).await?.is_closed());
    }
    Ok(open)
}

fn method_of(context: &Context) -> Method {
    if context.facet().case() == "propfind" {
        Method::Propfind
    } else {
        Method::Get
    }
}

/// Judges a listing. An ID is revealed whatever the status of the answer is.
fn judge_listing(listed: &Listed) -> Outcome {
    let status = listed.status;
    match listed.listing {
        Listing::Ours => Outcome::deviates(
            Stage::Http,
            format!("returned {status} with the IDs of the backups"),
        ),
        Listing::Others => Outcome::deviates(
            Stage::Http,
            format!(
                "returned {status} with the IDs of other backups, though not of the one just stored"
            ),
        ),
        Listing::Nothing if listed.cut => Outcome::blocked_by(
            Blocker::TruncatedRead,
            format!(
                "returned {status}; the first {READ_OF_LISTING} bytes contain no backup ID, but more bytes follow"
            ),
        ),
        Listing::Nothing if status >= 500 => {
            Outcome::blocked(format!("a listing returned {status}"))
        }
        Listing::Nothing => Outcome::pass(format!("returned {status}, without any backup ID")),
    }
}

async fn listing(context: &Context) -> Judged {
    may_be_anonymous(context)?;
    let method = method_of(context);
    if context.facts().login != LoginKind::Open {
        let own = list_as_owner(context, method).await?;
        if own.is_closed() {
            return Ok(Outcome::pass(format!(
                "returned {} with credentials, so there is no list without them either",
                own.status
            )));
        }
    }
    let request = listing_by(context, method).await?.anonymous();
    Ok(judge_listing(&Listed::of(&context.send(request).await?)))
}

async fn own_listing(context: &Context) -> Judged {
    if context.facts().login == LoginKind::Open {
        return Ok(Outcome::not_applicable("no credentials were given"));
    }
    let own = list_as_owner(context, method_of(context)).await?;
    Ok(judge_listing(&own))
}

async fn letter_case(context: &Context) -> Judged {
    let (backup, payload) = specimen(context).await?;
    let request = Request::new(Method::Get, Place::CapitalBackup(backup))
        .header("Accept", "application/octet-stream");
    let answer = context.send(request).await?;
    Ok(if answer.is_success() && answer.body.is(&payload) {
        Outcome::deviates(
            Stage::Http,
            "the same backup answers under its ID in capital letters",
        )
    } else if answer.status >= 500 {
        Outcome::blocked(format!("it returned {}", describe(&answer)))
    } else {
        Outcome::pass(format!("returned {}", answer.status))
    })
}

async fn encoded_slash(context: &Context) -> Judged {
    let config = context.config().await?;
    let answer = escape(context).await?;
    Ok(
        if answer.is_success() && answer.body.sha256 == config.body.sha256 {
            Outcome::deviates(Stage::Http, "`backups/..%2fconfig` returned the config")
        } else {
            Outcome::pass(format!("returned {}", answer.status))
        },
    )
}

async fn double_slash(context: &Context) -> Judged {
    let request =
        Request::new(Method::Get, Place::Below("//config")).header("Accept", "application/json");
    let config = context.config().await?;
    let answer = context.send(request).await?;
    Ok(
        if answer.is_success() && answer.body.sha256 == config.body.sha256 {
            Outcome::pass(format!("{}", answer.status))
        } else {
            Outcome::deviates(
                Stage::Http,
                format!("`//config` returned {}", describe(&answer)),
            )
        },
    )
}

async fn echo(context: &Context) -> Judged {
    if context.facts().login == LoginKind::Open {
        return Ok(Outcome::not_applicable("no credentials were given"));
    }
    Ok(match context.session().echoed() {
        None if context.session().answers() == 0 => Outcome::blocked("the run received no answer"),
        None => Outcome::pass("no answer contained a secret"),
        Some(what) => Outcome::deviates(
            Stage::Http,
            format!("the answer to {what} contained the credentials"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, listing: Listing, cut: bool) -> (bool, Outcome) {
        let listed = Listed {
            status,
            listing,
            cut,
        };
        (listed.is_closed(), judge_listing(&listed))
    }

    #[test]
    fn an_id_is_given_away_by_whatever_status_it_comes_with() {
        for status in [200, 207, 403, 500] {
            for listing in [Listing::Ours, Listing::Others] {
                let (is_closed, outcome) = judged(status, listing, false);
                assert!(!is_closed);
                assert!(matches!(outcome, Outcome::Deviates(_)), "{outcome:?}");
            }
        }
    }

    #[test]
    fn only_what_was_read_whole_names_nothing() {
        for status in [200, 403, 404] {
            let (is_closed, outcome) = judged(status, Listing::Nothing, false);
            assert!(is_closed);
            assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
            let (is_closed, outcome) = judged(status, Listing::Nothing, true);
            assert!(!is_closed);
            let by = Blocker::TruncatedRead;
            assert!(matches!(outcome, Outcome::Blocked { by: it, .. } if it == by));
        }
        let (is_closed, outcome) = judged(500, Listing::Nothing, false);
        assert!(!is_closed);
        assert!(matches!(outcome, Outcome::Blocked { .. }), "{outcome:?}");
    }
}
