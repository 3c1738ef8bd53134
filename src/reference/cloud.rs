//! What a Nextcloud answers beside its files: `status.php`, pages for the browser, and a simulated
//! login in the browser.
//!
//! Source: servers.nextcloud-host, servers.nextcloud-maintenance; Nextcloud's developer manual,
//! "Login flow v2" and "Deleting an app password".

use super::answer::{Answer, Refusal, content, page as html, redirect, refusal, refusal_with};
use super::body::read;
use super::faults::Fault;
use super::handler::Call;
use super::listing::{Entry, multistatus};
use super::options::Login;
use super::profile::Habit;
use super::route::{Route, encoded};
use super::site::Site;
use http::header::{AUTHORIZATION, HOST, HeaderValue};
use http::{Method, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many logins may wait for somebody to grant them, and how many passwords they may give.
const MAX_LOGINS: usize = 20;
/// How much is read of the question whether a login was granted.
const MAX_QUESTION: u64 = 4 * 1024;

/// The root of the `WebDAV` for who has logged in.
const DAV: &str = "/remote.php/dav";
/// The folders of the users.
const FILES: &str = "/remote.php/dav/files";
/// Where an app password is taken back.
const APP_PASSWORD: &str = "/ocs/v2.php/core/apppassword";
/// What follows is a page that grants a login.
const FLOW: &str = "/login/v2/flow/";
/// What follows is the login that somebody grants.
const GRANT: &str = "/login/v2/grant/";

/// A page that is there for everybody.
pub(super) enum Page {
    /// This one.
    Answer(Answer),
    /// The answer to the question whether a login was granted.
    Poll,
}

/// The answer to `status.php`, which is there also in maintenance.
pub(super) fn status(site: &Site, call: &Call<'_>) -> Option<Answer> {
    let is_asked = call.parts.uri.path() == "/status.php" && site.manner.does(Habit::Cloud);
    let status = json!({
        "installed": true,
        "maintenance": site.has(Fault::Maintenance),
        "needsDbUpgrade": false,
        "version": "33.0.3.2",
        "versionstring": "33.0.3",
        "edition": "",
        "productname": "Nextcloud",
        "extendedSupport": false,
    });
    is_asked.then(|| as_json(StatusCode::OK, &status))
}

/// The answer to a request that is neither about files nor about the login's own passwords.
pub(super) fn page(site: &Site, call: &Call<'_>) -> Option<Page> {
    let is_page = site.manner.does(Habit::Cloud)
        && *call.route == Route::Outside
        && call.spot.is_none()
        && !guards(site, call);
    if !is_page {
        return None;
    }
    let path = call.parts.uri.path();
    let path = path.strip_prefix("/index.php").unwrap_or(path);
    let method = &call.parts.method;
    if method == Method::POST && path == "/login/v2/poll" {
        return Some(Page::Poll);
    }
    Some(Page::Answer(if method.as_str() == "PROPFIND" {
        // The root is no place to mount.
        refusal(StatusCode::METHOD_NOT_ALLOWED)
    } else if method == Method::POST && path == "/login/v2" {
        begin(site, call)
    } else if let Some(token) = path.strip_prefix(FLOW) {
        site.logins.show(token)
    } else if let Some(token) = path.strip_prefix(GRANT).filter(|_| method == Method::POST) {
        site.logins.grant(token)
    } else {
        in_browser(site, call, path)
    }))
}

/// A page for people.
fn in_browser(site: &Site, call: &Call<'_>, path: &str) -> Answer {
    let first = path.split('/').nth(1).unwrap_or_default();
    match first {
        "" => redirect(StatusCode::FOUND, "/index.php/login"),
        "login" if path == "/login" => html(
            StatusCode::OK,
            "Login – Nextcloud",
            "<p>A simulated Nextcloud: nobody can log in on this page.</p>",
        ),
        "apps" | "settings" | "f" => {
            let wanted = encoded(call.url());
            let login = format!("/index.php/login?redirect_url={wanted}");
            redirect(StatusCode::SEE_OTHER, &login)
        }
        "s" if site.base_path.starts_with("/public.php/") => html(
            StatusCode::OK,
            "Nextcloud",
            "<p>A simulated Nextcloud: the page of a public link.</p>",
        ),
        "public.php" => refusal_with(
            StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Saying {
                exception: r"Sabre\DAV\Exception\ServiceUnavailable",
                message: "Share not found".to_owned(),
            },
        ),
        _ => html(
            StatusCode::NOT_FOUND,
            "Nextcloud",
            "<h2>Page not found</h2><p>The page could not be found on the server.</p>",
        ),
    }
}

/// Whether a request needs a login, whatever is there: the files of others, and what is above them.
pub(super) fn guards(site: &Site, call: &Call<'_>) -> bool {
    let path = call.parts.uri.path();
    let is_guarded = [DAV, "/remote.php/webdav", APP_PASSWORD]
        .iter()
        .filter_map(|place| path.strip_prefix(place))
        .any(|rest| rest.is_empty() || rest.starts_with('/'));
    is_guarded && site.manner.does(Habit::Cloud)
}

/// The answer to who has logged in and asks for what is no file of theirs.
pub(super) fn above_the_files(site: &Site, call: &Call<'_>) -> Answer {
    let path = call.parts.uri.path().trim_end_matches('/');
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    match (call.parts.method.as_str(), path) {
        ("DELETE", APP_PASSWORD) => site.logins.revoke(call),
        ("PROPFIND", DAV) => multistatus(&[Entry::folder(path)]),
        // The list of the users is nobody's business.
        ("PROPFIND", FILES) if call.looks_deeper() => refusal(StatusCode::METHOD_NOT_ALLOWED),
        ("PROPFIND", FILES) => multistatus(&[Entry::folder(path)]),
        ("MKCOL" | "PUT", _) if [DAV, FILES].contains(&parent) => refusal(StatusCode::FORBIDDEN),
        ("MKCOL", _) => refusal(StatusCode::CONFLICT),
        _ => refusal(StatusCode::NOT_FOUND),
    }
}

/// A login that waits for somebody to grant it in the browser.
struct Waiting {
    /// What the program asks with.
    poll: String,
    /// What the page is known by.
    page: String,
    is_granted: bool,
}

/// The logins in the browser, and the passwords that they gave.
pub(super) struct Logins {
    /// Whether there are any: whoever reaches the page can grant a login.
    is_offered: bool,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    waiting: Vec<Waiting>,
    passwords: Vec<String>,
}

impl Logins {
    pub(super) fn new(is_offered: bool) -> Self {
        Self {
            is_offered,
            table: Mutex::default(),
        }
    }

    /// The page on which a login is granted.
    fn show(&self, token: &str) -> Answer {
        let table = self.lock();
        if !table.waiting.iter().any(|waiting| waiting.page == token) {
            return html(
                StatusCode::NOT_FOUND,
                "Nextcloud",
                "<h2>Page not found</h2>",
            );
        }
        html(
            StatusCode::OK,
            "Simulated login – safe-conformance",
            &format!(
                "<h1>This is a simulation</h1><p>It is the server that <code>safe-conformance \
                 serve</code> runs on this machine, and no Nextcloud. Nobody is asked for a \
                 password: one click gives the program that waits an app password of this \
                 server.</p><form method=\"post\" action=\"{GRANT}{token}\">\
                 <button>Grant access</button></form>"
            ),
        )
    }

    /// Grants a login.
    fn grant(&self, token: &str) -> Answer {
        let mut table = self.lock();
        let Some(waiting) = table.waiting.iter_mut().find(|one| one.page == token) else {
            return html(
                StatusCode::NOT_FOUND,
                "Nextcloud",
                "<h2>Page not found</h2>",
            );
        };
        waiting.is_granted = true;
        html(
            StatusCode::OK,
            "Simulated login – safe-conformance",
            "<p>Access is granted. Go back to the program that waits.</p>",
        )
    }

    /// Whether these are the name and a password that a login gave.
    pub(super) fn know(&self, sent: &[u8], user: &str) -> bool {
        let table = self.lock();
        let mut passwords = table.passwords.iter();
        passwords.any(|password| sent == format!("{user}:{password}").as_bytes())
    }

    /// Takes the password back that a request logs in with.
    fn revoke(&self, call: &Call<'_>) -> Answer {
        let sent = call
            .parts
            .headers
            .get(AUTHORIZATION)
            .map(HeaderValue::as_bytes);
        let sent = sent
            .and_then(|sent| super::auth::basic(sent))
            .unwrap_or_default();
        let mut table = self.lock();
        let before = table.passwords.len();
        table
            .passwords
            .retain(|password| !sent.ends_with(format!(":{password}").as_bytes()));
        let (status, code) = if table.passwords.len() < before {
            (StatusCode::OK, 200)
        } else {
            (StatusCode::FORBIDDEN, 403)
        };
        as_json(
            status,
            &json!({"ocs": {"meta": {"statuscode": code}, "data": []}}),
        )
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins a login in the browser.
fn begin(site: &Site, call: &Call<'_>) -> Answer {
    let tokens = (token(), token());
    let (Some(poll), Some(page), true) = (tokens.0, tokens.1, site.logins.is_offered) else {
        return refusal(StatusCode::NOT_FOUND);
    };
    let origin = origin(site, call);
    let begun = json!({
        "poll": {"token": poll, "endpoint": format!("{origin}/login/v2/poll")},
        "login": format!("{origin}{FLOW}{page}"),
    });
    let mut table = site.logins.lock();
    if table.waiting.len() >= MAX_LOGINS {
        table.waiting.remove(0);
    }
    table.waiting.push(Waiting {
        poll,
        page,
        is_granted: false,
    });
    as_json(StatusCode::OK, &begun)
}

/// Answers the question whether a login was granted: once with the password, then never again.
pub(super) async fn poll(site: &Site, call: &Call<'_>, body: &mut Incoming) -> Answer {
    let mut bytes = Vec::new();
    // A question that breaks off holds no token.
    let _ = read(body, MAX_QUESTION, |piece| bytes.extend_from_slice(piece)).await;
    let asked = bytes.strip_prefix(b"token=").unwrap_or_default();
    let mut table = site.logins.lock();
    let at = table
        .waiting
        .iter()
        .position(|one| one.is_granted && one.poll.as_bytes() == asked);
    let (Some(at), Some(password), Login::Basic { user, .. }) = (at, token(), &site.login) else {
        return as_json(StatusCode::NOT_FOUND, &json!([]));
    };
    table.waiting.remove(at);
    if table.passwords.len() >= MAX_LOGINS {
        table.passwords.remove(0);
    }
    table.passwords.push(password.clone());
    let granted = json!({
        "server": origin(site, call),
        "loginName": user,
        "appPassword": password,
    });
    as_json(StatusCode::OK, &granted)
}

/// The origin that a request names.
fn origin(site: &Site, call: &Call<'_>) -> String {
    let scheme = site.base_url.split("://").next().unwrap_or("https");
    let authority = call.parts.uri.authority().map(ToString::to_string);
    let host = call.parts.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok()).map(str::to_owned);
    format!("{scheme}://{}", authority.or(host).unwrap_or_default())
}

/// What nobody can guess, and nobody takes for a backup ID.
fn token() -> Option<String> {
    let mut bytes = [0; 40];
    getrandom::fill(&mut bytes).ok()?;
    Some(data_encoding::BASE32_NOPAD.encode(&bytes))
}

fn as_json(status: StatusCode, value: &serde_json::Value) -> Answer {
    content(status, "application/json; charset=utf-8", value.to_string())
}
