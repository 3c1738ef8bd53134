//! A sweep deletes and looks for the backups in the ledger of a killed run.

use super::cleaning::{STRAYS, Sight, Straying};
use super::{Session, Source};
use crate::wire::answer::Answer;
use crate::wire::guard::{Doubt, LATEST, OwnBackup};
use crate::wire::ledger::LeftLedger;
use crate::wire::live::Live;
use crate::wire::request::{Method, Place, Request};
use crate::wire::target::LoginKind;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
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
    /// Whether it ended before anything was deleted.
    pub is_untouched: bool,
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
            swept.is_untouched = true;
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

    /// Verifies that this session sees what the run has stored. For another login, at a wrong URL,
    /// and where the server's folder is not mounted, a 404 proves nothing.
    async fn can_see(&self, live: &Live, ledger: &LeftLedger) -> Result<(), String> {
        if ledger.login != LoginKind::Open && self.facts.login == LoginKind::Open {
            return Err("without the credentials of the run, the server may hide its backups; give the same credentials".to_owned());
        }
        if ledger.left.is_empty() {
            return Ok(());
        }
        // A server that returns `config` but refuses a DELETE refuses the method rather than the
        // credentials.
        let answer = self.ask(live, config()).await;
        let status = match &answer {
            Ok(response) if response.is_success() => {
                // A second ledger finds it there.
                let _ = self.config.set(answer);
                return Ok(());
            }
            Ok(response) => response.status,
            Err(failure) => return Err(format!("a GET of `config`: {}", failure.message)),
        };
        let returned = format!("a GET of `config` returned {status}");
        match status {
            401 => Err(format!("{returned}, so a missing backup proves nothing")),
            429 | 500.. => Err(format!("{returned}; run `sweep` again later")),
            // There are servers without it: the backups show that they are there.
            _ if self.finds_one(live, ledger).await => Ok(()),
            _ => Err(format!(
                "{returned}, and none of its backups was found; a missing backup proves nothing where the folder may not be mounted. Make `config` available and run `sweep` again; if the server is gone for good, delete the ledger"
            )),
        }
    }

    /// Returns whether a backup of the ledger is there.
    async fn finds_one(&self, live: &Live, ledger: &LeftLedger) -> bool {
        for left in &ledger.left {
            if self.guard.strays().len() >= STRAYS {
                self.let_one_be_forgotten().await;
            }
            let request = Request::get(&left.backup);
            let url = live.url(&request.place);
            match self.ask(live, request).await {
                Ok(response) if response.is_success() => {
                    self.has_seen_a_backup.store(true, Ordering::Relaxed);
                    return true;
                }
                Ok(response) if response.proves_absence() => self.guard.strayed(url),
                Ok(_) | Err(_) => return false,
            }
        }
        false
    }

    /// Returns what a server shows of the folder in which the run has stored this backup: only
    /// where it is there, a missing backup is gone. A server that never returned `config` must have
    /// shown a backup.
    pub(super) async fn sight_of_folder(&self, live: &Live, backup: &OwnBackup) -> Sight {
        let config_was_there = matches!(self.config.get(), Some(Ok(then)) if then.is_success());
        if !config_was_there && !self.guard.is_inherited(backup) {
            // This run has stored it here.
            return Sight::Present;
        }
        match self.ask(live, config()).await {
            Ok(response) if response.is_success() => Sight::Present,
            _ if !config_was_there && self.has_seen_a_backup.load(Ordering::Relaxed) => {
                Sight::Present
            }
            Ok(response) if response.proves_absence() => Sight::Absent,
            // An error may pass.
            _ => Sight::Unknown,
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
                Some(Doubt::NotDeleted | Doubt::Unseen) if swept.refusal.is_some() => Ok(()),
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
