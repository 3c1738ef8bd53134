//! What a Nextcloud answers besides its files: `status.php` and pages for the browser.
//!
//! Source: servers.nextcloud-host, servers.nextcloud-maintenance.

use super::answer::{Answer, Refusal, page as html, redirect, refusal, refusal_with};
use super::body::read;
use super::call::Call;
use super::faults::Fault;
use super::listing::{Entry, multistatus};
use super::logins::{FLOW, GRANT, as_json};
use super::options::Login;
use super::profile::Habit;
use super::route::{Route, encoded};
use super::site::Site;
use http::header::{AUTHORIZATION, HOST};
use http::{Method, StatusCode};
use hyper::body::Incoming;
use serde_json::json;

/// How much of a poll for a login is read, in bytes.
const MAX_QUESTION: u64 = 4 * 1024;

/// The root of the `WebDAV` for users who have logged in.
const DAV: &str = "/remote.php/dav";
/// The folders of the users.
const FILES: &str = "/remote.php/dav/files";
/// The path at which an app password is revoked.
const APP_PASSWORD: &str = "/ocs/v2.php/core/apppassword";
/// A page that needs no login.
pub(super) enum Page {
    /// This one.
    Answer(Answer),
    /// The answer to a poll for a login.
    Poll,
}

/// Returns the answer to `status.php`, which also exists in maintenance.
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

/// Returns the answer to a request that concerns neither files nor app passwords.
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
        // The root cannot be mounted.
        refusal(StatusCode::METHOD_NOT_ALLOWED)
    } else if method == Method::POST && path == "/login/v2" {
        site.logins.begin(&origin(site, call))
    } else if let Some(token) = path.strip_prefix(FLOW) {
        site.logins.show(token)
    } else if let Some(token) = path.strip_prefix(GRANT).filter(|_| method == Method::POST) {
        site.logins.grant(token)
    } else {
        in_browser(site, call, path)
    }))
}

/// Returns a page for people.
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

/// Returns whether a request needs a login although its path does not exist: other users' files,
/// and the folders above them.
pub(super) fn guards(site: &Site, call: &Call<'_>) -> bool {
    let path = call.parts.uri.path();
    let is_guarded = [DAV, "/remote.php/webdav", APP_PASSWORD]
        .iter()
        .filter_map(|place| path.strip_prefix(place))
        .any(|rest| rest.is_empty() || rest.starts_with('/'));
    is_guarded && site.manner.does(Habit::Cloud)
}

/// Returns the answer to a logged-in user who requests something that is not among their files.
pub(super) fn above_the_files(site: &Site, call: &Call<'_>) -> Answer {
    let path = call.parts.uri.path().trim_end_matches('/');
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    match (call.parts.method.as_str(), path) {
        ("DELETE", APP_PASSWORD) => revoked(site, call),
        // The list of the users is private.
        ("PROPFIND", FILES) if call.looks_deeper() => refusal(StatusCode::METHOD_NOT_ALLOWED),
        ("PROPFIND", DAV | FILES) => multistatus(&[Entry::folder(path)]),
        ("MKCOL" | "PUT", _) if [DAV, FILES].contains(&parent) => refusal(StatusCode::FORBIDDEN),
        ("MKCOL", _) => refusal(StatusCode::CONFLICT),
        _ => refusal(StatusCode::NOT_FOUND),
    }
}

/// Revokes the password with which a request logs in.
fn revoked(site: &Site, call: &Call<'_>) -> Answer {
    let sent = call.parts.headers.get(AUTHORIZATION);
    let sent = sent.and_then(|sent| super::auth::basic(sent.as_bytes()));
    site.logins.revoke(&sent.unwrap_or_default())
}

/// Answers a poll for a login.
pub(super) async fn poll(site: &Site, call: &Call<'_>, body: &mut Incoming) -> Answer {
    let mut bytes = Vec::new();
    // A poll that breaks off contains no token.
    let _ = read(body, MAX_QUESTION, |piece| bytes.extend_from_slice(piece)).await;
    let asked = bytes.strip_prefix(b"token=").unwrap_or_default();
    let user = match &site.login {
        Login::Basic { user, .. } => Some(user.as_str()),
        Login::Open | Login::Token(_) => None,
    };
    site.logins.poll(asked, user, &origin(site, call))
}

/// Returns the origin that a request names.
fn origin(site: &Site, call: &Call<'_>) -> String {
    let scheme = site.base_url.split("://").next().unwrap_or("https");
    let authority = call.parts.uri.authority().map(ToString::to_string);
    let host = call.parts.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok()).map(str::to_owned);
    format!("{scheme}://{}", authority.or(host).unwrap_or_default())
}
