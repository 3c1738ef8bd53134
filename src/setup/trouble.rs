//! What went wrong in a request of `setup`, on this server.

use super::obstacle::{
    CHANGED_MEANWHILE, FILE_IN_THE_WAY, FIREWALL, FOLDER_IN_THE_WAY, LIMITED, NO_FOLDERS,
    NOT_STORED, Obstacle, PARENT_HIDDEN, PARENT_MISSING, READ_ONLY, REDIRECTED, REFUSED,
    UPLOAD_NOT_ALLOWED, WEB_PAGE,
};
use super::seen::Thing;
use crate::diagnosis::{
    Beside, Diagnosis, Evidence, NOT_SET_UP, Problem, Product, Recognised, Subject, Words,
    diagnose, is_of_user, recognised, with_url,
};
use crate::safe::Stage;
use crate::wire::{Door, Failure, LoginKind, Method, Response, Spot};

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
    /// Whether no connection to the server was possible.
    pub is_unreachable: bool,
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
            Act::Look => failure.fix().unwrap_or(
                "Check the address and the port, and whether the server runs, can be reached from here and speaks TLS there; `check` with the same URL says more.",
            ),
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
            is_unreachable: matches!(failure.stage, Stage::Resolve | Stage::Connect),
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
            is_unreachable: false,
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

    /// Returns the trouble of a folder in the place of `config`.
    pub(super) fn folder_in_the_way(url: &str, software: &[Recognised]) -> Self {
        Self::of(&FOLDER_IN_THE_WAY, software, format!("`{url}` is a folder"))
    }

    /// Returns the trouble of an upload into a folder that does not exist, because the server did
    /// not make it.
    pub(super) fn no_folder(act: Act, answer: &Response, software: &[Recognised]) -> Self {
        let seen = format!(
            "{}; the folder does not exist, and the server does not make it (MKCOL)",
            sentence(act, answer)
        );
        Self::of(&NO_FOLDERS, software, seen)
    }

    /// Returns the trouble of a folder that the server does not show: the one above the URL.
    pub(super) fn parent_missing(door: &Door, software: &[Recognised]) -> Self {
        let seen = format!("looking at `{}`: not found", door.url(Spot::Parent));
        Self::of(parent_obstacle(door, software), software, seen)
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
        with_url(door.base().as_str(), &mut software);
        let obstacle = match answer.status {
            429 => Some(&LIMITED),
            412 => Some(&CHANGED_MEANWHILE),
            301..=308 => Some(&REDIRECTED),
            _ if is_firewall(answer) => Some(&FIREWALL),
            // A file server answers so if it lacks the right to write.
            //
            // Source: `servers.unwritable-backups`.
            500 if act == Act::WriteConfig(Thing::Folder) && is_file_server(&software) => {
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
            (409, Act::MakeFolder) => parent_obstacle(door, &software),
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
            is_unreachable: false,
            by_shell: obstacle.id == NO_FOLDERS.id,
            software: software.to_vec(),
            problem: None,
        }
    }
}

/// Returns what it means that the folder above the URL is not there; `software` includes what the
/// URL shows.
fn parent_obstacle(door: &Door, software: &[Recognised]) -> &'static Obstacle {
    let is_seen = software
        .iter()
        .any(|seen| seen.product == Product::Nextcloud);
    if is_seen && is_of_user(door.base().as_str()) {
        &PARENT_HIDDEN
    } else {
        &PARENT_MISSING
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

/// Returns whether the answers come from a server's own `WebDAV`, not from an application that it
/// runs or forwards to.
fn is_file_server(software: &[Recognised]) -> bool {
    use Product::{Apache, Dufs, Lighttpd, Nextcloud, OpenCloud, OwnCloud, Sabre};
    let is_seen = |product| software.iter().any(|seen| seen.product == product);
    [Apache, Lighttpd, Dufs].map(is_seen).contains(&true)
        && ![Nextcloud, OwnCloud, OpenCloud, Sabre]
            .map(is_seen)
            .contains(&true)
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
        .any(|seen| seen.product == Product::Cloudflare);
    match answer.status {
        406 => true,
        403 | 501 => says_so || (is_cloudflare && body.contains("<html")),
        _ => false,
    }
}
