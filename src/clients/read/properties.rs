//! Defective documents through every reader: nothing panics, nothing is lost without a report, and
//! no sentence quotes the document.

use super::tests::{ANDROID, IOS, around};
use crate::clients::restore::{ChangeKind, Outcome, Restored};
use crate::clients::{Field, Release};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// A part of every text that replaces another.
const MARK: &str = "Zq7";

fn odd_value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(2),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(1e300),
        json!("null"),
        json!("2"),
        json!("true"),
        json!(MARK),
        json!(format!("{MARK}\u{202e}\u{1f511}")),
        json!("echoecho"),
        json!("ABCDEFGH"),
        json!("OWNID123"),
        json!("0102"),
        json!("zzzzzzzzzzzzzzzz"),
        json!("010"),
        json!("AAAA AA"),
        json!([]),
        json!([null]),
        json!(["*"]),
        json!(["ABCDEFGH", null, MARK]),
        json!({}),
        json!([{}]),
        json!({ MARK: MARK }),
    ])
}

/// Returns a document with some of its values replaced, taken away or doubled.
fn odd_document() -> impl Strategy<Value = Value> {
    let change = (any::<Index>(), 0..4_u8, odd_value());
    let changes = prop::collection::vec(change, 0..5);
    (any::<bool>(), changes).prop_map(|(android, changes)| {
        let text = if android { ANDROID } else { IOS };
        let mut document: Value = serde_json::from_str(text).expect("JSON");
        for (place, how, value) in changes {
            let places = pointers(&document);
            change_at(
                &mut document,
                &places[place.index(places.len())],
                how,
                value,
            );
        }
        document
    })
}

/// Returns the pointers to all values within a document.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), value)];
    while let Some((pointer, value)) = pending.pop() {
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                pending.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
            Value::Object(members) => {
                let members = members.iter();
                pending.extend(members.map(|(key, member)| (format!("{pointer}/{key}"), member)));
            }
            _ => {}
        }
        found.push(pointer);
    }
    found
}

fn change_at(document: &mut Value, pointer: &str, how: u8, value: Value) {
    let (outer, last) = pointer.rsplit_once('/').unwrap_or(("", ""));
    match (how, document.pointer_mut(outer)) {
        (0, Some(Value::Object(members))) if !pointer.is_empty() => {
            members.remove(last);
        }
        (1, Some(Value::Array(items))) if !pointer.is_empty() => {
            let again = items[last.parse::<usize>().expect("an index")].clone();
            items.push(again);
        }
        _ => *document.pointer_mut(pointer).expect("it is there") = value,
    }
}

fn length(document: &Value, key: &str) -> usize {
    document[key].as_array().map_or(0, Vec::len)
}

/// Returns how many things of a list are reported as absent from the phone.
fn reported(restored: &Restored, whole: Field) -> usize {
    let changes = restored.changes.iter();
    // A list of another type has no items that could be lost.
    let of_items = changes.filter(|change| change.path.0.len() > 1);
    let gone = of_items.filter(|change| {
        // An ID that was converted is still there; one that the model cannot hold is not.
        change.field == whole
            && (change.kind == ChangeKind::Lost || change.why.id == "group-id-odd")
    });
    gone.count()
}

fn unsure(restored: &Restored, whole: Field) -> usize {
    let unsure = restored.unsure.iter();
    unsure.filter(|each| each.field == whole).count()
}

fn sentences(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Restored(restored) => {
            let changes = restored.changes.iter();
            let changes = changes.map(|change| format!("{} {}", change.path, change.why.sentence));
            let unsure = restored.unsure.iter();
            let unsure = unsure.map(|each| format!("{} {}", each.path, each.because));
            changes.chain(unsure).collect()
        }
        Outcome::Refused(stop) | Outcome::Broken { stop, .. } => vec![stop.reason.clone()],
        Outcome::Unknown { because } => vec![because.clone()],
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_without_a_word(document in odd_document()) {
        let text = document.to_string();
        for reader in Release::ALL {
            let outcome = reader.read(text.as_bytes(), &around());
            for sentence in sentences(&outcome) {
                prop_assert!(!sentence.contains(MARK) && !sentence.contains("WlpaWlpa"), "{reader}: {sentence}");
            }
            let Outcome::Restored(restored) = outcome else {
                continue;
            };
            for (key, whole, there) in [
                ("contacts", Field::Contact, restored.backup.contacts.len()),
                ("groups", Field::Group, restored.backup.groups.len()),
                ("distributionlists", Field::DistributionList, restored.backup.distribution_lists.len()),
            ] {
                let (all, reported, unsure) = (length(&document, key), reported(&restored, whole), unsure(&restored, whole));
                // Members of groups and lists that became contacts.
                let fetched = restored.changes.iter().filter(|change| change.field == whole && change.kind == ChangeKind::Added);
                let known = there + reported - fetched.count();
                prop_assert!(
                    (all.saturating_sub(unsure)..=all).contains(&known),
                    "{reader}: {all} {key}, {there} there, {reported} reported, {unsure} unsure: {text}"
                );
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in any::<Index>()) {
        for reader in Release::ALL {
            let _ = reader.read(&bytes, &around());
            let _ = reader.read(&ANDROID.as_bytes()[..cut.index(ANDROID.len())], &around());
        }
    }
}
