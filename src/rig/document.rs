//! What a backup of the rig holds beside made-up contacts, so that a loss shows.

use crate::safe::backup::{
    Backup, DeviceGroupKey, DistributionList, DistributionListId, Group, GroupId, Link, LinkKind,
    Timestamp,
};
use crate::safe::keys::ThreemaId;

/// When the group and the list were made and last used.
const AT: Timestamp = Timestamp(1_700_000_000_001);

/// Adds a group, a distribution list, a link, names in other scripts, and the device group key,
/// without which Desktop does not restore. The user is a member of the group: iOS 7.0 restores no
/// group that the user left.
///
/// Source: `clients.loss.device-group-key`, `clients.divergence.left-groups`.
pub(super) fn enrich(backup: &mut Backup, own: ThreemaId, device_group_key: [u8; 32]) {
    let user = &mut backup.user;
    user.device_group_key = Some(DeviceGroupKey::from_bytes(device_group_key));
    let address = Link::new(LinkKind::Email, "rig@example.com".into());
    user.links = [address].into_iter().collect();
    let mut contacts = backup.contacts.iter_mut();
    let (Some(first), Some(second)) = (contacts.next(), contacts.next()) else {
        return;
    };
    // Longer than 32 characters, with a line feed, and beyond ASCII and the basic plane.
    first.first_name =
        Some("Zo\u{eb} \u{1f469}\u{200d}\u{1f467}\nAnna-Magdalena Wilhelmine".into());
    first.last_name = Some("O\"Brien \\ \u{c5}ngstr\u{f6}m/\u{674e}".into());
    first.nickname = Some("\u{1f600}".into());
    first.last_update = Some(AT);
    second.hidden = Some(true);
    let members = [first.identity, own, second.identity];
    let group = Group {
        name: Some("K\u{fc}che & Gr\u{fc}n \u{1f3d4}".into()),
        created_at: Some(AT),
        members: members.into_iter().collect(),
        deleted: Some(false),
        last_update: Some(AT),
        private: Some(false),
        ..Group::new(
            GroupId(*b"\x01\x23\x45\x67\x89\xab\xcd\xef"),
            first.identity,
        )
    };
    let list = DistributionList {
        id: Some(DistributionListId(*b"\x07\x01\x00\x00\x00\x00\x00\x00")),
        name: Some("Nachbarn \u{2764}\u{fe0f}".into()),
        created_at: Some(AT),
        members: [second.identity].into_iter().collect(),
        last_update: Some(AT),
        private: Some(true),
        ..DistributionList::default()
    };
    backup.groups = [group].into_iter().collect();
    backup.distribution_lists = [list].into_iter().collect();
    if let Some(settings) = &mut backup.settings {
        settings.recent_emojis = ["\u{1f44d}\u{1f3fd}".into()].into_iter().collect();
    }
}
