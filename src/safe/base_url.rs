//! The address of a server, as people enter it.

use super::keys::BackupId;
use crate::safe::Stage;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};
use zeroize::Zeroizing;

/// The number of hexadecimal digits in a backup ID. Source: clause 4.1.
const BACKUP_ID_DIGITS: usize = 64;

/// The base URL of a server in its normal form: no user info, no trailing slash, no default port.
///
/// It may be plain `http://`; the caller decides whether to accept that.
///
/// Source: clause 4.1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseUrl {
    /// Always `http` or `https`, with a host, without user info, query or fragment.
    url: Url,
    /// The text of `url`, without trailing slashes.
    text: String,
}

/// A base URL and the user info that came with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParsedBase {
    /// The base URL, without the user info.
    pub base: BaseUrl,
    /// The text before the `@`.
    pub user_info: Option<UserInfo>,
}

/// User and password from a URL, percent-decoded; never printed.
#[derive(Clone)]
#[non_exhaustive]
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
#[non_exhaustive]
pub enum BaseUrlError {
    /// It does not begin with `https://` and a host: a part of that is missing, doubled or
    /// mistyped.
    #[error("the address does not begin with `https://` and a host: write {}", or_example(suggestion.as_ref()))]
    WrongBeginning {
        /// The corrected address, if it can be inferred.
        suggestion: Option<String>,
    },
    /// A scheme other than `https` and `http`.
    #[error(
        "the address begins with `{scheme}:`, and clients speak only https: write {} instead",
        or_scheme(suggestion.as_ref())
    )]
    OtherScheme {
        /// The given scheme.
        scheme: String,
        /// The corrected address, if it can be inferred.
        suggestion: Option<String>,
    },
    /// A space in the name of the host.
    #[error("the name of the host has a space: write {suggestion}")]
    SpaceInHost {
        /// The address without it.
        suggestion: String,
    },
    /// No host.
    #[error(
        "the address names no host: write https://, the host's name, and the folder if there is one"
    )]
    NoHost,
    /// A `?` and the text after it.
    #[error("the address has a query (`?`), which clients do not support: write {}", or_without(suggestion.as_ref()))]
    HasQuery {
        /// The corrected address, if it can be inferred.
        suggestion: Option<String>,
    },
    /// A `#` and the text after it.
    #[error("the address has a fragment (`#`), which clients do not support: write {}", or_without(suggestion.as_ref()))]
    HasFragment {
        /// The corrected address, if it can be inferred.
        suggestion: Option<String>,
    },
    /// It leads to the config, to the collection of backups, or to one backup.
    #[error("the address leads into the server's folder: give the folder above `config` and `backups`{}", or_nothing(suggestion.as_ref()))]
    TooDeep {
        /// The corrected address, if it can be inferred.
        suggestion: Option<String>,
    },
    /// User or password cannot be decoded to text.
    #[error("user or password in the address are not UTF-8 once their percent signs are decoded")]
    UserInfoIsNotText,
    /// Any other error.
    #[error(
        "the address is not a valid URL ({reason}): if it holds a user or password, percent-encode `/ ? # @ : %` in them"
    )]
    Unparsable {
        /// The reason, in the words of the URL standard.
        reason: &'static str,
    },
}

fn or_example(suggestion: Option<&String>) -> &str {
    suggestion.map_or("https://, then the rest", String::as_str)
}

fn or_scheme(suggestion: Option<&String>) -> &str {
    suggestion.map_or("https://", String::as_str)
}

fn or_without(suggestion: Option<&String>) -> &str {
    suggestion.map_or("it without that", String::as_str)
}

fn or_nothing(suggestion: Option<&String>) -> String {
    suggestion.map_or_else(String::new, |suggestion| format!(", {suggestion}"))
}

impl BaseUrlError {
    /// Returns the stage at which this error stops a client: before it looks up anything.
    pub const fn stage(&self) -> Stage {
        Stage::Resolve
    }

    /// Returns the corrected address, if it can be inferred.
    fn into_suggestion(self) -> Option<String> {
        match self {
            Self::WrongBeginning { suggestion }
            | Self::OtherScheme { suggestion, .. }
            | Self::HasQuery { suggestion }
            | Self::HasFragment { suggestion }
            | Self::TooDeep { suggestion } => suggestion,
            Self::SpaceInHost { suggestion } => Some(suggestion),
            Self::NoHost | Self::UserInfoIsNotText | Self::Unparsable { .. } => None,
        }
    }
}

impl BaseUrl {
    /// Parses an address as people enter it: surrounding white space and trailing slashes are
    /// ignored.
    ///
    /// Source: clause 4.1.
    pub fn parse(text: &str) -> Result<ParsedBase, BaseUrlError> {
        let text = text.trim();
        let mut url = parse_with_scheme(text)?;
        let user_info = take_user_info(&mut url)?;
        if has_two_schemes(&url) {
            let rest = text.split_once("://").map(|(_, rest)| rest);
            // The URL standard also reads `%68ttps` as a scheme here. No address is inferred then.
            let suggestion = rest.and_then(after_scheme).and_then(meant);
            return Err(BaseUrlError::WrongBeginning { suggestion });
        }
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

    /// Returns the normal form: no user info, no trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether it is `https`, which every client requires.
    ///
    /// Source: clause 6.3.
    pub fn scheme_is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns the host: a name in ASCII, or an address; IPv6 without brackets.
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// Returns the port, or the default of the scheme if the address has none.
    pub fn port(&self) -> u16 {
        // `parse` accepts only schemes that have a default.
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Returns the value of a `Host` header: the host, IPv6 in brackets, and the port unless it is
    /// the default.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// Returns the path without trailing slashes; empty at the root.
    pub fn path(&self) -> &str {
        without_trailing_slashes(self.url.path())
    }

    /// Returns whether the host is this machine, judged only by its name: `localhost`, a name below
    /// it, `127.0.0.0/8` or `::1`.
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

    /// Returns `{base}/config`.
    ///
    /// Source: clause 4.1.
    pub fn config_url(&self) -> String {
        self.join_raw("/config")
    }

    /// Returns `{base}/backups/{backup ID}`.
    ///
    /// Source: clause 4.1.
    pub fn backup_url(&self, id: &BackupId) -> String {
        self.join_raw(&format!("/backups/{}", id.to_hex()))
    }

    /// Returns `{base}/backups/`: the collection itself, with its trailing slash.
    ///
    /// Source: clause 4.1.
    pub fn backups_url(&self) -> String {
        self.join_raw("/backups/")
    }

    /// Returns the base followed by `suffix`, unchanged: nothing is added, encoded or resolved.
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
        let bare = scheme.trim_matches(AROUND).trim_end_matches(':');
        let is_wrapped = ["", "https", "http"]
            .iter()
            .any(|name| bare.eq_ignore_ascii_case(name));
        return Err(if is_scheme(scheme) && scheme.len() <= 16 {
            BaseUrlError::OtherScheme {
                scheme: scheme.to_ascii_lowercase(),
                suggestion: meant(rest),
            }
        } else if is_wrapped {
            let suggestion = meant(rest);
            BaseUrlError::WrongBeginning { suggestion }
        } else {
            BaseUrlError::Unparsable {
                reason: "the text before :// is not a scheme",
            }
        });
    }
    // The URL standard would skip surplus slashes and use the first folder as the host.
    let first = rest.trim_start_matches(SLASHES);
    let first = first.split(SLASHES).next().unwrap_or_default();
    let has_surplus_slashes = rest.starts_with(SLASHES) && first.contains('.');
    if has_surplus_slashes {
        let suggestion = meant(rest);
        return Err(BaseUrlError::WrongBeginning { suggestion });
    }
    if rest.is_empty() || rest.starts_with(['/', '\\', '?', '#']) {
        return Err(BaseUrlError::NoHost);
    }
    Url::parse(text).map_err(|error| space_in_host(rest).unwrap_or_else(|| refusal_of(error)))
}

/// The longest text from which an address is inferred, in bytes. It bounds the recursion: each
/// mistake that is found is removed, and the rest is parsed again.
const LONGEST_TO_CORRECT: usize = 512;

/// What stands around an address that is copied from a text.
const AROUND: [char; 12] = [
    '<', '>', '"', '\'', '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}',
    '\u{bb}', ' ',
];
const SLASHES: [char; 2] = ['/', '\\'];

/// Returns the error for an address without `://`: `cloud.example/safe`, `https:cloud.example`,
/// `https//cloud.example`.
fn without_scheme(text: &str) -> BaseUrlError {
    let after_colon = ["https:", "http:"].iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let suggestion = meant(after_colon.unwrap_or(text));
    BaseUrlError::WrongBeginning { suggestion }
}

/// Returns what follows a scheme and its slashes, even if its colon or a slash is missing or
/// mistyped.
fn after_scheme(text: &str) -> Option<&str> {
    let rest = ["https", "http"].iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        let is_it = head.eq_ignore_ascii_case(scheme);
        is_it.then(|| rest.trim_start_matches([':', ';', '.', ',', ' ']))
    })?;
    let host = rest.strip_prefix(SLASHES)?;
    Some(host.trim_start_matches(SLASHES))
}

/// Returns whether the host is a scheme and the path begins with another host, as in
/// `https://https://cloud.example`.
fn has_two_schemes(url: &Url) -> bool {
    let is_scheme = matches!(url.host_str(), Some("https" | "http")) && url.port().is_none();
    is_scheme && without_trailing_slashes(url.path()).starts_with("//")
}

/// Returns the address that is most likely meant by its end, without a scheme.
fn meant(rest: &str) -> Option<String> {
    // It may be a password.
    if rest.contains('@') || rest.len() > LONGEST_TO_CORRECT {
        return None;
    }
    let mut host = rest.trim_matches(AROUND).trim_start_matches(SLASHES);
    while let Some(shorter) = after_scheme(host) {
        host = shorter;
    }
    match BaseUrl::parse(&format!("https://{host}")) {
        Ok(parsed) => Some(parsed.base.text),
        Err(error) => error.into_suggestion(),
    }
}

/// Returns the error if the address is valid without the spaces in its host.
fn space_in_host(rest: &str) -> Option<BaseUrlError> {
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (host, after) = rest.split_at(end);
    let is_too_long = rest.len() > LONGEST_TO_CORRECT;
    if is_too_long || rest.contains('@') || !host.contains(char::is_whitespace) {
        return None;
    }
    let host: String = host.split_whitespace().collect();
    let parsed = BaseUrl::parse(&format!("https://{host}{after}"));
    let suggestion = match parsed {
        Ok(parsed) => Some(parsed.base.text),
        Err(error) => error.into_suggestion(),
    };
    suggestion.map(|suggestion| BaseUrlError::SpaceInHost { suggestion })
}

fn refusal_of(error: url::ParseError) -> BaseUrlError {
    use url::ParseError;
    let reason = match error {
        ParseError::EmptyHost => return BaseUrlError::NoHost,
        ParseError::IdnaError => "the host's name has characters that are not allowed",
        ParseError::InvalidPort => "the port is not a number up to 65535",
        ParseError::InvalidIpv4Address => "the host looks like an IPv4 address, but is not valid",
        ParseError::InvalidIpv6Address => "the host looks like an IPv6 address, but is not valid",
        ParseError::InvalidDomainCharacter => "the host has a character that is not allowed",
        _ => "it cannot be parsed",
    };
    BaseUrlError::Unparsable { reason }
}

/// Returns whether the apparent port, path or query may be part of a password with an unescaped
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
    // Both calls fail only for URLs without a host, which `http` and `https` always have.
    let removed = url.set_username("").and_then(|()| url.set_password(None));
    removed.map_err(|()| BaseUrlError::NoHost)?;
    Ok(user_info)
}

pub(crate) fn percent_decoded(text: &str) -> Result<Zeroizing<String>, BaseUrlError> {
    let decoded = percent_decoded_bytes(text.as_bytes());
    let text = std::str::from_utf8(&decoded).map_err(|_| BaseUrlError::UserInfoIsNotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Returns the bytes without percent-encoding. What is no pair of digits stays.
pub(crate) fn percent_decoded_bytes(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
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
    decoded
}

/// Returns the path above `config`, `backups` and a backup ID, if `path` leads into one of them.
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

/// Returns the normal form of `url`, with `path` as its path.
fn text_of(url: &Url, path: &str) -> String {
    let path = without_trailing_slashes(path);
    format!("{}://{}{path}", url.scheme(), url.authority())
}

#[cfg(test)]
mod tests;
