//! Converts the address that a user types to the requests of each client.

use crate::adapter::{Answer, Entered, Refusal, RequestUrls, Sent, Urls};
use crate::clients::{CredentialEncoding, LoginHabit, Release, Transport};
use crate::safe::{BackupId, BaseUrl};
use crate::safe::{Client, Stage};
use url::Url;

/// The placeholder for the shard in an address.
const PLACEHOLDER: &str = "{backupIdPrefix8}";

/// The placeholder on Android before 5.3.
const OLD_PLACEHOLDER: &str = "%h";

/// The shard that Android uses before there is a key.
const NO_SHARD: &str = "xx";

/// Source: clauses 4.1, 4.8 and 6.3; clients.http.url-android, clients.http.url-ios.
pub(super) fn request_urls(release: Release, input: &RequestUrls) -> Answer<Urls> {
    match release.client() {
        Client::Android => android(release, input),
        Client::Ios if release.since(Release::Ios6_0) => ios(input),
        Client::Ios => ios_before_6_0(input),
        Client::Desktop => desktop(input),
    }
}

fn id_of(input: &RequestUrls) -> Answer<Option<BackupId>> {
    let bytes = input.backup_id.as_ref();
    let bytes = bytes
        .map(|bytes| bytes.exactly(Stage::Meaning))
        .transpose()?;
    Ok(bytes.map(BackupId::from_bytes))
}

fn parsed(text: &str) -> Answer<Url> {
    Url::parse(text).map_err(|error| Refusal::at(Stage::Resolve, error.to_string()))
}

/// Returns a URL as it is sent.
fn on_the_wire(mut url: Url) -> String {
    // Both calls fail only for URLs without a host.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.set_fragment(None);
    url.into()
}

fn threemas_own(shard: &str) -> String {
    format!("safe-{shard}.threema.ch")
}

/// Returns user and password if both are present and not empty.
fn fields(input: &RequestUrls) -> Option<(&str, &str)> {
    let user = input.user.as_deref().filter(|user| !user.is_empty())?;
    let password = input
        .password
        .as_deref()
        .filter(|password| !password.is_empty())?;
    Some((user, password))
}

/// Returns the address with the shard in place of Android's placeholder: `%h` in the default
/// server's address, since 4.6 in any; since 5.3 `{backupIdPrefix8}` in any.
///
/// Source: clients.http.shard.
fn android_name(release: Release, typed: &str, shard: &str) -> String {
    let is_own = typed.is_empty();
    let name = if is_own {
        threemas_own(shard)
    } else {
        typed.to_owned()
    };
    if release.since(Release::Android5_3) {
        name.replace(PLACEHOLDER, shard)
    } else if release.since(Release::Android4_6) {
        name.replace(OLD_PLACEHOLDER, shard)
    } else {
        name
    }
}

fn android(release: Release, input: &RequestUrls) -> Answer<Urls> {
    if input.entered == Entered::Migrated {
        return Err(Refusal::unsupported(
            "only iOS stored addresses in this form",
        ));
    }
    let id = id_of(input)?;
    let shard = id.map_or_else(|| NO_SHARD.to_owned(), |id| id.shard_prefix());
    // Java trims every character up to the space.
    let typed = input
        .address
        .as_deref()
        .unwrap_or_default()
        .trim_matches(|c| c <= ' ');
    let typed = typed.replace("https://", "");
    let mut base = format!("https://{}", android_name(release, &typed, &shard));
    if !base.ends_with('/') {
        base.push('/');
    }
    let url = |path: &str| parsed(&format!("{base}{path}")).map(on_the_wire);
    let backup = id.map(|id| url(&format!("backups/{}", id.to_hex())));
    let in_the_address = || {
        let (user_info, _) = typed.split_once('@')?;
        let (user, password) = user_info.split_once(':')?;
        (!user.is_empty() && !password.is_empty()).then_some((user, password))
    };
    let transport = release.transport();
    let authorization = match fields(input).or_else(in_the_address) {
        Some((user, password)) => Some(
            match transport.login_habit {
                LoginHabit::Preemptive(encoding) => encoding,
                LoginHabit::AfterChallenge => CredentialEncoding::Utf8,
            }
            .encode(user, password)
            .to_string(),
        ),
        None => token_of(transport, input),
    };
    Ok(Urls {
        config_url: Some(url("config")?),
        backup_url: backup.transpose()?,
        sent: sent_at_once(authorization.as_ref()),
        authorization,
    })
}

/// Returns the token if the release sends one.
///
/// Source: clients.http.token.
fn token_of(transport: Transport, input: &RequestUrls) -> Option<String> {
    let token = input.token.as_ref().filter(|_| transport.sends_tokens());
    token.map(|token| format!("Token {token}"))
}

/// Puts `https` before the address. No source says in enough detail how these releases store and
/// read credentials in the address.
///
/// Source: clients.http.url-ios.
fn ios_before_6_0(input: &RequestUrls) -> Answer<Urls> {
    let address = input.address.as_deref().unwrap_or_default();
    if address.starts_with("http://") {
        return Err(Refusal::at(Stage::Resolve, "it does not accept plain http"));
    }
    Err(Refusal::unsupported(
        "what iOS before 6.0 makes of an address is not known in detail",
    ))
}

fn ios(input: &RequestUrls) -> Answer<Urls> {
    let id = id_of(input)?;
    let shard = id.map(|id| id.shard_prefix()).unwrap_or_default();
    let own = format!("https://{}", threemas_own(&shard));
    let address = input.address.as_deref().unwrap_or(&own);
    let base = BaseUrl::parse(address);
    let user_info = base
        .as_ref()
        .ok()
        .and_then(|parsed| parsed.user_info.clone());
    let url = parsed(address)?;
    match url.scheme() {
        "https" => {}
        "http" => {
            return Err(Refusal::at(
                Stage::Connect,
                "the platform does not allow plain http",
            ));
        }
        _ => return Err(Refusal::at(Stage::Resolve, "the address has no scheme")),
    }
    let address = on_the_wire(url);
    let base = address.strip_suffix('/').unwrap_or(&address);
    let migrated = user_info.filter(|_| input.entered == Entered::Migrated);
    let stored = migrated.as_ref().and_then(|info| {
        let password = info.password.as_deref()?;
        Some((info.user.as_str(), password.as_str()))
    });
    let basic = fields(input).or(stored);
    // No source names the charset: for characters beyond ASCII this is a guess, which no vector
    // uses.
    let basic =
        basic.map(|(user, password)| CredentialEncoding::Utf8.encode(user, password).to_string());
    let token = input.token.as_ref().map(|token| format!("Token {token}"));
    Ok(Urls {
        config_url: Some(format!("{base}/config")),
        backup_url: id.map(|id| format!("{base}/backups/{}", id.to_hex())),
        sent: match (&basic, &token) {
            (Some(_), _) => Sent::Challenged,
            (None, Some(_)) => Sent::Always,
            (None, None) => Sent::Never,
        },
        authorization: basic.or(token),
    })
}

fn desktop(input: &RequestUrls) -> Answer<Urls> {
    let Some(id) = id_of(input)?.filter(|_| input.entered == Entered::Typed) else {
        return Err(Refusal::unsupported("it sends no request then"));
    };
    let own = format!("https://{}", threemas_own(&id.shard_prefix()));
    let url = parsed(input.address.as_deref().unwrap_or(&own))?;
    let origin = parsed(&url.origin().ascii_serialization())?;
    let slash = if url.path().ends_with('/') { "" } else { "/" };
    let path = format!("{}{slash}backups/{}", url.path(), id.to_hex());
    let backup = origin
        .join(&path)
        .map_err(|error| Refusal::at(Stage::Resolve, error.to_string()))?;
    let authorization = fields(input)
        .map(|(user, password)| CredentialEncoding::Utf8.encode(user, password).to_string());
    Ok(Urls {
        config_url: None,
        backup_url: Some(on_the_wire(backup)),
        sent: sent_at_once(authorization.as_ref()),
        authorization,
    })
}

fn sent_at_once(authorization: Option<&String>) -> Sent {
    if authorization.is_some() {
        Sent::Always
    } else {
        Sent::Never
    }
}
