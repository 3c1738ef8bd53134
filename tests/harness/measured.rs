//! The facts about servers that list servers by status: they say what was measured.

use safe_conformance::manual::fact;
use serde::Deserialize;

const STATUSES: &str = include_str!("../servers/measured/statuses.json");

#[derive(Deserialize)]
struct Measurements {
    servers: Vec<Server>,
}

/// What one server returned.
#[derive(Deserialize)]
struct Server {
    name: String,
    put_new: u16,
    put_overwrite: u16,
    config_head: u16,
    head_after_put: u16,
    trav_get_plain: u16,
    trav_get_encdot: u16,
    lock: u16,
    /// The header field `DAV`, empty if it was not recorded.
    dav: String,
}

impl Server {
    /// Whether it announces locks, as far as its header field was recorded.
    fn announces_locks(&self) -> Option<bool> {
        let mut classes = self.dav.split(',').map(str::trim);
        (!self.dav.is_empty()).then(|| classes.any(|class| class == "2"))
    }
}

fn servers() -> Vec<Server> {
    let measurements: Measurements = serde_json::from_str(STATUSES).expect("measured statuses");
    measurements.servers
}

/// Lists servers as the manual does: `Apache, nginx and lighttpd`. Both versions of sabre together
/// are `sabre`.
fn list(servers: &[Server], is_listed: impl Fn(&Server) -> bool) -> String {
    let listed = servers.iter().filter(|server| is_listed(server));
    let names: Vec<_> = listed.map(|server| server.name.as_str()).collect();
    let all = names.join(", ");
    let all = all.replace("sabre 1.8.12, sabre 4.7.0", "sabre");
    match all.rsplit_once(", ") {
        Some((first, last)) => format!("{first} and {last}"),
        None => all,
    }
}

#[track_caller]
fn assert_says(id: &str, sentences: &[String]) {
    let text = fact(id).expect("a fact").text;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in sentences {
        assert!(
            line.contains(sentence.as_str()),
            "`{id}` must say:\n{sentence}\nbut says:\n{line}"
        );
    }
}

#[test]
fn dot_segments_are_as_measured() {
    let all = servers();
    let reach = list(&all, |server| server.trav_get_plain == 200);
    let refuse = list(&all, |server| (400..500).contains(&server.trav_get_plain));
    let encoded = all
        .iter()
        .filter(|server| server.trav_get_plain == 200 && server.trav_get_encdot != 200);
    let encoded: Vec<_> = encoded
        .map(|server| format!("{} {}", server.name, server.trav_get_encdot))
        .collect();
    assert_says(
        "servers.dot-segments",
        &[
            format!(
                "reaches the config on {reach} (`%2e%2e`: {})",
                encoded.join(", ")
            ),
            format!(". {refuse} return 4xx"),
        ],
    );
}

#[test]
fn locks_are_as_measured() {
    let all = servers();
    let without = list(&all, |server| server.lock == 501);
    assert_says(
        "servers.options",
        &[format!("{without} omit 2 (LOCK returns 501)")],
    );
    for server in &all {
        if let Some(announced) = server.announces_locks() {
            assert_eq!(announced, server.lock == 200, "{}", server.name);
        }
    }
}

#[test]
fn the_statuses_of_an_upload_are_as_measured() {
    let all = servers();
    let new = list(&all, |server| server.put_new == 200);
    assert!(
        all.iter()
            .all(|server| [200, 201].contains(&server.put_new))
    );
    let over = |status| list(&all, |server| server.put_overwrite == status);
    assert_says(
        "servers.put-status",
        &[
            format!("For a new backup: 201; 200 from {new}."),
            format!(
                "For an existing backup: 204 from {}; 201 from {}; 200 from {}.",
                over(204),
                over(201),
                over(200)
            ),
        ],
    );
}

#[test]
fn heads_are_as_measured() {
    let specialised = ["sekursranko", "eee-safe"];
    let all = servers();
    for server in &all {
        let plain = !specialised.contains(&server.name.as_str());
        assert_eq!(server.config_head == 200, plain, "{}", server.name);
    }
    let status = |name: &str, of: fn(&Server) -> u16| {
        let server = all.iter().find(|server| server.name == name);
        of(server.expect("a measured server"))
    };
    assert_says(
        "servers.config-head",
        &[format!(
            "sekursranko {}, eee-safe {}",
            status("sekursranko", |server| server.config_head),
            status("eee-safe", |server| server.config_head)
        )],
    );
    let without = list(&all, |server| server.head_after_put != 200);
    assert_says(
        "servers.head",
        &[format!(
            "{without} returns {}",
            status(&without, |server| server.head_after_put)
        )],
    );
}
