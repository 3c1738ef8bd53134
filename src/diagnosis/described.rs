//! The description of an answer, as every report shows it.

use super::words::{Words, shown};
use crate::wire::{Challenge, Response};

/// Returns the status with its reason phrase, the destination of a redirect, and the server's own
/// sentence.
pub fn describe(response: &Response) -> String {
    let phrase = http::StatusCode::from_u16(response.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let mut text = format!("{} {phrase}", response.status);
    text.truncate(text.trim_end().len());
    if let Some(length) = response.contradicting_length() {
        text += &format!(", although with `Content-Length: {length}`");
    }
    if let Some(location) = response
        .header("location")
        .filter(|_| response.is_redirect())
    {
        text += &format!(" to {location}");
    }
    if response.status == 401 && response.header("www-authenticate").is_none() {
        text += " without `WWW-Authenticate`";
    }
    let offered = offered(response);
    if response.status == 401 && !offered.is_empty() {
        text += &format!(", offering {offered}");
    }
    match Words::of(&response.body) {
        Some(Words::Page(Some(title))) if !repeats_status(&title, response.status, phrase) => {
            text += &format!(", an HTML page titled \"{title}\"");
        }
        Some(Words::Page(_)) => text += ", an HTML page",
        Some(Words::Text(words))
            if response.status >= 400 && !repeats_status(&words, response.status, phrase) =>
        {
            text += &format!(", saying \"{words}\"");
        }
        Some(Words::Text(_)) | None => {}
    }
    text
}

/// Returns the schemes and realms of the challenges: `Basic (realm "Files")`.
fn offered(response: &Response) -> String {
    let challenges = Challenge::all(response);
    let names: Vec<_> = challenges
        .iter()
        .map(|challenge| {
            let realm = challenge.realm.as_deref().and_then(shown);
            match realm {
                Some(realm) => format!("{} (realm \"{realm}\")", challenge.scheme),
                None => challenge.scheme.clone(),
            }
        })
        .collect();
    names.join(", ")
}

/// Returns whether a sentence only repeats the status.
fn repeats_status(sentence: &str, status: u16, phrase: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let rest = letters(sentence).replace(&status.to_string(), "");
    let rest = rest.strip_prefix("error").unwrap_or(&rest);
    let known = letters(phrase);
    rest.is_empty() || (!known.is_empty() && known.contains(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Http};

    fn answer(status: u16, body: &str) -> Response {
        Response::new(
            status,
            Http::One,
            Vec::new(),
            Body::new(body.as_bytes().to_vec().into(), false),
        )
    }

    #[track_caller]
    fn says(status: u16, body: &str, expected: &str) {
        assert_eq!(describe(&answer(status, body)), expected);
    }

    #[test]
    fn a_refusal_repeats_the_servers_own_sentence() {
        says(403, "", "403 Forbidden");
        says(403, "go away\n", "403 Forbidden, saying \"go away\"");
        says(
            403,
            "{\"error\": 7}",
            "403 Forbidden, saying \"{\"error\": 7}\"",
        );
        says(
            503,
            "<d:error><s:message>Account \n disabled</s:message></d:error>",
            "503 Service Unavailable, saying \"Account disabled\"",
        );
        says(
            500,
            "<html><TITLE>Oh no</TITLE></html>",
            "500 Internal Server Error, an HTML page titled \"Oh no\"",
        );
    }

    #[test]
    fn a_body_that_the_status_excludes_is_named() {
        let with = |status, length: &str| {
            let mut answer = answer(status, "");
            answer
                .headers
                .push(("content-length".to_owned(), length.to_owned()));
            describe(&answer)
        };
        assert_eq!(
            with(204, "2"),
            "204 No Content, although with `Content-Length: 2`"
        );
        assert_eq!(with(204, "0"), "204 No Content");
        assert_eq!(with(201, "2"), "201 Created");
    }

    #[test]
    fn what_repeats_the_status_is_left_out() {
        says(
            404,
            "404 page not found",
            "404 Not Found, saying \"404 page not found\"",
        );
        says(404, "Not Found", "404 Not Found");
        says(404, "404 Not Found\n", "404 Not Found");
        says(404, "Error 404: not found.", "404 Not Found");
        says(
            404,
            "<html><title>404 Not Found</title></html>",
            "404 Not Found, an HTML page",
        );
    }

    #[test]
    fn what_is_no_sentence_is_left_out() {
        says(200, "{\"maxBackupBytes\": 1}", "200 OK");
        says(500, "\u{1}\u{2}\u{0}binary", "500 Internal Server Error");
        says(
            500,
            "<?xml version=\"1.0\"?><a/>",
            "500 Internal Server Error",
        );
        says(599, "", "599");
    }

    #[test]
    fn a_sentence_holds_no_id_and_is_cut() {
        let id = "0123456789abcdef".repeat(4);
        says(
            404,
            &format!("no /backups/{id}!"),
            "404 Not Found, saying \"no /backups/…!\"",
        );
        let long = "ö".repeat(5000);
        let shown = "ö".repeat(200);
        says(
            500,
            &long,
            &format!("500 Internal Server Error, saying \"{shown}\""),
        );
    }
}
