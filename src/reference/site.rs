//! The state that all requests to one server share.

use super::answer::Answer;
use super::bin::Bin;
use super::expiry::Expiry;
use super::faults::{Fault, Faults};
use super::log::RequestLog;
use super::logins::Logins;
use super::options::{Login, Options};
use super::profile::{BrokenOff, Manner, Tempo};
use super::route::Route;
use super::store::Store;
use super::tasks::Tasks;
use super::tree::{Aim, Spot, Tree};
use bytes::Bytes;
use http::StatusCode;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The largest backup in bytes, whatever is configured or broken.
const SAFETY_BOUND: u64 = 64 * 1024 * 1024;

/// The limit of a proxy in front that allows too little, in bytes.
const LOWER_LIMIT: u64 = 100_000;

/// The limit of [`Fault::ConfigSmallLimit`], in bytes.
pub(super) const SMALL_LIMIT: i64 = 131_072;

/// The largest number of deleted backups that are remembered.
const MAX_GHOSTS: usize = 10_000;

/// The largest number of answers in a stale cache.
const MAX_CACHED: usize = 256;

/// The state that all requests to one server share.
pub(super) struct Site {
    /// Who has access.
    pub(super) login: Login,
    /// The base URL without a trailing slash.
    pub(super) base_url: String,
    /// The path of the base URL.
    pub(super) base_path: String,
    /// The value of `maxBackupBytes` in `config`.
    pub(super) max_backup_bytes: i64,
    /// The value of `retentionDays` in `config`.
    pub(super) retention_days: i64,
    /// How long to wait before each answer.
    pub(super) delay: Duration,
    /// The backups.
    pub(super) store: Store,
    /// The folders around them, if the server has `WebDAV`.
    pub(super) tree: Option<Tree>,
    /// The logins in the browser, if it is a Nextcloud.
    pub(super) logins: Logins,
    /// The deleted files, if the server has a bin.
    pub(super) bin: Bin,
    /// The requests so far.
    pub(super) log: RequestLog,
    /// The value of a session cookie.
    pub(super) session: String,
    /// How many uploads have been written in place.
    pub(super) writers: AtomicUsize,
    /// The faults of the server.
    pub(super) faults: Faults,
    /// How it behaves besides its faults.
    pub(super) manner: Manner,
    requests: AtomicUsize,
    configs: AtomicUsize,
    downloads: AtomicUsize,
    uploading: Mutex<Vec<String>>,
    cache: Mutex<HashMap<String, Answer>>,
    ghosts: Mutex<BTreeSet<String>>,
}

impl Site {
    /// Returns a site without backups.
    pub(super) fn new(options: Options, base_url: String, tasks: Tasks) -> io::Result<Self> {
        let mut session = [0; 16];
        getrandom::fill(&mut session).map_err(io::Error::other)?;
        let faults = options.all_faults();
        let tempo = Tempo::new(options.clock.clone(), options.speed);
        let manner = Manner::new(options.like, tempo, tasks);
        let days = match options.retention_days {
            _ if faults.contains(Fault::ConfigShortRetention) => 1,
            ..1 => 180,
            days => days.unsigned_abs(),
        };
        let retention = Duration::from_secs(days.saturating_mul(86_400));
        let expiry = Expiry::new(retention, options.tidying, faults);
        let folders = manner.folders;
        let tree = folders.map(|folders| Tree::new(folders, &options.base_path, faults));
        Ok(Self {
            login: options.login,
            base_url,
            base_path: options.base_path,
            max_backup_bytes: options.max_backup_bytes,
            retention_days: options.retention_days,
            delay: options.delay,
            store: Store::new(options.clock, expiry),
            tree,
            logins: Logins::new(options.address.ip().is_loopback()),
            bin: Bin::default(),
            log: RequestLog::default(),
            session: data_encoding::HEXLOWER.encode(&session),
            writers: AtomicUsize::new(0),
            faults,
            manner,
            requests: AtomicUsize::new(0),
            configs: AtomicUsize::new(0),
            downloads: AtomicUsize::new(0),
            uploading: Mutex::default(),
            cache: Mutex::default(),
            ghosts: Mutex::default(),
        })
    }

    /// Returns whether the server has this fault.
    pub(super) const fn has(&self, fault: Fault) -> bool {
        self.faults.contains(fault)
    }

    /// Returns the target of a path.
    pub(super) fn aim(&self, path: &str) -> Aim {
        match &self.tree {
            Some(tree) => tree.aim(path, self.faults),
            None => Aim {
                route: Route::of(path, &self.base_path, self.faults),
                spot: None,
            },
        }
    }

    /// Returns whether the folder `backups` for this place is missing.
    pub(super) fn lacks_backups(&self, spot: Option<&Spot>) -> bool {
        match (&self.tree, spot) {
            (Some(tree), Some(spot)) if !tree.folders.is_closed => tree.lacks_backups(spot),
            _ => self.has(Fault::BackupsMissing),
        }
    }

    /// Returns the status of an upload into a missing folder `backups`.
    pub(super) fn orphaned(&self) -> StatusCode {
        let open = self.tree.as_ref().filter(|tree| !tree.folders.is_closed);
        open.map_or(StatusCode::CONFLICT, Tree::orphaned)
    }

    /// Returns the size of the largest accepted backup, in bytes.
    pub(super) fn limit(&self) -> u64 {
        if self.has(Fault::LimitUnenforced) || self.has(Fault::ConfigZeroLimit) {
            return SAFETY_BOUND;
        }
        let configured = if self.has(Fault::ConfigSmallLimit) {
            SMALL_LIMIT
        } else {
            self.max_backup_bytes
        };
        let mut limit = u64::try_from(configured).unwrap_or(0).min(SAFETY_BOUND);
        if self.has(Fault::LimitOffByOne) {
            limit = limit.saturating_sub(1);
        }
        if self.has(Fault::LimitLower) {
            limit = limit.min(LOWER_LIMIT);
        }
        limit
    }

    /// Returns the size above which an upload gets no answer, in bytes.
    pub(super) fn resets_above(&self) -> Option<u64> {
        self.has(Fault::LimitLowerResets).then_some(LOWER_LIMIT)
    }

    /// Counts a request; returns its number, counted from 1.
    pub(super) fn count_request(&self) -> usize {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a download of a backup; returns its number, counted from 1.
    pub(super) fn count_download(&self) -> usize {
        self.downloads.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts an answer to a GET of `config`; returns whether its number is even.
    pub(super) fn is_second_config(&self) -> bool {
        self.configs.fetch_add(1, Ordering::Relaxed) % 2 == 1
    }

    /// Returns above which size an upload is refused and with which status, if that is not 413.
    pub(super) fn refuses_above(&self) -> Option<(u64, StatusCode)> {
        let refusals = [
            (Fault::LimitBadGateway, LOWER_LIMIT, StatusCode::BAD_GATEWAY),
            (Fault::LimitQuota, 300_000, StatusCode::INSUFFICIENT_STORAGE),
            (
                Fault::LimitBuffer,
                16_384,
                StatusCode::INTERNAL_SERVER_ERROR,
            ),
            (Fault::LimitForbidden, 131_072, StatusCode::FORBIDDEN),
            (Fault::LimitNotFound, 250_000, StatusCode::NOT_FOUND),
        ];
        let first = refusals.into_iter().find(|(fault, ..)| self.has(*fault));
        first.map(|(_, above, status)| (above, status))
    }

    /// Notes that an upload of the backup `name` has started.
    pub(super) fn begin_upload(&self, name: &str) {
        let mut uploading = self
            .uploading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        uploading.push(name.to_owned());
    }

    /// Notes that one upload of the backup `name` has ended.
    pub(super) fn end_upload(&self, name: &str) {
        let mut uploading = self
            .uploading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(position) = uploading.iter().position(|other| other == name) {
            uploading.swap_remove(position);
        }
    }

    /// Returns whether an upload of the backup `name` is running.
    pub(super) fn is_uploading(&self, name: &str) -> bool {
        let uploading = self
            .uploading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        uploading.iter().any(|other| other == name)
    }

    /// Returns how many bytes of an upload are kept; `None` for all.
    pub(super) fn keeps(&self) -> Option<usize> {
        self.has(Fault::LimitTruncates).then_some(100_000)
    }

    /// Returns the earlier answer for a URL, if a stale cache contains it.
    pub(super) fn cached(&self, url: &str) -> Option<Answer> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(url).cloned()
    }

    /// Adds an answer to the stale cache.
    pub(super) fn keep_cached(&self, url: &str, answer: &Answer) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(url.to_owned(), answer.clone());
    }

    /// Removes a path from the stale cache.
    pub(super) fn drop_cached(&self, path: &str) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.retain(|url, _| url.split('?').next() != Some(path));
    }

    /// Remembers a deleted backup, for faults by which it does not disappear everywhere.
    pub(super) fn haunt(&self, name: &str) {
        let mut ghosts = self.ghosts.lock().unwrap_or_else(PoisonError::into_inner);
        if ghosts.len() >= MAX_GHOSTS {
            ghosts.clear();
        }
        ghosts.insert(name.to_owned());
    }

    /// Returns the names of the deleted backups.
    pub(super) fn ghosts(&self) -> BTreeSet<String> {
        self.ghosts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Stores the late effects that are due by now.
    pub(super) fn catch_up(&self) {
        for (name, content) in self.manner.late.due(self.manner.tempo.now()) {
            // No client is left to receive an error.
            let _ = self.store.replace(&name, content);
        }
    }

    /// Handles the received part of a broken-off upload as the profile and the faults require;
    /// returns how long the server takes to notice, if it notices late.
    pub(super) fn cut_off(&self, name: &str, received: Vec<u8>, chunked: bool) -> Option<Duration> {
        let exists = self.store.contains(name);
        let received = Bytes::from(received);
        let broken = BrokenOff {
            name: name.to_owned(),
            received: received.clone(),
            is_chunked: chunked,
            exists,
        };
        let wait = self.manner.late.break_off(self.manner.tempo.now(), broken);
        if wait.is_some() {
            return wait;
        }
        let replaces =
            self.has(Fault::CutOffReplaces) || (chunked && self.has(Fault::CutOffChunkedReplaces));
        if exists && self.has(Fault::CutOffDeletes) {
            self.store.remove(name);
        } else if (exists && replaces) || (!exists && self.has(Fault::CutOffVisible)) {
            // No client is left to receive an error.
            let _ = self.store.replace(name, received);
        }
        None
    }
}
