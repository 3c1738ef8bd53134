//! What must be true of the requests of a whole run: the catalogue, and the looks after all cases.

use super::bodies::{document, is_whole_upload, nonces, sealed, stored_gzip};
use super::conditions::unconditional;
use super::reads::{keeps_backup, only_reads};
use super::requests::{
    accept, config_first, content_type, credentials, elsewhere, in_vain, is_upload, length, method,
    path, plain, user_agent,
};
use super::secrets::{encryption_key, private_key, safe_password, server_password};
use super::{AllSeen, Context, RigCheck, UNSUPPORTED};
use crate::clients::CredentialEncoding;
use crate::engine::{Check, Deviation, Effect, Level, Outcome};
use crate::rig::{Exchange, Host, Seen, World};
use crate::safe::{Clause, Clients, Directions, Stage, clause};
use crate::suites::client::Like;
use std::sync::PoisonError;

/// Returns what is wrong in a case, if anything.
type Look = fn(&str, &Seen, &World) -> Option<String>;

/// A check of all requests after the run.
struct LookBack {
    id: &'static str,
    title: &'static str,
    clause: Clause,
    level: Level,
    stage: Stage,
    expected: &'static str,
    remedy: &'static str,
    /// Whether a request is relevant to the check.
    about: fn(&Exchange) -> bool,
    /// The clients that send such requests.
    clients: Clients,
    look: Look,
}

const LOOKS: &[LookBack] = &[
    LookBack {
        id: "rig.request.method",
        title: "Backups are written with PUT, read with GET or HEAD and removed with DELETE",
        clause: clause::UPLOAD,
        level: Level::Required,
        stage: Stage::Http,
        expected: "GET for `config`; PUT, GET, HEAD and DELETE for backups; nothing else",
        remedy: "Use the methods of the protocol. A server without WebDAV supports no others.",
        about: |_| true,
        clients: Clients::ALL,
        look: method,
    },
    LookBack {
        id: "rig.request.path",
        title: "The path is `config`, or `backups` and the 64 lower-case hexadecimal digits that belong to ID and password",
        clause: clause::BASE_URL,
        level: Level::Required,
        stage: Stage::Http,
        expected: "`{base}/config` and `{base}/backups/{ID}`, without a query and without a doubled slash",
        remedy: "Join the base URL and the path with exactly one slash, and write the first half of scrypt's output in lower case.",
        about: |_| true,
        clients: Clients::ALL,
        look: path,
    },
    LookBack {
        id: "rig.request.user-agent",
        title: "Each request names a Threema client",
        clause: clause::HEADERS,
        level: Level::Required,
        stage: Stage::Http,
        expected: "a `User-Agent` that contains `Threema`",
        remedy: "Send `User-Agent: Threema`. Two published servers refuse a request without it.",
        about: |_| true,
        clients: Clients::ALL,
        look: user_agent,
    },
    LookBack {
        id: "rig.request.accept",
        title: "A GET of `config` accepts JSON",
        clause: clause::CONFIG,
        level: Level::Recommended,
        stage: Stage::Http,
        expected: "`Accept: application/json` with a GET of `config`",
        remedy: "Send the header field. One published server refuses the request without it.",
        about: Exchange::is_config,
        clients: Clients::MOBILE,
        look: accept,
    },
    LookBack {
        id: "rig.request.content-type",
        title: "An upload declares the content type of bytes",
        clause: clause::UPLOAD,
        level: Level::Required,
        stage: Stage::Http,
        expected: "`Content-Type: application/octet-stream` with a PUT",
        remedy: "Send the header field, as both apps do.",
        about: is_upload,
        clients: Clients::MOBILE,
        look: content_type,
    },
    LookBack {
        id: "rig.request.length",
        title: "An upload declares its length",
        clause: clause::UPLOAD,
        level: Level::Recommended,
        stage: Stage::Http,
        expected: "`Content-Length` with a PUT over HTTP/1.1, not `Transfer-Encoding: chunked`",
        remedy: "Build the body before it is sent. One published server refuses a chunked upload.",
        about: is_upload,
        clients: Clients::MOBILE,
        look: length,
    },
    LookBack {
        id: "rig.request.unconditional",
        title: "A request has no condition, no range and no content coding, and only an upload has a body",
        clause: clause::HEADERS,
        level: Level::Required,
        stage: Stage::Http,
        expected: "no `If-…`, `Range`, `Content-Range` or `Content-Encoding`, and no body with GET, HEAD and DELETE",
        remedy: "Leave it out, as the published clients do. A server that supports it does something other than to store or return the whole backup.",
        about: |_| true,
        clients: Clients::ALL,
        look: unconditional,
    },
    LookBack {
        id: "rig.request.config-first",
        title: "The server is asked for its limit before an upload",
        clause: clause::SIZE,
        level: Level::Required,
        stage: Stage::Size,
        expected: "a GET of `config` before the first PUT of an action",
        remedy: "Ask for `config` first. A backup above the limit must not be uploaded.",
        about: is_upload,
        clients: Clients::MOBILE,
        look: config_first,
    },
    LookBack {
        id: "rig.request.credentials",
        title: "The credentials belong to the server's user",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        stage: Stage::Auth,
        expected: "`Authorization: Basic` with the server's user and password (in ISO-8859-1 or UTF-8), or Digest",
        remedy: "Send the user and password that were given for the server, and nothing else.",
        about: |exchange| exchange.header("authorization").is_some(),
        clients: Clients::ALL,
        look: credentials,
    },
    LookBack {
        id: "rig.request.in-vain",
        title: "A refused request is not repeated endlessly",
        clause: clause::STATUS,
        level: Level::Required,
        stage: Stage::Http,
        expected: "at most 8 requests for one thing that is answered with an error, in one action",
        remedy: "Give up, or wait longer between attempts. A server may ban an address that repeats a refused request.",
        about: |_| true,
        clients: Clients::ALL,
        look: in_vain,
    },
    LookBack {
        id: "rig.request.only-reads",
        title: "A test and a restore delete nothing, and a test and a failed restore upload nothing",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        stage: Stage::Http,
        expected: "no DELETE during `test` and `restore`, no PUT during `test` and after a failed `restore`",
        remedy: "Only read. Until a restore has succeeded, the backup on the server is all that the user has.",
        about: |_| true,
        clients: Clients::ALL,
        look: only_reads,
    },
    LookBack {
        id: "rig.request.keeps-backup",
        title: "No backup is deleted after an upload failed",
        clause: clause::INTERRUPTION,
        level: Level::Required,
        stage: Stage::Http,
        expected: "no DELETE after a PUT that failed, in one action",
        remedy: "Delete the old backup only after the server has stored the new one: it is all that the user has.",
        about: |exchange| exchange.method == "DELETE",
        clients: Clients::MOBILE,
        look: keeps_backup,
    },
    LookBack {
        id: "rig.hosts.plain",
        title: "Nothing is sent over plain HTTP",
        clause: clause::HTTPS,
        level: Level::Required,
        stage: Stage::Tls,
        expected: "no request without TLS, whatever a redirect says",
        remedy: "Refuse every URL that does not begin with `https://`, including the target of a redirect.",
        about: |_| true,
        clients: Clients::ALL,
        look: plain,
    },
    LookBack {
        id: "rig.hosts.credentials",
        title: "Credentials stay with the host and port that they were given for",
        clause: clause::REDIRECT,
        level: Level::Required,
        stage: Stage::Auth,
        expected: "no `Authorization` in a request to another host or port after a redirect",
        remedy: "Drop the header field when a redirect leads to another host or port, or do not follow it.",
        about: |exchange| exchange.host != Host::Own,
        clients: Clients::ALL,
        look: elsewhere,
    },
    LookBack {
        id: "rig.secret.password",
        title: "The Safe password never leaves the client",
        clause: clause::KEYS,
        level: Level::Required,
        stage: Stage::Auth,
        expected: "the Safe password in no path, query, header field or body, in no encoding",
        remedy: "Send the server's password to the server, never the Safe password, which opens the backup.",
        about: |_| true,
        clients: Clients::ALL,
        look: safe_password,
    },
    LookBack {
        id: "rig.secret.private-key",
        title: "The private key never leaves the client unsealed",
        clause: clause::ENVELOPE,
        level: Level::Required,
        stage: Stage::Open,
        expected: "the private key in no path, query, header field or body, unless sealed",
        remedy: "Seal the document before it is sent.",
        about: |_| true,
        clients: Clients::ALL,
        look: private_key,
    },
    LookBack {
        id: "rig.secret.encryption-key",
        title: "The encryption key never leaves the client",
        clause: clause::KEYS,
        level: Level::Required,
        stage: Stage::Open,
        expected: "the second half of scrypt's output in no path, query, header field or body, in no encoding",
        remedy: "Send the first half alone, in the path: the second half opens the backup.",
        about: |_| true,
        clients: Clients::ALL,
        look: encryption_key,
    },
    LookBack {
        id: "rig.secret.server-password",
        title: "The server's password is only in `Authorization`",
        clause: clause::AUTHENTICATION,
        level: Level::Required,
        stage: Stage::Auth,
        expected: "the server's password in no path, query, body or other header field, in no encoding",
        remedy: "Send it only in `Authorization`. Servers write the other parts of a request into their logs.",
        about: |_| true,
        clients: Clients::ALL,
        look: server_password,
    },
    LookBack {
        id: "rig.body.sealed",
        title: "An upload opens with the key that belongs to its ID",
        clause: clause::ENVELOPE,
        level: Level::Required,
        stage: Stage::Open,
        expected: "nonce, then the secretbox of a gzip under the second half of scrypt's output",
        remedy: "See the vectors `secretbox`, `envelope` and `kdf`; `safe-conformance client` runs them one by one.",
        about: is_whole_upload,
        clients: Clients::MOBILE,
        look: sealed,
    },
    LookBack {
        id: "rig.body.document",
        title: "An upload holds the document that is to be backed up",
        clause: clause::DOCUMENT,
        level: Level::Required,
        stage: Stage::Meaning,
        expected: "JSON with everything that the format requires, and nothing that breaks it; equal to `document.json` of the action, unless a person drives the client",
        remedy: "Read `document.json` again for each action, and seal it as it is. See also the vectors `payload`; `safe-conformance client` runs them one by one.",
        about: is_whole_upload,
        clients: Clients::MOBILE,
        look: document,
    },
    LookBack {
        id: "rig.body.stored-gzip",
        title: "The gzip of an upload is stored, not compressed",
        clause: clause::ENVELOPE,
        level: Level::Recommended,
        stage: Stage::Gunzip,
        expected: "gzip of level 0: a compressed length reveals something about the document",
        remedy: "Write gzip with stored blocks, as Android 4.84 and later and iOS 4.8.3 and later do.",
        about: is_whole_upload,
        clients: Clients::MOBILE,
        look: stored_gzip,
    },
    LookBack {
        id: "rig.body.nonce",
        title: "Each upload has its own nonce",
        clause: clause::NONCE,
        level: Level::Required,
        stage: Stage::Open,
        expected: "24 random bytes at the beginning of each upload, never the same twice",
        remedy: "Use a fresh random nonce for each upload.",
        about: is_whole_upload,
        clients: Clients::MOBILE,
        look: |_, _, _| None,
    },
];

/// Returns the checks.
pub fn checks(variants: &'static [Like]) -> impl Iterator<Item = RigCheck> {
    LOOKS.iter().map(|look| Check {
        id: look.id,
        title: look.title,
        clause: look.clause,
        level: look.level,
        clients: look.clients,
        breaks: Directions::BOTH,
        variants,
        needs: &[UNSUPPORTED],
        effect: Effect::LooksBack,
        expected: look.expected,
        remedy: look.remedy,
        run: |context| Box::pin(async { look_back(context) }),
    })
}

fn look_back(context: &Context) -> Outcome {
    let Some(look) = LOOKS.iter().find(|look| look.id == context.check) else {
        return Outcome::error(
            crate::engine::Breakage::Harness,
            "no check over all cases has this ID",
        );
    };
    let all_seen = context
        .all_seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let world = context.play.world();
    let relevant = all_seen.values().flat_map(|seen| &seen.exchanges);
    let count = relevant.filter(|exchange| (look.about)(exchange)).count();
    if count == 0 {
        return if look.id == "rig.hosts.credentials"
            && all_seen.values().any(|seen| !seen.exchanges.is_empty())
        {
            Outcome::pass("no redirect to another host was followed")
        } else {
            // The cases test whether a client sends what it should.
            Outcome::not_applicable("the client sent no such request")
        };
    }
    if look.id == "rig.body.nonce" {
        return nonces(&all_seen);
    }
    let wrong: Vec<_> = all_seen
        .iter()
        .filter_map(|(case, seen)| Some((*case, (look.look)(case, seen, world)?)))
        .collect();
    let Some((case, what)) = wrong.first() else {
        let looked_at = crate::text::counted(count as u64, "request");
        return Outcome::pass(match charset(look, &all_seen, world) {
            Some(charset) => format!("{looked_at} looked at, Basic in {charset}"),
            None => format!("{looked_at} looked at"),
        });
    };
    let more = match wrong.len() - 1 {
        0 => String::new(),
        more => format!(
            " and in {}",
            crate::text::counted(more as u64, "other case")
        ),
    };
    Deviation::new(look.stage, format!("{what}, in `{case}`{more}")).into()
}

/// Returns the charset of a password that is not ASCII, if the check is about that and the client
/// sent it.
fn charset(look: &LookBack, all_seen: &AllSeen, world: &World) -> Option<&'static str> {
    if look.id != "rig.request.credentials" {
        return None;
    }
    let sent = |encoding: CredentialEncoding| {
        let expected = encoding.encode(&world.user, &world.server_password_not_ascii);
        let expected = expected.to_string();
        let mut exchanges = all_seen.values().flat_map(Seen::own);
        exchanges.any(|exchange| exchange.header("authorization") == Some(&expected))
    };
    if sent(CredentialEncoding::Latin1) {
        Some("ISO-8859-1")
    } else {
        sent(CredentialEncoding::Utf8).then_some("UTF-8")
    }
}
