use super::*;
use crate::clients::release::Form;
use crate::safe::backup::{
    Bytes, Contact, DistributionList, DistributionListId, Group, Link, LinkKind, PictureRelease,
    Policy, PrivateKey, PublicKey, Settings, User, Verification,
};
use crate::safe::json::Document;

fn id(id: &str) -> ThreemaId {
    ThreemaId::parse(id).expect("an ID")
}

/// Returns a backup with some of everything.
fn backup() -> Backup {
    let mut user = User::new(PrivateKey::from_bytes([0xff; 32]));
    user.nickname = Some(Text::from_units(&[0x61, 0xd800, 0x2f, 0x1b, 0x22]));
    user.picture = Some(Bytes(vec![0xff, 0xd8]));
    user.picture_release = Some(PictureRelease::Nobody);
    user.links
        .push(Link::new(LinkKind::Email, "a@example".into()));
    let mut backup = Backup::new(user);
    backup.contacts.push(Contact {
        public_key: Some(PublicKey([1; 32])),
        created_at: Some(Timestamp(-1)),
        last_update: Some(Timestamp(-2)),
        verification: Some(Verification::Server),
        hidden: Some(true),
        first_name: Some("A".into()),
        read_receipts: Some(Policy::Send),
        typing_indicators: Some(Policy::DontSend),
        private: Some(true),
        ..Contact::new(id("ECHOECHO"))
    });
    backup.contacts.push(Contact::new(id("OWNOWNID")));
    let group = Group::new(GroupId([0, 0, 0, 0, 0, 0, 0, 1]), id("ECHOECHO"));
    backup.groups.push(Group {
        members: vec![id("ECHOECHO"), id("OWNOWNID")].into(),
        deleted: Some(true),
        created_at: Some(Timestamp(7)),
        ..group
    });
    backup.distribution_lists.push(DistributionList {
        id: Some(DistributionListId([1, 0, 0, 0, 0, 0, 0, 0])),
        name: Some("L".into()),
        ..DistributionList::default()
    });
    backup.settings = Some(Settings {
        sync_excluded_ids: vec![id("ECHOECHO")].into(),
        ..Settings::default()
    });
    backup
}

fn phone() -> Phone {
    Phone::new(id("OWNOWNID"))
}

fn written(writer: Origin) -> String {
    String::from_utf8(writer.write(&backup(), &phone())).expect("UTF-8")
}

/// Returns the document of `writer` in one line, to search it.
fn flat(writer: Origin) -> String {
    written(writer).replace('\n', "").replace("\": ", "\":")
}

/// Returns whether `writer` writes the text.
fn says(writer: Origin, text: &str) -> bool {
    flat(writer).contains(text)
}

/// Checks which releases of a client write `text`: all from `first` to before `next`, in every
/// form.
fn only(text: &str, first: Release, next: Option<Release>) {
    only_as(text, first, next, |_| true);
}

fn only_as(text: &str, first: Release, next: Option<Release>, in_form: fn(Form) -> bool) {
    let all = Origin::all().into_iter();
    for origin in all.filter(|each| each.client() == first.client()) {
        let within = origin.since(first) && next.is_none_or(|next| !origin.since(next));
        assert_eq!(
            says(origin, text),
            within && in_form(origin.form),
            "{origin}: {text}"
        );
    }
}

#[test]
fn android_of_today_to_the_byte() {
    let expected = r#"{
"info": {
"version": 1,
"device": "6.4A\/en_US"
},
"user": {
"privatekey": "\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/\/8=",
"nickname": "a?\/\u001b\"",
"profilePic": "\/9g=",
"profilePicRelease": [
null
],
"links": [
{
"type": "email",
"value": "a@example"
}
]
},
"contacts": [
{
"identity": "ECHOECHO",
"publickey": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
"createdAt": 0,
"verification": 1,
"workVerified": false,
"hidden": true,
"firstname": "A",
"lastUpdate": -2,
"typingIndicators": 2,
"readReceipts": 1,
"private": true
}
],
"groups": [
{
"id": "0000000000000001",
"creator": "ECHOECHO",
"createdAt": 7,
"members": [
"ECHOECHO",
"OWNOWNID"
],
"deleted": false,
"lastUpdate": 0,
"private": false
}
],
"distributionlists": [
{
"id": "0100000000000000",
"name": "L",
"createdAt": 0,
"members": [],
"lastUpdate": 0,
"private": false
}
],
"settings": {
"syncContacts": false,
"blockUnknown": false,
"sendTyping": true,
"readReceipts": true,
"threemaCalls": true,
"relayThreemaCalls": false,
"disableScreenshots": false,
"incognitoKeyboard": false,
"blockedContacts": [],
"syncExcludedIds": [
"ECHOECHO"
],
"recentEmojis": []
}
}"#;
    assert_eq!(written(Release::Android6_4.usual()), expected);
}

#[test]
fn android_row_by_row() {
    use Release::{
        Android4_5, Android4_8, Android4_57, Android4_84, Android5_0, Android5_0_5, Android5_3,
        Android6_0, Android6_4,
    };
    only(
        "\"locationPreviews\":false,\"relay",
        Android4_5,
        Some(Android4_8),
    );
    only(
        "\"typingIndicators\":2,\"readReceipts\":1,\"private\":true",
        Android4_57,
        None,
    );
    only(
        "\"id\":\"0000000000000001\",\"name\":\"L\"",
        Android4_8,
        Some(Android5_3),
    );
    only(
        "\"id\":\"0100000000000000\",\"name\":\"L\"",
        Android5_3,
        None,
    );
    only("{\"name\":\"L\"", Android4_5, Some(Android4_8));
    only("\"publickey\":\"AQ", Android5_0, None);
    only("\"createdAt\":-1,", Android4_5, Some(Android5_0_5));
    only("\"lastUpdate\":-2", Android5_3, None);
    only("\"deleted\":false,\"lastUpdate\":0,", Android6_0, None);
    only("\"hidden\":true,\"firstname\":\"A\",", Android5_3, None);
    only("\"deleted\":true", Android4_5, Some(Android6_0));
    only("\"identity\":\"OWNOWNID\"", Android4_5, Some(Android6_4));
    for key in [
        "\"links\":[],\"incoming",
        "\"incomingRequests\":[],",
        "\"outgoingRequests\":[]}",
    ] {
        only_as(key, Android4_57, Some(Android4_8), |form| {
            form == Form::TestBuild
        });
    }
    for writer in Origin::all() {
        let stored = writer.compression() == Compression::Stored;
        let expected = writer.since(Android4_84) || writer.since(Release::Ios4_8_3);
        assert_eq!(stored, expected, "{writer}");
    }
}

#[test]
fn what_the_document_does_not_say_matters_from_a_release_on() {
    let mut phone = phone();
    phone
        .left_groups
        .insert((GroupId([0, 0, 0, 0, 0, 0, 0, 1]), id("ECHOECHO")));
    phone.removed_contacts.insert(id("ECHOECHO"));
    for writer in Origin::all()
        .iter()
        .filter(|each| each.client() == Client::Android)
    {
        let text = String::from_utf8(writer.write(&backup(), &phone)).expect("UTF-8");
        let left = text.contains("\"members\": [\n\"ECHOECHO\"\n]");
        assert_eq!(left, writer.since(Release::Android5_7), "{writer}");
        let removed = !text.contains("\"identity\": \"ECHOECHO\"");
        assert_eq!(removed, writer.since(Release::Android6_0), "{writer}");
    }
}

#[test]
fn android_releases_a_picture_only_where_there_is_one() {
    let mut backup = backup();
    backup.user.picture = None;
    backup.user.picture_release = Some(PictureRelease::Everyone);
    let text = |writer: Origin| String::from_utf8(writer.write(&backup, &phone())).expect("UTF-8");
    assert!(!text(Release::Android6_4.usual()).contains("profilePicRelease"));
    assert!(text(Release::Ios6_3.usual()).contains(r#""profilePicRelease":["*"]"#));
}

#[test]
fn ios_row_by_row() {
    use Release::{Ios4_6, Ios4_8, Ios4_9, Ios5_1, Ios6_3};
    only("\"syncExcludedIds\":[\"ECHOECHO\"]", Ios4_6, Some(Ios4_8));
    only("\"syncExcludedIDs\":[\"ECHOECHO\"]", Ios4_8, None);
    only("\"readReceipts\":1", Ios4_8, None);
    only("\"typingIndicators\":2", Ios4_8, None);
    only("\"private\":true", Ios4_8, None);
    only("\"hidden\":true", Ios4_9, None);
    only("\"publickey\":\"AQ", Ios5_1, None);
    only_as("temporaryDeviceGroupKeyTodoRemove", Ios4_9, None, |form| {
        form == Form::DeviceLink
    });
    for never in [
        "distributionlists",
        "disableScreenshots",
        "incognitoKeyboard",
        "recentEmojis",
        "profilePicRelease",
        "-1",
        "\"deleted\":true",
        "locationPreviews",
        "7}",
    ] {
        only(never, Ios4_6, Some(Ios4_6));
    }
    for always in [
        "\"name\":\"\"",
        "\"device\":\"ios\"",
        "\"lastname\":\"\"",
        "\"groupname\":\"\"",
        "OWNOWNID",
    ] {
        only(always, Ios4_6, None);
    }
    let mut backup = backup();
    backup.contacts[0].created_at = Some(Timestamp(9));
    backup.contacts[0].last_update = Some(Timestamp(10));
    for writer in Origin::all()
        .iter()
        .filter(|each| each.client() == Client::Ios)
    {
        let text = String::from_utf8(writer.write(&backup, &phone())).expect("UTF-8");
        assert_eq!(
            text.contains("\"createdAt\":9"),
            writer.since(Ios6_3),
            "{writer}"
        );
        assert_eq!(
            text.contains("\"lastUpdate\":10"),
            writer.since(Ios4_9),
            "{writer}"
        );
    }
}

#[test]
fn ios_has_any_order_and_no_white_space_and_leaves_out_what_is_empty() {
    let orders: BTreeSet<_> = (0..20)
        .map(|order_seed| {
            Release::Ios6_3.usual().write(
                &backup(),
                &Phone {
                    order_seed,
                    ..phone()
                },
            )
        })
        .collect();
    assert_eq!(orders.len(), 20);
    let sorted = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.sort_unstable();
        bytes
    };
    let letters: BTreeSet<_> = orders.iter().map(|bytes| sorted(bytes)).collect();
    assert_eq!(letters.len(), 1, "the same but for the order");
    let again = Release::Ios6_3.usual().write(&backup(), &phone());
    assert_eq!(again, Release::Ios6_3.usual().write(&backup(), &phone()));

    let mut empty = Backup::new(User::new(PrivateKey::from_bytes([1; 32])));
    empty.user.nickname = Some(Text::new("\u{1}"));
    let text = String::from_utf8(Release::Ios6_3.usual().write(&empty, &phone())).expect("UTF-8");
    for absent in ["contacts", "groups", "links", " ", "\n"] {
        assert!(
            !text.contains(absent) || absent == "contacts" && !text.contains("\"contacts\""),
            "{text}"
        );
    }
    assert!(text.contains(r#""nickname":"\u0001""#), "{text}");
}

#[test]
fn every_writer_writes_json_that_says_what_it_was_given() {
    for writer in Origin::all() {
        let document = Document::parse(&writer.write(&backup(), &phone())).expect("JSON");
        let (read, _) = Backup::read(document);
        let read = read.expect("an identity");
        assert_eq!(read.user.private_key, backup().user.private_key, "{writer}");
        assert_eq!(read.contacts[0].identity, id("ECHOECHO"), "{writer}");
    }
}
