//! Problems before the first answer: no connection or no TLS.

use super::Product;
use super::certainty::Certainty;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;
use crate::engine::{Because, Breakage};
use crate::wire::FailureKind;

/// The server does not answer.
pub(super) const UNREACHABLE: Problem = Problem {
    id: "problem.unreachable",
    title: "the server cannot be reached",
    evidence: "no address of the host accepts a TCP connection",
    meaning: "Nothing listens at this port, a firewall drops the connection, or the name has no address. No request could be sent.",
    fix: "Check host name, port, firewall, and that the server runs.",
    source: "clause 4.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let by = symptom.finding.because.as_ref();
        (by == Some(&Because::Error(Breakage::Unreachable))).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The URL uses plain http.
pub(super) const PLAIN_HTTP: Problem = Problem {
    id: "problem.plain-http",
    title: "the URL is http://, which no app accepts",
    evidence: "`tls.https` deviates",
    meaning: "The apps refuse a server without TLS. Nothing was sent in the clear.",
    fix: "Enter https://HOST/FOLDER if the server supports https; otherwise serve it over https, with a certificate from a public authority (certbot, Caddy, acme.sh).",
    source: "clause 6.3",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| shown_by(symptom, &["tls.https"]),
    ..BLANK
};

/// The URL uses plain http on a port for TLS.
pub(super) const HTTP_ON_HTTPS_PORT: Problem = Problem {
    id: "problem.http-on-https-port",
    title: "the URL says http://, and this port speaks https",
    evidence: "an http:// URL returns 400 with a page that asks for https, or nothing at a port that answers TLS",
    meaning: "The request was sent without encryption, including the password, but the server expects TLS at this port. The apps accept only https://.",
    fix: "Replace http:// by https:// and enter https://HOST/FOLDER",
    source: "nginx, status 497; Apache, mod_ssl; Go, net/http; RFC 5246 section 6.2.1",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    spelled: Some(|evidence| {
        let rest = evidence.base.strip_prefix("http://")?;
        Some(format!(
            "Replace http:// by https:// and enter https://{rest}"
        ))
    }),
    in_silence: |silence| (silence.kind == FailureKind::SpeaksTls).then_some(Certainty::Certain),
    in_answer: |evidence| {
        const WORDS: [&str; 3] = [
            "plain http request was sent to https port",
            "speaking plain http to an ssl-enabled server port",
            "client sent an http request to an https server",
        ];
        let is_plain = evidence.base.starts_with("http://") && evidence.status() == 400;
        let body = String::from_utf8_lossy(&evidence.answer.body.bytes).to_ascii_lowercase();
        let says_so = WORDS.iter().any(|words| body.contains(words));
        (is_plain && says_so).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// HTTP/3 is announced but does not answer.
pub(super) const DEAD_HTTP3: Problem = Problem {
    id: "problem.http3-dead",
    title: "HTTP/3 is announced, but does not answer",
    evidence: "the field `Alt-Svc` names h3 at a port, and no QUIC answers there over UDP",
    meaning: "iOS may try HTTP/3 first if it is announced, and waits before it uses another version. Android does not support it.",
    fix: "Let UDP through to the port that `Alt-Svc` announces, or stop announcing HTTP/3.",
    fixes: &[
        (
            Product::Caddy,
            "Open UDP port 443 in the firewall, and publish it in Docker (`443:443/udp`); or set `protocols h1 h2` in the `servers` block of the Caddyfile.",
        ),
        (
            Product::Nginx,
            "Open UDP port 443 in the firewall, and publish it in Docker (`443:443/udp`); or remove `add_header Alt-Svc` from the `server` block.",
        ),
        (
            Product::Cloudflare,
            "Switch HTTP/3 (with QUIC) off in Cloudflare's dashboard, Speed, Protocol, if your network drops UDP.",
        ),
    ],
    source: "servers.http3",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["server.http3"]),
    ..BLANK
};

/// An address of the host does not answer.
pub(super) const DEAD_ADDRESS: Problem = Problem {
    id: "problem.dead-address",
    title: "not every address of the host answers",
    evidence: "`tls.addresses` deviates",
    meaning: "The DNS names an address at which the server does not answer, or answers differently. Mobile networks often support only IPv6.",
    fix: "Remove addresses at which the server does not answer from the DNS, or let it answer there with the same certificate.",
    fixes: &[
        (
            Product::Nginx,
            "Add `listen [::]:443 ssl;` beside `listen 443 ssl;` in the `server` block, or remove the AAAA record from the DNS; the firewall needs the same rule for IPv6.",
        ),
        (
            Product::Apache,
            "Add `Listen [::]:443` in /etc/apache2/ports.conf, or remove the AAAA record from the DNS; the firewall needs the same rule for IPv6.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.addresses"]),
    ..BLANK
};

/// The answers are not HTTP.
pub(super) const NOT_HTTP: Problem = Problem {
    id: "problem.not-http",
    title: "the answers at this port are not valid HTTP",
    evidence: "an answer without a status line of HTTP, with a malformed field, with a Content-Length that is no number or has two values, or 101 to a request that asks for no other protocol",
    meaning: "Another program than a web server listens at this port, or something on the way damages the answers. No client can read them.",
    fix: "Check the port in the URL, and what listens there (`ss -tlnp` on the server). If it is the web server, look for what changes its answers on the way, such as a proxy.",
    source: "RFC 9112 sections 4 and 6.3; RFC 9110 section 7.8",
    breaks: Breaks::EVERYTHING,
    in_silence: |silence| (silence.kind == FailureKind::NotHttp).then_some(Certainty::Certain),
    in_answer: |evidence| (evidence.status() == 101).then_some(Certainty::Certain),
    ..BLANK
};

/// The header of an answer is too large.
pub(super) const HEADER_TOO_LARGE: Problem = Problem {
    id: "problem.header-too-large",
    title: "the header of an answer is too large",
    evidence: "an answer has more fields or more bytes in its header than this program reads: 128 fields or 64 KiB",
    meaning: "The server, or a proxy in front of it, adds fields without end, or the answer is not one of a web server. Clients limit the size of a header as well.",
    fix: "Look at the answer (`curl -sI URL`), and remove what adds these fields: most often an application that sets cookies, or a rule of a proxy.",
    source: "RFC 9110 section 5.4",
    breaks: Breaks::EVERYTHING,
    in_silence: |silence| {
        (silence.kind == FailureKind::HeaderTooLarge).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The chunks of an answer cannot be read.
pub(super) const CHUNKS_MALFORMED: Problem = Problem {
    id: "problem.chunks-malformed",
    title: "the chunks of an answer are malformed",
    evidence: "an answer with `Transfer-Encoding: chunked`, in which the size of a chunk is no hexadecimal number or is wrong, a line does not end with CRLF, or chunk extensions or trailer fields have more than 16 KiB",
    meaning: "The program that writes the answer announces chunks, and does not send them, or sends them wrongly. A client cannot find the end of the body.",
    fix: "Let the application behind the web server set no `Transfer-Encoding`: the web server sets it where it sends chunks. If no application does, update what writes the answer, such as a proxy.",
    source: "RFC 9112 sections 6.1 and 7.1",
    breaks: Breaks::EVERYTHING,
    in_silence: |silence| (silence.kind == FailureKind::BadChunks).then_some(Certainty::Certain),
    ..BLANK
};

/// Interim answers take the place of an answer.
pub(super) const INTERIM_ANSWERS: Problem = Problem {
    id: "problem.interim-answers",
    title: "the server sends more than 16 interim answers (1xx) to one request",
    evidence: "17 answers with a status from 100 to 199 before the final one",
    meaning: "An interim answer, such as 102 or 103, only announces the final one. This program reads 16 of them, and a client may stop earlier.",
    fix: "Look at the answers (`curl -v URL`), and switch off what sends 102 or 103: no app needs them. It is an application that reports its progress, or a proxy that announces files (Early Hints).",
    source: "RFC 9110 section 15.2",
    breaks: Breaks::EVERYTHING,
    in_silence: |silence| {
        (silence.kind == FailureKind::TooManyInterim).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// A connection ends without an answer.
pub(super) const CONNECTION_LOST: Problem = Problem {
    id: "problem.connection-lost",
    title: "the server ended a connection, or did not answer in time",
    evidence: "a request gets no answer: the connection ends, is reset, or nothing comes in time",
    meaning: "A limit, a timeout or a crash ended the exchange. The request was sent again unless that could do harm.",
    fix: "Look into the logs of the server and of the proxy in front of it, at the time of this run.",
    fixes: &[
        (
            Product::Nginx,
            "Look into /var/log/nginx/error.log at the time of this run; `client_body_timeout`, `proxy_read_timeout` and `keepalive_timeout` are the usual limits.",
        ),
        (
            Product::Apache,
            "Look into /var/log/apache2/error.log at the time of this run; `Timeout` and `RequestReadTimeout` are the usual limits.",
        ),
    ],
    source: "servers.closed-connections",
    breaks: Breaks::EVERYTHING,
    in_silence: |silence| {
        let is_lost = matches!(
            silence.kind,
            FailureKind::NoAnswer
                | FailureKind::Reset
                | FailureKind::TimedOut
                | FailureKind::BodyEnded
        );
        is_lost.then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The address belongs to this machine.
pub(super) const LOOPBACK_ADDRESS: Problem = Problem {
    id: "problem.loopback-address",
    title: "no phone reaches this address, because it is local to each machine",
    evidence: "an https:// URL whose host is `localhost` or an address of the loopback",
    meaning: "Every machine uses this address for itself. A phone with this address looks for the server on the phone.",
    fix: "In the apps, enter the server's name.",
    source: "RFC 6761 section 6.3; RFC 1122 section 3.2.1.3",
    breaks: Breaks::EVERYTHING,
    in_target: |run| run.facts.loopback && run.facts.https,
    ..BLANK
};

/// The user name in the URL contains a raw `@`.
pub(super) const AT_SIGN_IN_URL: Problem = Problem {
    id: "problem.at-sign-in-url",
    title: "the user name inside the URL holds an `@`",
    evidence: "the URL was typed with user info that holds a raw `@`",
    meaning: "Android ends the user info at the first `@`, and sends no credentials for this URL. iOS ends it at the last `@`.",
    fix: "In the apps, enter the URL without credentials, and user name and password in their own fields.",
    source: "clause 4.1; clients.http.url-android",
    breaks: Breaks::ANDROID,
    in_target: |run| run.facts.at_sign_in_user_info,
    ..BLANK
};
