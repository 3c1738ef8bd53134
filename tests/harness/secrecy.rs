//! No output of the program holds a secret: not the password, not the token, not what is derived
//! from either.

use crate::support::program::{Ended, file, program, run};
use crate::support::reference::Reference;
use crate::support::scripted::{self, Asked, Deed, Reply, Scripted};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use safe_conformance::reference::{Fault, Login, Options};
use safe_conformance::safe::keys::{BackupPassword, DerivedKeys, ThreemaId, derive};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const USER: &str = "zaphod";
/// With a space, quotes, umlauts and what base64 and addresses write otherwise.
const PASSWORD: &str = "Hüm mel/\"blau\"+&<42>?~'ö";
const TOKEN: &str = "t0ken-+/=distinctive-9f3a7c";
const WRONG: &str = "safe-conformance-wrong-on-purpose";
const COOKIE: &str = "c00kie-value-5d1e";

/// Every spelling in which a secret could show.
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

/// What must not show of HTTP Basic.
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

/// Everything that was written: each with a name, and each text that hides in base64 by itself.
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

/// Nothing stands after the name of the field but what stands in its place.
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
        // The wrong password that is sent on purpose is no secret.
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

/// The run's own secret: derived from the seed alone, and never written.
fn derived() -> Vec<Vec<u8>> {
    static KEYS: LazyLock<DerivedKeys> = LazyLock::new(|| {
        let id = ThreemaId::parse("SAFETEST").expect("an ID");
        let password = BackupPassword::new(format!("safe-conformance {SEED}"));
        derive(&password, &id)
    });
    let key = KEYS.encryption_key.as_bytes();
    vec![
        key.to_vec(),
        HEXLOWER.encode(key).into_bytes(),
        HEXUPPER.encode(key).into_bytes(),
        BASE64_NOPAD.encode(key).into_bytes(),
        BASE64URL_NOPAD.encode(key).into_bytes(),
    ]
}

/// No output but the ledger names a backup. SHA-256 values of bodies look alike.
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

/// `check` with everything that it can write, and as talkative as it can be.
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

/// Runs, and looks through everything.
#[track_caller]
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
    for faults in [
        &[][..],
        &[Fault::CredentialsEchoed],
        &[Fault::CredentialsRefused],
        &[Fault::UserAgentExact, Fault::DeleteNotAllowed],
        &[Fault::RedirectEverything],
        &[Fault::SessionCookie],
    ] {
        let server = Reference::start(Options {
            tls: false,
            login: Login::Basic {
                user: USER.to_owned(),
                password: PASSWORD.to_owned(),
            },
            faults: faults.to_vec(),
            ..Options::default()
        });
        let home = home();
        let mut command = check(home.path(), server.url());
        command
            .args(["--user", USER])
            .env("SAFE_SERVER_PASSWORD", PASSWORD);
        let ended = assert_secret(home.path(), &mut command, &basic(USER, PASSWORD));
        assert!(
            ended.stderr.contains(" < "),
            "header fields were told: {}",
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
}

#[test]
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

fn percent(text: &str) -> String {
    let encoded = text.bytes().map(|byte| format!("%{byte:02X}"));
    encoded.collect::<Vec<_>>().concat()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Repeats what it got, in every way that comes to mind.
fn echo(asked: &Asked) -> Deed {
    let authorization = asked.header("authorization").unwrap_or("none").to_owned();
    let word = authorization
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .to_owned();
    let plain = BASE64.decode(word.as_bytes()).unwrap_or_default();
    let plain = String::from_utf8_lossy(&plain).into_owned();
    let password = plain.split_once(':').map_or("", |(_, password)| password);
    let html = password
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let body = format!(
        "<html><title>{authorization}</title>{}\n{plain}\n{}\n{}\n{html}\n{}\n",
        asked.head,
        encoded(&plain),
        serde_json::json!(plain),
        asked.path,
    );
    let reply = match asked.method.as_str() {
        "GET" if asked.path.ends_with("/config") => Reply::new(200, body),
        "GET" => Reply::new(302, body),
        _ => Reply::new(404, body),
    };
    Deed::Reply(
        reply
            .with(
                "Location",
                &format!(
                    "/login?for={}&with={}",
                    encoded(&authorization),
                    word.trim_end_matches('=')
                ),
            )
            .with("X-Password", &encoded(password))
            .with("X-Word", &word)
            .with("X-Path", &asked.path)
            .with("Set-Cookie", &format!("session={COOKIE}; Path=/"))
            .with("Set-Cookie", COOKIE),
    )
}

#[test]
fn a_server_that_repeats_everything_gives_nothing_away() {
    let server = Scripted::start(echo);
    let home = home();
    let mut command = check(home.path(), &server.url());
    command
        .args(["--user", USER])
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let mut secrets = basic(USER, PASSWORD);
    secrets.push(COOKIE.as_bytes().to_vec());
    let ended = assert_secret(home.path(), &mut command, &secrets);
    assert!(
        ended.stdout.contains("held the credentials"),
        "{}",
        ended.stdout
    );
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn a_server_that_repeats_everything_packed_gives_nothing_away() {
    let server = Scripted::start(|asked| {
        let Deed::Reply(echo) = echo(asked) else {
            return Deed::Healthy;
        };
        let reply = Reply::new(
            if asked.method == "GET" { 403 } else { 404 },
            gzip(&echo.body),
        );
        Deed::Reply(reply.with("Content-Encoding", "gzip"))
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command
        .args(["--user", USER])
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let ended = assert_secret(home.path(), &mut command, &basic(USER, PASSWORD));
    assert!(
        ended.stdout.contains("held the credentials"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_server_that_repeats_a_token_gives_nothing_away() {
    let server = Scripted::start(echo);
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_TOKEN", TOKEN);
    let ended = assert_secret(home.path(), &mut command, &spellings(TOKEN));
    assert!(
        ended.stdout.contains("held the credentials"),
        "{}",
        ended.stdout
    );
}

#[test]
fn session_cookies_do_not_show() {
    let server = Scripted::start(|asked| {
        if asked.is("GET", "/config") && asked.header("authorization").is_some() {
            Deed::Reply(
                Reply::new(200, crate::support::scripted::CONFIG)
                    .with("Set-Cookie", &format!("session={COOKIE}; HttpOnly"))
                    .with("Set-Cookie", COOKIE),
            )
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.args(["--user", crate::support::scripted::USER]);
    command.env("SAFE_SERVER_PASSWORD", crate::support::scripted::PASSWORD);
    assert_secret(home.path(), &mut command, &[COOKIE.as_bytes().to_vec()]);
    let sent = server.asked().iter().any(|asked| {
        asked
            .header("cookie")
            .is_some_and(|cookie| cookie.contains(COOKIE))
    });
    assert!(sent, "the cookie was tried");
}

#[test]
fn user_info_in_a_url_does_not_show() {
    let server = Reference::start(Options {
        tls: false,
        login: Login::Basic {
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
        },
        faults: vec![Fault::CredentialsEchoed],
        ..Options::default()
    });
    let url = server
        .url()
        .replace("http://", &format!("http://{USER}:{}@", percent(PASSWORD)));
    let mut secrets = basic(USER, PASSWORD);
    secrets.push(percent(PASSWORD).into_bytes());
    let home = home();
    let ended = assert_secret(home.path(), &mut check(home.path(), &url), &secrets);
    assert_eq!(
        ended.code,
        Some(0),
        "the credentials were taken: {}",
        ended.all()
    );
}

#[test]
fn no_error_sentence_repeats_the_password_of_a_url() {
    let typed = "hunter2-in-url";
    for arguments in [
        &["check", "ftp://zaphod:hunter2-in-url@cloud.example/safe"][..],
        &["check", "https://zaphod:hunter2-in-url@/safe"],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example:99999/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe?x=1",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe#x",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe/config",
        ],
        &["check", "https://zaphod:hunter2-in-url@cloud exam ple/safe"],
        &[
            "check",
            "https://zaphod:hunter2-in-url%FF@cloud.example/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url/x@cloud.example/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url?x@cloud.example/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url#x@cloud.example/safe",
        ],
        &["check", "https:zaphod:hunter2-in-url@cloud.example/safe"],
        &["check", "zaphod:hunter2-in-url@cloud.example/safe"],
        &["check", "http://zaphod:hunter2-in-url@[::1/safe"],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
            "--only",
            "nonsense",
        ],
        &[
            "check",
            "https://one.example",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "https://one.example",
            "zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--resolve",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--report",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--seed",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--url=https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &["https://zaphod:hunter2-in-url@cloud.example/safe"],
        &["zaphod:hunter2-in-url@cloud.example"],
        &["sweep", "ftp://zaphod:hunter2-in-url@cloud.example/safe"],
        &[
            "serve",
            "--listen",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
    ] {
        let home = home();
        let ended = run(program(home.path()).args(arguments));
        assert!(
            !ended.all().contains(typed),
            "{arguments:?}: {}",
            ended.all()
        );
        let expected = if arguments[0] == "sweep" { 0 } else { 2 };
        assert_eq!(ended.code, Some(expected), "{arguments:?}: {}", ended.all());
    }
    let home = home();
    let ended = run(program(home.path())
        .arg("check")
        .env("SAFE_TARGET", "ftp://zaphod:hunter2-in-url@cloud.example"));
    assert!(!ended.all().contains(typed), "{}", ended.all());
    assert_eq!(ended.code, Some(2));
}

#[test]
fn a_password_that_is_a_word_of_the_report_breaks_no_report() {
    // Taking out what the harness itself wrote would tell what the password is, and ruin the files.
    for password in [
        "config",
        "pass",
        "safe",
        "format",
        "finding",
        "a",
        "gzip",
        "Nextcloud",
        "524288",
    ] {
        let server = Reference::plain(password, &[], std::time::Duration::ZERO);
        let home = home();
        let mut command = check(home.path(), server.url());
        command
            .args(["--user", "safe"])
            .env("SAFE_SERVER_PASSWORD", password);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{password}: {}", ended.all());
        let report = std::fs::read_to_string(home.path().join("report.json")).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        assert_eq!(report["tool"], "safe-conformance", "{password}");
        assert_eq!(report["format"], 2, "{password}");
        assert_eq!(
            report["clients"]["android"]["backup"]["verdict"], "partial",
            "{password}"
        );
        let judged = run(program(home.path())
            .arg("judge")
            .arg(home.path().join("transcript.json")));
        assert_eq!(judged.code, Some(0), "{password}: {}", judged.all());
    }
}

/// The secret as a server may give it back that means harm: turned round, cut short, in
/// hexadecimal.
fn disguises(password: &str) -> Vec<String> {
    let reversed: String = password.chars().rev().collect();
    let shorter = &password[..password.len() - 1];
    let utf16 = password
        .encode_utf16()
        .fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"));
    vec![
        password.to_owned(),
        shorter.to_owned(),
        reversed.clone(),
        HEXLOWER.encode(password.as_bytes()),
        HEXUPPER.encode(shorter.as_bytes()),
        HEXLOWER.encode(reversed.as_bytes()),
        BASE64_NOPAD.encode(password.as_bytes()),
        BASE64_NOPAD.encode(reversed.as_bytes()),
        utf16,
    ]
}

#[test]
fn no_disguise_of_a_password_shows_in_names_values_or_bodies() {
    for password in ["Tr1cia-mcmillan", "marvin", "z4ph0d"] {
        let server = Scripted::start(move |asked| {
            let mut reply = if asked.is("GET", "/config") {
                Reply::new(200, scripted::CONFIG)
            } else {
                Reply::new(404, disguises(password).join("\n"))
            };
            for (number, disguise) in disguises(password).iter().enumerate() {
                reply = reply.with(&format!("x-echo-{number}"), disguise);
                if disguise
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                {
                    reply = reply.with(&format!("x-{disguise}-name"), "value");
                }
            }
            if let Some(id) = asked.backup() {
                reply = reply.with(&format!("x-{id}"), "an ID in a name");
            }
            Deed::Reply(reply)
        });
        let home = home();
        let mut command = check(home.path(), &server.url());
        command
            .args(["--user", USER])
            .env("SAFE_SERVER_PASSWORD", password);
        let secrets: Vec<_> = disguises(password)
            .into_iter()
            .map(String::into_bytes)
            .collect();
        assert_secret(home.path(), &mut command, &secrets);
        let judged = run(program(home.path())
            .arg("judge")
            .arg(home.path().join("transcript.json")));
        assert!(matches!(judged.code, Some(0 | 1)), "{}", judged.all());
    }
}

#[test]
fn credentials_that_http_basic_cannot_carry_are_a_slip() {
    let home = home();
    for (user, password, what) in [
        ("with:colon", "x", "colon"),
        ("user", "two\nlines", "control character"),
        ("us\ter", "x", "control character"),
    ] {
        let refused = run(program(home.path())
            .args(["check", "http://localhost:9/safe", "--user", user])
            .env("SAFE_SERVER_PASSWORD", password));
        assert_eq!(refused.code, Some(2), "{}", refused.all());
        assert!(refused.stderr.contains(what), "{}", refused.all());
        assert!(!refused.all().contains("two"), "{}", refused.all());
    }
}
