//! The challenges of a 401: `WWW-Authenticate`, parsed by its grammar.
//!
//! Source: RFC 9110 section 11.6.1; one field may contain several challenges, and quoted strings
//! may contain commas.

use super::answer::Response;

/// One challenge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// The scheme, as it was written.
    pub scheme: String,
    /// The realm, if one is named.
    pub realm: Option<String>,
}

impl Response {
    /// Returns whether it is a 401 that offers Basic, or a redirect to one within the server.
    pub fn asks_for_basic(&self) -> bool {
        self.last_status() == 401 && self.offers("basic")
    }

    /// Returns whether it offers Digest, and not Basic: iOS logs in with Digest, which this program
    /// does not speak.
    ///
    /// Source: clause 4.8.
    pub fn asks_for_digest(&self) -> bool {
        self.last_status() == 401 && self.offers("digest") && !self.offers("basic")
    }

    /// Returns whether it is a 401 that offers Negotiate or NTLM, whatever else it offers. iOS does
    /// not answer these.
    ///
    /// Source: clients.http.system-challenges.
    pub fn asks_for_windows_login(&self) -> bool {
        self.last_status() == 401 && (self.offers("negotiate") || self.offers("ntlm"))
    }

    fn offers(&self, scheme: &str) -> bool {
        let is_it = |challenge: &Challenge| challenge.is(scheme);
        match &self.leads_to {
            Some(end) => {
                let mut values = end.challenges.iter();
                values.any(|value| Challenge::in_field(value).iter().any(is_it))
            }
            None => Challenge::all(self).iter().any(is_it),
        }
    }
}

impl Challenge {
    /// Returns whether it has this scheme, in upper or lower case.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// Returns every challenge of a response in order, without those that violate the grammar.
    pub fn all(response: &Response) -> Vec<Self> {
        response
            .headers("www-authenticate")
            .flat_map(Self::in_field)
            .collect()
    }

    /// Returns the challenges in one value of the field.
    pub fn in_field(value: &str) -> Vec<Self> {
        let mut challenges: Vec<Self> = Vec::new();
        for element in elements(value) {
            let (first, rest) = match element.split_once([' ', '\t']) {
                Some((first, rest)) => (first, rest.trim()),
                None => (element, ""),
            };
            // `name = value` belongs to the preceding challenge.
            let is_parameter = first.contains('=') || rest.starts_with('=');
            let parameter = if is_parameter {
                element
            } else {
                if !is_token(first) {
                    continue;
                }
                challenges.push(Self {
                    scheme: first.to_owned(),
                    realm: None,
                });
                rest
            };
            if let (Some(challenge), Some(realm)) = (challenges.last_mut(), realm_of(parameter)) {
                challenge.realm.get_or_insert(realm);
            }
        }
        challenges
    }
}

/// Returns the elements of a list, in which commas inside quoted strings do not separate.
fn elements(value: &str) -> Vec<&str> {
    let mut elements = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in value.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                elements.push(&value[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    elements.push(&value[start..]);
    elements
        .into_iter()
        .map(str::trim)
        .filter(|element| !element.is_empty())
        .collect()
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn realm_of(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("realm") {
        return None;
    }
    let value = value.trim();
    let quoted = value
        .strip_prefix('"')
        .map(|rest| rest.strip_suffix('"').unwrap_or(rest));
    Some(match quoted {
        Some(inner) => unescaped(inner),
        None => value.to_owned(),
    })
}

fn unescaped(quoted: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for character in quoted.chars() {
        if character == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn offers(value: &str, expected: &[(&str, Option<&str>)]) {
        let found = Challenge::in_field(value);
        let found: Vec<_> = found
            .iter()
            .map(|challenge| (challenge.scheme.as_str(), challenge.realm.as_deref()))
            .collect();
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn one_challenge_in_a_field() {
        offers("Basic realm=\"Files\"", &[("Basic", Some("Files"))]);
        offers("basic realm = Files", &[("basic", Some("Files"))]);
        offers("Basic", &[("Basic", None)]);
        offers(
            "Basic charset=\"UTF-8\", realm=\"a, b \\\"c\\\"\"",
            &[("Basic", Some("a, b \"c\""))],
        );
        offers("DummyBasic realm=\"x\"", &[("DummyBasic", Some("x"))]);
        offers("Negotiate YII=", &[("Negotiate", None)]);
        offers("Negotiate YII", &[("Negotiate", None)]);
    }

    #[test]
    fn several_challenges_in_a_field() {
        offers(
            "Bearer realm=\"x, Basic y\", error=\"invalid_token\", Basic realm=\"Files\"",
            &[("Bearer", Some("x, Basic y")), ("Basic", Some("Files"))],
        );
        offers(
            "Digest realm=\"d\", qop=\"auth\",Basic realm=\"b\"",
            &[("Digest", Some("d")), ("Basic", Some("b"))],
        );
        offers("Negotiate, NTLM", &[("Negotiate", None), ("NTLM", None)]);
    }

    #[test]
    fn what_is_no_challenge_is_left_out() {
        for value in ["", " ", ",,,", "realm=\"Basic\"", "\"Basic\"", "(Basic)"] {
            offers(value, &[]);
        }
        offers(
            "Basic realm=\"never closed, Digest",
            &[("Basic", Some("never closed, Digest"))],
        );
    }
}
