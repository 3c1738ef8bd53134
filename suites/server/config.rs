//! The config file: it exists, and every client reads it alike.

use super::facets::{ANDROID_BY_HTTP_1, MOBILE, MOBILE_BY_HTTP, WHOLE};
use super::judge::{
    Doing, Judged, accepts, describe, diagnosed, page, sends_credentials, with_problem,
};
use crate::clients::{ConfigError, Operation, Transport, android, ios};
use crate::diagnosis::{
    Beside, Evidence, NO_CHALLENGE, NO_WEBDAV, Subject, answered_by, certain, diagnose,
};
use crate::engine::{Blocker, Deviation, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::config::ServerConfig;
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::text::counted;
use crate::wire::{
    Context, Failure, FailureKind, Http, LoginKind, Manner, Method, Place, Response,
};
use std::collections::BTreeSet;

/// The limit of the apps' default server, in bytes; iOS assumes it until it knows another. Source:
/// clause 4.2.
const USUAL_LIMIT: i64 = 524_288;
/// The smallest real backup, in bytes: an identity alone, as the newest Android uploads it.
const SMALLEST_BACKUP: i64 = 535;
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
        expected: "a 2xx for a GET of `config` as the client sends it",
        remedy: "Put a file `config` into the folder that the URL names, with the content {\"maxBackupBytes\": 524288, \"retentionDays\": 180}.",
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
        remedy: "Let `config` contain exactly {\"maxBackupBytes\": 524288, \"retentionDays\": 180}, with your numbers.",
        run: understood,
    }

    /// The config ends where the header of its answer says.
    FRAMING = Check {
        id: "config.framing",
        clause: clause::CONFIG,
        level: Level::Required,
        clients: Clients::ANDROID,
        breaks: Directions::BACKUP,
        variants: ANDROID_BY_HTTP_1,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "no bytes after the end of `config`, on a connection that stays open",
        remedy: "Let the server send exactly as many bytes as its `Content-Length` says.",
        run: framing,
    }

    /// Every answer holds the same numbers.
    SAME = Check {
        id: "config.same",
        clause: clause::CONFIG,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "the same `maxBackupBytes` and `retentionDays` in every answer, for every client, over every version of HTTP",
        remedy: "Give every backend behind the proxy the same `config`, write each key only once, and exclude `config` from every cache.",
        run: same,
    }

    /// The limit is large enough for a backup.
    LIMIT = Check {
        id: "config.limit",
        clause: clause::SIZE,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "a positive `maxBackupBytes` in which the smallest backup fits",
        remedy: "Set maxBackupBytes to 524288 or more.",
        run: limit,
    }

    /// The limit is large enough for a large backup.
    GENEROUS_LIMIT = Check {
        id: "config.generous-limit",
        clause: clause::SIZE,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["config.understood"],
        effect: Effect::Reads,
        expected: "a `maxBackupBytes` of at least 524288, the value of the apps' default server",
        remedy: "Raise maxBackupBytes to 524288 or more. A user with many contacts and a profile picture needs it.",
        run: generous_limit,
    }

    /// Every client reads the same retention.
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
        expected: "at most 4096 bytes, because Android up to 6.1.3 reads no more",
        remedy: "Remove everything from `config` that is not needed.",
        run: length,
    }
}

async fn readable(context: &Context) -> Judged {
    let transport = context.transport();
    let http = context.facet().http().unwrap_or(Http::One);
    let answer = context
        .config_as(transport.client, http)
        .await
        .doing("a GET of `config`")?;
    Ok(if accepts(transport, Operation::ReadConfig, &answer) {
        Outcome::pass(format!("{} over {}", answer.status, answer.http.name()))
    } else {
        let with_credentials = sends_credentials(context, transport.client).await;
        let asked = (Method::Get, Subject::Config);
        let deviation = diagnosed(
            context,
            &answer,
            "a GET of `config`",
            asked,
            with_credentials,
        )
        .await;
        // A missing file has its own remedy, which precedes a likely cause. If nothing can be
        // stored there, that cause comes first and also names what is missing.
        let says_both = deviation
            .cause
            .as_ref()
            .is_some_and(|cause| cause.id == NO_WEBDAV);
        let is_other = says_both || context.facts().names_another_user;
        let is_own = answer.status == 404 && !is_other;
        let is_known = deviation.cause.as_ref().is_some_and(|cause| !cause.likely);
        // Only for these is the file a likely reason.
        let may_be_missing = matches!(answer.status, 404 | 410);
        let is_unasked = !with_credentials
            && (answer.is_redirect() || (matches!(answer.status, 403 | 404) && !is_known));
        if is_unasked && is_read_with_credentials(context).await {
            return Ok(with_problem(deviation, certain(NO_CHALLENGE)).into());
        }
        let other = || (!may_be_missing).then(|| NOT_SERVED.to_owned());
        Deviation {
            remedy: deviation.remedy.filter(|_| !is_own).or_else(other),
            ..deviation
        }
        .into()
    })
}

/// The remedy for an answer that shows neither a missing file nor a known problem.
const NOT_SERVED: &str = "Find out what sends this status: the server, or a proxy or provider before it. Their logs name the reason, and the status itself often does. The apps go on only after a 2xx.";

/// Android uploads over the connection that brought `config`, and reads the surplus as the answer.
///
/// Source: clients.http.surplus.
async fn framing(context: &Context) -> Judged {
    let doing = "a GET of `config`";
    let request = context.as_client(context.client(), Operation::ReadConfig, Place::Config);
    let listening = request.manner(Manner::Listening);
    let answer = context.send(listening).await.doing(doing)?;
    if !accepts(context.transport(), Operation::ReadConfig, &answer) {
        let refused = format!("{doing} returned {}", describe(&answer));
        return Ok(Outcome::blocked(refused));
    }
    Ok(if answer.has_surplus {
        Outcome::deviates(Stage::Http, "bytes follow the end of `config`")
    } else {
        Outcome::pass("nothing follows the end of `config`")
    })
}

/// Returns whether Android, which always sends its credentials, can read `config`.
async fn is_read_with_credentials(context: &Context) -> bool {
    let answer = context.config_as(Client::Android, Http::One).await;
    answer.is_ok_and(|answer| answer.is_success())
}

/// Returns the answers that `client` gets to its requests for `config`, one for each version of
/// HTTP that the server offers. `config.readable` judges whether they arrive.
async fn fetched(context: &Context, client: Client) -> Result<Vec<Response>, Outcome> {
    let mut came = Vec::new();
    let mut missing: Option<Outcome> = None;
    for http in [Http::Two, Http::One] {
        match context.config_as(client, http).await {
            Ok(answer) if accepts(Transport::of(client), Operation::ReadConfig, &answer) => {
                came.push(answer);
            }
            Ok(answer) => {
                missing = Some(Outcome::blocked(format!(
                    "a GET of `config` returned {}",
                    describe(&answer)
                )));
            }
            Err(Failure {
                kind: FailureKind::NotOffered,
                ..
            }) => {}
            Err(failure) => missing = Some(failure.into()),
        }
    }
    match missing {
        Some(why) if came.is_empty() => Err(why),
        _ => Ok(came),
    }
}

/// Returns the config that `client` reads in an answer.
fn read(client: Client, answer: &Response) -> Result<ServerConfig, ConfigError> {
    if answer.body.overran {
        Err(ConfigError::Endless)
    } else if client == Client::Ios {
        ios::parse_config(&answer.body.bytes)
    } else {
        android::parse_config_as(&answer.body.bytes, answer.header("content-type"))
    }
}

/// Returns the configs that `client` reads in its answers: at least one, or the reason why it reads
/// none.
pub(super) async fn configs_of(
    context: &Context,
    client: Client,
) -> Result<Vec<ServerConfig>, Outcome> {
    let answers = fetched(context, client).await?;
    let mut configs = Vec::new();
    let mut refused = None;
    for answer in &answers {
        match read(client, answer) {
            Ok(config) => configs.push(config),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if configs.is_empty() => Err(Outcome::blocked(format!(
            "{client} does not understand `config`: {error}"
        ))),
        _ => Ok(configs),
    }
}

/// Returns the config as the client of this variant reads it, the newest version of HTTP first.
pub(super) async fn config_of(context: &Context, client: Client) -> Result<ServerConfig, Outcome> {
    let configs = configs_of(context, client).await?;
    let first = configs.into_iter().next();
    first.ok_or_else(|| Outcome::blocked("the server offers no version of HTTP"))
}

/// Returns the config as iOS reads it, or Android if iOS does not understand it.
pub(super) async fn config(context: &Context) -> Result<ServerConfig, Outcome> {
    match config_of(context, Client::Ios).await {
        Ok(config) => Ok(config),
        Err(_) => config_of(context, Client::Android).await,
    }
}

/// Returns every limit that a mobile client reads, in bytes, smallest first; or why it reads none.
pub(super) async fn limits(context: &Context) -> Result<BTreeSet<i64>, Outcome> {
    let mut limits = BTreeSet::new();
    let mut unknown = None;
    for client in [Client::Ios, Client::Android] {
        match configs_of(context, client).await {
            Ok(configs) => limits.extend(configs.iter().map(|config| config.max_backup_bytes)),
            Err(why) => unknown = Some(why),
        }
    }
    match unknown {
        Some(why) if limits.is_empty() => Err(why),
        _ => Ok(limits),
    }
}

async fn understood(context: &Context) -> Judged {
    let client = context.client();
    let answers = fetched(context, client).await?;
    let mut understood = BTreeSet::new();
    let mut refused = Vec::new();
    for answer in &answers {
        match judge_answer(context, client, answer).await {
            Ok(config) => {
                understood.insert(numbers(&config));
            }
            Err(outcome) => refused.push((answer.http, outcome)),
        }
    }
    let is_everywhere = refused.len() == answers.len();
    Ok(match refused.into_iter().next() {
        None => Outcome::pass(joined(&understood)),
        Some((http, Outcome::Deviates(mut deviation))) if !is_everywhere => {
            deviation.observed += &format!(", over {}", http.name());
            deviation.into()
        }
        Some((_, outcome)) => outcome,
    })
}

/// Returns the config that `client` reads in one answer, or why it cannot.
async fn judge_answer(
    context: &Context,
    client: Client,
    answer: &Response,
) -> Result<ServerConfig, Outcome> {
    if let Some(page) = page(&answer.body) {
        let observed = format!("`config` is {page}, answered with {}", answer.status);
        let mut deviation = Deviation::new(Stage::Json, observed);
        if hides_without_login(context, client).await {
            return Err(deviation.remedy(CHALLENGE_FIRST).into());
        }
        deviation.answered_by = answered_by(answer);
        return Err(with_cause(context, answer, None, deviation).into());
    }
    if !answer.body.is_as_it_came() {
        return Err(Outcome::blocked_by(
            Blocker::TruncatedRead,
            "the recorded `config` is incomplete, because it was longer or a secret was removed from it",
        ));
    }
    let error = match read(client, answer) {
        Ok(config) => return Ok(config),
        Err(error) => error,
    };
    Err(match error {
        // This is inferred, not read in a source, so it decides nothing.
        ConfigError::NotUtf8 { .. } => {
            Outcome::blocked("`config` is not UTF-8; whether iOS reads it anyway is unknown")
        }
        error => {
            let missing = context.missing_as(Client::Android).await.ok();
            let deviation = Deviation::new(error.stage(), error.to_string());
            with_cause(context, answer, missing.as_ref(), deviation).into()
        }
    })
}

/// Returns the deviation with its cause, if the answer for `config` shows one. `missing` is the
/// answer for a backup that was never uploaded.
fn with_cause(
    context: &Context,
    answer: &Response,
    missing: Option<&Response>,
    deviation: Deviation,
) -> Deviation {
    let facts = context.facts();
    let (method, subject) = (Method::Get, Subject::Config);
    let evidence = Evidence {
        beside: Beside {
            missing,
            ..Beside::default()
        },
        ..Evidence::of(&facts.base, facts.login, method, subject, answer)
    };
    with_problem(deviation, diagnose(&evidence))
}

const CHALLENGE_FIRST: &str = "Answer a request without credentials with 401 and `WWW-Authenticate: Basic`, not with a login page. iOS sends its credentials only after such an answer.";

/// Returns whether `client` got a page because it first asks without credentials. A server that
/// answers such a request with a login page instead of a challenge shows iOS the page and Android
/// the config.
async fn hides_without_login(context: &Context, client: Client) -> bool {
    let waits = client == Client::Ios && context.facts().login == LoginKind::Basic;
    waits && configs_of(context, Client::Android).await.is_ok()
}

fn numbers(config: &ServerConfig) -> String {
    format!(
        "maxBackupBytes {}, retentionDays {}",
        config.max_backup_bytes, config.retention_days
    )
}

/// Returns the readings in sorted order, so that the sentence does not depend on which arrived
/// first.
fn joined(numbers: &BTreeSet<String>) -> String {
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    numbers.join("; ")
}

async fn same(context: &Context) -> Judged {
    let mut answers = Vec::new();
    for client in [Client::Android, Client::Ios] {
        answers.extend(fetched(context, client).await.unwrap_or_default());
    }
    Ok(judge_same(&answers))
}

/// Judges what both clients read in the answers. `config.understood` judges whether they can read
/// one.
fn judge_same(answers: &[Response]) -> Outcome {
    let read_by = |client| answers.iter().map(move |answer| read(client, answer).ok());
    let configs = |client| read_by(client).flatten();
    let readings =
        |client| -> BTreeSet<String> { configs(client).map(|config| numbers(&config)).collect() };
    let (android, ios) = (readings(Client::Android), readings(Client::Ios));
    for differing in [&android, &ios] {
        if differing.len() > 1 {
            let observed = format!("answers differ: {}", joined(differing));
            return Outcome::deviates(Stage::Meaning, observed);
        }
    }
    // `config.retention` judges numbers that are too large for one of them.
    let limits = |client| -> BTreeSet<i64> {
        configs(client)
            .map(|config| config.max_backup_bytes)
            .collect()
    };
    let both = !android.is_empty() && !ios.is_empty();
    if both && limits(Client::Android) != limits(Client::Ios) {
        return Outcome::deviates(
            Stage::Json,
            format!(
                "one answer, two readings: Android reads {}; iOS reads {}",
                joined(&android),
                joined(&ios)
            ),
        );
    }
    let by_either = read_by(Client::Android).zip(read_by(Client::Ios));
    let is_read = |(android, ios): &(Option<_>, Option<_>)| android.is_some() || ios.is_some();
    match by_either.filter(is_read).count() {
        0 => Outcome::blocked("no answer held a config"),
        1 => Outcome::blocked(
            "only one answer held a config, so there is nothing to compare it with",
        ),
        count => Outcome::pass(format!("{count} answers hold the same numbers")),
    }
}

async fn limit(context: &Context) -> Judged {
    let configs = configs_of(context, context.client()).await?;
    let smallest = configs.iter().map(|config| config.max_backup_bytes).min();
    let limit = smallest.unwrap_or_default();
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
    let limit = limits(context).await?.first().copied().unwrap_or_default();
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
        (0, _) => "retentionDays is 0: Android reads 180, iOS reads no time at all".to_owned(),
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
    let mut longest = 0;
    for client in [Client::Android, Client::Ios] {
        for answer in fetched(context, client).await.unwrap_or_default() {
            longest = longest.max(answer.body.length);
        }
    }
    if longest == 0 {
        return Ok(Outcome::blocked("no answer held a config"));
    }
    let observed = counted(longest, "byte");
    Ok(if longest <= OLD_ANDROID_READ {
        Outcome::pass(observed)
    } else {
        Outcome::deviates(Stage::Size, observed)
    })
}
