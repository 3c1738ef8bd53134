//! `explain`: one check, or one fault of the embedded server, for people.

use super::output::print;
use super::{Complaint, Ended};
use crate::engine::{Facet as _, nearest};
use crate::reference::Fault;
use crate::suites::server::{self, ServerCheck};
use clap::Args;
use std::fmt::Write as _;

/// Arguments of `explain`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The ID of a check, as a report or `list` shows it, or the name of a fault
    id: String,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let id = arguments.id.split('[').next().unwrap_or_default();
    if let Some(check) = server::checks().find(|check| check.id == id) {
        print(&of_check(check))?;
    } else if let Ok(fault) = id.parse::<Fault>() {
        print(&format!(
            "Fault {}: {}\n",
            fault.name(),
            fault.explanation()
        ))?;
    } else {
        let known = server::checks()
            .map(|check| check.id)
            .chain(Fault::ALL.iter().map(|fault| fault.name()));
        let suggestion = nearest(id, known)
            .map(|id| format!(", did you mean `{id}`?"))
            .unwrap_or_default();
        return Err(Complaint::usage(format!(
            "there is no check or fault `{id}`{suggestion}"
        )));
    }
    Ok(super::Exit::Conforms)
}

fn of_check(check: &ServerCheck) -> String {
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        // Writing to memory cannot fail.
        let _ = writeln!(out, "{label:<10} {text}");
    };
    line(check.id, "");
    line("", check.title.trim());
    line(
        "clause",
        &format!("{}, {}", check.clause.number, check.clause.title),
    );
    line("source", check.clause.source);
    line("level", &check.level.to_string());
    line("hurts", &check.clients.to_string());
    line("expected", check.expected);
    line("do this", check.remedy);
    line("effect", &check.effect.to_string());
    if !check.needs.is_empty() {
        line("needs", &check.needs.join(", "));
    }
    let variants: Vec<_> = check
        .variants
        .iter()
        .map(|facet| facet.label())
        .filter(|label| !label.is_empty())
        .collect();
    if !variants.is_empty() {
        line("variants", &variants.join(", "));
    }
    out
}
