//! Finds the base URL from whatever people paste, by a few requests that change nothing.

use super::pasted::Pasted;
use super::seen::Thing;
use super::suspect::{Because, Hopeless, Suspect, of_cloud, suspects};
use crate::diagnosis::FOLDER;
use crate::safe::Stage;
use crate::safe::base_url::BaseUrl;
use crate::wire::{Answer, Door, Failure, Login, Response, Secret, Spot, Target, TlsSetupError};
use std::sync::OnceLock;
use std::time::Duration;

/// The largest number of suspects that are asked about.
const MOST_SUSPECTS: usize = 6;
/// Where people put a Safe server on a host that also serves other things.
const USUAL: [&str; 3] = [FOLDER, "threema_safe", "safe"];
/// Where a cloud may live on its host.
const CLOUDS: [&str; 4] = ["", "/nextcloud", "/owncloud", "/cloud"];

/// A request that is made about a suspect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Look {
    /// PROPFIND of the folder.
    Folder,
    /// PROPFIND of the folder above.
    Parent,
    /// GET of `config`.
    Config,
    /// GET of `status.php`, by which Nextcloud and ownCloud name themselves.
    Status,
}

impl Look {
    const fn spot(self) -> Spot {
        match self {
            Self::Folder => Spot::Folder,
            Self::Parent => Spot::Parent,
            Self::Config => Spot::Config,
            Self::Status => Spot::Below("/status.php"),
        }
    }
}

/// Returns what the form of an address shows, without a request.
pub fn by_form_alone(text: &str, user: Option<&str>) -> Option<Suspect> {
    let all = suspects(&Pasted::of(text)?, user).ok()?;
    by_form(&all)
        .filter(|suspect| suspect.because != Because::Typed)
        .cloned()
}

/// Returns the scheme, the user info, the host and the port of an address, without the rest.
pub fn origin_of(text: &str) -> Option<String> {
    Pasted::of(text).map(|pasted| pasted.bare)
}

/// The side that answers: a server, or a table in a test.
pub trait Asker: Sync {
    /// Returns whether requests carry credentials; if so, one refusal ends the questions.
    fn logs_in(&self) -> bool;

    /// Makes one request about a base URL, with `user` instead of the person's own name if it is
    /// given.
    fn ask(
        &self,
        look: Look,
        base: &BaseUrl,
        user: Option<&str>,
    ) -> impl Future<Output = Answer> + Send;
}

/// How sure an answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sureness {
    /// The server confirmed it.
    Sure,
    /// The form of the address suggests it, and the server does not contradict it.
    Likely,
}

/// A base URL that was worked out.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Found {
    /// The base URL.
    pub url: String,
    /// The user name that belongs to it; `None` for the person's own.
    pub user: Option<String>,
    /// Why this base URL was chosen.
    pub because: Because,
    /// How sure it is.
    pub sureness: Sureness,
    /// Whether its folder does not exist yet.
    pub is_missing: bool,
}

impl Found {
    /// Returns whether `USER` in the URL must still be replaced by the user name.
    pub fn lacks_user(&self) -> bool {
        self.url.split('/').any(|part| part == "USER")
    }
}

/// The result of an investigation.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// This is the base URL.
    Found(Found),
    /// It may be any of these, or none of them.
    Unsure(Vec<Suspect>),
    /// No base URL can be found.
    Hopeless(Hopeless),
}

impl Verdict {
    /// Returns the verdict in a sentence or two.
    pub fn words(&self) -> String {
        match self {
            Self::Hopeless(why) => why.words(),
            Self::Unsure(suspects) if suspects.len() < 2 => {
                "The server shows no folder at this address. If that is not expected, look for the WebDAV address in its settings or its manual.".to_owned()
            }
            Self::Unsure(suspects) => {
                let urls: Vec<_> = suspects.iter().map(|one| format!("`{}`", one.url)).collect();
                format!("Unsure which address is meant. Possible: {}.", urls.join(", "))
            }
            Self::Found(found) => {
                let begin = match found.sureness {
                    _ if found.is_missing => "A folder for Threema Safe would have the address",
                    Sureness::Sure => "The address is",
                    Sureness::Likely => "The address is probably",
                };
                let user = found.user.as_ref();
                let user = user.map_or_else(String::new, |user| format!(" with the user name `{user}`"));
                let lack = if found.lacks_user() {
                    " USER stands for the user name on the server."
                } else {
                    ""
                };
                format!("{begin} `{}`{user}.{lack} {}", found.url, found.because.words())
            }
        }
    }

    /// Returns the base URL if it differs from the one that was entered.
    pub fn other_than(&self, typed: &str) -> Option<&Found> {
        let Self::Found(found) = self else {
            return None;
        };
        (found.url != typed.trim_end_matches('/')).then_some(found)
    }
}

/// What a request about a suspect showed.
enum Shown {
    /// A folder or a config.
    There { has_config: bool },
    /// Nothing, but the folder above exists.
    ToMake,
    /// The server requires a login.
    Guarded,
    /// Something else.
    Nothing,
}

/// Works out which base URL `text` stands for. `user` is the name of the person on the server, if
/// it is known.
pub async fn investigate(text: &str, user: Option<&str>, asker: &impl Asker) -> Verdict {
    let Some(pasted) = Pasted::of(text) else {
        return Verdict::Hopeless(Hopeless::NoHost);
    };
    let all = match suspects(&pasted, user) {
        Ok(all) => all,
        Err(why) => return Verdict::Hopeless(why),
    };
    let mut first_guess = None;
    let mut guarded = None;
    for suspect in all.iter().take(MOST_SUSPECTS) {
        match shown(suspect, asker).await {
            Shown::There { has_config } => {
                return Verdict::Found(found(suspect, Sureness::Sure, has_config, asker).await);
            }
            Shown::Guarded => {
                guarded.get_or_insert(suspect);
                // Servers lock users out after several wrong passwords.
                if asker.logs_in() {
                    break;
                }
            }
            Shown::ToMake => {
                first_guess.get_or_insert(suspect);
            }
            Shown::Nothing => {}
        }
    }
    if let Some(suspect) = first_guess {
        let mut found = found(suspect, Sureness::Sure, true, asker).await;
        found.is_missing = true;
        return Verdict::Found(found);
    }
    if let Some(suspect) = by_form(&all) {
        return Verdict::Found(found(suspect, Sureness::Likely, false, asker).await);
    }
    let is_refused = guarded.is_some() && asker.logs_in();
    if !is_refused && let Some(verdict) = cloud(&pasted, user, asker).await {
        return verdict;
    }
    if guarded.is_none()
        && pasted.path.is_empty()
        && let Some(root) = all.first()
        && let Some(found) = usual(&root.url, asker).await
    {
        return Verdict::Found(found);
    }
    match guarded {
        Some(suspect) => Verdict::Found(found(suspect, Sureness::Likely, false, asker).await),
        None => Verdict::Unsure(all),
    }
}

/// Returns the first suspect, unless it is only what was typed.
fn by_form(all: &[Suspect]) -> Option<&Suspect> {
    let first = all.first()?;
    let is_hinted = !matches!(first.because, Because::Typed | Because::Scheme);
    let is_files = ["/remote.php/", "/public.php/", "/dav/"]
        .iter()
        .any(|place| first.url.contains(place));
    (is_hinted || is_files || first.is_root).then_some(first)
}

async fn shown(suspect: &Suspect, asker: &impl Asker) -> Shown {
    let Ok(parsed) = BaseUrl::parse(&suspect.url) else {
        return Shown::Nothing;
    };
    let user = suspect.user.as_deref();
    let config = asker.ask(Look::Config, &parsed.base, user).await;
    let Ok(config) = config else {
        return Shown::Nothing;
    };
    if is_config(&config) {
        return Shown::There { has_config: true };
    }
    if matches!(config.status, 401 | 429) {
        return Shown::Guarded;
    }
    let thing = |answer: Answer| answer.ok().map(|answer| Thing::of(&answer));
    match thing(asker.ask(Look::Folder, &parsed.base, user).await) {
        Some(Thing::Folder) => Shown::There { has_config: false },
        Some(Thing::Nothing) if !parsed.base.path().is_empty() => {
            match thing(asker.ask(Look::Parent, &parsed.base, user).await) {
                Some(Thing::Folder) => Shown::ToMake,
                _ => Shown::Nothing,
            }
        }
        Some(Thing::Unseen(401 | 429)) => Shown::Guarded,
        _ => Shown::Nothing,
    }
}

/// Returns whether an answer is a config rather than a page that the server sends for every path.
fn is_config(answer: &Response) -> bool {
    let bytes = &answer.body.bytes;
    let text = String::from_utf8_lossy(bytes);
    answer.status == 200 && text.trim_start().starts_with('{') && text.contains("maxBackupBytes")
}

/// Returns the base URL of a suspect; below the root of a user's files, a folder for Safe.
async fn found(suspect: &Suspect, sureness: Sureness, is_whole: bool, asker: &impl Asker) -> Found {
    let mut found = Found {
        url: suspect.url.clone(),
        user: suspect.user.clone(),
        because: suspect.because,
        sureness,
        is_missing: false,
    };
    if !is_whole && (suspect.is_root || is_root_of_site(&suspect.url)) {
        if sureness == Sureness::Sure
            && let Some(there) = usual(&suspect.url, asker).await
            && there.sureness == Sureness::Sure
        {
            found.url = there.url;
            return found;
        }
        found.url = format!("{}/{FOLDER}", suspect.url);
        if matches!(found.because, Because::Typed | Because::Scheme) {
            found.because = Because::Below;
        }
        found.is_missing = match BaseUrl::parse(&found.url) {
            Ok(parsed) if sureness == Sureness::Sure => {
                let answer = asker.ask(Look::Folder, &parsed.base, None).await;
                !answer.is_ok_and(|answer| Thing::of(&answer) == Thing::Folder)
            }
            _ => true,
        };
    }
    found
}

/// Returns whether a URL has no path. The root of a site is never used, unless a `config` is there.
fn is_root_of_site(url: &str) -> bool {
    BaseUrl::parse(url).is_ok_and(|parsed| parsed.base.path().is_empty())
}

/// Returns a Safe server at a usual place below a folder, or below a host that shows nothing else.
async fn usual(root: &str, asker: &impl Asker) -> Option<Found> {
    for name in USUAL {
        let url = format!("{root}/{name}");
        let parsed = BaseUrl::parse(&url).ok()?;
        let config = asker.ask(Look::Config, &parsed.base, None).await;
        // A server that did not answer will not answer the next request either.
        let config = config.ok()?;
        let sureness = match config.status {
            _ if is_config(&config) => Sureness::Sure,
            401 => Sureness::Likely,
            _ => continue,
        };
        return Some(Found {
            url,
            user: None,
            because: Because::Below,
            sureness,
            is_missing: false,
        });
    }
    None
}

/// Returns the places on its host where a cloud may live.
fn prefixes(pasted: &Pasted) -> Vec<String> {
    let first = pasted.path.first().map(|first| format!("/{first}"));
    let places = CLOUDS.iter().map(|place| (*place).to_owned());
    let mut prefixes: Vec<String> = first.into_iter().chain(places).collect();
    prefixes.dedup();
    prefixes
}

/// Returns the URLs of the clouds that an address may belong to.
pub(super) fn clouds(text: &str) -> Vec<String> {
    let Some(pasted) = Pasted::of(text) else {
        return Vec::new();
    };
    let prefixes = prefixes(&pasted);
    prefixes
        .iter()
        .map(|prefix| format!("{}{prefix}", pasted.origin()))
        .collect()
}

/// Returns a cloud that answers on the host, at any of the usual paths.
async fn cloud(pasted: &Pasted, user: Option<&str>, asker: &impl Asker) -> Option<Verdict> {
    for prefix in prefixes(pasted) {
        let origin = format!("{}{prefix}", pasted.origin());
        let Ok(parsed) = BaseUrl::parse(&origin) else {
            continue;
        };
        let answer = asker.ask(Look::Status, &parsed.base, None).await;
        if !answer.is_ok_and(|answer| is_status(&answer)) {
            continue;
        }
        let known = pasted.user_info.as_ref().map(|info| info.user.as_str());
        let user = user.or(known);
        let suspect = of_cloud(&pasted.origin(), &prefix, user);
        let (sureness, has_config) = match shown(&suspect, asker).await {
            Shown::There { has_config } => (Sureness::Sure, has_config),
            _ => (Sureness::Likely, false),
        };
        let found = found(&suspect, sureness, has_config, asker).await;
        return Some(Verdict::Found(found));
    }
    None
}

/// Returns whether an answer is the `status.php` of Nextcloud, ownCloud or a relative.
pub(super) fn is_status(answer: &Response) -> bool {
    let text = String::from_utf8_lossy(&answer.body.bytes);
    answer.status == 200 && text.contains("\"productname\"") && text.contains("\"installed\"")
}

/// Sends the requests to a server. The credentials go to the host of the target only.
pub struct Live {
    /// The server, the credentials for it, and the trusted roots.
    pub target: Target,
    /// How long one answer may take.
    pub timeout: Duration,
    /// The answer by which the server refused the credentials.
    refusal: OnceLock<Response>,
}

impl Live {
    /// Returns an asker that uses the credentials of this target.
    pub const fn new(target: Target, timeout: Duration) -> Self {
        Self {
            target,
            timeout,
            refusal: OnceLock::new(),
        }
    }

    /// Returns the answer by which the server refused the credentials, which must not be sent
    /// again.
    pub fn refusal(&self) -> Option<&Response> {
        self.refusal.get()
    }
}

impl Asker for Live {
    fn logs_in(&self) -> bool {
        self.target.login != Login::Open
    }

    async fn ask(&self, look: Look, base: &BaseUrl, user: Option<&str>) -> Answer {
        let mut target = Target {
            base: base.clone(),
            ..self.target.clone()
        };
        if base.host() != self.target.base.host() {
            target.login = Login::Open;
            target.addresses.clear();
        } else if let Some(user) = user {
            let password = match &self.target.login {
                Login::Basic { password, .. } => password.clone(),
                Login::Open | Login::Token(_) => Secret::new(String::new()),
            };
            target.login = Login::Basic {
                user: user.to_owned(),
                password,
            };
        }
        let unspoken = |error: TlsSetupError| Failure::peer(Stage::Tls, error.to_string());
        let door = Door::open(target, self.timeout).map_err(unspoken)?;
        let is_own = user.is_none() && door.target().login != Login::Open;
        let answer = match look {
            Look::Config => door.read(look.spot()).await,
            Look::Status => return door.read_anonymously(look.spot()).await,
            Look::Folder | Look::Parent => door.properties(look.spot()).await,
        };
        if let Some(refusal) = answer.as_ref().ok().filter(|it| is_own && it.status == 401) {
            self.refusal.get_or_init(|| refusal.clone());
        }
        answer
    }
}
