//! Restoring: every possible state of a backup, and every answer to its download.

use super::super::case::{Kind, RigCase, done, either, failed, name};
use crate::rig::{Action, Answer, Before, Document, Elsewhere, Script};
use crate::safe::{Stage, clause};
use std::time::Duration;

const RESTORE: &[Action] = &[Action::Restore];

/// The statuses of a GET that every client counts as a failure.
const FAILURES: [u16; 11] = [400, 403, 404, 405, 410, 423, 429, 500, 502, 503, 504];

/// A backup that cannot be restored: its name, title, stage and the stored bytes.
type Broken = (&'static str, &'static str, Stage, Before);

#[allow(
    clippy::too_many_lines,
    reason = "it is a table: one case after the other"
)]
pub(super) fn cases() -> Vec<RigCase> {
    let restores = || done().some(Kind::Downloads).no(Kind::Uploads);
    let stored = |script: &mut Script| script.before = Before::Backup(Document::Small);
    let mut cases = vec![
        RigCase::new(
            "rig.restore.healthy",
            "A backup is restored",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(stored)
        .mobile(done().some(Kind::Downloads))
        .desktop(restores()),
        RigCase::new(
            "rig.restore.compressed",
            "A backup whose gzip is compressed is restored, as older releases wrote it",
            clause::ENVELOPE,
        )
        .does(RESTORE)
        .stage(Stage::Gunzip)
        .on(|script| script.before = Before::CompressedBackup)
        .all(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.large",
            "A backup of some 450 KiB is restored",
            clause::SIZE,
        )
        .does(RESTORE)
        .on(|script| script.before = Before::Backup(Document::OfSize(400 * 1024)))
        .all(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.above-the-limit",
            "A backup larger than `maxBackupBytes` is still restored",
            clause::SIZE,
        )
        .does(RESTORE)
        .on(|script| {
            script.before = Before::Backup(Document::OfSize(100 * 1024));
            script.max_backup_bytes = 65_536;
        })
        .all(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.slow",
            "The client waits for a download that takes two seconds",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(move |script| {
            stored(script);
            script.get = Answer::After(Duration::from_secs(2));
        })
        .all(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.http-1.0",
            "A download in HTTP/1.0 is accepted",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(move |script| {
            stored(script);
            script.offers_http2 = false;
            script.get = Answer::Http10;
        })
        .all(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.gzip",
            "A download that is compressed on the way is restored, where the client offers that",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(move |script| {
            stored(script);
            script.get = Answer::Gzipped;
        })
        .all(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.cut-off",
            "A download that ends too early is not a success",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .stage(Stage::Size)
        .on(move |script| {
            stored(script);
            script.get = Answer::CutOff;
        })
        .all(failed()),
        RigCase::new(
            "rig.restore.connection-closed",
            "A download that gets no answer is not a success",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(move |script| {
            stored(script);
            script.get = Answer::Closes;
        })
        .all(failed()),
        RigCase::new(
            "rig.restore.portal",
            "A login page in place of a backup is not a success",
            clause::ENVELOPE,
        )
        .does(RESTORE)
        .stage(Stage::Open)
        .on(move |script| {
            stored(script);
            script.get = super::test::page();
        })
        .all(failed()),
        RigCase::new(
            "rig.restore.no-config",
            "A backup is restored where `config` is missing",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(move |script| {
            stored(script);
            script.config = Answer::Status(404);
        })
        .mobile(either().some(Kind::Downloads))
        .desktop(done().some(Kind::Downloads)),
        RigCase::new(
            "rig.restore.head-refused",
            "Desktop asks for the backup with HEAD first; the others do without",
            clause::DOWNLOAD,
        )
        .does(RESTORE)
        .on(stored)
        .mobile(done().no(Kind::Probes))
        .desktop(done().some(Kind::Probes)),
    ];
    for (what, title, stage, before) in broken() {
        cases.push(
            RigCase::new(name(format!("rig.restore.{what}")), title, clause::ENVELOPE)
                .does(RESTORE)
                .stage(stage)
                .on(|script| script.before = before)
                .all(failed()),
        );
    }
    cases.extend(statuses());
    cases.extend(redirects());
    cases
}

fn broken() -> Vec<Broken> {
    vec![
        (
            "empty",
            "An empty backup is not a success",
            Stage::Size,
            Before::Raw(Vec::new()),
        ),
        (
            "23-bytes",
            "A backup shorter than a nonce is not a success",
            Stage::Size,
            Before::Raw([7; 23].to_vec()),
        ),
        (
            "39-bytes",
            "A backup shorter than nonce and tag is not a success",
            Stage::Size,
            Before::Raw([7; 39].to_vec()),
        ),
        (
            "truncated",
            "A backup that lost its end is not a success",
            Stage::Open,
            Before::TruncatedBackup,
        ),
        (
            "tampered",
            "A backup with one bit changed is not a success",
            Stage::Open,
            Before::TamperedBackup,
        ),
        (
            "foreign",
            "A backup that was sealed with another password is not a success",
            Stage::Open,
            Before::ForeignBackup,
        ),
        (
            "unpacked",
            "A backup without gzip is not a success",
            Stage::Gunzip,
            Before::UnpackedBackup,
        ),
    ]
}

fn statuses() -> Vec<RigCase> {
    let mut cases = Vec::new();
    for status in FAILURES {
        cases.push(
            RigCase::new(
                name(format!("rig.restore.{status}")),
                format!("A download that is answered with {status} is not a success, and is not requested endlessly"),
                clause::STATUS,
            )
            .does(RESTORE)
            .on(|script| {
                script.before = Before::Backup(Document::Small);
                script.get = Answer::Status(status);
            })
            .all(failed()),
        );
    }
    for status in [202, 203, 206] {
        cases.push(
            RigCase::new(
                name(format!("rig.restore.{status}")),
                format!("Android and iOS accept a complete backup with {status}, Desktop does not"),
                clause::DOWNLOAD,
            )
            .does(RESTORE)
            .on(|script| {
                script.before = Before::Backup(Document::Small);
                script.get = Answer::ProperAs(status);
            })
            .mobile(done().some(Kind::Downloads))
            .desktop(failed()),
        );
    }
    cases
}

fn redirects() -> Vec<RigCase> {
    let case = |id, title: &str, to| {
        RigCase::new(id, title, clause::REDIRECT)
            .does(RESTORE)
            .on(move |script| {
                script.before = Before::Backup(Document::Small);
                script.get = Answer::Redirect { status: 302, to };
            })
    };
    vec![
        case(
            "rig.restore.redirect",
            "A redirected download is followed or refused",
            Elsewhere::SameHost,
        )
        .all(either()),
        case(
            "rig.restore.redirect-other-host",
            "A redirect of a download to another host receives no credentials",
            Elsewhere::OtherHost,
        )
        .all(either()),
        case(
            "rig.restore.redirect-other-port",
            "A redirect of a download to another port of the same host receives no credentials",
            Elsewhere::OtherPort,
        )
        .all(either()),
        case(
            "rig.restore.redirect-plain",
            "A download is not requested over plain http",
            Elsewhere::Plain,
        )
        .stage(Stage::Tls)
        .all(failed()),
        case(
            "rig.restore.redirect-login",
            "A login page behind a redirect is not a backup",
            Elsewhere::LoginPage,
        )
        .all(failed()),
    ]
}
