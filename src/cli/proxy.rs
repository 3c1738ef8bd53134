//! Variables that name a proxy. This program connects directly, and says so if it cannot connect.

use crate::safe::BaseUrl;
use std::ffi::OsString;

/// Returns the sentence about a proxy that is set for URLs like this one and is not used.
pub(super) fn unused(base: &BaseUrl) -> Option<String> {
    unused_among(base.scheme_is_https(), |name| std::env::var_os(name))
}

fn unused_among(is_https: bool, variable: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let [lower, upper] = if is_https {
        ["https_proxy", "HTTPS_PROXY"]
    } else {
        ["http_proxy", "HTTP_PROXY"]
    };
    let names = [lower, upper, "all_proxy", "ALL_PROXY"];
    // An empty variable switches the proxy off.
    let is_set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let name = names.into_iter().find(is_set)?;
    Some(format!("{name} is set; this program does not use it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_for_this_scheme_is_named() {
        for (is_https, set, value, named) in [
            (true, "https_proxy", "http://p:3128", true),
            (true, "HTTPS_PROXY", "http://p:3128", true),
            (true, "ALL_PROXY", "socks5://p", true),
            (false, "all_proxy", "socks5://p", true),
            (false, "http_proxy", "http://p:3128", true),
            (true, "http_proxy", "http://p:3128", false),
            (false, "https_proxy", "http://p:3128", false),
            (true, "https_proxy", "", false),
            (true, "no_proxy", "*", false),
        ] {
            let sentence = unused_among(is_https, |name| (name == set).then(|| value.into()));
            let expected = named.then(|| format!("{set} is set; this program does not use it"));
            assert_eq!(sentence, expected, "{set}={value}");
        }
    }
}
