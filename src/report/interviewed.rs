//! The report on an implementation: what differs from that on a server.

use super::implementation::Implementation;
use super::{Group, Report, Timing, grouped};
use crate::adapter::Hello;
use crate::clients::Release;
use crate::engine::{Because, Blocker, Finding, Level, Run, Verdict};
use crate::safe::Client;
use crate::text::{counted, listed};

/// What a run against an implementation came to, beside its findings.
pub(crate) struct Interviewed {
    /// The command, or whatever else names the implementation.
    pub target: String,
    /// What it says of itself, if it ever did.
    pub hello: Option<Hello>,
    /// The release that counts where they differ.
    pub held_to: Option<Release>,
    /// How many requests were made.
    pub requests: u64,
    /// How many bytes these had.
    pub bytes_sent: u64,
}

impl Report {
    /// Puts the report on an implementation together.
    pub(crate) fn on_implementation(
        interviewed: Interviewed,
        run: Run,
        timing: Timing,
        stale_waivers: Vec<String>,
    ) -> Self {
        let stopped = run.stopped.map(|reason| reason.to_string());
        let hello = interviewed.hello;
        let implementation = Implementation {
            name: hello
                .as_ref()
                .map(|hello| hello.name.clone())
                .unwrap_or_default(),
            version: hello
                .as_ref()
                .map(|hello| hello.version.clone())
                .unwrap_or_default(),
            bug_tracker: hello.as_ref().and_then(|hello| hello.bug_tracker.clone()),
            operations: hello.map(|hello| hello.operations).unwrap_or_default(),
            held_to: interviewed.held_to.map(Release::client),
            release: interviewed.held_to.map(|release| release.id().to_owned()),
        };
        let mut report = Self::of_findings(interviewed.target, run.findings, false);
        report.implementation = Some(implementation);
        report.incomplete_because = stopped.or(report.incomplete_because);
        report.stale_waivers = stale_waivers;
        report.requests = interviewed.requests;
        report.bytes_sent = interviewed.bytes_sent;
        report.timed(timing).settled()
    }

    /// Returns whether an implementation is compared with this client.
    pub(super) fn is_held_to(&self, client: Client) -> bool {
        self.implementation.as_ref().is_some_and(|implementation| {
            implementation
                .held_to
                .is_none_or(|held_to| held_to == client)
        })
    }

    /// Returns the names of the findings by which an implementation differs from a client.
    pub fn differs_from(&self, client: Client) -> Vec<String> {
        let differing = self.findings.iter().filter(|finding| {
            finding.level == Level::Required && finding.clients.get(&client) == Some(&Verdict::Fail)
        });
        differing.map(Finding::name).collect()
    }

    /// Returns what was checked, for people.
    pub(super) fn subject(&self) -> String {
        match &self.implementation {
            Some(Implementation { name, version, .. }) if !name.is_empty() => {
                format!("{name} {version} (`{}`)", self.target)
            }
            Some(_) => format!("`{}`", self.target),
            None => self.target.clone(),
        }
    }

    /// Returns what to mend first: what blocks other vectors, else the cause that explains most of
    /// those that failed.
    pub(super) fn first_to_mend(&self) -> Option<String> {
        let failed = self
            .findings
            .iter()
            .filter(|it| it.verdict == Verdict::Fail);
        let groups = grouped(failed);
        let blocked_by = |group: &Group<'_>| {
            let name = group.first().name();
            let blocked = self.findings.iter().filter(|finding| {
                matches!(&finding.because, Some(Because::Blocked(Blocker::Check { name: by, .. })) if *by == name)
            });
            blocked.count()
        };
        let weight = |group: &Group<'_>| blocked_by(group) + group.count();
        let first = groups.iter().rev().max_by_key(|group| weight(group))?;
        let finding = first.first();
        let title = finding.cause.as_ref().map(|cause| cause.title.to_string());
        let title = title.filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| finding.observed.clone());
        // One look back at all requests stands for many cases.
        let count = match weight(first) {
            1 => String::new(),
            more => format!("{}; ", counted(more as u64, self.unit())),
        };
        Some(format!(
            "Fix first: {title} ({count}begin with `{}`).",
            finding.id
        ))
    }

    /// Returns what a finding is about, for people: a case of the rig or a vector.
    fn unit(&self) -> &'static str {
        let mut findings = self.findings.iter();
        if findings.all(|finding| finding.id.starts_with("rig.")) {
            "case"
        } else {
            "vector"
        }
    }

    /// Returns how an implementation compares with a client, and in what it differs.
    pub(super) fn likeness(&self, client: Client) -> String {
        let of = |verdicts: &[Verdict]| {
            let hits = self.findings.iter().filter(|finding| {
                finding
                    .clients
                    .get(&client)
                    .is_some_and(|verdict| verdicts.contains(verdict))
            });
            hits.count()
        };
        let all = of(&[Verdict::Pass, Verdict::Fail]);
        let others = self.differs_from(client);
        let same = all - others.len().min(all);
        let mut text = if all == 0 {
            format!("nothing to compare: no judged {} concerns it", self.unit())
        } else {
            format!("the same in {same} of {}", counted(all as u64, self.unit()))
        };
        if !others.is_empty() {
            let names: Vec<_> = others.iter().map(String::as_str).collect();
            text += &format!("; otherwise in {}", listed(&names, 5));
        }
        match of(&[Verdict::Blocked, Verdict::Error]) {
            0 => {}
            count => text += &format!("; {count} could not be judged"),
        }
        text
    }
}
