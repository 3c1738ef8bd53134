//! What exists at a place on a server: nothing, a folder, a file, or something that does not show.

use crate::clients::parse_config;
use crate::safe::{Client, ServerConfig};
use crate::wire::Response;

/// What a PROPFIND shows of a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Thing {
    /// Nothing.
    Nothing,
    /// A folder.
    Folder,
    /// A file.
    File,
    /// The server does not show it; this is the status of its answer.
    Unseen(u16),
}

impl Thing {
    /// Returns what the answer to a PROPFIND with depth 0 shows.
    ///
    /// Source: RFC 4918 sections 9.1 and 15.9.
    pub fn of(answer: &Response) -> Self {
        match answer.status {
            207 => match is_collection(&answer.body.bytes) {
                Some(true) => Self::Folder,
                Some(false) => Self::File,
                None => Self::Unseen(207),
            },
            404 | 409 | 410 => Self::Nothing,
            status => Self::Unseen(status),
        }
    }
}

/// Returns whether the resource type in a multistatus is a collection, under any prefix; `None` if
/// the answer has no resource type.
fn is_collection(body: &[u8]) -> Option<bool> {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    let has = |name: &str| {
        text.match_indices(name).any(|(at, word)| {
            let opens = text[..at].ends_with([':', '<']) && !text[..at].ends_with('/');
            let ends = text[at + word.len()..].starts_with(['/', '>', ' ']);
            opens && ends
        })
    };
    has("resourcetype").then(|| has("collection"))
}

/// What exists at the path of `config`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ConfigSeen {
    /// Nothing.
    Missing,
    /// A config with the requested values.
    AsWished,
    /// The beginning of the config that `setup` writes: an earlier run was interrupted.
    Unfinished {
        /// Its entity tag, if the server sent one.
        tag: Option<String>,
    },
    /// A different config.
    Other {
        /// What the apps read in it; `None` if one of them cannot read it.
        config: Option<ServerConfig>,
        /// How it begins.
        text: String,
        /// Its entity tag, if the server sent one.
        tag: Option<String>,
    },
}

/// How much of a different config is shown, in characters.
const SHOWN: usize = 120;

impl ConfigSeen {
    /// Compares the body of a `config` with the requested one.
    pub fn of(answer: &Response, wished: &ServerConfig) -> Self {
        let bytes = &answer.body.bytes[..];
        // A weak tag matches no condition of a PUT. Source: RFC 9110 section 13.1.1.
        let tag = answer.header("etag").filter(|tag| tag.starts_with('"'));
        let tag = tag.map(str::to_owned);
        let json = wished.to_json();
        if bytes.len() < json.len() && json.as_bytes().starts_with(bytes) {
            return Self::Unfinished { tag };
        }
        let read = |client| parse_config(client, bytes).and_then(Result::ok);
        let config = read(Client::Android).filter(|config| read(Client::Ios) == Some(*config));
        if config == Some(*wished) {
            return Self::AsWished;
        }
        let text = String::from_utf8_lossy(bytes);
        Self::Other {
            config,
            text: text.trim().chars().take(SHOWN).collect(),
            tag,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Http};

    fn answer(status: u16, body: &str) -> Response {
        Response::new(
            status,
            Http::One,
            vec![("etag".to_owned(), "\"1\"".to_owned())],
            Body::new(body.to_owned().into(), false),
        )
    }

    #[test]
    fn a_folder_is_distinguished_from_a_file() {
        for folder in [
            "<D:resourcetype><D:collection/></D:resourcetype>",
            "<resourcetype xmlns='DAV:'><collection></collection></resourcetype>",
            "<lp1:resourcetype><D:collection xmlns:D=\"DAV:\"/></lp1:resourcetype>",
        ] {
            assert_eq!(Thing::of(&answer(207, folder)), Thing::Folder, "{folder}");
        }
        for file in [
            "<D:href>/collection/</D:href><D:resourcetype/>",
            "<D:resourcetype></D:resourcetype>",
        ] {
            assert_eq!(Thing::of(&answer(207, file)), Thing::File, "{file}");
        }
        let silent = "<D:multistatus><D:href>/backups/</D:href></D:multistatus>";
        assert_eq!(Thing::of(&answer(207, silent)), Thing::Unseen(207));
        assert_eq!(Thing::of(&answer(404, "")), Thing::Nothing);
        assert_eq!(Thing::of(&answer(405, "")), Thing::Unseen(405));
    }

    #[test]
    fn a_config_is_measured_by_what_is_wanted() {
        let wished = ServerConfig::USUAL;
        let seen = |body: &str| ConfigSeen::of(&answer(200, body), &wished);
        assert_eq!(seen(&wished.to_json()), ConfigSeen::AsWished);
        let spaced = "{ \"retentionDays\": 180, \"maxBackupBytes\": 524288 }\n";
        assert_eq!(seen(spaced), ConfigSeen::AsWished);
        for cut in ["", "{", "{\"maxBackupBytes\":5242"] {
            let tag = Some("\"1\"".to_owned());
            assert_eq!(seen(cut), ConfigSeen::Unfinished { tag }, "{cut}");
        }
        let other = seen("{\"maxBackupBytes\":1000000,\"retentionDays\":30}");
        assert!(
            matches!(&other, ConfigSeen::Other { config: Some(config), .. } if config.retention_days == 30),
            "{other:?}"
        );
        let page = seen("<html>Log in</html>");
        assert!(
            matches!(&page, ConfigSeen::Other { config: None, .. }),
            "{page:?}"
        );
    }
}
