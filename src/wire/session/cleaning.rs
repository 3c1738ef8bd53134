//! Cleaning up: what the run has put on the server is deleted, and so is what a ledger of an earlier run names.

use super::{LATE_STORE, Leftovers, Session, Source};
use crate::clients::CredentialEncoding;
use crate::wire::answer::Answer;
use crate::wire::guard::OwnBackup;
use crate::wire::ledger::LeftLedger;
use crate::wire::live::Live;
use crate::wire::request::Request;
use std::time::Duration;

impl Session {
    /// Deletes one of our own backups, if something of it may be there. Not recorded: no check sees it.
    pub(in crate::wire) async fn delete(&self, backup: &OwnBackup) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        if !self.guard.may_be_there(backup) {
            return;
        }
        // A server may store an upload after we gave up waiting for its answer: then it is deleted once more at the end.
        if self.is_deleted(live, backup).await && !self.guard.is_unanswered(backup) {
            self.guard.gone(backup);
        }
    }

    /// Deletes a backup, and tells whether it is gone: because the server says so, or because it is not there although
    /// the server deletes nothing.
    async fn is_deleted(&self, live: &Live, backup: &OwnBackup) -> bool {
        let says_gone = |answer: &Answer| matches!(answer, Ok(response) if matches!(response.status, 404 | 410));
        let answer = self
            .unseen(live, Request::delete(backup).header("Accept", "*/*"))
            .await;
        match &answer {
            Ok(response) if response.is_success() => true,
            Ok(_) if says_gone(&answer) => true,
            // Asking again with credentials that are refused locks people out.
            Ok(response) if response.status != 401 => {
                says_gone(&self.unseen(live, Request::get(backup)).await)
            }
            _ => false,
        }
    }

    /// Sends a request that no check sees and no transcript keeps.
    async fn unseen(&self, live: &Live, request: Request) -> Answer {
        let http = self.version(&request).await?;
        let encoding = CredentialEncoding::Utf8;
        live.exchange(&request, http, encoding).await
    }

    /// Deletes whatever may be there, within `patience`. Before a run that is what an earlier one with the same seed left.
    pub async fn delete_all(&self, patience: Duration) {
        let deleting = async {
            for backup in self.guard.left() {
                self.delete(&backup).await;
            }
        };
        // What is still there after this stands in the ledger.
        let _ = tokio::time::timeout(patience, deleting).await;
    }

    /// Deletes whatever is still there, within `patience`, and closes the ledger.
    pub async fn clean_up(&self, patience: Duration) -> Leftovers {
        if let Some((_, left_behind)) = self.replayed {
            return Leftovers {
                backups: left_behind,
                ledger: None,
            };
        }
        if self.guard.give_up_waiting() {
            tokio::time::sleep(LATE_STORE).await;
        }
        self.delete_all(patience).await;
        Leftovers {
            backups: self.guard.left().len(),
            ledger: self.guard.close(),
        }
    }

    /// Deletes what a ledger of an earlier run names. Gives how many are gone, and the first refusal.
    pub async fn sweep(&self, ledger: &mut LeftLedger) -> (usize, Option<String>) {
        let Source::Live { live, .. } = &self.source else {
            return (0, None);
        };
        let (mut gone, mut refusal) = (0, None);
        for id in ledger.left.clone() {
            let request = Request::delete(&OwnBackup::of_ledger(id)).header("Accept", "*/*");
            let http = self.version(&request).await;
            let encoding = CredentialEncoding::Utf8;
            let answer = match http {
                Ok(http) => live.exchange(&request, http, encoding).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(response) if response.is_success() || matches!(response.status, 404 | 410) => {
                    match ledger.gone(&id) {
                        Ok(()) => gone += 1,
                        Err(error) => {
                            refusal =
                                refusal.or(Some(format!("the ledger cannot be written: {error}")));
                        }
                    }
                }
                // Asking again and again with credentials that are refused locks people out.
                Ok(response) => {
                    return (
                        gone,
                        Some(format!("the server answered {}", response.status)),
                    );
                }
                Err(failure) => return (gone, Some(failure.message)),
            }
        }
        (gone, refusal)
    }
}
