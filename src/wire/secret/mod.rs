//! Secrets that cannot be printed, and what takes them out of everything that comes in and goes
//! out.
//!
//! The first wall stands where answers come in: every field that a server fills is cleaned there,
//! before a check, a transcript or a log sees it. The second stands where reports go out. It knows
//! the same values but for those that the harness's own words hold anyway: with the password
//! `config` it would ruin a report, and give away by the gaps what the password is.

mod cookies;
mod spellings;
mod wall;

pub(super) use cookies::Cookies;
pub(super) use wall::{clean_failure, clean_inspection, clean_response, clean_trouble};

use aho_corasick::AhoCorasick;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use zeroize::Zeroizing;

/// A password or token. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a secret.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What stands where a secret was.
const REDACTED: &str = "[redacted]";
/// What is shorter is found in any text. In bytes.
const SHORTEST: usize = 4;
/// What is shorter is found in many texts by chance. In bytes.
const DISTINCTIVE: usize = 8;

/// The longest word of the manual. In bytes.
const LONGEST_WORD: usize = 32;

/// How much a value says by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Strength {
    /// It is hidden wherever it stands.
    Strong,
    /// It may stand within a longer word by chance, and is hidden where it stands alone.
    Weak,
}

impl Strength {
    /// The strength of a value; `None` if it looks like what anybody writes: a number, a
    /// word of the manual.
    fn of(value: &[u8]) -> Option<Self> {
        let is_number = value.iter().all(u8::is_ascii_digit);
        if value.len() < SHORTEST || is_number || (value.len() <= LONGEST_WORD && is_public(value))
        {
            return None;
        }
        let is_word = value.iter().all(u8::is_ascii_lowercase);
        Some(if value.len() < DISTINCTIVE || is_word {
            Self::Weak
        } else {
            Self::Strong
        })
    }
}

/// Whether it stands in the manual, which everybody has.
fn is_public(value: &[u8]) -> bool {
    static TEXTS: OnceLock<Vec<String>> = OnceLock::new();
    let lower = value.to_ascii_lowercase();
    let texts = TEXTS.get_or_init(|| {
        let manual = crate::manual::DOCUMENTS.iter();
        let manual = manual.map(|(_, text)| text.to_ascii_lowercase());
        manual.chain([ORDINARY.to_ascii_lowercase()]).collect()
    });
    texts
        .iter()
        .any(|text| memchr::memmem::find(text.as_bytes(), &lower).is_some())
}

/// What every answer over HTTP may hold beside the words of the manual.
const ORDINARY: &str = "accept accept-encoding accept-ranges access-control-allow-origin age allow alt-svc \
    application/json application/octet-stream authentication authorization basic boundary browser bytes cache-control \
    charset chunked close connection content-disposition content-encoding content-language content-length content-range \
    content-security-policy content-type cookie cross-origin date deflate digest error etag expires forbidden found gzip \
    html http https identity iso-8859-1 keep-alive last-modified link localhost location maxBackupBytes message method \
    moved must-revalidate no-cache no-store nosniff not found octet-stream permanently plain pragma private proxy public \
    range realm referrer-policy report request retentionDays retry-after safe server set-cookie status strict-origin \
    strict-transport-security text/html text/plain title token trailer transfer-encoding true false null unauthorized \
    upgrade utf-8 vary version warning webdav www-authenticate x-content-type-options x-frame-options x-powered-by \
    x-request-id x-xss-protection finding findings format pass passed fail failed partial unknown blocked observed \
    expected verdict";

#[derive(Clone)]
struct Value {
    bytes: Zeroizing<Vec<u8>>,
    strength: Strength,
}

/// Replaces the values of a run's secrets in whatever is read and written.
#[derive(Clone, Default)]
pub struct Scrub {
    values: Arc<Vec<Value>>,
    /// What finds them; made on first need.
    finder: OnceLock<Option<AhoCorasick>>,
    /// The strong ones among them; made on first need.
    strong: OnceLock<Arc<Scrub>>,
}

impl Scrub {
    /// Adds a value as it is. One that looks like what anybody writes is left out.
    pub fn add(&mut self, value: &str) {
        self.add_each([value.as_bytes().to_vec()]);
    }

    fn add_each(&mut self, values: impl IntoIterator<Item = Vec<u8>>) {
        let known: HashSet<_> = self.values.iter().map(|value| &value.bytes[..]).collect();
        let mut new: Vec<_> = values.into_iter().collect();
        new.sort_unstable();
        new.dedup();
        let new = new
            .into_iter()
            .filter(|value| !known.contains(&value[..]))
            .filter_map(|value| {
                let strength = Strength::of(&value)?;
                let bytes = Zeroizing::new(value);
                Some(Value { bytes, strength })
            });
        let all = self.values.iter().cloned().chain(new).collect();
        *self = Self::of(all);
    }

    fn of(values: Vec<Value>) -> Self {
        Self {
            values: Arc::new(values),
            ..Self::default()
        }
    }

    /// Adds a secret in every spelling in which pages, addresses and reports may carry it, whole or
    /// in part.
    pub(super) fn add_secret(&mut self, secret: &str) {
        self.add_each(spellings::of(secret));
    }

    /// Adds a user name with its password as they stand together: hidden however short the password
    /// is.
    pub(super) fn add_pair(&mut self, user: &str, password: &str) {
        self.add_each(spellings::of_pair(user, password));
    }

    /// Adds every value of another.
    pub fn add_all(&mut self, other: &Self) {
        self.add_each(other.values.iter().map(|value| value.bytes.to_vec()));
    }

    /// The values for what the harness writes itself: those that its own words cannot hold by
    /// chance.
    #[must_use]
    pub fn of_own_words(&self) -> Self {
        let strong = self.strong.get_or_init(|| {
            let strong = |value: &&Value| value.strength == Strength::Strong;
            let strong = Self::of(self.values.iter().filter(strong).cloned().collect());
            strong.finder();
            Arc::new(strong)
        });
        Self::clone(strong)
    }

    /// The text without any of the values.
    pub fn text(&self, text: &str) -> String {
        self.bytes(text.as_bytes()).map_or_else(
            || text.to_owned(),
            |scrubbed| String::from_utf8_lossy(&scrubbed).into_owned(),
        )
    }

    /// JSON without any of the values in its strings. What is not within a string stays, so that it
    /// stays JSON.
    pub fn json(&self, json: &str) -> String {
        let mut cleaned = String::with_capacity(json.len());
        let mut rest = json;
        while let Some(start) = rest.find('"') {
            let length = literal_length(&rest[start..]);
            let literal = &rest[start..start + length];
            cleaned.push_str(&rest[..start]);
            let scrubbed = serde_json::from_str::<String>(literal)
                .ok()
                .and_then(|text| self.bytes(text.as_bytes()))
                .and_then(|bytes| serde_json::to_string(&String::from_utf8_lossy(&bytes)).ok());
            cleaned.push_str(scrubbed.as_deref().unwrap_or(literal));
            rest = &rest[start + length..];
        }
        cleaned.push_str(rest);
        cleaned
    }

    /// The bytes without any of the values; `None` if there was none.
    ///
    /// Takes time in proportion to the bytes, whatever they are, and never looks at what it put in
    /// itself: a secret may be a part of what stands in its place, or come a million times.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        replaced(bytes, self.hits(bytes))
    }

    /// What finds the values; `None` if there are none.
    fn finder(&self) -> Option<&AhoCorasick> {
        let finder = self.finder.get_or_init(|| {
            let patterns = self.values.iter().map(|value| &value.bytes[..]);
            // Fails where there are more than 2³² bytes of patterns.
            AhoCorasick::new(patterns).ok()
        });
        finder.as_ref().filter(|_| !self.values.is_empty())
    }

    /// Where the values stand, by their beginnings.
    fn hits(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let Some(finder) = self.finder() else {
            return Vec::new();
        };
        let mut hits: Vec<_> = finder
            .find_overlapping_iter(bytes)
            .map(|hit| (self.values[hit.pattern().as_usize()].strength, hit.range()))
            .filter(|(strength, range)| *strength == Strength::Strong || is_alone(bytes, range))
            .map(|(_, range)| range)
            .collect();
        hits.sort_unstable_by_key(|hit| hit.start);
        hits
    }
}

/// Whether no letter and no digit stands before what was found, nor after it.
fn is_alone(bytes: &[u8], hit: &Range<usize>) -> bool {
    let before = hit.start.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(hit.end);
    !before
        .into_iter()
        .chain(after)
        .any(u8::is_ascii_alphanumeric)
}

/// The bytes without what was found, which comes by its beginnings; `None` if nothing was.
fn replaced(bytes: &[u8], hits: Vec<Range<usize>>) -> Option<Vec<u8>> {
    if hits.is_empty() {
        return None;
    }
    let mut scrubbed = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for hit in hits {
        // Two values may overlap: what belongs to either goes.
        if hit.start >= done {
            scrubbed.extend_from_slice(&bytes[done..hit.start]);
            scrubbed.extend_from_slice(REDACTED.as_bytes());
        }
        done = done.max(hit.end);
    }
    scrubbed.extend_from_slice(&bytes[done..]);
    Some(scrubbed)
}

/// The length of the JSON string that `text` begins with, its quotes included.
fn literal_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

impl fmt::Debug for Scrub {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scrub({} values)", self.values.len())
    }
}

#[cfg(test)]
mod tests;
