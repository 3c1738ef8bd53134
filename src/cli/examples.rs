//! The examples in the help of commands that need no further explanation. A test parses each.

pub(super) const CHECK: &str = "\
Examples:
  safe-conformance check https://cloud.example/remote.php/dav/files/alice/threema-safe --user alice
  safe-conformance check https://dav.example/safe --user alice --report html=report.html
  safe-conformance check https://dav.example/safe --only auth,tls --fail-on recommended
  safe-conformance check

Without a URL, the program checks its embedded server: that shows what a good server looks like, but \
says nothing about yours.";

pub(super) const JUDGE: &str = "\
Examples:
  safe-conformance check https://dav.example/safe --user alice --transcript run.json
  safe-conformance judge run.json --report markdown=report.md";

pub(super) const INSPECT: &str = "\
Examples:
  safe-conformance inspect backup.bin --id ABCD1234
  safe-conformance inspect --from https://dav.example/safe --user alice --id ABCD1234";

pub(super) const RETENTION: &str = "\
Examples:
  safe-conformance retention plant https://dav.example/safe --user alice --ledger canaries.json
  safe-conformance retention verify https://dav.example/safe --user alice --ledger canaries.json";

pub(super) const SERVE: &str = "\
Examples:
  safe-conformance serve
  safe-conformance serve --like nextcloud-app-password
  safe-conformance serve --fault chunked-refused";

pub(super) const LIST: &str = "\
Examples:
  safe-conformance list
  safe-conformance list --rig";

pub(super) const EXPLAIN: &str = "\
Examples:
  safe-conformance explain auth.challenge
  safe-conformance explain problem.body-limit
  safe-conformance explain clients.http.size-gate";

pub(super) const VECTORS: &str = "\
Examples:
  safe-conformance vectors list
  safe-conformance vectors export vectors";

pub(super) const LOSSES: &str = "\
Examples:
  safe-conformance losses --from android --to ios
  safe-conformance losses --from ios-6.8 --to android";

pub(super) const SWEEP: &str = "\
Examples:
  safe-conformance sweep https://dav.example/safe --user alice";

/// Returns a help text followed by examples.
pub(super) fn with(text: &str, examples: &str) -> String {
    format!("{text}\n\n{examples}")
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    #[test]
    fn every_command_has_examples_that_can_be_typed() {
        let mut program = super::super::Arguments::command();
        for command in program.get_subcommands_mut() {
            let name = command.get_name().to_owned();
            let help = command.render_long_help().to_string();
            let (_, examples) = help
                .split_once("Examples:")
                .or_else(|| help.split_once("Example:"))
                .unwrap_or_else(|| panic!("`{name} --help` has no examples"));
            let typed = examples.lines().map(str::trim);
            let typed = typed.filter(|line| line.starts_with("safe-conformance "));
            let mut count = 0;
            for line in typed {
                count += 1;
                // Lines with quotes or redirections need a shell, so they are not parsed here.
                if line.contains(['\'', '>', '|', '$']) {
                    continue;
                }
                let parsed = super::super::Arguments::try_parse_from(line.split_whitespace());
                assert!(
                    parsed.is_ok(),
                    "{line}: {}",
                    parsed.err().map_or_else(String::new, |it| it.to_string())
                );
            }
            assert!(count > 0, "`{name} --help` shows no command");
        }
    }
}
