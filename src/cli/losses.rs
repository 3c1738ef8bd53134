//! `losses`: what is lost from one client to another.

use super::output::print;
use super::{Complaint, Ended};
use crate::clients::{Reader, Writer};
use crate::report::LossTable;
use clap::{Args, ValueEnum};

/// Arguments of `losses`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The form of the table
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The releases that wrote the backup, as `android-5.3`; `all` for every one [default: the newest of each client]
    #[arg(long, value_name = "RELEASES")]
    from: Option<String>,
    /// The releases that restore it, as `ios-7.0.0`; `all` for every one [default: the newest of each client]
    #[arg(long, value_name = "RELEASES")]
    to: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A line a field, then the reasons.
    Text,
    /// The same as Markdown.
    Markdown,
    /// Everything about every loss.
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let writers = chosen(
        "--from",
        arguments.from.as_deref(),
        Writer::ALL,
        &Writer::NEWEST,
        |each| each.id(),
    )?;
    let readers = chosen(
        "--to",
        arguments.to.as_deref(),
        Reader::ALL,
        &Reader::NEWEST,
        |each| each.id(),
    )?;
    let table = LossTable::of(&writers, &readers);
    let text = match arguments.format {
        Format::Text => table.to_text(),
        Format::Markdown => table.to_markdown(),
        // Plain strings: this cannot fail.
        Format::Json => serde_json::to_string_pretty(&table.to_json()).unwrap_or_default() + "\n",
    };
    print(&text)?;
    Ok(super::Exit::Conforms)
}

/// The releases of this name: one, or every one, or the newest.
fn chosen<T: Copy>(
    option: &str,
    name: Option<&str>,
    all: &[T],
    newest: &[T],
    id: fn(&T) -> &'static str,
) -> Result<Vec<T>, Complaint> {
    match name {
        None => Ok(newest.to_vec()),
        Some("all") => Ok(all.to_vec()),
        Some(name) => {
            let found = all.iter().copied().find(|each| id(each) == name);
            found.map(|found| vec![found]).ok_or_else(|| {
                let names: Vec<_> = all.iter().map(id).collect();
                Complaint::usage(format!(
                    "{option}: no releases are called `{}`; there are {}, and all",
                    name.escape_default(),
                    names.join(", ")
                ))
            })
        }
    }
}
