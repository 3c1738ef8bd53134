//! The pieces that profiles are composed of.

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
    /// Who gets in.
    Enters(Entrance),
    /// Each request takes this long.
    Takes(Duration),
    /// It works on so many requests at once; the others queue.
    AtOnce(usize),
    /// Uploads that run lock their target.
    Locks(Locking),
    /// It notices the end of a broken-off upload late.
    Notices(Notice),
    /// The words and header fields of its answers.
    Speaks(&'static Dialect),
    /// It refuses uploads for their size, in other words than 413.
    Refuses(SizeRule),
    /// Its front lets only so many requests pass in a time.
    Limits(Rate),
    /// Its front lets only so many requests pass at once.
    Crowds(Crowd),
    /// It counts what an address does, and acts on it.
    Watches(Watch),
    /// It closes connections without a word.
    HangsUp(HangUp),
    /// It shows its folder to who has logged in.
    Lists(Listing),
    /// A client can make folders in it.
    Shows(Folders),
    /// Its front waits this long before it answers that credentials are wrong.
    DelaysRefusals(Duration),
    /// It has this habit.
    Does(Habit),
    /// It answers HEAD of `config` with this status.
    ConfigHead(u16),
}

/// What a server does or does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Habit {
    /// It keeps plain files: what is no backup ID is the name of a file that is not there.
    PlainFiles,
    /// It sends its session cookie more than once; the last value counts.
    RepeatedCookies,
    /// It puts what is deleted into a bin, which its user can list.
    Bin,
    /// It shows nothing of what was uploaded: a file drop.
    FileDrop,
    /// It is a whole Nextcloud, with `status.php` and pages for the browser.
    Cloud,
    /// It requires `Threema` in the `User-Agent`, and JSON accepted where `config` is asked for.
    ReadHeaders,
}

/// How a server treats folders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Folders {
    /// The status of MKCOL where something is.
    pub(in super::super) again: u16,
    /// MKCOL without a slash at the end.
    pub(in super::super) bare: Bare,
    /// The status of PUT where the folder above is missing; `None` if that is made silently.
    pub(in super::super) orphan: Option<u16>,
    /// Whether PROPFIND shows what is there.
    pub(in super::super) looks: bool,
    /// Whether nothing of it is shown to this user.
    pub(in super::super) is_closed: bool,
    /// Whether the base URL is the root: that of a public link.
    pub(in super::super) is_link: bool,
}

/// What a server makes of MKCOL without a slash at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Bare {
    /// The same as with one.
    Same,
    /// It redirects where something is.
    Redirected,
    /// It refuses.
    Refused,
}

/// Who gets in, where that is not a user of the server with a password.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Entrance {
    /// The user name that is prescribed.
    pub(super) user: Option<&'static str>,
    /// Whether any user name will do.
    pub(in super::super) any_user: bool,
    /// Whether the password is empty.
    pub(super) has_empty_password: bool,
    /// Whether no credentials are needed.
    pub(super) is_open: bool,
}

/// What an upload that runs locks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Locking {
    /// Its target, against other uploads and deletions.
    Writes,
    /// Its target, against everything.
    Everything,
}

/// How late the end of a broken-off upload is noticed: between these.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    /// At the earliest.
    pub(super) earliest: Duration,
    /// At the latest.
    pub(super) latest: Duration,
}

/// Above which size uploads are refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeRule {
    /// The largest upload that is taken, in bytes.
    pub(super) most: u64,
    /// Whether a chunked upload gets past it.
    pub(super) declared_only: bool,
    /// The answer.
    pub(super) refusal: Refusing,
}

/// How a refusal is put.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusing {
    /// 502 without content: the proxy gave up.
    BadGateway,
    /// 507 with the server's sentence.
    Quota,
    /// 500: the proxy could not store the body.
    Crash,
}

/// nginx's `limit_req`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// How many requests a second pass.
    pub(super) per_second: u32,
    /// How many more are taken at once.
    pub(super) burst: u32,
    /// Whether those wait until the rate allows them, as without `nodelay`.
    pub(super) delays: bool,
    /// What the others get: 503, or 429.
    pub(super) status: u16,
}

/// nginx's `limit_conn`: in HTTP/2 each request counts as a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    /// How many requests of an address may run at once.
    pub(super) most: usize,
    /// What the others get.
    pub(super) status: u16,
}

/// A count of what an address does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    /// What counts.
    pub(super) counts: Counts,
    /// How much of it is borne.
    pub(super) most: usize,
    /// How it is forgotten.
    pub(super) forgets: Forgets,
    /// What happens then.
    pub(super) then: Then,
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Counts {
    /// Distinct paths that are answered 404, 403 or 400.
    Probing,
    /// Answers 404.
    Missing,
    /// Requests with wrong credentials, this often, and those without, this often.
    Logins {
        /// How often wrong credentials count.
        wrong: usize,
        /// How often missing ones count.
        missing: usize,
    },
}

/// How what was counted is forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Forgets {
    /// One in this time.
    OneEvery(Duration),
    /// Each after this time.
    After(Duration),
}

/// What happens to an address that did too much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Then {
    /// Its connections are dropped for so long.
    Drop(Duration),
    /// Everything is answered 403 for so long.
    Forbid(Duration),
    /// Everything is answered 429 until enough is forgotten.
    TooMany,
    /// Everything is answered 500, `MaxDelayReached`, until enough is forgotten.
    MaxDelay,
}

/// When a connection is closed without a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HangUp {
    /// One connection in so many: now before its first answer, now after it.
    OneIn(usize),
    /// Every one, after its first answer.
    AfterEachAnswer,
}

/// To what the folder is shown to who has logged in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Listing {
    /// To PROPFIND.
    Properties,
    /// To PROPFIND, and as a page with names to GET.
    PropertiesAndPage,
    /// To PROPFIND, and as a page without names to GET.
    PropertiesAndBlankPage,
}
