//! The output, as text and as JSON, and the document that it writes.

use super::{Desk, ID, backup, id, json, of_the_readme, sealed, sealed_by};
use crate::support::page;
use crate::support::program::run;
use safe_conformance::clients::{Phone, Release};
use serde_json::Value;

#[test]
fn the_whole_text() {
    let desk = Desk::new();
    let ended = run(desk
        .of(&sealed_by(Release::Android6_4.usual()))
        .arg("--show-names"));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!(ended.stdout);
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_manual_shows_what_it_says() {
    let ended = run(&mut Desk::new().of(&of_the_readme().0));
    let page = include_str!("../../../src/manual/backups.md");
    let shown = page.split("```text\n").nth(1);
    let shown = shown.and_then(|rest| rest.split("```").next());
    page::holds("backups", shown.expect("a sample"), &ended.stdout);
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_whole_json() {
    let desk = Desk::new();
    let (mut json, ended) = json(&mut desk.of(&sealed_by(Release::Ios6_3.usual())));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    json["version"] = "[version]".into();
    // The readers' own tests cover the reasons of each release.
    for preview in json["previews"].as_array_mut().expect("previews") {
        preview["changes"]
            .as_array_mut()
            .expect("changes")
            .truncate(1);
    }
    insta::assert_json_snapshot!(json);
}

/// The issue's own example.
#[test]
#[ignore = "it takes long: CI runs it"]
fn the_preview_says_what_is_lost_and_what_ios_overwrites() {
    let desk = Desk::new();
    let (json, _) = json(&mut desk.of(&sealed_by(Release::Android6_4.usual())));
    let preview = |client: &str| {
        let previews = json["previews"].as_array().expect("previews");
        let mut of_client = previews
            .iter()
            .filter(|preview| preview["client"] == client);
        of_client.next().expect("a preview").clone()
    };
    let says = |tallies: &Value| -> Vec<String> {
        let tallies = tallies.as_array().expect("tallies");
        let lost = tallies.iter().filter(|tally| tally["kind"] == "lost");
        lost.map(|tally| tally["says"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let ios = preview("ios");
    for lost in ["3 distribution lists", "2 sync exclusions"] {
        assert!(says(&ios["tallies"]).contains(&lost.to_owned()), "{ios:#}");
        let gone = says(&ios["overwrite"]["gone"]);
        assert!(gone.contains(&lost.to_owned()), "{ios:#}");
    }
    assert_eq!(ios["release"], "iOS 7.2.2");
    let android = preview("android");
    assert_eq!(
        says(&android["tallies"]),
        Vec::<String>::new(),
        "{android:#}"
    );
    assert_eq!(android["overwrite"], Value::Null);
    assert!(json["contents"]["groups"]["left"] == 1, "{json:#}");
    assert_eq!(json["clients"]["desktop"], "fail", "it decides nothing");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn what_breaks_the_format_is_named_with_its_place() {
    let document = String::from_utf8(
        Release::Android6_4
            .usual()
            .write(&backup(), &Phone::new(id(ID))),
    );
    let document = document.expect("UTF-8").replacen("1700000000000", "-5", 1);
    let desk = Desk::new();
    let (json, ended) = json(&mut desk.of(&sealed(document.as_bytes())));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let line = document.lines().position(|line| line.contains("-5"));
    assert_eq!(
        json["deviations"],
        serde_json::json!([{
            "path": "contacts[0].createdAt",
            "line": line.expect("it is there") + 1,
            "column": "\"createdAt\": ".len() + 1,
            "says": "`contacts[0].createdAt` is before 1970",
        }])
    );
    assert_eq!(json["writer"]["releases"], serde_json::json!([]));
    assert_eq!(json["clients"]["ios"], "fail", "one bad number: {json:#}");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_writer_release_is_named() {
    let desk = Desk::new();
    for writer in [
        Release::Android4_5.usual(),
        Release::Android5_3.usual(),
        Release::Ios6_3.device_link(),
    ] {
        let (json, ended) = json(&mut desk.of(&sealed_by(writer)));
        assert_eq!(
            json["writer"]["releases"],
            serde_json::json!([writer.id()]),
            "{}",
            ended.all()
        );
        assert_eq!(json["writer"]["says"], writer.to_string());
    }
}

// The document.

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_document_is_written_where_asked_and_for_the_person_alone() {
    let desk = Desk::new();
    let document = Release::Android6_4
        .usual()
        .write(&backup(), &Phone::new(id(ID)));
    let to = desk.home.path().join("document.json");
    let write = || {
        let mut command = desk.of(&sealed_by(Release::Android6_4.usual()));
        command.arg("--write-document").arg(&to);
        command
    };
    let ended = run(&mut write());
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(std::fs::read(&to).expect("it is there"), document);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&to)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(run(&mut write()).code, Some(2), "a second time");
    let never = desk.home.path().join("never.json");
    let ended = run(desk.of(&[7; 50]).arg("--write-document").arg(&never));
    assert!(
        ended.stderr.contains("no document was written"),
        "{}",
        ended.all()
    );
    assert!(!never.exists());
}
