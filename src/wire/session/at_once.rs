//! Several simultaneous requests, and downloads during an upload. If a limit refuses one of them,
//! or no answer arrives in time, all are sent once more.

use super::Session;
use super::asking::{Company, Question, mismatch};
use crate::wire::answer::Answer;
use crate::wire::failure::FailureKind;
use crate::wire::live::{Live, Round};
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
                let mut round = Round::First;
                loop {
                    let turn = live.turn_for_several(round).await;
                    let exchanges = requests
                        .iter()
                        .map(|request| self.exchange(live, request, Company::Several(round)));
                    let answers = join_all(exchanges).await;
                    let is_lost = answers.iter().all(was_late);
                    match next(live, (round, turn), requests.iter().zip(&answers), is_lost) {
                        Some(next) => round = next,
                        None => return Got::Answers(answers),
                    }
                }
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
                let mut round = Round::First;
                loop {
                    let turn = live.turn_for_several(round).await;
                    let polled = self.poll_during(live, &upload, &poll, most, round).await;
                    let requests = std::iter::once(&upload).chain(std::iter::repeat(&poll));
                    let is_lost = is_unjudgeable(&polled);
                    match next(live, (round, turn), requests.zip(&polled), is_lost) {
                        Some(next) => round = next,
                        None => return Got::Answers(polled),
                    }
                }
            },
            |failure| Got::Answers(vec![Err(failure)]),
        );
        match got.await {
            Got::Answers(answers) => answers,
            Got::Reach(_) | Got::Handshake(_) | Got::Inspection(_) => vec![Err(mismatch())],
        }
    }

    /// Sends `upload`, and repeats `poll` while it runs, at most `most` times. Returns the answers,
    /// beginning with the one to the upload.
    async fn poll_during(
        &self,
        live: &Live,
        upload: &Request,
        poll: &Request,
        most: usize,
        round: Round,
    ) -> Vec<Answer> {
        let uploading = self.exchange(live, upload, Company::Several(round));
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
                self.exchange(live, poll, Company::Several(round)).await
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
        polled
    }
}

/// Ends the turn of a round. Returns the next round, if a limit refused one of the requests or the
/// answers are lost because they did not arrive in time; there is one at most.
fn next<'a>(
    live: &Live,
    (round, turn): (Round, Turn),
    answered: impl Iterator<Item = (&'a Request, &'a Answer)>,
    is_lost: bool,
) -> Option<Round> {
    if round != Round::First {
        turn.answered(false);
        return None;
    }
    if let Some(pause) = live.pause_after_several(answered) {
        // The findings of the other answers remain; the refused ones are judged only now.
        turn.holds_back(pause);
        return Some(Round::AfterLimit);
    }
    if is_lost && live.repeats_several() {
        turn.timed_out();
        return Some(Round::AfterSilence);
    }
    turn.answered(false);
    None
}

fn was_late(answer: &Answer) -> bool {
    matches!(answer, Err(failure) if failure.kind == FailureKind::TimedOut)
}

/// Returns whether these answers to an upload and to the downloads during it show nothing, because
/// of the time.
fn is_unjudgeable(answers: &[Answer]) -> bool {
    let Some((upload, downloads)) = answers.split_first() else {
        return false;
    };
    let nothing_came = downloads.iter().all(Result::is_err) && downloads.iter().any(was_late);
    was_late(upload) || nothing_came
}
