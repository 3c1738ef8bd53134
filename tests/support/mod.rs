//! What the tests of the harness itself share: scripted servers and the real program as a child process.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod program;
pub mod scripted;
