//! `config.json`: a server's config, as each client reads it.

use crate::format::Bytes;
use crate::judge::Answer;
use safe_conformance::clients;
use safe_conformance::terms::Client;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub struct Input {
    body: Bytes,
}

/// What our model of each client makes of it; nothing where it reads no config.
pub fn reader(input: &Input) -> impl Fn(Client) -> Option<Answer> + use<> {
    let body = input.body.to_vec();
    move |client| {
        let config = clients::parse_config(client, &body)?;
        let output = config.map(|config| {
            json!({
                "max_backup_bytes": config.max_backup_bytes.to_string(),
                "retention_days": config.retention_days.to_string(),
            })
        });
        Some(output.map_err(|error| error.stage()))
    }
}
