//! The loss table lists everything that is lost between two releases, and nothing else.

use super::compare::differences;
use super::conditions::{self, covers, explains};
use super::crossing::{Crossing, Difference, Situation};
use super::strategies::{Case, OWN_ID, broken_document, case, id, large};
use proptest::prelude::*;
use proptest::sample::select;
use safe_conformance::clients::losses::{
    End, LOSSES, Loss, STOPS, Side, StopRow, UNKNOWNS, Unknown, losses_of,
};
use safe_conformance::clients::release::Aspect;
use safe_conformance::clients::restore::{Change, ChangeKind, Directory, Outcome, Surroundings};
use safe_conformance::clients::{Field, Origin, Release};
use safe_conformance::safe::Client;
use safe_conformance::safe::backup::{Backup, DistributionListId, Timestamp};
use safe_conformance::safe::json::{Document, Layout, Path, Step};

/// The time of the restores.
const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// One release for each range of releases that restore alike.
pub fn readers() -> Vec<Release> {
    Release::distinct(Aspect::Reading).collect()
}

fn crossing<'a>(
    case: &'a Case,
    directory: &'a Directory,
    (origin, release): (Origin, Release),
) -> Crossing<'a> {
    Crossing {
        origin,
        release,
        backup: &case.backup,
        phone: &case.phone,
        directory,
    }
}

/// The rows that say that a restore fails.
pub fn stops(case: &Case, pair: (Origin, Release)) -> Vec<&'static StopRow> {
    let directory = case.directory();
    let crossing = crossing(case, &directory, pair);
    let stops = STOPS.iter();
    let stops = stops.filter(|stop| conditions::stops(stop, &crossing));
    stops.collect()
}

/// The rows that describe a difference.
pub fn rows(
    case: &Case,
    directory: &Directory,
    (writer, reader): (Origin, Release),
    difference: &Difference,
) -> impl Iterator<Item = &'static Loss> + use<> {
    let crossing = crossing(case, directory, (writer, reader));
    let situation = Situation {
        crossing,
        difference,
    };
    let rows: Vec<_> = LOSSES
        .iter()
        .filter(|loss| explains(loss, &situation))
        .collect();
    rows.into_iter()
}

/// What our reader of the format itself finds in a release's document; none of it is the fault of a
/// reader.
fn lost_in_writing(writer: Origin, case: &Case) -> Vec<Difference> {
    let document = Document::parse(&writer.write(&case.backup, &case.phone)).expect("JSON");
    let (read, _) = Backup::read(document);
    let mut found = differences(&case.backup, &read.expect("an identity"));
    // The other spelling and the other byte order depend on the reader.
    found.retain(|each| {
        let order = each.field == Field::DistributionListId && each.kind == ChangeKind::Changed;
        each.field != Field::SyncExcludedIds && !order
    });
    found
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn what_is_lost_in_writing_is_in_the_table(case in case(), writer in select(Origin::all())) {
        let case = case.on(writer.client());
        let directory = case.directory();
        for difference in lost_in_writing(writer, &case) {
            // Every reader.
            let mut rows = readers().into_iter().flat_map(|reader| rows(&case, &directory, (writer, reader), &difference));
            prop_assert!(rows.any(|row| row.at == Side::Writing), "{} loses {}, {:?}", writer, difference.path, difference.kind);
        }
    }

    #[test]
    fn a_backup_differs_in_nothing_from_itself(case in case()) {
        prop_assert_eq!(differences(&case.backup, &case.backup), []);
    }
}

/// The result of a restore.
#[derive(Debug)]
pub enum Went {
    Through {
        restored: Box<Backup>,
        unsure: Vec<(Path, Field)>,
        changes: Vec<Change>,
    },
    Stopped(End, String),
    Unknown,
}

pub fn restore(reader: Release, json: &[u8], case: &Case) -> Went {
    let around = Surroundings {
        own_id: case.phone.own_id,
        directory: case.directory(),
        now: NOW,
    };
    match reader.read(json, &around) {
        Outcome::Restored(restored) => Went::Through {
            unsure: restored
                .unsure
                .iter()
                .map(|it| (it.path.clone(), it.field))
                .collect(),
            changes: restored.changes,
            restored: Box::new(restored.backup),
        },
        Outcome::Refused(stop) => {
            Went::Stopped(End::Refused, format!("{:?} {}", stop.path, stop.reason))
        }
        Outcome::Broken { how, stop } => {
            Went::Stopped(how.into(), format!("{:?} {}", stop.path, stop.reason))
        }
        Outcome::Unknown { .. } => Went::Unknown,
    }
}

/// Whether a place and a field are at or within those of a difference, or the other way round.
fn is_at(path: &Path, field: Field, difference: &Difference) -> bool {
    let (inner, outer) = (&difference.path.0, &path.0);
    let within = inner.starts_with(outer) || outer.starts_with(inner);
    within && (field == difference.field || difference.field.is_of(field))
}

/// Whether the table does not know what happens to a place of the document.
fn is_unsure(unsure: &[(Path, Field)], difference: &Difference) -> bool {
    let mut unsure = unsure.iter();
    unsure.any(|(path, field)| is_at(path, *field, difference))
}

/// Whether the table lists this as unknown.
pub fn unknowns(
    case: &Case,
    directory: &Directory,
    pair: (Origin, Release),
    (path, field): &(Path, Field),
) -> impl Iterator<Item = &'static Unknown> + use<> {
    let difference = Difference {
        path: path.clone(),
        field: *field,
        kind: ChangeKind::Changed,
    };
    let situation = Situation {
        crossing: crossing(case, directory, pair),
        difference: &difference,
    };
    let rows = UNKNOWNS.iter().filter(|row| covers(row, &situation));
    rows.collect::<Vec<_>>().into_iter()
}

/// The place in the backup of a contact of the document; a release may leave out some contacts of
/// the backup.
fn place_in_backup(path: &mut Path, document: &Backup, backup: &Backup) {
    if let [Step::Key(list), Step::Index(index), ..] = path.0.as_mut_slice()
        && list == "contacts"
        && let Some(contact) = document.contacts.get(*index)
    {
        let mut contacts = backup.contacts.iter();
        let place = contacts.position(|each| each.identity == contact.identity);
        *index = place.expect("who is in the document is in the backup");
    }
}

/// The table lists what is lost between two releases; what is unknown is not judged.
fn check_pair(case: &Case, pair: (Origin, Release)) -> Result<(), TestCaseError> {
    let (writer, reader) = pair;
    let case = case.clone().on(writer.client());
    let json = writer.write(&case.backup, &case.phone);
    let directory = case.directory();
    match restore(reader, &json, &case) {
        Went::Unknown => {}
        Went::Stopped(end, why) => {
            let known = stops(&case, pair).iter().any(|stop| stop.end == end);
            prop_assert!(
                known,
                "{} does not restore what {} wrote, and no row says so: {:?} {}",
                reader,
                writer,
                end,
                why
            );
        }
        Went::Through {
            restored,
            mut unsure,
            mut changes,
        } => {
            let document = Backup::read(Document::parse(&json).expect("JSON")).0;
            let document = document.expect("an identity");
            let places = unsure.iter_mut().map(|(path, _)| path);
            for path in places.chain(changes.iter_mut().map(|change| &mut change.path)) {
                place_in_backup(path, &document, &case.backup);
            }
            let stop = stops(&case, pair).first().map(|stop| stop.why.id);
            prop_assert_eq!(stop, None, "{} restores what {} wrote", reader, writer);
            for place in &unsure {
                let known = unknowns(&case, &directory, pair, place).next().is_some();
                prop_assert!(
                    known,
                    "from {} to {}: {} is unknown, and no row says so",
                    writer,
                    reader,
                    place.0
                );
            }
            for difference in differences(&case.backup, &restored) {
                let rows: Vec<_> = rows(&case, &directory, pair, &difference).collect();
                prop_assert!(
                    !rows.is_empty() || is_unsure(&unsure, &difference),
                    "from {} to {}: {} {:?}, and no row says so",
                    writer,
                    reader,
                    difference.path,
                    difference.kind
                );
                // If the reader names its own reason, a row names the same reason.
                let reasons = changes.iter().filter(|it| it.kind == difference.kind);
                let mut reasons = reasons.filter(|it| {
                    it.field == difference.field && is_at(&it.path, it.field, &difference)
                });
                let is_read_otherwise = rows.iter().all(|row| row.at == Side::Reading);
                let is_shared = reasons
                    .clone()
                    .any(|it| rows.iter().any(|row| row.why.id == it.why.id));
                prop_assert!(
                    !is_read_otherwise || is_shared || reasons.next().is_none(),
                    "from {} to {}: {} {:?}: other reasons than the reader's: {:?}",
                    writer,
                    reader,
                    difference.path,
                    difference.kind,
                    rows.iter().map(|row| row.why.id).collect::<Vec<_>>()
                );
            }
        }
    }
    Ok(())
}

/// What a reader reports as changed is the difference between the document and the phone.
fn check_report(case: &Case, (writer, reader): (Origin, Release)) -> Result<(), TestCaseError> {
    let case = case.clone().on(writer.client());
    let json = writer.write(&case.backup, &case.phone);
    let Went::Through {
        restored,
        unsure,
        changes,
    } = restore(reader, &json, &case)
    else {
        return Ok(());
    };
    let (document, _) = Backup::read(Document::parse(&json).expect("JSON"));
    let mut document = document.expect("an identity");
    let high_first = reader.client() == Client::Android && !reader.since(Release::Android5_3);
    if high_first && reader.since(Release::Android4_8) {
        // It reads the same digits as another number.
        for list in document.distribution_lists.iter_mut() {
            list.id = list.id.map(DistributionListId::reversed);
        }
    }
    for difference in differences(&document, &restored) {
        // The spelling of iOS is not part of the format, so the document seems not to contain the
        // field.
        let spelled_otherwise = difference.field == Field::SyncExcludedIds;
        // For a contact that the document does not have, the place is the one of the member.
        let is_fetched = difference.field == Field::Contact && difference.kind == ChangeKind::Added;
        prop_assert!(
            spelled_otherwise
                || changes
                    .iter()
                    .any(|change| is_at(&change.path, change.field, &difference))
                || is_fetched
                    && changes
                        .iter()
                        .any(|change| change.field == Field::Contact
                            && change.kind == ChangeKind::Added)
                || is_unsure(&unsure, &difference),
            "{} restores {} of {} otherwise, and does not say so: {:?}",
            reader,
            difference.path,
            writer,
            difference.kind
        );
    }
    Ok(())
}

fn pair() -> impl Strategy<Value = (Origin, Release)> {
    (select(Origin::all()), select(readers()))
}

/// From a phone of one platform to a phone of another or of the same, and back: separate releases
/// for each way.
fn there_and_back() -> impl Strategy<Value = ((Origin, Release), (Origin, Release))> {
    let writer = |client| {
        let writers = Origin::all()
            .into_iter()
            .filter(|each| each.client() == client);
        select(writers.collect::<Vec<_>>())
    };
    let reader = |client| {
        let readers = readers().into_iter().filter(|each| each.client() == client);
        select(readers.collect::<Vec<_>>())
    };
    let platform = || select(vec![Client::Android, Client::Ios]);
    (platform(), platform()).prop_flat_map(move |(home, abroad)| {
        (
            (writer(home), reader(abroad)),
            (writer(abroad), reader(home)),
        )
    })
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn what_is_lost_between_two_releases_is_in_the_table(case in case(), pair in pair()) {
        check_pair(&case, pair)?;
    }

    #[test]
    fn a_reader_tells_all_that_it_changes(case in case(), pair in pair()) {
        check_report(&case, pair)?;
    }

    /// There and back: the returned backup has lost only fields that have a row for one of the
    /// ways, and each way loses only what its rows list.
    #[test]
    fn there_and_back_loses_what_the_ways_lose(case in case(), (there, back) in there_and_back()) {
        let case = case.on(there.0.client());
        let json = there.0.write(&case.backup, &case.phone);
        let Went::Through { restored, unsure: unsure_there, .. } = restore(there.1, &json, &case) else {
            return Ok(());
        };
        let abroad = Case { backup: *restored, ..case.clone() };
        check_pair(&abroad, back)?;
        let json = back.0.write(&abroad.backup, &abroad.phone);
        let Went::Through { restored: home, unsure: unsure_back, .. } = restore(back.1, &json, &abroad) else {
            return Ok(());
        };
        for difference in differences(&case.backup, &home) {
            let field = difference.field;
            let documented = [there, back].into_iter().any(|(writer, reader)| losses_of(field, writer, reader).next().is_some());
            let unsure = unsure_there.iter().chain(&unsure_back).any(|(_, each)| *each == field || field.is_of(*each));
            prop_assert!(
                documented || unsure,
                "from {} to {} and back from {} to {}: {} {:?}", there.0, there.1, back.0, back.1, difference.path, difference.kind
            );
        }
    }
}

proptest! {
    #![proptest_config(crate::config())]

    /// For any content, every release returns a result, and our code does not panic.
    #[test]
    fn no_document_makes_a_reader_fall_over(document in broken_document(), reader in select(readers())) {
        let around = Surroundings { own_id: id(OWN_ID), directory: Directory::Unreachable, now: NOW };
        let json = document.0.to_bytes(Layout::Compact);
        reader.read(&json, &around);
        let text = String::from_utf8_lossy(&json);
        let half: String = text.chars().take(text.chars().count() / 2).collect();
        reader.read(half.as_bytes(), &around);
    }
}

/// In CI to every release, elsewhere to the newest of each client.
#[test]
fn large_documents_between_every_pair() {
    let large = large();
    let newest = Client::ALL.map(Release::from).to_vec();
    let readers = crate::thorough::in_full_or(readers(), newest);
    for writer in Origin::newest() {
        for reader in &readers {
            let reader = *reader;
            check_pair(&large, (writer, reader)).expect("the table tells all");
        }
    }
}

/// A backup with a value in every field, from every release to every release: what a release loses
/// always is in the table, whatever documents chance generates.
#[test]
fn a_rich_backup_between_every_pair() {
    let rich = crate::conditions::rich();
    for writer in Origin::all() {
        for reader in readers() {
            let checked = check_pair(&rich, (writer, reader));
            checked.unwrap_or_else(|error| panic!("a row is missing or wrong: {error}"));
        }
    }
}
