//! The matrix: each check that asks for backups, with each of its answers spoilt in each way, once
//! and from then on.

use super::{ServerCheck, checks, played};
use crate::wire::scripted::{Asked, Deed, broken_off, reply, silence};
use crate::wire::{Facet, FailureKind, Http, LoginUse, Manner, Method};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many answers of one check are spoilt: those after them are asked in the same way.
const ANSWERS: usize = 6;

/// A way in which an answer can be another one; `None` where it does not arise.
type Spoil = fn(&Asked) -> Option<Deed>;

const SPOILS: [(&str, Spoil); 15] = [
    ("302", |_| {
        let mut moved = reply(302, b"");
        let to = "http://elsewhere.example/login".to_owned();
        moved.headers.push(("location".to_owned(), to));
        Some(Deed::Answers(Ok(moved)))
    }),
    ("403", |_| Some(Deed::Answers(Ok(reply(403, b""))))),
    ("404", |_| Some(Deed::Answers(Ok(reply(404, b""))))),
    ("413", |asked| {
        writes(asked).then(|| Deed::Answers(Ok(reply(413, b""))))
    }),
    ("500", |_| Some(Deed::Answers(Ok(reply(500, b""))))),
    ("200 and nothing", |_| {
        Some(Deed::Answers(Ok(reply(200, b""))))
    }),
    ("a page", |_| {
        let page = b"<html><title>Log in</title></html>";
        Some(Deed::Answers(Ok(reply(200, page))))
    }),
    ("cut", |asked| {
        read(asked, |bytes| bytes.truncate(bytes.len() / 2))
    }),
    ("longer", |asked| read(asked, |bytes| bytes.push(b'+'))),
    ("changed", |asked| read(asked, |bytes| bytes[0] ^= 1)),
    ("done and 500", |asked| {
        writes(asked).then(|| Deed::Obeys(Ok(reply(500, b""))))
    }),
    ("let in", |asked| {
        let is_anonymous = asked.request.login != LoginUse::Given;
        is_anonymous.then_some(Deed::LetsIn)
    }),
    ("closed", |_| {
        Some(Deed::Answers(Err(silence(FailureKind::NoAnswer))))
    }),
    ("a part stays", |asked| {
        let payload = asked.request.payload.as_ref()?;
        let half = payload.bytes[..payload.len() / 2].to_vec();
        Some(Deed::Keeps(Some(half)))
    }),
    ("nothing stays", |asked| {
        writes(asked).then_some(Deed::Keeps(None))
    }),
];

/// The ways that are tried from then on, too.
const LASTING: [&str; 5] = ["403", "404", "500", "200 and nothing", "closed"];

fn writes(asked: &Asked) -> bool {
    asked.request.method.writes()
}

/// Returns the answer to a GET of what is stored, changed.
fn read(asked: &Asked, change: fn(&mut Vec<u8>)) -> Option<Deed> {
    let mut bytes = asked
        .stored
        .filter(|_| asked.request.method == Method::Get)?
        .to_vec();
    if bytes.len() < 2 {
        return None;
    }
    change(&mut bytes);
    Some(Deed::Answers(Ok(reply(200, &bytes))))
}

/// Spoils the answer with this number and, if `stays`, all later ones to the same request.
fn spoilt(at: usize, stays: bool, spoil: Spoil) -> impl FnMut(&Asked) -> Deed {
    let mut like = None;
    move |asked| {
        let kind = (asked.request.method, asked.request.login.clone());
        if asked.number == at {
            like = Some(kind.clone());
        }
        if asked.number == at || (stays && like.as_ref() == Some(&kind)) {
            let cuts = matches!(asked.request.manner, Manner::CutOff { .. });
            return match spoil(asked) {
                Some(Deed::Answers(Ok(_)) | Deed::Obeys(Ok(_))) if cuts => {
                    Deed::Answers(Err(broken_off(false)))
                }
                Some(deed) => deed,
                None => Deed::Healthy,
            };
        }
        Deed::Healthy
    }
}

/// Returns what the check says for each way, those that say the same in one line.
fn table((check, facet): (&'static ServerCheck, Facet)) -> String {
    let healthy = played((check, facet), |_| Deed::Healthy);
    let mut text = format!("{}\n  healthy: {}\n", check.name_of(facet), healthy.said);
    let is_prelude = |asked: &&String| {
        let is_shared = asked.contains("<specimen>") && asked.contains("(given)");
        asked.starts_with("GET config (given)") || is_shared
    };
    let is_all = healthy.asked.iter().all(|asked| is_prelude(&asked));
    let own = |(_, asked): &(usize, &String)| is_all || !is_prelude(asked);
    for (at, asked) in healthy.asked.iter().enumerate().filter(own).take(ANSWERS) {
        let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, spoil) in SPOILS {
            for stays in [false, true] {
                if stays && !LASTING.contains(&name) {
                    continue;
                }
                let played = played((check, facet), spoilt(at, stays, spoil));
                if played.said != healthy.said {
                    let when = if stays { "!" } else { "" };
                    let ways = said.entry(played.said).or_default();
                    ways.push(format!("{name}{when}"));
                }
            }
        }
        if !said.is_empty() {
            let _ = writeln!(text, "  {} {asked}", at + 1);
        }
        for (said, ways) in said {
            let _ = writeln!(text, "    {}: {said}", ways.join(", "));
        }
    }
    text
}

/// Returns the checks whose IDs begin so, each once for every client that it speaks for, or every
/// case.
fn tables(prefix: &str) -> String {
    let mut text = String::new();
    for check in checks().filter(|check| check.id.starts_with(prefix)) {
        let mut clients = Vec::new();
        for facet in check.variants {
            let client = facet.client();
            let is_like_another = client.is_some() && clients.contains(&client);
            let is_another_look = check.id == "integrity.content" && !clients.is_empty();
            // HTTP/2 is for https alone.
            if is_like_another || is_another_look || facet.http() == Some(Http::Two) {
                continue;
            }
            clients.push(client);
            text += &table((check, *facet));
        }
    }
    text
}

macro_rules! matrices {
    ($($name:ident: $prefix:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(stringify!($name), tables($prefix));
            }
        )*
    };
}

matrices! {
    auth: "auth.",
    config: "config.",
    delete: "delete.",
    desktop: "desktop.",
    download: "download.",
    integrity: "integrity.",
    limits: "limits.",
    privacy: "privacy.",
    retention: "retention.",
    upload: "upload.",
}
