//! Deleting the backup, as when the user switches Threema Safe off.

use super::super::case::{Kind, RigCase, done, either, failed, name};
use crate::rig::{Action, Answer, Before, Document, Elsewhere};
use crate::safe::clause;

const DELETE: &[Action] = &[Action::Delete];

pub(super) fn cases() -> Vec<RigCase> {
    let mut cases = vec![
        RigCase::new(
            "rig.delete.healthy",
            "The backup is deleted",
            clause::DELETE,
        )
        .does(DELETE)
        .on(|script| script.before = Before::Backup(Document::Small))
        .mobile(done().some(Kind::Deletes).no(Kind::Stored)),
        RigCase::new(
            "rig.delete.missing",
            "If no backup exists, Android reports it and iOS does not",
            clause::DELETE,
        )
        .does(DELETE)
        .android(failed().some(Kind::Deletes))
        .ios(done().some(Kind::Deletes)),
    ];
    for status in [200, 202] {
        cases.push(
            RigCase::new(
                name(format!("rig.delete.{status}")),
                format!("A deletion that is answered with {status} is a success"),
                clause::DELETE,
            )
            .does(DELETE)
            .on(|script| {
                script.before = Before::Backup(Document::Small);
                script.delete = Answer::ProperAs(status);
            })
            .mobile(done().some(Kind::Deletes)),
        );
    }
    for status in [403, 405, 423, 429, 500, 503] {
        cases.push(
            RigCase::new(
                name(format!("rig.delete.{status}")),
                format!("A deletion that is answered with {status} is not repeated endlessly"),
                clause::DELETE,
            )
            .does(DELETE)
            .on(|script| {
                script.before = Before::Backup(Document::Small);
                script.delete = Answer::Status(status);
            })
            .android(failed())
            .ios(either()),
        );
    }
    for (id, title, to) in [
        (
            "rig.delete.redirect-other-host",
            "A redirect of a deletion to another host receives no credentials",
            Elsewhere::OtherHost,
        ),
        (
            "rig.delete.redirect-other-port",
            "A redirect of a deletion to another port of the same host receives no credentials",
            Elsewhere::OtherPort,
        ),
    ] {
        cases.push(
            RigCase::new(id, title, clause::REDIRECT)
                .does(DELETE)
                .on(move |script| {
                    script.before = Before::Backup(Document::Small);
                    script.delete = Answer::Redirect { status: 307, to };
                })
                .mobile(either()),
        );
    }
    cases
}
