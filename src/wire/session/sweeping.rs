//! A sweep deletes and looks for the backups in the ledger of a killed run.

use super::cleaning::{STRAYS, Straying};
use super::{Session, Source};
use crate::wire::answer::Answer;
use crate::wire::guard::{Doubt, LATEST};
use crate::wire::ledger::LeftLedger;
use crate::wire::live::Live;
use crate::wire::request::{Method, Place, Request};
use crate::wire::target::LoginKind;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// After this time without a write, a ledger names no running upload: no run waits that long for an
/// answer.
const LONG_AGO: Duration = Duration::from_secs(15 * 60);
/// How long a locked backup is retried.
const UNLOCKED: Duration = Duration::from_secs(60);
/// How long the looks may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// The result of a sweep.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// How many backups the ledger named.
    pub named: usize,
    /// How many of them are gone.
    pub gone: usize,
    /// The reasons why the others may exist.
    pub doubts: BTreeMap<Doubt, usize>,
    /// Why the sweep ended early, if it did.
    pub refusal: Option<String>,
}

impl Swept {
    /// Returns whether everything is gone.
    pub fn is_clean(&self) -> bool {
        self.refusal.is_none() && self.doubts.is_empty() && self.gone == self.named
    }
}

fn config() -> Request {
    Request::new(Method::Get, Place::Config).header("Accept", "*/*")
}

impl Session {
    /// Deletes the backups in the ledger of an earlier run.
    pub async fn sweep(&self, ledger: &mut LeftLedger) -> Swept {
        let mut swept = Swept {
            named: ledger.count(),
            ..Swept::default()
        };
        let Source::Live { live, .. } = &self.source else {
            return swept;
        };
        if let Err(why) = self.can_see(live, ledger).await {
            swept.refusal = Some(why);
            return swept;
        }
        let is_recent = ledger
            .written
            .and_then(|written| written.elapsed().ok())
            .is_none_or(|since| since < LONG_AGO);
        // The run has ended, so every upload was sent before now.
        let latest = is_recent.then(|| Instant::now() + LATEST);
        self.guard.adopt(&ledger.left, latest);
        swept.refusal = self.delete_adopted(live).await;
        self.look_for_all(PATIENCE, Straying::Waits).await;
        self.write_back(ledger, &mut swept);
        swept
    }

    /// Returns how many backups that the ledger still names this session has deleted, by the
    /// server's word: what a sweep that was stopped has done.
    pub fn deleted(&self, ledger: &LeftLedger) -> usize {
        let confirmed = self.guard.confirmed();
        let left = ledger.left.iter();
        left.filter(|left| confirmed.contains(&left.backup)).count()
    }

    /// Verifies that this session sees what the run has stored. A 404 for another login proves
    /// nothing.
    async fn can_see(&self, live: &Live, ledger: &LeftLedger) -> Result<(), String> {
        match (ledger.login, self.facts.login) {
            (LoginKind::Basic | LoginKind::Token, LoginKind::Open) => Err(
                "nothing was done: without the credentials of the run, the server may hide its backups; give the same credentials".to_owned(),
            ),
            (LoginKind::Open, LoginKind::Open) => {
                match self.ask(live, config()).await {
                    Ok(response) if response.is_success() => Ok(()),
                    Ok(response) => Err(format!(
                        "nothing was done: without credentials a GET of `config` returned {}, so a missing backup proves nothing",
                        response.status
                    )),
                    Err(failure) => Err(failure.message),
                }
            }
            _ => {
                // A server that returns `config` but refuses a DELETE refuses the method rather
                // than the credentials. The first DELETE handles every other answer.
                let _ = self.ask(live, config()).await;
                Ok(())
            }
        }
    }

    async fn ask(&self, live: &Live, request: Request) -> Answer {
        let http = self.version(&request).await?;
        let encoding = crate::clients::CredentialEncoding::Utf8;
        live.exchange(&request, http, encoding).await
    }

    /// Deletes all backups of the ledger, until the first refusal.
    async fn delete_adopted(&self, live: &Live) -> Option<String> {
        for backup in self.guard.left() {
            if self.guard.strays().len() >= STRAYS {
                self.let_one_be_forgotten().await;
            }
            let refusal = self.delete_each(live, vec![backup], UNLOCKED).await;
            if refusal.is_some() {
                return refusal;
            }
        }
        None
    }

    /// Writes the result for each backup to the ledger.
    fn write_back(&self, ledger: &mut LeftLedger, swept: &mut Swept) {
        for left in ledger.left.clone() {
            let id = left.backup.id();
            let written = match self.guard.fate(&left.backup) {
                None => {
                    swept.gone += 1;
                    ledger.gone(id)
                }
                // Backups after the first refusal were not examined.
                Some(why) if swept.refusal.is_some() && why == Doubt::NotDeleted => Ok(()),
                Some(why) => {
                    *swept.doubts.entry(why).or_default() += 1;
                    ledger.kept(id, why)
                }
            };
            if let Err(error) = written {
                let sentence = format!("failed to write the ledger: {error}");
                swept.refusal.get_or_insert(sentence);
            }
        }
    }
}
