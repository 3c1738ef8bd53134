//! Our models of the clients, as implementations under test.

use safe_conformance::adapter::{
    Answer, Config, Hello, Implementation, Operation, ParseConfig, Refusal,
};
use safe_conformance::clients;
use safe_conformance::terms::Client;

/// Our model of one client.
pub struct Model(pub Client);

impl Implementation for Model {
    fn hello(&self) -> Hello {
        Hello::new(
            format!("our model of {}", self.0),
            "0",
            &[Operation::ParseConfig],
        )
    }

    fn parse_config(&self, input: ParseConfig) -> Answer<Config> {
        match clients::parse_config(self.0, &input.body.0) {
            None => Err(Refusal::unsupported("it reads no config")),
            Some(Ok(config)) => Ok(Config {
                max_backup_bytes: config.max_backup_bytes.to_string(),
                retention_days: config.retention_days.to_string(),
            }),
            Some(Err(error)) => Err(Refusal::at(error.stage(), error.to_string())),
        }
    }
}
