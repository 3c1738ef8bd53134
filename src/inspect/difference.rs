//! The first difference between a document and what a release would have written.

use crate::clients::Origin;
use crate::safe::Client;
use crate::safe::json::{Document, Object, Path, Text, Value};

/// The place and kind of a difference from what a release writes. Never a value of the document.
#[derive(PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: Path,
    pub(super) says: &'static str,
}

/// The result of a comparison.
pub(super) struct Compared {
    /// The first difference, if there is one.
    pub(super) difference: Option<Difference>,
    /// The place of a string with the same value in another spelling.
    pub(super) respelled: Option<Path>,
}

/// Compares a document with what a release writes with the same content. `info.device` is left out,
/// because it was checked before. On iOS, the keys and the members of groups have no order.
pub(super) fn compare(found: &Value, written: &[u8], writer: Origin) -> Compared {
    let mut comparison = Comparison {
        ordered: writer.client() == Client::Android,
        respelled: None,
    };
    // Documents that our writers produce can be read.
    let difference = Document::parse(written)
        .ok()
        .and_then(|written| comparison.values(found, &written.root, &Path::default()));
    Compared {
        difference,
        respelled: comparison.respelled,
    }
}

struct Comparison {
    ordered: bool,
    respelled: Option<Path>,
}

fn differs(path: &Path, says: &'static str) -> Difference {
    Difference {
        path: path.clone(),
        says,
    }
}

impl Comparison {
    fn values(&mut self, found: &Value, written: &Value, path: &Path) -> Option<Difference> {
        match (found, written) {
            (Value::Object(found), Value::Object(written)) => self.objects(found, written, path),
            (Value::Array(found), Value::Array(written)) => self.arrays(found, written, path),
            (Value::Text(found), Value::Text(written)) => self.texts(found, written, path),
            _ if found == written => None,
            _ => Some(differs(path, "differs from the value that it writes there")),
        }
    }

    fn objects(&mut self, found: &Object, written: &Object, path: &Path) -> Option<Difference> {
        for (key, _) in &written.0 {
            let key = key.to_str_lossy();
            if found.first(&key).is_none() {
                return Some(differs(
                    &path.key(&key),
                    "is missing, but it writes this key",
                ));
            }
        }
        for (position, (key, value)) in found.0.iter().enumerate() {
            let name = key.to_str_lossy();
            let at = path.key(&name);
            let Some(expected) = written.first(&name) else {
                return Some(differs(&at, "is present, but it does not write this key"));
            };
            if found.values(&name).nth(1).is_some() {
                return Some(differs(&at, "is there twice"));
            }
            let in_place = written
                .0
                .get(position)
                .is_some_and(|(key, _)| key.is(&name));
            if self.ordered && !in_place {
                return Some(differs(&at, "is in another place than it writes it"));
            }
            if at == Path::of(["info", "device"]) {
                continue;
            }
            if let Some(difference) = self.values(value, expected, &at) {
                return Some(difference);
            }
        }
        None
    }

    fn arrays(&mut self, found: &[Value], written: &[Value], path: &Path) -> Option<Difference> {
        if found.len() != written.len() {
            return Some(differs(path, "has more or fewer items than it writes"));
        }
        let texts_alone = found.iter().all(|each| matches!(each, Value::Text(_)));
        if !self.ordered && texts_alone {
            let sorted = |values: &[Value]| {
                let mut texts: Vec<_> = values.iter().map(text).collect();
                texts.sort_unstable();
                texts
            };
            let same = sorted(found) == sorted(written);
            return if same {
                None
            } else {
                Some(differs(path, "has other items than it writes"))
            };
        }
        let mut pairs = found.iter().zip(written).enumerate();
        pairs.find_map(|(index, (found, written))| self.values(found, written, &path.index(index)))
    }

    fn texts(&mut self, found: &Text, written: &Text, path: &Path) -> Option<Difference> {
        if found != written {
            return Some(differs(path, "differs from the value that it writes there"));
        }
        if found.spelling() != written.spelling() && self.respelled.is_none() {
            self.respelled = Some(path.clone());
        }
        None
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_str_lossy().into_owned(),
        _ => String::new(),
    }
}
