//! Uploads that lock their target, and the late effects of those that break off.

use super::behaviour::{Locking, Notice};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The running uploads, and the effects that are still to come.
pub(in super::super) struct Late {
    locking: Option<Locking>,
    notice: Option<Notice>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// The targets of running uploads.
    running: BTreeSet<String>,
    coming: Vec<Coming>,
    /// How many uploads have broken off.
    breaks: u32,
}

/// An effect that is still to come.
struct Coming {
    name: String,
    /// The time from which the name is locked.
    locked: Duration,
    /// The time at which it takes effect.
    due: Duration,
    /// The content to store; `None` for none.
    content: Option<Bytes>,
}

/// An upload that broke off.
pub(in super::super) struct BrokenOff {
    /// Its target.
    pub(in super::super) name: String,
    /// The bytes that arrived.
    pub(in super::super) received: Bytes,
    /// Whether it declared no length.
    pub(in super::super) is_chunked: bool,
    /// Whether a backup existed before.
    pub(in super::super) exists: bool,
}

/// A running upload: its target is locked until this is dropped.
pub(in super::super) struct Uploading<'a> {
    late: &'a Late,
    name: Option<String>,
}

impl Drop for Uploading<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            self.late.lock().running.remove(name);
        }
    }
}

impl Late {
    pub(super) fn new(locking: Option<Locking>, notice: Option<Notice>) -> Self {
        Self {
            locking,
            notice,
            table: Mutex::default(),
        }
    }

    /// Begins an upload; `None` if another one holds the lock.
    pub(in super::super) fn begin(&self, now: Duration, name: &str) -> Option<Uploading<'_>> {
        if self.locking.is_none() {
            return Some(Uploading {
                late: self,
                name: None,
            });
        }
        let mut table = self.lock();
        let is_locked = table.running.contains(name) || table.is_coming(now, name);
        if is_locked {
            return None;
        }
        table.running.insert(name.to_owned());
        Some(Uploading {
            late: self,
            name: Some(name.to_owned()),
        })
    }

    /// Returns whether a request other than an upload meets a lock. A new file is locked only while
    /// it is moved into place, because it does not exist before.
    pub(in super::super) fn is_locked(
        &self,
        now: Duration,
        name: &str,
        exists: bool,
        reads: bool,
    ) -> bool {
        let table = self.lock();
        match self.locking {
            None => false,
            Some(Locking::Writes) => !reads && table.running.contains(name),
            Some(Locking::Everything) => {
                (exists && table.running.contains(name)) || table.is_coming(now, name)
            }
        }
    }

    /// Notes an upload that broke off. Returns how long the server takes to notice; `None` if it
    /// notices at once.
    ///
    /// Nextcloud overwrites an existing file, and keeps the received part of a chunked upload. It
    /// compares the length of a new file with the declared one, and removes the file.
    pub(in super::super) fn break_off(&self, now: Duration, broken: BrokenOff) -> Option<Duration> {
        let notice = self.notice?;
        let mut table = self.lock();
        table.breaks += 1;
        let wait = notice.of(table.breaks);
        let locked = if broken.exists {
            now
        } else {
            now + wait.mul_f64(0.6)
        };
        let stays = broken.exists || broken.is_chunked;
        table.coming.push(Coming {
            name: broken.name,
            locked,
            due: now + wait,
            content: stays.then_some(broken.received),
        });
        Some(wait)
    }

    /// Stores a complete upload after this time although its client has left.
    pub(in super::super) fn store_later(
        &self,
        now: Duration,
        wait: Duration,
        name: &str,
        content: Bytes,
    ) {
        self.lock().coming.push(Coming {
            name: name.to_owned(),
            locked: now,
            due: now + wait,
            content: Some(content),
        });
    }

    /// Returns the uploads that must be stored by now.
    pub(in super::super) fn due(&self, now: Duration) -> Vec<(String, Bytes)> {
        let mut table = self.lock();
        let (due, coming) = std::mem::take(&mut table.coming)
            .into_iter()
            .partition(|coming| coming.due <= now);
        table.coming = coming;
        let due: Vec<Coming> = due;
        due.into_iter()
            .filter_map(|coming| Some((coming.name, coming.content?)))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn is_coming(&self, now: Duration, name: &str) -> bool {
        let mut coming = self.coming.iter();
        coming.any(|coming| coming.name == name && coming.locked <= now)
    }
}

impl Notice {
    /// Returns the wait after the `count`-th break: spread over the range, mostly short, and always
    /// in the same order.
    fn of(self, count: u32) -> Duration {
        let place = (f64::from(count) * 0.618_034).fract();
        let ratio = self.latest.as_secs_f64() / self.earliest.as_secs_f64();
        self.earliest.mul_f64(ratio.powf(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE: Notice = Notice {
        earliest: Duration::from_millis(70),
        latest: Duration::from_secs(5),
    };

    fn broken(exists: bool, is_chunked: bool) -> BrokenOff {
        BrokenOff {
            name: "one".to_owned(),
            received: Bytes::from_static(b"half"),
            is_chunked,
            exists,
        }
    }

    #[test]
    fn waits_stay_in_the_range_and_fill_it() {
        let waits: Vec<_> = (1..=30).map(|count| NOTICE.of(count)).collect();
        assert!(
            waits
                .iter()
                .all(|wait| (NOTICE.earliest..=NOTICE.latest).contains(wait))
        );
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(150)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_secs(4)));
    }

    #[test]
    fn a_running_upload_locks_what_exists() {
        let late = Late::new(Some(Locking::Everything), Some(NOTICE));
        let now = Duration::ZERO;
        let upload = late.begin(now, "one").expect("nothing is locked");
        assert!(late.begin(now, "one").is_none());
        assert!(late.begin(now, "two").is_some());
        assert!(late.is_locked(now, "one", true, true));
        assert!(!late.is_locked(now, "one", false, true));
        drop(upload);
        assert!(late.begin(now, "one").is_some());
    }

    #[test]
    fn a_broken_off_upload_is_locked_and_then_there() {
        for (exists, is_chunked, stays) in [
            (true, true, true),
            (true, false, true),
            (false, true, true),
            (false, false, false),
        ] {
            let late = Late::new(Some(Locking::Everything), Some(NOTICE));
            let wait = late.break_off(Duration::ZERO, broken(exists, is_chunked));
            let wait = wait.expect("it is noticed late");
            assert_eq!(late.is_locked(Duration::ZERO, "one", exists, true), exists);
            assert!(late.is_locked(wait.mul_f64(0.7), "one", exists, true));
            assert!(late.due(wait.mul_f64(0.9)).is_empty());
            let due = late.due(wait);
            assert_eq!(!due.is_empty(), stays, "{exists} {is_chunked}");
            assert!(!late.is_locked(wait, "one", exists, true));
        }
    }
}
