//! Who wrote a document: the releases that write exactly this document.
//!
//! The result is not a guess. `info.device`, the white space and the gzip leave some releases as
//! candidates, and each must write the same document again from its content. If several do, all of
//! them are named.

use super::contents::MISSPELLED;
use super::difference::{self, Difference};
use super::packing::{Packing, Shape};
use super::preview::{plain, unlisted_id};
use crate::clients::release::{Aspect, Form, Range, Version};
use crate::clients::{Origin, Phone, Release};
use crate::text::legible;

use crate::safe::Client;
use crate::safe::Compression;
use crate::safe::ThreemaId;
use crate::safe::backup::{Backup, DistributionListId};
use crate::safe::json::{Document, Layout, Text, Value};
use serde::Serialize;

/// The number of characters of `info.device` that are shown.
const SHOWN_OF_DEVICE: usize = 40;

/// The writer of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Authorship {
    /// The releases that write a document like this: none if no known release does, several if they
    /// write the same.
    pub releases: Vec<Origin>,
    /// The same for people: `Android 6.4`, `iOS 4.9 to 7.2` or `not known`.
    pub says: String,
    /// The value of `info.device`.
    pub device: Option<String>,
    /// The evidence, one sentence each.
    pub evidence: Vec<String>,
}

/// Infers the writer of a document.
///
/// Source: clients.write.android-text, clients.write.ios-text, clients.write.gzip-header.
pub(super) fn of(
    document: &Document,
    bytes: &[u8],
    backup: Option<&Backup>,
    packing: Option<Packing>,
) -> Authorship {
    let device = device_of(&document.root);
    let mut inference = Inference {
        candidates: Origin::all(),
        evidence: Vec::new(),
        rewritten: false,
    };
    inference.device(device.as_deref());
    if let Some(packing) = packing {
        inference.packing(packing);
    }
    inference.layout(document, bytes);
    match backup {
        None => inference.keep(
            "The document holds no identity; no release writes a document like that.",
            |_| false,
        ),
        Some(backup) => inference.keys(&document.root, backup),
    }
    let Inference {
        candidates,
        evidence,
        rewritten,
    } = inference;
    let said = said(&candidates);
    let (releases, says) = match (candidates.is_empty(), rewritten) {
        (true, _) => (candidates, "not known".to_owned()),
        (false, false) => (candidates, said),
        (false, true) => (
            Vec::new(),
            format!("not known; the content is as {said} writes it, but the form is not"),
        ),
    };
    Authorship {
        releases,
        says,
        device: device.map(|device| legible(&device, SHOWN_OF_DEVICE)),
        evidence,
    }
}

fn device_of(root: &Value) -> Option<String> {
    let member = |value: &Value, key: &str| match value {
        Value::Object(object) => object.first(key).cloned(),
        _ => None,
    };
    match member(&member(root, "info")?, "device")? {
        Value::Text(device) => Some(device.to_str_lossy().into_owned()),
        _ => None,
    }
}

struct Inference {
    candidates: Vec<Origin>,
    evidence: Vec<String>,
    /// Whether no candidate writes this white space or these escapes.
    rewritten: bool,
}

impl Inference {
    /// Keeps the candidates that fit. A property that excludes none of them is not evidence.
    fn keep(&mut self, sentence: impl Into<String>, fits: impl Fn(Origin) -> bool) {
        let before = self.candidates.len();
        if before == 0 {
            return;
        }
        self.candidates.retain(|writer| fits(*writer));
        if self.candidates.len() < before {
            let contradicts = self.candidates.is_empty() && !self.evidence.is_empty();
            let but = if contradicts { "But: " } else { "" };
            self.evidence.push(format!("{but}{}", sentence.into()));
        }
    }

    fn device(&mut self, device: Option<&str>) {
        let Some(device) = device else {
            let sentence = "`info.device` is missing, and every known release writes it.";
            return self.keep(sentence, |_| false);
        };
        if device == "ios" {
            let sentence = "`info.device` is `ios`, as on every iOS.";
            return self.keep(sentence, |writer| writer.client() == Client::Ios);
        }
        let named = Release::of_android_device(device);
        let version = Version::of_android_device(device);
        let shown = legible(device, SHOWN_OF_DEVICE);
        match (named, version) {
            (Some(named), Some(version)) => {
                let range = named.alike(Aspect::Writing);
                let is_test_build = Some(version) >= Version::parse(Client::Android, "4.7");
                self.keep(format!("`info.device` is `{shown}`: {range}."), |writer| {
                    writer.release.alike(Aspect::Writing) == range
                        && (writer.form == Form::Usual || is_test_build)
                });
            }
            (None, Some(_)) => self.keep(
                format!("`info.device` is `{shown}`: older than the first known release."),
                |_| false,
            ),
            _ => self.keep(
                format!("`info.device` is `{shown}`, and no known release writes that."),
                |_| false,
            ),
        }
    }

    /// Keeps the candidates that write this white space. If it contradicts other evidence, a tool
    /// may have rewritten the document: the report says so, and the content is still compared.
    fn layout(&mut self, document: &Document, bytes: &[u8]) {
        let is =
            |layout| !document.has_byte_order_mark() && document.root.to_bytes(layout) == bytes;
        let (client, sentence) = if is(Layout::Compact) {
            (
                Some(Client::Ios),
                "There is no white space between the tokens, as on iOS.",
            )
        } else if is(Layout::Lines { indent: 0 }) {
            let sentence =
                "Each member and item has its own line without an indentation, as on Android.";
            (Some(Client::Android), sentence)
        } else if is(Layout::Lines { indent: 4 }) {
            let sentence = "Lines are indented by four spaces, as in debug builds of Android.";
            (Some(Client::Android), sentence)
        } else {
            let sentence = "No known release writes white space like this: a tool has written or changed the document.";
            (None, sentence)
        };
        let fits = |writer: &Origin| Some(writer.client()) == client;
        if self.candidates.iter().any(fits) {
            self.keep(sentence, |writer| fits(&writer));
        } else if !self.candidates.is_empty() {
            self.rewritten = true;
            self.evidence.push(format!("But: {sentence}"));
        }
    }

    fn packing(&mut self, packing: Packing) {
        if !packing.plain_header {
            let sentence =
                "The gzip header holds a name, a comment or a time, which no known release writes.";
            return self.keep(sentence, |_| false);
        }
        let stores = |writer: Origin| writer.compression() == Compression::Stored;
        match packing.shape {
            Shape::Stored => self.keep(
                "The gzip stores without compressing, as Android since 4.84 and iOS since 4.8.3.",
                stores,
            ),
            Shape::Compressed => self.keep(
                "The gzip is really compressed, as by Android before 4.84 and iOS before 4.8.3.",
                |writer| !stores(writer),
            ),
        }
    }

    /// Keeps the candidates that write the same document again.
    fn keys(&mut self, root: &Value, backup: &Backup) {
        let phone = Phone::new(unlisted_id(backup));
        let candidates = std::mem::take(&mut self.candidates);
        let mut refuted: Vec<(Difference, Vec<Origin>)> = Vec::new();
        let mut respelled = None;
        for writer in &candidates {
            let written = writer.write(&as_on_the_phone(backup, *writer), &phone);
            let compared = difference::compare(root, &written, *writer);
            match compared.difference {
                None => {
                    self.candidates.push(*writer);
                    respelled = respelled.or(compared.respelled);
                }
                Some(difference) => match refuted.iter_mut().find(|(it, _)| *it == difference) {
                    Some((_, writers)) => writers.push(*writer),
                    None => refuted.push((difference, vec![*writer])),
                },
            }
        }
        let but = if self.candidates.is_empty() {
            "But not"
        } else {
            "Not"
        };
        for (Difference { path, says }, writers) in refuted {
            let all_link = writers.iter().all(|writer| writer.form == Form::DeviceLink);
            let writers = if all_link {
                "an iPhone that links a device".to_owned()
            } else {
                said(&writers)
            };
            let place = plain(&path);
            self.evidence
                .push(format!("{but} {writers}: `{place}` {says}."));
        }
        if let Some(path) = respelled {
            self.rewritten = true;
            let place = plain(&path);
            let sentence = "is spelled with other escapes than any known release uses.";
            self.evidence.push(format!("But: `{place}` {sentence}"));
        }
        match self.candidates.len() {
            0 => {}
            1 => self.evidence.push(
                "The keys, their order (if it has one) and the absent keys are as it writes them.".to_owned(),
            ),
            _ => self.evidence.push(
                "The keys and the absent keys are as all of these write them, so nothing tells them apart.".to_owned(),
            ),
        }
    }
}

/// Returns what must have been on the phone if this release wrote the document. Undoes reversed
/// bytes and renamed keys of the release.
///
/// Source: clients.divergence.sync-excluded-key, clients.divergence.list-id.
fn as_on_the_phone(backup: &Backup, writer: Origin) -> Backup {
    let mut backup = backup.clone();
    if writer.client() == Client::Android && !writer.since(Release::Android5_3) {
        for list in backup.distribution_lists.iter_mut() {
            list.id = list.id.map(DistributionListId::reversed);
        }
    }
    if writer.since(Release::Ios4_8)
        && let Some(settings) = &mut backup.settings
    {
        let mut others = settings.kept.others();
        let excluded = others.find_map(|(key, value)| match value {
            Value::Array(ids) if key.is(MISSPELLED) => Some(ids.iter().filter_map(id).collect()),
            _ => None,
        });
        if let Some(excluded) = excluded {
            settings.sync_excluded_ids = excluded;
        }
    }
    backup
}

fn id(value: &Value) -> Option<ThreemaId> {
    match value {
        Value::Text(text) => ThreemaId::parse(&Text::to_str_lossy(text)).ok(),
        _ => None,
    }
}

/// Returns the origins for people; consecutive releases become one range.
fn said(origins: &[Origin]) -> String {
    let usual: Vec<_> = Release::distinct(Aspect::Writing).collect();
    let place = |release: Release| usual.iter().position(|each| *each == release);
    let mut said = Vec::new();
    let mut range: Option<Range> = None;
    for origin in origins {
        let alike = origin.release.alike(Aspect::Writing);
        if origin.form != Form::Usual {
            continue;
        }
        let follows = |range: &Range| {
            let last = range.last.representative(Aspect::Writing).and_then(place);
            let is_next = last.map(|last| last + 1) == place(origin.release);
            is_next && range.client() == origin.client()
        };
        match &mut range {
            Some(range) if follows(range) => range.last = alike.last,
            other => said.extend(other.replace(alike).map(|range| range.to_string())),
        }
    }
    said.extend(range.map(|range| range.to_string()));
    let others = origins.iter().filter(|origin| origin.form != Form::Usual);
    said.extend(others.map(ToString::to_string));
    if said.is_empty() {
        return "no release".to_owned();
    }
    said.join(", or ")
}
