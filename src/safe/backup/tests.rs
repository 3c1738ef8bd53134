use super::*;
use crate::safe::json::Layout;

const SMALL: &str = r#"{"x":1,"info":{"version":1.0,"device":"ios"},
 "user":{"privatekey":"WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=","nickname":"\u00e9\ud800","links":[{"type":"email","value":"a@b","z":[]}]},
 "settings":{"blockedContacts":["\u0045CHOECHO","nobody",7,"ABCDEFGH"],"syncContacts":true,"syncContacts":false,"locationPreviews":false},
 "contacts":[{"firstname":null,"identity":"ECHOECHO","verification":2e0,"createdAt":-1},{"identity":"echoecho"},{"lastUpdate":null,"verification":0,"identity":"ABCDEFGH","createdAt":1.5}]}"#;

fn read(text: &str) -> (Backup, Vec<String>) {
    let document = Document::parse(text.as_bytes()).expect("JSON");
    let (backup, deviations) = Backup::read(document);
    let said = deviations.list.iter().map(ToString::to_string).collect();
    (backup.expect("an identity"), said)
}

fn compact(text: &str) -> String {
    let root = Document::parse(text.as_bytes()).expect("JSON").root;
    String::from_utf8(root.to_bytes(Layout::Compact)).expect("UTF-8")
}

fn written(backup: &Backup) -> String {
    String::from_utf8(backup.to_value().to_bytes(Layout::Compact)).expect("UTF-8")
}

#[test]
fn everything_comes_back_in_its_order_and_spelling() {
    let (backup, _) = read(SMALL);
    assert_eq!(written(&backup), compact(SMALL));
}

#[test]
fn what_breaks_the_format_is_reported_and_the_rest_is_read() {
    let (backup, said) = read(SMALL);
    assert_eq!(
        said,
        [
            "`settings.syncContacts` occurs more than once",
            "`settings.blockedContacts[1]` is not a Threema ID",
            "`settings.blockedContacts[2]` is a number, not a string",
            "`contacts[0].firstname` is null, not a string",
            "`contacts[0].createdAt` is before 1970",
            "`contacts[1].identity` is not a Threema ID",
            "`contacts[2].createdAt` is not a whole number of milliseconds",
        ]
    );
    let settings = backup.settings.as_ref().expect("settings");
    assert_eq!(settings.sync_contacts, Some(true));
    let ids: Vec<_> = settings
        .blocked_contacts
        .iter()
        .map(ThreemaId::as_str)
        .collect();
    assert_eq!(ids, ["ECHOECHO", "ABCDEFGH"]);
    assert_eq!(settings.blocked_contacts.unread().count(), 2);
    assert_eq!(backup.contacts.len(), 2);
    assert_eq!(backup.contacts[0].verification, Some(Verification::Full));
    assert_eq!(backup.contacts[0].created_at, Some(Timestamp(-1)));
    assert_eq!(backup.kept.others().count(), 1);
}

#[test]
fn what_is_changed_is_written_and_nothing_else() {
    let (mut backup, _) = read(SMALL);
    backup.contacts[0].created_at = Some(Timestamp(5));
    backup.contacts[1].created_at = Some(Timestamp(6));
    backup.contacts[1].first_name = Some(Text::new("A"));
    backup.user.nickname = None;
    let expected = compact(SMALL)
        .replace("\"createdAt\":-1", "\"createdAt\":5")
        .replace("\"createdAt\":1.5}", "\"createdAt\":6,\"firstname\":\"A\"}")
        .replace(r#""nickname":"\u00e9\ud800","#, "");
    assert_eq!(written(&backup), expected);
}

#[test]
fn what_is_made_has_all_that_the_format_demands() {
    let mut backup = Backup::new(User::new(PrivateKey::from_bytes([1; 32])));
    backup.info = Some(Info {
        version: Some(Version),
        ..Info::default()
    });
    backup.settings = Some(Settings {
        sync_contacts: Some(true),
        ..Settings::default()
    });
    backup.groups.push(Group {
        deleted: Some(false),
        ..Group::new(
            GroupId([0, 1, 2, 3, 4, 5, 6, 255]),
            ThreemaId::parse("ECHOECHO").expect("an ID"),
        )
    });
    let (again, said) = read(&written(&backup));
    assert_eq!(said, [""; 0]);
    assert!(written(&again).contains(
        r#"{"id":"00010203040506ff","creator":"ECHOECHO","members":[],"deleted":false}"#
    ));
}

#[test]
fn without_an_identity_there_is_no_backup() {
    for (text, sentence) in [
        ("[]", "the document is an array, not an object"),
        ("{}", "`user` is missing"),
        (r#"{"user":[]}"#, "`user` is an array, not an object"),
        (r#"{"user":{}}"#, "`user.privatekey` is missing"),
        (
            r#"{"user":{"privatekey":"AAAA"}}"#,
            "`user.privatekey` is not a key of 32 bytes",
        ),
        (
            r#"{"user":{"privatekey":" AAAA"}}"#,
            "`user.privatekey` is not base64 with padding",
        ),
    ] {
        let (backup, deviations) = Backup::read(Document::parse(text.as_bytes()).expect("JSON"));
        assert!(backup.is_none());
        let said = deviations.list.iter().map(ToString::to_string);
        assert!(
            said.clone().any(|each| each == sentence),
            "{:?}",
            said.collect::<Vec<_>>()
        );
    }
}

#[test]
fn release_of_the_picture_has_three_forms_and_others_are_kept() {
    let with = |release: &str| {
        read(&SMALL.replace(
            "\"links\"",
            &format!("\"profilePicRelease\":{release},\"links\""),
        ))
    };
    let echo = ThreemaId::parse("ECHOECHO").expect("an ID");
    for (release, expected, deviates) in [
        ("[\"*\"]", Some(PictureRelease::Everyone), false),
        ("[null]", Some(PictureRelease::Nobody), false),
        (
            "[\"ECHOECHO\"]",
            Some(PictureRelease::Only(vec![echo])),
            false,
        ),
        ("[]", Some(PictureRelease::Only(vec![])), false),
        ("[\"*\",\"ECHOECHO\"]", None, true),
        ("[\"ECHOECHO\",null]", None, true),
        ("[\"null\"]", None, true),
        ("null", None, true),
    ] {
        let (backup, said) = with(release);
        assert_eq!(backup.user.picture_release, expected, "{release}");
        assert_eq!(
            said.iter()
                .any(|each| each.starts_with("`user.profilePicRelease`")),
            deviates,
            "{release}"
        );
        assert!(written(&backup).contains(&format!("\"profilePicRelease\":{release}")));
    }
}

#[test]
fn keys_are_not_printed_and_deviations_are_bounded() {
    let (backup, _) = read(SMALL);
    let shown = format!("{backup:?}");
    assert!(
        !shown.contains("Wlpa") && !shown.contains("90, 90"),
        "{shown}"
    );

    let nulls = vec!["null"; 5_000].join(",");
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let text = format!(r#"{{"user":{{"privatekey":"{key}"}},"contacts":[{nulls}]}}"#);
    let (_, deviations) = Backup::read(Document::parse(text.as_bytes()).expect("JSON"));
    assert_eq!((deviations.list.len(), deviations.count()), (1_000, 5_002));
}
