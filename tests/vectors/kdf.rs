//! `kdf.json`: from password and Threema ID to keys.

use crate::format::Text;
use crate::judge::Answer;
use data_encoding::HEXLOWER;
use safe_conformance::safe::keys::{self, BackupPassword, KeyError, ThreemaId};
use safe_conformance::safe::{BackupId, BaseUrl};
use serde::Deserialize;
use serde_json::{Value, json};

/// Any base URL: what stands below it is the same for all.
const BASE: &str = "https://safe.example.org/";

#[derive(Deserialize)]
pub struct ScryptInput {
    password: String,
    salt: String,
    n: u64,
    r: u32,
    p: u32,
    length: usize,
}

/// scrypt itself, at any parameters.
pub fn scrypt(input: ScryptInput) -> Value {
    assert!(input.n.is_power_of_two(), "n = {}", input.n);
    let log2_n = u8::try_from(input.n.ilog2()).expect("at most 63");
    let parameters =
        scrypt::Params::new(log2_n, input.r, input.p, input.length).expect("good parameters");
    let mut key = vec![0; input.length];
    let (password, salt) = (input.password.into_bytes(), input.salt.into_bytes());
    scrypt::scrypt(&password, &salt, &parameters, &mut key).expect("a good length");
    json!({"key": HEXLOWER.encode(&key)})
}

#[derive(Deserialize)]
pub struct DeriveInput {
    password: Text,
    id: String,
}

pub fn derive(input: DeriveInput) -> Answer {
    let id = ThreemaId::parse(&input.id).map_err(|error: KeyError| error.stage())?;
    let password = BackupPassword::new(input.password.into_string());
    let keys = keys::derive(&password, &id);
    let backup_id = keys.backup_id.to_hex();
    let encryption_key = HEXLOWER.encode(keys.encryption_key.as_bytes());
    Ok(json!({
        // `derive` splits what `keys::master_key` gives; to ask that too would take the time again.
        "master_key": format!("{backup_id}{encryption_key}"),
        "backup_id": backup_id,
        "encryption_key": encryption_key,
        "resource": resource(&keys.backup_id),
        "shard_prefix": keys.backup_id.shard_prefix(),
    }))
}

/// The path below the base URL.
fn resource(id: &BackupId) -> String {
    let url = BaseUrl::parse(BASE)
        .expect("a good URL")
        .base
        .backup_url(id);
    url.strip_prefix(BASE).expect("it is below").to_owned()
}
