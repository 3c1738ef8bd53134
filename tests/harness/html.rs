//! Reports as HTML: one small file, with no active content whatever a server says.

use crate::support::program::{file, program, run};
use crate::support::scripted::{self, Deed, Reply, Scripted};
use proptest::prelude::*;
use safe_conformance::reference::{self, Fault, Options};
use safe_conformance::report::{Comparison, LossTable, Report};
use safe_conformance::text::Block;
use safe_conformance::wire::{Pace, PaceChoice};
use safe_conformance::{Checkup, Target};

/// The largest page of a full run, in bytes.
const LARGEST: usize = 300 * 1024;

async fn checked(faults: &[Fault]) -> Report {
    let options = Options {
        faults: faults.to_vec(),
        ..Options::default()
    };
    let server = reference::start(options).await.expect("loopback");
    let root = server.root_certificate().expect("TLS").to_owned();
    let target = Target::parse(server.base_url()).expect("a base URL");
    let target = target.basic("safe", "s3cret-loopback").trusting(root);
    let checkup = Checkup::new(target).pace(Pace::new(PaceChoice::Fast));
    checkup.run().await.expect("a run")
}

/// No active content: no script, no handler, no foreign address, and no style except the report's.
#[track_caller]
fn is_inert(page: &str) {
    let lower = page.to_ascii_lowercase();
    for active in [
        "<script",
        "<iframe",
        "<object",
        "<embed",
        "<img",
        "<link",
        "<form",
        "<base",
        "<input",
        "javascript:\"",
        "@import",
        "url(",
    ] {
        assert!(!lower.contains(active), "{active} in {page}");
    }
    // Between tags, the same words are plain text.
    for tag in lower.split('<').filter_map(|rest| rest.split('>').next()) {
        for attribute in [" style=", " src=", " onload=", " onerror="] {
            assert!(!tag.contains(attribute), "{attribute} in {tag}");
        }
    }
    assert_eq!(lower.matches("<style>").count(), 1);
    assert!(page.starts_with("<!DOCTYPE html>"), "{}", &page[..40]);
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(page.contains("<html lang=\"en\">"));
    for hidden in ['\u{202e}', '\u{200b}', '\u{1b}', '\0', '\u{feff}'] {
        assert!(!page.contains(hidden), "{hidden:?}");
    }
}

#[tokio::test]
async fn the_page_of_a_run_is_small_and_whole() {
    let report = checked(&[Fault::LimitLower, Fault::CutOffReplaces]).await;
    let page = report.to_html();
    is_inert(&page);
    assert!(page.len() < LARGEST, "{} bytes", page.len());
    for part in [
        "Can the apps back up and restore?",
        "What to fix, in this order",
        "limits.below",
        "The size limit",
        "The certificates",
        "The exchanges",
        "Every check",
        "Exit code 1",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let verdicts = page.find("Can the apps").expect("verdicts");
    let fixes = page.find("What to fix").expect("fixes");
    let checks = page.find("Every check").expect("checks");
    assert!(verdicts < fixes && fixes < checks);
    // A person and axe-core inspect this file if the build asks for it.
    if let Some(folder) = std::env::var_os("SAFE_HTML_DIR") {
        let folder = std::path::PathBuf::from(folder);
        let healthy = checked(&[]).await;
        let comparison = Comparison::of(&healthy, &report).expect("of one kind");
        for (name, page) in [
            ("check.html", page),
            ("healthy.html", healthy.to_html()),
            ("losses.html", LossTable::newest().to_html()),
            ("compare.html", comparison.to_html()),
        ] {
            std::fs::write(folder.join(name), page).expect("the folder can be written");
        }
    }
}

#[test]
fn the_page_of_the_losses_is_inert() {
    let page = LossTable::newest().to_html();
    is_inert(&page);
    assert!(page.contains("scope=\"row\"") && page.len() < LARGEST);
}

/// What a server might say to take control of a page.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("</style><img src=x onerror=\"alert(1)\">".to_owned()),
        Just("\" onload=\"alert(1)".to_owned()),
        Just("' autofocus onfocus='x".to_owned()),
        Just("</title><base href=\"https://evil\">".to_owned()),
        Just("]]><!--".to_owned()),
        Just("&lt;script&gt;".to_owned()),
        Just("\u{202e}\u{200b}\u{1b}[31m\0\u{feff}".to_owned()),
        any::<String>(),
        "[<>\"'&/= a-z]{0,40}",
    ];
    proptest::collection::vec(parts, 1..5).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn a_thousand_hostile_strings_stay_inert(label in hostile(), text in hostile()) {
        let blocks = [
            Block::Heading(text.clone()),
            Block::Line { label, text: text.clone() },
            Block::Paragraph(text.clone()),
        ];
        let page = safe_conformance::report::blocks_page(&text, &blocks);
        let allowed = ["!DOCTYPE", "html", "head", "meta", "title", "style", "body", "a", "code", "span", "header",
            "h1", "h2", "main", "dl", "dt", "dd", "p", "footer"];
        // Every `<` is ours, because foreign text is escaped.
        for tag in page.split('<').skip(1) {
            let name = tag.trim_start_matches('/');
            let end = name.find([' ', '>']).unwrap_or(name.len());
            prop_assert!(allowed.contains(&&name[..end]), "{}", &name[..end]);
        }
        prop_assert_eq!(page.matches("<h2>").count(), 1);
        prop_assert_eq!(page.matches("<dd>").count(), 1);
        for hidden in ['\u{202e}', '\u{200b}', '\u{1b}', '\0', '\u{feff}'] {
            prop_assert!(!page.contains(hidden));
        }
    }
}

#[test]
fn a_hostile_server_owns_no_page() {
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            let page = "<html><title></title><script>alert(1)</script>\u{202e}</html>";
            Deed::Reply(Reply::new(507, page).with("Server", "<img src=x onerror=alert(1)>"))
        } else {
            Deed::Healthy
        }
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    let password = file(home.path(), "password", scripted::PASSWORD);
    let page = home.path().join("report.html");
    let ended = run(program(home.path())
        .args([
            "check",
            &server.url(),
            "--user",
            scripted::USER,
            "--pace",
            "fast",
        ])
        .args([
            "--skip",
            "integrity",
            "--report",
            &format!("html={}", page.display()),
        ])
        .arg("--password-file")
        .arg(password));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let page = std::fs::read_to_string(page).expect("a report");
    is_inert(&page);
    assert!(!page.contains(scripted::PASSWORD));
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_comparison_says_what_broke() {
    let healthy = checked(&[]).await;
    let broken = checked(&[Fault::LimitLower]).await;
    let read = |report: &Report| Report::parse(&report.to_json()).expect("a report of ours");
    let comparison = Comparison::of(&read(&healthy), &read(&broken)).expect("of one kind");
    let names = |changes: &[safe_conformance::report::Change]| -> Vec<String> {
        changes.iter().map(|change| change.name.clone()).collect()
    };
    assert!(names(&comparison.broken).contains(&"limits.below".to_owned()));
    assert_eq!(comparison.exit(), safe_conformance::Exit::Deviates);
    is_inert(&comparison.to_html());
    for text in [comparison.to_text(80), comparison.to_markdown()] {
        assert!(
            text.contains("Newly broken") && text.contains("limits.below"),
            "{text}"
        );
    }
    let back = Comparison::of(&read(&broken), &read(&healthy)).expect("of one kind");
    assert!(names(&back.mended).contains(&"limits.below".to_owned()));
    assert_eq!(back.exit(), safe_conformance::Exit::Conforms);
    let same = Comparison::of(&read(&broken), &read(&broken)).expect("of one kind");
    assert!(names(&same.still_broken).contains(&"limits.below".to_owned()));
    assert_eq!(same.exit(), safe_conformance::Exit::Conforms);
    assert!(Report::parse("{\"format\":1}").is_err() && Report::parse("no").is_err());
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn annotations_name_what_deviates() {
    let broken = checked(&[Fault::LimitLower]).await.to_github();
    assert!(
        broken.contains("::error title=") && broken.contains("%0Achecks: limits.below"),
        "{broken}"
    );
    let healthy = checked(&[]).await.to_github();
    assert!(
        !healthy.contains("::error") && healthy.contains("Exit code 0"),
        "{healthy}"
    );
    for line in broken.lines().chain(healthy.lines()) {
        assert!(line.starts_with("::"), "{line}");
    }
}
