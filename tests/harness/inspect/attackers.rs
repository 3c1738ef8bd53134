//! Backups that attackers made: each run ends soon, within its memory limit, and with a clear
//! error.

use super::{Desk, KEYS, NONCE, PRIVATE_KEY, fails, sealed};
use crate::support::bomb::bomb;
use crate::support::program::{Ended, Running};
use crate::support::scripted::{Deed, Reply, Scripted};
use crate::support::thorough::in_full_or;
use data_encoding::BASE64;
use safe_conformance::safe::{Compression, envelope};
use std::process::Command;

/// The memory limit, in KiB.
const MOST_MEMORY: u64 = 256 * 1024;

#[test]
#[ignore = "it takes long: CI runs it"]
fn an_attackers_bytes_end_soon_within_memory_and_with_a_clear_error() {
    let desk = Desk::new();
    // Two million already unpack to more than twice the limit.
    let millions = in_full_or(10, 2);
    let keys = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":0")).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    };
    let contacts = in_full_or(49_000, 4_900);
    let contact = r#"{"identity":"echoecho","createdAt":-1,"verification":9},"#;
    let full = |count: usize| {
        let contacts = contact.repeat(count);
        let key = BASE64.encode(&PRIVATE_KEY);
        let contacts = contacts.trim_end_matches(',');
        format!(
            r#"{{"info":{{"version":1,"device":"ios"}},"user":{{"privatekey":"{key}"}},"contacts":[{contacts}],"settings":{{"syncContacts":true}}}}"#
        )
    };
    let cases: [(&str, Vec<u8>, i32, &str); 7] = [
        (
            "garbage",
            vec![0xa5; 64 << 20],
            3,
            "body has more than 8388608 bytes",
        ),
        (
            "a bomb",
            envelope::encrypt(&KEYS.encryption_key, &NONCE, &bomb(b'[', 512)),
            3,
            "unpacks to more than 8388608 bytes",
        ),
        (
            "depth",
            sealed(&[vec![b'['; 1_000_000], vec![b']'; 1_000_000]].concat()),
            3,
            "more than 128 arrays and objects are nested",
        ),
        ("keys", sealed(&keys(700_000)), 3, "more than 200000 values"),
        (
            "millions of keys",
            envelope::seal(
                &KEYS.encryption_key,
                &NONCE,
                &keys(millions * 1_000_000),
                Compression::Level(1),
            ),
            3,
            "8388608 bytes",
        ),
        (
            "many keys within the limit",
            sealed(&keys(199_998)),
            1,
            "no identity",
        ),
        (
            "many broken contacts",
            sealed(full(contacts).as_bytes()),
            1,
            "contacts[0].identity",
        ),
    ];
    for (what, body, code, words) in cases {
        let (peak, ended) = peak_of(&mut desk.of(&body));
        println!("{what}: {} MiB", peak / 1024);
        assert_eq!(ended.code, Some(code), "{what}: {}", ended.all());
        let flat: Vec<_> = ended.stdout.split_whitespace().collect();
        assert!(flat.join(" ").contains(words), "{what}: {}", ended.all());
        assert!(peak < MOST_MEMORY, "{what}: {peak} KiB");
    }
    let endless = Scripted::start(|asked| {
        if asked.path.contains("/backups/") {
            Deed::Reply(Reply::new(200, vec![7; 20 << 20]))
        } else {
            Deed::Healthy
        }
    });
    fails(
        || desk.from(&endless),
        3,
        "size",
        &["server sends more than 8388608 bytes"],
    );
}

/// The highest memory use of the program, in KiB.
fn peak_of(command: &mut Command) -> (u64, Ended) {
    let mut running = Running::start(command);
    let peak = running.peak_memory();
    (peak, running.end())
}
