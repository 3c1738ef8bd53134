//! Whether the restored or written data is what a vector requires.

use super::compare::{Difference, Form, How, differences, how, is_default, same_value};
use super::shown::shown;
use crate::adapter::{Hex, tolerant};
use crate::clients::Release;
use crate::clients::restore::{self, Directory, Surroundings};
use crate::safe::backup::{Backup, Timestamp};
use crate::safe::json::{Document, Path, Step};
use crate::safe::{Client, ThreemaId};
use crate::vectors::{Expected, Pointers};
use serde_json::Value;

/// Returns the differences, for an output with a whole document; none if all is as expected, or for
/// another output.
pub(super) fn wrong(expected: &Expected, found: Option<&Value>) -> Vec<Difference> {
    match (expected, found) {
        (Expected::Json(_) | Expected::Bytes(_) | Expected::Body { .. }, _) => Vec::new(),
        (Expected::Restored(pointers), Some(found)) => restored_wrong(pointers, found),
        (Expected::State(state), Some(found)) => differences(Form::State, state, found),
        (Expected::Restored(_) | Expected::State(_), None) => missing("restored"),
        (Expected::Document { written, contains }, found) => match bytes_of(found) {
            Some(bytes) => [document_wrong(written, contains, &bytes), unusable(&bytes)].concat(),
            None => missing("document"),
        },
        (Expected::Whole(document), found) => match bytes_of(found) {
            Some(bytes) => [whole_wrong(document, &bytes), unusable(&bytes)].concat(),
            None => missing("document"),
        },
    }
}

/// Returns the first value on the phone that is not as expected.
pub fn restored(pointers: &Pointers, found: &Value) -> Option<String> {
    first(restored_wrong(pointers, found))
}

/// Returns the first field of the complete phone that is not as expected.
pub fn state(wanted: &Value, found: &Value) -> Option<String> {
    first(differences(Form::State, wanted, found))
}

/// Returns the first value in a document that is not as expected.
pub fn document(written: &Pointers, contains: &[String], bytes: &[u8]) -> Option<String> {
    first(document_wrong(written, contains, bytes))
}

/// Returns the first field of a complete document that is not as expected.
pub fn whole_document(wanted: &Value, bytes: &[u8]) -> Option<String> {
    first(whole_wrong(wanted, bytes))
}

fn first(differences: Vec<Difference>) -> Option<String> {
    let mut differences = differences.into_iter();
    differences.next().map(|first| first.to_string())
}

fn bytes_of(found: Option<&Value>) -> Option<Vec<u8>> {
    let digits = found.and_then(Value::as_str)?.to_owned();
    Hex::try_from(digits).ok().map(|bytes| bytes.0)
}

fn missing(key: &str) -> Vec<Difference> {
    vec![said(key, "is missing in the answer")]
}

/// Returns a difference of the field, as a sentence that follows its name.
fn said(field: &str, sentence: &str) -> Difference {
    Difference {
        field: field.to_owned(),
        place: String::new(),
        how: How::Said(sentence.to_owned()),
    }
}

fn restored_wrong(pointers: &Pointers, found: &Value) -> Vec<Difference> {
    wrong_in_any_order(Form::State, pointers, found)
}

fn document_wrong(written: &Pointers, contains: &[String], bytes: &[u8]) -> Vec<Difference> {
    let (text, value) = match parsed(bytes) {
        Ok(parsed) => parsed,
        Err(wrong) => return vec![wrong],
    };
    let mut all = wrong_in_any_order(Form::Written, written, &value);
    let missing = contains.iter().filter(|part| !text.contains(part.as_str()));
    all.extend(missing.map(|part| {
        let wanted = shown(&part.as_str().into());
        said("document", &format!("must contain {wanted} to the letter"))
    }));
    all
}

fn whole_wrong(wanted: &Value, bytes: &[u8]) -> Vec<Difference> {
    match parsed(bytes) {
        Ok((_, value)) => differences(Form::Written, wanted, &value),
        Err(wrong) => vec![wrong],
    }
}

fn parsed(bytes: &[u8]) -> Result<(String, Value), Difference> {
    let text = std::str::from_utf8(bytes).map_err(|_| said("document", "is not UTF-8"))?;
    // Source: RFC 8259 section 8.1.
    if text.starts_with('\u{feff}') {
        let sentence = "begins with a byte order mark; expected `{` as the first character";
        return Err(said("document", sentence));
    }
    let value = serde_json::from_slice(&tolerant(bytes));
    let value = value.map_err(|_| said("document", "is not JSON"))?;
    Ok((text.to_owned(), value))
}

/// Returns where a document breaks the format, whatever the vector tests (`backup.schema.json`, as
/// this program reads it), and which mobile client does not restore it.
fn unusable(bytes: &[u8]) -> Vec<Difference> {
    let Ok(document) = Document::parse(bytes) else {
        return Vec::new();
    };
    let (backup, deviations) = Backup::read(document);
    let others = deviations
        .list
        .iter()
        .filter(|it| !PUBLISHED.contains(&last_key(&it.path)));
    let misshapen = others.map(|deviation| {
        let sentence = format!("breaks the format: {deviation}");
        said(&field_of(&deviation.path), &sentence)
    });
    let mut all: Vec<_> = misshapen.collect();
    if let Some(backup) = backup {
        let refusals = mobiles()
            .into_iter()
            .filter_map(|reader| refusal(reader, bytes, &backup));
        all.extend(refusals.map(|sentence| said("document", &sentence)));
    }
    all
}

/// Returns the newest release of each client that can restore today.
fn mobiles() -> [Release; 2] {
    [Client::Android, Client::Ios].map(Release::newest)
}

fn outcome(reader: Release, bytes: &[u8], backup: &Backup) -> Option<restore::Outcome> {
    let around = Surroundings {
        own_id: ThreemaId::parse("TESTER01").ok()?,
        directory: Directory::of_contacts(backup),
        now: Timestamp(0),
    };
    Some(reader.read(bytes, &around))
}

/// Returns why a client stops at a document, if it does.
fn refusal(reader: Release, bytes: &[u8], backup: &Backup) -> Option<String> {
    match outcome(reader, bytes, backup)? {
        restore::Outcome::Refused(stop) => Some(format!("is refused by {reader}: {}", stop.reason)),
        restore::Outcome::Broken { how, stop } => Some(format!(
            "cannot be restored by {reader}, {}: {}",
            how.sentence(),
            stop.reason
        )),
        restore::Outcome::Restored(_) | restore::Outcome::Unknown { .. } => None,
    }
}

/// Returns what is missing on a phone after a restore if a whole document is not as expected.
pub(super) fn consequence(expected: &Expected, found: Option<&Value>) -> Option<String> {
    let Expected::Whole(wanted) = expected else {
        return None;
    };
    let (wanted, found) = (serde_json::to_vec(wanted).ok()?, bytes_of(found)?);
    let state = |reader: Release, bytes: &[u8]| {
        let (backup, _) = Backup::read(Document::parse(bytes).ok()?);
        let own_id = ThreemaId::parse("TESTER01").ok()?;
        match outcome(reader, bytes, &backup?)? {
            restore::Outcome::Restored(restored) => Some(Value::Object(restored.state(own_id))),
            _ => None,
        }
    };
    let lost = mobiles().into_iter().filter_map(|reader| {
        let (wanted, found) = (state(reader, &wanted)?, state(reader, &found)?);
        let lost = differences(Form::State, &wanted, &found);
        let first = lost.first()?;
        Some(format!("{}: {first}", reader.client()))
    });
    let lost: Vec<_> = lost.collect();
    (!lost.is_empty()).then(|| format!("; after a restore, {}", lost.join("; ")))
}

/// The deviations from the format of published releases: an empty list of who may see the picture,
/// times before 1970, distribution lists without a name.
const PUBLISHED: [&str; 4] = ["profilePicRelease", "createdAt", "lastUpdate", "name"];

fn keys(path: &Path) -> impl DoubleEndedIterator<Item = &str> {
    path.0.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    })
}

fn last_key(path: &Path) -> &str {
    keys(path).next_back().unwrap_or_default()
}

/// Returns the field to which a path leads, without indexes: `contacts.firstname`.
fn field_of(path: &Path) -> String {
    keys(path).collect::<Vec<_>>().join(".")
}

/// Returns the field to which a pointer leads.
fn pointed_field(pointer: &str) -> String {
    let is_name = |step: &&str| !step.is_empty() && !step.bytes().all(|it| it.is_ascii_digit());
    pointer
        .split('/')
        .filter(is_name)
        .collect::<Vec<_>>()
        .join(".")
}

/// Returns the item to which a pointer leads: `/contacts/0`; empty if the field is not in a list.
fn place_of(pointer: &str) -> String {
    let is_index = |step: &&str| !step.is_empty() && step.bytes().all(|it| it.is_ascii_digit());
    let steps: Vec<_> = pointer.split('/').collect();
    let place = steps.iter().rposition(is_index);
    place.map_or_else(String::new, |last| {
        format!("`{}`", steps[..=last].join("/"))
    })
}

/// The lists that have no order, though pointers into them have a place.
const UNORDERED: [&str; 3] = ["contacts", "groups", "distributionlists"];

/// The most items of a list of which every order is tried: no vector with pointers has more.
const MOST_ORDERED: usize = 4;

/// Returns what is not as expected; nothing if another order of the lists without one is as
/// expected.
fn wrong_in_any_order(form: Form, pointers: &Pointers, found: &Value) -> Vec<Difference> {
    let wrong = pointed_wrong(form, pointers, found);
    let is_right = |ordered: &Value| pointed_wrong(form, pointers, ordered).is_empty();
    if wrong.is_empty() || reordered(found, &UNORDERED).iter().any(is_right) {
        return Vec::new();
    }
    wrong
}

/// Returns a document with these lists in every order.
fn reordered(document: &Value, lists: &[&str]) -> Vec<Value> {
    let Some((list, others)) = lists.split_first() else {
        return vec![document.clone()];
    };
    let items = document.get(list).and_then(Value::as_array);
    let Some(items) = items.filter(|items| (2..=MOST_ORDERED).contains(&items.len())) else {
        return reordered(document, others);
    };
    let in_order = |order: Vec<usize>| {
        let mut document = document.clone();
        document[*list] = order
            .into_iter()
            .map(|place| items[place].clone())
            .collect();
        reordered(&document, others)
    };
    orders(items.len()).into_iter().flat_map(in_order).collect()
}

/// Returns every order of so many items.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let with_last = |order: Vec<usize>| {
        (0..count).map(move |place| {
            let mut order = order.clone();
            order.insert(place, last);
            order
        })
    };
    orders(last).into_iter().flat_map(with_last).collect()
}

fn pointed_wrong(form: Form, pointers: &Pointers, found: &Value) -> Vec<Difference> {
    let wrong = pointers.iter().filter_map(|(pointer, wanted)| {
        let there = found.pointer(pointer);
        let key = pointer.rsplit('/').next().unwrap_or_default();
        let on_a_phone = form == Form::State;
        let good = match (wanted, there) {
            (Value::Null, there) => there.is_none_or(|there| on_a_phone && is_default(there)),
            (wanted, Some(there)) => same_value(key, wanted, there),
            // For a setting, both values have a meaning.
            (wanted, None) => {
                on_a_phone && is_default(wanted) && !pointer.starts_with("/settings/")
            }
        };
        (!good).then(|| Difference {
            field: pointed_field(pointer),
            place: place_of(pointer),
            how: match there {
                Some(there) if wanted.is_null() => How::Surplus(shown(there)),
                there => how(there, &shown(wanted)),
            },
        })
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn contacts_and_groups_have_no_order_at_a_pointer_either() {
        let wanted = pointers(&json!({
            "/contacts/0/identity": "ECHOECHO", "/contacts/0/firstname": "Ada",
            "/contacts/1/identity": "ABCD1234", "/groups/0/id": "01", "/groups/1/id": "02",
        }));
        let (ada, other) = (
            json!({"identity": "ECHOECHO", "firstname": "Ada"}),
            json!({"identity": "ABCD1234"}),
        );
        let groups = json!([{"id": "02"}, {"id": "01"}]);
        let wrong = |contacts: Value| {
            let found = json!({"contacts": contacts, "groups": groups});
            wrong_in_any_order(Form::Written, &wanted, &found).len()
        };
        assert_eq!(wrong(json!([ada, other])), 0);
        assert_eq!(wrong(json!([other, ada])), 0);
        // The name belongs to one of them.
        let swapped =
            json!([{"identity": "ECHOECHO"}, {"identity": "ABCD1234", "firstname": "Ada"}]);
        assert!(wrong(swapped) > 0);
        assert!(wrong(json!([ada, ada])) > 0);
        let mut all = orders(4);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 24);
    }

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
            (json!({"/contacts/0": null}), "expected no such key"),
            (
                json!({"/contacts/0/identity": "OTHERID1"}),
                "is `ECHOECHO`; expected `OTHERID1`",
            ),
            (
                json!({"/contacts/0/firstname": "Ada"}),
                "has no `contacts.firstname`; expected `Ada`",
            ),
            (json!({"/contacts/0/createdAt": 2}), "expected 2"),
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

    #[test]
    fn a_byte_order_mark_is_named() {
        let said = |text: &str| document(&Pointers::new(), &[], text.as_bytes());
        assert_eq!(said(" {\"x\":\"\u{feff}\"}"), None);
        let difference = said("\u{feff}{}").expect("a difference");
        assert!(difference.contains("byte order mark"), "{difference}");
    }
}
