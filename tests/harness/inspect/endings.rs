//! How an inspection ends: the stages at which a backup fails, mistakes, and what is not judged.

use super::{BACKUP_PASSWORD, Desk, ID, KEYS, NONCE, backup, fails, id, json, sealed, sealed_by};
use crate::support::program::{file, program, run};
use crate::support::scripted::{Deed, Reply, Scripted};
use safe_conformance::clients::{Phone, Release};
use safe_conformance::safe::{Compression, EncryptionKey, envelope};
use serde_json::Value;

#[test]
#[ignore = "it takes long: CI runs it"]
fn each_stage_of_opening_is_named() {
    let desk = Desk::new();
    let gibberish = envelope::encrypt(&KEYS.encryption_key, &NONCE, b"no gzip");
    let other = EncryptionKey::from_bytes([1; 32]);
    for (body, stage, words) in [
        (vec![7; 39], "size", "39 bytes"),
        (
            envelope::seal(&other, &NONCE, b"{}", Compression::Stored),
            "open",
            "cannot be distinguished",
        ),
        (gibberish, "gunzip", "not gzip"),
        (
            sealed(b"{\"info\":}"),
            "json",
            "line 1, column 9, in `info`",
        ),
        (sealed(b"{\"info\":{}}"), "meaning", "no identity"),
    ] {
        fails(|| desk.of(&body), 1, stage, &[words]);
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_wrong_password_comes_with_what_to_try() {
    let desk = Desk::new();
    let body = sealed_by(Release::Ios6_3.usual());
    file(desk.home.path(), "password", "nothing of the kind\u{fc} \n");
    fails(
        || desk.of(&body),
        1,
        "open",
        &[
            "not the password of the server",
            "white space",
            "NFC and NFD",
        ],
    );
    let (json, _) = json(&mut desk.of(&body));
    assert_eq!(
        json["clients"],
        serde_json::json!({}),
        "with the right one they may restore it"
    );
    file(desk.home.path(), "password", BACKUP_PASSWORD);
    let lower = || {
        let mut command = desk.inspect();
        command.arg(desk.put(&body)).args(["--id", "echoecho"]);
        command
    };
    let ended = run(&mut lower());
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(
        ended.stdout.contains("The ID was read as ECHOECHO"),
        "{}",
        ended.all()
    );
    file(desk.home.path(), "password", "something else");
    fails(lower, 1, "open", &["MDM"]);
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn each_stage_of_downloading_is_named() {
    let desk = Desk::new();
    let nothing = Scripted::start(|_| Deed::Healthy);
    fails(
        || desk.from(&nothing),
        3,
        "http",
        &["no backup for this ID and password", "one wrong letter"],
    );
    let refused = || {
        let mut command = desk.from(&nothing);
        command.env("SAFE_SERVER_PASSWORD", "another");
        command
    };
    fails(refused, 5, "auth", &["--password-file"]);
    assert_eq!(nothing.count("PUT") + nothing.count("DELETE"), 0);
    let elsewhere = Scripted::start(|_| {
        Deed::Reply(Reply::new(302, "").with("Location", "http://localhost:1/else"))
    });
    fails(
        || desk.from(&elsewhere),
        3,
        "http",
        &["the apps find no backup there", "302"],
    );
    assert!(
        elsewhere
            .asked()
            .iter()
            .all(|asked| !asked.path.contains("else"))
    );
    let nobody = || {
        let mut command = desk.inspect();
        command.args(["--from", "http://127.0.0.1:1/safe", "--id", ID]);
        command
    };
    fails(nobody, 3, "connect", &["connection refused"]);
    let no_name = || {
        let mut command = desk.inspect();
        command.args(["--from", "https://nowhere.invalid/safe", "--id", ID]);
        command
    };
    fails(no_name, 3, "resolve", &["has no address"]);
}

/// A failure of a proxy or of another server is never blamed on the password or the ID.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_server_that_is_not_ready_is_named_and_the_password_is_not() {
    let desk = Desk::new();
    let portal = "https://auth.example.org/?rd=https%3A%2F%2Fbackup.example.org%2F";
    let page = "<!DOCTYPE html><title>Welcome</title>";
    let xml = "<d:error><s:message>Too many requests</s:message></d:error>";
    for (reply, words) in [
        (Reply::new(404, ""), "this is not its URL"),
        (
            Reply::new(302, "").with("Location", portal),
            "a login portal stands in front",
        ),
        (
            Reply::new(403, "").with("cf-mitigated", "challenge"),
            "Cloudflare answers with a challenge",
        ),
        (Reply::new(403, "go away"), "saying \"go away\""),
        (Reply::new(200, page), "an HTML page titled \"Welcome\""),
        (Reply::new(429, xml), "the server answered 429"),
    ] {
        let code = if words.contains("429") { 5 } else { 3 };
        let server = Scripted::start(move |_| Deed::Reply(reply.clone()));
        let ended = run(&mut desk.from(&server));
        assert_eq!(ended.code, Some(code), "{}", ended.all());
        // Lines are wrapped.
        let said = ended.all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(words), "{words}: {said}");
        for blamed in ["one wrong letter", "which of these", "NFC and NFD"] {
            assert!(!said.contains(blamed), "{blamed}: {said}");
        }
    }
}

/// An app that is made of one page answers every unknown path with it. The server works.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_page_in_place_of_a_404_is_a_missing_backup() {
    let desk = Desk::new();
    let config = r#"{"maxBackupBytes":524288,"retentionDays":180}"#;
    let server = Scripted::start(move |asked| {
        Deed::Reply(if asked.path.ends_with("/config") {
            Reply::new(200, config)
        } else {
            Reply::new(200, "<!DOCTYPE html><title>Welcome</title>")
        })
    });
    let ended = run(&mut desk.from(&server));
    let said = ended.all().split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "titled \"Welcome\"",
        "in place of a 404",
        "one wrong letter",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(
        !said.contains("web page comes in place of `config`"),
        "{said}"
    );
}

/// A redirect within the server that leads to a 404 counts as a 404.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_redirect_that_leads_to_a_404_is_a_missing_backup() {
    let desk = Desk::new();
    let config = r#"{"maxBackupBytes":524288,"retentionDays":180}"#;
    let scripted = |end: u16, has_config: bool| {
        Scripted::start(move |asked| {
            Deed::Reply(if asked.path.starts_with("/new") {
                Reply::new(end, "")
            } else if has_config && asked.path.ends_with("/config") {
                Reply::new(200, config)
            } else {
                Reply::new(302, "").with("Location", "/new")
            })
        })
    };
    for (end, has_config, stage, said, unsaid) in [
        (
            404,
            true,
            "http",
            "no backup for this ID and password (404)",
            "redirect",
        ),
        (404, false, "http", "which leads to 404", "one wrong letter"),
        (403, true, "http", "which leads to 403", "one wrong letter"),
        (401, true, "auth", "which leads to 401", "one wrong letter"),
        // Nothing is known of the end of this one.
        (
            500,
            true,
            "http",
            "the apps find no backup there",
            "leads to",
        ),
    ] {
        let server = scripted(end, has_config);
        fails(|| desk.from(&server), 3, stage, &[said]);
        let all = run(&mut desk.from(&server)).all();
        let flat = all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!flat.contains(unsaid), "{unsaid}: {flat}");
        assert!(!flat.contains("not followed"), "{flat}");
    }
}

/// The password opened the backup, so that the last line does not blame it.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_document_that_is_not_utf8_was_opened() {
    let desk = Desk::new();
    let json = Release::Android6_4
        .usual()
        .write(&backup(), &Phone::new(id(ID)));
    let mut wrong = json.clone();
    let place = json.windows(3).position(|it| it == b"Ada").expect("a name");
    wrong[place] = 0xff;
    let last = |body: &[u8]| {
        let ended = run(&mut desk.of(body));
        let last = ended.stdout.lines().next_back().unwrap_or_default();
        (ended.code, last.to_owned())
    };
    let (code, said) = last(&sealed(&wrong));
    assert_eq!(code, Some(1));
    assert_eq!(
        said,
        "Exit code 1: Something in the backup breaks the format."
    );
    // A near miss: another key.
    let other = EncryptionKey::from_bytes([1; 32]);
    let (code, said) = last(&envelope::seal(&other, &NONCE, &json, Compression::Stored));
    assert_eq!(code, Some(1));
    assert_eq!(said, "Exit code 1: No backup could be opened with these.");
}

/// What is plainly no backup comes without a word about the password.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_page_in_place_of_a_backup_is_named() {
    let desk = Desk::new();
    let page = b"<!doctype html><html><head><title>Login</title></head></html>";
    let ended = run(&mut desk.of(page));
    let said = ended.all().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("This is an HTML page, not a backup."),
        "{said}"
    );
    assert!(
        !said.contains("NFC") && !said.contains("password of the server"),
        "{said}"
    );
    assert_eq!(ended.code, Some(1), "{said}");
    // The same as a document, which needs no password.
    let mut plain = desk.inspect();
    plain.arg("--plain").arg(desk.put(page));
    let said = run(&mut plain).all();
    assert!(said.contains("login page"), "{said}");
}

/// `restores everything` does not stand above what is not known.
#[test]
#[ignore = "it takes long: CI runs it"]
fn what_is_not_known_is_not_everything() {
    let desk = Desk::new();
    let first_line = |readable: &str| {
        let json = Release::Android6_4
            .usual()
            .write(&backup(), &Phone::new(id(ID)));
        let json = String::from_utf8(json).expect("UTF-8");
        let one = json.replacen("\"verification\": 1", "\"verification\": 0", 1);
        let json = one.replacen("\"readReceipts\": 0", readable, 1);
        let ended = run(&mut desk.of(&sealed(json.as_bytes())));
        let mut lines = ended.stdout.lines().map(str::trim).map(str::to_owned);
        let android = lines.find(|line| line.starts_with("Android 6.4.2 "));
        (android.expect("a line"), lines.next().unwrap_or_default())
    };
    let (line, next) = first_line("\"readReceipts\": 9");
    assert!(!line.contains("everything"), "{line}");
    assert!(next.starts_with("not known what happens to: "), "{next}");
    let (line, _) = first_line("\"readReceipts\": 1");
    assert!(line.ends_with("restores everything"), "{line}");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn slips_are_reported_in_one_sentence() {
    let desk = Desk::new();
    let body = desk.put(&sealed_by(Release::Ios6_3.usual()));
    let body = body.to_str().expect("a path");
    let there = file(desk.home.path(), "there", "precious");
    let there = there.to_str().expect("a path");
    for (arguments, words) in [
        (&["--id", ID][..], "no backup was named"),
        (&[body], "--id"),
        (&[body, "--id", "ECHO"], "8 characters"),
        (&["nowhere", "--id", ID], "failed to read `nowhere`"),
        (
            &[body, "--id", ID, "--user", "alice"],
            "--user needs the URL",
        ),
        (
            &[body, "--id", ID, "--from", "https://example.org"],
            "cannot be used with",
        ),
        (
            &[body, "--id", ID, "--write-document", there],
            "exists already",
        ),
        (&["--plain", "--id", ID], "FILE"),
        (
            &[body, "--plain", "--write-document", "new"],
            "cannot be used with",
        ),
        (
            &[body, "--id", ID, "--backup-password", "x"],
            "unexpected argument",
        ),
    ] {
        let ended = run(desk.inspect().args(arguments));
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.all());
        assert!(
            ended.stderr.contains(words),
            "{arguments:?}: {}",
            ended.all()
        );
        assert_eq!(ended.stdout, "");
    }
    assert_eq!(
        std::fs::read_to_string(there).expect("it is there"),
        "precious"
    );
    let ended = run(program(desk.home.path()).args(["inspect", body, "--id", ID]));
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("SAFE_BACKUP_PASSWORD"),
        "{}",
        ended.all()
    );
}

/// The server's password is never used as the backup's.
#[test]
fn passwords_are_not_confused() {
    let desk = Desk::new();
    let body = desk.put(&sealed_by(Release::Ios6_3.usual()));
    let server = file(desk.home.path(), "server", BACKUP_PASSWORD);
    let ended = run(program(desk.home.path())
        .arg("inspect")
        .arg(body)
        .args(["--id", ID])
        .env("SAFE_SERVER_PASSWORD", BACKUP_PASSWORD)
        .env("SAFE_SERVER_PASSWORD_FILE", server));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
}

#[test]
fn without_an_id_what_depends_on_it_is_not_judged() {
    let desk = Desk::new();
    let document = desk.put(
        &Release::Ios6_3
            .usual()
            .write(&backup(), &Phone::new(id(ID))),
    );
    let mut command = desk.inspect();
    let (json, ended) = json(command.arg("--plain").arg(document));
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    assert_eq!(json["clients"]["ios"], "unknown");
    assert_eq!(json["contents"]["groups"]["left"], Value::Null);
    assert_eq!(json["size"], Value::Null);
    let mut backup = backup();
    backup.groups = Vec::new().into();
    let document = desk.put(&Release::Ios6_3.usual().write(&backup, &Phone::new(id(ID))));
    let ended = run(desk.inspect().arg("--plain").arg(document));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

/// Without an ID, a refusal for which the ID does not matter is shown, and one that may depend on
/// it is not.
#[test]
fn without_an_id_what_every_id_gets_is_judged() {
    let desk = Desk::new();
    let whole = Release::Ios6_3
        .usual()
        .write(&backup(), &Phone::new(id(ID)));
    let whole = String::from_utf8(whole.clone()).expect("JSON");
    let inspected = |document: &str| {
        let mut command = desk.inspect();
        json(command.arg("--plain").arg(desk.put(document.as_bytes())))
    };
    let keyless = whole.replace("\"privatekey\"", "\"publickey\"");
    for document in [keyless.as_str(), "{\"info\":", "no JSON"] {
        let (json, ended) = inspected(document);
        assert_eq!(ended.code, Some(1), "{}", ended.all());
        for client in ["android", "ios"] {
            assert_eq!(json["clients"][client], "fail", "{}", ended.all());
        }
        let reason = json["previews"][0]["reason"].as_str().unwrap_or_default();
        assert!(!reason.contains("--id"), "{reason}");
    }
    let (json, _) = inspected(&whole);
    assert_eq!(json["clients"]["android"], "unknown");
}
