//! When each client uploads its backup again, and how old a backup gets before that.

use super::release::Refresher;

/// How long a day is, in hours.
const DAY: i64 = 24;
/// How far the simulation looks, in days: a hundred years. What happens later happens to nobody.
const HORIZON_DAYS: i64 = 36_500;
/// What Android takes a `retentionDays` of 0 for. Source: clause 5.2.
const ANDROID_INSTEAD_OF_ZERO: i64 = 180;
/// What iOS takes where it knows no `retentionDays`. Source: clause 5.3.
const IOS_INSTEAD_OF_UNKNOWN: i64 = 90;
/// Within how many hours Android does not upload a second time. Source: clause 5.2.
const ANDROID_GRACE: i64 = 23;
/// After how many days the oldest Android uploads in any case. Source: VARIANTS section 3, "Unchanged re-upload".
const ANDROID_WEEK: i64 = 7;

/// What happens to the data that is backed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changes {
    /// Nothing.
    Never,
    /// It is other data every so many days.
    Every(u16),
}

impl Refresher {
    /// The newest of each client that uploads.
    pub const NEWEST: [Self; 2] = [Self::Android5_0, Self::Ios4_6];

    /// Whether a backup that was uploaded `age` hours ago is uploaded again, when the app looks.
    ///
    /// `retention_days` is what the client has read in the config, if it has read one.
    ///
    /// Source: clauses 5.2 and 5.3; VARIANTS section 3, "Unchanged re-upload".
    pub fn uploads(self, age: i64, changed: bool, retention_days: Option<i64>) -> bool {
        let unchanged_for = self.unchanged_for(retention_days);
        let grace = match self {
            Self::Android4_5 | Self::Android4_84 => 0,
            Self::Android5_0 => ANDROID_GRACE,
            Self::Ios4_6 => DAY - 1,
        };
        (changed && age > grace) || age > unchanged_for
    }

    /// The age that an unchanged backup must exceed to be uploaded again, in hours.
    fn unchanged_for(self, retention_days: Option<i64>) -> i64 {
        let half_as_android = match retention_days {
            None | Some(0) => ANDROID_INSTEAD_OF_ZERO / 2,
            Some(days) => days / 2,
        };
        let days = match self {
            Self::Android4_5 => ANDROID_WEEK,
            Self::Android4_84 | Self::Android5_0 => half_as_android,
            // What is meant is half of it: `??` binds more loosely than `/`.
            Self::Ios4_6 => retention_days.unwrap_or(IOS_INSTEAD_OF_UNKNOWN),
        };
        days.saturating_mul(DAY)
    }

    /// The same app, as its authors meant it to be.
    ///
    /// Source: clause 5.3.
    #[must_use]
    pub const fn as_meant(self) -> Self {
        match self {
            Self::Ios4_6 => Self::Android5_0,
            other => other,
        }
    }

    /// The age that a backup reaches before it is uploaded again, in days at the most; `None` where nobody lives to see
    /// it. The app is started once a day, to the hour.
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

/// Whether a server that deletes a backup on the dot, after `kept_days`, has lost it before it is `oldest` days old and
/// uploaded again.
pub fn loses_on_the_dot(oldest: Option<i64>, kept_days: i64) -> bool {
    oldest.is_some_and(|oldest| oldest >= kept_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANDROID: Refresher = Refresher::Android5_0;
    const IOS: Refresher = Refresher::Ios4_6;

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
        for refresher in Refresher::ALL {
            assert_eq!(refresher.oldest(Changes::Every(1), Some(180)), Some(1));
            for days in [1, 2, 3, 7, 30, 180] {
                let unchanged = refresher.oldest(Changes::Never, Some(days));
                for every in 1..200 {
                    let changed = refresher.oldest(Changes::Every(every), Some(days));
                    assert!(changed <= unchanged, "{refresher:?} {days} {every}");
                }
            }
        }
    }

    #[test]
    fn android_lets_23_hours_pass_and_older_ones_do_not() {
        assert!(!ANDROID.uploads(23, true, Some(180)));
        assert!(ANDROID.uploads(24, true, Some(180)));
        assert!(Refresher::Android4_84.uploads(1, true, Some(180)));
        assert!(!IOS.uploads(23, true, Some(180)));
        assert!(IOS.uploads(24, true, Some(180)));
    }

    #[test]
    fn each_release_has_its_rule() {
        let oldest = |refresher: Refresher, days| refresher.oldest(Changes::Never, days);
        assert_eq!(oldest(Refresher::Android4_5, Some(180)), Some(8));
        assert_eq!(oldest(Refresher::Android4_84, Some(180)), Some(91));
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
