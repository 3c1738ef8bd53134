//! What the output never contains: secrets, names without a request for them, and control
//! characters.

use super::{
    BACKUP_PASSWORD, Desk, ID, KEYS, NONCE, PRIVATE_KEY, backup, id, sealed, sealed_by, serving,
};
use crate::support::program::{Ended, run};
use crate::support::scripted::{CONFIG, Deed, PASSWORD, Scripted};
use crate::support::thorough::in_full_or;
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use safe_conformance::clients::{Phone, Release};
use safe_conformance::safe::backup::Backup;
use safe_conformance::safe::envelope;

/// Every spelling of the texts that must not appear.
fn secrets() -> Vec<Vec<u8>> {
    let mut secrets = vec![
        BACKUP_PASSWORD.as_bytes().to_vec(),
        PASSWORD.as_bytes().to_vec(),
    ];
    secrets.push(BACKUP_PASSWORD.replace('"', "\\\"").into_bytes());
    for key in [&PRIVATE_KEY, KEYS.encryption_key.as_bytes()] {
        let base64 = BASE64.encode(key);
        secrets.push(
            base64
                .trim_end_matches('=')
                .replace('/', "\\/")
                .into_bytes(),
        );
        secrets.push(base64.trim_end_matches('=').as_bytes().to_vec());
        secrets.push(HEXLOWER.encode(key).into_bytes());
        secrets.push(HEXUPPER.encode(key).into_bytes());
        secrets.push(key.to_vec());
    }
    secrets.push(KEYS.backup_id.to_hex().into_bytes());
    secrets
}

#[track_caller]
fn tells_none(ended: &Ended) {
    let all = ended.all();
    for secret in secrets() {
        let shown = memchr::memmem::find(all.as_bytes(), &secret).is_some();
        assert!(!shown, "{}\n{all}", String::from_utf8_lossy(&secret));
    }
}

/// Also if somebody else puts a secret into a name.
fn with_secrets_for_names() -> Backup {
    let mut backup = backup();
    let key = BASE64.encode(&PRIVATE_KEY);
    backup.user.nickname = Some(key.as_str().into());
    backup.contacts[0].first_name = Some(BACKUP_PASSWORD.into());
    backup.contacts[1].nickname = Some(HEXLOWER.encode(&PRIVATE_KEY).as_str().into());
    backup.groups[0].name = Some(
        BASE64
            .encode(KEYS.encryption_key.as_bytes())
            .as_str()
            .into(),
    );
    backup
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn no_output_holds_a_secret() {
    let desk = Desk::new();
    let phone = Phone::new(id(ID));
    let document = Release::Android6_4
        .usual()
        .write(&with_secrets_for_names(), &phone);
    let text = String::from_utf8(document.clone()).expect("UTF-8");
    let key = BASE64.encode(&PRIVATE_KEY);
    let bodies = [
        sealed(&document),
        // Broken after the key, before it, and in it.
        sealed(&document[..document.len() - 2]),
        sealed(text.replacen('{', "{,", 1).as_bytes()),
        sealed(text.replacen(&key, &key[1..], 1).as_bytes()),
        // A key of the document, and the text that names the writer.
        sealed(
            text.replacen("\"info\"", &format!("\"{key}\":{{}},\"info\""), 1)
                .as_bytes(),
        ),
        sealed(text.replacen("6.4A/en_US", &key, 1).as_bytes()),
        envelope::encrypt(&KEYS.encryption_key, &NONCE, &document),
    ];
    let forms = [
        &["--show-names", "-vvv"][..],
        &["--show-names", "--json"],
        &["-v"],
    ];
    for (at, body) in bodies.iter().enumerate() {
        // Each run derives a key: outside CI, each body is shown in one form, and the first in all.
        let is_shown = |form: usize| in_full_or(true, at == 0 || form == at % forms.len());
        for form in (0..forms.len()).filter(|form| is_shown(*form)) {
            tells_none(&run(desk.of(body).args(forms[form])));
        }
    }
    let server = serving(bodies[0].clone(), CONFIG.to_owned());
    let ended = run(desk.from(&server).args(["-vvv", "--show-names"]));
    assert!(
        ended.stderr.contains("GET backups/<the person's>"),
        "{}",
        ended.all()
    );
    tells_none(&ended);
    let nothing = Scripted::start(|_| Deed::Healthy);
    tells_none(&run(desk.from(&nothing).arg("-vvv")));
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn names_are_reported_only_when_asked_for() {
    let desk = Desk::new();
    let body = sealed_by(Release::Android6_4.usual());
    let names = [
        "Captain",
        "Ada",
        "Lovelace",
        "ADA00001",
        "Crew",
        "Neighbours",
        "41790000000",
    ];
    for arguments in [&["-v"][..], &["--json"]] {
        let ended = run(desk.of(&body).args(arguments));
        for name in names {
            assert!(!ended.all().contains(name), "{name}: {}", ended.all());
        }
        let ended = run(desk.of(&body).args(arguments).arg("--show-names"));
        for name in names {
            assert!(ended.stdout.contains(name), "{name}: {}", ended.all());
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn nothing_in_a_document_steers_the_terminal() {
    let desk = Desk::new();
    let evil = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gnp.exe\u{2066}\r\nroot";
    let mut backup = backup();
    backup.user.nickname = Some(evil.into());
    backup.contacts[0].first_name = Some(evil.into());
    backup.groups[0].name = Some(evil.into());
    backup.distribution_lists[0].name = Some(evil.into());
    let document = Release::Android6_4
        .usual()
        .write(&backup, &Phone::new(id(ID)));
    let text = String::from_utf8(document).expect("UTF-8");
    let escaped = "\\u001b\u{202e}";
    for document in [
        text.clone(),
        text.replacen("6.4A/en_US", escaped, 1),
        text.replacen("\"info\"", &format!("\"{escaped}\":tru,\"info\""), 1),
    ] {
        for arguments in [&["--show-names", "-v"][..], &["--show-names", "--json"]] {
            let ended = run(desk.of(&sealed(document.as_bytes())).args(arguments));
            let steering = ended.all().chars().find(|each| {
                each.is_control() && *each != '\n'
                    || matches!(each, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            });
            assert_eq!(steering, None, "{}", ended.all());
        }
    }
}
