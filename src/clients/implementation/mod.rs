//! How the clients read configs, addresses, passwords, answers and backups, as implementations on
//! which the vectors run.

mod address;
mod backup;
mod exchange;

use super::{Release, check_password, parse_config, pattern};
use crate::adapter::{
    Answer, CheckPassword, Checked, Config, Hello, Implementation, JudgeExchange, Operation,
    ParseConfig, ReadBackup, Refusal, RequestUrls, RestoredState, Rule, Taken, Urls, WriteBackup,
    WrittenDocument,
};
use crate::safe::password::PasswordRule;

/// This crate as a release of a client, for the vectors.
impl Implementation for Release {
    fn hello(&self) -> Hello {
        Hello::new(
            format!("safe-conformance as {}", self.client()),
            env!("CARGO_PKG_VERSION"),
            &[
                Operation::ParseConfig,
                Operation::RequestUrls,
                Operation::CheckPassword,
                Operation::JudgeExchange,
                Operation::ReadBackup,
                Operation::WriteBackup,
            ],
        )
    }

    fn parse_config(&self, input: ParseConfig) -> Answer<Config> {
        let transport = self.transport();
        match parse_config(transport.client, transport.config_read(&input.body.0)) {
            None => Err(Refusal::unsupported("it reads no config")),
            Some(Ok(config)) => Ok(Config {
                max_backup_bytes: config.max_backup_bytes.to_string(),
                retention_days: config.retention_days.to_string(),
            }),
            Some(Err(error)) => Err(Refusal::at(error.stage(), error.to_string())),
        }
    }

    fn request_urls(&self, input: RequestUrls) -> Answer<Urls> {
        address::request_urls(*self, &input)
    }

    fn check_password(&self, input: CheckPassword) -> Answer<Checked> {
        let nobody = || Refusal::unsupported("nobody chooses a password there");
        if let Some(pattern) = &input.pattern {
            let passes =
                pattern::passes(self.client(), pattern, &input.password).ok_or_else(nobody)?;
            let passes = passes.map_err(|error| Refusal::unsupported(error.to_string()))?;
            return Ok(Checked {
                rule: (!passes).then_some(Rule::Pattern),
            });
        }
        let checked = check_password(self.client(), &input.password).ok_or_else(nobody)?;
        Ok(Checked {
            rule: checked.err().map(|rule| match rule {
                PasswordRule::Length => Rule::Length,
                PasswordRule::OneCharacter => Rule::OneCharacter,
                PasswordRule::Digits => Rule::Digits,
            }),
        })
    }

    fn judge_exchange(&self, input: JudgeExchange) -> Answer<Taken> {
        exchange::judge(*self, &input)
    }

    fn read_backup(&self, input: ReadBackup) -> Answer<RestoredState> {
        backup::read_backup(*self, &input)
    }

    fn write_backup(&self, input: WriteBackup) -> Answer<WrittenDocument> {
        backup::write_backup(*self, &input)
    }
}
