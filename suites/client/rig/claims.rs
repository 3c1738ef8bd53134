//! What must be true if a client reports success.

use crate::rig::{Action, Before, End, Exchange, Seen, Turn, World};
use crate::safe::backup;

/// Returns why a success that the client reports is false; `None` if all are true.
pub fn false_claim(seen: &Seen, world: &World) -> Option<String> {
    seen.turns.iter().enumerate().find_map(|(place, turn)| {
        if turn.end != End::Done {
            return None;
        }
        let what = unfounded(place, turn, seen, world)?;
        Some(format!("`{}` reported success, and {what}", turn.action))
    })
}

fn unfounded(place: usize, turn: &Turn, seen: &Seen, world: &World) -> Option<String> {
    let during = |wanted: &dyn Fn(&Exchange) -> bool| {
        seen.exchanges
            .iter()
            .any(|exchange| exchange.turn == place && wanted(exchange))
    };
    let old = world.backup_id().to_hex();
    let new = world.new_backup_id().to_hex();
    // `rig.request.path` judges the spelling of the ID.
    let is_about = |exchange: &Exchange, method: &str, id: &str| {
        let path = exchange.path.trim_end_matches('/');
        exchange.method == method
            && path
                .to_ascii_lowercase()
                .ends_with(&format!("/backups/{id}"))
    };
    let good = |exchange: &Exchange| matches!(exchange.status, Some(200..=299));
    match turn.action {
        Action::Test
            if !during(&|exchange| exchange.path.starts_with("/config") && good(exchange)) =>
        {
            Some("`config` was not read".to_owned())
        }
        Action::Backup if place > 0 => None,
        Action::Backup if !during(&|exchange| exchange.method == "PUT") => {
            Some("nothing was uploaded".to_owned())
        }
        Action::Backup
            if !during(&|exchange| is_about(exchange, "PUT", &old) && good(exchange)) =>
        {
            Some("no upload under the ID that belongs to ID and password was accepted".to_owned())
        }
        Action::Restore
            if !during(&|exchange| is_about(exchange, "GET", &old) && good(exchange)) =>
        {
            Some("the backup was not downloaded".to_owned())
        }
        Action::Delete if !during(&|exchange| is_about(exchange, "DELETE", &old)) => {
            Some("no DELETE of the backup was sent".to_owned())
        }
        Action::ChangePassword
            if !seen
                .stored
                .iter()
                .any(|(id, _)| id.eq_ignore_ascii_case(&new)) =>
        {
            Some("no backup is stored under the new password".to_owned())
        }
        Action::ChangePassword
            if seen
                .stored
                .iter()
                .any(|(id, _)| id.eq_ignore_ascii_case(&old)) =>
        {
            Some("the backup under the old password is still there".to_owned())
        }
        Action::Test
        | Action::Backup
        | Action::Restore
        | Action::Delete
        | Action::ChangePassword => None,
    }
}

/// Returns how the restored identity that the client reports differs from the one in the backup.
pub fn restored_otherwise(claimed: &[u8], case: &super::RigCase, world: &World) -> Option<String> {
    let Before::Backup(document) = &case.case.script.before else {
        return None;
    };
    let text = world.document(document);
    let Ok(expected) = backup::identity_of(&text) else {
        return None;
    };
    match backup::identity_of(claimed) {
        Ok(identity) if identity.private_key.as_bytes() == expected.private_key.as_bytes() => None,
        Ok(_) => {
            Some("`restored.json` holds a private key other than that of the backup".to_owned())
        }
        Err(error) => Some(format!("`restored.json` holds no identity: {error}")),
    }
}
