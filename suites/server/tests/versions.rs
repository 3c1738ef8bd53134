//! Servers at https:// that answer otherwise over HTTP/2 than over HTTP/1.1.

use super::{World, checks, said};
use crate::wire::scripted::{Asked, Deed, reply};
use crate::wire::{Http, HttpChoice, LoginUse, Place};
use std::fmt::Write as _;

const HEALTHY: &[u8] = br#"{"maxBackupBytes":524288,"retentionDays":180}"#;

/// Answers `config` with `old` over HTTP/1.1 and with `new` over HTTP/2.
fn config(asked: &Asked, old: &'static [u8], new: &'static [u8]) -> Deed {
    if !matches!(asked.request.place, Place::Config) || asked.request.login == LoginUse::Nobody {
        return Deed::Healthy;
    }
    let is_two = asked.request.http == HttpChoice::Only(Http::Two);
    let mut answer = reply(200, if is_two { new } else { old });
    answer.http = if is_two { Http::Two } else { Http::One };
    Deed::Answers(Ok(answer))
}

type Manner = (&'static str, fn(&Asked) -> Deed);

const MANNERS: [Manner; 4] = [
    ("the same over both", |it| config(it, HEALTHY, HEALTHY)),
    ("nothing over HTTP/2", |it| config(it, HEALTHY, b"")),
    ("nothing over either", |it| config(it, b"", b"")),
    ("a page over HTTP/2", |it| {
        config(it, HEALTHY, b"<html><title>Log in</title></html>")
    }),
];

#[test]
fn versions() {
    let mut text = String::new();
    for (name, script) in MANNERS {
        let _ = writeln!(text, "{name}");
        let of_config = checks().filter(|check| check.id.starts_with("config."));
        for check in of_config {
            for facet in check.variants {
                let name = check.name_of(*facet);
                let outcome = World::with_tls(script).judge(&name);
                let _ = writeln!(text, "  {name}: {}", said(&outcome));
            }
        }
    }
    insta::assert_snapshot!(text);
}
