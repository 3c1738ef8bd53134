//! Property tests of backup documents: the model, the writers, the readers, and what is lost
//! between them.

mod compare;
mod conditions;
mod crossing;
#[path = "../support/document_keys.rs"]
mod document_keys;
mod envelope;
mod inspection;
mod losses;
mod model;
mod strategies;
mod witnesses;
mod writers;
