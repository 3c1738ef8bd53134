//! A comparison as a page.

use super::super::Comparison;
use super::super::compared::alike;
use super::{Tone, detail, page, say};
use crate::engine::Exit;
use maud::html;

impl Comparison {
    /// Returns the comparison as one HTML file.
    pub fn to_html(&self) -> String {
        let tone = match self.exit() {
            Exit::Conforms => Tone::Pass,
            Exit::Deviates => Tone::Fail,
            _ => Tone::Warn,
        };
        let header = html! {
            @for side in self.sides() { p.soft { (say(&side)) } }
            @for remark in self.remarks() { p { (say(&remark)) } }
            p class={ "ending " (tone.class()) } { (say(&self.last_line())) }
        };
        let main = html! {
            @for (heading, changes) in self.lists() {
                @if !changes.is_empty() {
                    h2 { (heading) " (" (changes.len()) ")" }
                    ul.fixes {
                        @for alike in alike(changes) {
                            li {
                                p {
                                    @for change in &alike { code { (say(&change.name)) } " " }
                                    (say(&alike[0].verdicts()))
                                }
                                dl {
                                    @for (label, text) in alike[0].details() { (detail(label, &text)) }
                                }
                            }
                        }
                    }
                }
            }
        };
        page("Threema Safe: two runs compared", &header, &main)
    }
}
