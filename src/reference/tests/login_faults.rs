//! Each fault of the login grants or refuses exactly the access that its name says.

use super::super::{Fault, Login, Options, Running, start};
use super::client::{Ask, BASIC, Reply, delete, get, head, put};
use super::{backup, plain, within};

const CHALLENGE: Option<&str> = Some("Basic realm=\"Threema Safe\"");

/// Returns the statuses of anonymous GET, HEAD, PUT and DELETE of an existing backup, GET and
/// PROPFIND of the folder, and GET of config.
async fn anonymous_statuses(server: &Running) -> [u16; 7] {
    let path = backup('a');
    put(&path, "x").send(server).await;
    [
        get(&path).anonymous().status(server).await,
        head(&path).anonymous().status(server).await,
        put(&path, "y").anonymous().status(server).await,
        delete(&path).anonymous().status(server).await,
        get("/backups/").anonymous().status(server).await,
        Ask::new("PROPFIND", "/backups/")
            .anonymous()
            .status(server)
            .await,
        get("/config").anonymous().status(server).await,
    ]
}

#[tokio::test]
async fn anonymous_requests_do_what_the_fault_says() {
    let table = [
        (None, [401; 7]),
        (
            Some(Fault::AnonymousRead),
            [200, 200, 401, 401, 401, 401, 401],
        ),
        (
            Some(Fault::AnonymousWrite),
            [401, 401, 204, 401, 401, 401, 401],
        ),
        (
            Some(Fault::AnonymousDelete),
            [401, 401, 401, 204, 401, 401, 401],
        ),
        (
            Some(Fault::AnonymousListing),
            [401, 401, 401, 401, 200, 401, 401],
        ),
        (
            Some(Fault::AnonymousPropfind),
            [401, 401, 401, 401, 401, 207, 401],
        ),
        (
            Some(Fault::ConfigAnonymous),
            [401, 401, 401, 401, 401, 401, 200],
        ),
        (
            Some(Fault::AnonymousEverything),
            [200, 200, 204, 204, 404, 405, 200],
        ),
        (Some(Fault::ChallengeForbidden), [403; 7]),
        (Some(Fault::WrongPasswordAccepted), [401; 7]),
    ];
    within(async {
        for (fault, statuses) in table {
            let faults: Vec<_> = fault.into_iter().collect();
            let server = plain(&faults).await;
            assert_eq!(anonymous_statuses(&server).await, statuses, "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn lists_name_the_backups() {
    let propfind = Ask::new("PROPFIND", "/backups/").header("Depth: 1");
    let table = [
        (Fault::AnonymousListing, get("/backups/").anonymous(), 200),
        (Fault::AnonymousPropfind, propfind.clone().anonymous(), 207),
        (Fault::ListingAuthenticated, get("/backups/"), 200),
    ];
    within(async {
        for (fault, ask, status) in table {
            let server = plain(&[fault]).await;
            put(&backup('a'), "x").send(&server).await;
            put(&backup('b'), "x").send(&server).await;
            let reply = ask.send(&server).await;
            assert_eq!(reply.status, status, "{fault}");
            for digit in ["a", "b"] {
                assert!(reply.text().contains(&digit.repeat(64)), "{fault}");
            }
        }
        let server = plain(&[Fault::ListingAuthenticated]).await;
        assert_eq!(get("/backups/").anonymous().status(&server).await, 401);
    })
    .await;
}

#[tokio::test]
async fn challenges_are_as_the_fault_says() {
    within(async {
        let anonymous = async |fault: Fault| -> [Reply; 2] {
            let server = plain(&[fault]).await;
            [
                get("/config").anonymous().send(&server).await,
                put(&backup('a'), "x").anonymous().send(&server).await,
            ]
        };
        let [read, write] = anonymous(Fault::ChallengeMissing).await;
        assert_eq!((read.status, read.header("www-authenticate")), (401, None));
        assert_eq!(
            (write.status, write.header("www-authenticate")),
            (401, None)
        );
        let [read, write] = anonymous(Fault::ChallengeMissingOnPut).await;
        assert_eq!(read.header("www-authenticate"), CHALLENGE);
        assert_eq!(
            (write.status, write.header("www-authenticate")),
            (401, None)
        );
        let [read, _] = anonymous(Fault::ChallengeDigestOnly).await;
        let challenge = read.header("www-authenticate").expect("one");
        assert!(challenge.starts_with("Digest "), "{challenge}");
        let server = plain(&[Fault::ChallengeForbidden]).await;
        let wrong = get("/config").authorization("Basic c2FmZTp4");
        assert_eq!(wrong.status(&server).await, 401);
    })
    .await;
}

#[tokio::test]
async fn a_large_upload_without_credentials_gets_no_answer() {
    within(async {
        let server = plain(&[Fault::ChallengeResetsUpload]).await;
        for ask in [
            put(&backup('a'), vec![1; 65_537]),
            Ask::new("PUT", &backup('a')).chunked(vec![1; 65_537]),
        ] {
            assert!(ask.clone().anonymous().try_send(&server).await.is_none());
            assert!(ask.try_send(&server).await.is_some());
        }
        let small = put(&backup('a'), vec![1; 65_536]).anonymous();
        assert_eq!(small.status(&server).await, 401);
    })
    .await;
}

#[tokio::test]
async fn credentials_are_taken_or_refused() {
    let wrong = "Basic c2FmZTp3cm9uZw==";
    let table = [
        (Fault::CredentialsRefused, BASIC, 401),
        (Fault::ChallengeDigestOnly, BASIC, 401),
        (Fault::WrongPasswordAccepted, wrong, 200),
        (Fault::WrongPasswordAccepted, BASIC, 200),
        (Fault::AnonymousEverything, wrong, 200),
        (Fault::TokenRefused, BASIC, 200),
        (Fault::ChallengeMissing, BASIC, 200),
    ];
    within(async {
        for (fault, value, status) in table {
            let server = plain(&[fault]).await;
            let ask = get("/config").authorization(value);
            assert_eq!(ask.status(&server).await, status, "{fault}");
        }
        let server = plain(&[Fault::CredentialsRefused]).await;
        let reply = get("/config").send(&server).await;
        assert_eq!(reply.header("www-authenticate"), CHALLENGE);
    })
    .await;
}

#[tokio::test]
async fn credentials_are_read_in_one_encoding() {
    let table = [
        (Fault::CredentialsUtf8Only, 200, 401),
        (Fault::CredentialsLatin1Only, 401, 200),
    ];
    let basic = |bytes: &[u8]| format!("Basic {}", data_encoding::BASE64.encode(bytes));
    within(async {
        for (fault, utf8, latin1) in table {
            let login = Login::Basic {
                user: "u".into(),
                password: "ä".into(),
            };
            let server = with_login(login, fault).await;
            let ask = get("/config").authorization(basic("u:ä".as_bytes()));
            assert_eq!(ask.status(&server).await, utf8, "{fault}");
            let ask = get("/config").authorization(basic(b"u:\xE4"));
            assert_eq!(ask.status(&server).await, latin1, "{fault}");
        }
        let server = with_login(Login::Token("abc".into()), Fault::TokenRefused).await;
        let ask = get("/config").authorization("Token abc");
        assert_eq!(ask.status(&server).await, 401);
    })
    .await;
}

async fn with_login(login: Login, fault: Fault) -> Running {
    let options = Options {
        tls: false,
        login,
        faults: vec![fault],
        ..Options::default()
    };
    start(options).await.expect("starts")
}

#[tokio::test]
async fn a_session_cookie_authenticates() {
    within(async {
        let server = plain(&[Fault::SessionCookie]).await;
        let reply = get("/config").send(&server).await;
        let cookie = reply.header("set-cookie").expect("a cookie");
        let pair = cookie.split(';').next().expect("a pair");
        let ask = put(&backup('a'), "x").anonymous();
        let with_cookie = ask.clone().header(&format!("Cookie: a=b; {pair}"));
        assert_eq!(with_cookie.status(&server).await, 201);
        let forged = ask.clone().header("Cookie: session=0");
        assert_eq!(forged.status(&server).await, 401);
        let reply = ask.send(&server).await;
        assert_eq!((reply.status, reply.header("set-cookie")), (401, None));
    })
    .await;
}

#[tokio::test]
async fn headers_are_echoed_or_demanded() {
    within(async {
        let server = plain(&[Fault::CredentialsEchoed]).await;
        let ask = get("/config").authorization("Basic abc");
        let reply = ask.send(&server).await;
        assert_eq!(reply.header("x-debug-authorization"), Some("Basic abc"));
        let reply = ask.anonymous().send(&server).await;
        assert_eq!(reply.header("x-debug-authorization"), None);

        let server = plain(&[Fault::UserAgentExact]).await;
        for (header, status) in [
            ("User-Agent: Threema", 200),
            ("User-Agent: Threema Desktop/2.0", 400),
            ("Accept: */*", 400),
        ] {
            let reply = get("/config").header(header).send(&server).await;
            assert_eq!(reply.status, status, "{header}");
            assert_eq!(reply.body.is_empty(), status == 400);
        }
    })
    .await;
}
