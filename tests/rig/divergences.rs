//! What tells the published clients apart is found by the rig: each case in which they do not do
//! the same.

use crate::client::{Published, act};
use crate::{runtime, without_vectors, world};
use libtest_mimic::Failed;
use safe_conformance::report::Matrix;
use safe_conformance::{Rig, RigRunError};
use std::fmt::Write as _;

/// The least number of cases in which the published clients differ.
const LEAST: usize = 20;

pub fn found() -> Result<(), Failed> {
    let published = [
        (Published::Android61, "Android 6.1"),
        (Published::Android64, "Android 6.4"),
        (Published::Ios71, "iOS 7.1"),
        (Published::Ios72, "iOS 7.2"),
        (Published::Desktop, "Desktop"),
    ];
    let running = published.map(|(client, name)| async move {
        let rig = without_vectors(Rig::new().acting_for(world())).only("rig.config");
        let report = rig.run(move |task| act(client, None, task)).await?;
        Ok::<_, RigRunError>((name.to_owned(), report))
    });
    let reports = runtime().block_on(futures_util::future::try_join_all(running))?;
    let matrix = Matrix::new(&reports);
    let (mut text, mut count) = (String::new(), 0);
    for row in matrix.differing() {
        let mut said: Vec<(String, Vec<&str>)> = Vec::new();
        for ((name, _), cell) in reports.iter().zip(&row.cells) {
            let Some(cell) = cell.as_ref().filter(|cell| cell.verdict.is_judged()) else {
                continue;
            };
            let observed = cell.observed.split(", ").next().unwrap_or_default();
            let is_count = observed.ends_with(" looked at") || observed.ends_with(" uploads");
            let observed = if is_count {
                "as it should be"
            } else {
                observed
            }
            .to_owned();
            match said.iter_mut().find(|(known, _)| *known == observed) {
                Some((_, names)) => names.push(name),
                None => said.push((observed, vec![name])),
            }
        }
        if said.len() > 1 {
            count += 1;
            writeln!(text, "{}", row.name)?;
            for (observed, names) in said {
                writeln!(text, "    {}: {observed}", names.join(", "))?;
            }
        }
    }
    insta::assert_snapshot!("divergences", text);
    if count >= LEAST {
        Ok(())
    } else {
        Err(format!("{count} cases in which the published clients differ").into())
    }
}
