//! What is in the place of the folder, of `config` and of `backups`, on servers that show it in
//! different ways.

use super::{CONFIG, Dav, EMPTY, home, setup};
use crate::support::scripted::{Asked, Deed, Reply};
use std::sync::PoisonError;

/// What a server without PROPFIND answers, as nginx.
fn unseen(asked: &Asked) -> Option<Deed> {
    (asked.method == "PROPFIND").then(|| Deed::Reply(Reply::new(405, "")))
}

fn redirects(asked: &Asked, to: &str) -> Option<Deed> {
    let reply = || Deed::Reply(Reply::new(301, "").with("Location", to));
    asked.is("GET", "/config").then(reply)
}

/// A place in the tree, how the server shows it, and the problem that is named.
type Shown = (
    &'static str,
    &'static [(&'static str, Option<&'static str>)],
    fn(&Asked) -> Option<Deed>,
    &'static str,
);

const CONFIG_FOLDER: &[(&str, Option<&str>)] = &[("/safe", None), ("/safe/config", None)];
const BACKUPS_FILE: &[(&str, Option<&str>)] = &[("/safe", None), ("/safe/backups", Some("x"))];

#[rustfmt::skip]
const SHOWN: [Shown; 8] = [
    ("config is a folder, which is refused", CONFIG_FOLDER, |_| None, "problem.folder-in-the-way"),
    ("config is a folder, which is not found", CONFIG_FOLDER, |asked| asked.is("GET", "/config").then(|| Deed::Reply(Reply::new(404, ""))), "problem.folder-in-the-way"),
    ("config is a folder, which is listed", CONFIG_FOLDER, |asked| asked.is("GET", "/config").then(|| Deed::Reply(Reply::new(200, "<html><title>Index of config</title></html>"))), "problem.folder-in-the-way"),
    ("config is a folder, to which the server redirects", EMPTY, |asked| unseen(asked).or_else(|| redirects(asked, "/safe/config/")), "problem.folder-in-the-way"),
    ("config is redirected elsewhere", EMPTY, |asked| redirects(asked, "/safe/config.php"), "problem.redirected"),
    ("backups is a file, without PROPFIND", BACKUPS_FILE, |asked| unseen(asked).or_else(|| asked.is("GET", "/backups/").then(|| Deed::Reply(Reply::new(404, "")))), "problem.file-in-the-way"),
    ("backups is a file, refused with a slash", BACKUPS_FILE, |asked| asked.is("PROPFIND", "/backups/").then(|| Deed::Reply(Reply::new(403, ""))), "problem.file-in-the-way"),
    ("the folder is a file, without PROPFIND", &[("/safe", Some("x"))], |asked| unseen(asked).or_else(|| asked.is("GET", "/safe/").then(|| Deed::Reply(Reply::new(404, "")))), "problem.file-in-the-way"),
];

#[test]
#[ignore = "it takes long: CI runs it"]
fn what_is_in_the_way_is_named_before_anything_is_changed() {
    let home = home();
    for (name, there, twist, problem) in SHOWN {
        let dav = Dav::with(there, twist);
        let ended = setup(&dav.url(), home.path(), &["--yes"]);
        assert_eq!(ended.code, Some(3), "{name}: {}", ended.all());
        assert!(ended.stderr.contains(problem), "{name}: {}", ended.all());
        assert!(!dav.was_changed(), "{name}: {}", ended.all());
    }
}

/// Where nothing is in the way, a server without PROPFIND is set up, although it lists its folders
/// for people.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_folder_that_does_not_show_is_not_in_the_way() {
    let home = home();
    for listing in ["<html><title>Index of backups</title></html>", "config\n"] {
        let there = [("/safe", None), ("/safe/backups", None)];
        let dav = Dav::with(&there, move |asked| {
            let is_folder = asked.is("GET", "/backups") || asked.is("GET", "/backups/");
            let reply = || Deed::Reply(Reply::new(200, listing));
            unseen(asked).or_else(|| is_folder.then(reply))
        });
        let ended = setup(&dav.url(), home.path(), &["--yes"]);
        assert_eq!(dav.config().as_deref(), Some(CONFIG), "{}", ended.all());
        assert!(!ended.all().contains("in-the-way"), "{}", ended.all());
    }
}

/// nginx makes no folder at the root of its `WebDAV`: 405, though it is there. Near miss: the last
/// folder is refused, and nothing shows whether it is there.
#[test]
#[ignore = "it takes long: CI runs it"]
fn what_lies_in_a_skipped_folder_shows_that_it_is_there() {
    let home = home();
    for (refused, asks_for_shell) in [("/safe", false), ("/backups", true)] {
        let dav = Dav::with(&[("/safe", None)], move |asked| {
            let path = asked.path.trim_end_matches('/');
            let is_refused = asked.method == "MKCOL" && path.ends_with(refused);
            let is_missing = asked.method == "PUT" && asks_for_shell && path.contains("/backups/");
            let status = match asked.method.as_str() {
                "PROPFIND" => 405,
                _ if is_refused => 405,
                // The check finds something to mend in both.
                "PUT" if asked.body.len() > 100_000 => 413,
                _ if is_missing => 409,
                _ => return None,
            };
            Some(Deed::Reply(Reply::new(status, "")))
        });
        let ended = setup(&dav.url(), home.path(), &["--yes"]);
        assert!(ended.all().contains("skipped"), "{}", ended.all());
        let has_commands = ended.all().contains("mkdir -p FOLDER/backups");
        assert_eq!(has_commands, asks_for_shell, "{refused}: {}", ended.all());
    }
}

/// nginx answers 500 to an upload into a folder that does not exist, as to one that it may not
/// write; only the first is a matter of folders.
#[test]
#[ignore = "it takes long: CI runs it"]
fn an_upload_into_a_missing_folder_is_no_error_of_the_server() {
    let home = home();
    for (folder, makes, problem) in [
        (404, 405, "problem.no-folders"),
        (404, 501, "problem.no-folders"),
        (403, 405, "problem.server-error"),
    ] {
        let dav = Dav::with(&[], move |asked| {
            let status = match asked.method.as_str() {
                "PROPFIND" => 405,
                "MKCOL" => makes,
                "PUT" => 500,
                "GET" if asked.path.ends_with("/safe/") => folder,
                _ => return None,
            };
            Some(Deed::Reply(
                Reply::new(status, "").with("Server", "nginx/1.22.1"),
            ))
        });
        let ended = setup(&dav.url(), home.path(), &["--yes"]);
        let context = format!("{folder} {makes}: {}", ended.all());
        assert_eq!(ended.code, Some(3), "{context}");
        assert!(ended.stderr.contains(problem), "{context}");
        let has_way_out = ended.stderr.contains("dav_methods")
            && ended.stderr.contains("mkdir -p FOLDER/backups");
        assert_eq!(has_way_out, problem == "problem.no-folders", "{context}");
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_root_of_a_site_is_left_alone_unless_it_has_a_config() {
    let home = home();
    for (there, is_used) in [
        (&[("", None)][..], false),
        (&[("", None), ("/config", Some(CONFIG))][..], true),
    ] {
        let dav = Dav::with(there, |_| None);
        let root = dav.url().replace("/safe", "/");
        let ended = setup(&root, home.path(), &["--yes"]);
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        let tree = dav.tree.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |path: &str| tree.contains_key(path);
        assert_eq!(has("/threema-safe/config"), !is_used, "{}", ended.all());
        assert_eq!(has("/threema-safe/backups"), !is_used, "{}", ended.all());
        assert_eq!(has("/backups"), is_used, "{}", ended.all());
        let says = ended
            .stdout
            .contains("folder below the address that was given");
        assert_eq!(says, !is_used, "{}", ended.all());
    }
}
