//! The chain of certificates as a picture: the server's own above, each signed by the one below.

use super::super::pictures::Pictures;
use super::{detail, say};
use maud::{Markup, html};

pub(super) fn section(pictures: &Pictures) -> Markup {
    let chain = &pictures.chain;
    let Some(last) = chain.last() else {
        return html! {};
    };
    html! {
        h2 { "The certificates" }
        ol.chain {
            @for link in chain {
                li {
                    h3 { (say(&link.subject)) }
                    dl {
                        (detail("names", &link.names.join(", ")))
                        (detail("key", &link.key))
                        (detail("valid", &format!("{} to {}", day(link.not_before), day(link.not_after))))
                    }
                }
            }
            @if last.issuer != last.subject {
                li {
                    h3 { (say(&last.issuer)) }
                    p {
                        @if last.is_anchored { "A root that is trusted here; the server need not send it." }
                        @else { "The server did not send it, and no root here has this name." }
                    }
                }
            }
        }
    }
}

fn day(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(
        |_| "an invalid time".to_owned(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}
