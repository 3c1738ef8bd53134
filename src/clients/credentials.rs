//! How clients convert a user name and a password to bytes.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// The encoding in which a client sends credentials with HTTP Basic.
///
/// Source: clients.http.login, clients.divergence.basic-charset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CredentialEncoding {
    /// UTF-8: Desktop, and Android before 6.2.
    Utf8,
    /// ISO-8859-1, with `?` for each character that it lacks: Android 6.2 and later.
    Latin1,
}

impl CredentialEncoding {
    /// Returns the value of an `Authorization` header: `Basic `, then base64.
    ///
    /// Source: RFC 7617 section 2.
    pub fn encode(self, user: &str, password: &str) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::new());
        for part in [user, ":", password] {
            match self {
                Self::Utf8 => bytes.extend_from_slice(part.as_bytes()),
                Self::Latin1 => bytes.extend(part.chars().map(latin1)),
            }
        }
        let mut value = Zeroizing::new(String::from("Basic "));
        BASE64.encode_append(&bytes, &mut value);
        value
    }
}

fn latin1(character: char) -> u8 {
    u8::try_from(u32::from(character)).unwrap_or(b'?')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(encoding: CredentialEncoding, user: &str, password: &str) -> Vec<u8> {
        let value = encoding.encode(user, password);
        let base64 = value.strip_prefix("Basic ").expect("Basic");
        BASE64.decode(base64.as_bytes()).expect("base64")
    }

    #[test]
    fn ascii_is_the_same_in_both() {
        // The example in RFC 7617 section 2.
        let expected = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        for encoding in [CredentialEncoding::Utf8, CredentialEncoding::Latin1] {
            assert_eq!(*encoding.encode("Aladdin", "open sesame"), expected);
        }
    }

    #[test]
    fn beyond_ascii_they_differ() {
        let (utf8, latin1) = (CredentialEncoding::Utf8, CredentialEncoding::Latin1);
        assert_eq!(bytes(latin1, "\u{fc}", "\u{ff}"), b"\xfc:\xff");
        assert_eq!(bytes(utf8, "\u{fc}", "\u{ff}"), b"\xc3\xbc:\xc3\xbf");
        // Windows-1252 has the euro sign, ISO-8859-1 does not; an emoji is one character, not two.
        assert_eq!(bytes(latin1, "\u{20ac}", "\u{1f600}\u{100}"), b"?:??");
    }
}
