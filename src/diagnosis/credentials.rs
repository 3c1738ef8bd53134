//! Problems of the login: what the server offers, what it says, and what does not reach it.

use super::certainty::Certainty;
use super::evidence::Evidence;
use super::nextcloud::is_nextcloud;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;
use super::{Product, Words};
use crate::safe::Directions;
use crate::wire::{Challenge, LoginKind};

/// The fix for servers without a known setting that preserves the field.
const HAND_ON: &str = "Let the web server pass the field `Authorization` to the application; for PHP, as the variable HTTP_AUTHORIZATION.";

/// The header field `Authorization` does not reach the application.
pub(super) const AUTHORIZATION_LOST: Problem = Problem {
    id: "problem.authorization-lost",
    title: "the credentials do not reach the application",
    evidence: "401 although credentials were sent, and sabre/dav says that it found no `Authorization`",
    meaning: "The request carried credentials, but the application says that it saw none. The web server in front of PHP does not pass on the field `Authorization`.",
    fix: "Pass the field `Authorization` to PHP. Apache: `CGIPassAuth On` in the `<Directory>`, or `SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1`; nginx: `fastcgi_param HTTP_AUTHORIZATION $http_authorization;`",
    fixes: &[
        (Product::Caddy, HAND_ON),
        (Product::Iis, HAND_ON),
        (Product::Lighttpd, HAND_ON),
        (
            Product::Apache,
            "Set `CGIPassAuth On` in the `<Directory>` of the application, in the file below /etc/apache2/sites-enabled; or, in .htaccess, `SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1`.",
        ),
        (
            Product::Nginx,
            "Add `fastcgi_param HTTP_AUTHORIZATION $http_authorization;` to the `location` that passes to PHP.",
        ),
    ],
    source: "sabre/dav, DAV\\Auth\\Backend\\AbstractBasic",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let says_so = sentence(evidence)
            .is_some_and(|said| said.contains("No 'Authorization: Basic' header found"));
        (evidence.is_refused_login() && says_so).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The account requires an app password.
pub(super) const APP_PASSWORD: Problem = Problem {
    id: "problem.app-password",
    title: "the server requires an app password",
    evidence: "401 with `password login forbidden`; likely where Nextcloud sends 401 without a challenge",
    meaning: "Nextcloud refuses the login password to programs, because of a second factor or its settings. It sends no challenge either, so iOS never logs in.",
    fix: "Make an app password (Settings, Security, Devices & sessions) with access to files, and enter it.",
    source: "servers.nextcloud-two-factor",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let says_so = sentence(evidence).is_some_and(|said| {
            said.to_ascii_lowercase()
                .contains("password login forbidden")
        });
        match (evidence.is_refused_login(), says_so) {
            (true, true) => Some(Certainty::Certain),
            (true, false)
                if is_nextcloud(evidence) && Challenge::all(evidence.answer).is_empty() =>
            {
                Some(Certainty::Likely)
            }
            _ => None,
        }
    },
    ..BLANK
};

/// The server offers Bearer, but no scheme that the apps support.
pub(super) const BEARER_ONLY: Problem = Problem {
    id: "problem.bearer-only",
    title: "the server offers only Bearer, which no app supports",
    evidence: "401 whose challenges are all Bearer",
    meaning: "The server requires a token from its login page. The apps send a user name and a password (HTTP Basic).",
    fix: "Enable HTTP Basic for WebDAV; the apps support nothing else. ownCloud Infinite Scale and OpenCloud: make an app token and enter it as the password (the service auth-app must run, OCIS_ADD_RUN_SERVICES=auth-app, with PROXY_ENABLE_APP_AUTH=true); or set PROXY_ENABLE_BASIC_AUTH=true.",
    source: "RFC 9110 section 11.6.1; clause 4.8",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| offers_only(evidence, &["bearer"]),
    ..BLANK
};

/// The server offers Negotiate or NTLM, but no scheme that the apps support.
pub(super) const WINDOWS_LOGIN_ONLY: Problem = Problem {
    id: "problem.windows-login-only",
    title: "the server offers only Windows authentication",
    evidence: "401 whose challenges are all Negotiate, NTLM or Kerberos",
    meaning: "Negotiate and NTLM are for members of a Windows domain. The apps send a user name and a password (HTTP Basic).",
    fix: "Enable Basic authentication for this folder instead of Windows authentication.",
    fixes: &[(
        Product::Iis,
        "Install the role service Basic Authentication; then, in IIS Manager, Authentication of this site, enable it and disable Windows Authentication.",
    )],
    source: "RFC 4559; clause 4.8",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| offers_only(evidence, &["negotiate", "ntlm", "kerberos"]),
    ..BLANK
};

/// The server offers Digest, but not Basic.
pub(super) const DIGEST_ONLY: Problem = Problem {
    id: "problem.digest-only",
    title: "the server accepts only Digest authentication",
    evidence: "401 whose challenges are all Digest, although credentials were sent with Basic",
    meaning: "Android and Desktop send only HTTP Basic and are refused. iOS could answer Digest.",
    fix: "Offer Basic authentication over TLS.",
    fixes: &[(
        Product::Apache,
        "Set `AuthType Basic` and an `AuthUserFile` made by `htpasswd` (not `htdigest`) in the `<Directory>` or `<Location>` of this folder.",
    )],
    source: "clause 4.8",
    breaks: Breaks {
        ios: Directions::NONE,
        ..Breaks::EVERYTHING
    },
    in_answer: |evidence| {
        // Some servers offer Digest alone, and accept Basic without being asked for it.
        let is_refused = evidence.is_refused_login();
        offers_only(evidence, &["digest"]).filter(|_| is_refused)
    },
    ..BLANK
};

/// The server offers only schemes that the apps do not support.
pub(super) const NO_BASIC: Problem = Problem {
    id: "problem.no-basic",
    title: "the server offers no authentication that the apps support",
    evidence: "401 with challenges, none of them Basic; without credentials none Digest either",
    meaning: "The challenge names schemes, but not HTTP Basic. The apps support nothing else.",
    fix: "Offer HTTP Basic for this folder: `WWW-Authenticate: Basic realm=\"…\"`.",
    source: "RFC 9110 section 11.6.1; clause 4.8",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| {
        let challenges = Challenge::all(evidence.answer);
        let offers = |scheme| challenges.iter().any(|challenge| challenge.is(scheme));
        // iOS answers Digest, and Basic may be accepted without being offered.
        let is_open = !evidence.is_refused_login() && offers("digest");
        (evidence.answer.status == 401 && !challenges.is_empty() && !offers("basic") && !is_open)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server answers 401 without a challenge.
pub(super) const NO_CHALLENGE: Problem = Problem {
    id: "problem.no-challenge",
    title: "the server does not ask for credentials when a request has none",
    evidence: "401 without `WWW-Authenticate` to a request without credentials, or 403, 404 or a redirect where the same request with credentials succeeds; or `auth.challenge` deviates",
    meaning: "The server refuses a request without credentials, but does not ask for them. iOS sends credentials only when it is asked for them, so it never logs in.",
    fix: "Answer a request without credentials with 401 and `WWW-Authenticate: Basic realm=\"…\"`, not with 403, not with a redirect and not with 401 alone.",
    fixes: &[
        (
            Product::Nginx,
            "Remove `error_page 401` from this `location` and the blocks around it, and `proxy_hide_header WWW-Authenticate`; `auth_basic` then answers 401 with `WWW-Authenticate`.",
        ),
        (
            Product::Caddy,
            "Remove `header_down -WWW-Authenticate` from `reverse_proxy`, and `handle_errors` for 401.",
        ),
        (
            Product::Nextcloud,
            "For a link with a password, use https://HOST/public.php/webdav, with the link's token as the user name. Otherwise answer a request without credentials with 401 and `WWW-Authenticate: Basic realm=\"…\"`, not with 403 and not with 401 alone.",
        ),
    ],
    source: "clause 4.8; RFC 9110 section 15.5.2; servers.nextcloud-public-link",
    breaks: Breaks::IOS,
    in_answer: |evidence| {
        let silent = Challenge::all(evidence.answer).is_empty();
        (evidence.answer.status == 401
            && silent
            && !evidence.with_credentials
            && evidence.login != LoginKind::Open)
            .then_some(Certainty::Certain)
    },
    in_run: |symptom| shown_by(symptom, &["auth.challenge"]),
    ..BLANK
};

/// The user name or the password is wrong.
pub(super) const WRONG_PASSWORD: Problem = Problem {
    id: "problem.wrong-password",
    title: "user name or password is refused",
    evidence: "401 that offers Basic, although credentials were sent",
    meaning: "The server offers HTTP Basic, but refuses these credentials. Most often the user name or the password is mistyped.",
    fix: "Check user name and password. If both are right, let the server allow this user, and let a proxy before it pass `Authorization` on.",
    fixes: &[
        (
            Product::Nextcloud,
            "Check the user name; make a new app password in the browser (Settings, Security, Devices & sessions), and enter it. Do not try many passwords; Nextcloud slows down an address after wrong ones.",
        ),
        (
            Product::Koofr,
            "Make a password for this app (in Koofr under Preferences, Password, App passwords), and enter that with the e-mail address of the account.",
        ),
        (
            Product::Sftpgo,
            "Check user name and password, and that WebDAV is not among the denied protocols of this user, in WebAdmin under Users.",
        ),
    ],
    source: "RFC 9110 section 15.5.2; servers.nextcloud-brute-force",
    breaks: Breaks::EVERYTHING,
    spelled: Some(|evidence| {
        if evidence.beside.unseen_in_login {
            return Some("User name or password begins or ends with a character that is not seen: a space, or the byte order mark that Windows' editor writes. Enter both again without it.".to_owned());
        }
        let (_, rest) = evidence.base.split_once("/dav/files/")?;
        let owner = rest.split('/').next().filter(|owner| !owner.is_empty())?;
        evidence.beside.other_user.then(|| {
            format!(
                "The URL belongs to the user `{owner}`, but another user name was given. Use `--user {owner}` with an app password of that user, or enter the URL of the user who logs in."
            )
        })
    }),
    in_answer: |evidence| {
        let challenges = Challenge::all(evidence.answer);
        let offers_basic = challenges.iter().any(|challenge| challenge.is("basic"));
        (evidence.is_refused_login() && offers_basic).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The credentials are refused by something that asks for no login of HTTP.
pub(super) const NO_LOGIN_OFFERED: Problem = Problem {
    id: "problem.no-login-offered",
    title: "the server refuses these credentials, and offers no login",
    evidence: "401 without `WWW-Authenticate`, although credentials were sent",
    meaning: "The server refuses the request and does not say how to log in. Either user name or password is wrong, or something decides that looks at a cookie or a token, not at HTTP Basic: a login page, or a proxy with its own login.",
    fix: "Check user name and password. If both are right, let what decides about the login accept HTTP Basic for this folder; or exempt the folder from it, and let the server behind it ask for Basic.",
    fixes: &[
        (
            Product::Nginx,
            "Check user name and password. If both are right, look for `auth_request` in this `location` and in what surrounds it: set `auth_request off;` for this folder and `auth_basic` beside it, or let the program behind `auth_request` accept HTTP Basic.",
        ),
        (
            Product::Caddy,
            "Check user name and password. If both are right, look for `forward_auth` in the Caddyfile: put `basic_auth` for this folder in its place, or let the program behind it accept HTTP Basic.",
        ),
        (
            Product::Traefik,
            "Check user name and password. If both are right, look for the middleware `forwardAuth` of this router: put `basicAuth` in its place, or let the program behind it accept HTTP Basic.",
        ),
    ],
    source: "RFC 9110 section 15.5.2; clause 4.8",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| {
        let is_silent = Challenge::all(evidence.answer).is_empty();
        let is_password = evidence.login == LoginKind::Basic;
        (evidence.is_refused_login() && is_silent && is_password).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// Two programs ask for credentials.
pub(super) const TWO_LOGINS: Problem = Problem {
    id: "problem.two-logins",
    title: "two places ask for credentials, one behind the other",
    evidence: "401 with credentials and 401 without them name different realms",
    meaning: "These credentials pass the first login, but a second one behind it refuses them. The apps have only one user name and one password per server.",
    fix: "Leave one login: let the proxy pass `Authorization` on without asking itself, or let the server behind it ask for nothing.",
    fixes: &[
        (
            Product::Nginx,
            "Remove `auth_basic` from this `location` (`auth_basic off;`), or let the server behind it ask for nothing.",
        ),
        (
            Product::Apache,
            "Remove `AuthType` and `Require` from this `<Location>` of the proxy, or let the server behind it ask for nothing.",
        ),
    ],
    source: "RFC 9110 section 11.5; clause 4.8",
    breaks: Breaks::EVERYTHING,
    spelled: Some(|evidence| {
        let first = realm(evidence.beside.without_login?)?;
        let second = realm(evidence.answer)?;
        Some(format!(
            "Leave one login: the first asks in the realm \"{first}\", the second in \"{second}\". Let the proxy pass `Authorization` on without asking itself, or let the server behind it ask for nothing."
        ))
    }),
    in_answer: |evidence| {
        let first = realm(evidence.beside.without_login?)?;
        let second = realm(evidence.answer)?;
        (evidence.is_refused_login() && first != second).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Returns the realm in which a 401 asks for Basic.
fn realm(answer: &crate::wire::Response) -> Option<String> {
    let challenges = Challenge::all(answer);
    let basic = challenges
        .into_iter()
        .find(|challenge| challenge.is("basic"))?;
    (answer.status == 401).then_some(basic.realm?)
}

/// The server requires credentials, and none were given.
pub(super) const LOGIN_NEEDED: Problem = Problem {
    id: "problem.login-needed",
    title: "the server asks for credentials, but none were given",
    evidence: "401, and the run has no credentials",
    meaning: "The folder is protected, but the run was started without a user name. Nothing else can be judged without it.",
    fix: "Give the user with --user NAME, and the password with --password-file or SAFE_SERVER_PASSWORD, or at the prompt.",
    source: "RFC 9110 section 15.5.2",
    breaks: Breaks::NOTHING,
    in_answer: |evidence| {
        let is_open = evidence.login == LoginKind::Open;
        (evidence.answer.status == 401 && is_open).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server refuses the token.
pub(super) const TOKEN_REFUSED: Problem = Problem {
    id: "problem.token-refused",
    title: "the server refuses the token",
    evidence: "401 although a token was sent",
    meaning: "The token is wrong, or something in front of the server supports only Basic and does not pass the token on. Only on-premises servers use tokens.",
    fix: "Check the token, and let the proxy pass `Authorization: Token …` on to the server.",
    source: "clause 4.8",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let has_token = evidence.login == LoginKind::Token;
        (evidence.is_refused_login() && has_token).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server accepts letters beyond ASCII in one encoding only.
pub(super) const PASSWORD_CHARSET: Problem = Problem {
    id: "problem.password-charset",
    title: "the server refuses non-ASCII letters in the encoding of one of the apps",
    evidence: "`auth.charset` deviates: the same credentials are refused in one of two encodings",
    meaning: "Android and Desktop encode these letters differently, and the server accepts only one encoding. The login works in one app and fails in another.",
    fix: "Use a user name and a password of ASCII letters and digits for this server; for Nextcloud, make an app password.",
    source: "RFC 7617 section 2.1; clause 4.8",
    breaks: Breaks {
        ios: Directions::NONE,
        ..Breaks::EVERYTHING
    },
    in_run: |symptom| shown_by(symptom, &["auth.charset"]),
    ..BLANK
};

/// A session cookie replaces the credentials.
pub(super) const SESSION_COOKIE: Problem = Problem {
    id: "problem.session-cookie",
    title: "a session cookie without credentials opens the backups",
    evidence: "`auth.cookie` deviates: a request with the cookie and without credentials succeeds",
    meaning: "The server sets a cookie that works like the password for a while. The apps do not need it, and a thief who has the cookie can read the backups.",
    fix: "The apps need no fix. End sessions in the server's settings if a device is lost.",
    fixes: &[(
        Product::Nextcloud,
        "The apps need no fix. If a device is lost, revoke its app password in Settings, Security, Devices & sessions; that ends its sessions.",
    )],
    source: "servers.nextcloud-answers",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["auth.cookie"]),
    ..BLANK
};

/// The server accepts any password.
pub(super) const PASSWORD_NOT_CHECKED: Problem = Problem {
    id: "problem.password-not-checked",
    title: "the server accepts any password",
    evidence: "`auth.wrong-password` deviates: a wrong password opens a backup",
    meaning: "The server asks for credentials, but does not check them. Everybody who learns a backup ID can download the backup.",
    fix: "Look at the server's list of users, and at what the proxy passes on.",
    fixes: &[(
        Product::Nextcloud,
        "A link without a password accepts any password. Set a password for the link, or use an account.",
    )],
    source: "clause 4.8; servers.nextcloud-public-link",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["auth.wrong-password"]),
    ..BLANK
};

/// Returns the server's own sentence.
fn sentence(evidence: &Evidence<'_>) -> Option<String> {
    match Words::of(&evidence.answer.body)? {
        Words::Text(said) => Some(said),
        Words::Page(title) => title,
    }
}

/// Returns how surely a 401 offers some of `schemes` and nothing else.
fn offers_only(evidence: &Evidence<'_>, schemes: &[&str]) -> Option<Certainty> {
    let challenges = Challenge::all(evidence.answer);
    let is_one = |challenge: &Challenge| schemes.iter().any(|scheme| challenge.is(scheme));
    (evidence.answer.status == 401 && !challenges.is_empty() && challenges.iter().all(is_one))
        .then_some(Certainty::Certain)
}
