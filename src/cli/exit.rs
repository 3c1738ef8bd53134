//! Every exit code, in one place.

use crate::run::Status;
use std::process::ExitCode;

/// What the program tells its caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: everything that was judged is as it should be.
    Conforms = 0,
    /// 1: something fails that no waiver excuses, or a waiver is stale.
    Deviates = 1,
    /// 2: the arguments, a file or a URL make no sense.
    Usage = 2,
    /// 3: the run could not be carried out to its end.
    Incomplete = 3,
    /// 4: nothing was judged, for no client.
    NothingJudged = 4,
}

/// What `--help` says of them.
pub(super) const HELP: &str = "\
Exit codes, the first that applies:
  2  the arguments, a URL or a file make no sense
  1  a Required deviation that no waiver excuses (--fail-on recommended: any warning, too),
     or a stale waiver
  3  the run did not come to its end: no TCP connection, deadline, signal, fault of the harness
  4  nothing was judged: every client is unknown
  0  everything that was judged is as it should be

Environment: SAFE_TARGET, SAFE_SERVER_USER, SAFE_SERVER_PASSWORD, SAFE_SERVER_PASSWORD_FILE,
SAFE_SERVER_TOKEN, SAFE_CA_FILE; SAFE_BACKUP_PASSWORD, SAFE_BACKUP_PASSWORD_FILE for inspect; NO_COLOR";

/// What `inspect --help` says of them.
pub(super) const HELP_OF_INSPECT: &str = "\
Exit codes, the first that applies:
  2  the arguments, a URL or a file make no sense
  1  Android or iOS of today cannot restore from this backup, it cannot be opened with this
     password and ID, or something in it breaks the format
  3  it could not be carried out: the server gives no backup (stages resolve, connect, tls, auth,
     http), or the backup is larger than what is looked at
  4  nothing is known of what Android and iOS make of it
  0  Android and iOS restore from it, and nothing in it breaks the format; what is lost is told

The password of the backup comes from --backup-password-file, SAFE_BACKUP_PASSWORD,
SAFE_BACKUP_PASSWORD_FILE or a prompt; that of the server as with `check`. Each prompt says whose
password it wants. No option takes a secret's value.";

impl From<Status> for Exit {
    fn from(status: Status) -> Self {
        match status {
            Status::Conforms => Self::Conforms,
            Status::Deviates => Self::Deviates,
            Status::Incomplete => Self::Incomplete,
            Status::NothingJudged => Self::NothingJudged,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
