//! The meaning of a request's path.

use super::faults::{Fault, Faults};
use std::fmt::Write as _;

/// The meaning of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Route {
    /// A path outside the base.
    Outside,
    /// `config`.
    Config,
    /// `config/`.
    ConfigFolder,
    /// `backups` or `backups/`.
    Backups,
    /// `backups/ID` with a well-formed ID.
    Backup(String),
    /// `backups/ID/` with a well-formed ID.
    BackupFolder(String),
    /// `backups/` and a name that is not a backup ID.
    MalformedId,
    /// `login`.
    Login,
    /// A path that hides another one.
    Malformed,
    /// Anything else below the base.
    Unknown,
}

impl Route {
    /// Returns the meaning of `path` on a server whose base has the path `base`.
    pub(super) fn of(path: &str, base: &str, faults: Faults) -> Self {
        let Some(rest) = path.strip_prefix(base) else {
            return Self::Outside;
        };
        let Some(rest) = rest.strip_prefix('/') else {
            let is_base = rest.is_empty();
            return if is_base {
                Self::Unknown
            } else {
                Self::Outside
            };
        };
        let rest = match rest.strip_prefix('/') {
            Some(_) if faults.contains(Fault::DoubleSlashRefused) => return Self::Unknown,
            Some(single) => single,
            None => rest,
        };
        let Some(decoded) = decoded(rest) else {
            return Self::Malformed;
        };
        if !hides_a_path(rest, &decoded) {
            return Self::below_base(&decoded, faults.contains(Fault::LetterCaseIgnored));
        }
        if !faults.contains(Fault::EncodedSlashTraverses) {
            return Self::Malformed;
        }
        match resolved(&decoded) {
            Some(real) => Self::below_base(&real, faults.contains(Fault::LetterCaseIgnored)),
            None => Self::Outside,
        }
    }

    fn below_base(path: &str, ignore_case: bool) -> Self {
        match path {
            "config" => return Self::Config,
            "config/" => return Self::ConfigFolder,
            "backups" | "backups/" => return Self::Backups,
            "login" => return Self::Login,
            _ => {}
        }
        let Some(name) = path.strip_prefix("backups/") else {
            return Self::Unknown;
        };
        let (id, is_folder) = match name.strip_suffix('/') {
            Some(id) => (id, true),
            None => (name, false),
        };
        if id.contains('/') {
            return Self::Unknown;
        }
        let id = if ignore_case {
            id.to_ascii_lowercase()
        } else {
            id.to_owned()
        };
        match (is_backup_id(&id), is_folder) {
            (true, false) => Self::Backup(id),
            (true, true) => Self::BackupFolder(id),
            (false, _) => Self::MalformedId,
        }
    }
}

/// Returns whether it is 64 lower-case hexadecimal digits.
pub(super) fn is_backup_id(id: &str) -> bool {
    id.len() == 64
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns whether a path becomes another one when it is decoded: by an encoded slash or a segment
/// of dots.
pub(super) fn hides_a_path(path: &str, decoded: &str) -> bool {
    let slashes = |text: &str| text.matches(['/', '\\']).count();
    slashes(path) != slashes(decoded)
        || decoded
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
}

/// Returns the path without its percent-encoding, if that is valid.
pub(super) fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.extend(data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns a percent-encoded segment of a path.
pub(super) fn encoded(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to memory does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Returns the path of a base URL with `USER` replaced by the server's user.
pub(super) fn with_user(path: &str, user: &str) -> String {
    path.replace("USER", &encoded(user))
}

/// Returns the path without segments of dots, if it stays below the base.
fn resolved(path: &str) -> Option<String> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str, faults: &[Fault]) -> Route {
        Route::of(path, "/safe", faults.iter().copied().collect())
    }

    fn id(digit: &str) -> String {
        digit.repeat(64)
    }

    #[test]
    fn paths_mean_what_they_say() {
        assert_eq!(route("/safe/config", &[]), Route::Config);
        assert_eq!(route("/safe//config", &[]), Route::Config);
        assert_eq!(route("/safe/%63onfig", &[]), Route::Config);
        assert_eq!(route("/safe///config", &[]), Route::Unknown);
        assert_eq!(route("/safe", &[]), Route::Unknown);
        assert_eq!(route("/safer/config", &[]), Route::Outside);
        assert_eq!(route("/", &[]), Route::Outside);
        assert_eq!(route("*", &[]), Route::Outside);
        assert_eq!(route("/safe/backups/", &[]), Route::Backups);
        let path = format!("/safe/backups/{}", id("a"));
        assert_eq!(route(&path, &[]), Route::Backup(id("a")));
        let path = format!("/safe//backups/{}/", id("a"));
        assert_eq!(route(&path, &[]), Route::BackupFolder(id("a")));
    }

    #[test]
    fn ids_are_64_lower_case_hexadecimal_digits() {
        for wrong in [id("A"), id("g"), "a".repeat(63), "a".repeat(65), "x".into()] {
            let path = format!("/safe/backups/{wrong}");
            assert_eq!(route(&path, &[]), Route::MalformedId, "{wrong}");
        }
        let upper = format!("/safe/backups/{}", id("A"));
        let expected = Route::Backup(id("a"));
        assert_eq!(route(&upper, &[Fault::LetterCaseIgnored]), expected);
    }

    #[test]
    fn a_path_does_not_pose_as_another() {
        let traverses = [Fault::EncodedSlashTraverses];
        for path in [
            "/safe/backups/..%2fconfig",
            "/safe/backups/..%2Fconfig",
            "/safe/backups/%2e%2e/config",
            "/safe/backups/../config",
        ] {
            assert_eq!(route(path, &[]), Route::Malformed, "{path}");
            assert_eq!(route(path, &traverses), Route::Config, "{path}");
        }
        assert_eq!(route("/safe/..%2fetc", &[]), Route::Malformed);
        assert_eq!(route("/safe/..%2fetc", &traverses), Route::Outside);
        assert_eq!(route("/safe/%zz", &[]), Route::Malformed);
        assert_eq!(route("/safe/%6", &[]), Route::Malformed);
        assert_eq!(route("/safe/%ff", &[]), Route::Malformed);
    }

    #[test]
    fn a_doubled_slash_can_be_refused() {
        let faults = [Fault::DoubleSlashRefused];
        assert_eq!(route("/safe//config", &faults), Route::Unknown);
        assert_eq!(route("/safe/config", &faults), Route::Config);
    }
}
