//! What is said of documents made by hand.

use super::*;

const OWN: &str = "OWNID123";

const DOCUMENT: &str = r#"{"info":{"version":1},
"user":{"privatekey":"WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo="},
"contacts":[{"identity":"ECHOECHO","createdAt":1,"verification":0},{"identity":"ABCDEFGH","createdAt":1,"verification":0},
{"identity":"OTHERONE","createdAt":1,"verification":0}],
"groups":[{"id":"0102030405060708","creator":"ECHOECHO","members":["OWNID123"],"deleted":false},
{"id":"0102030405060709","creator":"ECHOECHO","members":["OWNID123"],"deleted":false}],
"settings":{"syncContacts":true,"blockedContacts":["ABCDEFGH"],"recentEmojis":["x"]}}"#;

#[track_caller]
fn with(old: &str, new: &str) -> Inspection {
    let document = DOCUMENT.replacen(old, new, 1);
    assert_ne!(document, DOCUMENT, "{old}");
    let known = Known {
        id: Some(ThreemaId::parse(OWN).expect("an ID")),
        ..Known::default()
    };
    inspect(Subject::Document(document.as_bytes()), known).inspection
}

fn of(inspection: &Inspection, client: Client) -> &Preview {
    let mut previews = inspection.previews.iter();
    let found = previews.find(|preview| preview.client == client);
    found.expect("a preview of each client")
}

/// Returns what is said to be lost or changed, without the kind.
fn tallies(inspection: &Inspection, client: Client) -> Vec<&str> {
    let tallies = of(inspection, client).tallies.iter().flatten();
    tallies.map(|tally| tally.says.as_str()).collect()
}

/// Nobody knows how much is lost with a value that is no list, and with null nothing is.
#[test]
fn what_stands_in_place_of_a_list_is_not_counted_as_its_items() {
    for (old, key, says) in [
        (
            "\"contacts\":[",
            "contacts",
            "a value that is not a list of contacts",
        ),
        (
            "\"groups\":[",
            "groups",
            "a value that is not a list of groups",
        ),
        (
            "\"blockedContacts\":[",
            "blockedContacts",
            "a value that is not a list of blocked contacts",
        ),
        (
            "\"settings\":{",
            "settings",
            "a value that is not an object of settings",
        ),
    ] {
        let rest = &old[old.len() - 1..];
        let value = with(old, &format!("\"{key}\":\"x\",\"y\":{rest}"));
        let said = tallies(&value, Client::Android);
        assert!(said.contains(&says), "{key}: {said:?}");
        let null = with(old, &format!("\"{key}\":null,\"y\":{rest}"));
        let said = tallies(&null, Client::Android);
        assert!(
            !said.iter().any(|each| each.contains("a value")),
            "{said:?}"
        );
        let lost = ["1 contact", "1 group", "1 blocked contact"];
        assert!(!said.iter().any(|each| lost.contains(each)), "{said:?}");
    }
}

#[test]
fn an_item_is_one_and_a_whole_list_is_all_of_its_items() {
    let nameless = with("\"id\":\"0102030405060708\"", "\"x\":\"010\"");
    let said = tallies(&nameless, Client::Android);
    assert!(said.contains(&"1 group"), "{said:?}");
    let item = with(
        "{\"identity\":\"ABCDEFGH\",\"createdAt\":1,\"verification\":0}",
        "7",
    );
    let said = tallies(&item, Client::Android);
    assert!(said.contains(&"1 contact"), "{said:?}");
    let lower = with("\"ABCDEFGH\",\"c", "\"abcdefgh\",\"c");
    let said = tallies(&lower, Client::Ios);
    assert!(!said.contains(&"2 contacts"), "{said:?}");
    let emojis = with("[\"x\"]", "[\"x\",7]");
    let said = tallies(&emojis, Client::Ios);
    assert!(said.contains(&"2 recent emojis"), "{said:?}");
}

/// The app that refuses a time, and what breaks the format, name the same limit.
#[test]
fn a_time_of_more_than_64_bits_breaks_the_format() {
    for (time, breaks) in [
        ("18446744073709551615", false),
        ("18446744073709551616", true),
        ("18446744073709552000", true),
    ] {
        let inspection = with("\"createdAt\":1", &format!("\"createdAt\":{time}"));
        let says: Vec<_> = inspection
            .deviations
            .iter()
            .map(|each| &each.says)
            .collect();
        assert_eq!(!says.is_empty(), breaks, "{time}: {says:?}");
        let ios = of(&inspection, Client::Ios);
        assert_eq!(ios.result == Result::Refused, breaks, "{time}");
        if breaks {
            assert_eq!(says, ["`contacts[0].createdAt` does not fit 64 bits"]);
            assert_eq!(ios.source.as_deref(), Some("clients.read.largest-time"));
        }
    }
}

#[test]
fn a_key_that_occurs_twice_is_named_whatever_its_values_are() {
    let user = "\"user\":{";
    for (old, new, path) in [
        (user, "\"user\":7,\"user\":{", "user"),
        (user, "\"user\":{},\"user\":{", "user"),
        ("\"contacts\":[{", "\"user\":7,\"contacts\":[{", "user"),
        (
            "\"identity\":\"ABC",
            "\"identity\":7,\"identity\":\"ABC",
            "contacts[1].identity",
        ),
        (
            "\"identity\":\"ABC",
            "\"lastUpdate\":null,\"lastUpdate\":5,\"identity\":\"ABC",
            "contacts[1].lastUpdate",
        ),
    ] {
        let inspection = with(old, new);
        let found = inspection
            .deviations
            .iter()
            .filter(|each| each.says.ends_with("occurs more than once"));
        let paths: Vec<_> = found.map(|each| each.path.as_str()).collect();
        assert_eq!(paths, [path], "{new}: {:?}", inspection.deviations);
        assert!(known_places(&inspection), "{:?}", inspection.deviations);
    }
    // No app reads these.
    let unknown = with(user, "\"x\":1,\"x\":2,\"user\":{");
    assert_eq!(unknown.deviations, []);
}

fn known_places(inspection: &Inspection) -> bool {
    let mut deviations = inspection.deviations.iter();
    deviations.all(|each| each.line.is_some() && each.column.is_some())
}

/// iOS converts the ID of a contact to upper case, and the directory knows it as any other.
#[test]
fn a_contact_in_lower_case_is_not_a_revoked_one() {
    let key = "RUNIT0VDSE9FQ0hPRUNIT0VDSE9FQ0hPRUNIT0VDSE8=";
    let lower = format!("\"abcdefgh\",\"publickey\":\"{key}\",\"c");
    let inspection = with("\"ABCDEFGH\",\"c", &lower);
    let ios = of(&inspection, Client::Ios);
    let of_contact: Vec<_> = ios
        .changes
        .iter()
        .filter(|it| it.path.starts_with("contacts[1]"))
        .collect();
    assert_eq!(of_contact.len(), 1, "{of_contact:?}");
    assert_eq!(of_contact[0].source, "clients.read.lower-case-identity");
    let android = of(&inspection, Client::Android);
    let mut lost = android.changes.iter().filter(|it| it.path == "contacts[1]");
    let lost = lost.next().expect("a change");
    assert_eq!(lost.source, "clients.read.lower-case-identity");
    // Not an ID at all: nothing is known.
    let other = with("\"ABCDEFGH\",\"c", "\"abc\",\"c");
    assert_eq!(of(&other, Client::Ios).unsure.len(), 1);
}

/// `losses` says that the apps fetch a member that is no contact; the preview assumes that they
/// can.
#[test]
fn a_member_that_is_no_contact_is_assumed_to_be_in_the_directory() {
    let all = "\"members\":[\"OWNID123\",\"ECHOECHO\",\"ABCDEFGH\"]";
    let unknown = "\"members\":[\"OWNID123\",\"ECHOECHO\",\"QQQQ7777\"]";
    for client in JUDGES {
        let known = with("\"members\":[\"OWNID123\"]", all);
        let fetched = with("\"members\":[\"OWNID123\"]", unknown);
        let kinds = |inspection: &Inspection| -> Vec<_> {
            let changes = of(inspection, client).changes.iter();
            let of_groups = changes.filter(|change| change.path.starts_with("groups[0]"));
            of_groups
                .map(|change| (change.kind, change.source))
                .collect()
        };
        let added = (
            crate::clients::restore::ChangeKind::Added,
            "clients.read.unknown-member",
        );
        let mut expected = kinds(&known);
        assert!(!expected.contains(&added), "{client}: {expected:?}");
        expected.push(added);
        let mut found = kinds(&fetched);
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{client}");
        let assumption = &fetched.assumptions[0];
        assert!(
            assumption.contains("every member of a group"),
            "{assumption}"
        );
    }
    // In lower case, only iOS makes an ID of it.
    let lower = with(
        "\"members\":[\"OWNID123\"]",
        &unknown.replace("QQQQ", "qqqq"),
    );
    let added = tallies(&lower, Client::Ios);
    assert!(added.contains(&"1 contact"), "{added:?}");
}

/// A page, the document or base64 in place of a backup: the password is not blamed.
#[test]
fn what_is_plainly_no_backup_is_not_blamed_on_the_password() {
    let key = EncryptionKey::from_bytes([7; 32]);
    let stopped = |bytes: &[u8]| {
        let subject = Subject::Body { bytes, key: &key };
        let inspection = inspect(subject, Known::default()).inspection;
        assert_eq!(inspection.verdict, Verdict::Fail);
        inspection.failure.expect("a failure")
    };
    let page = b"<!DOCTYPE html><html><title>Login</title><body>login</body></html>".repeat(3);
    let base64 = BASE64.encode(&[0xe7; 90]);
    for (bytes, noun, hint) in [
        (&page[..], "an HTML page", "login page"),
        (DOCUMENT.as_bytes(), "a JSON document", "--plain"),
        (base64.as_bytes(), "base64", "base64 -d"),
    ] {
        let failure = stopped(bytes);
        assert_eq!(failure.stage, Stage::Open);
        assert!(failure.message.contains(noun), "{}", failure.message);
        assert!(failure.hints[0].contains(hint), "{:?}", failure.hints);
    }
    // A near miss: bytes that may be a backup of another password.
    let failure = stopped(&[0xe7; 90]);
    assert!(failure.message.contains("password"), "{}", failure.message);
    assert!(failure.hints.is_empty());
}

#[test]
fn a_usual_backup_of_ios_names_no_release_that_links_a_device() {
    let mut backup = Backup::sample(&[3; 32], 2);
    backup.user.nickname = Some("Nick".into());
    let own_id = ThreemaId::parse(OWN).expect("an ID");
    let written = |origin: crate::clients::Origin| {
        let json = origin.write(&backup, &crate::clients::Phone::new(own_id));
        let inspection = inspect(Subject::Document(&json), Known::default()).inspection;
        inspection.writer.expect("a writer")
    };
    let newest = crate::clients::Release::newest(Client::Ios);
    let usual = written(newest.usual());
    assert!(!usual.says.contains("device link"), "{}", usual.says);
    let mut evidence = usual.evidence.iter();
    assert!(evidence.any(|it| it.starts_with("Not an iPhone that links a device: ")));
    assert!(
        !usual.evidence.iter().any(|it| it.contains("(device link)")),
        "{usual:?}"
    );
    // A near miss: this one does link a device.
    let linking = written(newest.device_link());
    assert!(linking.says.contains("device link"), "{}", linking.says);
}
