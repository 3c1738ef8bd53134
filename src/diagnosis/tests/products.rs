//! No fix names the setting of another server.

use super::super::*;
use super::answers::answer;
use super::scene::{facts, finding};
use crate::suites::server;

/// Words that show which web server a text is about. A proxy may stand before any server, so a text
/// may recommend one.
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

/// Returns the word in a fix that belongs to a server other than the recognised one.
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

/// Status, field, body, and the product that they show.
type Row = (
    u16,
    [(&'static str, &'static str); 1],
    &'static str,
    Option<Product>,
);

/// Returns the product that an answer shows, by field or body.
fn product_of(status: u16, fields: &[(&str, &str)], body: &str) -> Option<Product> {
    let seen = recognised(&answer(status, fields, body));
    seen.first().map(|seen| seen.product)
}

#[test]
fn fields_and_bodies_show_a_product_and_near_misses_do_not() {
    const NO_SERVER: &str = "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>";
    let login = |realm| [("www-authenticate", realm)];
    let server = |value| [("server", value)];
    let rows: [Row; 14] = [
        (
            401,
            login("Basic realm=\"SFTPGo WebDAV\""),
            "",
            Some(Product::Sftpgo),
        ),
        (401, login("Basic realm=\"SFTPGo\""), "", None),
        (
            401,
            login("Basic realm=\"traefik\""),
            "",
            Some(Product::Traefik),
        ),
        (401, login("Basic realm=\"behind traefik\""), "", None),
        (200, server("http server 1.0"), "", Some(Product::Qnap)),
        (200, server("Simple HTTP server 1.0"), "", None),
        (200, server("http server 1.0.4"), "", None),
        (503, server(""), NO_SERVER, Some(Product::HaProxy)),
        (
            503,
            server(""),
            "No server available to handle the request.",
            None,
        ),
        (500, server(""), NO_SERVER, None),
        (
            400,
            server(""),
            "{\"detail\": \"Invalid accept header\"}",
            Some(Product::Sekursranko),
        ),
        (
            413,
            server(""),
            "{\"detail\": \"Backup is too large\"}",
            Some(Product::Sekursranko),
        ),
        (404, server(""), "{\"detail\": \"Not Found\"}", None),
        // eee-safe answers like any program based on gin, so one answer does not show it.
        (
            401,
            login("Basic realm=\"Authorization Required\""),
            "",
            None,
        ),
    ];
    for (status, fields, body, product) in rows {
        assert_eq!(
            product_of(status, &fields, body),
            product,
            "{fields:?} {body}"
        );
    }
}

#[test]
fn what_a_run_found_shows_eee_safe() {
    const GIN: (&str, &str) = ("www-authenticate", "Basic realm=\"Authorization Required\"");
    const OTHER: (&str, &str) = ("www-authenticate", "Basic realm=\"Files\"");
    let shown = |deviating: &[&str], field| {
        let findings = deviating.iter().map(|check| finding(check, "warn", "http"));
        let findings: Vec<_> = findings.collect();
        recognised_in_run(&findings, [field].into_iter()).map(|seen| seen.product)
    };
    let both = ["desktop.head", "desktop.restore"];
    assert_eq!(shown(&both, GIN), Some(Product::EeeSafe));
    // Another server without HEAD, another that filters programs, another that uses gin.
    assert_eq!(shown(&both, OTHER), None);
    assert_eq!(shown(&["desktop.head"], GIN), None);
    assert_eq!(shown(&["desktop.restore"], GIN), None);
    let all = ["upload.round-trip", "desktop.head", "desktop.restore"];
    assert_eq!(shown(&all, GIN), None);
}

#[test]
fn the_path_of_a_url_shows_a_nextcloud_unless_the_answers_show_another() {
    let seen = |base: &str, known: &[Product]| {
        let known = known.iter().map(|product| Recognised {
            product: *product,
            evidence: "seen".to_owned(),
        });
        let mut software: Vec<_> = known.collect();
        with_url(base, &mut software);
        software.iter().map(|seen| seen.product).collect::<Vec<_>>()
    };
    let files = "https://cloud.example/remote.php/dav/files/alice/safe";
    let (cloud, apache) = (Product::Nextcloud, Product::Apache);
    assert_eq!(seen(files, &[apache]), [cloud, apache]);
    assert_eq!(seen("https://c.example/public.php/webdav", &[]), [cloud]);
    assert_eq!(seen(files, &[Product::OwnCloud]), [Product::OwnCloud]);
    assert_eq!(
        seen("https://cloud.example/remote/dav", &[apache]),
        [apache]
    );
}

#[test]
fn a_host_shows_a_product_and_near_misses_do_not() {
    let rows = [
        ("https://app.koofr.net/dav/Koofr/safe", Some(Product::Koofr)),
        ("https://app.koofr.net.example/dav", None),
        ("https://koofr.net.evil.example/", None),
        (
            "https://webdav.hidrive.strato.com/users/x",
            Some(Product::HiDrive),
        ),
        (
            "https://x.webdav.hidrive.strato.com/",
            Some(Product::HiDrive),
        ),
        ("https://webdav.hidrive.strato.com.example/", None),
        (
            "https://my.synology.me:5006/home/safe",
            Some(Product::Synology),
        ),
        ("https://synology.me.example/", None),
        ("https://notsynology.me/", None),
        ("https://nas.myqnapcloud.com/safe", Some(Product::Qnap)),
        ("no url", None),
    ];
    for (base, product) in rows {
        let seen = recognised_by_host(base).map(|seen| seen.product);
        assert_eq!(seen, product, "{base}");
    }
}

#[test]
fn each_new_product_has_a_fix_where_it_has_a_setting() {
    let rows = [
        (Product::Traefik, "problem.slow-upload-ended", "readTimeout"),
        (
            Product::Traefik,
            "problem.body-limit",
            "maxRequestBodyBytes",
        ),
        (Product::HaProxy, "problem.unavailable", "haproxy.cfg"),
        (
            Product::Sftpgo,
            "problem.body-limit",
            "max_upload_file_size",
        ),
        (Product::Synology, "problem.no-webdav", "5006"),
        (Product::Qnap, "problem.no-webdav", "Control Panel"),
        (Product::Koofr, "problem.wrong-password", "App passwords"),
        (
            Product::HiDrive,
            "problem.no-such-folder",
            "webdav.hidrive.strato.com",
        ),
    ];
    for (product, problem, words) in rows {
        let problem = Problem::of(problem).expect("it is in the catalogue");
        let evidence = String::new();
        let fix = problem.fix_for(&[Recognised { product, evidence }]);
        assert!(fix.contains(words), "{}: {fix}", product.name());
    }
}

#[test]
fn a_defect_is_reported_upstream_only_to_the_software_that_has_it() {
    let problem = Problem::of("problem.cut-off-destroys").expect("a problem");
    let seen = |product| Recognised {
        product,
        evidence: String::new(),
    };
    assert!(problem.upstream_of(&[seen(Product::Nextcloud)]).is_some());
    assert_eq!(problem.upstream_of(&[seen(Product::Rclone)]), None);
    assert_eq!(problem.upstream_of(&[]), None);
}

/// Returns the fix for a problem that an answer of `answering` showed, in a run that saw these.
fn fix_in_run(id: &str, answering: Product, seen: &[Product]) -> String {
    let recognised = |product: &Product| Recognised {
        product: *product,
        evidence: "Server".to_owned(),
    };
    let problem = Problem::of(id).expect("a problem");
    let fix = problem.fix_for(&[recognised(&answering)]);
    let mut findings = [finding("limits.below", "fail", "size")];
    findings[0].cause = Some(crate::engine::Cause {
        id: problem.id.into(),
        title: problem.title.into(),
        fix: fix.into(),
        likely: false,
    });
    let software: Vec<_> = seen.iter().map(recognised).collect();
    let sights = Sights {
        facts: &facts(),
        inspection: None,
        software: &software,
        halted: None,
    };
    attribute(&mut findings, &sights);
    findings[0].remedy.clone()
}

#[test]
fn of_two_servers_the_one_that_answered_is_to_be_changed() {
    let limit = |answering, seen: &[Product]| fix_in_run("problem.gateway-limit", answering, seen);
    let both = [Product::Nginx, Product::Caddy];
    assert!(limit(Product::Caddy, &both).contains("Caddyfile"));
    assert!(limit(Product::Nginx, &both).contains("proxy_pass"));
    // Where the answer does not show it, the run does.
    assert!(limit(Product::Varnish, &both).contains("proxy_pass"));
    // An application knows better than the server that it runs on.
    let behind = [Product::Nextcloud, Product::Apache];
    let fix = fix_in_run("problem.body-limit", Product::Apache, &behind);
    assert!(fix.contains("in front of Nextcloud"), "{fix}");
}
