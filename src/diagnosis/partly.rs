//! Problems of some requests only: other requests of the same run show that the server works.

use super::Product;
use super::certainty::Certainty;
use super::diagnosed::Diagnosis;
use super::front::UPSTREAM_DOWN;
use super::problem::{BLANK, Breaks, Problem};
use super::state::UNAVAILABLE;
use super::symptom::Sights;
use crate::engine::{Because, Blocker, Cause, Facet as _, Finding, Verdict};
use crate::safe::Client;
use crate::wire::{Facet, Http};
use std::borrow::Cow;

/// Requests over HTTP/2 fail.
pub(super) const HTTP2_FAILS: Problem = Problem {
    id: "problem.http2-fails",
    title: "requests over HTTP/2 fail that work over HTTP/1.1",
    evidence: "a check deviates in every variant over HTTP/2, and passes in every variant over HTTP/1.1",
    meaning: "The server, or the proxy in front of it, answers the same request differently over HTTP/2. An app that uses HTTP/2 fails, although the service runs.",
    fix: "Update the proxy or the server that answers HTTP/2, or switch HTTP/2 off there.",
    fixes: &[
        (
            Product::Nginx,
            "Set `http2 off;` in the `server` block (before 1.25.1: remove `http2` from `listen`), or update nginx.",
        ),
        (
            Product::Apache,
            "Set `Protocols http/1.1` in the `<VirtualHost>`, or update Apache.",
        ),
        (
            Product::Caddy,
            "Set `protocols h1` in the `servers` block of the Caddyfile, or update Caddy.",
        ),
    ],
    source: "RFC 9113 section 8",
    breaks: Breaks::EVERYTHING,
    ..BLANK
};

/// Answers over HTTP/2 have fields of HTTP/1.1.
pub(super) const HTTP2_HEAD: Problem = Problem {
    id: "problem.http2-head",
    title: "the head of answers over HTTP/2 breaks the rules of HTTP/2",
    evidence: "this program's library refuses answers over HTTP/2, so that what is asked over it cannot be judged",
    meaning: "Usually a proxy passes on `Upgrade` or `Connection` from the server behind it, such as an Apache that offers HTTP/2. HTTP/2 forbids these fields: Android ignores them, but curl and, by public reports, iOS refuse the answer.",
    fix: "Let the proxy remove the header fields `Upgrade` and `Connection` from answers, or switch HTTP/2 off in the server behind the proxy.",
    fixes: &[
        (
            Product::Nginx,
            "Add `proxy_hide_header Upgrade;` to this `location`.",
        ),
        (
            Product::Apache,
            "Set `Protocols http/1.1` in the `<VirtualHost>` of the Apache behind the proxy, so that it sends no `Upgrade`.",
        ),
        (
            Product::HaProxy,
            "Add `http-response del-header Upgrade` to this `frontend` in /etc/haproxy/haproxy.cfg.",
        ),
    ],
    source: "RFC 9113 section 8.2.2; clients.http.h2-fields",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let by = symptom.finding.because.as_ref();
        let is_left = by == Some(&Because::Blocked(Blocker::BeyondHarness));
        let is_over_two = named_version(symptom.finding) == Some(Http::Two);
        (is_left && is_over_two).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Requests over HTTP/1.1 fail.
pub(super) const HTTP1_FAILS: Problem = Problem {
    id: "problem.http1-fails",
    title: "requests over HTTP/1.1 fail that work over HTTP/2",
    evidence: "a check deviates in every variant over HTTP/1.1, and passes in every variant over HTTP/2",
    meaning: "The server, or the proxy in front of it, answers the same request differently over HTTP/1.1. An app that uses HTTP/1.1 fails, although the service runs.",
    fix: "Switch HTTP/1.1 on where the proxy or the gateway is limited to HTTP/2, or update it.",
    source: "RFC 9110 sections 2.5 and 15.6.6",
    breaks: Breaks::EVERYTHING,
    ..BLANK
};

/// A proxy reports no answer from the server behind it to some requests only.
pub(super) const GATEWAY_FOR_SOME: Problem = Problem {
    id: "problem.gateway-for-some",
    title: "the proxy passes some requests on, and fails at others",
    evidence: "what shows `problem.upstream-down`, while `config.readable` or an upload passes in the same run",
    meaning: "Other requests of this run were answered, so the proxy reaches a service. At this kind of request that service closes the connection or takes too long, or the proxy asks another one that has stopped.",
    fix: "Look into the log of the proxy at the time of this run: it names the service that it asked, and what failed.",
    fixes: &[
        (
            Product::Nginx,
            "Look into /var/log/nginx/error.log at the time of this run: it names the `upstream` that failed at this request, and why.",
        ),
        (
            Product::Apache,
            "Look into /var/log/apache2/error.log at the time of this run: it names the server that `ProxyPass` asked, and what failed.",
        ),
        (
            Product::Caddy,
            "Look into `journalctl -u caddy` at the time of this run: it names the server that `reverse_proxy` asked, and what failed.",
        ),
    ],
    source: "RFC 9110 section 15.6.3; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    ..BLANK
};

/// The server answers 503 to some requests only.
pub(super) const UNAVAILABLE_FOR_SOME: Problem = Problem {
    id: "problem.unavailable-for-some",
    title: "the server answers some requests, and 503 to others",
    evidence: "what shows `problem.unavailable`, while `config.readable` or an upload passes in the same run",
    meaning: "Other requests of this run succeeded, so the server was available. What this kind of request needs has stopped or is overloaded, a limit refuses it, or the server became unavailable during the run.",
    fix: "Look into the log of the server, and of the proxy in front of it, at the time of this run: it says what answered 503 to this kind of request, and why.",
    fixes: &[(
        Product::HaProxy,
        "No server is up in the backend for this kind of request: look at the `use_backend` lines and the `server` lines of this `backend` in /etc/haproxy/haproxy.cfg.",
    )],
    source: "RFC 9110 section 15.6.4; servers.symptoms",
    breaks: Breaks::EVERYTHING,
    ..BLANK
};

/// The checks whose variants differ in the client and in the HTTP version.
const BY_VERSION: [&str; 5] = [
    "config.readable",
    "upload.accepted",
    "upload.round-trip",
    "upload.overwrite",
    "delete.removes",
];

/// The checks that make the same requests, and whose variants name no HTTP version.
const WITHOUT_VERSION: [&str; 2] = ["upload.restore", "integrity.content"];

/// Returns the cause of a finding, if other findings show that the server works otherwise.
pub(super) fn corrected(finding: &Finding, all: &[Finding], run: &Sights<'_>) -> Option<Cause> {
    if !finding.verdict.is_deviation() {
        return None;
    }
    let problem = match version_behind(finding, all) {
        Some(Http::One) => &HTTP1_FAILS,
        Some(Http::Two) => &HTTP2_FAILS,
        None => for_some(finding, all)?,
    };
    let fix = Cow::Borrowed(problem.fix_for(run.software));
    Some(Diagnosis::new(problem, Certainty::Certain, fix).cause())
}

/// Returns the HTTP version of which a cause speaks.
pub(super) fn version_of(cause: &Cause) -> Option<Http> {
    let problems = [(&HTTP1_FAILS, Http::One), (&HTTP2_FAILS, Http::Two)];
    let mut known = problems.into_iter();
    known
        .find(|(problem, _)| problem.id == cause.id)
        .map(|(_, http)| http)
}

/// Returns the HTTP version that alone makes a check deviate.
fn version_behind(finding: &Finding, all: &[Finding]) -> Option<Http> {
    if WITHOUT_VERSION.contains(&finding.id.as_str()) {
        let mut alike = all.iter().filter(|other| is_alike(finding, other));
        return alike.find_map(|other| version_in_variant(other, all));
    }
    version_in_variant(finding, all)
}

/// Returns the version that the variant of a finding names, if this check fails over it alone.
fn version_in_variant(finding: &Finding, all: &[Finding]) -> Option<Http> {
    let is_known = BY_VERSION.contains(&finding.id.as_str());
    let named = named_version(finding).filter(|_| is_known);
    named.filter(|http| fails_alone(*http, &finding.id, all))
}

/// Returns whether two checks deviate at the same stage, with the same cause if there is one.
fn is_alike(finding: &Finding, other: &Finding) -> bool {
    let id = |one: &Finding| one.cause.as_ref().map(|cause| cause.id.clone());
    let is_same = other.stage == finding.stage && id(other) == id(finding);
    is_same && other.verdict.is_deviation()
}

/// Returns whether every variant of a check over this version deviates, and every other one passes.
fn fails_alone(bad: Http, check: &str, all: &[Finding]) -> bool {
    let mut has_other = false;
    for finding in all.iter().filter(|finding| finding.id == check) {
        let is_bad = named_version(finding) == Some(bad);
        has_other |= !is_bad;
        let is_as_expected = if is_bad {
            finding.verdict.is_deviation()
        } else {
            finding.verdict == Verdict::Pass
        };
        if !is_as_expected {
            return false;
        }
    }
    has_other
}

/// Returns the HTTP version in the name of a variant.
fn named_version(finding: &Finding) -> Option<Http> {
    let is_of = |http: &Http| {
        let mut clients = Client::ALL.into_iter();
        clients.any(|client| Facet::Over(client, *http).label() == finding.variant)
    };
    [Http::One, Http::Two].into_iter().find(is_of)
}

/// Returns the problem of some requests if the cause of a finding speaks of the whole server,
/// although other requests succeeded.
fn for_some(finding: &Finding, all: &[Finding]) -> Option<&'static Problem> {
    const REACHES: [&str; 2] = ["config.readable", "upload.accepted"];
    let cause = finding.cause.as_ref()?;
    let partly = [
        (&UPSTREAM_DOWN, &GATEWAY_FOR_SOME),
        (&UNAVAILABLE, &UNAVAILABLE_FOR_SOME),
    ];
    let mut whole = partly.into_iter();
    let (_, problem) = whole.find(|(whole, _)| cause.id == whole.id)?;
    let mut others = all.iter();
    let is_reached = others.any(|other| {
        let is_one = REACHES.contains(&other.id.as_str());
        is_one && other.verdict == Verdict::Pass
    });
    is_reached.then_some(problem)
}
