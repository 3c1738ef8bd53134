//! Tests of the whole server, over loopback.

mod client;
mod cloud;
mod config_faults;
mod download_faults;
mod healthy;
mod login_faults;
mod other_faults;
mod profiles;
mod tree;
mod upload_faults;

use super::{Fault, Login, Options, Profile, Running, start};
use std::time::Duration;

/// Returns a server that speaks plain HTTP/1.1 and has these faults.
async fn plain(faults: &[Fault]) -> Running {
    let options = Options {
        tls: false,
        faults: faults.to_vec(),
        ..Options::default()
    };
    start(options).await.expect("a server on loopback starts")
}

/// Returns the same server without a login.
async fn open(faults: &[Fault]) -> Running {
    let options = Options {
        tls: false,
        login: Login::Open,
        faults: faults.to_vec(),
        ..Options::default()
    };
    start(options).await.expect("a server on loopback starts")
}

/// Returns a server that imitates `profile`, over plain HTTP, in a time that passes fast.
async fn like(profile: Profile) -> Running {
    start(Options {
        tls: false,
        speed: 100,
        ..Options::like(profile)
    })
    .await
    .expect("a server on loopback starts")
}

/// Runs a test that must not hang.
async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test)
        .await
        .expect("the test ends in time")
}

/// Waits until `condition` holds; [`within`] bounds the wait.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Returns the path of a backup, relative to the base.
fn backup(digit: char) -> String {
    format!("/backups/{}", String::from(digit).repeat(64))
}
