//! Servers that send back what they received.

use super::{
    COOKIE, PASSWORD, TOKEN, USER, assert_secret, basic, check, check_with_password, home,
    spellings,
};
use crate::support::program::{program, run};
use crate::support::scripted::{self, Asked, Deed, Reply, Scripted};
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER, HEXUPPER};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn percent(text: &str) -> String {
    let encoded = text.bytes().map(|byte| format!("%{byte:02X}"));
    encoded.collect::<Vec<_>>().concat()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Repeats what it received, in every way that we know.
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
#[ignore = "it takes long: CI runs it"]
fn a_server_that_repeats_everything_gives_nothing_away() {
    let server = Scripted::start(echo);
    let home = home();
    let mut command = check_with_password(home.path(), &server.url());
    let mut secrets = basic(USER, PASSWORD);
    secrets.push(COOKIE.as_bytes().to_vec());
    let ended = assert_secret(home.path(), &mut command, &secrets);
    assert!(
        ended.stdout.contains("contained the credentials"),
        "{}",
        ended.stdout
    );
}

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
#[ignore = "it takes long: CI runs it"]
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
    let mut command = check_with_password(home.path(), &server.url());
    let ended = assert_secret(home.path(), &mut command, &basic(USER, PASSWORD));
    assert!(
        ended.stdout.contains("contained the credentials"),
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
        ended.stdout.contains("contained the credentials"),
        "{}",
        ended.stdout
    );
}

/// Sets a cookie with `config`, and repeats it in names, values and bodies, packed or not, in the
/// answer to the request that sends it.
fn repeat_cookie(asked: &Asked, is_set: &AtomicBool) -> Deed {
    let encoded = BASE64.encode(COOKIE.as_bytes());
    if asked.is("GET", "/config") && asked.header("authorization").is_some() {
        is_set.store(true, Ordering::Relaxed);
        return Deed::Reply(
            Reply::new(200, scripted::CONFIG)
                .with("Set-Cookie", &format!("session={COOKIE}; HttpOnly"))
                .with("Set-Cookie", COOKIE)
                .with("X-Session", COOKIE)
                .with(&format!("x-{COOKIE}"), "a name"),
        );
    }
    if !is_set.load(Ordering::Relaxed) {
        return Deed::Healthy;
    }
    let page = format!("{}\n{COOKIE}\n{encoded}\n", asked.head);
    match asked.method.as_str() {
        "GET" if asked.is("GET", "/config") => Deed::Reply(
            Reply::new(401, page)
                .with("WWW-Authenticate", "Basic realm=\"safe\"")
                .with("Location", &format!("/login?session={encoded}")),
        ),
        "GET" if asked.header("authorization").is_none() => {
            Deed::Reply(Reply::new(401, gzip(page.as_bytes())).with("Content-Encoding", "gzip"))
        }
        "HEAD" | "PROPFIND" => Deed::Reply(Reply::new(405, page).with("X-Session", COOKIE)),
        _ => Deed::Healthy,
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn session_cookies_do_not_show() {
    let is_set = AtomicBool::new(false);
    let server = Scripted::start(move |asked| repeat_cookie(asked, &is_set));
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.args(["--user", scripted::USER]);
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    assert_secret(home.path(), &mut command, &spellings(COOKIE));
    let sent = server.asked().iter().any(|asked| {
        asked
            .header("cookie")
            .is_some_and(|cookie| cookie.contains(COOKIE))
    });
    assert!(sent, "the cookie was tried");
}

/// The secret as a malicious server may send it back: reversed, cut short, in hexadecimal.
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
#[ignore = "it takes long: CI runs it"]
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
