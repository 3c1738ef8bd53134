//! What a test of `cargo test` says. A server, a client or a waiver may have written it, so that it
//! is made printable here, and nowhere else.

use crate::text::line;
use libtest_mimic::{Completion, Failed};
use std::process::ExitCode;

/// A failed test with these lines.
pub(super) fn failed(lines: &[String]) -> Failed {
    let lines: Vec<_> = lines.iter().map(|it| line(it)).collect();
    Failed::from(lines.join("\n"))
}

/// A test that shows as ignored, for this reason.
pub(super) fn ignored(why: &str) -> Completion {
    Completion::ignored_with(line(why))
}

/// Writes a line beside the tests.
pub(super) fn say(text: &str) {
    eprintln!("{}", line(text));
}

/// Says that the tests cannot be run, and returns the exit code.
pub(super) fn refused(error: &str) -> ExitCode {
    say(&format!("error: {error}"));
    ExitCode::from(101)
}

/// Carries out what is asynchronous, and waits for it. It has its own thread, because the caller
/// may have a runtime, and no runtime starts inside another.
pub(super) fn waited_for<F>(asynchronous: impl FnOnce() -> F + Send) -> Result<F::Output, String>
where
    F: Future<Output: Send>,
{
    let run = || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("failed to start the asynchronous runtime: {error}"))?;
        Ok(runtime.block_on(asynchronous()))
    };
    let ended = std::thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|why| std::panic::resume_unwind(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "\u{202e}evil\u{200b}\u{1b}[31m\nexpected: ::error::no";

    #[test]
    fn what_a_server_says_stays_one_printable_line() {
        let failed = failed(&[format!("observed: {NASTY}"), "expected: 200".to_owned()]);
        let said = failed.message().expect("a message");
        assert_eq!(
            said,
            "observed: \\u{202e}evil\\u{200b}\\u{1b}[31m expected: \\u{3a}:error::no\nexpected: 200"
        );
    }

    #[test]
    fn usual_text_stays_as_it_is() {
        let failed = failed(&["observed: Käse, [::1]:443".to_owned()]);
        assert_eq!(failed.message(), Some("observed: Käse, [::1]:443"));
    }
}
