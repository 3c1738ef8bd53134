//! Every exit code, in one place.

use crate::checkup::Status;
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
SAFE_SERVER_TOKEN, SAFE_CA_FILE; NO_COLOR";

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
