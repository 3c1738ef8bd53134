//! The line protocol to an implementation under test, and its process. It knows no checks.
//!
//! An implementation gets one [`Request`] at a time and returns one [`Reply`]: raw results, never a
//! verdict. In another language it is a child process that reads and writes one JSON object per
//! line ([`Processes`]); in Rust it is an [`Implementation`] ([`InProcess`], or [`serve`] to make
//! it a child process of that kind). A caller sees either as a [`Peer`]. `vectors/README.md`
//! describes the protocol for people; its JSON Schemas are in the same folder.
//!
//! To add an operation: define its input and output, and add one line to `operations!`, all in
//! `operation.rs`.

mod backup;
#[cfg(feature = "server")]
mod group;
mod hex;
mod implementation;
#[cfg(feature = "server")]
mod lines;
mod message;
mod operation;
#[cfg(feature = "server")]
mod peer;
#[cfg(feature = "server")]
mod process;
mod serve;

pub use backup::{
    BackupToRead, DirectoryId, DirectoryState, OpenBackup, OpenedBackup, ReadBackup, RestoredState,
    SealBackup, SealedBackup, WriteBackup, WrittenDocument,
};
#[cfg(feature = "tests")]
pub(crate) use group::Group;
#[cfg(feature = "server")]
pub use group::kill_all;
pub use hex::Hex;
pub use implementation::{Answer, Hello, Refusal};
#[cfg(feature = "server")]
pub(crate) use lines::tolerant;
pub use message::{MessageError, Reply};
pub use operation::{
    CheckPassword, Checked, Config, Derive, Derived, Document, Entered, Implementation,
    JudgeExchange, Open, OpenBox, Opened, Operation, ParseConfig, Request, RequestUrls, Rule,
    Scrypt, ScryptKey, Seal, Sealed, Sent, ServerAnswer, ServerOperation, Taken, To, Urls,
};
#[cfg(feature = "tests")]
pub(crate) use peer::panic_message;
#[cfg(feature = "server")]
pub use peer::{Breakdown, InProcess, Peer};
#[cfg(feature = "tests")]
pub(crate) use process::shell;
#[cfg(feature = "server")]
pub use process::{Limits, Processes, Tell};
pub use serve::serve;

/// The version of the line protocol that this crate speaks.
pub const PROTOCOL: u32 = 1;
