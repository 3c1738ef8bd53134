//! The loss table as a page.

use super::super::LossTable;
use super::{page, say};
use maud::html;

impl LossTable {
    /// Returns the table as one HTML file.
    pub fn to_html(&self) -> String {
        let sheet = self.table();
        let header = html! { @for sentence in &sheet.legend { p { (say(sentence)) } } };
        let main = html! {
            h2 #table { "From one app to another" }
            div.scroll role="region" aria-labelledby="table" tabindex="0" {
                table {
                    thead {
                        tr {
                            th scope="col" { "field" }
                            @for head in &sheet.heads { th scope="col" { (say(head)) } }
                        }
                    }
                    tbody {
                        @for (head, cells) in &sheet.rows {
                            tr {
                                th scope="row" { code { (say(head)) } }
                                @for cell in cells { td { (say(cell)) } }
                            }
                        }
                    }
                }
            }
            h2 { "Notes" }
            ol { @for note in &sheet.notes { li { (say(note)) } } }
        };
        page(
            "Threema Safe: what is lost from one app to another",
            &header,
            &main,
        )
    }
}
