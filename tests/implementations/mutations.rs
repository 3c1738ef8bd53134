//! Mistakes made up by rule: the published clients as this crate has them, with one field dropped,
//! defaulted, inverted, off by one, cut off, doubled or swapped with its neighbour. Each must be
//! caught, by a finding that names the field.

use data_encoding::HEXLOWER;
use libtest_mimic::{Failed, Trial};
use safe_conformance::adapter::{InProcess, Operation, Reply};
use safe_conformance::clients::Release;
use safe_conformance::engine::Outcome;
use safe_conformance::safe::Client;
use safe_conformance::suites::client::{self, Like};
use safe_conformance::vectors::{self, File, Vector};
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock, OnceLock};

/// Where a field stands: the lists and objects on the way, and its key.
#[derive(Clone, Copy)]
struct Field {
    path: &'static [&'static str],
    key: &'static str,
    /// The field that a mix-up would take instead, of the same kind.
    neighbour: &'static str,
}

const fn field(path: &'static [&'static str], key: &'static str, neighbour: &'static str) -> Field {
    Field {
        path,
        key,
        neighbour,
    }
}

const USER: &[&str] = &["user"];
const LINKS: &[&str] = &["user", "links"];
const CONTACTS: &[&str] = &["contacts"];
const GROUPS: &[&str] = &["groups"];
const LISTS: &[&str] = &["distributionlists"];
const SETTINGS: &[&str] = &["settings"];

const FIELDS: &[Field] = &[
    field(USER, "privatekey", ""),
    field(USER, "nickname", ""),
    field(USER, "profilePic", "nickname"),
    field(USER, "profilePicRelease", ""),
    field(USER, "links", ""),
    field(LINKS, "type", "value"),
    field(LINKS, "value", ""),
    field(&[], "contacts", ""),
    field(CONTACTS, "identity", ""),
    field(CONTACTS, "publickey", ""),
    field(CONTACTS, "createdAt", "lastUpdate"),
    field(CONTACTS, "verification", "readReceipts"),
    field(CONTACTS, "workVerified", "hidden"),
    field(CONTACTS, "hidden", "private"),
    field(CONTACTS, "firstname", "lastname"),
    field(CONTACTS, "lastname", "nickname"),
    field(CONTACTS, "nickname", "firstname"),
    field(CONTACTS, "lastUpdate", ""),
    field(CONTACTS, "typingIndicators", "readReceipts"),
    field(CONTACTS, "readReceipts", "verification"),
    field(CONTACTS, "private", "workVerified"),
    field(&[], "groups", ""),
    field(GROUPS, "id", "creator"),
    field(GROUPS, "creator", ""),
    field(GROUPS, "groupname", "id"),
    field(GROUPS, "createdAt", "lastUpdate"),
    field(GROUPS, "lastUpdate", ""),
    field(GROUPS, "members", ""),
    field(GROUPS, "private", ""),
    field(GROUPS, "deleted", ""),
    field(GROUPS, "state", "creator"),
    field(&[], "distributionlists", ""),
    field(LISTS, "id", "name"),
    field(LISTS, "name", ""),
    field(LISTS, "createdAt", "lastUpdate"),
    field(LISTS, "lastUpdate", ""),
    field(LISTS, "members", ""),
    field(LISTS, "private", ""),
    field(&[], "settings", ""),
    field(SETTINGS, "syncContacts", "blockUnknown"),
    field(SETTINGS, "blockUnknown", "sendTyping"),
    field(SETTINGS, "sendTyping", "readReceipts"),
    field(SETTINGS, "readReceipts", "threemaCalls"),
    field(SETTINGS, "threemaCalls", "relayThreemaCalls"),
    field(SETTINGS, "relayThreemaCalls", "disableScreenshots"),
    field(SETTINGS, "disableScreenshots", "incognitoKeyboard"),
    field(SETTINGS, "incognitoKeyboard", "syncContacts"),
    field(SETTINGS, "blockedContacts", "syncExcludedIds"),
    field(SETTINGS, "syncExcludedIds", "recentEmojis"),
    field(SETTINGS, "syncExcludedIDs", "blockedContacts"),
    field(SETTINGS, "recentEmojis", "blockedContacts"),
];

/// What is done to a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    Dropped,
    Defaulted,
    Inverted,
    OffByOne,
    CutOff,
    Doubled,
    Reversed,
    UpperCased,
    Swapped,
    Misspelled,
}

impl Change {
    const ALL: [Self; 10] = [
        Self::Dropped,
        Self::Defaulted,
        Self::Inverted,
        Self::OffByOne,
        Self::CutOff,
        Self::Doubled,
        Self::Reversed,
        Self::UpperCased,
        Self::Swapped,
        Self::Misspelled,
    ];

    /// The changed value; nothing where it is then not there.
    fn of(self, value: &Value) -> Option<Value> {
        Some(match (self, value) {
            (Self::Dropped, _) => return None,
            (Self::Defaulted, Value::String(_)) => json!(""),
            (Self::Defaulted, Value::Number(_)) => json!(0),
            (Self::Defaulted, Value::Array(_)) => json!([]),
            (Self::Inverted, Value::Bool(flag)) => json!(!flag),
            (Self::OffByOne, Value::Number(number)) => json!(number.as_i64().unwrap_or(0) + 1),
            (Self::CutOff, Value::String(text)) => {
                let kept = text.char_indices().next_back().map_or(0, |(at, _)| at);
                json!(text[..kept])
            }
            (Self::CutOff, Value::Array(items)) => {
                json!(items[..items.len().saturating_sub(1)])
            }
            (Self::Doubled, Value::Array(items)) => json!([items.clone(), items.clone()].concat()),
            (Self::Doubled, Value::String(text)) => json!(format!("{text}{text}")),
            (Self::Reversed, Value::String(text)) => json!(text.chars().rev().collect::<String>()),
            (Self::Reversed, Value::Array(items)) => {
                json!(items.iter().rev().collect::<Vec<_>>())
            }
            (Self::UpperCased, Value::String(text)) => json!(text.to_uppercase()),
            (_, other) => other.clone(),
        })
    }

    fn apply(self, field: Field, object: &mut Map<String, Value>) {
        let Some(value) = object.get(field.key).cloned() else {
            return;
        };
        match self {
            Self::Swapped => {
                if let Some(neighbour) = object.get(field.neighbour).cloned() {
                    object.insert(field.key.to_owned(), neighbour);
                    object.insert(field.neighbour.to_owned(), value);
                }
            }
            Self::Misspelled => {
                object.remove(field.key);
                object.insert(format!("{}s", field.key), value);
            }
            change => match change.of(&value) {
                Some(changed) => {
                    object.insert(field.key.to_owned(), changed);
                }
                None => {
                    object.remove(field.key);
                }
            },
        }
    }
}

fn each(value: &mut Value, path: &[&str], change: &dyn Fn(&mut Map<String, Value>)) {
    match (path, value) {
        (path, Value::Array(items)) => items.iter_mut().for_each(|item| each(item, path, change)),
        ([], Value::Object(object)) => change(object),
        ([key, rest @ ..], Value::Object(object)) => {
            if let Some(inner) = object.get_mut(*key) {
                each(inner, rest, change);
            }
        }
        _ => {}
    }
}

/// Whether an object at the path has the key: where none has it, no change changes anything.
fn has(value: &Value, path: &[&str], key: &str) -> bool {
    match (path, value) {
        (path, Value::Array(items)) => items.iter().any(|item| has(item, path, key)),
        ([], Value::Object(object)) => object.contains_key(key),
        ([first, rest @ ..], Value::Object(object)) => {
            let inner = object.get(*first);
            inner.is_some_and(|inner| has(inner, rest, key))
        }
        _ => false,
    }
}

/// What is changed and is no mistake, since it is equal to every reader: the subject (or any), the
/// change, and the reason.
const NO_MISTAKE: &[(&str, &str, &str)] = &[
    ("", "contacts reversed", "contacts have no order"),
    ("", "groups reversed", "groups have no order"),
    ("", "distributionlists reversed", "lists have no order"),
    ("", "user.links reversed", "links have no order"),
    ("", "user.profilePicRelease reversed", "the IDs are a set"),
    ("", "groups.members reversed", "members are a set"),
    (
        "",
        "distributionlists.members reversed",
        "members are a set",
    ),
    ("", "settings.blockedContacts reversed", "the IDs are a set"),
    ("", "settings.syncExcludedIds reversed", "the IDs are a set"),
    ("", "settings.syncExcludedIDs reversed", "the IDs are a set"),
    (
        "iOS reads",
        "settings.recentEmojis dropped",
        "iOS has none: an empty list is as good as no key",
    ),
    (
        "iOS reads",
        "settings.recentEmojis misspelled",
        "iOS has none: an empty list is as good as no key",
    ),
];

/// A subject's answer to a vector.
struct Answered {
    vector: &'static Vector,
    output: Map<String, Value>,
    /// The document or the state.
    value: Value,
}

/// One subject, one operation, and what it answers to every vector of it.
struct Answers {
    client: Client,
    operation: Operation,
    each: Vec<Answered>,
}

static ANSWERS: LazyLock<Vec<Answers>> = LazyLock::new(|| {
    use Operation::{ReadBackup, WriteBackup};
    [
        (Client::Android, WriteBackup),
        (Client::Ios, WriteBackup),
        (Client::Android, ReadBackup),
        (Client::Ios, ReadBackup),
        (Client::Desktop, ReadBackup),
    ]
    .map(|(client, operation)| Answers {
        client,
        operation,
        each: answers(client, operation),
    })
    .into()
});

fn answers(client: Client, operation: Operation) -> Vec<Answered> {
    let peer = InProcess::new(Arc::new(Release::from(client)));
    let all = vectors::all().iter().flat_map(File::vectors);
    let asked = all.filter(|(group, _)| group.operation == operation);
    let answered = asked.filter_map(|(_, vector)| match peer.ask_here(vector.request()) {
        Ok(Reply::Done(output)) => {
            let value = value_of(operation, &output)?;
            Some(Answered {
                vector,
                output,
                value,
            })
        }
        _ => None,
    });
    answered.collect()
}

fn value_of(operation: Operation, output: &Map<String, Value>) -> Option<Value> {
    if operation == Operation::ReadBackup {
        return output.get("restored").cloned();
    }
    let digits = output.get("document")?.as_str()?;
    serde_json::from_slice(&HEXLOWER.decode(digits.as_bytes()).ok()?).ok()
}

fn with_value(
    operation: Operation,
    output: &Map<String, Value>,
    value: Value,
) -> Map<String, Value> {
    let mut output = output.clone();
    if operation == Operation::ReadBackup {
        output.insert("restored".to_owned(), value);
    } else {
        let digits = HEXLOWER.encode(value.to_string().as_bytes());
        output.insert("document".to_owned(), digits.into());
    }
    output
}

/// What came of a mistake.
enum Found {
    /// It changes no answer: it is none.
    Nothing,
    /// A finding names it.
    Named,
    /// It was caught, and no finding names it; or it was not.
    Unnamed(String),
}

fn look_for(answers: &Answers, field: Field, change: Change) -> Found {
    let mut found = Found::Nothing;
    let name = [field.path, &[field.key]].concat().join(".");
    // First those that are about this field: a finding of theirs names it.
    let about = format!("/{}\"", field.key);
    let is_about = |answered: &&Answered| answered.vector.text.contains(&about);
    let having = answers.each.iter();
    let having = having.filter(|answered| has(&answered.value, field.path, field.key));
    let (first, others): (Vec<_>, Vec<_>) = having.partition(is_about);
    for answered in first.into_iter().chain(others) {
        let mut value = answered.value.clone();
        each(&mut value, field.path, &|object| {
            change.apply(field, object);
        });
        if value == answered.value {
            continue;
        }
        let output = with_value(answers.operation, &answered.output, value);
        let like = Like::Client(answers.client);
        let reply = Ok(Reply::Done(output));
        let outcome = client::judge(answered.vector, answers.operation, like, reply);
        let Outcome::Deviates(deviation) = outcome else {
            if matches!(found, Found::Nothing) {
                found = Found::Unnamed("changed answers pass".to_owned());
            }
            continue;
        };
        let cause = deviation.cause.as_ref().map_or("", |cause| &*cause.id);
        let named = cause.strip_prefix(&format!("vectors.{}.", answers.operation));
        let is_named = named.is_some_and(|named| {
            named == name || change == Change::Swapped && named.ends_with(field.neighbour)
        });
        if is_named {
            return Found::Named;
        }
        found = Found::Unnamed(format!("{}: {}", answered.vector.id, deviation.observed));
    }
    found
}

fn each_mistake() -> impl Iterator<Item = (Field, Change, String)> {
    FIELDS.iter().flat_map(|field| {
        Change::ALL.into_iter().map(move |change| {
            let place = [field.path, &[field.key]].concat().join(".");
            let name = format!("{place} {}", format!("{change:?}").to_lowercase());
            (*field, change, name)
        })
    })
}

/// The five subjects, and what came of every mistake in each.
const SUBJECTS: [&str; 5] = [
    "Android writes",
    "iOS writes",
    "Android reads",
    "iOS reads",
    "Desktop reads",
];

static FOUND: [OnceLock<Vec<(Change, String, Found)>>; 5] = [const { OnceLock::new() }; 5];

fn found(place: usize) -> &'static [(Change, String, Found)] {
    FOUND[place].get_or_init(|| {
        let all = each_mistake();
        let looked = all.map(|(field, change, name)| {
            let found = look_for(&ANSWERS[place], field, change);
            (change, name, found)
        });
        looked.collect()
    })
}

/// One test for each subject and kind of change; the last one counts.
pub fn trials(by_hand: usize) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (place, subject) in SUBJECTS.iter().enumerate() {
        trials.extend(Change::ALL.map(|change| {
            let name = format!(
                "mutations/{subject}, {}",
                format!("{change:?}").to_lowercase()
            );
            Trial::test(name, move || all_caught(place, change))
        }));
    }
    let name = "mutations/with those by hand at least 250";
    trials.push(Trial::test(name, move || {
        let places = 0..SUBJECTS.len();
        let caught = places.flat_map(found);
        let caught = caught.filter(|(_, _, found)| matches!(found, Found::Named));
        let count = by_hand + caught.count();
        if count >= 250 {
            println!("{count} mistakes are caught and named");
            Ok(())
        } else {
            Err(Failed::from(format!("{count}")))
        }
    }));
    trials
}

/// Whether the mistakes of this kind were caught and named; an error with those that were not.
fn all_caught(place: usize, change: Change) -> Result<(), Failed> {
    let excused = |name: &str| {
        let mut known = NO_MISTAKE.iter();
        known.any(|(subject, known, _)| *known == name && ["", SUBJECTS[place]].contains(subject))
    };
    let of_kind = found(place).iter().filter(|(other, _, _)| *other == change);
    let wrong = of_kind.filter_map(|(_, name, found)| match found {
        Found::Unnamed(why) if !excused(name) => Some(format!("{name}: {why}")),
        _ => None,
    });
    let wrong: Vec<_> = wrong.collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(wrong.join("\n")))
    }
}
