//! Tests of the guard's conclusions, and of what it writes to the ledger.

mod ledgers;

use super::*;
use crate::wire::ledger::LeftLedger;
use crate::wire::target::LoginKind;
use std::path::Path;

const TARGET: &str = "http://localhost/safe";

fn with_ledger(folder: &Path, seed: u64) -> Guard {
    let seed = Seed::new(seed);
    let ledger = Ledger::open(folder, TARGET, LoginKind::Basic, seed).expect("a ledger");
    Guard::new(seed, Some(ledger))
}

fn guard() -> Guard {
    Guard::new(Seed::new(1), None)
}

/// Returns a backup that was claimed, uploaded and answered.
fn stored(guard: &Guard, slot: &str) -> OwnBackup {
    let backup = uploading(guard, slot);
    guard.answered(&backup);
    backup
}

/// Returns a backup whose upload is running.
fn uploading(guard: &Guard, slot: &str) -> OwnBackup {
    let backup = guard.own_backup("check[way]", slot);
    guard.claim(&backup).expect("claimed");
    guard.about_to_write(&backup).expect("noted");
    guard.sent(&backup);
    backup
}

fn swept(folder: &Path) -> Vec<LeftLedger> {
    let ledgers = LeftLedger::all(folder).expect("a folder");
    ledgers
        .into_iter()
        .map(|ledger| ledger.expect("a whole ledger"))
        .collect()
}

fn text(folder: &Path) -> String {
    let mut entries = std::fs::read_dir(folder).expect("a folder");
    let entry = entries.next().expect("a ledger").expect("an entry");
    std::fs::read_to_string(entry.path()).expect("text")
}

#[test]
fn the_word_of_a_server_is_not_enough() {
    let guard = guard();
    let backup = stored(&guard, "a");
    assert!(guard.may_be_there(&backup));
    // Not finding it proves nothing before the server has shown a backup, or before the deletion.
    guard.unseen(&backup);
    assert!(guard.may_be_there(&backup));
    guard.deleted(&backup);
    assert!(!guard.may_be_there(&backup) && guard.is_open(&backup));
    guard.unseen(&backup);
    assert!(guard.is_open(&backup));
    assert_eq!(guard.honesty(), Honesty::Unknown);
    assert_eq!(guard.only_deleted(), std::slice::from_ref(&backup));

    let other = stored(&guard, "b");
    guard.present(&other, false);
    guard.unseen(&other);
    assert!(guard.may_be_there(&other), "it was not deleted");
    guard.unseen(&backup);
    assert!(guard.is_gone(&backup));
    assert_eq!(guard.honesty(), Honesty::Honest);
    assert_eq!(guard.left(), [other]);
}

#[test]
fn what_is_there_after_its_deletion_is_a_lie_for_ever() {
    let guard = guard();
    let (lied, honest) = (stored(&guard, "a"), stored(&guard, "b"));
    guard.deleted(&lied);
    guard.present(&lied, false);
    assert_eq!(guard.fate(&lied), Some(Doubt::StillThere));
    assert_eq!(guard.honesty(), Honesty::Lies);
    guard.deleted(&honest);
    guard.unseen(&honest);
    assert!(guard.is_gone(&honest));
    assert_eq!(guard.honesty(), Honesty::Lies);
    // A backup that reappears after it was gone is noted.
    guard.present(&honest, false);
    assert_eq!(guard.fate(&honest), Some(Doubt::StillThere));
}

#[test]
fn what_may_appear_is_not_gone() {
    let guard = guard();
    let backup = uploading(&guard, "a");
    let now = Instant::now();
    assert!(guard.may_still_appear(&backup, now));
    guard.absent(&backup);
    assert_eq!(guard.fate(&backup), Some(Doubt::MayAppear));
    guard.may_appear(&backup, now + Duration::from_secs(60));
    assert!(guard.may_still_appear(&backup, now));
    assert!(!guard.may_still_appear(&backup, now + Duration::from_secs(61)));
    let (unanswered, last) = guard.unanswered();
    assert_eq!(unanswered, std::slice::from_ref(&backup));
    assert_eq!(last, Some(now + Duration::from_secs(60)));
    // It appears late, which is no lie; after its deletion it may appear again.
    guard.present(&backup, false);
    assert_eq!(guard.honesty(), Honesty::Unknown);
    guard.deleted(&backup);
    guard.unseen(&backup);
    assert!(guard.is_open(&backup));
}

#[test]
fn what_did_not_appear_in_time_is_gone() {
    let guard = guard();
    let backup = uploading(&guard, "a");
    guard.may_appear(&backup, Instant::now());
    guard.absent(&backup);
    assert!(guard.is_gone(&backup));
    // One of two uploads is answered: the other may still appear.
    let backup = uploading(&guard, "b");
    guard.sent(&backup);
    guard.answered(&backup);
    assert!(guard.may_still_appear(&backup, Instant::now()));
    guard.give_up_waiting();
    let now = Instant::now();
    assert!(guard.may_still_appear(&backup, now));
    assert!(!guard.may_still_appear(&backup, now + LATEST));
    guard.answered(&backup);
    assert!(
        guard.may_still_appear(&backup, now),
        "nobody waits for answers any more"
    );
    // The upload that was broken off before has its own last moment.
    let backup = uploading(&guard, "c");
    let until = now + 2 * LATEST;
    guard.may_appear(&backup, until);
    guard.give_up_waiting();
    assert_eq!(guard.unanswered().1, Some(until));
    let early = uploading(&guard, "d");
    guard.may_appear(&early, now);
    guard.give_up_waiting();
    assert!(!guard.may_still_appear(&early, now));
}

#[test]
fn a_ledger_takes_no_answer_to_an_upload_that_it_no_longer_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let backup = uploading(&guard, "a");
    guard.may_appear(&backup, Instant::now());
    guard.absent(&backup);
    guard.looked(&backup);
    drop(guard);
    // Each line of it is one that its reader takes.
    assert!(!text(folder.path()).contains("answered"));
    assert!(swept(folder.path())[0].left.is_empty());
}

#[test]
fn what_was_never_sent_is_not_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let backup = guard.own_backup("check", "a");
    assert!(!guard.is_claimed(&backup));
    guard.claim(&backup).expect("claimed");
    assert!(guard.is_claimed(&backup) && !guard.may_be_there(&backup));
    guard.about_to_write(&backup).expect("noted");
    guard.sent(&backup);
    guard.unsent(&backup);
    assert!(!guard.may_be_there(&backup) && guard.is_gone(&backup));
    assert_eq!(guard.unanswered(), (Vec::new(), None));
    let closed = guard.close();
    assert!(closed.ledger.is_none() && closed.doubts.is_empty());
    // A backup that was sent before exists, whatever happens to the next upload.
    let guard = with_ledger(folder.path(), 2);
    let backup = stored(&guard, "a");
    guard.sent(&backup);
    guard.unsent(&backup);
    assert!(guard.may_be_there(&backup));
    assert!(!guard.may_still_appear(&backup, Instant::now()));
}

#[test]
fn a_closed_ledger_names_what_is_left_and_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let (left, lied, gone) = (
        stored(&guard, "a"),
        stored(&guard, "b"),
        stored(&guard, "c"),
    );
    guard.deleted(&lied);
    guard.present(&lied, false);
    guard.deleted(&gone);
    let closed = guard.close();
    assert_eq!(
        closed.doubts,
        BTreeMap::from([(Doubt::NotDeleted, 1), (Doubt::StillThere, 1)])
    );
    assert!(closed.ledger.is_some_and(|path| path.exists()));
    drop(guard);
    let ledgers = swept(folder.path());
    let why: BTreeMap<_, _> = ledgers[0]
        .left
        .iter()
        .map(|left| (left.backup.label().to_owned(), left.why))
        .collect();
    assert_eq!(
        why,
        BTreeMap::from([
            (left.label().to_owned(), Some(Doubt::NotDeleted)),
            (lied.label().to_owned(), Some(Doubt::StillThere)),
        ])
    );
    assert_eq!(ledgers[0].login, LoginKind::Basic);
}

#[test]
fn a_backup_that_was_struck_out_is_noted_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let backup = stored(&guard, "a");
    guard.present(&backup, false);
    guard.deleted(&backup);
    guard.unseen(&backup);
    assert!(guard.is_gone(&backup));
    guard.about_to_write(&backup).expect("noted");
    guard.sent(&backup);
    drop(guard);
    let ledgers = swept(folder.path());
    assert_eq!(ledgers[0].count(), 1);
    assert!(ledgers[0].left[0].is_unanswered && !ledgers[0].left[0].is_deleted);
}

#[test]
fn the_next_run_with_the_seed_inherits_and_does_not_claim() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = with_ledger(folder.path(), 1);
    let backup = stored(&first, "a");
    let busy = Ledger::open(folder.path(), TARGET, LoginKind::Basic, Seed::new(1));
    assert!(matches!(
        busy,
        Err(crate::wire::ledger::LedgerError::Busy { .. })
    ));
    drop(first);
    let other = Ledger::open(
        folder.path(),
        "http://other",
        LoginKind::Basic,
        Seed::new(1),
    );
    assert!(matches!(
        other,
        Err(crate::wire::ledger::LedgerError::OtherTarget { .. })
    ));
    let second = with_ledger(folder.path(), 1);
    assert!(!second.is_claimed(&backup) && second.may_be_there(&backup));
    second.deleted(&backup);
    second.unseen(&backup);
    assert!(second.is_gone(&backup));
    assert!(second.close().ledger.is_none());
    assert!(swept(folder.path()).is_empty());
}

#[test]
fn a_sweep_takes_over_where_the_run_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = with_ledger(folder.path(), 1);
    let (on_its_way, there, deleted) = (uploading(&run, "a"), stored(&run, "b"), stored(&run, "c"));
    run.deleted(&deleted);
    drop(run);
    let ledgers = swept(folder.path());
    let guard = guard();
    let latest = Instant::now() + LATEST;
    guard.adopt(&ledgers[0].left, Some(latest));
    assert_eq!(guard.left().len(), 2);
    assert_eq!(guard.only_deleted(), std::slice::from_ref(&deleted));
    assert_eq!(guard.unanswered(), (vec![on_its_way.clone()], Some(latest)));
    guard.absent(&on_its_way);
    assert_eq!(guard.fate(&on_its_way), Some(Doubt::MayAppear));
    guard.absent(&there);
    assert_eq!(guard.fate(&there), None);
    assert!(guard.is_gone(&there));
    // The run that stored it had seen the server show a backup.
    guard.unseen(&deleted);
    assert!(guard.is_gone(&deleted));
}

#[test]
fn each_url_counts_once() {
    let guard = guard();
    for url in ["a", "b", "a"] {
        guard.strayed(url.to_owned());
    }
    assert_eq!(guard.strays().len(), 2);
}

#[test]
fn only_what_was_uploaded_can_be_deleted() {
    let guard = guard();
    let backup = guard.own_backup("check", "a");
    guard.claim(&backup).expect("claimed");
    guard.deleted(&backup);
    assert!(!guard.is_open(&backup) && guard.is_gone(&backup));
}

#[test]
fn what_is_awaited_is_gone_once_it_is_too_late_to_come_or_there_once_it_came() {
    let guard = guard();
    guard.present(&stored(&guard, "shown"), false);
    let until = Instant::now() + Duration::from_millis(40);
    let [missed, came] = ["a", "b"].map(|slot| {
        let backup = uploading(&guard, slot);
        guard.may_appear(&backup, until);
        guard.absent(&backup);
        guard.absent(&backup);
        guard.unseen(&backup);
        assert_eq!(guard.fate(&backup), Some(Doubt::MayAppear));
        backup
    });
    guard.present(&came, false);
    assert!(guard.may_be_there(&came));
    std::thread::sleep(Duration::from_millis(50));
    guard.unseen(&missed);
    assert!(guard.is_gone(&missed));
}

#[test]
fn what_comes_late_after_its_deletion_is_no_lie() {
    let guard = guard();
    let backup = uploading(&guard, "a");
    guard.may_appear(&backup, Instant::now() + LATEST);
    guard.deleted(&backup);
    guard.present(&backup, false);
    assert!(guard.may_be_there(&backup));
    assert_eq!(guard.honesty(), Honesty::Unknown);
}

#[test]
fn a_ledger_knows_at_any_moment_what_is_gone_and_what_came_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let (gone, back, deleted) = (
        stored(&guard, "a"),
        stored(&guard, "b"),
        stored(&guard, "c"),
    );
    guard.present(&gone, false);
    for backup in [&gone, &back] {
        guard.deleted(backup);
        guard.unseen(backup);
    }
    guard.present(&back, false);
    // It is deleted, and uploaded again.
    guard.deleted(&deleted);
    guard.about_to_write(&deleted).expect("noted");
    drop(guard);
    let ledgers = swept(folder.path());
    let left: Vec<_> = ledgers[0].left.iter().map(|left| &left.backup).collect();
    assert_eq!(left.len(), 2);
    assert!(left.contains(&&back) && left.contains(&&deleted));
    assert!(ledgers[0].left.iter().all(|left| !left.is_deleted));
}

#[test]
fn what_a_run_was_in_doubt_of_is_deleted_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = with_ledger(folder.path(), 1);
    let backup = stored(&run, "a");
    run.deleted(&backup);
    run.doubt(&backup, Doubt::Unseen);
    assert!(run.close().ledger.is_some());
    drop(run);
    let guard = guard();
    guard.adopt(&swept(folder.path())[0].left, None);
    assert_eq!(guard.left(), [backup]);
    assert!(guard.only_deleted().is_empty());
}

#[test]
fn a_part_of_an_upload_that_comes_late_is_no_lie() {
    let guard = guard();
    let (lied, late) = (stored(&guard, "lied"), stored(&guard, "late"));
    guard.deleted(&late);
    guard.present(&late, true);
    assert_eq!(guard.honesty(), Honesty::Unknown);
    assert!(guard.may_be_there(&late));
    guard.deleted(&lied);
    guard.present(&lied, false);
    assert_eq!(guard.honesty(), Honesty::Lies);
}

#[test]
fn a_broken_off_upload_that_is_not_there_needs_no_deletion_and_a_taken_one_does() {
    let guard = guard();
    guard.present(&stored(&guard, "shown"), false);
    let (taken, broken) = (stored(&guard, "taken"), uploading(&guard, "broken"));
    guard.may_appear(&broken, Instant::now());
    let waiting = uploading(&guard, "waiting");
    guard.may_appear(&waiting, Instant::now() + LATEST);
    for backup in [&taken, &broken, &waiting] {
        guard.looked(backup);
        guard.unseen(backup);
    }
    assert!(guard.is_gone(&broken));
    assert!(guard.may_be_there(&taken) && guard.may_be_there(&waiting));
}

#[test]
fn only_what_may_have_been_stored_is_claimed_to_be_left() {
    type Sequel = fn(&Guard, &OwnBackup);
    let sequels: [(Sequel, usize); 6] = [
        // Refused or redirected, and never seen.
        (|guard, backup| guard.refused(backup), 0),
        // The server failed: the result is unknown.
        (|guard, backup| guard.failed(backup), 1),
        (
            |guard, backup| guard.may_appear(backup, Instant::now() + LATEST),
            1,
        ),
        (|guard, _| guard.give_up_waiting(), 1),
        // Stored although it was refused.
        (
            |guard, backup| {
                guard.refused(backup);
                guard.present(backup, false);
            },
            1,
        ),
        // One of two was accepted.
        (
            |guard, backup| {
                guard.answered(backup);
                guard.sent(backup);
                guard.refused(backup);
            },
            1,
        ),
    ];
    for (number, (sequel, left)) in sequels.into_iter().enumerate() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let guard = with_ledger(folder.path(), 7);
        let backup = uploading(&guard, "a");
        sequel(&guard, &backup);
        let closed = guard.close();
        assert_eq!(closed.doubts.values().sum::<usize>(), left, "{number}");
        assert_eq!(closed.ledger.is_some(), left > 0, "{number}");
        drop(guard);
        assert_eq!(swept(folder.path()).len(), left, "{number}");
    }
}

#[test]
fn what_was_refused_is_not_swept_beside_what_is_left() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let guard = with_ledger(folder.path(), 8);
    let refused = uploading(&guard, "refused");
    guard.refused(&refused);
    let kept = stored(&guard, "kept");
    assert_eq!(guard.close().doubts.values().sum::<usize>(), 1);
    drop(guard);
    let ledgers = swept(folder.path());
    let left: Vec<_> = ledgers[0].left.iter().map(|left| &left.backup).collect();
    assert_eq!(left, [&kept]);
    assert_eq!(ledgers[0].owned, [refused, kept]);
}

#[test]
fn what_was_deleted_is_counted_with_its_size() {
    let guard = guard();
    let (first, second) = (stored(&guard, "a"), stored(&guard, "b"));
    guard.weighs(&first, 600);
    guard.weighs(&second, 2000);
    assert!(guard.binned().is_none());
    guard.deleted(&first);
    // It no longer exists.
    guard.deleted(&first);
    guard.deleted(&second);
    let binned = guard.binned();
    assert_eq!((binned.files, binned.bytes), (2, 2600));
    let uploaded = guard.uploaded();
    assert!(uploaded.len() == 2 && uploaded.contains(&first) && uploaded.contains(&second));
}

#[test]
fn a_backup_that_was_deleted_and_is_uploaded_again_was_not_taken_yet() {
    let guard = guard();
    let shown = stored(&guard, "shown");
    guard.present(&shown, false);
    let backup = stored(&guard, "a");
    guard.deleted(&backup);
    guard.sent(&backup);
    guard.may_appear(&backup, Instant::now());
    // No part of the second upload was accepted, and none can appear.
    guard.unseen(&backup);
    assert!(guard.is_gone(&backup));
    // An upload over an existing backup does not remove it.
    let other = stored(&guard, "b");
    guard.sent(&other);
    guard.may_appear(&other, Instant::now());
    guard.unseen(&other);
    assert!(guard.may_be_there(&other));
}

#[test]
fn a_backup_is_noted_once_however_often_it_is_uploaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let backup = stored(&guard, "a");
    for _ in 0..3 {
        guard.about_to_write(&backup).expect("noted");
        guard.sent(&backup);
        guard.answered(&backup);
    }
    assert_eq!(text(folder.path()).matches("\"claimed\"").count(), 1);
}
