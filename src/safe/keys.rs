//! Derives the backup ID and the encryption key from password and Threema ID.

use crate::safe::Stage;
use data_encoding::HEXLOWER;
use std::fmt;
use std::str::FromStr;
use zeroize::{Zeroize, Zeroizing};

/// The length of a backup ID and of an encryption key, in bytes.
///
/// Source: clause 1.2.
pub const KEY_BYTES: usize = 32;

/// The length of scrypt's output, in bytes: backup ID, then encryption key.
///
/// Source: clause 1.1.
pub const MASTER_KEY_BYTES: usize = 2 * KEY_BYTES;

/// scrypt's cost N as a power of two: 2^16 = 65536. Source: clause 1.1.
const SCRYPT_LOG2_N: u8 = 16;
/// scrypt's block size r. Source: clause 1.1.
const SCRYPT_R: u32 = 8;
/// scrypt's parallelism p. Source: clause 1.1.
const SCRYPT_P: u32 = 1;

/// Why a text does not have the required form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a Threema ID.
    #[error(
        "a Threema ID has 8 characters: a capital letter, a digit or `*`, then seven capital letters or digits"
    )]
    NotAThreemaId,
    /// Not a backup ID.
    #[error("a backup ID has exactly 64 lower-case hexadecimal digits")]
    NotABackupId,
}

impl KeyError {
    /// Returns the stage at which this error stops a client.
    pub const fn stage(&self) -> Stage {
        Stage::Meaning
    }
}

/// A Threema ID: 8 characters, upper case.
///
/// Source: clause 1.4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreemaId([u8; 8]);

impl ThreemaId {
    /// Parses an ID without changing it: lower case is refused, because the salt is case sensitive.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let bytes: [u8; 8] = text
            .as_bytes()
            .try_into()
            .map_err(|_| KeyError::NotAThreemaId)?;
        let (first, rest) = (bytes[0], &bytes[1..]);
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if (plain(first) || first == b'*') && rest.iter().all(|byte| plain(*byte)) {
            Ok(Self(bytes))
        } else {
            Err(KeyError::NotAThreemaId)
        }
    }

    /// Returns the 8 characters.
    pub fn as_str(&self) -> &str {
        // `parse` accepts only ASCII, so the fallback is never used.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for ThreemaId {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl fmt::Display for ThreemaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for ThreemaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ThreemaId({self})")
    }
}

/// The password of a backup; wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct BackupPassword(Zeroizing<String>);

impl BackupPassword {
    /// Keeps the password unchanged: no trimming, no Unicode normalisation.
    ///
    /// Source: clause 1.3.
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    /// Returns the input of scrypt: the password in UTF-8.
    ///
    /// Source: clause 1.3.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for BackupPassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BackupPassword(…)")
    }
}

/// A backup ID. It is not printed by accident: it allows anyone to download and delete the backup.
///
/// Source: clauses 1.2 and 4.12.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupId([u8; KEY_BYTES]);

impl BackupId {
    /// Returns the ID with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Parses exactly 64 lower-case hexadecimal digits.
    ///
    /// Source: clause 4.1.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let bytes = HEXLOWER
            .decode(text.as_bytes())
            .map_err(|_| KeyError::NotABackupId)?;
        let bytes = bytes.try_into().map_err(|_| KeyError::NotABackupId)?;
        Ok(Self(bytes))
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Returns the last segment of the backup's URL: 64 lower-case hexadecimal digits.
    ///
    /// Source: clause 4.1.
    pub fn to_hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// Returns the first 8 bits as two hexadecimal digits, which a client puts in place of
    /// `{backupIdPrefix8}` in a sharded base URL.
    ///
    /// Source: clients.http.shard.
    pub fn shard_prefix(&self) -> String {
        HEXLOWER.encode(&self.0[..1])
    }
}

impl fmt::Debug for BackupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BackupId(…)")
    }
}

/// The key that encrypts a backup; wiped from memory when dropped, never printed.
///
/// Source: clause 1.2.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionKey([u8; KEY_BYTES]);

impl EncryptionKey {
    /// Returns the key with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes: a secret.
    pub const fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl Drop for EncryptionKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptionKey(…)")
    }
}

/// The values that are derived from a password and an ID.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DerivedKeys {
    /// The name of the backup on the server.
    pub backup_id: BackupId,
    /// The key that opens it.
    pub encryption_key: EncryptionKey,
}

/// Derives backup ID and encryption key. Takes about 0.15 s and 64 MiB.
///
/// Source: clauses 1.1 and 1.2.
pub fn derive(password: &BackupPassword, id: &ThreemaId) -> DerivedKeys {
    split(&master_key(password, id))
}

/// Returns scrypt's complete output, for vectors: backup ID, then encryption key.
///
/// Source: clause 1.1.
///
/// # Panics
/// Never: scrypt refuses only invalid parameters, and they are constants here.
pub fn master_key(password: &BackupPassword, id: &ThreemaId) -> Zeroizing<[u8; MASTER_KEY_BYTES]> {
    let parameters = scrypt::Params::new(SCRYPT_LOG2_N, SCRYPT_R, SCRYPT_P, MASTER_KEY_BYTES)
        .expect("the parameters of clause 1.1 are valid");
    let mut master = Zeroizing::new([0; MASTER_KEY_BYTES]);
    scrypt::scrypt(password.as_bytes(), &id.0, &parameters, &mut *master)
        .expect("64 bytes is a valid length of output");
    master
}

/// Source: clause 1.2.
fn split(master: &[u8; MASTER_KEY_BYTES]) -> DerivedKeys {
    let mut backup_id = [0; KEY_BYTES];
    let mut encryption_key = Zeroizing::new([0; KEY_BYTES]);
    backup_id.copy_from_slice(&master[..KEY_BYTES]);
    encryption_key.copy_from_slice(&master[KEY_BYTES..]);
    DerivedKeys {
        backup_id: BackupId(backup_id),
        encryption_key: EncryptionKey(*encryption_key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(password: &str, id: &str) -> DerivedKeys {
        let id = ThreemaId::parse(id).expect("a valid ID");
        derive(&BackupPassword::new(password.to_owned()), &id)
    }

    /// Clause 1.5.
    #[test]
    fn the_known_answer_of_both_mobile_clients() {
        let keys = derived("shootdeathstar", "ECHOECHO");
        assert_eq!(
            keys.backup_id.to_hex(),
            "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
        );
        assert_eq!(
            HEXLOWER.encode(keys.encryption_key.as_bytes()),
            "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66"
        );
        assert_eq!(keys.backup_id.shard_prefix(), "06");
    }

    /// Clause 1.3: the two forms of ü, and a space at the end, make different passwords.
    #[test]
    fn passwords_are_taken_as_they_are() {
        let spellings = ["gl\u{fc}ckauf", "glu\u{308}ckauf", "gl\u{fc}ckauf "];
        let ids = spellings.map(|password| derived(password, "ECHOECHO").backup_id);
        assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids[1] != ids[2]);
    }

    #[test]
    fn only_well_formed_ids_are_taken() {
        for good in ["ECHOECHO", "*SUPPORT", "01234567", "A0000000"] {
            assert_eq!(ThreemaId::parse(good).expect(good).as_str(), good);
        }
        let bad = [
            "",
            "ECHOECH",
            "ECHOECHOO",
            "echoecho",
            "E*HOECHO",
            " CHOECHO",
            "ÜCHOECH",
            "ECHO-CHO",
        ];
        for bad in bad {
            assert_eq!(ThreemaId::parse(bad), Err(KeyError::NotAThreemaId), "{bad}");
        }
    }

    #[test]
    fn only_64_lower_case_digits_are_a_backup_id() {
        let hex = "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3";
        let id = BackupId::parse(hex).expect("a backup ID");
        assert_eq!(id.to_hex(), hex);
        assert_eq!(BackupId::from_bytes(*id.as_bytes()), id);
        for bad in [
            "",
            &hex[1..],
            &hex[2..],
            &hex.to_uppercase(),
            &hex.replace('0', "g"),
        ] {
            assert_eq!(BackupId::parse(bad), Err(KeyError::NotABackupId), "{bad}");
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let keys = DerivedKeys {
            backup_id: BackupId([0xab; 32]),
            encryption_key: EncryptionKey([0xcd; 32]),
        };
        let password = BackupPassword::new("abcdefgh".to_owned());
        let printed = format!("{keys:?} {keys:#?} {password:?}");
        for secret in ["ab", "cd", "171", "205"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
