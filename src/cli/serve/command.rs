//! The command that `serve` prints: it checks the server in such a way that its faults show.

use super::UMLAUTS;
use crate::diagnosis::quoted;
use crate::reference::{Fault, Login, Need, Options};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

/// Where the password or the token comes from.
pub(super) enum Secret {
    /// It is the program's own, which is printed.
    Ours,
    /// A file that the person named.
    File(PathBuf),
    /// A variable that the person set.
    Variable,
}

/// A server that runs.
pub(super) struct Served<'a> {
    pub(super) options: &'a Options,
    pub(super) secret: &'a Secret,
    pub(super) url: &'a str,
    pub(super) root: Option<&'a Path>,
}

impl Served<'_> {
    /// Returns the variables with which the program reaches the server. Secrets of the person are
    /// not among them, and neither is an empty password: a variable cannot be empty.
    pub(super) fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("SAFE_TARGET", self.url.to_owned())];
        let mut add = |name, value: &str| variables.push((name, value.to_owned()));
        let is_ours = matches!(self.secret, Secret::Ours);
        match &self.options.login {
            Login::Token(token) if is_ours => add("SAFE_SERVER_TOKEN", token),
            Login::Open | Login::Token(_) => {}
            Login::Basic { user, password } => {
                add("SAFE_SERVER_USER", user);
                if is_ours && !password.is_empty() {
                    add("SAFE_SERVER_PASSWORD", password);
                }
            }
        }
        if let Some(root) = self.root {
            add("SAFE_CA_FILE", &root.display().to_string());
        }
        variables
    }

    /// Returns what a person does with the server: a command to copy, what else its faults need,
    /// and what a client needs.
    pub(super) fn what_to_do(&self) -> String {
        let check = self.command("check", &self.options_of_check());
        let mut text = format!(
            "The server runs until Ctrl-C. To check it, run in another shell:\n  {check}\n"
        );
        let has_basic = matches!(self.options.login, Login::Basic { .. });
        if has_basic && matches!(self.secret, Secret::Variable) {
            text += "That shell needs the same SAFE_SERVER_PASSWORD as this one.\n";
        }
        for fault in &self.options.faults {
            let needs = fault.needs().iter();
            text.extend(needs.filter_map(|need| self.sentences(*fault, *need)));
        }
        text += "To try a client on it, enter the address and the login of these lines";
        text += match self.root {
            None => ".\n",
            Some(_) => ", and trust the certificate in SAFE_CA_FILE.\n",
        };
        text
    }

    /// Returns the line that runs `subcommand` on the server, for a shell.
    fn command(&self, subcommand: &str, options: &[&str]) -> String {
        let mut words = Vec::new();
        if self.has_empty_password() {
            words.push("echo |".to_owned());
        }
        let variables = self.variables().into_iter();
        words.extend(variables.map(|(name, value)| format!("{name}={}", quoted(&value))));
        words.push(format!("safe-conformance {subcommand}"));
        words.extend(options.iter().map(|&option| option.to_owned()));
        words.extend(self.access());
        words.join(" ")
    }

    /// Returns the options that say how to reach the server, for what no variable can say.
    fn access(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut add = |option: &str, value: &str| options.push(format!("{option} {value}"));
        if self.has_empty_password() {
            add("--password-file", "/dev/stdin");
        }
        let option = match &self.options.login {
            Login::Open => None,
            Login::Token(_) => Some("--token-file"),
            Login::Basic { .. } => Some("--password-file"),
        };
        if let (Some(option), Secret::File(file)) = (option, self.secret) {
            add(option, &quoted(&absolute(file).display().to_string()));
        }
        if let Some(address) = self.address() {
            add("--resolve", &address.to_string());
        }
        options
    }

    fn has_empty_password(&self) -> bool {
        let is_empty =
            matches!(&self.options.login, Login::Basic { password, .. } if password.is_empty());
        is_empty && matches!(self.secret, Secret::Ours)
    }

    /// Returns the address of the server, if the host name of its URL does not lead there.
    fn address(&self) -> Option<IpAddr> {
        let here = match self.options.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let is_localhost = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ]
        .contains(&here);
        (!is_localhost || self.has_need(Need::Address)).then_some(here)
    }

    fn has_need(&self, need: Need) -> bool {
        let mut faults = self.options.faults.iter();
        faults.any(|fault| fault.needs().contains(&need))
    }

    /// Returns the options without which `check` does not show the faults.
    fn options_of_check(&self) -> Vec<&'static str> {
        let all = [
            (Need::Order, "--jobs 1"),
            // The fault `upload-times-out` closes the connection after two seconds.
            (Need::SlowUplink, "--slow-uplink=6"),
        ];
        let needed = all.into_iter().filter(|(need, _)| self.has_need(*need));
        needed.map(|(_, option)| option).collect()
    }

    /// Returns what else a fault needs to show, if the command does not provide it.
    fn sentences(&self, fault: Fault, need: Need) -> Option<String> {
        match need {
            Need::Umlauts if self.has_umlauts() => None,
            Need::Umlauts => Some(format!(
                "The fault `{fault}` shows only if the login has letters beyond ASCII: give --user {UMLAUTS}, or such a password.\n"
            )),
            Need::Months => Some(self.over_months(fault)),
            Need::PublicRoot => Some(format!(
                "The fault `{fault}` breaks a rule for public authorities, and the root of this server is private. The command does not report it; a test with `Target::taking_for_public` of the library does.\n"
            )),
            Need::Repeats => Some(format!(
                "The fault `{fault}` mixes uploads only if they overlap: run the command again if `integrity.concurrent-uploads` passes.\n"
            )),
            Need::Address => Some(
                "DNS does not know the host name of this server. The command has its address (--resolve).\n"
                    .to_owned(),
            ),
            // The command has what they need, or the server does not start. Backups that are left
            // behind disappear with the server.
            Need::Order
            | Need::SlowUplink
            | Need::Token
            | Need::Tls
            | Need::Login
            | Need::Leftovers => None,
        }
    }

    fn has_umlauts(&self) -> bool {
        let Login::Basic { user, password } = &self.options.login else {
            return false;
        };
        !user.is_ascii() || !password.is_ascii()
    }

    /// Returns how a fault shows that no check notices.
    fn over_months(&self, fault: Fault) -> String {
        let ledger = ["--ledger canaries.json"];
        let plant = self.command("retention plant", &ledger);
        let verify = self.command("retention verify", &ledger);
        format!(
            "No check shows the fault `{fault}`. Keep this server running, plant canaries, and verify them every day for months:\n  {plant}\n  {verify}\n"
        )
    }
}

/// Returns a path that another shell can use, which may be in another folder.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{Arguments, options};
    use super::*;
    use crate::cli::Command;
    use crate::reference::Profile;
    use clap::Parser as _;

    /// What `serve` with these arguments says, its server being on port 1.
    fn said(arguments: &[&str]) -> String {
        let words = ["safe-conformance", "serve"].iter().chain(arguments);
        let parsed = crate::cli::Arguments::try_parse_from(words).ok();
        let Some(Command::Serve(arguments)) = parsed.and_then(|it| it.command) else {
            panic!("{arguments:?} are arguments of `serve`");
        };
        let arguments: Arguments = arguments;
        let (options, secret) =
            options(&arguments).unwrap_or_else(|why| panic!("{}", why.sentence));
        let url = format!("https://localhost:1{}", options.base_path);
        let served = Served {
            options: &options,
            secret: &secret,
            url: &url,
            root: Some(Path::new("/root.pem")),
        };
        served.what_to_do()
    }

    const HEALTHY: &str = "SAFE_TARGET=https://localhost:1/safe SAFE_SERVER_USER=safe SAFE_SERVER_PASSWORD=s3cret-loopback SAFE_CA_FILE=/root.pem safe-conformance check";

    /// The beginning of the line that checks the server, and its end.
    fn line(said: &str) -> &str {
        said.lines().nth(1).unwrap_or_default().trim_start()
    }

    /// Whether the command has what the fault needs, or a sentence names the fault.
    fn is_met(need: Need, fault: Fault, said: &str) -> bool {
        let line = line(said);
        let is_named = said.contains(&format!("The fault `{fault}` "));
        match need {
            Need::Umlauts => line.contains("SAFE_SERVER_USER='jörg'"),
            Need::Token => line.contains("SAFE_SERVER_TOKEN="),
            Need::Order => line.ends_with(" --jobs 1"),
            Need::SlowUplink => line.ends_with(" --slow-uplink=6"),
            Need::Address => line.ends_with(" --resolve 127.0.0.1"),
            Need::Months => said.contains("safe-conformance retention verify "),
            Need::PublicRoot | Need::Repeats => is_named,
            Need::Tls => line.contains("SAFE_TARGET=https:"),
            Need::Login => {
                line.contains("SAFE_SERVER_USER=") || line.contains("SAFE_SERVER_TOKEN=")
            }
            Need::Leftovers => true,
        }
    }

    #[test]
    fn the_command_has_what_each_fault_needs_and_nothing_else() {
        let general = [Need::Tls, Need::Login, Need::Leftovers];
        for fault in Fault::ALL {
            let said = said(&["--fault", fault.name()]);
            for need in fault.needs() {
                assert!(
                    is_met(*need, *fault, &said),
                    "{fault} needs {need:?}: {said}"
                );
            }
            if fault.needs().iter().all(|need| general.contains(need)) {
                assert_eq!(line(&said), HEALTHY, "{fault}");
                assert_eq!(said.lines().count(), 3, "{fault}: {said}");
            }
        }
    }

    #[test]
    fn the_command_logs_in_to_each_profile() {
        for profile in Profile::ALL {
            let said = said(&["--like", profile.name()]);
            let is_named = line(&said).contains(" SAFE_SERVER_USER=");
            assert_eq!(is_named, !profile.is_open(), "{profile}: {said}");
            let is_empty = profile.has_empty_password();
            let has = |part: &str| line(&said).contains(part);
            assert_eq!(
                has("SAFE_SERVER_PASSWORD="),
                is_named && !is_empty,
                "{profile}"
            );
            assert_eq!(line(&said).starts_with("echo | "), is_empty, "{profile}");
            assert_eq!(has(" --password-file /dev/stdin"), is_empty, "{profile}");
        }
    }

    #[test]
    fn a_login_of_the_person_stays() {
        let utf8 = Fault::CredentialsUtf8Only.name();
        let own = said(&["--fault", utf8, "--user", "anna b"]);
        assert!(line(&own).contains(" SAFE_SERVER_USER='anna b' "), "{own}");
        assert!(own.contains("The fault `credentials-utf8-only` "), "{own}");
        let umlauts = said(&["--fault", utf8, "--user", "äöü"]);
        assert!(
            line(&umlauts).contains(" SAFE_SERVER_USER='äöü' "),
            "{umlauts}"
        );
        assert!(!umlauts.contains("The fault "), "{umlauts}");
        // The user name of a public link is a part of the link.
        let link = said(&["--fault", utf8, "--like", "nextcloud-link-webdav-password"]);
        assert!(
            line(&link).contains(" SAFE_SERVER_USER=kT4nXo9fLBqRz2W "),
            "{link}"
        );
        assert!(
            link.contains("The fault `credentials-utf8-only` "),
            "{link}"
        );
    }

    #[test]
    fn a_password_in_a_variable_is_asked_for_and_not_printed() {
        let options = Options::default();
        let served = Served {
            options: &options,
            secret: &Secret::Variable,
            url: "https://localhost:1/safe",
            root: None,
        };
        let said = served.what_to_do();
        assert!(said.contains("the same SAFE_SERVER_PASSWORD"), "{said}");
        assert!(!said.contains("s3cret-loopback"), "{said}");
    }

    /// A profile that asks for no credentials ignores the file of the person.
    #[test]
    fn a_server_without_a_login_gets_no_password() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("password");
        std::fs::write(&file, "s3cret of the person\n").expect("written");
        let file = file.to_str().expect("a text");
        let mut profiles = Profile::ALL.iter();
        let open = profiles.find(|profile| profile.is_open());
        let open = open.expect("a profile without a login").name();
        let said = said(&["--like", open, "--password-file", file]);
        assert!(!line(&said).contains("--password-file"), "{said}");
    }

    #[test]
    fn a_host_name_that_leads_elsewhere_is_resolved() {
        for (listen, resolve) in [
            ("127.0.0.1:0", None),
            ("[::1]:0", None),
            ("127.0.0.2:0", Some("127.0.0.2")),
        ] {
            let said = said(&["--listen", listen]);
            let (_, found) = line(&said).split_once(" --resolve ").unzip();
            assert_eq!(found, resolve, "{said}");
        }
    }
}
