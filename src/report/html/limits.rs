//! The limit on the size of a backup as a picture: what is promised, what was stored, what was
//! refused.

use super::super::pictures::Pictures;
use super::{picture, say};
use crate::text::{counted, size};
use crate::wire::{Method, Passed};
use maud::{Markup, html};

/// The width of the picture, in its own units.
const WIDTH: u32 = 1000;
/// The axis begins at 2 to this power, and ends at 2 to that one.
const FIRST: f64 = 4.0;
const LAST: f64 = 27.0;

pub(super) fn section(pictures: &Pictures) -> Markup {
    let is_upload = |one: &&Passed| one.method == Method::Put && one.is_ordinary && one.sent > 0;
    let uploads = || pictures.exchanges.iter().filter(is_upload);
    let sizes = |wanted: fn(u16) -> bool| {
        let mut sizes: Vec<u64> = uploads()
            .filter(|one| one.status.is_some_and(wanted))
            .map(|one| one.sent)
            .collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    };
    let stored = sizes(|status| (200..300).contains(&status));
    let refused = sizes(|status| status == 413);
    let promised = pictures
        .promised
        .and_then(|bytes| u64::try_from(bytes).ok());
    if stored.is_empty() && refused.is_empty() {
        return html! {};
    }
    let label = sentence(promised, &stored, &refused);
    let drawing = html! {
            line.axis x1="0" x2=(WIDTH) y1="80" y2="80" {}
            @for power in [10_u32, 13, 16, 19, 22, 25] {
                @let at = place(1 << power);
                line.axis x1=(at) x2=(at) y1="74" y2="86" {}
                text x=(at) y="108" text-anchor="middle" { (size(1 << power)) }
            }
            @for bytes in &stored {
                circle.good cx=(place(*bytes)) cy="60" r="7" { title { (size(*bytes)) ": stored" } }
            }
            @for bytes in &refused {
                rect.refused x=(place(*bytes).saturating_sub(6)) y="24" width="12" height="12" {
                    title { (size(*bytes)) ": refused" }
                }
            }
            @if let Some(bytes) = promised {
                line.promise x1=(place(bytes)) x2=(place(bytes)) y1="8" y2="88" {}
            }
    };
    html! {
        h2 { "The size limit" }
        p { (say(&label)) }
        (picture(&label, 120, &drawing))
        ul.legend {
            li { span.pass { "●" } " stored" }
            li { span.warn { "■" } " refused as too large (413)" }
            li { "line: what " code { "config" } " promises" }
        }
    }
}

fn sentence(promised: Option<u64>, stored: &[u64], refused: &[u64]) -> String {
    let bytes = |bytes: u64| counted(bytes, "byte");
    let promised = promised.map_or_else(
        || "The promise of `config` is not known".to_owned(),
        |promised| format!("`config` promises {}", bytes(promised)),
    );
    let stored = stored.last().map_or_else(
        || "nothing was stored".to_owned(),
        |largest| format!("the largest backup that was stored has {}", bytes(*largest)),
    );
    let refused = refused.first().map_or_else(
        || "none was refused as too large".to_owned(),
        |least| format!("the smallest that was refused has {}", bytes(*least)),
    );
    format!("{promised}; {stored}; {refused}.")
}

/// A size on the axis, which counts powers of two.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a picture"
)]
fn place(bytes: u64) -> u32 {
    let power = (bytes.max(1) as f64).log2().clamp(FIRST, LAST);
    ((power - FIRST) / (LAST - FIRST) * f64::from(WIDTH)) as u32
}
