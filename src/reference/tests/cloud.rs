//! What a Nextcloud answers besides its files.

use super::super::Profile;
use super::client::{Ask, BASIC};
use super::{like, within};

fn visit(method: &'static str, path: &str) -> Ask {
    Ask::outside(method, path).anonymous()
}

fn json(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).expect("JSON")
}

#[tokio::test]
async fn it_names_itself_also_in_maintenance() {
    within(async {
        for (profile, maintenance) in [
            (Profile::NextcloudAppPassword, false),
            (Profile::NextcloudLink, false),
            (Profile::NextcloudMaintenance, true),
        ] {
            let server = like(profile).await;
            let reply = visit("GET", "/status.php").send(&server).await;
            let status = json(&reply.body);
            assert_eq!(reply.status, 200, "{profile}");
            assert_eq!(status["productname"], "Nextcloud", "{profile}");
            assert_eq!(status["installed"], true, "{profile}");
            assert_eq!(status["maintenance"], maintenance, "{profile}");
            server.stop().await;
        }
        let other = like(Profile::Apache).await;
        assert_ne!(visit("GET", "/status.php").status(&other).await, 200);
    })
    .await;
}

#[tokio::test]
async fn pages_are_for_everybody_and_files_for_who_has_logged_in() {
    within(async {
        let server = like(Profile::NextcloudAppPassword).await;
        for (method, path, status) in [
            ("GET", "/", 302),
            ("GET", "/index.php/login", 200),
            ("GET", "/index.php/apps/files/?dir=/threema_safe", 303),
            ("GET", "/config", 404),
            ("PROPFIND", "/", 405),
            ("GET", "/remote.php/dav/files/safe/Threema/config", 401),
            ("PROPFIND", "/remote.php/dav/files/bob/", 401),
            ("MKCOL", "/remote.php/webdav/x/", 401),
        ] {
            let reply = visit(method, path).send(&server).await;
            assert_eq!(reply.status, status, "{method} {path}");
            let challenge =
                (status == 401).then_some("Basic realm=\"Nextcloud\", charset=\"UTF-8\"");
            assert_eq!(
                reply.header("www-authenticate"),
                challenge,
                "{method} {path}"
            );
        }
        for (method, path, status) in [
            ("PROPFIND", "/remote.php/dav/files/bob/", 404),
            ("PROPFIND", "/remote.php/dav/files/", 207),
            ("MKCOL", "/remote.php/dav/files/bob/", 403),
            ("GET", "/remote.php/dav/files/safe/", 200),
        ] {
            let ask = Ask::outside(method, path).authorization(BASIC);
            let ask = ask.header("Depth: 0");
            assert_eq!(ask.status(&server).await, status, "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_count_wherever_they_are_tried() {
    within(async {
        let server = like(Profile::NextcloudAppPassword).await;
        let wrong = "Basic d3Jvbmc6d3Jvbmc=";
        for number in 0..11 {
            let path = format!("/remote.php/webdav/{number}");
            let ask = Ask::outside("GET", &path).authorization(wrong);
            assert_eq!(ask.status(&server).await, 401);
        }
        let right = Ask::outside("GET", "/remote.php/webdav/").authorization(BASIC);
        assert_eq!(right.status(&server).await, 429);
        assert_eq!(visit("GET", "/status.php").status(&server).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_login_in_the_browser_gives_a_password_once_and_takes_it_back() {
    within(async {
        let server = like(Profile::NextcloudTwoFactor).await;
        let begun = visit("POST", "/index.php/login/v2").send(&server).await;
        let begun = json(&begun.body);
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let poll = |token: &str| visit("POST", "/login/v2/poll").body(format!("token={token}"));
        let token = text(&begun["poll"]["token"]);
        assert_eq!(
            text(&begun["poll"]["endpoint"]),
            "http://localhost/login/v2/poll"
        );
        assert_eq!(poll(&token).status(&server).await, 404);
        let page = text(&begun["login"]).replace("http://localhost", "");
        let shown = visit("GET", &page).send(&server).await.text();
        assert!(shown.contains("simulation"), "{shown}");
        let grant = page.replace("/flow/", "/grant/");
        assert_eq!(visit("GET", &grant).status(&server).await, 404);
        assert_eq!(visit("POST", &grant).status(&server).await, 200);
        assert_eq!(poll("another").status(&server).await, 404);
        let granted = json(&poll(&token).send(&server).await.body);
        assert_eq!(poll(&token).status(&server).await, 404);
        let both = format!(
            "{}:{}",
            text(&granted["loginName"]),
            text(&granted["appPassword"])
        );
        let basic = format!("Basic {}", data_encoding::BASE64.encode(both.as_bytes()));
        let config = "/remote.php/dav/files/safe/threema_safe/config";
        let ask = |method, path| Ask::outside(method, path).authorization(basic.as_str());
        assert_eq!(ask("GET", config).status(&server).await, 200);
        let back = "/ocs/v2.php/core/apppassword";
        assert_eq!(ask("DELETE", back).status(&server).await, 200);
        assert_eq!(ask("GET", config).status(&server).await, 401);
    })
    .await;
}
