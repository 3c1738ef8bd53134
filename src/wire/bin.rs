//! The bin of a Nextcloud: its address, and the entries that belong to the run. No requests.

use super::guard::OwnBackup;
use super::target::Login;
use crate::safe::BaseUrl;

/// The bin of one user of a Nextcloud.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BinPlace {
    url: String,
}

/// A backup of the run in a bin, and when it was deleted. Its name is built from both and never
/// copied from the server's list, so no other file can be named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BinEntry {
    backup: OwnBackup,
    /// Seconds since 1970.
    deleted: u64,
}

impl BinPlace {
    /// Returns the bin for the files at `base`; `None` if this is not the address of a user's files
    /// on a Nextcloud. What is deleted through a public link is moved to the bin of the link's
    /// owner.
    ///
    /// Source: servers.nextcloud-versions.
    pub(super) fn beside(base: &BaseUrl, login: &Login) -> Option<Self> {
        const FILES: &str = "/remote.php/dav/files/";
        const OLD_FILES: &str = "/remote.php/webdav";
        let path = base.path();
        let origin = base.as_str().strip_suffix(path)?;
        let (before, user) = if let Some((before, rest)) = path.split_once(FILES) {
            (before, rest.split('/').next().unwrap_or_default())
        } else {
            let (before, rest) = path.split_once(OLD_FILES)?;
            let Login::Basic { user, .. } = login else {
                return None;
            };
            (rest.is_empty() || rest.starts_with('/')).then_some(())?;
            (before, user.as_str())
        };
        // Characters that need percent-encoding are already encoded in an address.
        let is_plain = |each: char| each.is_ascii_alphanumeric() || "-_.~%@+".contains(each);
        if user.is_empty() || matches!(user, "." | "..") || !user.chars().all(is_plain) {
            return None;
        }
        let url = format!("{origin}{before}/remote.php/dav/trashbin/{user}/trash/");
        Some(Self { url })
    }

    /// Returns the URL of the list.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of one entry.
    pub(super) fn url_of(&self, entry: &BinEntry) -> String {
        format!("{}{}", self.url, entry.name())
    }
}

impl BinEntry {
    /// Returns its name in the bin.
    fn name(&self) -> String {
        format!("{}.d{}", self.backup.id().to_hex(), self.deleted)
    }

    /// Returns the run's own entries in a PROPFIND listing: those of `own` whose name is an ID of
    /// the run, `.d` and digits, and nothing else.
    pub(super) fn all_in(list: &[u8], own: &[OwnBackup]) -> Vec<Self> {
        let text = String::from_utf8_lossy(list);
        let mut found: Vec<Self> = Vec::new();
        for href in text.split("href>").skip(1) {
            let path = href.split('<').next().unwrap_or_default();
            let name = path.rsplit('/').next().unwrap_or_default();
            let entry = own.iter().find_map(|backup| Self::named(name, backup));
            if let Some(entry) = entry.filter(|entry| !found.contains(entry)) {
                found.push(entry);
            }
        }
        found
    }

    /// Returns the entry of `backup` with this name, if the name is valid.
    fn named(name: &str, backup: &OwnBackup) -> Option<Self> {
        let digits = name
            .strip_prefix(&backup.id().to_hex())?
            .strip_prefix(".d")?;
        let entry = Self {
            backup: backup.clone(),
            deleted: digits.parse().ok()?,
        };
        // A plus sign or a leading zero would make another name.
        (entry.name() == name).then_some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::super::seed::Seed;
    use super::*;

    fn bin(url: &str) -> Option<String> {
        let base = BaseUrl::parse(url).expect("a URL").base;
        let login = Login::Basic {
            user: "alice".to_owned(),
            password: crate::wire::Secret::new(String::new()),
        };
        BinPlace::beside(&base, &login).map(|bin| bin.url)
    }

    #[test]
    fn the_bin_is_beside_the_files_of_a_user() {
        assert_eq!(
            bin("https://cloud.example/remote.php/dav/files/bob/threema_safe").as_deref(),
            Some("https://cloud.example/remote.php/dav/trashbin/bob/trash/")
        );
        assert_eq!(
            bin("https://a.example:8443/nc/remote.php/dav/files/b%20b/x/y").as_deref(),
            Some("https://a.example:8443/nc/remote.php/dav/trashbin/b%20b/trash/")
        );
        assert_eq!(
            bin("https://cloud.example/remote.php/webdav/safe").as_deref(),
            Some("https://cloud.example/remote.php/dav/trashbin/alice/trash/")
        );
        for other in [
            "https://cloud.example/safe",
            "https://cloud.example/public.php/dav/files/kT4nXo9fLBqRz2W",
            "https://cloud.example/public.php/webdav",
            "https://cloud.example/remote.php/webdavs",
            "https://cloud.example/remote.php/dav/files/",
        ] {
            assert_eq!(bin(other), None, "{other}");
        }
    }

    #[test]
    fn a_user_whose_name_would_have_to_be_encoded_has_no_bin() {
        let base = BaseUrl::parse("https://cloud.example/remote.php/webdav").expect("a URL");
        for (user, has_bin) in [
            ("alice@example.org", true),
            ("a.l-i_c~e+1", true),
            ("", false),
            (".", false),
            ("..", false),
            ("a/../b", false),
            ("a b", false),
            ("a?b", false),
            ("zo\u{eb}", false),
        ] {
            let login = Login::Basic {
                user: user.to_owned(),
                password: crate::wire::Secret::new(String::new()),
            };
            let bin = BinPlace::beside(&base.base, &login);
            assert_eq!(bin.is_some(), has_bin, "{user}");
        }
    }

    #[test]
    fn only_an_own_id_with_the_time_of_its_deletion_is_ours() {
        let own = [1, 2].map(|seed| OwnBackup::labelled(Seed::new(seed), "upload.round-trip/a"));
        let foreign = OwnBackup::labelled(Seed::new(3), "upload.round-trip/a");
        let id = own[0].id().to_hex();
        let names = [
            format!("{id}.d1700000000"),
            format!("{}.d1700000001", own[1].id().to_hex()),
            format!("{id}.d1700000000"),
            // None of these belongs to the run.
            format!("{}.d1700000000", foreign.id().to_hex()),
            id.clone(),
            format!("{id}.d"),
            format!("{id}.d+1"),
            format!("{id}.d01"),
            format!("{id}.d1 "),
            format!("{id}.d1.d2"),
            format!("{id}ab.d1700000000"),
            format!("{id}.txt.d1700000000"),
            format!("copy of {id}.d1700000000"),
            format!("{}.d1700000000", id.to_ascii_uppercase()),
            "letter to my mother.odt.d1700000000".to_owned(),
        ];
        let mut list = "<d:multistatus xmlns:d=\"DAV:\">".to_owned();
        for name in &names {
            list += &format!(
                "<d:response><d:href>/remote.php/dav/trashbin/a/trash/{name}</d:href>\
                 <nc:trashbin-original-location>x/{id}.d5</nc:trashbin-original-location>\
                 </d:response>"
            );
        }
        let found = BinEntry::all_in(list.as_bytes(), &own);
        let found: Vec<_> = found.iter().map(BinEntry::name).collect();
        assert_eq!(found, names[..2]);
        assert!(BinEntry::all_in(list.as_bytes(), &[]).is_empty());
    }
}
