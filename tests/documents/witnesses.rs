//! A fixed document shows each row of the loss table: a loss that no longer happens fails here.

use super::at_once::at_most;
use super::compare::differences;
use super::conditions::{rich, witness};
use super::crossing::Difference;
use super::losses::{Went, readers, restore, rows, stops, unknowns};
use super::strategies::Case;
use super::thorough::in_full_or;
use safe_conformance::clients::losses::{LOSSES, Loss, STOPS, UNKNOWNS};
use safe_conformance::clients::{Field, Origin, Release};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Whether something else explains why the loss of a field is not visible.
fn is_hidden(
    loss: &Loss,
    field: Field,
    case: &Case,
    pair: (Origin, Release),
    found: &[Difference],
    unsure: &[Field],
) -> bool {
    let of = |each: Field| each == field || field.is_of(each);
    let directory = case.directory();
    unsure.iter().any(|each| of(*each) || each.is_of(field))
        || found
            .iter()
            .filter(|each| of(each.field))
            .any(|each| rows(case, &directory, pair, each).any(|row| row.why.id != loss.why.id))
}

#[test]
fn every_loss_has_a_witness_that_shows_it() {
    let silent = Mutex::new(Vec::new());
    at_most(4, LOSSES.iter().collect(), |loss| {
        let unseen = unseen(loss);
        silent.lock().expect("no case panics").extend(unseen);
    });
    let silent = silent.into_inner().expect("no case panicked");
    assert!(
        silent.is_empty(),
        "the table is no longer true:\n{}",
        silent.join("\n")
    );
}

/// Where the witness of a row does not show it.
fn unseen(loss: &Loss) -> Vec<String> {
    let mut silent = Vec::new();
    // One restore shows all fields of a row.
    let mut shown = vec![0; loss.fields.len()];
    let pairs = pairs().filter(|(writer, reader)| loss.is_between(*writer, *reader));
    for (at, (writer, reader)) in pairs.enumerate() {
        // Outside CI, ten pairs are enough if they show all fields.
        if at >= in_full_or(usize::MAX, 10) && !shown.contains(&0) {
            break;
        }
        let case = witness(loss.why.id).on(writer.client());
        let Went::Through {
            restored, unsure, ..
        } = restore(reader, &writer.write(&case.backup, &case.phone), &case)
        else {
            continue;
        };
        let found = differences(&case.backup, &restored);
        let directory = case.directory();
        let unsure: Vec<_> = unsure.iter().map(|(_, field)| *field).collect();
        for (field, shown) in loss.fields.iter().zip(&mut shown) {
            let seen = found
                .iter()
                .filter(|each| each.field == *field)
                .any(|each| {
                    rows(&case, &directory, (writer, reader), each)
                        .any(|row| row.why.id == loss.why.id)
                });
            if seen {
                *shown += 1;
            } else if !is_hidden(loss, *field, &case, (writer, reader), &found, &unsure) {
                silent.push(format!(
                    "{}: {field} is kept from {writer} to {reader}",
                    loss.why.id
                ));
            }
        }
    }
    for (field, shown) in loss.fields.iter().zip(shown) {
        if shown == 0 {
            silent.push(format!(
                "{}: {field} is lost between no two releases",
                loss.why.id
            ));
        }
    }
    silent
}

#[test]
fn every_unknown_has_a_witness_that_shows_it() {
    for row in UNKNOWNS {
        for field in row.fields {
            let mut shown = 0;
            for pair in pairs().filter(|(writer, reader)| row.is_between(*writer, *reader)) {
                let case = witness(row.id).on(pair.0.client());
                let json = pair.0.write(&case.backup, &case.phone);
                let Went::Through { unsure, .. } = restore(pair.1, &json, &case) else {
                    continue;
                };
                let directory = case.directory();
                let mut unsure = unsure.iter().filter(|(_, each)| each == field);
                shown += usize::from(unsure.any(|place| {
                    unknowns(&case, &directory, pair, place).any(|each| each.id == row.id)
                }));
            }
            assert_ne!(
                shown, 0,
                "{}: {field} is known between all releases",
                row.id
            );
        }
    }
}

#[test]
fn every_stop_has_a_witness_that_shows_it() {
    for stop in STOPS {
        for (writer, reader) in pairs().filter(|(writer, reader)| stop.is_between(*writer, *reader))
        {
            let case = witness(stop.why.id).on(writer.client());
            let went = restore(reader, &writer.write(&case.backup, &case.phone), &case);
            assert!(
                matches!(&went, Went::Stopped(end, _) if *end == stop.end),
                "{}: from {writer} to {reader}: {went:?}",
                stop.why.id
            );
        }
    }
}

/// A correct backup is restored unchanged, except for what the table says of every backup.
#[test]
fn the_rich_document_is_restored_everywhere_but_on_desktop() {
    for (writer, reader) in pairs() {
        let case = rich().on(writer.client());
        let went = restore(reader, &writer.write(&case.backup, &case.phone), &case);
        let stops = !stops(&case, (writer, reader)).is_empty();
        assert_eq!(
            matches!(went, Went::Through { .. }),
            !stops,
            "from {writer} to {reader}: {went:?}"
        );
    }
}

/// Several rows may have the same reason, but no two of them describe the same fields and releases.
#[test]
fn no_row_stands_twice() {
    for (index, loss) in LOSSES.iter().enumerate() {
        let same = |other: &&Loss| {
            other.why.id == loss.why.id
                && pairs().any(|(from, to)| loss.is_between(from, to) && other.is_between(from, to))
                && other.fields.iter().any(|field| loss.fields.contains(field))
        };
        assert_eq!(
            LOSSES[index + 1..].iter().find(same).map(|row| row.why.id),
            None
        );
    }
    let stops: BTreeSet<_> = STOPS.iter().map(|stop| stop.why.id).collect();
    let unknowns: BTreeSet<_> = UNKNOWNS.iter().map(|unknown| unknown.id).collect();
    assert_eq!((stops.len(), unknowns.len()), (STOPS.len(), UNKNOWNS.len()));
}

fn pairs() -> impl Iterator<Item = (Origin, Release)> {
    let all = Origin::all().into_iter();
    all.flat_map(|writer| readers().into_iter().map(move |reader| (writer, reader)))
}
