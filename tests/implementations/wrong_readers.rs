//! Deliberately wrong readers of whole documents: our model of Android with one mistake, which
//! depends on the document that it reads.

use crate::wrong::Wrong;
use safe_conformance::adapter::{
    Answer, BackupToRead, Hello, Implementation, Operation, ReadBackup, Refusal, RestoredState,
};
use safe_conformance::clients::Release;
use safe_conformance::safe::{Client, Stage};
use safe_conformance::suites::client::Like;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A change to the state of the phone, which depends on the document.
type Change = Box<dyn Fn(&Value, &mut Map<String, Value>) + Send + Sync>;

struct Mistaken {
    change: Change,
    /// Whether it refuses an `info.device`.
    refuses: fn(Option<&str>) -> bool,
}

impl Implementation for Mistaken {
    fn hello(&self) -> Hello {
        Hello::new("a wrong reader", "0", &[Operation::ReadBackup])
    }

    fn read_backup(&self, input: ReadBackup) -> Answer<RestoredState> {
        let BackupToRead::Open { document } = &input.backup else {
            return Release::from(Client::Android).read_backup(input);
        };
        let document: Value = serde_json::from_slice(&document.0)
            .map_err(|error| Refusal::at(Stage::Json, error.to_string()))?;
        if (self.refuses)(document["info"]["device"].as_str()) {
            return Err(Refusal::at(Stage::Meaning, "not a device"));
        }
        let mut state = Release::from(Client::Android).read_backup(input)?;
        (self.change)(&document, &mut state.restored);
        Ok(state)
    }
}

/// Every wrong reader.
pub fn all() -> Vec<Wrong> {
    let kinds = [
        defaults(),
        unknown_keys(),
        devices(),
        times(),
        limits(),
        mixtures(),
    ];
    kinds.into_iter().flatten().collect()
}

/// Readers that keep what only Android has, and not as Android, and are otherwise as iOS or as
/// Android: no mixture of the two.
fn mixtures() -> Vec<Wrong> {
    let reversed: Change = Box::new(|_, state| {
        for list in items(state, "distributionlists") {
            let number = list["id"].as_str().and_then(|id| id.parse().ok());
            list["id"] = u64::swap_bytes(number.unwrap_or_default())
                .to_string()
                .into();
        }
    });
    let mistake = "the ID of a list with its bytes reversed".to_owned();
    let reader = wrong(mistake, "payload.list", "distributionlists.id", reversed);
    vec![Wrong {
        like: Like::Anyone,
        ..reader
    }]
}

fn wrong(mistake: String, vector: &'static str, words: &'static str, change: Change) -> Wrong {
    with(
        mistake,
        vector,
        words,
        Mistaken {
            change,
            refuses: |_| false,
        },
    )
}

fn with(
    mistake: String,
    vector: &'static str,
    words: &'static str,
    implementation: Mistaken,
) -> Wrong {
    Wrong {
        mistake: Box::leak(mistake.into_boxed_str()),
        vector,
        stage: Stage::Meaning,
        words,
        like: Like::Client(Client::Android),
        implementation: Arc::new(implementation),
    }
}

/// The objects of a list; none if there is no such list.
fn items<'v>(state: &'v mut Map<String, Value>, list: &str) -> impl Iterator<Item = &'v mut Value> {
    state
        .get_mut(list)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

/// Another default of an absent key.
fn defaults() -> Vec<Wrong> {
    let settings = [
        ("blockUnknown", true),
        ("sendTyping", false),
        ("readReceipts", false),
        ("threemaCalls", false),
        ("relayThreemaCalls", true),
        ("disableScreenshots", true),
        ("incognitoKeyboard", true),
    ];
    let settings = settings.map(|(key, value)| {
        let mistake = format!("settings: {key} is {value} by default");
        let change: Change = Box::new(move |document, state| {
            if document["settings"].get(key).is_none() {
                state["settings"][key] = value.into();
            }
        });
        wrong(mistake, "payload.settings-defaults", key, change)
    });
    let fields = [
        ("contacts", "hidden", json!(true)),
        ("contacts", "private", json!(true)),
        ("contacts", "workVerified", json!(true)),
        ("contacts", "readReceipts", json!(1)),
        ("contacts", "typingIndicators", json!(2)),
        ("groups", "private", json!(true)),
        ("distributionlists", "private", json!(true)),
    ];
    let fields = fields.map(|(list, key, value)| {
        let mistake = format!("{list}: {key} is {value} by default");
        let vector = match list {
            "contacts" => "payload.contact-defaults",
            "groups" => "payload.group-defaults",
            _ => "payload.list-defaults",
        };
        let change: Change = Box::new(move |document, state| {
            if document[list][0].get(key).is_none() {
                items(state, list).for_each(|item| item[key] = value.clone());
            }
        });
        wrong(mistake, vector, key, change)
    });
    let no_time = wrong(
        "groups without createdAt are dropped".to_owned(),
        "payload.group-no-created-at",
        "none is lost",
        Box::new(|document, state| {
            if document["groups"][0].get("createdAt").is_none() {
                dropped(state, "groups");
            }
        }),
    );
    settings
        .into_iter()
        .chain(fields)
        .chain([no_time])
        .collect()
}

/// Drops the first item of a list.
fn dropped(state: &mut Map<String, Value>, list: &str) {
    if let Some(Value::Array(items)) = state.get_mut(list) {
        items.remove(0);
    }
}

/// A strict reader of one kind of object, and of the digits of a group's ID.
fn unknown_keys() -> Vec<Wrong> {
    let lists = [
        ("groups", "payload.unknown-key-group"),
        ("distributionlists", "payload.unknown-key-list"),
    ];
    let lists = lists.map(|(list, vector)| {
        let mistake = format!("{list}: an object with an unknown key is dropped");
        let change: Change = Box::new(move |document, state| {
            if document[list][0].get("x").is_some() {
                dropped(state, list);
            }
        });
        wrong(mistake, vector, "Unknown keys", change)
    });
    let links = wrong(
        "links: an object with an unknown key is dropped".to_owned(),
        "payload.unknown-key-link",
        "Unknown keys",
        Box::new(|document, state| {
            if document["user"]["links"][0].get("x").is_some() {
                state["user"]["links"] = json!([]);
            }
        }),
    );
    let digits = wrong(
        "groups: an ID in upper-case digits is kept".to_owned(),
        "payload.group-id-upper-case",
        "upper-case digits",
        Box::new(|document, state| {
            for (at, group) in items(state, "groups").enumerate() {
                group["id"] = document["groups"][at]["id"].clone();
            }
        }),
    );
    lists.into_iter().chain([links, digits]).collect()
}

/// A reader that takes `info.device` apart.
fn devices() -> Vec<Wrong> {
    type Refuses = fn(Option<&str>) -> bool;
    let mistakes: [(&str, &str, Refuses); 4] = [
        ("the letter", "payload.device-letter", |device| {
            device.is_some_and(|device| !device.contains("A/"))
        }),
        ("the locale", "payload.device-beta", |device| {
            device.is_some_and(|device| device.ends_with('/'))
        }),
        ("the slash", "payload.device-text", |device| {
            device.is_some_and(|device| !device.contains('/'))
        }),
        ("the text", "payload.no-device", |device| device.is_none()),
    ];
    let wrong = mistakes.into_iter().map(|(what, vector, refuses)| {
        let mistake = format!("info.device: {what} is required");
        let change: Change = Box::new(|_, _| ());
        with(mistake, vector, "info.device", Mistaken { change, refuses })
    });
    wrong.collect()
}

/// Times of groups and lists in too few bits, or in order.
fn times() -> Vec<Wrong> {
    let lists = [
        ("groups", "createdAt", "read-backup.group-created-2-41"),
        ("groups", "lastUpdate", "read-backup.group-updated-2-41"),
        (
            "distributionlists",
            "createdAt",
            "read-backup.list-created-2-41",
        ),
        (
            "distributionlists",
            "lastUpdate",
            "read-backup.list-updated-2-41",
        ),
    ];
    let cut = lists.map(|(list, key, vector)| {
        let mistake = format!("{list}: {key} has 41 bits");
        let change: Change = Box::new(move |_, state| {
            for item in items(state, list) {
                let time = item[key].as_u64().unwrap_or_default();
                item[key] = (time % (1 << 41)).into();
            }
        });
        wrong(mistake, vector, "41 bits", change)
    });
    let lists = [
        ("groups", "read-backup.group-times-apart"),
        ("distributionlists", "read-backup.list-times-apart"),
    ];
    let ordered = lists.map(|(list, vector)| {
        let mistake = format!("{list}: lastUpdate is never before createdAt");
        let change: Change = Box::new(move |_, state| {
            for item in items(state, list) {
                let [first, last] =
                    ["createdAt", "lastUpdate"].map(|key| item[key].as_u64().unwrap_or_default());
                item["lastUpdate"] = first.max(last).into();
            }
        });
        wrong(mistake, vector, "an earlier lastUpdate", change)
    });
    cut.into_iter().chain(ordered).collect()
}

/// Fixed limits.
fn limits() -> Vec<Wrong> {
    let limits = [
        ("/contacts", 256, "read-backup.contacts-300", "300 contacts"),
        ("/groups", 32, "read-backup.groups-40", "40 groups"),
        (
            "/distributionlists",
            16,
            "read-backup.lists-20",
            "20 distribution lists",
        ),
        (
            "/groups/0/members",
            50,
            "read-backup.group-members-60",
            "60 members",
        ),
        (
            "/distributionlists/0/members",
            50,
            "read-backup.list-members-60",
            "60 members",
        ),
        (
            "/user/profilePicRelease",
            50,
            "read-backup.user-release-60",
            "60 contacts",
        ),
        (
            "/settings/blockedContacts",
            40,
            "read-backup.settings-blockedcontacts-50",
            "50 IDs",
        ),
        (
            "/settings/syncExcludedIds",
            40,
            "read-backup.settings-syncexcludedids-50",
            "50 IDs",
        ),
    ];
    let limits = limits.map(|(place, most, vector, words)| {
        let mistake = format!("{place}: at most {most}");
        let change: Change = Box::new(move |_, state| {
            let mut whole = Value::Object(std::mem::take(state));
            if let Some(Value::Array(items)) = whole.pointer_mut(place) {
                items.truncate(most);
            }
            if let Value::Object(changed) = whole {
                *state = changed;
            }
        });
        wrong(mistake, vector, words, change)
    });
    let picture = wrong(
        "user: a picture of at most 4096 bytes".to_owned(),
        "read-backup.user-picture-5000-bytes",
        "about 5000 bytes",
        Box::new(|document, state| {
            let picture = document["user"]["profilePic"].as_str();
            if picture.is_some_and(|picture| picture.len() > 4096) {
                state["user"]["profilePic"] = Value::Null;
            }
        }),
    );
    limits.into_iter().chain([picture]).collect()
}
