//! An inspection for people: where it stopped or what is in the backup, then what each client makes
//! of it.

use super::inspection_words::{
    contacts, counts, detail, groups, identity, listed, of_kind, outcome, overwritten, sentence,
};
use super::text::{FAIL, FAINT, PASS, STRONG, Style, WARN, write_wrapped};
use crate::clients::restore::ChangeKind;
use crate::engine::{Ending, Exit};
use crate::inspect::{Contents, Inspection, Names, Shape, SizeOnWire, Uploads, Verdict};
use crate::safe::{Client, Stage};
use crate::text::{Block, counted};
use std::fmt::Write as _;

/// The column at which the texts begin.
const COLUMN: usize = 22;

/// Returns the inspection for people, with terminal colours: let [`anstream`] take them out where
/// they do not belong.
pub fn inspection_text(inspection: &Inspection, style: Style) -> String {
    let mut page = Page {
        out: String::new(),
        blocks: Vec::new(),
        style,
    };
    // Writing to memory cannot fail.
    let _ = page.inspection(inspection);
    page.out
}

/// Returns the inspection in parts, with everything that `-v` shows.
#[cfg(feature = "cli")]
pub fn inspection_blocks(inspection: &Inspection) -> Vec<Block> {
    let mut page = Page {
        out: String::new(),
        blocks: Vec::new(),
        style: Style {
            width: 100,
            verbose: true,
            all: true,
        },
    };
    // Writing to memory cannot fail.
    let _ = page.inspection(inspection);
    page.blocks
}

/// The text, and the same in parts.
struct Page {
    out: String,
    blocks: Vec<Block>,
    style: Style,
}

type Written = std::fmt::Result;

impl Page {
    fn inspection(&mut self, inspection: &Inspection) -> Written {
        if let Some(failure) = &inspection.failure {
            writeln!(
                self.out,
                "{FAIL}FAIL{FAIL:#}  {STRONG}stage {}{STRONG:#}",
                failure.stage
            )?;
            let stage = format!("It failed at the stage {}", failure.stage);
            self.blocks.push(Block::Heading(stage));
            self.paragraph(6, &sentence(&failure.message))?;
            for hint in &failure.hints {
                self.paragraph(6, hint)?;
            }
            writeln!(self.out)?;
        }
        self.origin(inspection)?;
        if let Some(contents) = &inspection.contents {
            self.contents(contents)?;
        }
        if let Some(names) = &inspection.names {
            self.names(names)?;
        }
        self.deviations(inspection)?;
        self.previews(inspection)?;
        for note in inspection.assumptions.iter().chain(&inspection.notes) {
            self.paragraph(0, note)?;
            writeln!(self.out)?;
        }
        self.close(inspection)
    }

    fn paragraph(&mut self, indent: usize, text: &str) -> Written {
        self.blocks.push(Block::Paragraph(text.to_owned()));
        write_wrapped(&mut self.out, self.style, indent, text)
    }

    fn heading(&mut self, heading: &str) -> Written {
        self.blocks.push(Block::Heading(heading.to_owned()));
        writeln!(self.out, "{STRONG}{heading}{STRONG:#}")
    }

    fn line(&mut self, label: &str, text: &str) -> Written {
        self.blocks.push(Block::Line {
            label: label.to_owned(),
            text: text.to_owned(),
        });
        let mut wrapped = String::new();
        write_wrapped(&mut wrapped, self.style, COLUMN, text)?;
        let room = COLUMN - 2;
        writeln!(
            self.out,
            "  {FAINT}{label:<room$}{FAINT:#}{}",
            wrapped.trim()
        )
    }

    fn origin(&mut self, inspection: &Inspection) -> Written {
        if inspection.size.is_none() && inspection.writer.is_none() {
            return Ok(());
        }
        self.heading("The backup")?;
        if let Some(id) = &inspection.id {
            self.line("of", id)?;
        }
        if let Some(writer) = &inspection.writer {
            self.line("written by", &writer.says)?;
            for (position, evidence) in writer.evidence.iter().enumerate() {
                self.line(if position == 0 { "as seen by" } else { "" }, evidence)?;
            }
        }
        if let Some(size) = &inspection.size {
            self.size(size)?;
        }
        if let Some(bytes) = inspection.document_bytes {
            let packed = match inspection.packing.map(|packing| packing.shape) {
                Some(Shape::Stored) => ", in a gzip that stores without compressing",
                Some(Shape::Compressed) => ", compressed",
                None => "",
            };
            self.line(
                "document",
                &format!("{} of JSON{packed}", counted(bytes, "byte")),
            )?;
        }
        writeln!(self.out)
    }

    fn size(&mut self, size: &SizeOnWire) -> Written {
        let client = |name: &str, uploads: Uploads| match (uploads.limit, uploads.uploads) {
            (None, _) => format!("{name} finds no limit in the config, so it uploads nothing"),
            (Some(limit), true) => format!("{name} uploads it, within {limit}"),
            (Some(limit), false) => format!("{name} does not upload it: too large for {limit}"),
        };
        let bytes = format!("{} on the wire", counted(size.bytes, "byte"));
        let text = match (size.android, size.ios) {
            (Some(android), Some(ios)) if android.limit.is_some() || ios.limit.is_some() => {
                format!(
                    "{bytes}; {}; {}",
                    client("Android", android),
                    client("iOS", ios)
                )
            }
            _ => format!("{bytes}; the server's limit is not known"),
        };
        self.line("size", &text)
    }

    fn contents(&mut self, contents: &Contents) -> Written {
        self.heading("It holds")?;
        self.line("identity", &identity(contents))?;
        let links = contents.links;
        self.line(
            "links",
            &counts(&[
                (links.mobile, "phone number"),
                (links.email, "e-mail address"),
                (links.total - links.mobile - links.email, "other link"),
            ]),
        )?;
        self.line("contacts", &contacts(contents))?;
        self.line("groups", &groups(contents))?;
        self.line(
            "distribution lists",
            &contents.distribution_lists.to_string(),
        )?;
        let settings = contents.settings;
        let misspelled = if settings.sync_excluded_misspelled > 0 {
            " (under `syncExcludedIDs`, which only iOS 4.8 and later reads)"
        } else {
            ""
        };
        let excluded = settings.sync_excluded + settings.sync_excluded_misspelled;
        self.line(
            "settings",
            &format!(
                "{} blocked, {excluded} excluded from the address book{misspelled}, {}",
                settings.blocked_contacts,
                counted(settings.recent_emojis as u64, "recent emoji")
            ),
        )?;
        if contents.device_group_key {
            self.line(
                "device link",
                "made to link a device; it contains the key of the device group",
            )?;
        }
        if contents.unread > 0 {
            self.line("not understood", &counted(contents.unread as u64, "item"))?;
        }
        writeln!(self.out)
    }

    fn names(&mut self, names: &Names) -> Written {
        self.heading("Names")?;
        if let Some(nickname) = &names.nickname {
            self.line("nickname", nickname)?;
        }
        if !names.links.is_empty() {
            self.line("links", &names.links.join(", "))?;
        }
        for contact in &names.contacts {
            let nickname = contact.nickname.as_ref();
            let nickname = nickname.map_or_else(String::new, |nickname| format!(" ~{nickname}"));
            self.line(&contact.id, &format!("{}{nickname}", contact.name))?;
        }
        for group in &names.groups {
            let name = group.name.as_deref().unwrap_or_default();
            let members = group.members.join(", ");
            self.line(
                "group",
                &format!("{name}, made by {}: {members}", group.creator),
            )?;
        }
        for list in &names.distribution_lists {
            self.line("distribution list", list)?;
        }
        for (label, ids) in [
            ("blocked", &names.blocked_contacts),
            ("excluded", &names.sync_excluded),
        ] {
            if !ids.is_empty() {
                self.line(label, &ids.join(", "))?;
            }
        }
        writeln!(self.out)
    }

    fn deviations(&mut self, inspection: &Inspection) -> Written {
        if inspection.writer.is_none() {
            return Ok(());
        }
        self.heading("What breaks the format")?;
        if inspection.deviations.is_empty() {
            writeln!(self.out, "  nothing")?;
            self.blocks.push(Block::Paragraph("Nothing.".to_owned()));
        }
        for deviation in &inspection.deviations {
            let place = match (deviation.line, deviation.column) {
                (Some(line), Some(column)) => format!("line {line}, column {column}"),
                _ => String::new(),
            };
            self.line(&place, &sentence(&deviation.says))?;
        }
        if inspection.more_deviations > 0 {
            self.line("", &format!("and {} more", inspection.more_deviations))?;
        }
        writeln!(self.out)
    }

    fn previews(&mut self, inspection: &Inspection) -> Written {
        if inspection.previews.is_empty() {
            return Ok(());
        }
        self.heading("If it is restored")?;
        for preview in &inspection.previews {
            self.line(&preview.release, &outcome(preview))?;
            let tallies = preview.tallies.as_deref().unwrap_or_default();
            for kind in [ChangeKind::Lost, ChangeKind::Changed, ChangeKind::Added] {
                if let Some(says) = of_kind(tallies, kind) {
                    self.line("", &says)?;
                }
            }
            if !preview.unsure.is_empty() {
                let says = listed(&preview.unsure);
                self.line("", &format!("not known what happens to: {says}"))?;
            }
            if let Some(overwrite) = &preview.overwrite {
                self.line("", &overwritten(overwrite, tallies))?;
            }
            if self.style.verbose {
                if let Some(source) = &preview.source {
                    self.line("", &format!("source: {source}"))?;
                }
                for change in &preview.changes {
                    self.line("", &detail(change))?;
                }
                if preview.more_changes > 0 {
                    self.line("", &format!("and {} more", preview.more_changes))?;
                }
            }
        }
        writeln!(self.out)
    }

    fn close(&mut self, inspection: &Inspection) -> Written {
        let (paint, word) = match inspection.verdict {
            Verdict::Pass => (PASS, "pass"),
            Verdict::Fail => (FAIL, "FAIL"),
            Verdict::Incomplete | Verdict::Unknown => (WARN, "unknown"),
        };
        let conclusion = conclusion(inspection);
        let summary = [
            Block::Heading("Result".to_owned()),
            Block::Paragraph(format!("{word}: {conclusion}")),
        ];
        // A page begins with what matters.
        self.blocks.splice(0..0, summary);
        writeln!(self.out, "{paint}{word}{paint:#}  {conclusion}")
    }
}

impl Inspection {
    /// Returns the exit code, and why it is this one.
    pub fn ending(&self) -> Ending {
        let exit = match self.verdict {
            Verdict::Pass => Exit::Conforms,
            Verdict::Fail => Exit::Deviates,
            Verdict::Incomplete if self.is_shut_out => Exit::LockedOut,
            Verdict::Incomplete => Exit::Incomplete,
            Verdict::Unknown => Exit::NothingJudged,
        };
        let why = conclusion(self);
        Ending::new(exit, why.trim_end_matches('.'))
    }
}

fn conclusion(inspection: &Inspection) -> String {
    let unable = inspection.previews.iter().filter(|preview| {
        preview.client != Client::Desktop && preview.verdict() == crate::engine::ClientVerdict::Fail
    });
    let unable: Vec<_> = unable.map(|preview| preview.release.as_str()).collect();
    match inspection.verdict {
        Verdict::Pass => "Android and iOS restore from this backup, as far as we know.".to_owned(),
        Verdict::Unknown => "What Android and iOS restore from it is unknown.".to_owned(),
        Verdict::Incomplete if inspection.is_shut_out => {
            "The server refused the credentials, or limits or locks out this address.".to_owned()
        }
        Verdict::Incomplete => "The inspection could not be carried out.".to_owned(),
        Verdict::Fail if !unable.is_empty() => {
            format!("{} cannot restore from this backup.", unable.join(" and "))
        }
        Verdict::Fail if was_never_decrypted(inspection) => {
            "No backup could be opened with these.".to_owned()
        }
        Verdict::Fail => "Something in the backup breaks the format.".to_owned(),
    }
}

/// Returns whether the password and the ID opened nothing: the failure is before the content.
fn was_never_decrypted(inspection: &Inspection) -> bool {
    let failure = inspection.failure.as_ref();
    failure.is_some_and(|failure| failure.stage <= Stage::Open)
}
