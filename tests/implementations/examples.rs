//! The two adapters that are examples, and their own conformance.

use crate::left_to_ci::left_to_ci;
use crate::missing::skipped;
use crate::tools;
use libtest_mimic::{Completion, Failed, Trial};
use safe_conformance::ClientCheckup;
use safe_conformance::adapter::Limits;
use safe_conformance::engine::Verdict;
use safe_conformance::report::Report;
use safe_conformance::safe::Client;
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub fn trials() -> Vec<Trial> {
    let python = || {
        let python = tools::python()?;
        Ok(format!(
            "'{}' vectors/adapters/adapter.py",
            python.display()
        ))
    };
    let node = || {
        let packages = tools::node_packages()?;
        Ok(format!(
            "node vectors/adapters/adapter.mjs '{}'",
            packages.display()
        ))
    };
    vec![
        left_to_ci(Trial::ignorable_test("examples/python", move || {
            example("python", &python())
        })),
        left_to_ci(Trial::ignorable_test("examples/node", move || {
            example("node", &node())
        })),
    ]
}

fn example(name: &str, command: &Result<String, &str>) -> Result<Completion, Failed> {
    let command = match command {
        Ok(command) => command,
        Err(why) => {
            return skipped((*why).to_owned());
        }
    };
    let folder = env!("CARGO_MANIFEST_DIR");
    let mut checkup = ClientCheckup::new(format!("cd '{folder}' && exec {command}"));
    checkup = checkup.jobs(2);
    checkup = checkup.limits(Limits {
        answer: std::time::Duration::from_secs(60),
        ..Limits::default()
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(checkup.run())?;
    if !report.passed() {
        return Err(Failed::from(report.to_string()));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(format!("{name}_adapter"), summary(&report));
    });
    Ok(Completion::Completed)
}

/// What is not a plain pass, and how many findings of each kind there are.
fn summary(report: &Report) -> String {
    let mut out = String::new();
    for client in Client::ALL {
        let differing = report.differs_from(client).len();
        let _ = writeln!(out, "{client}: otherwise in {differing}");
    }
    for (verdict, count) in &report.summary {
        let _ = writeln!(out, "{verdict}: {count}");
    }
    // Named by what was seen, without what a library says: that differs from release to release.
    let mut found: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for finding in &report.findings {
        let observed = match (
            finding.observed.split_once(" ("),
            finding.observed.rsplit_once("), as "),
        ) {
            (Some((what, _)), Some((_, whose))) => format!("{what}, as {whose}"),
            _ => finding.observed.clone(),
        };
        if finding.verdict != Verdict::Pass || observed.contains(", as ") {
            found
                .entry((finding.verdict.key(), observed))
                .or_default()
                .push(&finding.id);
        }
    }
    for ((verdict, observed), ids) in found {
        let ids = if observed.starts_with("the adapter does not have") {
            format!("{} of them", ids.len())
        } else {
            ids.join("\n  ")
        };
        let _ = writeln!(out, "\n{verdict}: {observed}\n  {ids}");
    }
    out
}
