//! An inspection recognises the writer of a document by what every writer writes, and no input
//! makes it panic.

use super::strategies::{Case, broken_document, case, large, white_space};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use safe_conformance::clients::Origin;
use safe_conformance::clients::release::Form;
use safe_conformance::inspect::{Inspected, Inspection, Known, Subject, inspect};
use safe_conformance::safe::backup::{Backup, Bytes, PictureRelease};
use safe_conformance::safe::json::{Document, Layout, Value};
use safe_conformance::safe::{Client, Stage};
use safe_conformance::safe::{EncryptionKey, Nonce, envelope};

const KEY: EncryptionKey = EncryptionKey::from_bytes([7; 32]);

fn looked_into(body: &[u8], case: &Case) -> Inspection {
    let subject = Subject::Body {
        bytes: body,
        key: &KEY,
    };
    let known = Known {
        id: Some(case.phone.own_id),
        show_names: true,
        ..Known::default()
    };
    let Inspected { inspection, .. } = inspect(subject, known);
    inspection
}

/// Each release is among the candidates for its own document, and no release of another client ever
/// is.
fn is_seen(writer: Origin, case: &Case) {
    let body = writer.seal(&case.backup, &case.phone, &KEY, &Nonce([9; 24]));
    let inspection = looked_into(&body, case);
    let authorship = inspection.writer.expect("it was read");
    assert!(
        authorship.releases.contains(&writer),
        "{writer}: {}: {:?}",
        authorship.says,
        authorship.evidence
    );
    let clients = authorship.releases.iter().map(|each| each.client());
    assert!(
        clients.into_iter().all(|client| client == writer.client()),
        "{writer}: {}",
        authorship.says
    );
    // Android says in `info.device` which release it is.
    let is_android = writer.client() == Client::Android && writer.form == Form::Usual;
    assert!(
        !is_android || authorship.releases.len() == 1,
        "{writer}: {}",
        authorship.says
    );
}

/// Returns a backup without the two things that apps write and that break the format: a time before
/// 1970, which iOS refuses, and a list without a name, which no app restores.
fn without_what_apps_lose(case: Case) -> Case {
    let mut case = case.on(Client::Ios);
    for list in case.backup.distribution_lists.iter_mut() {
        list.name.get_or_insert_with(|| "L".into());
    }
    case
}

/// Returns what breaks the format in the document that a release writes.
fn broken_by(writer: Origin, case: &Case) -> Vec<String> {
    let json = writer.write(&case.backup, &case.phone);
    let inspected = inspect(Subject::Document(&json), Known::default());
    let deviations = inspected.inspection.deviations.into_iter();
    deviations.map(|each| each.says).collect()
}

#[test]
fn no_form_of_the_release_of_a_picture_that_apps_write_breaks_the_format() {
    let echo = vec![crate::strategies::id("ECHOECHO")];
    for release in [
        PictureRelease::Everyone,
        PictureRelease::Nobody,
        PictureRelease::Only(Vec::new()),
        PictureRelease::Only(echo),
    ] {
        let mut backup = Backup::sample(&[1; 32], 1);
        backup.user.picture = Some(Bytes(vec![0xff, 0xd8, 0xff]));
        backup.user.picture_release = Some(release);
        let case = Case::of(backup);
        for writer in Origin::all() {
            assert_eq!(broken_by(writer, &case), [""; 0], "{writer}");
        }
    }
    // Near misses, which no app writes.
    for release in ["7", "[7]", "[\"*\",\"ECHOECHO\"]", "[\"\"]"] {
        let json = format!(
            r#"{{"info":{{"version":1}},"user":{{"privatekey":"{}","profilePicRelease":{release}}},"settings":{{"syncContacts":true}}}}"#,
            data_encoding::BASE64.encode(&[1; 32])
        );
        let subject = Subject::Document(json.as_bytes());
        let inspection = inspect(subject, Known::default()).inspection;
        let paths: Vec<_> = inspection
            .deviations
            .iter()
            .map(|each| &each.path)
            .collect();
        assert_eq!(paths, ["user.profilePicRelease"], "{release}");
    }
}

fn stopped_at(json: &[u8]) -> Option<Stage> {
    let inspected = inspect(Subject::Document(json), Known::default());
    inspected.inspection.failure.map(|stopped| stopped.stage)
}

/// Where a truncated document fails: the beginning of a number is also a number, but not a backup.
fn stage_of(part: &[u8]) -> Stage {
    let is_number = |part: Document| matches!(part.root, Value::Number(_));
    if Document::parse(part).is_ok_and(is_number) {
        Stage::Meaning
    } else {
        Stage::Json
    }
}

#[test]
fn a_number_that_was_cut_short_is_a_number() {
    assert_eq!(stopped_at(b"9007199254740992"), Some(Stage::Meaning));
    assert_eq!(stopped_at(b"90071"), Some(Stage::Meaning));
    assert_eq!(stopped_at(b""), Some(Stage::Json));
    assert_eq!(stopped_at(b"[90071"), Some(Stage::Json));
    assert_eq!(
        (stage_of(b"90071"), stage_of(b"-")),
        (Stage::Meaning, Stage::Json)
    );
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn every_writer_is_seen(case in case(), writer in select(Origin::all())) {
        is_seen(writer, &case);
    }

    /// What an app writes and the apps restore does not break the format.
    #[test]
    fn no_document_of_a_release_breaks_the_format(case in case(), writer in select(Origin::all())) {
        let broken = broken_by(writer, &without_what_apps_lose(case));
        prop_assert_eq!(broken, Vec::<String>::new(), "{}", writer);
    }

    /// A document with white space in other places comes from a tool: the inspection says so and
    /// names no release.
    #[test]
    fn what_a_tool_has_written_is_nobodys(case in case(), writer in select(Origin::all())) {
        let document = Document::parse(&writer.write(&case.backup, &case.phone)).expect("JSON");
        let json = document.root.to_bytes(Layout::Lines { indent: 2 });
        let Inspected { inspection, .. } = inspect(Subject::Document(&json), Known::default());
        let authorship = inspection.writer.expect("it was read");
        prop_assert_eq!(&authorship.releases, &[]);
        prop_assert!(authorship.says.starts_with("not known; the content is as "), "{}", authorship.says);
    }

    #[test]
    fn no_document_makes_it_fall_over(document in broken_document(), layout in vec(white_space(), 1..3), cut: prop::sample::Index) {
        let mut json = layout[0].clone().into_bytes();
        json.extend(document.0.to_bytes(Layout::Compact));
        let whole = inspect(Subject::Document(&json), Known::default()).inspection;
        prop_assert_eq!(whole.document_bytes, Some(json.len() as u64));
        for deviation in &whole.deviations {
            prop_assert!(deviation.line.is_some() && deviation.column.is_some(), "{}", deviation.says);
        }
        let part = &json[..cut.index(json.len())];
        prop_assert_eq!(stopped_at(part), Some(stage_of(part)));
    }

    #[test]
    fn no_bytes_make_it_fall_over(bytes in vec(any::<u8>(), 0..200)) {
        let body = envelope::encrypt(&KEY, &Nonce([1; 24]), &bytes);
        for subject in [Subject::Document(&bytes), Subject::Body { bytes: &bytes, key: &KEY }, Subject::Body { bytes: &body, key: &KEY }] {
            let inspected = inspect(subject, Known::default());
            prop_assert!(inspected.inspection.failure.is_some());
        }
    }
}

#[test]
fn large_documents_are_seen_too() {
    let large = large();
    for writer in crate::thorough::in_full_or(Origin::all(), Origin::newest().to_vec()) {
        is_seen(writer, &large);
    }
}
