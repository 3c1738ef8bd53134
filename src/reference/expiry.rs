//! The expiry of backups: the job of good servers, and of those that count wrongly.

use super::faults::{Fault, Faults};
use super::store::Times;
use std::time::{Duration, SystemTime};

/// After how long a tool has reset a file to an older time. Source: backups run at night.
const NIGHT: Duration = Duration::from_secs(86_400);

/// What a good server does after the retention of a backup.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub enum Tidying {
    /// It deletes the backup exactly at the end.
    #[default]
    OnTheDot,
    /// It deletes the backup this much later.
    Late(Duration),
    /// It never deletes a backup, like every plain `WebDAV` server.
    Never,
}

/// The time from which a backup's retention is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum CountedFrom {
    /// The last upload, as required.
    Upload,
    /// The first upload: a replacement does not count.
    FirstUpload,
    /// The last download, or the first upload: a replacement does not count.
    Access,
    /// The last upload or download.
    UploadOrDownload,
    /// The last upload; from the next night on a time that is this much earlier, because a tool
    /// reset it.
    PutBack(Duration),
}

/// The rule by which backups expire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry {
    from: CountedFrom,
    /// The retention; `None` if backups never expire.
    after: Option<Duration>,
}

impl Expiry {
    /// Returns the rule of a good server that promises `retention`.
    #[cfg(test)]
    pub(crate) const fn on_the_dot(retention: Duration) -> Self {
        Self {
            from: CountedFrom::Upload,
            after: Some(retention),
        }
    }

    /// Returns the rule of a server with this `retention`, this way of tidying and this fault.
    #[cfg(test)]
    pub(crate) fn of(retention: Duration, tidying: Tidying, fault: Option<Fault>) -> Self {
        Self::new(retention, tidying, fault.into_iter().collect())
    }

    /// Returns the rule of a server with this `retention`, this way of tidying and these faults.
    pub(super) fn new(retention: Duration, tidying: Tidying, faults: Faults) -> Self {
        let early = faults.contains(Fault::ExpiresEarly);
        let kept = if early { retention / 10 * 9 } else { retention };
        let from = if faults.contains(Fault::ExpiresByFirstUpload) {
            CountedFrom::FirstUpload
        } else if faults.contains(Fault::ExpiresByAccess) {
            CountedFrom::Access
        } else if faults.contains(Fault::ExpiresByTimePutBack) {
            CountedFrom::PutBack(retention / 3)
        } else if faults.contains(Fault::DownloadRefreshes) {
            CountedFrom::UploadOrDownload
        } else {
            CountedFrom::Upload
        };
        let after = match tidying {
            Tidying::OnTheDot => Some(kept),
            Tidying::Late(late) => kept.checked_add(late),
            Tidying::Never => None,
        };
        Self { from, after }
    }

    /// Returns whether a backup with this history has expired.
    pub(super) fn is_over(&self, times: &Times, now: SystemTime) -> bool {
        // A clock that was set back expires nothing.
        let age = now
            .duration_since(self.counted(times, now))
            .unwrap_or_default();
        self.after.is_some_and(|after| age >= after)
    }

    fn counted(&self, times: &Times, now: SystemTime) -> SystemTime {
        match self.from {
            CountedFrom::Upload => times.uploaded,
            CountedFrom::FirstUpload => times.made,
            CountedFrom::Access => times.accessed,
            CountedFrom::UploadOrDownload => times.uploaded.max(times.accessed),
            CountedFrom::PutBack(by) => {
                let age = now.duration_since(times.uploaded).unwrap_or_default();
                let earlier = times.uploaded.checked_sub(by).unwrap_or(times.uploaded);
                if age < NIGHT { times.uploaded } else { earlier }
            }
        }
    }

    /// Returns the value of `Last-Modified`, which never shows the access time.
    pub(super) fn shown(&self, times: &Times, now: SystemTime) -> SystemTime {
        match self.from {
            CountedFrom::Access => times.uploaded,
            _ => self.counted(times, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(days: u32) -> SystemTime {
        UNIX_EPOCH + DAY * 1000 + DAY * days
    }

    /// Returns the day on which a backup is gone that was made on day 0, downloaded on day 20 and
    /// replaced on day 50.
    fn gone(tidying: Tidying, faults: &[Fault]) -> Option<u32> {
        let expiry = Expiry::new(DAY * 90, tidying, faults.iter().copied().collect());
        let times = Times {
            made: at(0),
            accessed: at(20),
            uploaded: at(50),
        };
        (50..1000).find(|day| expiry.is_over(&times, at(*day)))
    }

    #[test]
    fn each_rule_has_its_day() {
        assert_eq!(gone(Tidying::OnTheDot, &[]), Some(140));
        assert_eq!(gone(Tidying::Late(DAY * 30), &[]), Some(170));
        assert_eq!(gone(Tidying::Never, &[]), None);
        assert_eq!(gone(Tidying::OnTheDot, &[Fault::ExpiresEarly]), Some(131));
        assert_eq!(
            gone(Tidying::OnTheDot, &[Fault::ExpiresByFirstUpload]),
            Some(90)
        );
        assert_eq!(
            gone(Tidying::OnTheDot, &[Fault::ExpiresByAccess]),
            Some(110)
        );
        assert_eq!(
            gone(Tidying::OnTheDot, &[Fault::ExpiresByTimePutBack]),
            Some(110)
        );
        assert_eq!(
            gone(Tidying::OnTheDot, &[Fault::DownloadRefreshes]),
            Some(140)
        );
    }
}
