//! The facts of the manual behind the cases in which published clients differ.

/// The beginning of a case's name, and the fact that it shows. The first that fits counts.
const FACTS: &[(&str, &str)] = &[
    ("rig.test.20", "clients.divergence.statuses"),
    ("rig.backup.20", "clients.divergence.statuses"),
    ("rig.restore.20", "clients.divergence.statuses"),
    ("rig.delete.20", "clients.divergence.statuses"),
    ("rig.delete.missing", "clients.http.success"),
    ("rig.backup.limit", "clients.divergence.size-edge"),
    ("rig.restore.empty", "clients.divergence.short-body"),
    (
        "rig.restore.redirect",
        "clients.divergence.restore-password",
    ),
    ("rig.restore", "clients.divergence.restore-password"),
    ("rig.secret", "clients.divergence.restore-password"),
    (
        "rig.request.credentials",
        "clients.divergence.basic-charset",
    ),
    ("rig.login.among", "clients.divergence.restore-password"),
    ("rig.login.not-ascii", "clients.divergence.restore-password"),
    (
        "rig.login.punctuated",
        "clients.divergence.restore-password",
    ),
    ("rig.login", "clients.divergence.challenge"),
    ("rig.config.long", "clients.divergence.large-config"),
    ("rig.config.duplicate", "clients.read.duplicate-keys"),
    ("rig.config.not-utf8", "clients.read.invalid-utf-8"),
    ("rig.config.string", "clients.http.config-fields"),
    ("rig.config.fraction", "clients.http.config-fields"),
    ("rig.config.days", "clients.http.config-fields"),
    ("rig.config.bytes", "clients.http.config-fields"),
    ("rig.config.brace-after", "clients.read.json-extensions"),
    ("rig.config.comment", "clients.read.json-extensions"),
    ("rig.config.dot-first", "clients.read.json-extensions"),
    ("rig.config.equals", "clients.read.json-extensions"),
    ("rig.config.hex", "clients.read.json-extensions"),
    ("rig.config.leading-zero", "clients.read.json-extensions"),
    ("rig.config.octal", "clients.read.json-extensions"),
    ("rig.config.plus", "clients.read.json-extensions"),
    ("rig.config.second-object", "clients.read.json-extensions"),
    ("rig.config.single-quotes", "clients.read.json-extensions"),
    ("rig.config.text-after", "clients.read.json-extensions"),
    ("rig.config.unquoted-keys", "clients.read.json-extensions"),
    ("rig.payload.version", "clients.read.info-version"),
    ("rig.payload.no-info", "clients.read.missing-info"),
    ("rig.payload.no-user", "clients.read.missing-user"),
    ("rig.payload.no-privatekey", "clients.read.missing-user"),
    ("rig.payload.minimal", "clients.divergence.missing-settings"),
    (
        "rig.payload.no-settings",
        "clients.divergence.missing-settings",
    ),
    ("rig.payload.no-sync", "clients.read.missing-sync-contacts"),
    ("rig.payload.no-contacts", "clients.read.missing-contacts"),
    (
        "rig.payload.no-deleted",
        "clients.divergence.deleted-required",
    ),
    (
        "rig.payload.no-verification",
        "clients.read.missing-verification",
    ),
    ("rig.payload.unknown-keys", "clients.read.unknown-keys"),
    ("rig.payload.time-string", "clients.read.string-for-number"),
    ("rig.payload.boolean", "clients.read.string-for-number"),
    (
        "rig.payload.verification-string",
        "clients.read.string-for-number",
    ),
    ("rig.payload.verification-1", "clients.read.verification-1"),
    (
        "rig.payload.null-user-nickname",
        "clients.divergence.null-word",
    ),
    ("rig.payload.null-created-at", "clients.read.created-at"),
    ("rig.payload.null-last-update", "clients.read.last-update"),
    ("rig.payload.last-update", "clients.read.last-update"),
    ("rig.payload.null", "clients.read.null-string"),
    (
        "rig.payload.contact-without",
        "clients.read.missing-identity",
    ),
    ("rig.payload.receipts", "clients.read.unknown-receipts"),
    ("rig.payload.own-contact", "clients.read.own-contact"),
    ("rig.payload.contact-", "clients.read.wrong-type"),
    ("rig.payload.contacts-", "clients.read.wrong-type"),
    ("rig.payload.group-number", "clients.read.wrong-type"),
    ("rig.payload.groups-", "clients.read.wrong-type"),
    ("rig.payload.group-without", "clients.read.incomplete-group"),
    ("rig.payload.group-defaults", "clients.read.created-at"),
    ("rig.payload.settings-defaults", "clients.read.desktop-rest"),
    ("rig.payload.list-defaults", "clients.loss.lists"),
    ("rig.payload.unknown-key-link", "clients.read.desktop-rest"),
    ("rig.payload.unknown-key-list", "clients.loss.lists"),
    ("rig.payload.group-no-created-at", "clients.read.created-at"),
    ("rig.payload.group-updated-text", "clients.read.last-update"),
    (
        "rig.payload.group-created-minus",
        "clients.read.negative-time",
    ),
    (
        "rig.payload.group-updated-minus",
        "clients.read.negative-time",
    ),
    ("rig.payload.time-minus-1", "clients.divergence.one-number"),
    ("rig.payload.time-2-64", "clients.divergence.one-number"),
    ("rig.payload.time-text", "clients.read.created-at"),
    ("rig.payload.no-created-at", "clients.read.created-at"),
    ("rig.payload.time", "clients.read.fractional-time"),
    (
        "rig.payload.id-lower-case",
        "clients.read.lower-case-identity",
    ),
    ("rig.payload.id-twice", "clients.read.duplicate-contact"),
    ("rig.payload.key-differs", "clients.divergence.verification"),
    (
        "rig.payload.key-matches",
        "clients.read.public-key-mismatch",
    ),
    ("rig.payload.key-empty", "clients.read.base64-short"),
    ("rig.payload.key", "clients.read.bad-public-key"),
    ("rig.payload.verified", "clients.read.verified-without-key"),
    ("rig.payload.revoked", "clients.divergence.revoked-keys"),
    (
        "rig.payload.group-creator-unknown",
        "clients.read.unknown-creator",
    ),
    (
        "rig.payload.group-creator-lower-case",
        "clients.read.lower-case-identity",
    ),
    (
        "rig.payload.group-left-creator-blocked",
        "clients.read.blocked-creator",
    ),
    (
        "rig.payload.group-left-creator",
        "clients.read.unknown-creator",
    ),
    ("rig.payload.group-left", "clients.divergence.left-groups"),
    (
        "rig.payload.group-own-empty",
        "clients.divergence.left-groups",
    ),
    (
        "rig.payload.group-creator-no-member",
        "clients.read.creator-no-member",
    ),
    (
        "rig.payload.group-of-blocked-creator",
        "clients.read.blocked-creator",
    ),
    (
        "rig.payload.group-members-missing",
        "clients.read.group-without-members",
    ),
    ("rig.payload.group-twice", "clients.read.duplicate-group"),
    ("rig.payload.group-member", "clients.read.unknown-member"),
    ("rig.payload.group-name", "clients.read.long-names"),
    ("rig.payload.nickname", "clients.read.long-names"),
    (
        "rig.payload.group-deleted",
        "clients.divergence.deleted-ignored",
    ),
    ("rig.payload.group-id-odd", "clients.read.group-id-odd"),
    ("rig.payload.group-id-14", "clients.read.group-id-odd"),
    (
        "rig.payload.group-id-not-hex",
        "clients.read.group-id-not-hex",
    ),
    ("rig.payload.list-name-null", "clients.read.null-string"),
    ("rig.payload.list-name-long", "clients.read.long-names"),
    ("rig.payload.list-without-id", "clients.read.list-id"),
    ("rig.payload.list-without", "clients.read.list-name"),
    ("rig.payload.list-member", "clients.read.unknown-member"),
    (
        "rig.payload.list-id-high-digit",
        "clients.divergence.list-id",
    ),
    ("rig.payload.list-id", "clients.read.list-id"),
    ("rig.payload.list", "clients.divergence.list-id"),
    (
        "rig.payload.base64-spaces",
        "clients.read.base64-whitespace",
    ),
    (
        "rig.payload.base64-no-padding",
        "clients.read.base64-unpadded",
    ),
    ("rig.payload.base64-bad-picture", "clients.read.bad-picture"),
    ("rig.payload.base64-bits", "clients.read.base64-bits"),
    (
        "rig.payload.private-key-3-characters",
        "clients.read.base64-short",
    ),
    ("rig.payload.private-key", "clients.read.private-key-length"),
    ("rig.payload.link", "clients.read.links"),
    (
        "rig.payload.release-nobody",
        "clients.divergence.release-nobody",
    ),
    ("rig.payload.release-empty", "clients.read.release-empty"),
    (
        "rig.payload.release-missing",
        "clients.divergence.desktop-everyone",
    ),
    (
        "rig.payload.release-everyone-and-one",
        "clients.read.release-everyone-and-id",
    ),
    (
        "rig.payload.release-one-and-null",
        "clients.read.release-id-and-null",
    ),
    (
        "rig.payload.release-null-string",
        "clients.read.release-null-word",
    ),
    ("rig.payload.release", "clients.read.release-missing"),
    (
        "rig.payload.sync-excluded",
        "clients.divergence.sync-excluded-key",
    ),
    ("rig.payload.duplicate", "clients.read.duplicate-keys"),
    (
        "rig.payload.raw-line-break",
        "clients.read.control-character",
    ),
    ("rig.payload.bom", "clients.read.bom"),
    ("rig.payload.lone-surrogate", "clients.read.lone-surrogate"),
    ("rig.payload.not-utf8", "clients.read.invalid-utf-8"),
    ("rig.payload.gzip-members", "clients.read.gzip-members"),
    ("rig.payload.gzip", "clients.divergence.gzip-tail"),
    ("rig.payload.zlib", "clients.read.zlib"),
    (
        "rig.payload.device-group-key",
        "clients.read.device-group-key",
    ),
    ("rig.payload.whole", "clients.read.desktop-rest"),
    ("rig.payload.comment", "clients.read.json-extensions"),
    ("rig.payload.equals", "clients.read.json-extensions"),
    ("rig.payload.hex-number", "clients.read.json-extensions"),
    ("rig.payload.octal-number", "clients.read.json-extensions"),
    ("rig.payload.single-quotes", "clients.read.json-extensions"),
    ("rig.payload.text-after", "clients.read.json-extensions"),
];

/// The fact that a case shows.
pub fn of(case: &str) -> Option<&'static str> {
    line_of(case).map(|(_, fact)| *fact)
}

/// The lines that are the first to fit none of these cases.
pub fn without_case<'c>(cases: impl Iterator<Item = &'c str>) -> Vec<&'static str> {
    let used: Vec<_> = cases.filter_map(line_of).collect();
    let lines = FACTS.iter().filter(|line| !used.contains(line));
    lines.map(|(beginning, _)| *beginning).collect()
}

fn line_of(case: &str) -> Option<&'static (&'static str, &'static str)> {
    let mut lines = FACTS.iter();
    lines.find(|(beginning, _)| case.starts_with(beginning))
}
