//! `inspect`: who wrote a backup, what it contains, what happens to it, at which stage it fails;
//! and what the output never contains.

#[cfg(target_os = "linux")]
mod attackers;
mod downloads;
mod endings;
mod output;
mod secrets;

use crate::support::program::{Ended, file, program, run};
use crate::support::scripted::{Asked, Deed, PASSWORD, Reply, Scripted, USER};
use safe_conformance::clients::{Origin, Phone, Release};
use safe_conformance::inspect::SCHEMA;
use safe_conformance::safe::backup::{
    Backup, Bytes, Contact, DistributionList, DistributionListId, Group, GroupId, Link, LinkKind,
    PictureRelease, PrivateKey, PublicKey, Settings, Timestamp, User, Verification,
};
use safe_conformance::safe::keys::derive;
use safe_conformance::safe::{
    BackupPassword, Compression, DerivedKeys, Nonce, ThreemaId, envelope,
};
use serde_json::Value;
use std::path::PathBuf;
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

/// The data of a person on an Android phone.
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
    (sealed_by(Release::Android6_4.usual()), BACKUP_PASSWORD)
}

fn sealed_by(writer: Origin) -> Vec<u8> {
    writer.seal(&backup(), &Phone::new(id(ID)), &KEYS.encryption_key, &NONCE)
}

fn sealed(json: &[u8]) -> Vec<u8> {
    envelope::seal(&KEYS.encryption_key, &NONCE, json, Compression::Stored)
}

/// A folder with the password file and the backup, and the program that inspects it.
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

    /// For a sealed backup.
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

/// Returns the output of `--json`, which always follows the schema.
#[track_caller]
fn json(command: &mut Command) -> (Value, Ended) {
    let ended = run(command.arg("--json"));
    let json = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", ended.all()));
    assert_valid(&json);
    (json, ended)
}

/// Runs it as text and as JSON: both end at this stage with the same result.
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
