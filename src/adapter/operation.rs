//! The operations that an implementation can be asked for, with their inputs and outputs.

use super::backup::{
    OpenBackup, OpenedBackup, ReadBackup, RestoredState, SealBackup, SealedBackup, WriteBackup,
    WrittenDocument,
};
use super::hex::Hex;
use super::implementation::{Answer, Hello, Refusal};
use super::message::{MessageError, Reply};
use crate::safe::Stage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Declares the operations: one line each, `Operation name(Input) -> Output`, with a description.
macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:ident($input:ident) -> $output:ident;)*) => {
        /// An operation that an implementation can be asked for.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Operation {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Operation {
            /// Every operation, in the order in which reports name them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name in the line protocol.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            /// Returns what the operation does, in one sentence.
            pub fn about(self) -> &'static str {
                let doc = match self {
                    $(Self::$variant => concat!($($doc),+),)*
                };
                doc.split(" Source:").next().unwrap_or(doc).trim()
            }

            /// Returns a request from its `input`, as the line protocol has it.
            pub fn request(self, input: Value) -> Result<Request, MessageError> {
                match self {
                    $(Self::$variant => Ok(Request::$variant(typed(input)?)),)*
                }
            }

            /// Verifies that an output has the form of this operation's output.
            #[cfg(feature = "server")]
            pub(super) fn check_output(self, output: &serde_json::Map<String, Value>) -> Result<(), MessageError> {
                match self {
                    $(Self::$variant => typed::<$output>(Value::Object(output.clone())).map(|_| ()),)*
                }
            }
        }

        /// One request, with its complete input.
        #[derive(Clone, PartialEq, Debug, Serialize)]
        #[serde(tag = "op", content = "input", rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Request {
            $($(#[doc = $doc])+ $variant($input),)*
        }

        impl Request {
            /// Returns the operation.
            pub const fn operation(&self) -> Operation {
                match self {
                    $(Self::$variant(_) => Operation::$variant,)*
                }
            }
        }

        /// An implementation under test in Rust. Each operation is one method, which by default
        /// returns that it is unsupported. Only the operations in [`hello`](Self::hello) are
        /// requested.
        ///
        /// A method returns raw results and no verdict, and panics where the implementation does: a
        /// panic is a finding.
        ///
        /// ```
        /// use safe_conformance::adapter::{
        ///     Answer, Derive, Derived, Hello, Implementation, Operation, Refusal,
        /// };
        ///
        /// struct MyClient;
        ///
        /// impl Implementation for MyClient {
        ///     fn hello(&self) -> Hello {
        ///         Hello::new("my client", "1.0", &[Operation::Derive])
        ///     }
        ///
        ///     fn derive(&self, input: Derive) -> Answer<Derived> {
        ///         // Here your own code.
        ///         Err(Refusal::unsupported(format!("not for {} yet", input.id)))
        ///     }
        /// }
        /// ```
        pub trait Implementation: Send + Sync + 'static {
            /// Returns its name, version and operations.
            fn hello(&self) -> Hello;

            $(
                $(#[doc = $doc])+
                fn $name(&self, input: $input) -> Answer<$output> {
                    let _ = input;
                    Err(Refusal::lacks(Operation::$variant))
                }
            )*
        }

        /// Asks an implementation.
        pub(super) fn ask(implementation: &dyn Implementation, request: Request) -> Reply {
            match request {
                $(Request::$variant(input) => reply(implementation.$name(input)),)*
            }
        }
    };
}

operations! {
    /// scrypt itself, at any parameters. Source: RFC 7914.
    Scrypt scrypt(Scrypt) -> ScryptKey;
    /// Password and Threema ID to keys. Source: clauses 1.1 to 1.4.
    Derive derive(Derive) -> Derived;
    /// A plaintext into a secretbox, under a nonce that is given. Source: clause 2.1.
    Seal seal(Seal) -> Sealed;
    /// A secretbox opened. Source: clauses 2.1 and 2.3.
    OpenBox open_box(OpenBox) -> Opened;
    /// A whole body to the JSON inside: nonce, secretbox, gzip. Source: clauses 2.1 to 2.4.
    Open open(Open) -> Document;
    /// A document into a whole body: gzip, secretbox, nonce in front. Source: clauses 2.1, 2.2 and
    /// 2.5.
    SealBackup seal_backup(SealBackup) -> SealedBackup;
    /// A whole body to the document inside, byte for byte. Source: clauses 2.1 to 2.3.
    OpenBackup open_backup(OpenBackup) -> OpenedBackup;
    /// The config of a server read. Source: clause 4.2.
    ParseConfig parse_config(ParseConfig) -> Config;
    /// What a person types as the address to the requests that come of it. Source: clauses 4.1 and
    /// 4.8.
    RequestUrls request_urls(RequestUrls) -> Urls;
    /// Whether a password is good enough. Source: clause 1.6.
    CheckPassword check_password(CheckPassword) -> Checked;
    /// What is made of a server's answer. Source: clauses 4.2 to 4.8.
    JudgeExchange judge_exchange(JudgeExchange) -> Taken;
    /// A backup to what is on the phone after it was restored. Source: clauses 3.1 to 3.7.
    ReadBackup read_backup(ReadBackup) -> RestoredState;
    /// A backup to the document that is uploaded for it. Source: clauses 3.1 to 3.7.
    WriteBackup write_backup(WriteBackup) -> WrittenDocument;
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, MessageError> {
    serde_json::from_value(value).map_err(|error| MessageError::WrongForm {
        reason: error.to_string(),
    })
}

fn reply<T: Serialize>(answer: Answer<T>) -> Reply {
    match answer {
        Ok(output) => match serde_json::to_value(output) {
            Ok(Value::Object(output)) => Reply::Done(output),
            // Every output is a struct, so this does not occur.
            _ => Reply::Unsupported("failed to write the output as a JSON object".to_owned()),
        },
        Err(Refusal::At { stage, message }) => Reply::Refused { stage, message },
        Err(Refusal::Unsupported(why)) => Reply::Unsupported(why),
    }
}

impl Operation {
    /// Returns the operation of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.name() == name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl Hex {
    /// Returns these bytes as an array, or a refusal at `stage` if their number is not `LENGTH`.
    pub fn exactly<const LENGTH: usize>(&self, stage: Stage) -> Answer<[u8; LENGTH]> {
        self.0.as_slice().try_into().map_err(|_| Refusal::At {
            stage,
            message: format!(
                "{}, not {LENGTH}",
                crate::text::counted(self.0.len() as u64, "byte")
            ),
        })
    }
}

/// The input of [`Operation::Scrypt`]. Source: RFC 7914.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scrypt {
    /// The password, to be encoded as UTF-8.
    pub password: String,
    /// The salt, to be encoded as UTF-8.
    pub salt: String,
    /// The cost N, a power of two.
    pub n: u64,
    /// The block size r.
    pub r: u32,
    /// The parallelism p.
    pub p: u32,
    /// The length of the key, in bytes.
    pub length: usize,
}

/// The output of [`Operation::Scrypt`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScryptKey {
    /// The key.
    pub key: Hex,
}

/// The input of [`Operation::Derive`]. Source: clauses 1.1 to 1.4.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derive {
    /// The password of the backup.
    pub password: String,
    /// The Threema ID.
    pub id: String,
}

/// The output of [`Operation::Derive`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// The output of scrypt.
    pub master_key: Hex,
    /// Its first 32 bytes.
    pub backup_id: Hex,
    /// Its last 32 bytes.
    pub encryption_key: Hex,
    /// The path of the backup below the base URL: `backups/` and 64 hex digits.
    pub resource: String,
    /// The value of `{backupIdPrefix8}`.
    pub shard_prefix: String,
}

/// The input of [`Operation::Seal`]. Source: clause 2.1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The key, 32 bytes.
    pub key: Hex,
    /// The nonce, 24 bytes.
    pub nonce: Hex,
    /// The bytes to seal.
    pub plaintext: Hex,
}

/// The output of [`Operation::Seal`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Tag, then ciphertext.
    pub r#box: Hex,
}

/// The input of [`Operation::OpenBox`]. Source: clauses 2.1 and 2.3.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBox {
    /// The key, 32 bytes.
    pub key: Hex,
    /// The nonce, 24 bytes.
    pub nonce: Hex,
    /// Tag, then ciphertext.
    pub r#box: Hex,
}

/// The output of [`Operation::OpenBox`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The bytes that were sealed.
    pub plaintext: Hex,
}

/// The input of [`Operation::Open`]. Source: clauses 2.1 to 2.4.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The encryption key, 32 bytes.
    pub key: Hex,
    /// The body of a download.
    pub body: Hex,
}

/// The output of [`Operation::Open`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The JSON inside, as a value.
    pub document: Value,
}

/// The input of [`Operation::ParseConfig`]. Source: clause 4.2.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParseConfig {
    /// The body of the answer to `GET {base}/config`.
    pub body: Hex,
}

/// The output of [`Operation::ParseConfig`]: decimal digits, because some languages lack numbers of
/// this size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The largest backup, in bytes.
    pub max_backup_bytes: String,
    /// How long a backup is kept, in days.
    pub retention_days: String,
}

/// The input of [`Operation::RequestUrls`]. Source: clauses 4.1 and 4.8.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestUrls {
    /// The address as typed; `None` for Threema's own server.
    pub address: Option<String>,
    /// How the address was entered.
    pub entered: Entered,
    /// The field for the user.
    pub user: Option<String>,
    /// The field for the password.
    pub password: Option<String>,
    /// The token of an on-premises installation.
    pub token: Option<String>,
    /// The backup ID, 32 bytes; `None` before a key is derived.
    pub backup_id: Option<Hex>,
}

/// How an address was entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entered {
    /// A user typed it.
    Typed,
    /// iOS 5.9.3 or older stored it.
    Migrated,
}

/// The output of [`Operation::RequestUrls`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Urls {
    /// The URL of the config; `None` if no config is requested.
    pub config_url: Option<String>,
    /// The URL of the backup; `None` if no backup is requested.
    pub backup_url: Option<String>,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// When it is sent.
    pub sent: Sent,
}

/// When credentials are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sent {
    /// With the first request.
    Always,
    /// After a 401 with a challenge.
    Challenged,
    /// Never.
    Never,
}

/// The input of [`Operation::CheckPassword`]. Source: clause 1.6.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckPassword {
    /// The password.
    pub password: String,
    /// A device administrator's regular expression.
    pub pattern: Option<String>,
}

/// The output of [`Operation::CheckPassword`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// The rule that the password breaks; `None` for a good password.
    pub rule: Option<Rule>,
}

/// A rule for passwords. Source: clause 1.6.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Too short or too long.
    Length,
    /// One repeated character.
    OneCharacter,
    /// A few digits and nothing else.
    Digits,
    /// It does not match the device administrator's pattern.
    Pattern,
}

impl Rule {
    /// Returns the name in the line protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::OneCharacter => "one_character",
            Self::Digits => "digits",
            Self::Pattern => "pattern",
        }
    }
}

/// The input of [`Operation::JudgeExchange`]. Source: clauses 4.2 to 4.8.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeExchange {
    /// The operation on the server.
    pub operation: ServerOperation,
    /// For a download: the key that opens the backup, 32 bytes.
    pub key: Option<Hex>,
    /// Whether the client has a user name and a password.
    pub credentials: bool,
    /// For an upload: its length, in bytes.
    pub body_length: Option<u64>,
    /// For an upload: the limit in the config, in decimal digits.
    pub max_backup_bytes: Option<String>,
    /// The server's answers.
    pub answers: Vec<ServerAnswer>,
}

/// An operation of a client on a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServerOperation {
    /// `GET {base}/config`.
    ReadConfig,
    /// `PUT` of a backup.
    Upload,
    /// `GET` of a backup.
    Download,
    /// `HEAD` of a backup.
    Probe,
    /// `DELETE` of a backup.
    Delete,
}

/// One answer of the server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerAnswer {
    /// The requests that get this answer.
    pub to: To,
    /// The status.
    pub status: u16,
    /// The header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Hex,
}

/// Which requests get an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum To {
    /// All.
    Any,
    /// Those without credentials.
    Anonymous,
    /// Those with `Authorization: Basic`.
    Basic,
    /// Those with `Authorization: Digest`.
    Digest,
}

/// The output of [`Operation::JudgeExchange`], which only means success.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {}
