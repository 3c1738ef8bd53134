//! The loss table for people and programs: what is lost from one client to another, and why.

use super::loss_notes::{Notes, note, unnamed, unsourced_note};
use crate::clients::losses::{
    LOSSES, Loss, STOPS, StopRow, UNKNOWNS, Unknown, When, losses_of, stops_between, unknowns_of,
};
use crate::clients::release::{Aspect, Origins, Releases};
use crate::clients::restore::ChangeKind;
use crate::clients::{Field, Origin, Release};
use crate::text::{columns, labelled, wrapped};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A part of the loss table: the pairs of releases that are its columns.
#[derive(Clone, Debug)]
pub struct LossTable {
    pairs: Vec<(Origin, Release)>,
}

/// A row, as it is shown: what it is about, and a cell for each pair.
struct Row {
    head: String,
    cells: Vec<String>,
}

/// The table as a page shows it.
#[cfg(feature = "cli")]
pub(super) struct LossSheet {
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<(String, Vec<String>)>,
    pub(super) legend: [String; 2],
    pub(super) notes: Vec<String>,
}

impl LossTable {
    /// Returns the table of every pair of these writers and readers.
    pub fn of(writers: &[Origin], readers: &[Release]) -> Self {
        let pairs = writers
            .iter()
            .flat_map(|writer| readers.iter().map(move |reader| (*writer, *reader)));
        Self {
            pairs: pairs.collect(),
        }
    }

    /// Returns the table of the newest releases.
    pub fn newest() -> Self {
        Self::of(&Origin::newest(), &Release::newest_of_each())
    }

    /// Returns the table with a line a field, for a terminal of this many columns: as many pairs
    /// side by side as it can show.
    pub fn to_text(&self, width: usize) -> String {
        let mut out = String::new();
        let (rows, notes, kept) = self.rows();
        for (column, (writer, reader)) in self.pairs.iter().enumerate() {
            let reader = reader.alike(Aspect::Reading);
            let text = format!("written by {writer}, restored by {reader}");
            out += &labelled(&format!("{:<4} ", column_name(column)), &text, 5, width);
        }
        let heads = (0..self.pairs.len()).map(column_name);
        let head = Row {
            head: String::new(),
            cells: heads.collect(),
        };
        push_aligned(&mut out, &head, &rows, width);
        out.push('\n');
        out += &wrapped(LEGEND, 0, width);
        out += &wrapped(&self.kept_sentence(&kept), 0, width);
        out.push('\n');
        for (number, sentence) in notes.sentences.iter().enumerate() {
            out += &labelled(&format!("{:>3}  ", number + 1), sentence, 5, width);
        }
        out
    }

    /// Returns the table as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        let (rows, notes, kept) = self.rows();
        out.push_str("| |");
        for (writer, reader) in &self.pairs {
            let _ = write!(out, " {writer} → {} |", reader.alike(Aspect::Reading));
        }
        let _ = write!(out, "\n|---|{}\n", "---|".repeat(self.pairs.len()));
        for row in &rows {
            let _ = writeln!(out, "| `{}` | {} |", row.head, row.cells.join(" | "));
        }
        let _ = write!(out, "\n{LEGEND}\n{}\n\n", self.kept_sentence(&kept));
        for (number, sentence) in notes.sentences.iter().enumerate() {
            let _ = writeln!(out, "{}. {sentence}", number + 1);
        }
        out
    }

    /// Returns the heads of the columns, the rows with their heads, what stands below, and the
    /// notes.
    #[cfg(feature = "cli")]
    pub(super) fn table(&self) -> LossSheet {
        let (rows, notes, kept) = self.rows();
        let heads = self.pairs.iter();
        let head = |(writer, reader): &(Origin, Release)| {
            format!("{writer} → {}", reader.alike(Aspect::Reading))
        };
        LossSheet {
            heads: heads.map(head).collect(),
            rows: rows.into_iter().map(|row| (row.head, row.cells)).collect(),
            legend: [LEGEND.to_owned(), self.kept_sentence(&kept)],
            notes: notes.sentences,
        }
    }

    /// Returns the rows that are about any of the pairs, with everything that is known of them.
    pub fn to_json(&self) -> Value {
        let about = |between: &dyn Fn(Origin, Release) -> bool| {
            self.pairs
                .iter()
                .any(|(writer, reader)| between(*writer, *reader))
        };
        let losses = LOSSES
            .iter()
            .filter(|loss| about(&|w, r| loss.is_between(w, r)));
        let stops = STOPS
            .iter()
            .filter(|stop| about(&|w, r| stop.is_between(w, r)));
        let unknowns = UNKNOWNS
            .iter()
            .filter(|unknown| about(&|w, r| unknown.is_between(w, r)));
        json!({
            "format": 1,
            "losses": losses.map(loss_json).collect::<Vec<_>>(),
            "stops": stops.map(stop_json).collect::<Vec<_>>(),
            "unknowns": unknowns.map(unknown_json).collect::<Vec<_>>(),
        })
    }

    fn rows(&self) -> (Vec<Row>, Notes, Vec<Field>) {
        let mut notes = Notes::default();
        let (mut rows, mut kept) = (Vec::new(), Vec::new());
        let whole = self.pairs.iter().map(|pair| stop_cell(*pair, &mut notes));
        push_unless_empty(&mut rows, "the whole restore", whole.collect());
        for together in TOGETHER {
            let cells = self.pairs.iter().map(|pair| {
                let losses = LOSSES.iter().filter(|loss| loss.together == Some(together));
                let losses = losses.filter(|loss| loss.is_between(pair.0, pair.1));
                let unknowns = UNKNOWNS.iter();
                let unknowns = unknowns.filter(|unknown| unknown.together == Some(together));
                let unknowns = unknowns.filter(|unknown| unknown.is_between(pair.0, pair.1));
                cell(*pair, losses, unknowns, None, &mut notes)
            });
            push_unless_empty(&mut rows, together, cells.collect());
        }
        for field in Field::ALL {
            let cells = self.pairs.iter().map(|pair| {
                let losses = losses_of(*field, pair.0, pair.1);
                let losses = losses.filter(|loss| loss.together.is_none());
                let unknowns = unknowns_of(*field, pair.0, pair.1);
                let unknowns = unknowns.filter(|unknown| unknown.together.is_none());
                cell(*pair, losses, unknowns, Some(*field), &mut notes)
            });
            let cells: Vec<_> = cells.collect();
            let mut restoring = self.pairs.iter().zip(&cells);
            if restoring.all(|(pair, cell)| cell.is_empty() || never_restores(*pair)) {
                kept.push(*field);
            }
            push_unless_empty(&mut rows, field.pattern(), cells);
        }
        (rows, notes, kept)
    }

    /// Returns the sentence about the fields that no column loses.
    fn kept_sentence(&self, kept: &[Field]) -> String {
        let names: Vec<_> = kept.iter().map(|field| field.pattern()).collect();
        let names = names.join(", ");
        let never = self.pairs.iter().filter(|pair| never_restores(**pair));
        match never.count() {
            0 => format!("Kept in every column: {names}."),
            all if all == self.pairs.len() => "No column restores anything.".to_owned(),
            _ => format!("Kept in every column that restores anything: {names}."),
        }
    }
}

/// The rows in which many fields stand together.
const TOGETHER: [&str; 4] = ["any text", "any time", "any createdAt", "any setting"];

/// The cell of a field where no backup is restored, or where what holds the field is lost.
const NOTHING: &str = "-";

const LEGEND: &str = "Empty: kept. `-`: nothing of it is restored. `unknown`: neither a source nor an execution shows what \
     happens. A question mark: only in some backups, as the note says.";

/// Returns whether no backup is ever restored between these releases.
fn never_restores((writer, reader): (Origin, Release)) -> bool {
    stops_between(writer, reader).any(|stop| stop.condition.is_none())
}

/// Adds a row if it says something.
fn push_unless_empty(rows: &mut Vec<Row>, head: &str, cells: Vec<String>) {
    if cells.iter().any(|cell| !cell.is_empty() && cell != NOTHING) {
        let head = head.to_owned();
        rows.push(Row { head, cells });
    }
}

/// Writes one table or several, each with as many columns as fit into `width`, and each column as
/// wide as its widest cell. If not even one fits, the cells of a row stand below its head.
fn push_aligned(out: &mut String, head: &Row, rows: &[Row], width: usize) {
    let all = || std::iter::once(head).chain(rows);
    let widest = |column: usize| {
        let cells = all().filter_map(|row| row.cells.get(column));
        cells.map(|cell| columns(cell)).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.cells.len()).map(widest).collect();
    let head_width = all().map(|row| columns(&row.head)).max().unwrap_or(0);
    if widths.iter().any(|cell| head_width + 2 + cell > width) {
        return push_listed(out, head, rows, width);
    }
    let mut first = 0;
    while first < widths.len() {
        let mut taken = head_width;
        let fitting = widths[first..].iter().take_while(|cell| {
            taken += 2 + **cell;
            taken <= width
        });
        let end = first + fitting.count();
        out.push('\n');
        for row in all() {
            let mut line = format!("{:<head_width$}", row.head);
            for (cell, width) in row.cells[first..end].iter().zip(&widths[first..end]) {
                line.push_str(&format!("  {cell:<width$}"));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        first = end;
    }
}

/// Writes each row as its head, and below it the cells with the names of their columns.
fn push_listed(out: &mut String, head: &Row, rows: &[Row], width: usize) {
    for row in rows {
        out.push('\n');
        out.push_str(&row.head);
        out.push('\n');
        for (name, cell) in head.cells.iter().zip(&row.cells) {
            if !cell.is_empty() {
                out.push_str(&labelled(&format!("  {name:<4} "), cell, 7, width));
            }
        }
    }
}

/// `a` to `z`, then `a1` and so on.
fn column_name(column: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(column % 26).unwrap_or(0));
    match column / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

fn stop_cell((writer, reader): (Origin, Release), notes: &mut Notes) -> String {
    let cells = stops_between(writer, reader).map(|stop| {
        let said = unnamed(stop.condition, stop.reason_names_condition);
        let number = notes.number(note(said, stop.why.sentence, stop.why.source));
        (end_word(stop).to_owned() + question(stop.condition), number)
    });
    joined(cells.collect())
}

/// Returns what becomes of a field, or of many together: what is lost, what nobody knows, and
/// whether anything is known at all.
fn cell<'a>(
    (writer, reader): (Origin, Release),
    losses: impl Iterator<Item = &'a Loss>,
    unknowns: impl Iterator<Item = &'a Unknown>,
    field: Option<Field>,
    notes: &mut Notes,
) -> String {
    let pair = (writer, reader);
    // What is lost as a whole has no fields.
    if never_restores(pair) || field.is_some_and(|field| is_in_what_is_lost(field, pair)) {
        return NOTHING.to_owned();
    }
    let mut losses: Vec<_> = losses.collect();
    // What is always lost cannot be lost once more.
    if let Some(always) = losses.iter().copied().find(|loss| is_always(loss)) {
        losses = vec![always];
    }
    let mut cells: Vec<_> = losses.iter().map(|loss| loss_word(loss, notes)).collect();
    if losses.iter().any(|loss| is_always(loss)) {
        return joined(cells);
    }
    cells.extend(unknowns.map(|unknown| {
        let condition = unknown.when.sentence();
        let number = notes.number(unsourced_note(condition, unknown.because));
        (format!("unknown{}", question(condition)), number)
    }));
    joined(cells)
}

fn is_always(loss: &Loss) -> bool {
    loss.when == When::Always
}

fn loss_word(loss: &Loss, notes: &mut Notes) -> (String, usize) {
    let condition = loss.when.sentence();
    let said = unnamed(condition, loss.reason_names_condition);
    let number = notes.number(note(said, loss.why.sentence, loss.why.source));
    (kind_word(loss).to_owned() + question(condition), number)
}

/// Returns whether a field is part of what is lost as a whole.
fn is_in_what_is_lost(field: Field, (writer, reader): (Origin, Release)) -> bool {
    let wholes = Field::ALL.iter().filter(|whole| field.is_of(**whole));
    let mut losses = wholes.flat_map(|whole| losses_of(*whole, writer, reader));
    losses.any(is_always)
}

/// `lost? 3,5 new 4`: each word once, with its notes.
fn joined(cells: Vec<(String, usize)>) -> String {
    let mut words: Vec<(String, String)> = Vec::new();
    for (word, number) in cells {
        match words.iter_mut().find(|(each, _)| *each == word) {
            Some((_, numbers)) => numbers.push_str(&format!(",{number}")),
            None => words.push((word, number.to_string())),
        }
    }
    let words = words
        .iter()
        .map(|(word, numbers)| format!("{word} {numbers}"));
    words.collect::<Vec<_>>().join(" ")
}

fn question(condition: Option<&str>) -> &'static str {
    if condition.is_some() { "?" } else { "" }
}

fn kind_word(loss: &Loss) -> &'static str {
    match loss.kinds.first() {
        Some(ChangeKind::Changed) => "changed",
        Some(ChangeKind::Added) => "new",
        Some(ChangeKind::Lost) | None => "lost",
    }
}

fn end_word(stop: &StopRow) -> &'static str {
    use crate::clients::losses::End;
    match stop.end {
        End::Refused => "refused",
        End::Crash => "crash",
        End::Hang => "hangs",
    }
}

fn unknown_json(unknown: &Unknown) -> Value {
    json!({
        "id": unknown.id,
        "fields": unknown.fields,
        "from": origins(unknown.from),
        "to": releases(unknown.to),
        "if": unknown.when.sentence(),
        "because": unknown.because,
    })
}

fn loss_json(loss: &Loss) -> Value {
    json!({
        "id": loss.why.id,
        "fields": loss.fields,
        "kinds": loss.kinds,
        "at": loss.at,
        "from": origins(loss.from),
        "to": releases(loss.to),
        "if": loss.when.sentence(),
        "reason": loss.why.sentence,
        "source": loss.why.source,
    })
}

fn stop_json(stop: &StopRow) -> Value {
    json!({
        "id": stop.why.id,
        "end": stop.end,
        "from": origins(stop.from),
        "to": releases(stop.to),
        "if": stop.condition,
        "reason": stop.why.sentence,
        "source": stop.why.source,
    })
}

/// Returns those that differ in what they write.
fn origins(set: Origins) -> Vec<Origin> {
    let all = Origin::all().into_iter();
    all.filter(|origin| set.contains(*origin)).collect()
}

/// Returns those that differ in what they restore.
fn releases(set: Releases) -> Vec<Release> {
    Release::distinct(Aspect::Reading)
        .filter(|release| set.contains(*release))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::loss_notes::capitalised;
    use super::*;

    #[test]
    fn every_name_for_many_fields_has_a_row() {
        let losses = LOSSES.iter().filter_map(|loss| loss.together);
        let unknowns = UNKNOWNS.iter().filter_map(|unknown| unknown.together);
        for name in losses.chain(unknowns) {
            assert!(TOGETHER.contains(&name), "{name}");
        }
    }

    #[test]
    fn every_row_is_shown_between_some_releases() {
        let readers: Vec<_> = Release::distinct(Aspect::Reading).collect();
        let all = LossTable::of(&Origin::all(), &readers);
        let (text, json) = (all.to_text(100), all.to_json());
        // Where a line breaks depends on the numbers before it.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // What is always lost cannot be lost once more.
        let hides = |loss: &Loss, other: &Loss, writer, reader| {
            !std::ptr::eq(other, loss)
                && is_always(other)
                && other.is_between(writer, reader)
                && loss.fields.iter().all(|field| other.fields.contains(field))
        };
        for loss in LOSSES {
            let hidden = Origin::all().iter().all(|writer| {
                let mut readers = readers.iter();
                readers.all(|reader| {
                    !loss.is_between(*writer, *reader)
                        || LOSSES
                            .iter()
                            .any(|other| hides(loss, other, *writer, *reader))
                })
            });
            let sentence = loss.why.sentence;
            let shown = text.contains(sentence) || text.contains(&capitalised(sentence));
            assert_ne!(shown, hidden, "{}", loss.why.id);
        }
        assert_eq!(json["losses"].as_array().map(Vec::len), Some(LOSSES.len()));
        assert_eq!(json["stops"].as_array().map(Vec::len), Some(STOPS.len()));
    }

    #[test]
    fn nothing_is_called_kept_where_nothing_is_restored() {
        let [android, ios, desktop] = Release::newest_of_each();
        let from_android = [android.usual()];
        let text = |readers: &[Release]| LossTable::of(&from_android, readers).to_text(1000);
        assert!(text(&[ios]).contains("Kept in every column: user.privatekey,"));
        assert!(
            !text(&[ios]).contains("distributionlists[]."),
            "the lists are lost as a whole"
        );
        assert!(text(&[ios, desktop]).contains("Kept in every column that restores anything: "));
        let refused = text(&[desktop]);
        assert!(
            refused.contains("No column restores anything.") && !refused.contains("privatekey")
        );
        assert!(
            !refused.contains("  lost ") && !refused.contains("  changed"),
            "{refused}"
        );
    }

    #[test]
    fn a_cell_tells_each_word_once() {
        let cell = |word: &str, number| (word.to_owned(), number);
        assert_eq!(
            joined(vec![cell("lost?", 3), cell("new", 4), cell("lost?", 5)]),
            "lost? 3,5 new 4"
        );
        assert_eq!(
            (column_name(0), column_name(27)),
            ("a".to_owned(), "b1".to_owned())
        );
    }
}
