//! Problems in front of the server, and of its state: portals, firewalls, maintenance, quota.

use super::{Certainty, Evidence, Problem, Product, Words};

/// A login portal answers before the server.
pub(super) const PORTAL: Problem = Problem {
    id: "problem.portal",
    title: "a login portal stands in front of this address",
    meaning: "Every request is redirected to a page where a person logs in. The apps can use no such page.",
    fix: "Exempt this path from the portal, and let the server behind it ask for user name and password. Authelia: a rule with `policy: bypass` for this path; authentik and oauth2-proxy: an unauthenticated path; Cloudflare Access: a policy with the action Bypass.",
    fixes: &[],
    source: "documentation of Authelia, authentik, oauth2-proxy and Cloudflare Access",
    spelled: None,
    recognise: |evidence| {
        let location = evidence.answer.header("location")?;
        let is_portal = evidence.answer.is_redirect() && is_portal(evidence.base, location);
        is_portal.then_some(Certainty::Certain)
    },
};

/// Whether a redirect from `base` leads to a login portal: it takes the way back along, in a
/// parameter or a path that only portals use.
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

/// Cloudflare wants to see a browser.
pub(super) const CHALLENGE_PAGE: Problem = Problem {
    id: "problem.cloudflare-challenge",
    title: "Cloudflare answers with a challenge for browsers",
    meaning: "Cloudflare takes the request for a robot's and asks for a browser. The apps are none.",
    fix: "Add a WAF rule with the action Skip for this host and path, and switch Bot Fight Mode off or exempt the path.",
    fixes: &[],
    source: "Cloudflare, header field cf-mitigated",
    spelled: None,
    recognise: |evidence| {
        let mitigated = evidence.answer.header("cf-mitigated");
        mitigated
            .is_some_and(|value| value.eq_ignore_ascii_case("challenge"))
            .then_some(Certainty::Certain)
    },
};

/// The server is in maintenance.
pub(super) const MAINTENANCE: Problem = Problem {
    id: "problem.maintenance",
    title: "the server is in maintenance",
    meaning: "The server says that it is in maintenance. Until that ends, no app backs up or restores.",
    fix: "End the maintenance.",
    fixes: &[(
        Product::Nextcloud,
        "Finish the update, then run `occ maintenance:mode --off`.",
    )],
    source: "measured on Nextcloud 33.0.3",
    spelled: None,
    recognise: |evidence| unavailable(evidence, &["maintenance"]),
};

/// The account is disabled.
pub(super) const ACCOUNT_DISABLED: Problem = Problem {
    id: "problem.account-disabled",
    title: "the account is disabled",
    meaning: "The server knows the account, and it is disabled. The administrator of the server can enable it.",
    fix: "Enable the account (Nextcloud: Accounts, or `occ user:enable USER`).",
    fixes: &[],
    source: "measured on Nextcloud 33.0.3",
    spelled: None,
    recognise: |evidence| unavailable(evidence, &["user disabled", "account disabled"]),
};

/// The keys of the server's encryption are not there yet.
pub(super) const ENCRYPTION_NOT_READY: Problem = Problem {
    id: "problem.encryption-not-ready",
    title: "the encryption of this account is not set up yet",
    meaning: "The server encrypts files and has no key for this account yet. It makes one at the first login in the web interface.",
    fix: "Log in once in the web interface with this account, and log out again.",
    fixes: &[],
    source: "measured on Nextcloud 33.0.3 with its encryption module",
    spelled: None,
    recognise: |evidence| {
        unavailable(
            evidence,
            &[
                "encryption not ready",
                "private key missing",
                "log-out and log-in again",
            ],
        )
    },
};

/// Nextcloud does not know the host name.
pub(super) const UNTRUSTED_HOST: Problem = Problem {
    id: "problem.untrusted-host",
    title: "Nextcloud does not trust this host name",
    meaning: "Nextcloud answers only to the host names in its settings. This one is not among them.",
    fix: "Add the host name: `occ config:system:set trusted_domains 1 --value=HOST`.",
    fixes: &[],
    source: "measured on Nextcloud 33.0.3",
    spelled: None,
    recognise: |evidence| {
        let body = &evidence.answer.body.bytes;
        let says_so = String::from_utf8_lossy(body).contains("untrusted domain");
        (evidence.answer.status == 400 && says_so).then_some(Certainty::Certain)
    },
};

/// The quota is used up.
pub(super) const QUOTA: Problem = Problem {
    id: "problem.quota",
    title: "the quota or the disk is full",
    meaning: "The server has no room for the backup. Either the account has used up its quota, or the disk is full.",
    fix: "Raise the quota of this account, or free some space.",
    fixes: &[(
        Product::Nextcloud,
        "Raise the quota (Accounts, or `occ user:setting USER files quota 5GB`), or empty the bin of this account.",
    )],
    source: "RFC 4918 section 11.5",
    spelled: None,
    recognise: |evidence| (evidence.answer.status == 507).then_some(Certainty::Certain),
};

/// A 503 whose words, in lower case, hold one of `phrases`.
fn unavailable(evidence: &Evidence<'_>, phrases: &[&str]) -> Option<Certainty> {
    let said = match Words::of(&evidence.answer.body)? {
        Words::Text(said) => said,
        Words::Page(title) => title?,
    };
    let said = said.to_ascii_lowercase();
    let is_said = phrases.iter().any(|phrase| said.contains(phrase));
    (evidence.answer.status == 503 && is_said).then_some(Certainty::Certain)
}
