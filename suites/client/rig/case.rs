//! What a case of the rig expects, and how observations are compared with it.

use crate::adapter::{Operation, tolerant};
use crate::clients::{self, Release};
use crate::engine::Level;
use crate::rig::{Action, Answer, Case, End, Exchange, Host, Script, Seen, World};
use crate::safe::{Clause, Client, Stage};
use crate::suites::client::compare::Difference;
use crate::suites::client::{Like, documents, releases};
use crate::vectors::{Outcome, Vector};
use std::borrow::Cow;
use std::fmt;

/// A case, with the expected behaviour of a client.
pub struct RigCase {
    /// The behaviour of the server and the action of the client.
    pub case: Case,
    /// The requirement in one sentence.
    pub title: String,
    /// The clause of the requirement.
    pub clause: Clause,
    /// The level of a deviation.
    pub level: Level,
    /// The stage at which a deviation shows.
    pub stage: Stage,
    /// What each published client does: Android, iOS, Desktop. `None` if it never does it.
    ways: [Option<Way>; 3],
    /// The vector that defines what each release does, if there is one.
    vector: Option<(&'static Vector, Operation)>,
}

/// What one published client does in a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    ends: Ends,
    limits: Vec<Limit>,
}

/// How observations compare with what a client does.
pub(super) enum Comparison {
    /// It does the same.
    Same,
    /// It does something else.
    Different(Departure),
    /// Nobody knows what it does, for this reason.
    NotKnown(String),
}

/// How observations differ from what a client does.
pub(super) struct Departure {
    /// What shows it.
    pub observed: String,
    /// The differences in the state of the phone, if only the state differs.
    pub in_state: Vec<Difference>,
}

/// How the last action may end.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Ends {
    Done,
    Failed,
    /// Both are right.
    Either,
    /// Nobody knows, for this reason.
    NotKnown(String),
}

/// How many requests of a kind are allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Limit {
    kind: Kind,
    least: usize,
    most: usize,
}

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// GET of `config`.
    Config,
    /// PUT of a backup with valid credentials.
    Uploads,
    /// Backups on the server at the end, under an ID of the user.
    Stored,
    /// Among those, the one under the old password.
    OldStored,
    /// GET of a backup.
    Downloads,
    /// HEAD of a backup.
    Probes,
    /// DELETE of a backup.
    Deletes,
    /// Requests to another host.
    Elsewhere,
    /// Any request at all.
    Requests,
    /// A connection that continued when the server spoke TLS 1.1.
    OldHandshakes,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Config => "`config` GET",
            Self::Uploads => "upload",
            Self::Stored => "stored backup",
            Self::OldStored => "old-password backup",
            Self::Downloads => "download",
            Self::Probes => "backup HEAD",
            Self::Deletes => "DELETE",
            Self::Elsewhere => "cross-host request",
            Self::Requests => "request",
            Self::OldHandshakes => "TLS 1.1 handshake",
        }
    }

    fn count(self, seen: &Seen, world: &World) -> usize {
        let last = seen.turns.len().saturating_sub(1);
        let own = |wanted: fn(&Exchange) -> bool| {
            seen.own()
                .filter(|exchange| exchange.turn == last && exchange.status != Some(401))
                .filter(|exchange| wanted(exchange))
                .count()
        };
        match self {
            Self::Config => own(Exchange::is_config),
            Self::Uploads => own(|exchange| exchange.method == "PUT"),
            Self::Downloads => {
                own(|exchange| exchange.method == "GET" && exchange.backup_id().is_some())
            }
            Self::Probes => {
                own(|exchange| exchange.method == "HEAD" && exchange.backup_id().is_some())
            }
            Self::Deletes => own(|exchange| exchange.method == "DELETE"),
            Self::Stored => {
                let ours = [world.backup_id().to_hex(), world.new_backup_id().to_hex()];
                seen.stored
                    .iter()
                    .filter(|(id, _)| ours.contains(id))
                    .count()
            }
            Self::OldStored => {
                let old = world.backup_id().to_hex();
                seen.stored
                    .iter()
                    .filter(|(id, _)| id.eq_ignore_ascii_case(&old))
                    .count()
            }
            Self::Elsewhere => {
                let mut exchanges = seen.exchanges.iter();
                exchanges
                    .by_ref()
                    .filter(|exchange| exchange.host != Host::Own)
                    .count()
            }
            Self::Requests => seen.exchanges.len(),
            Self::OldHandshakes => usize::try_from(seen.old_handshakes).unwrap_or(usize::MAX),
        }
    }
}

/// Returns the way of a client that reports success.
pub fn done() -> Way {
    Way::ending(Ends::Done)
}

/// Returns the way of a client that reports failure.
pub fn failed() -> Way {
    Way::ending(Ends::Failed)
}

/// Returns the way of a client that may report success or failure.
pub fn either() -> Way {
    Way::ending(Ends::Either)
}

impl Way {
    /// Returns what a client does if a vector of an operation defines this outcome; `None` if it
    /// never does it.
    fn of(client: Client, operation: Operation, outcome: &Outcome) -> Option<Self> {
        // Desktop reads no `config`. Source: 4.2.
        if client == Client::Desktop && operation == Operation::ParseConfig {
            return None;
        }
        match outcome {
            Outcome::Valid { .. } => Some(done()),
            Outcome::Invalid { .. } => Some(failed()),
            Outcome::Unknown { because } => Some(Self::ending(Ends::NotKnown(because.clone()))),
            Outcome::NotApplicable { .. } => None,
        }
    }

    /// Returns why nobody knows what the client does; `None` if it is known.
    fn why_not_known(&self) -> Option<&str> {
        match &self.ends {
            Ends::NotKnown(because) => Some(because),
            Ends::Done | Ends::Failed | Ends::Either => None,
        }
    }

    fn ending(ends: Ends) -> Self {
        Self {
            ends,
            limits: Vec::new(),
        }
    }

    /// Expects this many requests of `kind` in the last action.
    #[must_use]
    pub fn with(mut self, kind: Kind, number: usize) -> Self {
        self.limits.push(Limit {
            kind,
            least: number,
            most: number,
        });
        self
    }

    /// Expects at least one request of `kind`.
    #[must_use]
    pub fn some(mut self, kind: Kind) -> Self {
        self.limits.push(Limit {
            kind,
            least: 1,
            most: usize::MAX,
        });
        self
    }

    /// Expects no request of `kind`.
    #[must_use]
    pub fn no(self, kind: Kind) -> Self {
        self.with(kind, 0)
    }

    /// Returns how the observations differ from this way; `None` if they do not.
    fn departure(&self, seen: &Seen, world: &World) -> Option<String> {
        let end = seen.end()?;
        let as_expected = match self.ends {
            _ if *end == End::NotSaid => true,
            Ends::NotKnown(_) => true,
            Ends::Done => *end == End::Done,
            Ends::Failed => *end == End::Failed,
            Ends::Either => matches!(end, End::Done | End::Failed),
        };
        if !as_expected {
            return Some(words_of(end));
        }
        self.limits.iter().find_map(|limit| {
            let count = limit.kind.count(seen, world);
            let name = limit.kind.name();
            (count < limit.least || count > limit.most).then(|| {
                format!(
                    "{} in its last action",
                    crate::text::counted(count as u64, name)
                )
            })
        })
    }
}

/// Returns how an action ended, in words.
pub fn words_of(end: &End) -> String {
    match end {
        End::Done => "the client reported success".to_owned(),
        End::Failed => "the client reported failure".to_owned(),
        End::NotSaid => "the client has acted, but did not report the result".to_owned(),
        End::Unsupported => "the client does not support this".to_owned(),
        End::Broke(what) => what.clone(),
    }
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match &self.ends {
            Ends::Done => "success",
            Ends::Failed => "a failure that the client reports",
            Ends::Either => "either end",
            Ends::NotKnown(_) => "not known",
        })?;
        for limit in &self.limits {
            let name = limit.kind.name();
            match (limit.least, limit.most) {
                (0, 0) => write!(formatter, ", no {name}")?,
                (1, usize::MAX) => write!(formatter, ", at least one {name}")?,
                (least, _) => write!(formatter, ", {}", crate::text::counted(least as u64, name))?,
            }
        }
        Ok(())
    }
}

impl RigCase {
    /// Returns a Required case with the healthy server, which `script` changes.
    pub fn new(id: &'static str, title: impl Into<String>, clause: Clause) -> Self {
        Self {
            case: Case {
                id,
                actions: &[],
                script: Script::default(),
            },
            title: title.into(),
            clause,
            level: Level::Required,
            stage: Stage::Http,
            ways: [None, None, None],
            vector: None,
        }
    }

    /// Sets what the client does.
    #[must_use]
    pub fn does(mut self, actions: &'static [Action]) -> Self {
        self.case.actions = actions;
        self
    }

    /// Sets how the server behaves.
    #[must_use]
    pub fn on(mut self, change: impl FnOnce(&mut Script)) -> Self {
        change(&mut self.case.script);
        self
    }

    /// Sets the level of a deviation.
    #[must_use]
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Sets the stage at which a deviation shows.
    #[must_use]
    pub const fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// Takes the end of the case, and the state of the phone after it, from what a vector says
    /// about each release.
    #[must_use]
    pub fn known_by(mut self, vector: &'static Vector, operation: Operation) -> Self {
        self.vector = Some((vector, operation));
        for (way, client) in self.ways.iter_mut().zip(Client::ALL) {
            *way = Way::of(client, operation, vector.wanted.of(client));
        }
        self
    }

    /// Sets what Android and iOS do.
    #[must_use]
    pub fn mobile(self, way: Way) -> Self {
        self.android(way.clone()).ios(way)
    }

    /// Sets what Android does.
    #[must_use]
    pub fn android(mut self, way: Way) -> Self {
        self.ways[0] = Some(way);
        self
    }

    /// Sets what iOS does.
    #[must_use]
    pub fn ios(mut self, way: Way) -> Self {
        self.ways[1] = Some(way);
        self
    }

    /// Sets what Desktop does.
    #[must_use]
    pub fn desktop(mut self, way: Way) -> Self {
        self.ways[2] = Some(way);
        self
    }

    /// Sets what all of them do.
    #[must_use]
    pub fn all(self, way: Way) -> Self {
        self.mobile(way.clone()).desktop(way)
    }

    /// Returns what a published client does; `None` if it never does it.
    pub fn way(&self, client: Client) -> Option<&Way> {
        let [android, ios, desktop] = &self.ways;
        match client {
            Client::Android => android,
            Client::Ios => ios,
            Client::Desktop => desktop,
        }
        .as_ref()
    }

    /// Returns what a release does; `None` if it never does it. An earlier release does the same as
    /// its client today, except for what a vector says about it and the statuses that it accepts.
    ///
    /// # Errors
    /// The reason why that is not known.
    pub fn way_of(&self, release: Release) -> Result<Option<Cow<'_, Way>>, String> {
        let client = release.client();
        if let Some((vector, operation)) = self.vector {
            let outcome = releases::outcome_of(vector, operation, release)?;
            return Ok(Way::of(client, operation, outcome).map(Cow::Owned));
        }
        let Some(way) = self.way(client) else {
            return Ok(None);
        };
        Ok(Some(if self.has_status_refused_by(release) {
            Cow::Owned(failed())
        } else {
            Cow::Borrowed(way)
        }))
    }

    /// Returns whether the server answers with a successful status that a release counts as a
    /// failure.
    ///
    /// Source: `clients.divergence.statuses`.
    fn has_status_refused_by(&self, release: Release) -> bool {
        let (script, transport) = (&self.case.script, release.transport());
        let answers = [
            (&script.config, clients::Operation::ReadConfig),
            (&script.put, clients::Operation::Upload),
            (&script.get, clients::Operation::Download),
            (&script.delete, clients::Operation::Delete),
        ];
        answers.into_iter().any(|(answer, operation)| {
            matches!(answer, Answer::ProperAs(status) if !transport.accepts_status(operation, *status))
        })
    }

    /// Compares the observations with what `release` does; `None` if it never does this.
    pub(super) fn compared(
        &self,
        release: Release,
        seen: &Seen,
        world: &World,
    ) -> Option<Comparison> {
        let way = match self.way_of(release) {
            Ok(way) => way?,
            Err(why) => return Some(Comparison::NotKnown(why)),
        };
        if let Some(why) = way.why_not_known() {
            return Some(Comparison::NotKnown(why.to_owned()));
        }
        let departure = way.departure(seen, world).map(|observed| Departure {
            observed,
            in_state: Vec::new(),
        });
        let departure = departure.or_else(|| self.restored_otherwise(release, seen));
        Some(departure.map_or(Comparison::Same, Comparison::Different))
    }

    /// Returns how the state that the client reports differs from what `release` restores, if it
    /// reports one.
    fn restored_otherwise(&self, release: Release, seen: &Seen) -> Option<Departure> {
        let state = seen
            .state
            .as_ref()
            .filter(|_| seen.end() == Some(&End::Done))?;
        let (vector, operation) = self.vector?;
        let Ok(Outcome::Valid { output, .. }) = releases::outcome_of(vector, operation, release)
        else {
            return None;
        };
        let expected = output.get("restored")?;
        let Ok(found) = serde_json::from_slice(&tolerant(state)) else {
            return Some(Departure {
                observed: "`state.json` is not JSON".to_owned(),
                in_state: Vec::new(),
            });
        };
        let in_state = documents::wrong(expected, Some(&found));
        let observed = format!("restored otherwise: {}", in_state.first()?);
        Some(Departure { observed, in_state })
    }

    /// Returns what is expected of a client that is compared with `like`, for people.
    pub fn expected(&self, like: Like) -> String {
        if let Like::Release(release) = like {
            return match self.way_of(release) {
                Ok(Some(way)) if way.ends == Ends::Done && self.compares_state() => {
                    format!("as {release}: {way}{COMPARES_STATE}")
                }
                Ok(Some(way)) => format!("as {release}: {way}"),
                Ok(None) => format!("{} never does this", release.client()),
                Err(why) => why,
            };
        }
        let ways: Vec<_> = Client::ALL
            .into_iter()
            .filter_map(|client| Some((client.name(), self.way(client)?.to_string())))
            .collect();
        let ways = match ways.as_slice() {
            [(_, first), rest @ ..] if rest.iter().all(|(_, way)| way == first) => first.clone(),
            ways => {
                let ways: Vec<_> = ways
                    .iter()
                    .map(|(name, way)| format!("{name}: {way}"))
                    .collect();
                ways.join("; ")
            }
        };
        if self.compares_state() {
            ways + COMPARES_STATE
        } else {
            ways
        }
    }

    /// Returns whether the state that a client reports is compared with what a vector says.
    fn compares_state(&self) -> bool {
        let Some((vector, Operation::ReadBackup)) = self.vector else {
            return false;
        };
        let is_read = |client: &Client| matches!(vector.wanted.of(*client), Outcome::Valid { .. });
        Client::ALL.iter().any(is_read)
    }
}

/// What is expected in addition of a client that reports the state of the phone.
const COMPARES_STATE: &str = "; `state.json`, if it is written, as in the vector";

/// Returns a name that is made once in the life of the program.
pub fn name(text: String) -> &'static str {
    String::leak(text)
}
