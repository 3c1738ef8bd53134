//! Certificates that a client must refuse before it sends anything.

use super::super::case::{Kind, RigCase, failed, name};
use crate::rig::{Action, Before, Certificate, Document};
use crate::safe::{Stage, clause};

const BAD: [(&str, &str, Certificate); 10] = [
    ("expired", "An expired certificate", Certificate::Expired),
    (
        "not-yet-valid",
        "A certificate that is not valid yet",
        Certificate::NotYetValid,
    ),
    (
        "client-only",
        "A certificate that no server may use",
        Certificate::ForClients,
    ),
    (
        "no-authority",
        "A certificate signed with a server's certificate",
        Certificate::NoAuthority,
    ),
    (
        "wrong-name",
        "A certificate for another host",
        Certificate::WrongName,
    ),
    (
        "unknown-root",
        "A certificate of an authority that the client does not know",
        Certificate::UnknownRoot,
    ),
    (
        "self-signed",
        "A self-signed certificate",
        Certificate::SelfSigned,
    ),
    (
        "self-signed-authority",
        "A self-signed certificate that claims to be an authority",
        Certificate::SelfSignedAuthority,
    ),
    (
        "missing-intermediate",
        "A certificate without the intermediate that signed it",
        Certificate::MissingIntermediate,
    ),
    (
        "old-version",
        "A server that speaks TLS 1.1 at most",
        Certificate::OldTls,
    ),
];

pub(super) fn cases() -> Vec<RigCase> {
    let mut cases = Vec::new();
    for (id, title, certificate) in BAD {
        for (action, actions) in [
            (Action::Test, &[Action::Test][..]),
            (Action::Backup, &[Action::Backup][..]),
            (Action::Restore, &[Action::Restore][..]),
        ] {
            let case = RigCase::new(
                name(format!("rig.tls.{id}.{action}")),
                format!("{title} is refused before anything is sent: {action}"),
                clause::TRUST,
            )
            .does(actions)
            .stage(Stage::Tls)
            .on(|script| {
                script.certificate = certificate;
                if action == Action::Restore {
                    script.before = Before::Backup(Document::Small);
                }
            });
            let refused = || failed().no(Kind::Requests).no(Kind::OldHandshakes);
            cases.push(if action == Action::Restore {
                case.all(refused())
            } else {
                case.mobile(refused())
            });
        }
    }
    cases
}
