//! The known behaviour of real servers, and what they do only in some runs, each with the reason.

use crate::findings::Racy;
use safe_conformance::engine::Verdict;

/// Why a real server deviates: its names, the check, and what was seen by hand with curl and on its
/// disk.
pub(super) struct Reason {
    pub(super) servers: &'static [&'static str],
    pub(super) check: &'static str,
    pub(super) why: &'static str,
}

/// A deviation without an entry here is a false alarm until someone has looked.
pub(super) const REASONS: &[Reason] = &[
    Reason {
        servers: &["nginx_over_tls"],
        check: "tls.version-1-3",
        why: "nginx before 1.23.4 speaks TLS 1.3 only where ssl_protocols names it, and Debian 12 has 1.22",
    },
    Reason {
        servers: &["nginx", "nginx_over_tls", "lighttpd"],
        check: "privacy.encoded-slash",
        why: "both decode the path before they map it to a file: GET backups/..%2fconfig gives the config with 200, and \
              never leaves the root",
    },
    Reason {
        servers: &["apache", "apache_over_tls", "lighttpd", "sabre"],
        check: "privacy.own-listing",
        why: "PROPFIND with Depth 1 lists the folder (207) to who has logged in: that is WebDAV. sabre's browser plugin \
              shows it to GET, too",
    },
    Reason {
        servers: &[
            "rclone",
            "wsgidav",
            "rclone_behind_nginx",
            "wsgidav_behind_nginx",
        ],
        check: "privacy.own-listing",
        why: "both list the folder to who has logged in, to PROPFIND (207) and as a page to GET (200)",
    },
    Reason {
        servers: &["rclone", "wsgidav", "sabre"],
        check: "limits.above",
        why: "none of them has a limit: uploads of 524289 bytes return 201 and are stored",
    },
    Reason {
        servers: &["rclone", "wsgidav"],
        check: "integrity.cut-off-keeps-old",
        why: "the file on the disk holds the 24576 bytes that had arrived of 49152, and the old backup is gone",
    },
    Reason {
        servers: &["rclone", "wsgidav"],
        check: "integrity.cut-off-invisible",
        why: "the file on the disk holds the 24576 bytes that had arrived of 49152",
    },
];

// What differs between runs, each with the reason; learnt from ten or more runs of each server.
// Numbers were counted without the suite, by clients that read while others wrote.
const PASS_OR_WARN: &[Verdict] = &[Verdict::Pass, Verdict::Warn];

pub(super) const APACHE_RACES: &[Racy] = &[Racy {
    finding: "integrity.download-during-upload",
    allowed: PASS_OR_WARN,
    why: "3 in 100 GETs while uploads ran were the new bytes cut to the old length, or short; in other hundreds none",
}];
pub(super) const RCLONE_RACES: &[Racy] = &[
    Racy {
        finding: "integrity.download-during-upload",
        allowed: PASS_OR_WARN,
        why: "the file is truncated and written in place, late: 43 of 225 GETs while six uploads ran were torn",
    },
    Racy {
        finding: "integrity.cut-off-keeps-old[length]",
        allowed: &[Verdict::Warn],
        why: "the first GET after the break finds an empty file, a part, or a length that the file has no more",
    },
    Racy {
        finding: "integrity.cut-off-keeps-old[chunked]",
        allowed: &[Verdict::Warn],
        why: "the first GET after the break finds an empty file, a part, or a length that the file has no more",
    },
    LISTING_RACE,
    ANONYMOUS_OVERWRITE_RACE,
    DELETED_LISTING_RACE,
    DELETED_PAGE_RACE,
];
pub(super) const SABRE_RACES: &[Racy] = &[
    Racy {
        finding: "integrity.download-during-upload",
        allowed: PASS_OR_WARN,
        why: "file_put_contents truncates and writes in place: 96 of 225 GETs while six uploads ran were torn. PHP's own \
              server hands a body over only when it is whole, so that a single slow upload is torn for a moment only",
    },
    Racy {
        finding: "integrity.concurrent-uploads",
        allowed: PASS_OR_WARN,
        why: "file_put_contents takes no lock: two workers that write at once mix their bytes (1 of 10 runs)",
    },
    LISTING_RACE,
    ANONYMOUS_OVERWRITE_RACE,
    PAGE_RACE,
    ANONYMOUS_PROBE_RACE,
    DELETED_LISTING_RACE,
    DELETED_PAGE_RACE,
];
pub(super) const WSGIDAV_RACES: &[Racy] = &[
    Racy {
        finding: "integrity.download-during-upload",
        allowed: &[Verdict::Pass, Verdict::Warn, Verdict::Blocked],
        why: "it writes in place, 35 of 225 GETs while six uploads ran were cut; but its ten threads may all be busy, and then no GET is answered before the end",
    },
    Racy {
        finding: "integrity.concurrent-uploads",
        allowed: PASS_OR_WARN,
        why: "every upload writes into the visible file: 7 of 15 files that six uploads raced for were left mixed",
    },
    LISTING_RACE,
    ANONYMOUS_OVERWRITE_RACE,
    PAGE_RACE,
    ANONYMOUS_PROBE_RACE,
    DELETED_LISTING_RACE,
    DELETED_PAGE_RACE,
];
pub(super) const RCLONE_BEHIND_RACES: &[Racy] = &[
    Racy {
        finding: "integrity.download-during-upload",
        allowed: PASS_OR_WARN,
        why: "nginx shortens the moment in which the file is not whole, and cannot remove it",
    },
    LISTING_RACE,
    ANONYMOUS_OVERWRITE_RACE,
    DELETED_LISTING_RACE,
    DELETED_PAGE_RACE,
];
pub(super) const WSGIDAV_BEHIND_RACES: &[Racy] = &[
    Racy {
        finding: "integrity.download-during-upload",
        allowed: PASS_OR_WARN,
        why: "nginx shortens the moment in which the file is not whole, and cannot remove it",
    },
    Racy {
        finding: "integrity.concurrent-uploads",
        allowed: PASS_OR_WARN,
        why: "nginx passes whole uploads on, but at the same time, and wsgidav writes all of them into one file",
    },
    LISTING_RACE,
    ANONYMOUS_OVERWRITE_RACE,
    PAGE_RACE,
    ANONYMOUS_PROBE_RACE,
    DELETED_LISTING_RACE,
    DELETED_PAGE_RACE,
];
const LISTING_RACE: Racy = Racy {
    finding: "privacy.own-listing[propfind]",
    allowed: &[Verdict::Pass, Verdict::Note, Verdict::Blocked],
    why: "a file that another check deletes while the folder is read ends the list (rclone, sabre), or makes it a 500 (wsgidav)",
};
/// It shares six requests with the listings that are open.
const ANONYMOUS_OVERWRITE_RACE: Racy = Racy {
    finding: "auth.anonymous-overwrite",
    allowed: &[Verdict::Pass, Verdict::NotApplicable],
    ..LISTING_RACE
};
/// The same, if both listings race.
const ANONYMOUS_PROBE_RACE: Racy = Racy {
    finding: "auth.anonymous-probe",
    ..ANONYMOUS_OVERWRITE_RACE
};
const PAGE_RACE: Racy = Racy {
    finding: "privacy.own-listing[get]",
    ..LISTING_RACE
};
const DELETED_LISTING_RACE: Racy = Racy {
    finding: "retention.deleted-everywhere[propfind]",
    // Before the deletion it shows nothing then, and afterwards it does not say what is gone.
    allowed: &[Verdict::Pass, Verdict::NotApplicable, Verdict::Blocked],
    ..LISTING_RACE
};
const DELETED_PAGE_RACE: Racy = Racy {
    finding: "retention.deleted-everywhere[listing]",
    ..DELETED_LISTING_RACE
};
