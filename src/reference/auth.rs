//! Access control, and the answer to requests without access.

use super::answer::{Answer, Refusal, add_surplus, refusal, refusal_with};
use super::call::Call;
use super::faults::Fault;
use super::options::Login;
use super::profile::Habit;
use super::route::Route;
use super::site::Site;
use http::header::{AUTHORIZATION, COOKIE, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

/// The answer to bytes that are no request.
const BAD_REQUEST: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

/// How a request relates to the login.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// It carried valid credentials.
    Known,
    /// It carried no credentials.
    Anonymous,
    /// It carried credentials that are not accepted.
    Wrong,
}

/// Returns the refusal of a request without access; `None` if it has access.
pub(super) fn turned_away(site: &Site, call: &Call<'_>) -> Option<Answer> {
    if site.login == Login::Open || is_open_to_all(site, call) {
        return None;
    }
    match standing(site, call) {
        Standing::Known => None,
        standing => Some(challenge(site, call, standing)),
    }
}

/// Returns whether a request carried valid credentials.
pub(super) fn is_known(site: &Site, call: &Call<'_>) -> bool {
    site.login != Login::Open && standing(site, call) == Standing::Known
}

/// Returns whether a fault, or the kind of the page, gives everyone access.
fn is_open_to_all(site: &Site, call: &Call<'_>) -> bool {
    let method = &call.parts.method;
    let reads = method == Method::GET || method == Method::HEAD;
    if site.has(Fault::AnonymousEverything) {
        return true;
    }
    match call.route {
        Route::Config | Route::ConfigFolder => reads && site.has(Fault::ConfigAnonymous),
        Route::Backups if method.as_str() == "PROPFIND" => site.has(Fault::AnonymousPropfind),
        Route::Backups => {
            reads
                && (site.has(Fault::AnonymousListing)
                    || site.has(Fault::AnonymousListingForbidden)
                    || site.has(Fault::AnonymousListingLong))
        }
        Route::Login => site.has(Fault::MissingRedirectsToLogin),
        Route::Backup(_) | Route::BackupFolder(_) | Route::MalformedId => {
            (reads && site.has(Fault::AnonymousRead))
                || (method == Method::PUT && site.has(Fault::AnonymousWrite))
                || (method == Method::DELETE && site.has(Fault::AnonymousDelete))
                || is_open_if_there(site, call)
        }
        Route::Outside | Route::Malformed | Route::Unknown => false,
    }
}

/// Returns whether a fault gives everyone access to a backup that exists.
fn is_open_if_there(site: &Site, call: &Call<'_>) -> bool {
    let method = &call.parts.method;
    let is_open = (method == Method::PUT && site.has(Fault::AnonymousOverwrite))
        || (method == Method::HEAD && site.has(Fault::AnonymousHead));
    is_open && matches!(call.route, Route::Backup(name) if site.store.contains(name))
}

fn standing(site: &Site, call: &Call<'_>) -> Standing {
    if site.has(Fault::SessionCookie) && has_session(site, call) {
        return Standing::Known;
    }
    let Some(authorization) = call.parts.headers.get(AUTHORIZATION) else {
        return Standing::Anonymous;
    };
    if knows_app_password(site, authorization) {
        return Standing::Known;
    }
    let refuses_all = site.has(Fault::CredentialsRefused) || site.has(Fault::ChallengeDigestOnly);
    if refuses_all {
        return Standing::Wrong;
    }
    if site.has(Fault::WrongPasswordAccepted) || is_accepted(site, authorization) {
        return Standing::Known;
    }
    Standing::Wrong
}

fn has_session(site: &Site, call: &Call<'_>) -> bool {
    let cookies = call.parts.headers.get_all(COOKIE).into_iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .any(|pair| pair.trim().strip_prefix("session=") == Some(&site.session))
}

/// Returns whether a login in the browser granted these credentials.
fn knows_app_password(site: &Site, authorization: &HeaderValue) -> bool {
    let Login::Basic { user, .. } = &site.login else {
        return false;
    };
    let sent = basic(authorization.as_bytes());
    sent.is_some_and(|sent| site.logins.know(&sent, user))
}

/// Returns the user name and the password of HTTP Basic, separated by a colon.
pub(super) fn basic(authorization: &[u8]) -> Option<Vec<u8>> {
    let (scheme, value) = split_scheme(authorization)?;
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    data_encoding::BASE64.decode(value).ok()
}

fn is_accepted(site: &Site, authorization: &HeaderValue) -> bool {
    let Some((scheme, value)) = split_scheme(authorization.as_bytes()) else {
        return false;
    };
    match &site.login {
        Login::Open => true,
        Login::Token(token) => {
            scheme.eq_ignore_ascii_case(b"token")
                && value == token.as_bytes()
                && !site.has(Fault::TokenRefused)
        }
        Login::Basic { user, password } => {
            let Ok(sent) = data_encoding::BASE64.decode(value) else {
                return false;
            };
            let expected = format!("{user}:{password}");
            let utf8 = !site.has(Fault::CredentialsLatin1Only);
            let latin1 = !site.has(Fault::CredentialsUtf8Only);
            scheme.eq_ignore_ascii_case(b"basic")
                && ((utf8 && is_same(site, &sent, expected.as_bytes()))
                    || (latin1
                        && in_latin1(&expected).is_some_and(|bytes| is_same(site, &sent, &bytes))))
        }
    }
}

/// Returns whether credentials are the expected ones; if any user name is accepted, only the
/// passwords are compared.
fn is_same(site: &Site, sent: &[u8], expected: &[u8]) -> bool {
    let password = |both: &[u8]| {
        let colon = both.iter().position(|byte| *byte == b':');
        colon.map(|colon| both[colon..].to_owned())
    };
    let any_user = site
        .manner
        .entrance
        .is_some_and(|entrance| entrance.any_user);
    sent == expected || (any_user && password(sent) == password(expected))
}

/// Splits `Basic abc` into `Basic` and `abc`.
fn split_scheme(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = value.iter().position(|byte| *byte == b' ')?;
    Some((&value[..space], value[space..].trim_ascii()))
}

/// Returns a text in ISO-8859-1, if that can represent it.
fn in_latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|each| u8::try_from(each).ok()).collect()
}

fn challenge(site: &Site, call: &Call<'_>, standing: Standing) -> Answer {
    let is_config = *call.route == Route::Config;
    if standing == Standing::Anonymous && is_config && site.has(Fault::ConfigLoginPage) {
        return super::config::login_page();
    }
    if standing == Standing::Anonymous && site.has(Fault::ChallengeForbidden) {
        return refusal(StatusCode::FORBIDDEN);
    }
    let is_forbidden = standing == Standing::Wrong
        && site.has(Fault::CredentialsRefused)
        && site.manner.does(Habit::Cloud);
    let mut answer = if is_forbidden {
        // Source: servers.nextcloud-two-factor.
        let said = Refusal::Saying {
            exception: r"OCA\DAV\Connector\Sabre\Exception\PasswordLoginForbidden",
            message: "password login forbidden".to_owned(),
        };
        refusal_with(StatusCode::UNAUTHORIZED, said)
    } else {
        refusal(StatusCode::UNAUTHORIZED)
    };
    let is_put = call.parts.method == Method::PUT;
    let is_silent = is_forbidden
        || site.has(Fault::ChallengeMissing)
        || (is_put && site.has(Fault::ChallengeMissingOnPut));
    if !is_silent {
        let value = if site.has(Fault::ChallengeDigestOnly) {
            format!(
                "Digest realm=\"Threema Safe\", qop=\"auth\", algorithm=MD5, nonce=\"{}\"",
                site.session
            )
        } else {
            "Basic realm=\"Threema Safe\"".to_owned()
        };
        if let Ok(value) = HeaderValue::try_from(value) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
    }
    if is_put && site.has(Fault::ChallengeLeavesUpload) {
        answer.extensions_mut().remove::<Refusal>();
        add_surplus(&mut answer, BAD_REQUEST);
    }
    answer
}
