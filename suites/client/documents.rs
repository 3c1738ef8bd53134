//! Whether what was restored, or written, is what a vector points at.

use super::judge::{same, shown};
use crate::adapter::Hex;
use crate::vectors::{Expected, Pointers};
use serde_json::Value;

/// What is not as it must be, for an output about a whole document; nothing where all is well, or where the output is no such one.
pub(super) fn difference(expected: &Expected, found: Option<&Value>) -> Option<String> {
    match expected {
        Expected::Json(_) | Expected::Bytes(_) => None,
        Expected::Restored(pointers) => match found {
            Some(found) => restored(pointers, found),
            None => Some("`restored` is missing".to_owned()),
        },
        Expected::Document { written, contains } => {
            let bytes = found.and_then(Value::as_str).map(str::to_owned);
            match bytes.map(Hex::try_from) {
                Some(Ok(bytes)) => document(written, contains, &bytes.0),
                _ => Some("`document` is not the bytes of one".to_owned()),
            }
        }
    }
}

/// The first place on the phone that is not as it must be.
pub fn restored(pointers: &Pointers, found: &Value) -> Option<String> {
    first_difference(pointers, found, is_nothing)
}

/// The first thing in a document that is not as it must be.
pub fn document(written: &Pointers, contains: &[String], bytes: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some("the document is not UTF-8".to_owned());
    };
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Some("the document is not JSON".to_owned());
    };
    first_difference(written, &value, |found| found.is_none()).or_else(|| {
        let missing = contains.iter().find(|part| !text.contains(part.as_str()))?;
        Some(format!(
            "the document does not contain `{missing}` to the letter"
        ))
    })
}

fn first_difference(
    pointers: &Pointers,
    found: &Value,
    is_nothing: fn(Option<&Value>) -> bool,
) -> Option<String> {
    pointers.iter().find_map(|(pointer, wanted)| {
        let there = found.pointer(pointer);
        let good = match (wanted, there) {
            (Value::Null, _) => is_nothing(there),
            (wanted, Some(there)) => same(&sorted(wanted), &sorted(there)),
            (_, None) => false,
        };
        let is = there.map_or_else(|| "nothing".to_owned(), shown);
        (!good).then(|| {
            if wanted.is_null() {
                format!("at {pointer} there is {is}, and nothing should be there")
            } else {
                format!("at {pointer} there is {is}, not {}", shown(wanted))
            }
        })
    })
}

/// Nothing at all, or nothing in it.
fn is_nothing(found: Option<&Value>) -> bool {
    match found {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// Lists of strings are sets.
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointers(value: &Value) -> Pointers {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn what_is_pointed_at_must_be_there() {
        let found = json!({"contacts": [{"identity": "ECHOECHO", "createdAt": 1.0}], "groups": [], "user": {"nickname": ""}});
        for good in [
            json!({"/contacts/0/identity": "ECHOECHO", "/contacts/0/createdAt": 1, "/contacts/1": null}),
            json!({"/groups": null, "/user/nickname": null, "/settings": null, "/groups/0/id": null}),
        ] {
            assert_eq!(restored(&pointers(&good), &found), None);
        }
        for (bad, said) in [
            (json!({"/contacts/0": null}), "nothing should be there"),
            (
                json!({"/contacts/0/identity": "OTHERID1"}),
                "`ECHOECHO`, not `OTHERID1`",
            ),
            (
                json!({"/contacts/0/firstname": "Ada"}),
                "nothing, not `Ada`",
            ),
            (json!({"/contacts/0/createdAt": 2}), "not 2"),
        ] {
            let difference = restored(&pointers(&bad), &found).expect("a difference");
            assert!(difference.contains(said), "{difference}");
        }
    }

    #[test]
    fn lists_of_ids_are_sets_and_other_lists_are_not() {
        let found = json!({"members": ["B", "A"], "numbers": [2, 1]});
        assert_eq!(
            restored(&pointers(&json!({"/members": ["A", "B"]})), &found),
            None
        );
        assert!(restored(&pointers(&json!({"/members": ["A"]})), &found).is_some());
        assert!(restored(&pointers(&json!({"/numbers": [1, 2]})), &found).is_some());
    }

    #[test]
    fn in_a_document_an_empty_list_is_something() {
        let written = pointers(&json!({"/links": null}));
        assert_eq!(document(&written, &[], b"{}"), None);
        assert!(document(&written, &[], b"{\"links\":[]}").is_some());
        let slash = ["a\\/b".to_owned()];
        assert_eq!(
            document(
                &pointers(&json!({"/x": "a/b"})),
                &slash,
                b"{\"x\":\"a\\/b\"}"
            ),
            None
        );
        let difference = document(&Pointers::new(), &slash, b"{\"x\":\"a/b\"}");
        assert!(difference.expect("a difference").contains("to the letter"));
    }
}
