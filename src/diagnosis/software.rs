//! The software of a server and of what stands in front of it, with the evidence.

use super::Words;
use crate::engine::Finding;
use crate::wire::{Challenge, Response};
use serde::{Deserialize, Serialize};

/// A product with special fixes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Product {
    /// Nextcloud.
    Nextcloud,
    /// ownCloud 10.
    OwnCloud,
    /// ownCloud Infinite Scale or `OpenCloud`.
    OpenCloud,
    /// A server based on sabre/dav.
    Sabre,
    /// rclone.
    Rclone,
    /// `WsgiDAV`.
    Wsgidav,
    /// dufs.
    Dufs,
    /// copyparty.
    Copyparty,
    /// `SFTPGo`.
    Sftpgo,
    /// sekursranko, a Safe server.
    Sekursranko,
    /// eee-safe, a Safe server.
    EeeSafe,
    /// A NAS of Synology.
    Synology,
    /// A NAS of QNAP.
    Qnap,
    /// Koofr.
    Koofr,
    /// `HiDrive` of Strato or IONOS.
    HiDrive,
    /// The Apache HTTP server.
    Apache,
    /// nginx, also as `OpenResty`.
    Nginx,
    /// Caddy.
    Caddy,
    /// lighttpd.
    Lighttpd,
    /// `LiteSpeed`.
    LiteSpeed,
    /// Internet Information Services.
    Iis,
    /// Varnish, in front of the server.
    Varnish,
    /// Squid, in front of the server.
    Squid,
    /// Traefik, in front of the server.
    Traefik,
    /// `HAProxy`, in front of the server.
    HaProxy,
    /// Cloudflare, in front of the server.
    Cloudflare,
}

impl Product {
    /// Returns whether it is a web server whose `WebDAV` module answers PROPFIND in the folders
    /// that it covers; the module of nginx does not.
    pub(crate) const fn shows_folders(self) -> bool {
        matches!(
            self,
            Self::Apache | Self::Caddy | Self::Lighttpd | Self::Iis
        )
    }

    /// Returns whether it is a web server or a proxy, rather than an application behind one.
    pub(super) fn passes_requests_on(self) -> bool {
        // The products are in order.
        self >= Self::Apache
    }

    /// Returns the common name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nextcloud => "Nextcloud",
            Self::OwnCloud => "ownCloud",
            Self::OpenCloud => "ownCloud Infinite Scale or OpenCloud",
            Self::Sabre => "sabre/dav",
            Self::Rclone => "rclone",
            Self::Wsgidav => "WsgiDAV",
            Self::Dufs => "dufs",
            Self::Copyparty => "copyparty",
            Self::Sftpgo => "SFTPGo",
            Self::Sekursranko => "sekursranko",
            Self::EeeSafe => "eee-safe",
            Self::Synology => "Synology",
            Self::Qnap => "QNAP",
            Self::Koofr => "Koofr",
            Self::HiDrive => "HiDrive",
            Self::Apache => "Apache",
            Self::Nginx => "nginx",
            Self::Caddy => "Caddy",
            Self::Lighttpd => "lighttpd",
            Self::LiteSpeed => "LiteSpeed",
            Self::Iis => "IIS",
            Self::Varnish => "Varnish",
            Self::Squid => "Squid",
            Self::Traefik => "Traefik",
            Self::HaProxy => "HAProxy",
            Self::Cloudflare => "Cloudflare",
        }
    }
}

impl Product {
    /// Returns the command by which a web server loads a changed configuration.
    ///
    /// Source: Apache, `apachectl`; nginx, `nginx -s`; Caddy, running as a service; lighttpd.
    pub const fn reload(self) -> Option<&'static str> {
        match self {
            Self::Apache => Some("apachectl graceful"),
            Self::Nginx => Some("nginx -s reload"),
            Self::Caddy => Some("systemctl reload caddy"),
            Self::Lighttpd => Some("systemctl restart lighttpd"),
            _ => None,
        }
    }
}

/// A product and the evidence for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Recognised {
    /// The product.
    pub product: Product,
    /// The field, cookie or page that shows it.
    pub evidence: String,
}

/// The beginnings of values of `Server`.
const SERVER_FIELDS: [(&str, Product); 14] = [
    ("apache", Product::Apache),
    ("nginx", Product::Nginx),
    ("openresty", Product::Nginx),
    ("caddy", Product::Caddy),
    ("lighttpd", Product::Lighttpd),
    ("litespeed", Product::LiteSpeed),
    ("microsoft-iis", Product::Iis),
    ("rclone", Product::Rclone),
    ("wsgidav", Product::Wsgidav),
    ("dufs", Product::Dufs),
    ("copyparty", Product::Copyparty),
    ("squid", Product::Squid),
    ("varnish", Product::Varnish),
    ("cloudflare", Product::Cloudflare),
];

/// The beginnings of the names of a product's cookies.
const COOKIES: [(&str, Product); 2] = [
    ("oc_sessionpassphrase", Product::Nextcloud),
    ("nc_samesitecookie", Product::Nextcloud),
];

/// The fields that only one product sends.
const FIELDS: [(&str, Product); 5] = [
    ("oc-etag", Product::Nextcloud),
    ("x-nextcloud-well-known", Product::Nextcloud),
    ("x-sabre-version", Product::Sabre),
    ("x-varnish", Product::Varnish),
    ("cf-ray", Product::Cloudflare),
];

/// Parts of values of `Via`.
const VIA: [(&str, Product); 2] = [("varnish", Product::Varnish), ("squid", Product::Squid)];

/// The realms of products. Traefik's is the default of its middleware `basicAuth`.
const REALMS: [(&str, Product); 5] = [
    ("Nextcloud", Product::Nextcloud),
    ("ownCloud", Product::OwnCloud),
    ("SabreDAV", Product::Sabre),
    ("SFTPGo WebDAV", Product::Sftpgo),
    ("traefik", Product::Traefik),
];

/// The complete values of `Server` that a product sends if the value is a common phrase.
const WHOLE_SERVER_FIELDS: [(&str, Product); 1] = [("http server 1.0", Product::Qnap)];

/// Parts of the body of an answer with this status. Source: the error page of `HAProxy`;
/// `servers.config-get`.
const BODIES: [(u16, &str, Product); 5] = [
    (
        503,
        "No server is available to handle this request.",
        Product::HaProxy,
    ),
    (
        400,
        "{\"detail\": \"Invalid accept header\"}",
        Product::Sekursranko,
    ),
    (
        400,
        "{\"detail\": \"Invalid backup ID\"}",
        Product::Sekursranko,
    ),
    (
        400,
        "{\"detail\": \"Invalid content-type header\"}",
        Product::Sekursranko,
    ),
    (
        413,
        "{\"detail\": \"Backup is too large\"}",
        Product::Sekursranko,
    ),
];

/// The hosts of services, and the domains in which makers name their devices.
const HOSTS: [(&str, Product); 9] = [
    ("app.koofr.net", Product::Koofr),
    ("webdav.hidrive.strato.com", Product::HiDrive),
    ("webdav.hidrive.ionos.com", Product::HiDrive),
    (".webdav.hidrive.strato.com", Product::HiDrive),
    (".synology.me", Product::Synology),
    (".diskstation.me", Product::Synology),
    (".dscloud.me", Product::Synology),
    (".myds.me", Product::Synology),
    (".myqnapcloud.com", Product::Qnap),
];

/// Returns the product that the host of a URL shows.
pub fn recognised_by_host(base: &str) -> Option<Recognised> {
    let url = url::Url::parse(base).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    let is_known = |known: &str| {
        if known.starts_with('.') {
            host.ends_with(known)
        } else {
            host == known
        }
    };
    let (_, product) = HOSTS.iter().find(|(known, _)| is_known(known))?;
    Some(Recognised {
        product: *product,
        evidence: format!("the host `{host}`"),
    })
}

/// The beginnings of paths that only Nextcloud and ownCloud have.
const CLOUD_PATHS: [&str; 4] = [
    "/remote.php/dav/files/",
    "/remote.php/webdav",
    "/public.php/dav/",
    "/public.php/webdav",
];

/// Inserts the software that the URL shows before the rest: the service matters more than the
/// software under it.
pub(crate) fn with_url(base: &str, software: &mut Vec<Recognised>) {
    let clouds = [Product::Nextcloud, Product::OwnCloud, Product::OpenCloud];
    let is_known = software.iter().any(|seen| clouds.contains(&seen.product));
    let path = CLOUD_PATHS.iter().find(|path| base.contains(**path));
    if let Some(path) = path.filter(|_| !is_known) {
        software.insert(
            0,
            Recognised {
                product: Product::Nextcloud,
                evidence: format!("`{}` in the URL", path.trim_end_matches('/')),
            },
        );
    }
    let by_host = recognised_by_host(base)
        .filter(|host| software.iter().all(|seen| seen.product != host.product));
    software.splice(..0, by_host);
}

/// Returns the products that header fields show, as names in lower case and values: the application
/// comes before the server that it runs on, and what stands in front comes last.
pub fn recognised_in<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Recognised> {
    let mut found: Vec<Recognised> = Vec::new();
    let mut add = |product, evidence: String| {
        if found.iter().all(|known| known.product != product) {
            found.push(Recognised { product, evidence });
        }
    };
    for (name, value) in fields {
        let lower = value.to_ascii_lowercase();
        let begins = |(begin, _): &&(&str, Product)| lower.starts_with(begin);
        for (field, product) in FIELDS {
            if name == field {
                add(product, format!("the field `{field}`"));
            }
        }
        match name {
            "set-cookie" => {
                let cookie = value.split('=').next().unwrap_or_default();
                for (_, product) in COOKIES.iter().filter(begins) {
                    add(*product, format!("the cookie `{cookie}`"));
                }
            }
            "www-authenticate" => {
                let challenges = Challenge::in_field(value);
                for challenge in challenges {
                    for (realm, product) in REALMS {
                        if challenge.realm.as_deref() == Some(realm) {
                            add(product, format!("the realm `{realm}`"));
                        }
                    }
                }
            }
            "server" => {
                let whole = WHOLE_SERVER_FIELDS
                    .iter()
                    .filter(|(whole, _)| value == *whole);
                for (_, product) in SERVER_FIELDS.iter().filter(begins).chain(whole) {
                    add(*product, format!("`Server: {value}`"));
                }
            }
            "via" => {
                for (part, product) in VIA {
                    if lower.contains(part) {
                        add(product, format!("`Via: {value}`"));
                    }
                }
            }
            _ => {}
        }
    }
    // The variants of `Product` are declared in this order.
    found.sort_by_key(|seen| seen.product);
    found
}

/// The realm of gin, the library under eee-safe.
const GIN_REALM: &str = "Authorization Required";

/// Returns the product that only a whole run shows. eee-safe has no HEAD and accepts no
/// `User-Agent` except `Threema`, so it refuses Desktop completely. Each of these alone occurs on
/// other servers.
///
/// Source: `servers.head`; `servers.user-agent`; `servers.desktop-and-eee-safe`; the source code of
/// eee-safe, `cmd/eee-safe/gin_engine.go`.
pub fn recognised_in_run<'a>(
    findings: &[Finding],
    mut fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<Recognised> {
    let deviates = |check: &str| {
        let mut of_check = findings.iter().filter(|finding| finding.id == check);
        of_check.any(|finding| finding.verdict.is_deviation())
    };
    let asks_as_gin = |(name, value): (&str, &str)| {
        let mut challenges = match name {
            "www-authenticate" => Challenge::in_field(value).into_iter(),
            _ => Vec::new().into_iter(),
        };
        challenges.any(|challenge| challenge.realm.as_deref() == Some(GIN_REALM))
    };
    let stores = !deviates("upload.round-trip");
    let turns_desktop_away = deviates("desktop.head") && deviates("desktop.restore");
    (stores && turns_desktop_away && fields.any(asks_as_gin)).then(|| Recognised {
        product: Product::EeeSafe,
        evidence: format!(
            "the realm `{GIN_REALM}`, no HEAD, and no User-Agent but `Threema` let in"
        ),
    })
}

/// Returns the products that an answer shows.
pub fn recognised(answer: &Response) -> Vec<Recognised> {
    let fields = answer.headers.iter();
    let mut found = recognised_in(fields.map(|(name, value)| (name.as_str(), value.as_str())));
    let is_known = found.iter().any(|seen| seen.product == Product::Nextcloud);
    let title = Words::of(&answer.body);
    if !is_known && title == Some(Words::Page(Some("Nextcloud".to_owned()))) {
        let evidence = "a page titled `Nextcloud`".to_owned();
        let product = Product::Nextcloud;
        found.insert(0, Recognised { product, evidence });
    }
    let body = String::from_utf8_lossy(&answer.body.bytes);
    for (status, words, product) in BODIES {
        let is_new = found.iter().all(|seen| seen.product != product);
        if is_new && answer.status == status && body.contains(words) {
            let evidence = format!("the words `{words}` with status {status}");
            found.push(Recognised { product, evidence });
        }
    }
    found.sort_by_key(|seen| seen.product);
    found
}

/// Returns how an answer names its server: `Server: nginx; Via: 1.1 varnish; cf-ray: 8a1b`.
pub fn answered_by(answer: &Response) -> Option<String> {
    const NAMED: [(&str, &str); 4] = [
        ("server", "Server"),
        ("via", "Via"),
        ("x-powered-by", "X-Powered-By"),
        ("cf-ray", "cf-ray"),
    ];
    let named: Vec<_> = NAMED
        .iter()
        .filter_map(|(name, label)| {
            let value = super::shown(answer.header(name)?)?;
            Some(format!("{label}: {value}"))
        })
        .collect();
    (!named.is_empty()).then(|| named.join("; "))
}
