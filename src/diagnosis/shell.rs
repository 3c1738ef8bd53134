//! Lines for a shell that the user can paste: they contain the user name, the certificates and the
//! address.

use super::Recognised;
use crate::wire::{Account, Asking};
use std::path::Path;

/// The placeholder for [`Shell::curl`].
const CURL: &str = "curl -u USER";
/// The placeholder for the URL of the server.
const BASE: &str = "https://HOST/FOLDER";
/// The placeholder for the host.
const HOST: &str = "HOST";
/// The beginning of a folder's path on a Nextcloud.
const FILES: &str = "/remote.php/dav/files/";
/// The placeholder for the user name after it.
const USER: &str = "USER";

/// The values in lines for a shell.
#[derive(Clone, Copy, Debug)]
pub struct Shell<'a> {
    /// The base URL of the server, without credentials.
    pub base: &'a str,
    /// The user's options for requests to it.
    pub asking: &'a Asking,
    /// The software that the server shows.
    pub software: &'a [Recognised],
}

impl Shell<'_> {
    /// Returns `curl` with the user's options; it prompts for the password.
    pub fn curl(&self) -> String {
        let mut curl = match &self.asking.account {
            Account::Unknown => CURL.to_owned(),
            Account::Nobody => "curl".to_owned(),
            Account::Named(name) => format!("curl -u {}", quoted(name)),
        };
        if let Some(file) = &self.asking.ca_file {
            curl += &format!(" --cacert {}", quoted(file));
        }
        if let Some(address) = self.asking.addresses.first() {
            let port = match self.authority().rsplit_once(':') {
                Some((_, port)) if port.bytes().all(|b| b.is_ascii_digit()) => port,
                _ if self.base.starts_with("http://") => "80",
                _ => "443",
            };
            let address = if address.contains(':') {
                format!("[{address}]")
            } else {
                address.clone()
            };
            curl += &format!(" --resolve {}:{port}:{address}", self.host());
        }
        curl
    }

    /// Returns the command that sets the server up, with the user's options.
    pub fn setup(&self) -> String {
        self.program("setup")
    }

    /// Returns the command that checks the server, with the user's options.
    pub fn check(&self) -> String {
        self.program("check")
    }

    /// Returns the command that deletes what the ledgers in a folder name.
    pub fn sweep(&self, ledgers: Option<&Path>) -> String {
        let mut command = self.program("sweep");
        if let Some(folder) = ledgers {
            command += &format!(" --ledger-dir {}", quoted(&folder.display().to_string()));
        }
        command
    }

    fn program(&self, subcommand: &str) -> String {
        let mut command = format!("safe-conformance {subcommand} {}", self.url(""));
        let mut add = |option: &str, value: &str| {
            command += &format!(" {option} {value}");
        };
        match &self.asking.account {
            Account::Nobody => {}
            Account::Named(_) | Account::Unknown => add("--user", &self.user()),
        }
        if let Some(file) = &self.asking.password_file {
            add("--password-file", &quoted(file));
        }
        if let Some(file) = &self.asking.ca_file {
            add("--ca-file", &quoted(file));
        }
        for address in &self.asking.addresses {
            add("--resolve", address);
        }
        command
    }

    /// Returns the user name, or a placeholder for it.
    pub fn user(&self) -> String {
        match &self.asking.account {
            Account::Named(name) => quoted(name),
            Account::Unknown | Account::Nobody => USER.to_owned(),
        }
    }

    /// Returns the host of the URL, without a port.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// Returns the path of the URL; empty at the root.
    pub fn path(&self) -> &str {
        let rest = self.base.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').map_or("", |at| &rest[at..])
    }

    /// Returns the URL of a file below the base, for a shell.
    pub fn url(&self, suffix: &str) -> String {
        quoted(&format!("{}{suffix}", self.base))
    }

    /// Returns the text with known values in place of its placeholders.
    pub fn fill(&self, text: &str) -> String {
        let filled = text.replace(CURL, &self.curl());
        let after_scheme = self
            .base
            .split_once("://")
            .map_or(self.base, |(_, rest)| rest);
        let filled = filled.replace(BASE, &format!("https://{after_scheme}"));
        // No certificate of a public authority is requested or filed under an address.
        let filled = if self.is_address() {
            let named = filled.replace("-d HOST", "-d NAME");
            named.replace("/live/HOST", "/live/NAME")
        } else {
            filled
        };
        let filled = with_word(&filled, HOST, self.host(), self.authority());
        match &self.asking.account {
            // Nextcloud names the folder by the user ID, which is never an e-mail address.
            Account::Named(name) if !name.contains('@') => {
                let folder = format!("{FILES}{}", in_path(name));
                filled.replace(&format!("{FILES}{USER}"), &folder)
            }
            _ => filled,
        }
    }

    /// Returns whether the host is an address rather than a name.
    pub(super) fn is_address(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        host.parse::<std::net::IpAddr>().is_ok()
    }

    fn authority(&self) -> &str {
        let rest = self
            .base
            .split_once("://")
            .map_or(self.base, |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }
}

/// The folder to create if an address names none.
pub(crate) const FOLDER: &str = "threema-safe";

/// The content of `config` on most servers.
pub(super) const CONFIG: &str = "{\"maxBackupBytes\": 524288, \"retentionDays\": 180}";

/// Returns the text with `name` for a placeholder that stands alone, and `in_url` for one at the
/// beginning of a URL.
fn with_word(text: &str, word: &str, name: &str, in_url: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let stands_alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        out += before;
        out += match (stands_alone, before.ends_with("://")) {
            (false, _) => word,
            (true, true) => in_url,
            (true, false) => name,
        };
        rest = after;
    }
    out + rest
}

/// Returns a user name as a segment of a path.
fn in_path(name: &str) -> String {
    let Ok(mut url) = url::Url::parse("https://host") else {
        return name.to_owned();
    };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(name);
    }
    url.path().trim_start_matches('/').to_owned()
}

/// Returns a word for a shell, quoted if necessary.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(account: Account) -> Asking {
        Asking {
            account,
            ..Asking::default()
        }
    }

    fn shell<'a>(base: &'a str, asking: &'a Asking) -> Shell<'a> {
        Shell {
            base,
            asking,
            software: &[],
        }
    }

    #[test]
    fn curl_asks_as_the_person_does() {
        let base = "https://cloud.example:8443/safe";
        let alice = Account::Named("alice".to_owned());
        assert_eq!(shell(base, &asking(alice)).curl(), "curl -u alice");
        let nobody = asking(Account::Nobody);
        assert_eq!(shell(base, &nobody).curl(), "curl");
        let unknown = Asking::default();
        assert_eq!(shell(base, &unknown).curl(), "curl -u USER");
        let all = Asking {
            account: Account::Named("al ice's".to_owned()),
            password_file: Some("/run/pass word".to_owned()),
            ca_file: Some("my ca.pem".to_owned()),
            addresses: vec!["::1".to_owned()],
        };
        assert_eq!(
            shell(base, &all).curl(),
            "curl -u 'al ice'\\''s' --cacert 'my ca.pem' --resolve cloud.example:8443:[::1]"
        );
        assert_eq!(
            shell(base, &all).setup(),
            format!(
                "safe-conformance setup {base} --user 'al ice'\\''s' --password-file '/run/pass word' \
                 --ca-file 'my ca.pem' --resolve ::1"
            )
        );
        assert_eq!(
            shell(base, &nobody).setup(),
            format!("safe-conformance setup {base}")
        );
        let plain = Asking {
            addresses: vec!["192.0.2.1".to_owned()],
            ..asking(Account::Nobody)
        };
        assert_eq!(
            shell("http://cloud.example", &plain).curl(),
            "curl --resolve cloud.example:80:192.0.2.1"
        );
    }

    #[test]
    fn placeholders_are_filled_in_where_they_stand_alone() {
        let base = "https://cloud.example:8443/safe";
        let alice = asking(Account::Named("alice b".to_owned()));
        let text = "Enter https://HOST/remote.php/dav/files/USER/FOLDER; `certbot -d HOST`, HTTP_HOST, \
                    `chown -R USER backups`";
        assert_eq!(
            shell(base, &alice).fill(text),
            "Enter https://cloud.example:8443/remote.php/dav/files/alice%20b/FOLDER; \
             `certbot -d cloud.example`, HTTP_HOST, `chown -R USER backups`"
        );
        // An e-mail address for the login is not a user ID.
        let address = asking(Account::Named("alice@cloud.example".to_owned()));
        let filled = shell(base, &address).fill("https://HOST/remote.php/dav/files/USER/FOLDER");
        assert!(filled.ends_with("/files/USER/FOLDER"), "{filled}");
    }

    #[test]
    fn a_url_is_taken_apart() {
        let unknown = Asking::default();
        for (base, host, path) in [
            ("https://a.example", "a.example", ""),
            ("https://a.example/x/y", "a.example", "/x/y"),
            ("https://[::1]:8/x", "[::1]", "/x"),
            ("https://[::1]/x", "[::1]", "/x"),
        ] {
            let shell = shell(base, &unknown);
            assert_eq!((shell.host(), shell.path()), (host, path), "{base}");
        }
        assert_eq!(
            shell("https://a/it's", &unknown).url("/x"),
            "'https://a/it'\\''s/x'"
        );
    }

    /// A public authority issues no certificate for an address by these commands, and certbot files
    /// none under it.
    #[test]
    fn an_address_is_no_name_for_certbot() {
        let text =
            "Run `certbot -d HOST`; /etc/letsencrypt/live/HOST/fullchain.pem; `server_name HOST;`";
        let nobody = asking(Account::Nobody);
        for base in ["https://192.0.2.1:8443/safe", "https://[2001:db8::1]/safe"] {
            let shell = shell(base, &nobody);
            assert!(shell.is_address(), "{base}");
            let filled = shell.fill(text);
            assert!(filled.starts_with("Run `certbot -d NAME`;"), "{filled}");
            assert!(filled.contains("live/NAME/fullchain.pem"), "{filled}");
            assert!(!filled.contains("HOST"), "{filled}");
        }
        let named = shell("https://cloud.example/safe", &nobody);
        assert!(!named.is_address());
        assert_eq!(named.fill(text), text.replace("HOST", "cloud.example"));
    }
}
