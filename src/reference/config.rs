//! The file `config`.

use super::answer::not_allowed;
use super::answer::{Answer, add_surplus, content, page, redirect, refusal};
use super::call::Call;
use super::faults::Fault;
use super::route::Route;
use super::site::{SMALL_LIMIT, Site};
use super::tree::{self, ConfigFile};
use http::{Method, StatusCode, Version};

/// Answers a request for `config`, or for `config/`.
pub(super) fn answer(site: &Site, call: &Call<'_>) -> Answer {
    let method = &call.parts.method;
    let redirects = site.has(Fault::ConfigRedirect);
    if *call.route == Route::ConfigFolder && !redirects {
        return refusal(StatusCode::NOT_FOUND);
    }
    if method != Method::GET && method != Method::HEAD {
        return not_allowed("GET, HEAD");
    }
    if method == Method::HEAD
        && let Some(status) = site.manner.config_head
        && let Ok(status) = StatusCode::from_u16(status)
    {
        return refusal(status);
    }
    if *call.route == Route::Config && redirects {
        let location = format!("{}/config/", site.base_url);
        return redirect(StatusCode::MOVED_PERMANENTLY, &location);
    }
    let written = match (&site.tree, call.spot) {
        (Some(tree), Some(spot)) if !tree.folders.is_closed => match tree.config(spot) {
            ConfigFile::Missing => return refusal(StatusCode::NOT_FOUND),
            ConfigFile::Promised => None,
            ConfigFile::Written(file) => Some(file),
        },
        _ if site.has(Fault::ConfigMissing) => return refusal(StatusCode::NOT_FOUND),
        _ => None,
    };
    if site.has(Fault::ConfigHtml) {
        return login_page();
    }
    if site.has(Fault::ConfigMaintenance) {
        return maintenance();
    }
    let kind = if site.has(Fault::ConfigCharset) {
        "application/json; charset=utf-16"
    } else {
        "application/json"
    };
    let mut answer = match &written {
        Some(file) => content(StatusCode::OK, kind, file.content.clone()),
        None => content(StatusCode::OK, kind, text(site, call)),
    };
    if let Some(file) = &written {
        tree::mark(&mut answer, file);
    }
    if site.has(Fault::ConfigSurplus) && call.parts.version != Version::HTTP_2 {
        add_surplus(&mut answer, b"\n");
    }
    if site.has(Fault::Http3Dead)
        && let Some(port) = site.base_url.rsplit(':').next()
        && let Some(port) = port.split('/').next()
        && let Ok(field) = format!("h3=\":{port}\"; ma=2592000").parse()
    {
        answer.headers_mut().insert("alt-svc", field);
    }
    answer
}

/// Returns the page of a portal that asks users for their password.
pub(super) fn login_page() -> Answer {
    page(
        StatusCode::OK,
        "Login – Example Cloud",
        "<form method=\"post\"><input name=\"user\"><input name=\"password\" type=\"password\"></form>",
    )
}

/// Returns the page of a server in maintenance.
pub(super) fn maintenance() -> Answer {
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        "Maintenance – Example Cloud",
        "<p>This server is in maintenance mode.</p>",
    )
}

/// Returns the content of the file.
pub(super) fn text(site: &Site, call: &Call<'_>) -> String {
    if site.has(Fault::ConfigEmpty) {
        return String::new();
    }
    let days = if site.has(Fault::ConfigZeroRetention) {
        0
    } else if site.has(Fault::ConfigShortRetention) {
        1
    } else if site.has(Fault::ConfigNegativeRetention) {
        -1
    } else if site.has(Fault::ConfigRetentionOverflow) {
        99_999_999_999
    } else {
        site.retention_days
    };
    let retention = if site.has(Fault::ConfigKeyMissing) {
        String::new()
    } else {
        format!(",\"retentionDays\":{days}")
    };
    let tail = if site.has(Fault::ConfigComment) {
        "/* comment */".to_owned()
    } else if site.has(Fault::ConfigTrailingComma) {
        ",".to_owned()
    } else if site.has(Fault::ConfigDuplicateKey) {
        format!(",\"maxBackupBytes\":{SMALL_LIMIT}")
    } else if site.has(Fault::ConfigLarge) {
        format!(",\"padding\":\"{}\"", "x".repeat(8192))
    } else {
        String::new()
    };
    format!(
        "{{\"maxBackupBytes\":{}{retention}{tail}}}",
        limit(site, call)
    )
}

/// Returns the value of `maxBackupBytes` in the file.
fn limit(site: &Site, call: &Call<'_>) -> String {
    let bytes = site.max_backup_bytes;
    if site.has(Fault::ConfigNumberInString) {
        return format!("\"{bytes}\"");
    }
    if site.has(Fault::ConfigFraction) {
        return format!("{bytes}.5");
    }
    let is_old = call.parts.version < http::Version::HTTP_2;
    let is_other = (is_old && site.has(Fault::ConfigDiffersByHttp))
        || (site.has(Fault::ConfigAlternates) && site.is_second_config());
    let said = if site.has(Fault::ConfigZeroLimit) {
        0
    } else if site.has(Fault::ConfigNegativeLimit) {
        -1
    } else if site.has(Fault::ConfigTinyLimit) {
        511
    } else if is_other || site.has(Fault::ConfigSmallLimit) {
        SMALL_LIMIT
    } else if site.has(Fault::ConfigHugeLimit) {
        104_857_600
    } else {
        bytes
    };
    said.to_string()
}
