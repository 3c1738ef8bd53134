//! When each client uploads its backup again, and how old the backup becomes before that.

use super::release::Release;
use crate::safe::Client;

/// The length of a day, in hours.
const DAY: i64 = 24;
/// How far the simulation looks, in days: a hundred years.
const HORIZON_DAYS: i64 = 36_500;
/// The `retentionDays` that Android uses instead of 0. Source: clause 5.2.
const ANDROID_INSTEAD_OF_ZERO: i64 = 180;
/// The `retentionDays` that iOS uses if it knows none. Source: clause 5.3.
const IOS_INSTEAD_OF_UNKNOWN: i64 = 90;
/// The number of hours within which Android does not upload again. Source: clause 5.2.
const ANDROID_GRACE: i64 = 23;
/// The number of days after which the oldest Android always uploads. Source:
/// `clients.http.refresh`.
const ANDROID_WEEK: i64 = 7;

/// How often the data to back up changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Changes {
    /// It never changes.
    Never,
    /// It changes every so many days.
    Every(u16),
}

/// The rule by which a release uploads a backup again.
///
/// Source: `clients.http.refresh`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Refresh {
    /// Unchanged data after a week, whatever the server's config.
    AfterAWeek,
    /// Unchanged data after half of the retention.
    HalfRetention,
    /// Unchanged data after half of the retention, and changed data after 23 hours.
    HalfRetentionDaily,
    /// Unchanged data after the full retention, although half of it is intended.
    FullRetention,
}

impl Release {
    /// Returns the rule by which this release uploads again; `None` for Desktop, which never
    /// uploads.
    pub fn refresh(self) -> Option<Refresh> {
        match self.client() {
            Client::Android if self.since(Self::Android5_0) => Some(Refresh::HalfRetentionDaily),
            Client::Android if self.since(Self::Android4_84) => Some(Refresh::HalfRetention),
            Client::Android => Some(Refresh::AfterAWeek),
            Client::Ios => Some(Refresh::FullRetention),
            Client::Desktop => None,
        }
    }
}

impl Refresh {
    /// All rules.
    pub const ALL: [Self; 4] = [
        Self::AfterAWeek,
        Self::HalfRetention,
        Self::HalfRetentionDaily,
        Self::FullRetention,
    ];

    /// The rule of the newest release of each client that uploads.
    pub const NEWEST: [Self; 2] = [Self::HalfRetentionDaily, Self::FullRetention];

    /// Returns whether the app uploads again, at one of its regular looks, a backup that it
    /// uploaded `age` hours ago.
    ///
    /// `retention_days` is the value that the client read in the config, if any.
    ///
    /// Source: clauses 5.2 and 5.3; `clients.http.refresh`.
    pub fn uploads(self, age: i64, changed: bool, retention_days: Option<i64>) -> bool {
        let unchanged_for = self.unchanged_for(retention_days);
        let grace = match self {
            Self::AfterAWeek | Self::HalfRetention => 0,
            Self::HalfRetentionDaily => ANDROID_GRACE,
            Self::FullRetention => DAY - 1,
        };
        (changed && age > grace) || age > unchanged_for
    }

    /// Returns the age that an unchanged backup must exceed to be uploaded again, in hours.
    fn unchanged_for(self, retention_days: Option<i64>) -> i64 {
        let half_as_android = match retention_days {
            None | Some(0) => ANDROID_INSTEAD_OF_ZERO / 2,
            Some(days) => days / 2,
        };
        let days = match self {
            Self::AfterAWeek => ANDROID_WEEK,
            Self::HalfRetention | Self::HalfRetentionDaily => half_as_android,
            // Half of it is intended, but `??` binds more loosely than `/`.
            Self::FullRetention => retention_days.unwrap_or(IOS_INSTEAD_OF_UNKNOWN),
        };
        days.saturating_mul(DAY)
    }

    /// Returns the rule that the authors of the app intended.
    ///
    /// Source: clause 5.3.
    #[must_use]
    pub const fn as_meant(self) -> Self {
        match self {
            Self::FullRetention => Self::HalfRetentionDaily,
            other => other,
        }
    }

    /// Returns the maximum age of a backup when it is uploaded again, in days; `None` if it is not
    /// uploaded again within `HORIZON_DAYS`. The app starts once a day, always at the same hour.
    ///
    /// Source: clauses 5.2 and 5.3: both look once a day.
    pub fn oldest(self, changes: Changes, retention_days: Option<i64>) -> Option<i64> {
        let (mut uploaded, mut oldest) = (0, 0);
        let mut data_at_upload = 0;
        // Three uploads show the rhythm.
        let mut uploads = 0;
        for day in 1..=HORIZON_DAYS {
            let data = match changes {
                Changes::Never => 0,
                Changes::Every(days) => day / i64::from(days.max(1)),
            };
            let age = day * DAY - uploaded;
            oldest = oldest.max(age);
            if self.uploads(age, data != data_at_upload, retention_days) {
                (uploaded, data_at_upload) = (day * DAY, data);
                uploads += 1;
                if uploads == 3 {
                    break;
                }
            }
        }
        (uploads > 0).then_some(oldest / DAY)
    }
}

/// Returns whether a server that deletes a backup after `kept_days`, right after retentionDays,
/// loses it before the app uploads it again at an age of `oldest` days.
pub fn loses_on_the_dot(oldest: Option<i64>, kept_days: i64) -> bool {
    oldest.is_some_and(|oldest| oldest >= kept_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANDROID: Refresh = Refresh::HalfRetentionDaily;
    const IOS: Refresh = Refresh::FullRetention;

    #[test]
    fn an_unchanged_backup_gets_as_old_as_the_rule_lets_it() {
        let table = [
            // (retentionDays, Android, iOS)
            (Some(1), Some(1), Some(2)),
            (Some(2), Some(2), Some(3)),
            (Some(3), Some(2), Some(4)),
            (Some(7), Some(4), Some(8)),
            (Some(180), Some(91), Some(181)),
            (Some(0), Some(91), Some(1)),
            (None, Some(91), Some(91)),
            (Some(-5), Some(1), Some(1)),
            (Some(36_500), Some(18_251), None),
            (Some(2_147_483_647), None, None),
            (Some(i64::MAX), None, None),
        ];
        for (days, android, ios) in table {
            assert_eq!(ANDROID.oldest(Changes::Never, days), android, "{days:?}");
            assert_eq!(IOS.oldest(Changes::Never, days), ios, "{days:?}");
        }
    }

    #[test]
    fn a_backup_that_changes_is_uploaded_daily_and_never_gets_older_than_an_unchanged_one() {
        for refresh in Refresh::ALL {
            assert_eq!(refresh.oldest(Changes::Every(1), Some(180)), Some(1));
            for days in [1, 2, 3, 7, 30, 180] {
                let unchanged = refresh.oldest(Changes::Never, Some(days));
                for every in 1..200 {
                    let changed = refresh.oldest(Changes::Every(every), Some(days));
                    assert!(changed <= unchanged, "{refresh:?} {days} {every}");
                }
            }
        }
    }

    #[test]
    fn android_lets_23_hours_pass_and_older_ones_do_not() {
        assert!(!ANDROID.uploads(23, true, Some(180)));
        assert!(ANDROID.uploads(24, true, Some(180)));
        assert!(Refresh::HalfRetention.uploads(1, true, Some(180)));
        assert!(!IOS.uploads(23, true, Some(180)));
        assert!(IOS.uploads(24, true, Some(180)));
    }

    #[test]
    fn each_release_has_its_rule() {
        let oldest = |refresh: Refresh, days| refresh.oldest(Changes::Never, days);
        assert_eq!(oldest(Refresh::AfterAWeek, Some(180)), Some(8));
        assert_eq!(oldest(Refresh::HalfRetention, Some(180)), Some(91));
        assert_eq!(oldest(IOS.as_meant(), Some(180)), Some(91));
    }

    #[test]
    fn a_server_that_deletes_on_the_dot_loses_what_is_as_old_as_its_promise() {
        for days in 3..400 {
            assert!(!loses_on_the_dot(
                ANDROID.oldest(Changes::Never, Some(days)),
                days
            ));
            assert!(loses_on_the_dot(
                IOS.oldest(Changes::Never, Some(days)),
                days
            ));
        }
        for days in [1, 2] {
            assert!(loses_on_the_dot(
                ANDROID.oldest(Changes::Never, Some(days)),
                days
            ));
        }
        assert!(!loses_on_the_dot(None, i64::MAX));
    }
}
