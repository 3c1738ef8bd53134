//! The named obstacles to `setup`. Their names continue those of the catalogue of problems.

use super::seen::Thing;
use crate::diagnosis::{
    Beside, Diagnosis, Evidence, NOT_SET_UP, Problem, Product, Recognised, Subject, Words,
    diagnose, recognised,
};
use crate::safe::Stage;
use crate::wire::{Door, Failure, LoginKind, Method, Response};
use Product::{Apache, Caddy, Cloudflare, Lighttpd, Nextcloud, Nginx, Rclone};

/// An obstacle to `setup`.
pub struct Obstacle {
    /// The name, which never changes: `problem.file-in-the-way`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The same in two sentences.
    pub meaning: &'static str,
    /// What to do on any software.
    pub fix: &'static str,
    /// What to do on software that is recognised.
    pub fixes: &'static [(Product, &'static str)],
    /// The documentation or measurement that says so.
    pub source: &'static str,
}

/// A file exists where a folder should be.
const FILE_IN_THE_WAY: Obstacle = Obstacle {
    id: "problem.file-in-the-way",
    title: "a file is in the place of a folder",
    meaning: "The URL must name a folder, and `backups` must be a folder. A file with that name exists instead, and setup deletes nothing.",
    fix: "Rename or delete that file, or choose another folder in the URL.",
    fixes: &[],
    source: "RFC 4918 section 9.3.1",
};

/// The parent of the folder to be made is missing.
const PARENT_MISSING: Obstacle = Obstacle {
    id: "problem.parent-missing",
    title: "the folder above the one in the URL does not exist",
    meaning: "WebDAV creates one folder at a time, inside an existing one. Most often a name in the URL is misspelled.",
    fix: "Check each part of the URL, also capital letters, or make the folder above first.",
    fixes: &[(
        Nextcloud,
        "Check user and folders in https://HOST/remote.php/dav/files/USER/FOLDER. The user is the name of the account, not the e-mail address; the app password must allow access to files (Settings, Security).",
    )],
    source: "RFC 4918 section 9.3.1: 409",
};

/// The server refuses every write.
const READ_ONLY: Obstacle = Obstacle {
    id: "problem.read-only",
    title: "the folder cannot be written with these credentials",
    meaning: "The server lets these credentials read, but not write. A share is read-only, or the user that the server runs as may not write there.",
    fix: "Give this account the right to create and change files in the folder, and give the folder on the server to the user that the server runs as.",
    fixes: &[
        (
            Nextcloud,
            "Give this account or link the rights to create, edit and delete in the share.",
        ),
        (
            Apache,
            "Give the folder to Apache's user (`chown -R www-data FOLDER`), and let the `<Limit>` or `Require` of this folder allow PUT and MKCOL. If it already does, see /var/log/apache2/error.log for the reason.",
        ),
        (
            Nginx,
            "Give the folder to nginx's user (`chown -R www-data FOLDER`), and remove the `limit_except` of this `location` that denies PUT.",
        ),
        (
            Lighttpd,
            "Set `webdav.is-readonly = \"disable\"` for this folder, and give it to lighttpd's user (`chown -R www-data FOLDER`).",
        ),
        (
            Caddy,
            "Give the folder to Caddy's user: `chown -R caddy FOLDER`.",
        ),
        (
            Rclone,
            "Start `rclone serve webdav` without `--read-only`, as a user who may write in the folder.",
        ),
    ],
    source: "RFC 4918 section 9.3.1; servers.unwritable-backups",
};

/// A firewall refuses the request.
const FIREWALL: Obstacle = Obstacle {
    id: "problem.firewall",
    title: "a web application firewall refuses the request",
    meaning: "The answer comes from a firewall in front of the server. Such firewalls often refuse the methods of WebDAV (PUT, MKCOL, PROPFIND), which the apps need in part.",
    fix: "Exempt this path from the firewall, or let it allow the methods GET, HEAD, PUT and DELETE, and for setup PROPFIND and MKCOL.",
    fixes: &[
        (
            Cloudflare,
            "Add a WAF rule with the action Skip for this host and path.",
        ),
        (
            Apache,
            "ModSecurity: set `SecRuleEngine Off` in the `<Location>` of this folder, or allow the methods: `SecAction \"id:900200,phase:1,nolog,pass,t:none,setvar:'tx.allowed_methods=GET HEAD OPTIONS PUT DELETE PROPFIND MKCOL'\"` in crs-setup.conf.",
        ),
        (
            Nginx,
            "ModSecurity: set `modsecurity off;` in the `location` of this folder.",
        ),
    ],
    source: "OWASP Core Rule Set, rule 911100; documentation of Cloudflare",
};

/// The server answers an upload as if nothing existed at the URL.
const UPLOAD_NOT_ALLOWED: Obstacle = Obstacle {
    id: "problem.upload-not-allowed",
    title: "the folder exists, but an upload into it is answered with 404",
    meaning: "The folder exists, but the server answers `not found` to an upload. It does so if the user that it runs as may not write there, or if this account may not upload.",
    fix: "Give the folder on the server to the user that the server runs as (`chown -R USER FOLDER`), and let this account upload.",
    fixes: &[
        (
            Rclone,
            "Let rclone run as a user who may write in the folder, or give the folder to its user.",
        ),
        (
            Nextcloud,
            "Let the app password access files (Settings, Security), and let the share allow uploads.",
        ),
    ],
    source: "servers.unwritable-backups",
};

/// The server does not make folders.
const NO_FOLDERS: Obstacle = Obstacle {
    id: "problem.no-folders",
    title: "this server does not create folders over WebDAV",
    meaning: "The server refuses the method that creates folders (MKCOL). Create the folders on the server itself.",
    fix: "Make the folders on the server, with the commands below, and run the same command again.",
    fixes: &[
        (
            Nginx,
            "Add MKCOL to `dav_methods PUT DELETE MKCOL;` in the `location` of this folder, or make the folders on the server with the commands below.",
        ),
        (
            Apache,
            "Run `a2enmod dav dav_fs`, set `Dav On` in the `<Directory>` of this folder, reload Apache, and run the same command again.",
        ),
        (
            Lighttpd,
            "Load `mod_webdav`, set `webdav.activate = \"enable\"` and `webdav.is-readonly = \"disable\"`, restart lighttpd, and run the same command again.",
        ),
        (
            Caddy,
            "`file_server` accepts no uploads: build Caddy with the module http.handlers.webdav, and use `webdav` for this folder.",
        ),
    ],
    source: "RFC 4918 section 9.3.1: 405; measured on nginx",
};

/// An upload was accepted, but a download returns something else.
const NOT_STORED: Obstacle = Obstacle {
    id: "problem.not-stored",
    title: "the server accepted `config`, but returns something else",
    meaning: "The upload was answered with success, but reading it returns nothing or other bytes. A backup would be lost in the same way.",
    fix: "Look for the reason in the server's log: the user that it runs as may not write there, a cache answers in its place, or a filter changes what passes.",
    fixes: &[
        (
            Rclone,
            "rclone keeps its list of a folder for five minutes: start it with `--dir-cache-time 0s`.",
        ),
        (
            Nextcloud,
            "A file-drop link accepts uploads but returns nothing; make a link that allows reading and editing.",
        ),
    ],
    source: "servers.lying-success, servers.rclone-cache",
};

/// The server redirects the request to another address.
const REDIRECTED: Obstacle = Obstacle {
    id: "problem.redirected",
    title: "the server redirects this address",
    meaning: "The apps do not follow a redirect of an upload. The URL must be one that the server answers without a redirect.",
    fix: "Use the address to which the server redirects, if it is a folder and not a page to log in.",
    fixes: &[],
    source: "RFC 9110 section 15.4; clause 4.9",
};

/// Another program changed the server in the meantime.
const CHANGED_MEANWHILE: Obstacle = Obstacle {
    id: "problem.changed-meanwhile",
    title: "`config` was made or changed in the meantime",
    meaning: "Another program wrote `config` after setup had read it. Setup did not change it.",
    fix: "Run the same command again; it reads `config` again.",
    fixes: &[],
    source: "RFC 9110 section 15.5.13",
};

/// The server answers with a web page.
const WEB_PAGE: Obstacle = Obstacle {
    id: "problem.web-page",
    title: "a web page is returned instead of the file `config`",
    meaning: "The address leads to pages for people: a login page, or the start page of a web application. It is not the address of a folder over WebDAV.",
    fix: "Find the WebDAV address in the settings or the manual of the service, and use it.",
    fixes: &[(
        Nextcloud,
        "The address is https://HOST/remote.php/dav/files/USER/FOLDER. The web interface shows it under Files, Files settings, WebDAV.",
    )],
    source: "measured on servers with a catch-all page",
};

/// The server limits or locks out this address.
const LIMITED: Obstacle = Obstacle {
    id: "problem.limited",
    title: "the server limits or locks out this address",
    meaning: "The server answers 429 after too many requests or wrong passwords from this address. Each further attempt prolongs the lockout.",
    fix: "Wait half an hour, then run the same command again. Every `check` sends one wrong password, which the server may count; `check --no-auth-probes` sends none.",
    fixes: &[(
        Nextcloud,
        "Wait half an hour, or run `occ security:bruteforce:reset ADDRESS` on the server, then run the same command again. Nextcloud counts failed logins, and every `check` sends one wrong password; `check --no-auth-probes` sends none.",
    )],
    source: "RFC 6585 section 4; servers.nextcloud-brute-force",
};

/// The server refuses, and the reason is unknown.
const REFUSED: Obstacle = Obstacle {
    id: "problem.refused",
    title: "the server refuses without a reason",
    meaning: "The answer matches no known reason. The server's log may say more.",
    fix: "Look into the server's log for the time of this run.",
    fixes: &[],
    source: "RFC 9110 section 15.5",
};

/// All obstacles.
pub const OBSTACLES: &[Obstacle] = &[
    FILE_IN_THE_WAY,
    PARENT_MISSING,
    READ_ONLY,
    FIREWALL,
    UPLOAD_NOT_ALLOWED,
    NO_FOLDERS,
    NOT_STORED,
    REDIRECTED,
    CHANGED_MEANWHILE,
    WEB_PAGE,
    LIMITED,
    REFUSED,
];

impl Obstacle {
    /// Returns the obstacle with this ID.
    pub fn of(id: &str) -> Option<&'static Self> {
        OBSTACLES.iter().find(|obstacle| obstacle.id == id)
    }

    /// Returns everything known about it, one label and text per line.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("title", self.title.to_owned()),
            ("means", self.meaning.to_owned()),
            ("fix", self.fix.to_owned()),
        ];
        let special = self.fixes.iter();
        lines.extend(special.map(|(product, fix)| ("fix", format!("{}: {fix}", product.name()))));
        lines.push(("source", self.source.to_owned()));
        lines
    }

    fn fix_for(&self, software: &[Recognised]) -> &'static str {
        let is_seen = |product| software.iter().any(|seen| seen.product == product);
        let special = self.fixes.iter().find(|(product, _)| is_seen(*product));
        special.map_or(self.fix, |(_, fix)| fix)
    }
}

/// An obstacle on this server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// The ID of the problem, or of a stage if no answer arrived.
    pub id: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// What to do on this server.
    pub fix: String,
    /// What was requested, and what was answered.
    pub seen: String,
    /// Whether the server refused the credentials or locks this address out.
    pub is_locked_out: bool,
    /// Whether it helps to make the folders in a shell on the server.
    pub by_shell: bool,
    /// The software that the answers show.
    pub software: Vec<Recognised>,
    /// The problem in the catalogue, if it is one.
    pub problem: Option<&'static Problem>,
}

/// What a request of `setup` was about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// Looking at `config`.
    Look,
    /// Creating a folder.
    MakeFolder,
    /// Writing `config` into a folder; this is what the folder is known to be.
    WriteConfig(Thing),
}

impl Act {
    const fn words(self) -> &'static str {
        match self {
            Self::Look => "reading config",
            Self::MakeFolder => "making a folder (MKCOL)",
            Self::WriteConfig(_) => "writing config (PUT)",
        }
    }
}

impl Trouble {
    /// Returns the trouble of a request that got no answer.
    pub(super) fn no_answer(act: Act, failure: &Failure) -> Self {
        let fix = match act {
            Act::Look if failure.stage == Stage::Tls => {
                "Run `check` with the same URL: it says what is wrong with the certificate or with TLS. The root of a private authority is given with --ca-file."
            }
            Act::Look => {
                "Check the address and the port, and whether the server runs, can be reached from here and speaks TLS there; `check` with the same URL says more."
            }
            Act::MakeFolder | Act::WriteConfig(_) => {
                "Run the same command again; it continues where this run ended."
            }
        };
        Self {
            id: format!("stage.{}", failure.stage),
            title: match failure.stage {
                Stage::Resolve => "the host name has no address",
                Stage::Connect => "the server cannot be reached",
                Stage::Tls => "this machine refuses the server's certificate or its TLS",
                _ => "the server gives no answer",
            }
            .to_owned(),
            fix: fix.to_owned(),
            seen: format!("{}: {}", act.words(), failure.message),
            is_locked_out: false,
            by_shell: false,
            software: Vec::new(),
            problem: None,
        }
    }

    /// Returns the trouble of a server on which nothing is set up: it refuses an upload; `folder`
    /// is the status of a PROPFIND, and `bare` the answer to a request for `config` without
    /// credentials.
    pub(super) fn not_set_up(
        door: &Door,
        act: Act,
        refusal: &Response,
        folder: u16,
        bare: &Response,
    ) -> Option<Self> {
        let login = door.target().login.kind();
        let found = diagnose(&Evidence {
            beside: Beside {
                folder: Some(folder),
                without_login: Some(bare),
                ..Beside::default()
            },
            ..Evidence::of(
                door.base().as_str(),
                login,
                Method::Get,
                Subject::Config,
                bare,
            )
        })?;
        let is_bare = found.id == NOT_SET_UP && found.is_certain();
        is_bare.then(|| Self::named(found, refusal, sentence(act, refusal)))
    }

    /// Returns the same trouble before any upload; `folder` is the status of a PROPFIND.
    pub(super) fn without_webdav(door: &Door, folder: u16, bare: &Response) -> Option<Self> {
        let mut trouble = Self::not_set_up(door, Act::Look, bare, folder, bare)?;
        trouble.seen = format!(
            "{}, with and without credentials; looking at the folder (PROPFIND): {folder}",
            sentence(Act::Look, bare)
        );
        Some(trouble)
    }

    /// Returns the trouble for a problem of the catalogue.
    fn named(found: Diagnosis, answer: &Response, seen: String) -> Self {
        Self {
            id: found.id.to_owned(),
            title: found.title.to_owned(),
            problem: Problem::of(found.id),
            fix: found.fix.into_owned(),
            seen,
            is_locked_out: false,
            by_shell: false,
            software: recognised(answer),
        }
    }

    /// Returns the trouble of refused credentials.
    pub fn of_login(door: &Door, refusal: &Response) -> Self {
        Self::refused(Act::Look, door, refusal, &[])
    }

    /// Returns the trouble of a file or upload at this URL, for any answer.
    pub(super) fn file_in_the_way(url: &str, software: &[Recognised]) -> Self {
        Self::of(&FILE_IN_THE_WAY, software, format!("`{url}` is a file"))
    }

    pub(super) fn parent_missing(url: &str, software: &[Recognised]) -> Self {
        let seen = format!("`{url}` does not exist");
        Self::of(&PARENT_MISSING, software, seen)
    }

    pub(super) fn not_stored(seen: String, software: &[Recognised]) -> Self {
        Self::of(&NOT_STORED, software, seen)
    }

    pub(super) fn web_page(answer: &Response) -> Self {
        let seen = sentence(Act::Look, answer);
        Self::of(&WEB_PAGE, &recognised(answer), seen)
    }

    /// Returns what a refusal means.
    pub(super) fn refused(act: Act, door: &Door, answer: &Response, known: &[Recognised]) -> Self {
        let seen = sentence(act, answer);
        let mut software = recognised(answer);
        for one in known {
            if software.iter().all(|seen| seen.product != one.product) {
                software.push(one.clone());
            }
        }
        let obstacle = match answer.status {
            429 => Some(&LIMITED),
            412 => Some(&CHANGED_MEANWHILE),
            301..=308 => Some(&REDIRECTED),
            _ if is_firewall(answer) => Some(&FIREWALL),
            // Apache answers so if it lacks the right to write. Measured on Apache 2.4.
            500 if act == Act::WriteConfig(Thing::Folder)
                && software.iter().any(|seen| seen.product == Apache) =>
            {
                Some(&READ_ONLY)
            }
            _ => None,
        };
        if let Some(obstacle) = obstacle {
            let mut trouble = Self::of(obstacle, &software, seen);
            if let Some(location) = answer.header("location") {
                trouble.seen += &format!(
                    ", to `{}`",
                    crate::diagnosis::shown(location).unwrap_or_default()
                );
            }
            trouble.is_locked_out = answer.status == 429;
            return trouble;
        }
        if let Some(mut trouble) = diagnosed(act, door, answer) {
            trouble.seen = seen;
            return trouble;
        }
        let obstacle = match (answer.status, act) {
            (409, Act::MakeFolder) => &PARENT_MISSING,
            (404, Act::WriteConfig(Thing::Folder)) => &UPLOAD_NOT_ALLOWED,
            // A plain file server does not know MKCOL and answers as for any missing file.
            (405 | 501, _) | (404, Act::MakeFolder) | (404 | 409, Act::WriteConfig(_)) => {
                &NO_FOLDERS
            }
            (403 | 404, _) => &READ_ONLY,
            _ => &REFUSED,
        };
        let mut trouble = Self::of(obstacle, &software, seen);
        trouble.is_locked_out = answer.status == 401;
        trouble.by_shell = obstacle.id == NO_FOLDERS.id;
        trouble
    }

    fn of(obstacle: &Obstacle, software: &[Recognised], seen: String) -> Self {
        Self {
            id: obstacle.id.to_owned(),
            title: obstacle.title.to_owned(),
            fix: obstacle.fix_for(software).to_owned(),
            seen,
            is_locked_out: false,
            by_shell: obstacle.id == NO_FOLDERS.id,
            software: software.to_vec(),
            problem: None,
        }
    }
}

/// Returns what was requested and answered, with the server's own sentence.
fn sentence(act: Act, answer: &Response) -> String {
    let said = match Words::of(&answer.body) {
        Some(Words::Text(said)) => format!(": {said}"),
        Some(Words::Page(Some(title))) => format!(", a page titled `{title}`"),
        Some(Words::Page(None)) => ", a page".to_owned(),
        None => String::new(),
    };
    format!("{}: {}{said}", act.words(), answer.status)
}

/// Returns the trouble for the problem of the catalogue that the answer shows.
fn diagnosed(act: Act, door: &Door, answer: &Response) -> Option<Trouble> {
    let login = door.target().login.kind();
    // The catalogue's problems about a missing `backups` apply to uploads of backups.
    let is_explained = answer.status == 401 || matches!(answer.status, 400 | 423 | 500 | 502..=599);
    if act != Act::Look && !is_explained {
        return None;
    }
    let found = diagnose(&Evidence {
        base: door.base().as_str(),
        login,
        with_credentials: login != LoginKind::Open,
        method: Method::Get,
        subject: Subject::Config,
        answer,
        beside: Beside::default(),
    })?;
    Some(Trouble {
        is_locked_out: answer.status == 401,
        ..Trouble::named(found, answer, String::new())
    })
}

/// Returns whether the page of an answer names a firewall.
fn is_firewall(answer: &Response) -> bool {
    const WORDS: [&str; 8] = [
        "mod_security",
        "modsecurity",
        "web application firewall",
        "request blocked",
        "has been blocked",
        "security rule",
        "incident id",
        "support id",
    ];
    let body = String::from_utf8_lossy(&answer.body.bytes).to_ascii_lowercase();
    let says_so = WORDS.iter().any(|word| body.contains(word));
    let is_cloudflare = recognised(answer)
        .iter()
        .any(|seen| seen.product == Cloudflare);
    match answer.status {
        406 => true,
        403 | 501 => says_so || (is_cloudflare && body.contains("<html")),
        _ => false,
    }
}
