//! What an upload must be: a document, stored, sealed with the right key and a fresh nonce.

use super::AllSeen;
use crate::engine::Outcome;
use crate::rig::{Action, Exchange, Seen, World};
use crate::safe::backup::Wrong;
use crate::safe::envelope::Nonce;
use crate::safe::json::Document;
use crate::safe::{Stage, backup};
use crate::suites::client::body::likely;
use crate::suites::client::compare::{Difference, Form, differences, same};
use crate::suites::client::nonce;
use serde_json::Value;
use std::collections::HashMap;

/// Returns whether it is an upload that arrived completely.
pub(super) fn is_whole_upload(exchange: &Exchange) -> bool {
    exchange.method == "PUT" && exchange.complete
}

/// Returns the complete uploads, each with the ID under which it is stored.
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
                Some(mistake) => format!("likely mistake: {}", mistake.name),
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
            Ok(document) if document.has_byte_order_mark() => {
                return Some("the content begins with a byte order mark".to_owned());
            }
            Ok(document) => document,
            Err(error) => return Some(format!("the content is not JSON: {error}")),
        };
        let (_, deviations) = backup::Backup::read(document);
        match deviations.list.first() {
            Some(first) => Some(format!("{} {}", first.path, words_of(&first.wrong))),
            None => otherwise(given(seen, exchange)?, &json),
        }
    })
}

/// Returns the document that an upload must hold, if it is known. A client may upload what it
/// restored, which is another one.
///
/// Source: `clients.http.restore-sequence`.
fn given<'a>(seen: &'a Seen, exchange: &Exchange) -> Option<&'a [u8]> {
    let turn = seen.turns.get(exchange.turn)?;
    match turn.action {
        Action::Backup | Action::ChangePassword => turn.document.as_deref(),
        Action::Test | Action::Restore | Action::Delete => None,
    }
}

/// Returns how a document differs from the one that was to be backed up, as JSON with numbers in
/// any spelling. The values are left out: they are of this run only.
fn otherwise(given: &[u8], uploaded: &[u8]) -> Option<String> {
    let read = |json: &[u8]| serde_json::from_slice::<Value>(json).ok();
    let (given, uploaded) = (read(given)?, read(uploaded).unwrap_or_default());
    if same(&given, &uploaded) {
        return None;
    }
    let all = differences(Form::Written, &given, &uploaded);
    Some(match all.first() {
        Some(Difference { field, place, .. }) if !field.is_empty() => {
            let of_place = if place.is_empty() { "" } else { " of " };
            format!("`{field}`{of_place}{place} is not as in `document.json`")
        }
        Some(_) | None => "it is not the document in `document.json`".to_owned(),
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

/// Judges the flag of a stored block in the first byte of a deflate stream. Another check covers
/// bodies without gzip. Source: RFC 1951 section 3.2.3.
pub(super) fn stored_gzip(_: &str, seen: &Seen, world: &World) -> Option<String> {
    whole_uploads(seen).find_map(|(id, exchange)| {
        let packed = world.decrypt(id, &exchange.body)?;
        let kind = deflate_stream(&packed)?.first()? >> 1 & 0b11;
        (kind != 0).then(|| "the gzip is compressed".to_owned())
    })
}

/// Returns the bytes after the header of a gzip; `None` without such a header.
///
/// Source: RFC 1952 section 2.3.
fn deflate_stream(gzip: &[u8]) -> Option<&[u8]> {
    let (header, mut rest) = gzip.split_first_chunk::<10>()?;
    let [0x1f, 0x8b, 8, flags, ..] = *header else {
        return None;
    };
    if flags & 0b100 != 0 {
        let (length, extra) = rest.split_first_chunk()?;
        rest = extra.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    // A name, and a comment.
    for flag in [0b1000, 0b1_0000] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    let checksum = if flags & 0b10 == 0 { 0 } else { 2 };
    rest.get(checksum..)
}

pub(super) fn nonces(all_seen: &AllSeen) -> Outcome {
    let mut known: HashMap<Nonce, (&str, &Exchange)> = HashMap::new();
    let mut last = None;
    let mut count = 0;
    let uploads = all_seen
        .iter()
        .flat_map(|(case, seen)| seen.uploads().map(move |exchange| (*case, exchange)));
    for (case, exchange) in uploads {
        let Some(nonce) = exchange.body.first_chunk().filter(|_| exchange.complete) else {
            continue;
        };
        count += 1;
        let nonce = Nonce(*nonce);
        let earlier = match known.insert(nonce, (case, exchange)) {
            // A body that is sent again in one action is not sealed again.
            Some((earlier, before))
                if earlier == case
                    && before.turn == exchange.turn
                    && before.body == exchange.body =>
            {
                continue;
            }
            Some(_) => Some(nonce),
            None => last.replace(nonce),
        };
        if let Some(mistake) = earlier.and_then(|earlier| nonce::mistake(&earlier, &nonce)) {
            return Outcome::deviates(Stage::Open, mistake.name);
        }
    }
    if count < 2 {
        return Outcome::blocked("fewer than two uploads were seen");
    }
    Outcome::pass(format!("{count} uploads, each with its own nonce"))
}

#[cfg(test)]
mod tests {
    use super::deflate_stream;
    use flate2::{Compression, GzBuilder};
    use std::io::Write as _;

    #[test]
    fn a_deflate_stream_is_found_behind_every_header() {
        for level in [Compression::none(), Compression::best()] {
            let packed = |builder: GzBuilder| {
                let mut packer = builder.write(Vec::new(), level);
                packer.write_all(&[b'a'; 100]).expect("memory takes it");
                packer.finish().expect("memory takes it")
            };
            let bare = packed(GzBuilder::new());
            let stream = deflate_stream(&bare).expect("a gzip");
            let kind = stream[0] >> 1 & 0b11;
            assert_eq!(kind == 0, level == Compression::none());
            let named = GzBuilder::new().filename("backup").comment("c").extra("xy");
            assert_eq!(deflate_stream(&packed(named)), Some(stream));
        }
        assert_eq!(deflate_stream(b"{\"info\":{\"version\":1}}"), None);
        // zlib with the bits of a stored block.
        assert_eq!(
            deflate_stream(&[0x78, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0]),
            None
        );
        assert_eq!(deflate_stream(&[0x1f, 0x8b, 8]), None);
    }
}
