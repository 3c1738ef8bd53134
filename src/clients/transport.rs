//! What a client sends and what it accepts, as data.

use super::credentials::CredentialEncoding;
use super::release::Release;
use crate::safe::Client;

/// A release of a client, as a server sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Transport {
    /// The client.
    pub client: Client,
    /// The release.
    pub release: Release,
    /// The value of its `User-Agent` header.
    ///
    /// Source: clause 4.7.
    pub user_agent: &'static str,
    /// When it sends credentials.
    ///
    /// Source: clause 4.8.
    pub login_habit: LoginHabit,
    pub(super) request_headers: RequestHeaders,
    pub(super) status_rule: StatusRule,
    pub(super) size_gate: SizeGate,
    pub(super) tokens: bool,
    /// How many bytes of a config it reads; `None` for all.
    ///
    /// Source: `clients.http.config-body`.
    pub(super) config_bytes: Option<usize>,
}

/// When a client sends credentials.
///
/// Source: clause 4.8.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LoginHabit {
    /// With every request.
    Preemptive(CredentialEncoding),
    /// Only after a `401` with a challenge that it knows.
    AfterChallenge,
}

/// What a client can request from a server.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Operation {
    /// `GET {base}/config`. Source: clause 4.2.
    ReadConfig,
    /// `PUT` of a backup. Source: clause 4.3.
    Upload,
    /// `GET` of a backup. Source: clause 4.4.
    Download,
    /// `HEAD` of a backup. Source: clause 4.4.
    Probe,
    /// `DELETE` of a backup. Source: clause 4.5.
    Delete,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] = [
        Self::ReadConfig,
        Self::Upload,
        Self::Download,
        Self::Probe,
        Self::Delete,
    ];

    /// Returns the HTTP method.
    ///
    /// Source: clauses 4.2 to 4.5.
    pub const fn method(self) -> &'static str {
        match self {
            Self::ReadConfig | Self::Download => "GET",
            Self::Upload => "PUT",
            Self::Probe => "HEAD",
            Self::Delete => "DELETE",
        }
    }
}

/// The headers of each operation; `None` if the client never performs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestHeaders {
    pub(super) read_config: Option<Headers>,
    pub(super) upload: Option<Headers>,
    pub(super) download: Option<Headers>,
    pub(super) probe: Option<Headers>,
    pub(super) delete: Option<Headers>,
}

type Headers = &'static [(&'static str, &'static str)];

impl RequestHeaders {
    /// What Android and iOS both send. On iOS, the platform sets `Accept` for uploads and deletes.
    ///
    /// Source: clauses 4.2 to 4.7; clients.http.headers, clients.http.success.
    pub(super) const MOBILE: Self = Self {
        read_config: Some(&[("User-Agent", "Threema"), ("Accept", "application/json")]),
        upload: Some(&[
            ("User-Agent", "Threema"),
            ("Content-Type", "application/octet-stream"),
        ]),
        download: Some(&[
            ("User-Agent", "Threema"),
            ("Accept", "application/octet-stream"),
        ]),
        probe: None,
        delete: Some(&[("User-Agent", "Threema")]),
    };

    const fn of(&self, operation: Operation) -> Option<Headers> {
        match operation {
            Operation::ReadConfig => self.read_config,
            Operation::Upload => self.upload,
            Operation::Download => self.download,
            Operation::Probe => self.probe,
            Operation::Delete => self.delete,
        }
    }
}

/// The statuses that count as success.
///
/// Source: clauses 4.2 to 4.5; clients.http.success.
#[derive(Clone, Copy, Debug)]
pub(super) enum StatusRule {
    Any2xx,
    /// Any 2xx, but of 204 and 205 only those that announce no body.
    ///
    /// Source: clients.http.no-content.
    AsOkHttp,
    Only200,
    /// 200 for reading; 200, 201 and 204 for writing.
    UsualOnes,
}

/// The sizes that a client uploads.
///
/// Source: clause 4.6.
#[derive(Clone, Copy, Debug)]
pub(super) enum SizeGate {
    UpToTheLimit,
    BelowTheLimit,
}

impl Transport {
    /// Returns the headers that the client's source sets; none for an operation that it never
    /// performs. Headers that its platform adds are not included, and neither is `Authorization`.
    ///
    /// Source: clause 4.7; clients.http.headers, clients.http.success.
    pub fn headers(&self, operation: Operation) -> &'static [(&'static str, &'static str)] {
        self.request_headers.of(operation).unwrap_or_default()
    }

    /// Returns whether it ever performs an operation. Desktop only reads.
    ///
    /// Source: clauses 4.2 to 4.5.
    pub fn performs(&self, operation: Operation) -> bool {
        self.request_headers.of(operation).is_some()
    }

    /// Returns whether it counts a status as success; always false for an operation that it never
    /// performs.
    ///
    /// Source: clauses 4.2 to 4.5; clients.http.success.
    pub fn accepts_status(&self, operation: Operation, status: u16) -> bool {
        self.performs(operation)
            && match self.status_rule {
                StatusRule::Any2xx | StatusRule::AsOkHttp => (200..300).contains(&status),
                StatusRule::Only200 => status == 200,
                StatusRule::UsualOnes => match operation {
                    Operation::ReadConfig | Operation::Download | Operation::Probe => status == 200,
                    Operation::Upload | Operation::Delete => matches!(status, 200 | 201 | 204),
                },
            }
    }

    /// Returns whether it counts an answer as success, by its status and the length of its body in
    /// bytes, if the answer announces one.
    ///
    /// Source: clauses 4.2 to 4.5; clients.http.success, clients.http.no-content.
    pub fn accepts(&self, operation: Operation, status: u16, announced: Option<u64>) -> bool {
        let contradicts_itself = matches!(status, 204 | 205) && announced.is_some_and(|it| it > 0);
        let is_refused = matches!(self.status_rule, StatusRule::AsOkHttp) && contradicts_itself;
        self.accepts_status(operation, status) && !is_refused
    }

    /// Returns the part of a config that it reads.
    ///
    /// Source: `clients.http.config-body`.
    pub fn config_read<'a>(&self, body: &'a [u8]) -> &'a [u8] {
        let most = self.config_bytes.unwrap_or(body.len());
        body.get(..most).unwrap_or(body)
    }

    /// Returns whether it has builds that log in with `Authorization: Token`.
    ///
    /// Source: clients.http.token.
    pub fn sends_tokens(&self) -> bool {
        self.tokens
    }

    /// Returns whether it uploads a backup of `size` bytes to a server with this `maxBackupBytes`.
    ///
    /// Source: clause 4.6.
    pub fn upload_fits(&self, size: u64, max_backup_bytes: i64) -> bool {
        let (size, limit) = (i128::from(size), i128::from(max_backup_bytes));
        self.performs(Operation::Upload)
            && match self.size_gate {
                SizeGate::UpToTheLimit => size <= limit,
                SizeGate::BelowTheLimit => size < limit,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header<'a>(client: Client, operation: Operation, name: &str) -> Option<&'a str> {
        let headers = Transport::of(client).headers(operation);
        headers
            .iter()
            .find(|(each, _)| *each == name)
            .map(|(_, value)| *value)
    }

    #[test]
    fn each_client_has_its_transport() {
        for client in Client::ALL {
            let transport = Transport::of(client);
            assert_eq!(transport.client, client);
            assert_eq!(transport.release, Release::newest(client));
            assert!(transport.user_agent.contains("Threema"));
            for operation in Operation::ALL {
                let agent = header(client, operation, "User-Agent");
                let expected = transport
                    .performs(operation)
                    .then_some(transport.user_agent);
                assert_eq!(agent, expected, "{client} {operation:?}");
                assert_eq!(header(client, operation, "Authorization"), None);
            }
        }
    }

    #[test]
    fn mobile_clients_say_what_they_accept_and_send() {
        for client in [Client::Android, Client::Ios] {
            let accept = |operation| header(client, operation, "Accept");
            assert_eq!(accept(Operation::ReadConfig), Some("application/json"));
            assert_eq!(
                accept(Operation::Download),
                Some("application/octet-stream")
            );
            assert_eq!(accept(Operation::Upload), None);
            assert_eq!(accept(Operation::Delete), None);
            let kind = |operation| header(client, operation, "Content-Type");
            assert_eq!(kind(Operation::Upload), Some("application/octet-stream"));
            assert_eq!(kind(Operation::Download), None);
            assert!(!Transport::of(client).performs(Operation::Probe));
            assert!(Transport::of(client).sends_tokens());
        }
    }

    #[test]
    fn desktop_only_reads() {
        let desktop = Transport::of(Client::Desktop);
        let performed: Vec<_> = Operation::ALL
            .into_iter()
            .filter(|each| desktop.performs(*each))
            .collect();
        assert_eq!(performed, [Operation::Download, Operation::Probe]);
        assert!(desktop.user_agent.starts_with("Threema Desktop/"));
        assert!(!desktop.sends_tokens() && !desktop.upload_fits(1, 2));
    }

    #[test]
    fn statuses_are_taken_as_by_each_client() {
        let accepts =
            |client, operation, status| Transport::of(client).accepts_status(operation, status);
        for client in [Client::Android, Client::Ios] {
            for status in [200, 201, 202, 204, 206, 299] {
                assert!(accepts(client, Operation::Upload, status));
                assert!(accepts(client, Operation::Download, status));
            }
            for status in [100, 199, 300, 304, 404, 500] {
                assert!(!accepts(client, Operation::ReadConfig, status));
            }
            assert!(!accepts(client, Operation::Probe, 200));
        }
        for operation in [Operation::Probe, Operation::Download] {
            assert!(accepts(Client::Desktop, operation, 200));
            assert!(!accepts(Client::Desktop, operation, 206));
        }
        assert!(!accepts(Client::Desktop, Operation::Upload, 200));
    }

    #[test]
    fn okhttp_refuses_a_body_where_the_status_says_that_there_is_none() {
        let newest = Transport::of(Client::Android);
        let upload = |status, length| newest.accepts(Operation::Upload, status, length);
        for status in [204, 205] {
            assert!(upload(status, None) && upload(status, Some(0)));
            assert!(!upload(status, Some(1)));
        }
        assert!(upload(200, Some(1)) && upload(201, Some(1)));
        for other in [
            Transport::of(Client::Ios),
            Transport::of(Release::Android6_1),
        ] {
            assert!(other.accepts(Operation::Upload, 204, Some(1)));
        }
    }

    #[test]
    fn earlier_releases_ask_otherwise() {
        let old = Transport::of(Release::Android6_1);
        assert_eq!(
            old.login_habit,
            LoginHabit::Preemptive(CredentialEncoding::Utf8)
        );
        assert!(old.accepts_status(Operation::Upload, 201));
        assert!(!old.accepts_status(Operation::Upload, 202));
        assert!(!old.accepts_status(Operation::Download, 201));
        assert_eq!(old.config_read(&[0; 5000]).len(), 4096);
        assert_eq!(
            Transport::of(Client::Android).config_read(&[0; 5000]).len(),
            5000
        );
        assert!(!Transport::of(Release::Android4_57).sends_tokens());
        assert!(!Transport::of(Release::Ios4_6).sends_tokens());
    }

    /// Clause 4.6: the size at which the two clients differ.
    #[test]
    fn a_backup_of_exactly_the_limit_is_for_android_alone() {
        let fits = |client, size, limit| Transport::of(client).upload_fits(size, limit);
        for client in [Client::Android, Client::Ios] {
            assert!(fits(client, 524_287, 524_288));
            assert!(!fits(client, 524_289, 524_288));
            assert!(!fits(client, 0, -1));
            assert!(!fits(client, u64::MAX, i64::MAX));
        }
        assert!(fits(Client::Android, 524_288, 524_288));
        assert!(!fits(Client::Ios, 524_288, 524_288));
    }

    #[test]
    fn only_ios_waits_for_a_challenge() {
        let habit = |client| Transport::of(client).login_habit;
        assert_eq!(habit(Client::Ios), LoginHabit::AfterChallenge);
        assert_eq!(
            habit(Client::Android),
            LoginHabit::Preemptive(CredentialEncoding::Latin1)
        );
        assert_eq!(
            habit(Client::Desktop),
            LoginHabit::Preemptive(CredentialEncoding::Utf8)
        );
    }
}
