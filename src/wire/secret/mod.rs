//! Secrets that cannot be printed, and their removal from all input and output.
//! The first wall is at the input: every field that a server controls is cleaned before a check, a
//! transcript or a log sees it. The second wall is at the output of reports. It removes the same
//! values, except those that the harness's own words may contain: with the password `config`, it
//! would ruin a report and reveal the password by the gaps.

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
    /// Returns a secret that owns this text.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// Returns the secret itself; only the code that sends it may use it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The replacement of a secret.
pub(super) const REDACTED: &str = "[redacted]";
/// Shorter values occur in any text. In bytes.
const SHORTEST: usize = 4;
/// Shorter values occur in many texts by chance. In bytes.
const DISTINCTIVE: usize = 8;

/// The longest word in the manual, in bytes.
const LONGEST_WORD: usize = 32;

/// How distinctive a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Strength {
    /// It is hidden everywhere.
    Strong,
    /// It may be part of a longer word by chance, so it is hidden only if it stands alone.
    Weak,
}

impl Strength {
    /// Returns the strength of a value; `None` for a common one: a number or a word of the manual.
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

/// Returns whether it occurs in the manual, which is public.
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

/// Words of ordinary HTTP answers, besides those of the manual.
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

/// Removes the values of a run's secrets from all input and output.
#[derive(Clone, Default)]
pub struct Scrub {
    known: Arc<Known>,
    /// Whether only the strong values are hidden.
    only_strong: bool,
}

/// Values, and what finds them. Every clone of a scrub shares it, because to build the automaton
/// takes as long as many searches.
#[derive(Default)]
struct Known {
    values: Vec<Value>,
    /// The search automaton, built when it is first used.
    finder: OnceLock<Option<AhoCorasick>>,
}

impl Scrub {
    /// Adds a value unchanged, unless it is common.
    pub fn add(&mut self, value: &str) {
        self.add_each([value.as_bytes().to_vec()]);
    }

    fn add_each(&mut self, values: impl IntoIterator<Item = Vec<u8>>) {
        let known: HashSet<_> = self.values().map(|value| &value.bytes[..]).collect();
        let mut new: Vec<_> = values.into_iter().collect();
        new.sort_unstable();
        new.dedup();
        let new: Vec<_> = new
            .into_iter()
            .filter(|value| !known.contains(&value[..]))
            .filter_map(|value| {
                let strength = Strength::of(&value)?;
                let bytes = Zeroizing::new(value);
                Some(Value { bytes, strength })
            })
            .collect();
        if !new.is_empty() {
            *self = Self::of(self.values().cloned().chain(new).collect());
        }
    }

    fn of(values: Vec<Value>) -> Self {
        let finder = OnceLock::new();
        Self {
            known: Arc::new(Known { values, finder }),
            only_strong: false,
        }
    }

    /// Returns the values that it hides.
    fn values(&self) -> impl Iterator<Item = &Value> {
        let values = self.known.values.iter();
        values.filter(|value| !self.only_strong || value.strength == Strength::Strong)
    }

    /// Adds a secret in every spelling in which pages, addresses and reports may contain it, whole
    /// or in part.
    pub(super) fn add_secret(&mut self, secret: &str) {
        self.add_each(spellings::of(secret));
    }

    /// Adds a user name and its password in combination, which is hidden even if the password is
    /// short.
    pub(super) fn add_pair(&mut self, user: &str, password: &str) {
        self.add_each(spellings::of_pair(user, password));
    }

    /// Adds every value of another scrub.
    pub fn add_all(&mut self, other: &Self) {
        self.add_each(other.values().map(|value| value.bytes.to_vec()));
    }

    /// Returns the values for texts of the harness: those that its own words cannot contain by
    /// chance.
    #[must_use]
    pub fn of_own_words(&self) -> Self {
        Self {
            known: Arc::clone(&self.known),
            only_strong: true,
        }
    }

    /// Returns the text without any of the values.
    pub fn text(&self, text: &str) -> String {
        self.bytes(text.as_bytes()).map_or_else(
            || text.to_owned(),
            |scrubbed| String::from_utf8_lossy(&scrubbed).into_owned(),
        )
    }

    /// Returns JSON without the values in its strings. Text outside strings is kept, so that it
    /// remains JSON.
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

    /// Returns the bytes without the values; `None` if they contain none.
    ///
    /// The time is proportional to the length, and replacements are not searched: a secret may be a
    /// part of its replacement, or occur a million times.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        replaced(bytes, self.hits(bytes))
    }

    /// Returns the search automaton; `None` if there are no values.
    fn finder(&self) -> Option<&AhoCorasick> {
        let Known { values, finder } = &*self.known;
        let finder = finder.get_or_init(|| {
            let patterns = values.iter().map(|value| &value.bytes[..]);
            // Fails for more than 2³² bytes of patterns.
            AhoCorasick::new(patterns).ok()
        });
        finder.as_ref().filter(|_| !values.is_empty())
    }

    /// Returns the places of the values, sorted by their starts.
    fn hits(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let Some(finder) = self.finder() else {
            return Vec::new();
        };
        let mut hits: Vec<_> = finder
            .find_overlapping_iter(bytes)
            .map(|hit| (&self.known.values[hit.pattern()], hit.range()))
            .filter(|(value, range)| match value.strength {
                Strength::Strong => true,
                Strength::Weak => !self.only_strong && is_alone(bytes, range),
            })
            .map(|(_, range)| range)
            .collect();
        hits.sort_unstable_by_key(|hit| hit.start);
        hits
    }
}

/// Returns whether no letter or digit stands directly before or after the hit.
fn is_alone(bytes: &[u8], hit: &Range<usize>) -> bool {
    let before = hit.start.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(hit.end);
    !before
        .into_iter()
        .chain(after)
        .any(u8::is_ascii_alphanumeric)
}

/// Returns the bytes without the hits, which are sorted by their starts; `None` without hits.
fn replaced(bytes: &[u8], hits: Vec<Range<usize>>) -> Option<Vec<u8>> {
    if hits.is_empty() {
        return None;
    }
    let mut scrubbed = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for hit in hits {
        // Two values may overlap; all bytes of either are removed.
        if hit.start >= done {
            scrubbed.extend_from_slice(&bytes[done..hit.start]);
            scrubbed.extend_from_slice(REDACTED.as_bytes());
        }
        done = done.max(hit.end);
    }
    scrubbed.extend_from_slice(&bytes[done..]);
    Some(scrubbed)
}

/// Returns the length of the JSON string at the beginning of `text`, with its quotes.
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
        write!(formatter, "Scrub({} values)", self.values().count())
    }
}

#[cfg(test)]
mod tests;
