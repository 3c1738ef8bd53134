//! The files that an invocation writes. Each is opened before the run; none may replace another, or
//! a file that is read.

use super::ended::Complaint;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The files that an invocation reads and writes so far.
pub(super) struct Files {
    read: Vec<(Mark, PathBuf)>,
    written: Vec<(Mark, PathBuf)>,
}

/// The file that a path leads to, however the path is spelled.
#[derive(PartialEq, Eq)]
enum Mark {
    /// Its place on its device.
    #[cfg(unix)]
    Place(u64, u64),
    /// Its full path.
    #[cfg(not(unix))]
    Path(PathBuf),
}

impl Mark {
    /// Returns the mark of a regular file, if it exists.
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        if !metadata.is_file() {
            return None;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Some(Self::Place(metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        path.canonicalize().ok().map(Self::Path)
    }
}

/// A file that is open for writing, or standard output.
pub(super) enum Output {
    /// Standard output itself.
    Stdout,
    /// A file.
    File(File),
}

impl Output {
    /// Writes everything. A reader that closes the pipe early is not an error.
    pub(super) fn write(self, content: &str) -> std::io::Result<()> {
        match self {
            Self::Stdout => std::io::stdout()
                .write_all(content.as_bytes())
                .and_then(|()| std::io::stdout().flush()),
            Self::File(mut file) => {
                file.write_all(content.as_bytes())?;
                // Pipes and terminals have nothing to sync.
                if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
                    file.sync_all()?;
                }
                Ok(())
            }
        }
        .or_else(super::output::closed_pipe)
    }
}

/// Returns whether a path means standard output. A report there stands alone, and the text goes to
/// standard error.
pub(super) fn is_stdout(path: &Path) -> bool {
    let names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    names.iter().any(|name| path.as_os_str() == *name)
}

impl Files {
    /// No output may replace one of the files `read`.
    pub(super) fn reading(read: impl IntoIterator<Item = PathBuf>) -> Self {
        let read = read
            .into_iter()
            .filter_map(|path| Some((Mark::of(&path)?, path)));
        Self {
            read: read.collect(),
            written: Vec::new(),
        }
    }

    /// Creates a file for `what`, or says why not.
    pub(super) fn create(&mut self, path: &Path, what: &str) -> Result<File, Complaint> {
        if let Some(mark) = Mark::of(path) {
            if let Some((_, input)) = self.read.iter().find(|(known, _)| *known == mark) {
                return Err(Complaint::usage(format!(
                    "{what} `{}` would overwrite `{}`, which this command reads; name another file",
                    path.display(),
                    input.display()
                )));
            }
            if self.written.iter().any(|(known, _)| *known == mark) {
                return Err(Complaint::usage(format!(
                    "two outputs go to the file `{}`; give each its own file",
                    path.display()
                )));
            }
        }
        let file = File::create(path).map_err(|error| {
            Complaint::usage(format!(
                "failed to write {what} `{}`: {error}",
                path.display()
            ))
        })?;
        if let Some(mark) = Mark::of(path) {
            self.written.push((mark, path.to_owned()));
        }
        Ok(file)
    }
}
