use super::*;
use std::collections::HashSet;

#[test]
fn each_has_a_name_of_its_own_that_names_it() {
    let ids: HashSet<_> = Release::ALL.iter().map(|each| each.id()).collect();
    assert_eq!(ids.len(), Release::ALL.len());
    for release in Release::ALL {
        assert_eq!(Release::named(release.id()), Ok(*release));
    }
    let origins = Origin::all();
    let ids: HashSet<_> = origins.iter().map(|each| each.id()).collect();
    assert_eq!(ids.len(), origins.len());
    for origin in origins {
        assert_eq!(Origin::named(&origin.id()), Ok(origin));
        assert!(origin.writes());
    }
}

/// A new entry must be in order, have versions that do not overlap, change something, and become
/// the newest.
#[test]
fn every_entry_is_complete() {
    assert!(Release::ALL.is_sorted());
    for client in Client::ALL {
        let of_client: Vec<_> = Release::ALL
            .iter()
            .copied()
            .filter(|each| each.client() == client)
            .collect();
        let newest = of_client.last().copied();
        let last = newest.and_then(Release::last_version);
        assert!(
            last.is_some(),
            "the newest release of {client} names its last version"
        );
        let mut before = None;
        for release in of_client {
            let version = |text: &str| Version::parse(client, text).expect("a version");
            let first = version(release.first_version());
            assert!(before < Some(first), "{release} overlaps the one before");
            before = Some(release.last_version().map_or(first, version));
            assert!(before >= Some(first), "{release} ends before it begins");
            let changes = Aspect::ALL
                .iter()
                .filter_map(|aspect| release.change(*aspect));
            assert_ne!(
                changes.count(),
                0,
                "{release} changes nothing: widen the one before"
            );
        }
        let first = Release::ALL.iter().find(|each| each.client() == client);
        let first = first.expect("a release");
        let writes = client != Client::Desktop;
        assert_eq!(
            first.change(Aspect::Writing).is_some(),
            writes,
            "{client} begins to write"
        );
        assert!(
            first.change(Aspect::Reading).is_some(),
            "{client} begins to read"
        );
        assert!(
            first.change(Aspect::Transport).is_some(),
            "{client} begins to ask"
        );
    }
}

#[test]
fn people_read_ranges() {
    let said = |release: Release, aspect| release.alike(aspect).to_string();
    assert_eq!(
        said(Release::Android5_3, Aspect::Writing),
        "Android 5.3 up to (not including) 5.7"
    );
    assert_eq!(
        said(Release::Android5_7, Aspect::Writing),
        "Android 5.7 to 5.8.2"
    );
    assert_eq!(
        said(Release::Android6_0, Aspect::Reading),
        "Android 6.0 up to (not including) 6.1"
    );
    assert_eq!(said(Release::Ios4_9, Aspect::Reading), "iOS 4.9 to 5.3.1");
    assert_eq!(said(Release::Ios7_0_4, Aspect::Reading), "iOS 7.0.4");
    assert_eq!(
        Release::Ios4_9.device_link().to_string(),
        "iOS 4.9 up to (not including) 5.1 (device link)"
    );
    assert_eq!(
        Release::DesktopPreview14.to_string(),
        "Desktop preview 1 to 14"
    );
    let alike = Release::Ios5_4.alike(Aspect::Writing);
    assert_eq!(
        (alike.first, alike.newest()),
        (Release::Ios5_1, "iOS 6.2.2".to_owned())
    );
}

#[test]
fn order_is_within_a_client() {
    assert!(Release::Android6_4.since(Release::Android4_5));
    assert!(!Release::Android4_5.since(Release::Android4_57));
    assert!(!Release::Ios4_6.since(Release::Android4_5));
    assert!(Release::Ios7_2.since(Release::Ios7_0_5) && !Release::Ios7_0.since(Release::Ios7_0_5));
}

#[test]
fn any_published_version_names_the_release_that_it_falls_into() {
    for (name, expected) in [
        ("android", Release::newest(Client::Android)),
        ("android-5.8", Release::Android5_7),
        ("android-5.8.2", Release::Android5_7),
        ("android-6.0.2", Release::Android6_0),
        ("android-4.831", Release::Android4_8),
        ("android-4.59", Release::Android4_57),
        ("android-4.5-beta1", Release::Android4_5),
        ("android-4.6", Release::Android4_6),
        ("ios", Release::newest(Client::Ios)),
        ("ios-7.0.0", Release::Ios7_0),
        ("ios-7.1.1", Release::Ios7_0_5),
        ("ios-5.4", Release::Ios5_4),
        ("ios-4.6", Release::Ios4_6),
        ("ios-4.6.17", Release::Ios4_6),
        ("desktop", Release::DesktopPreview14),
        ("desktop-preview-3", Release::DesktopPreview14),
    ] {
        assert_eq!(Release::named(name), Ok(expected), "{name}");
    }
}

#[test]
fn another_version_is_reported_with_the_nearest() {
    let said = |name| Release::named(name).expect_err("unknown").to_string();
    let newest = Release::newest(Client::Android).last_version();
    let newest = newest.expect("the newest release names its last version");
    assert_eq!(
        said("android-99.0"),
        format!("Android 99.0 is not known; the nearest is Android {newest}")
    );
    assert_eq!(
        said("ios-4.7"),
        "iOS 4.7 is not known; the nearest are iOS 4.6.18 and iOS 4.8"
    );
    assert_eq!(
        said("android-4.4"),
        "Android 4.4 is not known; the nearest is Android 4.5"
    );
    assert_eq!(
        said("android-six"),
        "`six` is not a version of Android; expected one like android-5.8"
    );
    assert_eq!(
        said("ios-7.1.1-beta1"),
        "`7.1.1-beta1` is not a version of iOS; expected one like ios-7.1.1"
    );
    assert_eq!(
        said("windows-1\u{202e}"),
        "no client is called `windows-1\\u{202e}`; expected android, ios or desktop, and a version: android-5.8"
    );
    assert_eq!(
        said("desktop-2.0-beta46"),
        "Desktop 2.0-beta46 restores no backup; the last version that does is Desktop preview 14"
    );
    assert_eq!(
        said("desktop-14"),
        "`14` is not a version of Desktop; expected one like desktop-preview-14"
    );
    assert!(Origin::named("android-6.4-devicelink").is_err());
    assert_eq!(
        Origin::named("ios-7.1.1-devicelink"),
        Ok(Release::Ios7_0_5.device_link())
    );
}

#[test]
fn sets_hold_what_they_are_made_of() {
    let since = Releases::between(Release::Android6_1, Release::Android6_4);
    assert_eq!(since.iter().count(), 3);
    assert!(!since.contains(Release::Ios4_6) && !since.contains(Release::Android6_0));
    let up_to = Releases::up_to(Release::Ios4_8_3);
    assert_eq!(
        up_to.iter().collect::<Vec<_>>(),
        [Release::Ios4_6, Release::Ios4_8, Release::Ios4_8_3]
    );
    assert_eq!(up_to.and(since).iter().count(), 6);
    assert!(
        Release::ALL
            .iter()
            .all(|release| Releases::ALL.contains(*release))
    );
    assert!(
        Origin::all()
            .iter()
            .all(|origin| Origins::ALL.contains(*origin))
    );
    let link = Release::Ios7_2.device_link();
    assert!(Origins::DEVICE_LINK.contains(link) && !Origins::USUAL.contains(link));
    assert!(Origins::of(Releases::IOS).contains(link));
    assert!(
        !Origins::of(Releases::IOS)
            .within(Origins::USUAL)
            .contains(link)
    );
}

#[test]
fn a_device_names_its_release() {
    for (device, expected) in [
        ("6.4.2A/de_CH", Some(Release::Android6_4)),
        ("6.3.1kA/en", Some(Release::Android6_2)),
        ("99.0A/en", Some(Release::newest(Client::Android))),
        ("6.2A/en", Some(Release::Android6_2)),
        ("5.8.2A/x", Some(Release::Android5_7)),
        ("5.0.4A/x", Some(Release::Android5_0)),
        ("5.0.5A/x", Some(Release::Android5_0_5)),
        ("5.10A/x", Some(Release::Android5_7)),
        ("4.831A/x", Some(Release::Android4_8)),
        ("4.84oA/x", Some(Release::Android4_84)),
        ("4.9A/x", Some(Release::Android4_84)),
        ("4.57A/x", Some(Release::Android4_57)),
        ("4.7A/x", Some(Release::Android4_6)),
        ("4.56A/x", Some(Release::Android4_5)),
        ("4.5-beta1A/x", Some(Release::Android4_5)),
        ("4.4A/x", None),
        ("ios", None),
        ("A/x", None),
        ("6.4.2/de_CH", None),
        ("99999999999.1A/x", None),
        ("6.4.2.1A/x", None),
    ] {
        assert_eq!(Release::of_android_device(device), expected, "{device}");
    }
}
