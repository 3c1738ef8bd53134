//! Several simultaneous requests, and downloads during an upload. If a limit refuses one of them,
//! all are sent once more.

use super::Session;
use super::asking::{Company, Question, mismatch};
use crate::wire::answer::Answer;
use crate::wire::live::Live;
use crate::wire::pace::Turn;
use crate::wire::request::Request;
use crate::wire::transcript::{Got, Key};
use futures_util::future::join_all;

impl Session {
    /// Sends several requests at the same time; the answers are in the same order.
    pub(in crate::wire) async fn together(&self, key: Key, requests: Vec<Request>) -> Vec<Answer> {
        let asked: Vec<_> = requests.iter().map(Question::of).collect();
        let count = requests.len();
        let got = self.got(
            key,
            asked,
            |live| async {
                if let [request] = &requests[..] {
                    return Got::Answers(vec![self.exchange(live, request, Company::Alone).await]);
                }
                let send = || {
                    let exchanges = requests
                        .iter()
                        .map(|request| self.exchange(live, request, Company::Several));
                    join_all(exchanges)
                };
                let turn = live.turn_for_several().await;
                let answers = send().await;
                let limited = requests.iter().zip(&answers);
                let Some(pause) = live.pause_after_several(limited) else {
                    turn.answered(false);
                    return Got::Answers(answers);
                };
                // The findings of the other answers remain; the refused ones are judged only now.
                turn.holds_back(pause);
                let turn = live.turn_for_several().await;
                let answers = send().await;
                turn.answered(false);
                Got::Answers(answers)
            },
            |failure| Got::Answers(vec![Err(failure); count]),
        );
        match got.await {
            Got::Answers(answers) => answers,
            Got::Reach(_) | Got::Handshake(_) | Got::Inspection(_) => vec![Err(mismatch()); count],
        }
    }

    /// Sends `upload`, and repeats `poll` while it runs, at most `most` times. The first answer
    /// belongs to the upload.
    pub(in crate::wire) async fn during(
        &self,
        key: Key,
        upload: Request,
        poll: Request,
        most: usize,
    ) -> Vec<Answer> {
        let mut polling = Question::of(&poll);
        polling.words += &format!("; at most {most} times");
        let asked = vec![Question::of(&upload), polling];
        let got = self.got(
            key,
            asked,
            |live| async {
                let (turn, polled) = self.poll_during(live, &upload, &poll, most).await;
                let limited = std::iter::once(&upload)
                    .chain(std::iter::repeat(&poll))
                    .zip(&polled);
                let Some(pause) = live.pause_after_several(limited) else {
                    turn.answered(false);
                    return Got::Answers(polled);
                };
                turn.holds_back(pause);
                let (turn, polled) = self.poll_during(live, &upload, &poll, most).await;
                turn.answered(false);
                Got::Answers(polled)
            },
            |failure| Got::Answers(vec![Err(failure)]),
        );
        match got.await {
            Got::Answers(answers) => answers,
            Got::Reach(_) | Got::Handshake(_) | Got::Inspection(_) => vec![Err(mismatch())],
        }
    }

    /// Sends `upload`, and repeats `poll` while it runs, at most `most` times. Returns the answers,
    /// beginning with the one to the upload, and their common turn.
    async fn poll_during(
        &self,
        live: &Live,
        upload: &Request,
        poll: &Request,
        most: usize,
    ) -> (Turn, Vec<Answer>) {
        let turn = live.turn_for_several().await;
        let uploading = self.exchange(live, upload, Company::Several);
        tokio::pin!(uploading);
        let mut polled = Vec::new();
        let first = loop {
            if polled.len() >= most {
                break uploading.await;
            }
            let is_first = polled.is_empty();
            let polling = async {
                if !is_first {
                    tokio::time::sleep(live.interval()).await;
                }
                self.exchange(live, poll, Company::Several).await
            };
            tokio::pin!(polling);
            tokio::select! {
                biased;
                answer = &mut uploading => {
                    // A download that runs when the upload ends is the most likely one to be torn.
                    polled.push(polling.await);
                    break answer;
                }
                answer = &mut polling => polled.push(answer),
            }
        };
        polled.insert(0, first);
        (turn, polled)
    }
}
