//! `vectors`: lists, exports or lints the known-answer vectors.

use super::Exit;
use super::ended::{Complaint, Ended, unwritable};
use super::output::print;
use crate::manual::DOCUMENTS;
use crate::vectors::{self, FILES, File, SUBJECTS};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest file under `vectors/` that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// Arguments of `vectors`.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the IDs, one per line.
    List,
    /// Write the vectors, their schemas, their README and the facts of the manual into a folder.
    Export {
        /// The folder; it is created if needed, and files with the same names are replaced
        folder: PathBuf,
    },
    /// Check the files of a checkout: form, schema, IDs, and that the generator reproduces them
    /// byte for byte.
    Lint {
        /// The folder of the vectors
        #[arg(default_value = "vectors")]
        folder: PathBuf,
        /// The folder that `generate/setup.sh` has installed
        #[arg(long, value_name = "FOLDER", default_value = "target/vectors")]
        tools: PathBuf,
        /// Skip the part that needs Node and Java: regenerating the vectors
        #[arg(long)]
        no_regenerate: bool,
    },
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    match &arguments.command {
        Action::List => {
            let ids = vectors::all()
                .iter()
                .flat_map(File::vectors)
                .map(|(_, vector)| format!("{}\n", vector.id));
            print(&ids.collect::<String>())?;
            Ok(Exit::Conforms)
        }
        Action::Export { folder } => export(folder),
        Action::Lint {
            folder,
            tools,
            no_regenerate,
        } => lint(folder, tools, *no_regenerate),
    }
}

fn export(folder: &Path) -> Ended {
    let create = |folder: &Path| {
        std::fs::create_dir_all(folder).map_err(|error| unwritable("create", folder, &error))
    };
    create(folder)?;
    let facts = DOCUMENTS
        .iter()
        .map(|(name, text)| (format!("manual/{name}"), *text));
    let files: Vec<_> = FILES
        .iter()
        .map(|(name, text)| ((*name).to_owned(), *text))
        .chain(facts)
        .collect();
    for (name, text) in &files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            create(parent)?;
        }
        std::fs::write(&path, text).map_err(|error| unwritable("write", &path, &error))?;
    }
    print(&format!(
        "{} in {}\n",
        crate::text::counted(files.len() as u64, "file"),
        folder.display()
    ))?;
    Ok(Exit::Conforms)
}

/// Reads every file as strictly as the runner does, then runs the linter that lives beside them.
fn lint(folder: &Path, tools: &Path, no_regenerate: bool) -> Ended {
    let linter = folder.join("lint.py");
    if !linter.is_file() {
        return Err(Complaint::usage(format!(
            "`{}` does not exist; run this in a checkout, or name its folder of vectors",
            linter.display()
        )));
    }
    for subject in SUBJECTS {
        let name = format!("{subject}.json");
        let text = super::credentials::read_at_most(&folder.join(&name), "the vectors", LONGEST)?;
        File::parse(&name, &text).map_err(|error| Complaint {
            exit: Exit::Deviates,
            sentence: error.to_string(),
        })?;
    }
    let installed = tools.join("python/bin/python");
    let python = if installed.is_file() {
        installed
    } else {
        PathBuf::from("python3")
    };
    let mut command = Command::new(&python);
    command.arg(&linter).arg("--tools").arg(tools);
    if no_regenerate {
        command.arg("--no-regenerate");
    }
    let status = command.status().map_err(|error| Complaint {
        exit: Exit::Incomplete,
        sentence: format!("failed to start `{}`: {error}", python.display()),
    })?;
    match status.code() {
        Some(0) => Ok(Exit::Conforms),
        Some(1) => Ok(Exit::Deviates),
        _ => Ok(Exit::Incomplete),
    }
}
