//! Broken documents, and the JSON that breaks them.

use super::{Written, any_id, case, text};
use crate::document_keys::KEYS;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use safe_conformance::safe::json::{Number, Object, Text, Value};

fn number() -> impl Strategy<Value = Value> {
    let spellings = [
        "0",
        "-0",
        "1",
        "-1",
        "1.0",
        "1.5",
        "1e3",
        "1E-2",
        "9007199254740992",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709552000",
        "4294967297",
        "1e400",
        "-1.50e+1",
        "0.30000000000000004",
    ];
    select(spellings.to_vec())
        .prop_map(|spelling| Value::Number(Number::from_spelling(spelling).expect("a number")))
}

fn key() -> impl Strategy<Value = Text> {
    prop_oneof![
        4 => select(KEYS).prop_map(Text::new),
        1 => Just(Text::from_spelling("\\u0069\\u0064").expect("a string")),
        1 => text(),
    ]
}

/// Any JSON, with known keys and with duplicates among them.
pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        number(),
        text().prop_map(Value::Text),
        any_id().prop_map(|id| Value::from(id.as_str())),
        Just(Value::from("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::Array),
            vec((key(), inner), 0..5).prop_map(|members| Value::Object(Object(members))),
        ]
    })
}

/// A document that may be broken: a backup's document in which values were replaced, doubled,
/// removed or inserted.
pub fn broken_document() -> impl Strategy<Value = Written> {
    let change = (any::<prop::sample::Index>(), 0..4_u8, key(), value());
    (case(), vec(change, 0..6)).prop_map(|(case, changes)| {
        let mut root = case.backup.to_value();
        for (place, kind, key, value) in changes {
            let places = count(&root);
            change_at(
                &mut root,
                &mut place.index(places),
                &|found| match (kind, found) {
                    (0, Value::Object(object)) => object.0.push((key.clone(), value.clone())),
                    (1, Value::Object(object)) if !object.0.is_empty() => {
                        let middle = object.0.len() / 2;
                        let doubled = (object.0[middle].0.clone(), value.clone());
                        object.0.insert(middle / 2, doubled);
                    }
                    (2, Value::Object(object)) => object.0.truncate(object.0.len() / 2),
                    (0..=2, Value::Array(items)) => items.insert(items.len() / 2, value.clone()),
                    (_, found) => *found = value.clone(),
                },
            );
        }
        Written(root)
    })
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(object) => object.0.iter().map(|(_, value)| count(value)).sum(),
        _ => 0,
    }
}

/// Applies a change to the value at this place, counted from the outside to the inside.
fn change_at(value: &mut Value, place: &mut usize, change: &impl Fn(&mut Value)) -> bool {
    if *place == 0 {
        change(value);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| change_at(item, place, change)),
        Value::Object(object) => object
            .0
            .iter_mut()
            .any(|(_, value)| change_at(value, place, change)),
        _ => false,
    }
}

/// White space that JSON allows.
pub fn white_space() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 1 => "[ \t\r\n]{1,3}"]
}
