//! The catalogue of faults: each makes the server wrong in exactly one way, as some real server is.
//!
//! Source: the project's measurements of fourteen real servers, where an explanation names one.

use std::fmt;
use std::str::FromStr;

macro_rules! faults {
    ($($variant:ident = $name:literal, $explanation:literal;)*) => {
        /// One way in which a server is wrong.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Fault {
            $(#[doc = concat!("`", $name, "`: ", $explanation)]
            $variant,)*
        }

        impl Fault {
            /// Every fault, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name: `config-missing`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it does and which real server does so, in one sentence.
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => $explanation,)*
                }
            }
        }
    };
}

faults! {
    // The file config.
    ConfigMissing = "config-missing",
        "Answers 404 for config, as any WebDAV server does where nobody created that file.";
    ConfigHtml = "config-html",
        "Answers config with 200 and an HTML login page, as a catch-all page or a captive portal does.";
    ConfigMaintenance = "config-maintenance",
        "Answers config with 503 and an HTML page, as Nextcloud does in maintenance.";
    ConfigEmpty = "config-empty",
        "Answers config with 200 and no bytes, as any WebDAV server does whose file was only touched.";
    ConfigNumberInString = "config-number-in-string",
        "Writes maxBackupBytes as a string, a mistake of a file written by hand that Android forgives and iOS does not.";
    ConfigComment = "config-comment",
        "Puts a comment into config, a mistake of a file written by hand that Android forgives and iOS does not.";
    ConfigTrailingComma = "config-trailing-comma",
        "Puts a comma after the last member of config, a mistake of a file written by hand.";
    ConfigKeyMissing = "config-key-missing",
        "Leaves retentionDays out of config, a mistake of a file written by hand.";
    ConfigFraction = "config-fraction",
        "Writes maxBackupBytes as 524288.5, which Android truncates and iOS refuses.";
    ConfigZeroLimit = "config-zero-limit",
        "Says that maxBackupBytes is 0 and enforces no limit, as where 0 was meant as unlimited.";
    ConfigNegativeLimit = "config-negative-limit",
        "Says that maxBackupBytes is -1, as where that was meant as unlimited.";
    ConfigTinyLimit = "config-tiny-limit",
        "Says that maxBackupBytes is 511, as where kilobytes were meant.";
    ConfigSmallLimit = "config-small-limit",
        "Says that maxBackupBytes is 131072 and enforces it, too little for a user with many contacts.";
    ConfigHugeLimit = "config-huge-limit",
        "Says that maxBackupBytes is 104857600 while the usual limit stays, as behind nginx with its default of 1 MiB.";
    ConfigZeroRetention = "config-zero-retention",
        "Says that retentionDays is 0, which clients count as 180.";
    ConfigNegativeRetention = "config-negative-retention",
        "Says that retentionDays is -1, as where that was meant as for ever.";
    ConfigRetentionOverflow = "config-retention-overflow",
        "Says that retentionDays is 99999999999, which Android wraps silently to another number.";
    ConfigLarge = "config-large",
        "Pads config with an unknown key to more than 4096 bytes.";
    ConfigRedirect = "config-redirect",
        "Redirects config with 301 to config/, as servers do that take it for a folder.";
    ConfigAnonymous = "config-anonymous",
        "Shows config without credentials, as servers do that protect only the backups.";

    ConfigLoginPage = "config-login-page",
        "Answers config without credentials with 200 and an HTML login page, as portals do that ask people and not programs.";
    ConfigDiffersByHttp = "config-differs-by-http",
        "Says that maxBackupBytes is 131072 over HTTP/1.1 alone, as where two virtual hosts answer for one name.";
    ConfigAlternates = "config-alternates",
        "Says in every second answer that maxBackupBytes is 131072, as two backends do that hold different files.";
    ConfigCharset = "config-charset",
        "Sends config with charset=utf-16 although it is UTF-8, which Android alone obeys.";
    ConfigDuplicateKey = "config-duplicate-key",
        "Writes maxBackupBytes twice with different numbers, of which Android takes the last and iOS the first.";

    // Credentials.
    AnonymousRead = "anonymous-read",
        "Lets anybody download a backup, as WebDAV servers do whose login is asked for on writes only.";
    AnonymousWrite = "anonymous-write",
        "Lets anybody upload a backup, as a file drop does.";
    AnonymousDelete = "anonymous-delete",
        "Lets anybody delete a backup, as where the login covers GET and PUT alone.";
    AnonymousEverything = "anonymous-everything",
        "Never looks at credentials although a login is set up, as an editable public link of Nextcloud does.";
    AnonymousListing = "anonymous-listing",
        "Shows anybody an HTML index of the backup IDs, as Apache and nginx do with indexes on and no login on reads.";
    AnonymousPropfind = "anonymous-propfind",
        "Answers anybody's PROPFIND with the backup IDs, as WebDAV servers do whose login leaves that method out.";
    ChallengeMissing = "challenge-missing",
        "Sends 401 without WWW-Authenticate, as Nextcloud does with two-factor login or a link with a password.";
    ChallengeDigestOnly = "challenge-digest-only",
        "Offers Digest alone and refuses Basic, as Apache does with AuthType Digest.";
    ChallengeMissingOnPut = "challenge-missing-on-put",
        "Sends the 401 of a PUT alone without WWW-Authenticate, as proxies do that answer uploads themselves.";
    ChallengeResetsUpload = "challenge-resets-upload",
        "Closes the connection on a PUT of more than 64 KiB without credentials, as servers do that do not read the body of what they refuse.";
    ChallengeForbidden = "challenge-forbidden",
        "Sends 403 instead of 401 where there are no credentials, as servers do that know no challenge.";
    CredentialsRefused = "credentials-refused",
        "Refuses every password, as Nextcloud refuses the login password where an app password is demanded.";
    WrongPasswordAccepted = "wrong-password-accepted",
        "Wants credentials but takes any, as Nextcloud's public.php/dav does for a link without a password.";
    CredentialsUtf8Only = "credentials-utf8-only",
        "Understands credentials in UTF-8 alone, as most servers do.";
    CredentialsLatin1Only = "credentials-latin1-only",
        "Understands credentials in ISO-8859-1 alone, as servers do that follow RFC 2617 to the letter.";
    TokenRefused = "token-refused",
        "Refuses the token of an on-premises server, as a proxy does that knows Basic alone.";
    SessionCookie = "session-cookie",
        "Sets a session cookie that alone authenticates later requests, as Nextcloud does.";
    CredentialsEchoed = "credentials-echoed",
        "Sends the Authorization it received back in a header, as debugging proxies do.";
    UserAgentExact = "user-agent-exact",
        "Answers 400 unless the User-Agent is exactly Threema, as eee-safe does, which shuts Desktop out.";

    // Upload.
    UploadNotAllowed = "upload-not-allowed",
        "Answers PUT with 405, as nginx and Apache do without their WebDAV module.";
    UploadForbidden = "upload-forbidden",
        "Answers PUT with 403, as Nextcloud does on a share that is read-only.";
    UploadQuota = "upload-quota",
        "Answers PUT with 507, as Nextcloud does when the quota is used up.";
    UploadCrashes = "upload-crashes",
        "Answers PUT with 500, as nginx, Apache and lighttpd do where the folder is not writable.";
    UploadAccepted202 = "upload-accepted-202",
        "Stores and answers 202, as servers do that put uploads into a queue.";
    BackupsMissing = "backups-missing",
        "Has no folder backups: PUT gets 409 and all else below it 404, as with Apache and lighttpd.";
    UploadNotStored = "upload-not-stored",
        "Answers 201 and stores nothing, as sabre/dav does where the folder is not writable.";
    UploadRenamed = "upload-renamed",
        "Answers 201 and stores under another name, as a file drop of Nextcloud does.";
    UploadTruncated = "upload-truncated",
        "Loses the last byte of an upload, as a server or proxy does that miscounts.";
    UploadEmpty = "upload-empty",
        "Answers 201 and stores no bytes, as a server does whose proxy does not pass bodies on.";
    UploadRedirected = "upload-redirected",
        "Redirects PUT with 307 to another host, as storage clusters do.";
    ExpectStoresNothing = "expect-stores-nothing",
        "Answers a PUT that expects 100-continue at once with 201 and stores no bytes, as chezdav does.";
    ExpectRefused = "expect-refused",
        "Answers a PUT that expects 100-continue with 417, as old proxies do.";
    ChunkedRefused = "chunked-refused",
        "Answers a PUT without a length with 411, as proxies do that do not buffer.";
    OverwriteIgnored = "overwrite-ignored",
        "Answers 204 to a second upload and keeps the first, as write-once storage does.";
    OverwriteRefused = "overwrite-refused",
        "Answers 403 to a second upload, as WebDAV servers do where files may be created but not changed.";
    OverwriteKeepsTail = "overwrite-keeps-tail",
        "Writes a shorter upload over the old one and leaves the old tail, as servers do that open without truncating.";
    OverwriteMangles = "overwrite-mangles",
        "Answers 204 to a second upload and keeps the old bytes, cut or filled up to the new length, as where only the length is renewed.";
    WriteInPlace = "write-in-place",
        "Writes an upload into the visible file as it comes, as rclone, wsgidav and golang.org/x/net/webdav do.";
    CutOffReplaces = "cut-off-replaces",
        "Puts what arrived of a broken-off upload in place of the old backup, as Nextcloud does.";
    CutOffDeletes = "cut-off-deletes",
        "Deletes the old backup when an upload breaks off, as dufs does.";
    CutOffVisible = "cut-off-visible",
        "Shows what arrived of a broken-off upload if there was no backup before, as servers do that protect only what they overwrite.";
    CutOffChunkedReplaces = "cut-off-chunked-replaces",
        "Puts what arrived of a broken-off chunked upload in place of the old backup, as servers do that compare only a declared length.";
    Http2UploadsRefused = "http2-uploads-refused",
        "Answers PUT over HTTP/2 with 502, as proxies do that fail to pass such bodies on.";
    Http1DownloadsRefused = "http1-downloads-refused",
        "Answers GET of a backup over HTTP/1.1 with 505, as gateways do that were set to HTTP/2 alone.";

    // Download.
    DownloadTruncated = "download-truncated",
        "Loses the last byte of a download, with a length that agrees, as a cache does that stored too little.";
    DownloadAppendsNewline = "download-appends-newline",
        "Adds a line feed to a download, as scripts do that print a file.";
    DownloadStatus203 = "download-status-203",
        "Answers a download with 203, as transforming proxies do, which Desktop does not take.";
    DownloadEndsEarly = "download-ends-early",
        "Closes the connection before the end of a download, as Apache does at times while an upload runs.";
    DownloadBreaksDuringUpload = "download-breaks-during-upload",
        "Closes the connection in the middle of a download while an upload of the same backup runs, as servers do that truncate the file first.";
    ContentEncodingOnTheFly = "content-encoding-on-the-fly",
        "Compresses a download when asked for gzip, as nginx and Apache do where compression covers every type.";
    ContentEncodingAlways = "content-encoding-always",
        "Compresses a download though nobody asked, as servers do that hold only the compressed file.";
    ContentEncodingLabel = "content-encoding-label",
        "Labels a download as gzip without compressing it when asked for gzip, as servers do that guess from the content.";
    ContentEncodingForeign = "content-encoding-foreign",
        "Sends the gzip of another text when asked for a text with gzip, as caches do that mix up two files.";
    ContentGunzipped = "content-gunzipped",
        "Unpacks a backup that looks like gzip before it sends it, as proxies with gunzip do.";
    ContentHtmlRewritten = "content-html-rewritten",
        "Puts a script into a backup that looks like HTML, as content delivery networks do.";
    ContentUtf8Mangled = "content-utf8-mangled",
        "Replaces whatever is not UTF-8, as scripts do that read a file as text.";
    ContentMangledFf = "content-mangled-ff",
        "Doubles every byte 0xFF, as gateways do that speak a Telnet-like protocol behind.";
    StaleCache = "stale-cache",
        "Sends the first download again after an overwrite, as a caching proxy does.";
    HeadRefused = "head-refused",
        "Answers HEAD of a backup with 405, as sekursranko does for config, which stops Desktop.";
    HeadNotFound = "head-not-found",
        "Answers HEAD of a backup with 404, as eee-safe does, which stops Desktop.";

    // What is missing or malformed.
    MissingIsHtml = "missing-is-html",
        "Answers a missing backup with 200 and an HTML page, as single-page applications do.";
    MissingIsForbidden = "missing-is-forbidden",
        "Answers a missing backup with 403, as object storage does that may not be listed.";
    MissingIsError = "missing-is-error",
        "Answers a missing backup with 500, as scripts do that do not handle it.";
    MissingRedirectsToLogin = "missing-redirects-to-login",
        "Redirects a missing backup to a login page, as web applications do.";
    MalformedIdCrashes = "malformed-id-crashes",
        "Answers a malformed backup ID with 500, as scripts do that do not handle it.";

    // Delete.
    DeleteNotAllowed = "delete-not-allowed",
        "Answers DELETE with 405, as nginx does where dav_methods names PUT alone.";
    DeleteLies = "delete-lies",
        "Answers DELETE with 204 and deletes nothing, as write-once storage does.";
    DeletedIsPage = "deleted-is-page",
        "Answers GET of a deleted backup with 200 and an HTML page, as web applications do that show a bin.";
    DeleteMissingSucceeds = "delete-missing-succeeds",
        "Answers DELETE of a missing backup with 204, as object storage does.";

    // Limits.
    LimitLower = "limit-lower",
        "Answers 413 above 100000 bytes whatever config says, as a proxy with a small limit does.";
    LimitLowerResets = "limit-lower-resets",
        "Closes the connection above 100000 bytes without an answer, as a proxy with a small limit does that does not read on.";
    LimitOffByOne = "limit-off-by-one",
        "Answers 413 to exactly maxBackupBytes, as servers do that compare with >= as iOS does.";
    LimitUnenforced = "limit-unenforced",
        "Takes uploads of any size, as every plain WebDAV server does.";

    LimitBadGateway = "limit-bad-gateway",
        "Answers 502 above 100000 bytes, as Caddy does with request_body max_size before a reverse_proxy.";
    LimitQuota = "limit-quota",
        "Answers 507 with a message in XML above 300000 bytes, as Nextcloud does where the quota is nearly used up.";
    LimitBuffer = "limit-buffer",
        "Answers 500 above 16384 bytes, as nginx does that cannot write into its client_body_temp_path.";
    LimitForbidden = "limit-forbidden",
        "Answers 403 and an HTML page above 131072 bytes, as firewalls for web applications do.";
    LimitNotFound = "limit-not-found",
        "Answers 404 above 250000 bytes, as IIS does with maxAllowedContentLength.";
    LimitTruncates = "limit-truncates",
        "Answers 201 and keeps the first 100000 bytes, as storage does whose column or buffer is full.";
    LargeVanishes = "large-vanishes",
        "Deletes a backup of more than 400000 bytes 0.2 seconds after its first download, as a job does that keeps a quota.";

    // Paths and privacy.
    LetterCaseIgnored = "letter-case-ignored",
        "Takes an ID in upper case for the same backup, as eee-safe and case-insensitive disks do.";
    DoubleSlashRefused = "double-slash-refused",
        "Answers 404 where a slash is doubled after the base, as sekursranko and eee-safe do.";
    EncodedSlashTraverses = "encoded-slash-traverses",
        "Follows ..%2f to another file, as nginx, lighttpd and golang.org/x/net/webdav do.";
    ListingAuthenticated = "listing-authenticated",
        "Shows an HTML index of the backup IDs to who has logged in, as rclone, wsgidav and sabre/dav do.";
    RedirectEverything = "redirect-everything",
        "Redirects every request with 301 to another host, as a server does that has moved.";
    RedirectTrailing = "redirect-trailing",
        "Redirects a backup with 308 to the same path with a slash at its end, as some web frameworks do.";

    // Retention.
    ConfigShortRetention = "config-short-retention",
        "Says that retentionDays is 1 and keeps a backup that long, as where 1 was meant as one copy.";
    EntityTagKept = "entity-tag-kept",
        "Keeps the ETag through an overwrite of the same length, as servers do that make it from inode and size.";
    DownloadRefreshes = "download-refreshes",
        "Counts a download as an upload in Last-Modified and in the retention, as caches do that touch what is read.";
    DeletedInHead = "deleted-in-head",
        "Goes on answering HEAD of a deleted backup with 200, as caches of metadata do.";
    DeletedInListing = "deleted-in-listing",
        "Shows who has logged in a list that still names deleted backups, as object storage does that is consistent only later.";
    TrashBin = "trash-bin",
        "Sends OC-ETag with a backup, as Nextcloud does, whose bin and versions keep what is deleted or replaced.";
    ExpiresEarly = "expires-early",
        "Deletes a backup after nine tenths of its retention, as a job does whose number is not the one in config.";
    ExpiresByFirstUpload = "expires-by-first-upload",
        "Counts the retention from the first upload and shows that time, as storage does that keeps the time of creation.";
    ExpiresByAccess = "expires-by-access",
        "Counts the retention from the last download or the first upload, as find -atime does where uploads are written in place.";
    ExpiresByTimePutBack = "expires-by-time-put-back",
        "Counts the retention from a time that a backup tool sets back by a third of it every night, as after restoring an older copy.";

    // Running.
    RateLimited = "rate-limited",
        "Answers 429 from the twelfth request on, as Nextcloud does after failed logins.";
    Locked = "locked",
        "Answers every PUT with 423, as WebDAV servers do while a lock of another client is left.";
    UpstreamDown = "upstream-down",
        "Answers everything with 502 and an HTML page, as proxies do whose server is down.";
    Maintenance = "maintenance",
        "Answers everything with 503 and an HTML page, as Nextcloud does in maintenance.";

    // TLS.
    CertificateUnknownRoot = "certificate-unknown-root",
        "Sends a certificate from a root that no client trusts, as servers with their own authority do.";
    CertificateSelfSigned = "certificate-self-signed",
        "Sends a certificate that signed itself, as servers do that were never given another.";
    CertificateExpired = "certificate-expired",
        "Sends a certificate that has expired, as servers do whose renewal failed.";
    CertificateNotYetValid = "certificate-not-yet-valid",
        "Sends a certificate that begins the day after tomorrow, as where the clock of the authority is wrong.";
    CertificateExpiresSoon = "certificate-expires-soon",
        "Sends a certificate that has five of its 90 days left, as servers do whose renewal does not run.";
    CertificateWrongName = "certificate-wrong-name",
        "Sends a certificate for other.example, as servers do that answer with their default site.";
    CertificateCommonNameOnly = "certificate-common-name-only",
        "Sends a certificate that has the name in its subject alone, as old instructions for OpenSSL make it.";
    CertificateWildcardTooDeep = "certificate-wildcard-too-deep",
        "Goes by the name backup.cloud.safe.localhost and sends a certificate for *.safe.localhost, whose star stands for one label.";
    CertificateChainIncomplete = "certificate-chain-incomplete",
        "Sends its certificate without the intermediate one, as servers do that were given cert.pem instead of fullchain.pem.";
    CertificateChainOrder = "certificate-chain-order",
        "Sends two intermediate certificates in the wrong order, as servers do whose chain was put together by hand.";
    CertificateChainSuperfluous = "certificate-chain-superfluous",
        "Sends an expired certificate along that leads nowhere, as servers do whose chain was never cleaned up.";
    CertificateNoServerAuth = "certificate-no-server-auth",
        "Sends a certificate without an extended key usage, as private authorities do that were set up by hand.";
    Certificate826Days = "certificate-826-days",
        "Sends a certificate that is valid for 826 days, as private authorities with old defaults do.";
    Certificate399Days = "certificate-399-days",
        "Sends a certificate that is valid for 399 days, more than a public authority may issue.";
    Certificate300Days = "certificate-300-days",
        "Sends a certificate that is valid for 300 days, more than a public authority may issue since March 2026.";
    CertificateOneTimestamp = "certificate-one-timestamp",
        "Sends a certificate with one signed certificate timestamp, where a public authority embeds at least two.";
    CertificateMustStaple = "certificate-must-staple",
        "Sends a certificate that demands a stapled answer of OCSP, and no such answer.";
    CertificateRsa1024 = "certificate-rsa-1024",
        "Sends a certificate with a key of RSA 1024, as old appliances do, and completes no handshake.";
    CertificateRsa2047 = "certificate-rsa-2047",
        "Sends a certificate with a key of RSA 2047, one bit short, and completes no handshake.";
    CertificateP224 = "certificate-p-224",
        "Sends a certificate with a key on the curve P-224, and completes no handshake.";
    CertificateSha1 = "certificate-sha-1",
        "Sends a certificate that is signed with SHA-1, as old authorities do, and completes no handshake.";
    Tls10Only = "tls-1-0-only",
        "Speaks TLS 1.0 at most, as old appliances do, and completes no handshake.";
    Tls11Only = "tls-1-1-only",
        "Speaks TLS 1.1 at most, as old appliances do, and completes no handshake.";
    Tls12Only = "tls-1-2-only",
        "Does not speak TLS 1.3, as servers do with OpenSSL 1.0.";
    Tls13Only = "tls-1-3-only",
        "Speaks TLS 1.3 alone, as servers do that were set to what is newest.";
    TlsOldVersionsAccepted = "tls-old-versions-accepted",
        "Accepts TLS 1.0 and 1.1, too, as servers do whose ssl_protocols was never changed.";
    SuitesWithoutForwardSecrecy = "suites-without-forward-secrecy",
        "Accepts only suites of TLS 1.2 without forward secrecy, as old appliances do, and completes no handshake.";
    SuitesFiniteField = "suites-finite-field",
        "Accepts only suites of TLS 1.2 with finite-field Diffie-Hellman, and completes no handshake.";
    SuitesCbc = "suites-cbc",
        "Accepts only suites of TLS 1.2 with elliptic curves and CBC, which iOS takes and rustls does not, and completes no handshake.";
    SuitesCbcSha2 = "suites-cbc-sha2",
        "Accepts only suites of TLS 1.2 with CBC and SHA-2, which iOS has left behind, and completes no handshake.";
    SuitesWeakAccepted = "suites-weak-accepted",
        "Accepts suites without forward secrecy, too, as nginx and Apache do by default.";
    AlpnAbsent = "alpn-absent",
        "Does not answer to ALPN, as servers do with a TLS library from before 2014.";
    ServerNameRefused = "server-name-refused",
        "Refuses the name that clients send with the alert unrecognized_name, as servers do that know another name.";
    ClientCertificateDemanded = "client-certificate-demanded",
        "Demands a certificate of the client, as nginx does with ssl_verify_client on.";
    TlsClosed = "tls-closed",
        "Closes the connection when a TLS handshake begins, as firewalls do that look into it.";
    TlsPlainHttp = "tls-plain-http",
        "Speaks plain HTTP on the port of https, as nginx does where `ssl` is left out after `listen`.";
    TlsGarbage = "tls-garbage",
        "Answers a TLS handshake with bytes that mean nothing, as another service on that port does.";
    ClockWrong = "clock-wrong",
        "Has a clock that is two hours ahead, as servers do without the time of the network.";
    Http2Absent = "http2-absent",
        "Offers HTTP/1.1 alone in TLS, as servers without a proxy do.";
    Http1Absent = "http1-absent",
        "Offers HTTP/2 alone in TLS, as gateways do that were set to HTTP/2 alone.";
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// There is no fault of that name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no fault \"{0}\"")]
pub struct UnknownFault(String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|fault| fault.name() == name);
        found.copied().ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

/// A set of faults.
#[derive(Clone, Copy, Default)]
pub(super) struct Faults([u64; 4]);

impl Faults {
    /// Whether `fault` is in the set.
    pub(super) const fn contains(self, fault: Fault) -> bool {
        self.0[fault as usize / 64] & (1 << (fault as usize % 64)) != 0
    }

    /// The first of `faults` that is in the set.
    pub(super) fn first_of(self, faults: &[Fault]) -> Option<Fault> {
        faults.iter().copied().find(|fault| self.contains(*fault))
    }
}

// One bit each.
const _: () = assert!(Fault::ALL.len() <= 4 * 64);

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut set = Self::default();
        for fault in faults {
            set.0[fault as usize / 64] |= 1 << (fault as usize % 64);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert_eq!(fault.to_string(), fault.name());
        }
        assert!("config-Missing".parse::<Fault>().is_err());
        assert!("".parse::<Fault>().is_err());
    }

    #[test]
    fn a_name_is_the_variant_in_kebab_case() {
        for fault in Fault::ALL {
            let plain = fault.name().replace('-', "");
            assert_eq!(plain, format!("{fault:?}").to_lowercase());
        }
    }

    #[test]
    fn an_explanation_is_one_sentence() {
        for fault in Fault::ALL {
            let explanation = fault.explanation();
            assert!(explanation.starts_with(char::is_uppercase), "{fault}");
            assert!(explanation.ends_with('.'), "{fault}");
            assert!(!explanation.contains(". "), "{fault}");
        }
    }

    #[test]
    fn a_set_holds_exactly_its_members() {
        let set: Faults = [Fault::ConfigMissing, Fault::Http1Absent]
            .into_iter()
            .collect();
        let members = Fault::ALL.iter().filter(|fault| set.contains(**fault));
        assert_eq!(members.count(), 2);
        assert!(set.contains(Fault::Http1Absent));
    }
}
