//! The cases, in the order of reports.

mod backup;
mod delete;
mod login;
mod restore;
mod test;
mod tls;
mod vectors;

use super::case::RigCase;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Returns every case.
pub fn all() -> &'static [RigCase] {
    static ALL: LazyLock<Vec<RigCase>> = LazyLock::new(|| {
        [
            test::cases(),
            backup::cases(),
            restore::cases(),
            delete::cases(),
            login::cases(),
            tls::cases(),
            vectors::cases(),
        ]
        .into_iter()
        .flatten()
        .collect()
    });
    &ALL
}

/// Returns the case with this ID.
pub fn find(id: &str) -> Option<&'static RigCase> {
    static BY_ID: LazyLock<BTreeMap<&'static str, &'static RigCase>> =
        LazyLock::new(|| all().iter().map(|case| (case.case.id, case)).collect());
    BY_ID.get(id).copied()
}
