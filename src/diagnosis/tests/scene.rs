//! Evidence that is assembled by hand and examined as in a run.

use super::super::*;
use crate::engine::{Because, Blocker, Breakage, Cause, Finding};
use crate::wire::tls::Inspection;
use crate::wire::{Body, Facts, FailureKind, Http, LoginKind, Method, Response};

pub(super) const BASE: &str = "https://cloud.example/safe";
pub(super) const FILES: &str = "https://cloud.example/remote.php/dav/files/alice/threema";
pub(super) const LINK: &str = "https://cloud.example/public.php/webdav";

/// One piece of evidence.
pub(super) enum Scene {
    Answer(Box<Exchange>),
    Silence(Silence),
    /// A finding of this check, with the server's certificates if they matter.
    Finding {
        check: &'static str,
        verdict: &'static str,
        stage: &'static str,
        because: Option<Because>,
        inspection: Option<Box<Inspection>>,
        /// Whether --ca-file was given.
        own_roots: bool,
    },
    /// Several findings.
    Run(Vec<Finding>),
    /// The target, and its certificates.
    Target(Box<Facts>, Option<Box<Inspection>>),
}

/// An answer with all its circumstances.
pub(super) struct Exchange {
    base: &'static str,
    login: LoginKind,
    with_credentials: bool,
    method: Method,
    subject: Subject,
    answer: Response,
    folder: Option<u16>,
    backups: Option<u16>,
    above: Option<u16>,
    misnamed: Option<&'static str>,
    other_user: bool,
    person: Option<u16>,
    missing: Option<Response>,
    without_login: Option<Response>,
    other_agent: Option<Response>,
}

fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Response::new(
        status,
        Http::One,
        headers.iter().map(owned).collect(),
        Body::new(body.to_vec().into(), false),
    )
}

fn exchange(method: Method, subject: Subject, status: u16) -> Exchange {
    Exchange {
        base: BASE,
        login: LoginKind::Basic,
        with_credentials: true,
        method,
        subject,
        answer: response(status, &[], b""),
        folder: None,
        backups: None,
        above: None,
        misnamed: None,
        other_user: false,
        person: None,
        missing: None,
        without_login: None,
        other_agent: None,
    }
}

/// Returns a GET of `config` with this answer.
pub(super) fn config(status: u16) -> Exchange {
    exchange(Method::Get, Subject::Config, status)
}

/// Returns a PUT of a small backup with this answer.
pub(super) fn put(status: u16) -> Exchange {
    exchange(Method::Put, Subject::Backup, status)
}

/// Returns a PUT that replaces a backup.
pub(super) fn replace(status: u16) -> Exchange {
    exchange(Method::Put, Subject::ReplacedBackup, status)
}

/// Returns a PUT of a larger backup.
pub(super) fn large(status: u16) -> Exchange {
    exchange(Method::Put, Subject::LargeBackup, status)
}

/// Returns a PUT of a backup of exactly the promised size.
pub(super) fn exact(status: u16) -> Exchange {
    exchange(Method::Put, Subject::ExactBackup, status)
}

/// Returns a GET of a backup that was just stored.
pub(super) fn stored(status: u16) -> Exchange {
    exchange(Method::Get, Subject::StoredBackup, status)
}

impl Exchange {
    pub(super) fn at(self, base: &'static str) -> Self {
        Self { base, ..self }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.answer
            .headers
            .push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(self, body: &str) -> Self {
        self.bytes(body.as_bytes())
    }

    pub(super) fn bytes(mut self, body: &[u8]) -> Self {
        self.answer.body = Body::new(body.to_vec().into(), false);
        self
    }

    /// Returns the message of a server of the sabre family.
    pub(super) fn message(self, message: &str) -> Self {
        let body = format!(
            "<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\"><s:message>{message}</s:message></d:error>"
        );
        self.body(&body)
    }

    pub(super) fn nextcloud(self) -> Self {
        self.header("set-cookie", "oc_sessionPassphrase=[redacted]")
    }

    pub(super) fn anonymous(self) -> Self {
        Self {
            with_credentials: false,
            ..self
        }
    }

    pub(super) fn login(self, login: LoginKind) -> Self {
        Self { login, ..self }
    }

    pub(super) fn above(self, status: u16) -> Self {
        Self {
            above: Some(status),
            ..self
        }
    }

    pub(super) fn folder(self, status: u16) -> Self {
        Self {
            folder: Some(status),
            ..self
        }
    }

    pub(super) fn backups(self, status: u16) -> Self {
        Self {
            backups: Some(status),
            ..self
        }
    }

    pub(super) fn misnamed(self, name: &'static str) -> Self {
        Self {
            misnamed: Some(name),
            ..self
        }
    }

    pub(super) fn other_user(self) -> Self {
        Self {
            other_user: true,
            ..self
        }
    }

    pub(super) fn person(self, status: u16) -> Self {
        Self {
            person: Some(status),
            ..self
        }
    }

    /// Adds the answer for a backup that was never uploaded.
    pub(super) fn missing(self, status: u16, body: &[u8]) -> Self {
        Self {
            missing: Some(response(status, &[], body)),
            ..self
        }
    }

    pub(super) fn without_login(self, status: u16, headers: &[(&str, &str)]) -> Self {
        Self {
            without_login: Some(response(status, headers, b"")),
            ..self
        }
    }

    pub(super) fn other_agent(self, status: u16) -> Self {
        Self {
            other_agent: Some(response(status, &[], b"")),
            ..self
        }
    }

    fn diagnosis(&self) -> Option<Diagnosis> {
        diagnose(&Evidence {
            base: self.base,
            login: self.login,
            with_credentials: self.with_credentials,
            method: self.method,
            subject: self.subject,
            answer: &self.answer,
            beside: Beside {
                folder: self.folder,
                backups: self.backups,
                above: self.above,
                misnamed: self.misnamed,
                other_user: self.other_user,
                unseen_in_login: false,
                person: self.person,
                missing: self.missing.as_ref(),
                without_login: self.without_login.as_ref(),
                other_agent: self.other_agent.as_ref(),
            },
        })
    }
}

impl From<Exchange> for Scene {
    fn from(exchange: Exchange) -> Self {
        Self::Answer(Box::new(exchange))
    }
}

/// Returns a check that deviates.
pub(super) fn deviates(check: &'static str) -> Scene {
    Scene::Finding {
        check,
        verdict: "fail",
        stage: "http",
        because: None,
        inspection: None,
        own_roots: false,
    }
}

/// Returns a check that passes.
pub(super) fn passes(check: &'static str) -> Scene {
    Scene::Finding {
        check,
        verdict: "pass",
        stage: "http",
        because: None,
        inspection: None,
        own_roots: false,
    }
}

/// Returns a check that deviates at this stage.
pub(super) fn deviates_at(check: &'static str, stage: &'static str) -> Scene {
    Scene::Finding {
        check,
        verdict: "fail",
        stage,
        because: None,
        inspection: None,
        own_roots: false,
    }
}

/// Returns a check of TLS that deviates on a server like this.
pub(super) fn deviates_on(check: &'static str, seen: Inspection) -> Scene {
    Scene::Finding {
        check,
        verdict: "fail",
        stage: "tls",
        because: None,
        inspection: Some(Box::new(seen)),
        own_roots: false,
    }
}

/// Returns the same with roots of the user's own.
pub(super) fn with_ca_file(scene: Scene) -> Scene {
    let Scene::Finding {
        check,
        verdict,
        stage,
        because,
        inspection,
        ..
    } = scene
    else {
        return scene;
    };
    Scene::Finding {
        check,
        verdict,
        stage,
        because,
        inspection,
        own_roots: true,
    }
}

/// Returns a check that could not be carried out.
pub(super) fn breaks(check: &'static str, breakage: Breakage) -> Scene {
    Scene::Finding {
        check,
        verdict: "error",
        stage: "http",
        because: Some(Because::Error(breakage)),
        inspection: None,
        own_roots: false,
    }
}

/// Returns a check that was blocked.
pub(super) fn blocked(check: &'static str, blocker: Blocker) -> Scene {
    Scene::Finding {
        check,
        verdict: "blocked",
        stage: "http",
        because: Some(Because::Blocked(blocker)),
        inspection: None,
        own_roots: false,
    }
}

/// Returns a request without an answer.
pub(super) fn silent(asked: Option<(Method, Subject)>, kind: FailureKind) -> Scene {
    Scene::Silence(Silence { asked, kind })
}

/// Returns the facts about a target.
pub(super) fn facts() -> Facts {
    serde_json::from_value(serde_json::json!({
        "base": BASE, "https": true, "loopback": false, "login": "basic", "ascii_login": true,
        "encoded_user_info": false, "max_upload": 0,
    }))
    .expect("facts")
}

pub(super) fn finding(check: &str, verdict: &str, stage: &str) -> Finding {
    serde_json::from_value(serde_json::json!({
        "id": check, "case": "", "clause": "4.1", "level": "required", "verdict": verdict, "clients": {},
        "stage": stage, "observed": "seen", "expected": "", "fix": "own", "duration_ms": 0,
    }))
    .expect("a finding")
}

/// Returns a run: for each finding its check, variant, verdict, and the problem that its answer
/// showed, if any.
pub(super) fn run(rows: &[(&str, &str, &str, &str)]) -> Scene {
    let of = |(check, variant, verdict, problem): &(&str, &str, &str, &str)| Finding {
        variant: (*variant).to_owned(),
        cause: certain(problem).map(|found| found.cause()),
        ..finding(check, verdict, "http")
    };
    Scene::Run(rows.iter().map(of).collect())
}

/// Returns a run in which a variant of a check is left to the clients.
pub(super) fn left_to_clients(check: &str, variant: &str) -> Scene {
    let blocker = Blocker::BeyondHarness;
    Scene::Run(vec![Finding {
        variant: variant.to_owned(),
        cause: Some(blocker.cause()),
        because: Some(Because::Blocked(blocker)),
        ..finding(check, "blocked", "http")
    }])
}

impl Scene {
    /// Returns the IDs of the problems that were found.
    pub(super) fn problems(&self) -> Vec<String> {
        let id = |found: Option<Diagnosis>| found.map(|found| found.id.to_owned()).into_iter();
        match self {
            Self::Answer(exchange) => id(exchange.diagnosis()).collect(),
            Self::Silence(silence) => id(diagnose_silence(silence)).collect(),
            Self::Finding {
                check,
                verdict,
                stage,
                because,
                inspection,
                own_roots,
            } => {
                let mut finding = finding(check, verdict, stage);
                finding.cause = match because {
                    Some(Because::Blocked(blocker)) => Some(blocker.cause()),
                    _ => None,
                };
                finding.because.clone_from(because);
                let facts = Facts {
                    own_roots: *own_roots,
                    ..facts()
                };
                let mut findings = [finding];
                let sights = Sights {
                    facts: &facts,
                    inspection: inspection.as_deref(),
                    software: &[],
                    halted: None,
                };
                attribute(&mut findings, &sights);
                let cause: Option<&Cause> = findings[0].cause.as_ref();
                cause
                    .map(|cause| cause.id.to_string())
                    .into_iter()
                    .collect()
            }
            Self::Run(findings) => {
                let mut findings = findings.clone();
                let facts = facts();
                let sights = Sights {
                    facts: &facts,
                    inspection: None,
                    software: &[],
                    halted: None,
                };
                attribute(&mut findings, &sights);
                let causes = findings.iter().filter_map(|one| one.cause.as_ref());
                causes.map(|cause| cause.id.to_string()).collect()
            }
            Self::Target(facts, inspection) => {
                let sights = Sights {
                    facts,
                    inspection: inspection.as_deref(),
                    software: &[],
                    halted: None,
                };
                let found = remarks(&sights).into_iter();
                found.map(|problem| problem.id.to_owned()).collect()
            }
        }
    }
}
