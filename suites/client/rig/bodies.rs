//! What an upload must be: sealed with the right key, a document, stored, under a fresh nonce.

use super::AllSeen;
use crate::engine::Outcome;
use crate::rig::{Exchange, Seen, World};
use crate::safe::backup::Wrong;
use crate::safe::json::Document;
use crate::safe::{Stage, backup};
use crate::suites::client::body::likely;
use std::collections::BTreeMap;

/// Whether it is an upload of which everything came.
pub(super) fn is_whole_upload(exchange: &Exchange) -> bool {
    exchange.method == "PUT" && exchange.complete
}

/// The uploads that are whole, with the ID that they are stored under.
fn whole_uploads(seen: &Seen) -> impl Iterator<Item = (&str, &Exchange)> {
    seen.uploads()
        .filter(|exchange| is_whole_upload(exchange))
        .filter_map(|exchange| Some((exchange.backup_id()?.trim_end_matches('/'), exchange)))
}

pub(super) fn sealed(_: &str, seen: &Seen, world: &World) -> Option<String> {
    whole_uploads(seen).find_map(|(id, exchange)| match world.open(id, &exchange.body) {
        Some(Err(error)) => {
            let keys = world.keys(id).filter(|_| error.stage() == Stage::Open);
            Some(match keys.and_then(|keys| likely(keys, &exchange.body)) {
                Some(mistake) => format!("the mistake is likely this: {mistake}"),
                None => error.to_string(),
            })
        }
        Some(Ok(_)) | None => None,
    })
}

pub(super) fn document(_: &str, seen: &Seen, world: &World) -> Option<String> {
    whole_uploads(seen).find_map(|(id, exchange)| {
        let json = world.open(id, &exchange.body)?.ok()?;
        let document = match Document::parse(&json) {
            Ok(document) => document,
            Err(error) => return Some(format!("the content is no JSON: {error}")),
        };
        let (_, deviations) = backup::Backup::read(document);
        let first = deviations.list.first()?;
        Some(format!("{} {}", first.path, words_of(&first.wrong)))
    })
}

fn words_of(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Missing => "is missing".to_owned(),
        Wrong::Kind { expected, found } => format!("is {found}, expected {expected}"),
        Wrong::Form { expected } => format!("is not {expected}"),
        Wrong::Remark(remark) => (*remark).to_owned(),
        Wrong::Duplicate => "is there twice".to_owned(),
    }
}

/// The flag of a stored block in the first byte of a deflate stream, behind gzip's header of ten
/// bytes. Source: RFC 1951 section 3.2.3.
pub(super) fn stored_gzip(_: &str, seen: &Seen, world: &World) -> Option<String> {
    whole_uploads(seen).find_map(|(id, exchange)| {
        let packed = world.decrypt(id, &exchange.body)?;
        let kind = packed.get(10)? >> 1 & 0b11;
        (kind != 0).then(|| "the gzip is compressed".to_owned())
    })
}

pub(super) fn nonces(all_seen: &AllSeen) -> Outcome {
    let mut known: BTreeMap<&[u8], &[u8]> = BTreeMap::new();
    let mut count = 0;
    for exchange in all_seen.values().flat_map(Seen::uploads) {
        let Some(nonce) = exchange.body.get(..24).filter(|_| exchange.complete) else {
            continue;
        };
        count += 1;
        if nonce.iter().all(|byte| *byte == 0) {
            return Outcome::deviates(Stage::Open, "a nonce of zeros");
        }
        // The same body sent once more, on a challenge, is not sealed again.
        match known.insert(nonce, &exchange.body) {
            Some(before) if before != &exchange.body[..] => {
                return Outcome::deviates(Stage::Open, "two different uploads with the same nonce");
            }
            _ => {}
        }
    }
    if count < 2 {
        return Outcome::blocked("fewer than two uploads were seen");
    }
    Outcome::pass(format!("{count} uploads, each with its own nonce"))
}
