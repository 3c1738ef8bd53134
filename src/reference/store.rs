//! The stored backups, in memory.

use super::clock::Clock;
use super::expiry::Expiry;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The largest total size of all backups, in bytes.
const CAPACITY: usize = 1024 * 1024 * 1024;

/// The largest number of backups.
const MAX_ENTRIES: usize = 10_000;

/// The error for a backup that does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Full;

/// One backup.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The bytes as they were uploaded.
    pub(super) content: Bytes,
    /// The part of its history that a client and an expiry job can see.
    pub(super) times: Times,
}

/// The part of a backup's history that an expiry job can see.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// When the first upload ended.
    pub(super) made: SystemTime,
    /// When the last upload ended.
    pub(super) uploaded: SystemTime,
    /// When it was made or last downloaded: an upload that replaces it does not change this.
    pub(super) accessed: SystemTime,
}

impl Times {
    const fn of_new(now: SystemTime) -> Self {
        Self {
            made: now,
            uploaded: now,
            accessed: now,
        }
    }
}

/// The backups by name, without expired ones.
pub(crate) struct Store {
    clock: Arc<dyn Clock>,
    expiry: Expiry,
    entries: Mutex<BTreeMap<String, Entry>>,
}

impl Store {
    /// Returns an empty store with this rule of expiry.
    pub(crate) fn new(clock: Arc<dyn Clock>, expiry: Expiry) -> Self {
        Self {
            clock,
            expiry,
            entries: Mutex::default(),
        }
    }

    /// Applies another rule of expiry from now on.
    #[cfg(test)]
    pub(crate) fn change(&mut self, expiry: Expiry) {
        self.expiry = expiry;
    }

    /// Returns the time now.
    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Returns when a download says that the backup was last changed.
    pub(super) fn modified(&self, entry: &Entry) -> SystemTime {
        self.expiry.shown(&entry.times, self.clock.now())
    }

    /// Notes that the backup `name` was downloaded or probed.
    pub(crate) fn touch(&self, name: &str) {
        let now = self.clock.now();
        if let Some(entry) = self.current().get_mut(name) {
            entry.times.accessed = now;
        }
    }

    /// Returns the backup `name`, if it exists.
    pub(super) fn read(&self, name: &str) -> Option<Entry> {
        self.current().get(name).cloned()
    }

    /// Returns whether the backup `name` exists.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.current().contains_key(name)
    }

    /// Stores `content` in one step; returns whether it replaced a backup.
    pub(crate) fn replace(&self, name: &str, content: Bytes) -> Result<bool, Full> {
        let mut entries = self.current();
        let old = entries.get(name).map_or(0, |entry| entry.content.len());
        make_sure_of_room(&entries, name, content.len().saturating_sub(old))?;
        let now = self.clock.now();
        let times = match entries.get(name) {
            Some(old) => Times {
                uploaded: now,
                ..old.times
            },
            None => Times::of_new(now),
        };
        let entry = Entry { content, times };
        Ok(entries.insert(name.to_owned(), entry).is_some())
    }

    /// Writes `piece` at `offset` into a stored backup, and extends it if necessary.
    pub(super) fn write_at(&self, name: &str, offset: usize, piece: &[u8]) -> Result<(), Full> {
        let mut entries = self.current();
        make_sure_of_room(&entries, name, piece.len())?;
        let now = self.clock.now();
        let entry = entries.entry(name.to_owned()).or_insert_with(|| Entry {
            content: Bytes::new(),
            times: Times::of_new(now),
        });
        let mut content = Vec::from(std::mem::take(&mut entry.content));
        let end = offset + piece.len();
        if content.len() < end {
            content.resize(end, 0);
        }
        content[offset..end].copy_from_slice(piece);
        entry.content = content.into();
        entry.times.uploaded = now;
        Ok(())
    }

    /// Removes the backup `name`; returns whether it existed.
    pub(crate) fn remove(&self, name: &str) -> bool {
        self.current().remove(name).is_some()
    }

    /// Returns the names of all backups.
    pub(super) fn names(&self) -> Vec<String> {
        self.current().keys().cloned().collect()
    }

    /// Returns how many backups there are.
    pub(super) fn len(&self) -> usize {
        self.current().len()
    }

    /// Returns the entries, after expired ones were removed.
    fn current(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        entries.retain(|_, entry| !self.expiry.is_over(&entry.times, now));
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
    use std::time::Duration;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn an_upload_restarts_the_retention() {
        let clock = Arc::new(ManualClock::default());
        let store = Store::new(clock.clone(), Expiry::on_the_dot(2 * DAY));
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
        let store = Store::new(Arc::new(ManualClock::default()), Expiry::on_the_dot(DAY));
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
        let store = Store::new(Arc::new(ManualClock::default()), Expiry::on_the_dot(DAY));
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
