//! Problems of the certificate and its chain.

use super::Product;
use super::certainty::Certainty;
use super::problem::{BLANK, Breaks, Problem};
use super::shell::Shell;
use super::symptom::{Symptom, shown_by};
use crate::wire::tls::{Certificate, Inspection, KeyProof, Trust};

/// Returns the server's certificates from its own upwards, if this check deviates.
fn chain(symptom: &Symptom<'_>, check: &str) -> Option<Vec<Certificate>> {
    certificates(symptom, symptom.is(check))
}

/// Returns the server's certificates from its own upwards, if `wanted`.
fn certificates(symptom: &Symptom<'_>, wanted: bool) -> Option<Vec<Certificate>> {
    let sent = &symptom.run.inspection.filter(|_| wanted)?.chain;
    sent.iter()
        .map(|sent| Certificate::parse(&sent.der.0))
        .collect()
}

/// Returns the certificate of the server itself, if this check deviates.
pub(super) fn leaf(symptom: &Symptom<'_>, check: &str) -> Option<Certificate> {
    chain(symptom, check)?.into_iter().next()
}

/// Checks that a new certificate also fixes.
pub(super) const NEW_CERTIFICATE: &[&str] =
    &["tls.purpose", "tls.validity", "tls.key", "tls.signature"];

/// Returns lines that create an authority and a certificate, which every client with that authority
/// accepts.
///
/// Source: RFC 5280 sections 4.2.1.3, 4.2.1.6, 4.2.1.9 and 4.2.1.12; Apple, requirements for
/// trusted certificates (at most 825 days); OpenSSL 3.0, `req -CA`.
pub(super) fn own_authority(shell: &Shell<'_>) -> Vec<String> {
    // Caddy creates both itself.
    if shell
        .software
        .iter()
        .any(|seen| seen.product == Product::Caddy)
    {
        return Vec::new();
    }
    let host = shell.host().trim_matches(['[', ']']);
    let kind = if shell.is_address() { "IP" } else { "DNS" };
    vec![
        "openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -keyout ca.key -out ca.pem -subj '/CN=Own authority' -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign".to_owned(),
        format!(
            "openssl req -x509 -CA ca.pem -CAkey ca.key -newkey rsa:2048 -nodes -sha256 -days 820 -keyout server.key -out server.pem -subj '/CN={host}' -addext subjectAltName={kind}:{host} -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature,keyEncipherment -addext extendedKeyUsage=serverAuth"
        ),
    ]
}

/// The certificate is self-signed.
pub(super) const SELF_SIGNED: Problem = Problem {
    id: "problem.self-signed",
    title: "the certificate is self-signed",
    evidence: "`tls.trusted` deviates, and the certificate is its own issuer",
    meaning: "The server made the certificate itself, and no phone trusts it. The certificate names itself as its issuer.",
    fix: "Get a certificate from a public authority (certbot, Caddy, acme.sh); or make your own authority with the lines below, let the server use server.pem and server.key, install ca.pem on every phone (on iOS, switch it on under Settings, General, About, Certificate Trust Settings), and give it to this check with --ca-file.",
    fixes: &[
        (
            Product::Nginx,
            "Run `certbot --nginx -d HOST`; it writes `ssl_certificate` and `ssl_certificate_key` into the `server` block. Or make your own authority with the lines below, name server.pem and server.key there, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
        ),
        (
            Product::Apache,
            "Run `certbot --apache -d HOST`; it replaces the snakeoil certificate in the `<VirtualHost>`. Or make your own authority with the lines below, name server.pem and server.key there, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
        ),
        (
            Product::Caddy,
            "Name the site `HOST` in the Caddyfile, and remove `tls internal`.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    also: NEW_CERTIFICATE,
    paste: Some(own_authority),
    in_run: |symptom| {
        let leaf = leaf(symptom, "tls.trusted")?;
        (leaf.is_self_issued() && !leaf.is_authority).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server uses the certificate of an authority as its own.
pub(super) const AUTHORITY_AS_SERVER: Problem = Problem {
    id: "problem.authority-as-server",
    title: "the server uses the certificate of an authority as its own",
    evidence: "the certificate is its own issuer, and is marked as an authority (`CA:TRUE`)",
    meaning: "`openssl req -x509` without further options makes a root certificate, and the server presents it as its own. No phone trusts it unless it is installed, and some libraries refuse it even then.",
    fix: "Get a certificate from a public authority (certbot, Caddy, acme.sh); or make your own authority with the lines below, let the server use server.pem and server.key, install ca.pem on every phone (on iOS, switch it on under Settings, General, About, Certificate Trust Settings), and give it to this check with --ca-file.",
    fixes: &[
        (
            Product::Nginx,
            "Run `certbot --nginx -d HOST`; it writes `ssl_certificate` and `ssl_certificate_key` into the `server` block. Or make your own authority with the lines below, name server.pem and server.key there, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
        ),
        (
            Product::Apache,
            "Run `certbot --apache -d HOST`; it writes `SSLCertificateFile` and `SSLCertificateKeyFile` into the `<VirtualHost>`. Or make your own authority with the lines below, name server.pem and server.key there, install ca.pem on every phone (on iOS, switch it on), and give it to this check with --ca-file.",
        ),
    ],
    source: "RFC 5280 section 4.2.1.9; clause 6.1",
    breaks: Breaks::EVERYTHING,
    also: NEW_CERTIFICATE,
    paste: Some(own_authority),
    in_run: |symptom| {
        let leaf = certificates(symptom, symptom.concerns("tls.trusted"))?
            .into_iter()
            .next()?;
        (leaf.is_self_issued() && leaf.is_authority).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server does not have the private key of its certificate.
pub(super) const KEY_MISMATCH: Problem = Problem {
    id: "problem.key-mismatch",
    title: "the server does not hold the key of its certificate",
    evidence: "`tls.trusted` deviates, and the signature in the handshake is wrong",
    meaning: "The certificate and the key do not belong together. No client completes a handshake with them.",
    fix: "Configure a certificate and a key that belong together.",
    fixes: &[
        (
            Product::Nginx,
            "Let `ssl_certificate` and `ssl_certificate_key` name files of one folder, such as /etc/letsencrypt/live/HOST.",
        ),
        (
            Product::Apache,
            "Let `SSLCertificateFile` and `SSLCertificateKeyFile` name files of one folder, such as /etc/letsencrypt/live/HOST.",
        ),
        (
            Product::Caddy,
            "Let `tls fullchain.pem privkey.pem` name two files that belong together.",
        ),
    ],
    source: "RFC 8446 section 4.4.3; clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let seen = symptom.run.inspection?;
        let is_bad = symptom.is("tls.trusted") && seen.key_proof == KeyProof::Bad;
        is_bad.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server does not send the intermediate certificate.
pub(super) const INTERMEDIATE_MISSING: Problem = Problem {
    id: "problem.intermediate-missing",
    title: "the server does not send the intermediate certificate",
    evidence: "`tls.chain` deviates",
    meaning: "A certificate between the server's and the root is missing. Android does not fetch it; browsers on a computer often do, so the error does not show there.",
    fix: "Send the whole chain: certbot's fullchain.pem, not cert.pem.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_certificate /etc/letsencrypt/live/HOST/fullchain.pem;`, not cert.pem.",
        ),
        (
            Product::Apache,
            "Set `SSLCertificateFile /etc/letsencrypt/live/HOST/fullchain.pem`, not cert.pem.",
        ),
        (
            Product::Caddy,
            "Set `tls fullchain.pem privkey.pem`, or remove `tls` and let Caddy get its own.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::ANDROID,
    in_run: |symptom| shown_by(symptom, &["tls.chain"]),
    ..BLANK
};

/// The certificate comes from a private authority.
pub(super) const PRIVATE_ROOT: Problem = Problem {
    id: "problem.private-root",
    title: "the certificate comes from a private authority",
    evidence: "`tls.trusted` deviates, and the chain ends in a root that is not known",
    meaning: "The chain is complete, but leads to a root that no phone has. Somebody must install that root on every phone.",
    fix: "Get a certificate from a public authority; or install the root on every phone (on iOS, switch it on under Settings, General, About, Certificate Trust Settings), and give it to this check with --ca-file.",
    fixes: &[
        (
            Product::Nginx,
            "Run `certbot --nginx -d HOST`; or install your root on every phone, and give it to this check with --ca-file.",
        ),
        (
            Product::Apache,
            "Run `certbot --apache -d HOST`; or install your root on every phone, and give it to this check with --ca-file.",
        ),
        (
            Product::Caddy,
            "Name the site `HOST` in the Caddyfile, and remove `tls internal`.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let chain = chain(symptom, "tls.trusted")?;
        let (leaf, top) = (chain.first()?, chain.last()?);
        (!leaf.is_self_issued() && top.is_self_issued()).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Returns whether the chain is not trusted, and ends before a certificate that is not known.
fn is_cut(symptom: &Symptom<'_>) -> bool {
    let Some(chain) = chain(symptom, "tls.trusted") else {
        return false;
    };
    // A chain that leads to a known root is refused for another reason.
    let sent = symptom.run.inspection.and_then(|seen| seen.chain.last());
    let is_known = sent.is_some_and(|top| top.issuer_is_root_here);
    let is_open = chain.last().is_some_and(|top| !top.is_self_issued());
    is_open && !is_known
}

/// The chain ends early, before a root of the given file.
pub(super) const GIVEN_ROOT_NOT_REACHED: Problem = Problem {
    id: "problem.given-root-not-reached",
    title: "no root of --ca-file issued the last certificate that the server sends",
    evidence: "`tls.trusted` deviates, the issuer of the last certificate was not sent and is not known, and --ca-file was given",
    meaning: "An intermediate certificate between the server's and the root is missing, or the file holds the root of another authority. Android does not fetch a missing certificate.",
    fix: "Let the server send the intermediate certificate after its own, in one file (`cat server.pem intermediate.pem > fullchain.pem`). If there is none, give the root that issued the server's certificate with --ca-file.",
    fixes: &[
        (
            Product::Nginx,
            "Run `cat server.pem intermediate.pem > fullchain.pem`, and name this file in `ssl_certificate`. If there is no intermediate certificate, give the root that issued the server's certificate with --ca-file.",
        ),
        (
            Product::Apache,
            "Run `cat server.pem intermediate.pem > fullchain.pem`, and name this file in `SSLCertificateFile`. If there is no intermediate certificate, give the root that issued the server's certificate with --ca-file.",
        ),
        (
            Product::Caddy,
            "Run `cat server.pem intermediate.pem > fullchain.pem`, and set `tls fullchain.pem privkey.pem`. If there is no intermediate certificate, give the root that issued the server's certificate with --ca-file.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let is_given = symptom.run.facts.own_roots;
        (is_given && is_cut(symptom)).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The chain ends early, before a root that this machine does not know.
pub(super) const PRIVATE_CHAIN_CUT: Problem = Problem {
    id: "problem.private-chain-cut",
    title: "the certificate comes from an authority that this machine does not know",
    evidence: "`tls.trusted` deviates, and the issuer of the last certificate was not sent and is not known",
    meaning: "The root is private, or an intermediate certificate is missing, or both. From outside, these cases look alike.",
    fix: "If the authority is your own, give its root to this check with --ca-file FILE, and install it on every phone. If it is a public one, let the server send every certificate up to the root (certbot: fullchain.pem, not cert.pem).",
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| is_cut(symptom).then_some(Certainty::Likely),
    ..BLANK
};

/// The certificate has expired.
pub(super) const EXPIRED: Problem = Problem {
    id: "problem.certificate-expired",
    title: "the certificate has expired",
    evidence: "`tls.dates` deviates because a certificate has ended",
    meaning: "The renewal of the certificate did not run, or the server was not reloaded after it. The apps refuse the server.",
    fix: "Renew the certificate (`certbot renew`), make the renewal automatic (`systemctl enable --now certbot.timer`), and reload the server.",
    fixes: &[
        (
            Product::Nginx,
            "Run `certbot renew`, then `nginx -s reload`; add `--deploy-hook 'nginx -s reload'`, so that it happens automatically.",
        ),
        (
            Product::Apache,
            "Run `certbot renew`, then `apachectl graceful`; add `--deploy-hook 'apachectl graceful'`, so that it happens automatically.",
        ),
        (
            Product::Caddy,
            "See `journalctl -u caddy` for why it did not renew; port 80 or 443 must be reachable.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let chain = chain(symptom, "tls.dates")?;
        let at = symptom.run.inspection?.at;
        let has_ended = chain.iter().any(|certificate| certificate.not_after < at);
        has_ended.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The certificate is not valid yet.
pub(super) const NOT_YET_VALID: Problem = Problem {
    id: "problem.certificate-not-yet-valid",
    title: "the certificate is not valid yet",
    evidence: "`tls.dates` deviates because a certificate has not begun",
    meaning: "The certificate begins in the future. Its issuer's clock, or that of this machine, is wrong.",
    fix: "Check the clocks of this machine and of the issuer of the certificate.",
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_run: |symptom| {
        let chain = chain(symptom, "tls.dates")?;
        let at = symptom.run.inspection?.at;
        let has_not_begun = chain.iter().any(|certificate| certificate.not_before > at);
        has_not_begun.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The certificate expires soon.
pub(super) const EXPIRES_SOON: Problem = Problem {
    id: "problem.certificate-expires-soon",
    title: "the certificate expires soon",
    evidence: "`tls.expires-soon` deviates",
    meaning: "An automatic renewal would have renewed it by now. When it expires, the apps refuse the server.",
    fix: "Renew the certificate (`certbot renew`), make the renewal automatic (`systemctl enable --now certbot.timer`), and reload the server.",
    fixes: &[
        (
            Product::Nginx,
            "Run `certbot renew --deploy-hook 'nginx -s reload'`, and `systemctl enable --now certbot.timer`.",
        ),
        (
            Product::Apache,
            "Run `certbot renew --deploy-hook 'apachectl graceful'`, and `systemctl enable --now certbot.timer`.",
        ),
        (
            Product::Caddy,
            "See `journalctl -u caddy` for why it did not renew; port 80 or 443 must be reachable.",
        ),
    ],
    source: "clause 6.1",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.expires-soon"]),
    ..BLANK
};

/// The certificate has a key or a signature that iOS refuses.
pub(super) const WEAK_CERTIFICATE: Problem = Problem {
    id: "problem.weak-certificate",
    title: "the certificate has a key or a signature that iOS refuses",
    evidence: "`tls.key` or `tls.signature` deviates",
    meaning: "App Transport Security requires RSA of 2048 bits or an elliptic curve of 256, and SHA-256. iOS refuses the server otherwise.",
    fix: "Get a certificate with a new key from a public authority (`certbot certonly --key-type ecdsa -d HOST`).",
    source: "clause 6.2",
    breaks: Breaks::IOS,
    in_run: |symptom| shown_by(symptom, &["tls.key", "tls.signature"]),
    ..BLANK
};

/// The certificate breaks a rule that iOS enforces.
pub(super) const CERTIFICATE_FORM: Problem = Problem {
    id: "problem.certificate-form",
    title: "the certificate breaks a rule that iOS enforces",
    evidence: "`tls.purpose`, `tls.validity`, `tls.validity-schedule` or `tls.transparency` deviates",
    meaning: "Apple's rules limit how long a certificate may be valid, and require certain fields. iOS refuses a certificate that breaks one of these rules.",
    fix: "Get a new certificate from a public authority, such as Let's Encrypt. A private authority must issue a new certificate, for at most 825 days and with the extended key usage serverAuth.",
    source: "clause 6.2",
    breaks: Breaks::IOS,
    in_run: |symptom| {
        shown_by(
            symptom,
            &[
                "tls.purpose",
                "tls.validity",
                "tls.validity-schedule",
                "tls.transparency",
            ],
        )
    },
    ..BLANK
};

/// The certificate demands a stapled answer, and none comes.
pub(super) const NOT_STAPLED: Problem = Problem {
    id: "problem.not-stapled",
    title: "the certificate demands a stapled OCSP answer, and the server sends none",
    evidence: "`tls.must-staple` deviates",
    meaning: "The certificate has the Must-Staple extension. No app of today refuses it for that, but a stricter client may.",
    fix: "Get a certificate without that requirement (Let's Encrypt no longer runs OCSP), or let the server staple.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_stapling on; ssl_stapling_verify on;` and a `resolver`, or get a certificate without that requirement: Let's Encrypt no longer runs OCSP.",
        ),
        (
            Product::Apache,
            "Set `SSLUseStapling on` and `SSLStaplingCache shmcb:/run/ocsp(128000)`, or get a certificate without that requirement: Let's Encrypt no longer runs OCSP.",
        ),
    ],
    source: "RFC 7633",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.must-staple"]),
    ..BLANK
};

/// The server sends certificates that are not needed, or in the wrong order.
pub(super) const CHAIN_UNTIDY: Problem = Problem {
    id: "problem.chain-untidy",
    title: "the server sends unneeded certificates, or sends them in the wrong order",
    evidence: "`tls.chain-order` or `tls.chain-superfluous` deviates",
    meaning: "Current clients sort the chain themselves. An expired leftover in it has stopped older ones.",
    fix: "Put the server's certificate first, then each issuer after the certificate that it issued, without the root and without other certificates; certbot's fullchain.pem has this form.",
    fixes: &[
        (
            Product::Nginx,
            "Set `ssl_certificate /etc/letsencrypt/live/HOST/fullchain.pem;`.",
        ),
        (
            Product::Apache,
            "Set `SSLCertificateFile /etc/letsencrypt/live/HOST/fullchain.pem`, and remove `SSLCertificateChainFile`.",
        ),
        (
            Product::Caddy,
            "Set `tls fullchain.pem privkey.pem`, with certbot's files.",
        ),
    ],
    source: "RFC 5246 section 7.4.2",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["tls.chain-order", "tls.chain-superfluous"]),
    ..BLANK
};

/// Only this machine trusts the certificate.
pub(super) const TRUST_OF_THIS_MACHINE: Problem = Problem {
    id: "problem.trust-of-this-machine",
    title: "this machine trusts the certificate, but phones do not",
    evidence: "the chain leads to a root of this machine that is not public, and no --ca-file was given",
    meaning: "The root was installed on this machine, and public authorities do not know it. No phone has it until somebody installs it there.",
    fix: "Install the root on every phone (on iOS, switch it on under Settings, General, About, Certificate Trust Settings), or get a certificate from a public authority.",
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_target: |run| {
        let is_known = run.facts.loopback || run.facts.own_roots;
        let seen = run.inspection.filter(|_| !is_known);
        seen.is_some_and(|seen| seen.trust == Trust::Trusted && !seen.public)
    },
    ..BLANK
};

/// The root is the user's own.
pub(super) const ROOT_NOT_ON_PHONES: Problem = Problem {
    id: "problem.root-not-on-phones",
    title: "phones do not trust this certificate yet: its root is not public",
    evidence: "the chain leads to a root that is not public, and --ca-file was given",
    meaning: "The root was given to this check, and no phone has it. The apps refuse the server until somebody installs it there.",
    fix: "Install the root on each phone; on iOS, switch it on under Settings, General, About, Certificate Trust Settings.",
    source: "clause 6.1",
    breaks: Breaks::EVERYTHING,
    in_target: |run| {
        let seen = run.inspection.filter(|_| run.facts.own_roots);
        seen.is_some_and(|seen| seen.trust == Trust::Trusted && !seen.public)
    },
    ..BLANK
};

/// The first system releases that include a root, by the common name of the root.
///
/// Other young roots are missing because no source names both releases for them.
///
/// Source: Let's Encrypt, "Certificate Compatibility", of 2024-07-04.
const FIRST_RELEASES: [(&str, &str); 2] = [
    ("ISRG Root X1", "Android 7.1.1 and iOS 10"),
    ("ISRG Root X2", "Android 14 and iOS 16"),
];

/// Returns the first releases that include the root of a chain, if the root is known to be new.
pub fn first_releases(seen: &Inspection) -> Option<(&'static str, &'static str)> {
    let last = Certificate::parse(&seen.chain.last()?.der.0)?;
    let known = FIRST_RELEASES
        .iter()
        .find(|(name, _)| last.issuer.contains(name));
    known.copied().filter(|_| seen.public)
}

/// Older phones do not have the root.
pub(super) const NEW_ROOT: Problem = Problem {
    id: "problem.new-root",
    title: "older phones lack the root of this certificate",
    evidence: "the chain leads to a public root that is in a table of roots by release",
    meaning: "The certificate is valid, but its root is newer than some phones that are still in use. These phones refuse the server.",
    fix: "Current phones need no fix. For older ones, request a chain that leads to an older root (certbot: `--preferred-chain`).",
    source: "Let's Encrypt, Certificate Compatibility, of 2024-07-04",
    breaks: Breaks::NOTHING,
    in_target: |run| {
        run.inspection
            .is_some_and(|seen| first_releases(seen).is_some())
    },
    ..BLANK
};
