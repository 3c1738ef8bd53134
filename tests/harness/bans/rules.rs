//! The rules of tools that protect real servers, as documented, applied to the requests of one
//! address.

use safe_conformance::reference::LoggedRequest;
use std::collections::VecDeque;
use std::time::Duration;

/// One answered request, as an access log shows it.
#[derive(Clone, Debug)]
pub struct Event {
    pub path: String,
    pub status: u16,
    pub had_credentials: bool,
    /// The time since the first request.
    pub at: Duration,
}

/// The events of a server's log.
pub fn events(log: &[LoggedRequest]) -> Vec<Event> {
    let Some(first) = log.first() else {
        return Vec::new();
    };
    log.iter()
        .filter_map(|request| {
            Some(Event {
                path: request.path.clone(),
                status: request.status?,
                had_credentials: request.had_authorization,
                at: request.at.saturating_duration_since(first.at),
            })
        })
        .collect()
}

/// A rule: its name, its source, and why it bans.
pub struct Rule {
    pub name: &'static str,
    /// The reason of a ban, if the events lead to one.
    pub bans: fn(&[Event]) -> Option<String>,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        name: "CrowdSec http-probing",
        bans: http_probing,
    },
    Rule {
        name: "fail2ban apache-auth and nginx-http-auth",
        bans: wrong_passwords,
    },
    Rule {
        name: "Nextcloud brute force",
        bans: brute_force,
    },
    Rule {
        name: "copyparty",
        bans: missing_files,
    },
];

/// A leaky bucket of distinct paths answered 404, 403 or 400: capacity 10, leakspeed 10 s. Source:
/// the scenario `crowdsecurity/http-probing`.
fn http_probing(events: &[Event]) -> Option<String> {
    let mut bucket: VecDeque<&str> = VecDeque::new();
    let mut leaked = Duration::ZERO;
    for event in events {
        while event.at.saturating_sub(leaked) >= Duration::from_secs(10) {
            bucket.pop_front();
            leaked += Duration::from_secs(10);
        }
        let counts = matches!(event.status, 404 | 403 | 400);
        if !counts || bucket.contains(&event.path.as_str()) {
            continue;
        }
        if bucket.is_empty() {
            leaked = event.at;
        }
        bucket.push_back(&event.path);
        if bucket.len() > 10 {
            return Some(format!("{bucket:?}"));
        }
    }
    None
}

/// Five wrong passwords within 10 minutes (maxretry, findtime). Missing credentials are not logged
/// as an error. Source: fail2ban's jail.conf, filter.d/apache-auth.conf and
/// filter.d/nginx-http-auth.conf.
fn wrong_passwords(events: &[Event]) -> Option<String> {
    let wrong = |event: &Event| usize::from(event.status == 401 && event.had_credentials);
    too_many(events, wrong, 4, Duration::from_secs(600))
}

/// More than 10 within 30 minutes: a wrong password counts once, and a request under
/// `/public.php/dav` without credentials counts twice. Source: the manual's
/// `servers.nextcloud-brute-force` and `servers.nextcloud-public-link`.
fn brute_force(events: &[Event]) -> Option<String> {
    let counts = |event: &Event| match (event.status, event.had_credentials) {
        (401, true) => 1,
        (401, false) if event.path.starts_with("/public.php/dav") => 2,
        _ => 0,
    };
    too_many(events, counts, 10, Duration::from_secs(1800))
}

/// More than 50 answers 404 within an hour. Source: copyparty's `--ban-404`.
fn missing_files(events: &[Event]) -> Option<String> {
    let missing = |event: &Event| usize::from(event.status == 404);
    too_many(events, missing, 50, Duration::from_secs(3600))
}

/// Returns why more than `most` events count within a time.
fn too_many(
    events: &[Event],
    counts: impl Fn(&Event) -> usize,
    most: usize,
    within: Duration,
) -> Option<String> {
    let counted: Vec<_> = events
        .iter()
        .flat_map(|event| std::iter::repeat_n(event, counts(event)))
        .collect();
    let burst = counted
        .windows(most + 1)
        .find(|burst| burst[most].at.saturating_sub(burst[0].at) < within)?;
    let paths: Vec<_> = burst.iter().map(|event| event.path.as_str()).collect();
    Some(format!("{paths:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(path: &str, status: u16, had_credentials: bool, seconds: u64) -> Event {
        Event {
            path: path.to_owned(),
            status,
            had_credentials,
            at: Duration::from_secs(seconds),
        }
    }

    fn probes(count: u64, every: u64) -> Vec<Event> {
        let probe = |number| event(&format!("/{number}"), 404, true, number * every);
        (0..count).map(probe).collect()
    }

    #[test]
    fn eleven_paths_at_once_are_a_probe_and_ten_are_not() {
        assert!(http_probing(&probes(11, 0)).is_some());
        assert!(http_probing(&probes(10, 0)).is_none());
        assert!(http_probing(&probes(100, 10)).is_none());
        assert!(http_probing(&probes(40, 5)).is_some());
        let same: Vec<_> = (0..100).map(|_| event("/one", 404, true, 0)).collect();
        assert!(http_probing(&same).is_none());
    }

    #[test]
    fn five_wrong_passwords_are_too_many_and_missing_ones_do_not_count() {
        let wrong = |count| vec![event("/", 401, true, 1); count];
        assert!(wrong_passwords(&wrong(5)).is_some());
        assert!(wrong_passwords(&wrong(4)).is_none());
        assert!(wrong_passwords(&vec![event("/", 401, false, 1); 20]).is_none());
        let slow: Vec<_> = (0..20).map(|n| event("/", 401, true, n * 150)).collect();
        assert!(wrong_passwords(&slow).is_none());
    }

    #[test]
    fn nextcloud_counts_a_public_link_twice() {
        let link = |count| vec![event("/public.php/dav/files/x/config", 401, false, 1); count];
        assert!(brute_force(&link(6)).is_some());
        assert!(brute_force(&link(5)).is_none());
        assert!(brute_force(&vec![event("/remote.php/dav/x", 401, false, 1); 20]).is_none());
        assert!(brute_force(&vec![event("/remote.php/dav/x", 401, true, 1); 11]).is_some());
    }

    #[test]
    fn fifty_missing_files_are_borne() {
        assert!(missing_files(&probes(50, 0)).is_none());
        assert!(missing_files(&probes(51, 0)).is_some());
    }
}
