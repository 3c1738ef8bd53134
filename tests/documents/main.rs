//! Property tests of backup documents: the model, the writers, the readers, and what is lost
//! between them.

mod compare;
mod conditions;
mod crossing;
mod envelope;
mod inspection;
mod losses;
mod model;
mod strategies;
mod witnesses;
mod writers;
