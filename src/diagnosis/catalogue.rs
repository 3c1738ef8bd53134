//! Every problem, in the order of the search: of several with the same certainty, the first counts.

use super::certainty::Certainty;
use super::problem::Problem;
use super::software::Product;
use super::{
    bare, certificate, config, connection, credentials, front, name, nextcloud, partly, path,
    privacy, size, state, storage, tls,
};

/// Every problem.
pub const CATALOGUE: &[Problem] = &[
    front::CHALLENGE_PAGE,
    front::PORTAL,
    front::REDIRECTED_DOWNLOADS,
    front::CAPTIVE_PORTAL,
    front::PROXY_LOGIN,
    connection::UNREACHABLE,
    connection::PLAIN_HTTP,
    connection::HTTP_ON_HTTPS_PORT,
    connection::DEAD_ADDRESS,
    connection::DEAD_HTTP3,
    tls::NO_TLS_ON_PORT,
    tls::OLD_TLS,
    tls::NO_COMMON_SUITE,
    tls::NO_TLS_1_2,
    tls::SUITES_NOT_OF_IOS,
    tls::NO_FORWARD_SECRECY,
    tls::NO_CURRENT_SUITES,
    tls::OUTDATED_TLS_ACCEPTED,
    tls::NO_TLS_1_3,
    tls::NO_HTTP2,
    tls::CLIENT_CERTIFICATE,
    tls::CERTIFICATE_REQUEST,
    tls::SERVER_NAME_UNKNOWN,
    tls::CLOCKS_APART,
    certificate::SELF_SIGNED,
    certificate::AUTHORITY_AS_SERVER,
    certificate::KEY_MISMATCH,
    certificate::INTERMEDIATE_MISSING,
    certificate::PRIVATE_ROOT,
    certificate::GIVEN_ROOT_NOT_REACHED,
    certificate::PRIVATE_CHAIN_CUT,
    name::ADDRESS_AS_NAME,
    name::ADDRESS_NOT_NAMED,
    name::COMMON_NAME_ONLY,
    name::WILDCARD,
    name::WRONG_NAME,
    certificate::EXPIRED,
    certificate::NOT_YET_VALID,
    certificate::EXPIRES_SOON,
    certificate::WEAK_CERTIFICATE,
    certificate::CERTIFICATE_FORM,
    certificate::NOT_STAPLED,
    certificate::CHAIN_UNTIDY,
    nextcloud::READ_ONLY_SHARE,
    front::METHOD_BLOCKED,
    front::USER_AGENT_FILTER,
    front::CACHING_PROXY,
    partly::HTTP2_FAILS,
    partly::HTTP2_HEAD,
    partly::HTTP1_FAILS,
    front::UPSTREAM_DOWN,
    partly::GATEWAY_FOR_SOME,
    partly::UNAVAILABLE_FOR_SOME,
    front::RATE_LIMIT,
    front::BANNED,
    front::BODY_REWRITTEN,
    front::COMPRESSED_WRONGLY,
    front::COMPRESSED_ON_REQUEST,
    front::VIRUS_SCANNER,
    credentials::LOGIN_NEEDED,
    credentials::AUTHORIZATION_LOST,
    credentials::TWO_LOGINS,
    credentials::APP_PASSWORD,
    credentials::BEARER_ONLY,
    credentials::WINDOWS_LOGIN_ONLY,
    credentials::DIGEST_ONLY,
    credentials::NO_BASIC,
    nextcloud::LINK_WITHOUT_CHALLENGE,
    bare::NO_LOGIN,
    credentials::NO_CHALLENGE,
    credentials::WRONG_PASSWORD,
    credentials::NO_LOGIN_OFFERED,
    credentials::TOKEN_REFUSED,
    credentials::PASSWORD_CHARSET,
    credentials::SESSION_COOKIE,
    credentials::PASSWORD_NOT_CHECKED,
    state::MAINTENANCE,
    state::ACCOUNT_DISABLED,
    state::ENCRYPTION_NOT_READY,
    state::UNTRUSTED_HOST,
    state::QUOTA,
    state::LOCKED,
    state::NO_OVERWRITE,
    state::DELETE_REFUSED,
    nextcloud::URL_OF_CONFIG,
    nextcloud::NEXTCLOUD_URL,
    nextcloud::OTHER_USER,
    nextcloud::NO_FILE_ACCESS,
    nextcloud::FILE_DROP,
    nextcloud::LINK_GONE,
    nextcloud::OPENCLOUD_URL,
    bare::NOT_SET_UP,
    path::NO_SUCH_FOLDER,
    path::CONFIG_MISNAMED,
    path::FOLDER_EMPTY,
    path::CONFIG_MISSING,
    path::NO_MIME_TYPE,
    path::BACKUPS_MISSING,
    path::BACKUPS_NOT_WRITABLE,
    path::NO_WEBDAV,
    path::CONFIG_NOT_FOUND,
    path::SLASH_REDIRECT,
    path::MOVED,
    path::LOGIN_REDIRECT,
    path::STORAGE_REDIRECT,
    path::UPLOAD_DROPPED,
    config::SAME_EVERYWHERE,
    config::TYPOGRAPHIC_QUOTES,
    config::BYTE_ORDER_MARK,
    config::CONFIG_CHARSET,
    config::PAGE_FOR_CONFIG,
    config::CONFIG_EMPTY,
    config::CONFIG_IN_A_DOCUMENT,
    config::CONFIG_NOT_JSON,
    config::CONFIG_NUMBERS,
    config::CONFIG_OTHER_CONTENT,
    config::LIMIT_TOO_LOW,
    config::RETENTION_WRONG,
    config::TWO_BACKENDS,
    config::SURPLUS_BYTES,
    size::BODY_LIMIT,
    size::BODY_BUFFER,
    size::GATEWAY_LIMIT,
    size::FIREWALL_LIMIT,
    size::FILTER_LIMIT,
    size::LARGE_UPLOAD_DROPPED,
    size::SLOW_UPLOAD_ENDED,
    size::LIMIT_NOT_ENFORCED,
    size::LIMIT_OFF_BY_ONE,
    storage::CUT_OFF_DESTROYS,
    storage::CUT_OFF_VISIBLE,
    storage::UPLOADS_MIXED,
    storage::TORN_DOWNLOAD,
    storage::UPLOAD_NOT_STORED,
    storage::SUCCESS_NOT_200,
    storage::NO_HEAD,
    storage::MISSING_NOT_404,
    storage::MALFORMED_ID,
    storage::SHOWN_AFTER_DELETION,
    storage::TRASH_BIN,
    storage::RETENTION_TOO_SHORT,
    storage::MARKS_NOT_CHANGED,
    storage::DOWNLOAD_CHANGES_TIME,
    storage::CHUNKED_REFUSED,
    storage::EXPECT_BROKEN,
    storage::NO_CONTENT_WITH_BODY,
    storage::UPLOAD_STATUS,
    privacy::READS_UNPROTECTED,
    privacy::WRITES_UNPROTECTED,
    privacy::LISTING_OPEN,
    privacy::LISTING_OWN,
    privacy::CREDENTIALS_ECHOED,
    privacy::LETTER_CASE,
    privacy::ENCODED_SLASH,
    privacy::DOUBLE_SLASH,
    front::FORBIDDEN,
    state::UNAVAILABLE,
    state::SERVER_ERROR,
    state::UPLOAD_FORBIDDEN,
    state::BAD_REQUEST,
    privacy::REDIRECTS,
    storage::BACKUP_CHANGED,
    storage::OVERWRITE_DAMAGES,
    size::LARGE_BACKUP_DAMAGED,
    connection::NOT_HTTP,
    connection::HEADER_TOO_LARGE,
    connection::CHUNKS_MALFORMED,
    connection::INTERIM_ANSWERS,
    connection::CONNECTION_LOST,
    connection::AT_SIGN_IN_URL,
    connection::LOOPBACK_ADDRESS,
    certificate::TRUST_OF_THIS_MACHINE,
    certificate::ROOT_NOT_ON_PHONES,
    certificate::NEW_ROOT,
];

impl Problem {
    /// Returns the problem with this ID.
    pub fn of(id: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|problem| problem.id == id)
    }
}

impl Product {
    /// Returns the product with special fixes, by the first word of its name: `apache`.
    pub fn named(word: &str) -> Option<Self> {
        let mut fixes = CATALOGUE.iter().flat_map(|problem| problem.fixes);
        let is_it = |product: Self| {
            let mut words = product.name().split([' ', '/']);
            words
                .next()
                .is_some_and(|first| first.eq_ignore_ascii_case(word))
        };
        fixes
            .find(|(product, _)| is_it(*product))
            .map(|(product, _)| *product)
    }
}

/// Returns the most certain problem that `look` recognises; of equals, the first in the catalogue.
pub(super) fn surest(
    look: impl Fn(&'static Problem) -> Option<Certainty>,
) -> Option<(&'static Problem, Certainty)> {
    let mut found: Option<(&Problem, Certainty)> = None;
    for problem in CATALOGUE {
        let Some(certainty) = look(problem) else {
            continue;
        };
        if found.is_none_or(|(_, known)| certainty > known) {
            found = Some((problem, certainty));
        }
    }
    found
}
