//! The tree of folders of a `WebDAV` server: a client makes folders in it, and each of them can
//! contain a `config` and `backups`. The backups themselves are in the store.
//!
//! Source: RFC 4918; servers.mkcol, servers.missing-backups, servers.config-writable.

mod dav;

pub(super) use dav::{Act, act, mark, write};

use super::faults::{Fault, Faults};
use super::profile::Folders;
use super::route::{Route, decoded, hides_a_path, is_backup_id};
use bytes::Bytes;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The largest number of folders and files.
const MAX_NODES: usize = 1_000;

/// The largest file that is not a backup, in bytes.
const MAX_FILE: u64 = 256 * 1024;

/// The files of a user of Nextcloud.
const NEXTCLOUD_FILES: &str = "/remote.php/dav/files/";
/// The same files at the older address.
const NEXTCLOUD_ALIAS: &str = "/remote.php/webdav";

/// A place in the tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    /// The decoded names from the root, joined by slashes; empty for the root.
    pub(super) path: String,
    /// Whether the request names it as a folder, with a trailing slash.
    pub(super) has_slash: bool,
}

impl Spot {
    /// Returns the folder above.
    fn parent(&self) -> &str {
        parent_of(&self.path)
    }
}

/// The target of a request.
#[derive(Debug)]
pub(super) struct Aim {
    /// The meaning of its path.
    pub(super) route: Route,
    /// Its place in the tree; `None` if it is outside.
    pub(super) spot: Option<Spot>,
}

/// What exists at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Node {
    Folder,
    /// The `config` from the options of the server.
    Promised,
    File(File),
}

/// A file that is not a backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct File {
    /// Its bytes.
    pub(super) content: Bytes,
    /// When it was written.
    pub(super) modified: SystemTime,
}

/// A `config` in the tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ConfigFile {
    /// It does not exist.
    Missing,
    /// The one from the options of the server.
    Promised,
    /// The one that a client wrote.
    Written(File),
}

/// The folders and files of a server.
pub(super) struct Tree {
    /// How the server treats folders.
    pub(super) folders: Folders,
    /// The path of the base URL.
    base_path: String,
    /// The path of the root without a trailing slash.
    root: String,
    /// The user who owns the files, on a Nextcloud.
    user: Option<String>,
    /// The folder of the base URL.
    home: String,
    nodes: Mutex<BTreeMap<String, Node>>,
}

impl Tree {
    /// Returns the tree around a base URL, with its `config` and `backups` unless a fault removes
    /// them.
    pub(super) fn new(folders: Folders, base_path: &str, faults: Faults) -> Self {
        let is_link = folders.is_link;
        let (root, last) = match base_path.rsplit_once('/') {
            Some((root, last)) if !is_link => (root, last),
            _ => (base_path, ""),
        };
        let user = root.strip_prefix(NEXTCLOUD_FILES).and_then(decoded);
        let home = decoded(last).unwrap_or_default();
        let tree = Self {
            folders,
            base_path: base_path.to_owned(),
            root: root.to_owned(),
            user,
            home: home.clone(),
            nodes: Mutex::default(),
        };
        if !folders.is_closed {
            let mut nodes = tree.lock();
            nodes.insert(home.clone(), Node::Folder);
            if !faults.contains(Fault::ConfigMissing) {
                nodes.insert(joined(&home, "config"), Node::Promised);
            }
            if !faults.contains(Fault::BackupsMissing) {
                nodes.insert(joined(&home, "backups"), Node::Folder);
            }
        }
        tree
    }

    /// Returns the target of a path.
    pub(super) fn aim(&self, path: &str, faults: Faults) -> Aim {
        let of_base = |path: &str| Route::of(path, &self.base_path, faults);
        let outside = |route| Aim { route, spot: None };
        let Some(rest) = self.below_root(path) else {
            return outside(of_base(path));
        };
        let route = of_base(&format!("{}{rest}", self.root));
        let Some(plain) = decoded(rest).filter(|plain| !hides_a_path(rest, plain)) else {
            let is_below = !matches!(route, Route::Outside);
            return outside(if is_below { route } else { Route::Malformed });
        };
        let names: Vec<_> = plain.split('/').filter(|name| !name.is_empty()).collect();
        let spot = Spot {
            path: names.join("/"),
            has_slash: plain.ends_with('/'),
        };
        let route = match route {
            Route::Outside => self.route_beside(&names),
            route => route,
        };
        Aim {
            route,
            spot: Some(spot),
        }
    }

    /// Returns the part of a path after the root, with a leading slash.
    fn below_root<'a>(&self, path: &'a str) -> Option<&'a str> {
        let below = |root: &str| {
            let rest = path.strip_prefix(root)?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        };
        let Some(user) = &self.user else {
            return below(&self.root);
        };
        if let Some(rest) = below(NEXTCLOUD_ALIAS) {
            return Some(rest);
        }
        let rest = path.strip_prefix(NEXTCLOUD_FILES)?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (owner, rest) = rest.split_at(end);
        decoded(owner)?.eq_ignore_ascii_case(user).then_some(rest)
    }

    /// Returns the meaning of a path outside the base URL, from its names.
    fn route_beside(&self, names: &[&str]) -> Route {
        match names {
            [.., "config"] => Route::Config,
            [.., "backups"] => Route::Backups,
            [folders @ .., "backups", id] if is_backup_id(id) => {
                Route::Backup(self.backup_name(&folders.join("/"), id))
            }
            _ => Route::Outside,
        }
    }

    /// Returns the name in the store of a backup in a folder; in the folder of the base URL this is
    /// its ID.
    fn backup_name(&self, folder: &str, id: &str) -> String {
        format!("{}{id}", self.prefix(folder))
    }

    /// Returns the beginning of the names in the store of the backups in a folder.
    fn prefix(&self, folder: &str) -> String {
        if folder == self.home {
            return String::new();
        }
        format!("/{folder}/")
    }

    /// Returns the IDs of the backups in the folder `backups` at a place, from these names in the
    /// store.
    pub(super) fn ids_in(
        &self,
        backups: &Spot,
        names: impl IntoIterator<Item = String>,
    ) -> Vec<String> {
        let prefix = self.prefix(backups.parent());
        let ids = names.into_iter().filter_map(|name| {
            let id = name.strip_prefix(&prefix)?;
            (!id.contains('/')).then(|| id.to_owned())
        });
        ids.collect()
    }

    /// Returns whether the folder `backups` is missing that a request names or writes into.
    pub(super) fn lacks_backups(&self, spot: &Spot) -> bool {
        let folder = match spot.path.rsplit_once('/') {
            Some((folder, name)) if name != "backups" => folder,
            _ => &spot.path,
        };
        !self.is_folder(folder)
    }

    /// Returns the `config` at a place.
    pub(super) fn config(&self, spot: &Spot) -> ConfigFile {
        match self.lock().get(&spot.path) {
            Some(Node::Promised) => ConfigFile::Promised,
            Some(Node::File(file)) => ConfigFile::Written(file.clone()),
            Some(Node::Folder) | None => ConfigFile::Missing,
        }
    }

    /// Returns the status of an upload into a missing folder.
    pub(super) fn orphaned(&self) -> StatusCode {
        let status = self.folders.orphan.map(StatusCode::from_u16);
        status.and_then(Result::ok).unwrap_or(StatusCode::CONFLICT)
    }

    fn is_folder(&self, path: &str) -> bool {
        let is_root = path.is_empty() && !self.folders.is_closed;
        is_root || self.lock().get(path) == Some(&Node::Folder)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
