//! Deliberately wrong implementations: each has one mistake, and one vector that names it.

use crate::own::{Own, decrypt, derived, document, key, scrypt_at};
use data_encoding::BASE64;
use flate2::bufread::{DeflateDecoder, GzDecoder, MultiGzDecoder, ZlibDecoder};
use safe_conformance::adapter::{
    Answer, CheckPassword, Checked, Config, Derive, Derived, Document, Hello, Hex, Implementation,
    JudgeExchange, Open, OpenBox, Opened, Operation, ParseConfig, Refusal, RequestUrls, Rule,
    Scrypt, ScryptKey, Seal, Sealed, Sent, ServerOperation, Taken, Urls,
};
use safe_conformance::safe::Nonce;
use safe_conformance::safe::envelope;
use safe_conformance::safe::{Client, Stage};
use safe_conformance::suites::client::Like;
use std::io::Read as _;
use std::sync::Arc;

/// A wrong implementation, and the vector that names its mistake.
pub struct Wrong {
    /// What is wrong with it.
    pub mistake: &'static str,
    /// The vector that must catch it.
    pub vector: &'static str,
    /// The stage that the finding names.
    pub stage: Stage,
    /// The part of the vector's comment that describes the mistake.
    pub words: &'static str,
    /// The client that it is compared with.
    pub like: Like,
    /// The implementation.
    pub implementation: Arc<dyn Implementation>,
}

macro_rules! like {
    () => {
        Like::Anyone
    };
    ($client:ident) => {
        Like::Client(Client::$client)
    };
}

macro_rules! wrong {
    ($($mistake:literal: $vector:literal at $stage:ident says $words:literal,
        $((as $client:ident))? $operation:ident $method:ident($input:ident: $of:ty) -> $gives:ty $body:block)*) => {
        /// Every wrong implementation.
        pub fn all() -> Vec<Wrong> {
            vec![$({
                struct Mistaken;

                impl Implementation for Mistaken {
                    fn hello(&self) -> Hello {
                        Hello::new($mistake, "0", &[Operation::$operation])
                    }

                    fn $method(&self, $input: $of) -> Answer<$gives> $body
                }

                Wrong {
                    mistake: $mistake,
                    vector: $vector,
                    stage: Stage::$stage,
                    words: $words,
                    like: like!($($client)?),
                    implementation: Arc::new(Mistaken),
                }
            }),*]
        }
    };
}

wrong! {
    "N halved": "kdf.mistake-n-halved" at Http says "not halved to 32768",
    Derive derive(input: Derive) -> Derived { safe_scrypt(&input.password, &input.id, 32_768, 64) }

    "r and p swapped": "kdf.rfc7914-r8-p16" at Open says "r and p must not be swapped",
    Scrypt scrypt(input: Scrypt) -> ScryptKey {
        scrypt_at(&Scrypt { r: input.p, p: input.r, ..input })
    }

    "dkLen 32": "kdf.mistake-length-32" at Open says "dkLen 32",
    Derive derive(input: Derive) -> Derived { safe_scrypt(&input.password, &input.id, 65_536, 32) }

    "ID and key swapped": "kdf.mistake-halves-swapped" at Http says "they must not be swapped",
    Derive derive(input: Derive) -> Derived {
        let mut master = right(&input.password, &input.id)?.master_key.0;
        master.rotate_left(32);
        Ok(derived(&master))
    }

    "upper-case digits in the URL": "kdf.mistake-upper-case-digits" at Http says "in upper-case digits",
    Derive derive(input: Derive) -> Derived {
        let derived = right(&input.password, &input.id)?;
        let digits = String::from(derived.backup_id.clone()).to_uppercase();
        Ok(Derived { resource: format!("backups/{digits}"), ..derived })
    }

    "a shard prefix of 8 digits": "kdf.mistake-shard-prefix" at Http says "not the first 8 digits",
    Derive derive(input: Derive) -> Derived {
        let derived = right(&input.password, &input.id)?;
        let digits = String::from(derived.backup_id.clone());
        Ok(Derived { shard_prefix: digits[..8].to_owned(), ..derived })
    }

    "salt in lower case": "kdf.mistake-id-lower-case" at Http says "not in lower case",
    Derive derive(input: Derive) -> Derived { right(&input.password, &input.id.to_lowercase()) }

    "password and ID swapped": "kdf.mistake-id-as-password" at Http says "password and ID must not be swapped",
    Derive derive(input: Derive) -> Derived { right(&input.id, &input.password) }

    "password normalised to NFC": "kdf.nfd" at Http says "must not be normalised to NFC",
    Derive derive(input: Derive) -> Derived { right(&composed(&input.password), &input.id) }

    "password trimmed at the start": "kdf.space-leading" at Http says "A leading space: must not be trimmed",
    Derive derive(input: Derive) -> Derived { right(input.password.trim_start(), &input.id) }

    "password trimmed at the end": "kdf.space-trailing" at Http says "A trailing space: must not be trimmed",
    Derive derive(input: Derive) -> Derived { right(input.password.trim(), &input.id) }

    "white space collapsed": "kdf.spaces-inside" at Http says "must not become one",
    Derive derive(input: Derive) -> Derived {
        right(&input.password.split_whitespace().collect::<Vec<_>>().join(" "), &input.id)
    }

    "a tab trimmed": "kdf.tab-trailing" at Http says "A trailing tab: must not be trimmed",
    Derive derive(input: Derive) -> Derived { right(input.password.trim_end_matches('\t'), &input.id) }

    "a carriage return trimmed": "kdf.return-trailing" at Http says "A trailing carriage return: must not be trimmed",
    Derive derive(input: Derive) -> Derived { right(input.password.trim_end_matches('\r'), &input.id) }

    "zero-width space dropped": "kdf.zero-width-space" at Http says "must not be dropped",
    Derive derive(input: Derive) -> Derived { right(&input.password.replace('\u{200b}', ""), &input.id) }

    "soft hyphen dropped": "kdf.soft-hyphen" at Http says "must not be dropped",
    Derive derive(input: Derive) -> Derived { right(&input.password.replace('\u{ad}', ""), &input.id) }

    "variation selector dropped": "kdf.variation-selector" at Http says "must not be dropped",
    Derive derive(input: Derive) -> Derived { right(&input.password.replace('\u{fe0f}', ""), &input.id) }

    "quotes made straight": "kdf.quotes-curly" at Http says "must not become straight",
    Derive derive(input: Derive) -> Derived {
        let password = input.password.replace('\u{2019}', "'").replace(['\u{201c}', '\u{201d}'], "\"");
        right(&password, &input.id)
    }

    "password with the line feed of `echo`": "kdf.mistake-line-feed" at Http says "without the line feed that `echo` adds",
    Derive derive(input: Derive) -> Derived { right(&format!("{}\n", input.password), &input.id) }

    "byte order mark dropped": "kdf.bom-leading" at Http says "(byte order mark): must not be dropped",
    Derive derive(input: Derive) -> Derived {
        right(input.password.trim_start_matches('\u{feff}'), &input.id)
    }

    "password cut off at 64 bytes": "kdf.length-65" at Http says "It must not be cut off at 64 bytes",
    Derive derive(input: Derive) -> Derived {
        right(&input.password[..input.password.len().min(64)], &input.id)
    }

    "password ends at a NUL": "kdf.nul-inside" at Http says "uses only the part before it", (as Android)
    Derive derive(input: Derive) -> Derived {
        right(input.password.split('\0').next().unwrap_or_default(), &input.id)
    }

    "asterisk dropped": "kdf.id-star-digits" at Http says "the asterisk must not be dropped",
    Derive derive(input: Derive) -> Derived {
        right(&input.password, input.id.trim_start_matches('*'))
    }

    "tag last, sealing": "secretbox.mistake-tag-last" at Open says "before the ciphertext, not after it",
    Seal seal(input: Seal) -> Sealed {
        let mut boxed = Own.seal(input)?.r#box.0;
        boxed.rotate_left(16);
        Ok(Sealed { r#box: Hex(boxed) })
    }

    "NaCl's 16 zero bytes left before the box": "secretbox.mistake-padding-16" at Open says "without 16 zero bytes of NaCl's padding",
    Seal seal(input: Seal) -> Sealed {
        let boxed = Own.seal(input)?.r#box.0;
        Ok(Sealed { r#box: Hex([&[0; 16][..], &boxed].concat()) })
    }

    "NaCl's 32 zero bytes sealed with the plaintext": "secretbox.mistake-padding-32" at Open says "without 32 zero bytes of NaCl's padding",
    Seal seal(input: Seal) -> Sealed {
        Own.seal(Seal { plaintext: Hex([&[0; 32][..], &input.plaintext.0].concat()), ..input })
    }

    "Poly1305's last reduction left out": "secretbox.poly1305-p" at Open says "must not be left out",
    Seal seal(input: Seal) -> Sealed {
        // Nothing is summed for an empty text: its tag is what is added to the sum in the end.
        let end = tag(&Own.seal(Seal { plaintext: Hex(Vec::new()), ..input.clone() })?.r#box);
        let mut boxed = Own.seal(input)?.r#box;
        let right = tag(&boxed);
        if right.wrapping_sub(end) < 5 {
            boxed.0[..16].copy_from_slice(&right.wrapping_sub(5).to_le_bytes());
        }
        Ok(Sealed { r#box: boxed })
    }

    "tag compared as a string": "secretbox.tag-zero-inside" at Open says "stops at the zero byte",
    OpenBox open_box(input: OpenBox) -> Opened {
        compared(&input, |right, found| right.split(|byte| *byte == 0).next() == found.split(|byte| *byte == 0).next())
    }

    "13 bytes of the tag compared": "secretbox.tag-byte-13" at Open says "all of them must be compared",
    OpenBox open_box(input: OpenBox) -> Opened { compared(&input, |right, found| right[..13] == found[..13]) }

    "bytes 12 to 14 of the tag left out": "secretbox.tag-byte-12" at Open says "all of them must be compared",
    OpenBox open_box(input: OpenBox) -> Opened {
        compared(&input, |right, found| right[..12] == found[..12] && right[15] == found[15])
    }

    "the differences of the tag's bytes cancel": "secretbox.tag-two-bytes" at Open says "must not cancel",
    OpenBox open_box(input: OpenBox) -> Opened {
        compared(&input, |right, found| right.iter().chain(found).fold(0, |all, byte| all ^ byte) == 0)
    }

    "the sums of the tags compared": "secretbox.tag-sum" at Open says "the sum of all bytes stays the same",
    OpenBox open_box(input: OpenBox) -> Opened {
        let sum = |tag: &[u8]| tag.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        compared(&input, move |right, found| sum(right) == sum(found))
    }

    "tag last, opening": "secretbox.tag-last" at Open says "The tag at the end instead of the start",
    OpenBox open_box(input: OpenBox) -> Opened { Own.open_box(tag_to_the_front(input)) }

    "tag unchecked": "secretbox.tag-zero" at Open says "The tag is replaced",
    OpenBox open_box(input: OpenBox) -> Opened { Ok(Opened { plaintext: Hex(unchecked(&input)?) }) }

    "halves of the master key tried both": "secretbox.halves-swapped" at Open says "the halves of the master key are swapped",
    OpenBox open_box(input: OpenBox) -> Opened {
        let encryption_key = right("shootdeathstar", "ECHOECHO")?.encryption_key;
        Own.open_box(input.clone()).or_else(|_| Own.open_box(OpenBox { key: encryption_key, ..input }))
    }

    "nonce after the box": "envelope.nonce-last" at Open says "The nonce after the box",
    Open open(input: Open) -> Document {
        let mut body = input.body.0.clone();
        body.rotate_right(24.min(input.body.0.len()));
        unpacked(&input.key, &body)
    }

    "tag last, whole body": "envelope.tag-last" at Open says "The tag after the ciphertext",
    Open open(input: Open) -> Document {
        let mut body = input.body.0.clone();
        if let Some(boxed) = body.get_mut(24..).filter(|boxed| boxed.len() >= 16) {
            boxed.rotate_right(16);
        }
        unpacked(&input.key, &body)
    }

    "no gzip": "envelope.not-packed" at Gunzip says "not packed at all",
    Open open(input: Open) -> Document { document(&decrypt(&key(&input.key)?, &input.body.0)?) }

    "zlib instead of gzip": "envelope.zlib" at Gunzip says "zlib instead of gzip", (as Android)
    Open open(input: Open) -> Document {
        document(&inflated(ZlibDecoder::new(&decrypt(&key(&input.key)?, &input.body.0)?[..]))?)
    }

    "raw deflate instead of gzip": "envelope.raw-deflate" at Gunzip says "Raw deflate instead of gzip",
    Open open(input: Open) -> Document {
        document(&inflated(DeflateDecoder::new(&decrypt(&key(&input.key)?, &input.body.0)?[..]))?)
    }

    "first gzip member only": "envelope.empty-member-first" at Json says "a reader that stops after it has no document",
    Open open(input: Open) -> Document {
        document(&inflated(GzDecoder::new(&decrypt(&key(&input.key)?, &input.body.0)?[..]))?)
    }

    "a header of ten bytes taken for granted": "envelope.fname" at Gunzip says "With a file name",
    Open open(input: Open) -> Document {
        let packed = decrypt(&key(&input.key)?, &input.body.0)?;
        document(&inflated(DeflateDecoder::new(packed.get(10..).unwrap_or_default()))?)
    }

    "CRC ignored": "envelope.crc" at Gunzip says "The checksum's last byte is wrong",
    Open open(input: Open) -> Document { without_trailer(&input, |_, length| length) }

    "length ignored": "envelope.isize" at Gunzip says "The length in the trailer",
    Open open(input: Open) -> Document { without_trailer(&input, |crc, _| crc) }

    "tag unchecked, whole body": "envelope.tag-bit" at Open says "One bit of the tag",
    Open open(input: Open) -> Document {
        let (nonce, boxed) = input.body.0.split_at(24.min(input.body.0.len()));
        let opened = unchecked(&OpenBox {
            key: input.key.clone(), nonce: Hex(nonce.to_vec()), r#box: Hex(boxed.to_vec()),
        })?;
        document(&inflated(MultiGzDecoder::new(&opened[..]))?)
    }

    "base64 body": "envelope.base64" at Open says "The whole body in base64",
    Open open(input: Open) -> Document {
        let body = BASE64.decode(&input.body.0).unwrap_or(input.body.0);
        unpacked(&input.key, &body)
    }

    "line feeds translated": "envelope.crlf" at Open says "Each line feed replaced by carriage return and line feed",
    Open open(input: Open) -> Document {
        let mut body = input.body.0;
        for at in (1..body.len()).rev() {
            if body[at - 1..=at] == *b"\r\n" {
                body.remove(at - 1);
            }
        }
        unpacked(&input.key, &body)
    }

    "UTF-16 JSON": "envelope.utf-16" at Meaning says "The JSON as UTF-16", (as Android)
    Open open(input: Open) -> Document {
        let json = inflated(MultiGzDecoder::new(&decrypt(&key(&input.key)?, &input.body.0)?[..]))?;
        let units: Vec<u16> = json.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        document(String::from_utf16_lossy(&units).trim_start_matches('\u{feff}').as_bytes())
    }

    "byte order mark refused": "envelope.bom" at Json says "A byte order mark before the JSON",
    Open open(input: Open) -> Document { unpacked(&input.key, &input.body.0) }

    "names normalised to NFC": "envelope.decomposed" at Meaning says "not normalised to NFC",
    Open open(input: Open) -> Document {
        let opened = Own.open(input)?;
        let text = composed(&opened.document.to_string());
        document(text.as_bytes())
    }

    "unknown keys dropped": "envelope.unknown-keys" at Meaning says "Keys that no client knows",
    Open open(input: Open) -> Document {
        let mut opened = Own.open(input)?;
        let known = ["info", "user", "contacts", "groups", "distributionlists", "settings"];
        let keys = opened.document.as_object_mut().expect("an object");
        keys.retain(|key, _| known.contains(&&**key));
        Ok(opened)
    }

    "unbounded gunzip": "envelope.bomb" at Size says "unpacks to 1 GiB",
    Open open(input: Open) -> Document {
        let packed = decrypt(&key(&input.key)?, &input.body.0)?;
        // A real client would keep all of it; the test only counts, and keeps the beginning.
        let mut beginning = vec![0; 4096];
        let mut unpacker = MultiGzDecoder::new(&packed[..]);
        let kept = unpacker.read(&mut beginning).map_err(|error| Refusal::at(Stage::Gunzip, error.to_string()))?;
        let rest = std::io::copy(&mut unpacker, &mut std::io::sink());
        rest.map_err(|error| Refusal::at(Stage::Gunzip, error.to_string()))?;
        document(&beginning[..kept])
    }

    "a short body not looked for": "envelope.bytes-23" at Size says "The first 23 bytes of a body",
    Open open(input: Open) -> Document {
        let nonce = &input.body.0[..24];
        assert_eq!(nonce.len(), 24);
        unpacked(&input.key, &input.body.0)
    }

    "numbers taken out of strings": "config.string-bytes" at Meaning says "maxBackupBytes as a string", (as Ios)
    ParseConfig parse_config(input: ParseConfig) -> Config {
        let config: serde_json::Value = serde_json::from_slice(&input.body.0)
            .map_err(|error| Refusal::at(Stage::Json, error.to_string()))?;
        let number = |key: &str| match &config[key] {
            serde_json::Value::Number(number) => Ok(number.to_string()),
            serde_json::Value::String(text) => Ok(text.clone()),
            _ => Err(Refusal::at(Stage::Meaning, "no number")),
        };
        Ok(Config { max_backup_bytes: number("maxBackupBytes")?, retention_days: number("retentionDays")? })
    }

    "credentials as UTF-8": "base-url.basic-latin1" at Auth says "A user name with an umlaut", (as Android)
    RequestUrls request_urls(input: RequestUrls) -> Urls { Ok(requests(&input, "/")) }

    "slashes doubled": "base-url.host-slash" at Resolve says "A host and a slash",
    RequestUrls request_urls(input: RequestUrls) -> Urls { Ok(requests(&input, "//")) }

    "bytes counted for characters": "password-policy.umlauts-7" at Meaning says "14 bytes of UTF-8, but only 7 characters",
    CheckPassword check_password(input: CheckPassword) -> Checked {
        Ok(Checked { rule: (input.password.len() < 8).then_some(Rule::Length) })
    }

    "code points counted for the maximum": "password-policy.emoji-2049" at Meaning says "too long only for Android", (as Android)
    CheckPassword check_password(input: CheckPassword) -> Checked {
        Ok(Checked { rule: (input.password.chars().count() > 4096).then_some(Rule::Length) })
    }

    "bytes counted for the maximum": "password-policy.umlauts-4096" at Meaning says "only 4096 characters", (as Android)
    CheckPassword check_password(input: CheckPassword) -> Checked {
        Ok(Checked { rule: (input.password.len() > 4096).then_some(Rule::Length) })
    }

    "a final line feed ignored after digits": "password-policy.digits-line-feed" at Meaning says "a final line feed",
    CheckPassword check_password(input: CheckPassword) -> Checked {
        let digits = input.password.strip_suffix('\n').unwrap_or(&input.password);
        Ok(Checked { rule: digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(Rule::Digits) })
    }

    "any status is success": "exchange.get-404" at Http says "answered with 404",
    JudgeExchange judge_exchange(input: JudgeExchange) -> Taken { let _ = input; Ok(Taken {}) }

    "a backup of exactly the limit sent": "exchange.size-524288-of-524288" at Size says "A backup of 524288 bytes", (as Ios)
    JudgeExchange judge_exchange(input: JudgeExchange) -> Taken {
        let limit: u64 = input.max_backup_bytes.and_then(|limit| limit.parse().ok()).unwrap_or_default();
        if input.operation == ServerOperation::Upload && input.body_length > Some(limit) {
            return Err(Refusal::at(Stage::Size, "too large"));
        }
        Ok(Taken {})
    }
}

/// The wrong implementation with this mistake.
pub fn of(mistake: &str) -> Option<Arc<dyn Implementation>> {
    let mut all = all().into_iter();
    let found = all.find(|wrong| wrong.mistake == mistake);
    found.map(|wrong| wrong.implementation)
}

fn right(password: &str, id: &str) -> Answer<Derived> {
    safe_scrypt(password, id, 65_536, 64)
}

fn safe_scrypt(password: &str, salt: &str, n: u64, length: usize) -> Answer<Derived> {
    let (password, salt) = (password.to_owned(), salt.to_owned());
    let key = scrypt_at(&Scrypt {
        password,
        salt,
        n,
        r: 8,
        p: 1,
        length,
    })?;
    Ok(derived(&key.key.0))
}

/// The accented letters of the vectors, composed.
fn composed(text: &str) -> String {
    [
        ("A\u{308}", "\u{c4}"),
        ("u\u{308}", "\u{fc}"),
        ("A\u{30a}", "\u{c5}"),
        ("o\u{308}", "\u{f6}"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (apart, together)| {
        text.replace(apart, together)
    })
}

fn tag_to_the_front(mut input: OpenBox) -> OpenBox {
    if input.r#box.0.len() >= 16 {
        input.r#box.0.rotate_right(16);
    }
    input
}

/// Returns the plaintext for any tag: the key stream is the result of sealing zero bytes.
fn unchecked(input: &OpenBox) -> Answer<Vec<u8>> {
    let Some(ciphertext) = input.r#box.0.get(16..) else {
        return Err(Refusal::at(Stage::Size, "too short"));
    };
    let nonce = Nonce(input.nonce.exactly(Stage::Size)?);
    let zeros = vec![0; ciphertext.len()];
    let stream = envelope::encrypt(&key(&input.key)?, &nonce, &zeros);
    Ok(ciphertext
        .iter()
        .zip(&stream[40..])
        .map(|(byte, key)| byte ^ key)
        .collect())
}

/// Opens a box if the right tag and its own tag are the same to `same`.
fn compared(input: &OpenBox, same: impl Fn(&[u8], &[u8]) -> bool) -> Answer<Opened> {
    let plaintext = Hex(unchecked(input)?);
    let right = Own.seal(Seal {
        key: input.key.clone(),
        nonce: input.nonce.clone(),
        plaintext: plaintext.clone(),
    })?;
    if same(&right.r#box.0[..16], &input.r#box.0[..16]) {
        Ok(Opened { plaintext })
    } else {
        Err(Refusal::at(Stage::Open, "the tag differs"))
    }
}

/// The tag of a box as a number.
fn tag(boxed: &Hex) -> u128 {
    let tag = boxed.0.first_chunk().expect("a box has a tag");
    u128::from_le_bytes(*tag)
}

fn unpacked(bytes: &Hex, body: &[u8]) -> Answer<Document> {
    let packed = decrypt(&key(bytes)?, body)?;
    document(&inflated(MultiGzDecoder::new(&packed[..]))?)
}

fn inflated(unpacker: impl std::io::Read) -> Answer<Vec<u8>> {
    let mut json = Vec::new();
    let read = unpacker.take(1 << 20).read_to_end(&mut json);
    read.map_err(|error| Refusal::at(Stage::Gunzip, error.to_string()))?;
    Ok(json)
}

/// Reads one member; `good` decides by whether the checksum and the length in its trailer are
/// right.
fn without_trailer(input: &Open, good: fn(bool, bool) -> bool) -> Answer<Document> {
    let packed = decrypt(&key(&input.key)?, &input.body.0)?;
    let json = inflated(DeflateDecoder::new(packed.get(10..).unwrap_or_default()))?;
    let number = |at: usize| -> Option<u32> {
        let bytes = packed.get(packed.len().checked_sub(at)?..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let (Some(crc), Some(isize)) = (number(8), number(4)) else {
        return Err(Refusal::at(Stage::Gunzip, "no trailer"));
    };
    let mut sum = flate2::Crc::new();
    sum.update(&json);
    if good(sum.sum() == crc, json.len() == isize as usize) {
        document(&json)
    } else {
        Err(Refusal::at(Stage::Gunzip, "the trailer is wrong"))
    }
}

/// Credentials as UTF-8, and the paths put after `slash`.
fn requests(input: &RequestUrls, slash: &str) -> Urls {
    let base = input.address.clone().unwrap_or_default();
    let base = base.trim_end_matches('/');
    let id = input
        .backup_id
        .clone()
        .map(String::from)
        .unwrap_or_default();
    let basic = input.user.as_ref().zip(input.password.as_ref());
    let basic = basic.map(|(user, password)| {
        format!(
            "Basic {}",
            BASE64.encode(format!("{user}:{password}").as_bytes())
        )
    });
    Urls {
        config_url: Some(format!("{base}{slash}config")),
        backup_url: Some(format!("{base}{slash}backups/{id}")),
        sent: if basic.is_some() {
            Sent::Always
        } else {
            Sent::Never
        },
        authorization: basic,
    }
}
