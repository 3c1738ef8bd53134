//! The exit codes as `--help` shows them.

pub use crate::engine::Exit;

/// The largest width of the table in `--help`, in columns.
const WIDTH: usize = 98;

/// Returns what `--help` says below the options.
pub(super) fn help() -> String {
    format!(
        "{}\n{ENVIRONMENT}",
        Exit::table(super::output::width().min(WIDTH))
    )
}

const ENVIRONMENT: &str = "\
Environment: SAFE_TARGET, SAFE_SERVER_USER, SAFE_SERVER_PASSWORD, SAFE_SERVER_PASSWORD_FILE, \
SAFE_SERVER_TOKEN, SAFE_CA_FILE; SAFE_BACKUP_PASSWORD, SAFE_BACKUP_PASSWORD_FILE for inspect; \
NO_COLOR. A variable that is set and empty is an error.";

/// The exit codes of `inspect`, as `inspect --help` shows them.
pub(super) const HELP_OF_INSPECT: &str = "\
Exit codes, the first that applies:
  2  the arguments, a URL or a file are invalid
  1  the newest Android or iOS cannot restore from this backup, it cannot be opened with this
     password and ID, or something in it violates the format
  5  the server refused the credentials, or limits or locks out this address
  3  the server did not return a backup (no address, no connection, TLS, or what it answered), or
     the backup is larger than this program reads
  4  what Android and iOS restore from it is unknown
  0  Android and iOS restore from it, and nothing in it violates the format; losses may be listed

The password of the backup comes from --backup-password-file, SAFE_BACKUP_PASSWORD, \
SAFE_BACKUP_PASSWORD_FILE or a prompt; that of the server as with `check`. Each prompt says whose \
password it asks for. No option takes a secret's value.";
