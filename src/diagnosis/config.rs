//! Problems of what the file `config` holds.

use super::certainty::Certainty;
use super::evidence::Evidence;
use super::problem::{BLANK, Breaks, Problem};
use super::symptom::shown_by;
use super::{Product, Words};
use crate::safe::{Directions, Stage};

/// Returns the text that was sent as `config`, if the answer reports success.
fn text<'a>(evidence: &'a Evidence<'_>) -> Option<std::borrow::Cow<'a, str>> {
    let came = evidence.is_config() && evidence.answer.is_success();
    came.then(|| String::from_utf8_lossy(&evidence.answer.body.bytes))
}

/// Bytes follow the end of the config.
pub(super) const SURPLUS_BYTES: Problem = Problem {
    id: "problem.surplus-bytes",
    title: "the server sends more than `config` has",
    evidence: "`config.framing` deviates: bytes follow the end of the answer over HTTP/1.1",
    meaning: "Android since 6.2 uploads over the connection that brought `config`. It reads the bytes that are too many as the answer to its upload, so the app reports a failed backup.",
    fix: "Let the server send exactly as many bytes as the `Content-Length` of `config` says. Most often a script sets the length and prints one line break more, or a proxy changes the body and not the length.",
    source: "clients.http.surplus; RFC 9112 section 6.3",
    breaks: Breaks {
        android: Directions::BACKUP,
        ..Breaks::NOTHING
    },
    in_run: |symptom| shown_by(symptom, &["config.framing"]),
    ..BLANK
};

/// The config contains typographic quotation marks.
pub(super) const TYPOGRAPHIC_QUOTES: Problem = Problem {
    id: "problem.typographic-quotes",
    title: "`config` holds typographic quotation marks",
    evidence: "`config` begins with `{`, and a key in it follows a curly quotation mark",
    meaning: "JSON allows only straight quotation marks. A web page or a word processor replaced those in `config` by curly ones.",
    fix: "Write `config` again with straight quotation marks (\"): {\"maxBackupBytes\": 524288, \"retentionDays\": 180}",
    source: "RFC 8259 section 7; clause 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    spelled: Some(|evidence| {
        let text = text(evidence)?;
        let at = text.find(CURLY)?;
        let line = text[..at].matches('\n').count() + 1;
        let mark = text[at..].chars().next()?;
        Some(format!(
            "Replace `{mark}` in line {line} of `config`, and every other curly one, by straight quotation marks (\"): {{\"maxBackupBytes\": 524288, \"retentionDays\": 180}}"
        ))
    }),
    in_answer: |evidence| {
        let text = text(evidence)?;
        let starts = text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{');
        let around_key = CURLY.iter().any(|mark| {
            text.contains(&format!("{mark}maxBackupBytes"))
                || text.contains(&format!("{mark}retentionDays"))
        });
        (starts && around_key).then_some(Certainty::Certain)
    },
    ..BLANK
};

const CURLY: [char; 7] = ['“', '”', '„', '‟', '«', '»', '″'];

/// The config begins with the byte order mark of UTF-16. All clients accept that of UTF-8.
pub(super) const BYTE_ORDER_MARK: Problem = Problem {
    id: "problem.byte-order-mark",
    title: "`config` is saved as UTF-16",
    evidence: "the first bytes of `config` are FE FF or FF FE",
    meaning: "An editor saved `config` as UTF-16. JSON is UTF-8, and iOS may accept nothing else.",
    fix: "Save `config` as UTF-8 (Notepad: Save as, encoding `UTF-8`).",
    source: "RFC 8259 section 8.1; clauses 4.2.android and 4.2.ios; clients.read.bom",
    breaks: Breaks::IOS_BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    in_answer: |evidence| {
        const MARKS: [&[u8]; 2] = [&[0xfe, 0xff], &[0xff, 0xfe]];
        let bytes = &evidence.answer.body.bytes;
        let has_mark = MARKS.iter().any(|mark| bytes.starts_with(mark));
        (evidence.is_config() && evidence.answer.is_success() && has_mark)
            .then_some(Certainty::Likely)
    },
    ..BLANK
};

/// The config has a declared charset that Android obeys.
pub(super) const CONFIG_CHARSET: Problem = Problem {
    id: "problem.config-charset",
    title: "`config` is sent with a charset that is not UTF-8",
    evidence: "the Content-Type of `config` names a charset other than UTF-8 and US-ASCII",
    meaning: "The server declares a charset for `config` that JSON does not use. Android reads the file in that charset and does not understand it.",
    fix: "Send `config` as `application/json`, without a `charset`, or with `charset=utf-8`.",
    fixes: &[
        (
            Product::Apache,
            "Set `AddDefaultCharset Off` in the `<Directory>` of this folder, and `ForceType application/json` in `<Files config>`.",
        ),
        (
            Product::Nginx,
            "Remove `charset` from this `location`, and set `default_type application/json;` in it.",
        ),
    ],
    source: "clause 4.2.charset",
    breaks: Breaks {
        ios: crate::safe::Directions::NONE,
        ..Breaks::BACKUP
    },
    in_answer: |evidence| {
        let kind = evidence.answer.header("content-type")?.to_ascii_lowercase();
        let (_, charset) = kind.split_once("charset=")?;
        let charset = charset.trim().trim_matches('"');
        let is_known = ["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|known| charset.starts_with(known));
        (evidence.is_config() && evidence.answer.is_success() && !is_known)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server sends a web page in place of the config.
pub(super) const PAGE_FOR_CONFIG: Problem = Problem {
    id: "problem.page-for-config",
    title: "a web page comes in place of `config`",
    evidence: "GET of `config` succeeds and returns HTML",
    meaning: "The URL leads to a web site, a login page or a catch-all page, not to a folder of files. The apps find no JSON in it.",
    fix: "Enter the WebDAV address of the folder, and put the file `config` there. If a login page or a captive portal answers, exempt this path from it.",
    fixes: &[(
        Product::Nextcloud,
        "Enter https://HOST/remote.php/dav/files/USER/FOLDER, with your user name and the folder that holds `config`.",
    )],
    source: "servers.config-proves-nothing; servers.symptoms",
    breaks: Breaks::BACKUP,
    in_answer: |evidence| {
        let is_page = matches!(Words::of(&evidence.answer.body), Some(Words::Page(_)));
        (evidence.is_config() && evidence.answer.is_success() && is_page)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The config is empty.
pub(super) const CONFIG_EMPTY: Problem = Problem {
    id: "problem.config-empty",
    title: "`config` is empty",
    evidence: "GET of `config` succeeds with an empty body",
    meaning: "The file `config` exists, but is empty. The apps need two numbers in it.",
    fix: "Write {\"maxBackupBytes\": 524288, \"retentionDays\": 180} into `config`.",
    source: "clause 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    in_answer: |evidence| {
        (evidence.is_config() && evidence.answer.is_success() && evidence.answer.body.length == 0)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The config is a file of a word processor, or was copied with its markup.
pub(super) const CONFIG_IN_A_DOCUMENT: Problem = Problem {
    id: "problem.config-in-a-document",
    title: "`config` is a formatted document with JSON in it",
    evidence: "`config` begins like RTF, like a ZIP archive (DOCX, ODT), or with the fence of a Markdown block",
    meaning: "A word processor or a copied code block added its own format around the JSON. The apps read the bytes of the file and find no JSON.",
    fix: "Write `config` again with a text editor, as plain text: {\"maxBackupBytes\": 524288, \"retentionDays\": 180}",
    source: "clause 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    in_answer: |evidence| {
        let bytes = evidence.answer.body.bytes.trim_ascii_start();
        let begins: [&[u8]; 3] = [b"{\\rtf", b"PK\x03\x04", b"```"];
        let is_document = begins.iter().any(|begin| bytes.starts_with(begin));
        (evidence.is_config() && evidence.answer.is_success() && is_document)
            .then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The config is almost JSON.
pub(super) const CONFIG_NOT_JSON: Problem = Problem {
    id: "problem.config-not-json",
    title: "`config` is not JSON that every app can read",
    evidence: "`config.understood` deviates at the stage `json`, and `config` names maxBackupBytes",
    meaning: "`config` contains a comment, an extra comma, or text that is not JSON, or lacks a brace. Android tolerates some of these, iOS none.",
    fix: "Make `config` contain exactly {\"maxBackupBytes\": 524288, \"retentionDays\": 180}, with your numbers.",
    source: "RFC 8259; clause 4.2.android",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    in_answer: |evidence| {
        let text = text(evidence)?;
        let names_key = text.contains("maxBackupBytes");
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        (names_key && !is_json).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The config lacks a number, or contains one as a string.
pub(super) const CONFIG_NUMBERS: Problem = Problem {
    id: "problem.config-numbers",
    title: "`config` lacks a number, or holds it in the wrong form",
    evidence: "`config` is a JSON object in which maxBackupBytes or retentionDays is not a whole number",
    meaning: "`config` must contain both numbers, as whole numbers without quotation marks. iOS reads a number in quotation marks as text.",
    fix: "Make `config` contain exactly {\"maxBackupBytes\": 524288, \"retentionDays\": 180}, with your numbers.",
    source: "clause 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    in_answer: |evidence| {
        let json: serde_json::Value = serde_json::from_str(&text(evidence)?).ok()?;
        let is_whole = |key: &str| {
            json.get(key)
                .is_some_and(|number| number.is_i64() || number.is_u64())
        };
        let lacks = !is_whole("maxBackupBytes") || !is_whole("retentionDays");
        (json.is_object() && lacks).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The config is another text.
pub(super) const CONFIG_OTHER_CONTENT: Problem = Problem {
    id: "problem.config-other-content",
    title: "`config` holds something other than the two numbers",
    evidence: "GET of `config` succeeds with a text that is no JSON object, no web page and names neither number",
    meaning: "The file `config` has other content, or another program answers at this address. The apps need JSON with two numbers.",
    fix: "If the answer comes from your file, write {\"maxBackupBytes\": 524288, \"retentionDays\": 180} into `config`, and nothing else. Otherwise enter the URL of the folder that holds `config`.",
    source: "clause 4.2",
    breaks: Breaks::BACKUP,
    paste: Some(|shell| vec![format!("{} --replace-config", shell.setup())]),
    in_answer: |evidence| {
        let body = &evidence.answer.body;
        let text = text(evidence)?;
        let is_text = std::str::from_utf8(&body.bytes).is_ok() && body.length > 0;
        let is_page = matches!(Words::of(body), Some(Words::Page(_)));
        let names_one = ["maxBackupBytes", "retentionDays"]
            .iter()
            .any(|key| text.contains(key));
        let is_object =
            serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|value| value.is_object());
        let is_other = is_text && !is_page && !names_one && !is_object;
        is_other.then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The server answers every path below the URL with one file.
pub(super) const SAME_EVERYWHERE: Problem = Problem {
    id: "problem.same-everywhere",
    title: "the server returns the same file for every address below this URL",
    evidence: "GET of `config` succeeds with a text that is no web page, and so does the download of a backup that was never uploaded, with the same bytes",
    meaning: "The URL names a file instead of a folder, or a rule of the server answers every path with one file. lighttpd returns a file for every path below it.",
    fix: "If the URL names a file, enter the URL of the folder that holds `config`. If it names a folder, remove the rule that answers every path below it with the same file.",
    source: "lighttpd, documentation of mod_staticfile (static-file.disable-pathinfo)",
    breaks: Breaks::EVERYTHING,
    also: &["download.missing", "download.not-found"],
    in_answer: |evidence| {
        let (config, missing) = (evidence.answer, evidence.beside.missing?);
        let is_page = matches!(Words::of(&config.body), Some(Words::Page(_)));
        let is_file = evidence.is_config() && config.is_success() && !is_page;
        let is_same = missing.is_success()
            && config.body.length > 0
            && config.body.length == missing.body.length
            && config.body.sha256 == missing.body.sha256;
        (is_file && is_same).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// The limit in the config is too low for any backup.
pub(super) const LIMIT_TOO_LOW: Problem = Problem {
    id: "problem.limit-too-low",
    title: "maxBackupBytes in `config` is too low for a backup",
    evidence: "`config.limit` or `config.generous-limit` deviates",
    meaning: "The apps upload no backup that is larger than maxBackupBytes. The number counts bytes, and 0 or -1 does not mean unlimited.",
    fix: "Set maxBackupBytes to 524288 or more, in bytes.",
    source: "clauses 4.2 and 4.6",
    breaks: Breaks::BACKUP,
    in_run: |symptom| shown_by(symptom, &["config.limit", "config.generous-limit"]),
    ..BLANK
};

/// The retention in the config is invalid.
pub(super) const RETENTION_WRONG: Problem = Problem {
    id: "problem.retention-wrong",
    title: "retentionDays in `config` is out of range",
    evidence: "`config.retention` deviates",
    meaning: "The apps read 0 and numbers above 2147483647 in different ways, and no server can keep a backup for a negative number of days. Each app may then upload at times that the server does not expect.",
    fix: "Set retentionDays to 180, or to the number of days that the server really keeps a backup.",
    source: "clause 5.1",
    breaks: Breaks::NOTHING,
    in_run: |symptom| shown_by(symptom, &["config.retention"]),
    ..BLANK
};

/// Two backends hold different configs.
pub(super) const TWO_BACKENDS: Problem = Problem {
    id: "problem.two-backends",
    title: "several servers answer at this address, with different content",
    evidence: "`config.same` deviates: answers to one question differ",
    meaning: "Two backends, two virtual hosts or a cache answer with different files. A backup that one of them stores may be missing on the other.",
    fix: "Let one server answer for this host, or give every backend the same storage and the same `config`.",
    fixes: &[
        (
            Product::Nginx,
            "Look for two `server` blocks with this `server_name` (`nginx -T | grep -n server_name`), and for an `upstream` of servers without shared storage.",
        ),
        (
            Product::Apache,
            "Look for two `<VirtualHost>` with this `ServerName` (`apachectl -S`), and for a `BalancerMember` without shared storage.",
        ),
    ],
    source: "clause 4.2; servers.config-get",
    breaks: Breaks::NOTHING,
    in_run: |symptom| {
        // If the apps read one answer differently, that does not show two servers.
        let differs = symptom.finding.stage == Some(Stage::Meaning);
        (symptom.is("config.same") && differs).then_some(Certainty::Likely)
    },
    ..BLANK
};
