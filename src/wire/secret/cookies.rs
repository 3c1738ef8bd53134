//! The cookies that a server sets. They are temporarily as good as the password, and hidden
//! wherever the server repeats them.

use super::{DISTINCTIVE, Strength, is_alone, replaced, spellings};
use crate::safe::base_url::percent_decoded;
use crate::wire::answer::Response;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many bytes of a spelling are used to find it.
const START: usize = DISTINCTIVE;
/// How many values are kept before the older half is dropped, because many servers set new ones in
/// every answer.
const KEPT: usize = 256;

type Start = [u8; START];

/// The cookies of one server.
#[derive(Default)]
pub(in crate::wire) struct Cookies(Mutex<Jar>);

#[derive(Default)]
struct Jar {
    young: Values,
    old: Values,
}

/// Some values of cookies and their possible spellings.
#[derive(Default)]
struct Values {
    seen: HashSet<String>,
    spellings: HashMap<Start, Vec<(Vec<u8>, Strength)>>,
    /// Whether a spelling begins with these two bytes; empty if there are no spellings.
    begins: Vec<bool>,
}

impl Cookies {
    /// Notes the cookies that an answer sets.
    pub(in crate::wire) fn set_by(&self, response: &Response) {
        for cookie in response.headers("set-cookie") {
            // A cookie without a name is a value.
            //
            // Source: RFC 6265 section 5.2.
            let pair = cookie.split(';').next().unwrap_or_default();
            self.note(pair.split_once('=').map_or(pair, |(_, value)| value));
        }
    }

    /// Notes the cookies that a request sends.
    pub(in crate::wire) fn sent_as(&self, cookies: &str) {
        for pair in cookies.split(';') {
            self.note(pair.split_once('=').map_or(pair, |(_, value)| value));
        }
    }

    fn note(&self, value: &str) {
        let value = value.trim().trim_matches('"');
        let mut jar = self.jar();
        if jar.young.seen.contains(value) {
            return;
        }
        if jar.young.seen.len() >= KEPT {
            jar.old = std::mem::take(&mut jar.young);
        }
        jar.young.seen.insert(value.to_owned());
        jar.young.add(value);
        // Many values are percent-encoded, but repeated in decoded form.
        if let Ok(decoded) = percent_decoded(value) {
            jar.young.add(&decoded);
        }
    }

    /// Returns the bytes without cookie values; `None` if they contain none.
    pub(in crate::wire) fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let jar = self.jar();
        let mut hits = jar.young.hits(bytes);
        hits.extend(jar.old.hits(bytes));
        hits.sort_unstable_by_key(|hit| hit.start);
        replaced(bytes, hits)
    }

    /// Removes cookie values from the text.
    pub(in crate::wire) fn text(&self, text: &mut String) {
        if let Some(cleaned) = self.bytes(text.as_bytes()) {
            *text = String::from_utf8_lossy(&cleaned).into_owned();
        }
    }

    fn jar(&self) -> MutexGuard<'_, Jar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Values {
    /// Adds a value in every spelling, unless it is short or common.
    fn add(&mut self, value: &str) {
        if value.len() < DISTINCTIVE {
            return;
        }
        let Some(strength) = Strength::of(value.as_bytes()) else {
            return;
        };
        for spelling in spellings::of_whole(value) {
            let Some((start, rest)) = spelling.split_first_chunk::<START>() else {
                continue;
            };
            self.begins.resize(1 << 16, false);
            self.begins[beginning(start)] = true;
            let alike = self.spellings.entry(*start).or_default();
            let is_known = alike.iter().any(|(known, _)| known == rest);
            if !is_known {
                alike.push((rest.to_vec(), strength));
            }
        }
    }

    fn hits(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut hits = Vec::new();
        if self.begins.is_empty() {
            return hits;
        }
        for (at, window) in bytes.windows(START).enumerate() {
            if !self.begins[beginning(window)] {
                continue;
            }
            let after = &bytes[at + START..];
            let alike = self.spellings.get(window).into_iter().flatten();
            let found = alike
                .filter(|(rest, _)| after.starts_with(rest))
                .map(|(rest, strength)| (*strength, at..at + START + rest.len()))
                .filter(|(strength, hit)| *strength == Strength::Strong || is_alone(bytes, hit));
            hits.extend(found.map(|(_, hit)| hit));
        }
        hits
    }
}

/// Returns the first two bytes as a number.
fn beginning(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::answer::Body;
    use crate::wire::facet::Http;

    const VALUE: &str = "k3X%2Fq9vTz%3D1mW";

    fn setting(cookies: &[&str]) -> Cookies {
        let fields = cookies
            .iter()
            .map(|cookie| ("set-cookie".to_owned(), (*cookie).to_owned()));
        let body = Body::new(Vec::new().into(), false);
        let jar = Cookies::default();
        jar.set_by(&Response::new(200, Http::One, fields.collect(), body));
        jar
    }

    fn shown(jar: &Cookies, text: &str) -> String {
        let mut text = text.to_owned();
        jar.text(&mut text);
        text
    }

    #[test]
    fn a_cookie_is_hidden_however_it_is_repeated() {
        for jar in [
            setting(&[&format!("oc={VALUE}; Path=/; HttpOnly")]),
            setting(&["first=short", &format!("oc=\"{VALUE}\"")]),
            setting(&[VALUE]),
        ] {
            let meant = "k3X/q9vTz=1mW";
            let base64 = data_encoding::BASE64.encode(meant.as_bytes());
            let hex = data_encoding::HEXLOWER.encode(VALUE.as_bytes());
            for spelling in [VALUE, meant, "k3X\\/q9vTz=1mW", &base64, &hex] {
                let text = format!("session {spelling}, and {spelling}{spelling}");
                assert_eq!(
                    shown(&jar, &text),
                    "session [redacted], and [redacted][redacted]",
                    "{spelling}"
                );
            }
            let packed = [&[0xFF][..], VALUE.as_bytes(), &[0xFE]].concat();
            assert_eq!(
                jar.bytes(&packed).as_deref(),
                Some(&b"\xFF[redacted]\xFE"[..])
            );
        }
    }

    #[test]
    fn what_anybody_writes_is_no_cookie() {
        let cookies = [
            "a=1",
            "b=true",
            "c=12345678",
            "d=password",
            "e=",
            "f=cut7off",
        ];
        let jar = setting(&cookies);
        let text = "1 true 12345678 password cut7off";
        assert_eq!(shown(&jar, text), text);
        // A word is hidden only if it stands alone.
        let jar = setting(&["g=marvinandtrillian"]);
        assert_eq!(
            shown(&jar, "marvinandtrillian marvinandtrillians"),
            "[redacted] marvinandtrillians"
        );
    }

    #[test]
    fn of_ever_new_cookies_the_last_are_hidden_and_those_that_are_sent() {
        let jar = Cookies::default();
        let value = |n: usize| format!("Value-number-{n}-of-many");
        for n in 0..5 * KEPT {
            jar.note(&value(n));
            jar.sent_as(&format!("oc=1; session={VALUE}"));
        }
        for n in 4 * KEPT + 1..5 * KEPT {
            assert_eq!(shown(&jar, &value(n)), "[redacted]", "{n}");
        }
        assert_eq!(shown(&jar, VALUE), "[redacted]");
        assert_eq!(shown(&jar, &value(0)), value(0));
        assert!(jar.jar().old.seen.len() <= KEPT);
    }
}
