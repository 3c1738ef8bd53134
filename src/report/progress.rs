//! The progress line, while a run goes on.

use crate::engine::Event;
use crate::engine::Verdict;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write as _;

/// A line on standard error that says how far the run is; nothing where that is no terminal.
pub struct Progress {
    bar: ProgressBar,
    verbose: bool,
}

impl Progress {
    /// A progress line, unless it is `quiet`; with `verbose`, also a line for every finding as it
    /// comes.
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
        Self { bar, verbose }
    }

    /// Takes in one step of the run.
    pub fn on(&self, event: &Event) {
        match event {
            Event::Started { total } => self.bar.set_length(*total as u64),
            Event::CheckStarted { name } => self.bar.set_message(format!("waiting for {name}")),
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
