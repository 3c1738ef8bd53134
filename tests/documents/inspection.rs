//! An inspection recognises the writer of a document by what every writer writes, and no input
//! makes it panic.

use super::strategies::{Case, broken_document, case, large, white_space};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use safe_conformance::clients::Origin;
use safe_conformance::clients::release::Form;
use safe_conformance::inspect::{Inspected, Inspection, Known, Subject, inspect};
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
