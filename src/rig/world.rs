//! The person for whom the client acts: an ID, passwords, keys and documents. Created once per run
//! and shared by all cases.

use super::document::enrich;
use super::script::{Before, Document, Login};
use crate::safe::backup::Backup;
use crate::safe::envelope::{self, Compression, Nonce};
use crate::safe::json::Layout;
use crate::safe::keys::{BackupId, BackupPassword, DerivedKeys, ThreemaId, derive};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The Threema ID of the rig's person, which belongs to no user.
const THREEMA_ID: &str = "RIGTEST1";
/// The approximate number of bytes that one generated contact adds to a document.
const BYTES_PER_CONTACT: usize = 300;

/// The end of the user's nickname after each change. All hold the same characters, which occur
/// nowhere else in a document, so that a client that packs it gets the same size.
const ENDS: [&str; 6] = ["~!^", "~^!", "!~^", "!^~", "^~!", "^!~"];

/// The person for whom the client acts.
pub struct World {
    /// The Safe password.
    pub password: String,
    /// The password that `change-password` changes to.
    pub new_password: String,
    /// The user name on the server.
    pub user: String,
    /// That user's password.
    pub server_password: String,
    /// That user's password for cases that need one beyond ASCII.
    pub server_password_not_ascii: String,
    /// A user name with punctuation, a space and capital letters.
    pub punctuated_user: String,
    /// The password of the user with that name, of the same kind.
    pub punctuated_password: String,
    threema_id: ThreemaId,
    keys: DerivedKeys,
    new_keys: DerivedKeys,
    private_key: [u8; 32],
    device_group_key: [u8; 32],
    nonce_seed: [u8; 24],
    /// Generated documents, by their contacts and changes.
    samples: Made<(usize, usize)>,
    /// Backups of unchanged documents.
    sealed: Made<Document>,
}

/// Bytes that many cases need, and that are made once.
type Made<K> = Mutex<BTreeMap<K, Bytes>>;

fn once<K: Ord>(all: &Made<K>, key: K, make: impl FnOnce() -> Bytes) -> Bytes {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(key).or_insert_with(make).clone()
}

impl World {
    /// Invents a person. Takes two key derivations: call it where blocking is allowed.
    ///
    /// # Errors
    /// If the operating system does not return random bytes.
    pub fn new() -> Result<Self, getrandom::Error> {
        let Ok(id) = ThreemaId::parse(THREEMA_ID) else {
            unreachable!("the ID is a constant that parses")
        };
        Self::of(id, None)
    }

    /// Returns the world of a real person: a client that is driven by hand has its own ID and Safe
    /// password.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn of_person(id: ThreemaId, password: String) -> Result<Self, getrandom::Error> {
        Self::of(id, Some(password))
    }

    fn of(threema_id: ThreemaId, password: Option<String>) -> Result<Self, getrandom::Error> {
        let mut random = [0; 56 + 5 * 12 + 32];
        getrandom::fill(&mut random)?;
        let (mut private_key, mut nonce_seed) = ([0; 32], [0; 24]);
        private_key.copy_from_slice(&random[..32]);
        nonce_seed.copy_from_slice(&random[32..56]);
        let mut device_group_key = [0; 32];
        device_group_key.copy_from_slice(&random[116..]);
        let word = |at: usize| HEXLOWER.encode(&random[56 + 12 * at..68 + 12 * at]);
        let password = password.unwrap_or_else(|| format!("safe-{}", word(0)));
        let new_password = format!("new-{}", word(1));
        let keys_of = |password: &str| {
            let password = BackupPassword::new(password.to_owned());
            derive(&password, &threema_id)
        };
        let (keys, new_keys) = (keys_of(&password), keys_of(&new_password));
        Ok(Self {
            server_password: format!("server-{}", word(2)),
            server_password_not_ascii: format!("pässwörd-{}", word(3)),
            user: "rig".to_owned(),
            // In base64 these contain `+` and `/`.
            punctuated_user: "Rig User/1@Home".to_owned(),
            punctuated_password: format!("P?>:~/@w>~ {}", word(4)),
            password,
            new_password,
            threema_id,
            keys,
            new_keys,
            private_key,
            device_group_key,
            nonce_seed,
            samples: Made::default(),
            sealed: Made::default(),
        })
    }

    /// Returns the user and the password that a client gets for a login; `None` if it gets none.
    pub(super) fn login(&self, login: Login) -> Option<(&str, &str)> {
        let [usual, not_ascii, punctuated] = self.logins();
        match login {
            Login::Open => None,
            Login::BasicNotAscii => Some(not_ascii),
            Login::BasicPunctuated => Some(punctuated),
            Login::Basic
            | Login::BasicAmongOthers
            | Login::BasicUnasked
            | Login::Digest
            | Login::Bearer
            | Login::Refusing => Some(usual),
        }
    }

    /// Returns every user with its password.
    pub(crate) fn logins(&self) -> [(&str, &str); 3] {
        [
            (&self.user, &self.server_password),
            (&self.user, &self.server_password_not_ascii),
            (&self.punctuated_user, &self.punctuated_password),
        ]
    }

    /// Returns the Threema ID.
    pub fn threema_id(&self) -> &str {
        self.threema_id.as_str()
    }

    /// Returns the ID of the backup under the Safe password.
    pub fn backup_id(&self) -> &BackupId {
        &self.keys.backup_id
    }

    /// Returns the ID of the backup under the new password.
    pub fn new_backup_id(&self) -> &BackupId {
        &self.new_keys.backup_id
    }

    /// Returns the private key of the identity in the documents that the rig makes.
    pub const fn private_key(&self) -> &[u8; 32] {
        &self.private_key
    }

    /// Returns a document as text.
    pub(crate) fn document(&self, document: &Document) -> Bytes {
        self.document_after(document, 0)
    }

    /// Returns a document after this many changes, each of which keeps its length, packed or not.
    pub(crate) fn document_after(&self, document: &Document, changes: usize) -> Bytes {
        let generated = |contacts| {
            once(&self.samples, (contacts, changes), || {
                self.sample(contacts, changes)
            })
        };
        match document {
            Document::Small => generated(3),
            Document::OfSize(bytes) => generated(bytes / BYTES_PER_CONTACT + 1),
            Document::Text(text) => text.clone().into(),
        }
    }

    fn sample(&self, contacts: usize, changes: usize) -> Bytes {
        let mut backup = Backup::sample(&self.private_key, contacts);
        enrich(&mut backup, self.threema_id, self.device_group_key);
        let end = ENDS[changes % ENDS.len()];
        backup.user.nickname = Some(format!("Probe {end}").as_str().into());
        backup.into_value().to_bytes(Layout::Compact).into()
    }

    /// Returns the bytes that are stored before the client connects, if any.
    pub(crate) fn body(&self, before: &Before) -> Option<Bytes> {
        let seal = |document: &Document, compression| {
            envelope::seal(
                &self.keys.encryption_key,
                &Nonce(self.nonce_seed),
                &self.document(document),
                compression,
            )
        };
        Some(match before {
            Before::Nothing => return None,
            Before::Raw(bytes) => bytes.clone().into(),
            Before::Packed(packed) => {
                let (key, nonce) = (&self.keys.encryption_key, Nonce(self.nonce_seed));
                envelope::encrypt(key, &nonce, packed).into()
            }
            Before::Backup(document) => once(&self.sealed, document.clone(), || {
                seal(document, Compression::Stored).into()
            }),
            Before::CompressedBackup => seal(&Document::Small, Compression::Level(6)).into(),
            Before::ForeignBackup => envelope::seal(
                &self.new_keys.encryption_key,
                &Nonce(self.nonce_seed),
                &self.document(&Document::Small),
                Compression::Stored,
            )
            .into(),
            Before::TamperedBackup => {
                let mut body = seal(&Document::Small, Compression::Stored);
                let middle = body.len() / 2;
                body[middle] ^= 1;
                body.into()
            }
            Before::TruncatedBackup => {
                let mut body = seal(&Document::Small, Compression::Stored);
                body.truncate(body.len() - 7);
                body.into()
            }
            Before::UnpackedBackup => {
                let text = self.document(&Document::Small);
                envelope::encrypt(&self.keys.encryption_key, &Nonce(self.nonce_seed), &text).into()
            }
        })
    }

    /// Returns the keys of both Safe passwords.
    pub(crate) const fn all_keys(&self) -> [&DerivedKeys; 2] {
        [&self.keys, &self.new_keys]
    }

    /// Returns the keys of the backup ID in a path, in upper or lower case; `None` if the ID is
    /// neither of the person's.
    pub(crate) fn keys(&self, id: &str) -> Option<&DerivedKeys> {
        let id = id.to_ascii_lowercase();
        let mut keys = self.all_keys().into_iter();
        keys.find(|keys| keys.backup_id.to_hex() == id)
    }

    /// Opens a body with the key of the backup ID in a path, in upper or lower case.
    ///
    /// # Errors
    /// The stage at which it fails. The result is `None` if the ID is neither of the person's.
    pub fn open(&self, id: &str, body: &[u8]) -> Option<Result<Vec<u8>, envelope::EnvelopeError>> {
        let keys = self.keys(id)?;
        Some(envelope::open(&keys.encryption_key, body, 64 * 1024 * 1024))
    }

    /// Decrypts a body without unpacking it; otherwise like [`open`](Self::open).
    pub fn decrypt(&self, id: &str, body: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys(id)?;
        envelope::decrypt(&keys.encryption_key, body).ok()
    }
}
