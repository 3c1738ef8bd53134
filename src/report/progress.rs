//! The progress line, while a run goes on.

use crate::engine::Event;
use crate::engine::Verdict;
use crate::wire::{Pace, PaceNow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write as _;
use std::time::Duration;

/// How many requests a finding costs on average, in tenths.
const TENTHS_OF_REQUESTS: u64 = 12;

/// A line on standard error that says how far the run is; nothing where that is no terminal.
pub struct Progress {
    bar: ProgressBar,
    verbose: bool,
    /// The pace of the run, where it asks a server.
    pace: Option<Pace>,
}

impl Progress {
    /// Returns a progress line, unless it is `quiet`; with `verbose`, also a line for every finding
    /// as it comes.
    pub fn new(verbose: bool, quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            verbose,
            pace: None,
        }
    }

    /// Returns a progress line that also says how fast the run asks, and how long that takes.
    pub fn at_pace(verbose: bool, quiet: bool, pace: Pace) -> Self {
        Self {
            pace: Some(pace),
            ..Self::new(verbose, quiet)
        }
    }

    /// Takes in one step of the run.
    pub fn on(&self, event: &Event) {
        match event {
            Event::Started { total } => self.bar.set_length(*total as u64),
            Event::CheckStarted { name } => {
                let left = self.bar.length().unwrap_or_default() - self.bar.position();
                let pace = self.pace.as_ref().and_then(|pace| rhythm(pace.now(), left));
                self.bar.set_message(match pace {
                    Some(pace) => format!("{pace}: waiting for {name}"),
                    None => format!("waiting for {name}"),
                });
            }
            Event::CheckFinished(finding) => {
                self.bar.inc(1);
                // What the person left out is no news; the report counts it.
                if self.verbose && finding.verdict != Verdict::Disabled {
                    self.say(&format!(
                        "{:<14} {}: {}",
                        finding.verdict,
                        finding.name(),
                        finding.observed
                    ));
                }
            }
        }
    }

    /// Writes a line above the progress line.
    pub fn say(&self, line: &str) {
        let line = crate::text::line(line);
        // A caller that ignores the events still gets the report.
        self.bar
            .suspend(|| _ = writeln!(anstream::stderr(), "{line}"));
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Returns how fast the run asks and how long the findings that are left take: `9 requests a
/// second, about 20 s left`. Nothing before the server has answered.
fn rhythm(now: PaceNow, findings_left: u64) -> Option<String> {
    now.usual?;
    let step = now.step.max(Duration::from_millis(1));
    let pace = if step > Duration::from_secs(1) {
        format!("a request every {}", crate::text::duration(step))
    } else {
        let each = Duration::from_secs(1).as_millis() / step.as_millis();
        crate::text::counted(u64::try_from(each).unwrap_or(u64::MAX), "request") + " a second"
    };
    let left = now.time_for(findings_left * TENTHS_OF_REQUESTS / 10);
    Some(match left.as_secs() {
        0..5 => format!("{pace}, a few seconds left"),
        // Nobody knows it to the second.
        5..60 => format!("{pace}, about {} s left", left.as_secs().div_ceil(5) * 5),
        seconds => format!("{pace}, about {} min left", seconds.div_ceil(60)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(step: Duration) -> PaceNow {
        PaceNow {
            rate: 10.0,
            width: 1,
            asked: 20,
            limited: 0,
            step,
            usual: Some(step),
            paused: Duration::ZERO,
        }
    }

    #[test]
    fn the_pace_and_the_time_left_are_said_in_whole_numbers() {
        let said = |step: u64, left| rhythm(at(Duration::from_millis(step)), left).expect("a pace");
        assert_eq!(said(100, 160), "10 requests a second, about 20 s left");
        assert_eq!(said(600, 200), "1 request a second, about 3 min left");
        assert_eq!(said(5000, 1), "a request every 5.0 s, about 5 s left");
        assert_eq!(said(0, 200), "1000 requests a second, a few seconds left");
        let before = PaceNow {
            usual: None,
            ..at(Duration::ZERO)
        };
        assert_eq!(rhythm(before, 200), None);
    }
}
