//! What comes close to a mistake, and is none.

use super::AllSeen;
use super::bodies::{document, nonces};
use super::reads::only_reads;
use super::secrets::{encryption_key, server_password};
use crate::engine::Outcome;
use crate::rig::{Action, Document, End, Exchange, Host, Seen, Turn, World};
use crate::safe::envelope::{self, Compression, Nonce};
use serde_json::Value;
use std::sync::LazyLock;
use std::time::Duration;

/// Its keys take two derivations.
static WORLD: LazyLock<World> = LazyLock::new(|| World::new().expect("there is randomness"));

fn given() -> Vec<u8> {
    WORLD.document(&Document::Small).into()
}

fn request(method: &str, body: Vec<u8>) -> Exchange {
    Exchange {
        host: Host::Own,
        turn: 0,
        method: method.to_owned(),
        path: format!("/backups/{}", WORLD.backup_id().to_hex()),
        query: None,
        headers: Vec::new(),
        body_length: body.len() as u64,
        body,
        complete: true,
        version: "HTTP/2",
        status: Some(201),
        at: Duration::ZERO,
    }
}

fn upload(document: &[u8], nonce: u8) -> Exchange {
    // No two bytes are equal, as if they were random.
    let nonce = Nonce(std::array::from_fn(|place| {
        nonce.wrapping_add(u8::try_from(place * place * 7 % 251).unwrap_or_default())
    }));
    let [keys, _] = WORLD.all_keys();
    let key = &keys.encryption_key;
    let body = envelope::seal(key, &nonce, document, Compression::Stored);
    request("PUT", body)
}

fn seen(action: Action, end: End, document: Option<Vec<u8>>, exchanges: Vec<Exchange>) -> Seen {
    Seen {
        turns: vec![Turn {
            action,
            end,
            document,
        }],
        exchanges,
        ..Seen::default()
    }
}

fn wrong_document(action: Action, to_back_up: Option<Vec<u8>>, uploaded: &[u8]) -> Option<String> {
    let exchanges = vec![upload(uploaded, 1)];
    document("", &seen(action, End::Done, to_back_up, exchanges), &WORLD)
}

#[test]
fn a_document_may_be_written_anew() {
    let mut value: Value = serde_json::from_slice(&given()).expect("it is JSON");
    let indented = serde_json::to_vec_pretty(&value).expect("it is written");
    assert_ne!(indented, given());
    let backup = Action::Backup;
    assert_eq!(wrong_document(backup, Some(given()), &indented), None);
    value["user"]["nickname"] = "Another".into();
    let other = value.to_string();
    let wrong = wrong_document(backup, Some(given()), other.as_bytes());
    let expected = "`user.nickname` is not as in `document.json`";
    assert_eq!(wrong.as_deref(), Some(expected));
    // A phone has its own contacts, and a restore may be followed by a backup.
    assert_eq!(wrong_document(backup, None, other.as_bytes()), None);
    let restore = Action::Restore;
    let after_restore = wrong_document(restore, Some(given()), other.as_bytes());
    assert_eq!(after_restore, None);
}

#[test]
fn a_body_may_be_sent_again_in_one_action() {
    let twice = || vec![upload(&given(), 1), upload(&given(), 1)];
    let of = |exchanges| seen(Action::Backup, End::Done, Some(given()), exchanges);
    let passes = |all: AllSeen| matches!(nonces(&all), Outcome::Pass(_));
    assert!(passes([("one", of(twice()))].into()));
    let mut in_two_actions = twice();
    in_two_actions[1].turn = 1;
    assert!(!passes([("one", of(in_two_actions))].into()));
    let once = || of(vec![upload(&given(), 1)]);
    assert!(!passes([("one", once()), ("two", once())].into()));
}

#[test]
fn a_backup_may_follow_a_restore_that_succeeded() {
    let wrong = |action, end, method, document| {
        let exchanges = vec![request("GET", Vec::new()), request(method, Vec::new())];
        only_reads("", &seen(action, end, document, exchanges), &WORLD).is_some()
    };
    let restore = Action::Restore;
    assert!(!wrong(restore, End::Done, "PUT", Some(given())));
    assert!(!wrong(restore, End::Failed, "HEAD", Some(given())));
    assert!(wrong(restore, End::Failed, "PUT", Some(given())));
    assert!(wrong(restore, End::Done, "DELETE", Some(given())));
    assert!(wrong(Action::Test, End::Done, "PUT", Some(given())));
    assert!(!wrong(Action::Test, End::Done, "GET", Some(given())));
    assert!(!wrong(Action::Backup, End::Done, "PUT", Some(given())));
    assert!(!wrong(Action::Delete, End::Done, "DELETE", Some(given())));
    // A phone may upload at any time.
    assert!(!wrong(Action::Test, End::Done, "PUT", None));
}

#[test]
fn the_backup_id_and_the_credentials_of_the_server_may_be_sent() {
    let [keys, _] = WORLD.all_keys();
    let with = |name: &str, value: String| {
        let mut exchange = upload(&given(), 1);
        exchange.headers.push((name.to_owned(), value));
        seen(Action::Backup, End::Done, Some(given()), vec![exchange])
    };
    let hex = |key: &[u8]| data_encoding::HEXUPPER.encode(key);
    let id = with("x-id", hex(keys.backup_id.as_bytes()));
    assert_eq!(encryption_key("", &id, &WORLD), None);
    let key = with("x-key", hex(keys.encryption_key.as_bytes()));
    assert!(encryption_key("", &key, &WORLD).is_some());
    let login = format!("{}:{}", WORLD.user, WORLD.server_password);
    let basic = format!("Basic {}", data_encoding::BASE64.encode(login.as_bytes()));
    let right = with("authorization", basic.clone());
    assert_eq!(server_password("", &right, &WORLD), None);
    assert!(server_password("", &with("cookie", basic), &WORLD).is_some());
    assert!(server_password("", &with("x-user", WORLD.user.clone()), &WORLD).is_none());
}
