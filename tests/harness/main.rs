//! The tests of the harness as a whole. They are one program, so that one test can use the time in
//! which another waits.

mod api;
mod bans;
mod bin;
mod circles;
mod columns;
mod command_line;
mod downstream;
mod faults;
#[path = "../servers/findings.rs"]
mod findings;
mod gentle;
mod guard;
mod hostile;
mod house;
mod html;
mod inspect;
mod interruption;
mod manual;
mod measured;
mod names;
mod newcomer;
mod payload_vectors;
mod problems;
mod profiles;
mod properties;
mod prose;
mod readme;
mod releases;
mod replayed_servers;
mod reports;
mod residue;
mod retention;
mod samples;
mod secrecy;
mod sentences;
mod setup;
mod setup_cloud;
#[path = "../support/mod.rs"]
mod support;
mod texts;
mod tls;
