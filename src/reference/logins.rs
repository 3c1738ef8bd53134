//! A simulated login in the browser: a page with one button grants the waiting program an app
//! password.
//!
//! Source: Nextcloud's developer manual, "Login flow v2" and "Deleting an app password".

use super::answer::{Answer, content, page as html, refusal};
use http::StatusCode;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest number of waiting logins, and of granted passwords.
const MAX_LOGINS: usize = 20;

/// The path before the token of a page that grants a login.
pub(super) const FLOW: &str = "/login/v2/flow/";
/// The path before the token of a login that is granted.
pub(super) const GRANT: &str = "/login/v2/grant/";

/// A login that waits for its grant in the browser.
struct Waiting {
    /// The token with which the program polls.
    poll: String,
    /// The token of the page.
    page: String,
    is_granted: bool,
}

/// The logins in the browser, and the granted passwords.
pub(super) struct Logins {
    /// Whether logins are offered; everyone who reaches the page can grant one.
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

    /// Returns the page that grants a login.
    pub(super) fn show(&self, token: &str) -> Answer {
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
    pub(super) fn grant(&self, token: &str) -> Answer {
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

    /// Returns whether these are the user name and a granted password.
    pub(super) fn know(&self, sent: &[u8], user: &str) -> bool {
        let table = self.lock();
        let mut passwords = table.passwords.iter();
        passwords.any(|password| sent == format!("{user}:{password}").as_bytes())
    }

    /// Revokes the password in these credentials.
    pub(super) fn revoke(&self, sent: &[u8]) -> Answer {
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

    /// Begins a login.
    pub(super) fn begin(&self, origin: &str) -> Answer {
        let (Some(poll), Some(page), true) = (token(), token(), self.is_offered) else {
            return refusal(StatusCode::NOT_FOUND);
        };
        let begun = json!({
            "poll": {"token": poll, "endpoint": format!("{origin}/login/v2/poll")},
            "login": format!("{origin}{FLOW}{page}"),
        });
        let mut table = self.lock();
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

    /// Answers a poll for a login: once with the password, and never again.
    pub(super) fn poll(&self, asked: &[u8], user: Option<&str>, origin: &str) -> Answer {
        let mut table = self.lock();
        let mut waiting = table.waiting.iter();
        let at = waiting.position(|one| one.is_granted && one.poll.as_bytes() == asked);
        let (Some(at), Some(user), Some(password)) = (at, user, token()) else {
            return as_json(StatusCode::NOT_FOUND, &json!([]));
        };
        table.waiting.remove(at);
        if table.passwords.len() >= MAX_LOGINS {
            table.passwords.remove(0);
        }
        table.passwords.push(password.clone());
        let granted = json!({
            "server": origin,
            "loginName": user,
            "appPassword": password,
        });
        as_json(StatusCode::OK, &granted)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a token that cannot be guessed, in a form that no backup ID has.
fn token() -> Option<String> {
    let mut bytes = [0; 40];
    getrandom::fill(&mut bytes).ok()?;
    Some(data_encoding::BASE32_NOPAD.encode(&bytes))
}

/// Returns an answer with this status and JSON.
pub(super) fn as_json(status: StatusCode, value: &serde_json::Value) -> Answer {
    content(status, "application/json; charset=utf-8", value.to_string())
}
