//! Tests of removing the run's own files from a bin.

use super::*;

/// The base URL of a user's files on a Nextcloud.
const FILES: &str = "http://127.0.0.1:9/remote.php/dav/files/safe/threema_safe";

fn play() -> Play {
    let server = Scripted::new(|_| Deed::Healthy);
    let session = Session::scripted_at(scripted_target(FILES), Scrub::default(), &server, None);
    Play::with(server, session)
}

#[tokio::test(start_paused = true)]
async fn of_a_run_that_uploaded_nothing_nothing_is_asked_for() {
    let play = play();
    let purged = play.session.purge_bin(None).await;
    assert_eq!((purged.files, purged.trouble), (0, None));
    assert_eq!(play.server.log(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_the_bin_answers_is_told() {
    for (listed, deleted, files, trouble) in [
        (207, 204, 1, None),
        // Another client has emptied it.
        (207, 404, 0, None),
        (207, 403, 0, Some("a DELETE in the bin returned 403")),
        (200, 204, 0, Some("the list of the bin returned 200")),
    ] {
        let mut play = play();
        let backup = play.upload("a").await;
        let list = format!(
            "<d:href>/trash/{}.d1700000000</d:href>",
            backup.id().to_hex()
        );
        play.server.plays(move |asked| match asked.request.method {
            Method::Propfind => Deed::Answers(Ok(reply(listed, list.as_bytes()))),
            Method::Delete => answers(deleted),
            _ => Deed::Healthy,
        });
        let purged = play.session.purge_bin(None).await;
        assert_eq!((purged.files, purged.trouble.as_deref()), (files, trouble));
    }
}
