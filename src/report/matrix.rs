//! Several reports on clients side by side, and what broke from each to the next.

use super::Report;
use crate::engine::Verdict;
use crate::text::{counted, line, wrapped};
use std::collections::{BTreeMap, BTreeSet};

/// Several reports side by side: a line for each case that any of them judged.
pub struct Matrix {
    names: Vec<String>,
    rows: Vec<Row>,
}

/// One case, in each of the reports; `None` where a report does not have it.
#[non_exhaustive]
pub struct Row {
    /// The name of the finding.
    pub name: String,
    /// What each report found.
    pub cells: Vec<Option<Cell>>,
}

/// What one report found in a case.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Cell {
    /// The verdict.
    pub verdict: Verdict,
    /// What was seen.
    pub observed: String,
    /// Why a waiver excuses a deviation, if one does.
    pub waived: Option<String>,
}

impl Cell {
    /// Returns whether the case failed, or gave a warning.
    const fn deviates(&self) -> bool {
        self.verdict.asks_for_change()
    }

    /// Returns whether the case deviates, and a waiver excuses it.
    const fn is_waived(&self) -> bool {
        self.deviates() && self.waived.is_some()
    }

    /// Returns whether a case that was like this is broken if it is now like `after`. A waiver
    /// excuses a deviation, not a case that could not be judged.
    fn breaks_as(&self, after: &Self) -> bool {
        let was_fine = self.verdict == Verdict::Pass;
        if after.deviates() {
            (was_fine || self.is_waived()) && !after.is_waived()
        } else {
            was_fine && matches!(after.verdict, Verdict::Error | Verdict::Blocked)
        }
    }
}

impl Matrix {
    /// Returns the reports, each under a name: a file, or whatever else tells it from the others.
    pub fn new(reports: &[(String, Report)]) -> Self {
        let mut order: Vec<String> = Vec::new();
        let mut known = BTreeSet::new();
        let mut cells: BTreeMap<String, Vec<Option<Cell>>> = BTreeMap::new();
        for (place, (_, report)) in reports.iter().enumerate() {
            for finding in &report.findings {
                let name = finding.name();
                if known.insert(name.clone()) {
                    order.push(name.clone());
                }
                let row = cells
                    .entry(name)
                    .or_insert_with(|| vec![None; reports.len()]);
                row[place] = Some(Cell {
                    verdict: finding.verdict,
                    observed: finding.observed.clone(),
                    waived: finding.waived.clone(),
                });
            }
        }
        let rows = order.into_iter().map(|name| Row {
            cells: cells.remove(&name).unwrap_or_default(),
            name,
        });
        Self {
            names: reports.iter().map(|(name, _)| name.clone()).collect(),
            rows: rows.collect(),
        }
    }

    /// Returns the cases in which the reports do not all say the same.
    pub fn differing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| {
            let mut cells = row.cells.iter();
            let first = cells.next();
            cells.any(|cell| Some(cell) != first)
        })
    }

    /// Returns the cases that passed, or were waived, in one report, and fail without a waiver in
    /// the next, and those that passed and can no longer be judged: the name, and the place of the
    /// later report.
    pub fn broken(&self) -> impl Iterator<Item = (&str, usize)> {
        let breaks = self.breaks();
        breaks.map(|(row, place)| (row.name.as_str(), place + 1))
    }

    /// Returns the rows that broke, each with the place of the earlier report.
    fn breaks(&self) -> impl Iterator<Item = (&Row, usize)> {
        self.rows.iter().flat_map(|row| {
            let pairs = row.cells.windows(2).enumerate();
            pairs.filter_map(move |(place, pair)| {
                let [Some(before), Some(after)] = pair else {
                    return None;
                };
                before.breaks_as(after).then_some((row, place))
            })
        })
    }

    /// Returns the cases that failed in one report and pass in the next.
    fn mended(&self) -> usize {
        let pairs = self.rows.iter().flat_map(|row| row.cells.windows(2));
        let is_mended = |pair: &&[Option<Cell>]| {
            let [Some(before), Some(after)] = pair else {
                return false;
            };
            before.deviates() && after.verdict == Verdict::Pass
        };
        pairs.filter(is_mended).count()
    }

    /// Returns the matrix for people. Without `all`, the cases in which the reports agree are left
    /// out.
    pub fn to_text(&self, width: usize, all: bool) -> String {
        let mut out = String::new();
        for (place, name) in self.names.iter().enumerate() {
            out += &format!("{}  {}\n", letter(place), line(name));
        }
        out.push('\n');
        let agreeing = |row: &Row| {
            row.cells
                .windows(2)
                .all(|pair| word(pair[0].as_ref()) == word(pair[1].as_ref()))
        };
        let mut hidden = 0_u64;
        for row in &self.rows {
            if agreeing(row) && !all {
                hidden += 1;
                continue;
            }
            let cells: Vec<_> = row
                .cells
                .iter()
                .map(|cell| format!("{:<8}", word(cell.as_ref())))
                .collect();
            out += &format!("{} {}\n", cells.join(" "), line(&row.name));
            for (place, cell) in row.cells.iter().enumerate() {
                if let Some(cell) = cell.as_ref().filter(|cell| cell.verdict.is_deviation()) {
                    out += &wrapped(&format!("{}: {}", letter(place), cell.observed), 9, width);
                    if let Some(reason) = &cell.waived {
                        out += &wrapped(&format!("{} waived: {reason}", letter(place)), 9, width);
                    }
                }
            }
        }
        if hidden > 0 {
            let same = counted(hidden, "other case");
            out += &format!("{same}: the same in all reports (--all shows them).\n");
        }
        out.push('\n');
        for (row, place) in self.breaks() {
            let (before, after) = (letter(place), letter(place + 1));
            let waived = row.cells[place].as_ref().is_some_and(Cell::is_waived);
            let was = if waived { "is waived" } else { "passes" };
            let name = line(&row.name);
            out += &format!("BROKE  {name} {was} in {before}, but not in {after}\n");
        }
        let broken = counted(self.broken().count() as u64, "case");
        out + &format!("{broken} broke, {} fixed.\n", self.mended())
    }
}

/// Returns what a report is called in the columns.
fn letter(place: usize) -> char {
    u8::try_from(place)
        .ok()
        .and_then(|place| b'A'.checked_add(place))
        .map_or('?', char::from)
}

fn word(cell: Option<&Cell>) -> &'static str {
    if cell.is_some_and(Cell::is_waived) {
        return "waived";
    }
    match cell.map(|cell| cell.verdict) {
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Note) => "note",
        Some(Verdict::Warn) => "WARN",
        Some(Verdict::Fail) => "FAIL",
        Some(Verdict::Error) => "ERROR",
        Some(Verdict::Blocked) => "?",
        None | Some(Verdict::NotApplicable | Verdict::Disabled) => "-",
    }
}
