//! The canaries of [`crate::retention`] on a server: requests about them by role, and no others.

use super::answer::Answer;
use super::failure::{Failure, FailureKind};
use super::guard::OwnBackup;
use super::payload::Payload;
use super::person::Asking;
use super::request::{Method, Place, Request};
use super::secret::Scrub;
use super::seed::Seed;
use super::session::Session;
use super::settings::{Settings, Totals};
use super::target::{LoginKind, Target};
use super::tls::TlsSetupError;
use super::transcript::Key;
use crate::clients::Release;
use crate::safe::Client;
use crate::safe::backup;
use crate::safe::envelope::{self, Nonce};
use crate::safe::keys::{BackupPassword, DerivedKeys, ThreemaId, derive};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The purpose for which keys are derived from seeds.
const CHECK: &str = "retention";
/// The largest document that is unpacked, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Access to the canaries of one seed on one server.
pub struct Canaries {
    session: Session,
    asked: AtomicU32,
}

impl Canaries {
    /// Returns the access to the canaries of `seed`, without sending a request.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(target: Target, seed: Seed, timeout: Duration) -> Result<Self, TlsSetupError> {
        let settings = Settings {
            timeout,
            ..Settings::new(seed)
        };
        Ok(Self {
            session: Session::live(target, settings, None)?,
            asked: AtomicU32::new(0),
        })
    }

    /// Returns the seed of the canaries.
    pub fn seed(&self) -> Seed {
        self.session.seed()
    }

    /// Returns the base URL, without user info.
    pub fn base(&self) -> &str {
        &self.session.facts().base
    }

    /// Returns the kind of login that is used.
    pub fn login(&self) -> LoginKind {
        self.session.facts().login
    }

    /// Returns the user's options for requests to the server.
    pub fn asking(&self) -> Asking {
        self.session.asking()
    }

    /// Returns whether the target is https.
    pub fn is_https(&self) -> bool {
        self.session.facts().https
    }

    /// Returns what the requests have cost so far.
    pub fn totals(&self) -> Totals {
        self.session.totals()
    }

    /// Returns the secrets that must not appear in any output.
    pub fn scrub(&self) -> Scrub {
        self.session.scrub()
    }

    fn key(&self) -> Key {
        Key {
            check: CHECK.to_owned(),
            variant: String::new(),
            n: self.asked.fetch_add(1, Ordering::Relaxed),
        }
    }

    fn backup(&self, role: &str) -> OwnBackup {
        self.session.guard.own_backup(CHECK, role)
    }

    async fn send(&self, request: Request) -> Answer {
        self.session.one(self.key(), request).await
    }

    /// Returns the server's config.
    pub async fn config(&self) -> Answer {
        let request = Request::new(Method::Get, Place::Config).header("Accept", "application/json");
        self.send(request).await
    }

    /// Verifies that nothing exists where the canary `role` will be uploaded.
    ///
    /// # Errors
    /// As for an exchange, and if something exists there.
    pub async fn claim(&self, role: &str) -> Result<(), Failure> {
        let key = self.key();
        self.session.claim_if_free(key, &self.backup(role)).await
    }

    /// Uploads the canary `role` for the `number`th time, after it was [claimed](Self::claim) or if
    /// the ledger says that it exists.
    ///
    /// # Errors
    /// As for an exchange.
    pub async fn upload(&self, role: &str, number: u32) -> Answer {
        let payload = self.payload(role, number).await?;
        self.send(Request::put(&self.backup(role), &payload)).await
    }

    /// Downloads the canary `role`.
    ///
    /// # Errors
    /// As for an exchange.
    pub async fn look(&self, role: &str) -> Answer {
        self.send(Request::get(&self.backup(role))).await
    }

    /// Deletes the canary `role`.
    ///
    /// # Errors
    /// As for an exchange.
    pub async fn delete(&self, role: &str) -> Answer {
        let request = Request::delete(&self.backup(role)).header("Accept", "*/*");
        self.send(request).await
    }

    /// Returns whether a body is the canary `role` of the `number`th upload; otherwise what is
    /// different.
    ///
    /// # Errors
    /// If the keys cannot be derived.
    pub async fn judge(
        &self,
        body: &[u8],
        role: &str,
        number: u32,
    ) -> Result<Result<(), String>, Failure> {
        let keys = self.keys().await?;
        let identity = envelope::open(&keys.encryption_key, body, LARGEST)
            .map_err(|error| error.to_string())
            .and_then(|json| backup::identity_of(&json).map_err(|error| error.to_string()));
        let is = |number| {
            identity.as_ref().is_ok_and(|identity| {
                *identity.private_key.as_bytes() == self.private_key(role, number)
            })
        };
        Ok(match &identity {
            Ok(_) if is(number) => Ok(()),
            Ok(_) if number > 0 && is(number - 1) => {
                Err("the upload before the last one came back".to_owned())
            }
            Ok(_) => Err("another backup came back".to_owned()),
            Err(error) => Err(format!("what came back does not open: {error}")),
        })
    }

    /// Returns the keys of the canaries. They are derived from a password, although the seed alone
    /// would suffice, because canaries in ledgers of earlier versions must still open.
    async fn keys(&self) -> Result<Arc<DerivedKeys>, Failure> {
        let seed = self.session.seed();
        let derived = tokio::task::spawn_blocking(move || derived_from(seed)).await;
        derived
            .map_err(|error| error.to_string())
            .and_then(|keys| keys)
            .map_err(|why| Failure::of(FailureKind::Harness, why))
    }

    fn random(&self, what: &str, role: &str, number: u32) -> [u8; 32] {
        let label = format!("{what}/{CHECK}/{role}/{number}");
        self.session.seed().bytes(&label)
    }

    fn private_key(&self, role: &str, number: u32) -> [u8; 32] {
        self.random("private key", role, number)
    }

    /// Returns a small ordinary backup. Each upload has its own nonce. Source: clause 2.5.
    async fn payload(&self, role: &str, number: u32) -> Result<Payload, Failure> {
        let keys = self.keys().await?;
        let mut nonce = [0; 24];
        nonce.copy_from_slice(&self.random("nonce", role, number)[..24]);
        let (private_key, nonce) = (self.private_key(role, number), Nonce(nonce));
        let origin = Release::newest(Client::Android).usual();
        let body = origin.seal_sample(&private_key, &keys.encryption_key, &nonce);
        Ok(Payload::sealed(body))
    }
}

/// Returns the keys of a seed. The last ones are cached, so a program that opens many sessions with
/// one seed derives them once.
fn derived_from(seed: Seed) -> Result<Arc<DerivedKeys>, String> {
    static LAST: Mutex<Option<(Seed, Arc<DerivedKeys>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, keys)) = last.as_ref().filter(|(of, _)| *of == seed) {
        return Ok(Arc::clone(keys));
    }
    let id = ThreemaId::parse("SAFETEST").map_err(|error| error.to_string())?;
    let password = BackupPassword::new(format!("safe-conformance {seed}"));
    let keys = Arc::new(derive(&password, &id));
    *last = Some((seed, Arc::clone(&keys)));
    Ok(keys)
}
