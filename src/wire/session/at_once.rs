//! Several requests at once, and downloads during an upload. What a limit has refused is sent once
//! more, all of it.

use super::Session;
use super::asking::{Company, Question, mismatch};
use crate::wire::answer::Answer;
use crate::wire::live::Live;
use crate::wire::pace::Turn;
use crate::wire::request::Request;
use crate::wire::transcript::{Got, Key};
use futures_util::future::join_all;

impl Session {
    /// Sends several requests at once; the answers come in their order.
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
                // What the rest found out meanwhile stays; what was refused is judged only now.
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

    /// Sends `upload`, and while it is on its way `poll` again and again, at most `most` times. The
    /// answer to the upload comes first.
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

    /// Sends `upload`, and while it is on its way `poll` again and again, at most `most` times.
    /// Returns the answers, that to the upload first, within the turn that they share.
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
                    // What is under way when the upload ends is the most likely to be torn.
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
