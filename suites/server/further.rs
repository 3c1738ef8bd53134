//! Further requests after a refusal, to distinguish problems: few, and each once in a run.

use crate::diagnosis::{Beside, Subject};
use crate::wire::{Context, LoginKind, Method, Place, Recipe, Request, Response};

/// The answers to further requests.
#[derive(Default)]
pub struct Further {
    folder: Option<u16>,
    backups: Option<u16>,
    above: Option<u16>,
    misnamed: Option<&'static str>,
    without_login: Option<Response>,
    other_agent: Option<Response>,
}

/// Names that people give `config` by mistake, as suffixes of the base URL, each with the name of
/// its request.
const MISNAMED: [(&str, &str); 3] = [
    ("shared.config-txt", "/config.txt"),
    ("shared.config-json", "/config.json"),
    ("shared.config-md", "/config.md"),
];

/// The User-Agent of a browser, which filters against robots let pass.
const OTHER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

impl Further {
    /// Sends the requests that the answer makes necessary.
    pub async fn of(
        context: &Context,
        answer: &Response,
        asked: (Method, Subject),
        with_credentials: bool,
    ) -> Self {
        let mut found = Self::default();
        match (asked, answer.status) {
            _ if !with_credentials => {}
            ((Method::Get, Subject::Config), 404) => found.look_for_config(context).await,
            ((Method::Get, Subject::Config), 405) => found.look_for_webdav(context).await,
            ((Method::Get, Subject::Config), 401) if context.facts().login == LoginKind::Basic => {
                found.without_login = context.unauthenticated_config().await.ok();
            }
            ((Method::Get, Subject::Config), 400 | 403 | 406) => {
                let request = Request::new(Method::Get, Place::Config);
                let request = request.header("User-Agent", OTHER_AGENT);
                found.other_agent = context.once("shared.other-agent", request).await.ok();
                if answer.status == 403 {
                    found.look_for_webdav(context).await;
                }
            }
            ((Method::Put, Subject::Backup), 403 | 404 | 405 | 409 | 500 | 501) => {
                found.folder = status(context, "/backups/").await;
                if answer.status == 404 && found.folder == Some(404) {
                    found.above = status(context, "/").await;
                }
                if answer.status == 403 {
                    found.without_login = without_login(context).await;
                }
            }
            _ => {}
        }
        found
    }

    /// Looks for the folder over `WebDAV`, and, if it is missing, whether there is a login at all.
    async fn look_for_webdav(&mut self, context: &Context) {
        self.folder = status(context, "/").await;
        let is_shown = matches!(self.folder, Some(207 | 404));
        if !is_shown && context.facts().login == LoginKind::Basic {
            self.without_login = context.unauthenticated_config().await.ok();
        }
    }

    async fn look_for_config(&mut self, context: &Context) {
        self.look_for_webdav(context).await;
        if self.folder != Some(207) {
            return;
        }
        self.backups = status(context, "/backups/").await;
        for (name, suffix) in MISNAMED {
            let request = Request::new(Method::Get, Place::Below(suffix)).reading_at_most(4096);
            let answer = context.once(name, request).await;
            if answer.is_ok_and(|answer| answer.is_success()) {
                self.misnamed = suffix.strip_prefix('/');
                break;
            }
        }
    }

    /// Returns the answers, as evidence.
    pub fn beside(&self) -> Beside<'_> {
        Beside {
            folder: self.folder,
            backups: self.backups,
            above: self.above,
            misnamed: self.misnamed,
            other_user: false,
            unseen_in_login: false,
            person: None,
            missing: None,
            without_login: self.without_login.as_ref(),
            other_agent: self.other_agent.as_ref(),
        }
    }
}

/// Returns the status of a PROPFIND of a folder.
async fn status(context: &Context, suffix: &'static str) -> Option<u16> {
    let answer = context.folder(suffix).await.ok()?;
    Some(answer.status)
}

/// Returns the answer to an upload without credentials, if the server asks for a login.
async fn without_login(context: &Context) -> Option<Response> {
    if context.facts().login != LoginKind::Basic || !context.may_ask_anonymously() {
        return None;
    }
    let challenged = context.unauthenticated_config().await.ok()?;
    if challenged.status != 401 {
        return None;
    }
    let payload = context.shared_payload("specimen", Recipe::Random(600));
    let request = Request::put(&context.specimen(), &payload).anonymous();
    context
        .once("shared.anonymous-small-upload", request)
        .await
        .ok()
}
