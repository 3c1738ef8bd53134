//! The suite as tests, one per check and variant: against `SAFE_TARGET`, or the embedded server
//! when it is unset.

fn main() -> std::process::ExitCode {
    safe_conformance::live_tests()
}
