use super::*;
use proptest::prelude::*;

const ID: &str = "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3";

fn base(text: &str) -> BaseUrl {
    BaseUrl::parse(text).expect(text).base
}

fn refusal(text: &str) -> String {
    BaseUrl::parse(text).expect_err(text).to_string()
}

#[test]
fn what_people_paste_has_one_spelling() {
    let cases = [
        ("https://cloud.example/safe", "https://cloud.example/safe"),
        (
            " https://cloud.example/safe/\n",
            "https://cloud.example/safe",
        ),
        (
            "HTTPS://Cloud.Example:443/Safe//",
            "https://cloud.example/Safe",
        ),
        ("https://cloud.example", "https://cloud.example"),
        ("https://cloud.example:8443/", "https://cloud.example:8443"),
        ("http://[::1]:8080/a/", "http://[::1]:8080/a"),
        (
            "https://u:p@cloud.example/safe",
            "https://cloud.example/safe",
        ),
        (
            "https://b\u{fc}cher.example/a b",
            "https://xn--bcher-kva.example/a%20b",
        ),
        (
            "https://h/files/a@b.example/safe/",
            "https://h/files/a@b.example/safe",
        ),
        (
            "https://h/config.d/backups-of-me",
            "https://h/config.d/backups-of-me",
        ),
    ];
    for (pasted, spelling) in cases {
        assert_eq!(base(pasted).as_str(), spelling);
    }
}

#[test]
fn urls_are_joined_byte_for_byte() {
    let base = base("https://h/safe/");
    let id = BackupId::parse(ID).expect("an ID");
    assert_eq!(base.config_url(), "https://h/safe/config");
    assert_eq!(base.backups_url(), "https://h/safe/backups/");
    assert_eq!(base.backup_url(&id), format!("https://h/safe/backups/{ID}"));
    assert_eq!(
        base.join_raw("/%2e%2e/\u{fc}"),
        "https://h/safe/%2e%2e/\u{fc}"
    );
    assert_eq!(
        super::tests::base("https://h").config_url(),
        "https://h/config"
    );
}

#[test]
fn the_parts_can_be_asked_for() {
    let plain = base("http://u@[::1]:81/x/");
    assert!(!plain.scheme_is_https());
    assert_eq!((plain.host(), plain.port()), ("::1", 81));
    assert_eq!((plain.authority(), plain.path()), ("[::1]:81", "/x"));
    let secure = base("https://cloud.example/");
    assert!(secure.scheme_is_https());
    assert_eq!((secure.host(), secure.port()), ("cloud.example", 443));
    assert_eq!((secure.authority(), secure.path()), ("cloud.example", ""));
}

#[test]
fn loopback_is_judged_by_the_name() {
    let here = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "[::1]",
    ];
    for host in here {
        assert!(base(&format!("http://{host}:1/x")).is_loopback(), "{host}");
    }
    for host in [
        "localhost.example",
        "notlocalhost",
        "128.0.0.1",
        "10.0.0.1",
        "[::2]",
        "0.0.0.0",
    ] {
        assert!(!base(&format!("http://{host}:1/x")).is_loopback(), "{host}");
    }
}

#[test]
fn user_info_is_decoded_and_kept_apart() {
    let info = |text: &str| BaseUrl::parse(text).expect(text).user_info;
    let both = info("https://u%40x:p%3Aq%25%zz@h").expect("user info");
    assert_eq!(both.user, "u@x");
    assert_eq!(
        both.password.as_deref().map(String::as_str),
        Some("p:q%%zz")
    );
    let user = info("https://alice@h/").expect("user info");
    assert!(user.user == "alice" && user.password.is_none());
    assert!(info("https://h/a@b").is_none());
    assert_eq!(format!("{both:?}"), "UserInfo(…)");
    let refused = BaseUrl::parse("https://u:%ff@h").expect_err("not UTF-8");
    assert_eq!(refused, BaseUrlError::UserInfoIsNotText);
}

#[test]
fn every_refusal_shows_a_way_out() {
    let deep = [
        "https://h/safe/config".to_owned(),
        "https://h/safe/config/".to_owned(),
        "https://h/safe/backups/".to_owned(),
        format!("https://h/safe/backups/{ID}"),
        format!("https://h/safe/{}/x", ID.to_uppercase()),
        "https://u:p@h/safe/config".to_owned(),
    ];
    for pasted in deep {
        assert!(
            refusal(&pasted).ends_with("`backups`, https://h/safe"),
            "{pasted}"
        );
    }
    let scheme = [
        "cloud.example/safe",
        "https:cloud.example/safe/",
        "https:/cloud.example/safe",
    ];
    for pasted in scheme {
        assert!(
            refusal(pasted).ends_with("write https://cloud.example/safe"),
            "{pasted}"
        );
    }
    let mistyped = [
        "https//cloud.example/safe",
        "https/cloud.example/safe",
        "http//cloud.example/safe/",
        "https.//cloud.example/safe",
        "https;//cloud.example/safe",
        "https:\\\\cloud.example\\safe",
        "://cloud.example/safe",
        "//cloud.example/safe",
        "https ://cloud.example/safe",
        "\"https://cloud.example/safe\"",
        "<https://cloud.example/safe>",
        "\u{201e}https://cloud.example/safe\u{201c}",
        "\u{ab}https://cloud.example/safe\u{bb}",
        "HTTPS ://cloud.example/safe",
        "https:://cloud.example/safe",
        "https://https://cloud.example/safe",
        "https://https//cloud.example/safe",
        "https:///cloud.example/safe",
        "cloud.example/safe/config",
        "https://cloud.example /safe",
        "https:// cloud.example/safe",
        "davs://cloud.example/safe",
    ];
    for pasted in mistyped {
        let refusal = refusal(pasted);
        let suggestion = refusal.trim_end_matches(" instead");
        assert!(
            suggestion.ends_with("write https://cloud.example/safe"),
            "{pasted}: {refusal}"
        );
    }
    // A host may have the name of a scheme.
    for host in ["https", "http:8080", "https.example", "http.example"] {
        let address = format!("https://{host}/safe");
        assert_eq!(base(&address).as_str(), address);
    }
    assert!(refusal("https.example/safe").ends_with("write https://https.example/safe"));
    let many = "https://".repeat(20_000);
    assert!(refusal(&many).contains("does not begin with `https://`"));
    // The URL standard removes a tab, and decodes a percent sign.
    for scheme in ["ht\ttps://", "%68ttps://"] {
        for count in [1, 2, 10_000] {
            let refusal = refusal(&format!("https://{}x.example", scheme.repeat(count)));
            assert!(refusal.ends_with("write https://, then the rest"));
        }
    }
    for count in [1, 2, 50, 10_000] {
        let address = format!("https://{}cloud.example/safe", "ht tps://".repeat(count));
        let refusal = refusal(&address);
        let is_short = count <= 50;
        assert_eq!(refusal.ends_with(" https://cloud.example/safe"), is_short);
    }
    assert!(refusal("localhost:8443/safe").ends_with("write https://localhost:8443/safe"));
    assert!(refusal("davs://h/safe").contains("`davs:`"));
    for pasted in [
        "",
        "  ",
        "https://",
        "https:///safe",
        "https://?",
        "https://u:p@/x",
    ] {
        assert!(refusal(pasted).contains("names no host"), "{pasted}");
    }
    assert!(refusal("https://h/s?x=y").ends_with("write https://h/s"));
    assert!(refusal("https://h/s/config#x").ends_with("write https://h/s"));
    assert!(refusal("https://h:99999/").contains("the port"));
}

#[test]
fn no_refusal_repeats_a_password() {
    let pasted = [
        "u:S3cret@h/safe",
        "https://u:S3cret@h/safe/config",
        "https://u:S3cret@h/?x",
        "https://u:S3cret@h:99999/",
        "https://u:S3cret%ff@h/",
        "https://u:1/S3cret@h/config",
        "https://u:1?S3cret@h/config",
        "https://u:1#S3cret@h/config",
        "https://u:a@S3cret/b@h/config",
        "https://u:a@b/S3cret@h/config",
        "https://u:a@b/S3cret@h/?x",
        "https://u:a@S3cret?b@h/",
        "ftp://u:S3cret@h/",
        "u:S3cret://h",
        "S3cret",
        "https://u:S3cret@",
    ];
    for pasted in pasted {
        let Err(error) = BaseUrl::parse(pasted) else {
            panic!("{pasted}")
        };
        let printed = format!("{error} {error:?}").to_lowercase();
        let is_host = pasted == "S3cret";
        assert!(
            is_host || !printed.contains("s3cret"),
            "{pasted}: {printed}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,60}", scheme in "(https?://|[a-z]{1,5}:/{0,3})?") {
        let _ = BaseUrl::parse(&format!("{scheme}{text}"));
    }

    #[test]
    fn the_spelling_is_a_fixed_point(
        text in "https?://(([a-z%:]{0,6}@)?[a-zA-Z0-9.\\[\\]:-]{1,12})[ -~\u{a0}-\u{fff}]{0,40}"
    ) {
        if let Ok(parsed) = BaseUrl::parse(&text) {
            let again = BaseUrl::parse(parsed.base.as_str());
            let again = again.expect("a base URL");
            prop_assert_eq!(&again.base, &parsed.base);
            prop_assert!(again.user_info.is_none());
            prop_assert!(!parsed.base.as_str().ends_with('/'));
        }
    }

    #[test]
    fn a_trailing_slash_makes_no_difference(
        host in "[a-z]{1,9}(\\.[a-z]{2,3})?(:[1-9][0-9]{0,3})?",
        path in "(/[a-zA-Z0-9%@._-]{1,9}){0,4}",
    ) {
        let without = BaseUrl::parse(&format!("https://{host}{path}")).map(|parsed| parsed.base);
        let with = BaseUrl::parse(&format!("https://{host}{path}/")).map(|parsed| parsed.base);
        prop_assert_eq!(without, with);
    }

    #[test]
    fn a_password_is_never_printed(
        secret in "Q[0-9a-z]{9}Z",
        before in "[a-z0-9/?#@:%. ]{0,4}",
        after in "[a-z0-9/?#@:%. ]{0,4}",
        tail in "[a-z0-9/?#:]{0,12}(/config)?",
    ) {
        let pasted = format!("https://u:{before}{secret}{after}@host.example/{tail}");
        let printed = match BaseUrl::parse(&pasted) {
            Err(error) => format!("{error} {error:?}"),
            Ok(parsed) => format!("{:?}", parsed.user_info),
        };
        prop_assert!(!printed.to_lowercase().contains(&secret.to_lowercase()), "{}: {}", pasted, printed);
    }
}
