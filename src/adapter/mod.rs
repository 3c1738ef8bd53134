//! The line protocol to an implementation under test, and its process. No knowledge of a check.
//!
//! An implementation is asked one [`Request`] at a time and gives one [`Reply`]: raw results, never
//! a verdict. Written in another language it is a child process that reads one JSON object a line
//! and writes one a line ([`Processes`]); written in Rust it is an [`Implementation`]
//! ([`InProcess`], or [`serve`] to make it a child process of that kind). Either is a [`Peer`] to a
//! caller.
//! The protocol for people is in `vectors/README.md`, with its JSON Schemas beside it.
//!
//! To add an operation: what goes in and what comes out, and one line in `operations!`, all in
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
#[cfg(feature = "server")]
pub use peer::{Breakdown, InProcess, Peer};
#[cfg(feature = "tests")]
pub(crate) use process::shell;
#[cfg(feature = "server")]
pub use process::{Limits, Processes, Tell};
pub use serve::serve;

/// The version of the line protocol that this crate speaks.
pub const PROTOCOL: u32 = 1;
