//! The backups that are there now, in memory.

use super::clock::Clock;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// What all backups together may weigh.
const CAPACITY: usize = 1024 * 1024 * 1024;

/// How many backups there may be.
const MAX_ENTRIES: usize = 10_000;

/// There is no room for the backup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Full;

/// One backup.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The bytes as they were uploaded.
    pub(super) content: Bytes,
    /// When the upload ended.
    pub(super) uploaded: SystemTime,
}

/// The backups by name; whatever is older than the retention is not there any more.
pub(super) struct Store {
    clock: Arc<dyn Clock>,
    retention: Duration,
    entries: Mutex<BTreeMap<String, Entry>>,
}

impl Store {
    /// An empty store that keeps a backup for `retention` after its last upload.
    pub(super) fn new(clock: Arc<dyn Clock>, retention: Duration) -> Self {
        Self {
            clock,
            retention,
            entries: Mutex::default(),
        }
    }

    /// The backup `name`, if it is there.
    pub(super) fn read(&self, name: &str) -> Option<Entry> {
        self.current().get(name).cloned()
    }

    /// Whether the backup `name` is there.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.current().contains_key(name)
    }

    /// Puts `content` in the place of whatever was there, in one step; tells whether something was.
    pub(super) fn replace(&self, name: &str, content: Bytes) -> Result<bool, Full> {
        let mut entries = self.current();
        let old = entries.get(name).map_or(0, |entry| entry.content.len());
        make_sure_of_room(&entries, name, content.len().saturating_sub(old))?;
        let entry = Entry {
            content,
            uploaded: self.clock.now(),
        };
        Ok(entries.insert(name.to_owned(), entry).is_some())
    }

    /// Writes `piece` at `offset` into what everybody sees, and grows it where it is too short.
    pub(super) fn write_at(&self, name: &str, offset: usize, piece: &[u8]) -> Result<(), Full> {
        let mut entries = self.current();
        make_sure_of_room(&entries, name, piece.len())?;
        let now = self.clock.now();
        let entry = entries.entry(name.to_owned()).or_insert_with(|| Entry {
            content: Bytes::new(),
            uploaded: now,
        });
        let mut content = Vec::from(std::mem::take(&mut entry.content));
        let end = offset + piece.len();
        if content.len() < end {
            content.resize(end, 0);
        }
        content[offset..end].copy_from_slice(piece);
        entry.content = content.into();
        entry.uploaded = now;
        Ok(())
    }

    /// Removes the backup `name`; tells whether it was there.
    pub(super) fn remove(&self, name: &str) -> bool {
        self.current().remove(name).is_some()
    }

    /// The names of all backups.
    pub(super) fn names(&self) -> Vec<String> {
        self.current().keys().cloned().collect()
    }

    /// How many backups there are.
    pub(super) fn len(&self) -> usize {
        self.current().len()
    }

    /// The entries, after those that have had their time are gone.
    fn current(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        entries.retain(|_, entry| {
            // A clock that was set back makes nothing expire.
            let age = now.duration_since(entry.uploaded).unwrap_or_default();
            age < self.retention
        });
        entries
    }
}

fn make_sure_of_room(
    entries: &BTreeMap<String, Entry>,
    name: &str,
    growth: usize,
) -> Result<(), Full> {
    let weight: usize = entries.values().map(|entry| entry.content.len()).sum();
    let is_new = !entries.contains_key(name);
    if weight + growth > CAPACITY || (is_new && entries.len() >= MAX_ENTRIES) {
        return Err(Full);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::clock::ManualClock;
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn an_upload_restarts_the_retention() {
        let clock = Arc::new(ManualClock::default());
        let store = Store::new(clock.clone(), 2 * DAY);
        assert_eq!(store.replace("one", Bytes::from_static(b"1")), Ok(false));
        clock.advance(DAY);
        assert_eq!(store.replace("one", Bytes::from_static(b"2")), Ok(true));
        clock.advance(Duration::from_secs(2 * 86_400 - 1));
        assert!(store.contains("one"));
        clock.advance(Duration::from_secs(1));
        assert!(!store.contains("one"));
        assert_eq!(store.len(), 0);
    }

    #[test]
    fn a_write_in_place_keeps_what_it_does_not_touch() {
        let store = Store::new(Arc::new(ManualClock::default()), DAY);
        store
            .replace("one", Bytes::from_static(b"abcdef"))
            .expect("there is room");
        store.write_at("one", 1, b"XY").expect("there is room");
        store.write_at("one", 7, b"Z").expect("there is room");
        let entry = store.read("one").expect("it is there");
        assert_eq!(entry.content, b"aXYdef\0Z".as_slice());
    }

    #[test]
    fn a_full_store_refuses() {
        let store = Store::new(Arc::new(ManualClock::default()), DAY);
        for number in 0..3 {
            store
                .replace(&number.to_string(), Bytes::new())
                .expect("there is room");
        }
        let entries = store.current();
        assert_eq!(make_sure_of_room(&entries, "0", CAPACITY + 1), Err(Full));
        assert_eq!(make_sure_of_room(&entries, "0", CAPACITY), Ok(()));
    }
}
