//! The checks of a server, in the order in which reports show them. The checks that a check needs
//! precede it.

mod anonymous;
mod auth;
mod config;
mod connections;
mod delete;
mod download;
mod errors;
mod facets;
mod further;
mod http3;
mod integrity;
mod judge;
mod limits;
mod marks;
mod privacy;
mod reach;
mod redirects;
mod retention;
#[cfg(test)]
mod tests;
pub(crate) mod tls;
mod uplink;
mod upload;

use crate::engine::{Check, Facet as _};
use crate::wire::Context;

pub use integrity::judge_late;

/// The check that runs only on request, because it takes more than a minute.
pub const SLOW_UPLINK: &str = "upload.slow-uplink";

/// A check of a server.
pub type ServerCheck = Check<Context>;

/// Returns every check of a server.
pub fn checks() -> impl Iterator<Item = &'static ServerCheck> {
    [
        reach::CHECKS,
        tls::answers::CHECKS,
        tls::protocol::CHECKS,
        tls::leaf::CHECKS,
        tls::rules::CHECKS,
        tls::chain::CHECKS,
        redirects::CHECKS,
        connections::CHECKS,
        errors::CHECKS,
        auth::CHECKS,
        config::CHECKS,
        http3::CHECKS,
        upload::CHECKS,
        uplink::CHECKS,
        anonymous::CHECKS,
        download::CHECKS,
        delete::CHECKS,
        retention::CHECKS,
        limits::CHECKS,
        integrity::CHECKS,
        privacy::CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// Returns whether `name` is a check, or a check with one of its variants:
/// `upload.accepted[ios-h2]`.
pub fn is_known(name: &str) -> bool {
    let is_problem = crate::diagnosis::Problem::of(name).is_some();
    is_problem
        || checks().any(|check| {
            check.id == name
                || check
                    .variants
                    .iter()
                    .any(|facet| !facet.label().is_empty() && check.name_of(*facet) == name)
        })
}
