//! The pieces of which profiles are composed.

use super::super::Fault;
use super::dialect::Dialect;
use std::time::Duration;

/// One way in which a server behaves.
#[derive(Clone, Copy, Debug)]
pub(super) enum Behaviour {
    /// It has this fault of the catalogue.
    Wrong(Fault),
    /// Its base URL has this path.
    Base(&'static str),
    /// This user has access.
    Enters(Entrance),
    /// Each request takes this long.
    Takes(Duration),
    /// It works on this many requests at the same time; the others queue.
    AtOnce(usize),
    /// Running uploads lock their target.
    Locks(Locking),
    /// It notices late that an upload broke off.
    Notices(Notice),
    /// The words and header fields of its answers.
    Speaks(&'static Dialect),
    /// It refuses uploads for their size, with a status other than 413.
    Refuses(SizeRule),
    /// Its front limits the rate of requests.
    Limits(Rate),
    /// Its front limits the number of simultaneous requests.
    Crowds(Crowd),
    /// It counts what an address does, and reacts.
    Watches(Watch),
    /// It closes connections without an answer.
    HangsUp(HangUp),
    /// It shows its folder to users who have logged in.
    Lists(Listing),
    /// It treats folders like this.
    Shows(Folders),
    /// Its front waits this long before it refuses wrong credentials.
    DelaysRefusals(Duration),
    /// It has this habit.
    Does(Habit),
    /// It answers HEAD of `config` with this status.
    ConfigHead(u16),
}

/// A habit of a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Habit {
    /// It serves plain files: a name that is not a backup ID is a missing file.
    PlainFiles,
    /// It sends its session cookie more than once, and the last value counts.
    RepeatedCookies,
    /// It moves deleted files to a bin, which its user can list.
    Bin,
    /// It hides uploads from everyone: a file drop.
    FileDrop,
    /// It is a complete Nextcloud, with `status.php` and pages for the browser.
    Cloud,
    /// It requires `Threema` in the `User-Agent`, and `Accept` with JSON for `config`.
    ReadHeaders,
}

/// How a server treats folders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Folders {
    /// The status of MKCOL for a path that exists.
    pub(in super::super) again: u16,
    /// The treatment of MKCOL without a trailing slash.
    pub(in super::super) bare: Bare,
    /// The status of PUT into a missing folder; `None` if the folder is created silently.
    pub(in super::super) orphan: Option<u16>,
    /// Whether PROPFIND shows what exists.
    pub(in super::super) looks: bool,
    /// Whether everything is hidden from this user.
    pub(in super::super) is_closed: bool,
    /// Whether the base URL is the root, as for a public link.
    pub(in super::super) is_link: bool,
}

/// How a server treats MKCOL without a trailing slash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Bare {
    /// Like one with the slash.
    Same,
    /// With a redirect if the path exists.
    Redirected,
    /// With a refusal.
    Refused,
}

/// Access by other means than a user's own password.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Entrance {
    /// The required user name.
    pub(super) user: Option<&'static str>,
    /// Whether any user name is accepted.
    pub(in super::super) any_user: bool,
    /// Whether the password is empty.
    pub(super) has_empty_password: bool,
    /// Whether no credentials are needed.
    pub(super) is_open: bool,
}

/// What a running upload locks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Locking {
    /// Its target, against other uploads and deletions.
    Writes,
    /// Its target, against everything.
    Everything,
}

/// How late the server notices that an upload broke off: a time in this range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    /// The earliest time.
    pub(super) earliest: Duration,
    /// The latest time.
    pub(super) latest: Duration,
}

/// A limit on the size of uploads.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeRule {
    /// The largest accepted upload, in bytes.
    pub(super) most: u64,
    /// Whether a chunked upload escapes the limit.
    pub(super) declared_only: bool,
    /// The refusal.
    pub(super) refusal: Refusing,
}

/// The form of a refusal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusing {
    /// 502 without content: the proxy aborted.
    BadGateway,
    /// 507 with the server's sentence.
    Quota,
    /// 500: the proxy could not store the body.
    Crash,
}

/// nginx's `limit_req`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// How many requests pass per second.
    pub(super) per_second: u32,
    /// How many more are accepted at once.
    pub(super) burst: u32,
    /// Whether these wait until the rate permits them, as without `nodelay`.
    pub(super) delays: bool,
    /// The status for the others: 503 or 429.
    pub(super) status: u16,
}

/// nginx's `limit_conn`: in HTTP/2 each request counts as a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    /// How many requests of an address may run at the same time.
    pub(super) most: usize,
    /// The status for the others.
    pub(super) status: u16,
}

/// A count of an address's actions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    /// The actions that count.
    pub(super) counts: Counts,
    /// The largest count that is tolerated.
    pub(super) most: usize,
    /// How the count decreases.
    pub(super) forgets: Forgets,
    /// The reaction above it.
    pub(super) then: Then,
}

/// Actions that count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counts {
    /// Distinct paths with the answer 404, 403 or 400.
    Probing,
    /// Answers with 404.
    Missing,
    /// Requests with wrong credentials and without credentials, with these weights.
    Logins {
        /// How much wrong credentials count.
        wrong: usize,
        /// How much missing credentials count.
        missing: usize,
    },
}

/// How a count decreases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Forgets {
    /// By one in each such period.
    OneEvery(Duration),
    /// By each action after this time.
    After(Duration),
}

/// The reaction to an address with too high a count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Then {
    /// Its connections are dropped for this long.
    Drop(Duration),
    /// Every request is answered with 403 for this long.
    Forbid(Duration),
    /// Every request is answered with 429 until the count has decreased.
    TooMany,
    /// Every request is answered with 500, `MaxDelayReached`, until the count has decreased.
    MaxDelay,
}

/// When a connection is closed without an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum HangUp {
    /// One in this many connections: in turn before and after its first answer.
    OneIn(usize),
    /// Every connection, after its first answer.
    AfterEachAnswer,
    /// Every fourth connection after the first twenty, before its first answer.
    EveryFourth,
}

/// How a folder is shown to users who have logged in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Listing {
    /// In an answer to PROPFIND.
    Properties,
    /// In an answer to PROPFIND, and to GET as a page with names.
    PropertiesAndPage,
    /// In an answer to PROPFIND, and to GET as a page without names.
    PropertiesAndBlankPage,
}
