//! What comes close to a mistake, and is none.

use super::AllSeen;
use super::bodies::{document, nonces};
use super::conditions::unconditional;
use super::reads::{keeps_backup, only_reads};
use super::secrets::{encryption_key, server_password};
use crate::adapter::{Implementation as _, Request};
use crate::clients::{CredentialEncoding, Release};
use crate::engine::Outcome;
use crate::rig::{Action, Document, End, Exchange, Host, Seen, Turn, World};
use crate::safe::Client;
use crate::safe::envelope::{self, Compression, Nonce};
use crate::safe::keys::EncryptionKey;
use crate::suites::client::Like;
use crate::vectors;
use serde_json::Value;
use std::fmt::Write as _;
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
    let text = String::from_utf8(given()).expect("it is text");
    for spelling in ["\"version\":1.0", "\"version\":1e0"] {
        let spelled = text.replace("\"version\":1", spelling);
        assert_ne!(spelled.as_bytes(), given());
        assert_eq!(
            wrong_document(backup, Some(given()), spelled.as_bytes()),
            None
        );
    }
    let marked = [&b"\xef\xbb\xbf"[..], &given()].concat();
    let wrong = wrong_document(backup, Some(given()), &marked);
    let expected = "the content begins with a byte order mark";
    assert_eq!(wrong.as_deref(), Some(expected));
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

/// The outcome of a restore in a case, after which the client reports this state.
fn restored(case: &str, like: Like, state: &str) -> Outcome {
    let case = super::cases::find(case).expect("a case");
    let seen = Seen {
        state: Some(state.as_bytes().to_vec()),
        ..seen(Action::Restore, End::Done, None, Vec::new())
    };
    super::by_way(like, case, &seen, &WORLD)
}

/// The state of a phone with the newest release of a client after the restore of a vector.
fn state_of(client: Client, vector: &str) -> Value {
    let (_, _, vector) = vectors::find(vector).expect("a vector");
    let Request::ReadBackup(input) = vector.request() else {
        panic!("it is read");
    };
    let answer = Release::newest(client).read_backup(input);
    Value::Object(answer.expect("it is restored").restored)
}

#[test]
fn a_state_is_judged_as_with_the_vectors() {
    // Level 1 is kept as by iOS, and the lists as by Android.
    let vector = "payload.whole-android";
    let mut mixed = state_of(Client::Android, vector);
    let ios = state_of(Client::Ios, vector);
    mixed["contacts"][1]["verification"] = ios["contacts"][1]["verification"].clone();
    let case = "rig.payload.whole-android";
    let of = |like, state: &Value| restored(case, like, &state.to_string());
    assert!(matches!(of(Like::Anyone, &mixed), Outcome::Pass(_)));
    assert!(matches!(of(Like::Anyone, &ios), Outcome::Like { .. }));
    let android = Like::Client(Client::Android);
    assert!(matches!(of(android, &mixed), Outcome::Deviates(_)));
    mixed["contacts"][1]["hidden"] = false.into();
    assert!(matches!(of(Like::Anyone, &mixed), Outcome::Deviates(_)));
    // Like Android, but without the ID as the nickname.
    let mut sparse = state_of(Client::Android, "read-backup.android-sparse");
    sparse["user"]["nickname"].take();
    let outcome = restored(
        "rig.read-backup.android-sparse",
        Like::Anyone,
        &sparse.to_string(),
    );
    assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
}

#[test]
fn a_state_may_hold_half_of_a_surrogate_pair() {
    let whole = state_of(Client::Android, "payload.lone-surrogate").to_string();
    let of = |name: &str| {
        let escaped = whole.replace(
            "\"firstname\":\"Ada\u{fffd}\"",
            &format!("\"firstname\":{name}"),
        );
        assert_ne!(escaped, whole);
        restored("rig.payload.lone-surrogate", Like::Anyone, &escaped)
    };
    let half = of("\"Ada\\ud800\"");
    assert!(matches!(half, Outcome::Like { .. }), "{half:?}");
    assert!(matches!(of("\"Ada\\ud80\""), Outcome::Deviates(_)));
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

#[test]
fn the_last_request_is_named_without_the_backup_id() {
    let of = |exchanges| super::last_request(&seen(Action::Backup, End::Failed, None, exchanges));
    let mut config = request("GET", Vec::new());
    "/config".clone_into(&mut config.path);
    config.status = Some(401);
    let said = of(vec![request("PUT", Vec::new()), config]);
    let expected = "The last request, `GET /config`, was answered with 401.";
    assert_eq!(said.as_deref(), Some(expected));
    let mut closed = request("PUT", Vec::new());
    closed.status = None;
    let expected = "The last request, `PUT /backups/{ID}`, got no answer.";
    assert_eq!(of(vec![closed]).as_deref(), Some(expected));
    assert_eq!(of(Vec::new()), None);
}

#[test]
fn what_does_no_harm_may_be_sent() {
    let with = |method: &str, fields: &[&str], body: &[u8]| {
        let mut exchange = request(method, body.to_vec());
        for name in fields {
            exchange.headers.push(((*name).to_owned(), "x".to_owned()));
        }
        let seen = seen(Action::Backup, End::Done, Some(given()), vec![exchange]);
        unconditional("", &seen, &WORLD)
    };
    let harmless = [
        "accept-encoding",
        "content-type",
        "cache-control",
        "expect",
        "te",
    ];
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        assert_eq!(with(method, &harmless, b""), None);
    }
    assert_eq!(with("PUT", &[], b"sealed"), None);
    for (method, field, expected) in [
        (
            "PUT",
            "if-none-match",
            "`If-None-Match` with a PUT: a server may answer 304 or 412",
        ),
        (
            "DELETE",
            "if",
            "`If` with a DELETE: a server may answer 412",
        ),
        (
            "GET",
            "range",
            "`Range` with a GET: a server may answer 206 with a part",
        ),
    ] {
        assert_eq!(with(method, &[field], b"").as_deref(), Some(expected));
    }
    for method in ["GET", "HEAD", "DELETE"] {
        let expected = format!("a body with a {method}: a server may refuse it");
        assert_eq!(with(method, &[], b"{}"), Some(expected));
    }
}

#[test]
fn a_delete_may_come_before_an_upload_that_fails_and_after_one_that_does_not() {
    let wrong = |document: Option<Vec<u8>>, exchanges: &[(&str, Option<u16>)]| {
        let exchanges = exchanges.iter().map(|(method, status)| Exchange {
            status: *status,
            ..request(method, Vec::new())
        });
        let change = Action::ChangePassword;
        let seen = seen(change, End::Failed, document, exchanges.collect());
        keeps_backup("", &seen, &WORLD)
    };
    let of = |exchanges: &[(&str, Option<u16>)]| wrong(Some(given()), exchanges);
    let (deleted, stored) = (("DELETE", Some(204)), ("PUT", Some(201)));
    let (challenged, full) = (("PUT", Some(401)), ("PUT", Some(507)));
    // Both apps; iOS is challenged first.
    assert_eq!(of(&[deleted, full]), None);
    assert_eq!(
        of(&[("DELETE", Some(401)), challenged, deleted, full]),
        None
    );
    assert_eq!(of(&[("DELETE", Some(401)), full, deleted]), None);
    assert_eq!(of(&[challenged, stored, deleted]), None);
    assert_eq!(of(&[("PUT", Some(307)), deleted]), None);
    let expected = "a DELETE during `change-password`, after an upload that was answered with 507";
    assert_eq!(of(&[challenged, full, deleted]).as_deref(), Some(expected));
    assert!(of(&[("PUT", None), deleted]).is_some());
    assert_eq!(wrong(None, &[full, deleted]), None);
}

#[test]
fn the_password_of_the_server_is_found_in_a_query_in_any_encoding() {
    let with = |query: String| {
        let mut exchange = request("GET", Vec::new());
        exchange.query = Some(query);
        let seen = seen(Action::Test, End::Done, Some(given()), vec![exchange]);
        server_password("", &seen, &WORLD).is_some()
    };
    let password = &WORLD.punctuated_password;
    let encoded = |is_kept: fn(u8) -> bool| {
        let mut text = String::new();
        for byte in password.bytes() {
            if is_kept(byte) {
                text.push(char::from(byte));
            } else {
                write!(text, "%{byte:02x}").expect("memory takes it");
            }
        }
        text
    };
    assert!(with(encoded(|byte| byte.is_ascii_alphanumeric())));
    assert!(with(encoded(|byte| byte != b' ' && byte != b'>')));
    assert!(with(format!("password={}&x", password.replace(' ', "+"))));
    assert!(!with(
        encoded(|_| false).to_ascii_uppercase().replace('%', "%%")
    ));
    assert!(!with("100%25+%".to_owned()));
}

#[test]
fn the_punctuated_credentials_hold_what_their_case_names() {
    let (user, password) = (&WORLD.punctuated_user, &WORLD.punctuated_password);
    let basic = CredentialEncoding::Utf8.encode(user, password);
    assert!(basic.contains('+') && basic.contains('/'), "{}", *basic);
    assert!(!user.contains(':') && password.contains(':'));
    for text in [user, password] {
        assert!(["/", "@", " "].iter().all(|it| text.contains(it)), "{text}");
        assert!(text.chars().any(|it| it.is_ascii_uppercase()), "{text}");
    }
}

#[test]
fn a_document_holds_something_of_each_kind() {
    let value: Value = serde_json::from_slice(&given()).expect("it is JSON");
    let list = |name: &str| value[name].as_array().map_or(0, Vec::len);
    assert_eq!(
        (list("contacts"), list("groups"), list("distributionlists")),
        (3, 1, 1)
    );
    let name = value["contacts"][0]["firstname"].as_str().expect("a name");
    assert!(name.chars().count() > 32 && name.contains('\n'), "{name}");
    assert!(
        name.chars().any(|it| ('\u{80}'..'\u{ffff}').contains(&it)),
        "{name}"
    );
    assert!(name.chars().any(|it| it > '\u{ffff}'), "{name}");
    // Escaped, as a writer of ASCII spells it.
    let (mut units, mut escaped) = ([0; 2], String::new());
    for character in std::str::from_utf8(&given()).expect("it is text").chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            write!(escaped, "\\u{unit:04x}").expect("memory takes it");
        }
    }
    assert!(escaped.is_ascii() && escaped.as_bytes() != given());
    let backup = Action::Backup;
    assert_eq!(
        wrong_document(backup, Some(given()), escaped.as_bytes()),
        None
    );
}

/// A client that packs its upload is at the limit as one that stores it.
#[test]
fn a_change_of_the_document_changes_no_size() {
    let packed = |document: &[u8]| {
        let key = EncryptionKey::from_bytes([7; 32]);
        let nonce = Nonce([0; 24]);
        envelope::seal(&key, &nonce, document, Compression::Level(6)).len()
    };
    let sorted = |document: &[u8]| {
        let mut bytes = document.to_vec();
        bytes.sort_unstable();
        bytes
    };
    let after = |changes| WORLD.document_after(&Document::Small, changes);
    let first = after(0);
    for changes in 1..6 {
        let changed = after(changes);
        assert_ne!(changed, first, "{changes}");
        // The same bytes, so that the sizes are not equal by chance.
        assert_eq!(sorted(&changed), sorted(&first), "{changes}");
        assert_eq!(packed(&changed), packed(&first), "{changes}");
    }
}
