//! Property tests of backup documents: the model, the writers, the readers, and what is lost between them.

mod envelope;
mod inspection;
mod model;
mod strategies;
mod writers;
