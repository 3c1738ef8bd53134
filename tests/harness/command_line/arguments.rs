//! Arguments, files and environment: each mistake gets one clear sentence.

use super::{PASSWORD, home, server};
use crate::support::program::{file, program, run};
use crate::support::reference::USER;
use std::process::Command;

/// One clear sentence on standard error, exit code 2, nothing on standard output.
#[track_caller]
fn assert_usage(command: &mut Command, words: &[&str]) {
    let ended = run(command);
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert_eq!(ended.stdout, "", "{}", ended.all());
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "no {word:?} in: {}",
            ended.stderr
        );
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    let sentences = ended
        .stderr
        .trim_end()
        .lines()
        .filter(|line| line.contains("error"))
        .count();
    assert_eq!(sentences, 1, "{}", ended.stderr);
}

#[test]
fn slips_about_outputs_get_one_clear_sentence() {
    let home = home();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    assert_usage(
        &mut of(&["check", "--report", "pdf=x"]),
        &["pdf", "json", "junit", "markdown"],
    );
    assert_usage(&mut of(&["check", "--report", "json"]), &["json=FILE"]);
    assert_usage(
        &mut of(&["check", "--report", "json=-", "--report", "junit=-"]),
        &["standard output"],
    );
    let twice = home.path().join("twice");
    let twice = twice.to_str().expect("UTF-8");
    assert_usage(
        &mut of(&[
            "check",
            "--report",
            &format!("json={twice}"),
            "--report",
            &format!("junit={twice}"),
        ]),
        &["two outputs go to", twice],
    );
    assert_usage(
        &mut of(&[
            "check",
            "--report",
            &format!("json={twice}"),
            "--transcript",
            twice,
        ]),
        &["two outputs go to", twice],
    );
    assert_usage(
        &mut of(&["check", "--report", "json=/no/such/folder/report"]),
        &["/no/such/folder/report"],
    );
    assert_usage(
        &mut of(&["check", "--transcript", "/no/such/folder/x"]),
        &["transcript", "/no/such/folder/x"],
    );
}

#[test]
fn slips_get_one_clear_sentence() {
    let home = home();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    assert_usage(&mut of(&["check", "--onyl", "tls"]), &["--onyl", "--only"]);
    assert_usage(&mut of(&["chekc"]), &["chekc", "check"]);
    assert_usage(
        &mut of(&["check", "cloud.example/safe"]),
        &["`https://` and a host: write https://cloud.example/safe"],
    );
    assert_usage(
        &mut of(&["check", "https//cloud.example/safe"]),
        &["`https://` and a host: write https://cloud.example/safe"],
    );
    assert_usage(&mut of(&["check", "https://"]), &["host"]);
    assert_usage(&mut of(&["check", ""]), &["no host"]);
    assert_usage(
        &mut of(&["check", "https://cloud.example/safe/config"]),
        &["folder above"],
    );
    assert_usage(
        &mut of(&["check", "--only", "upload.rond-trip"]),
        &["upload.rond-trip", "did you mean `upload.round-trip`"],
    );
    assert_usage(
        &mut of(&["check", "--skip", "nonsense"]),
        &["nonsense", "safe-conformance list"],
    );
    assert_usage(
        &mut of(&["check", "--only", "tl"]),
        &["no check matches `tl`"],
    );
    assert_usage(&mut of(&["check", "--seed", "xyz"]), &["xyz", "64"]);
    assert_usage(&mut of(&["check", "--seed", "0123456789abcde"]), &["64"]);
    assert_usage(
        &mut of(&["check", "--waivers", "/no/such/file"]),
        &["waivers", "/no/such/file"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--ca-file", "/no/such/ca"]),
        &["CA file", "/no/such/ca"],
    );
    assert_usage(
        &mut of(&[
            "check",
            "https://h.example",
            "--user",
            "u",
            "--password-file",
            "/no/such",
        ]),
        &["/no/such"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--user", "u"]),
        &["the password of `u` is missing", "SAFE_SERVER_PASSWORD"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--password-file", "/no/such"]),
        &["--user"],
    );
    assert_usage(&mut of(&["check", "--user", "u"]), &["--user", "URL"]);
    assert_usage(&mut of(&["check", "--timeout", "0"]), &["--timeout"]);
    assert_usage(&mut of(&["check", "--deadline", "0"]), &["--deadline"]);
    assert_usage(&mut of(&["check", "--jobs", "0"]), &["--jobs"]);
    assert_usage(
        &mut of(&["judge", "/no/such/transcript"]),
        &["/no/such/transcript"],
    );
    assert_usage(
        &mut of(&["check", "--only", "config.readable[android-h1]"]),
        &["did you mean `config.readable`"],
    );
    assert_usage(
        &mut of(&["explain", "upload.acepted"]),
        &["upload.acepted", "upload.accepted"],
    );
    assert_usage(
        &mut of(&["serve", "--fault", "config-mising"]),
        &["did you mean `config-missing`"],
    );
    assert_usage(&mut of(&["serve", "--listen", "0.0.0.0:0"]), &["password"]);
    assert_usage(&mut of(&["serve", "--listen", "nonsense"]), &["nonsense"]);
}

/// A complaint about an unknown name names those that begin so or look so, or else the list.
#[test]
#[ignore = "it takes long: CI runs it"]
fn unknown_names_get_the_similar_ones_or_the_list() {
    let home = home();
    for (arguments, words) in [
        (
            &["serve", "--like", "nextcloud"][..],
            &["`nextcloud-app-password`, ", " or `nextcloud-two-factor`?"][..],
        ),
        (
            &["serve", "--like", "NEXTCLOUD-QUOTA"],
            &["did you mean `nextcloud-quota`?"],
        ),
        (&["serve", "--like", "apache2"], &["did you mean `apache`?"]),
        (
            &["serve", "--fault", "wildcard-too-deep"],
            &["did you mean `certificate-wildcard-too-deep`?"],
        ),
        (
            &["serve", "--fault", "bogus"],
            &["unknown fault `bogus`; --list-faults shows all of them"],
        ),
        (
            &["check", "--only", "upload.acc"],
            &["did you mean `upload.accepted`?"],
        ),
        (
            &["check", "--skip", "integrity.cut"],
            &["`integrity.cut-off-invisible` or `integrity.cut-off-keeps-old`?"],
        ),
        (&["check", "--only", "up"], &["did you mean `upload`"]),
        (
            &["check", "--only", "bogus"],
            &["no check matches `bogus`; `safe-conformance list` shows"],
        ),
        (
            &["check", "--only", " ,"],
            &["`--only` names no check; `safe-conformance list` shows"],
        ),
        (
            &["rig", "--exec", "true", "--only", "rig.back"],
            &["did you mean `rig.backup`?"],
        ),
        (
            &["rig", "--exec", "true", "--only", "bogus"],
            &["`bogus`; `safe-conformance rig --list` shows"],
        ),
        (
            &["client", "--exec", "true", "--only", "kd"],
            &["did you mean `kdf`?"],
        ),
        (
            &["client", "--exec", "true", "--only", "bogus"],
            &["`bogus`; `safe-conformance list --client` shows"],
        ),
        (
            &["explain", "bogus"],
            &["`bogus`; `safe-conformance list` shows"],
        ),
        (
            &["losses", "--from", "Android5.8"],
            &["did you mean `android-5.8`?"],
        ),
        (&["losses", "--to", "andriod"], &["did you mean `android`?"]),
        (&["losses", "--to", "al"], &["did you mean `all`?"]),
        (
            &["losses", "--from", "bogus"],
            &["expected android, ios or desktop, and a version"],
        ),
        (&["losses", "--from", "ios-"], &["`ios-` is not a version"]),
    ] {
        assert_usage(program(home.path()).args(arguments), words);
    }
}

/// All options accept the same releases: a client or any published version of it. A version that
/// was never published gets a message with its neighbours.
#[test]
fn releases_that_were_never_published_get_the_nearest() {
    let home = home();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    for arguments in [
        &["client", "--exec", "true", "--as"][..],
        &["rig", "--exec", "true", "--as"],
        &["losses", "--from"],
        &["losses", "--to"],
    ] {
        let with = |release: &'static str| {
            let all: Vec<_> = arguments.iter().copied().chain([release]).collect();
            of(&all)
        };
        assert_usage(
            &mut with("android-99.0"),
            &["Android 99.0", "the nearest is Android "],
        );
        assert_usage(&mut with("windows"), &["android, ios or desktop"]);
    }
    let older = run(&mut of(&[
        "losses",
        "--from",
        "android-5.8",
        "--to",
        "ios-7.1.1",
    ]));
    assert_eq!(older.code, Some(0), "{}", older.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn files_that_make_no_sense_get_one_clear_sentence() {
    let home = home();
    let made = |name: &str, content: &str| file(home.path(), name, content).display().to_string();
    let of = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(arguments);
        command
    };
    let empty = made("empty", "");
    let text = made("text", "not what was asked for\n");
    assert_usage(
        &mut of(&["check", "https://h.example", "--ca-file", &text]),
        &["CA file", "PEM"],
    );
    assert_usage(
        &mut of(&[
            "check",
            "https://h.example",
            "--user",
            "u",
            "--password-file",
            &empty,
        ]),
        &["empty line"],
    );
    assert_usage(
        &mut of(&["check", "https://h.example", "--token-file", &empty]),
        &["empty line"],
    );
    let writes_one = "`check --transcript FILE` writes one";
    for (file, flaw) in [
        (&text, "it is not valid JSON at line 1, column 2"),
        (&empty, "it is empty"),
    ] {
        assert_usage(
            &mut of(&["judge", file]),
            &["not a transcript", flaw, writes_one],
        );
        for command in [&["compare"][..], &["rig", "compare"]] {
            let arguments = [command, &[file, file]].concat();
            assert_usage(&mut of(&arguments), &["not a JSON report", flaw]);
        }
    }
    let cut = made("cut", "{\n  \"format\": 2,\n  \"tool");
    assert_usage(&mut of(&["judge", &cut]), &["it ends too early, at line 3"]);
    let other = made("other", "{\"format\": 2}");
    assert_usage(
        &mut of(&["compare", &other, &other]),
        &["a value is missing or of another form at line 1"],
    );
    let future = made("future", "{\"format\": 3}");
    assert_usage(&mut of(&["judge", &future]), &["format 3"]);
    let waivers = |content: &str| made("waivers.toml", content);
    let toml = waivers("[[waiver]\n");
    assert_usage(
        &mut of(&["check", "--waivers", &toml]),
        &["waivers.toml", "not valid TOML at line 1, column 10"],
    );
    let unknown = waivers(
        "[[waiver]]\ncheck = \"no.such\"\nreason = \"r\"\nuntil = \"2099-01-01\"\nobserved = \"something\"\n",
    );
    assert_usage(
        &mut of(&["check", "--waivers", &unknown]),
        &["waiver 1", "no.such"],
    );
    let vague = waivers(
        "[[waiver]]\ncheck = \"tls.https\"\nreason = \"r\"\nuntil = \"2099-01-01\"\nobserved = \"\"\n",
    );
    assert_usage(
        &mut of(&["check", "--waivers", &vague]),
        &["`observed` must have at least 8 characters"],
    );
    let date = waivers(
        "[[waiver]]\ncheck = \"tls.https\"\nreason = \"r\"\nuntil = \"soon\"\nobserved = \"x\"\n",
    );
    assert_usage(&mut of(&["check", "--waivers", &date]), &["until"]);
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn an_environment_that_makes_no_sense_gets_one_clear_sentence() {
    let home = home();
    for empty in ["", "  "] {
        assert_usage(
            program(home.path()).arg("check").env("SAFE_TARGET", empty),
            &["SAFE_TARGET is empty"],
        );
    }
    let mut both = program(home.path());
    both.args(["check", "https://h.example"])
        .env("SAFE_SERVER_USER", "u")
        .env("SAFE_SERVER_TOKEN", "t");
    assert_usage(&mut both, &["SAFE_SERVER_USER", "SAFE_SERVER_TOKEN"]);
    for name in [
        "SAFE_SERVER_USER",
        "SAFE_SERVER_PASSWORD",
        "SAFE_SERVER_PASSWORD_FILE",
        "SAFE_SERVER_TOKEN",
        "SAFE_CA_FILE",
    ] {
        for arguments in [
            &["check", "https://h.example"][..],
            &["check", "https://u:p@h.example"],
        ] {
            let mut empty = program(home.path());
            empty.args(arguments).env(name, "");
            assert_usage(&mut empty, &[name, "is set but empty"]);
        }
    }
    for (name, value) in [
        ("SAFE_SERVER_PASSWORD", "secret-of-nobody"),
        ("SAFE_SERVER_PASSWORD_FILE", "/no/such/file"),
    ] {
        let mut alone = program(home.path());
        alone.args(["check", "https://h.example"]).env(name, value);
        assert_usage(&mut alone, &[name, "needs a user name"]);
    }
    let mut missing = program(home.path());
    missing
        .args(["check", "https://h.example", "--user", "u"])
        .env("SAFE_SERVER_PASSWORD_FILE", "/no/such/file");
    assert_usage(&mut missing, &["/no/such/file"]);
    let mut token = program(home.path());
    token
        .args(["check", "https://h.example"])
        .env("SAFE_SERVER_TOKEN", "t\r\nX-Injected: yes");
    assert_usage(&mut token, &["control character"]);
    assert_usage(
        program(home.path())
            .env_remove("HOME")
            .args(["check", "https://h.example"]),
        &["--ledger-dir"],
    );
}

/// Near miss: an absolute path, which counts.
#[cfg(unix)]
#[test]
fn a_relative_state_folder_counts_as_unset() {
    use std::path::Path;
    let home = home();
    let own = home.path().join(".local/state");
    let elsewhere = home.path().join("elsewhere");
    for (state, expected) in [
        (Path::new("state"), &own),
        (Path::new("./state"), &own),
        (Path::new(""), &own),
        (&elsewhere, &elsewhere),
    ] {
        let swept = run(program(home.path())
            .current_dir(home.path())
            .args(["sweep", "https://h.example"])
            .env("XDG_STATE_HOME", state));
        assert_eq!(swept.code, Some(0), "{}", swept.all());
        let folder = expected.join("safe-conformance").display().to_string();
        assert!(
            swept.stdout.contains(&format!(" {folder} ")),
            "{state:?}: {}",
            swept.all()
        );
    }
    assert_usage(
        program(home.path())
            .current_dir(home.path())
            .args(["sweep", "https://h.example"])
            .env("HOME", "home"),
        &["absolute path", "--ledger-dir"],
    );
}

#[test]
fn the_environment_names_server_and_credentials() {
    let (server, home) = (server(&[]), home());
    let ended = run(program(home.path())
        .args(["check", "--only", "auth.accepted"])
        .env("SAFE_TARGET", server.url())
        .env("SAFE_SERVER_USER", USER)
        .env("SAFE_SERVER_PASSWORD", PASSWORD));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains(server.url()));
}

/// A password manager writes into a pipe, which can be read only once.
#[cfg(unix)]
#[test]
fn a_password_comes_from_a_pipe() {
    use std::io::Write as _;
    let (server, home) = (server(&[]), home());
    for (text, code) in [(format!("{PASSWORD}\n"), 0), (String::new(), 2)] {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(text.as_bytes()).expect("it fits");
        drop(writer);
        let mut command = program(home.path());
        command
            .args(["check", server.url(), "--only", "auth.accepted"])
            .args(["--user", USER, "--password-file", "/dev/stdin"])
            .stdin(reader);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(code), "{text:?}: {}", ended.all());
    }
}

/// A password that stands where it does not belong is not repeated.
#[test]
fn a_password_in_the_wrong_place_is_not_shown() {
    let home = home();
    let url = "https://alice:hunter2@h.example/safe";
    let with_colon = ["check", "https://h.example/safe", "--user", "alice:hunter2"];
    for arguments in [
        &["inspect", url, "--id", "ECHOECHO"][..],
        &["judge", url],
        &["compare", url, url],
        &with_colon,
    ] {
        let ended = run(program(home.path())
            .args(arguments)
            .env("SAFE_BACKUP_PASSWORD", "shootdeathstar"));
        assert_eq!(ended.code, Some(2), "{}", ended.all());
        assert!(!ended.all().contains("hunter2"), "{}", ended.all());
    }
    assert_usage(
        program(home.path()).args(with_colon),
        &["contains a colon after `alice`", "--password-file"],
    );
}
