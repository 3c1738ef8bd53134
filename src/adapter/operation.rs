//! What can be asked of an implementation: the operations, what goes in and what comes out.

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

/// Declares the operations: one line each, `Operation name(Input) -> Output`, and what the
/// operation is.
macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:ident($input:ident) -> $output:ident;)*) => {
        /// What an implementation can be asked to do.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Operation {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Operation {
            /// Every operation, in the order in which reports name them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the line protocol.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            /// What the operation does, in one sentence.
            pub fn about(self) -> &'static str {
                let doc = match self {
                    $(Self::$variant => concat!($($doc),+),)*
                };
                doc.split(" Source:").next().unwrap_or(doc).trim()
            }

            /// A request from its `input`, as the line protocol has it.
            pub fn request(self, input: Value) -> Result<Request, MessageError> {
                match self {
                    $(Self::$variant => Ok(Request::$variant(typed(input)?)),)*
                }
            }

            /// Holds what came back to the form that the operation's output has.
            #[cfg(feature = "server")]
            pub(super) fn check_output(self, output: &serde_json::Map<String, Value>) -> Result<(), MessageError> {
                match self {
                    $(Self::$variant => typed::<$output>(Value::Object(output.clone())).map(|_| ()),)*
                }
            }
        }

        /// One question, with everything that is needed to answer it.
        #[derive(Clone, PartialEq, Debug, Serialize)]
        #[serde(tag = "op", content = "input", rename_all = "snake_case")]
        pub enum Request {
            $($(#[doc = $doc])+ $variant($input),)*
        }

        impl Request {
            /// The operation.
            pub const fn operation(&self) -> Operation {
                match self {
                    $(Self::$variant(_) => Operation::$variant,)*
                }
            }
        }

        /// An implementation under test, in Rust. Each operation is one method; by default it says
        /// that there is no such operation. What [`hello`](Self::hello) lists is asked.
        ///
        /// A method gives raw results and no verdict, and panics where the implementation does: a
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
            /// What it is, and which operations it has.
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
            // The outputs are structs: this cannot come.
            _ => Reply::Unsupported("the output cannot be written as a JSON object".to_owned()),
        },
        Err(Refusal::At { stage, message }) => Reply::Refused { stage, message },
        Err(Refusal::Unsupported(why)) => Reply::Unsupported(why),
    }
}

impl Operation {
    /// The operation of this name.
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
    /// These bytes as an array, where they are as many as an array of this length has; else a
    /// refusal at `stage`.
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

/// What [`Operation::Scrypt`] takes. Source: RFC 7914.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scrypt {
    /// The password, which enters as UTF-8.
    pub password: String,
    /// The salt, which enters as UTF-8.
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

/// What [`Operation::Scrypt`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScryptKey {
    /// The key.
    pub key: Hex,
}

/// What [`Operation::Derive`] takes. Source: clauses 1.1 to 1.4.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derive {
    /// The password of the backup.
    pub password: String,
    /// The Threema ID.
    pub id: String,
}

/// What [`Operation::Derive`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// What scrypt yields.
    pub master_key: Hex,
    /// Its first 32 bytes.
    pub backup_id: Hex,
    /// Its last 32 bytes.
    pub encryption_key: Hex,
    /// The path of the backup below the base URL: `backups/` and 64 digits.
    pub resource: String,
    /// What stands for `{backupIdPrefix8}`.
    pub shard_prefix: String,
}

/// What [`Operation::Seal`] takes. Source: clause 2.1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// The key, 32 bytes.
    pub key: Hex,
    /// The nonce, 24 bytes.
    pub nonce: Hex,
    /// What is sealed.
    pub plaintext: Hex,
}

/// What [`Operation::Seal`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Tag, then ciphertext.
    pub r#box: Hex,
}

/// What [`Operation::OpenBox`] takes. Source: clauses 2.1 and 2.3.
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

/// What [`Operation::OpenBox`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// What was sealed.
    pub plaintext: Hex,
}

/// What [`Operation::Open`] takes. Source: clauses 2.1 to 2.4.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The encryption key, 32 bytes.
    pub key: Hex,
    /// The body of a download.
    pub body: Hex,
}

/// What [`Operation::Open`] gives.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The JSON inside, as a value.
    pub document: Value,
}

/// What [`Operation::ParseConfig`] takes. Source: clause 4.2.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParseConfig {
    /// The body of the answer to `GET {base}/config`.
    pub body: Hex,
}

/// What [`Operation::ParseConfig`] gives: decimal digits, since not every language has such
/// numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The largest backup, in bytes.
    pub max_backup_bytes: String,
    /// How long a backup is kept, in days.
    pub retention_days: String,
}

/// What [`Operation::RequestUrls`] takes. Source: clauses 4.1 and 4.8.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestUrls {
    /// The address as typed; nothing is Threema's own server.
    pub address: Option<String>,
    /// How it came in.
    pub entered: Entered,
    /// The field for the user.
    pub user: Option<String>,
    /// The field for the password.
    pub password: Option<String>,
    /// A token, on the premises.
    pub token: Option<String>,
    /// The backup ID, 32 bytes; nothing before there is a key.
    pub backup_id: Option<Hex>,
}

/// How an address came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entered {
    /// A person typed it.
    Typed,
    /// iOS 5.9.3 or older stored it.
    Migrated,
}

/// What [`Operation::RequestUrls`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Urls {
    /// The URL of the config; nothing where none is read.
    pub config_url: Option<String>,
    /// The URL of the backup; nothing where none is asked for.
    pub backup_url: Option<String>,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// When that is sent.
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

/// What [`Operation::CheckPassword`] takes. Source: clause 1.6.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckPassword {
    /// The password.
    pub password: String,
    /// A device administrator's regular expression.
    pub pattern: Option<String>,
}

/// What [`Operation::CheckPassword`] gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// The rule that the password breaks; nothing for a good one.
    pub rule: Option<Rule>,
}

/// A rule for passwords. Source: clause 1.6.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Too short or too long.
    Length,
    /// One character again and again.
    OneCharacter,
    /// Few digits, and nothing else.
    Digits,
    /// Not as the device administrator's pattern requires.
    Pattern,
}

impl Rule {
    /// The name in the line protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::OneCharacter => "one_character",
            Self::Digits => "digits",
            Self::Pattern => "pattern",
        }
    }
}

/// What [`Operation::JudgeExchange`] takes. Source: clauses 4.2 to 4.8.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeExchange {
    /// What is asked of the server.
    pub operation: ServerOperation,
    /// Of a download: the key that opens the backup, 32 bytes.
    pub key: Option<Hex>,
    /// Whether there are a user and a password.
    pub credentials: bool,
    /// Of an upload: its length, in bytes.
    pub body_length: Option<u64>,
    /// Of an upload: the limit of the config, in decimal digits.
    pub max_backup_bytes: Option<String>,
    /// What the server answers.
    pub answers: Vec<ServerAnswer>,
}

/// What a client asks of a server.
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
    /// The requests that get it.
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

/// What [`Operation::JudgeExchange`] gives: nothing but that it is done.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {}
