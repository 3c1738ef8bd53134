//! `list`: every check of a server, or of an implementation.

use super::ended::Ended;
use super::output::{print, width};
use crate::engine::{Check, Context, Facet as _};
use crate::manual;
use crate::suites::client::{self, Like, rig};
use crate::suites::{kept, server};
use crate::text::{labelled, wrapped};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// The width of the columns before the title.
const COLUMNS: usize = 71;

/// Arguments of `list`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The format of the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List the checks of an implementation, as `client` runs them
    #[arg(long)]
    client: bool,
    /// List the cases and checks of a running client, as `rig` runs them
    #[arg(long, conflicts_with = "client")]
    rig: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Each check with its level, its clients and its requirement.
    Text,
    /// Everything about every check.
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    print(&if arguments.rig {
        listed(arguments.format, rig::checks(Like::Anyone).iter())
    } else if arguments.client {
        listed(arguments.format, client::checks(Like::Anyone).iter())
    } else {
        listed_with_kept(arguments.format)
    })?;
    Ok(super::Exit::Conforms)
}

/// Returns the checks of a server, including the one that `retention verify` uses.
fn listed_with_kept(format: Format) -> String {
    let kept = kept::CHECKS.iter();
    match format {
        Format::Text => text(server::checks()) + &text(kept),
        Format::Json => json_of(server::checks().map(as_json).chain(kept.map(as_json))),
    }
}

fn json_of(checks: impl Iterator<Item = Value>) -> String {
    // Strings always serialize.
    serde_json::to_string_pretty(&checks.collect::<Vec<_>>()).unwrap_or_default() + "\n"
}

fn listed<C: Context>(format: Format, checks: impl Iterator<Item = &'static Check<C>>) -> String {
    match format {
        Format::Text => text(checks),
        Format::Json => json_of(checks.map(as_json)),
    }
}

fn text<C: Context>(checks: impl Iterator<Item = &'static Check<C>>) -> String {
    let mut out = String::new();
    for check in checks {
        let columns = format!(
            "{:<34} {:<13} {:<21} ",
            check.id,
            check.level,
            if check.clients.is_empty() {
                "no client".to_owned()
            } else {
                check.clients.to_string()
            }
        );
        let width = width();
        // On a narrow terminal the title goes on the next line.
        out += &if width > COLUMNS + 30 {
            labelled(&columns, check.title.trim(), COLUMNS, width)
        } else {
            let level = format!("{}, {}", check.level, check.clients);
            format!(
                "{}\n{}{}",
                check.id,
                wrapped(&level, 4, width),
                wrapped(check.title.trim(), 4, width)
            )
        };
    }
    out
}

/// Returns everything about a check.
fn as_json<C: Context>(check: &Check<C>) -> Value {
    json!({
        "id": check.id,
        "title": check.title.trim(),
        "clause": check.clause.number,
        "clause_title": manual::clause(check.clause).title,
        "source": manual::clause(check.clause).source,
        "level": check.level,
        "clients": check.clients.iter().collect::<Vec<_>>(),
        "breaks": check.breaks.iter().collect::<Vec<_>>(),
        "variants": check.variants.iter().map(|facet| facet.label()).collect::<Vec<_>>(),
        "needs": check.needs,
        "effect": check.effect,
        "expected": check.expected,
        "remedy": check.remedy,
    })
}
