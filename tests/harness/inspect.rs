//! `inspect`: who wrote a backup, what is in it, what becomes of it, at which stage it fails; and what it never tells.

use crate::support::program::{Ended, file, program, run};
use crate::support::scripted::{Asked, CONFIG, Deed, PASSWORD, Reply, Scripted, USER};
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use safe_conformance::clients::{Phone, Writer};
use safe_conformance::inspect::SCHEMA;
use safe_conformance::safe::backup::{
    Backup, Bytes, Contact, DistributionList, DistributionListId, Group, GroupId, Link, LinkKind,
    PictureRelease, PrivateKey, PublicKey, Settings, Timestamp, User, Verification,
};
use safe_conformance::safe::keys::derive;
use safe_conformance::safe::{
    BackupPassword, Compression, DerivedKeys, EncryptionKey, Nonce, ThreemaId, envelope,
};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const ID: &str = "ECHOECHO";
const BACKUP_PASSWORD: &str = "Tödliche \"Sterne\" 42";
const PRIVATE_KEY: [u8; 32] = [0x5b; 32];
const NONCE: Nonce = Nonce([0x24; 24]);

static KEYS: LazyLock<DerivedKeys> =
    LazyLock::new(|| derive(&BackupPassword::new(BACKUP_PASSWORD.to_owned()), &id(ID)));

fn id(id: &str) -> ThreemaId {
    ThreemaId::parse(id).expect("an ID")
}

/// What somebody has on an Android phone.
fn backup() -> Backup {
    let mut user = User::new(PrivateKey::from_bytes(PRIVATE_KEY));
    user.nickname = Some("Captain".into());
    user.picture = Some(Bytes([&[0xff, 0xd8, 0xff][..], &[7; 2_000]].concat()));
    user.picture_release = Some(PictureRelease::Everyone);
    user.links = vec![
        Link::new(LinkKind::Mobile, "41790000000".into()),
        Link::new(LinkKind::Email, "captain@example.com".into()),
    ]
    .into();
    let mut backup = Backup::new(user);
    let contact = |name: &str, identity, level| Contact {
        verification: Some(level),
        first_name: Some(name.into()),
        created_at: Some(Timestamp(1_700_000_000_000)),
        ..Contact::new(id(identity))
    };
    backup.contacts = vec![
        Contact {
            public_key: Some(PublicKey([3; 32])),
            last_name: Some("Lovelace".into()),
            ..contact("Ada", "ADA00001", Verification::Full)
        },
        contact("Bob", "BOB00001", Verification::Server),
        Contact {
            hidden: Some(true),
            ..contact("Eve", "EVE00001", Verification::Unverified)
        },
    ]
    .into();
    let group = |number, members: &[&str]| Group {
        name: Some("Crew".into()),
        created_at: Some(Timestamp(1_700_000_000_000)),
        members: members.iter().map(|member| id(member)).collect(),
        ..Group::new(GroupId([number; 8]), id("ADA00001"))
    };
    backup.groups = vec![
        group(1, &["ADA00001", ID, "BOB00001"]),
        group(2, &["ADA00001", "BOB00001"]),
    ]
    .into();
    backup.distribution_lists = (1..=3)
        .map(|number| DistributionList {
            id: Some(DistributionListId([number; 8])),
            name: Some("Neighbours".into()),
            members: vec![id("BOB00001")].into(),
            ..DistributionList::default()
        })
        .collect();
    backup.settings = Some(Settings {
        sync_contacts: Some(true),
        blocked_contacts: vec![id("EVE00001")].into(),
        sync_excluded_ids: vec![id("ADA00001"), id("BOB00001")].into(),
        recent_emojis: vec!["\u{1f44d}".into()].into(),
        ..Settings::default()
    });
    backup
}

/// The backup of the README, and the password that opens it.
pub fn of_the_readme() -> (Vec<u8>, &'static str) {
    (sealed_by(Writer::Android6_4), BACKUP_PASSWORD)
}

fn sealed_by(writer: Writer) -> Vec<u8> {
    writer.seal(&backup(), &Phone::new(id(ID)), &KEYS.encryption_key, &NONCE)
}

fn sealed(json: &[u8]) -> Vec<u8> {
    envelope::seal(&KEYS.encryption_key, &NONCE, json, Compression::Stored)
}

/// A folder with the password's file and the backup, and the program that looks into it.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        file(home.path(), "password", &format!("{BACKUP_PASSWORD}\n"));
        Self { home }
    }

    fn put(&self, body: &[u8]) -> PathBuf {
        let path = self.home.path().join("backup");
        std::fs::write(&path, body).expect("written");
        path
    }

    fn inspect(&self) -> Command {
        let mut command = program(self.home.path());
        command.arg("inspect").env(
            "SAFE_BACKUP_PASSWORD_FILE",
            self.home.path().join("password"),
        );
        command
    }

    /// Of a sealed backup.
    fn of(&self, body: &[u8]) -> Command {
        let path = self.put(body);
        let mut command = self.inspect();
        command.arg(path).args(["--id", ID]);
        command
    }

    fn from(&self, server: &Scripted) -> Command {
        let mut command = self.inspect();
        command
            .args(["--from", &server.url(), "--id", ID, "--user", USER])
            .env("SAFE_SERVER_PASSWORD", PASSWORD);
        command
    }
}

fn assert_valid(inspection: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    compiler
        .add_resource("inspection.schema.json", schema)
        .expect("the schema is a resource");
    let index = compiler
        .compile("inspection.schema.json", &mut schemas)
        .expect("the schema is one");
    if let Err(error) = schemas.validate(inspection, index) {
        panic!("{error:#}");
    }
}

/// What `--json` says: always what the schema says.
#[track_caller]
fn json(command: &mut Command) -> (Value, Ended) {
    let ended = run(command.arg("--json"));
    let json = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", ended.all()));
    assert_valid(&json);
    (json, ended)
}

/// Runs it as text and as JSON: both end alike, at this stage.
#[track_caller]
fn fails(mut command: impl FnMut() -> Command, code: i32, stage: &str, words: &[&str]) {
    let text = run(&mut command());
    assert_eq!(text.code, Some(code), "{}", text.all());
    for words in words.iter().copied().chain([&*format!("stage {stage}")]) {
        let flat: Vec<_> = text.stdout.split_whitespace().collect();
        assert!(flat.join(" ").contains(words), "{words}: {}", text.all());
    }
    let (json, ended) = json(&mut command());
    assert_eq!(ended.code, Some(code), "{}", ended.all());
    assert_eq!(json["failure"]["stage"], stage, "{json:#}");
    let verdict = if code == 1 { "fail" } else { "incomplete" };
    assert_eq!(json["verdict"], verdict);
}

// What it says.

#[test]
fn the_whole_text() {
    let desk = Desk::new();
    let ended = run(desk.of(&sealed_by(Writer::Android6_4)).arg("--show-names"));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn the_readme_shows_what_it_says() {
    let ended = run(&mut Desk::new().of(&of_the_readme().0));
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&ended.stdout), "{}", ended.stdout);
}

#[test]
fn the_whole_json() {
    let desk = Desk::new();
    let (mut json, ended) = json(&mut desk.of(&sealed_by(Writer::Ios6_3)));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    json["version"] = "[version]".into();
    // Who reads a release's reasons reads them in the readers' own tests.
    for preview in json["previews"].as_array_mut().expect("previews") {
        preview["changes"]
            .as_array_mut()
            .expect("changes")
            .truncate(1);
    }
    insta::assert_json_snapshot!(json);
}

/// The issue's own example.
#[test]
fn the_preview_says_what_is_lost_and_what_ios_overwrites() {
    let desk = Desk::new();
    let (json, _) = json(&mut desk.of(&sealed_by(Writer::Android6_4)));
    let preview = |client: &str| {
        let previews = json["previews"].as_array().expect("previews");
        let mut of_client = previews
            .iter()
            .filter(|preview| preview["client"] == client);
        of_client.next().expect("a preview").clone()
    };
    let says = |tallies: &Value| -> Vec<String> {
        let tallies = tallies.as_array().expect("tallies");
        let lost = tallies.iter().filter(|tally| tally["kind"] == "lost");
        lost.map(|tally| tally["says"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let ios = preview("ios");
    for lost in ["3 distribution lists", "2 sync exclusions"] {
        assert!(says(&ios["tallies"]).contains(&lost.to_owned()), "{ios:#}");
        let gone = says(&ios["overwrite"]["gone"]);
        assert!(gone.contains(&lost.to_owned()), "{ios:#}");
    }
    assert_eq!(ios["release"], "iOS 7.2");
    let android = preview("android");
    assert_eq!(
        says(&android["tallies"]),
        Vec::<String>::new(),
        "{android:#}"
    );
    assert_eq!(android["overwrite"], Value::Null);
    assert!(json["contents"]["groups"]["left"] == 1, "{json:#}");
    assert_eq!(json["clients"]["desktop"], "fail", "it decides nothing");
}

#[test]
fn what_breaks_the_format_is_named_with_its_place() {
    let document = String::from_utf8(Writer::Android6_4.write(&backup(), &Phone::new(id(ID))));
    let document = document.expect("UTF-8").replacen("1700000000000", "-5", 1);
    let desk = Desk::new();
    let (json, ended) = json(&mut desk.of(&sealed(document.as_bytes())));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let line = document.lines().position(|line| line.contains("-5"));
    assert_eq!(
        json["deviations"],
        serde_json::json!([{
            "path": "contacts[0].createdAt",
            "line": line.expect("it is there") + 1,
            "column": "\"createdAt\": ".len() + 1,
            "says": "`contacts[0].createdAt` is before 1970",
        }])
    );
    assert_eq!(json["writer"]["releases"], serde_json::json!([]));
    assert_eq!(json["clients"]["ios"], "fail", "one bad number: {json:#}");
}

#[test]
fn every_writer_release_is_named() {
    let desk = Desk::new();
    for writer in [
        Writer::Android4_5,
        Writer::Android5_3,
        Writer::Ios4_9DeviceLink,
    ] {
        let (json, ended) = json(&mut desk.of(&sealed_by(writer)));
        assert_eq!(
            json["writer"]["releases"],
            serde_json::json!([writer.id()]),
            "{}",
            ended.all()
        );
        assert_eq!(json["writer"]["says"], writer.to_string());
    }
}

// The server.

fn serving(body: Vec<u8>, config: String) -> Scripted {
    let path = format!("/backups/{}", KEYS.backup_id.to_hex());
    Scripted::start(move |asked: &Asked| {
        if asked.is("GET", "/config") {
            Deed::Reply(Reply::new(200, config.clone()))
        } else if asked.is("GET", &path) && asked.header("authorization").is_some() {
            Deed::Reply(Reply::new(200, body.clone()))
        } else {
            Deed::Healthy
        }
    })
}

#[test]
fn it_downloads_as_android_does_and_knows_the_limit() {
    let body = sealed_by(Writer::Android6_4);
    let limit = body.len();
    let config = format!(r#"{{"maxBackupBytes": {limit}, "retentionDays": 180}}"#);
    let (server, desk) = (serving(body, config), Desk::new());
    let (json, ended) = json(&mut desk.from(&server));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    // Clause 4.6: the edge at which the two part.
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

/// The config does not stand in the way: without one, the limit is not known.
#[test]
fn an_unreadable_config_is_said() {
    let (server, desk) = (
        serving(sealed_by(Writer::Ios6_3), "<html>".to_owned()),
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
fn a_limit_that_keeps_ios_from_overwriting_is_seen() {
    let config = r#"{"maxBackupBytes": 3000, "retentionDays": 180}"#;
    let body = sealed_by(Writer::Android6_4);
    assert!(body.len() > 3000);
    let (server, desk) = (serving(body, config.to_owned()), Desk::new());
    let (json, _) = json(&mut desk.from(&server));
    assert_eq!(
        json["previews"][1]["overwrite"]["kept_from_it"], true,
        "{json:#}"
    );
}

// Where it ends.

#[test]
fn each_stage_of_opening_is_named() {
    let desk = Desk::new();
    let gibberish = envelope::encrypt(&KEYS.encryption_key, &NONCE, b"no gzip");
    let other = EncryptionKey::from_bytes([1; 32]);
    for (body, stage, words) in [
        (vec![7; 39], "size", "39 bytes"),
        (
            envelope::seal(&other, &NONCE, b"{}", Compression::Stored),
            "open",
            "cannot be told apart",
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
fn a_wrong_password_comes_with_what_to_try() {
    let desk = Desk::new();
    let body = sealed_by(Writer::Ios6_3);
    file(desk.home.path(), "password", "nothing of the kind\u{fc} \n");
    fails(
        || desk.of(&body),
        1,
        "open",
        &["not that of the server", "white space", "NFC and NFD"],
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
        ended.stdout.contains("The ID was taken as ECHOECHO"),
        "{}",
        ended.all()
    );
    file(desk.home.path(), "password", "something else");
    fails(lower, 1, "open", &["MDM"]);
}

#[test]
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
    fails(refused, 3, "auth", &["--password-file"]);
    assert_eq!(nothing.count("PUT") + nothing.count("DELETE"), 0);
    let elsewhere = Scripted::start(|_| {
        Deed::Reply(Reply::new(302, "").with("Location", "http://localhost:1/else"))
    });
    fails(|| desk.from(&elsewhere), 3, "http", &["redirects (302)"]);
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

#[test]
fn slips_are_told_in_one_sentence() {
    let desk = Desk::new();
    let body = desk.put(&sealed_by(Writer::Ios6_3));
    let body = body.to_str().expect("a path");
    let there = file(desk.home.path(), "there", "precious");
    let there = there.to_str().expect("a path");
    for (arguments, words) in [
        (&["--id", ID][..], "which backup?"),
        (&[body], "--id"),
        (&[body, "--id", "ECHO"], "8 characters"),
        (&["nowhere", "--id", ID], "`nowhere` cannot be read"),
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
            "overwrites nothing",
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

/// The server's password is never taken for the backup's.
#[test]
fn passwords_are_not_confused() {
    let desk = Desk::new();
    let body = desk.put(&sealed_by(Writer::Ios6_3));
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
    let document = desk.put(&Writer::Ios6_3.write(&backup(), &Phone::new(id(ID))));
    let mut command = desk.inspect();
    let (json, ended) = json(command.arg("--plain").arg(document));
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    assert_eq!(json["clients"]["ios"], "unknown");
    assert_eq!(json["contents"]["groups"]["left"], Value::Null);
    assert_eq!(json["size"], Value::Null);
    let mut backup = backup();
    backup.groups = Vec::new().into();
    let document = desk.put(&Writer::Ios6_3.write(&backup, &Phone::new(id(ID))));
    let ended = run(desk.inspect().arg("--plain").arg(document));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

// The document.

#[test]
fn the_document_is_written_where_told_and_for_the_person_alone() {
    let desk = Desk::new();
    let document = Writer::Android6_4.write(&backup(), &Phone::new(id(ID)));
    let to = desk.home.path().join("document.json");
    let write = || {
        let mut command = desk.of(&sealed_by(Writer::Android6_4));
        command.arg("--write-document").arg(&to);
        command
    };
    let ended = run(&mut write());
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(std::fs::read(&to).expect("it is there"), document);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&to)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(run(&mut write()).code, Some(2), "a second time");
    let never = desk.home.path().join("never.json");
    let ended = run(desk.of(&[7; 50]).arg("--write-document").arg(&never));
    assert!(
        ended.stderr.contains("No document was written"),
        "{}",
        ended.all()
    );
    assert!(!never.exists());
}

// What it never tells.

/// Every spelling of what must not show.
fn secrets() -> Vec<Vec<u8>> {
    let mut secrets = vec![
        BACKUP_PASSWORD.as_bytes().to_vec(),
        PASSWORD.as_bytes().to_vec(),
    ];
    secrets.push(BACKUP_PASSWORD.replace('"', "\\\"").into_bytes());
    for key in [&PRIVATE_KEY, KEYS.encryption_key.as_bytes()] {
        let base64 = BASE64.encode(key);
        secrets.push(
            base64
                .trim_end_matches('=')
                .replace('/', "\\/")
                .into_bytes(),
        );
        secrets.push(base64.trim_end_matches('=').as_bytes().to_vec());
        secrets.push(HEXLOWER.encode(key).into_bytes());
        secrets.push(HEXUPPER.encode(key).into_bytes());
        secrets.push(key.to_vec());
    }
    secrets.push(KEYS.backup_id.to_hex().into_bytes());
    secrets
}

#[track_caller]
fn tells_none(ended: &Ended) {
    let all = ended.all();
    for secret in secrets() {
        let shown = all
            .as_bytes()
            .windows(secret.len())
            .any(|window| window == secret);
        assert!(!shown, "{}\n{all}", String::from_utf8_lossy(&secret));
    }
}

/// Where a stranger puts a secret into a name, too.
fn with_secrets_for_names() -> Backup {
    let mut backup = backup();
    let key = BASE64.encode(&PRIVATE_KEY);
    backup.user.nickname = Some(key.as_str().into());
    backup.contacts[0].first_name = Some(BACKUP_PASSWORD.into());
    backup.contacts[1].nickname = Some(HEXLOWER.encode(&PRIVATE_KEY).as_str().into());
    backup.groups[0].name = Some(
        BASE64
            .encode(KEYS.encryption_key.as_bytes())
            .as_str()
            .into(),
    );
    backup
}

#[test]
fn no_output_holds_a_secret() {
    let desk = Desk::new();
    let phone = Phone::new(id(ID));
    let document = Writer::Android6_4.write(&with_secrets_for_names(), &phone);
    let text = String::from_utf8(document.clone()).expect("UTF-8");
    let key = BASE64.encode(&PRIVATE_KEY);
    let bodies = [
        sealed(&document),
        // Broken behind the key, before it, and in it.
        sealed(&document[..document.len() - 2]),
        sealed(text.replacen('{', "{,", 1).as_bytes()),
        sealed(text.replacen(&key, &key[1..], 1).as_bytes()),
        // A key of the document, and what says who wrote it.
        sealed(
            text.replacen("\"info\"", &format!("\"{key}\":{{}},\"info\""), 1)
                .as_bytes(),
        ),
        sealed(text.replacen("6.4A/en_US", &key, 1).as_bytes()),
        envelope::encrypt(&KEYS.encryption_key, &NONCE, &document),
    ];
    for body in &bodies {
        for arguments in [
            &["--show-names", "-vvv"][..],
            &["--show-names", "--json"],
            &["-v"],
        ] {
            tells_none(&run(desk.of(body).args(arguments)));
        }
    }
    let server = serving(bodies[0].clone(), CONFIG.to_owned());
    let ended = run(desk.from(&server).args(["-vvv", "--show-names"]));
    assert!(
        ended.stderr.contains("GET backups/<the person's>"),
        "{}",
        ended.all()
    );
    tells_none(&ended);
    let nothing = Scripted::start(|_| Deed::Healthy);
    tells_none(&run(desk.from(&nothing).arg("-vvv")));
}

#[test]
fn names_are_told_only_when_asked_for() {
    let desk = Desk::new();
    let body = sealed_by(Writer::Android6_4);
    let names = [
        "Captain",
        "Ada",
        "Lovelace",
        "ADA00001",
        "Crew",
        "Neighbours",
        "41790000000",
    ];
    for arguments in [&["-v"][..], &["--json"]] {
        let ended = run(desk.of(&body).args(arguments));
        for name in names {
            assert!(!ended.all().contains(name), "{name}: {}", ended.all());
        }
        let ended = run(desk.of(&body).args(arguments).arg("--show-names"));
        for name in names {
            assert!(ended.stdout.contains(name), "{name}: {}", ended.all());
        }
    }
}

#[test]
fn nothing_in_a_document_steers_the_terminal() {
    let desk = Desk::new();
    let evil = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gnp.exe\u{2066}\r\nroot";
    let mut backup = backup();
    backup.user.nickname = Some(evil.into());
    backup.contacts[0].first_name = Some(evil.into());
    backup.groups[0].name = Some(evil.into());
    backup.distribution_lists[0].name = Some(evil.into());
    let document = Writer::Android6_4.write(&backup, &Phone::new(id(ID)));
    let text = String::from_utf8(document).expect("UTF-8");
    let escaped = "\\u001b\u{202e}";
    for document in [
        text.clone(),
        text.replacen("6.4A/en_US", escaped, 1),
        text.replacen("\"info\"", &format!("\"{escaped}\":tru,\"info\""), 1),
    ] {
        for arguments in [&["--show-names", "-v"][..], &["--show-names", "--json"]] {
            let ended = run(desk.of(&sealed(document.as_bytes())).args(arguments));
            let steering = ended.all().chars().find(|each| {
                each.is_control() && *each != '\n'
                    || matches!(each, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            });
            assert_eq!(steering, None, "{}", ended.all());
        }
    }
}

// Attackers.

/// What the issue allows, in KiB.
#[cfg(target_os = "linux")]
const MOST_MEMORY: u64 = 256 * 1024;

#[cfg(target_os = "linux")]
#[test]
fn an_attackers_bytes_end_soon_within_memory_and_with_a_clear_error() {
    let desk = Desk::new();
    let bomb = envelope::pack(&vec![b'['; 512 << 20], Compression::Level(9));
    let keys = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":0")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    };
    let contact = r#"{"identity":"echoecho","createdAt":-1,"verification":9},"#;
    let full = |count: usize| {
        let contacts = contact.repeat(count);
        let key = BASE64.encode(&PRIVATE_KEY);
        let contacts = contacts.trim_end_matches(',');
        format!(
            r#"{{"info":{{"version":1,"device":"ios"}},"user":{{"privatekey":"{key}"}},"contacts":[{contacts}],"settings":{{"syncContacts":true}}}}"#
        )
    };
    let cases: [(&str, Vec<u8>, i32, &str); 7] = [
        (
            "garbage",
            vec![0xa5; 64 << 20],
            3,
            "body has more than 8388608 bytes",
        ),
        (
            "a bomb",
            envelope::encrypt(&KEYS.encryption_key, &NONCE, &bomb),
            3,
            "unpacks to more than 8388608 bytes",
        ),
        (
            "depth",
            sealed(&[vec![b'['; 1_000_000], vec![b']'; 1_000_000]].concat()),
            3,
            "more than 128 arrays and objects stand within each other",
        ),
        ("keys", sealed(&keys(700_000)), 3, "more than 200000 values"),
        (
            "ten million keys",
            envelope::seal(
                &KEYS.encryption_key,
                &NONCE,
                &keys(10_000_000),
                Compression::Level(1),
            ),
            3,
            "8388608 bytes",
        ),
        (
            "many keys within the limit",
            sealed(&keys(199_998)),
            1,
            "no identity",
        ),
        (
            "many broken contacts",
            sealed(full(49_000).as_bytes()),
            1,
            "contacts[0].identity",
        ),
    ];
    for (what, body, code, words) in cases {
        let (peak, ended) = peak_of(&mut desk.of(&body));
        println!("{what}: {} MiB", peak / 1024);
        assert_eq!(ended.code, Some(code), "{what}: {}", ended.all());
        let flat: Vec<_> = ended.stdout.split_whitespace().collect();
        assert!(flat.join(" ").contains(words), "{what}: {}", ended.all());
        assert!(peak < MOST_MEMORY, "{what}: {peak} KiB");
    }
    let endless = Scripted::start(|asked| {
        if asked.path.contains("/backups/") {
            Deed::Reply(Reply::new(200, vec![7; 20 << 20]))
        } else {
            Deed::Healthy
        }
    });
    fails(
        || desk.from(&endless),
        3,
        "size",
        &["server sends more than 8388608 bytes"],
    );
}

/// The most memory that the program had at once, in KiB.
#[cfg(target_os = "linux")]
fn peak_of(command: &mut Command) -> (u64, Ended) {
    let mut running = crate::support::program::Running::start(command);
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    // The value only grows, and is gone with the process: what was read last is what it came to.
    while running.is_running() {
        let text = std::fs::read_to_string(Path::new(&status)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(peak > 4 * 1024, "the memory of a process can be read");
    (peak, running.end())
}
