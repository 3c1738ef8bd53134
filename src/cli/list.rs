//! `list`: every check.

use super::Ended;
use super::output::print;
use crate::engine::Facet as _;
use crate::suites::server::{self, ServerCheck};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::fmt::Write as _;

/// Arguments of `list`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A line a check.
    Text,
    /// Everything about every check.
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let text = match arguments.format {
        Format::Text => text(),
        Format::Json => {
            let checks: Vec<_> = server::checks().map(as_json).collect();
            // Plain strings: this cannot fail.
            serde_json::to_string_pretty(&checks).unwrap_or_default() + "\n"
        }
    };
    print(&text)?;
    Ok(super::Exit::Conforms)
}

fn text() -> String {
    let mut out = String::new();
    for check in server::checks() {
        // Writing to memory cannot fail.
        let _ = writeln!(
            out,
            "{:<34} {:<13} {:<21} {}",
            check.id,
            check.level,
            check.clients.to_string(),
            check.title.trim()
        );
    }
    out
}

/// Everything about a check.
pub(super) fn as_json(check: &ServerCheck) -> serde_json::Value {
    json!({
        "id": check.id,
        "title": check.title.trim(),
        "clause": check.clause.number,
        "clause_title": check.clause.title,
        "source": check.clause.source,
        "level": check.level,
        "clients": check.clients.iter().collect::<Vec<_>>(),
        "variants": check.variants.iter().map(|facet| facet.label()).collect::<Vec<_>>(),
        "needs": check.needs,
        "effect": check.effect,
        "expected": check.expected,
        "remedy": check.remedy,
    })
}
