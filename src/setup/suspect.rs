//! Which base URLs an address may stand for, by its form alone: the most likely one first.

use super::pasted::{Pasted, encoded, joined};

/// A base URL that may be meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suspect {
    /// The base URL.
    pub url: String,
    /// The user name that belongs to it: the token of a link; `None` for the person's own.
    pub user: Option<String>,
    /// Why it may be meant.
    pub because: Because,
    /// Whether it is the root of a user's files: Safe then needs a folder below it.
    pub is_root: bool,
}

/// Why a base URL may be meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Because {
    /// It is what was typed.
    Typed,
    /// It is a folder below what was typed.
    Below,
    /// It is what was typed, with `https`.
    Scheme,
    /// The address leads to `config` or into `backups`.
    TooDeep,
    /// The address is one of Nextcloud's or ownCloud's pages.
    CloudPage,
    /// The address belongs to a calendar, to contacts or to another part of a cloud.
    CloudPart,
    /// The parts of the path stand in another order.
    Swapped,
    /// A part of the path is missing.
    Incomplete,
    /// It is a share link of Nextcloud or ownCloud.
    Link,
    /// It is a share link of ownCloud Infinite Scale or `OpenCloud`.
    InfiniteLink,
    /// It is a page of a space of ownCloud Infinite Scale or `OpenCloud`.
    Space,
    /// The page belongs to a provider whose files have another address.
    Provider(&'static str),
    /// The page belongs to a Synology, which serves its files on another port.
    Synology,
    /// A cloud answers at this address.
    CloudFound,
}

impl Because {
    /// Returns the reason as a sentence.
    pub fn words(self) -> String {
        match self {
            Self::Typed => "It is the address that was given.".to_owned(),
            Self::Below => "It is a folder below the address that was given.".to_owned(),
            Self::Scheme => "The apps speak only https.".to_owned(),
            Self::TooDeep => {
                "The address leads into the folder, but the apps add `config` and `backups` themselves.".to_owned()
            }
            Self::CloudPage => {
                "The address that was given is a page for the browser, not a folder of the files.".to_owned()
            }
            Self::CloudPart => {
                "The address that was given belongs to another part of the cloud (calendar, contacts).".to_owned()
            }
            Self::Swapped => "The parts of the address are in the wrong order.".to_owned(),
            Self::Incomplete => "A part of the address is missing.".to_owned(),
            Self::Link => {
                "The address that was given is a share link. The user name is the token of the link; the password is the link's password, or empty.".to_owned()
            }
            Self::InfiniteLink => {
                "The address that was given is a share link of ownCloud Infinite Scale or OpenCloud. The user name is `public`; the password is the link's password.".to_owned()
            }
            Self::Space => "The address that was given is a page of a space for the browser, not a folder of its files.".to_owned(),
            Self::Provider(name) => format!("{name} serves the files at this address."),
            Self::Synology => {
                "The address belongs to DSM. The package WebDAV Server offers the files on port 5006.".to_owned()
            }
            Self::CloudFound => "It is a folder in the files of the Nextcloud or ownCloud at this host.".to_owned(),
        }
    }
}

/// Why an address leads to no base URL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Hopeless {
    /// The service has no `WebDAV`.
    NoWebDav(&'static str),
    /// Synology's `QuickConnect` does not carry `WebDAV`.
    QuickConnect,
    /// The address names no host.
    NoHost,
}

impl Hopeless {
    /// Returns the reason and what to do.
    pub fn words(self) -> String {
        match self {
            Self::NoWebDav(name) => {
                format!("{name} has no WebDAV: Threema Safe cannot store backups there. Choose another service.")
            }
            Self::QuickConnect => {
                "QuickConnect of Synology does not carry WebDAV. Give the NAS its own name (DDNS), open port 5006, and use https://NAME:5006/FOLDER.".to_owned()
            }
            Self::NoHost => {
                "The address has no host; expected an address such as https://cloud.example/folder.".to_owned()
            }
        }
    }
}

/// Services without `WebDAV`.
const WITHOUT_WEBDAV: [(&str, &str); 9] = [
    ("drive.google.com", "Google Drive"),
    ("dropbox.com", "Dropbox"),
    ("onedrive.live.com", "OneDrive"),
    ("1drv.ms", "OneDrive"),
    ("sharepoint.com", "SharePoint"),
    ("icloud.com", "iCloud"),
    ("mega.nz", "MEGA"),
    ("drive.proton.me", "Proton Drive"),
    ("wetransfer.com", "WeTransfer"),
];

/// A provider with one address for files; `{user}` stands for the user name.
struct Provider {
    name: &'static str,
    /// The hosts of the provider's pages.
    domains: &'static [&'static str],
    /// The root of the files.
    root: &'static str,
}

/// Source: the manuals of the providers.
const PROVIDERS: [Provider; 7] = [
    Provider {
        name: "Koofr",
        domains: &["app.koofr.net", "koofr.eu", "koofr.net"],
        root: "https://app.koofr.net/dav/Koofr",
    },
    Provider {
        name: "HiDrive",
        domains: &["hidrive.strato.com", "my.hidrive.com", "hidrive.com"],
        root: "https://webdav.hidrive.strato.com/users/{user}",
    },
    Provider {
        name: "pCloud (Europe)",
        domains: &["e.pcloud.com", "ewebdav.pcloud.com"],
        root: "https://ewebdav.pcloud.com",
    },
    Provider {
        name: "pCloud",
        domains: &["pcloud.com"],
        root: "https://webdav.pcloud.com",
    },
    Provider {
        name: "GMX",
        domains: &["gmx.net"],
        root: "https://webdav.mc.gmx.net",
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de"],
        root: "https://webdav.smartdrive.web.de",
    },
    Provider {
        name: "MagentaCLOUD",
        domains: &["magentacloud.de"],
        root: "https://magentacloud.de/remote.php/webdav",
    },
];

/// Returns the base URLs that `pasted` may stand for. `user` is the name of the person on the
/// server, if it is known.
pub(super) fn suspects(pasted: &Pasted, user: Option<&str>) -> Result<Vec<Suspect>, Hopeless> {
    let known = pasted.user_info.as_ref().map(|info| info.user.as_str());
    let user = user.or(known);
    if pasted.is_at("quickconnect.to") || pasted.is_at("quickconnect.cn") {
        return Err(Hopeless::QuickConnect);
    }
    let closed = WITHOUT_WEBDAV
        .iter()
        .find(|(domain, _)| pasted.is_at(domain));
    if let Some((_, name)) = closed {
        return Err(Hopeless::NoWebDav(name));
    }
    let mut found = Found {
        pasted,
        user: user.unwrap_or("USER"),
        suspects: Vec::new(),
    };
    found.storage_box();
    found.provider();
    found.link();
    found.space();
    found.cloud();
    found.synology();
    found.too_deep();
    found.typed();
    Ok(found.suspects)
}

/// Returns the base URL of this user's files in a cloud, below the path of the cloud.
pub(super) fn of_cloud(origin: &str, prefix: &str, user: Option<&str>) -> Suspect {
    let user = encoded(user.unwrap_or("USER"));
    let user = user.trim_start_matches('/');
    Suspect {
        url: format!("{origin}{prefix}/remote.php/dav/files/{user}"),
        user: None,
        because: Because::CloudFound,
        is_root: true,
    }
}

struct Found<'a> {
    pasted: &'a Pasted,
    user: &'a str,
    suspects: Vec<Suspect>,
}

impl Found<'_> {
    fn add(&mut self, url: &str, because: Because, is_root: bool) {
        self.add_as(url, because, is_root, None);
    }

    fn add_as(&mut self, url: &str, because: Because, is_root: bool, user: Option<String>) {
        let url = url.trim_end_matches('/').to_owned();
        if self.suspects.iter().all(|known| known.url != url) {
            self.suspects.push(Suspect {
                url,
                user,
                because,
                is_root,
            });
        }
    }

    fn user_segment(&self) -> String {
        encoded(self.user).trim_start_matches('/').to_owned()
    }

    /// Returns the origin as the apps need it: https, except on this machine.
    fn origin(&self) -> String {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&self.pasted.host.as_str());
        if self.pasted.scheme == "https" || loopback {
            return self.pasted.origin();
        }
        let port = self.pasted.port.filter(|port| *port != 80);
        let port = port.map(|port| if port == 5005 { 5006 } else { port });
        self.pasted.origin_with("https", port)
    }

    /// Adds Hetzner's Storage Box: the host names the account, the root holds the files.
    fn storage_box(&mut self) {
        if self.pasted.is_at("your-storagebox.de") {
            let url = format!("https://{}{}", self.pasted.host, self.pasted.path_text());
            let is_plain = self.pasted.typed_scheme.is_none() && self.pasted.port.is_none();
            let because = if is_plain {
                Because::Typed
            } else {
                Because::Provider("a Storage Box of Hetzner")
            };
            self.add(&url, because, self.pasted.path.is_empty());
        }
    }

    fn provider(&mut self) {
        let is_ours = |provider: &&Provider| {
            let mut domains = provider.domains.iter();
            domains.any(|domain| self.pasted.is_at(domain))
        };
        let Some(provider) = PROVIDERS.iter().find(is_ours) else {
            return;
        };
        let root = provider.root.replace("{user}", &self.user_segment());
        let typed = format!("{}{}", self.origin(), self.pasted.path_text());
        let below = typed.strip_prefix(&root);
        let is_below = below.is_some_and(|rest| rest.starts_with('/'));
        if is_below {
            self.add(&typed, Because::Typed, false);
        } else {
            self.add(&root, Because::Provider(provider.name), true);
        }
    }

    /// Adds a share link: `/s/TOKEN`, with or without `index.php`.
    fn link(&mut self) {
        let Some(at) = self.pasted.find(&["s"]) else {
            return;
        };
        let path = &self.pasted.path;
        let Some(token) = path.get(at + 1).cloned() else {
            return;
        };
        let prefix = path[..at].iter().filter(|part| *part != "index.php");
        let prefix = joined(&prefix.cloned().collect::<Vec<_>>());
        let below = self
            .pasted
            .parameter("path")
            .or(self.pasted.parameter("dir"));
        let below = encoded(below.unwrap_or_default());
        let url = format!("{}{prefix}/public.php/webdav{below}", self.origin());
        self.add_as(&url, Because::Link, false, Some(token.clone()));
        if prefix.is_empty() {
            let url = format!("{}/remote.php/dav/public-files/{token}", self.origin());
            self.add_as(
                &url,
                Because::InfiniteLink,
                false,
                Some("public".to_owned()),
            );
        }
    }

    /// Adds a page of a space of ownCloud Infinite Scale or `OpenCloud`.
    fn space(&mut self) {
        let Some(at) = self.pasted.find(&["files", "spaces"]) else {
            return;
        };
        let rest = &self.pasted.path[at + 2..];
        if rest.first().is_some_and(|kind| kind == "personal") {
            let below = joined(rest.get(2..).unwrap_or_default());
            let url = format!("{}/remote.php/webdav{below}", self.origin());
            self.add(&url, Because::Space, below.is_empty());
        }
    }

    /// Adds the addresses of Nextcloud and ownCloud.
    fn cloud(&mut self) {
        if let Some(at) = self.pasted.find(&["public.php", "dav", "files"]) {
            let token = self.pasted.path.get(at + 3).cloned();
            let prefix = joined(&self.pasted.path[..at]);
            let below = joined(self.pasted.path.get(at + 4..).unwrap_or_default());
            let url = format!("{}{prefix}/public.php/webdav{below}", self.origin());
            // Of a link with a password, only this address sends the challenge that iOS needs.
            self.add_as(&url, Because::Link, false, token);
            return;
        }
        if let Some(at) = self.pasted.find(&["remote.php"]) {
            self.remote(at);
        } else if let Some(at) = self.pasted.find(&["dav", "files"]) {
            let rest = joined(&self.pasted.path[at + 2..]);
            let prefix = joined(&self.pasted.path[..at]);
            let is_root = self.pasted.path.len() <= at + 3;
            self.add(&self.typed_url(), Because::Typed, is_root);
            let url = format!("{}{prefix}/remote.php/dav/files{rest}", self.origin());
            self.add(&url, Because::Incomplete, is_root);
        } else {
            self.page();
        }
    }

    fn typed_url(&self) -> String {
        format!("{}{}", self.origin(), self.pasted.path_text())
    }

    /// Adds what follows `remote.php`, which stands at `at`.
    fn remote(&mut self, at: usize) {
        let path = self.pasted.path.clone();
        let prefix = format!("{}{}/remote.php", self.origin(), joined(&path[..at]));
        let rest: Vec<&str> = path[at + 1..].iter().map(String::as_str).collect();
        let user = self.user_segment();
        let files = |user: &str, below: &[&str]| {
            let below = below
                .iter()
                .fold(String::new(), |path, part| path + "/" + part);
            format!("{prefix}/dav/files/{user}{below}")
        };
        match rest.as_slice() {
            ["webdav"] => self.add(&format!("{prefix}/webdav"), Because::Typed, true),
            ["dav", "files", first] => {
                // A folder stands in the user's place. An e-mail address for the login is not a
                // user ID.
                if user != "USER" && !first.eq_ignore_ascii_case(&user) && !self.user.contains('@')
                {
                    self.add(&files(&user, &[first]), Because::Incomplete, false);
                }
                self.add(&self.typed_url(), Because::Typed, true);
            }
            [] | ["dav" | "files"] | ["dav", "files"] | ["carddav" | "caldav", ..] => {
                self.add(&files(&user, &[]), Because::Incomplete, true);
            }
            ["dav", "principals", "users", user, ..]
            | ["dav", "calendars" | "addressbooks", user, ..] => {
                self.add(&files(user, &[]), Because::CloudPart, true);
            }
            ["dav", owner, "files", below @ ..] => {
                self.add(&files(owner, below), Because::Swapped, below.is_empty());
            }
            ["files", owner, below @ ..] => {
                self.add(&files(owner, below), Because::Incomplete, below.is_empty());
            }
            ["dav", first, ..] if *first == user => {
                self.add(
                    &files(&user, &rest[2..]),
                    Because::Incomplete,
                    rest.len() == 2,
                );
            }
            ["dav", "files", folder, owner, below @ ..] if *owner == user && *folder != user => {
                self.add(&self.typed_url(), Because::Typed, false);
                let mut path = vec![*folder];
                path.extend(below);
                self.add(&files(owner, &path), Because::Swapped, false);
            }
            _ => {}
        }
    }

    /// Adds the cloud to which a page in the browser belongs.
    fn page(&mut self) {
        const PAGES: [&str; 8] = [
            "index.php",
            "apps",
            "login",
            "settings",
            "f",
            "status.php",
            "ocs",
            "core",
        ];
        let path = &self.pasted.path;
        let Some(at) = path.iter().position(|part| PAGES.contains(&part.as_str())) else {
            return;
        };
        let below = self
            .pasted
            .parameter("dir")
            .or(self.pasted.parameter("path"));
        let below = encoded(below.unwrap_or_default());
        let below = if below == "/" { String::new() } else { below };
        let prefix = joined(&path[..at]);
        let user = self.user_segment();
        let url = format!(
            "{}{prefix}/remote.php/dav/files/{user}{below}",
            self.origin()
        );
        self.add(&url, Because::CloudPage, below.is_empty());
    }

    /// Adds a Synology, from the ports of its web interface DSM.
    fn synology(&mut self) {
        let is_dsm = matches!(self.pasted.port, Some(5000 | 5001))
            || self.pasted.find(&["webman"]).is_some();
        if is_dsm {
            let root = self.pasted.origin_with("https", Some(5006));
            self.add(&root, Because::Synology, true);
        }
    }

    /// Adds the folder above a trailing `config`, `backups` or backup.
    fn too_deep(&mut self) {
        let path = &self.pasted.path;
        let keep = match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [.., "config" | "config.json" | "config.txt" | "backups"] => path.len() - 1,
            [.., "backups", _] => path.len() - 2,
            _ => return,
        };
        let folder = joined(&path[..keep]);
        self.add(
            &format!("{}{folder}", self.origin()),
            Because::TooDeep,
            false,
        );
    }

    fn typed(&mut self) {
        let because = if self.origin() == self.pasted.origin() && self.pasted.typed_scheme.is_none()
        {
            Because::Typed
        } else {
            Because::Scheme
        };
        let is_root = matches!(self.pasted.port, Some(5005 | 5006)) && self.pasted.path.is_empty();
        self.add(&self.typed_url(), because, is_root);
        // The apps cannot use a server that speaks only http, but it can be examined.
        if self.pasted.scheme == "http" {
            let plain = format!("{}{}", self.pasted.origin(), self.pasted.path_text());
            self.add(&plain, Because::Typed, false);
        }
    }
}
