//! That a test and a restore only read.

use crate::rig::{Action, End, Seen, World};

/// Returns the first request that changes the store where a client only reads. A restore that
/// succeeded may be followed by a backup. A phone may delete or upload at any time.
///
/// Source: `clients.http.restore-sequence`.
pub(super) fn only_reads(_: &str, seen: &Seen, _: &World) -> Option<String> {
    seen.own().find_map(|exchange| {
        let turn = seen.turns.get(exchange.turn)?;
        turn.document.as_ref()?;
        let wrong = match (turn.action, exchange.method.as_str()) {
            (Action::Test, "PUT" | "DELETE") | (Action::Restore, "DELETE") => true,
            (Action::Restore, "PUT") => turn.end == End::Failed,
            _ => false,
        };
        wrong.then(|| format!("a {} during `{}`", exchange.method, turn.action))
    })
}
