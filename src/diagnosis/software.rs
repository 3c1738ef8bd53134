//! What software a server shows itself to be, and what stands in front of it, with the evidence.

use super::Words;
use crate::wire::{Challenge, Response};

/// A product that has fixes of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Product {
    /// Nextcloud.
    Nextcloud,
    /// ownCloud Infinite Scale or `OpenCloud`.
    OpenCloud,
    /// The Apache HTTP server.
    Apache,
    /// nginx.
    Nginx,
    /// Caddy.
    Caddy,
    /// lighttpd.
    Lighttpd,
    /// Internet Information Services.
    Iis,
    /// rclone.
    Rclone,
    /// Cloudflare, in front of the server.
    Cloudflare,
}

impl Product {
    /// The name that people know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nextcloud => "Nextcloud",
            Self::OpenCloud => "ownCloud Infinite Scale or OpenCloud",
            Self::Apache => "Apache",
            Self::Nginx => "nginx",
            Self::Caddy => "Caddy",
            Self::Lighttpd => "lighttpd",
            Self::Iis => "IIS",
            Self::Rclone => "rclone",
            Self::Cloudflare => "Cloudflare",
        }
    }
}

/// A product, with what shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recognised {
    /// The product.
    pub product: Product,
    /// The field, cookie or page that shows it.
    pub evidence: String,
}

/// How the value of `Server` begins.
const SERVER_FIELDS: [(&str, Product); 7] = [
    ("apache", Product::Apache),
    ("nginx", Product::Nginx),
    ("caddy", Product::Caddy),
    ("lighttpd", Product::Lighttpd),
    ("microsoft-iis", Product::Iis),
    ("rclone", Product::Rclone),
    ("cloudflare", Product::Cloudflare),
];

/// The names of cookies that a product sets.
const COOKIES: [(&str, Product); 2] = [
    ("oc_sessionpassphrase", Product::Nextcloud),
    ("nc_samesitecookie", Product::Nextcloud),
];

/// The fields that a product alone sends.
const FIELDS: [(&str, Product); 3] = [
    ("oc-etag", Product::Nextcloud),
    ("x-nextcloud-well-known", Product::Nextcloud),
    ("cf-ray", Product::Cloudflare),
];

/// The products that an answer shows: the application before the server that it runs on, and what
/// stands in front last.
pub fn recognised(answer: &Response) -> Vec<Recognised> {
    let mut found: Vec<Recognised> = Vec::new();
    let mut add = |product, evidence: String| {
        if found.iter().all(|known| known.product != product) {
            found.push(Recognised { product, evidence });
        }
    };
    for cookie in answer.headers("set-cookie") {
        let name = cookie.split('=').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        for (begin, product) in COOKIES {
            if lower.starts_with(begin) {
                add(product, format!("a cookie `{name}`"));
            }
        }
    }
    for (field, product) in FIELDS {
        if answer.header(field).is_some() {
            add(product, format!("a field `{field}`"));
        }
    }
    for challenge in Challenge::all(answer) {
        if challenge.realm.as_deref() == Some("Nextcloud") {
            add(Product::Nextcloud, "the realm `Nextcloud`".to_owned());
        }
    }
    if Words::of(&answer.body) == Some(Words::Page(Some("Nextcloud".to_owned()))) {
        add(Product::Nextcloud, "a page titled `Nextcloud`".to_owned());
    }
    if let Some(server) = answer.header("server") {
        let lower = server.to_ascii_lowercase();
        for (begin, product) in SERVER_FIELDS {
            if lower.starts_with(begin) {
                add(product, format!("`Server: {server}`"));
            }
        }
    }
    found
}
