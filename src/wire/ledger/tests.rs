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
    for (seed, torn) in [(2, ""), (3, "{\"format\":"), (4, "{\"fo")] {
        let path = folder
            .path()
            .join(format!("{}.ledger.jsonl", Seed::new(seed)));
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

/// A run that ends while `sweep` reads the folder removes its ledger. Near miss: what cannot be
/// read is reported.
#[test]
fn a_ledger_that_is_gone_when_it_is_read_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("{}.ledger.jsonl", Seed::new(1)));
    let read = LeftLedger::read(&path);
    assert!(matches!(read, Ok(None)), "{read:?}");
    std::fs::create_dir(&path).expect("a folder");
    let read = LeftLedger::read(&path);
    assert!(matches!(read, Err(LedgerError::NoFile { .. })), "{read:?}");
}

/// A file with the ending of a ledger may be somebody's own.
#[test]
fn what_is_not_a_ledger_is_neither_removed_nor_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = Seed::new(2).to_string();
    for (name, content) in [
        ("notes", ""),
        ("notes", "a line without an end"),
        ("notes", "{"),
        ("notes", "{\"format\": 1, \"text\": \"of somebody\"}"),
        ("notes", "one line\nand another"),
        (&ours, "a line without an end"),
        (&ours, "\nafter an empty line"),
        (&ours, "\nafter an empty line\n"),
    ] {
        let path = folder.path().join(format!("{name}.ledger.jsonl"));
        std::fs::write(&path, content).expect("written");
        let read = LeftLedger::all(folder.path()).expect("a folder");
        let [Err(error)] = &read[..] else {
            panic!("{name} {content:?}: {read:?}")
        };
        assert!(error.to_string().contains(name), "{error}");
        let left = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(left, content, "{name}");
        std::fs::remove_file(&path).expect("removed");
    }
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
