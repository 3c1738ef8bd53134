//! Why something is lost or a restore stops: one ID, one sentence and one fact, shared by the
//! readers and the table of losses.

/// Why something is lost or changed, or why a restore stops.
#[derive(PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Reason {
    /// The name. It never changes.
    pub id: &'static str,
    /// The reason, in a sentence for people. It never contains a value of a document.
    pub sentence: &'static str,
    /// The facts of the manual that are the source.
    pub source: &'static str,
}

macro_rules! reasons {
    ($($name:ident = $id:literal, $sentence:literal, $source:literal;)*) => {
        $(pub(in crate::clients) static $name: $crate::clients::Reason = $crate::clients::Reason {
            id: $id,
            sentence: $sentence,
            source: $source,
        };)*

        #[cfg(test)]
        pub(in crate::clients) const ALL: &[&$crate::clients::Reason] = &[$(&$name,)*];
    };
}

pub(in crate::clients) use reasons;

/// The reasons that Android and iOS share.
pub(in crate::clients) mod mobile {
    reasons! {
        NOT_IN_DIRECTORY = "contact-revoked",
            "the app restores a contact only if the directory answers for it",
            "clients.read.revoked-contact";
        OWN_CONTACT = "contact-own-not-restored",
            "the app does not restore the user's own ID as a contact",
            "clients.read.own-contact";
        CONTACT_WITHOUT_ID = "contact-without-id", "the app skips a contact without an ID", "clients.read.missing-identity";
        DUPLICATE = "contact-duplicate",
            "if two contacts have the same ID, the first one counts",
            "clients.read.duplicate-contact";
        UNKNOWN_CREATOR = "group-of-unknown-creator",
            "the app restores a group only if its creator is the user or a restored contact",
            "clients.read.unknown-creator";
        MEMBER_FETCHED = "member-becomes-contact",
            "the app asks the directory for a member that is not a contact, and adds it as a contact",
            "clients.read.unknown-member";
        MEMBER_DROPPED = "member-dropped",
            "Android drops a member that is not a contact if the directory does not answer for it",
            "clients.read.unknown-member";
    }
}

/// What no source says, shared by the readers and the table of losses.
pub(in crate::clients) mod unsourced {
    pub(in crate::clients) const OWN_CONTACT_ON_DESKTOP: &str =
        "no source says whether Desktop imports it";
    pub(in crate::clients) const LINK_WITHOUT_VALUE: &str = "iOS passes the address on to be linked, and no source says with what result, or what it does with the number";
    pub(in crate::clients) const LONG_NAME_ON_IOS: &str =
        "no source says whether iOS keeps the whole name";
    pub(in crate::clients) const SECOND_GROUP: &str =
        "no source says what the app does with a second group that has this ID and creator";
    pub(in crate::clients) const FETCHED_CREATOR: &str = "no source says whether the app restores a group whose creator it fetched for another group";
}

#[cfg(test)]
mod tests {
    use crate::clients::{android, desktop, ios, losses};
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_a_name_of_its_own() {
        let all = [
            android::reasons::ALL,
            ios::reasons::ALL,
            desktop::reasons::ALL,
            losses::writing::ALL,
            super::mobile::ALL,
        ];
        let mut seen = HashSet::new();
        for reason in all.iter().copied().flatten() {
            assert!(seen.insert(reason.id), "{} stands twice", reason.id);
            assert!(
                reason.source.starts_with("clients."),
                "{} cites no fact",
                reason.id
            );
            assert!(!reason.sentence.ends_with('.'), "{} goes on", reason.id);
        }
    }
}
