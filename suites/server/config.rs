//! The config file: there, and read alike by every client.

use super::judge::{Doing, Judged, describe, page, refusal};
use super::{MOBILE, MOBILE_BY_HTTP, WHOLE};
use crate::clients::{ConfigError, Operation, android, ios};
use crate::engine::{Deviation, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::config::ServerConfig;
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::wire::{Context, Place, Response};

/// The limit of the apps' own server, in bytes. Source: clause 4.2; iOS takes it where it knows no other.
const USUAL_LIMIT: i64 = 524_288;
/// The smallest real backup, an identity without contacts, takes about this much, in bytes.
const SMALLEST_BACKUP: i64 = 512;
/// What Android up to 6.1.3 reads of a config, in bytes. Source: clients.http.config-body.
const OLD_ANDROID_READ: u64 = 4096;

checks! { Context;
    /// The config can be fetched.
    READABLE = Check {
        id: "config.readable",
        clause: clause::CONFIG,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE_BY_HTTP,
        needs: &["auth.accepted"],
        effect: Effect::Reads,
        expected: "a 2xx for a GET of `config`, as the client sends it",
        remedy: "Put a file `config` into the folder that the URL names, holding {\"maxBackupBytes\": 524288, \"retentionDays\": 180}.",
        run: readable,
    }

    /// The client understands the config.
    UNDERSTOOD = Check {
        id: "config.understood",
        clause: clause::CONFIG,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "JSON with `maxBackupBytes` and `retentionDays`, both whole numbers",
        remedy: "Let `config` hold exactly {\"maxBackupBytes\": 524288, \"retentionDays\": 180}, with your numbers.",
        run: understood,
    }

    /// The limit lets a backup through.
    LIMIT = Check {
        id: "config.limit",
        clause: clause::SIZE,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "a `maxBackupBytes` that is positive and fits any backup at all",
        remedy: "Set maxBackupBytes to 524288 or more.",
        run: limit,
    }

    /// The limit lets a large backup through.
    GENEROUS_LIMIT = Check {
        id: "config.generous-limit",
        clause: clause::SIZE,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "a `maxBackupBytes` of at least 524288, as the apps' own server has",
        remedy: "Raise maxBackupBytes to 524288 or more: someone with many contacts and a profile picture needs it.",
        run: generous_limit,
    }

    /// The retention is one that every client reads alike.
    RETENTION = Check {
        id: "config.retention",
        clause: clause::RETENTION,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "a `retentionDays` from 1 to 2147483647",
        remedy: "Set retentionDays to 180, or to the number of days that the server really keeps a backup.",
        run: retention,
    }

    /// The config is short enough for older releases.
    LENGTH = Check {
        id: "config.length",
        clause: clause::CONFIG,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "at most 4096 bytes: Android up to 6.1.3 reads no more",
        remedy: "Remove what `config` need not hold.",
        run: length,
    }
}

async fn readable(context: &Context) -> Judged {
    let persona = context.persona();
    let answer = context
        .perform(persona.client, Operation::ReadConfig, Place::Config, None)
        .await
        .doing("a GET of `config`")?;
    Ok(
        if persona.accepts_status(Operation::ReadConfig, answer.status) {
            Outcome::pass(format!("{} over {}", answer.status, answer.http.name()))
        } else {
            let deviation = refusal(
                &answer,
                "a GET of `config`",
                &context.facts().base,
                "/config",
            );
            // The usual cause has a remedy of its own.
            if answer.status == 404 {
                Deviation {
                    remedy: None,
                    ..deviation
                }
            } else {
                deviation
            }
            .into()
        },
    )
}

/// The config that the run fetched, if it came. Whether it comes is judged by the first check here.
async fn fetched(context: &Context) -> Result<Response, Outcome> {
    let answer = context.config().await?;
    if answer.is_success() {
        Ok(answer)
    } else {
        Err(Outcome::blocked(format!(
            "a GET of `config` was answered {}",
            describe(&answer)
        )))
    }
}

fn parse(client: Client, body: &[u8]) -> Result<ServerConfig, ConfigError> {
    if client == Client::Ios {
        ios::parse_config(body)
    } else {
        android::parse_config(body)
    }
}

/// The config as the client of this variant reads it.
pub(super) async fn config_of(context: &Context, client: Client) -> Result<ServerConfig, Outcome> {
    let answer = fetched(context).await?;
    parse(client, &answer.body.bytes).map_err(|error| {
        Outcome::blocked(format!("{client} does not understand `config`: {error}"))
    })
}

/// The config as whichever client understands it.
pub(super) async fn config(context: &Context) -> Result<ServerConfig, Outcome> {
    match config_of(context, Client::Ios).await {
        Ok(config) => Ok(config),
        Err(_) => config_of(context, Client::Android).await,
    }
}

async fn understood(context: &Context) -> Judged {
    let answer = fetched(context).await?;
    if let Some(page) = page(&answer.body) {
        let deviation = Deviation::new(
            Stage::Json,
            format!("`config` is {page}, answered with {}", answer.status),
        );
        return Ok(deviation.remedy("That is a page for people: the URL leads to a web site or a login. Use the WebDAV address of the folder (for Nextcloud https://HOST/remote.php/dav/files/USER/FOLDER), and put the file `config` there.").into());
    }
    if answer.body.overran {
        return Ok(Outcome::deviates(Stage::Size, "`config` does not end"));
    }
    Ok(match parse(context.persona().client, &answer.body.bytes) {
        Ok(config) => Outcome::pass(format!(
            "maxBackupBytes {}, retentionDays {}",
            config.max_backup_bytes, config.retention_days
        )),
        // Inferred, not read in a source: it decides nothing.
        Err(ConfigError::NotUtf8 { .. }) => Outcome::blocked(
            "`config` is not UTF-8; whether iOS reads it all the same is not known",
        ),
        Err(error) => Outcome::deviates(error.stage(), error.to_string()),
    })
}

async fn limit(context: &Context) -> Judged {
    let config = config_of(context, context.persona().client).await?;
    let limit = config.max_backup_bytes;
    Ok(if limit >= SMALLEST_BACKUP {
        Outcome::pass(format!("maxBackupBytes is {limit}"))
    } else {
        Outcome::deviates(
            Stage::Meaning,
            format!("maxBackupBytes is {limit}: the app never uploads"),
        )
    })
}

async fn generous_limit(context: &Context) -> Judged {
    let limit = config(context).await?.max_backup_bytes;
    Ok(if limit >= USUAL_LIMIT {
        Outcome::pass(format!("maxBackupBytes is {limit}"))
    } else {
        Outcome::deviates(Stage::Meaning, format!("maxBackupBytes is {limit}"))
    })
}

async fn retention(context: &Context) -> Judged {
    let as_ios = config_of(context, Client::Ios).await;
    let as_android = config_of(context, Client::Android).await;
    let days = as_ios
        .as_ref()
        .or(as_android.as_ref())
        .map_err(Clone::clone)?
        .retention_days;
    let observed = match (days, as_android) {
        (1..=2_147_483_647, _) => return Ok(Outcome::pass(format!("retentionDays is {days}"))),
        (0, _) => "retentionDays is 0: Android takes it for 180, iOS for no time at all".to_owned(),
        (..0, _) => format!("retentionDays is {days}, which no server can keep"),
        (_, Ok(config)) => format!(
            "retentionDays is {days}: Android reads {}",
            config.retention_days
        ),
        (_, Err(_)) => format!("retentionDays is {days}"),
    };
    Ok(Outcome::deviates(Stage::Meaning, observed))
}

async fn length(context: &Context) -> Judged {
    let length = fetched(context).await?.body.length;
    Ok(if length <= OLD_ANDROID_READ {
        Outcome::pass(format!("{length} bytes"))
    } else {
        Outcome::deviates(Stage::Size, format!("{length} bytes"))
    })
}
