//! Sets up a server that the apps can use: what exists, what is missing, and the steps that create
//! it. This module makes no verdicts and knows no command-line arguments.
//!
//! [`survey`] looks and changes nothing; [`Plan::steps`] lists what would be done; [`carry_out`]
//! does one step. Each can be repeated: what exists is left as it is, and a `config` is overwritten
//! only on request.

mod detective;
#[cfg(test)]
mod detective_tests;
mod entry;
mod login;
mod obstacle;
mod pasted;
mod plan;
mod seen;
mod shell;
mod step;
mod suspect;
mod trouble;

pub use detective::{
    Asker, Found, Live, Look, Sureness, Verdict, by_form_alone, investigate, origin_of,
};
pub use entry::{Entry, entries};
pub use login::{Flow, Granted, LIFETIME, LoginError, cloud_at};
pub use obstacle::{OBSTACLES, Obstacle};
pub use plan::{Plan, Wish, survey};
pub use seen::{ConfigSeen, Thing};
pub use shell::commands;
pub use step::{Outcome, Step, carry_out};
pub use suspect::{Because, Hopeless, Suspect};
pub use trouble::Trouble;
