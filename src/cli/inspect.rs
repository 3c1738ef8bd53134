//! `inspect`: looks into a backup.

use super::Exit;
use super::credentials::{AccessArguments, environment, named_url, prompted, secret_line};
use super::ended::{Complaint, Ended};
use super::output::{print, tell, width};
use crate::inspect::{
    Fetched, Inspected, Inspection, Known, MOST_BYTES, NotFetched, Subject, fetch, hints, inspect,
};
use crate::report::{Style, blocks_page, inspection_blocks, inspection_text};
use crate::safe::Stage;
use crate::safe::keys::derive;
use crate::safe::{BackupPassword, DerivedKeys, ThreemaId};
use crate::wire::{Scrub, Secret, Seed, Session, Settings, Target};
use clap::Args;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a server may be silent. After a second try of three times as long, `inspect` gives up.
const SILENCE: Duration = Duration::from_secs(5);

/// Arguments of `inspect`.
#[derive(Args)]
#[command(after_help = super::examples::with(super::exit::HELP_OF_INSPECT, super::examples::INSPECT))]
#[expect(clippy::struct_excessive_bools, reason = "each is one option")]
pub(super) struct Arguments {
    /// The backup as a server stores it, or with --plain the document inside it
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Download the backup from this server, as Android does: the URL of the folder that holds
    /// `config` and `backups`. Nothing is written there. Without FILE and --from, SAFE_TARGET
    /// is used
    #[arg(long, value_name = "URL", conflicts_with_all = ["file", "plain"])]
    from: Option<String>,
    /// FILE is a document that is already decrypted and decompressed
    #[arg(long, requires = "file", conflicts_with_all = ["backup_password_file", "write_document"])]
    plain: bool,
    /// The Threema ID that the backup belongs to. The file does not contain it
    #[arg(long, value_name = "THREEMA-ID", required_unless_present = "plain")]
    id: Option<String>,
    /// A file whose first line is the Threema Safe password, not the server's (or
    /// SAFE_BACKUP_PASSWORD or SAFE_BACKUP_PASSWORD_FILE). Otherwise the program asks for it
    #[arg(long, value_name = "FILE")]
    backup_password_file: Option<PathBuf>,
    /// Show the nickname, the links, and the IDs and names of contacts, groups and lists
    #[arg(long)]
    show_names: bool,
    /// Write only JSON to standard output
    #[arg(long)]
    json: bool,
    /// Print one HTML file instead of text
    #[arg(long, conflicts_with = "json")]
    html: bool,
    /// Write the decrypted document to this new file, readable only by you. It contains the
    /// private key; anybody who has it can act as you
    #[arg(long, value_name = "FILE")]
    write_document: Option<PathBuf>,
    /// Show more: -v every change with its reason, -vv every exchange with the server, -vvv header
    /// fields as well
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(flatten)]
    access: AccessArguments,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    let (id, was_lower_case) = threema_id(arguments.id.as_deref())?;
    if let Some(file) = &arguments.write_document {
        refuse_to_overwrite(file)?;
    }
    let known = Known {
        id,
        config: None,
        show_names: arguments.show_names,
    };
    let mut scrub = Scrub::default();
    let inspected = match (id, arguments.plain) {
        (_, true) => {
            arguments.access.without_server()?;
            let bytes = read_bytes(arguments.file.as_deref().unwrap_or(Path::new("")))?;
            let looking =
                tokio::task::spawn_blocking(move || inspect(Subject::Document(&bytes), known));
            looking.await.map_err(|_| fault())?
        }
        (Some(id), false) => sealed(&arguments, id, was_lower_case, known, &mut scrub).await?,
        (None, false) => return Err(Complaint::usage("--id is missing")),
    };
    finish(&arguments, inspected, scrub, was_lower_case)
}

/// Opens a backup and looks into it.
async fn sealed(
    arguments: &Arguments,
    id: ThreemaId,
    was_lower_case: bool,
    mut known: Known,
    scrub: &mut Scrub,
) -> Result<Inspected, Complaint> {
    let source = source(arguments)?;
    let password = backup_password(arguments, id)?;
    scrub.add(password.expose());
    let password = BackupPassword::new(password.expose().to_owned());
    let hints = hints(&password, was_lower_case);
    let keys = tokio::task::spawn_blocking(move || derive(&password, &id));
    let keys = keys.await.map_err(|_| fault())?;
    let mut notes = Vec::new();
    let body = match source {
        Source::Body(body) => body,
        Source::Server(target) => {
            let unused_proxy = super::proxy::unused(&target.base).map(|it| format!("{it}."));
            let session = session(*target, arguments.verbose)?;
            let fetched = fetch(&session, &keys.backup_id).await;
            scrub.add_all(&session.scrub());
            match fetched {
                Ok(Fetched {
                    body,
                    config,
                    notes: said,
                }) => {
                    known.config = Some(config);
                    notes = said;
                    body
                }
                Err(NotFetched {
                    mut stopped,
                    may_be_elsewhere,
                }) => {
                    if may_be_elsewhere {
                        stopped.hints.extend(hints);
                    }
                    if matches!(stopped.stage, Stage::Resolve | Stage::Connect) {
                        stopped.hints.extend(unused_proxy);
                    }
                    let mut inspection = Inspection::not_fetched(known.id, stopped);
                    inspection.is_shut_out = session.halted().is_some();
                    return Ok(Inspected {
                        inspection,
                        document: None,
                        secrets: Scrub::default(),
                    });
                }
            }
        }
    };
    let looking = tokio::task::spawn_blocking(move || {
        let DerivedKeys {
            encryption_key: key,
            ..
        } = keys;
        inspect(
            Subject::Body {
                bytes: &body,
                key: &key,
            },
            known,
        )
    });
    let mut inspected = looking.await.map_err(|_| fault())?;
    inspected.inspection.notes.extend(notes);
    // A hint says that this is no backup: the password does not matter.
    if let Some(stopped) = &mut inspected.inspection.failure
        && stopped.stage == Stage::Open
        && stopped.hints.is_empty()
    {
        stopped.hints.extend(hints);
    }
    Ok(inspected)
}

/// Where the body comes from.
enum Source {
    Body(Vec<u8>),
    Server(Box<Target>),
}

fn source(arguments: &Arguments) -> Result<Source, Complaint> {
    if let Some(file) = &arguments.file {
        let typed = file.to_string_lossy();
        if typed.contains("://") && !file.exists() {
            // A URL may hold a password.
            return Err(Complaint::usage(
                "the file to inspect is a URL; give it with --from to download the backup",
            ));
        }
        arguments.access.without_server()?;
        return read_bytes(file).map(Source::Body);
    }
    let url = named_url(arguments.from.as_deref())?.ok_or_else(|| {
        Complaint::usage(
            "no backup was named; expected a downloaded file, or --from URL to download it (or SAFE_TARGET)",
        )
    })?;
    let target = arguments.access.target(&url, true)?;
    Ok(Source::Server(Box::new(target)))
}

fn session(target: Target, verbose: u8) -> Result<Session, Complaint> {
    let mut settings = Settings::new(Seed::new(0));
    // A person waits, and only two requests are sent.
    settings.timeout = SILENCE;
    if verbose > 1 {
        settings.trace = Some(Arc::new(move |level, line: &str| {
            if level <= verbose {
                tell(&format!("{line}\n"));
            }
        }));
    }
    Session::live(target, settings, None).map_err(|error| Complaint::usage(error.to_string()))
}

/// Returns the ID in upper case, as the screens of both mobile apps convert it, and whether it was
/// typed differently.
///
/// Source: clause 1.4; clients.password.salt.
fn threema_id(typed: Option<&str>) -> Result<(Option<ThreemaId>, bool), Complaint> {
    let Some(typed) = typed else {
        return Ok((None, false));
    };
    let upper = typed.trim().to_ascii_uppercase();
    let id = ThreemaId::parse(&upper)
        .map_err(|error| Complaint::usage(format!("--id: {error}, for example ECHOECHO")))?;
    Ok((Some(id), upper != typed))
}

/// Returns the password of the backup: from a file, the environment or a prompt.
fn backup_password(arguments: &Arguments, id: ThreemaId) -> Result<Secret, Complaint> {
    if let Some(file) = &arguments.backup_password_file {
        return secret_line(file, "the file of the backup's password");
    }
    if let Some(password) = environment("SAFE_BACKUP_PASSWORD")? {
        return Ok(Secret::new(password));
    }
    if let Some(file) = environment("SAFE_BACKUP_PASSWORD_FILE")? {
        let what = "the file that SAFE_BACKUP_PASSWORD_FILE names";
        return secret_line(Path::new(&file), what);
    }
    let typed = prompted(&format!("Password of the Threema Safe backup of {id}: "))?;
    typed.ok_or_else(|| {
        Complaint::usage(
            "the password of the backup is missing; give --backup-password-file FILE or set SAFE_BACKUP_PASSWORD",
        )
    })
}

/// Reads a backup or document, and one byte more than the limit, to detect that it is too large.
fn read_bytes(file: &Path) -> Result<Vec<u8>, Complaint> {
    let complaint = |error: std::io::Error| {
        Complaint::usage(format!("failed to read `{}`: {error}", file.display()))
    };
    let opened = File::open(file).map_err(complaint)?;
    let mut bytes = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    opened
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(complaint)?;
    Ok(bytes)
}

fn refuse_to_overwrite(file: &Path) -> Result<(), Complaint> {
    if file.symlink_metadata().is_ok() {
        return Err(Complaint::usage(format!(
            "`{}` exists already; --write-document needs the name of a new file",
            file.display()
        )));
    }
    Ok(())
}

/// Writes the document to a new file that only its owner may read.
fn write_document(file: &Path, document: &[u8]) -> Result<(), Complaint> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut opened| {
        opened.write_all(document)?;
        opened.sync_all()
    });
    written.map_err(|error| Complaint {
        exit: Exit::Incomplete,
        sentence: format!("failed to write the document `{}`: {error}", file.display()),
    })
}

/// Prints the result without any secret, and writes the document if that was asked for.
fn finish(
    arguments: &Arguments,
    inspected: Inspected,
    mut scrub: Scrub,
    was_lower_case: bool,
) -> Ended {
    let Inspected {
        mut inspection,
        document,
        secrets,
    } = inspected;
    scrub.add_all(&secrets);
    if let (true, Some(id)) = (was_lower_case, &inspection.id) {
        inspection.notes.push(format!(
            "The ID was read as {id}, because both apps convert it to upper case."
        ));
    }
    inspection.clean(&scrub);
    if let Some(file) = &arguments.write_document {
        match &document {
            Some(document) => {
                write_document(file, document)?;
                tell(&format!(
                    "The decrypted document is in `{}`. It contains the private key.\n",
                    file.display()
                ));
            }
            None => tell("The backup could not be opened, so no document was written.\n"),
        }
    }
    let own_words = scrub.of_own_words();
    let ending = inspection.ending();
    if arguments.json {
        print(&own_words.text(&inspection.to_json()))?;
    } else if arguments.html {
        let blocks = inspection_blocks(&inspection);
        let page = blocks_page("Threema Safe: what is in this backup?", &blocks);
        print(&own_words.text(&page))?;
    } else {
        let style = Style {
            width: width(),
            verbose: arguments.verbose > 0,
            all: true,
        };
        let text = inspection_text(&inspection, style);
        let last = crate::text::printable(&ending.last_line());
        print(&own_words.text(&format!("{text}{last}\n")))?;
    }
    Ok(ending.exit)
}

fn fault() -> Complaint {
    Complaint {
        exit: Exit::Incomplete,
        sentence: "the inspection failed because of a defect in this program".to_owned(),
    }
}
