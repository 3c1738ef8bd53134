//! The table of what people paste: the address, the server that answers, and the verdict.

use super::{Asker, Look, Verdict, investigate};
use crate::safe::Stage;
use crate::safe::base_url::BaseUrl;
use crate::wire::{Answer, Body, Failure, Http, Response};

/// A server as the detective sees it.
struct World {
    /// The beginnings of the URLs of its host.
    host: &'static str,
    /// Folders that exist.
    folders: &'static [&'static str],
    /// Folders with a config.
    configs: &'static [&'static str],
    /// Where `status.php` names a cloud.
    clouds: &'static [&'static str],
    /// What requires a login.
    guarded: &'static [&'static str],
    /// Whether a page answers to every GET.
    catches_all: bool,
}

const NOTHING: World = World {
    host: "",
    folders: &[],
    configs: &[],
    clouds: &[],
    guarded: &[],
    catches_all: false,
};
const CLOUD: &str = "https://cloud.example";
const NEXTCLOUD: World = World {
    host: CLOUD,
    folders: &[
        "https://cloud.example/remote.php/dav/files/alice",
        "https://cloud.example/remote.php/dav/files/alice/Documents",
        "https://cloud.example/remote.php/webdav",
        "https://cloud.example/public.php/webdav",
        "https://cloud.example/public.php/webdav/sub",
    ],
    configs: &["https://cloud.example/remote.php/dav/files/alice/safe"],
    clouds: &[CLOUD],
    ..NOTHING
};
const SUBFOLDER: World = World {
    host: CLOUD,
    folders: &["https://cloud.example/nextcloud/remote.php/dav/files/alice"],
    clouds: &["https://cloud.example/nextcloud"],
    ..NOTHING
};
const EMPTY: World = World {
    host: CLOUD,
    folders: &["https://cloud.example/remote.php/dav/files/alice"],
    clouds: &[CLOUD],
    ..NOTHING
};
const USED: World = World {
    host: CLOUD,
    folders: &["https://cloud.example/remote.php/dav/files/alice"],
    configs: &["https://cloud.example/remote.php/dav/files/alice/threema_safe"],
    clouds: &[CLOUD],
    ..NOTHING
};
const GUARDED: World = World {
    guarded: &[
        "https://cloud.example/remote.php",
        "https://cloud.example/public.php",
    ],
    clouds: &[CLOUD],
    host: CLOUD,
    ..NOTHING
};
const OCIS: World = World {
    host: "https://ocis.example",
    folders: &[
        "https://ocis.example/remote.php/webdav",
        "https://ocis.example/remote.php/webdav/Docs",
        "https://ocis.example/dav/files/alice",
        "https://ocis.example/remote.php/dav/public-files/TOKEN",
        "https://ocis.example/dav/spaces/abc$def",
    ],
    clouds: &["https://ocis.example"],
    catches_all: true,
    ..NOTHING
};
const PLAIN: World = World {
    host: "https://dav.example",
    folders: &["https://dav.example", "https://dav.example/alice"],
    configs: &["https://dav.example/alice/safe"],
    ..NOTHING
};
const KOOFR: World = World {
    host: "https://app.koofr.net",
    folders: &[
        "https://app.koofr.net/dav/Koofr",
        "https://app.koofr.net/dav/Koofr/safe",
    ],
    catches_all: true,
    ..NOTHING
};
const BOX: World = World {
    host: "https://u1.your-storagebox.de",
    folders: &["https://u1.your-storagebox.de"],
    configs: &["https://u1.your-storagebox.de/safe"],
    ..NOTHING
};
const NAS: World = World {
    host: "https://nas.example:5006",
    folders: &["https://nas.example:5006", "https://nas.example:5006/home"],
    ..NOTHING
};
const PAGES: World = World {
    host: "https://www.example",
    catches_all: true,
    ..NOTHING
};
const SITE: World = World {
    host: "https://site.example",
    configs: &["https://site.example/safe"],
    ..NOTHING
};
const GUARDED_SITE: World = World {
    host: "https://site.example",
    guarded: &["https://site.example/threema_safe"],
    ..NOTHING
};
const DEAD: World = NOTHING;

fn answer(status: u16, body: &str) -> Response {
    Response::new(
        status,
        Http::One,
        Vec::new(),
        Body::new(body.to_owned().into(), false),
    )
}

impl Asker for World {
    fn logs_in(&self) -> bool {
        false
    }

    async fn ask(&self, look: Look, base: &BaseUrl, _: Option<&str>) -> Answer {
        let url = base.as_str();
        if self.host.is_empty() || !url.starts_with(self.host) {
            return Err(Failure::peer(Stage::Connect, "connection refused"));
        }
        if self.guarded.iter().any(|place| url.starts_with(place)) {
            return Ok(answer(401, ""));
        }
        let is_there = |url: &str| self.folders.contains(&url) || self.configs.contains(&url);
        let folder = |url: &str| {
            if is_there(url) {
                answer(207, "<resourcetype><D:collection/></resourcetype>")
            } else if self.catches_all {
                answer(405, "")
            } else {
                answer(404, "")
            }
        };
        Ok(match look {
            Look::Config if self.configs.contains(&url) => {
                answer(200, "{\"maxBackupBytes\":524288,\"retentionDays\":180}")
            }
            Look::Status if self.clouds.contains(&url) => {
                answer(200, "{\"installed\":true,\"productname\":\"Nextcloud\"}")
            }
            Look::Config | Look::Status if self.catches_all => {
                answer(200, "<html><title>Welcome</title></html>")
            }
            Look::Config | Look::Status => answer(404, ""),
            Look::Folder => folder(url),
            Look::Parent => folder(url.rsplit_once('/').map_or(url, |(parent, _)| parent)),
        })
    }
}

/// Returns the verdict in short: `sure URL`, `likely URL`, `unsure`, `hopeless`; `+` if the folder
/// does not exist yet.
fn summary(verdict: &Verdict) -> String {
    use super::Sureness;
    match verdict {
        Verdict::Unsure(_) => "unsure".to_owned(),
        Verdict::Hopeless(_) => "hopeless".to_owned(),
        Verdict::Found(found) => {
            let sureness = match found.sureness {
                Sureness::Sure => "sure",
                Sureness::Likely => "likely",
            };
            let user = found.user.as_ref().map(|user| format!(" as {user}"));
            let make = if found.is_missing { " +" } else { "" };
            format!("{sureness} {}{}{make}", found.url, user.unwrap_or_default())
        }
    }
}

const DAV: &str = "https://cloud.example/remote.php/dav/files/alice";

#[rustfmt::skip]
const TABLE: &[(&str, &World, &str)] = &[
    // Already correct.
    ("https://cloud.example/remote.php/dav/files/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/alice/safe/", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/alice/threema", &NEXTCLOUD, "sure DAV/threema +"),
    ("https://dav.example/alice/safe", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://dav.example/alice/new", &PLAIN, "sure https://dav.example/alice/new +"),
    // Spelling.
    ("cloud.example/remote.php/dav/files/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("http://cloud.example/remote.php/dav/files/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("davs://cloud.example/remote.php/dav/files/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("webdavs://dav.example/alice/safe", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https:/dav.example/alice/safe", &PLAIN, "sure https://dav.example/alice/safe"),
    ("  <https://dav.example/alice/safe>  ", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://alice:pa%3Ass@dav.example/alice/safe", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://DAV.example:443/alice/safe", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://dav.example//alice//safe", &PLAIN, "sure https://dav.example/alice/safe"),
    // Too deep.
    ("https://dav.example/alice/safe/config", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://dav.example/alice/safe/backups/", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://dav.example/alice/safe/backups/0123abcd", &PLAIN, "sure https://dav.example/alice/safe"),
    ("https://dav.example/alice/safe/config.json", &PLAIN, "sure https://dav.example/alice/safe"),
    // A bare host.
    ("https://cloud.example", &NEXTCLOUD, "sure DAV/safe"),
    ("cloud.example", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/", &SUBFOLDER, "sure https://cloud.example/nextcloud/remote.php/dav/files/alice/threema-safe +"),
    ("https://cloud.example/nextcloud", &SUBFOLDER, "sure https://cloud.example/nextcloud/remote.php/dav/files/alice/threema-safe +"),
    ("https://dav.example", &PLAIN, "sure https://dav.example/threema-safe +"),
    ("https://cloud.example", &USED, "sure DAV/threema_safe"),
    ("https://cloud.example", &EMPTY, "sure DAV/threema-safe +"),
    ("https://cloud.example/remote.php/dav", &EMPTY, "sure DAV/threema-safe +"),
    ("https://cloud.example/settings/user/security", &EMPTY, "sure DAV/threema-safe +"),
    ("https://cloud.example/apps/files/?dir=/", &USED, "sure DAV/threema_safe"),
    ("https://site.example", &SITE, "sure https://site.example/safe"),
    ("https://site.example/blog", &SITE, "unsure"),
    ("https://site.example", &GUARDED_SITE, "likely https://site.example/threema_safe"),
    // Pages of Nextcloud.
    ("https://cloud.example/index.php/apps/files", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/apps/files/files/1234?dir=/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/index.php/apps/files/?dir=/Documents&fileid=7", &NEXTCLOUD, "sure DAV/Documents"),
    ("https://cloud.example/index.php/login", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/apps/dashboard/", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/settings/user/security", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/status.php", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/nextcloud/index.php/apps/files?dir=/", &SUBFOLDER, "sure https://cloud.example/nextcloud/remote.php/dav/files/alice/threema-safe +"),
    // Parts of its WebDAV.
    ("https://cloud.example/remote.php/webdav", &NEXTCLOUD, "sure https://cloud.example/remote.php/webdav/threema-safe +"),
    ("https://cloud.example/remote.php/dav", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/alice", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/safe/alice", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/safe", &GUARDED, "likely DAV/safe"),
    ("https://cloud.example/remote.php/dav/files/Alice", &GUARDED, "likely https://cloud.example/remote.php/dav/files/Alice/threema-safe +"),
    ("https://cloud.example/remote.php/dav/alice/files/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/files/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/dav/files/alice/safe", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/principals/users/alice/", &NEXTCLOUD, "sure DAV/safe"),
    ("https://cloud.example/remote.php/dav/calendars/alice/personal", &NEXTCLOUD, "sure DAV/safe"),
    // Share links.
    ("https://cloud.example/s/AbC123", &NEXTCLOUD, "sure https://cloud.example/public.php/webdav as AbC123"),
    ("https://cloud.example/index.php/s/AbC123/download", &NEXTCLOUD, "sure https://cloud.example/public.php/webdav as AbC123"),
    ("https://cloud.example/index.php/s/AbC123?path=%2Fsub", &NEXTCLOUD, "sure https://cloud.example/public.php/webdav/sub as AbC123"),
    ("https://cloud.example/public.php/dav/files/AbC123", &NEXTCLOUD, "sure https://cloud.example/public.php/webdav as AbC123"),
    ("https://cloud.example/s/AbC123", &GUARDED, "likely https://cloud.example/public.php/webdav as AbC123"),
    // A server that requires a login shows nothing.
    ("https://cloud.example/index.php/apps/files", &GUARDED, "likely DAV/threema-safe +"),
    ("https://cloud.example", &GUARDED, "likely DAV/threema-safe +"),
    // ownCloud Infinite Scale and OpenCloud.
    ("https://ocis.example/files/spaces/personal/alice", &OCIS, "sure https://ocis.example/remote.php/webdav/threema-safe +"),
    ("https://ocis.example/files/spaces/personal/alice/Docs", &OCIS, "sure https://ocis.example/remote.php/webdav/Docs"),
    ("https://ocis.example/files/spaces/project/shared", &OCIS, "likely https://ocis.example/remote.php/dav/files/alice/threema-safe +"),
    ("https://ocis.example/s/TOKEN", &OCIS, "sure https://ocis.example/remote.php/dav/public-files/TOKEN as public"),
    ("https://ocis.example/dav/files/alice", &OCIS, "sure https://ocis.example/dav/files/alice/threema-safe +"),
    ("https://ocis.example/dav/spaces/abc$def", &OCIS, "sure https://ocis.example/dav/spaces/abc$def"),
    // Providers.
    ("https://app.koofr.net/app/storage/123?path=%2F", &KOOFR, "sure https://app.koofr.net/dav/Koofr/threema-safe +"),
    ("https://app.koofr.net/dav/Koofr/safe", &KOOFR, "sure https://app.koofr.net/dav/Koofr/safe"),
    ("koofr.eu", &KOOFR, "sure https://app.koofr.net/dav/Koofr/threema-safe +"),
    ("u1.your-storagebox.de", &BOX, "sure https://u1.your-storagebox.de/safe"),
    ("https://u1.your-storagebox.de/safe", &BOX, "sure https://u1.your-storagebox.de/safe"),
    ("sftp://u1@u1.your-storagebox.de:23/safe", &BOX, "sure https://u1.your-storagebox.de/safe"),
    ("https://my.hidrive.com/#/files", &DEAD, "likely https://webdav.hidrive.strato.com/users/alice/threema-safe +"),
    ("https://nas.example:5001/#/signin", &NAS, "sure https://nas.example:5006/threema-safe +"),
    ("http://nas.example:5005/home", &NAS, "sure https://nas.example:5006/home"),
    ("https://nas.example:5006", &NAS, "sure https://nas.example:5006/threema-safe +"),
    ("https://quickconnect.to/alice", &DEAD, "hopeless"),
    ("https://drive.google.com/drive/my-drive", &DEAD, "hopeless"),
    ("https://www.dropbox.com/home", &DEAD, "hopeless"),
    ("", &DEAD, "hopeless"),
    // Addresses that do not determine a base URL.
    ("https://www.example/safe", &PAGES, "unsure"),
    ("https://www.example", &PAGES, "unsure"),
    ("https://dead.example/safe", &DEAD, "unsure"),
];

#[tokio::test]
async fn what_people_paste() {
    assert!(TABLE.len() >= 40, "{}", TABLE.len());
    let mut wrong = Vec::new();
    for (pasted, world, expected) in TABLE {
        let verdict = investigate(pasted, Some("alice"), *world).await;
        let said = summary(&verdict).replace(DAV, "DAV");
        if said != expected.replace(DAV, "DAV") {
            wrong.push(format!(
                "{pasted}\n  said      {said}\n  expected  {expected}"
            ));
        }
        assert!(!verdict.words().is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn without_a_user_name_its_place_is_shown() {
    let verdict = investigate("https://cloud.example", None, &NEXTCLOUD).await;
    let words = verdict.words();
    assert!(
        words.contains("/remote.php/dav/files/USER/threema-safe"),
        "{words}"
    );
    assert!(words.contains("USER stands for"), "{words}");
}

#[tokio::test]
async fn no_password_is_repeated() {
    for pasted in [
        "https://alice:s3cr3t@cloud.example/index.php/apps/files",
        "alice:s3cr3t@cloud.example",
        "https://alice:s3cr3t/x@cloud.example/safe",
    ] {
        let verdict = investigate(pasted, None, &NEXTCLOUD).await;
        assert!(
            !format!("{verdict:?}{}", verdict.words()).contains("s3cr3t"),
            "{pasted}"
        );
    }
}
