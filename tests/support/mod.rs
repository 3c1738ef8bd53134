//! What the tests of the harness itself share: scripted servers, the embedded one, and the real
//! program as a child.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod at_once;
pub mod bomb;
pub mod page;
pub mod port;
pub mod program;
pub mod reference;
pub mod scripted;
pub mod thorough;
pub mod watch;
