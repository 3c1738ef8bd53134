//! What tells the published clients apart is found by the rig: each case in which they do not do
//! the same, under the fact of the manual that it shows.

use crate::client::{Published, act_or_break};
use crate::{facts, runtime, without_ids, without_vectors, world};
use libtest_mimic::Failed;
use safe_conformance::manual;
use safe_conformance::report::{Matrix, Row};
use safe_conformance::{Rig, RigRunError};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The least number of published divergences that are found.
const LEAST: usize = 20;

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
        let rig = without_vectors(Rig::new().acting_for(world()));
        let rig = rig.only("rig.config").only("rig.payload");
        let report = rig
            .run(move |task| act_or_break(client, None, task))
            .await?;
        Ok::<_, RigRunError>((name.to_owned(), report))
    });
    let reports = runtime().block_on(futures_util::future::try_join_all(running))?;
    let matrix = Matrix::new(&reports);
    let mut by_fact: BTreeMap<&str, String> = BTreeMap::new();
    for row in matrix.differing() {
        let said = said(row);
        if said.len() < 2 {
            continue;
        }
        let fact = facts::of(&row.name);
        let fact = fact.ok_or_else(|| format!("no fact is behind `{}`", row.name))?;
        let text = by_fact.entry(fact).or_default();
        writeln!(text, "    {}", row.name)?;
        for (observed, names) in said {
            writeln!(text, "        {}: {observed}", names.join(", "))?;
        }
    }
    let unknown = by_fact.keys().find(|fact| manual::fact(fact).is_none());
    if let Some(unknown) = unknown {
        return Err(format!("`{unknown}` is no fact of the manual").into());
    }
    let all = by_fact.iter();
    let text: String = all.map(|(fact, text)| format!("{fact}\n{text}")).collect();
    insta::assert_snapshot!("divergences", text);
    let is_divergence = |fact: &&&str| fact.starts_with("clients.divergence.");
    let count = by_fact.keys().filter(is_divergence).count();
    if count >= LEAST {
        Ok(())
    } else {
        Err(format!("{count} of the published divergences are found").into())
    }
}

/// What was seen of the clients that were judged, and of which.
fn said(row: &Row) -> Vec<(String, Vec<&'static str>)> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for ((_, name), cell) in PUBLISHED.iter().zip(&row.cells) {
        let Some(cell) = cell.as_ref().filter(|cell| cell.verdict.is_judged()) else {
            continue;
        };
        let observed = what(&cell.observed);
        match said.iter_mut().find(|(known, _)| *known == observed) {
            Some((_, names)) => names.push(name),
            None => said.push((observed, vec![name])),
        }
    }
    said
}

/// What was seen, without how often and where.
fn what(observed: &str) -> String {
    let observed = observed.split(", in `rig.").next().unwrap_or_default();
    match observed.split_once(" looked at") {
        Some((_, more)) => format!("as it should be{more}"),
        None if observed.ends_with(" of its own") => "as it should be".to_owned(),
        None => without_ids(observed),
    }
}
