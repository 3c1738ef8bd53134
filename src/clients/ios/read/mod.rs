//! What iOS restores: a strict decoder reads the whole document, then iOS restores one part after
//! the other.

mod contacts;
mod groups;
mod settings;
mod user;

use super::decode::Decoder;
use super::reasons::{NO_CONTACTS, NO_LISTS, WITHOUT_CONTACTS, WITHOUT_SETTINGS};
use crate::clients::Field;
use crate::clients::read::{Notes, Step, broken};
use crate::clients::release::Release;
use crate::clients::restore::{Broken, Restored, Surroundings};
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Backup, Contact};
use crate::safe::json::{Object, Text, Value};
use std::collections::HashSet;

/// Source: `clients.read`, iOS.
pub(in crate::clients) fn read(
    release: Release,
    json: &[u8],
    around: &Surroundings,
) -> Step<Restored> {
    let decoder = Decoder { release };
    let root = decoder.parse(json)?;
    let document = decoder.document(&root)?;
    let mut phone = Phone {
        decoder,
        around,
        notes: Notes::of(release),
        known: HashSet::new(),
        is_answered: false,
        blocked: HashSet::new(),
        fetched: Vec::new(),
    };
    let backup = phone.restore(document)?;
    Ok(phone.notes.into_restored(backup))
}

/// The phone during the restore.
struct Phone<'a> {
    decoder: Decoder,
    around: &'a Surroundings,
    notes: Notes,
    /// The contacts of the document that were restored.
    known: HashSet<ThreemaId>,
    /// Whether the directory answered for an ID among the contacts.
    is_answered: bool,
    /// The blocked IDs, which are restored first.
    blocked: HashSet<ThreemaId>,
    /// The contacts that the app has fetched for groups.
    fetched: Vec<Contact>,
}

impl Phone<'_> {
    fn since(&self, first: Release) -> bool {
        self.decoder.release.since(first)
    }

    fn restore(&mut self, document: &Object) -> Step<Backup> {
        let root = At::Root;
        let (user_at, settings_at) = (root.key("user"), root.key("settings"));
        // iOS decodes the whole document before it restores anything.
        let info = self.decoder.info(document, &root.key("info"))?;
        let decoded_user = self.decoder.required_object(document, "user", &root)?;
        let user = self.user(decoded_user, &user_at)?;
        let contacts_at = root.key("contacts");
        let contacts = self.decoder.array(document, "contacts", &contacts_at)?;
        let contacts_decoded = self.contacts(contacts.unwrap_or_default(), &contacts_at)?;
        let groups_at = root.key("groups");
        let groups = self.decoder.array(document, "groups", &groups_at)?;
        let groups = groups.unwrap_or_default();
        self.decoder.groups(groups, &groups_at)?;
        let settings = self.decoder.object(document, "settings", &settings_at)?;
        let settings = match settings {
            Some(settings) => Some(self.settings(settings, &settings_at)?),
            None => None,
        };
        let mut backup = Backup::new(user);
        backup.info = Some(info);
        let Some(settings) = settings else {
            return Err(broken(
                Broken::Crash,
                &settings_at,
                "is missing",
                &WITHOUT_SETTINGS,
            ));
        };
        self.blocked = settings.blocked_contacts.iter().copied().collect();
        backup.settings = Some(settings);
        if contacts.is_none() && !self.since(Release::Ios4_8) {
            return Err(broken(
                Broken::Hang,
                &contacts_at,
                "is missing",
                &WITHOUT_CONTACTS,
            ));
        }
        let contacts = self.known(contacts_decoded, &contacts_at)?;
        self.known = contacts.iter().map(|contact| contact.identity).collect();
        // Source: `clients.read.missing-contacts`, `clients.read.directory-failure`.
        if !self.is_answered && !self.since(Release::Ios7_0) {
            for index in 0..groups.len() {
                self.notes
                    .lost(&groups_at.index(index), Field::Group, &NO_CONTACTS);
            }
        } else {
            backup.groups = self.groups(groups, &groups_at)?.into();
        }
        let fetched = std::mem::take(&mut self.fetched);
        backup.contacts = contacts.into_iter().chain(fetched).collect();
        self.lists_lost(document);
        Ok(backup)
    }

    fn lists_lost(&mut self, document: &Object) {
        let at = At::Root.key("distributionlists");
        if let Some(Value::Array(lists)) = document.first("distributionlists") {
            for index in 0..lists.len() {
                self.notes
                    .lost(&at.index(index), Field::DistributionList, &NO_LISTS);
            }
        }
    }
}

fn id_of(text: Option<&Text>) -> Option<ThreemaId> {
    ThreemaId::parse(&text?.to_str().ok()?).ok()
}

/// Returns whether a value is a number other than 0, also if the release does not decode it.
fn is_other_than_0(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Number(number)) if number.to_whole() != Some(0))
}
