//! Plays cases: a base URL and a folder for each, the client's actions in order, and a record of
//! what the rig saw.

use super::authority::Certificate;
use super::case::Case;
use super::client::{Client, End, Task, Traffic};
use super::exchange::{Seen, Turn};
use super::page::Page;
use super::serve::{Listeners, Sites};
use super::site::{BaseUrls, Site};
use super::world::World;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

/// The invented action, which every client must refuse as unsupported.
const INVENTED: &str = "dance-on-the-table";
/// The file with the directory of IDs, in cases that have one.
const DIRECTORY: &str = "directory.json";
/// The file in which a client may say what it restored.
const RESTORED: &str = "restored.json";
/// The file in which a client may report the state of the phone after a restore.
const STATE: &str = "state.json";
/// The largest such file that is read, in bytes.
const MOST_RESTORED: u64 = 16 * 1024 * 1024;

/// Why a run could not begin.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RigError {
    /// The server cannot listen, or its certificates cannot be created.
    #[error("failed to start the rig's server: {0}")]
    Server(io::Error),
    /// The folder of the run could not be written.
    #[error("failed to write in `{}`: {error}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The operating system did not return random bytes.
    #[error("failed to read random bytes from the operating system: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// One run of a client through cases.
pub struct Play {
    client: Arc<dyn Client>,
    world: Arc<World>,
    listeners: Listeners,
    sites: Sites,
    folder: PathBuf,
    requests: AtomicU64,
}

impl Play {
    /// Starts the server on loopback. Each case gets a folder in `folder`.
    ///
    /// # Errors
    /// If the server cannot start, or the folder cannot be written.
    pub async fn new(
        client: Arc<dyn Client>,
        world: Arc<World>,
        folder: &Path,
    ) -> Result<Self, RigError> {
        Self::on(IpAddr::V4(Ipv4Addr::LOCALHOST), client, world, folder).await
    }

    /// Starts the server on an address of this machine.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub async fn on(
        address: IpAddr,
        client: Arc<dyn Client>,
        world: Arc<World>,
        folder: &Path,
    ) -> Result<Self, RigError> {
        // The client receives the path and may run in another folder.
        let folder = std::path::absolute(folder).map_err(|error| Self::failed(folder, error))?;
        let sites = Sites::default();
        let listeners = Listeners::new(address, sites.clone())
            .await
            .map_err(RigError::Server)?;
        let play = Self {
            client,
            world,
            listeners,
            sites,
            folder,
            requests: AtomicU64::new(0),
        };
        std::fs::create_dir_all(&play.folder)
            .and_then(|()| std::fs::write(play.ca_file(), play.listeners.authority.root()))
            .map_err(|error| Self::failed(&play.folder, error))?;
        Ok(play)
    }

    fn failed(folder: &Path, error: io::Error) -> RigError {
        RigError::Folder {
            folder: folder.to_owned(),
            error,
        }
    }

    /// Serves the root certificate over plain HTTP, for a phone that must install it; the page
    /// shows `text`. Returns the address of the page.
    ///
    /// # Errors
    /// If the page cannot be served.
    pub fn serve_page(&self, text: &str) -> Result<String, RigError> {
        let authority = &self.listeners.authority;
        let page = Page::new(authority.root(), authority.root_der(), text);
        let address = self.listeners.serve_page(page);
        Ok(format!("http://{}/", address.map_err(RigError::Server)?))
    }

    /// Returns the path of the PEM file with the root certificate to trust.
    pub fn root_file(&self) -> PathBuf {
        self.ca_file()
    }

    /// Returns the person for whom the client acts.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns how many requests the client has sent in all cases so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Returns how the client ends the invented action.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub async fn invented_action(&self) -> Result<End, RigError> {
        let case = Case {
            id: "rig.invented-action",
            actions: &[],
            script: super::Script::default(),
        };
        let site = self.site(&case).await?;
        let folder = self.folder_of(&case)?;
        let task = self.task(&site, INVENTED, &folder);
        Ok(self.client.act(task).await)
    }

    /// Plays a case to its end.
    ///
    /// # Errors
    /// If its folder cannot be written, or its listener cannot be started.
    pub async fn case(&self, case: &Case) -> Result<Seen, RigError> {
        let site = self.site(case).await?;
        let folder = self.folder_of(case)?;
        if let Some(directory) = &case.script.directory {
            std::fs::write(folder.join(DIRECTORY), directory)
                .map_err(|error| Self::failed(&folder, error))?;
        }
        let mut turns = Vec::new();
        for (turn, action) in case.actions.iter().enumerate() {
            let changes = if case.script.changes { turn } else { 0 };
            let document = self.world.document_after(&case.script.document, changes);
            std::fs::write(folder.join("document.json"), &document)
                .map_err(|error| Self::failed(&folder, error))?;
            site.begin_turn(turn);
            let task = self.task(&site, action.name(), &folder);
            let end = self.client.act(task).await;
            let ended_well = matches!(end, End::Done | End::NotSaid);
            turns.push(Turn {
                action: *action,
                end,
                document: (!self.client.has_own_data()).then(|| document.into()),
            });
            if !ended_well {
                break;
            }
        }
        let (exchanges, not_kept, stored) = site.seen();
        let requests = exchanges.len() as u64 + not_kept;
        self.requests.fetch_add(requests, Ordering::Relaxed);
        let seen = Seen {
            turns,
            exchanges,
            not_kept,
            connections: site.connections.load(Ordering::Relaxed),
            old_handshakes: site.old_handshakes.load(Ordering::Relaxed),
            stored: stored
                .into_iter()
                .map(|(id, bytes)| (id, bytes.into()))
                .collect(),
            restored: written(&folder, RESTORED),
            state: written(&folder, STATE),
        };
        super::exchange::write_log(&folder, &seen).map_err(|error| Self::failed(&folder, error))?;
        Ok(seen)
    }

    /// Stops the server.
    pub async fn stop(&self) {
        self.listeners.stop().await;
    }

    fn folder_of(&self, case: &Case) -> Result<PathBuf, RigError> {
        let folder = self.folder.join(case.id);
        std::fs::create_dir_all(&folder).map_err(|error| Self::failed(&folder, error))?;
        Ok(folder)
    }

    async fn site(&self, case: &Case) -> Result<Arc<Site>, RigError> {
        let certificate = case.script.certificate;
        let address = self.listeners.own.ip();
        let (host, other_host) = if address.is_loopback() {
            ("localhost".to_owned(), "127.0.0.1".to_owned())
        } else {
            (in_url(address), in_url(address))
        };
        let make = |own: SocketAddr| {
            let base = |scheme: &str, host: &str, address: SocketAddr| {
                format!("{scheme}://{host}:{}/{}", address.port(), case.id)
            };
            let base_urls = BaseUrls {
                own: base("https", &host, own),
                // Another port, and on loopback also another name, so that every rule sees another
                // host.
                other: base("https", &other_host, self.listeners.other),
                other_port: base("https", &host, self.listeners.other),
                plain: base("http", &host, self.listeners.plain),
            };
            let world = Arc::clone(&self.world);
            Arc::new(Site::new(case.id, case.script.clone(), world, base_urls))
        };
        let site = if certificate == Certificate::Good {
            let own = if case.script.offers_http2 {
                self.listeners.own
            } else {
                self.listeners.own_http1
            };
            make(own)
        } else {
            let alone = self.listeners.alone(certificate, make).await;
            alone.map_err(RigError::Server)?
        };
        self.sites.add(Arc::clone(&site));
        Ok(site)
    }

    fn task(&self, site: &Arc<Site>, action: &str, folder: &Path) -> Task {
        let login = self.world.login(site.script.login);
        let (user, server_password) = login.unwrap_or_default();
        Task {
            case: site.case.to_owned(),
            action: action.to_owned(),
            url: site.base_urls.own.clone(),
            ca: self.listeners.authority.root(),
            ca_file: self.ca_file(),
            folder: folder.to_owned(),
            threema_id: self.world.threema_id().to_owned(),
            password: self.world.password.clone(),
            new_password: self.world.new_password.clone(),
            user: user.to_owned(),
            server_password: server_password.to_owned(),
            traffic: Traffic(Arc::clone(site)),
        }
    }
}

/// Returns an address as a URL spells it.
fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// Returns what the client wrote into a file of the case's folder, if it exists.
fn written(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let path = folder.join(name);
    let size = std::fs::metadata(&path).ok()?.len();
    if size > MOST_RESTORED {
        return None;
    }
    std::fs::read(path).ok()
}
