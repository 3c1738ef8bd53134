//! Whether a password or key appears anywhere in the requests of a run, in any spelling.

use crate::rig::{Exchange, Seen, World};
use crate::safe::backup;
use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use memchr::memmem::Finder;
use std::collections::BTreeSet;

/// Returns the place in the requests of a case that contains one of the spellings of a secret.
fn place_in(seen: &Seen, spellings: &BTreeSet<Vec<u8>>) -> Option<&'static str> {
    let finders: Vec<_> = spellings.iter().map(Finder::new).collect();
    let mut exchanges = seen.exchanges.iter();
    exchanges.find_map(|exchange| place_of(exchange, &finders))
}

fn place_of(exchange: &Exchange, spellings: &[Finder<'_>]) -> Option<&'static str> {
    let holds = |text: &[u8]| {
        let mut spellings = spellings.iter();
        spellings.any(|spelling| spelling.find(text).is_some())
    };
    if holds(exchange.path.as_bytes()) {
        return Some("the path");
    }
    if exchange
        .query
        .as_deref()
        .is_some_and(|query| holds(query.as_bytes()))
    {
        return Some("the query");
    }
    for (name, value) in &exchange.headers {
        let decoded = value
            .split(' ')
            .filter_map(|word| BASE64.decode(word.as_bytes()).ok())
            .any(|bytes| holds(&bytes));
        if decoded || holds(value.as_bytes()) || holds(name.as_bytes()) {
            return Some("a header field");
        }
    }
    holds(&exchange.body).then_some("the body")
}

fn spellings(secret: &[u8]) -> BTreeSet<Vec<u8>> {
    let padded = BASE64.encode(secret);
    let unpadded = padded.trim_end_matches('=').to_owned();
    let hex = HEXLOWER.encode(secret);
    [
        secret.to_vec(),
        hex.to_ascii_uppercase().into_bytes(),
        hex.into_bytes(),
        BASE64URL
            .encode(secret)
            .trim_end_matches('=')
            .as_bytes()
            .to_vec(),
        unpadded.into_bytes(),
    ]
    .into()
}

pub(super) fn safe_password(_: &str, seen: &Seen, world: &World) -> Option<String> {
    let mut all = spellings(world.password.as_bytes());
    all.extend(spellings(world.new_password.as_bytes()));
    let place = place_in(seen, &all)?;
    Some(format!("the Safe password in {place}"))
}

pub(super) fn private_key(_: &str, seen: &Seen, world: &World) -> Option<String> {
    let mut all = spellings(world.private_key());
    // A client with its own identity has another key, which is in the document that it seals.
    for exchange in seen.uploads() {
        let opened = exchange
            .backup_id()
            .and_then(|id| world.open(id, &exchange.body));
        if let Some(Ok(json)) = opened
            && let Ok(identity) = backup::identity_of(&json)
        {
            all.extend(spellings(identity.private_key.as_bytes()));
        }
    }
    let place = place_in(seen, &all)?;
    Some(format!("the private key in {place}"))
}
