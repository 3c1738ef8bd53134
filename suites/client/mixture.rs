//! Observations that mix what Android does with what iOS does: each field is as in one of them.

use super::compare::{Difference, identifies};
use crate::safe::Client;

/// The observation if [`is_mixed`].
pub(super) const MIXED: &str = "each field is as in one of the clients";

/// Returns whether each field is as expected of Android or of iOS, by the differences from each
/// client. An item that only one of them has must be as in that one.
pub(super) fn is_mixed<'a>(
    from_each: impl IntoIterator<Item = (Client, &'a [Difference])>,
) -> bool {
    let (mut android, mut ios): (&[Difference], &[Difference]) = (&[], &[]);
    for (client, differences) in from_each {
        match client {
            Client::Android => android = differences,
            Client::Ios => ios = differences,
            Client::Desktop => {}
        }
    }
    let in_both = |left: &Difference| ios.iter().any(|it| left.covers(it) || it.covers(left));
    !android.is_empty() && !ios.is_empty() && !android.iter().any(in_both)
}

impl Difference {
    /// Returns whether it is about a field, or about the object or item that contains the field:
    /// another item has other fields.
    fn covers(&self, other: &Self) -> bool {
        let whole = match self.field.rsplit_once('.') {
            Some((list, key)) if identifies(list, key) => list,
            _ => &self.field,
        };
        let inner = other.field.strip_prefix(whole);
        inner.is_some_and(|inner| inner.is_empty() || inner.starts_with('.'))
            && (self.place.is_empty() || self.place == other.place)
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::{Form, How, differences};
    use super::*;
    use serde_json::{Value, json};

    fn is_mixture(android: &Value, ios: &Value, found: &Value) -> bool {
        let from = |wanted| differences(Form::State, wanted, found);
        let (from_android, from_ios) = (from(android), from(ios));
        let both = [(Client::Android, &*from_android), (Client::Ios, &*from_ios)];
        let but_one = [
            (Client::Android, &*from_android),
            (Client::Desktop, &*from_ios),
        ];
        assert!(!is_mixed(but_one));
        is_mixed(both)
    }

    #[test]
    fn a_mixture_has_each_field_of_android_or_ios() {
        let (android, ios) = (
            json!({"a": 1, "b": 1, "c": 1}),
            json!({"a": 2, "b": 2, "c": 1}),
        );
        let of = |found: &Value| is_mixture(&android, &ios, found);
        assert!(of(&json!({"a": 1, "b": 2, "c": 1})));
        assert!(!of(&json!({"a": 1, "b": 3, "c": 1})));
        assert!(!of(&json!({"a": 1, "b": 2, "c": 2})));
        assert!(!of(&android));
    }

    #[test]
    fn what_only_one_client_has_is_as_in_that_one() {
        let with = |level: u8, lists: Value| json!({"contacts": [{"identity": "A", "verification": level}], "distributionlists": lists});
        let list = |id: &str, private: bool| json!([{"id": id, "name": "N", "private": private}]);
        let (android, ios) = (with(0, list("1", true)), with(1, json!([])));
        let of = |found: &Value| is_mixture(&android, &ios, found);
        assert!(of(&with(1, list("1", true))));
        assert!(!of(&with(1, list("7", true))));
        assert!(!of(&with(1, list("1", false))));
        // By pointers, the place of an item says which one is meant.
        let at = |field: &str, place: &str| Difference {
            field: field.to_owned(),
            place: place.to_owned(),
            how: How::Unwanted,
        };
        let overlap = |android: Difference, ios: Difference| {
            !is_mixed([(Client::Android, &[android][..]), (Client::Ios, &[ios][..])])
        };
        let (first, second) = ("`/contacts/0`", "`/contacts/1`");
        assert!(overlap(
            at("contacts.identity", first),
            at("contacts.publickey", first)
        ));
        assert!(!overlap(
            at("contacts.identity", first),
            at("contacts.publickey", second)
        ));
        assert!(!overlap(
            at("contacts.hidden", first),
            at("contacts.publickey", first)
        ));
        assert!(overlap(
            at("contacts.hidden", second),
            at("contacts", second)
        ));
        assert!(overlap(
            at("distributionlists.id", first),
            at("distributionlists", "")
        ));
        assert!(!overlap(at("user.name", ""), at("username", "")));
    }
}
