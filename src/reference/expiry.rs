//! When a backup is deleted: the job that good servers run, and those that count wrongly.

use super::faults::{Fault, Faults};
use super::store::Times;
use std::time::{Duration, SystemTime};

/// After how long a tool has put back an older time. Source: backups run at night.
const NIGHT: Duration = Duration::from_secs(86_400);

/// What a good server does once the retention of a backup is over.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Tidying {
    /// It deletes the backup exactly at the end.
    #[default]
    OnTheDot,
    /// It deletes the backup so much later.
    Late(Duration),
    /// It never deletes one, as every plain `WebDAV` server.
    Never,
}

/// By which of its times a backup expires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum CountedFrom {
    /// The last upload, as it should be.
    Upload,
    /// The first upload: replacing the backup does not count.
    FirstUpload,
    /// The last download, or the first upload: replacing the backup does not count.
    Access,
    /// The last upload or download.
    UploadOrDownload,
    /// The last upload, and from the next night on a time so much earlier, which a tool has put
    /// back.
    PutBack(Duration),
}

/// The rule by which backups are deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiry {
    from: CountedFrom,
    /// `None` for ever.
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

    /// Returns the rule of a server that promises `retention`, tidies up so and is wrong in this
    /// way.
    #[cfg(test)]
    pub(crate) fn of(retention: Duration, tidying: Tidying, fault: Option<Fault>) -> Self {
        Self::new(retention, tidying, fault.into_iter().collect())
    }

    /// Returns the rule of a server that promises `retention`, tidies up so and is wrong in these
    /// ways.
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

    /// Returns whether the time of a backup with this history is over.
    pub(super) fn is_over(&self, times: &Times, now: SystemTime) -> bool {
        // A clock that was set back makes nothing expire.
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

    /// Returns what `Last-Modified` says: the access time shows nowhere.
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

    /// On which day a backup that was made on day 0, downloaded on day 20 and replaced on day 50 is
    /// gone.
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
