//! The pace: every request passes one gate, so that a run resembles a busy phone rather than a
//! scanner.
//!
//! A rate (requests per second) and a width (simultaneous requests) begin low, and grow only while
//! answers stay as fast as the first ones, which were requested one after the other. Any sign of a
//! limit halves both.

mod choice;
mod turn;

pub use choice::PaceChoice;
pub(super) use turn::Turn;

use choice::Bounds;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

/// How many answers are measured before the pace changes.
const WINDOW: usize = 8;
/// How many answers determine the first latency, which is their median.
const FIRST: usize = 4;
/// The lowest rate to which limits reduce a run, in requests per second.
const SLOWEST: f64 = 0.2;
/// The assumed rate of a run without one when a limit shows, in requests per second.
const UNLIMITED_AS: f64 = 64.0;
/// A latency increase that is ignored as noise of a busy machine.
const NOISE: Duration = Duration::from_millis(25);

/// The pace of one run, which its clones share.
#[derive(Clone)]
pub struct Pace(Arc<Gate>);

struct Gate {
    /// Held by the next caller, and by a caller with an exclusive turn.
    door: Arc<Mutex<()>>,
    left: Notify,
    state: StdMutex<State>,
}

/// The pace of a run at this moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PaceNow {
    /// The largest number of requests per second; infinite if it is not limited.
    pub rate: f64,
    /// The largest number of simultaneous requests.
    pub width: usize,
    /// The number of requests that were answered or given up.
    pub asked: u64,
    /// The number of requests that the server refused because there were too many.
    pub limited: u32,
    /// The average time between the last answers.
    pub step: Duration,
    /// The latency of the first answers, which were requested one after the other.
    pub usual: Option<Duration>,
    /// How long no request was sent because of refusals; the rest of a pause does not count.
    pub paused: Duration,
}

impl PaceNow {
    /// Returns the time for this many more requests at this pace.
    pub fn time_for(&self, requests: u64) -> Duration {
        let count = u32::try_from(requests).unwrap_or(u32::MAX);
        self.step.saturating_mul(count)
    }
}

struct State {
    bounds: Bounds,
    rate: f64,
    width: usize,
    /// The values up to which rate and width may grow again after a limit or slow answers.
    rate_ceiling: f64,
    width_ceiling: usize,
    flying: usize,
    /// Whether requests are sent one at a time because the credentials were not accepted yet.
    sequential: bool,
    /// When the next request may begin.
    next: Instant,
    /// When both were last halved.
    halved: Option<Instant>,
    first: Vec<Duration>,
    window: Vec<Duration>,
    ended: VecDeque<Instant>,
    asked: u64,
    limited: u32,
    /// The end of the last pause, and the time of all pauses until then.
    resumes: Instant,
    pauses: Duration,
}

impl Pace {
    /// Returns the pace that the user chose.
    pub fn new(choice: PaceChoice) -> Self {
        let bounds = choice.bounds();
        Self(Arc::new(Gate {
            door: Arc::default(),
            left: Notify::new(),
            state: StdMutex::new(State {
                bounds,
                rate: bounds.rate,
                width: bounds.width,
                rate_ceiling: bounds.most_rate,
                width_ceiling: bounds.most_width,
                flying: 0,
                sequential: false,
                next: Instant::now(),
                halved: None,
                first: Vec::new(),
                window: Vec::new(),
                ended: VecDeque::new(),
                asked: 0,
                limited: 0,
                resumes: Instant::now(),
                pauses: Duration::ZERO,
            }),
        }))
    }

    /// Returns whether it begins at full speed.
    pub(super) fn is_unlimited(&self) -> bool {
        self.state().bounds.rate.is_infinite()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the pace at this moment.
    pub fn now(&self) -> PaceNow {
        let state = self.state();
        PaceNow {
            rate: state.rate,
            width: state.room(),
            asked: state.asked,
            limited: state.limited,
            step: state.step(),
            usual: state.latency(),
            paused: state.paused(),
        }
    }

    /// Returns the latency of the first answers, which were requested one after the other.
    pub(super) fn latency(&self) -> Option<Duration> {
        self.state().latency()
    }

    /// Sends one request at a time until the credentials are [accepted](Self::accepted).
    pub(super) fn until_accepted(&self) {
        self.state().sequential = true;
    }

    /// Notes that the server has accepted the credentials.
    pub(super) fn accepted(&self) {
        self.state().sequential = false;
        self.0.left.notify_one();
    }

    /// Waits for the turn of one request.
    pub(super) async fn enter(&self) -> Turn {
        let door = Arc::clone(&self.0.door).lock_owned().await;
        self.wait_for_room(|state| state.flying < state.room())
            .await;
        let turn = self.start().await;
        drop(door);
        turn
    }

    /// Waits for an exclusive turn. Requests that belong together share it.
    pub(super) async fn enter_alone(&self) -> Turn {
        let door = Arc::clone(&self.0.door).lock_owned().await;
        self.wait_for_room(|state| state.flying == 0).await;
        self.start().await.alone(door)
    }

    /// Waits for a turn for several simultaneous requests.
    ///
    /// The turn is exclusive, unless the rate is unlimited and no limit has shown.
    pub(super) async fn enter_for_several(&self) -> Turn {
        let is_free = {
            let state = self.state();
            state.rate.is_infinite() && !state.sequential
        };
        if is_free {
            self.enter().await
        } else {
            self.enter_alone().await
        }
    }

    async fn wait_for_room(&self, has_room: impl Fn(&State) -> bool) {
        // The waiting caller holds the door, so one permit is enough.
        while !has_room(&self.state()) {
            self.0.left.notified().await;
        }
    }

    async fn start(&self) -> Turn {
        loop {
            let next = {
                let mut state = self.state();
                let now = Instant::now();
                if state.next <= now {
                    state.next = now + state.interval();
                    state.flying += 1;
                    return Turn::new(self.clone(), now);
                }
                state.next
            };
            tokio::time::sleep_until(next).await;
        }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Pace").field(&self.now()).finish()
    }
}

impl State {
    fn room(&self) -> usize {
        if self.sequential { 1 } else { self.width }
    }

    fn interval(&self) -> Duration {
        if self.rate.is_finite() {
            Duration::from_secs_f64(1.0 / self.rate)
        } else {
            Duration::ZERO
        }
    }

    fn latency(&self) -> Option<Duration> {
        (self.first.len() >= FIRST).then(|| median(&self.first))
    }

    /// Sends no request for this long. Pauses that overlap count once.
    fn pause(&mut self, pause: Duration) {
        let now = Instant::now();
        let resumes = now + pause;
        self.pauses += resumes.saturating_duration_since(self.resumes.max(now));
        self.resumes = self.resumes.max(resumes);
        self.next = self.next.max(resumes);
    }

    fn paused(&self) -> Duration {
        let rest = self.resumes.saturating_duration_since(Instant::now());
        self.pauses.saturating_sub(rest)
    }

    fn step(&self) -> Duration {
        match (self.ended.front(), self.ended.back()) {
            (Some(first), Some(last)) if self.ended.len() > 1 => {
                let steps = u32::try_from(self.ended.len() - 1).unwrap_or(1);
                (*last - *first) / steps
            }
            _ => self.interval(),
        }
    }

    fn ended(&mut self) {
        self.asked += 1;
        self.ended.push_back(Instant::now());
        if self.ended.len() > 32 {
            self.ended.pop_front();
        }
    }

    /// Notes how long an answer took, and changes the pace after enough answers.
    fn measured(&mut self, took: Duration) {
        let Some(usual) = self.latency() else {
            self.first.push(took);
            return;
        };
        self.window.push(took);
        if self.window.len() < WINDOW {
            return;
        }
        let now = median(&self.window);
        self.window.clear();
        if now <= usual * 3 / 2 + NOISE {
            self.rate = (self.rate * 2.0).min(self.rate_ceiling);
            self.width = (self.width * 2).min(self.width_ceiling);
            self.rate_ceiling = (self.rate_ceiling * 1.1).min(self.bounds.most_rate);
        } else if now > usual * 7 / 4 + NOISE {
            self.narrow();
        }
    }

    /// Reduces the width, because the server answers one request after the other anyway.
    fn narrow(&mut self) {
        self.width = (self.width / 2).max(1);
        self.width_ceiling = self.width;
    }

    fn halve(&mut self) {
        let rate = self.rate.min(UNLIMITED_AS);
        self.rate_ceiling = (rate * 0.8).max(SLOWEST);
        self.rate = (rate / 2.0).max(SLOWEST);
        self.narrow();
        self.window.clear();
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST_ANSWER: Duration = Duration::from_millis(40);

    /// Sends requests one after the other; returns the time of each from the common start.
    async fn ask(pace: &Pace, times: usize, latency: Duration) -> Vec<Duration> {
        let began = Instant::now();
        let mut starts = Vec::new();
        for _ in 0..times {
            let turn = pace.enter().await;
            starts.push(began.elapsed());
            tokio::time::sleep(latency).await;
            turn.answered(true);
        }
        starts
    }

    /// Sends this many requests at the same time; returns the time and the largest number at once.
    async fn ask_together(pace: &Pace, times: usize, latency: Duration) -> (Duration, usize) {
        let began = Instant::now();
        let most = Arc::new(StdMutex::new((0, 0)));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..times {
            let (pace, most) = (pace.clone(), Arc::clone(&most));
            tasks.spawn(async move {
                let turn = pace.enter().await;
                {
                    let mut most = most.lock().unwrap();
                    most.0 += 1;
                    most.1 = most.1.max(most.0);
                }
                tokio::time::sleep(latency).await;
                most.lock().unwrap().0 -= 1;
                turn.answered(true);
            });
        }
        tasks.join_all().await;
        let most = most.lock().unwrap().1;
        (began.elapsed(), most)
    }

    #[tokio::test(start_paused = true)]
    async fn it_begins_with_ten_a_second_one_at_a_time_and_speeds_up() {
        let pace = Pace::new(PaceChoice::Normal);
        let starts = ask(&pace, 8, FAST_ANSWER).await;
        assert_eq!(starts[7].as_millis(), 700);
        let (took, most) = ask_together(&pace, 200, FAST_ANSWER).await;
        assert!(took < Duration::from_secs(6), "{took:?}");
        assert!(most >= 8, "{most} at once");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_serves_one_at_a_time_is_asked_one_or_two_at_a_time() {
        let pace = Pace::new(PaceChoice::Normal);
        let serving = Arc::new(Mutex::new(()));
        let began = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (pace, serving) = (pace.clone(), Arc::clone(&serving));
            tasks.spawn(async move {
                let turn = pace.enter().await;
                let _one = serving.lock().await;
                tokio::time::sleep(Duration::from_millis(600)).await;
                turn.answered(true);
                pace.now().width
            });
        }
        let widths = tasks.join_all().await;
        let took = began.elapsed();
        assert!(widths.iter().all(|width| *width <= 2), "{widths:?}");
        assert_eq!(pace.now().width, 1);
        assert!(took < Duration::from_secs(62), "{took:?}");
        assert!(pace.now().time_for(10) >= Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_stays_slow_and_fast_is_fast_at_once() {
        let slow = Pace::new(PaceChoice::Slow);
        assert_eq!(ask(&slow, 41, FAST_ANSWER).await[40].as_secs(), 20);
        let fast = Pace::new(PaceChoice::Fast);
        let (took, most) = ask_together(&fast, 160, FAST_ANSWER).await;
        assert_eq!((took, most), (FAST_ANSWER * 10, 16));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_halves_both_and_lets_everybody_wait() {
        let pace = Pace::new(PaceChoice::Fast);
        let turns = [pace.enter().await, pace.enter().await, pace.enter().await];
        tokio::time::sleep(FAST_ANSWER).await;
        // Requests that are refused together are one sign.
        for turn in turns {
            turn.limited(Duration::from_secs(5));
        }
        let now = pace.now();
        assert_eq!((now.width, now.limited), (8, 3));
        assert!((now.rate - UNLIMITED_AS / 2.0).abs() < 0.01);
        assert_eq!(ask(&pace, 1, FAST_ANSWER).await[0].as_secs(), 5);
        pace.enter().await.limited(Duration::ZERO);
        assert_eq!(pace.now().width, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_that_overlap_count_once_and_the_rest_of_one_does_not() {
        let pace = Pace::new(PaceChoice::Fast);
        let seconds = Duration::from_secs;
        ask(&pace, 3, FAST_ANSWER).await;
        assert_eq!(pace.now().paused, Duration::ZERO);
        let turns = [pace.enter().await, pace.enter().await];
        for turn in turns {
            turn.limited(seconds(5));
        }
        tokio::time::sleep(seconds(2)).await;
        assert_eq!(pace.now().paused, seconds(2));
        ask(&pace, 1, FAST_ANSWER).await;
        assert_eq!(pace.now().paused, seconds(5));
        pace.enter().await.holds_back(seconds(3));
        tokio::time::sleep(seconds(60)).await;
        assert_eq!(pace.now().paused, seconds(8));
    }

    #[tokio::test(start_paused = true)]
    async fn it_grows_back_slowly_to_where_the_limit_was() {
        let pace = Pace::new(PaceChoice::Normal);
        ask(&pace, 5, FAST_ANSWER).await;
        pace.enter().await.limited(Duration::from_secs(1));
        for _ in 0..100 {
            assert!(pace.now().rate < 10.0 || pace.now().asked > 30);
            ask(&pace, 1, FAST_ANSWER).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_alone_is_alone() {
        let pace = Pace::new(PaceChoice::Fast);
        let first = pace.enter().await;
        let waiting = tokio::spawn({
            let pace = pace.clone();
            async move { pace.enter_alone().await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!waiting.is_finished());
        first.answered(true);
        let alone = waiting.await.unwrap();
        let late = tokio::spawn({
            let pace = pace.clone();
            async move { pace.enter().await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!late.is_finished());
        drop(alone);
        drop(late.await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn several_that_belong_together_are_alone_but_at_full_speed() {
        let is_alone = async |pace: &Pace| {
            let several = pace.enter_for_several().await;
            let other = tokio::time::timeout(Duration::from_secs(1), pace.enter()).await;
            drop(several);
            other.is_err()
        };
        let fast = Pace::new(PaceChoice::Fast);
        assert!(!is_alone(&fast).await);
        // The latency of simultaneous requests does not show the server's own.
        assert_eq!(fast.now().usual, None);
        fast.until_accepted();
        assert!(is_alone(&fast).await);
        fast.accepted();
        fast.enter().await.limited(Duration::ZERO);
        assert!(is_alone(&fast).await);
        assert!(is_alone(&Pace::new(PaceChoice::Normal)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn until_the_credentials_are_accepted_one_request_is_under_way() {
        let pace = Pace::new(PaceChoice::Fast);
        pace.until_accepted();
        assert_eq!(ask_together(&pace, 8, FAST_ANSWER).await.1, 1);
        pace.accepted();
        assert_eq!(ask_together(&pace, 8, FAST_ANSWER).await.1, 8);
    }

    #[test]
    fn every_choice_reads_back() {
        for choice in PaceChoice::ALL {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert!("quick".parse::<PaceChoice>().is_err());
    }
}
