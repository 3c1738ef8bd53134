//! The command line: arguments in, exit code out, a file per subcommand. No logic.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "doc comments of arguments are what --help prints, as it stands"
)]

mod check;
mod client;
mod compare;
mod completions;
mod credentials;
mod ended;
mod examples;
mod exit;
mod explain;
mod fact;
mod files;
mod inspect;
mod judge;
mod list;
mod login;
mod losses;
mod number;
mod output;
mod proxy;
mod retention;
mod rig;
mod selection;
mod serve;
mod setup;
mod sweep;
mod vectors;

use clap::{Parser, Subcommand};
pub use exit::Exit;
use std::process::ExitCode;

/// Find out whether Android and iOS can back up to a Threema Safe server and restore from it, and
/// whether Desktop can read it.
#[derive(Parser)]
#[command(name = "safe-conformance", version, max_term_width = 100, after_help = exit::help())]
struct Arguments {
    /// When to colour the output; `auto` respects NO_COLOR
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN", help_heading = GLOBAL)]
    color: Color,
    /// Print only problems: no progress, and nothing if the exit code is 0
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    quiet: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The heading of the options that every command has. Without it, they stand among its own.
const GLOBAL: &str = "Global options";

/// When the output has colours.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// The three commands that people need, each with what it does.
const FIRST_STEPS: [(&str, &str); 3] = [
    (
        "safe-conformance setup URL --user NAME",
        "creates the folder on a server, checks it, and shows what to enter in the apps",
    ),
    (
        "safe-conformance check URL --user NAME",
        "checks a server that is set up",
    ),
    (
        "safe-conformance inspect FILE --id ID",
        "shows what is in a backup",
    ),
];

/// Returns what the program prints without arguments.
fn first_steps() -> String {
    let width = output::width();
    let wrapped = |text, indent| crate::text::wrapped(text, indent, width);
    let mut out = wrapped(
        "Threema Safe on your own server: can the apps back up, and restore?",
        0,
    );
    for (command, what) in FIRST_STEPS {
        out += &format!("\n  {command}\n{}", wrapped(what, 6));
    }
    out.push('\n');
    out + &wrapped(
        "URL is the address of a folder over WebDAV. For a Nextcloud, give the address in the browser, in quotation marks: the program shows which address the apps need. It asks for the password. `--ca-file FILE` names the root of a private certificate authority. `safe-conformance help` shows the rest.",
        0,
    )
}

#[derive(Subcommand)]
enum Command {
    /// Check a server, or the embedded one if no URL is given.
    #[command(after_help = examples::CHECK)]
    Check(check::Arguments),
    /// Create the folder, `config` and `backups` on a server, and check it.
    #[command(after_help = setup::EXAMPLES)]
    Setup(setup::Arguments),
    /// Check an implementation of a client against the known-answer vectors.
    Client(client::Arguments),
    /// Watch what a client sends to a scripted server.
    Rig(rig::Arguments),
    /// Judge a transcript again, without a network.
    #[command(after_help = examples::JUDGE)]
    Judge(judge::Arguments),
    /// Compare two JSON reports: what broke, what was fixed, what is still broken.
    #[command(after_help = compare::EXAMPLES)]
    Compare(compare::Arguments),
    /// Show who wrote a backup, what it holds and what each client restores from it.
    Inspect(inspect::Arguments),
    /// Test over months whether a server keeps backups as long as it promises.
    Retention(retention::Arguments),
    /// Run the embedded server, healthy or with faults.
    #[command(after_help = examples::SERVE)]
    Serve(serve::Arguments),
    /// List every check of a server, or of an implementation.
    #[command(after_help = examples::LIST)]
    List(list::Arguments),
    /// Explain a check, vector, problem, fault, profile, known issue or fact.
    #[command(after_help = examples::EXPLAIN)]
    Explain(explain::Arguments),
    /// List, export or lint the known-answer vectors.
    #[command(after_help = examples::VECTORS)]
    Vectors(vectors::Arguments),
    /// Show what is lost when a backup of one client is restored by another.
    #[command(after_help = examples::LOSSES)]
    Losses(losses::Arguments),
    /// Delete what a killed run left on a server.
    #[command(after_help = examples::SWEEP)]
    Sweep(sweep::Arguments),
    /// Print the completions for a shell.
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Arguments),
    /// Print the manual page, or write one for each command.
    #[command(after_help = completions::MAN_EXAMPLES)]
    Man(completions::ManArguments),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is not an error in the arguments.
            return if error.use_stderr() {
                let sentence = error.render().ansi().to_string();
                output::tell(&without_user_info(&sentence, typed()));
                Exit::Usage.into()
            } else {
                let _ = error.print();
                Exit::Conforms.into()
            };
        }
    };
    anstream::ColorChoice::from(arguments.color).write_global();
    output::set_quiet(arguments.quiet);
    let Some(command) = arguments.command else {
        output::tell(&first_steps());
        return Exit::Usage.into();
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::tell(&format!(
                "error: failed to start the asynchronous runtime: {error}\n"
            ));
            return Exit::Incomplete.into();
        }
    };
    let ended = runtime.block_on(async {
        match command {
            Command::Check(arguments) => check::run(arguments).await,
            Command::Setup(arguments) => Box::pin(setup::run(arguments)).await,
            Command::Client(arguments) => client::run(arguments).await,
            Command::Rig(arguments) => rig::run(arguments).await,
            Command::Judge(arguments) => judge::run(arguments).await,
            Command::Compare(arguments) => compare::run(&arguments),
            Command::Inspect(arguments) => inspect::run(arguments).await,
            Command::Retention(arguments) => retention::run(arguments).await,
            Command::Serve(arguments) => serve::run(arguments).await,
            Command::List(arguments) => list::run(&arguments),
            Command::Explain(arguments) => explain::run(&arguments),
            Command::Vectors(arguments) => vectors::run(&arguments),
            Command::Losses(arguments) => losses::run(&arguments),
            Command::Sweep(arguments) => sweep::run(arguments).await,
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Man(arguments) => completions::man(&arguments),
        }
    });
    // Does not wait for a name look-up that hangs in its thread.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit.into(),
        Err(complaint) => {
            let sentence = format!("error: {}", complaint.sentence);
            output::tell_wrapped(&without_user_info(&sentence, typed()));
            complaint.exit.into()
        }
    }
}

/// Returns the arguments of the process.
fn typed() -> impl Iterator<Item = String> {
    std::env::args_os().map(|typed| typed.to_string_lossy().into_owned())
}

/// Removes user info with a password from a sentence, which may repeat a URL that was typed in the
/// wrong place.
fn without_user_info(sentence: &str, arguments: impl Iterator<Item = String>) -> String {
    arguments.fold(sentence.to_owned(), |sentence, argument| {
        let before = argument.rsplit_once('@').map_or("", |(before, _)| before);
        let user_info = before.split_once("://").map_or(before, |(_, rest)| rest);
        if user_info.contains(':') {
            sentence.replace(user_info, "[redacted]")
        } else {
            sentence
        }
    })
}
