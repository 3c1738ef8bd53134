//! What `--help` says of the exit codes, which stand in one place.

pub use crate::engine::Exit;

/// The width of what `--help` says, in columns.
const WIDTH: usize = 98;

/// Returns what `--help` says below the options.
pub(super) fn help() -> String {
    format!("{}\n{ENVIRONMENT}", Exit::table(WIDTH))
}

const ENVIRONMENT: &str = "\
Environment: SAFE_TARGET, SAFE_SERVER_USER, SAFE_SERVER_PASSWORD, SAFE_SERVER_PASSWORD_FILE,
SAFE_SERVER_TOKEN, SAFE_CA_FILE; SAFE_BACKUP_PASSWORD, SAFE_BACKUP_PASSWORD_FILE for inspect;
NO_COLOR. A variable that is set and empty is an error.";

/// What `inspect --help` says of them.
pub(super) const HELP_OF_INSPECT: &str = "\
Exit codes, the first that applies:
  2  the arguments, a URL or a file make no sense
  1  Android or iOS of today cannot restore from this backup, it cannot be opened with this
     password and ID, or something in it breaks the format
  3  it could not be carried out: the server gives no backup (stages resolve, connect, tls, auth,
     http), or the backup is larger than what is looked at
  4  nothing is known of what Android and iOS make of it
  0  Android and iOS restore from it, and nothing in it breaks the format; losses are listed

The password of the backup comes from --backup-password-file, SAFE_BACKUP_PASSWORD,
SAFE_BACKUP_PASSWORD_FILE or a prompt; that of the server as with `check`. Each prompt says whose
password it asks for. No option takes a secret's value.";
