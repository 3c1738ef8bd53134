//! Deliberately wrong derivations of keys.

use crate::own::scrypt_at;
use data_encoding::{BASE64, HEXLOWER};
use safe_conformance::adapter::{Answer, Derived, Scrypt};

/// A way to derive: from password and ID to the keys.
pub type Deriving = fn(&str, &str) -> Answer<Derived>;

/// Mistakes in deriving, as the finding of the known answer names them, and the stage.
pub const DERIVING: &[(&str, Deriving)] = &[
    ("N = 16384, the default of Node", |password, id| {
        safe_scrypt(password, id, 16_384, 8, 1)
    }),
    ("N = 8192", |password, id| {
        safe_scrypt(password, id, 8_192, 8, 1)
    }),
    ("N = 4096", |password, id| {
        safe_scrypt(password, id, 4_096, 8, 1)
    }),
    ("N = 1024", |password, id| {
        safe_scrypt(password, id, 1_024, 8, 1)
    }),
    ("r = 16", |password, id| {
        safe_scrypt(password, id, 65_536, 16, 1)
    }),
    ("p = 8", |password, id| {
        safe_scrypt(password, id, 65_536, 8, 8)
    }),
    ("r = 1, p = 8: r and p swapped", |password, id| {
        safe_scrypt(password, id, 32_768, 1, 8)
    }),
    ("the salt ends with a NUL", |password, id| {
        right(password, &format!("{id}\0"))
    }),
    ("padded with NUL to 16 bytes", |password, id| {
        right(password, &format!("{id:\0<16}"))
    }),
    ("padded with NUL to 32 bytes", |password, id| {
        right(password, &format!("{id:\0<32}"))
    }),
    ("the salt in hexadecimal digits", |password, id| {
        right(password, &HEXLOWER.encode(id.as_bytes()))
    }),
    ("the salt in base64", |password, id| {
        right(password, &BASE64.encode(id.as_bytes()))
    }),
    ("the salt as UTF-16", |password, id| {
        right(
            password,
            &id.chars().flat_map(|each| [each, '\0']).collect::<String>(),
        )
    }),
    ("no salt", |password, _| right(password, "")),
    ("the salt is the password", |password, _| {
        right(password, password)
    }),
    ("the ID prepended to the password", |password, id| {
        right(&format!("{id}{password}"), id)
    }),
    ("the password in base64", |password, id| {
        right(&BASE64.encode(password.as_bytes()), id)
    }),
    ("the password in hexadecimal digits", |password, id| {
        right(&HEXLOWER.encode(password.as_bytes()), id)
    }),
    (
        "a byte order mark prepended to the password",
        |password, id| right(&format!("\u{feff}{password}"), id),
    ),
    ("the password in quotes", |password, id| {
        right(&format!("\"{password}\""), id)
    }),
    ("the password in upper case", |password, id| {
        right(&password.to_uppercase(), id)
    }),
    ("no password", |_, id| right("", id)),
    (
        "the encryption key is also the first half",
        |password, id| {
            let derived = right(password, id)?;
            Ok(Derived {
                encryption_key: derived.backup_id.clone(),
                ..derived
            })
        },
    ),
    ("the backup ID is also the second half", |password, id| {
        let derived = right(password, id)?;
        Ok(Derived {
            backup_id: derived.encryption_key.clone(),
            ..derived
        })
    }),
    (
        "the encryption key is the whole master key",
        |password, id| {
            let derived = right(password, id)?;
            Ok(Derived {
                encryption_key: derived.master_key.clone(),
                ..derived
            })
        },
    ),
    ("no folder: the backup ID alone", |password, id| {
        let derived = right(password, id)?;
        Ok(Derived {
            resource: derived.backup_id.clone().into(),
            ..derived
        })
    }),
    ("a slash before the folder", |password, id| {
        let derived = right(password, id)?;
        Ok(Derived {
            resource: format!("/{}", derived.resource),
            ..derived
        })
    }),
    ("the shard prefix is one digit", |password, id| {
        let derived = right(password, id)?;
        Ok(Derived {
            shard_prefix: derived.shard_prefix[..1].to_owned(),
            ..derived
        })
    }),
];

fn right(password: &str, salt: &str) -> Answer<Derived> {
    safe_scrypt(password, salt, 65_536, 8, 1)
}

fn safe_scrypt(password: &str, salt: &str, n: u64, r: u32, p: u32) -> Answer<Derived> {
    let key = scrypt_at(&Scrypt {
        password: password.to_owned(),
        salt: salt.to_owned(),
        n,
        r,
        p,
        length: 64,
    })?;
    Ok(crate::own::derived(&key.key.0))
}
