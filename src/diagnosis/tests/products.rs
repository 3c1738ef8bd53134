//! No fix names the setting of another server.

use super::super::*;
use super::scene::{facts, finding};
use crate::suites::server;

/// Words by which a text is known to be about one web server. A proxy may stand before any
/// server, so that naming one to put there is no mistake.
const ABOUT: [(Product, &[&str]); 5] = [
    (
        Product::Apache,
        &[
            "Apache:",
            "LimitRequestBody",
            "/etc/apache2",
            ".htaccess",
            "CGIPassAuth",
            "SetEnv",
            "AllowEncodedSlashes",
            "`Options",
            "Require valid-user",
        ],
    ),
    (
        Product::Nginx,
        &[
            "nginx:",
            "client_max_body_size",
            "/etc/nginx",
            "fastcgi_param",
            "autoindex",
            "limit_except",
        ],
    ),
    (Product::Caddy, &["Caddyfile"]),
    (
        Product::Iis,
        &["IIS:", "web.config", "maxAllowedContentLength"],
    ),
    (Product::Lighttpd, &["lighttpd.conf"]),
];

/// What a fix says about a server that is not the one that was recognised.
fn foreign(product: Product, fix: &str) -> Option<&'static str> {
    let others = ABOUT.iter().filter(|(about, _)| *about != product);
    let mut words = others.flat_map(|(_, words)| words.iter());
    words.find(|word| fix.contains(**word)).copied()
}

#[test]
fn no_fix_for_a_recognised_server_names_another_ones_setting() {
    let mut wrong = Vec::new();
    for (product, _) in ABOUT {
        let software = [Recognised {
            product,
            evidence: "Server".to_owned(),
        }];
        for problem in CATALOGUE {
            let fix = problem.fix_for(&software);
            if let Some(word) = foreign(product, fix) {
                wrong.push(format!("{} on {}: {word}", problem.id, product.name()));
            }
        }
        let facts = facts();
        for check in server::checks() {
            let mut findings = [finding(check.id, "fail", "http")];
            check.remedy.clone_into(&mut findings[0].remedy);
            let sights = Sights {
                facts: &facts,
                inspection: None,
                software: &software,
                halted: None,
            };
            attribute(&mut findings, &sights);
            if let Some(word) = foreign(product, &findings[0].remedy) {
                wrong.push(format!("{} on {}: {word}", check.id, product.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
