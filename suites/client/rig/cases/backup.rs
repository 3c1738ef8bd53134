//! Backups: first, repeated, changed; the limit; refusals; a change of the password.

use super::super::case::{Kind, RigCase, done, either, failed, name};
use crate::engine::Level;
use crate::rig::{Action, Answer, Before, Document, Elsewhere};
use crate::safe::{Stage, clause};
use std::time::Duration;

const ONCE: &[Action] = &[Action::Backup];
const TWICE: &[Action] = &[Action::Backup, Action::Backup];
const THEN_CHANGED: &[Action] = &[Action::Backup, Action::ChangePassword];

/// The statuses of a PUT that every client counts as a failure.
const FAILURES: [u16; 16] = [
    400, 403, 404, 405, 409, 410, 411, 413, 423, 429, 500, 501, 502, 503, 504, 507,
];

#[allow(
    clippy::too_many_lines,
    reason = "it is a table: one case after the other"
)]
pub(super) fn cases() -> Vec<RigCase> {
    let stores = || {
        done()
            .some(Kind::Config)
            .some(Kind::Uploads)
            .with(Kind::Stored, 1)
    };
    let mut cases = vec![
        RigCase::new(
            "rig.backup.first",
            "A first backup is stored",
            clause::UPLOAD,
        )
        .does(ONCE)
        .mobile(stores()),
        RigCase::new(
            "rig.backup.over-old",
            "A backup replaces the one that was there",
            clause::UPLOAD,
        )
        .does(ONCE)
        .on(|script| script.before = Before::Backup(Document::Small))
        .mobile(stores()),
        RigCase::new(
            "rig.backup.changed",
            "A changed document is uploaded again",
            clause::UPLOAD,
        )
        .does(TWICE)
        .on(|script| script.changes = true)
        .mobile(stores()),
        RigCase::new(
            "rig.backup.unchanged",
            "An unchanged document is uploaded again or left as it is",
            clause::UPLOAD,
        )
        .does(TWICE)
        .mobile(done().with(Kind::Stored, 1)),
        RigCase::new(
            "rig.backup.large",
            "A backup of some 450 KiB is stored",
            clause::SIZE,
        )
        .does(ONCE)
        .on(|script| script.document = Document::OfSize(400 * 1024))
        .mobile(stores()),
        RigCase::new(
            "rig.backup.http-1.1-alone",
            "A server without HTTP/2 gets the backup",
            clause::UPLOAD,
        )
        .does(ONCE)
        .on(|script| script.offers_http2 = false)
        .mobile(stores()),
        RigCase::new(
            "rig.backup.slow",
            "The client waits for an answer that takes two seconds",
            clause::UPLOAD,
        )
        .does(ONCE)
        .on(|script| script.put = Answer::After(Duration::from_secs(2)))
        .mobile(stores()),
        RigCase::new(
            "rig.backup.connection-closes-after",
            "A server that closes each connection gets the backup",
            clause::UPLOAD,
        )
        .does(ONCE)
        .on(|script| {
            script.offers_http2 = false;
            script.config = Answer::ThenCloses;
            script.put = Answer::ThenCloses;
        })
        .mobile(stores()),
        RigCase::new(
            "rig.backup.connection-closed",
            "An upload that gets no answer is not a success",
            clause::UPLOAD,
        )
        .does(ONCE)
        .on(|script| script.put = Answer::Closes)
        .mobile(failed()),
    ];
    for status in [200, 202, 204] {
        cases.push(
            RigCase::new(
                name(format!("rig.backup.{status}")),
                format!("An upload that is answered with {status} is a success, like any 2xx"),
                clause::UPLOAD,
            )
            .does(ONCE)
            .on(|script| script.put = Answer::ProperAs(status))
            .mobile(stores()),
        );
    }
    for status in FAILURES {
        cases.push(
            RigCase::new(
                name(format!("rig.backup.{status}")),
                format!("An upload that is answered with {status} is not a success, and is not repeated endlessly"),
                clause::UPLOAD,
            )
            .does(ONCE)
            .on(|script| script.put = Answer::Status(status))
            .mobile(failed()),
        );
    }
    cases.extend(over_old());
    cases.extend(config());
    cases.extend(limits());
    cases.extend(redirects());
    cases.extend(password());
    cases
}

/// Returns the cases in which an upload fails while there is an older backup: it is better than
/// none.
fn over_old() -> impl Iterator<Item = RigCase> {
    [413, 500, 507].into_iter().map(|status| {
        RigCase::new(
            name(format!("rig.backup.{status}-over-old")),
            format!("An upload that is answered with {status} leaves the backup that was there"),
            clause::UPLOAD,
        )
        .does(ONCE)
        .on(|script| {
            script.before = Before::Backup(Document::Small);
            script.put = Answer::Status(status);
        })
        .mobile(failed().with(Kind::Stored, 1))
    })
}

/// Returns the cases in which `config` must be read before the upload.
fn config() -> Vec<RigCase> {
    vec![
        RigCase::new(
            "rig.backup.config-missing",
            "Without a `config`, nothing is uploaded",
            clause::CONFIG,
        )
        .does(ONCE)
        .on(|script| script.config = Answer::Status(404))
        .mobile(failed().no(Kind::Uploads)),
        RigCase::new(
            "rig.backup.config-broken",
            "With a `config` that is not JSON, nothing is uploaded",
            clause::CONFIG,
        )
        .does(ONCE)
        .stage(Stage::Json)
        .on(|script| script.config = super::test::page())
        .mobile(failed().no(Kind::Uploads)),
        RigCase::new(
            "rig.backup.maintenance",
            "Nothing is uploaded to a server in maintenance",
            clause::STATUS,
        )
        .does(ONCE)
        .on(|script| {
            script.config = Answer::Status(503);
            script.put = Answer::Status(503);
        })
        .mobile(failed().no(Kind::Uploads)),
    ]
}

/// Returns the cases on both sides of the limit. Source: clause 4.6.
fn limits() -> Vec<RigCase> {
    let by = |more| Answer::ByAction(vec![Answer::Proper, Answer::LimitByLastUpload(more)]);
    let edge = |id, title: &str, more| {
        RigCase::new(id, title, clause::SIZE)
            .does(TWICE)
            .stage(Stage::Size)
            .on(|script| {
                script.changes = true;
                script.config = by(more);
            })
    };
    vec![
        RigCase::new(
            "rig.backup.limit-small",
            "A backup larger than `maxBackupBytes` is not uploaded",
            clause::SIZE,
        )
        .does(ONCE)
        .stage(Stage::Size)
        .on(|script| script.config = config_of(100))
        .mobile(failed().no(Kind::Uploads)),
        edge(
            "rig.backup.limit-above",
            "A backup of `maxBackupBytes` - 1 bytes is uploaded",
            1,
        )
        .mobile(done().some(Kind::Uploads)),
        edge(
            "rig.backup.limit-exact",
            "A backup of `maxBackupBytes` bytes: Android uploads it, iOS does not",
            0,
        )
        .android(done().some(Kind::Uploads))
        .ios(failed().no(Kind::Uploads)),
        edge(
            "rig.backup.limit-below",
            "A backup of `maxBackupBytes` + 1 bytes is not uploaded",
            -1,
        )
        .mobile(failed().no(Kind::Uploads)),
    ]
}

fn config_of(max_backup_bytes: u64) -> Answer {
    Answer::Full {
        status: 200,
        headers: vec![("content-type", "application/json".to_owned())],
        body: format!("{{\"maxBackupBytes\": {max_backup_bytes}, \"retentionDays\": 180}}").into(),
    }
}

fn redirects() -> Vec<RigCase> {
    let mut cases = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        cases.push(
            RigCase::new(
                name(format!("rig.backup.redirect-{status}")),
                format!("A redirect of an upload with {status} is not a success unless the backup is stored"),
                clause::REDIRECT,
            )
            .does(ONCE)
            .on(|script| script.put = Answer::Redirect { status, to: Elsewhere::LoginPage })
            .mobile(failed()),
        );
    }
    let elsewhere = |id, title: &str, to| {
        RigCase::new(id, title, clause::REDIRECT)
            .does(ONCE)
            .on(move |script| script.put = Answer::Redirect { status: 307, to })
            .mobile(either())
    };
    cases.push(elsewhere(
        "rig.backup.redirect-other-host",
        "A redirect of an upload to another host receives no credentials",
        Elsewhere::OtherHost,
    ));
    cases.push(elsewhere(
        "rig.backup.redirect-other-port",
        "A redirect of an upload to another port of the same host receives no credentials",
        Elsewhere::OtherPort,
    ));
    cases.push(
        RigCase::new(
            "rig.backup.redirect-plain",
            "An upload is not sent to plain http",
            clause::REDIRECT,
        )
        .does(ONCE)
        .stage(Stage::Tls)
        .on(|script| {
            script.put = Answer::Redirect {
                status: 307,
                to: Elsewhere::Plain,
            }
        })
        .mobile(failed()),
    );
    cases
}

/// Returns the cases for a change of the Safe password. Both mobile apps delete the old backup
/// first, so a failed upload leaves none; `old-kept` warns about that.
///
/// Source: `clients.http.disable-sequence`.
fn password() -> Vec<RigCase> {
    vec![
        RigCase::new(
            "rig.password.changed",
            "After a change of the password, the backup is stored only under the new ID",
            clause::DELETE,
        )
        .does(THEN_CHANGED)
        .mobile(
            done()
                .some(Kind::Uploads)
                .with(Kind::Stored, 1)
                .no(Kind::OldStored),
        ),
        RigCase::new(
            "rig.password.upload-fails",
            "A change of the password whose upload fails is not a success",
            clause::UPLOAD,
        )
        .does(THEN_CHANGED)
        .on(|script| script.put = Answer::ByAction(vec![Answer::Proper, Answer::Status(500)]))
        .mobile(failed()),
        // Source: `clients.http.size-gate`.
        RigCase::new(
            "rig.password.limit-small",
            "After a change of the password, a backup larger than `maxBackupBytes` is not uploaded",
            clause::SIZE,
        )
        .does(THEN_CHANGED)
        .stage(Stage::Size)
        .on(|script| script.config = Answer::ByAction(vec![Answer::Proper, config_of(100)]))
        .mobile(failed().no(Kind::Uploads)),
        RigCase::new(
            "rig.password.old-kept",
            "The old backup remains until the new one is stored; neither Android nor iOS ensures that",
            clause::INTERRUPTION,
        )
        .does(THEN_CHANGED)
        .level(Level::Recommended)
        .on(|script| script.put = Answer::ByAction(vec![Answer::Proper, Answer::Status(507)]))
        .mobile(failed().with(Kind::OldStored, 1)),
    ]
}
