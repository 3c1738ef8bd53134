//! The program: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    safe_conformance::cli::main()
}
