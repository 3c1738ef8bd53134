//! HTTP Digest with MD5, which servers still offer and iOS still answers. Source: RFC 7616.

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};

/// The challenge.
pub(super) const CHALLENGE: &str =
    "Digest realm=\"rig\", qop=\"auth\", algorithm=MD5, nonce=\"0123456789\"";
const REALM: &str = "rig";
const NONCE: &str = "0123456789";

/// Returns whether the value of `Authorization` answers [`CHALLENGE`] for this user and request.
pub(super) fn is_answer(
    value: &str,
    user: &str,
    password: &str,
    method: &str,
    target: &str,
) -> bool {
    let Some(fields) = value.strip_prefix("Digest ") else {
        return false;
    };
    let field = |name: &str| field(fields, name);
    let (Some(uri), Some(response)) = (field("uri"), field("response")) else {
        return false;
    };
    if field("username") != Some(user)
        || field("realm") != Some(REALM)
        || field("nonce") != Some(NONCE)
        || uri.split('?').next() != Some(target)
    {
        return false;
    }
    let once = match (field("qop"), field("nc"), field("cnonce")) {
        (Some("auth"), Some(count), Some(nonce)) => Some((count, nonce)),
        // Without `qop` as in RFC 2069, which servers also accept.
        (None, _, _) => None,
        _ => return false,
    };
    let secret = hash(&format!("{user}:{REALM}:{password}"));
    response_of(&secret, NONCE, once, method, uri) == response
}

/// Returns the correct response: `secret` is the hash of user, realm and password; `once` is `nc`
/// and `cnonce`.
fn response_of(
    secret: &str,
    nonce: &str,
    once: Option<(&str, &str)>,
    method: &str,
    uri: &str,
) -> String {
    let request = hash(&format!("{method}:{uri}"));
    hash(&match once {
        Some((count, own)) => format!("{secret}:{nonce}:{count}:{own}:auth:{request}"),
        None => format!("{secret}:{nonce}:{request}"),
    })
}

fn hash(text: &str) -> String {
    HEXLOWER.encode(&Md5::digest(text.as_bytes()))
}

/// Returns the value of a field, quoted or not. The fields used here contain no comma or escape.
fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields.split(',').find_map(|field| {
        let (known, value) = field.trim().split_once('=')?;
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616 section 3.9.1.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let secret = hash("Mufasa:http-auth@example.org:Circle of Life");
        let once = ("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        assert_eq!(
            response_of(&secret, nonce, Some(once), "GET", "/dir/index.html"),
            "8ca523f5e9506fed4657c9700eebdbec"
        );
    }

    #[test]
    fn only_the_right_answer_for_this_request_is_taken() {
        let secret = hash("rig:rig:secret");
        let right = |method: &str, uri: &str| {
            let response = response_of(&secret, NONCE, Some(("00000001", "abc")), method, uri);
            format!(
                "Digest username=\"rig\", realm=\"rig\", nonce=\"0123456789\", uri=\"{uri}\", \
                 qop=auth, nc=00000001, cnonce=\"abc\", response=\"{response}\""
            )
        };
        let taken = |value: &str| is_answer(value, "rig", "secret", "GET", "/case/config");
        assert!(taken(&right("GET", "/case/config")));
        assert!(!taken(&right("PUT", "/case/config")));
        assert!(!taken(&right("GET", "/other")));
        assert!(!taken(
            &right("GET", "/case/config").replace("response=\"", "response=\"0")
        ));
        assert!(!taken(
            &right("GET", "/case/config").replace("username=\"rig\"", "username=\"x\"")
        ));
        assert!(!taken("Basic cmlnOnNlY3JldA=="));
    }
}
