//! The config of a server: the size that it accepts, and the time for which it keeps a backup.

use serde::{Deserialize, Serialize};

/// The size that clients assume if they know no other, in bytes.
///
/// Source: clause 4.2; clients.http.size-gate.
pub const USUAL_MAX_BACKUP_BYTES: i64 = 524_288;

/// The retention of Threema's own server, in days.
///
/// Source: clauses 4.2 and 5.1.
pub const USUAL_RETENTION_DAYS: i64 = 180;

/// The content of `{base}/config`. Negative numbers are not an error here: a check judges what
/// clients do with them.
///
/// It serialises to the canonical JSON, `{"maxBackupBytes":524288,"retentionDays":180}`.
///
/// Source: clause 4.2.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerConfig {
    /// The largest backup that the server accepts, in bytes.
    pub max_backup_bytes: i64,
    /// How long the server keeps a backup after its last upload, in days.
    pub retention_days: i64,
}

impl ServerConfig {
    /// The answer of Threema's own server.
    ///
    /// Source: clause 4.2.
    pub const USUAL: Self = Self {
        max_backup_bytes: USUAL_MAX_BACKUP_BYTES,
        retention_days: USUAL_RETENTION_DAYS,
    };

    /// Returns the canonical JSON, without a line break.
    pub fn to_json(&self) -> String {
        format!(
            r#"{{"maxBackupBytes":{},"retentionDays":{}}}"#,
            self.max_backup_bytes, self.retention_days
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_canonical_json() {
        let json = r#"{"maxBackupBytes":524288,"retentionDays":180}"#;
        assert_eq!(ServerConfig::USUAL.to_json(), json);
        assert_eq!(
            serde_json::to_string(&ServerConfig::USUAL).expect("JSON"),
            json
        );
    }
}
