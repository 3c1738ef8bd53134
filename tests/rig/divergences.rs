//! The rig finds the differences between the published clients: each case in which they behave
//! differently, under the fact of the manual that it shows.

use crate::client::{Published, act_or_break};
use crate::{facts, rig, runtime, without_ids, without_vectors};
use libtest_mimic::Failed;
use safe_conformance::RigRunError;
use safe_conformance::engine::{Finding, Verdict};
use safe_conformance::manual;
use safe_conformance::report::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The least number of published divergences that are found.
const LEAST: usize = 20;

/// The other divergences, and why the rig cannot show them.
const NOT_FOUND: [(&str, &str); 6] = [
    (
        "clients.divergence.nul-in-password",
        "no variable of an environment holds a NUL",
    ),
    (
        "clients.divergence.overwrite-after-restore",
        "the upload comes of itself, seconds after the restore has ended",
    ),
    (
        "clients.divergence.percent-encoded-login",
        "the login is given beside the URL, never in it",
    ),
    (
        "clients.divergence.placeholder",
        "the URL of a case holds no placeholder",
    ),
    ("clients.divergence.retention", "it shows after 180 days"),
    (
        "clients.divergence.too-large",
        "the message on the phone differs, and no request",
    ),
];

const PUBLISHED: [(Published, &str); 8] = [
    (Published::Android52, "Android 5.2"),
    (Published::Android58, "Android 5.8"),
    (Published::Android61, "Android 6.1"),
    (Published::Android64, "Android 6.4"),
    (Published::Ios70, "iOS 7.0"),
    (Published::Ios71, "iOS 7.1"),
    (Published::Ios72, "iOS 7.2"),
    (Published::Desktop, "Desktop"),
];

pub fn found() -> Result<(), Failed> {
    let running = PUBLISHED.map(|(client, name)| async move {
        let (rig, _folder) = rig();
        let rig = without_vectors(rig).only("rig.config").only("rig.payload");
        let report = rig
            .run(move |task| act_or_break(client, None, task))
            .await?;
        Ok::<_, RigRunError>((name.to_owned(), report))
    });
    let reports = runtime().block_on(futures_util::future::try_join_all(running))?;
    let names: BTreeSet<&str> = reports
        .iter()
        .flat_map(|(_, report)| report.findings.iter().map(|finding| finding.id.as_str()))
        .collect();
    let unused = facts::without_case(names.iter().copied());
    if !unused.is_empty() {
        return Err(format!("no case is called like {unused:?}").into());
    }
    let mut by_fact: BTreeMap<&str, String> = BTreeMap::new();
    for case in names {
        let said = said(case, &reports);
        if said.len() < 2 {
            continue;
        }
        let fact = facts::of(case);
        let fact = fact.ok_or_else(|| format!("no fact is behind `{case}`"))?;
        let text = by_fact.entry(fact).or_default();
        writeln!(text, "    {case}")?;
        for (observed, names) in said {
            writeln!(text, "        {}: {observed}", names.join(", "))?;
        }
    }
    let unknown = by_fact.keys().find(|fact| manual::fact(fact).is_none());
    if let Some(unknown) = unknown {
        return Err(format!("`{unknown}` is no fact of the manual").into());
    }
    let mut text = String::new();
    for (fact, cases) in &by_fact {
        write!(text, "{fact}\n{cases}")?;
    }
    insta::assert_snapshot!("divergences", text);
    for fact in manual::under("clients.divergence") {
        let why = NOT_FOUND.iter().find(|(known, _)| *known == fact.id);
        match (by_fact.contains_key(fact.id), why) {
            (true, None) | (false, Some(_)) => {}
            (true, Some((_, why))) => {
                return Err(format!("`{}` is found, although {why}", fact.id).into());
            }
            (false, None) => return Err(format!("`{}` is not found", fact.id).into()),
        }
    }
    let is_divergence = |fact: &&&str| fact.starts_with("clients.divergence.");
    let count = by_fact.keys().filter(is_divergence).count();
    if count >= LEAST {
        Ok(())
    } else {
        Err(format!("{count} of the published divergences are found").into())
    }
}

/// The observations of the judged clients, each with its clients.
fn said<'a>(case: &str, reports: &'a [(String, Report)]) -> Vec<(String, Vec<&'a str>)> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for (name, report) in reports {
        let finding = report.findings.iter().find(|finding| finding.id == case);
        let Some(finding) = finding.filter(|finding| finding.verdict.is_judged()) else {
            continue;
        };
        let observed = format!("{}{}", what(&finding.observed), whose(finding));
        match said.iter_mut().find(|(known, _)| *known == observed) {
            Some((_, names)) => names.push(name),
            None => said.push((observed, vec![name])),
        }
    }
    said
}

/// The client that behaves this way, if the newest releases differ.
fn whose(finding: &Finding) -> String {
    let of = |wanted: Verdict| {
        let clients = finding.clients.iter();
        let clients = clients.filter(move |(_, verdict)| **verdict == wanted);
        clients.map(|(client, _)| client.name()).collect::<Vec<_>>()
    };
    let (same, other) = (of(Verdict::Pass), of(Verdict::Fail));
    if same.is_empty() || other.is_empty() {
        return String::new();
    }
    format!(
        ", as {} and not {}",
        same.join(" and "),
        other.join(" and ")
    )
}

/// The observation without counts and places.
fn what(observed: &str) -> String {
    let observed = observed.split(", in `rig.").next().unwrap_or_default();
    match observed.split_once(" looked at") {
        Some((_, more)) => format!("as it should be{more}"),
        None if observed.ends_with(" with its own nonce") => "as it should be".to_owned(),
        None => without_ids(observed),
    }
}
