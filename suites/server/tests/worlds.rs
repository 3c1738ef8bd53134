//! Other worlds: servers with a lower limit than they promise, configs of every kind, and other
//! targets than a server with a password.

use super::{checks, played, run};
use crate::engine::Facet as _;
use crate::wire::scripted::{Asked, Deed, LIMIT, Scripted, reply, silence};
use crate::wire::{Answer, Facet, FailureKind, Http, Method, Place, Scrub, Session, Target};
use std::fmt::Write as _;

/// Returns what the checks whose IDs begin so say, in one line each.
fn lines(prefix: &str, script: impl Fn(&Asked) -> Deed + Copy + Send + 'static) -> String {
    let mut text = String::new();
    for check in checks().filter(|check| check.id.starts_with(prefix)) {
        for facet in check.variants {
            if facet.http() != Some(Http::Two) {
                let said = played((check, *facet), script).said;
                let _ = writeln!(text, "  {}: {said}", check.name_of(*facet));
            }
        }
    }
    text
}

/// How a server refuses what is too large.
type Refusal = fn() -> Answer;

const REFUSALS: [(&str, Refusal); 6] = [
    ("400", || Ok(reply(400, b""))),
    ("413", || Ok(reply(413, b""))),
    ("403", || Ok(reply(403, b""))),
    ("500", || Ok(reply(500, b""))),
    ("507", || Ok(reply(507, b""))),
    ("closed", || Err(silence(FailureKind::Reset))),
];

#[test]
fn lower_limits() {
    let mut text = String::new();
    for (name, refusal) in REFUSALS {
        for real in [500, 4096, 5000, 16_384, 20_000, LIMIT - 1] {
            let _ = writeln!(text, "{real} bytes, {name}");
            text += &lines("limits.", move |asked| {
                let sent = asked
                    .request
                    .payload
                    .as_ref()
                    .map_or(0, crate::wire::Payload::len);
                if sent > real {
                    Deed::Answers(refusal())
                } else {
                    Deed::Healthy
                }
            });
        }
    }
    for real in [5000, 20_000] {
        let _ = writeln!(text, "cut to {real} bytes");
        text += &lines("limits.", move |asked| {
            let payload = asked.request.payload.as_ref();
            match payload.filter(|payload| payload.len() > real) {
                Some(payload) => Deed::Keeps(Some(payload.bytes[..real].to_vec())),
                None => Deed::Healthy,
            }
        });
    }
    insta::assert_snapshot!(text);
}

const CONFIGS: [(&str, &[u8]); 16] = [
    ("empty", b""),
    ("a page", b"<html><title>Log in</title></html>"),
    ("no numbers", b"{}"),
    ("no retention", br#"{"maxBackupBytes": 524288}"#),
    ("no limit", br#"{"retentionDays": 180}"#),
    (
        "strings",
        br#"{"maxBackupBytes": "524288", "retentionDays": "180"}"#,
    ),
    (
        "fractions",
        br#"{"maxBackupBytes": 524288.5, "retentionDays": 180.0}"#,
    ),
    (
        "nothing allowed",
        br#"{"maxBackupBytes": 0, "retentionDays": 0}"#,
    ),
    (
        "negative",
        br#"{"maxBackupBytes": -1, "retentionDays": -1}"#,
    ),
    ("small", br#"{"maxBackupBytes": 100, "retentionDays": 1}"#),
    (
        "generous",
        br#"{"maxBackupBytes": 524288, "retentionDays": 180}"#,
    ),
    (
        "beyond 31 bits",
        br#"{"maxBackupBytes": 4294967297, "retentionDays": 4294967297}"#,
    ),
    (
        "beyond 63 bits",
        br#"{"maxBackupBytes": 99999999999999999999, "retentionDays": 99999999999999999999}"#,
    ),
    (
        "a comma more",
        br#"{"maxBackupBytes": 524288, "retentionDays": 180,}"#,
    ),
    (
        "another after it",
        br#"{"maxBackupBytes": 524288, "retentionDays": 180} {}"#,
    ),
    (
        "not UTF-8",
        b"{\"maxBackupBytes\": 524288, \"retentionDays\": 180, \"x\": \"\xff\"}",
    ),
];

fn is_given_config(asked: &Asked) -> bool {
    let is_config = matches!(asked.request.place, Place::Config);
    is_config && asked.request.login != crate::wire::LoginUse::Nobody
}

#[test]
fn configs() {
    let mut text = String::new();
    for (name, body) in CONFIGS {
        let _ = writeln!(text, "{name}");
        let script = move |asked: &Asked| {
            if is_given_config(asked) {
                Deed::Answers(Ok(reply(200, body)))
            } else {
                Deed::Healthy
            }
        };
        text += &lines("config.", script);
        text += &lines("retention.refresh", script);
    }
    let _ = writeln!(text, "another one at each question");
    text += &lines("config.", |asked| {
        let numbers = format!(
            "{{\"maxBackupBytes\":{},\"retentionDays\":180}}",
            524_288 + asked.number
        );
        if is_given_config(asked) {
            Deed::Answers(Ok(reply(200, numbers.as_bytes())))
        } else {
            Deed::Healthy
        }
    });
    let _ = writeln!(text, "5000 bytes");
    text += &lines("config.", |asked| {
        let spaces = " ".repeat(5000);
        let long = format!("{{\"maxBackupBytes\":524288,\"retentionDays\":180}}{spaces}");
        if is_given_config(asked) {
            Deed::Answers(Ok(reply(200, long.as_bytes())))
        } else {
            Deed::Healthy
        }
    });
    insta::assert_snapshot!(text);
}

/// A server, by what it does with a request.
type Manner = (&'static str, fn(&Asked) -> Deed);
/// A target, made of what makes one of a URL.
type Aim = (&'static str, fn(&dyn Fn(&str) -> Target) -> Target);

/// What lets in whom.
const MANNERS: [Manner; 3] = [
    ("healthy", |_| Deed::Healthy),
    ("open to anyone", |_| Deed::LetsIn),
    ("uploads are forbidden", |asked| {
        if asked.request.method == Method::Put {
            Deed::Answers(Ok(reply(403, b"")))
        } else {
            Deed::Healthy
        }
    }),
];

#[test]
fn targets() {
    let at = |url: &str| Target::parse(url).expect("a URL");
    let worlds: [Aim; 5] = [
        ("no credentials", |at| at("http://127.0.0.1:9/safe")),
        ("a token", |at| {
            at("http://127.0.0.1:9/safe").token("t0ken-in-memory")
        }),
        ("not ASCII", |at| {
            at("http://127.0.0.1:9/safe").basic("j\u{f6}rg", "K\u{e4}fer")
        }),
        ("a public link", |at| {
            at("http://127.0.0.1:9/public.php/webdav").basic("token", "s3cret-in-memory")
        }),
        ("a user's files", |at| {
            at("http://127.0.0.1:9/remote.php/dav/files/other/safe")
                .basic("safe", "s3cret-in-memory")
        }),
    ];
    let mut text = String::new();
    for (name, target) in worlds {
        for (manner, script) in MANNERS {
            let _ = writeln!(text, "{name}, {manner}");
            for check in checks().filter(|check| !check.id.starts_with("tls.")) {
                let facets: &[Facet] = check.variants;
                for facet in facets
                    .iter()
                    .filter(|facet| facet.http() != Some(Http::Two))
                {
                    let usual = played((check, *facet), script).said;
                    let server = Scripted::new(script);
                    let session =
                        Session::scripted_at(target(&at), Scrub::default(), &server, None);
                    let said = run(&session, check, *facet);
                    if said != usual {
                        let _ = writeln!(text, "  {}: {said}", check.name_of(*facet));
                    }
                }
            }
        }
    }
    debug_assert!(Facet::Whole.label().is_empty());
    insta::assert_snapshot!(text);
}
