//! Each fault of uploads changes what its name says.

use super::super::Fault;
use super::super::put::TIMES_OUT;
use super::client::{Ask, get, put};
use super::healthy::futures;
use super::{backup, open, plain, until, within};

/// Returns the result of a GET after uploads: the body, or the status of a refusal.
async fn read_back(server: &super::Running, path: &str) -> Result<Vec<u8>, u16> {
    let reply = get(path).send(server).await;
    if reply.status == 200 {
        Ok(reply.body)
    } else {
        Err(reply.status)
    }
}

#[tokio::test]
async fn a_first_upload_ends_as_the_fault_says() {
    let table: [(_, _, Result<&[u8], _>); 13] = [
        (Fault::UploadNotAllowed, 405, Err(404)),
        (Fault::UploadForbidden, 403, Err(404)),
        (Fault::UploadQuota, 507, Err(404)),
        (Fault::UploadCrashes, 500, Err(404)),
        (Fault::UploadAccepted202, 202, Ok(b"body")),
        (Fault::BackupsMissing, 409, Err(404)),
        (Fault::UploadNotStored, 201, Err(404)),
        (Fault::UploadRenamed, 201, Err(404)),
        (Fault::UploadTruncated, 201, Ok(b"bod")),
        (Fault::UploadEmpty, 201, Ok(b"")),
        (Fault::UploadRedirected, 307, Err(404)),
        (Fault::Locked, 423, Err(404)),
        (Fault::WriteInPlace, 201, Ok(b"body")),
    ];
    within(async {
        for (fault, status, expected) in table {
            let server = plain(&[fault]).await;
            let path = backup('a');
            assert_eq!(put(&path, "body").status(&server).await, status, "{fault}");
            let there = read_back(&server, &path).await;
            assert_eq!(
                there.as_deref(),
                expected.as_ref().map(|body| *body),
                "{fault}"
            );
            assert_eq!(get("/config").status(&server).await, 200, "{fault}");
        }
        let server = plain(&[Fault::UploadRenamed]).await;
        put(&backup('a'), "body").send(&server).await;
        assert_eq!(server.stored(), 1);
        let server = plain(&[Fault::UploadRedirected]).await;
        let reply = put(&backup('a'), "body").send(&server).await;
        let location = format!("https://other.example/safe{}", backup('a'));
        assert_eq!(reply.header("location"), Some(location.as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_second_upload_ends_as_the_fault_says() {
    let table = [
        (Fault::OverwriteIgnored, 204, "first"),
        (Fault::OverwriteRefused, 403, "first"),
        (Fault::OverwriteKeepsTail, 204, "2ndst"),
        (Fault::WriteInPlace, 204, "2nd"),
        (Fault::UploadAccepted202, 202, "2nd"),
    ];
    within(async {
        for (fault, status, expected) in table {
            let server = plain(&[fault]).await;
            let path = backup('a');
            put(&path, "first").send(&server).await;
            assert_eq!(put(&path, "2nd").status(&server).await, status, "{fault}");
            let there = get(&path).send(&server).await;
            assert_eq!(there.text(), expected, "{fault}");
        }
    })
    .await;
}

#[tokio::test]
async fn expectations_and_chunks_are_refused() {
    within(async {
        let path = backup('a');
        let expecting = put(&path, "body").header("Expect: 100-continue");
        let server = plain(&[Fault::ExpectRefused]).await;
        assert_eq!(expecting.status(&server).await, 417);
        assert_eq!(put(&path, "body").status(&server).await, 201);

        let server = plain(&[Fault::ExpectStoresNothing]).await;
        assert_eq!(expecting.status(&server).await, 201);
        assert_eq!(read_back(&server, &path).await, Ok(Vec::new()));
        assert_eq!(put(&path, "body").status(&server).await, 204);
        assert_eq!(read_back(&server, &path).await, Ok(b"body".to_vec()));

        let server = plain(&[Fault::ChunkedRefused]).await;
        let chunked = Ask::new("PUT", &path).chunked("body");
        assert_eq!(chunked.status(&server).await, 411);
        assert_eq!(put(&path, "body").status(&server).await, 201);
    })
    .await;
}

#[tokio::test]
async fn a_broken_off_upload_leaves_what_the_fault_says() {
    type Left = Result<&'static [u8], u16>;
    const OLD: Left = Ok(b"old");
    const PART: Left = Ok(&[1; 500]);
    const GONE: Left = Err(404);
    // With a length: over an old backup, and as a new one. Then both in chunks.
    let table = [
        (None, [OLD, GONE, OLD, GONE]),
        (Some(Fault::CutOffReplaces), [PART, GONE, PART, GONE]),
        (Some(Fault::CutOffDeletes), [GONE, GONE, GONE, GONE]),
        (Some(Fault::CutOffVisible), [OLD, PART, OLD, PART]),
        (Some(Fault::CutOffChunkedReplaces), [OLD, GONE, PART, GONE]),
        (Some(Fault::WriteInPlace), [PART, PART, PART, PART]),
    ];
    within(async {
        for (fault, expected) in table {
            let faults: Vec<_> = fault.into_iter().collect();
            let server = open(&faults).await;
            put(&backup('0'), "old").send(&server).await;
            put(&backup('2'), "old").send(&server).await;
            for (digit, left) in ['0', '1', '2', '3'].into_iter().zip(expected) {
                let path = backup(digit);
                if digit < '2' {
                    put(&path, vec![1; 1000]).cut_off(&server, 500).await;
                } else {
                    // "3e8\r
                    // " precedes the bytes of the chunk.
                    let ask = Ask::new("PUT", &path).chunked(vec![1; 1000]);
                    ask.cut_off(&server, 505).await;
                }
                let there = read_back(&server, &path).await;
                assert_eq!(
                    there.as_deref(),
                    left.as_ref().map(|body| *body),
                    "{fault:?} {digit}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn writing_in_place_can_be_watched() {
    within(async {
        let server = open(&[Fault::WriteInPlace]).await;
        let path = backup('a');
        put(&path, vec![0; 200_000]).send(&server).await;
        // On a busy machine an upload may end before anybody looks, or before the other begins.
        let mut torn = false;
        for _ in 0..50 {
            let before = server.requests().len();
            let upload = put(&path, vec![1; 200_000]);
            let watch = async {
                // The log is in the order of arrival.
                until(|| server.requests().len() > before).await;
                while server.requests()[before].status.is_none() {
                    torn |= get(&path).send(&server).await.body.len() < 200_000;
                }
            };
            tokio::join!(upload.send(&server), watch);
            if torn {
                break;
            }
        }
        assert!(torn);

        let mut mixed = false;
        for _ in 0..50 {
            let uploads = [2, 3].map(|byte| put(&path, vec![byte; 200_000]));
            futures(uploads.iter().map(|upload| upload.send(&server))).await;
            let body = get(&path).send(&server).await.body;
            assert_eq!(body.len(), 200_000);
            mixed |= body.contains(&2) && body.contains(&3);
            if mixed {
                break;
            }
        }
        assert!(mixed);
    })
    .await;
}

#[test]
fn the_explanation_says_after_how_long_an_upload_ends() {
    let says = format!("more than {} s,", TIMES_OUT.as_secs());
    let explanation = Fault::UploadTimesOut.explanation();
    assert!(explanation.contains(&says), "{explanation}");
}
