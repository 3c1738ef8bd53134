//! Whether a document or a state equals the one in a vector; each field is compared by its own
//! rules.
//!
//! `vectors/README.md`, "Whole documents", describes the rules for people.

use super::shown::shown;
use serde_json::{Map, Value};
use std::fmt;

/// The form that is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// A document that was written: absent and default are different.
    Written,
    /// The state of a phone: absent is equal to the default.
    State,
}

/// A field that is not as expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Difference {
    /// The field: `contacts.firstname`.
    pub field: String,
    /// The contact, group, list or link that contains it: `contact ECHOECHO`; else empty.
    pub place: String,
    /// The difference.
    pub how: How,
}

/// How a field, or an item of a list, differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// The field is absent; the expected value.
    Absent(String),
    /// The field has this value, but must be absent.
    Surplus(String),
    /// The field has another value.
    Other {
        /// The value that was found.
        found: String,
        /// The expected value.
        wanted: String,
    },
    /// The item is missing; the items of the list.
    Missing(String),
    /// The item must not be there, or occurs too often.
    Unwanted,
    /// Another difference, as a sentence without the field.
    Said(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, place, how } = self;
        let of_place = if place.is_empty() {
            String::new()
        } else {
            format!(" of {place}")
        };
        match how {
            How::Absent(wanted) if place.is_empty() => {
                write!(formatter, "no `{field}`; expected {wanted}")
            }
            How::Absent(wanted) => {
                write!(formatter, "{place} has no `{field}`; expected {wanted}")
            }
            How::Surplus(found) => {
                write!(
                    formatter,
                    "`{field}`{of_place} is {found}; expected no such key"
                )
            }
            How::Other { found, wanted } => {
                write!(
                    formatter,
                    "`{field}`{of_place} is {found}; expected {wanted}"
                )
            }
            How::Missing(there) => {
                write!(formatter, "`{field}` has no {place}; {there}")
            }
            How::Unwanted => write!(formatter, "`{field}` has a surplus {place}"),
            How::Said(sentence) => write!(formatter, "`{field}`{of_place} {sentence}"),
        }
    }
}

/// A list whose items are identified by some of their keys, so that their order does not count.
struct Keyed {
    list: &'static str,
    item: &'static str,
    keys: &'static [&'static str],
}

const KEYED: [Keyed; 4] = [
    Keyed {
        list: "contacts",
        item: "contact",
        keys: &["identity"],
    },
    Keyed {
        list: "groups",
        item: "group",
        keys: &["id", "creator"],
    },
    Keyed {
        list: "distributionlists",
        item: "list",
        keys: &["id", "name"],
    },
    Keyed {
        list: "links",
        item: "link",
        keys: &["type", "value"],
    },
];

/// The lists of strings whose order counts.
const SEQUENCES: [&str; 1] = ["recentEmojis"];

/// The keys that the format or a release defines. No reader reads any other key.
const KNOWN: [&str; 42] = [
    "info",
    "version",
    "user",
    "privatekey",
    "nickname",
    "profilePic",
    "profilePicRelease",
    "links",
    "type",
    "name",
    "value",
    "contacts",
    "identity",
    "publickey",
    "createdAt",
    "verification",
    "workVerified",
    "hidden",
    "firstname",
    "lastname",
    "lastUpdate",
    "typingIndicators",
    "readReceipts",
    "private",
    "groups",
    "id",
    "creator",
    "groupname",
    "members",
    "deleted",
    "state",
    "distributionlists",
    "settings",
    "syncContacts",
    "blockUnknown",
    "sendTyping",
    "threemaCalls",
    "relayThreemaCalls",
    "disableScreenshots",
    "incognitoKeyboard",
    "blockedContacts",
    "syncExcludedIds",
];
const KNOWN_TOO: [&str; 4] = [
    "syncExcludedIDs",
    "recentEmojis",
    "locationPreviews",
    DEVICE_GROUP_KEY,
];
/// The key of the device group, which does not describe a phone.
const DEVICE_GROUP_KEY: &str = "temporaryDeviceGroupKeyTodoRemove";

/// Returns every field that is not as expected, in the order of the format.
pub(super) fn differences(form: Form, wanted: &Value, found: &Value) -> Vec<Difference> {
    let mut comparison = Comparison {
        form,
        differences: Vec::new(),
    };
    comparison.values("", "", wanted, Some(found));
    comparison.differences
}

/// Returns whether a key identifies the items of a list.
pub(super) fn identifies(list: &str, key: &str) -> bool {
    let kind = keyed(list.rsplit('.').next().unwrap_or_default());
    kind.is_some_and(|kind| kind.keys.contains(&key))
}

struct Comparison {
    form: Form,
    differences: Vec<Difference>,
}

impl Comparison {
    fn note(&mut self, field: &str, place: &str, how: How) {
        self.differences.push(Difference {
            field: field.to_owned(),
            place: place.to_owned(),
            how,
        });
    }

    fn values(&mut self, field: &str, place: &str, wanted: &Value, found: Option<&Value>) {
        let key = field.rsplit('.').next().unwrap_or_default();
        match (wanted, found) {
            (Value::Object(wanted), Some(Value::Object(found))) => {
                self.members(field, place, wanted, found);
            }
            (Value::Object(_), None) if field != "settings" && is_default(wanted) => {}
            (Value::Array(wanted), found) if keyed(key).is_some() => {
                let none = Value::Array(Vec::new());
                let is_absent = found.is_none() && self.form == Form::State;
                match found.or(is_absent.then_some(&none)) {
                    Some(Value::Array(found)) => self.items(field, wanted, found),
                    other => self.note(field, place, how(other, "a list")),
                }
            }
            (wanted, found) => {
                let good = match found {
                    Some(found) => same_value(key, wanted, found),
                    // For a setting, both values have a meaning.
                    None => {
                        self.form == Form::State
                            && is_default(wanted)
                            && !(wanted.is_boolean() && field.starts_with("settings."))
                    }
                };
                if !good {
                    self.note(field, place, how(found, &shown(wanted)));
                }
            }
        }
    }

    fn members(
        &mut self,
        field: &str,
        place: &str,
        wanted: &Map<String, Value>,
        found: &Map<String, Value>,
    ) {
        for (key, value) in wanted {
            self.values(&inside(field, key), place, value, found.get(key));
        }
        for (key, value) in found {
            // The vector says which key of a contact counts, if that matters.
            let is_judged = KNOWN.contains(&key.as_str()) || KNOWN_TOO.contains(&key.as_str());
            // `info` describes the document and is not stored on a phone.
            let is_of_phone = !(field.is_empty() && key == "info" || key == DEVICE_GROUP_KEY);
            let is_free = self.form == Form::State
                && (key == "publickey" || !is_of_phone || is_default(value));
            if is_judged && !wanted.contains_key(key) && !is_free {
                self.note(&inside(field, key), place, How::Surplus(shown(value)));
            }
        }
    }

    fn items(&mut self, field: &str, wanted: &[Value], found: &[Value]) {
        let list = field.rsplit('.').next().unwrap_or_default();
        let Some(kind) = keyed(list) else { return };
        let mut left: Vec<&Value> = found.iter().collect();
        for item in wanted {
            let place = kind.name(item);
            match left.iter().position(|other| kind.same(item, other)) {
                Some(position) => {
                    let other = left.remove(position);
                    self.values(field, &place, item, Some(other));
                }
                None => self.missing(field, kind, item, found),
            }
        }
        for item in left {
            self.note(field, &kind.name(item), How::Unwanted);
        }
    }

    fn missing(&mut self, field: &str, kind: &Keyed, item: &Value, found: &[Value]) {
        let mut found = found.iter().map(|other| kind.name(other));
        let first = found.next();
        let others = found.count();
        let there = match (first, others) {
            (None, _) => "it is empty".to_owned(),
            (Some(first), 0) => format!("it has {first}"),
            (Some(first), others) => format!("it has {first} and {others} more"),
        };
        self.note(field, &kind.name(item), How::Missing(there));
    }
}

impl Keyed {
    fn same(&self, left: &Value, right: &Value) -> bool {
        self.keys.iter().all(|key| left.get(key) == right.get(key))
    }

    fn name(&self, item: &Value) -> String {
        let parts = self.keys.iter().filter_map(|key| item.get(key));
        let parts: Vec<_> = parts
            .map(|part| {
                part.as_str()
                    .map_or_else(|| part.to_string(), str::to_owned)
            })
            .collect();
        format!("{} {}", self.item, parts.join(" "))
    }
}

fn keyed(list: &str) -> Option<&'static Keyed> {
    KEYED.iter().find(|kind| kind.list == list)
}

fn inside(field: &str, key: &str) -> String {
    if field.is_empty() {
        key.to_owned()
    } else {
        format!("{field}.{key}")
    }
}

/// Returns whether a value is the default of an absent key; a vector names every setting.
pub(super) fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_default),
    }
}

/// Returns whether two values of a key are equal: lists of strings in any order, unless their order
/// counts; numbers in any spelling.
pub(super) fn same_value(key: &str, left: &Value, right: &Value) -> bool {
    if SEQUENCES.contains(&key) {
        return same(left, right);
    }
    same(&sorted(left), &sorted(right))
}

/// Sorts a list of strings, because their order does not count.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let mut items = items.clone();
            items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
            Value::Array(items)
        }
        other => other.clone(),
    }
}

/// Returns whether two values are equal, with numbers in any spelling.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || (left.as_f64() == right.as_f64() && left.is_f64() != right.is_f64())
        }
        (Value::Array(left), Value::Array(right)) => {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        (left, right) => left == right,
    }
}

/// Returns how a value, or its absence, differs from the expected one.
pub(super) fn how(found: Option<&Value>, wanted: &str) -> How {
    let wanted = wanted.to_owned();
    match found {
        None => How::Absent(wanted),
        Some(found) => How::Other {
            found: shown(found),
            wanted,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(form: Form, wanted: &Value, found: &Value) -> Vec<String> {
        let differences = differences(form, wanted, found);
        let fields = differences.into_iter().map(|difference| difference.field);
        fields.collect()
    }

    #[test]
    fn order_counts_where_it_says_something() {
        let wanted = json!({"contacts": [{"identity": "A", "firstname": "x"}, {"identity": "B"}], "groups": [{"id": "1", "creator": "A", "members": ["A", "B"]}]});
        let found = json!({"contacts": [{"identity": "B"}, {"firstname": "x", "identity": "A"}], "groups": [{"id": "1", "creator": "A", "members": ["B", "A"]}]});
        assert_eq!(differences(Form::Written, &wanted, &found), []);
        let wanted = json!({"settings": {"recentEmojis": ["a", "b"]}});
        let found = json!({"settings": {"recentEmojis": ["b", "a"]}});
        assert_eq!(
            fields(Form::Written, &wanted, &found),
            ["settings.recentEmojis"]
        );
    }

    #[test]
    fn what_is_missing_surplus_or_twice_is_named() {
        let wanted = json!({"contacts": [{"identity": "A"}]});
        let twice = json!({"contacts": [{"identity": "A"}, {"identity": "A"}]});
        assert_eq!(fields(Form::Written, &wanted, &twice), ["contacts"]);
        let other = json!({"contacts": [{"identity": "a"}]});
        let said = differences(Form::Written, &wanted, &other);
        assert_eq!(
            said[0].to_string(),
            "`contacts` has no contact A; it has contact a"
        );
        assert_eq!(said[1].to_string(), "`contacts` has a surplus contact a");
        assert_eq!(said.len(), 2);
        let members = json!({"groups": [{"id": "1", "creator": "A", "members": ["A", "A"]}]});
        let once = json!({"groups": [{"id": "1", "creator": "A", "members": ["A"]}]});
        assert_eq!(fields(Form::State, &members, &once), ["groups.members"]);
    }

    #[test]
    fn every_key_of_the_format_is_known() {
        fn keys<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
            let properties = schema.get("properties").and_then(Value::as_object);
            found.extend(
                properties
                    .into_iter()
                    .flatten()
                    .map(|(key, _)| key.as_str()),
            );
            match schema {
                Value::Object(members) => members.values().for_each(|it| keys(it, found)),
                Value::Array(items) => items.iter().for_each(|it| keys(it, found)),
                _ => {}
            }
        }
        let schema = include_str!("../../vectors/backup.schema.json");
        let schema = serde_json::from_str(schema).expect("it is JSON");
        let mut found = Vec::new();
        keys(&schema, &mut found);
        assert!(found.contains(&"recentEmojis"), "{found:?}");
        // It names the app.
        found.retain(|key| *key != "device");
        found.retain(|key| !KNOWN.contains(key) && !KNOWN_TOO.contains(key));
        assert_eq!(found, Vec::<&str>::new());
    }

    #[test]
    fn the_key_of_the_device_group_belongs_to_a_document_alone() {
        let (without, with) = (
            json!({"user": {}}),
            json!({"user": {DEVICE_GROUP_KEY: "x"}}),
        );
        let surplus = ["user.temporaryDeviceGroupKeyTodoRemove"];
        assert_eq!(fields(Form::Written, &without, &with), surplus);
        assert_eq!(fields(Form::Written, &with, &without), surplus);
        assert_eq!(fields(Form::State, &without, &with), Vec::<String>::new());
    }

    #[test]
    fn what_is_absent_counts_as_the_default_on_a_phone_alone() {
        let wanted = json!({"contacts": [{"identity": "A", "hidden": false}]});
        let found = json!({"contacts": [{"identity": "A"}]});
        assert_eq!(fields(Form::State, &wanted, &found), Vec::<String>::new());
        assert_eq!(fields(Form::Written, &wanted, &found), ["contacts.hidden"]);
        assert_eq!(fields(Form::State, &found, &wanted), Vec::<String>::new());
        assert_eq!(fields(Form::Written, &found, &wanted), ["contacts.hidden"]);
        let strange = json!({"contacts": [{"identity": "A", "colour": 7}]});
        assert_eq!(
            fields(Form::Written, &found, &strange),
            Vec::<String>::new()
        );
    }
}
