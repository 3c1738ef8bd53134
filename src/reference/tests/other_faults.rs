//! The faults of missing backups, deletion, limits, paths, and the server as a whole.

use super::super::Fault;
use super::client::{Ask, delete, get, head, put};
use super::{backup, open, plain, within};

#[tokio::test]
async fn a_missing_backup_is_as_the_fault_says() {
    let table = [
        (Fault::MissingIsHtml, 200),
        (Fault::MissingIsForbidden, 403),
        (Fault::MissingIsError, 500),
        (Fault::MissingRedirectsToLogin, 302),
    ];
    within(async {
        for (fault, status) in table {
            let server = plain(&[fault]).await;
            assert_eq!(get(&backup('a')).status(&server).await, status, "{fault}");
            assert_eq!(head(&backup('a')).status(&server).await, status, "{fault}");
            assert_eq!(delete(&backup('a')).status(&server).await, 404, "{fault}");
            put(&backup('a'), "body").send(&server).await;
            assert_eq!(
                get(&backup('a')).send(&server).await.text(),
                "body",
                "{fault}"
            );
        }
        let server = plain(&[Fault::MissingRedirectsToLogin]).await;
        let reply = get(&backup('a')).send(&server).await;
        let location = format!("{}/login", server.base_url());
        assert_eq!(reply.header("location"), Some(location.as_str()));
        let page = get("/login").anonymous().send(&server).await;
        assert!(page.status == 200 && page.text().contains("<title>Login"));
        assert_eq!(get("/login").status(&plain(&[]).await).await, 404);
        let server = plain(&[Fault::MissingIsHtml]).await;
        assert!(
            get(&backup('a'))
                .send(&server)
                .await
                .text()
                .contains("<html>")
        );
    })
    .await;
}

#[tokio::test]
async fn a_malformed_id_crashes_the_server() {
    within(async {
        let server = plain(&[Fault::MalformedIdCrashes]).await;
        assert_eq!(get("/backups/abc").status(&server).await, 500);
        assert_eq!(get(&backup('a')).status(&server).await, 404);
    })
    .await;
}

#[tokio::test]
async fn deletion_ends_as_the_fault_says() {
    let table = [
        (Fault::DeleteNotAllowed, 405, 405, 1),
        (Fault::DeleteNotFound, 404, 404, 1),
        (Fault::DeleteLies, 204, 404, 1),
        (Fault::DeleteMissingSucceeds, 204, 204, 0),
    ];
    within(async {
        for (fault, existing, missing, left) in table {
            let server = open(&[fault]).await;
            put(&backup('a'), "body").send(&server).await;
            assert_eq!(
                delete(&backup('b')).status(&server).await,
                missing,
                "{fault}"
            );
            assert_eq!(
                delete(&backup('a')).status(&server).await,
                existing,
                "{fault}"
            );
            assert_eq!(server.stored(), left, "{fault}");
        }
    })
    .await;
}

#[tokio::test]
async fn limits_are_as_the_fault_says() {
    let table = [
        (Fault::LimitLower, 100_000, Some(201)),
        (Fault::LimitLower, 100_001, Some(413)),
        (Fault::LimitLowerResets, 100_000, Some(201)),
        (Fault::LimitLowerResets, 100_001, None),
        (Fault::LimitOffByOne, 524_287, Some(201)),
        (Fault::LimitOffByOne, 524_288, Some(413)),
        (Fault::LimitUnenforced, 3_000_000, Some(201)),
        (Fault::LimitUnenforced, 64 * 1024 * 1024 + 1, Some(413)),
    ];
    within(async {
        for (fault, length, status) in table {
            let server = open(&[fault]).await;
            let declared = put(&backup('a'), vec![1; length]);
            let chunked = Ask::new("PUT", &backup('b')).chunked(vec![1; length]);
            for ask in [declared, chunked] {
                let reply = ask.try_send(&server).await;
                let seen = reply.map(|reply| reply.status);
                assert_eq!(seen, status, "{fault} {length}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn paths_are_read_as_the_fault_says() {
    within(async {
        let server = plain(&[Fault::LetterCaseIgnored]).await;
        put(&backup('a'), "body").send(&server).await;
        let upper = format!("/backups/{}", "A".repeat(64));
        assert_eq!(get(&upper).send(&server).await.text(), "body");
        assert_eq!(put(&upper, "2nd").status(&server).await, 204);

        let server = plain(&[Fault::DoubleSlashRefused]).await;
        assert_eq!(get("//config").status(&server).await, 404);
        assert_eq!(
            put(&format!("/{}", backup('a')), "x").status(&server).await,
            404
        );
        assert_eq!(get("/config").status(&server).await, 200);

        let server = plain(&[Fault::EncodedSlashTraverses]).await;
        let reply = get("/backups/..%2fconfig").send(&server).await;
        assert!(reply.status == 200 && reply.text().starts_with("{\"max"));
        let reply = get("/backups/..%2fconfig").anonymous().send(&server).await;
        assert_eq!(reply.status, 401);
    })
    .await;
}

#[tokio::test]
async fn redirects_lead_where_the_fault_says() {
    within(async {
        let server = plain(&[Fault::RedirectEverything]).await;
        for ask in [get("/config?a=b"), put("/config?a=b", "x").anonymous()] {
            let reply = ask.send(&server).await;
            assert_eq!(reply.status, 301);
            let location = reply.header("location");
            assert_eq!(location, Some("https://other.example/safe/config?a=b"));
        }

        let server = plain(&[Fault::RedirectTrailing]).await;
        let folder = format!("{}/", backup('a'));
        let reply = put(&backup('a'), "x").send(&server).await;
        let location = format!("{}{folder}", server.base_url());
        assert_eq!(reply.status, 308);
        assert_eq!(reply.header("location"), Some(location.as_str()));
        assert_eq!(put(&folder, "x").status(&server).await, 201);
        assert_eq!(get(&folder).send(&server).await.text(), "x");
        assert_eq!(get(&folder).status(&plain(&[]).await).await, 404);
    })
    .await;
}

#[tokio::test]
async fn a_server_can_be_out_of_order() {
    within(async {
        for (fault, status) in [(Fault::UpstreamDown, 502), (Fault::Maintenance, 503)] {
            let server = plain(&[fault]).await;
            for ask in [
                get("/config"),
                get("/config").anonymous(),
                put(&backup('a'), "x"),
            ] {
                let reply = ask.send(&server).await;
                assert_eq!(reply.status, status, "{fault}");
                assert!(reply.text().contains("<title>"), "{fault}");
            }
        }
        let server = plain(&[Fault::RateLimited]).await;
        for number in 1..=14 {
            let reply = get("/config").send(&server).await;
            if number < 12 {
                assert_eq!(reply.status, 200, "{number}");
            } else {
                assert_eq!(reply.status, 429, "{number}");
                assert_eq!(reply.header("retry-after"), Some("120"));
            }
        }
    })
    .await;
}
