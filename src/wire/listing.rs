//! What a listing of `backups/` reveals, without keeping its content.

use data_encoding::BASE64;

/// What a listing reveals about backup IDs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Listing {
    /// It names the backup that the run stored.
    Ours,
    /// It names other backups, but not the one that the run stored.
    Others,
    /// It names no backup.
    Nothing,
}

impl Listing {
    /// Reads the body of a listing; `own` is the ID of the run's stored backup in hex.
    pub fn of(body: &[u8], own: &str) -> Self {
        let text = String::from_utf8_lossy(body);
        let mut found = Self::Nothing;
        // One real server encodes the names in its page in base64.
        let hidden = long_runs(
            &text,
            |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
            88,
        )
        .filter_map(|run| BASE64.decode(run.as_bytes()).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        for text in std::iter::once(text.clone().into_owned()).chain(hidden) {
            if text.to_ascii_lowercase().contains(own) {
                return Self::Ours;
            }
            if ids(&text).next().is_some() {
                found = Self::Others;
            }
        }
        found
    }

    /// Returns the word that represents the listing in a transcript.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Others => "others",
            Self::Nothing => "nothing",
        }
    }

    /// Returns the listing that a word represents.
    pub fn from_word(word: &[u8]) -> Self {
        match word {
            b"ours" => Self::Ours,
            b"others" => Self::Others,
            _ => Self::Nothing,
        }
    }
}

fn long_runs(text: &str, belongs: impl Fn(u8) -> bool, least: usize) -> impl Iterator<Item = &str> {
    text.split(move |c: char| !u8::try_from(c).is_ok_and(&belongs))
        .filter(move |run| run.len() >= least)
}

/// Returns the backup IDs in a text: runs of exactly 64 hex digits.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    long_runs(text, |byte| byte.is_ascii_hexdigit(), 64).filter(|run| run.len() == 64)
}

/// Returns the text with every backup ID replaced, so that observations never contain one. The time
/// is proportional to the length.
pub(super) fn without_ids(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut done = 0;
    for id in ids(text) {
        // The place of the run in the text that contains it.
        let start = id.as_ptr() as usize - text.as_ptr() as usize;
        cleaned.push_str(&text[done..start]);
        cleaned.push_str("<backup ID>");
        done = start + id.len();
    }
    cleaned.push_str(&text[done..]);
    cleaned
}

/// Returns the bytes with every backup ID replaced by dashes of the same length; `None` if it
/// contains no ID.
///
/// Error pages repeat the requested path. The harness's own bodies never contain such a run.
pub(super) fn bytes_without_ids(bytes: &[u8]) -> Option<Vec<u8>> {
    const ID: usize = 64;
    let hex = |byte: &u8| byte.is_ascii_hexdigit();
    let mut cleaned: Option<Vec<u8>> = None;
    let mut place = ID - 1;
    // A run of 64 covers one of every 64 places, so only these and their surroundings are examined.
    while let Some(byte) = bytes.get(place) {
        if !hex(byte) {
            place += ID;
            continue;
        }
        let start = place
            - bytes[..place]
                .iter()
                .rev()
                .take_while(|byte| hex(byte))
                .count();
        let end = place + bytes[place..].iter().take_while(|byte| hex(byte)).count();
        if end - start == ID {
            cleaned.get_or_insert_with(|| bytes.to_vec())[start..end].fill(b'-');
        }
        place = end + ID;
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_listing_is_distinguished_by_what_it_names() {
        let other = OWN.replace("01", "ff");
        assert_eq!(
            Listing::of(format!("<a href=\"{OWN}\">").as_bytes(), OWN),
            Listing::Ours
        );
        assert_eq!(
            Listing::of(
                format!("<a href=\"{}\">", OWN.to_uppercase()).as_bytes(),
                OWN
            ),
            Listing::Ours
        );
        assert_eq!(Listing::of(other.as_bytes(), OWN), Listing::Others);
        assert_eq!(
            Listing::of(b"<html>nothing to see</html>", OWN),
            Listing::Nothing
        );
        let hidden = BASE64.encode(format!("{{\"paths\":[{{\"name\":\"{OWN}\"}}]}}").as_bytes());
        assert_eq!(
            Listing::of(format!("<template>{hidden}</template>").as_bytes(), OWN),
            Listing::Ours
        );
        for listing in [Listing::Ours, Listing::Others, Listing::Nothing] {
            assert_eq!(Listing::from_word(listing.word().as_bytes()), listing);
        }
    }

    #[test]
    fn a_page_that_is_kept_holds_no_id() {
        let page = format!("no /backups/{OWN} here, {OWN}0 is longer");
        let kept = page.replacen(OWN, &"-".repeat(64), 1);
        assert_eq!(bytes_without_ids(page.as_bytes()), Some(kept.into_bytes()));
        assert_eq!(bytes_without_ids(b"nothing, cafe"), None);
        for before in 0..130 {
            let text = format!("{}{OWN}-{OWN}", "-".repeat(before));
            let cleaned = vec![b'-'; text.len()];
            assert_eq!(bytes_without_ids(text.as_bytes()), Some(cleaned));
            assert_eq!(
                bytes_without_ids(format!("{}{OWN}f", "f".repeat(before)).as_bytes()),
                None
            );
        }
    }

    #[test]
    fn what_is_observed_holds_no_id() {
        assert_eq!(
            without_ids(&format!("/backups/{OWN}?x")),
            "/backups/<backup ID>?x"
        );
    }
}
