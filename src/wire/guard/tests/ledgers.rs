//! Tests of reading ledgers that the guard wrote.

use super::*;
use std::io::Write as _;

#[test]
fn no_line_counts_that_does_not_follow_from_the_seed() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let own = stored(&guard, "a");
    drop(guard);
    let path = swept(folder.path())[0].path().to_owned();
    let theirs = "ab".repeat(32);
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("a file");
    for line in [
        format!(
            "{{\"claimed\":{{\"id\":\"{theirs}\",\"label\":\"{}\"}}}}\n",
            own.label()
        ),
        format!("{{\"sent\":\"{theirs}\"}}\n"),
        format!("{{\"kept\":{{\"id\":\"{theirs}\",\"why\":\"still-there\"}}}}\n"),
        "{\"claimed\":{\"id\":\"torn".to_owned(),
    ] {
        file.write_all(line.as_bytes()).expect("written");
    }
    drop(file);
    let ledgers = swept(folder.path());
    assert_eq!(ledgers[0].count(), 1);
    assert_eq!(ledgers[0].left[0].backup, own);
    assert_eq!(ledgers[0].damaged.len(), 3);
    assert!(
        !text(folder.path()).contains("torn"),
        "what was torn is cut off"
    );
    drop(ledgers);
    let reopened = Ledger::open(folder.path(), TARGET, LoginKind::Basic, Seed::new(1));
    assert!(matches!(
        reopened,
        Err(crate::wire::ledger::LedgerError::Malformed { .. })
    ));
}

#[test]
fn what_a_sweep_notes_is_read_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let (a, b) = (stored(&guard, "a"), stored(&guard, "b"));
    drop(guard);
    let mut ledgers = swept(folder.path());
    ledgers[0].gone(a.id()).expect("noted");
    ledgers[0].kept(b.id(), Doubt::Unseen).expect("noted");
    assert_eq!(ledgers[0].count(), 1);
    drop(ledgers);
    let ledgers = swept(folder.path());
    assert_eq!(ledgers[0].left[0].backup, b);
    assert_eq!(ledgers[0].left[0].why, Some(Doubt::Unseen));
    let only = ledgers.into_iter().next().expect("a ledger");
    only.remove().expect("removed");
    assert!(swept(folder.path()).is_empty());
}

#[test]
fn only_whole_ledgers_of_this_format_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let guard = with_ledger(folder.path(), 1);
    let claimed = guard.own_backup("check", "never sent");
    guard.claim(&claimed).expect("claimed");
    let sent = stored(&guard, "a");
    drop(guard);
    std::fs::write(folder.path().join("notes.txt"), "not a ledger\n").expect("written");
    let ledgers = swept(folder.path());
    assert_eq!((ledgers.len(), ledgers[0].count()), (1, 1));
    assert_eq!(ledgers[0].left[0].backup, sent);
    let path = ledgers[0].path().to_owned();
    drop(ledgers);

    let whole = std::fs::read_to_string(&path).expect("text");
    let first = || LeftLedger::all(folder.path()).expect("a folder").remove(0);
    std::fs::write(&path, whole.replace("\"format\":2", "\"format\":3")).expect("written");
    assert!(matches!(
        first(),
        Err(crate::wire::ledger::LedgerError::Format { format: 3, .. })
    ));
    std::fs::write(&path, &whole).expect("written");
    let file = std::fs::OpenOptions::new().write(true).open(&path);
    // Longer than any ledger: neither read nor truncated.
    file.and_then(|file| file.set_len(17 << 20))
        .expect("sparse");
    assert!(matches!(
        first(),
        Err(crate::wire::ledger::LedgerError::Malformed { .. })
    ));
    std::fs::remove_file(&path).expect("removed");
    std::fs::create_dir(&path).expect("a folder");
    assert!(matches!(
        first(),
        Err(crate::wire::ledger::LedgerError::NoFile { .. })
    ));
}
