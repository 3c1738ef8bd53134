//! The samples of Rust in the README and the manual are examples of the documentation, which are
//! compiled: only the lines that these hide (`# `) are left out.

use crate::texts::texts;
use std::path::Path;

/// Returns the texts in the fences of a page whose first word is one of these.
fn fenced<'a>(page: &'a str, kinds: &[&str]) -> Vec<Vec<&'a str>> {
    let mut found = Vec::new();
    let mut open: Option<(bool, Vec<&str>)> = None;
    for line in page.lines() {
        let fence = line.strip_prefix("```");
        open = match (open.take(), fence) {
            (None, Some(kind)) => Some((kinds.contains(&kind), Vec::new())),
            (Some((is_wanted, lines)), Some(_)) => {
                found.extend(is_wanted.then_some(lines));
                None
            }
            (Some((is_wanted, mut lines)), None) => {
                lines.push(line);
                Some((is_wanted, lines))
            }
            (None, None) => None,
        };
    }
    found
}

/// Returns what the doc comments of a file show to readers: no hidden lines.
fn shown(code: &str) -> String {
    let comments = code.lines().filter_map(|line| {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or(line.strip_prefix("//!"))?;
        Some(comment.strip_prefix(' ').unwrap_or(comment))
    });
    let shown: Vec<_> = comments
        .filter(|line| *line != "#" && !line.starts_with("# "))
        .collect();
    shown.join("\n")
}

#[test]
fn every_sample_is_an_example_that_compiles() {
    let files = texts();
    let compiled: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.extension().is_some_and(|kind| kind == "rs"))
        .map(|(_, text)| shown(text))
        .flat_map(|page| {
            let examples = fenced(&page, &["", "no_run", "rust"]);
            examples
                .into_iter()
                .map(|lines| lines.join("\n"))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut samples = 0;
    for (path, page) in files.iter().filter(|(path, _)| is_page(path)) {
        for sample in fenced(page, &["rust", "rust,ignore"]) {
            samples += 1;
            let sample = sample.join("\n");
            let is_compiled = compiled.iter().any(|example| example.contains(&sample));
            assert!(
                is_compiled,
                "{}: no example of the documentation holds\n{sample}",
                path.display()
            );
        }
    }
    assert!(samples >= 4, "only {samples} samples were found");
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "md")
}

#[test]
fn hidden_lines_and_other_fences_are_left_out() {
    let page = shown("/// ```no_run\n/// # mod hidden {}\n/// let a = 1;\n/// ```\nlet b = 1;");
    assert_eq!(fenced(&page, &["no_run"]), [["let a = 1;"]]);
    assert!(fenced(&page, &["rust"]).is_empty());
}
