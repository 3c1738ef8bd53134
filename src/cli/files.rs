//! The files that an invocation writes. Each is opened before the run and keeps its content until
//! something is written; none may replace another, or a file that is read.

use super::ended::Complaint;
use std::fs::{File, OpenOptions};
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

/// A file that is open for writing. Its content stays until writing begins; a file that this run
/// created is removed if nothing is written.
pub(super) struct OpenFile {
    file: File,
    /// The path, if this run created the file and has not begun to write.
    unwritten: Option<PathBuf>,
}

impl OpenFile {
    /// Opens a file, and creates it if it does not exist.
    fn open(path: &Path) -> std::io::Result<Self> {
        let is_new = !path.exists();
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        // Behind a link, the file that was created is the target.
        let created = || path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(Self {
            file,
            unwritten: is_new.then(created),
        })
    }

    /// Removes the old content, and returns the file to write to.
    pub(super) fn begin(&mut self) -> std::io::Result<&mut File> {
        self.unwritten = None;
        // Pipes, terminals and devices have no length.
        if is_regular(&self.file) {
            self.file.set_len(0)?;
        }
        Ok(&mut self.file)
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some(path) = self.unwritten.take()
            && self.file.metadata().is_ok_and(|it| it.len() == 0)
        {
            // If this fails, an empty file stays.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Returns whether an open file is neither a pipe, nor a terminal, nor a device.
fn is_regular(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// A file that is open for writing, or standard output.
pub(super) enum Output {
    /// Standard output itself.
    Stdout,
    /// A file.
    File(OpenFile),
}

impl Output {
    /// Writes everything. A reader that closes the pipe early is not an error.
    pub(super) fn write(self, content: &str) -> std::io::Result<()> {
        match self {
            Self::Stdout => std::io::stdout()
                .write_all(content.as_bytes())
                .and_then(|()| std::io::stdout().flush()),
            Self::File(mut file) => written(&mut file, content),
        }
        .or_else(super::output::closed_pipe)
    }
}

/// Replaces the content of a file.
fn written(file: &mut OpenFile, content: &str) -> std::io::Result<()> {
    let file = file.begin()?;
    file.write_all(content.as_bytes())?;
    // Pipes and terminals have nothing to sync.
    if is_regular(file) {
        file.sync_all()?;
    }
    Ok(())
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

    /// Opens a file for `what`, or says why not.
    pub(super) fn open(&mut self, path: &Path, what: &str) -> Result<OpenFile, Complaint> {
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
        let file = OpenFile::open(path).map_err(|error| {
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
