//! `losses`: shows what is lost when one client restores the backup of another.

use super::ended::{Complaint, Ended};
use super::output::{print, width};
use crate::clients::release::{Aspect, UnknownRelease};
use crate::clients::{Origin, Release};
use crate::engine::{did_you_mean, meant};
use crate::report::LossTable;
use clap::{Args, ValueEnum};

/// Arguments of `losses`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The format of the table
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The release that wrote the backup: any published version, such as `android-5.8`, or
    /// `android` for the newest; `all` for every release that differs [default: the newest of each
    /// client]
    #[arg(long, value_name = "RELEASE")]
    from: Option<String>,
    /// The release that restores it: any published version, such as `ios-7.1.1`, or `ios` for the
    /// newest; `all` for every release that differs [default: the newest of each client]
    #[arg(long, value_name = "RELEASE")]
    to: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One line per field, then the reasons.
    Text,
    /// The same as Markdown.
    Markdown,
    /// Everything about every loss.
    Json,
    /// One HTML file.
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let from = match arguments.from.as_deref() {
        None => Origin::newest().to_vec(),
        Some("all") => Origin::all(),
        Some(name) => vec![named("--from", Origin::named(name))?],
    };
    let to = match arguments.to.as_deref() {
        None => Release::newest_of_each().to_vec(),
        Some("all") => Release::distinct(Aspect::Reading).collect(),
        Some(name) => vec![named("--to", Release::named(name))?],
    };
    if let Some(origin) = from.iter().find(|origin| !origin.writes()) {
        return Err(Complaint::usage(format!(
            "--from: {} never writes a backup",
            origin.client()
        )));
    }
    let table = LossTable::of(&from, &to);
    let text = match arguments.format {
        Format::Text => table.to_text(width()),
        Format::Markdown => table.to_markdown(),
        Format::Html => table.to_html(),
        // Strings always serialize.
        Format::Json => serde_json::to_string_pretty(&table.to_json()).unwrap_or_default() + "\n",
    };
    print(&text)?;
    Ok(super::Exit::Conforms)
}

fn named<T>(option: &str, release: Result<T, UnknownRelease>) -> Result<T, Complaint> {
    release.map_err(|error| {
        let sentence = match &error {
            UnknownRelease::Client { name } => match meant(name, ["all"].into_iter()) {
                all if all.is_empty() => error.to_string(),
                all => format!("no client is called `{name}`{}", did_you_mean(&all)),
            },
            _ => error.to_string(),
        };
        Complaint::usage(format!("{option}: {sentence}"))
    })
}
