//! No import cycle of more than three files exists in a room. An import counts where the item is
//! defined, even if a `mod.rs` re-exports it.

use super::house::{files, reachable, without_tests};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The longest cycle that a reader can keep in mind, in files.
const MOST: usize = 3;

/// A module, from the crate's root: `wire`, `live`, `addresses`.
type Name = Vec<String>;

/// What one file defines and imports.
#[derive(Default)]
struct Module {
    /// The names of the items that it defines.
    defined: BTreeSet<String>,
    /// The full paths behind the names that are imported or re-exported here.
    names: BTreeMap<String, Name>,
    /// The modules of which everything is re-exported or imported.
    globs: Vec<Name>,
    /// The paths that the code uses.
    used: Vec<Name>,
}

type Modules = BTreeMap<Name, Module>;

/// Returns the module that a file is: `src/wire/tls/mod.rs` and `src/wire/tls.rs` are both
/// `wire::tls`.
fn name_of(path: &Path) -> Name {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let inside = path
        .strip_prefix(root.join("src"))
        .or(path.strip_prefix(root));
    let parts = inside.expect("a source").with_extension("");
    let parts = parts.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod").collect()
}

/// Returns the imports of a file, each without `use` and semicolon, and the rest of its code:
/// without strings, the declarations of modules and the tests at its end.
fn parted(code: &str) -> (Vec<String>, String) {
    let (mut imports, mut body) = (Vec::new(), String::new());
    let mut lines = without_tests(code).lines();
    while let Some(line) = lines.next() {
        if let Some(begun) = statement(line, "use ") {
            let mut import = begun.to_owned();
            while !import.ends_with(';') {
                import += lines.next().expect("an import ends with a semicolon");
            }
            imports.push(import.trim_end_matches(';').to_owned());
        } else if statement(line, "mod ").is_none_or(|begun| !begun.ends_with(';')) {
            // Every second part is between quotation marks.
            body.extend(line.split('"').step_by(2));
            body.push('\n');
        }
    }
    (imports, body)
}

/// Returns what follows the keyword, if the line begins with it, `pub` or not.
fn statement<'a>(line: &'a str, keyword: &str) -> Option<&'a str> {
    let line = line.trim();
    let after = match line.strip_prefix("pub(") {
        Some(rest) => rest.split_once(") ")?.1,
        None => line.strip_prefix("pub ").unwrap_or(line),
    };
    after.strip_prefix(keyword)
}

/// Returns the paths of a `use` and the names under which they are known. For `a::{b, c as d}`,
/// these are `a::b` as `b` and `a::c` as `d`.
fn flattened(tree: &str) -> Vec<(String, String)> {
    let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((prefix, rest)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").unwrap_or((&tree, ""));
        let last = path.rsplit("::").next().unwrap_or(path);
        let name = if name.is_empty() { last } else { name };
        return vec![(path.trim().to_owned(), name.trim().to_owned())];
    };
    let mut depth = 0;
    let inner = rest.trim_end().trim_end_matches('}');
    // A closing brace of an inner group belongs to it.
    let missing = inner.matches('{').count() - inner.matches('}').count();
    let inner = inner.to_owned() + &"}".repeat(missing);
    let parts = inner.split(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    let below = parts.flat_map(flattened);
    let whole = |(path, name): (String, String)| (format!("{}{path}", prefix.trim()), name);
    below.map(whole).collect()
}

/// Returns the full path of `path` in the module `own`; `None` outside the crate.
fn absolute(own: &Name, path: &str, known: &BTreeSet<Name>) -> Option<Name> {
    let mut parts = path.split("::").map(str::to_owned).peekable();
    let mut full = own.clone();
    match parts.peek()?.as_str() {
        "crate" => full.clear(),
        "self" => {}
        "super" => {
            while parts.next_if(|part| part == "super").is_some() {
                full.pop();
            }
            full.extend(parts);
            return Some(full);
        }
        first => {
            let child = [own.clone(), vec![first.to_owned()]].concat();
            if !known.contains(&child) {
                return None;
            }
            full.extend(parts);
            return Some(full);
        }
    }
    full.extend(parts.skip(1));
    Some(full)
}

/// Reads what a file imports, and which paths its code uses.
fn read(own: &Name, code: &str, known: &BTreeSet<Name>) -> Module {
    let (imports, body) = parted(code);
    let paths = body.split(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter));
    let paths: Vec<_> = paths.map(|path| path.trim_matches(':')).collect();
    let words: BTreeSet<_> = paths.iter().flat_map(|path| path.split("::")).collect();
    let mut module = Module::default();
    let kinds = [
        "fn", "struct", "enum", "const", "static", "type", "trait", "union",
    ];
    let pairs = paths
        .iter()
        .filter(|path| !path.is_empty())
        .collect::<Vec<_>>();
    for pair in pairs.windows(2).filter(|pair| kinds.contains(pair[0])) {
        module.defined.insert((*pair[1]).to_owned());
    }
    for (path, name) in imports.iter().flat_map(|import| flattened(import)) {
        let Some(mut full) = absolute(own, path.trim_end_matches("::self"), known) else {
            continue;
        };
        if full.last().is_some_and(|last| last == "*") {
            full.pop();
            module.globs.push(full);
            continue;
        }
        // A name that is only re-exported is not used here.
        if words.contains(name.as_str()) {
            module.used.push(full.clone());
        }
        module.names.insert(name, full);
    }
    for path in paths {
        let Some((first, rest)) = path.split_once("::") else {
            continue;
        };
        let through = module.names.get(first).map(|full| {
            let rest = rest.split("::").map(str::to_owned);
            full.iter().cloned().chain(rest).collect()
        });
        module
            .used
            .extend(through.or_else(|| absolute(own, path, known)));
    }
    module
}

/// Returns the module in which the item is defined; `None` if the path is a module or unknown.
fn definition(path: &[String], modules: &Modules, depth: usize) -> Option<Name> {
    if depth > 8 {
        return None;
    }
    let length = (0..=path.len())
        .rev()
        .find(|length| modules.contains_key(&path[..*length]))?;
    let (home, rest) = path.split_at(length);
    let item = rest.first()?;
    let module = &modules[home];
    if let Some(full) = module.names.get(item) {
        let further: Name = full.iter().chain(&rest[1..]).cloned().collect();
        return definition(&further, modules, depth + 1);
    }
    if !module.defined.contains(item) {
        for glob in &module.globs {
            let further: Name = glob.iter().chain(rest).cloned().collect();
            let found = definition(&further, modules, depth + 1);
            if let Some(found) = found.filter(|found| modules[found].defined.contains(item)) {
                return Some(found);
            }
        }
    }
    Some(home.to_vec())
}

/// Returns the modules without those that exist only in tests.
fn modules() -> Modules {
    let files = files();
    let mut names: BTreeSet<Name> = files.iter().map(|(_, path, _)| name_of(path)).collect();
    for (_, path, code) in &files {
        for hidden in code.split("#[cfg(test)]\n").skip(1) {
            let line = hidden.lines().next().unwrap_or_default();
            let Some(name) = statement(line, "mod ").and_then(|name| name.strip_suffix(';')) else {
                continue;
            };
            let hidden = [name_of(path), vec![name.to_owned()]].concat();
            names.retain(|name| !name.starts_with(&hidden));
        }
    }
    let shown = files.iter().map(|(_, path, code)| (name_of(path), code));
    let shown = shown.filter(|(name, _)| names.contains(name));
    shown
        .map(|(name, code)| (name.clone(), read(&name, code, &names)))
        .collect()
}

/// Returns for each module those of the same room whose items it uses.
fn edges(modules: &Modules) -> BTreeMap<Name, BTreeSet<Name>> {
    let near = |(own, module): (&Name, &Module)| {
        let found = module
            .used
            .iter()
            .filter_map(|path| definition(path, modules, 0));
        let near = found.filter(|other| other != own && other.first() == own.first());
        (own.clone(), near.collect())
    };
    modules.iter().map(near).collect()
}

#[test]
fn no_circle_of_more_than_three_files_stands_in_a_room() {
    let edges = edges(&modules());
    let reach: BTreeMap<_, _> = edges
        .keys()
        .map(|own| (own, reachable(own, &edges)))
        .collect();
    let mut wrong = BTreeSet::new();
    for (own, others) in &reach {
        let circle = others.iter().filter(|other| reach[other].contains(*own));
        let circle: BTreeSet<_> = circle.map(|name| name.join("::")).collect();
        if circle.len() > MOST {
            wrong.insert(circle);
        }
    }
    assert!(wrong.is_empty(), "circles: {wrong:#?}");
}

#[test]
fn an_import_counts_where_the_item_is_defined() {
    let sources = [
        (
            "room",
            "mod a;\nmod b;\nmod c;\npub use a::First;\npub use b::*;",
        ),
        ("room::a", "pub struct First;\nfn go() { super::c::go() }"),
        (
            "room::b",
            "use super::{First, c::{self, Third as Last}};\npub enum Second {}\nfn go(_: First, _: Last) { c::go() }",
        ),
        (
            "room::c",
            "use crate::room::Second;\npub type Third = Second;\npub fn go() {}",
        ),
    ];
    let name = |text: &str| -> Name { text.split("::").map(str::to_owned).collect() };
    let known = sources.iter().map(|(own, _)| name(own)).collect();
    let read = |(own, code): &(&str, &str)| (name(own), read(&name(own), code, &known));
    let edges = edges(&sources.iter().map(read).collect());
    let of = |own: &str| -> Vec<_> {
        edges[&name(own)]
            .iter()
            .map(|name| name.join("::"))
            .collect()
    };
    assert_eq!(of("room"), [""; 0], "what is only passed on is not used");
    assert_eq!(of("room::a"), ["room::c"]);
    assert_eq!(of("room::b"), ["room::a", "room::c"]);
    assert_eq!(of("room::c"), ["room::b"]);
}
