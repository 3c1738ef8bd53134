//! Tests of the files: their content, and how reading changes them.

use super::*;
use std::time::Duration;

#[test]
fn a_folder_that_does_not_exist_holds_no_ledger_and_a_file_is_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = LeftLedger::all(&folder.path().join("missing"));
    assert!(missing.is_ok_and(|ledgers| ledgers.is_empty()));
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    let read = LeftLedger::all(&file);
    assert!(matches!(read, Err(LedgerError::Io { .. })));
    let opened = opened(&folder.path().join("none.ledger.jsonl"), false);
    assert!(matches!(opened, Err(LedgerError::Io { .. })));
}

#[test]
fn a_ledger_without_a_whole_line_is_removed_and_one_with_a_heading_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, torn) in [("a", ""), ("b", "{\"format\":")] {
        let path = folder.path().join(format!("{name}.ledger.jsonl"));
        std::fs::write(path, torn).expect("written");
    }
    let target = "http://localhost/safe";
    let ledger = Ledger::open(folder.path(), target, LoginKind::Basic, Seed::new(1));
    let path = ledger.expect("a ledger").path().to_owned();
    let read = LeftLedger::all(folder.path()).expect("a folder");
    assert!(matches!(&read[..], [Ok(ledger)] if ledger.path() == path));
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1);
}

#[cfg(unix)]
#[test]
fn a_ledger_that_is_removed_meanwhile_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.ledger.jsonl");
    let file = opened(&path, true).expect("a ledger");
    assert!(!is_removed(&file));
    std::fs::remove_file(&path).expect("removed");
    assert!(is_removed(&file));
}

#[cfg(unix)]
#[test]
fn a_ledger_that_is_removed_while_its_lock_is_awaited_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.ledger.jsonl");
    let sweep = opened(&path, true).expect("a ledger");
    std::thread::scope(|scope| {
        let run = scope.spawn(|| opened(&path, true));
        std::thread::sleep(Duration::from_millis(100));
        std::fs::remove_file(&path).expect("removed");
        drop(sweep);
        let file = run.join().expect("no panic").expect("a ledger");
        assert!(!is_removed(&file));
        assert!(path.exists());
    });
}

#[test]
fn a_whole_ledger_is_not_written_by_reading_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = "http://localhost/safe";
    let ledger = Ledger::open(folder.path(), target, LoginKind::Basic, Seed::new(1));
    let path = ledger.expect("a ledger").path().to_owned();
    let then = SystemTime::now() - Duration::from_secs(3600);
    let file = OpenOptions::new().write(true).open(&path);
    file.and_then(|file| file.set_modified(then)).expect("set");
    let read = LeftLedger::all(folder.path()).expect("a folder");
    assert!(matches!(&read[..], [Ok(ledger)] if ledger.written == Some(then)));
    // The time of the last write decides whether an upload may still be running.
    let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
    assert_eq!(modified.expect("known"), then);
}
