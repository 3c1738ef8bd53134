//! One backup: who wrote it, what it holds, what breaks the format, what each client restores. No
//! printing.
//!
//! The bytes may come from an attacker. Size, depth and number of values are limited before
//! anything else happens, and none of their text can control a terminal. No answer contains the
//! private key or a password.

mod any_id;
mod contents;
mod difference;
mod fetch;
mod hints;
mod mistaken;
mod names;
mod nouns;
mod packing;
mod preview;
mod stopped;
#[cfg(test)]
mod tests;
mod wire_size;
mod writer;

pub use contents::{Contacts, Contents, Groups, Links, Picture, Settings, Visibility};
pub use fetch::{Configs, Fetched, NotFetched, fetch};
pub use hints::hints;
pub use names::Names;
pub use packing::{Packing, Shape};
pub use preview::{Detail, Overwrite, Preview, Result, Tally};
pub use stopped::{MOST_BYTES, Stopped};
pub use wire_size::{SizeOnWire, Uploads};
pub use writer::Authorship;

use mistaken::Mistaken;

use crate::engine::ClientVerdict;
use crate::safe::backup::{Backup, Deviations, Wrong};
use crate::safe::envelope::{self, EnvelopeError};
use crate::safe::json::{Document, JsonError, Limits, Reason, locate};
use crate::safe::{Client, Stage};
use crate::safe::{EncryptionKey, ThreemaId};
use crate::wire::Scrub;
use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The limits within which a document is inspected, equal to those of the readers. They allow more
/// than 13,000 contacts.
const LIMITS: Limits = Limits {
    bytes: MOST_BYTES,
    values: 200_000,
    depth: 128,
};

/// The clients by which a backup is judged. Desktop no longer restores, and never did without the
/// key of a device group: its result is shown, but decides nothing.
///
/// Source: clients.releases.desktop, clients.read.device-group-key.
const JUDGES: [Client; 2] = [Client::Android, Client::Ios];

/// What to inspect.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A body from a server, and the key that opens it.
    Body {
        /// The body.
        bytes: &'a [u8],
        /// The key.
        key: &'a EncryptionKey,
    },
    /// A document that is already decrypted and unpacked.
    Document(&'a [u8]),
}

/// What is known in addition to the bytes.
#[derive(Clone, Copy, Default)]
pub struct Known {
    /// The ID to which the backup belongs.
    pub id: Option<ThreemaId>,
    /// The server's config, as Android and iOS read it; `None` for a client that cannot read it.
    pub config: Option<Configs>,
    /// Whether names may be shown.
    pub show_names: bool,
}

/// The result of an inspection. The field names of its JSON are a contract; its schema is
/// [`SCHEMA`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// The version of this form: 1.
    pub format: u32,
    /// `safe-conformance`.
    pub tool: &'static str,
    /// The version of the tool.
    pub version: &'static str,
    /// The ID to which the backup belongs, if it is known.
    pub id: Option<String>,
    /// The result.
    pub verdict: Verdict,
    /// Whether each client can restore from it.
    pub clients: BTreeMap<Client, ClientVerdict>,
    /// Where opening it failed, if there was no document to read.
    pub failure: Option<Stopped>,
    /// The size of the body, compared with the server's limit.
    pub size: Option<SizeOnWire>,
    /// The length of the document, in bytes.
    pub document_bytes: Option<u64>,
    /// How the document is compressed.
    pub packing: Option<Packing>,
    /// The writer of the document.
    pub writer: Option<Authorship>,
    /// The content.
    pub contents: Option<Contents>,
    /// The names, if they were requested.
    pub names: Option<Names>,
    /// What breaks the format.
    pub deviations: Vec<Broken>,
    /// The number of further deviations.
    pub more_deviations: usize,
    /// What the newest release of each client restores.
    pub previews: Vec<Preview>,
    /// The assumptions.
    pub assumptions: Vec<String>,
    /// Further notes.
    pub notes: Vec<String>,
    /// Whether the server refused the credentials, or limits or locks out this address.
    #[serde(skip)]
    pub is_shut_out: bool,
}

/// The verdict of an inspection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Android and iOS restore from it, and nothing in it breaks the format.
    Pass,
    /// One of them cannot restore from it, or something in it breaks the format.
    Fail,
    /// The inspection could not be completed.
    Incomplete,
    /// The result is not known for any of them.
    Unknown,
}

/// A deviation from the format.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Broken {
    /// The place in the document: `contacts[3].identity`; empty for the whole document.
    pub path: String,
    /// The line, from 1; for an absent value, the line of the nearest value around it.
    pub line: Option<usize>,
    /// The column, in bytes from 1.
    pub column: Option<usize>,
    /// The problem.
    pub says: String,
}

/// The JSON Schema of an inspection.
pub const SCHEMA: &str = include_str!("inspection.schema.json");

/// The result of an inspection, with the parts that must stay secret.
#[non_exhaustive]
pub struct Inspected {
    /// The result.
    pub inspection: Inspection,
    /// The document, decrypted and unpacked: a secret.
    pub document: Option<Zeroizing<Vec<u8>>>,
    /// The keys that were found, which are removed from all output.
    pub secrets: Scrub,
}

impl Inspection {
    fn new(id: Option<ThreemaId>) -> Self {
        Self {
            format: 1,
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            id: id.map(|id| id.to_string()),
            verdict: Verdict::Incomplete,
            clients: BTreeMap::new(),
            failure: None,
            size: None,
            document_bytes: None,
            packing: None,
            writer: None,
            contents: None,
            names: None,
            deviations: Vec::new(),
            more_deviations: 0,
            previews: Vec::new(),
            assumptions: Vec::new(),
            notes: Vec::new(),
            is_shut_out: false,
        }
    }

    /// Returns the inspection of a backup that could not be had.
    pub fn not_fetched(id: Option<ThreemaId>, stopped: Stopped) -> Self {
        Self {
            failure: Some(stopped),
            ..Self::new(id)
        }
    }

    /// Returns the inspection as JSON, with a line end. No character in it steers a terminal.
    pub fn to_json(&self) -> String {
        // Only strings, numbers and maps with string keys: this cannot fail.
        let mut text =
            crate::text::legible_json(&serde_json::to_string_pretty(self).unwrap_or_default());
        text.push('\n');
        text
    }

    /// Removes secrets from all text of the document: its writer may have put them anywhere.
    pub fn clean(&mut self, secrets: &Scrub) {
        let clean = |text: &mut String| *text = secrets.text(text);
        if let Some(names) = &mut self.names {
            names.each(clean);
        }
        if let Some(writer) = &mut self.writer {
            writer.device.iter_mut().for_each(clean);
            writer.evidence.iter_mut().for_each(clean);
        }
        if let Some(failure) = &mut self.failure {
            clean(&mut failure.message);
        }
    }

    fn stop(&mut self, stage: Stage, message: String) {
        self.failure = Some(Stopped::new(stage, message));
    }

    /// Adds what to do with bytes that are plainly not a backup.
    fn hint(&mut self, hint: Option<&str>) {
        if let (Some(failure), Some(hint)) = (&mut self.failure, hint) {
            failure.hints.push(hint.to_owned());
        }
    }

    fn judge(&mut self) {
        for preview in &self.previews {
            self.clients.insert(preview.client, preview.verdict());
        }
        let judged = JUDGES.map(|client| self.clients.get(&client));
        let broken = !self.deviations.is_empty() || self.failure.is_some();
        self.verdict = if broken || judged.contains(&Some(&ClientVerdict::Fail)) {
            Verdict::Fail
        } else if judged.contains(&Some(&ClientVerdict::Pass)) {
            Verdict::Pass
        } else {
            Verdict::Unknown
        };
    }
}

/// Inspects a backup.
///
/// Source: clauses 2.1 to 3.8.
pub fn inspect(subject: Subject<'_>, known: Known) -> Inspected {
    let mut inspected = Inspected {
        inspection: Inspection::new(known.id),
        document: None,
        secrets: Scrub::default(),
    };
    let (document, packing) = match subject {
        Subject::Document(bytes) => (Zeroizing::new(bytes.to_vec()), None),
        Subject::Body { bytes, key } => {
            hide_key(&mut inspected.secrets, key.as_bytes());
            let inspection = &mut inspected.inspection;
            if bytes.len() <= MOST_BYTES {
                inspection.size = Some(SizeOnWire::of(bytes.len() as u64, known.config));
            }
            match open(bytes, key) {
                Ok((document, packing)) => (document, Some(packing)),
                Err(error) => {
                    unopened(inspection, &error, subject, known);
                    return inspected;
                }
            }
        }
    };
    inspected.inspection.packing = packing;
    look(&mut inspected, &document, subject, known);
    inspected.document = Some(document);
    inspected
}

fn hide_key(secrets: &mut Scrub, key: &[u8]) {
    let base64 = Zeroizing::new(BASE64.encode(key));
    secrets.add(&base64);
    secrets.add(base64.trim_end_matches('='));
    secrets.add(&Zeroizing::new(HEXLOWER.encode(key)));
}

/// Decrypts and unpacks a body.
fn open(
    body: &[u8],
    key: &EncryptionKey,
) -> std::result::Result<(Zeroizing<Vec<u8>>, Packing), Unopened> {
    if body.len() > MOST_BYTES {
        return Err(Unopened::TooLarge);
    }
    let packed = envelope::decrypt(key, body).map_err(Unopened::Envelope)?;
    let packed = Zeroizing::new(packed);
    let document = envelope::unpack(&packed, MOST_BYTES).map_err(Unopened::Envelope)?;
    Ok((Zeroizing::new(document), Packing::of(&packed)))
}

/// Why a body could not be opened.
enum Unopened {
    /// It is larger than the limit; its size is not known, because the rest is not read.
    TooLarge,
    /// This key does not open the backup.
    Envelope(EnvelopeError),
}

/// Reports why a body could not be opened. A body over our limits is not called broken, and a
/// client may accept more than we do.
fn unopened(inspection: &mut Inspection, error: &Unopened, subject: Subject<'_>, known: Known) {
    match error {
        Unopened::TooLarge => {
            let message =
                format!("the body has more than {MOST_BYTES} bytes, and only these are inspected");
            inspection.stop(Stage::Size, message);
        }
        Unopened::Envelope(error) => {
            let mistaken = match subject {
                Subject::Body { bytes, .. } => Mistaken::of(bytes),
                Subject::Document(_) => None,
            };
            match (error, mistaken) {
                (EnvelopeError::CannotDecrypt, Some(mistaken)) => {
                    let message = format!("this is {}, not a backup", mistaken.noun());
                    inspection.stop(error.stage(), message);
                }
                _ => inspection.stop(error.stage(), said_of(error)),
            }
            let could_not_be_decrypted = matches!(error.stage(), Stage::Size | Stage::Open);
            let mistaken = mistaken.filter(|_| could_not_be_decrypted);
            inspection.hint(mistaken.map(Mistaken::in_place_of_a_backup));
            match error {
                EnvelopeError::UnpacksToMore { .. } => {}
                // With another password, the clients might restore it, so no verdict is given for
                // them.
                EnvelopeError::CannotDecrypt => inspection.judge(),
                _ => {
                    preview::add_all(inspection, subject, None, known);
                    inspection.judge();
                }
            }
        }
    }
}

fn said_of(error: &EnvelopeError) -> String {
    match error {
        EnvelopeError::CannotDecrypt => {
            "the backup cannot be decrypted: the password or the Threema ID is wrong, or a byte has changed; \
             these cases cannot be distinguished"
                .to_owned()
        }
        EnvelopeError::UnpacksToMore { limit_bytes } => format!(
            "the gzip inside unpacks to more than {limit_bytes} bytes, and only these are inspected"
        ),
        other => other.to_string(),
    }
}

/// Inspects the document.
fn look(inspected: &mut Inspected, bytes: &[u8], subject: Subject<'_>, known: Known) {
    let inspection = &mut inspected.inspection;
    inspection.document_bytes = Some(bytes.len() as u64);
    let document = match Document::parse_within(bytes, LIMITS) {
        Ok(document) => document,
        Err(error) => return unread(inspection, &error, subject, known),
    };
    let (backup, deviations) = Backup::read(document.clone());
    note_deviations(inspection, bytes, &deviations);
    let backup = backup.as_ref();
    inspection.writer = Some(writer::of(&document, bytes, backup, inspection.packing));
    drop(document);
    if let Some(backup) = backup {
        hide_key(&mut inspected.secrets, backup.user.private_key.as_bytes());
        inspection.contents = Some(Contents::of(backup, known.id));
        inspection.names = known.show_names.then(|| Names::of(backup));
    } else {
        let message =
            "the document holds no identity that this program can read: see what breaks the format";
        inspection.stop(Stage::Meaning, message.to_owned());
    }
    preview::add_all(inspection, subject, backup, known);
    inspection.judge();
}

/// Reports a document that is not JSON here; a client that accepts more may still restore it.
fn unread(inspection: &mut Inspection, error: &JsonError, subject: Subject<'_>, known: Known) {
    inspection.stop(error.stage(), error.to_string());
    if let Subject::Document(bytes) = subject {
        inspection.hint(mistaken::in_place_of_a_document(bytes));
    }
    let beyond_limits = match error {
        JsonError::TooLarge { .. } => true,
        JsonError::Broken { reason, .. } => {
            matches!(
                reason,
                Reason::TooDeep { .. } | Reason::TooManyValues { .. }
            )
        }
    };
    if !beyond_limits {
        preview::add_all(inspection, subject, None, known);
        inspection.judge();
    }
}

/// The number of deviations that are shown one by one.
const SHOWN_DEVIATIONS: usize = 100;

fn note_deviations(inspection: &mut Inspection, bytes: &[u8], deviations: &Deviations) {
    inspection.more_deviations = deviations.count().saturating_sub(SHOWN_DEVIATIONS);
    let shown = &deviations.list[..deviations.list.len().min(SHOWN_DEVIATIONS)];
    let paths: Vec<_> = shown.iter().map(|each| each.path.clone()).collect();
    for (deviation, located) in shown.iter().zip(locate(bytes, &paths)) {
        let position = located.map(|located| match deviation.wrong {
            Wrong::Duplicate => located.last,
            _ => located.first,
        });
        inspection.deviations.push(Broken {
            path: preview::plain(&deviation.path),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            says: deviation.to_string(),
        });
    }
}
