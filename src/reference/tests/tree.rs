//! The folders that a `WebDAV` server shows, and that a client makes in it.

use super::super::{Login, Options, Profile, Running, start};
use super::client::{Ask, BASIC};
use super::{like, within};

const FILES: &str = "/remote.php/dav/files/safe";
const CONFIG: &[u8] = br#"{"maxBackupBytes":1000,"retentionDays":30}"#;

fn ask(method: &'static str, path: &str) -> Ask {
    Ask::outside(method, path).authorization(BASIC)
}

/// Requests a path and expects this status.
async fn expect(server: &Running, method: &'static str, path: &str, status: u16) {
    let found = ask(method, path).status(server).await;
    assert_eq!(found, status, "{method} {path}");
}

async fn kind(server: &Running, path: &str) -> &'static str {
    let reply = ask("PROPFIND", path).header("Depth: 0").send(server).await;
    match reply.status {
        207 if reply.text().contains("<d:collection/>") => "folder",
        207 => "file",
        404 => "nothing",
        _ => "unseen",
    }
}

#[tokio::test]
async fn a_folder_that_a_client_makes_becomes_a_folder_of_threema_safe() {
    within(async {
        let server = like(Profile::NextcloudAppPassword).await;
        let new = format!("{FILES}/Threema");
        let id = "a".repeat(64);
        let backup = format!("{new}/backups/{id}");
        assert_eq!(kind(&server, &format!("{new}/")).await, "nothing");
        expect(&server, "MKCOL", &format!("{new}/backups/"), 409).await;
        expect(&server, "PUT", &format!("{new}/config"), 404).await;
        expect(&server, "MKCOL", &format!("{new}/"), 201).await;
        expect(&server, "MKCOL", &format!("{new}/"), 405).await;
        let config = format!("{new}/config");
        let put = ask("PUT", &config).body(CONFIG).header("If-None-Match: *");
        assert_eq!(put.status(&server).await, 201);
        assert_eq!(put.status(&server).await, 412);
        expect(&server, "PUT", &backup, 404).await;
        expect(&server, "MKCOL", &format!("{new}/backups/"), 201).await;
        let put = ask("PUT", &backup).body(b"backup".as_slice());
        assert_eq!(put.status(&server).await, 201);
        assert_eq!(put.status(&server).await, 204);
        assert_eq!(ask("GET", &config).send(&server).await.body, CONFIG);
        assert_eq!(ask("GET", &backup).send(&server).await.body, b"backup");
        expect(
            &server,
            "GET",
            &format!("{FILES}/threema_safe/backups/{id}"),
            404,
        )
        .await;
        assert_eq!(kind(&server, &format!("{new}/")).await, "folder");
        assert_eq!(kind(&server, &format!("{new}/backups/")).await, "folder");
        assert_eq!(kind(&server, &config).await, "file");
        assert_eq!(kind(&server, &backup).await, "file");
        expect(&server, "DELETE", &new, 204).await;
        expect(&server, "GET", &backup, 404).await;
        assert_eq!(server.stored(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_list_shows_what_its_folder_holds() {
    within(async {
        let server = like(Profile::NextcloudAppPassword).await;
        let id = "b".repeat(64);
        expect(&server, "MKCOL", &format!("{FILES}/caf%C3%A9%20%26/"), 201).await;
        let other = format!("{FILES}/threema_safe/backups/{id}");
        ask("PUT", &other).body(b"1".as_slice()).send(&server).await;
        let list = |path: &str| ask("PROPFIND", path).header("Depth: 1");
        let root = list(&format!("{FILES}/")).send(&server).await.text();
        for part in [
            "<d:href>/remote.php/dav/files/safe/</d:href>",
            "<d:href>/remote.php/dav/files/safe/threema_safe/</d:href>",
            "<d:href>/remote.php/dav/files/safe/caf%C3%A9%20%26/</d:href>",
        ] {
            assert!(root.contains(part), "{part}: {root}");
        }
        assert!(!root.contains("config"), "{root}");
        let alias = list("/remote.php/webdav/threema_safe/").send(&server).await;
        let alias = alias.text();
        for part in [
            "<d:href>/remote.php/webdav/threema_safe/backups/</d:href>",
            "<d:href>/remote.php/webdav/threema_safe/config</d:href>",
        ] {
            assert!(alias.contains(part), "{part}: {alias}");
        }
        assert!(!alias.contains(&id), "{alias}");
        let backups = list("/remote.php/webdav/threema_safe/backups")
            .send(&server)
            .await;
        assert!(backups.text().contains(&format!("/backups/{id}</d:href>")));
        expect(
            &server,
            "GET",
            &format!("/remote.php/webdav/threema_safe/backups/{id}"),
            200,
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_path_names_the_user() {
    within(async {
        let login = Login::Basic {
            user: "anna b".to_owned(),
            password: "x".to_owned(),
        };
        let options = Options::like(Profile::NextcloudAppPassword).with_login(login);
        let server = start(Options {
            tls: false,
            ..options
        })
        .await
        .expect("a server on loopback starts");
        assert!(
            server
                .base_url()
                .ends_with("/dav/files/anna%20b/threema_safe")
        );
        let basic = format!("Basic {}", data_encoding::BASE64.encode(b"anna b:x"));
        let get = |path: &str| Ask::outside("GET", path).authorization(basic.as_str());
        for (path, status) in [
            ("/remote.php/dav/files/anna%20b/threema_safe/config", 200),
            ("/remote.php/dav/files/ANNA%20b/threema_safe/config", 200),
            ("/remote.php/webdav/threema_safe/config", 200),
            ("/remote.php/dav/files/safe/threema_safe/config", 404),
            ("/remote.php/dav/files/anna%20b%2fthreema_safe/config", 404),
        ] {
            assert_eq!(get(path).status(&server).await, status, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn plain_servers_make_and_show_folders_as_they_were_measured() {
    within(async {
        for (profile, again, bare, orphan, shown) in [
            (Profile::Apache, 405, 301, 409, "folder"),
            (Profile::Lighttpd, 405, 405, 409, "folder"),
            (Profile::Sabre, 405, 405, 409, "folder"),
            (Profile::Rclone, 201, 201, 404, "folder"),
            (Profile::Wsgidav, 405, 405, 409, "folder"),
            (Profile::Dufs, 405, 405, 201, "folder"),
            (Profile::Chezdav, 405, 405, 500, "folder"),
            (Profile::Nginx, 405, 409, 500, "unseen"),
        ] {
            let server = like(profile).await;
            expect(&server, "MKCOL", "/safe/backups/", again).await;
            expect(&server, "MKCOL", "/safe/backups", bare).await;
            assert_eq!(kind(&server, "/safe/backups/").await, shown, "{profile}");
            assert_eq!(kind(&server, "/safe/").await, shown, "{profile}");
            let put = ask("PUT", &format!("/new/backups/{}", "c".repeat(64)));
            let put = put.body(b"1".as_slice());
            assert_eq!(put.status(&server).await, orphan, "{profile}");
            expect(&server, "MKCOL", "/other/", 201).await;
            expect(&server, "MKCOL", "/no/body/", 409).await;
            let replaced = ask("PUT", "/safe/config").body(CONFIG);
            assert!(replaced.status(&server).await < 300, "{profile}");
            assert_eq!(ask("GET", "/safe/config").send(&server).await.body, CONFIG);
            server.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_read_only_link_and_a_closed_account_make_no_folders() {
    within(async {
        let server = like(Profile::NextcloudNoFileAccess).await;
        for (method, path) in [
            ("PROPFIND", format!("{FILES}/")),
            ("MKCOL", format!("{FILES}/new/")),
            ("PUT", format!("{FILES}/threema_safe/config")),
        ] {
            expect(&server, method, &path, 404).await;
        }
        server.stop().await;
        let profile = Profile::NextcloudReadOnlyLink;
        let server = like(profile).await;
        let both = format!("{}:s3cret-loopback", profile.user().expect("a token"));
        let basic = format!("Basic {}", data_encoding::BASE64.encode(both.as_bytes()));
        let mkcol = Ask::outside("MKCOL", "/public.php/webdav/new/").authorization(basic);
        assert_eq!(mkcol.status(&server).await, 403);
    })
    .await;
}

#[tokio::test]
async fn a_folder_above_the_base_url_stays_its_own() {
    within(async {
        let server = like(Profile::Apache).await;
        // A path that hides another one does not belong to the tree.
        expect(&server, "GET", "/new%2f..%2fsafe/config", 404).await;
        expect(&server, "DELETE", "/", 403).await;
        let anonymous = Ask::outside("PROPFIND", "/other/").anonymous();
        assert_eq!(anonymous.status(&server).await, 401);
    })
    .await;
}
