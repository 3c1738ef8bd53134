//! HTML that no template writes.

/// Returns the text escaped for use between two tags.
pub fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_begins() {
        assert_eq!(
            html("<a href=x> & </a>"),
            "&lt;a href=x&gt; &amp; &lt;/a&gt;"
        );
    }
}
