//! That a client keeps what is on the server: a test and a restore only read, and an upload that
//! failed deletes nothing.

use crate::rig::{Action, End, Exchange, Seen, Turn, World};

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

/// Returns the first DELETE after an upload that failed, in one action. Both mobile apps send the
/// DELETE of the old backup before they upload. A phone may delete at any time.
///
/// Source: `clients.http.disable-sequence`.
pub(super) fn keeps_backup(_: &str, seen: &Seen, _: &World) -> Option<String> {
    let of_phone = |turn: &Turn| turn.document.is_none();
    let turns = seen.turns.iter().enumerate();
    turns
        .filter(|(_, turn)| !of_phone(turn))
        .find_map(|(place, turn)| {
            let mut during = seen.own().filter(|exchange| exchange.turn == place);
            let mut so_far = during
                .by_ref()
                .take_while(|exchange| exchange.method != "DELETE");
            let failed =
                so_far.find(|exchange| exchange.method == "PUT" && has_failed(exchange))?;
            let deletes = during.any(|exchange| exchange.method == "DELETE");
            let how = failed.status.map_or_else(
                || "got no answer".to_owned(),
                |status| format!("was answered with {status}"),
            );
            deletes.then(|| {
                format!(
                    "a DELETE during `{}`, after an upload that {how}",
                    turn.action
                )
            })
        })
}

/// Returns whether an upload failed. A redirect may be followed, and a challenge be answered.
fn has_failed(upload: &Exchange) -> bool {
    match upload.status {
        Some(status) => status >= 400 && status != 401,
        None => true,
    }
}
