//! Reports as one HTML file: no script, nothing from elsewhere, and a policy that allows neither.
//!
//! Whatever a server says is text here: maud escapes it, and what cannot be printed is made
//! visible before.

mod blocks;
mod chain;
mod compared;
mod exchanges;
mod limits;
mod losses;
mod report;

pub use blocks::blocks_page;

use crate::text::line;
use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

/// The one style sheet.
const STYLE: &str = include_str!("style.css");

/// How something is to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tone {
    /// As it should be.
    Pass,
    /// Worth a look.
    Warn,
    /// Broken.
    Fail,
    /// To be known.
    Note,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Note => "note",
        }
    }
}

/// Returns a whole page. Titles are made printable here; what is in `main` was before.
fn page(title: &str, header: &Markup, main: &Markup) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        BASE64.encode(&Sha256::digest(STYLE))
    );
    let made_by = concat!("Made by safe-conformance ", env!("CARGO_PKG_VERSION"), ".");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (line(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the result" }
                header { h1 { (line(title)) } (header) }
                main #main { (main) }
                footer { p { (made_by) } }
            }
        }
    }
    .into_string()
}

/// Up to how many bytes any word with a hyphen is kept on one line: `android-h2`.
const SHORT_WORD: usize = 14;
/// The longest name that is kept on one line, in bytes.
const LONGEST_NAME: usize = 60;

/// Text as it may be shown; what stands in backticks is code.
fn say(text: &str) -> Markup {
    let text = line(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks pairs nothing up.
    if parts.len().is_multiple_of(2) {
        return unbroken(&text);
    }
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if at.is_multiple_of(2) { (unbroken(part)) } @else { code { (unbroken(part)) } }
        }
    }
}

/// Text whose IDs and options stand whole on a line wherever there is room: browsers break them at
/// their hyphens otherwise.
fn unbroken(text: &str) -> Markup {
    let is_name = |word: &str| {
        let bare = word.trim_start_matches(['(', '[', '"']);
        let begins = bare.starts_with("--") || bare.starts_with(|c: char| c.is_ascii_lowercase());
        let named = bare.starts_with("--") || bare.contains(['.', '[']) || bare.len() <= SHORT_WORD;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.[],:;)=_".contains(c);
        let short = bare.len() <= LONGEST_NAME;
        begins && named && bare.contains('-') && short && bare.chars().all(is_plain)
    };
    if !text.split(' ').any(is_name) {
        return html! { (text) };
    }
    html! {
        @for (at, word) in text.split(' ').enumerate() {
            @if at > 0 { " " }
            @if is_name(word) { span.id { (word) } } @else { (word) }
        }
    }
}

/// Returns a picture that is as wide as it needs to be: on a phone it scrolls.
fn picture(label: &str, height: usize, drawing: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(line(label)) tabindex="0" {
            svg viewBox={ "0 0 1000 " (height) } role="img" aria-label=(line(label)) { (drawing) }
        }
    }
}

/// Returns a word that carries a verdict, by its text as well as by its colour.
fn word(tone: Tone, text: &str) -> Markup {
    html! { span class={ "word " (tone.class()) } { (line(text)) } }
}

/// One label and its text of a list of details; nothing where there is no text.
fn detail(label: &str, text: &str) -> Markup {
    html! { @if !text.is_empty() { dt { (label) } dd { (say(text)) } } }
}
