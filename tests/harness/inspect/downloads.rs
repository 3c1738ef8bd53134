//! Backups that the program downloads from a server whose config it knows.

use super::{Desk, fails, json, sealed_by, serving};
use crate::support::scripted::{Deed, Scripted};
use safe_conformance::clients::Release;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The time after which an inspection of a silent server counts as hanging.
const HANGS: Duration = Duration::from_secs(300);

#[test]
#[ignore = "it takes long: CI runs it"]
fn it_downloads_as_android_does_and_knows_the_limit() {
    let body = sealed_by(Release::Android6_4.usual());
    let limit = body.len();
    let config = format!(r#"{{"maxBackupBytes": {limit}, "retentionDays": 180}}"#);
    let (server, desk) = (serving(body, config), Desk::new());
    let (json, ended) = json(&mut desk.from(&server));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    // Clause 4.6: the limit at which the two differ.
    let uploads = |uploads| serde_json::json!({"limit": limit, "uploads": uploads});
    assert_eq!(json["size"]["android"], uploads(true));
    assert_eq!(json["size"]["ios"], uploads(false));
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    for asked in asked {
        assert_eq!(asked.method, "GET");
        assert_eq!(asked.header("user-agent"), Some("Threema"));
        let accept = if asked.path.ends_with("/config") {
            "application/json"
        } else {
            "application/octet-stream"
        };
        assert_eq!(asked.header("accept"), Some(accept));
    }
}

/// A missing config does not stop the inspection: only the limit is unknown.
#[test]
#[ignore = "it takes long: CI runs it"]
fn an_unreadable_config_is_said() {
    let (server, desk) = (
        serving(sealed_by(Release::Ios6_3.usual()), "<html>".to_owned()),
        Desk::new(),
    );
    let (json, ended) = json(&mut desk.from(&server));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(json["size"]["ios"]["limit"], Value::Null);
    assert!(
        json["notes"][0]
            .as_str()
            .is_some_and(|note| note.contains("limit is not known"))
    );
}

/// iOS overwrites only what the server lets it.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_limit_that_keeps_ios_from_overwriting_is_seen() {
    let config = r#"{"maxBackupBytes": 3000, "retentionDays": 180}"#;
    let body = sealed_by(Release::Android6_4.usual());
    assert!(body.len() > 3000);
    let (server, desk) = (serving(body, config.to_owned()), Desk::new());
    let (json, _) = json(&mut desk.from(&server));
    assert_eq!(
        json["previews"][1]["overwrite"]["kept_from_it"], true,
        "{json:#}"
    );
}

/// A server that accepts the connection and stays silent is given up, with the stage.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_silent_server_is_given_up() {
    let server = Scripted::start(|_| Deed::Silence);
    let began = Instant::now();
    let desk = Desk::new();
    fails(
        || desk.from(&server),
        3,
        "http",
        &["no complete answer within"],
    );
    assert!(began.elapsed() < HANGS, "{:?}", began.elapsed());
}
