//! `WebDAV` in the tree: making, listing and removing folders, and writing files.
//!
//! Source: RFC 4918 sections 9.1, 9.3, 9.6 and 9.7; RFC 9110 section 13.1.

use super::super::answer::not_allowed;
use super::super::answer::{Answer, content, empty, page, redirect, refusal};
use super::super::answer::{entity_tag, http_date};
use super::super::body::{Unfinished, drain, read};
use super::super::call::Call;
use super::super::faults::Fault;
use super::super::listing::{Entry, multistatus};
use super::super::profile::{Bare, Habit};
use super::super::route::{Route, encoded};
use super::super::site::Site;
use super::super::{config, store::Full};
use super::{File, MAX_FILE, MAX_NODES, Node, Spot, Tree, joined, parent_of};
use bytes::Bytes;
use http::StatusCode;
use http::header::{ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH, LAST_MODIFIED};
use hyper::body::Incoming;

/// What a request does in the tree.
pub(in super::super) enum Act {
    /// It is answered with this.
    Answer(Answer),
    /// It writes a file.
    Write,
}

/// Returns what a request does in the tree; `None` for a request about a backup, and for one that
/// reads `config` or the list of backups.
pub(in super::super) fn act(site: &Site, call: &Call<'_>) -> Option<Act> {
    let (tree, spot) = (site.tree.as_ref()?, call.spot?);
    let is_plain = matches!(call.route, Route::Outside | Route::Unknown);
    let is_file = is_plain || *call.route == Route::Config;
    let is_node = is_file || *call.route == Route::Backups;
    let method = call.parts.method.as_str();
    if tree.folders.is_closed {
        let is_ours = is_node || ["MKCOL", "PROPFIND"].contains(&method);
        return is_ours.then(|| Act::Answer(refusal(StatusCode::NOT_FOUND)));
    }
    if method == "PUT" && tree.folders.orphan.is_none() && *call.route != Route::Backups {
        tree.make_folders(spot);
    }
    let may_not_write = site.has(Fault::UploadForbidden);
    Some(match method {
        "MKCOL" | "PUT" | "DELETE" if is_node && may_not_write => {
            Act::Answer(refusal(StatusCode::FORBIDDEN))
        }
        "MKCOL" => Act::Answer(make(tree, call, spot)),
        "PROPFIND" if *call.route != Route::Backups => Act::Answer(look(site, tree, call, spot)),
        "PUT" if is_file => match refused(site, tree, call, spot) {
            Some(status) => Act::Answer(refusal(status)),
            None => Act::Write,
        },
        "DELETE" if is_node => Act::Answer(remove(site, tree, spot)),
        "GET" | "HEAD" if is_plain => Act::Answer(download(site, tree, spot)),
        _ => return None,
    })
}

/// Makes a folder.
fn make(tree: &Tree, call: &Call<'_>, spot: &Spot) -> Answer {
    let exists = spot.path.is_empty() || tree.lock().contains_key(&spot.path);
    match tree.folders.bare {
        Bare::Refused if !spot.has_slash => return refusal(StatusCode::CONFLICT),
        Bare::Redirected if !spot.has_slash && exists => {
            let location = format!("{}/", call.parts.uri.path());
            return redirect(StatusCode::MOVED_PERMANENTLY, &location);
        }
        _ => {}
    }
    if exists {
        return match StatusCode::from_u16(tree.folders.again) {
            Ok(status) if status.is_success() => empty(status),
            _ => not_allowed("OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT"),
        };
    }
    if !tree.is_folder(spot.parent()) {
        return refusal(StatusCode::CONFLICT);
    }
    match tree.insert(spot, Node::Folder) {
        Ok(_) => empty(StatusCode::CREATED),
        Err(full) => no_room(full),
    }
}

/// Answers a PROPFIND: what exists at a place, and with depth 1 also the content of a folder.
fn look(site: &Site, tree: &Tree, call: &Call<'_>, spot: &Spot) -> Answer {
    if !tree.folders.looks {
        return not_allowed("GET, HEAD, PUT, DELETE, MKCOL");
    }
    let is_backup = match call.route {
        Route::Backup(name) => site.store.contains(name),
        _ => false,
    };
    let path = call.parts.uri.path().trim_end_matches('/');
    if !tree.is_folder(&spot.path) {
        let is_file = is_backup || tree.lock().contains_key(&spot.path);
        return if is_file {
            multistatus(&[Entry::file(path)])
        } else {
            refusal(StatusCode::NOT_FOUND)
        };
    }
    let mut entries = vec![Entry::folder(path)];
    if call.looks_deeper() {
        let nodes = tree.lock();
        let children = nodes
            .iter()
            .filter(|(child, _)| !child.is_empty() && parent_of(child) == spot.path);
        entries.extend(children.map(|(child, node)| {
            let name = child.rsplit('/').next().unwrap_or(child);
            let path = format!("{path}/{}", encoded(name));
            match node {
                Node::Folder => Entry::folder(&path),
                Node::Promised | Node::File(_) => Entry::file(&path),
            }
        }));
    }
    multistatus(&entries)
}

/// Returns the refusal of a file; `None` if it may be written.
fn refused(site: &Site, tree: &Tree, call: &Call<'_>, spot: &Spot) -> Option<StatusCode> {
    if tree.is_folder(&spot.path) || spot.has_slash {
        return Some(StatusCode::CONFLICT);
    }
    if !tree.is_folder(spot.parent()) {
        return Some(tree.orphaned());
    }
    let headers = &call.parts.headers;
    let file = tree.file(site, call, spot);
    let matches = |value: &HeaderValue, file: &File| {
        let tag = entity_tag(&file.content);
        value == "*" || tag.is_some_and(|tag| tag == value)
    };
    let fails = match (headers.get(IF_MATCH), headers.get(IF_NONE_MATCH), &file) {
        (Some(wanted), _, Some(file)) => !matches(wanted, file),
        (Some(_), _, None) => true,
        (None, Some(unwanted), Some(file)) => matches(unwanted, file),
        (None, Some(_) | None, _) => false,
    };
    fails.then_some(StatusCode::PRECONDITION_FAILED)
}

/// Writes a file.
pub(in super::super) async fn write(site: &Site, call: &Call<'_>, body: &mut Incoming) -> Answer {
    let (Some(tree), Some(spot)) = (&site.tree, call.spot) else {
        return refusal(StatusCode::NOT_FOUND);
    };
    let mut bytes = Vec::new();
    match read(body, MAX_FILE, |piece| bytes.extend_from_slice(piece)).await {
        Ok(_) => {}
        Err(Unfinished::BrokenOff) => return refusal(StatusCode::BAD_REQUEST),
        Err(Unfinished::TooLong) => {
            // The answer is the same whether the body ends or not.
            let _ = drain(body, site.limit()).await;
            return refusal(StatusCode::INSUFFICIENT_STORAGE);
        }
    }
    let file = File {
        content: bytes.into(),
        modified: site.store.now(),
    };
    match tree.insert(spot, Node::File(file)) {
        Ok(true) => empty(StatusCode::NO_CONTENT),
        Ok(false) => empty(StatusCode::CREATED),
        Err(full) => no_room(full),
    }
}

/// Removes a file, or a folder with its content.
fn remove(site: &Site, tree: &Tree, spot: &Spot) -> Answer {
    if spot.path.is_empty() {
        return refusal(StatusCode::FORBIDDEN);
    }
    let below = format!("{}/", spot.path);
    let mut nodes = tree.lock();
    if nodes.remove(&spot.path).is_none() {
        return refusal(StatusCode::NOT_FOUND);
    }
    nodes.retain(|path, _| !path.starts_with(&below));
    for name in site.store.names() {
        if tree.path_of(&name).starts_with(&below) {
            site.store.remove(&name);
        }
    }
    if site.manner.does(Habit::Bin) {
        let name = spot.path.rsplit('/').next().unwrap_or_default();
        site.bin.put(name, site.store.now());
    }
    empty(StatusCode::NO_CONTENT)
}

/// Answers GET and HEAD of a place that is neither a backup nor a `config`.
fn download(site: &Site, tree: &Tree, spot: &Spot) -> Answer {
    let node = tree.lock().get(&spot.path).cloned();
    match node {
        Some(Node::File(file)) => {
            let mut answer = content(
                StatusCode::OK,
                "application/octet-stream",
                file.content.clone(),
            );
            mark(&mut answer, &file);
            answer
        }
        _ if tree.is_folder(&spot.path) && site.manner.does(Habit::Cloud) => page(
            StatusCode::OK,
            "WebDAV",
            "<p>This is the WebDAV interface of a simulated Nextcloud.</p>",
        ),
        _ => refusal(StatusCode::NOT_FOUND),
    }
}

/// Adds the tag and the time of a file.
pub(in super::super) fn mark(answer: &mut Answer, file: &File) {
    if let Some(tag) = entity_tag(&file.content) {
        answer.headers_mut().insert(ETAG, tag);
    }
    if let Some(time) = http_date(file.modified) {
        answer.headers_mut().insert(LAST_MODIFIED, time);
    }
}

fn no_room(_: Full) -> Answer {
    refusal(StatusCode::INSUFFICIENT_STORAGE)
}

impl Tree {
    /// Puts a node at a place; returns whether it replaced one.
    fn insert(&self, spot: &Spot, node: Node) -> Result<bool, Full> {
        let mut nodes = self.lock();
        let is_new = !nodes.contains_key(&spot.path);
        if is_new && nodes.len() >= MAX_NODES {
            return Err(Full);
        }
        Ok(nodes.insert(spot.path.clone(), node).is_some())
    }

    /// Makes the folders above a place.
    fn make_folders(&self, spot: &Spot) {
        let mut nodes = self.lock();
        let mut folder = spot.parent();
        while !folder.is_empty() && nodes.len() < MAX_NODES {
            nodes.entry(folder.to_owned()).or_insert(Node::Folder);
            folder = parent_of(folder);
        }
    }

    /// Returns the file at a place.
    fn file(&self, site: &Site, call: &Call<'_>, spot: &Spot) -> Option<File> {
        match self.lock().get(&spot.path)? {
            Node::Folder => None,
            Node::File(file) => Some(file.clone()),
            Node::Promised => Some(File {
                content: Bytes::from(config::text(site, call)),
                modified: site.store.now(),
            }),
        }
    }

    /// Returns the path in the tree of the backup with this name in the store.
    fn path_of(&self, name: &str) -> String {
        match name
            .strip_prefix('/')
            .and_then(|name| name.rsplit_once('/'))
        {
            Some((folder, id)) => joined(folder, &format!("backups/{id}")),
            None => joined(&self.home, &format!("backups/{name}")),
        }
    }
}
