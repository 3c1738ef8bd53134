//! Problems of privacy: what people can see or change without permission.

use super::Product;
use super::certainty::Certainty;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;

/// The setting with which nginx asks for a login for every method.
const NGINX_LOGIN: &str = "Set `auth_basic` and `auth_basic_user_file` in the `location` itself, outside of `limit_except`, and remove `satisfy any`.";

/// The way to a login at a Nextcloud.
const NEXTCLOUD_LOGIN: &str =
    "Use an account with an app password instead of a link without a password.";

/// Downloads need no credentials.
pub(super) const READS_UNPROTECTED: Problem = Problem {
    id: "problem.reads-unprotected",
    title: "anybody may read, without credentials",
    evidence: "`auth.anonymous-config` or `auth.anonymous-download` deviates",
    meaning: "A login was set up, but reading does not require it. Everybody who learns a backup ID can download the backup.",
    fix: "Protect reading as well as writing.",
    fixes: &[
        (
            Product::Apache,
            "Set `Require valid-user` for the whole `<Directory>`, outside of `<LimitExcept>`. Beside `Require ip` or another `Require`, put both into `<RequireAll>`; one of them is enough otherwise.",
        ),
        (Product::Nginx, NGINX_LOGIN),
        (Product::Nextcloud, NEXTCLOUD_LOGIN),
        (
            Product::Lighttpd,
            "Set `auth.require` for this path without a condition on `$HTTP[\"request-method\"]`.",
        ),
    ],
    source: "clause 4.12; servers.no-credentials",
    breaks: Breaks::NOTHING,
    in_run: |symptom| {
        shown_by(
            symptom,
            &["auth.anonymous-config", "auth.anonymous-download"],
        )
    },
    ..BLANK
};

/// Uploads need no credentials.
pub(super) const WRITES_UNPROTECTED: Problem = Problem {
    id: "problem.writes-unprotected",
    title: "anybody may write, without credentials",
    evidence: "`auth.anonymous-upload`, `auth.anonymous-overwrite` or `auth.anonymous-delete` deviates",
    meaning: "A login was set up, but writing does not require it. Anybody can fill the disk, destroy a backup, and most likely replace `config`.",
    fix: "Require credentials for PUT and DELETE.",
    fixes: &[
        (
            Product::Apache,
            "Set `Require valid-user` for the whole `<Directory>`, outside of `<Limit GET>` and `<LimitExcept>`. Beside `Require ip` or another `Require`, put both into `<RequireAll>`; one of them is enough otherwise.",
        ),
        (Product::Nginx, NGINX_LOGIN),
        (Product::Nextcloud, NEXTCLOUD_LOGIN),
    ],
    source: "clause 4.12; servers.no-credentials",
    breaks: Breaks::NOTHING,
    in_run: |symptom| {
        shown_by(
            symptom,
            &[
                "auth.anonymous-upload",
                "auth.anonymous-overwrite",
                "auth.anonymous-delete",
            ],
        )
    },
    ..BLANK
};

/// Everyone can list the backups.
pub(super) const LISTING_OPEN: Problem = Problem {
    id: "problem.listing-open",
    title: "anybody can see a list of all backups",
    evidence: "`privacy.listing` deviates",
    meaning: "The IDs of the backups are secret, but this server lists them. Anybody can then download each of them.",
    fix: "Switch the index of folders off, and let PROPFIND ask for credentials.",
    fixes: &[
        (
            Product::Apache,
            "Set `Options -Indexes` in the `<Directory>` of `backups`, and `Require valid-user` also for PROPFIND.",
        ),
        (
            Product::Nginx,
            "Set `autoindex off;` in this `location`, and no PROPFIND in `dav_ext_methods`.",
        ),
        (
            Product::Lighttpd,
            "Set `dir-listing.activate = \"disable\"` for this path.",
        ),
        (
            Product::Caddy,
            "Remove `browse` from `file_server` for this path.",
        ),
    ],
    source: "clause 4.12; servers.listing; servers.propfind",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["privacy.listing"]),
    ..BLANK
};

/// Users who share a login can list each other's backups.
pub(super) const LISTING_OWN: Problem = Problem {
    id: "problem.listing-own",
    title: "everybody with this login sees a list of all backups",
    evidence: "`privacy.own-listing` deviates",
    meaning: "Every user who has logged in sees the IDs of every backup in the folder. People who share one login can read and delete each other's backups.",
    fix: "Give each person a login and their own folder.",
    fixes: &[
        (
            Product::Nginx,
            "Set `autoindex off;`, and remove PROPFIND from `dav_ext_methods`; the apps do not need it.",
        ),
        (
            Product::Apache,
            "Set `Options -Indexes`, and give each person a `<Directory>` with `Require user NAME`: mod_dav cannot leave PROPFIND out.",
        ),
        (
            Product::Nextcloud,
            "Give each person their own account: Nextcloud's WebDAV always lists what the account may see.",
        ),
    ],
    source: "clause 4.12; servers.propfind",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["privacy.own-listing"]),
    ..BLANK
};

/// The server repeats the credentials.
pub(super) const CREDENTIALS_ECHOED: Problem = Problem {
    id: "problem.credentials-echoed",
    title: "the server sends the credentials back",
    evidence: "`privacy.credentials-echo` deviates",
    meaning: "An answer contains the password or the field `Authorization` of the request. Caches and logs on the way may store it.",
    fix: "Switch off the debugging that repeats request fields, and change the password.",
    source: "clause 4.12",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["privacy.credentials-echo"]),
    ..BLANK
};

/// Upper and lower case name the same backup.
pub(super) const LETTER_CASE: Problem = Problem {
    id: "problem.letter-case",
    title: "an ID in capital letters names the same backup",
    evidence: "`privacy.letter-case` deviates",
    meaning: "The file system or the server does not distinguish capital from small letters. The apps send only small letters, so nothing breaks.",
    fix: "The apps need no fix. Most servers use a file system that distinguishes them (ext4, XFS).",
    source: "servers.upper-case-id",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["privacy.letter-case"]),
    ..BLANK
};

/// Encoded slashes lead to another place.
pub(super) const ENCODED_SLASH: Problem = Problem {
    id: "problem.encoded-slash",
    title: "an encoded slash in an ID leads to another file",
    evidence: "`privacy.encoded-slash` deviates",
    meaning: "The server decodes `..%2f` and follows it. On some servers that reaches files outside the folder.",
    fix: "Let the server refuse encoded slashes, and update it.",
    fixes: &[
        (
            Product::Nginx,
            "Add `if ($request_uri ~* \"%2f\") { return 400; }` to the `server` block; nginx never leaves its root anyway.",
        ),
        (
            Product::Apache,
            "Set `AllowEncodedSlashes Off`, which is the default.",
        ),
    ],
    source: "servers.encoded-slash",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["privacy.encoded-slash"]),
    ..BLANK
};

/// A doubled slash is not found.
pub(super) const DOUBLE_SLASH: Problem = Problem {
    id: "problem.double-slash",
    title: "the server does not find files behind a doubled slash",
    evidence: "`url.double-slash` deviates",
    meaning: "Older releases double a slash if the URL ends in one. Every current release removes the slash.",
    fix: "Enter the URL without a slash at its end; let the server merge slashes.",
    fixes: &[(
        Product::Nginx,
        "Set `merge_slashes on;`, which is the default.",
    )],
    source: "servers.slashes",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["url.double-slash"]),
    ..BLANK
};

/// Redirects, if no answer shows a more exact problem.
pub(super) const REDIRECTS: Problem = Problem {
    id: "problem.redirects",
    title: "the server answers with redirects",
    evidence: "`server.redirects` deviates",
    meaning: "The server sends requests of the apps to another address. No PUT or DELETE survives a redirect, and a GET loses its credentials on the way to another host.",
    fix: "Enter the actual URL of the files.",
    source: "clause 4.9",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| symptom.is("server.redirects").then_some(Certainty::Likely),
    ..BLANK
};
