//! How long a full check of the embedded server takes, without and with 50 ms before every answer.
//!
//! Run it with `cargo bench --bench check`; the targets are 2 s and 3 s.

use safe_conformance::reference::{self, Login, Options};
use safe_conformance::{Checkup, Target};
use std::time::Duration;

fn main() {
    divan::main();
}

#[divan::bench(args = [0, 50], sample_count = 5, sample_size = 1)]
fn full_check(delay_ms: u64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let options = Options {
            delay: Duration::from_millis(delay_ms),
            ..Options::default()
        };
        let Login::Basic { user, password } = options.login.clone() else {
            return;
        };
        let running = reference::start(options)
            .await
            .expect("the embedded server starts");
        let target = Target::parse(running.base_url())
            .expect("a good URL")
            .basic(user, password);
        let target = target.trusting(running.root_certificate().expect("a root"));
        let report = Checkup::new(target).run().await.expect("it runs");
        assert!(report.passed(), "{report}");
        running.stop().await;
    });
}
