//! Every problem, in the order in which it is looked for: what is certain from less evidence stands
//! first.

use super::Problem;
use super::{credentials, front, path};

/// Every problem.
pub const CATALOGUE: &[Problem] = &[
    front::CHALLENGE_PAGE,
    front::PORTAL,
    credentials::AUTHORIZATION_LOST,
    credentials::APP_PASSWORD,
    credentials::BEARER_ONLY,
    credentials::WINDOWS_LOGIN_ONLY,
    credentials::DIGEST_ONLY,
    credentials::NO_BASIC,
    credentials::NO_CHALLENGE,
    credentials::WRONG_PASSWORD,
    front::MAINTENANCE,
    front::ACCOUNT_DISABLED,
    front::ENCRYPTION_NOT_READY,
    front::UNTRUSTED_HOST,
    front::QUOTA,
    path::NEXTCLOUD_URL,
    path::TYPOGRAPHIC_QUOTES,
    path::NO_SUCH_FOLDER,
    path::NO_MIME_TYPE,
    path::CONFIG_MISSING,
    path::BACKUPS_MISSING,
    path::BACKUPS_NOT_WRITABLE,
    path::NO_WEBDAV,
];
