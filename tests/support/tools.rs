//! Python and Node with the packages of the vectors, as `vectors/generate/setup.sh` installs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the packages are.
fn folder() -> PathBuf {
    let given = std::env::var_os("SAFE_VECTOR_TOOLS").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/vectors"))
}

/// Whether the command can be started and succeeds.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// A Python with `PyNaCl`, or why there is none.
pub fn python() -> Result<PathBuf, &'static str> {
    let installed = folder().join("python/bin/python");
    let python = if installed.is_file() {
        installed
    } else {
        "python3".into()
    };
    succeeds(Command::new(&python).args(["-c", "import nacl.bindings"]))
        .then_some(python)
        .ok_or("Python with PyNaCl is not there: run vectors/generate/setup.sh")
}

/// The folder of the packages for Node, or why it cannot be used.
pub fn node_packages() -> Result<PathBuf, &'static str> {
    let packages = folder().join("node");
    let has = |name: &str| packages.join("node_modules").join(name).is_dir();
    let is_there = has("scrypt-js") && has("tweetnacl");
    (is_there && succeeds(Command::new("node").arg("--version")))
        .then_some(packages)
        .ok_or("Node with scrypt-js and tweetnacl is not there: run vectors/generate/setup.sh")
}
