//! The Markdown of the manual for a terminal: paragraphs, lists and tables, wrapped.

use super::{columns, labelled, wrapped};

/// A part of a text of the manual.
enum Part<'a> {
    /// Sentences.
    Sentences(Vec<&'a str>),
    /// An item of a list: how far it is indented, in columns, and its lines.
    Item(usize, Vec<&'a str>),
    /// The lines of a table.
    Table(Vec<&'a str>),
}

/// Returns the Markdown of a fact in lines of at most `width` columns: an item of a list is
/// aligned behind its dash, and each cell of a table is on its own line.
pub(crate) fn manual(markdown: &str, width: usize) -> String {
    let paragraphs = markdown.split("\n\n").filter(|it| !it.trim().is_empty());
    let shown: Vec<_> = paragraphs
        .map(|paragraph| {
            parts(paragraph)
                .iter()
                .map(|part| shown(part, width))
                .collect::<String>()
        })
        .collect();
    shown.join("\n")
}

fn parts(paragraph: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for line in paragraph.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        match (text.strip_prefix("- "), parts.last_mut()) {
            (Some(item), _) => parts.push(Part::Item(indent, vec![item])),
            (None, Some(Part::Table(rows))) if text.starts_with('|') => rows.push(text),
            (None, _) if text.starts_with('|') => parts.push(Part::Table(vec![text])),
            (None, Some(Part::Item(_, lines) | Part::Sentences(lines))) => lines.push(text),
            (None, _) => parts.push(Part::Sentences(vec![text])),
        }
    }
    parts
}

fn shown(part: &Part, width: usize) -> String {
    match part {
        Part::Sentences(lines) => wrapped(&lines.join(" "), 0, width),
        Part::Item(indent, lines) => {
            let label = format!("{}- ", " ".repeat(*indent));
            labelled(&label, &lines.join(" "), columns(&label), width)
        }
        Part::Table(rows) => table(rows, width),
    }
}

/// Returns each row below the others: its first cell, then each further one behind the name of
/// its column.
fn table(rows: &[&str], width: usize) -> String {
    let [head, _, rows @ ..] = rows else {
        return wrapped(&rows.join(" "), 0, width);
    };
    let head = cells(head);
    let room = head.iter().map(|name| columns(name)).max().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        for (column, cell) in cells(row).into_iter().enumerate() {
            out += &match head.get(column).filter(|_| column > 0) {
                Some(name) => labelled(&format!("  {name:<room$}  "), cell, room + 4, width),
                None => wrapped(cell, 0, width),
            };
        }
    }
    out
}

fn cells(row: &str) -> Vec<&str> {
    let inner = row.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::manual;

    #[test]
    fn a_list_is_aligned_behind_its_dash() {
        let text = "`4.2` is asked twice, by every\nclient:\n- Android: before it\n  uploads, and once a day after that\n- iOS: never";
        let shown = "\
`4.2` is asked twice, by every client:
- Android: before it uploads, and once a
  day after that
- iOS: never
";
        assert_eq!(manual(text, 40), shown);
    }

    #[test]
    fn each_cell_of_a_table_is_on_its_own_line() {
        let text = "| seen | cause | fix |\n|---|---|---|\n| 401 | wrong password | try an app password, which has no spaces |";
        let shown = "\
401
  cause  wrong password
  fix    try an app password, which has
         no spaces
";
        assert_eq!(manual(text, 40), shown);
    }

    #[test]
    fn paragraphs_stay_apart() {
        assert_eq!(manual("One\ntwo.\n\nThree.", 40), "One two.\n\nThree.\n");
    }
}
