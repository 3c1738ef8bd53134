//! Our own protocol core, as an implementation under test.

use data_encoding::HEXLOWER;
use safe_conformance::adapter::{
    Answer, Derive, Derived, Document, Hello, Hex, Implementation, Open, OpenBackup, OpenBox,
    Opened, OpenedBackup, Operation, Refusal, Scrypt, ScryptKey, Seal, SealBackup, Sealed,
    SealedBackup,
};
use safe_conformance::safe::Stage;
use safe_conformance::safe::envelope::{self, Compression, NONCE_BYTES};
use safe_conformance::safe::keys::{self, BackupPassword, ThreemaId};
use safe_conformance::safe::{BaseUrl, EncryptionKey, Nonce, backup};

/// The limit that the vectors' README suggests, in bytes.
const LIMIT_BYTES: usize = 16 << 20;

/// Any base URL: the paths below it are the same for all.
const BASE: &str = "https://safe.example.org/";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The operations that are the same for every client: this core must pass their vectors.
pub const BYTES_ALONE: [Operation; 7] = [
    Operation::Scrypt,
    Operation::Derive,
    Operation::Seal,
    Operation::OpenBox,
    Operation::Open,
    Operation::SealBackup,
    Operation::OpenBackup,
];

/// Our own protocol core.
pub struct Own;

impl Implementation for Own {
    fn hello(&self) -> Hello {
        Hello::new(
            "safe-conformance's own core",
            env!("CARGO_PKG_VERSION"),
            &BYTES_ALONE,
        )
    }

    fn scrypt(&self, input: Scrypt) -> Answer<ScryptKey> {
        scrypt_at(&input)
    }

    fn derive(&self, input: Derive) -> Answer<Derived> {
        let id = ThreemaId::parse(&input.id)
            .map_err(|error| Refusal::at(error.stage(), error.to_string()))?;
        let keys = keys::derive(&BackupPassword::new(input.password), &id);
        let master: Vec<u8> = [
            &keys.backup_id.as_bytes()[..],
            &keys.encryption_key.as_bytes()[..],
        ]
        .concat();
        let url = BaseUrl::parse(BASE)
            .expect("a good URL")
            .base
            .backup_url(&keys.backup_id);
        Ok(Derived {
            resource: url.strip_prefix(BASE).expect("it is below").to_owned(),
            shard_prefix: keys.backup_id.shard_prefix(),
            ..derived(&master)
        })
    }

    fn seal(&self, input: Seal) -> Answer<Sealed> {
        let key = key(&input.key)?;
        let nonce = Nonce(input.nonce.exactly(Stage::Size)?);
        let body = envelope::encrypt(&key, &nonce, &input.plaintext.0);
        assert_eq!(body[..NONCE_BYTES], input.nonce.0, "the nonce is in front");
        let opened = envelope::decrypt(&key, &body);
        assert!(
            opened.as_deref() == Ok(&input.plaintext.0[..]),
            "its own box opens to something else"
        );
        Ok(Sealed {
            r#box: Hex(body[NONCE_BYTES..].to_vec()),
        })
    }

    fn open_box(&self, input: OpenBox) -> Answer<Opened> {
        let body = [&input.nonce.0[..], &input.r#box.0].concat();
        Ok(Opened {
            plaintext: Hex(decrypt(&key(&input.key)?, &body)?),
        })
    }

    fn open(&self, input: Open) -> Answer<Document> {
        let key = key(&input.key)?;
        let json = envelope::open(&key, &input.body.0, LIMIT_BYTES)
            .map_err(|error| Refusal::at(error.stage(), error.to_string()))?;
        comes_out_again(&key, &input.body.0, &json);
        backup::identity_of(&json)
            .map_err(|error| Refusal::at(error.stage(), error.to_string()))?;
        document(json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&json))
    }

    fn seal_backup(&self, input: SealBackup) -> Answer<SealedBackup> {
        let key = key(&input.key)?;
        let nonce = match &input.nonce {
            Some(nonce) => nonce.exactly(Stage::Size)?,
            None => random_nonce(),
        };
        let body = envelope::seal(&key, &Nonce(nonce), &input.document.0, Compression::Stored);
        Ok(SealedBackup { body: Hex(body) })
    }

    fn open_backup(&self, input: OpenBackup) -> Answer<OpenedBackup> {
        let document = envelope::open(&key(&input.key)?, &input.body.0, LIMIT_BYTES)
            .map_err(|error| Refusal::at(error.stage(), error.to_string()))?;
        Ok(OpenedBackup {
            document: Hex(document),
        })
    }
}

/// Random enough for a test: each hasher of the standard library has other keys.
fn random_nonce() -> [u8; NONCE_BYTES] {
    use std::hash::{BuildHasher as _, RandomState};
    let mut nonce = [0; NONCE_BYTES];
    for part in nonce.chunks_mut(8) {
        part.copy_from_slice(&RandomState::new().hash_one(0).to_le_bytes());
    }
    nonce
}

/// scrypt at these parameters, if the library accepts them.
pub fn scrypt_at(input: &Scrypt) -> Answer<ScryptKey> {
    let refused = |what: String| Refusal::at(Stage::Open, what);
    let log2_n = u8::try_from(input.n.ilog2()).expect("at most 63");
    let parameters = scrypt::Params::new(log2_n, input.r, input.p, input.length)
        .map_err(|error| refused(error.to_string()))?;
    let mut key = vec![0; input.length];
    let (password, salt) = (input.password.as_bytes(), input.salt.as_bytes());
    scrypt::scrypt(password, salt, &parameters, &mut key)
        .map_err(|error| refused(error.to_string()))?;
    Ok(ScryptKey { key: Hex(key) })
}

/// The keys from a master key of any length.
pub fn derived(master: &[u8]) -> Derived {
    let (backup_id, encryption_key) = master.split_at(master.len().min(32));
    let digits = HEXLOWER.encode(backup_id);
    Derived {
        master_key: Hex(master.to_vec()),
        resource: format!("backups/{digits}"),
        shard_prefix: digits.chars().take(2).collect(),
        backup_id: Hex(backup_id.to_vec()),
        encryption_key: Hex(encryption_key.to_vec()),
    }
}

pub fn key(bytes: &Hex) -> Answer<EncryptionKey> {
    Ok(EncryptionKey::from_bytes(bytes.exactly(Stage::Size)?))
}

pub fn decrypt(key: &EncryptionKey, body: &[u8]) -> Answer<Vec<u8>> {
    envelope::decrypt(key, body).map_err(|error| Refusal::at(error.stage(), error.to_string()))
}

pub fn document(json: &[u8]) -> Answer<Document> {
    serde_json::from_slice(json)
        .map(|document| Document { document })
        .map_err(|error| Refusal::at(Stage::Json, error.to_string()))
}

/// The opened content can be packed and sealed again in either way, and opens again.
fn comes_out_again(key: &EncryptionKey, body: &[u8], json: &[u8]) {
    let nonce = Nonce(*body.first_chunk().expect("a body that opens has a nonce"));
    for compression in [Compression::Stored, Compression::Level(6)] {
        let body = envelope::seal(key, &nonce, json, compression);
        let again = envelope::open(key, &body, json.len());
        assert_eq!(again.as_deref(), Ok(json), "{compression:?}");
    }
}
