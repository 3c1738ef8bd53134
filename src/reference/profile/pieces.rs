//! The pieces that several profiles share.

use super::super::Fault;
use super::behaviour::Behaviour::{
    self, Base, Does, Lists, Locks, Notices, Shows, Speaks, Watches, Wrong,
};
use super::behaviour::{
    Bare, Counts, Entrance, Folders, Forgets, Habit, Listing, Locking, Notice, Rate, Then, Watch,
};
use super::dialect::{Dialect, Form, PLAIN};
use std::time::Duration;

pub(super) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(super) const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

pub(super) const fn probing(then: Then) -> Watch {
    Watch {
        counts: Counts::Probing,
        most: 10,
        forgets: Forgets::OneEvery(ms(10_000)),
        then,
    }
}

/// The pieces of Nextcloud for a user, but not for a link.
pub(super) const NEXTCLOUD_USER: &[Behaviour] = &[
    Base("/remote.php/dav/files/USER/threema_safe"),
    Watches(FAILURES),
    Does(Habit::Bin),
    Shows(NEXTCLOUD_FOLDERS),
];
/// The pieces of Nextcloud wherever it serves files.
pub(super) const NEXTCLOUD_FILES: &[Behaviour] = &[
    Speaks(&NEXTCLOUD_DAV),
    Does(Habit::PlainFiles),
    Lists(Listing::PropertiesAndBlankPage),
    Wrong(Fault::LimitUnenforced),
    Wrong(Fault::SessionCookie),
    Does(Habit::RepeatedCookies),
    Wrong(Fault::TrashBin),
    Does(Habit::Cloud),
];
/// The pieces of Nextcloud for uploads that run or break off.
pub(super) const CUT_OFF: &[Behaviour] = &[Locks(Locking::Everything), Notices(NOTICE)];
pub(super) const NGINX_FILES: &[Behaviour] = &[
    Speaks(&NGINX),
    Shows(NGINX_FOLDERS),
    Does(Habit::PlainFiles),
    Wrong(Fault::EncodedSlashTraverses),
];
pub(super) const APACHE_FILES: &[Behaviour] = &[
    Speaks(&APACHE),
    Shows(APACHE_FOLDERS),
    Does(Habit::PlainFiles),
    Lists(Listing::Properties),
    Wrong(Fault::LimitUnenforced),
];

/// Source: servers.mkcol, servers.missing-backups.
pub(super) const FOLDERS: Folders = Folders {
    again: 405,
    bare: Bare::Same,
    orphan: Some(409),
    looks: true,
    is_closed: false,
    is_link: false,
};
pub(super) const NEXTCLOUD_FOLDERS: Folders = Folders {
    orphan: Some(404),
    ..FOLDERS
};
pub(super) const LINK_FOLDERS: Folders = Folders {
    is_link: true,
    ..NEXTCLOUD_FOLDERS
};
pub(super) const NO_FOLDERS: Folders = Folders {
    is_closed: true,
    ..NEXTCLOUD_FOLDERS
};
pub(super) const APACHE_FOLDERS: Folders = Folders {
    bare: Bare::Redirected,
    ..FOLDERS
};
/// Folders of nginx without the module `dav_ext`.
pub(super) const NGINX_FOLDERS: Folders = Folders {
    bare: Bare::Refused,
    orphan: Some(500),
    looks: false,
    ..FOLDERS
};
pub(super) const RCLONE_FOLDERS: Folders = Folders {
    again: 201,
    orphan: Some(404),
    ..FOLDERS
};
pub(super) const DUFS_FOLDERS: Folders = Folders {
    orphan: None,
    ..FOLDERS
};
pub(super) const CHEZDAV_FOLDERS: Folders = Folders {
    orphan: Some(500),
    ..FOLDERS
};

/// The token of a public link.
pub(super) const LINK_TOKEN: &str = "kT4nXo9fLBqRz2W";
pub(super) const OPEN: Entrance = Entrance {
    user: None,
    any_user: false,
    has_empty_password: false,
    is_open: true,
};
pub(super) const ANY_USER: Entrance = Entrance {
    any_user: true,
    is_open: false,
    ..OPEN
};
pub(super) const TOKEN: Entrance = Entrance {
    user: Some(LINK_TOKEN),
    is_open: false,
    ..OPEN
};
pub(super) const TOKEN_ALONE: Entrance = Entrance {
    has_empty_password: true,
    ..TOKEN
};

pub(super) const NOTICE: Notice = Notice {
    earliest: ms(70),
    latest: ms(5000),
};
pub(super) const RATE: Rate = Rate {
    per_second: 1,
    burst: 20,
    delays: false,
    status: 503,
};
pub(super) const FAILURES: Watch = Watch {
    counts: Counts::Logins {
        wrong: 1,
        missing: 0,
    },
    most: 10,
    forgets: Forgets::After(ms(30 * 60 * 1000)),
    then: Then::TooMany,
};
pub(super) const LINK_FAILURES: Watch = Watch {
    counts: Counts::Logins {
        wrong: 1,
        missing: 2,
    },
    then: Then::MaxDelay,
    ..FAILURES
};
pub(super) const MISSING: Watch = Watch {
    counts: Counts::Missing,
    most: 50,
    forgets: Forgets::After(hours(1)),
    then: Then::Forbid(hours(24)),
};
/// Source: fail2ban's jail.conf (maxretry, findtime, bantime): the fifth failure bans.
pub(super) const FAIL2BAN: Watch = Watch {
    counts: Counts::Logins {
        wrong: 1,
        missing: 0,
    },
    most: 4,
    forgets: Forgets::After(ms(10 * 60 * 1000)),
    then: Then::Drop(ms(10 * 60 * 1000)),
};

pub(super) const NEXTCLOUD_DAV: Dialect = Dialect {
    server: Some("Apache"),
    refusals: Form::Sabre,
    challenges: &["Basic realm=\"Nextcloud\", charset=\"UTF-8\""],
    ..PLAIN
};
pub(super) const SABRE: Dialect = Dialect {
    refusals: Form::Sabre,
    challenges: &["Basic realm=\"Threema Safe\", charset=\"UTF-8\""],
    encoded_slash: 403,
    ..PLAIN
};
pub(super) const NGINX: Dialect = Dialect {
    server: Some("nginx/1.22.1"),
    refusals: Form::Nginx,
    ..PLAIN
};
pub(super) const CADDY: Dialect = Dialect {
    server: Some("Caddy"),
    ..PLAIN
};
pub(super) const APACHE: Dialect = Dialect {
    server: Some("Apache/2.4.71 (Debian)"),
    refusals: Form::Apache,
    config_type: None,
    backup_type: None,
    ..PLAIN
};
pub(super) const LIGHTTPD: Dialect = Dialect {
    server: Some("lighttpd/1.4.69"),
    refusals: Form::Lighttpd,
    challenges: &["Basic realm=\"Threema Safe\", charset=\"UTF-8\""],
    ..PLAIN
};
pub(super) const RCLONE: Dialect = Dialect {
    replaced: 201,
    config_type: Some("text/plain; charset=utf-8"),
    challenges: &["Basic realm=\"rclone\""],
    ..PLAIN
};
pub(super) const WSGIDAV: Dialect = Dialect {
    server: Some("WsgiDAV/4.4.0 Cheroot/11.1.2 Python/3.11.2"),
    refusals: Form::Wsgidav,
    challenges: &["Basic realm=\"/\""],
    ..PLAIN
};
pub(super) const DUFS: Dialect = Dialect {
    replaced: 201,
    config_type: Some("text/plain; charset=UTF-8"),
    challenges: &[
        "Digest realm=\"DUFS\", nonce=\"6b0442d8999de6bc04f11d829b466206f5\", qop=\"auth\"",
        "Basic realm=\"DUFS\"",
    ],
    encoded_slash: 400,
    ..PLAIN
};
pub(super) const CHEZDAV: Dialect = Dialect {
    server: Some("PhodavServer libsoup/3.2.3"),
    refusals: Form::Silence,
    replaced: 200,
    config_type: Some("text/plain"),
    has_time: false,
    encoded_slash: 400,
    ..PLAIN
};
pub(super) const SEKURSRANKO: Dialect = Dialect {
    refusals: Form::Silence,
    config_type: None,
    backup_type: None,
    has_tag: false,
    has_time: false,
    encoded_slash: 400,
    without_length: 400,
    closed_folder: 404,
    ..PLAIN
};
pub(super) const EEE_SAFE: Dialect = Dialect {
    refusals: Form::Silence,
    config_type: Some("application/json; charset=utf-8"),
    created: 200,
    replaced: 200,
    deleted: 200,
    closed_folder: 404,
    has_tag: false,
    too_large: 400,
    challenges: &["Basic realm=\"Authorization Required\""],
    ..PLAIN
};
