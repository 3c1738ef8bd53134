//! What the reviewed snapshot says of a fault, so that a run on someone's own machine can ask for
//! just that.

use crate::support::thorough::is_thorough;
use safe_conformance::engine::Effect;
use safe_conformance::suites::server;

const SNAPSHOT: &str = include_str!(
    "../snapshots/harness__faults__every_fault_changes_exactly_what_the_snapshot_says_and_every_check_can_fail.snap"
);

/// It finds what another check has left in its place, so its result depends on the other.
const FINDS_LEFTOVERS: &str = "integrity.cut-off-invisible";

/// Returns whether every fault is tried with every check: in CI, and where the snapshot is written.
pub(super) fn is_whole() -> bool {
    is_thorough() || std::env::var_os("INSTA_UPDATE").is_some()
}

/// Returns what the snapshot says under `heading`.
pub(super) fn section(heading: &str) -> Option<&'static str> {
    let (_, sections) = SNAPSHOT.split_once("\n---\n")?;
    sections
        .trim_end()
        .split("\n\n")
        .find_map(|section| section.strip_prefix(heading)?.strip_prefix('\n'))
}

/// Returns whether the snapshot says of some fault that this check deviates.
pub(super) fn is_caught(id: &str) -> bool {
    let deviations = ["fail", "warn", "note", "error"];
    SNAPSHOT.lines().any(|line| {
        let mut words = line.split_whitespace();
        let verdict = words.next().unwrap_or_default();
        deviations.contains(&verdict) && words.next() == Some(id)
    })
}

/// Returns the checks that the snapshot names under `heading`; `None` asks all of them: where
/// everything is tried, for a heading that is new, and for a check whose result depends on others.
pub(super) fn named_under(heading: &str) -> Option<Vec<&'static str>> {
    if is_whole() {
        return None;
    }
    let words: Vec<_> = section(heading)?.split_whitespace().collect();
    let is_named = |id: &str| {
        words.iter().any(|word| match word.strip_suffix(".*") {
            Some(subject) => id.split('.').next() == Some(subject),
            None => *word == id,
        })
    };
    let named: Vec<_> = server::checks().filter(|it| is_named(it.id)).collect();
    let depends = named
        .iter()
        .any(|it| it.effect == Effect::LooksBack || it.id == FINDS_LEFTOVERS);
    (!depends).then(|| named.iter().map(|check| check.id).collect())
}
