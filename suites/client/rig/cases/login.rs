//! Credentials: which challenge each client answers, and that no client repeats refused
//! credentials.

use super::super::case::{Kind, RigCase, Way, done, failed, name};
use crate::rig::{Action, Before, Document, Login};
use crate::safe::{Stage, clause};

pub(super) fn cases() -> Vec<RigCase> {
    let both = |id, title: &str, login| {
        [Action::Test, Action::Backup, Action::Restore].map(|action| of(id, title, login, action))
    };
    let takes = |[test, backup, restore]: [RigCase; 3]| {
        [
            test.mobile(done().some(Kind::Config)),
            backup.mobile(done().with(Kind::Stored, 1)),
            restore.all(done().some(Kind::Downloads)),
        ]
    };
    let refuses = |[test, backup, restore]: [RigCase; 3]| {
        [
            test.mobile(failed()),
            backup.mobile(failed().no(Kind::Stored)),
            restore.all(failed()),
        ]
    };
    let parts = |[test, backup, restore]: [RigCase; 3], android: fn() -> Way, ios: fn() -> Way| {
        [
            test.android(android()).ios(ios()),
            backup.android(android()).ios(ios()),
            restore.android(android()).ios(ios()).desktop(android()),
        ]
    };
    [
        takes(both("open", "A server that asks for no credentials", Login::Open)),
        takes(both("among-others", "Basic among several challenges in one field", Login::BasicAmongOthers)),
        takes(both("not-ascii", "A password that is not ASCII", Login::BasicNotAscii)),
        takes(both(
            "punctuated",
            "`:`, `/`, `@`, a space and capital letters in user and password, `+` and `/` in their base64",
            Login::BasicPunctuated,
        )),
        parts(
            both("unasked", "Credentials that are never asked for: only a client that sends them at once gets in", Login::BasicUnasked),
            done,
            failed,
        ),
        parts(
            both("digest", "Only Digest: iOS supports it, Android and Desktop do not", Login::Digest),
            failed,
            done,
        ),
        refuses(both("bearer", "A scheme that no client supports", Login::Bearer)),
        refuses(both("refused", "Credentials that are refused", Login::Refusing)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of(id: &str, title: &str, login: Login, action: Action) -> RigCase {
    let id = name(format!("rig.login.{id}.{action}"));
    let actions: &'static [Action] = match action {
        Action::Test => &[Action::Test],
        Action::Backup => &[Action::Backup],
        _ => &[Action::Restore],
    };
    RigCase::new(id, format!("{title}: {action}"), clause::AUTHENTICATION)
        .does(actions)
        .stage(Stage::Auth)
        .on(|script| {
            script.login = login;
            if action == Action::Restore {
                script.before = Before::Backup(Document::Small);
            }
        })
}
