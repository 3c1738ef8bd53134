//! Servers whose answers have more header fields than a healthy one: marks of change, encodings,
//! cookies; and lists of what is stored.

use super::{checks, played};
use crate::wire::scripted::{Asked, Deed, reply};
use crate::wire::{Http, LoginUse, Method, Place};
use std::fmt::Write as _;

/// Returns a time that lies so many minutes after another.
fn time(minutes: usize) -> String {
    format!("Sun, 06 Nov 1994 08:{:02}:37 GMT", minutes % 60)
}

fn modified(minutes: usize) -> Vec<(&'static str, String)> {
    vec![("last-modified", time(minutes))]
}

fn tagged(tag: impl std::fmt::Display) -> Vec<(&'static str, String)> {
    vec![("etag", tag.to_string())]
}

fn encoded(name: &str) -> Vec<(&'static str, String)> {
    vec![("content-encoding", name.to_owned())]
}

fn is(asked: &Asked, method: Method) -> bool {
    asked.request.method == method
}

/// Returns a list with this ID, as `WebDAV` gives it or as a page.
fn list(asked: &Asked, of: fn(&str) -> String) -> Deed {
    let Some(id) = asked.listed_id() else {
        return Deed::Healthy;
    };
    let page = format!("<a href=\"{}\">", of(&id));
    Deed::Answers(Ok(reply(200, page.as_bytes())))
}

type Manner = (&'static str, &'static str, fn(&Asked) -> Deed);

const MANNERS: [Manner; 22] = [
    ("retention.", "a later time with each answer", |it| {
        Deed::Adds(modified(it.number))
    }),
    ("retention.", "an earlier time with each answer", |it| {
        Deed::Adds(modified(59 - it.number))
    }),
    ("retention.", "one time", |_| Deed::Adds(modified(0))),
    ("retention.", "a time at first", |it| {
        if it.number < 8 {
            Deed::Adds(modified(0))
        } else {
            Deed::Healthy
        }
    }),
    ("retention.", "a later time in a PROPFIND", |it| {
        if !is(it, Method::Propfind) {
            return Deed::Healthy;
        }
        let xml = format!("<d:getlastmodified>{}</d:getlastmodified>", time(it.number));
        Deed::Answers(Ok(reply(207, xml.as_bytes())))
    }),
    ("retention.", "a PROPFIND that is no 207", |it| {
        if !is(it, Method::Propfind) {
            return Deed::Healthy;
        }
        let xml = format!("<d:getlastmodified>{}</d:getlastmodified>", time(it.number));
        Deed::Answers(Ok(reply(200, xml.as_bytes())))
    }),
    ("retention.", "another ETag with each answer", |it| {
        Deed::Adds(tagged(it.number))
    }),
    ("retention.", "one ETag", |_| Deed::Adds(tagged("\"a\""))),
    ("retention.", "an ETag that becomes weak", |it| {
        Deed::Adds(tagged(if it.number < 8 { "\"a\"" } else { "W/\"a\"" }))
    }),
    ("retention.bin", "OC-ETag", |_| {
        Deed::Adds(vec![("oc-etag", "1".to_owned())])
    }),
    ("retention.deleted-everywhere", "a list of ours", |it| {
        list(it, str::to_owned)
    }),
    (
        "retention.deleted-everywhere",
        "HEAD of what is gone",
        |it| {
            if is(it, Method::Head) {
                Deed::Answers(Ok(reply(200, b"")))
            } else {
                Deed::Healthy
            }
        },
    ),
    ("integrity.co", "gzip in name", |it| {
        if is(it, Method::Get) {
            Deed::Adds(encoded("gzip"))
        } else {
            Deed::Healthy
        }
    }),
    ("integrity.co", "identity in name", |_| {
        Deed::Adds(encoded("identity"))
    }),
    ("integrity.co", "br in name", |_| Deed::Adds(encoded("br"))),
    ("auth.cookie", "a cookie", |_| {
        Deed::Adds(vec![("set-cookie", "nc=1; path=/".to_owned())])
    }),
    ("auth.cookie", "a cookie that lets in", |it| {
        if matches!(it.request.login, LoginUse::Cookie(_)) {
            Deed::LetsIn
        } else {
            Deed::Adds(vec![("set-cookie", "nc=1; path=/".to_owned())])
        }
    }),
    ("auth.cookie", "a cookie, and open to anyone", |it| {
        if it.request.login == LoginUse::Given {
            Deed::Adds(vec![("set-cookie", "nc=1; path=/".to_owned())])
        } else {
            Deed::LetsIn
        }
    }),
    ("privacy.", "a list of ours", |it| list(it, str::to_owned)),
    ("privacy.", "a list of others", |it| {
        list(it, |id| id.chars().rev().collect())
    }),
    ("privacy.", "IDs in capitals", |it| {
        let is_capital = matches!(it.request.place, Place::CapitalBackup(_));
        match &it.request.place {
            _ if !is_capital => Deed::Healthy,
            _ => Deed::Answers(Ok(reply(200, b"another"))),
        }
    }),
    ("url.", "a double slash", |it| {
        if matches!(it.request.place, Place::Below("//config")) {
            Deed::Answers(Ok(reply(200, b"{}")))
        } else {
            Deed::Healthy
        }
    }),
];

#[test]
fn fields() {
    let mut text = String::new();
    for (prefix, name, script) in MANNERS {
        let _ = writeln!(text, "{name}");
        for check in checks().filter(|check| check.id.starts_with(prefix)) {
            for facet in check.variants {
                if facet.http() != Some(Http::Two) {
                    let said = played((check, *facet), script).said;
                    let _ = writeln!(text, "  {}: {said}", check.name_of(*facet));
                }
            }
        }
    }
    insta::assert_snapshot!(text);
}
