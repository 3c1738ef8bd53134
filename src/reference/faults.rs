//! The catalogue of faults: each breaks the server in exactly one way that occurs on real servers.
//!
//! Source: above each group, the facts of the manual that it imitates. A fault without a fact is a
//! mistake that is easily made.

use std::fmt;
use std::str::FromStr;

/// A condition around a server that a fault needs to show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Need {
    /// A login with characters beyond ASCII.
    Umlauts,
    /// A login by token.
    Token,
    /// Requests in a fixed order, one at a time.
    Order,
    /// Backups may be left behind, because the fault prevents their deletion.
    Leftovers,
    /// One upload that takes longer than all others.
    SlowUplink,
    /// A root certificate that counts as one of a public authority.
    PublicRoot,
    /// An address besides the host name, which no DNS knows.
    Address,
    /// Months: `retention verify` shows it, but no check does.
    Months,
    /// A run that is repeated until uploads overlap.
    Repeats,
}

macro_rules! faults {
    ($($variant:ident = $name:literal in $($place:literal)+ $(, needs $($need:ident)+)?, $explanation:literal;)*) => {
        /// One way in which the server is broken.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Fault {
            $(#[doc = concat!("`", $name, "`: ", $explanation)]
            $variant,)*
        }

        impl Fault {
            /// Every fault, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name: `config-missing`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the files of `src/reference` that implement it.
            pub const fn places(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($place),+],)*
                }
            }

            /// Returns the conditions that it needs to show.
            pub const fn needs(self) -> &'static [Need] {
                match self {
                    $(Self::$variant => &[$($(Need::$need),+)?],)*
                }
            }

            /// Returns its effect and the real server that behaves so, in one sentence.
            pub const fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => $explanation,)*
                }
            }
        }
    };
}

faults! {
    // The file config. Source: clauses 4.2.android and 4.2.charset; servers.config-get,
    // servers.config-head, servers.config-writable, servers.config-proves-nothing.
    ConfigMissing = "config-missing" in "config.rs" "tree/mod.rs",
        "Answers 404 for config, as any WebDAV server does where nobody created that file.";
    ConfigHtml = "config-html" in "config.rs",
        "Answers config with 200 and an HTML login page, as a catch-all page or a captive portal does.";
    ConfigMaintenance = "config-maintenance" in "config.rs",
        "Answers config with 503 and an HTML page, as Nextcloud does in maintenance.";
    ConfigEmpty = "config-empty" in "config.rs",
        "Answers config with 200 and no bytes, as any WebDAV server does whose file was only touched.";
    ConfigNumberInString = "config-number-in-string" in "config.rs",
        "Writes maxBackupBytes as a string, a mistake of a file written by hand that Android forgives and iOS does not.";
    ConfigComment = "config-comment" in "config.rs",
        "Puts a comment into config, a mistake of a file written by hand that Android forgives and iOS does not.";
    ConfigTrailingComma = "config-trailing-comma" in "config.rs",
        "Puts a comma after the last member of config, a mistake of a file written by hand.";
    ConfigKeyMissing = "config-key-missing" in "config.rs",
        "Leaves retentionDays out of config, a mistake of a file written by hand.";
    ConfigFraction = "config-fraction" in "config.rs",
        "Writes maxBackupBytes as 524288.5, which Android truncates and iOS refuses.";
    ConfigZeroLimit = "config-zero-limit" in "config.rs" "site.rs",
        "Says that maxBackupBytes is 0 and enforces no limit, as where 0 was meant as unlimited.";
    ConfigNegativeLimit = "config-negative-limit" in "config.rs",
        "Says that maxBackupBytes is -1, as where that was meant as unlimited.";
    ConfigTinyLimit = "config-tiny-limit" in "config.rs",
        "Says that maxBackupBytes is 511, as where kilobytes were meant.";
    ConfigSmallLimit = "config-small-limit" in "config.rs" "site.rs",
        "Says that maxBackupBytes is 131072 and enforces it, too little for a user with many contacts.";
    ConfigHugeLimit = "config-huge-limit" in "config.rs",
        "Says that maxBackupBytes is 104857600 while the usual limit stays, as behind nginx with its default of 1 MiB.";
    ConfigZeroRetention = "config-zero-retention" in "config.rs",
        "Says that retentionDays is 0, which clients count as 180.";
    ConfigNegativeRetention = "config-negative-retention" in "config.rs",
        "Says that retentionDays is -1, as where that was meant as for ever.";
    ConfigRetentionOverflow = "config-retention-overflow" in "config.rs",
        "Says that retentionDays is 99999999999, which Android wraps silently to another number.";
    ConfigLarge = "config-large" in "config.rs",
        "Pads config with an unknown key to more than 4096 bytes.";
    ConfigRedirect = "config-redirect" in "config.rs",
        "Redirects config with 301 to config/, as servers do that take it for a folder.";
    ConfigAnonymous = "config-anonymous" in "auth.rs",
        "Shows config without credentials, as servers do that protect only the backups.";

    ConfigLoginPage = "config-login-page" in "auth.rs",
        "Answers config without credentials with 200 and an HTML login page, as portals do that ask people and not programs.";
    ConfigDiffersByHttp = "config-differs-by-http" in "config.rs",
        "Says that maxBackupBytes is 131072 over HTTP/1.1 alone, as where two virtual hosts answer for one name.";
    ConfigAlternates = "config-alternates" in "config.rs",
        "Says in every second answer that maxBackupBytes is 131072, as two backends do that hold different files.";
    ConfigCharset = "config-charset" in "config.rs",
        "Sends config with charset=utf-16 although it is UTF-8, which Android alone obeys.";
    Http3Dead = "http3-dead" in "config.rs",
        "Announces HTTP/3 beside config, where nothing listens on UDP, as Caddy does behind a firewall that lets only TCP through.";
    ConfigDuplicateKey = "config-duplicate-key" in "config.rs",
        "Writes maxBackupBytes twice with different numbers, of which Android takes the last and iOS the first.";

    // Credentials. Source: servers.no-credentials, servers.user-agent, servers.wrong-password,
    // servers.nextcloud-answers.
    AnonymousRead = "anonymous-read" in "auth.rs",
        "Lets anybody download a backup, as WebDAV servers do whose login is asked for on writes only.";
    AnonymousWrite = "anonymous-write" in "auth.rs",
        "Lets anybody upload a backup, as a file drop does.";
    AnonymousOverwrite = "anonymous-overwrite" in "auth.rs",
        "Lets anybody replace a backup that is there, as where the login is asked for on new files only.";
    AnonymousHead = "anonymous-head" in "auth.rs",
        "Answers anybody's HEAD of a backup, as where the login covers GET alone.";
    AnonymousDelete = "anonymous-delete" in "auth.rs",
        "Lets anybody delete a backup, as where the login covers GET and PUT alone.";
    AnonymousEverything = "anonymous-everything" in "auth.rs",
        "Never looks at credentials although a login is set up, as an editable public link of Nextcloud does.";
    AnonymousListing = "anonymous-listing" in "auth.rs" "listing.rs",
        "Shows anybody an HTML index of the backup IDs, as Apache and nginx do with indexes on and no login on reads.";
    AnonymousListingForbidden = "anonymous-listing-forbidden" in "auth.rs" "listing.rs",
        "Answers anybody's GET of backups with 403 and an HTML page that names the backup IDs, as pages do that show what is not allowed.";
    AnonymousListingLong = "anonymous-listing-long" in "auth.rs" "listing.rs",
        "Shows anybody an HTML index whose backup IDs stand behind 1.1 MiB of other text, as pages do with scripts built in.";
    AnonymousPropfind = "anonymous-propfind" in "auth.rs" "listing.rs",
        "Answers anybody's PROPFIND with the backup IDs, as WebDAV servers do whose login leaves that method out.";
    ChallengeMissing = "challenge-missing" in "auth.rs",
        "Sends 401 without WWW-Authenticate, as Nextcloud does with two-factor login or a link with a password.";
    ChallengeDigestOnly = "challenge-digest-only" in "auth.rs",
        "Offers Digest alone and refuses Basic, as Apache does with AuthType Digest.";
    ChallengeMissingOnPut = "challenge-missing-on-put" in "auth.rs",
        "Sends the 401 of a PUT alone without WWW-Authenticate, as proxies do that answer uploads themselves.";
    ChallengeResetsUpload = "challenge-resets-upload" in "handler.rs",
        "Closes the connection on a PUT of more than 64 KiB without credentials, as servers do that do not read the body of what they refuse.";
    ChallengeForbidden = "challenge-forbidden" in "auth.rs",
        "Sends 403 instead of 401 where there are no credentials, as servers do that know no challenge.";
    CredentialsRefused = "credentials-refused" in "auth.rs",
        "Refuses every password, as Nextcloud refuses the login password where an app password is demanded.";
    WrongPasswordAccepted = "wrong-password-accepted" in "auth.rs",
        "Demands credentials but takes any, as Nextcloud's public.php/dav does for a link without a password.";
    CredentialsUtf8Only = "credentials-utf8-only" in "auth.rs", needs Umlauts,
        "Understands credentials in UTF-8 alone, as most servers do.";
    CredentialsLatin1Only = "credentials-latin1-only" in "auth.rs", needs Umlauts,
        "Understands credentials in ISO-8859-1 alone, as servers do that follow RFC 2617 to the letter.";
    TokenRefused = "token-refused" in "auth.rs", needs Token,
        "Refuses the token of an on-premises server, as a proxy does that knows Basic alone.";
    SessionCookie = "session-cookie" in "auth.rs" "handler.rs",
        "Sets a session cookie that alone authenticates later requests, as Nextcloud does.";
    CredentialsEchoed = "credentials-echoed" in "handler.rs",
        "Sends the Authorization it received back in a header, as debugging proxies do.";
    UserAgentExact = "user-agent-exact" in "handler.rs",
        "Answers 400 unless the User-Agent is exactly Threema, as eee-safe does, which shuts Desktop out.";

    // Upload. Source: servers.put-status, servers.chunked, servers.empty, servers.expect,
    // servers.missing-backups, servers.unwritable-backups, servers.lying-success,
    // servers.interrupted-new, servers.interrupted-upload, servers.nextcloud-interrupted,
    // servers.parallel-uploads, servers.lock.
    UploadNotAllowed = "upload-not-allowed" in "put.rs",
        "Answers PUT with 405, as nginx and Apache do without their WebDAV module.";
    UploadForbidden = "upload-forbidden" in "put.rs" "tree/dav.rs",
        "Answers PUT with 403, as Nextcloud does on a share that is read-only.";
    UploadQuota = "upload-quota" in "put.rs",
        "Answers PUT with 507, as Nextcloud does when the quota is used up.";
    UploadCrashes = "upload-crashes" in "put.rs",
        "Answers PUT with 500, as nginx, Apache and lighttpd do where the folder is not writable.";
    UploadAccepted202 = "upload-accepted-202" in "put.rs",
        "Stores and answers 202, as servers do that put uploads into a queue.";
    BackupsMissing = "backups-missing" in "site.rs" "tree/mod.rs",
        "Has no folder backups: PUT gets 409 and all else below it 404, as with Apache and lighttpd.";
    UploadNotStored = "upload-not-stored" in "put.rs",
        "Answers 201 and stores nothing, as sabre/dav does where the folder is not writable.";
    UploadRenamed = "upload-renamed" in "put.rs", needs Leftovers,
        "Answers 201 and stores under another name, as a file drop of Nextcloud does.";
    UploadTruncated = "upload-truncated" in "put.rs",
        "Loses the last byte of an upload, as a server or proxy does that miscounts.";
    UploadEmpty = "upload-empty" in "put.rs",
        "Answers 201 and stores no bytes, as a server does whose proxy does not pass bodies on.";
    UploadTimesOut = "upload-times-out" in "put.rs", needs SlowUplink,
        "Closes the connection in the middle of an upload that takes more than 2 s, as Traefik does after 60 s since 2.11.2.";
    UploadRedirected = "upload-redirected" in "put.rs",
        "Redirects PUT with 307 to another host, as storage clusters do.";
    ExpectStoresNothing = "expect-stores-nothing" in "put.rs",
        "Answers a PUT that expects 100-continue at once with 201 and stores no bytes, as chezdav does.";
    ExpectRefused = "expect-refused" in "put.rs",
        "Answers a PUT that expects 100-continue with 417, as old proxies do.";
    ChunkedRefused = "chunked-refused" in "put.rs",
        "Answers a PUT without a length with 411, as proxies do that do not buffer.";
    OverwriteIgnored = "overwrite-ignored" in "put.rs",
        "Answers 204 to a second upload and keeps the first, as write-once storage does.";
    OverwriteRefused = "overwrite-refused" in "put.rs",
        "Answers 403 to a second upload, as WebDAV servers do where files may be created but not changed.";
    OverwriteKeepsTail = "overwrite-keeps-tail" in "put.rs",
        "Writes a shorter upload over the old one and leaves the old tail, as servers do that open without truncating.";
    OverwriteMangles = "overwrite-mangles" in "put.rs",
        "Answers 204 to a second upload and keeps the old bytes, cut or filled up to the new length, as where only the length is renewed.";
    WriteInPlace = "write-in-place" in "put.rs", needs Repeats,
        "Writes an upload into the visible file as it comes, as rclone, wsgidav and golang.org/x/net/webdav do.";
    CutOffReplaces = "cut-off-replaces" in "site.rs",
        "Puts what arrived of a broken-off upload in place of the old backup, as Nextcloud does.";
    CutOffDeletes = "cut-off-deletes" in "site.rs",
        "Deletes the old backup when an upload breaks off, as dufs does.";
    CutOffVisible = "cut-off-visible" in "site.rs",
        "Shows what arrived of a broken-off upload if there was no backup before, as servers do that protect only what they overwrite.";
    CutOffChunkedReplaces = "cut-off-chunked-replaces" in "site.rs",
        "Puts what arrived of a broken-off chunked upload in place of the old backup, as servers do that compare only a declared length.";
    Http2UploadsRefused = "http2-uploads-refused" in "put.rs",
        "Answers PUT over HTTP/2 with 502, as proxies do that fail to pass such bodies on.";
    Http1DownloadsRefused = "http1-downloads-refused" in "get.rs",
        "Answers GET of a backup over HTTP/1.1 with 505, as gateways do that were set to HTTP/2 alone.";

    // Download. Source: servers.get, servers.head, servers.torn-read, servers.validators,
    // servers.desktop-and-eee-safe.
    DownloadTruncated = "download-truncated" in "get.rs",
        "Loses the last byte of a download, with a length that agrees, as a cache does that stored too little.";
    DownloadAppendsNewline = "download-appends-newline" in "get.rs",
        "Adds a line feed to a download, as scripts do that print a file.";
    DownloadStatus203 = "download-status-203" in "get.rs",
        "Answers a download with 203, as transforming proxies do, which Desktop does not take.";
    DownloadEndsEarly = "download-ends-early" in "get.rs",
        "Closes the connection before the end of a download, as Apache does at times while an upload runs.";
    DownloadBreaksDuringUpload = "download-breaks-during-upload" in "get.rs",
        "Closes the connection in the middle of a download while an upload of the same backup runs, as servers do that truncate the file first.";
    ContentEncodingOnTheFly = "content-encoding-on-the-fly" in "get.rs",
        "Compresses a download when asked for gzip, as nginx and Apache do where compression covers every type.";
    ContentEncodingAlways = "content-encoding-always" in "get.rs",
        "Compresses a download though nobody asked, as servers do that hold only the compressed file.";
    ContentEncodingLabel = "content-encoding-label" in "get.rs",
        "Labels a download as gzip without compressing it when asked for gzip, as servers do that guess from the content.";
    ContentEncodingForeign = "content-encoding-foreign" in "get.rs",
        "Sends the gzip of another text when asked for a text with gzip, as caches do that mix up two files.";
    ContentGunzipped = "content-gunzipped" in "get.rs",
        "Unpacks a backup that looks like gzip before it sends it, as proxies with gunzip do.";
    ContentHtmlRewritten = "content-html-rewritten" in "get.rs",
        "Puts a script into a backup that looks like HTML, as content delivery networks do.";
    ContentUtf8Mangled = "content-utf8-mangled" in "get.rs",
        "Replaces whatever is not UTF-8, as scripts do that read a file as text.";
    ContentMangledFf = "content-mangled-ff" in "get.rs",
        "Doubles every byte 0xFF, as gateways do that speak a Telnet-like protocol behind.";
    StaleCache = "stale-cache" in "get.rs",
        "Sends the first download again after an overwrite, as a caching proxy does.";
    HeadRefused = "head-refused" in "get.rs",
        "Answers HEAD of a backup with 405, as sekursranko does for config, which stops Desktop.";
    HeadNotFound = "head-not-found" in "get.rs",
        "Answers HEAD of a backup with 404, as eee-safe does, which stops Desktop.";

    // Missing or malformed backups. Source: servers.missing, servers.backup-id-form.
    MissingIsHtml = "missing-is-html" in "get.rs",
        "Answers a missing backup with 200 and an HTML page, as single-page applications do.";
    MissingIsForbidden = "missing-is-forbidden" in "get.rs",
        "Answers a missing backup with 403, as object storage does that may not be listed.";
    MissingIsError = "missing-is-error" in "get.rs",
        "Answers a missing backup with 500, as scripts do that do not handle it.";
    MissingRedirectsToLogin = "missing-redirects-to-login" in "auth.rs" "get.rs" "handler.rs",
        "Redirects a missing backup to a login page, as web applications do.";
    MalformedIdCrashes = "malformed-id-crashes" in "handler.rs",
        "Answers a malformed backup ID with 500, as scripts do that do not handle it.";

    // Delete. Source: servers.delete, servers.nextcloud-versions.
    DeleteNotAllowed = "delete-not-allowed" in "get.rs", needs Leftovers,
        "Answers DELETE with 405, as nginx does where dav_methods names PUT alone.";
    DeleteLies = "delete-lies" in "get.rs", needs Leftovers,
        "Answers DELETE with 204 and deletes nothing, as write-once storage does.";
    DeletedIsPage = "deleted-is-page" in "get.rs",
        "Answers GET of a deleted backup with 200 and an HTML page, as web applications do that show a bin.";
    DeleteMissingSucceeds = "delete-missing-succeeds" in "get.rs",
        "Answers DELETE of a missing backup with 204, as object storage does.";

    // Limits. Source: servers.size-limit, servers.caddy-limit, servers.rate-limit.
    LimitLower = "limit-lower" in "site.rs",
        "Answers 413 above 100000 bytes whatever config says, as a proxy with a small limit does.";
    LimitLowerResets = "limit-lower-resets" in "site.rs",
        "Closes the connection above 100000 bytes without an answer, as a proxy with a small limit does that does not read on.";
    LimitOffByOne = "limit-off-by-one" in "site.rs",
        "Answers 413 to exactly maxBackupBytes, as servers do that compare with >= as iOS does.";
    LimitUnenforced = "limit-unenforced" in "site.rs",
        "Takes uploads of any size, as every plain WebDAV server does.";

    LimitBadGateway = "limit-bad-gateway" in "site.rs",
        "Answers 502 above 100000 bytes, as Caddy does with request_body max_size before a reverse_proxy.";
    LimitQuota = "limit-quota" in "site.rs",
        "Answers 507 with a message in XML above 300000 bytes, as Nextcloud does where the quota is nearly used up.";
    LimitBuffer = "limit-buffer" in "site.rs",
        "Answers 500 above 16384 bytes, as nginx does that cannot write into its client_body_temp_path.";
    LimitForbidden = "limit-forbidden" in "site.rs",
        "Answers 403 and an HTML page above 131072 bytes, as firewalls for web applications do.";
    LimitNotFound = "limit-not-found" in "site.rs",
        "Answers 404 above 250000 bytes, as IIS does with maxAllowedContentLength.";
    LimitTruncates = "limit-truncates" in "site.rs",
        "Answers 201 and keeps the first 100000 bytes, as storage does whose column or buffer is full.";
    LargeVanishes = "large-vanishes" in "get.rs",
        "Deletes a backup of more than 400000 bytes 0.2 seconds after its first download, as a job does that keeps a quota.";

    // Paths and privacy. Source: servers.dot-segments, servers.encoded-slash, servers.listing,
    // servers.propfind, servers.upper-case-id, servers.slashes.
    LetterCaseIgnored = "letter-case-ignored" in "route.rs",
        "Takes an ID in upper case for the same backup, as eee-safe and case-insensitive disks do.";
    DoubleSlashRefused = "double-slash-refused" in "route.rs",
        "Answers 404 where a slash is doubled after the base, as sekursranko and eee-safe do.";
    EncodedSlashTraverses = "encoded-slash-traverses" in "route.rs",
        "Follows ..%2f to another file, as nginx, lighttpd and golang.org/x/net/webdav do.";
    ListingAuthenticated = "listing-authenticated" in "listing.rs",
        "Shows an HTML index of the backup IDs to who has logged in, as rclone, wsgidav and sabre/dav do.";
    RedirectEverything = "redirect-everything" in "handler.rs",
        "Redirects every request with 301 to another host, as a server does that has moved.";
    RedirectTrailing = "redirect-trailing" in "handler.rs",
        "Redirects a backup with 308 to the same path with a slash at its end, as some web frameworks do.";

    // Retention.
    ConfigShortRetention = "config-short-retention" in "config.rs" "site.rs",
        "Says that retentionDays is 1 and keeps a backup that long, as where 1 was meant as one copy.";
    EntityTagKept = "entity-tag-kept" in "get.rs",
        "Keeps the ETag through an overwrite of the same length, as servers do that make it from inode and size.";
    DownloadRefreshes = "download-refreshes" in "expiry.rs",
        "Counts a download as an upload in Last-Modified and in the retention, as caches do that touch what is read.";
    DeletedInHead = "deleted-in-head" in "get.rs",
        "Goes on answering HEAD of a deleted backup with 200, as caches of metadata do.";
    DeletedInListing = "deleted-in-listing" in "listing.rs",
        "Shows who has logged in a list that still names deleted backups, as object storage does that is consistent only later.";
    TrashBin = "trash-bin" in "get.rs",
        "Sends OC-ETag with a backup, as Nextcloud does, whose bin and versions keep what is deleted or replaced.";
    ExpiresEarly = "expires-early" in "expiry.rs", needs Months,
        "Deletes a backup after nine tenths of its retention, as a job does whose number is not the one in config.";
    ExpiresByFirstUpload = "expires-by-first-upload" in "expiry.rs",
        "Counts the retention from the first upload and shows that time, as storage does that keeps the time of creation.";
    ExpiresByAccess = "expires-by-access" in "expiry.rs", needs Months,
        "Counts the retention from the last download or the first upload, as find -atime does where uploads are written in place.";
    ExpiresByTimePutBack = "expires-by-time-put-back" in "expiry.rs", needs Months,
        "Counts the retention from a time that a backup tool sets back by a third of it every night, as after restoring an older copy.";

    // Operation.
    RateLimited = "rate-limited" in "handler.rs", needs Order Leftovers,
        "Answers 429 from the twelfth request on, as Nextcloud does after failed logins.";
    Locked = "locked" in "put.rs", needs Order,
        "Answers every PUT with 423, as WebDAV servers do while a lock of another client is left.";
    UpstreamDown = "upstream-down" in "handler.rs",
        "Answers everything with 502 and an HTML page, as proxies do whose server is down.";
    Maintenance = "maintenance" in "cloud.rs" "handler.rs",
        "Answers everything with 503 and an HTML page, as Nextcloud does in maintenance.";

    // TLS.
    CertificateUnknownRoot = "certificate-unknown-root" in "certificates.rs",
        "Sends a certificate from a root that no client trusts, as servers with their own authority do.";
    CertificateSelfSigned = "certificate-self-signed" in "certificates.rs",
        "Sends a certificate that signed itself, as servers do that were never given another.";
    CertificateExpired = "certificate-expired" in "certificates.rs",
        "Sends a certificate that has expired, as servers do whose renewal failed.";
    CertificateNotYetValid = "certificate-not-yet-valid" in "certificates.rs",
        "Sends a certificate that begins the day after tomorrow, as where the clock of the authority is wrong.";
    CertificateExpiresSoon = "certificate-expires-soon" in "certificates.rs",
        "Sends a certificate that has five of its 90 days left, as servers do whose renewal does not run.";
    CertificateWrongName = "certificate-wrong-name" in "certificates.rs",
        "Sends a certificate for other.example, as servers do that answer with their default site.";
    CertificateCommonNameOnly = "certificate-common-name-only" in "certificates.rs",
        "Sends a certificate that has the name in its subject alone, as old instructions for OpenSSL make it.";
    CertificateWildcardTooDeep = "certificate-wildcard-too-deep" in "certificates.rs" "server.rs", needs Address,
        "Has the name backup.cloud.safe.localhost and sends a certificate for *.safe.localhost, whose star stands for one label.";
    CertificateChainIncomplete = "certificate-chain-incomplete" in "certificates.rs",
        "Sends its certificate without the intermediate one, as servers do that were given cert.pem instead of fullchain.pem.";
    CertificateChainOrder = "certificate-chain-order" in "certificates.rs",
        "Sends two intermediate certificates in the wrong order, as servers do whose chain was put together by hand.";
    CertificateChainSuperfluous = "certificate-chain-superfluous" in "certificates.rs",
        "Sends an expired certificate along that leads nowhere, as servers do whose chain was never cleaned up.";
    CertificateNoServerAuth = "certificate-no-server-auth" in "certificates.rs",
        "Sends a certificate without an extended key usage, as private authorities do that were set up by hand.";
    Certificate826Days = "certificate-826-days" in "certificates.rs",
        "Sends a certificate that is valid for 826 days, as private authorities with old defaults do.";
    Certificate399Days = "certificate-399-days" in "certificates.rs", needs PublicRoot,
        "Sends a certificate that is valid for 399 days, more than a public authority may issue.";
    Certificate300Days = "certificate-300-days" in "certificates.rs", needs PublicRoot,
        "Sends a certificate that is valid for 300 days, more than a public authority may issue since March 2026.";
    CertificateOneTimestamp = "certificate-one-timestamp" in "certificates.rs", needs PublicRoot,
        "Sends a certificate with one signed certificate timestamp, where a public authority embeds at least two.";
    CertificateMustStaple = "certificate-must-staple" in "certificates.rs",
        "Sends a certificate that demands a stapled answer of OCSP, and no such answer.";
    CertificateRsa1024 = "certificate-rsa-1024" in "certificates.rs" "flight.rs",
        "Sends a certificate with a key of RSA 1024, as old appliances do, and completes no handshake.";
    CertificateRsa2047 = "certificate-rsa-2047" in "certificates.rs" "flight.rs",
        "Sends a certificate with a key of RSA 2047, one bit short, and completes no handshake.";
    CertificateP224 = "certificate-p-224" in "certificates.rs" "flight.rs",
        "Sends a certificate with a key on the curve P-224, and completes no handshake.";
    CertificateSha1 = "certificate-sha-1" in "certificates.rs" "flight.rs",
        "Sends a certificate that is signed with SHA-1, as old authorities do, and completes no handshake.";
    Tls10Only = "tls-1-0-only" in "flight.rs",
        "Speaks TLS 1.0 at most, as old appliances do, and completes no handshake.";
    Tls11Only = "tls-1-1-only" in "flight.rs",
        "Speaks TLS 1.1 at most, as old appliances do, and completes no handshake.";
    Tls12Only = "tls-1-2-only" in "certificates.rs",
        "Does not speak TLS 1.3, as servers do with OpenSSL 1.0.";
    Tls13Only = "tls-1-3-only" in "certificates.rs",
        "Speaks TLS 1.3 alone, as servers do that were set to what is newest.";
    TlsOldVersionsAccepted = "tls-old-versions-accepted" in "flight.rs",
        "Accepts TLS 1.0 and 1.1, too, as servers do whose ssl_protocols was never changed.";
    SuitesWithoutForwardSecrecy = "suites-without-forward-secrecy" in "flight.rs",
        "Accepts only suites of TLS 1.2 without forward secrecy, as old appliances do, and completes no handshake.";
    SuitesFiniteField = "suites-finite-field" in "flight.rs",
        "Accepts only suites of TLS 1.2 with finite-field Diffie-Hellman, and completes no handshake.";
    SuitesCbc = "suites-cbc" in "flight.rs",
        "Accepts only suites of TLS 1.2 with elliptic curves and CBC, which iOS takes and rustls does not, and completes no handshake.";
    SuitesCbcSha2 = "suites-cbc-sha2" in "flight.rs",
        "Accepts only suites of TLS 1.2 with CBC and SHA-2, which iOS has left behind, and completes no handshake.";
    SuitesWeakAccepted = "suites-weak-accepted" in "flight.rs",
        "Accepts suites without forward secrecy, too, as nginx and Apache do by default.";
    AlpnAbsent = "alpn-absent" in "certificates.rs",
        "Does not answer to ALPN, as servers do with a TLS library from before 2014.";
    ServerNameRefused = "server-name-refused" in "flight.rs",
        "Refuses the name that clients send with the alert unrecognized_name, as servers do that know another name.";
    ClientCertificateDemanded = "client-certificate-demanded" in "certificates.rs",
        "Demands a certificate of the client, as nginx does with ssl_verify_client on.";
    TlsClosed = "tls-closed" in "flight.rs",
        "Closes the connection when a TLS handshake begins, as firewalls do that look into it.";
    TlsPlainHttp = "tls-plain-http" in "flight.rs",
        "Speaks plain HTTP on the port of https, as nginx does where `ssl` is left out after `listen`.";
    TlsGarbage = "tls-garbage" in "flight.rs",
        "Answers a TLS handshake with bytes that mean nothing, as another service on that port does.";
    ClockWrong = "clock-wrong" in "handler.rs",
        "Has a clock that is two hours ahead, as servers do without the time of the network.";
    Http2Absent = "http2-absent" in "certificates.rs",
        "Offers HTTP/1.1 alone in TLS, as servers without a proxy do.";
    Http1Absent = "http1-absent" in "certificates.rs" "server.rs",
        "Offers HTTP/2 alone in TLS, as gateways do that were set to HTTP/2 alone.";
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// The error for a name that no fault has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown fault `{0}`")]
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
    /// Returns whether `fault` is in the set.
    pub(super) const fn contains(self, fault: Fault) -> bool {
        self.0[fault as usize / 64] & (1 << (fault as usize % 64)) != 0
    }

    /// Returns the first of `faults` that is in the set.
    pub(super) fn first_of(self, faults: &[Fault]) -> Option<Fault> {
        faults.iter().copied().find(|fault| self.contains(*fault))
    }
}

// One bit per fault.
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
    fn a_fault_is_made_where_the_catalogue_says() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reference");
        let sources: Vec<(String, String)> = ["", "profile", "tree"]
            .into_iter()
            .flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("the room"))
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| {
                let name = path.strip_prefix(&root).expect("it is in the room");
                let text = std::fs::read_to_string(&path).expect("a source file");
                let code = text.split("#[cfg(test)]\nmod tests").next();
                (
                    name.display().to_string(),
                    code.unwrap_or_default().to_owned(),
                )
            })
            .filter(|(name, _)| {
                !matches!(
                    name.as_str(),
                    "mod.rs" | "faults.rs" | "profile/catalogue.rs" | "profile/pieces.rs"
                )
            })
            .collect();
        for fault in Fault::ALL {
            let word = format!("Fault::{fault:?}");
            let names = |text: &str| {
                text.match_indices(&word).any(|(at, _)| {
                    let after = text[at + word.len()..].chars().next();
                    after.is_none_or(|next| !next.is_alphanumeric())
                })
            };
            let mut found: Vec<_> = sources
                .iter()
                .filter(|(_, text)| names(text))
                .map(|(name, _)| name.as_str())
                .collect();
            found.sort_unstable();
            assert_eq!(found, fault.places(), "{fault}");
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
