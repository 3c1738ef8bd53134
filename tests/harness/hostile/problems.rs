//! Servers as people reported them: the report names the cause and the fix that the person needed.

use super::{Checked, check};
use crate::support::scripted::{Asked, Deed, Reply, Scripted};
use safe_conformance::engine::Verdict;

async fn judged(script: impl Fn(&Asked) -> Deed + Send + Sync + 'static) -> Checked {
    let server = Scripted::start(script);
    check(&server.url()).await
}

impl Checked {
    /// The finding `name` fails, with this cause and with this text in its fix.
    #[track_caller]
    fn has_cause(&self, name: &str, cause: &str, fix: &str) {
        let finding = self.finding(name);
        assert_eq!(finding.verdict, Verdict::Fail, "{}", finding.observed);
        let id = finding.cause.as_ref().map(|cause| cause.id.to_string());
        assert_eq!(id.as_deref(), Some(cause), "{}", finding.observed);
        assert!(finding.remedy.contains(fix), "{}", finding.remedy);
    }
}

fn is_anonymous(asked: &Asked) -> bool {
    asked.header("authorization").is_none()
}

#[tokio::test]
async fn a_server_that_offers_bearer_alone() {
    let checked = judged(|_| {
        let challenge = "Bearer realm=\"cloud.example\", charset=\"UTF-8\"";
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", challenge))
    })
    .await;
    checked.has_cause("auth.accepted[android]", "problem.bearer-only", "app token");
}

#[tokio::test]
async fn a_server_that_offers_windows_logins_alone() {
    let checked =
        judged(|_| Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Negotiate, NTLM")))
            .await;
    let fix = "Enable Basic authentication";
    checked.has_cause("auth.accepted[android]", "problem.windows-login-only", fix);
}

#[tokio::test]
async fn a_web_server_that_keeps_the_credentials_to_itself() {
    const MESSAGE: &str = "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\" xmlns:s=\"x\"><s:message>No public access to this resource., No 'Authorization: Basic' header found. Either the client did not send one, or the server is misconfigured</s:message></d:error>";
    let checked = judged(|_| {
        let challenge = "Basic realm=\"Nextcloud\", charset=\"UTF-8\"";
        Deed::Reply(Reply::new(401, MESSAGE).with("WWW-Authenticate", challenge))
    })
    .await;
    let name = "auth.accepted[android]";
    checked.has_cause(name, "problem.authorization-lost", "CGIPassAuth On");
    let observed = &checked.finding(name).observed;
    assert!(observed.contains("header found"), "{observed}");
}

#[tokio::test]
async fn a_portal_in_front() {
    let checked = judged(|asked| {
        let back = "https%3A%2F%2Fcloud.example%2Fsafe%2Fconfig";
        let location = format!("https://auth.example/?rd={back}&rm={}", asked.method);
        Deed::Reply(Reply::new(302, "").with("Location", &location))
    })
    .await;
    let name = "config.readable[android-h1]";
    checked.has_cause(name, "problem.portal", "Exempt this path");
}

#[tokio::test]
async fn a_config_with_typographic_quotation_marks() {
    let checked = judged(|asked| {
        if asked.is("GET", "/config") && !is_anonymous(asked) {
            let config = "{\n„maxBackupBytes“: 524288,\n„retentionDays“: 180\n}\n";
            Deed::Reply(Reply::new(200, config))
        } else {
            Deed::Healthy
        }
    })
    .await;
    let name = "config.understood[ios]";
    checked.has_cause(
        name,
        "problem.typographic-quotes",
        "straight quotation marks",
    );
}

#[tokio::test]
async fn a_folder_that_may_not_be_written() {
    for (folder, cause, fix) in [
        (207, "problem.backups-not-writable", "chown"),
        (404, "problem.backups-missing", "Make a folder `backups`"),
    ] {
        let checked = judged(move |asked| match asked.method.as_str() {
            _ if is_anonymous(asked) => Deed::Healthy,
            "PUT" => Deed::Reply(Reply::new(404, "Not Found")),
            "PROPFIND" => Deed::Reply(Reply::new(folder, "")),
            _ => Deed::Healthy,
        })
        .await;
        checked.has_cause("upload.accepted[android-h1]", cause, fix);
    }
}

#[tokio::test]
async fn a_config_that_is_missing_in_a_folder_that_is_there_or_not() {
    for (folder, cause) in [
        (207, "problem.config-missing"),
        (404, "problem.no-such-folder"),
    ] {
        let checked = judged(move |asked| match asked.method.as_str() {
            _ if is_anonymous(asked) => Deed::Healthy,
            "PROPFIND" => Deed::Reply(Reply::new(folder, "")),
            _ => Deed::Reply(Reply::new(404, "")),
        })
        .await;
        checked.has_cause("config.readable[android-h1]", cause, "`config`");
    }
}

#[tokio::test]
async fn files_without_an_extension_on_iis() {
    let uploaded = super::Uploaded::default();
    let checked = judged(move |asked| {
        if uploaded.is_asked_for(asked) {
            Deed::Reply(Reply::new(404, "").with("Server", "Microsoft-IIS/10.0"))
        } else {
            Deed::Healthy
        }
    })
    .await;
    let name = "upload.round-trip[android-h1]";
    checked.has_cause(name, "problem.no-mime-type", "MIME type");
}
