//! The words of an inspection: what is in a backup, and what each client makes of it.

use crate::clients::restore::ChangeKind;
use crate::inspect::{
    Contents, Detail, Overwrite, Preview, Result as Restoring, Tally, Visibility,
};
use crate::text::{counted, size as readable_bytes};

/// Returns a text as its own sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", characters.as_str())
}

pub(super) fn identity(contents: &Contents) -> String {
    let mut parts = vec!["the private key".to_owned()];
    parts.push(
        if contents.nickname {
            "a nickname"
        } else {
            "no nickname"
        }
        .to_owned(),
    );
    let visible = match contents.picture_release {
        None => String::new(),
        Some(Visibility::Everyone) => ", for everyone".to_owned(),
        Some(Visibility::Nobody) => ", for nobody".to_owned(),
        Some(Visibility::Only(count)) => format!(", for {}", counted(count as u64, "contact")),
    };
    parts.push(match contents.picture {
        None => "no picture".to_owned(),
        Some(picture) => {
            let jpeg = if picture.jpeg { "" } else { ", no JPEG" };
            let size = readable_bytes(picture.bytes as u64);
            format!("a picture ({size}{jpeg}{visible})")
        }
    });
    parts.join(", ")
}

pub(super) fn contacts(contents: &Contents) -> String {
    let contacts = contents.contacts;
    let levels = [
        (contacts.fully_verified, "verified by code"),
        (contacts.server_verified, "found by number or address"),
        (contacts.unverified, "unverified"),
        (contacts.without_level, "without a valid level"),
    ];
    let others = [
        (contacts.hidden, "hidden"),
        (contacts.private, "private"),
        (contacts.work_verified, "verified by Threema Work"),
    ];
    total(contacts.total, &[&levels, &others])
}

pub(super) fn groups(contents: &Contents) -> String {
    let groups = contents.groups;
    let parts = [
        (groups.own.unwrap_or(0), "made by this ID"),
        (groups.left.unwrap_or(0), "left"),
        (groups.deleted, "deleted"),
        (groups.private, "private"),
    ];
    let unknown = if groups.left.is_none() && groups.total > 0 {
        "; which of them were left depends on whose backup it is (--id)"
    } else {
        ""
    };
    total(groups.total, &[&parts]) + unknown
}

/// `12: 3 verified by code, 9 unverified; 1 hidden`.
fn total(total: usize, parts: &[&[(usize, &str)]]) -> String {
    let parts = parts.iter().map(|parts| {
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        parts.join(", ")
    });
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        total.to_string()
    } else {
        format!("{total}: {}", parts.join("; "))
    }
}

pub(super) fn counts(parts: &[(usize, &str)]) -> String {
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, noun)| match *noun {
            "e-mail address" if *count != 1 => format!("{count} e-mail addresses"),
            noun => counted(*count as u64, noun),
        })
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

pub(super) fn outcome(preview: &Preview) -> String {
    let reason = preview.reason.as_deref().unwrap_or_default();
    let stage = preview
        .stage
        .map(|stage| format!(" (stage {stage})"))
        .unwrap_or_default();
    match (preview.result, &preview.tallies) {
        (Restoring::Restored, None) => {
            "restores it; what is lost is not known, because this program could not read the document"
                .to_owned()
        }
        (Restoring::Restored, Some(tallies))
            if tallies.is_empty() && preview.unsure.is_empty() =>
        {
            "restores everything".to_owned()
        }
        (Restoring::Restored, Some(_)) => "restores it".to_owned(),
        (Restoring::Refused, _) => format!("refuses it: {reason}{stage}"),
        (Restoring::Crash, _) => format!("crashes: {reason}{stage}"),
        (Restoring::Hang, _) => format!("hangs forever: {reason}{stage}"),
        (Restoring::Unknown, _) => format!("not known: {reason}"),
    }
}

pub(super) fn of_kind(tallies: &[Tally], kind: ChangeKind) -> Option<String> {
    let of_kind = tallies.iter().filter(|tally| tally.kind == Some(kind));
    let of_kind: Vec<_> = of_kind.cloned().collect();
    let word = match kind {
        ChangeKind::Lost => "lost",
        ChangeKind::Changed => "changed",
        ChangeKind::Added => "added",
    };
    (!of_kind.is_empty()).then(|| format!("{word}: {}", listed(&of_kind)))
}

pub(super) fn listed(tallies: &[Tally]) -> String {
    let says: Vec<_> = tallies.iter().map(|tally| tally.says.as_str()).collect();
    says.join(", ")
}

pub(super) fn overwritten(overwrite: &Overwrite, tallies: &[Tally]) -> String {
    if overwrite.kept_from_it == Some(true) {
        return format!(
            "its own backup ({}) is too large for the server: this one stays there",
            counted(overwrite.bytes, "byte")
        );
    }
    let lost = tallies
        .iter()
        .filter(|tally| tally.kind == Some(ChangeKind::Lost));
    let and = if overwrite.gone.is_empty() {
        "which lacks nothing that this one contains".to_owned()
    } else if overwrite.gone.iter().eq(lost) {
        "and what is lost here is then also lost on the server".to_owned()
    } else {
        format!("and the server then lacks {}", listed(&overwrite.gone))
    };
    format!(
        "some seconds later it uploads its own backup over this one ({}), {and}",
        counted(overwrite.bytes, "byte")
    )
}

pub(super) fn detail(change: &Detail) -> String {
    let kind = match change.kind {
        ChangeKind::Lost => "lost",
        ChangeKind::Changed => "changed",
        ChangeKind::Added => "added",
    };
    format!(
        "{kind}: {}: {} ({})",
        change.path, change.reason, change.source
    )
}
