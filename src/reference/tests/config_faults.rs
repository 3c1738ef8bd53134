//! Each fault of `config` changes `config` and nothing else.

use super::super::Fault;
use super::client::{get, head, put};
use super::{backup, plain, within};

#[tokio::test]
async fn config_says_what_the_fault_says() {
    let table = [
        (Fault::ConfigEmpty, ""),
        (
            Fault::ConfigNumberInString,
            r#"{"maxBackupBytes":"524288","retentionDays":180}"#,
        ),
        (
            Fault::ConfigComment,
            r#"{"maxBackupBytes":524288,"retentionDays":180/* comment */}"#,
        ),
        (
            Fault::ConfigTrailingComma,
            r#"{"maxBackupBytes":524288,"retentionDays":180,}"#,
        ),
        (Fault::ConfigKeyMissing, r#"{"maxBackupBytes":524288}"#),
        (
            Fault::ConfigFraction,
            r#"{"maxBackupBytes":524288.5,"retentionDays":180}"#,
        ),
        (
            Fault::ConfigZeroLimit,
            r#"{"maxBackupBytes":0,"retentionDays":180}"#,
        ),
        (
            Fault::ConfigNegativeLimit,
            r#"{"maxBackupBytes":-1,"retentionDays":180}"#,
        ),
        (
            Fault::ConfigSmallLimit,
            r#"{"maxBackupBytes":131072,"retentionDays":180}"#,
        ),
        (
            Fault::ConfigHugeLimit,
            r#"{"maxBackupBytes":104857600,"retentionDays":180}"#,
        ),
        (
            Fault::ConfigZeroRetention,
            r#"{"maxBackupBytes":524288,"retentionDays":0}"#,
        ),
        (
            Fault::ConfigNegativeRetention,
            r#"{"maxBackupBytes":524288,"retentionDays":-1}"#,
        ),
        (
            Fault::ConfigRetentionOverflow,
            r#"{"maxBackupBytes":524288,"retentionDays":99999999999}"#,
        ),
    ];
    within(async {
        for (fault, text) in table {
            let server = plain(&[fault]).await;
            let reply = get("/config").send(&server).await;
            assert_eq!(
                (reply.status, reply.text().as_str()),
                (200, text),
                "{fault}"
            );
            assert_eq!(
                get("/config").anonymous().status(&server).await,
                401,
                "{fault}"
            );
            assert_eq!(put(&backup('a'), "x").status(&server).await, 201, "{fault}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_said_limit_is_enforced_where_the_fault_says_so() {
    let table = [
        (Fault::ConfigZeroLimit, 600_000, 201),
        (Fault::ConfigNegativeLimit, 524_288, 201),
        (Fault::ConfigNegativeLimit, 524_289, 413),
        (Fault::ConfigSmallLimit, 131_072, 201),
        (Fault::ConfigSmallLimit, 131_073, 413),
        (Fault::ConfigHugeLimit, 524_289, 413),
    ];
    within(async {
        for (fault, length, status) in table {
            let server = plain(&[fault]).await;
            let ask = put(&backup('a'), vec![1; length]);
            assert_eq!(ask.status(&server).await, status, "{fault} {length}");
        }
    })
    .await;
}

#[tokio::test]
async fn config_is_something_else_altogether() {
    within(async {
        let server = plain(&[Fault::ConfigMissing]).await;
        assert_eq!(get("/config").status(&server).await, 404);
        assert_eq!(head("/config").status(&server).await, 404);

        let table = [
            (
                Fault::ConfigHtml,
                200,
                "<title>Login – Example Cloud</title>",
            ),
            (Fault::ConfigMaintenance, 503, "<title>Maintenance"),
        ];
        for (fault, status, title) in table {
            let server = plain(&[fault]).await;
            let reply = get("/config").send(&server).await;
            assert_eq!(reply.status, status, "{fault}");
            assert_eq!(
                reply.header("content-type"),
                Some("text/html; charset=utf-8")
            );
            assert!(reply.text().contains(title), "{fault}");
        }

        let server = plain(&[Fault::ConfigLarge]).await;
        let config = get("/config").send(&server).await;
        assert!(config.body.len() > 4096);
        let value: serde_json::Value = serde_json::from_slice(&config.body).expect("still JSON");
        assert_eq!(value["maxBackupBytes"], 524_288);
    })
    .await;
}

#[tokio::test]
async fn config_is_elsewhere_or_open() {
    within(async {
        let server = plain(&[Fault::ConfigRedirect]).await;
        let reply = get("/config").send(&server).await;
        let location = format!("{}/config/", server.base_url());
        assert_eq!(reply.status, 301);
        assert_eq!(reply.header("location"), Some(location.as_str()));
        assert!(
            get("/config/")
                .send(&server)
                .await
                .text()
                .starts_with("{\"max")
        );
        assert_eq!(get("/config/").status(&plain(&[]).await).await, 404);

        let server = plain(&[Fault::ConfigAnonymous]).await;
        assert_eq!(get("/config").anonymous().status(&server).await, 200);
        assert_eq!(put("/config", "x").anonymous().status(&server).await, 401);
        assert_eq!(get(&backup('a')).anonymous().status(&server).await, 401);
    })
    .await;
}
