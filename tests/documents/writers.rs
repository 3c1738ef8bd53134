//! What every writer writes: JSON in its own layout, which follows our schema except where that
//! release breaks it.

use super::strategies::{Case, case, large};
use proptest::prelude::*;
use proptest::sample::select;
use safe_conformance::clients::{Origin, Release};
use safe_conformance::safe::Client;
use safe_conformance::safe::backup::{Backup, Timestamp};
use safe_conformance::safe::json::{Document, Layout};
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SCHEMA: &str = include_str!("../../vectors/backup.schema.json");

struct Compiled {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    compiler
        .add_resource("backup.schema.json", schema)
        .expect("the schema is a resource");
    let index = compiler
        .compile("backup.schema.json", &mut schemas)
        .expect("the schema is one");
    Compiled { schemas, index }
});

/// Where a document breaks the schema: `/contacts/3/createdAt`; for a missing member, the object.
fn violations(json: &[u8]) -> BTreeSet<String> {
    fn collect(error: &boon::ValidationError<'_, '_>, found: &mut BTreeSet<String>) {
        // All alternatives of a `oneOf` or `anyOf` break at one place, however many there are.
        let alternatives = matches!(
            error.kind,
            boon::ErrorKind::OneOf(_) | boon::ErrorKind::AnyOf
        );
        if error.causes.is_empty() || alternatives {
            found.insert(error.instance_location.to_string());
        } else {
            for cause in &error.causes {
                collect(cause, found);
            }
        }
    }
    let value = serde_json::from_slice(json).expect("JSON");
    let mut found = BTreeSet::new();
    if let Err(error) = COMPILED.schemas.validate(&value, COMPILED.index) {
        collect(&error, &mut found);
    }
    found
}

/// Where this release breaks the format: clients.divergence.one-number, and a list without a name,
/// which no app restores (clients.write.android-list).
fn expected_violations(writer: Origin, case: &Case) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    let negative = |time: Option<Timestamp>| time.is_some_and(|time| time < Timestamp(0));
    if writer.client() == Client::Ios {
        return expected;
    }
    let raw_created_at = !writer.since(Release::Android5_0_5);
    let last_update = writer.since(Release::Android5_3);
    let mut times = |place: String, created: Option<Timestamp>, update: Option<Timestamp>| {
        if raw_created_at && negative(created) {
            expected.insert(format!("{place}/createdAt"));
        }
        if last_update && negative(update) {
            expected.insert(format!("{place}/lastUpdate"));
        }
    };
    let contacts = case.backup.contacts.iter().filter(|contact| {
        let own = contact.identity == case.phone.own_id;
        let removed = case.phone.removed_contacts.contains(&contact.identity);
        let is_left_out = own && writer.since(Release::Android6_4)
            || removed && writer.since(Release::Android6_0);
        !is_left_out
    });
    for (index, contact) in contacts.enumerate() {
        times(
            format!("/contacts/{index}"),
            contact.created_at,
            contact.last_update,
        );
    }
    for (index, group) in case.backup.groups.iter().enumerate() {
        times(
            format!("/groups/{index}"),
            group.created_at,
            group.last_update,
        );
    }
    for (index, list) in case.backup.distribution_lists.iter().enumerate() {
        times(
            format!("/distributionlists/{index}"),
            list.created_at,
            list.last_update,
        );
    }
    for (index, list) in case.backup.distribution_lists.iter().enumerate() {
        if list.name.is_none() {
            expected.insert(format!("/distributionlists/{index}"));
        }
    }
    expected
}

fn check(writer: Origin, case: &Case) {
    let json = writer.write(&case.backup, &case.phone);
    let document = Document::parse(&json).expect("JSON");
    let layout = match writer.client() {
        Client::Android => Layout::Lines { indent: 0 },
        Client::Ios | Client::Desktop => Layout::Compact,
    };
    assert_eq!(
        document.root.to_bytes(layout),
        json,
        "{writer}: white space"
    );
    assert_eq!(
        violations(&json),
        expected_violations(writer, case),
        "{writer}"
    );
    // Our own reader of the format sees the same deviations.
    let (read, deviations) = Backup::read(document);
    assert_eq!(
        deviations.count(),
        expected_violations(writer, case).len(),
        "{writer}: {:?}",
        deviations.list
    );
    let read = read.expect("an identity");
    assert_eq!(read.user.private_key, case.backup.user.private_key);
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn every_writer_keeps_to_the_schema_but_where_it_does_not(case in case(), writer in select(Origin::all())) {
        check(writer, &case);
    }
}

#[test]
fn large_documents_too() {
    for writer in crate::thorough::in_full_or(Origin::all(), Origin::newest().to_vec()) {
        check(writer, &large());
    }
}

/// A schema that accepts everything proves nothing.
#[test]
fn the_schema_refuses_what_it_should() {
    let good = r#"{"info":{"version":1},"user":{"privatekey":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","links":[{"type":"email","value":""}],"profilePicRelease":["*"]},"settings":{"syncContacts":true,"blockedContacts":["ECHOECHO"]},"contacts":[{"identity":"ECHOECHO","verification":2,"lastUpdate":null}],"groups":[{"id":"0123456789abcdef","creator":"ECHOECHO","members":[],"deleted":false}],"distributionlists":[{"name":"","members":[]}],"x":1}"#;
    assert_eq!(violations(good.as_bytes()), BTreeSet::new());
    // Both mobile clients write this for selected contacts, none.
    let nobody = good.replacen("[\"*\"]", "[]", 1);
    assert_eq!(violations(nobody.as_bytes()), BTreeSet::new());
    for (replaced, replacement, place) in [
        ("\"info\":{\"version\":1},", "", ""),
        ("\"version\":1", "\"version\":2", "/info/version"),
        ("\"AQEB", "\"AQE", "/user/privatekey"),
        ("[\"*\"]", "[\"*\",\"ECHOECHO\"]", "/user/profilePicRelease"),
        ("[\"*\"]", "[\"\"]", "/user/profilePicRelease"),
        ("\"value\":\"\"", "\"value\":1", "/user/links/0/value"),
        ("true", "1", "/settings/syncContacts"),
        (
            "[\"ECHOECHO\"]",
            "[\"echoecho\"]",
            "/settings/blockedContacts/0",
        ),
        (
            "\"verification\":2",
            "\"verification\":3",
            "/contacts/0/verification",
        ),
        (
            "\"lastUpdate\":null",
            "\"lastUpdate\":-1",
            "/contacts/0/lastUpdate",
        ),
        (
            "\"lastUpdate\":null",
            "\"createdAt\":1.5",
            "/contacts/0/createdAt",
        ),
        (
            "\"lastUpdate\":null",
            "\"createdAt\":null",
            "/contacts/0/createdAt",
        ),
        (
            "\"lastUpdate\":null",
            "\"readReceipts\":3",
            "/contacts/0/readReceipts",
        ),
        ("0123456789abcdef", "0123456789ABCDEF", "/groups/0/id"),
        (",\"deleted\":false", "", "/groups/0"),
        ("{\"name\":\"\",", "{", "/distributionlists/0"),
    ] {
        let bad = good.replacen(replaced, replacement, 1);
        assert_ne!(bad, good, "{replaced}");
        assert_eq!(
            violations(bad.as_bytes()),
            BTreeSet::from([place.to_owned()]),
            "{replacement}"
        );
    }
}
