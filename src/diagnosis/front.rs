//! Problems of programs in front of the server: portals, firewalls, caches, filters and proxies.

use super::certainty::Certainty;
use super::evidence::Subject;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::{shown_by, shown_by_body};
use super::{Product, Words};
use crate::engine::{Because, Blocker};
use crate::safe::Stage;
use crate::wire::Method;

/// A login portal answers before the server.
pub(super) const PORTAL: Problem = Problem {
    id: "problem.portal",
    title: "a login portal stands in front of this address",
    evidence: "a redirect to another host whose URL contains the way back, or to a path that only portals use",
    meaning: "Every request is redirected to a page where a person logs in. The apps cannot use such a page.",
    fix: "Exempt this path from the portal, and let the server behind it ask for user name and password. Authelia: a rule with `policy: bypass` for this path; authentik and oauth2-proxy: an unauthenticated path; Cloudflare Access: a policy with the action Bypass.",
    source: "documentation of Authelia, authentik, oauth2-proxy and Cloudflare Access",
    breaks: Breaks::EVERYTHING,
    also: &["server.redirects", "auth.challenge"],
    in_answer: |evidence| {
        let location = evidence.answer.header("location")?;
        let is_portal = evidence.answer.is_redirect() && is_portal(evidence.base, location);
        is_portal.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Returns whether a redirect from `base` leads to a login portal: it contains the way back in a
/// parameter, or a path that only portals use.
fn is_portal(base: &str, location: &str) -> bool {
    const PATHS: [&str; 4] = [
        "/cdn-cgi/access/",
        "/outpost.goauthentik.io/",
        "/oauth2/start",
        "/oauth2/sign_in",
    ];
    const PARAMETERS: [&str; 4] = ["rd", "redirect_uri", "return_to", "go"];
    let host = |url: &str| {
        let (_, rest) = url.split_once("://")?;
        Some(rest.split(['/', '?', '#']).next()?.to_ascii_lowercase())
    };
    let is_elsewhere = host(location).is_some_and(|there| Some(there) != host(base));
    let query = location.split_once('?').map_or("", |(_, query)| query);
    let takes_the_way_back = query.split('&').any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let is_url = value.contains("://") || value.to_ascii_lowercase().contains("%3a%2f%2f");
        PARAMETERS.contains(&name) && is_url
    });
    PATHS.iter().any(|path| location.contains(path)) || (is_elsewhere && takes_the_way_back)
}

/// Downloads are redirected within the server.
pub(super) const REDIRECTED_DOWNLOADS: Problem = Problem {
    id: "problem.redirected-downloads",
    title: "the server redirects downloads",
    evidence: "a GET gets a redirect within the same server, which leads to the requested file",
    meaning: "According to their sources, Android and iOS follow a redirect of a GET, but no device was tried. Each download needs one more request, and an upload would not survive the redirect.",
    fix: "Serve `config` and the backups at the requested URL, or enter the URL to which the redirect leads.",
    fixes: &[
        (
            Product::Nginx,
            "Look for `rewrite … permanent`, `return 301` and `try_files $uri/` in this `location` (`nginx -T`), and let files be served as files.",
        ),
        (
            Product::Apache,
            "Look for `Redirect` and `RewriteRule … [R]` in the site's file and in .htaccess; where `config` is a folder, `DirectorySlash` redirects.",
        ),
    ],
    source: "clause 4.9",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["server.redirected-downloads"]),
    ..BLANK
};

/// Cloudflare requires a browser.
pub(super) const CHALLENGE_PAGE: Problem = Problem {
    id: "problem.cloudflare-challenge",
    title: "Cloudflare answers with a challenge for browsers",
    evidence: "the field `cf-mitigated: challenge`",
    meaning: "Cloudflare considers the request a robot's and asks for a browser. The apps are not browsers.",
    fix: "Add a WAF rule with the action Skip for this host and path, and switch Bot Fight Mode off or exempt the path.",
    source: "Cloudflare, header field cf-mitigated",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let mitigated = evidence.answer.header("cf-mitigated");
        mitigated
            .is_some_and(|value| value.eq_ignore_ascii_case("challenge"))
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// A firewall refuses a method before the login.
pub(super) const METHOD_BLOCKED: Problem = Problem {
    id: "problem.method-blocked",
    title: "a firewall in front of the server refuses uploads",
    evidence: "PUT is 403 with and without credentials, although the server asks for a login",
    meaning: "A PUT is refused before the credentials are checked. A web application firewall allows only GET and POST, as the OWASP Core Rule Set does.",
    fix: "Allow PUT and DELETE for this path. OWASP Core Rule Set: add both to `tx.allowed_methods` (rule 900200 in crs-setup.conf); or exempt the path from the firewall.",
    fixes: &[
        (
            Product::Cloudflare,
            "Add a WAF rule with the action Skip for PUT and DELETE at this host and path.",
        ),
        (
            Product::Nginx,
            "Look for `deny` in `limit_except` and in a `location ~` that also covers this path, and for `$request_method` (`nginx -T`). With ModSecurity and the OWASP Core Rule Set, add PUT and DELETE to `tx.allowed_methods` (rule 900200 in crs-setup.conf).",
        ),
    ],
    source: "OWASP Core Rule Set, crs-setup.conf.example, rule 900200",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| {
        let without_login = evidence.beside.without_login?;
        let is_blocked =
            evidence.is_upload() && evidence.status() == 403 && without_login.status == 403;
        is_blocked.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server forbids everything to everyone.
pub(super) const FORBIDDEN: Problem = Problem {
    id: "problem.forbidden",
    title: "the server forbids this path",
    evidence: "GET of `config` is 403",
    meaning: "A rule of the server or of a firewall in front of it forbids this path, or the server may not read the folder. A rule may look at the address, the country, the User-Agent or the path itself.",
    fix: "Look into the log of the server at the time of this run for the reason. Exempt this path from a rule that refused it; let the user that the server runs as read the folder and every folder above it.",
    fixes: &[
        (
            Product::Apache,
            "Set `Require valid-user` (not `Require all denied`, and no `Require ip` beside it in `RequireAll`) in the `<Directory>` of this folder, let www-data read it and every folder above it, and look into /var/log/apache2/error.log.",
        ),
        (
            Product::Nginx,
            "Look for `deny` in this `location` and in what surrounds it, let nginx's user read the folder, every folder above it and the file of `auth_basic_user_file`, and look into /var/log/nginx/error.log.",
        ),
        (
            Product::Cloudflare,
            "Look at Security, Events in Cloudflare's dashboard for this path, and add a rule with the action Skip.",
        ),
    ],
    source: "RFC 9110 section 15.5.4; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    in_answer: |evidence| {
        (evidence.is_config() && evidence.status() == 403).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// A proxy configuration that makes eee-safe serve Desktop, tried with nginx 1.22.
const BEFORE_EEE_SAFE: &str = "eee-safe does not support HEAD, and accepts only the User-Agent `Threema`, so Desktop is refused. Put an nginx in front of it: outside of `server`, `map $request_method $safe_method { HEAD GET; default $request_method; }`; in its `location`, beside `proxy_pass`, `proxy_method $safe_method;` and `proxy_set_header User-Agent Threema;`.";

/// The answer depends on the name of the client program.
pub(super) const USER_AGENT_FILTER: Problem = Problem {
    id: "problem.user-agent-filter",
    title: "the server refuses the apps by their User-Agent",
    evidence: "the same request succeeds with the User-Agent of another program; or only Desktop is refused",
    meaning: "A filter considers the app's User-Agent a robot's, or the server accepts only one exact User-Agent. The server answers the same request with another User-Agent.",
    fix: "Let the server, or the filter in front of it, accept the User-Agent fields `Threema` and `Threema Desktop/…`.",
    fixes: &[
        (
            Product::Nginx,
            "Look for `if ($http_user_agent …)` and for a `map $http_user_agent` (`nginx -T | grep -n http_user_agent`), and let `Threema` pass.",
        ),
        (
            Product::Apache,
            "Look for `RewriteCond %{HTTP_USER_AGENT}` and `BrowserMatch` in the site's file and in .htaccess, and let `Threema` pass.",
        ),
        (
            Product::Cloudflare,
            "Add a WAF rule with the action Skip for requests whose User-Agent begins with `Threema`.",
        ),
        (Product::EeeSafe, BEFORE_EEE_SAFE),
    ],
    source: "servers.user-agent; servers.desktop-and-eee-safe",
    breaks: Breaks::EVERYTHING,
    also: &[
        "auth.challenge",
        "desktop.head",
        "download.not-found[desktop]",
    ],
    in_run: |symptom| {
        let mut software = symptom.run.software.iter();
        let is_known = software.any(|seen| seen.product == Product::EeeSafe);
        // Desktop's GET differs from a phone's in the User-Agent; phones have read this backup.
        let is_refused = matches!(symptom.finding.stage, Some(Stage::Http | Stage::Auth));
        match symptom.is("desktop.restore") {
            true if is_known => Some(Certainty::Certain),
            true if is_refused => Some(Certainty::Likely),
            _ => None,
        }
    },
    in_answer: |evidence| {
        let other = evidence.beside.other_agent?;
        let refused = matches!(evidence.status(), 400 | 403 | 404 | 406 | 429 | 503);
        (refused && other.is_success()).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The network requires a login.
pub(super) const CAPTIVE_PORTAL: Problem = Problem {
    id: "problem.captive-portal",
    title: "the network of this machine asks for a login",
    evidence: "status 511",
    meaning: "A hotspot or a company's proxy answers in place of the server until somebody logs in. The server itself was not asked.",
    fix: "Log in to the network with a browser, or run the check from another network.",
    source: "RFC 6585 section 6",
    breaks: Breaks::NOTHING,
    in_answer: |evidence| (evidence.status() == 511).then_some(Certainty::Certain),
    ..BLANK
};

/// A proxy requires its own credentials.
pub(super) const PROXY_LOGIN: Problem = Problem {
    id: "problem.proxy-login",
    title: "a proxy in front of the server asks for its own credentials",
    evidence: "status 407",
    meaning: "A proxy answers 407, a status for clients that are configured to use a proxy. No app supports it.",
    fix: "Let the reverse proxy ask with 401 and `WWW-Authenticate`, not with 407; or leave the login to the server.",
    source: "RFC 9110 section 15.5.8",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| (evidence.status() == 407).then_some(Certainty::Certain),
    ..BLANK
};

/// A cache serves backups that no longer exist.
pub(super) const CACHING_PROXY: Problem = Problem {
    id: "problem.caching-proxy",
    title: "a cache returns an old backup",
    evidence: "`download.fresh` deviates: after a second upload, the first one is returned",
    meaning: "A cache answers GET without looking at the file. A restored backup is then older than the last uploaded one.",
    fix: "Exempt this path from the cache, and send `Cache-Control: no-store` with it.",
    fixes: &[
        (
            Product::Varnish,
            "Add `if (req.url ~ \"^/PATH/\") { return (pass); }` to `vcl_recv` in /etc/varnish/default.vcl.",
        ),
        (
            Product::Cloudflare,
            "Add a cache rule for this host and path with `Bypass cache`.",
        ),
        (
            Product::Nginx,
            "Set `proxy_cache off;`, `open_file_cache off;` and `add_header Cache-Control no-store always;` in this `location`.",
        ),
        (
            Product::Apache,
            "Set `CacheDisable on` in this `<Location>`, and `Header set Cache-Control no-store`.",
        ),
        (
            Product::Squid,
            "Add `acl safe urlpath_regex ^/PATH/` and `cache deny safe` to /etc/squid/squid.conf.",
        ),
    ],
    source: "RFC 9111 section 5.2.2.5; servers.validators",
    breaks: Breaks::RESTORE,
    also: &["delete.removes", "retention.deleted-everywhere"],
    in_run: |symptom| shown_by_body(symptom, "download.fresh"),
    ..BLANK
};

/// The server behind the proxy is down.
pub(super) const UPSTREAM_DOWN: Problem = Problem {
    id: "problem.upstream-down",
    title: "the proxy cannot reach the server behind it",
    evidence: "status 502 or 504, or 521 to 523 from Cloudflare",
    meaning: "A proxy answers, but the server behind it does not. That service has stopped, listens elsewhere, or takes too long.",
    fix: "Start the service behind the proxy, and check the address at which the proxy looks for it.",
    fixes: &[
        (
            Product::Nginx,
            "Start the service that `proxy_pass` or `fastcgi_pass` of this `location` names, and look into /var/log/nginx/error.log.",
        ),
        (
            Product::Apache,
            "Start the service that `ProxyPass` or `SetHandler \"proxy:…\"` names, and look into /var/log/apache2/error.log.",
        ),
        (
            Product::Caddy,
            "Start the service that `reverse_proxy` in the Caddyfile names, and look into `journalctl -u caddy`.",
        ),
        (
            Product::Cloudflare,
            "Start the server behind Cloudflare, and let its firewall pass Cloudflare's addresses.",
        ),
    ],
    source: "RFC 9110 section 15.6.3; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    in_answer: |evidence| {
        let is_down = matches!(evidence.status(), 502 | 504 | 521 | 522 | 523);
        let is_size = evidence.subject == Subject::LargeBackup;
        (is_down && !is_size).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server limits the rate of requests.
pub(super) const RATE_LIMIT: Problem = Problem {
    id: "problem.rate-limit",
    title: "the server limits how many requests this address may send",
    evidence: "429, or 503 to some of many requests; `server.rate-limit` deviates, or the run was stopped for this reason",
    meaning: "This run sends more requests than a phone does, and reached a limit. The apps, with about four requests a day, do not reach it.",
    fix: "The apps need no fix unless the limit is far lower. Run again with `--pace slow`, or let the limit allow a few requests a second.",
    fixes: &[
        (
            Product::Nextcloud,
            "Nextcloud counts failed logins, and every run sends one wrong password: wait half an hour, or run `occ security:bruteforce:reset IP`, then run with `--no-auth-probes`. Behind a proxy, set `trusted_proxies` in config.php, or all users are counted as one.",
        ),
        (
            Product::Nginx,
            "Run again with `--pace slow`, or raise `limit_req zone=… burst=50 nodelay;` in this `location`.",
        ),
        (
            Product::Cloudflare,
            "Run again with `--pace slow`, or exempt this path from the rate limiting rule.",
        ),
    ],
    source: "servers.rate-limit; servers.limit-req",
    breaks: Breaks::NOTHING,
    in_answer: |evidence| (evidence.status() == 429).then_some(Certainty::Certain),
    in_run: |symptom| shown_by(symptom, &["server.rate-limit"]),
    ..BLANK
};

/// The address is banned.
pub(super) const BANNED: Problem = Problem {
    id: "problem.banned",
    title: "the server has locked out this address",
    evidence: "the server answered, and then accepts no more connections",
    meaning: "The server answered earlier requests of this run, and now answers none. It crashed, or intrusion detection has banned this address.",
    fix: "Check that the server still runs. If it does, wait, or lift the ban (fail2ban: `fail2ban-client unban IP`; CrowdSec: `cscli decisions delete --ip IP`). If it answers again within seconds, it limits requests: run again with `--pace slow`.",
    source: "servers.ban-fail2ban; servers.ban-crowdsec",
    breaks: Breaks::NOTHING,
    in_run: |symptom| {
        let by = symptom.finding.because.as_ref();
        (by == Some(&Because::Blocked(Blocker::LockedOut))).then_some(Certainty::Likely)
    },
    ..BLANK
};

/// A body is changed in transit.
pub(super) const BODY_REWRITTEN: Problem = Problem {
    id: "problem.body-rewritten",
    title: "something changes the bytes of a backup in transit",
    evidence: "`integrity.content` deviates: bytes that look like HTML, gzip or text are returned changed",
    meaning: "A proxy, a filter or a script treats a backup as text or as a page. A changed backup cannot be decrypted.",
    fix: "Leave this path unchanged: switch off filters that rewrite HTML, unpack gzip, convert text or cut off white space, and send `Cache-Control: no-transform`.",
    fixes: &[
        (
            Product::Nginx,
            "Remove `sub_filter`, `gunzip on` and `charset` from this `location`.",
        ),
        (
            Product::Apache,
            "Remove `AddOutputFilterByType`, `SetOutputFilter` (SUBSTITUTE, INFLATE, proxy-html) and `mod_pagespeed` from this `<Location>`.",
        ),
        (
            Product::Cloudflare,
            "Add a configuration rule for this path that switches off Rocket Loader, Email Obfuscation and Automatic HTTPS Rewrites.",
        ),
    ],
    source: "clause 4.4; servers.get",
    breaks: Breaks::RESTORE,
    in_run: |symptom| shown_by_body(symptom, "integrity.content"),
    ..BLANK
};

/// The fix where nothing names the software.
const NO_COMPRESSION: &str =
    "Switch compression off for this path: an encrypted backup does not become smaller.";

/// The same for software with a setting.
const NO_COMPRESSION_BY: &[(Product, &str)] = &[
    (
        Product::Nginx,
        "Set `gzip off; gzip_static off; brotli off;` in this `location`.",
    ),
    (
        Product::Apache,
        "Set `SetEnv no-gzip 1` and `SetEnv no-brotli 1` in this `<Directory>`, and remove `AddEncoding` for it.",
    ),
    (
        Product::Caddy,
        "Remove `encode` for this path in the Caddyfile.",
    ),
];

/// A download is compressed, or declared as compressed.
pub(super) const COMPRESSED_WRONGLY: Problem = Problem {
    id: "problem.compressed-wrongly",
    title: "downloads are compressed, or labelled as compressed, in a way that breaks them",
    evidence: "`integrity.compressed-download` deviates, or `integrity.content-encoding` for a client that offers no encoding or gets other bytes",
    meaning: "The server compresses a backup that the client did not ask it to compress, or labels it wrongly. A client that obeys the label gets other bytes.",
    fix: NO_COMPRESSION,
    fixes: NO_COMPRESSION_BY,
    source: "RFC 9110 section 8.4; clause 4.4",
    breaks: Breaks::RESTORE,
    also: &["integrity.content-encoding"],
    in_run: |symptom| {
        let is_wrong = symptom.is("integrity.content-encoding")
            && symptom.finding.stage == Some(Stage::Gunzip);
        is_wrong
            .then_some(Certainty::Certain)
            .or_else(|| shown_by(symptom, &["integrity.compressed-download"]))
    },
    ..BLANK
};

/// A download is compressed for a client that offers an encoding.
pub(super) const COMPRESSED_ON_REQUEST: Problem = Problem {
    id: "problem.compressed-on-request",
    title: "downloads are compressed if a client offers that",
    evidence: "`integrity.content-encoding` deviates for a client that offers an encoding, and the bytes are right once they are unpacked",
    meaning: "The platforms of the apps offer gzip and unpack what comes, so nothing breaks. Compression only costs time: an encrypted backup does not become smaller.",
    fix: NO_COMPRESSION,
    fixes: NO_COMPRESSION_BY,
    source: "RFC 9110 section 8.4; clause 4.4",
    breaks: Breaks::NOTHING,
    in_run: |symptom| {
        shown_by(symptom, &["integrity.content-encoding"])
            .filter(|_| symptom.finding.stage != Some(Stage::Gunzip))
    },
    ..BLANK
};

/// Phrases of virus scanners.
pub(super) const VIRUS_SCANNER: Problem = Problem {
    id: "problem.virus-scanner",
    title: "a virus scanner or a content filter refuses the upload",
    evidence: "PUT is refused with 4xx or 5xx, and the answer contains virus, malware or antivirus",
    meaning: "A scanner inspects the upload and rejects it. A backup is encrypted, so a scanner cannot judge it.",
    fix: "Exempt this path from the scanner.",
    fixes: &[(
        Product::Nextcloud,
        "Exclude this folder in the app Antivirus for files (Administration settings, Security), or let it pass what it cannot scan.",
    )],
    source: "documentation of Antivirus for files and of ICAP services",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| {
        let said = match Words::of(&evidence.answer.body)? {
            Words::Text(said) => said,
            Words::Page(title) => title?,
        };
        let said = said.to_ascii_lowercase();
        let names_it = ["virus", "malware", "antivirus"]
            .iter()
            .any(|word| said.contains(word));
        (evidence.method == Method::Put && evidence.status() >= 400 && names_it)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};
