//! HTML where no template makes it.

/// The text as it stands between two tags.
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
