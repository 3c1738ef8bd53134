//! No output of the program contains a secret: not the password, not the token, not what is derived
//! from them.

mod credentials;
mod echoes;

use crate::support::at_once::at_once;
use crate::support::program::{Ended, file, program, run};
use crate::support::reference::Reference;
use crate::support::thorough::in_full_or;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use safe_conformance::reference::{Fault, Login, Options};
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const USER: &str = "zaphod";
/// Contains a space, quotes, umlauts and characters that base64 and URLs encode.
const PASSWORD: &str = "Hüm mel/\"blau\"+&<42>?~'ö";
const TOKEN: &str = "t0ken-+/=distinctive-9f3a7c";
const WRONG: &str = "safe-conformance-wrong-on-purpose";
const COOKIE: &str = "c00kie-value-5d1e";

/// Every spelling in which a secret could appear.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let percent = |upper: bool, space: &str| -> String {
        secret
            .bytes()
            .map(|byte| match byte {
                b' ' => space.to_owned(),
                _ if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => {
                    char::from(byte).to_string()
                }
                _ if upper => format!("%{byte:02X}"),
                _ => format!("%{byte:02x}"),
            })
            .collect()
    };
    let json = serde_json::to_string(secret).expect("text is JSON");
    let latin: Vec<u8> = secret
        .chars()
        .filter_map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    let mut spellings = vec![
        secret.as_bytes().to_vec(),
        json.as_bytes()[1..json.len() - 1].to_vec(),
        percent(true, "+").into_bytes(),
        percent(true, "%20").into_bytes(),
        percent(false, "%20").into_bytes(),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .into_bytes(),
        latin.clone(),
    ];
    for bytes in [secret.as_bytes(), &latin] {
        for encoded in [
            BASE64_NOPAD.encode(bytes),
            BASE64URL_NOPAD.encode(bytes),
            HEXLOWER.encode(bytes),
            HEXUPPER.encode(bytes),
        ] {
            spellings.push(encoded.replace('/', "%2F").replace('+', "%2B").into_bytes());
            spellings.push(encoded.into_bytes());
        }
    }
    spellings
}

/// The parts of HTTP Basic that must not appear.
fn basic(user: &str, password: &str) -> Vec<Vec<u8>> {
    let mut secrets = spellings(password);
    secrets.extend(spellings(&format!("{user}:{password}")));
    secrets
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Everything that was written: each output with a name, and each text that is base64 inside it.
fn written(folder: &Path, ended: &Ended) -> Vec<(String, Vec<u8>)> {
    let mut texts = vec![
        ("stdout".to_owned(), ended.stdout.clone().into_bytes()),
        ("stderr".to_owned(), ended.stderr.clone().into_bytes()),
    ];
    for path in files(folder) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !name.starts_with("given-") {
            texts.push((name, std::fs::read(&path).expect("a file")));
        }
    }
    let mut hidden = Vec::new();
    for (name, text) in &texts {
        for run in text.split(|byte| !byte.is_ascii_alphanumeric() && !b"+/=_-".contains(byte)) {
            if run.len() >= 16 {
                for decoded in [BASE64.decode(run), BASE64URL.decode(run)]
                    .into_iter()
                    .flatten()
                {
                    hidden.push((format!("base64 in {name}"), decoded));
                }
            }
        }
    }
    let mut packed = Vec::new();
    for (name, text) in &hidden {
        let mut plain = Vec::new();
        let mut unpacking = flate2::read::GzDecoder::new(&text[..]).take(1 << 20);
        if unpacking.read_to_end(&mut plain).is_ok() {
            packed.push((format!("gzip in {name}"), plain));
        }
    }
    texts.extend(hidden);
    texts.extend(packed);
    texts
}

fn holds(text: &[u8], secret: &[u8]) -> bool {
    memchr::memmem::find(text, secret).is_some()
}

#[track_caller]
fn assert_none(folder: &Path, ended: &Ended, secrets: &[Vec<u8>]) {
    for (name, text) in written(folder, ended) {
        for secret in secrets {
            assert!(
                !holds(&text, secret),
                "{name} holds {:?}",
                String::from_utf8_lossy(secret)
            );
        }
        assert_no_credentials_after_field(&name, &text);
    }
}

/// Asserts that only the replacement follows the name of the field.
#[track_caller]
fn assert_no_credentials_after_field(name: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    for (at, field) in text.match_indices("authorization: ") {
        let after: Vec<_> = text[at + field.len()..]
            .split_whitespace()
            .take(2)
            .collect();
        let credentials = match after.as_slice() {
            ["basic" | "token", credentials] => credentials,
            [first, ..] => first,
            [] => continue,
        };
        // The deliberately wrong password is not a secret.
        let wrong = BASE64
            .encode(format!("{USER}:{WRONG}").as_bytes())
            .to_ascii_lowercase();
        if *credentials == WRONG || *credentials == wrong {
            continue;
        }
        assert!(
            credentials.starts_with("[redacted]")
                || !credentials.starts_with(|c: char| c.is_ascii_alphanumeric()),
            "{name} holds what follows Authorization: {credentials}"
        );
    }
}

/// The run's own secret: it follows from the seed alone, and is never written.
fn derived() -> Vec<Vec<u8>> {
    let mut hash = Sha256::new();
    hash.update(b"safe-conformance seed\0");
    hash.update(HEXLOWER.decode(SEED.as_bytes()).expect("a seed"));
    hash.update(b"encryption key");
    let key: [u8; 32] = hash.finalize().into();
    vec![
        key.to_vec(),
        HEXLOWER.encode(&key).into_bytes(),
        HEXUPPER.encode(&key).into_bytes(),
        BASE64_NOPAD.encode(&key).into_bytes(),
        BASE64URL_NOPAD.encode(&key).into_bytes(),
    ]
}

/// Only the ledger names a backup. SHA-256 values of bodies look similar.
#[track_caller]
fn assert_no_backup_id(folder: &Path, ended: &Ended) {
    for (name, text) in written(folder, ended) {
        if name.contains("ledger.jsonl") {
            continue;
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("\"sha256\": "))
        {
            let run = line
                .split(|c: char| !c.is_ascii_hexdigit())
                .find(|run| run.len() == 64);
            assert!(run.is_none(), "{name} holds a backup ID: {line}");
        }
    }
}

const SEED: &str = "5ec2e75ec2e75ec2";

/// `check` with every output, and with the most verbose messages.
fn check(home: &Path, url: &str) -> Command {
    let mut command = program(home);
    command.args([
        "check",
        url,
        "-vvv",
        "--seed",
        SEED,
        "--timeout",
        "2",
        "--deadline",
        "30",
        "--ledger-dir",
    ]);
    command
        .arg(home.join("ledgers"))
        .arg("--transcript")
        .arg(home.join("transcript.json"));
    for (form, name) in [
        ("json", "report.json"),
        ("junit", "report.xml"),
        ("markdown", "report.md"),
    ] {
        command
            .arg("--report")
            .arg(format!("{form}={}", home.join(name).display()));
    }
    command
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs the program, and searches everything.
#[track_caller]
fn check_with_password(home: &Path, url: &str) -> Command {
    let mut command = check(home, url);
    command
        .args(["--user", USER])
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

fn assert_secret(home: &Path, command: &mut Command, secrets: &[Vec<u8>]) -> Ended {
    let ended = run(command);
    assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.all());
    assert!(home.join("transcript.json").exists() && home.join("report.xml").exists());
    let mut all = secrets.to_vec();
    all.extend(derived());
    assert_none(home, &ended, &all);
    assert_no_backup_id(home, &ended);
    ended
}

#[test]
fn a_search_that_finds_nothing_would_have_found_it() {
    let home = home();
    let ended = Ended {
        code: Some(0),
        stdout: format!("x {PASSWORD} y"),
        stderr: String::new(),
    };
    let hidden = BASE64.encode(format!("<p >{USER}:{PASSWORD}</p> and more").as_bytes());
    file(
        home.path(),
        "transcript.json",
        &format!("{{\"base64\": \"{hidden}\"}}"),
    );
    let texts = written(home.path(), &ended);
    let found: Vec<_> = texts
        .iter()
        .filter(|(_, text)| {
            basic(USER, PASSWORD)
                .iter()
                .any(|secret| holds(text, secret))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(found, ["stdout", "base64 in transcript.json"]);
}

#[test]
fn neither_password_nor_key_shows_whatever_the_server_does() {
    let faults = [
        &[][..],
        &[Fault::CredentialsEchoed],
        &[Fault::UserAgentExact, Fault::DeleteNotAllowed],
        &[Fault::CredentialsRefused],
        &[Fault::RedirectEverything],
        &[Fault::SessionCookie],
    ];
    at_once(in_full_or(&faults[..], &faults[..3]), |faults| {
        let server = Reference::start(Options {
            tls: false,
            login: Login::Basic {
                user: USER.to_owned(),
                password: PASSWORD.to_owned(),
            },
            faults: faults.to_vec(),
            ..Options::default()
        });
        assert_no_secret_of_basic(faults, &server);
    });
}

fn assert_no_secret_of_basic(faults: &[Fault], server: &Reference) {
    let home = home();
    let mut command = check_with_password(home.path(), server.url());
    let ended = assert_secret(home.path(), &mut command, &basic(USER, PASSWORD));
    assert!(
        ended.stderr.contains(" < "),
        "header fields were reported: {}",
        ended.stderr
    );
    if faults.contains(&Fault::DeleteNotAllowed) {
        assert!(
            files(&home.path().join("ledgers")).len() == 1,
            "the ledger was searched, too"
        );
    }
    if faults.contains(&Fault::CredentialsEchoed) {
        assert!(
            ended.stdout.contains("privacy.credentials-echo"),
            "{}",
            ended.stdout
        );
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn no_token_shows() {
    for faults in [
        &[][..],
        &[Fault::CredentialsEchoed],
        &[Fault::TokenRefused],
        &[Fault::DeleteNotAllowed],
    ] {
        let server = Reference::start(Options {
            login: Login::Token(TOKEN.to_owned()),
            faults: faults.to_vec(),
            ..Options::default()
        });
        let home = home();
        let root = file(
            home.path(),
            "given-root.pem",
            server.running.root_certificate().expect("TLS has a root"),
        );
        let mut command = check(home.path(), server.url());
        command.arg("--ca-file").arg(root);
        let token = file(home.path(), "given-token", &format!("{TOKEN}\n"));
        command.arg("--token-file").arg(token);
        let ended = assert_secret(home.path(), &mut command, &spellings(TOKEN));
        if faults.contains(&Fault::CredentialsEchoed) {
            assert!(
                ended.stdout.contains("privacy.credentials-echo"),
                "{}",
                ended.stdout
            );
        }
    }
}
