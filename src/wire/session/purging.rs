//! Removes the run's own files from the bin of a Nextcloud, by their names.

use super::{Session, Source};
use crate::wire::bin::{BinEntry, BinPlace};
use crate::wire::binned::Purged;
use crate::wire::guard::OwnBackup;
use crate::wire::ledger::LeftLedger;
use crate::wire::live::Live;
use crate::wire::request::{Method, Place, Request};
use std::time::Duration;

/// How much of the list is read, in bytes: more than ten thousand entries.
const LONGEST_LIST: usize = 8 * 1024 * 1024;
/// How long one removal may take.
const SILENCE: Duration = Duration::from_secs(30);

impl Session {
    /// Removes from the bin what this run has deleted, or the run of a given ledger.
    pub async fn purge_bin(&self, ledger: Option<&LeftLedger>) -> Purged {
        let own = match ledger {
            Some(ledger) => ledger.owned.clone(),
            None => self.guard.uploaded(),
        };
        match (&self.source, self.bin()) {
            (Source::Live { .. }, _) if own.is_empty() => Purged::default(),
            (Source::Live { live, .. }, Some(bin)) => self.purge(live, &bin, &own).await,
            (Source::Live { .. }, None) => Purged {
                files: 0,
                trouble: Some(
                    "the base URL is not the address of a user's files on a Nextcloud".to_owned(),
                ),
            },
            (Source::Replay { .. }, _) => Purged::default(),
        }
    }

    fn bin(&self) -> Option<BinPlace> {
        let Source::Live { live, .. } = &self.source else {
            return None;
        };
        live.bin()
    }

    async fn purge(&self, live: &Live, bin: &BinPlace, own: &[OwnBackup]) -> Purged {
        let mut purged = Purged::default();
        let request = Request::new(Method::Propfind, Place::Bin(bin.clone()))
            .header("Depth", "1")
            .header("Accept", "*/*")
            .reading_at_most(LONGEST_LIST);
        let list = match self.unseen(live, request).await {
            Ok(list) if list.status == 207 => list,
            Ok(other) => {
                let status = other.status;
                purged.trouble = Some(format!("the list of the bin returned {status}"));
                return purged;
            }
            Err(failure) => {
                purged.trouble = Some(failure.message);
                return purged;
            }
        };
        if list.body.overran {
            let sentence = "the bin holds more entries than are read";
            purged.trouble = Some(sentence.to_owned());
        }
        for entry in BinEntry::all_in(&list.body.bytes, own) {
            let place = Place::InBin(bin.clone(), entry);
            let request = Request::new(Method::Delete, place).header("Accept", "*/*");
            let answer = tokio::time::timeout(SILENCE, self.unseen(live, request)).await;
            match answer {
                Ok(Ok(response)) if response.is_success() => purged.files += 1,
                // Another client has emptied the bin in the meantime.
                Ok(Ok(response)) if response.proves_absence() => {}
                Ok(Ok(response)) => {
                    let status = response.status;
                    purged.trouble = Some(format!("a DELETE in the bin returned {status}"));
                    return purged;
                }
                Ok(Err(failure)) => {
                    purged.trouble = Some(failure.message);
                    return purged;
                }
                Err(_) => {
                    purged.trouble = Some("a DELETE in the bin was not answered".to_owned());
                    return purged;
                }
            }
        }
        purged
    }
}
