//! The bin of a Nextcloud: the run reports what it has put there, and removes only that.

use crate::support::program::{ledgers, program, run};
use safe_conformance::reference::{self, Login, Options, Profile, Running};
use safe_conformance::report::Report;
use safe_conformance::{Checkup, Exit, Target};
use std::collections::BTreeSet;

async fn nextcloud(profile: Profile) -> (Running, Target) {
    let options = Options {
        speed: 20,
        tls: false,
        ..Options::like(profile)
    };
    let login = options.login.clone();
    let server = reference::start(options)
        .await
        .expect("the embedded server starts");
    let target = Target::parse(server.base_url()).expect("its base URL");
    let target = match login {
        Login::Basic { user, password } => target.basic(user, password),
        _ => target,
    };
    (server, target)
}

async fn checked(target: Target, only: &str, purge_trash: bool) -> (Report, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut checkup = Checkup::new(target).only(only).ledger_folder(folder.path());
    if purge_trash {
        checkup = checkup.purge_trash();
    }
    let report = checkup.run().await.expect("the checkup runs");
    (report, folder)
}

/// The IDs that stand in front of the names in the bin.
fn ids(server: &Running) -> BTreeSet<String> {
    let names = server.bin();
    let id = |name: &String| name.split(".d").next().unwrap_or_default().to_owned();
    names.iter().map(id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_puts_into_the_bin_is_said() {
    let (server, target) = nextcloud(Profile::NextcloudAppPassword).await;
    let (report, _folder) = checked(target, "upload", false).await;
    let bin = report.bin.as_ref().expect("the bin is in the report");
    assert!(bin.files > 0);
    assert_eq!(bin.files, server.bin().len() as u64, "{report}");
    assert!(bin.bytes > bin.files * 100, "{bin:?}");
    assert_eq!(bin.purged, None);
    let text = report.to_string();
    let sentence = format!("has moved {} file", bin.files);
    assert!(text.contains(&sentence), "{text}");
    assert!(text.contains("--purge-trash"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_bin_is_not_said_to_have_one() {
    let (_server, target) = nextcloud(Profile::Apache).await;
    let (report, _folder) = checked(target.clone(), "upload", false).await;
    assert_eq!(report.bin, None, "{report}");
    let (report, _folder) = checked(target, "upload.accepted", true).await;
    let text = report.to_string();
    assert!(text.contains("has removed nothing"), "{text}");
    assert!(!text.contains("Deleted files"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn only_our_own_files_are_removed_from_the_bin() {
    let (server, target) = nextcloud(Profile::NextcloudAppPassword).await;
    // What an earlier run left does not belong to this run, even though its IDs look the same.
    let (_, _first) = checked(target.clone(), "upload.accepted", false).await;
    let earlier = ids(&server).into_iter().next().expect("an earlier file");
    let foreign = [
        "letter to my mother.odt".to_owned(),
        format!("{}.txt", "a".repeat(64)),
        "b".repeat(64),
        // A name that begins with an ID of the harness.
        format!("{earlier}-copy"),
        format!("{earlier}.d1700000000"),
    ];
    for name in &foreign {
        server.put_into_bin(name);
    }
    let before: BTreeSet<_> = server.bin().into_iter().collect();
    let (report, _second) = checked(target, "upload", true).await;
    let after: BTreeSet<_> = server.bin().into_iter().collect();
    assert_eq!(after, before, "{report}");
    let bin = report.bin.as_ref().expect("the bin is in the report");
    assert_eq!(bin.purged.map(|count| count as u64), Some(bin.files));
    assert_eq!(bin.not_purged_because, None);
    let removed = server.requests();
    let removed = removed
        .iter()
        .filter(|asked| asked.method == "DELETE" && asked.path.contains("/trashbin/"));
    assert_eq!(removed.count() as u64, bin.files, "nothing else was tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_address_of_a_bin_nothing_is_tried() {
    let (server, target) = nextcloud(Profile::NextcloudLinkWebdavPassword).await;
    let (report, _folder) = checked(target, "upload.accepted", true).await;
    let bin = report.bin.as_ref().expect("the bin is in the report");
    assert_eq!(bin.purged, Some(0));
    let why = bin.not_purged_because.as_deref().unwrap_or_default();
    assert!(why.contains("not the address of a user's files"), "{why}");
    let requests = server.requests();
    assert!(
        requests
            .iter()
            .all(|asked| !asked.path.contains("trashbin"))
    );
    assert_ne!(report.exit, Exit::Incomplete, "{report}");
}

/// A killed run has deleted some of its backups and left others: a sweep removes both from the bin,
/// and other files whose names begin like ours stay.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_from_the_bin_what_its_ledger_names() {
    let (server, target) = nextcloud(Profile::NextcloudAppPassword).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checkup = Checkup::new(target)
        .only("upload")
        .ledger_folder(folder.path());
    let running = tokio::spawn(async move { checkup.run().await.map(|_| ()) });
    // The ledger of a run that is killed: a copy from the middle of it.
    let copy = loop {
        let text = ledgers(folder.path())
            .first()
            .and_then(|path| std::fs::read_to_string(path).ok())
            .unwrap_or_default();
        if text.contains("\"deleted\"") || text.contains("\"gone\"") {
            break (ledgers(folder.path()), text);
        }
        assert!(!running.is_finished(), "the run ended too soon");
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    };
    running.await.expect("no panic").expect("the checkup runs");
    let (paths, text) = copy;
    let path = paths.first().expect("a ledger");
    std::fs::write(path, &text).expect("the copy is written");
    let named: BTreeSet<_> = ids(&server)
        .into_iter()
        .filter(|id| text.contains(id.as_str()))
        .collect();
    assert!(!named.is_empty(), "{text}");
    let one = named.first().expect("one").clone();
    server.put_into_bin(&format!("{one}-copy"));
    let before = server.bin();

    let url = server.base_url().to_owned();
    let home = folder.path().to_owned();
    let swept = tokio::task::spawn_blocking(move || {
        let mut command = program(&home);
        command.args(["sweep", &url, "--user", "safe", "--purge-trash"]);
        command.arg("--ledger-dir").arg(&home);
        command.env("SAFE_SERVER_PASSWORD", "s3cret-loopback");
        run(&mut command)
    })
    .await
    .expect("no panic");
    assert_eq!(swept.code, Some(0), "{}", swept.all());
    let expected: Vec<_> = before
        .into_iter()
        .filter(|name| {
            let (id, rest) = name.split_at(64.min(name.len()));
            !(named.contains(id) && rest.starts_with(".d"))
        })
        .collect();
    assert_eq!(server.bin(), expected, "{}", swept.all());
    assert!(
        swept.stdout.contains("of this program from the bin"),
        "{}",
        swept.all()
    );
}
