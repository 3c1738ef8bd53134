//! Which keys each release of iOS decodes.

use crate::clients::release::{Release, Releases};
use crate::safe::json::{Path, Step};

/// Keys of one kind of object, alike in who decodes them.
struct Row {
    /// The keys from the document to the object.
    of: &'static [&'static str],
    keys: &'static [&'static str],
    /// The releases that decode them.
    by: Releases,
}

const fn row(of: &'static [&'static str], by: Releases, keys: &'static [&'static str]) -> Row {
    Row { of, keys, by }
}

const ALWAYS: Releases = Releases::IOS;
const SINCE_4_8: Releases = Releases::since(Release::Ios4_8);
const SINCE_4_9: Releases = Releases::since(Release::Ios4_9);

/// All keys that iOS decodes. A release ignores every other key, whatever its value is.
///
/// Source: `clients.read.decoded-keys`.
#[rustfmt::skip]
const DECODED: [Row; 16] = [
    row(&[], ALWAYS, &["info", "user", "contacts", "groups", "settings"]),
    row(&["info"], ALWAYS, &["version", "device"]),
    row(&["user"], ALWAYS, &["privatekey", "nickname", "profilePic", "profilePicRelease", "links"]),
    row(&["user"], SINCE_4_9, &["temporaryDeviceGroupKeyTodoRemove"]),
    row(&["user", "links"], ALWAYS, &["type", "value"]),
    row(&["user", "links"], SINCE_4_8, &["name"]),
    row(&["contacts"], ALWAYS, &["identity", "publickey", "createdAt", "verification", "workVerified", "hidden",
        "firstname", "lastname", "nickname"]),
    row(&["contacts"], SINCE_4_8, &["typingIndicators", "readReceipts", "private"]),
    row(&["contacts"], SINCE_4_9, &["lastUpdate"]),
    row(&["groups"], ALWAYS, &["id", "creator", "groupname", "members", "deleted"]),
    row(&["groups"], SINCE_4_8, &["createdAt", "private"]),
    row(&["groups"], SINCE_4_9, &["lastUpdate"]),
    row(&["settings"], ALWAYS, &["syncContacts", "blockUnknown", "readReceipts", "sendTyping", "threemaCalls",
        "relayThreemaCalls"]),
    row(&["settings"], ALWAYS, &["blockedContacts"]),
    row(&["settings"], Releases::of(Release::Ios4_6), &["syncExcludedIds"]),
    row(&["settings"], SINCE_4_8, &["syncExcludedIDs"]),
];

/// Returns whether a release decodes the value at a place. For a place within a value that iOS does
/// not decode as an object, it returns whether the release decodes that value.
pub(super) fn decodes(release: Release, place: &Path) -> bool {
    is_decoded(place, |by| by.contains(release))
}

/// Returns whether any release decodes the value at a place. What decodes asks in the unit tests.
#[cfg(test)]
pub(super) fn is_known(place: &Path) -> bool {
    is_decoded(place, |_| true)
}

fn is_decoded(place: &Path, counts: impl Fn(Releases) -> bool) -> bool {
    let steps = place.0.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    let steps: Vec<_> = steps.collect();
    let mut depths = 0..steps.len();
    depths.all(|depth| {
        let mut of = DECODED
            .iter()
            .filter(|each| each.of == &steps[..depth])
            .peekable();
        of.peek().is_none() || of.any(|each| counts(each.by) && each.keys.contains(&steps[depth]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_decoded_since_its_release() {
        use Release::{Ios4_6, Ios4_8, Ios4_8_4, Ios4_9, Ios7_2};
        let place = |keys: &str| {
            Path(
                keys.split('.')
                    .map(|key| Step::Key(key.to_owned()))
                    .collect(),
            )
        };
        for (keys, by, not_by) in [
            ("user.links.name", &[Ios4_8, Ios7_2][..], &[Ios4_6][..]),
            ("user.links.value", &[Ios4_6, Ios7_2], &[]),
            ("contacts", &[Ios4_6, Ios7_2], &[]),
            ("contacts.createdAt", &[Ios4_6, Ios7_2], &[]),
            ("groups.createdAt", &[Ios4_8, Ios7_2], &[Ios4_6]),
            ("groups.private", &[Ios4_8, Ios7_2], &[Ios4_6]),
            ("groups.deleted", &[Ios4_6, Ios7_2], &[]),
            ("contacts.readReceipts", &[Ios4_8, Ios7_2], &[Ios4_6]),
            ("settings.readReceipts", &[Ios4_6, Ios7_2], &[]),
            (
                "contacts.lastUpdate",
                &[Ios4_9, Ios7_2],
                &[Ios4_6, Ios4_8, Ios4_8_4],
            ),
            (
                "user.temporaryDeviceGroupKeyTodoRemove",
                &[Ios4_9, Ios7_2],
                &[Ios4_6, Ios4_8_4],
            ),
            ("settings.syncExcludedIds", &[Ios4_6], &[Ios4_8, Ios7_2]),
            ("settings.syncExcludedIDs", &[Ios4_8, Ios7_2], &[Ios4_6]),
            ("distributionlists.name", &[], &[Ios4_6, Ios7_2]),
            // Within a value that is no object, or that is not decoded.
            ("contacts.identity.x", &[Ios4_6, Ios7_2], &[]),
            ("contacts.lastUpdate.x", &[Ios4_9], &[Ios4_6]),
        ] {
            for (releases, expected) in [(by, true), (not_by, false)] {
                for release in releases {
                    assert_eq!(
                        decodes(*release, &place(keys)),
                        expected,
                        "{release}: {keys}"
                    );
                }
            }
        }
        assert!(decodes(Ios4_6, &Path::default()), "the document itself");
    }
}
