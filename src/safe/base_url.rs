//! The address of a server, as people paste it.

use super::keys::BackupId;
use crate::safe::Stage;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};
use zeroize::Zeroizing;

/// The number of hexadecimal digits in a backup ID. Source: clause 4.1.
const BACKUP_ID_DIGITS: usize = 64;

/// The base URL of a server, in one spelling: no user info, no trailing slash, no default port.
///
/// Plain `http://` is representable; whether it is acceptable is judged elsewhere.
///
/// Source: clause 4.1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseUrl {
    /// Always `http` or `https`, with a host, without user info, query or fragment.
    url: Url,
    /// The text of `url` without trailing slashes.
    text: String,
}

/// A base URL and the user info that came with it.
#[derive(Clone, Debug)]
pub struct ParsedBase {
    /// The base URL, without the user info.
    pub base: BaseUrl,
    /// What stood before the `@`.
    pub user_info: Option<UserInfo>,
}

/// User and password out of a URL, percent-decoded; never printed.
#[derive(Clone)]
pub struct UserInfo {
    /// The user.
    pub user: String,
    /// The password; wiped from memory when dropped.
    pub password: Option<Zeroizing<String>>,
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserInfo(…)")
    }
}

/// Why a text is not a base URL, and what to write instead. Never repeats what may be a password.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BaseUrlError {
    /// No `https://` in front.
    #[error("the address has no scheme: write {}", or_example(suggestion.as_ref()))]
    NoScheme {
        /// The address as it should be, if that can be inferred.
        suggestion: Option<String>,
    },
    /// A scheme other than `https` and `http`.
    #[error(
        "the address begins with `{scheme}:`, and clients speak only https: write https:// instead"
    )]
    OtherScheme {
        /// The scheme that was given.
        scheme: String,
    },
    /// No host.
    #[error(
        "the address names no host: write https://, the host's name, and the folder if there is one"
    )]
    NoHost,
    /// A `?` and what follows.
    #[error("the address has a query (`?`), which clients do not support: write {}", or_without(suggestion.as_ref()))]
    HasQuery {
        /// The address as it should be, if that can be inferred.
        suggestion: Option<String>,
    },
    /// A `#` and what follows.
    #[error("the address has a fragment (`#`), which clients do not support: write {}", or_without(suggestion.as_ref()))]
    HasFragment {
        /// The address as it should be, if that can be inferred.
        suggestion: Option<String>,
    },
    /// It leads to the config, the collection of backups, or one backup.
    #[error("the address leads into the server's folder: give the folder above `config` and `backups`{}", or_nothing(suggestion.as_ref()))]
    TooDeep {
        /// The address as it should be, if that can be inferred.
        suggestion: Option<String>,
    },
    /// User or password do not decode to text.
    #[error("user or password in the address are not UTF-8 once their percent signs are decoded")]
    UserInfoIsNotText,
    /// Anything else.
    #[error(
        "the address is not a valid URL ({reason}): if it holds a user or password, percent-encode `/ ? # @ : %` in them"
    )]
    Unparsable {
        /// What is wrong, in the words of the URL standard.
        reason: &'static str,
    },
}

fn or_example(suggestion: Option<&String>) -> &str {
    suggestion.map_or("https://, then the rest", String::as_str)
}

fn or_without(suggestion: Option<&String>) -> &str {
    suggestion.map_or("it without that", String::as_str)
}

fn or_nothing(suggestion: Option<&String>) -> String {
    suggestion.map_or_else(String::new, |suggestion| format!(", {suggestion}"))
}

impl BaseUrlError {
    /// The stage at which this stops a client: before it can look up anything.
    pub const fn stage(&self) -> Stage {
        Stage::Resolve
    }
}

impl BaseUrl {
    /// Reads an address as people paste it: white space around it and trailing slashes do not
    /// matter.
    ///
    /// Source: clause 4.1.
    pub fn parse(text: &str) -> Result<ParsedBase, BaseUrlError> {
        let text = text.trim();
        let mut url = parse_with_scheme(text)?;
        let user_info = take_user_info(&mut url)?;
        let folder = folder_above(url.path());
        let suggestion =
            (!may_split_a_password(text)).then(|| text_of(&url, folder.unwrap_or(url.path())));
        if url.fragment().is_some() {
            return Err(BaseUrlError::HasFragment { suggestion });
        }
        if url.query().is_some() {
            return Err(BaseUrlError::HasQuery { suggestion });
        }
        if folder.is_some() {
            return Err(BaseUrlError::TooDeep { suggestion });
        }
        let path = without_trailing_slashes(url.path()).to_owned();
        url.set_path(&path);
        let text = text_of(&url, &path);
        let base = Self { url, text };
        Ok(ParsedBase { base, user_info })
    }

    /// The one spelling: no user info, no trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `https`, as every client demands.
    ///
    /// Source: clause 6.3.
    pub fn scheme_is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host: a name in ASCII, or an address; IPv6 without brackets.
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// The port, also where the address leaves it to the scheme.
    pub fn port(&self) -> u16 {
        // The schemes that get past `parse` both have a default.
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// What goes into a `Host` header: the host, IPv6 in brackets, and the port unless it is the
    /// default.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The path without trailing slashes; empty at the root.
    pub fn path(&self) -> &str {
        without_trailing_slashes(self.url.path())
    }

    /// Whether the host is this machine, judged by its name alone: `localhost`, a name below it,
    /// `127.0.0.0/8` or `::1`.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name == "localhost" || name.ends_with(".localhost")
            }
            Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
            Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
            None => false,
        }
    }

    /// `{base}/config`.
    ///
    /// Source: clause 4.1.
    pub fn config_url(&self) -> String {
        self.join_raw("/config")
    }

    /// `{base}/backups/{backup ID}`.
    ///
    /// Source: clause 4.1.
    pub fn backup_url(&self, id: &BackupId) -> String {
        self.join_raw(&format!("/backups/{}", id.to_hex()))
    }

    /// `{base}/backups/`: the collection itself, with its trailing slash.
    ///
    /// Source: clause 4.1.
    pub fn backups_url(&self) -> String {
        self.join_raw("/backups/")
    }

    /// The base and `suffix`, byte for byte: nothing is added, encoded or resolved.
    pub fn join_raw(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BaseUrl({})", self.text)
    }
}

fn parse_with_scheme(text: &str) -> Result<Url, BaseUrlError> {
    if text.is_empty() {
        return Err(BaseUrlError::NoHost);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(without_scheme(text));
    };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|each| each.is_ascii_alphanumeric() || "+-.".contains(each))
        };
        return Err(if is_scheme(scheme) && scheme.len() <= 16 {
            BaseUrlError::OtherScheme {
                scheme: scheme.to_ascii_lowercase(),
            }
        } else {
            BaseUrlError::Unparsable {
                reason: "what stands before :// is no scheme",
            }
        });
    }
    // The URL standard would skip surplus slashes and take the first folder for the host.
    if rest.is_empty() || rest.starts_with(['/', '\\', '?', '#']) {
        return Err(BaseUrlError::NoHost);
    }
    Url::parse(text).map_err(refusal_of)
}

/// `cloud.example/safe`, `cloud.example:8443/safe`, `https:cloud.example`: all lack the `//`.
fn without_scheme(text: &str) -> BaseUrlError {
    let rest = ["https:", "http:"]
        .iter()
        .find_map(|scheme| {
            let (head, rest) = text.split_at_checked(scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then_some(rest)
        })
        .unwrap_or(text)
        .trim_start_matches('/');
    let suggestion = if text.contains('@') {
        None
    } else {
        BaseUrl::parse(&format!("https://{rest}"))
            .ok()
            .map(|parsed| parsed.base.text)
    };
    BaseUrlError::NoScheme { suggestion }
}

fn refusal_of(error: url::ParseError) -> BaseUrlError {
    use url::ParseError;
    let reason = match error {
        ParseError::EmptyHost => return BaseUrlError::NoHost,
        ParseError::IdnaError => "the host's name has characters that no name may have",
        ParseError::InvalidPort => "the port is not a number up to 65535",
        ParseError::InvalidIpv4Address => "the host looks like an IPv4 address and is none",
        ParseError::InvalidIpv6Address => "the host looks like an IPv6 address and is none",
        ParseError::InvalidDomainCharacter => "the host has a character that no host may have",
        _ => "it cannot be taken apart",
    };
    BaseUrlError::Unparsable { reason }
}

/// Whether what looks like port, path or query may be part of a password that holds an unescaped
/// slash, question mark or hash: `https://user:1/rest-of-password@host/`. No message may repeat
/// such an address.
fn may_split_a_password(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    authority.contains(':') && after.contains('@')
}

fn take_user_info(url: &mut Url) -> Result<Option<UserInfo>, BaseUrlError> {
    let user_info = if url.username().is_empty() && url.password().is_none() {
        None
    } else {
        Some(UserInfo {
            user: percent_decoded(url.username())?.to_string(),
            password: url.password().map(percent_decoded).transpose()?,
        })
    };
    // Both refuse only URLs without a host, which `http` and `https` always have.
    let removed = url.set_username("").and_then(|()| url.set_password(None));
    removed.map_err(|()| BaseUrlError::NoHost)?;
    Ok(user_info)
}

fn percent_decoded(text: &str) -> Result<Zeroizing<String>, BaseUrlError> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let pair = digit(bytes.get(place + 1)).zip(digit(bytes.get(place + 2)));
        match pair {
            Some((high, low)) if *byte == b'%' => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                place += 3;
            }
            _ => {
                decoded.push(*byte);
                place += 1;
            }
        }
    }
    let text = std::str::from_utf8(&decoded).map_err(|_| BaseUrlError::UserInfoIsNotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The path above `config`, `backups` and a backup ID, if `path` leads into one of them.
fn folder_above(path: &str) -> Option<&str> {
    let mut folder = without_trailing_slashes(path);
    let mut place = 0;
    for segment in folder.split('/') {
        let is_backup_id = segment.len() == BACKUP_ID_DIGITS
            && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_backup_id {
            folder = without_trailing_slashes(&folder[..place]);
            break;
        }
        place += segment.len() + 1;
    }
    while let Some(shorter) = folder
        .strip_suffix("/config")
        .or_else(|| folder.strip_suffix("/backups"))
    {
        folder = without_trailing_slashes(shorter);
    }
    (folder != without_trailing_slashes(path)).then_some(folder)
}

fn without_trailing_slashes(path: &str) -> &str {
    path.trim_end_matches('/')
}

/// The one spelling of `url`, with `path` for its path.
fn text_of(url: &Url, path: &str) -> String {
    let path = without_trailing_slashes(path);
    format!("{}://{}{path}", url.scheme(), url.authority())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3";

    fn base(text: &str) -> BaseUrl {
        BaseUrl::parse(text).expect(text).base
    }

    fn refusal(text: &str) -> String {
        BaseUrl::parse(text).expect_err(text).to_string()
    }

    #[test]
    fn what_people_paste_has_one_spelling() {
        let cases = [
            ("https://cloud.example/safe", "https://cloud.example/safe"),
            (
                " https://cloud.example/safe/\n",
                "https://cloud.example/safe",
            ),
            (
                "HTTPS://Cloud.Example:443/Safe//",
                "https://cloud.example/Safe",
            ),
            ("https://cloud.example", "https://cloud.example"),
            ("https://cloud.example:8443/", "https://cloud.example:8443"),
            ("http://[::1]:8080/a/", "http://[::1]:8080/a"),
            (
                "https://u:p@cloud.example/safe",
                "https://cloud.example/safe",
            ),
            (
                "https://b\u{fc}cher.example/a b",
                "https://xn--bcher-kva.example/a%20b",
            ),
            (
                "https://h/files/a@b.example/safe/",
                "https://h/files/a@b.example/safe",
            ),
            (
                "https://h/config.d/backups-of-me",
                "https://h/config.d/backups-of-me",
            ),
        ];
        for (pasted, spelling) in cases {
            assert_eq!(base(pasted).as_str(), spelling);
        }
    }

    #[test]
    fn urls_are_joined_byte_for_byte() {
        let base = base("https://h/safe/");
        let id = BackupId::parse(ID).expect("an ID");
        assert_eq!(base.config_url(), "https://h/safe/config");
        assert_eq!(base.backups_url(), "https://h/safe/backups/");
        assert_eq!(base.backup_url(&id), format!("https://h/safe/backups/{ID}"));
        assert_eq!(
            base.join_raw("/%2e%2e/\u{fc}"),
            "https://h/safe/%2e%2e/\u{fc}"
        );
        assert_eq!(
            super::tests::base("https://h").config_url(),
            "https://h/config"
        );
    }

    #[test]
    fn the_parts_can_be_asked_for() {
        let plain = base("http://u@[::1]:81/x/");
        assert!(!plain.scheme_is_https());
        assert_eq!((plain.host(), plain.port()), ("::1", 81));
        assert_eq!((plain.authority(), plain.path()), ("[::1]:81", "/x"));
        let secure = base("https://cloud.example/");
        assert!(secure.scheme_is_https());
        assert_eq!((secure.host(), secure.port()), ("cloud.example", 443));
        assert_eq!((secure.authority(), secure.path()), ("cloud.example", ""));
    }

    #[test]
    fn loopback_is_judged_by_the_name() {
        let here = [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ];
        for host in here {
            assert!(base(&format!("http://{host}:1/x")).is_loopback(), "{host}");
        }
        for host in [
            "localhost.example",
            "notlocalhost",
            "128.0.0.1",
            "10.0.0.1",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(!base(&format!("http://{host}:1/x")).is_loopback(), "{host}");
        }
    }

    #[test]
    fn user_info_is_decoded_and_kept_apart() {
        let info = |text: &str| BaseUrl::parse(text).expect(text).user_info;
        let both = info("https://u%40x:p%3Aq%25%zz@h").expect("user info");
        assert_eq!(both.user, "u@x");
        assert_eq!(
            both.password.as_deref().map(String::as_str),
            Some("p:q%%zz")
        );
        let user = info("https://alice@h/").expect("user info");
        assert!(user.user == "alice" && user.password.is_none());
        assert!(info("https://h/a@b").is_none());
        assert_eq!(format!("{both:?}"), "UserInfo(…)");
        let refused = BaseUrl::parse("https://u:%ff@h").expect_err("not UTF-8");
        assert_eq!(refused, BaseUrlError::UserInfoIsNotText);
    }

    #[test]
    fn every_refusal_shows_a_way_out() {
        let deep = [
            "https://h/safe/config".to_owned(),
            "https://h/safe/config/".to_owned(),
            "https://h/safe/backups/".to_owned(),
            format!("https://h/safe/backups/{ID}"),
            format!("https://h/safe/{}/x", ID.to_uppercase()),
            "https://u:p@h/safe/config".to_owned(),
        ];
        for pasted in deep {
            assert!(
                refusal(&pasted).ends_with("`backups`, https://h/safe"),
                "{pasted}"
            );
        }
        let scheme = [
            "cloud.example/safe",
            "https:cloud.example/safe/",
            "https:/cloud.example/safe",
        ];
        for pasted in scheme {
            assert!(
                refusal(pasted).ends_with("write https://cloud.example/safe"),
                "{pasted}"
            );
        }
        assert!(refusal("localhost:8443/safe").ends_with("write https://localhost:8443/safe"));
        assert!(refusal("davs://h/safe").contains("`davs:`"));
        for pasted in [
            "",
            "  ",
            "https://",
            "https:///safe",
            "https://?",
            "https://u:p@/x",
        ] {
            assert!(refusal(pasted).contains("names no host"), "{pasted}");
        }
        assert!(refusal("https://h/s?x=y").ends_with("write https://h/s"));
        assert!(refusal("https://h/s/config#x").ends_with("write https://h/s"));
        assert!(refusal("https://h:99999/").contains("the port"));
    }

    #[test]
    fn no_refusal_repeats_a_password() {
        let pasted = [
            "u:S3cret@h/safe",
            "https://u:S3cret@h/safe/config",
            "https://u:S3cret@h/?x",
            "https://u:S3cret@h:99999/",
            "https://u:S3cret%ff@h/",
            "https://u:1/S3cret@h/config",
            "https://u:1?S3cret@h/config",
            "https://u:1#S3cret@h/config",
            "https://u:a@S3cret/b@h/config",
            "https://u:a@b/S3cret@h/config",
            "https://u:a@b/S3cret@h/?x",
            "https://u:a@S3cret?b@h/",
            "ftp://u:S3cret@h/",
            "u:S3cret://h",
            "S3cret",
            "https://u:S3cret@",
        ];
        for pasted in pasted {
            let Err(error) = BaseUrl::parse(pasted) else {
                panic!("{pasted}")
            };
            let printed = format!("{error} {error:?}").to_lowercase();
            let is_host = pasted == "S3cret";
            assert!(
                is_host || !printed.contains("s3cret"),
                "{pasted}: {printed}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}", scheme in "(https?://|[a-z]{1,5}:/{0,3})?") {
            let _ = BaseUrl::parse(&format!("{scheme}{text}"));
        }

        #[test]
        fn the_spelling_is_a_fixed_point(
            text in "https?://(([a-z%:]{0,6}@)?[a-zA-Z0-9.\\[\\]:-]{1,12})[ -~\u{a0}-\u{fff}]{0,40}"
        ) {
            if let Ok(parsed) = BaseUrl::parse(&text) {
                let again = BaseUrl::parse(parsed.base.as_str());
                let again = again.expect("a base URL");
                prop_assert_eq!(&again.base, &parsed.base);
                prop_assert!(again.user_info.is_none());
                prop_assert!(!parsed.base.as_str().ends_with('/'));
            }
        }

        #[test]
        fn a_trailing_slash_makes_no_difference(
            host in "[a-z]{1,9}(\\.[a-z]{2,3})?(:[1-9][0-9]{0,3})?",
            path in "(/[a-zA-Z0-9%@._-]{1,9}){0,4}",
        ) {
            let without = BaseUrl::parse(&format!("https://{host}{path}")).map(|parsed| parsed.base);
            let with = BaseUrl::parse(&format!("https://{host}{path}/")).map(|parsed| parsed.base);
            prop_assert_eq!(without, with);
        }

        #[test]
        fn a_password_is_never_printed(
            secret in "Q[0-9a-z]{9}Z",
            before in "[a-z0-9/?#@:%. ]{0,4}",
            after in "[a-z0-9/?#@:%. ]{0,4}",
            tail in "[a-z0-9/?#:]{0,12}(/config)?",
        ) {
            let pasted = format!("https://u:{before}{secret}{after}@host.example/{tail}");
            let printed = match BaseUrl::parse(&pasted) {
                Err(error) => format!("{error} {error:?}"),
                Ok(parsed) => format!("{:?}", parsed.user_info),
            };
            prop_assert!(!printed.to_lowercase().contains(&secret.to_lowercase()), "{}: {}", pasted, printed);
        }
    }
}
