//! Whether a password or key appears anywhere in the requests of a run, in any spelling.

use crate::clients::CredentialEncoding;
use crate::rig::{Exchange, Seen, World};
use crate::safe::backup;
use crate::safe::base_url::percent_decoded_bytes;
use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Returns the place in the requests of a case that contains one of the spellings of a secret.
fn place_in(seen: &Seen, spellings: &BTreeSet<Vec<u8>>) -> Option<&'static str> {
    place_beside(&[], seen, spellings)
}

/// Returns such a place, without these header fields.
fn place_beside(
    fields: &[&str],
    seen: &Seen,
    spellings: &BTreeSet<Vec<u8>>,
) -> Option<&'static str> {
    let finders: Vec<_> = spellings.iter().map(Finder::new).collect();
    let mut exchanges = seen.exchanges.iter();
    exchanges.find_map(|exchange| place_of(exchange, fields, &finders))
}

fn place_of(
    exchange: &Exchange,
    left_out: &[&str],
    spellings: &[Finder<'_>],
) -> Option<&'static str> {
    let holds_as_it_is = |text: &[u8]| {
        let mut spellings = spellings.iter();
        spellings.any(|spelling| spelling.find(text).is_some())
    };
    let holds =
        |text: &[u8]| holds_as_it_is(text) || decoded(text).is_some_and(|it| holds_as_it_is(&it));
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
    let headers = exchange.headers.iter();
    for (name, value) in headers.filter(|(name, _)| !left_out.contains(&name.as_str())) {
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

pub(super) fn encryption_key(_: &str, seen: &Seen, world: &World) -> Option<String> {
    let mut all = BTreeSet::new();
    for keys in world.all_keys() {
        let key = keys.encryption_key.as_bytes();
        all.extend(spellings(key));
        // Base64 of the whole output of scrypt spells the second half otherwise.
        all.extend(spellings(&[&keys.backup_id.as_bytes()[..], key].concat()));
    }
    let place = place_in(seen, &all)?;
    Some(format!("the encryption key in {place}"))
}

pub(super) fn server_password(_: &str, seen: &Seen, world: &World) -> Option<String> {
    let mut all = BTreeSet::new();
    for (user, password) in world.logins() {
        all.extend(spellings(password.as_bytes()));
        for encoding in [CredentialEncoding::Utf8, CredentialEncoding::Latin1] {
            let credentials = encoding.encode(user, password).to_string();
            let basic = credentials.trim_start_matches("Basic ");
            all.insert(basic.trim_end_matches('=').as_bytes().to_vec());
        }
    }
    let place = place_beside(&["authorization"], seen, &all)?;
    Some(format!("the server's password in {place}"))
}

/// Returns the bytes without percent-encoding and with a space for each plus, as in a query;
/// `None` if they hold neither.
fn decoded(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    memchr::memchr2(b'%', b'+', bytes)?;
    let spaced = bytes
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte });
    let spaced = Zeroizing::new(spaced.collect::<Vec<_>>());
    Some(percent_decoded_bytes(&spaced))
}
