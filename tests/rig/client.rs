//! A client that does what a published one does, or makes one mistake.

mod connecting;
mod published;
mod sealing;
mod transport;
mod verifier;

use self::connecting::{go_on_with_old_tls, http};
pub use self::published::Published;
pub use self::verifier::tls;
use super::mistake::Mistake;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use reqwest::Method;
use safe_conformance::adapter::{BackupToRead, DirectoryId, DirectoryState, Hex, ReadBackup};
use safe_conformance::clients::restore::Outcome;
use safe_conformance::clients::{Operation, Transport, parse_config};
use safe_conformance::rig::{Action, End, Task};
use safe_conformance::safe::envelope;
use safe_conformance::safe::keys::{BackupPassword, DerivedKeys, ThreemaId, derive};
use safe_conformance::safe::{Client, ServerConfig};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex};

/// What is wrong, for the caller: the client reports failure.
#[derive(Debug)]
pub struct Failure;

/// The answer.
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

/// The contents of `directory.json`.
#[derive(serde::Deserialize)]
struct GivenDirectory {
    own_id: String,
    ids: Vec<DirectoryId>,
}

/// One client, doing one task.
pub struct TestClient {
    pub published: Published,
    pub mistake: Option<Mistake>,
    pub task: Task,
    http: reqwest::Client,
    /// Whether the app crashes where it should refuse.
    breaks: AtomicBool,
}

/// Does a task; an app that crashes counts as a failure, as a person sees it.
pub async fn act(published: Published, mistake: Option<Mistake>, task: Task) -> End {
    match act_or_break(published, mistake, task).await {
        End::Broke(how) if how == BREAKS => End::Failed,
        end => end,
    }
}

/// How an app that crashes where it should refuse ends.
const BREAKS: &str = "the app breaks";

/// Does a task, and reports where the app crashes.
pub async fn act_or_break(published: Published, mistake: Option<Mistake>, task: Task) -> End {
    let Some(action) = task.known_action() else {
        return if mistake == Some(Mistake::UnknownActionIsDone) {
            End::Done
        } else {
            End::Unsupported
        };
    };
    if published == Published::Desktop && action != Action::Restore {
        return End::Unsupported;
    }
    match mistake {
        Some(Mistake::DoesNothing) => return End::Done,
        Some(Mistake::AlwaysFails) => return End::Failed,
        Some(Mistake::Crashes) => return End::Broke("the client crashed".to_owned()),
        Some(Mistake::CannotDelete) if action == Action::Delete => return End::Done,
        _ => {}
    }
    if mistake == Some(Mistake::TakesOldTls) && task.case.starts_with("rig.tls.old-version.") {
        let _ = go_on_with_old_tls(&task.url).await;
        return End::Failed;
    }
    let Ok(http) = http(&task, mistake) else {
        return End::Broke("no HTTP client".to_owned());
    };
    let client = TestClient {
        published,
        mistake,
        task,
        http,
        breaks: AtomicBool::new(false),
    };
    let done = match action {
        Action::Test => client.test().await,
        Action::Backup => client.backup().await,
        Action::Restore => client.restore().await,
        Action::Delete => client.delete().await,
        Action::ChangePassword => client.change_password().await,
        _ => return End::Unsupported,
    };
    if client.breaks.into_inner() {
        return End::Broke(BREAKS.to_owned());
    }
    done.into()
}

impl TestClient {
    pub fn has(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn keys(&self, password: &str) -> DerivedKeys {
        static KNOWN: LazyLock<Mutex<HashMap<String, DerivedKeys>>> = LazyLock::new(Mutex::default);
        let password = if self.has(Mistake::PasswordInLowerCase) {
            format!("{password}x")
        } else {
            password.to_owned()
        };
        let mut known = KNOWN.lock().expect("nobody panics while holding it");
        known
            .entry(password.clone())
            .or_insert_with(|| {
                let id = ThreemaId::parse(&self.task.threema_id).expect("the rig's ID is one");
                derive(&BackupPassword::new(password), &id)
            })
            .clone()
    }

    fn backup_path(&self, password: &str) -> String {
        let id = self.keys(password).backup_id.to_hex();
        let id = match self.mistake {
            Some(Mistake::CapitalId) => id.to_ascii_uppercase(),
            Some(Mistake::HalfId) => id[..32].to_owned(),
            _ => id,
        };
        match self.mistake {
            Some(Mistake::DoubledSlash) => format!("//backups/{id}"),
            Some(Mistake::TrailingSlash) => format!("/backups/{id}/"),
            Some(Mistake::IdInQuery) => format!("/backups/{id}?id={id}"),
            Some(Mistake::PasswordInQuery) => {
                format!("/backups/{id}?password={}", self.task.server_password)
            }
            Some(Mistake::SafePasswordInQuery) => {
                format!("/backups/{id}?p={}", self.task.password)
            }
            Some(Mistake::MasterKeyInQuery) => {
                let keys = self.keys(password);
                let master = [
                    &keys.backup_id.as_bytes()[..],
                    keys.encryption_key.as_bytes(),
                ];
                format!(
                    "/backups/{id}?k={}",
                    BASE64URL_NOPAD.encode(&master.concat())
                )
            }
            _ => format!("/backups/{id}"),
        }
    }

    fn private_key(&self) -> Option<Vec<u8>> {
        let document = std::fs::read(self.task.folder.join("document.json")).ok()?;
        let document: serde_json::Value = serde_json::from_slice(&document).ok()?;
        BASE64
            .decode(document["user"]["privatekey"].as_str()?.as_bytes())
            .ok()
    }

    async fn config(&self) -> Result<ServerConfig, Failure> {
        let answer = self.send(Operation::ReadConfig, "/config", None).await?;
        if self.has(Mistake::AnyConfigWillDo) {
            return Ok(ServerConfig::USUAL);
        }
        let is_json = serde_json::from_slice::<serde_json::Value>(&answer.body).is_ok();
        if self.has(Mistake::AnyJsonIsConfig) && is_json {
            return Ok(ServerConfig::USUAL);
        }
        if !self.published.accepts(Operation::ReadConfig, answer.status) {
            return Err(Failure);
        }
        let transport = Transport::of(self.published.release());
        match parse_config(transport.client, transport.config_read(&answer.body)) {
            Some(Ok(config)) => Ok(config),
            Some(Err(_)) | None => Err(Failure),
        }
    }

    async fn test(&self) -> Result<(), Failure> {
        if self.has(Mistake::ProbesWithPropfind) {
            let url = format!("{}/backups/", self.task.url);
            let method = Method::from_bytes(b"PROPFIND").expect("it is a method");
            let _ = self.http.request(method, url).send().await;
        }
        if self.has(Mistake::HammersOnErrors) {
            return self.hammer(Operation::ReadConfig, "/config").await;
        }
        let path = self.backup_path(&self.task.password);
        if self.has(Mistake::DeletesInATest) {
            self.send(Operation::Delete, &path, None).await?;
        }
        if self.has(Mistake::UploadsInATest) {
            let body = Some(b"Is there anybody?".to_vec());
            self.send(Operation::Upload, &path, body).await?;
        }
        self.config().await.map(|_| ())
    }

    async fn hammer(&self, operation: Operation, path: &str) -> Result<(), Failure> {
        for _ in 0..12 {
            let answer = self.send(operation, path, None).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
        }
        Err(Failure)
    }

    async fn upload(&self, password: &str) -> Result<(), Failure> {
        if self.has(Mistake::FallsBackToPlain) {
            let plain = self.task.url.replace("https://", "http://");
            let _ = self
                .attempt(
                    Operation::ReadConfig,
                    &format!("{plain}/config"),
                    None,
                    None,
                    false,
                )
                .await;
        }
        let asks_first =
            !self.has(Mistake::UploadsBeforeConfig) && !self.has(Mistake::NeverAsksForConfig);
        let limit = if asks_first {
            self.config().await?.max_backup_bytes
        } else {
            i64::MAX
        };
        let mut document =
            std::fs::read(self.task.folder.join("document.json")).map_err(|_| Failure)?;
        if let Some((right, wrong)) = self.misspelled() {
            let text = String::from_utf8(document).map_err(|_| Failure)?;
            document = text.replace(right, wrong).into_bytes();
        }
        document = self.other(document);
        let keys = self.keys(password);
        let body = self.seal(&keys, &document);
        if self.has(Mistake::DeletesBeforeUpload) {
            self.remove(password).await?;
        }
        let size = body.len() as u64;
        let transport = Transport::of(self.published.client());
        let fits = match self.mistake {
            Some(Mistake::IgnoresLimit) => true,
            Some(Mistake::IgnoresLimitOfNewPassword) if password == self.task.new_password => true,
            Some(Mistake::OneByteTooMany) => transport.upload_fits(size - 1, limit),
            Some(Mistake::TwoBytesTooFew) => transport.upload_fits(size + 2, limit),
            _ => transport.upload_fits(size, limit),
        };
        if !fits {
            return Err(Failure);
        }
        let answer = self
            .send(Operation::Upload, &self.backup_path(password), Some(body))
            .await?;
        if self.has(Mistake::UploadsBeforeConfig) {
            self.config().await?;
        }
        let taken = match (self.mistake, answer.status) {
            (Some(Mistake::AnyStatusIsSuccess), _)
            | (Some(Mistake::ForbiddenIsSuccess), 403)
            | (Some(Mistake::MethodRefusedIsSuccess), 405)
            | (Some(Mistake::ConflictIsSuccess), 409)
            | (Some(Mistake::TooLargeIsSuccess), 413)
            | (Some(Mistake::LockedIsSuccess), 423)
            | (Some(Mistake::TooManyIsSuccess), 429)
            | (Some(Mistake::ServerErrorIsSuccess), 500..=599)
            | (Some(Mistake::FollowsUploadAsGet), 200) => true,
            (Some(Mistake::OnlyCreatedIsSuccess), status) => status == 201,
            (_, status) => self.published.accepts(Operation::Upload, status),
        };
        if taken { Ok(()) } else { Err(Failure) }
    }

    async fn backup(&self) -> Result<(), Failure> {
        self.upload(&self.task.password).await
    }

    async fn restore(&self) -> Result<(), Failure> {
        let restored = self.download_and_restore().await;
        let deletes = match restored {
            Ok(()) => self.has(Mistake::DeletesAfterARestore),
            Err(_) => self.has(Mistake::DeletesWhatIsBroken),
        };
        if deletes {
            self.remove(&self.task.password).await?;
        }
        if restored.is_err() && self.has(Mistake::UploadsAfterAFailedRestore) {
            // The end of the restore is the same.
            let _ = self.backup().await;
        }
        restored
    }

    async fn download_and_restore(&self) -> Result<(), Failure> {
        let path = self.backup_path(&self.task.password);
        if self.published == Published::Desktop {
            let probe = self.send(Operation::Probe, &path, None).await?;
            if probe.status != 200 {
                return Err(Failure);
            }
        }
        if self.has(Mistake::HammersOnErrors) {
            self.hammer(Operation::Download, &path).await?;
        }
        let answer = self.send(Operation::Download, &path, None).await?;
        if self.has(Mistake::MissingIsSuccess) && answer.status == 404 {
            return Ok(());
        }
        if !self.published.accepts(Operation::Download, answer.status) {
            return Err(Failure);
        }
        let announced = answer.headers.get("content-length");
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if self.has(Mistake::TakesHalfADownload) && announced > Some(answer.body.len()) {
            return Ok(());
        }
        if self.has(Mistake::AnyBodyIsABackup) {
            return Ok(());
        }
        if self.has(Mistake::EmptyIsSuccess) && answer.body.is_empty() {
            return Ok(());
        }
        if self.has(Mistake::SmallDownloads) && answer.body.len() > 64 * 1024 {
            return Err(Failure);
        }
        let keys = self.keys(&self.task.password);
        if self.has(Mistake::AnyDocumentIsRestored) {
            let document = envelope::open(&keys.encryption_key, &answer.body, 1 << 26);
            let json = document.map(|text| serde_json::from_slice::<serde_json::Value>(&text));
            return if matches!(json, Ok(Ok(_))) {
                Ok(())
            } else {
                Err(Failure)
            };
        }
        let document = match self.mistake {
            Some(Mistake::DoesNotCheckTheTag) => self.open_unchecked(&keys, &answer.body)?,
            Some(Mistake::OnlyStoredGzip) => {
                let packed =
                    envelope::decrypt(&keys.encryption_key, &answer.body).map_err(|_| Failure)?;
                if packed.get(10).is_some_and(|byte| byte >> 1 & 0b11 != 0) {
                    return Err(Failure);
                }
                envelope::unpack(&packed, 1 << 26).map_err(|_| Failure)?
            }
            Some(Mistake::TakesUnpacked) => {
                let packed =
                    envelope::decrypt(&keys.encryption_key, &answer.body).map_err(|_| Failure)?;
                envelope::unpack(&packed, 1 << 26).unwrap_or(packed)
            }
            _ => Vec::new(),
        };
        let backup = if document.is_empty() {
            BackupToRead::Sealed {
                key: Hex(keys.encryption_key.as_bytes().to_vec()),
                body: Hex(answer.body),
            }
        } else {
            BackupToRead::Open {
                document: Hex(document),
            }
        };
        self.read(backup)
    }

    /// Opens a box with its key stream only, as if the tag were correct.
    fn open_unchecked(&self, keys: &DerivedKeys, body: &[u8]) -> Result<Vec<u8>, Failure> {
        match envelope::open(&keys.encryption_key, body, 1 << 26) {
            Ok(document) => Ok(document),
            // A change in the middle of a name still leaves valid JSON.
            Err(_) if body.len() > 40 => {
                std::fs::read(self.task.folder.join("document.json")).map_err(|_| Failure)
            }
            Err(_) => Err(Failure),
        }
    }

    /// The directory of a world in which everybody in the backup exists, under the key in the
    /// backup.
    fn directory(&self, backup: &BackupToRead) -> Vec<DirectoryId> {
        if let Some(given) = self.given_directory() {
            return given.ids;
        }
        let json = match backup {
            BackupToRead::Open { document } => document.0.clone(),
            BackupToRead::Sealed { body, .. } => {
                let keys = self.keys(&self.task.password);
                envelope::open(&keys.encryption_key, &body.0, 1 << 26).unwrap_or_default()
            }
        };
        let document: serde_json::Value = serde_json::from_slice(&json).unwrap_or_default();
        let contacts = document["contacts"].as_array().cloned().unwrap_or_default();
        contacts
            .iter()
            .filter_map(|contact| {
                let key = contact["publickey"].as_str().unwrap_or_default();
                let key = BASE64
                    .decode(key.as_bytes())
                    .ok()
                    .filter(|key| key.len() == 32);
                Some(DirectoryId {
                    // No ID contains small letters.
                    id: contact["identity"].as_str()?.to_ascii_uppercase(),
                    public_key: Hex(key.unwrap_or_else(|| vec![5; 32])),
                    state: DirectoryState::Active,
                })
            })
            .collect()
    }

    /// The directory of the case, if it has one.
    fn given_directory(&self) -> Option<GivenDirectory> {
        let text = std::fs::read(self.task.folder.join("directory.json")).ok()?;
        Some(serde_json::from_slice(&text).expect("the rig writes it"))
    }

    fn read(&self, backup: BackupToRead) -> Result<(), Failure> {
        let directory = self.directory(&backup);
        let input = ReadBackup {
            backup,
            own_id: self
                .given_directory()
                .map_or_else(|| self.task.threema_id.clone(), |given| given.own_id),
            directory,
        };
        let own_id = ThreemaId::parse(&input.own_id).map_err(|_| Failure)?;
        match self.published.release().read_as_asked(&input) {
            Ok(Outcome::Restored(restored)) => {
                let state = serde_json::Value::Object(restored.state(own_id));
                self.write("state.json", &state.to_string())?;
                if self.has(Mistake::RestoresAnotherKey) {
                    let other = format!(
                        "{{\"info\":{{\"version\":1}},\"user\":{{\"privatekey\":\"{}\"}},\"settings\":{{}}}}",
                        BASE64.encode(&[9; 32])
                    );
                    self.write("restored.json", &other)?;
                }
                Ok(())
            }
            Ok(Outcome::Broken { .. }) => {
                self.breaks.store(true, Ordering::Relaxed);
                Err(Failure)
            }
            _ => Err(Failure),
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        std::fs::write(self.task.folder.join(name), text).map_err(|_| Failure)
    }

    async fn remove(&self, password: &str) -> Result<u16, Failure> {
        let mut path = self.backup_path(password);
        if self.has(Mistake::DeletesAnother) {
            path = format!("/backups/{}", "0".repeat(64));
        }
        if self.has(Mistake::HammersOnErrors) {
            for _ in 0..11 {
                let answer = self.send(Operation::Delete, &path, None).await?;
                if self.published.accepts(Operation::Delete, answer.status) {
                    return Ok(answer.status);
                }
            }
        }
        let answer = self.send(Operation::Delete, &path, None).await?;
        Ok(answer.status)
    }

    async fn delete(&self) -> Result<(), Failure> {
        let status = self.remove(&self.task.password).await?;
        let ignored = self.published.client() == Client::Ios && status == 404;
        if ignored || self.published.accepts(Operation::Delete, status) {
            Ok(())
        } else {
            Err(Failure)
        }
    }

    async fn change_password(&self) -> Result<(), Failure> {
        let new = self.task.new_password.clone();
        // Both apps delete the old backup first, whatever the answer. Source:
        // `clients.http.disable-sequence`.
        if self.published != Published::Correct || self.has(Mistake::DeletesFirst) {
            // The local state is cleared in any case.
            let _ = self.remove(&self.task.password).await;
            return self.upload(&new).await;
        }
        let uploaded = self.upload(&new).await;
        if uploaded.is_err() && self.has(Mistake::DeletesAfterAFailedUpload) {
            self.remove(&self.task.password).await?;
        }
        uploaded?;
        if !self.has(Mistake::LeavesTheOld) {
            self.remove(&self.task.password).await?;
        }
        Ok(())
    }
}
