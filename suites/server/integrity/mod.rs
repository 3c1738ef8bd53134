//! Integrity: bytes stay unchanged whatever they look like, whatever else is uploaded, and wherever
//! a connection breaks.

mod at_once;
mod broken_off;

pub use broken_off::judge_late;

use super::facets::WHOLE;
use super::judge::{Judged, describe, difference};
use super::upload::{fitting, judge_stored};
use crate::engine::{Deviation, Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, Facet, Payload, Recipe, Request, Response};
use at_once::{concurrent, during};
use broken_off::{cut_off_invisible, cut_off_keeps};

/// Bodies that a proxy or filter might take for another kind of content.
const LOOKS: &[Facet] = &[
    Facet::Case("gzip"),
    Facet::Case("html"),
    Facet::Case("lines"),
    Facet::Case("all-bytes"),
    Facet::Case("all-ones"),
    Facet::Case("zeros"),
];
/// With a declared length, as the apps do it, and without.
///
/// Source: `servers.chunked`.
const FRAMINGS: &[Facet] = &[Facet::Case("length"), Facet::Unusual("chunked")];

/// The remedy for a backup that is refused, and not changed.
const REFUSES: &str = "Other backups were stored here, and this one was refused for what it looks like. The log of the server, its virus scanner or its firewall says why. Exempt this path from such scans.";

checks! { Context;
    /// A body comes back unchanged whatever it looks like.
    CONTENT = Check {
        id: "integrity.content",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: LOOKS,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "the bytes that were uploaded, whatever they look like",
        remedy: "A proxy or filter treats the backup as text, HTML or a compressed file and changes it. Switch such filters off for this path.",
        run: content,
    }

    /// A download has no content encoding.
    ENCODING = Check {
        id: "integrity.content-encoding",
        clause: clause::DOWNLOAD,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: &[Facet::Case("unasked"), Facet::Case("asked")],
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "no Content-Encoding, whether or not Accept-Encoding offers one",
        remedy: "Switch compression off for this path (nginx: `gzip off;`; Apache: `SetEnv no-gzip 1`). Backups are encrypted, so compression saves nothing.",
        run: encoding,
    }

    /// A download that is decompressed by its Content-Encoding is what was stored.
    COMPRESSED = Check {
        id: "integrity.compressed-download",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "for a GET with `Accept-Encoding: gzip`, as the mobile platforms send it, a body that is the backup after decompression as its header says",
        remedy: "The header says that the body is compressed, but it is not. Remove what sets Content-Encoding for this path (Apache: `AddEncoding`, nginx: `add_header Content-Encoding`).",
        run: compressed,
    }

    /// An upload that breaks off leaves the old backup intact.
    CUT_OFF_KEEPS = Check {
        id: "integrity.cut-off-keeps-old",
        clause: clause::INTERRUPTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: FRAMINGS,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "the complete old backup after an upload over it broke off",
        remedy: "A phone that loses its network during an upload is left without a backup. Put a buffering nginx in front (`proxy_request_buffering on;`, which is its default), and let it check the credentials itself (`auth_basic`); on Nextcloud the versions app keeps the old file.",
        run: cut_off_keeps,
    }

    /// The first upload to an ID does not become visible if it breaks off.
    CUT_OFF_INVISIBLE = Check {
        id: "integrity.cut-off-invisible",
        clause: clause::INTERRUPTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: FRAMINGS,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "404 after the first upload to an ID broke off",
        remedy: "Half a backup looks like a backup until a user tries to restore it. Put a buffering nginx in front (`proxy_request_buffering on;`, which is its default), and let it check the credentials itself (`auth_basic`).",
        run: cut_off_invisible,
    }

    /// After several uploads at once, one of them is stored completely.
    CONCURRENT = Check {
        id: "integrity.concurrent-uploads",
        clause: clause::UPLOAD,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "after several uploads to one ID at the same time, exactly one of them, complete",
        remedy: "The server lets several uploads write into one file. Use a server that writes to a temporary file and renames it, or put a buffering nginx in front and allow one connection at a time to the server behind it.",
        run: concurrent,
    }

    /// A download during an upload is the old backup or the new one.
    DURING = Check {
        id: "integrity.download-during-upload",
        clause: clause::INTERRUPTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "the complete old or new backup for every GET during an upload",
        remedy: "The server shows a file while it is being written. Use a server that writes to a temporary file and renames it, or put a buffering nginx in front, which shortens that time.",
        run: during,
    }
}

async fn content(context: &Context) -> Judged {
    let length = fitting(context, 12_000).await;
    let recipe = match context.facet().case() {
        "gzip" => Recipe::Gzip(length),
        "html" => Recipe::Html(length),
        "lines" => Recipe::Lines(length),
        "all-bytes" => Recipe::AllBytes(length),
        "all-ones" => Recipe::AllOnes(length),
        _ => Recipe::Zeros(length),
    };
    let payload = context.payload("body", recipe);
    let backup = context.own_backup("backup");
    let put = context.send(Request::put(&backup, &payload)).await?;
    if !put.is_success() {
        return Ok(refused("a PUT of it", &put));
    }
    let answer = context.send(Request::get(&backup)).await?;
    if !answer.is_success() {
        return Ok(refused("a GET of it", &answer));
    }
    Ok(match difference(&answer.body, &payload) {
        None => Outcome::pass(format!("{} bytes came back unchanged", payload.len())),
        Some(difference) => Outcome::deviates(Stage::Size, format!("the body {difference}")),
    })
}

/// Returns the deviation of a server that stored other backups, and refuses one that looks special.
fn refused(doing: &str, answer: &Response) -> Outcome {
    let observed = format!("{doing} returned {}", describe(answer));
    Deviation::new(Stage::Http, observed).remedy(REFUSES).into()
}

/// Stores a backup that compresses well, once in a run, and downloads it with `offer` as
/// Accept-Encoding.
async fn fetch_compressible(
    context: &Context,
    offer: Option<&str>,
) -> Result<(Payload, Response), Outcome> {
    let recipe = Recipe::Lines(fitting(context, 20_000).await);
    let payload = context.shared_payload("compressible", recipe);
    let backup = context.compressible();
    let put = Request::put(&backup, &payload);
    let put = context.once("shared.compressible.put", put).await;
    let get = Request::get(&backup);
    let get = context.once("shared.compressible.get", get).await;
    judge_stored(put, get, &payload)?;
    let mut request = Request::get(&backup);
    if let Some(offer) = offer {
        request = request.header("Accept-Encoding", offer);
    }
    let answer = context.send(request).await?;
    if !answer.is_success() {
        return Err(Outcome::blocked(format!(
            "a GET of it returned {}",
            describe(&answer)
        )));
    }
    Ok((payload, answer))
}

fn encoding_of(answer: &Response) -> Option<&str> {
    answer
        .header("content-encoding")
        .filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
}

/// The names of encodings that an HTTP library may undo. Source: RFC 9110 section 8.4.1, RFC 7932,
/// RFC 8878.
const ENCODINGS: [&str; 7] = [
    "gzip",
    "x-gzip",
    "deflate",
    "compress",
    "x-compress",
    "br",
    "zstd",
];

/// Returns whether the header names no encoding, as `none` or `utf-8`, and the body is as it was
/// stored: a library that knows no such encoding leaves the bytes as they are.
fn names_no_encoding(encoding: &str, answer: &Response, payload: &Payload) -> bool {
    let is_named = |name: &&str| encoding.eq_ignore_ascii_case(name);
    !ENCODINGS.iter().any(is_named) && !encoding.contains(',') && answer.body.is(payload)
}

fn unchanged_despite(encoding: &str) -> Outcome {
    Outcome::pass(format!(
        "it came back as it was stored; `Content-Encoding: {encoding}` names no encoding"
    ))
}

async fn encoding(context: &Context) -> Judged {
    const OFFER: &str = "gzip, deflate, br";
    let offer = (context.facet().case() == "asked").then_some(OFFER);
    let (payload, answer) = fetch_compressible(context, offer).await?;
    let Some(encoding) = encoding_of(&answer) else {
        return Ok(Outcome::pass("no Content-Encoding"));
    };
    if names_no_encoding(encoding, &answer, &payload) {
        return Ok(unchanged_despite(encoding));
    }
    // Of the encodings that it offers, this program unpacks gzip alone, as the apps do.
    let is_right = if encoding.eq_ignore_ascii_case("gzip") {
        answer.unpacked && answer.body.is(&payload)
    } else {
        let mut offered = OFFER.split(", ");
        offered.any(|name| encoding.eq_ignore_ascii_case(name))
    };
    let stage = if offer.is_some() && is_right {
        Stage::Http
    } else {
        Stage::Gunzip
    };
    Ok(Outcome::deviates(
        stage,
        format!("the backup came with Content-Encoding: {encoding}"),
    ))
}

async fn compressed(context: &Context) -> Judged {
    let (payload, answer) = fetch_compressible(context, Some("gzip")).await?;
    let Some(encoding) = encoding_of(&answer) else {
        return Ok(match difference(&answer.body, &payload) {
            None => Outcome::pass("it came back as it was stored"),
            Some(difference) => Outcome::deviates(Stage::Size, format!("the body {difference}")),
        });
    };
    if names_no_encoding(encoding, &answer, &payload) {
        return Ok(unchanged_despite(encoding));
    }
    if !encoding.eq_ignore_ascii_case("gzip") {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!("it came with Content-Encoding: {encoding}, which the request did not offer"),
        ));
    }
    // The body was decompressed before it got here, as an HTTP library does for an app.
    Ok(if answer.body.is(&payload) && answer.unpacked {
        Outcome::pass("it came compressed, and decompresses to what was stored")
    } else {
        Outcome::deviates(
            Stage::Gunzip,
            "it came with Content-Encoding: gzip, but does not decompress to what was stored",
        )
    })
}
