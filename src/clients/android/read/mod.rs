//! What Android restores: one part after the other, each value converted to the type that the app
//! expects.

mod contacts;
mod groups;
mod lists;
mod settings;
mod user;
mod values;

use super::org_json::{JavaString, Object, Reason, Value};
use super::reasons::{
    LATER_VERSION, NO_CONTACTS, NO_INFO, NO_OBJECT, NO_VERSION, NOT_OF_THIS_KIND, ORG_JSON,
    VERSION_MISSING,
};
use crate::clients::Field;
use crate::clients::read::{LIMITS, Notes, Step, refused, unknown};
use crate::clients::release::Release;
use crate::clients::restore::{Outcome, Restored, Stop, Surroundings};
use crate::safe::Stage;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Backup, Contact, Info, Version};
use std::collections::HashSet;
use values::text;

/// Source: `clients.read`, Android.
pub(in crate::clients) fn read(
    release: Release,
    json: &[u8],
    around: &Surroundings,
) -> Step<Restored> {
    let root = parse(json)?;
    let Value::Object(document) = &root else {
        return Err(Outcome::Refused(Stop {
            id: Some(NO_OBJECT.id),
            stage: Stage::Meaning,
            path: Some(At::Root.path()),
            reason: NO_OBJECT.sentence.to_owned(),
            source: NO_OBJECT.source,
        }));
    };
    let mut phone = Phone {
        release,
        around,
        notes: Notes::of(release),
        known: HashSet::new(),
        fetched: Vec::new(),
    };
    let backup = phone.restore(document)?;
    Ok(phone.notes.into_restored(backup))
}

fn parse(json: &[u8]) -> Step<Value> {
    if json.len() > LIMITS.bytes {
        return Err(unknown(format!(
            "the document has {} bytes; no client's source limits that",
            json.len()
        )));
    }
    Value::parse(&JavaString::from_utf8_lossy(json)).map_err(|error| match error.reason {
        Reason::TooDeep | Reason::TooManyValues => unknown(format!(
            "{error}: the app crashes at a size that depends on the phone"
        )),
        _ => Outcome::Refused(Stop {
            id: None,
            stage: Stage::Json,
            path: None,
            reason: format!("the document is not JSON to Android: {error}"),
            source: ORG_JSON,
        }),
    })
}

/// The phone during the restore.
struct Phone<'a> {
    release: Release,
    around: &'a Surroundings,
    notes: Notes,
    /// The contacts of the document that were restored.
    known: HashSet<ThreemaId>,
    /// The contacts that the app has fetched for groups and lists.
    fetched: Vec<Contact>,
}

/// The objects of an array, each with its index, without the other elements.
type Objects<'v> = Vec<(usize, &'v Object)>;

impl Phone<'_> {
    fn since(&self, first: Release) -> bool {
        self.release.since(first)
    }

    fn restore(&mut self, document: &Object) -> Step<Backup> {
        let root = At::Root;
        let info = Self::info(document, &root.key("info"))?;
        let user = self.user(document, &root.key("user"))?;
        let mut backup = Backup::new(user);
        backup.settings = self.settings(document, &root.key("settings"));
        let (contacts_at, groups_at) = (root.key("contacts"), root.key("groups"));
        let lists_at = root.key("distributionlists");
        let contacts = self.objects(document, "contacts", Field::Contact, &contacts_at);
        let groups = self.objects(document, "groups", Field::Group, &groups_at);
        let lists = self.objects(
            document,
            "distributionlists",
            Field::DistributionList,
            &lists_at,
        );
        let (groups, lists) = (groups.unwrap_or_default(), lists.unwrap_or_default());
        if let Some(contacts) = contacts {
            let restored = self.contacts(&contacts, &contacts_at)?;
            self.known = restored.iter().map(|contact| contact.identity).collect();
            backup.groups = self.groups(&groups, &groups_at)?.into();
            let other_order = self.has_other_order(info.device.as_ref());
            backup.distribution_lists = self.lists(&lists, other_order, &lists_at)?.into();
            let fetched = std::mem::take(&mut self.fetched);
            backup.contacts = restored.into_iter().chain(fetched).collect();
        } else {
            for (index, _) in groups {
                self.notes
                    .lost(&groups_at.index(index), Field::Group, &NO_CONTACTS);
            }
            for (index, _) in lists {
                self.notes.lost(
                    &lists_at.index(index),
                    Field::DistributionList,
                    &NO_CONTACTS,
                );
            }
        }
        backup.info = Some(info);
        Ok(backup)
    }

    /// Source: `clients.read.info-version`, `clients.read.missing-info`.
    fn info(document: &Object, at: &At<'_>) -> Step<Info> {
        let Some(object) = document.value("info").and_then(Value::as_object) else {
            return Err(refused(at, "is missing or not an object", &NO_INFO));
        };
        let version_at = at.key("version");
        match object.int("version") {
            Ok(version) if version <= 1 => {}
            Ok(_) => return Err(refused(&version_at, "is greater than 1", &LATER_VERSION)),
            Err(_) if object.value("version").is_none() => {
                return Err(refused(&version_at, "is missing", &VERSION_MISSING));
            }
            Err(_) => return Err(refused(&version_at, "is not a number", &NO_VERSION)),
        }
        Ok(Info {
            version: Some(Version),
            device: object.string("device").ok().map(|device| text(&device)),
            ..Info::default()
        })
    }

    /// Returns the objects of an array; `None` if the key is absent or its value is not an array.
    /// Null stands for nothing that could be lost.
    ///
    /// Source: `clients.read.wrong-type`.
    fn objects<'v>(
        &mut self,
        object: &'v Object,
        key: &str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Objects<'v>> {
        let Value::Array(items) = object.value(key)? else {
            if !object.is_null(key) {
                self.notes.lost(at, field, &NOT_OF_THIS_KIND);
            }
            return None;
        };
        let mut objects = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_ref().and_then(Value::as_object) {
                Some(object) => objects.push((index, object)),
                None => self.notes.lost(&at.index(index), field, &NOT_OF_THIS_KIND),
            }
        }
        Some(objects)
    }
}

/// Returns the outcome of a case that no fact covers.
fn unsourced(at: &At<'_>, what: &str) -> Outcome {
    unknown(format!(
        "{} {what}, and no source says what Android does then",
        at.path()
    ))
}
