//! Tests of what is hidden and what is not.

use super::*;
use crate::wire::{Body, Http, OwnBackup, Request, Response, Seed};
use bytes::Bytes;
use data_encoding::BASE64;

fn hiding(secret: &str) -> Scrub {
    let mut scrub = Scrub::default();
    scrub.add_secret(secret);
    scrub
}

#[test]
fn a_secret_never_shows() {
    assert_eq!(format!("{:?}", Secret::new("hunter22".into())), "Secret(…)");
}

#[test]
fn every_value_is_replaced_whole() {
    let mut scrub = Scrub::default();
    scrub.add("hunter22");
    scrub.add("c2FmZTpodW50ZXIyMg==");
    scrub.add("hunter22-and-more");
    scrub.add("abc");
    assert_eq!(
        scrub.text("Basic c2FmZTpodW50ZXIyMg== hunter22-and-more hunter22 abc"),
        "Basic [redacted] [redacted] [redacted] abc"
    );
    assert_eq!(
        scrub.bytes(b"\xffhunter22\xff").as_deref(),
        Some(&b"\xff[redacted]\xff"[..])
    );
    assert_eq!(scrub.bytes(b"nothing"), None);
}

#[test]
fn a_value_that_is_part_of_its_replacement_ends_and_overlapping_values_both_go() {
    let mut scrub = Scrub::default();
    scrub.add("[redacted");
    scrub.add("ted]-on-And");
    assert_eq!(scrub.text("a [redacted b"), "a [redacted] b");
    assert_eq!(scrub.text("a [redacted]-on-And b"), "a [redacted] b");
}

#[test]
fn a_secret_is_hidden_in_every_spelling() {
    let secret = "Zürich 4<2>/\"ö'&";
    let scrub = hiding(secret);
    let reversed: String = secret.chars().rev().collect();
    let shorter: String = secret.chars().take(secret.chars().count() - 1).collect();
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = secret
        .encode_utf16()
        .fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"));
    let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
    for spelling in [
        secret.as_bytes().to_vec(),
        reversed.clone().into_bytes(),
        shorter.clone().into_bytes(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        data_encoding::HEXLOWER
            .encode(reversed.as_bytes())
            .into_bytes(),
        data_encoding::HEXLOWER
            .encode(shorter.as_bytes())
            .into_bytes(),
        BASE64.encode(secret.as_bytes()).into_bytes(),
        BASE64
            .encode(reversed.as_bytes())
            .trim_end_matches('=')
            .as_bytes()
            .to_vec(),
        b"Z%C3%BCrich+4%3C2%3E%2F%22%C3%B6%27%26".to_vec(),
        b"Z%25C3%25BCrich%25204%253C2%253E%252F%2522%25C3%25B6%2527%2526".to_vec(),
        b"Z\\u00fcrich 4<2>/\\\"\\u00f6'&".to_vec(),
        b"Z\\u00FCrich 4<2>\\/\\\"\\u00F6'&".to_vec(),
        b"Z\xfcrich 4<2>/\"\xf6'&".to_vec(),
        b"Z\xc3\xbcrich 4&lt;2&gt;/&quot;\xc3\xb6&#39;&amp;".to_vec(),
        b"Z\\u00fcrich 4\\u003c2\\u003e\\u002f\\u0022\\u00f6\\u0027\\u0026".to_vec(),
        serde_json::to_string(secret)
            .expect("JSON")
            .trim_matches('"')
            .into(),
        escaped.into_bytes(),
        utf16,
    ] {
        let text = [b"before ", &spelling[..], b" after"].concat();
        let hidden = scrub.bytes(&text).expect("it is found");
        assert_eq!(
            hidden,
            b"before [redacted] after",
            "{:?}",
            String::from_utf8_lossy(&spelling)
        );
    }
    for before in ["", "a", "ab", "abc", "user:"] {
        let text = BASE64.encode(format!("{before}{secret} and more").as_bytes());
        assert!(scrub.bytes(text.as_bytes()).is_some(), "{before}");
    }
}

#[test]
fn what_would_be_the_secret_in_base64_is_hidden_as_bytes() {
    let secret = "Tm90aGluZ1RvU2Vl";
    let bytes = BASE64.decode(secret.as_bytes()).expect("base64");
    let scrub = hiding(secret);
    for before in 0..3 {
        let text = [&vec![b'-'; before], &bytes[..], b"--"].concat();
        let kept = scrub.bytes(&text).unwrap_or(text);
        let written = BASE64.encode(&kept);
        assert!(!written.contains(secret), "{written}");
    }
}

#[test]
fn a_weak_secret_is_hidden_where_it_stands_alone() {
    let scrub = hiding("zaphod");
    assert_eq!(
        scrub.text("X-Zaphod: zaphod; zaphodic"),
        "X-Zaphod: [redacted]; zaphodic"
    );
    assert_eq!(scrub.text("dohpaz, 7a6170686f64"), "[redacted], [redacted]");
    assert_eq!(scrub.of_own_words().text("zaphod"), "zaphod");
}

#[test]
fn what_anybody_writes_is_no_secret_by_itself() {
    for ordinary in [
        "a",
        "gzip",
        "content-type",
        "524288",
        "Nextcloud",
        "retentionDays",
        "config",
    ] {
        let text = "content-type: gzip; config of Nextcloud: {\"retentionDays\": 524288, \"a\": 1}";
        assert_eq!(hiding(ordinary).text(text), text, "{ordinary}");
    }
}

#[test]
fn a_short_password_is_hidden_beside_its_user() {
    let mut scrub = hiding("a");
    scrub.add_pair("zaphod", "a");
    assert_eq!(scrub.text("zaphod:a zaphod%3Aa"), "[redacted] [redacted]");
    let basic = BASE64.encode(b"zaphod:a");
    assert_eq!(scrub.text(&format!("Basic {basic}")), "Basic [redacted]");
}

/// In three of a thousand runs, a password of four letters occurs in the random bytes.
#[test]
fn a_short_password_in_a_random_backup_is_no_echo() {
    let mut scrub = hiding("zap9");
    scrub.add_pair("zaphod", "zap9");
    let backup = OwnBackup::labelled(Seed::new(7), "test/a");
    let answered = |status, body: &'static [u8]| {
        let body = Body::new(Bytes::from_static(body), false);
        let response = Response::new(status, Http::One, Vec::new(), body);
        clean_response(
            (&scrub, &Cookies::default()),
            response,
            &Request::get(&backup),
        )
    };
    let by_chance = answered(200, b"\x00\xff(zap9)\x03");
    assert!(!by_chance.echoed_secret);
    assert_eq!(&by_chance.body.bytes[..], b"\x00\xff(zap9)\x03");
    // A page, an error, and a secret that is no chance.
    for (status, body) in [
        (200, &b"<p>zap9</p>\r\n"[..]),
        (500, b"\x00 zap9 \x03"),
        (200, b"\x00zaphod:zap9\x03"),
    ] {
        let page = answered(status, body);
        assert!(page.echoed_secret, "{status}");
        assert!(memchr::memmem::find(&page.body.bytes, b"zap9").is_none());
    }
}

#[test]
fn json_stays_json() {
    let scrub = hiding("\",\"verdict\":\"P4ss");
    let json = serde_json::json!({"a": "\",\"verdict\":\"P4ss", "verdict": "P4ss"}).to_string();
    let cleaned = scrub.json(&json);
    let value: serde_json::Value = serde_json::from_str(&cleaned).expect("JSON");
    assert_eq!(
        value,
        serde_json::json!({"a": "[redacted]", "verdict": "P4ss"})
    );
    assert_eq!(scrub.json("{\"open"), "{\"open");
}

#[test]
fn a_million_values_take_little_time() {
    let scrub = hiding("hunter-22");
    let text = "hunter-22 ".repeat(100_000);
    let hidden = scrub.bytes(text.as_bytes()).expect("it is found");
    assert!(!hidden.windows(9).any(|window| window == b"hunter-22"));
}
