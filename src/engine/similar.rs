//! Names that a person may have meant.

use std::collections::BTreeSet;

/// The largest number of names that a question lists.
const MOST: usize = 30;

/// Returns the names that a person may have meant: those that begin with what was typed, or else
/// the nearest one; none if too many begin so. Letter case does not count.
///
/// Of a name and its continuations after a `.` or a `[`, only the name is among them.
pub(crate) fn meant<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: Vec<_> = names.collect();
    if let Some(same) = names.iter().find(|name| name.eq_ignore_ascii_case(typed)) {
        return vec![(*same).to_owned()];
    }
    let beginning = typed.trim_end_matches('.');
    let begins = |name: &&str| {
        let start = name.get(..beginning.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(beginning)) && !beginning.is_empty()
    };
    let found: BTreeSet<_> = names.iter().copied().filter(begins).collect();
    let continues = |name: &str| {
        let mut ends = name.match_indices(['.', '[']).map(|(end, _)| end);
        ends.any(|end| found.contains(&name[..end]))
    };
    let shortest = found.iter().filter(|name| !continues(name));
    let shortest: Vec<_> = shortest.map(|name| (*name).to_owned()).collect();
    match shortest.len() {
        0 => nearest(typed, names.into_iter()).into_iter().collect(),
        1..=MOST => shortest,
        _ => Vec::new(),
    }
}

/// Returns the name that is most similar to `typed`, if one is: one that lacks only its first
/// segments, of those between hyphens only one, or else one that differs in a few letters.
pub(crate) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    // Three letters make another word of a short one.
    let few = if typed.len() < 8 { 2 } else { 3 };
    let most = few.max(typed.len() / 4).min(typed.len().saturating_sub(1));
    let typed = typed.to_ascii_lowercase();
    let is_end = |name: &str| {
        let rest = name.strip_suffix(typed.as_str());
        let rest = rest.map(|rest| rest.rsplit_once('.').map_or(rest, |(_, last)| last));
        // A single word at the end of a long name is not near it.
        rest.is_some_and(|rest| rest.is_empty() || rest.find('-') == Some(rest.len() - 1))
    };
    names
        .map(|name| {
            let distance = distance(&typed, &name.to_ascii_lowercase());
            (!is_end(name), distance, name)
        })
        .filter(|(is_other, distance, _)| !is_other || *distance <= most)
        .min()
        .map(|(_, _, name)| name.to_owned())
}

/// Returns the end of a complaint about an unknown name: a question about the similar ones, if
/// there are any.
pub(crate) fn did_you_mean(similar: &[String]) -> String {
    let quoted: Vec<_> = similar.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [name] => format!("; did you mean {name}?"),
        [first @ .., last] => format!("; did you mean {} or {last}?", first.join(", ")),
    }
}

/// Returns the Levenshtein distance, in bytes.
fn distance(left: &str, right: &str) -> usize {
    let right = right.as_bytes();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let ids = ["upload.accepted", "upload.round-trip", "delete.removes"];
        assert_eq!(
            nearest("upload.rond-trip", ids.into_iter()).as_deref(),
            Some("upload.round-trip")
        );
        assert_eq!(nearest("nonsense", ids.into_iter()), None);
        // Every name of three letters differs from another in three.
        assert_eq!(nearest("xyz", ["0.1"].into_iter()), None);
        assert_eq!(nearest("bogus", ["body"].into_iter()), None);
        let long = ["expect-stores-nothing", "expect-nothing.x"];
        assert_eq!(nearest("nothing", long.into_iter()), None);
        assert_eq!(
            nearest("stores-nothing", long.into_iter()).as_deref(),
            Some(long[0])
        );
        let deep = ["a.b-c.nothing", "a.b-nothing"];
        for name in deep {
            assert_eq!(
                nearest("nothing", [name].into_iter()).as_deref(),
                Some(name)
            );
        }
        let ends = ["round-trap", "upload.round-trip"];
        assert_eq!(
            nearest("round-trip", ends.into_iter()).as_deref(),
            Some("upload.round-trip")
        );
        assert_eq!(
            nearest("round-trop", ends.into_iter()).as_deref(),
            Some("round-trap")
        );
    }

    #[test]
    fn what_begins_so_is_meant() {
        let names = [
            "link",
            "link-dav",
            "link-web",
            "tls",
            "tls.chain",
            "tls.name",
            "tlsx",
            "quota",
        ];
        for (typed, expected) in [
            ("link-", &["link-dav", "link-web"][..]),
            ("tl", &["tls", "tlsx"]),
            ("tls.", &["tls", "tlsx"]),
            ("tls.c", &["tls.chain"]),
            ("LINK", &["link"]),
            ("Link-W", &["link-web"]),
            ("qouta", &["quota"]),
            ("web", &["link-web"]),
            ("", &[]),
            ("nonsense", &[]),
        ] {
            assert_eq!(meant(typed, names.into_iter()), expected, "{typed:?}");
        }
        let many: Vec<_> = (0..=MOST).map(|number| format!("link-{number}")).collect();
        let many = || many.iter().map(String::as_str);
        assert_eq!(meant("link", many()).len(), 0);
        assert_eq!(meant("link", many().skip(1)).len(), MOST);
    }

    #[test]
    fn a_question_lists_what_is_similar() {
        let asked = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
            did_you_mean(&names)
        };
        assert_eq!(asked(&[]), "");
        assert_eq!(asked(&["a"]), "; did you mean `a`?");
        assert_eq!(asked(&["a", "b", "c"]), "; did you mean `a`, `b` or `c`?");
    }
}
