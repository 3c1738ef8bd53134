//! The catalogue of profiles: each an entry, made of pieces.
//!
//! Source: measurements of real servers, in the facts that an entry names.

use super::super::Fault;
use super::behaviour::Behaviour::{
    self, AtOnce, Base, ConfigHead, Crowds, DelaysRefusals, Does, Enters, HangsUp, Limits, Lists,
    Locks, Refuses, Shows, Speaks, Takes, Watches, Wrong,
};
use super::behaviour::{Crowd, Habit, HangUp, Listing, Locking, Rate, Refusing, SizeRule, Then};
use super::dialect::PLAIN;
use super::pieces::{
    ANY_USER, APACHE_FILES, CADDY, CHEZDAV, CHEZDAV_FOLDERS, CUT_OFF, DUFS, DUFS_FOLDERS, EEE_SAFE,
    FAIL2BAN, FAILURES, FOLDERS, LIGHTTPD, LINK_FAILURES, LINK_FOLDERS, MISSING, NEXTCLOUD_FILES,
    NEXTCLOUD_USER, NGINX, NGINX_FILES, NO_FOLDERS, OPEN, RATE, RCLONE, RCLONE_FOLDERS, SABRE,
    SEKURSRANKO, TOKEN, TOKEN_ALONE, WSGIDAV, hours, ms, probing,
};

/// One profile: its description, its sources and its pieces.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) explanation: &'static str,
    pub(super) facts: &'static [&'static str],
    pub(super) behaviours: &'static [&'static [Behaviour]],
}

macro_rules! profiles {
    ($($variant:ident = $name:literal, $explanation:literal, $facts:expr, $behaviours:expr;)*) => {
        /// A server that the embedded one can imitate.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Profile {
            $(#[doc = concat!("`", $name, "`: ", $explanation)]
            $variant,)*
        }

        impl Profile {
            /// Every profile, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns its entry in the catalogue.
            pub(super) const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => {
                        const ENTRY: &Entry = &Entry {
                            name: $name,
                            explanation: $explanation,
                            facts: &$facts,
                            behaviours: &$behaviours,
                        };
                        ENTRY
                    })*
                }
            }
        }
    };
}

profiles! {
    // Nextcloud.
    NextcloudAppPassword = "nextcloud-app-password",
        "Nextcloud 33 with an app password: 0.04 s per answer; a running upload locks its target, and a broken-off one keeps the lock until the server notices, 0.07 to 5 s later, and leaves half a backup.",
        ["servers.nextcloud-lock", "servers.nextcloud-late-half", "servers.nextcloud-latency", "servers.nextcloud-brute-force"],
        [NEXTCLOUD_USER, NEXTCLOUD_FILES, CUT_OFF, &[Takes(ms(40))]];
    NextcloudLoginPassword = "nextcloud-login-password",
        "Nextcloud 33 with the login password: 0.6 s per answer, two at a time; the others queue.",
        ["servers.nextcloud-latency", "servers.nextcloud-lock", "servers.nextcloud-late-half"],
        [NEXTCLOUD_USER, NEXTCLOUD_FILES, CUT_OFF, &[Takes(ms(600)), AtOnce(2)]];
    NextcloudBuffered = "nextcloud-buffered",
        "Nextcloud 33 behind a proxy that buffers uploads: an upload that breaks off never reaches it.",
        ["servers.buffering-proxy", "servers.nextcloud-latency"],
        [NEXTCLOUD_USER, NEXTCLOUD_FILES, &[Takes(ms(40)), Locks(Locking::Everything)]];
    NextcloudQuota = "nextcloud-quota",
        "Nextcloud 33 whose user has 300 KB left: larger uploads of declared length return 507.",
        ["servers.nextcloud-quota"],
        [
            NEXTCLOUD_USER,
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[
                Takes(ms(40)),
                Refuses(SizeRule { most: 300 * 1024, declared_only: true, refusal: Refusing::Quota }),
            ],
        ];
    NextcloudLink = "nextcloud-link",
        "An editable public link without a password, under public.php/dav: anybody has access, with any credentials or none.",
        ["servers.nextcloud-public-link"],
        [
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[
                Takes(ms(40)),
                Base("/public.php/dav/files/kT4nXo9fLBqRz2W"),
                Shows(LINK_FOLDERS),
                Enters(OPEN),
                Wrong(Fault::AnonymousEverything),
            ],
        ];
    NextcloudLinkPassword = "nextcloud-link-password",
        "An editable public link with a password, under public.php/dav: 401 without a challenge, any user name; a request without credentials counts twice, and past 10 the right password gets 500.",
        ["servers.nextcloud-public-link", "servers.nextcloud-brute-force"],
        [
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[
                Takes(ms(40)),
                Base("/public.php/dav/files/kT4nXo9fLBqRz2W"),
                Shows(LINK_FOLDERS),
                Enters(ANY_USER),
                Wrong(Fault::ChallengeMissing),
                Watches(LINK_FAILURES),
            ],
        ];
    NextcloudLinkWebdav = "nextcloud-link-webdav",
        "An editable public link without a password, under public.php/webdav: the user is the token, the password empty.",
        ["servers.nextcloud-public-link"],
        [
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[
                Takes(ms(40)),
                Base("/public.php/webdav"),
                Shows(LINK_FOLDERS),
                Enters(TOKEN_ALONE),
                Watches(FAILURES),
            ],
        ];
    NextcloudLinkWebdavPassword = "nextcloud-link-webdav-password",
        "An editable public link with a password, under public.php/webdav: the user is the token.",
        ["servers.nextcloud-public-link"],
        [
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[
                Takes(ms(40)),
                Base("/public.php/webdav"),
                Shows(LINK_FOLDERS),
                Enters(TOKEN),
                Watches(FAILURES),
            ],
        ];
    NextcloudReadOnlyLink = "nextcloud-read-only-link",
        "A public link that permits only reading: config exists, and PUT returns 403.",
        ["servers.nextcloud-read-only"],
        [
            NEXTCLOUD_FILES,
            &[
                Takes(ms(40)),
                Base("/public.php/webdav"),
                Enters(TOKEN),
                Watches(FAILURES),
                Shows(LINK_FOLDERS),
                Wrong(Fault::UploadForbidden),
            ],
        ];
    NextcloudFileDrop = "nextcloud-file-drop",
        "A file drop: each PUT returns 201 and is stored under another name; a GET returns 404.",
        ["servers.nextcloud-file-drop"],
        [
            NEXTCLOUD_FILES,
            &[
                Takes(ms(40)),
                Base("/public.php/webdav"),
                Enters(TOKEN),
                Watches(FAILURES),
                Does(Habit::FileDrop),
                Wrong(Fault::UploadRenamed),
            ],
        ];
    NextcloudMaintenance = "nextcloud-maintenance",
        "Nextcloud in maintenance: 503 for everything, without Retry-After.",
        ["servers.nextcloud-maintenance"],
        [NEXTCLOUD_USER, NEXTCLOUD_FILES, &[Takes(ms(20)), Wrong(Fault::Maintenance)]];
    NextcloudTwoFactor = "nextcloud-two-factor",
        "Nextcloud with two-factor login: the login password is refused with 401 and without a challenge.",
        ["servers.nextcloud-two-factor", "servers.nextcloud-brute-force"],
        [
            NEXTCLOUD_USER,
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[Takes(ms(40)), Wrong(Fault::CredentialsRefused)],
        ];
    NextcloudNoFileAccess = "nextcloud-no-file-access",
        "Nextcloud with an app password that may not reach the files: 404 for everything.",
        ["servers.nextcloud-app-password"],
        [
            NEXTCLOUD_USER,
            NEXTCLOUD_FILES,
            CUT_OFF,
            &[
                Takes(ms(40)),
                Shows(NO_FOLDERS),
                Wrong(Fault::ConfigMissing),
                Wrong(Fault::BackupsMissing),
            ],
        ];

    // Proxies and their limits.
    CaddyLimit = "caddy-limit",
        "Caddy 2.6 with request_body max_size 100KB before a server: a larger PUT returns 502 without content.",
        ["servers.caddy-limit"],
        [
            &[
                Speaks(&CADDY),
                Refuses(SizeRule { most: 100_000, declared_only: false, refusal: Refusing::BadGateway }),
            ],
        ];
    NginxBodyBuffer = "nginx-body-buffer",
        "nginx that cannot write its body buffer: uploads above 16 KiB return 500.",
        ["servers.body-buffer"],
        [
            &[
                Speaks(&NGINX),
                Wrong(Fault::EncodedSlashTraverses),
                Does(Habit::PlainFiles),
                Refuses(SizeRule { most: 16 * 1024, declared_only: false, refusal: Refusing::Crash }),
            ],
        ];
    NginxLimitReq = "nginx-limit-req",
        "nginx with limit_req of one request per second and a burst of 20 without delay: 503 above that.",
        ["servers.limit-req"],
        [NGINX_FILES, &[Limits(RATE)]];
    NginxLimitReq429 = "nginx-limit-req-429",
        "The same with limit_req_status 429.",
        ["servers.limit-req"],
        [NGINX_FILES, &[Limits(Rate { status: 429, ..RATE })]];
    NginxLimitReqDelay = "nginx-limit-req-delay",
        "The same without nodelay: the burst waits until the rate allows it.",
        ["servers.limit-req"],
        [NGINX_FILES, &[Limits(Rate { delays: true, ..RATE })]];
    NginxLimitConn = "nginx-limit-conn",
        "nginx with limit_conn of one connection per address: 503 for a second request at once.",
        ["servers.limit-conn"],
        [NGINX_FILES, &[Crowds(Crowd { most: 1, status: 503 })]];

    // Intrusion detection.
    Crowdsec = "crowdsec",
        "CrowdSec's http-probing with a firewall: after more than 10 distinct paths answered 404, 403 or 400 (one is forgotten every 10 s), connections are dropped for 4 hours.",
        ["servers.ban-crowdsec"],
        [NGINX_FILES, &[Watches(probing(Then::Drop(hours(4))))]];
    CrowdsecPage = "crowdsec-page",
        "The same with a bouncer in the web server: every request returns 403 for 4 hours.",
        ["servers.ban-crowdsec"],
        [NGINX_FILES, &[Watches(probing(Then::Forbid(hours(4))))]];
    Fail2banApache = "fail2ban-apache",
        "Apache with fail2ban's apache-auth: after 5 wrong logins in 10 minutes, connections are dropped for 10 minutes.",
        ["servers.ban-fail2ban"],
        [APACHE_FILES, &[Watches(FAIL2BAN)]];
    Fail2banNginx = "fail2ban-nginx",
        "nginx with fail2ban's nginx-http-auth: after 5 wrong logins in 10 minutes, connections are dropped for 10 minutes.",
        ["servers.ban-fail2ban"],
        [NGINX_FILES, &[Watches(FAIL2BAN)]];
    CopypartyBan = "copyparty-ban",
        "copyparty: after more than 50 answers 404 in an hour, every request returns 403 for a day.",
        ["servers.ban-copyparty"],
        [
            &[
                Speaks(&PLAIN),
                Does(Habit::PlainFiles),
                Watches(MISSING),
            ],
        ];

    // Other servers.
    Apache = "apache",
        "Apache 2.4 with mod_dav_fs.",
        ["servers.config-get", "servers.put-status", "servers.no-credentials"],
        [APACHE_FILES];
    Nginx = "nginx",
        "nginx 1.22 with its WebDAV module and client_max_body_size as config says.",
        ["servers.config-get", "servers.put-status", "servers.no-credentials"],
        [NGINX_FILES];
    Lighttpd = "lighttpd",
        "lighttpd 1.4 with mod_webdav: a wrong password is answered after a second.",
        ["servers.config-get", "servers.put-status", "servers.no-credentials"],
        [
            &[
                Speaks(&LIGHTTPD),
                Shows(FOLDERS),
                Does(Habit::PlainFiles),
                Wrong(Fault::EncodedSlashTraverses),
                Lists(Listing::PropertiesAndPage),
                Wrong(Fault::LimitUnenforced),
                DelaysRefusals(ms(1000)),
            ],
        ];
    Sabre = "sabre",
        "sabre/dav 4.7 with PHP's own server, which reads a whole upload before it passes it on.",
        ["servers.config-get", "servers.put-status", "servers.no-credentials"],
        [
            &[
                Speaks(&SABRE),
                Shows(FOLDERS),
                Does(Habit::PlainFiles),
                Lists(Listing::PropertiesAndPage),
                Wrong(Fault::LimitUnenforced),
                AtOnce(4),
            ],
        ];
    Rclone = "rclone",
        "rclone 1.60 serve webdav: writes into the visible file, and locks it against other uploads.",
        ["servers.config-get", "servers.put-status", "servers.interrupted-upload", "servers.interrupted-new"],
        [
            &[
                Speaks(&RCLONE),
                Shows(RCLONE_FOLDERS),
                Does(Habit::PlainFiles),
                Wrong(Fault::WriteInPlace),
                Wrong(Fault::LimitUnenforced),
                Locks(Locking::Writes),
                Lists(Listing::PropertiesAndPage),
            ],
        ];
    Wsgidav = "wsgidav",
        "wsgidav 4.4 with cheroot: ten threads that write into the visible file.",
        ["servers.config-get", "servers.put-status", "servers.interrupted-upload", "servers.interrupted-new"],
        [
            &[
                Speaks(&WSGIDAV),
                Shows(FOLDERS),
                Does(Habit::PlainFiles),
                Wrong(Fault::WriteInPlace),
                Wrong(Fault::LimitUnenforced),
                AtOnce(10),
                Lists(Listing::PropertiesAndPage),
            ],
        ];
    Dufs = "dufs",
        "dufs 0.47: a broken-off upload deletes the old backup; its page shows no names, but PROPFIND does.",
        ["servers.config-get", "servers.put-status", "servers.interrupted-upload", "servers.interrupted-new"],
        [
            &[
                Speaks(&DUFS),
                Shows(DUFS_FOLDERS),
                Does(Habit::PlainFiles),
                Wrong(Fault::CutOffDeletes),
                Wrong(Fault::LimitUnenforced),
                Lists(Listing::PropertiesAndBlankPage),
            ],
        ];
    Chezdav = "chezdav",
        "chezdav 3.0: a PUT that expects 100-continue stores nothing, and a broken-off upload replaces the old backup.",
        ["servers.config-get", "servers.put-status", "servers.interrupted-upload", "servers.interrupted-new"],
        [
            &[
                Speaks(&CHEZDAV),
                Shows(CHEZDAV_FOLDERS),
                Does(Habit::PlainFiles),
                Wrong(Fault::ExpectStoresNothing),
                Wrong(Fault::CutOffReplaces),
                Wrong(Fault::CutOffChunkedReplaces),
                Wrong(Fault::CutOffVisible),
                Wrong(Fault::LimitUnenforced),
                Lists(Listing::PropertiesAndPage),
            ],
        ];
    Sekursranko = "sekursranko",
        "sekursranko 0.5.5, a Safe server without a login: requires a length, Threema in User-Agent, and single slashes.",
        ["servers.config-get", "servers.put-status", "servers.no-credentials"],
        [
            &[
                Speaks(&SEKURSRANKO),
                Enters(OPEN),
                Wrong(Fault::AnonymousEverything),
                Wrong(Fault::ChunkedRefused),
                Wrong(Fault::DoubleSlashRefused),
                Does(Habit::ReadHeaders),
                ConfigHead(405),
                Does(Habit::PlainFiles),
            ],
        ];
    EeeSafe = "eee-safe",
        "eee-safe, a Safe server: no HEAD, User-Agent exactly Threema, 400 instead of 413, and IDs in any letter case.",
        ["servers.config-get", "servers.put-status", "servers.interrupted-upload", "servers.interrupted-new"],
        [
            &[
                Speaks(&EEE_SAFE),
                Wrong(Fault::HeadNotFound),
                ConfigHead(404),
                Wrong(Fault::UserAgentExact),
                Wrong(Fault::DoubleSlashRefused),
                Wrong(Fault::LetterCaseIgnored),
                Wrong(Fault::CutOffReplaces),
                Wrong(Fault::CutOffChunkedReplaces),
                Wrong(Fault::CutOffVisible),
            ],
        ];
    SlowOneAtATime = "slow-one-at-a-time",
        "A healthy server that takes 0.6 s for a request and serves one at a time.",
        ["servers.nextcloud-latency"],
        [&[Takes(ms(600)), AtOnce(1)]];
    ClosesOneIn20 = "closes-one-in-20",
        "A healthy server behind something that closes one connection in 20 without notice, before or after an answer.",
        ["servers.closed-connections"],
        [&[HangsUp(HangUp::OneIn(20))]];
    ClosesAfterEachAnswer = "closes-after-each-answer",
        "A healthy server that closes the connection after each answer without announcing it.",
        ["servers.closed-connections"],
        [&[Wrong(Fault::Http2Absent), HangsUp(HangUp::AfterEachAnswer)]];
}
