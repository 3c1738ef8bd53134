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

/// Returns the checks that the snapshot names under `heading`; `None` asks all of them: in CI, for
/// a heading that is new, for a check whose result depends on others, and where the snapshot is
/// written.
pub(super) fn named_under(heading: &str) -> Option<Vec<&'static str>> {
    if is_thorough() || std::env::var_os("INSTA_UPDATE").is_some() {
        return None;
    }
    let (_, sections) = SNAPSHOT.split_once("\n---\n")?;
    let section = sections
        .split("\n\n")
        .find_map(|section| section.strip_prefix(heading)?.strip_prefix('\n'))?;
    let words: Vec<_> = section.split_whitespace().collect();
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
