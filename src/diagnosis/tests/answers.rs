//! Each problem from an exchange that shows it, and from near misses that must not.

use super::super::*;
use crate::wire::{Body, Http, LoginKind, Method, Response};

const BASE: &str = "https://cloud.example/safe";
const NEXTCLOUD: &str = "https://cloud.example/remote.php/dav/files/alice/threema";

pub(super) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    Response::new(
        status,
        Http::One,
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        Body::new(body.as_bytes().to_vec().into(), false),
    )
}

fn about(method: Method, subject: Subject, answer: &Response) -> Evidence<'_> {
    Evidence::of(BASE, LoginKind::Basic, method, subject, answer)
}

fn of_config(answer: &Response) -> Evidence<'_> {
    about(Method::Get, Subject::Config, answer)
}

fn of_upload(answer: &Response) -> Evidence<'_> {
    about(Method::Put, Subject::Backup, answer)
}

fn beside(evidence: Evidence<'_>, folder: Option<u16>) -> Evidence<'_> {
    let beside = Beside {
        folder,
        ..evidence.beside
    };
    Evidence { beside, ..evidence }
}

#[track_caller]
fn shows(evidence: &Evidence<'_>, id: &str, certainty: Certainty) -> Diagnosis {
    let found = diagnose(evidence).unwrap_or_else(|| panic!("no problem instead of {id}"));
    assert_eq!((found.id, found.certainty), (id, certainty));
    found
}

#[track_caller]
fn shows_nothing(evidence: &Evidence<'_>) {
    assert_eq!(diagnose(evidence), None);
}

#[track_caller]
fn is_not(evidence: &Evidence<'_>, id: &str) {
    assert_ne!(diagnose(evidence).map(|found| found.id), Some(id));
}

fn sabre(message: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">\
         <s:exception>E</s:exception><s:message>{message}</s:message></d:error>"
    )
}

#[test]
fn every_entry_is_complete_and_has_a_name_of_its_own() {
    let mut known = std::collections::BTreeSet::new();
    for problem in CATALOGUE {
        assert!(known.insert(problem.id), "{} twice", problem.id);
        let name = problem.id.strip_prefix("problem.").expect("the prefix");
        assert!(
            name.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        assert!(!problem.title.ends_with('.') && !problem.title.is_empty());
        assert_eq!(
            problem.meaning.matches(". ").count() + 1,
            2,
            "{}: two sentences",
            problem.id
        );
        assert!(problem.meaning.ends_with('.') && !problem.fix.is_empty());
        assert!(!problem.source.is_empty());
        assert!(Problem::of(problem.id).is_some());
    }
    assert!(Problem::of("problem.none").is_none());
}

#[test]
fn a_healthy_exchange_shows_nothing() {
    let config = answer(
        200,
        &[("server", "nginx")],
        "{\"maxBackupBytes\": 1, \"retentionDays\": 2}",
    );
    shows_nothing(&of_config(&config));
    for status in [200, 201, 204] {
        shows_nothing(&of_upload(&answer(status, &[], "")));
    }
    let missing = answer(404, &[("server", "Microsoft-IIS/10.0")], "");
    shows_nothing(&about(Method::Get, Subject::Backup, &missing));
}

#[test]
fn challenges_are_distinguished_by_their_schemes() {
    for (challenge, id) in [
        ("Bearer realm=\"x, Basic y\"", "problem.bearer-only"),
        ("Negotiate", "problem.windows-login-only"),
        ("Negotiate, NTLM", "problem.windows-login-only"),
        ("Digest realm=\"x\", nonce=\"y\"", "problem.digest-only"),
        ("DummyBasic realm=\"x\"", "problem.no-basic"),
        ("Bearer, Digest realm=\"x\"", "problem.no-basic"),
    ] {
        let refused = answer(401, &[("www-authenticate", challenge)], "");
        shows(&of_config(&refused), id, Certainty::Certain);
    }
    // Basic may be accepted without being offered, and iOS answers Digest.
    for challenge in ["Digest realm=\"x\"", "Bearer, Digest realm=\"x\""] {
        let asks = answer(401, &[("www-authenticate", challenge)], "");
        shows_nothing(&Evidence {
            with_credentials: false,
            ..of_config(&asks)
        });
    }
    for challenge in ["Basic realm=\"x\"", "Bearer realm=\"x\", Basic realm=\"y\""] {
        let refused = answer(401, &[("www-authenticate", challenge)], "");
        shows(
            &of_config(&refused),
            "problem.wrong-password",
            Certainty::Likely,
        );
    }
}

#[test]
fn a_401_without_a_challenge() {
    let refused = answer(401, &[], "");
    let anonymous = Evidence {
        with_credentials: false,
        ..of_config(&refused)
    };
    shows(&anonymous, "problem.no-challenge", Certainty::Certain);
    let open = Evidence {
        login: LoginKind::Open,
        ..anonymous
    };
    shows(&open, "problem.login-needed", Certainty::Certain);
    shows(
        &of_config(&refused),
        "problem.no-login-offered",
        Certainty::Likely,
    );
}

#[test]
fn credentials_that_never_arrive() {
    let basic = [("www-authenticate", "Basic realm=\"Nextcloud\"")];
    let lost = sabre(
        "No public access., No 'Authorization: Basic' header found. Either the client did not send one",
    );
    let lost = answer(401, &basic, &lost);
    shows(
        &of_config(&lost),
        "problem.authorization-lost",
        Certainty::Certain,
    );
    let wrong = answer(401, &basic, &sabre("Username or password was incorrect"));
    let found = shows(
        &of_config(&wrong),
        "problem.wrong-password",
        Certainty::Likely,
    );
    assert!(found.fix.contains("app password"), "{}", found.fix);
    let mut unseen = of_config(&wrong);
    unseen.beside.unseen_in_login = true;
    let found = shows(&unseen, "problem.wrong-password", Certainty::Likely);
    assert!(found.fix.contains("not seen"), "{}", found.fix);
    let anonymous = Evidence {
        with_credentials: false,
        ..of_config(&lost)
    };
    is_not(&anonymous, "problem.authorization-lost");
}

#[test]
fn a_password_for_apps() {
    let hint = answer(401, &[], &sabre("password login forbidden"));
    shows(
        &of_config(&hint),
        "problem.app-password",
        Certainty::Certain,
    );
    let cookie = [("set-cookie", "oc_sessionPassphrase=[redacted]")];
    let silent = answer(401, &cookie, "");
    shows(
        &of_config(&silent),
        "problem.app-password",
        Certainty::Likely,
    );
    let elsewhere = answer(401, &[("set-cookie", "session=[redacted]")], "");
    shows(
        &of_config(&elsewhere),
        "problem.no-login-offered",
        Certainty::Likely,
    );
}

#[test]
fn folders_and_files_that_are_missing() {
    let missing = answer(404, &[], "");
    let with_folder = |folder| beside(of_config(&missing), folder);
    shows(
        &with_folder(Some(404)),
        "problem.no-such-folder",
        Certainty::Certain,
    );
    shows(
        &with_folder(Some(207)),
        "problem.config-missing",
        Certainty::Certain,
    );
    shows(
        &with_folder(Some(405)),
        "problem.config-not-found",
        Certainty::Likely,
    );
    shows_nothing(&with_folder(None));
}

#[test]
fn uploads_into_a_folder_that_is_missing_or_closed() {
    for status in [403, 404, 409, 500] {
        let refused = answer(status, &[], "");
        let with_folder = |folder| beside(of_upload(&refused), folder);
        shows(
            &with_folder(Some(404)),
            "problem.backups-missing",
            Certainty::Certain,
        );
        // A lock database, a full disk or a rewritten path has the others as well.
        let certainty = match status {
            403 | 404 => Certainty::Certain,
            _ => Certainty::Likely,
        };
        shows(
            &with_folder(Some(207)),
            "problem.backups-not-writable",
            certainty,
        );
    }
    let conflict = answer(409, &[], "");
    shows(
        &of_upload(&conflict),
        "problem.backups-missing",
        Certainty::Likely,
    );
    for (status, id) in [(500, "problem.server-error"), (413, "problem.body-limit")] {
        let other = answer(status, &[], "");
        assert_eq!(diagnose(&of_upload(&other)).map(|found| found.id), Some(id));
    }
}

#[test]
fn an_answer_without_login_says_nothing_of_what_is_there() {
    for status in [403, 404, 405, 409, 500] {
        let refused = answer(status, &[], "");
        for folder in [None, Some(404), Some(207)] {
            let evidence = Evidence {
                with_credentials: false,
                ..beside(of_upload(&refused), folder)
            };
            let of_config = Evidence {
                method: Method::Get,
                subject: Subject::Config,
                ..evidence
            };
            for evidence in [evidence, of_config] {
                let found = diagnose(&evidence).map(|found| found.id);
                // An error of the server affects every client.
                let expected = (status == 500).then_some("problem.server-error");
                assert_eq!(found, expected, "{status}");
            }
        }
    }
}

#[test]
fn a_server_that_takes_no_uploads() {
    let refused = answer(405, &[("server", "nginx/1.22.1")], "");
    let found = shows(&of_upload(&refused), "problem.no-webdav", Certainty::Likely);
    assert!(found.fix.contains("dav_methods"), "{}", found.fix);
    let closed = beside(of_upload(&refused), Some(405));
    shows(&closed, "problem.no-webdav", Certainty::Certain);
    let there = beside(of_upload(&refused), Some(207));
    is_not(&there, "problem.no-webdav");
}

#[test]
fn files_without_an_extension_on_iis() {
    let iis = [("server", "Microsoft-IIS/10.0")];
    let missing = answer(
        404,
        &iis,
        "<html><title>404 - File or directory not found.</title></html>",
    );
    let stored = about(Method::Get, Subject::StoredBackup, &missing);
    shows(&stored, "problem.no-mime-type", Certainty::Certain);
    let apache = answer(404, &[("server", "Apache")], "");
    let elsewhere = about(Method::Get, Subject::StoredBackup, &apache);
    is_not(&elsewhere, "problem.no-mime-type");
}

#[test]
fn quotation_marks_for_people() {
    for config in [
        "{\n„maxBackupBytes“: 524288,\n„retentionDays“: 180\n}",
        "{“maxBackupBytes”: 524288, “retentionDays”: 180}",
    ] {
        let config = answer(200, &[], config);
        shows(
            &of_config(&config),
            "problem.typographic-quotes",
            Certainty::Certain,
        );
    }
    let inside = answer(
        200,
        &[],
        "{\"comment\": \"“my” maxBackupBytes\", \"maxBackupBytes\": 1, \"retentionDays\": 2}",
    );
    shows_nothing(&of_config(&inside));
    let page = answer(200, &[], "<html>write “maxBackupBytes”</html>");
    is_not(&of_config(&page), "problem.typographic-quotes");
}

#[test]
fn a_portal_in_front() {
    for location in [
        "https://auth.example/?rd=https%3A%2F%2Fcloud.example%2Fsafe%2Fconfig&rm=GET",
        "https://team.cloudflareaccess.com/cdn-cgi/access/login/cloud.example",
        "/outpost.goauthentik.io/start?rd=%2Fsafe",
        "/oauth2/start?rd=%2Fsafe",
    ] {
        let redirect = answer(302, &[("location", location)], "");
        shows(&of_config(&redirect), "problem.portal", Certainty::Certain);
    }
    for location in [
        "https://cloud.example/safe/config/",
        "https://cloud.example/login?redirect_url=%2Fsafe",
        "https://storage.example/signed/config?sign=abc",
        "https://other.example/safe/config",
    ] {
        let redirect = answer(302, &[("location", location)], "");
        is_not(&of_config(&redirect), "problem.portal");
    }
}

#[test]
fn the_address_of_a_nextcloud() {
    let page = "<!DOCTYPE html><html><head><title>Nextcloud</title></head></html>";
    let missing = answer(404, &[], page);
    let at = |base| Evidence {
        base,
        ..of_config(&missing)
    };
    for (base, part) in [
        (
            "https://cloud.example",
            "https://cloud.example/remote.php/dav/files/USER/",
        ),
        (
            "https://cloud.example/nc/index.php/apps/files/files/1234",
            "https://cloud.example/nc/remote.php/dav/files/USER/",
        ),
        (
            "https://cloud.example/remote.php/dav/alice/files/threema",
            "https://cloud.example/remote.php/dav/files/USER/",
        ),
        (
            "https://cloud.example:8443/index.php/s/AbCdEf",
            "https://cloud.example:8443/public.php/webdav with the user name AbCdEf",
        ),
    ] {
        let found = shows(&at(base), "problem.nextcloud-url", Certainty::Certain);
        assert!(found.fix.contains(part), "{base}: {}", found.fix);
    }
    for base in [NEXTCLOUD, "https://cloud.example/remote.php/webdav/threema"] {
        is_not(&at(base), "problem.nextcloud-url");
    }
    let elsewhere = answer(404, &[], "<html><title>Not here</title></html>");
    is_not(&of_config(&elsewhere), "problem.nextcloud-url");
}

#[test]
fn states_that_the_server_names_itself() {
    for (message, id) in [
        ("System in maintenance mode.", "problem.maintenance"),
        ("User disabled", "problem.account-disabled"),
        (
            "Encryption not ready: Private Key missing",
            "problem.encryption-not-ready",
        ),
    ] {
        let refused = answer(503, &[], &sabre(message));
        shows(&of_config(&refused), id, Certainty::Certain);
        let other = answer(500, &[], &sabre(message));
        shows(
            &of_config(&other),
            "problem.server-error",
            Certainty::Likely,
        );
    }
    let silent = answer(503, &[], "");
    shows(
        &of_config(&silent),
        "problem.unavailable",
        Certainty::Likely,
    );
    shows(
        &of_upload(&answer(507, &[], "")),
        "problem.quota",
        Certainty::Certain,
    );
    let challenge = [("cf-mitigated", "challenge"), ("server", "cloudflare")];
    let robot = answer(
        403,
        &challenge,
        "<html><title>Just a moment...</title></html>",
    );
    shows(
        &of_config(&robot),
        "problem.cloudflare-challenge",
        Certainty::Certain,
    );
    let forbidden = answer(403, &[("server", "cloudflare")], "");
    shows(
        &of_config(&forbidden),
        "problem.forbidden",
        Certainty::Likely,
    );
    let untrusted = answer(400, &[], "<html>Access through untrusted domain</html>");
    shows(
        &of_config(&untrusted),
        "problem.untrusted-host",
        Certainty::Certain,
    );
}

#[test]
fn software_is_named_with_its_evidence() {
    let seen = recognised(&answer(
        404,
        &[
            ("server", "Apache/2.4"),
            ("set-cookie", "nc_sameSiteCookielax=true"),
        ],
        "",
    ));
    let names: Vec<_> = seen.iter().map(|seen| seen.product.name()).collect();
    assert_eq!(names, ["Nextcloud", "Apache"]);
    assert_eq!(seen[1].evidence, "`Server: Apache/2.4`");
    assert_eq!(recognised(&answer(200, &[("server", "my-apache")], "")), []);
}
