//! What the newest release of each client restores from a backup, and what iOS then uploads over
//! it.

use super::any_id;
use super::nouns::{counted, not_a_list};
use super::{Inspection, Known, Subject};
use crate::clients::release::Aspect;
use crate::clients::restore::{
    Broken, ChangeKind, Directory, Outcome, Restored, Stop, Surroundings,
};

use crate::clients::{Field, Phone, Release, Transport};
use crate::engine::ClientVerdict;
use crate::safe::backup::{Backup, List, PublicKey, Timestamp};
use crate::safe::json::{Object, Path, Step, Value};
use crate::safe::{Client, Stage};
use crate::safe::{ServerConfig, ThreemaId, envelope};
use data_encoding::BASE64;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

/// The number of changes that are shown one by one.
const SHOWN_CHANGES: usize = 200;

/// What a release restores.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Preview {
    /// The client.
    pub client: Client,
    /// The release, by its name in files and options.
    pub reader: Release,
    /// The release, for people.
    pub release: String,
    /// The outcome.
    pub result: Result,
    /// The stage at which it stops, if it stops.
    pub stage: Option<Stage>,
    /// The place in the document, if the restore reached it.
    pub path: Option<String>,
    /// Why it stops, or why the outcome is not known.
    pub reason: Option<String>,
    /// The evidence: file and line of a release, a clause or an execution.
    pub source: Option<String>,
    /// The counts of what is lost or changed; `None` if the document could not be read here for a
    /// comparison.
    pub tallies: Option<Vec<Tally>>,
    /// What is lost or changed, one by one.
    pub changes: Vec<Detail>,
    /// The number of further changes.
    pub more_changes: usize,
    /// The counts of values of which the result is not known.
    pub unsure: Vec<Tally>,
    /// What the app then uploads over the backup.
    pub overwrite: Option<Overwrite>,
}

/// The outcome of a restore.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Result {
    /// The restore succeeds.
    Restored,
    /// The app refuses with an error.
    Refused,
    /// The app crashes.
    Crash,
    /// The app hangs.
    Hang,
    /// The outcome is not known.
    Unknown,
}

/// A number of one field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// The field.
    pub field: Field,
    /// What happened to it; `None` if that is not known.
    pub kind: Option<ChangeKind>,
    /// The number.
    pub count: usize,
    /// The same for people: `3 distribution lists`.
    pub says: String,
}

/// One thing that is lost or changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Detail {
    /// The place in the document.
    pub path: String,
    /// The field.
    pub field: Field,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The reason.
    pub reason: &'static str,
    /// The evidence.
    pub source: &'static str,
}

/// What iOS uploads on its own some seconds after a restore.
///
/// Source: clients.http.restore-sequence, clients.divergence.overwrite-after-restore.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Overwrite {
    /// The size of the body that it uploads, in bytes.
    pub bytes: u64,
    /// Whether the server's limit prevents the upload; `None` if the limit is not known.
    pub kept_from_it: Option<bool>,
    /// What the server no longer holds after that.
    pub gone: Vec<Tally>,
}

impl Preview {
    /// Returns whether the client can restore from the backup.
    pub const fn verdict(&self) -> ClientVerdict {
        match self.result {
            Result::Restored => ClientVerdict::Pass,
            Result::Refused | Result::Crash | Result::Hang => ClientVerdict::Fail,
            Result::Unknown => ClientVerdict::Unknown,
        }
    }

    fn new(reader: Release, result: Result) -> Self {
        Self {
            client: reader.client(),
            reader,
            release: newest(reader),
            result,
            stage: None,
            path: None,
            reason: None,
            source: None,
            tallies: None,
            changes: Vec::new(),
            more_changes: 0,
            unsure: Vec::new(),
            overwrite: None,
        }
    }

    fn unknown(reader: Release, because: impl Into<String>) -> Self {
        Self {
            reason: Some(because.into()),
            ..Self::new(reader, Result::Unknown)
        }
    }

    fn stopped(reader: Release, result: Result, stop: Stop) -> Self {
        Self {
            stage: Some(stop.stage),
            path: stop.path.as_ref().map(plain),
            reason: Some(stop.reason),
            source: Some(stop.source.to_owned()),
            ..Self::new(reader, result)
        }
    }
}

/// Returns the newest version that restores alike: `Android 6.4.2`.
fn newest(release: Release) -> String {
    release.alike(Aspect::Reading).newest()
}

/// Returns a path for programs; the whole document is empty.
pub(super) fn plain(path: &Path) -> String {
    if path.0.is_empty() {
        String::new()
    } else {
        path.to_string().replace('`', "")
    }
}

/// Adds a preview of the newest release of each client, and the assumptions.
pub(super) fn add_all(
    inspection: &mut Inspection,
    subject: Subject<'_>,
    backup: Option<&Backup>,
    known: Known,
) {
    let own_id = match (known.id, backup) {
        (Some(id), _) => Ok(id),
        (None, Some(backup)) if backup.groups.is_empty() => Ok(unlisted_id(backup)),
        (None, None) => Err("the ID of the backup is not known: give --id".to_owned()),
        (None, Some(backup)) => Err(format!(
            "what becomes of {} depends on the ID of the backup: give --id",
            counted(Field::Group, backup.groups.len())
        )),
    };
    let directory = backup.map_or_else(|| Directory::Answers(BTreeMap::new()), directory_of);
    let members = backup.map(members_of).unwrap_or_default();
    let candidates = match subject {
        Subject::Document(bytes) if own_id.is_err() => any_id::candidates(bytes),
        _ => None,
    };
    let now = now();
    let stops = |preview: &Preview| preview.verdict() == ClientVerdict::Fail;
    for reader in Release::newest_of_each() {
        let as_of = |own_id| {
            let mut around = Surroundings {
                own_id,
                directory: directory.clone(),
                now,
            };
            for member in members.iter().filter(|member| **member != own_id) {
                around.directory.add(*member, None);
            }
            preview(reader, subject, backup, &around, known)
        };
        let preview = match &own_id {
            Err(because) => candidates
                .as_deref()
                .and_then(|ids| any_id::same_for_all(ids, as_of, stops))
                .unwrap_or_else(|| Preview::unknown(reader, because)),
            Ok(own_id) => as_of(*own_id),
        };
        inspection.previews.push(preview);
    }
    let restored = |preview: &Preview| preview.result == Result::Restored;
    if inspection.previews.iter().any(restored) && backup.is_some() {
        inspection.assumptions.push(
            "The directory of IDs was not asked: every contact, and every member of a group or list, is assumed to be still in use, \
             with the public key that the backup gives, if it gives one. A contact whose ID was revoked is lost on Android and iOS."
                .to_owned(),
        );
    }
}

/// Returns the members of groups and lists, for whom the apps ask the directory: also those that
/// are no contacts, and those in lower case, which iOS converts.
///
/// Source: clients.read.unknown-member, clients.read.lower-case-identity.
fn members_of(backup: &Backup) -> BTreeSet<ThreemaId> {
    let groups = backup.groups.iter().map(|group| &group.members);
    let lists = backup.distribution_lists.iter().map(|list| &list.members);
    let typed = groups.chain(lists);
    let mut members: BTreeSet<ThreemaId> =
        typed.clone().flat_map(|it| it.iter().copied()).collect();
    // Of a group that the format does not allow, an app may still read the members.
    let unread = backup
        .groups
        .unread()
        .chain(backup.distribution_lists.unread());
    let lists = unread.filter_map(|value| match value {
        Value::Object(object) => match object.first("members") {
            Some(Value::Array(members)) => Some(members),
            _ => None,
        },
        _ => None,
    });
    let others = typed.flat_map(List::unread).chain(lists.flatten());
    members.extend(others.filter_map(|value| match value {
        Value::Text(text) => ThreemaId::parse(&text.to_str_lossy().to_ascii_uppercase()).ok(),
        _ => None,
    }));
    members
}

/// Returns the directory in which every contact is in use, with the key that the backup gives; also
/// a contact whose ID is in lower case, which iOS converts.
///
/// Source: clients.read.lower-case-identity.
fn directory_of(backup: &Backup) -> Directory {
    let mut directory = Directory::of_contacts(backup);
    let text = |object: &Object, key: &str| match object.first(key) {
        Some(Value::Text(text)) => Some(text.to_str_lossy().into_owned()),
        _ => None,
    };
    for contact in backup.contacts.unread() {
        let Value::Object(contact) = contact else {
            continue;
        };
        let identity = text(contact, "identity").map(|id| id.to_ascii_uppercase());
        let Some(id) = identity.and_then(|id| ThreemaId::parse(&id).ok()) else {
            continue;
        };
        let key = text(contact, "publickey");
        let key = key.and_then(|key| BASE64.decode(key.as_bytes()).ok());
        let key = key.and_then(|bytes| bytes.try_into().ok()).map(PublicKey);
        directory.add(id, key);
    }
    directory
}

/// Returns the current time, which Android sets for contacts without one.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| since.as_millis().cast_signed()))
}

/// Returns an ID that does not occur in a backup.
pub(super) fn unlisted_id(backup: &Backup) -> ThreemaId {
    let contacts = backup.contacts.iter().map(|contact| contact.identity);
    let lists = backup.distribution_lists.iter();
    let members = backup.groups.iter().map(|group| &group.members);
    let members = members.chain(lists.map(|list| &list.members));
    let creators = backup.groups.iter().map(|group| group.creator);
    let mut known: HashSet<ThreemaId> = contacts.chain(creators).collect();
    known.extend(members.flat_map(|members| members.iter().copied()));
    let numbers = 0..=known.len();
    let mut ids = numbers.filter_map(|number| ThreemaId::parse(&format!("Z{number:07}")).ok());
    // There is one more number than known IDs, and no document holds ten million.
    ids.find(|id| !known.contains(id))
        .unwrap_or_else(|| unreachable!("an ID is free"))
}

/// Returns what a client restores; the only place that asks it.
fn outcome(reader: Release, subject: Subject<'_>, around: &Surroundings) -> Outcome {
    match subject {
        Subject::Body { bytes, key } => reader.open(key, bytes, around),
        Subject::Document(json) => reader.read(json, around),
    }
}

fn preview(
    reader: Release,
    subject: Subject<'_>,
    backup: Option<&Backup>,
    around: &Surroundings,
    known: Known,
) -> Preview {
    match outcome(reader, subject, around) {
        Outcome::Unknown { because } => Preview::unknown(reader, because),
        Outcome::Refused(stop) => Preview::stopped(reader, Result::Refused, stop),
        Outcome::Broken { how, stop } => {
            let result = match how {
                Broken::Crash => Result::Crash,
                Broken::Hang => Result::Hang,
            };
            Preview::stopped(reader, result, stop)
        }
        Outcome::Restored(restored) => {
            let mut preview = Preview::new(reader, Result::Restored);
            if let Some(backup) = backup {
                tell_changes(&mut preview, &restored, backup);
                if reader.client() == Client::Ios {
                    let overwrite = overwrite(&restored, backup, around, known);
                    preview.overwrite = Some(overwrite);
                }
            }
            preview
        }
    }
}

fn tell_changes(preview: &mut Preview, restored: &Restored, backup: &Backup) {
    let changes = &restored.changes;
    let kinds = changes.iter();
    let kinds = kinds.map(|change| (Some(change.kind), change.field, &change.path));
    preview.tallies = Some(tallies(kinds, backup));
    let unsure = restored.unsure.iter();
    preview.unsure = tallies(unsure.map(|it| (None, it.field, &it.path)), backup);
    preview.more_changes = changes.len().saturating_sub(SHOWN_CHANGES);
    let shown = changes.iter().take(SHOWN_CHANGES).map(|change| Detail {
        path: plain(&change.path),
        field: change.field,
        kind: change.kind,
        reason: change.why.sentence,
        source: change.why.source,
    });
    preview.changes = shown.collect();
}

/// Returns the counts of each field, lost ones first.
fn tallies<'a>(
    changes: impl Iterator<Item = (Option<ChangeKind>, Field, &'a Path)>,
    backup: &Backup,
) -> Vec<Tally> {
    let mut counts: BTreeMap<(Option<ChangeKind>, Field, bool), usize> = BTreeMap::new();
    for (kind, field, path) in changes {
        let counted = weight(path, field, backup);
        let is_list = counted.is_some();
        *counts.entry((kind, field, !is_list)).or_default() += counted.unwrap_or(1);
    }
    let tallies = counts
        .into_iter()
        .map(|((kind, field, is_no_list), count)| Tally {
            field,
            kind,
            count,
            says: if is_no_list {
                not_a_list(field)
            } else {
                counted(field, count)
            },
        });
    tallies.collect()
}

/// Returns the number of things at a path; for a whole list, its items; `None` for a value that
/// stands in place of a list or of the settings.
fn weight(path: &Path, field: Field, backup: &Backup) -> Option<usize> {
    if path.0.iter().any(|step| matches!(step, Step::Index(_))) {
        return Some(1);
    }
    let settings = backup.settings.as_ref();
    let count = match field {
        Field::Link => items(&backup.user.links),
        Field::Contact => items(&backup.contacts),
        Field::Group => items(&backup.groups),
        Field::DistributionList => items(&backup.distribution_lists),
        Field::BlockedContacts => settings.map_or(0, |it| items(&it.blocked_contacts)),
        Field::SyncExcludedIds => settings.map_or(0, |it| items(&it.sync_excluded_ids)),
        Field::RecentEmojis => settings.map_or(0, |it| items(&it.recent_emojis)),
        // The settings as a whole.
        _ if path.0.len() == 1 => 0,
        _ => 1,
    };
    (count > 0).then_some(count)
}

/// Returns the number of items of a list, also of those that cannot be read.
fn items<T>(list: &List<T>) -> usize {
    list.len() + list.unread().count()
}

/// Returns what iOS uploads after a restore, and what Android then no longer finds.
fn overwrite(
    restored: &Restored,
    backup: &Backup,
    around: &Surroundings,
    known: Known,
) -> Overwrite {
    let newest = Release::newest(Client::Ios).usual();
    let written = newest.write(&restored.backup, &Phone::new(around.own_id));
    // Nonce, tag, and gzip with stored blocks.
    let packed = envelope::pack(&written, newest.compression());
    let bytes = (envelope::NONCE_BYTES + envelope::TAG_BYTES + packed.len()) as u64;
    let transport = Transport::of(Client::Ios);
    let fits = |config: ServerConfig| transport.upload_fits(bytes, config.max_backup_bytes);
    let config = known.config.map(|(_, ios)| ios);
    Overwrite {
        bytes,
        kept_from_it: config.map(|config| !config.is_some_and(fits)),
        gone: gone(restored, backup),
    }
}

/// Returns what was in the backup but is missing in what iOS then writes: what it lost during the
/// restore.
fn gone(restored: &Restored, backup: &Backup) -> Vec<Tally> {
    let lost = restored.changes.iter();
    let lost = lost.filter(|change| change.kind == ChangeKind::Lost);
    let lost = lost.map(|change| (Some(change.kind), change.field, &change.path));
    tallies(lost, backup)
}
