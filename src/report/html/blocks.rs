//! Any text of headings, labelled lines and paragraphs as a page: an inspection, the state of a
//! watch.

use super::{page, say};
use crate::text::Block;
use maud::{Markup, html};

/// Returns the page for this text.
pub fn blocks_page(title: &str, blocks: &[Block]) -> String {
    let mut main: Vec<Markup> = Vec::new();
    let mut lines: Vec<(&str, &str)> = Vec::new();
    for block in blocks {
        if let Block::Line { label, text } = block {
            lines.push((label, text));
            continue;
        }
        main.push(list(&std::mem::take(&mut lines)));
        match block {
            Block::Heading(text) => main.push(html! { h2 { (say(text)) } }),
            Block::Paragraph(text) => main.push(html! { p { (say(text)) } }),
            Block::Line { .. } | Block::Gap => {}
        }
    }
    main.push(list(&lines));
    page(title, &html! {}, &html! { @for part in main { (part) } })
}

/// Labelled lines; one without a label belongs to the one before.
fn list(lines: &[(&str, &str)]) -> Markup {
    if lines.is_empty() {
        return html! {};
    }
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for (label, text) in lines {
        match grouped.last_mut() {
            Some((_, texts)) if label.is_empty() => texts.push(text),
            _ => grouped.push((label, vec![text])),
        }
    }
    html! {
        dl {
            @for (label, texts) in grouped {
                dt { (say(label)) }
                @for text in texts { dd { (say(text)) } }
            }
        }
    }
}
