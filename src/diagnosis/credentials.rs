//! Problems of logging in: what the server offers, what it says, and what never reaches it.

use super::{Certainty, Evidence, Problem, Product, Words, recognised};
use crate::wire::{Challenge, LoginKind};

/// The header field `Authorization` does not reach the application.
pub(super) const AUTHORIZATION_LOST: Problem = Problem {
    id: "problem.authorization-lost",
    title: "the credentials do not reach the application",
    meaning: "The request carried credentials, and the application says that it saw none. The web server in front of PHP does not hand the field `Authorization` on.",
    fix: "Hand the field `Authorization` to PHP. Apache: `CGIPassAuth On` in the `<Directory>`, or `SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1`; nginx: `fastcgi_param HTTP_AUTHORIZATION $http_authorization;`",
    fixes: &[],
    source: "sabre/dav, DAV\\Auth\\Backend\\AbstractBasic",
    spelled: None,
    recognise: |evidence| {
        let says_so = sentence(evidence)
            .is_some_and(|said| said.contains("No 'Authorization: Basic' header found"));
        (refused_login(evidence) && says_so).then_some(Certainty::Certain)
    },
};

/// The account needs a password for apps.
pub(super) const APP_PASSWORD: Problem = Problem {
    id: "problem.app-password",
    title: "the server wants an app password",
    meaning: "Nextcloud refuses the login password for programs, because of a second factor or by its settings. It sends no challenge either, so that iOS never logs in.",
    fix: "Make an app password (Settings, Security, Devices & sessions), with access to files, and enter that.",
    fixes: &[],
    source: "measured on Nextcloud 33.0.3 with two-factor login and with token_auth_enforced",
    spelled: None,
    recognise: |evidence| {
        let is_nextcloud = recognised(evidence.answer)
            .iter()
            .any(|seen| seen.product == Product::Nextcloud);
        let says_so = sentence(evidence).is_some_and(|said| {
            said.to_ascii_lowercase()
                .contains("password login forbidden")
        });
        match (refused_login(evidence), says_so) {
            (true, true) => Some(Certainty::Certain),
            (true, false) if is_nextcloud && Challenge::all(evidence.answer).is_empty() => {
                Some(Certainty::Likely)
            }
            _ => None,
        }
    },
};

/// Bearer is offered, and nothing that the apps speak.
pub(super) const BEARER_ONLY: Problem = Problem {
    id: "problem.bearer-only",
    title: "the server offers Bearer alone, which no app speaks",
    meaning: "The server wants a token of its own login page. The apps send a user name and a password (HTTP Basic).",
    fix: "Enable HTTP Basic for WebDAV. ownCloud Infinite Scale and OpenCloud: make an app token and enter it as the password, with PROXY_ENABLE_APP_AUTH=true; or set PROXY_ENABLE_BASIC_AUTH=true.",
    fixes: &[],
    source: "RFC 9110 section 11.6.1; clause 4.8",
    spelled: None,
    recognise: |evidence| offers_only(evidence, &["bearer"]),
};

/// Negotiate or NTLM are offered, and nothing that the apps speak.
pub(super) const WINDOWS_LOGIN_ONLY: Problem = Problem {
    id: "problem.windows-login-only",
    title: "the server offers Windows authentication alone",
    meaning: "Negotiate and NTLM are for members of a Windows domain. The apps send a user name and a password (HTTP Basic).",
    fix: "Enable Basic authentication for this folder. IIS: install Basic Authentication, enable it for the site, and disable Windows Authentication there.",
    fixes: &[],
    source: "RFC 4559; clause 4.8",
    spelled: None,
    recognise: |evidence| offers_only(evidence, &["negotiate", "ntlm", "kerberos"]),
};

/// Digest is offered, and no Basic.
pub(super) const DIGEST_ONLY: Problem = Problem {
    id: "problem.digest-only",
    title: "the server takes Digest authentication only",
    meaning: "Android and Desktop send HTTP Basic alone and are refused. iOS could answer Digest.",
    fix: "Offer Basic authentication over TLS (Apache: `AuthType Basic` with an `AuthUserFile` made by `htpasswd`).",
    fixes: &[],
    source: "clause 4.8",
    spelled: None,
    recognise: |evidence| offers_only(evidence, &["digest"]),
};

/// Schemes are offered, and none that the apps speak.
pub(super) const NO_BASIC: Problem = Problem {
    id: "problem.no-basic",
    title: "the server offers no authentication that the apps speak",
    meaning: "The challenge names schemes, and HTTP Basic is none of them. The apps send nothing else.",
    fix: "Offer HTTP Basic for this folder: `WWW-Authenticate: Basic realm=\"…\"`.",
    fixes: &[],
    source: "RFC 9110 section 11.6.1; clause 4.8",
    spelled: None,
    recognise: |evidence| {
        let challenges = Challenge::all(evidence.answer);
        let offers_basic = challenges.iter().any(|challenge| challenge.is("basic"));
        (evidence.answer.status == 401 && !challenges.is_empty() && !offers_basic)
            .then_some(Certainty::Certain)
    },
};

/// A 401 without a challenge.
pub(super) const NO_CHALLENGE: Problem = Problem {
    id: "problem.no-challenge",
    title: "the server asks for no credentials when there are none",
    meaning: "The server answers 401 without saying how to log in. iOS sends credentials only when it is asked for them, so it never logs in.",
    fix: "Send `WWW-Authenticate: Basic realm=\"…\"` with every 401. A Nextcloud link with a password: use https://HOST/public.php/webdav, with the link's token as the user name.",
    fixes: &[],
    source: "clause 4.8; RFC 9110 section 15.5.2",
    spelled: None,
    recognise: |evidence| {
        let silent = Challenge::all(evidence.answer).is_empty();
        (evidence.answer.status == 401
            && silent
            && !evidence.with_credentials
            && evidence.login != LoginKind::Open)
            .then_some(Certainty::Certain)
    },
};

/// The user name or the password is wrong.
pub(super) const WRONG_PASSWORD: Problem = Problem {
    id: "problem.wrong-password",
    title: "user name or password are refused",
    meaning: "The server offers HTTP Basic, and refuses these credentials. Most often one of the two is mistyped.",
    fix: "Check user name and password.",
    fixes: &[(
        Product::Nextcloud,
        "Check user name and password; make an app password (Settings, Security) if the account has a second factor.",
    )],
    source: "RFC 9110 section 15.5.2",
    spelled: None,
    recognise: |evidence| {
        let challenges = Challenge::all(evidence.answer);
        let offers_basic = challenges.iter().any(|challenge| challenge.is("basic"));
        (refused_login(evidence) && offers_basic).then_some(Certainty::Likely)
    },
};

fn refused_login(evidence: &Evidence<'_>) -> bool {
    evidence.answer.status == 401 && evidence.with_credentials && evidence.login != LoginKind::Open
}

/// The server's own sentence.
fn sentence(evidence: &Evidence<'_>) -> Option<String> {
    match Words::of(&evidence.answer.body)? {
        Words::Text(said) => Some(said),
        Words::Page(title) => title,
    }
}

/// Whether a 401 offers some of `schemes`, and nothing else.
fn offers_only(evidence: &Evidence<'_>, schemes: &[&str]) -> Option<Certainty> {
    let challenges = Challenge::all(evidence.answer);
    let is_one = |challenge: &Challenge| schemes.iter().any(|scheme| challenge.is(scheme));
    (evidence.answer.status == 401 && !challenges.is_empty() && challenges.iter().all(is_one))
        .then_some(Certainty::Certain)
}
