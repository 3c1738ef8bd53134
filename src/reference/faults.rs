//! The catalogue of faults: each breaks the server in exactly one way that occurs on real servers.
//!
//! Source: above each group, the facts of the manual that it imitates. A fault without a fact is a
//! mistake that is easily made.

mod set;

pub(super) use set::Faults;

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
    /// TLS: it shows in handshakes or over HTTP/2.
    Tls,
    /// A login of any kind, because it changes who has access.
    Login,
}

macro_rules! faults {
    ($($variant:ident = $name:literal in $($place:literal)+ $(, needs $($need:ident)+)?, $explanation:literal;)*) => {
        /// One way in which the server is broken.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
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
        "Answers 404 for config, like any WebDAV server on which nobody created that file.";
    ConfigHtml = "config-html" in "config.rs",
        "Answers config with 200 and an HTML login page, as a catch-all page or a captive portal does.";
    ConfigMaintenance = "config-maintenance" in "config.rs",
        "Answers config with 503 and an HTML page, as Nextcloud does in maintenance.";
    ConfigEmpty = "config-empty" in "config.rs",
        "Answers config with 200 and no bytes, like any WebDAV server whose file was only touched.";
    ConfigNumberInString = "config-number-in-string" in "config.rs",
        "Writes maxBackupBytes as a string, a typical mistake in a handwritten file that Android forgives and iOS does not.";
    ConfigComment = "config-comment" in "config.rs",
        "Puts a comment into config, a typical mistake in a handwritten file that Android forgives and iOS does not.";
    ConfigTrailingComma = "config-trailing-comma" in "config.rs",
        "Puts a comma after the last member of config, a typical mistake in a handwritten file.";
    ConfigKeyMissing = "config-key-missing" in "config.rs",
        "Leaves retentionDays out of config, a typical mistake in a handwritten file.";
    ConfigFraction = "config-fraction" in "config.rs",
        "Writes maxBackupBytes as 524288.5, which Android truncates and iOS refuses.";
    ConfigZeroLimit = "config-zero-limit" in "config.rs" "site.rs",
        "Sets maxBackupBytes to 0 and enforces no limit, as if 0 meant unlimited.";
    ConfigNegativeLimit = "config-negative-limit" in "config.rs",
        "Sets maxBackupBytes to -1, as if that meant unlimited.";
    ConfigTinyLimit = "config-tiny-limit" in "config.rs",
        "Sets maxBackupBytes to 511, as if it counted kilobytes.";
    ConfigSmallLimit = "config-small-limit" in "config.rs" "site.rs",
        "Sets maxBackupBytes to 131072 and enforces it, which is too little for a user with many contacts.";
    ConfigHugeLimit = "config-huge-limit" in "config.rs",
        "Sets maxBackupBytes to 104857600 but keeps the usual limit, as behind nginx with its default of 1 MiB.";
    ConfigZeroRetention = "config-zero-retention" in "config.rs",
        "Sets retentionDays to 0, which Android reads as 180 and iOS as no time at all.";
    ConfigNegativeRetention = "config-negative-retention" in "config.rs",
        "Sets retentionDays to -1, as if that meant forever.";
    ConfigRetentionOverflow = "config-retention-overflow" in "config.rs",
        "Sets retentionDays to 99999999999, which Android wraps silently to another number.";
    ConfigLarge = "config-large" in "config.rs",
        "Pads config with an unknown key to more than 4096 bytes.";
    ConfigRedirect = "config-redirect" in "config.rs",
        "Redirects config with 301 to config/, like servers that treat it as a folder.";
    ConfigAnonymous = "config-anonymous" in "auth.rs", needs Login,
        "Shows config without credentials, like servers that protect only the backups.";

    ConfigLoginPage = "config-login-page" in "auth.rs", needs Login,
        "Answers config without credentials with 200 and an HTML login page, like portals that expect people, not programs.";
    ConfigDiffersByHttp = "config-differs-by-http" in "config.rs",
        "Sets maxBackupBytes to 131072 only over HTTP/1.1, as if two virtual hosts answered for one name.";
    ConfigAlternates = "config-alternates" in "config.rs",
        "Sets maxBackupBytes to 131072 in every second answer, like two backends that hold different files.";
    ConfigCharset = "config-charset" in "config.rs",
        "Sends config with charset=utf-16 although it is UTF-8, which only Android obeys.";
    ConfigSurplus = "config-surplus" in "config.rs",
        "Sends a line feed after the end of config over HTTP/1.1, like scripts that count only what they print on purpose.";
    Http3Dead = "http3-dead" in "config.rs",
        "Announces HTTP/3 with config although nothing listens on UDP, like Caddy behind a firewall that lets only TCP through.";
    ConfigDuplicateKey = "config-duplicate-key" in "config.rs",
        "Writes maxBackupBytes twice with different numbers; Android uses the last and iOS the first.";

    // Credentials. Source: servers.no-credentials, servers.unread-upload, servers.user-agent,
    // servers.wrong-password, servers.nextcloud-answers.
    AnonymousRead = "anonymous-read" in "auth.rs", needs Login,
        "Lets anybody download a backup, like WebDAV servers that ask for a login only on writes.";
    AnonymousWrite = "anonymous-write" in "auth.rs", needs Login,
        "Lets anybody upload a backup, as a file drop does.";
    AnonymousOverwrite = "anonymous-overwrite" in "auth.rs", needs Login,
        "Lets anybody replace an existing backup, as if only new files needed a login.";
    AnonymousHead = "anonymous-head" in "auth.rs", needs Login,
        "Answers anybody's HEAD of a backup, as if the login covered only GET.";
    AnonymousDelete = "anonymous-delete" in "auth.rs", needs Login,
        "Lets anybody delete a backup, as if the login covered only GET and PUT.";
    AnonymousEverything = "anonymous-everything" in "auth.rs", needs Login,
        "Never looks at credentials although a login is set up, as an editable public link of Nextcloud does.";
    AnonymousListing = "anonymous-listing" in "auth.rs" "listing.rs",
        "Shows anybody an HTML index of the backup IDs, as Apache and nginx do with indexes on and no login on reads.";
    AnonymousListingForbidden = "anonymous-listing-forbidden" in "auth.rs" "listing.rs",
        "Answers anybody's GET of backups with 403 and an HTML page that names the backup IDs, like pages that show what they forbid.";
    AnonymousListingLong = "anonymous-listing-long" in "auth.rs" "listing.rs",
        "Shows anybody an HTML index whose backup IDs follow 1.5 MiB of other text, like pages with inline scripts.";
    AnonymousPropfind = "anonymous-propfind" in "auth.rs" "listing.rs",
        "Answers anybody's PROPFIND with the backup IDs, like WebDAV servers whose login omits that method.";
    ChallengeMissing = "challenge-missing" in "auth.rs", needs Login,
        "Sends 401 without WWW-Authenticate, as Nextcloud does with two-factor login or a link with a password.";
    ChallengeDigestOnly = "challenge-digest-only" in "auth.rs", needs Login,
        "Offers only Digest and refuses Basic, as Apache does with AuthType Digest.";
    ChallengeMissingOnPut = "challenge-missing-on-put" in "auth.rs", needs Login,
        "Omits WWW-Authenticate only from the 401 to a PUT, like proxies that answer uploads themselves.";
    ChallengeResetsUpload = "challenge-resets-upload" in "handler.rs", needs Login,
        "Closes the connection on a PUT of more than 64 KiB without credentials, like servers that do not read the body of a refused request.";
    ChallengeLeavesUpload = "challenge-leaves-upload" in "auth.rs" "certificates.rs", needs Login,
        "Speaks only HTTP/1.1 and leaves the body of a PUT without credentials unread, so that its rest is taken for the next request, like small servers in Python.";
    ChallengeForbidden = "challenge-forbidden" in "auth.rs", needs Login,
        "Sends 403 instead of 401 to a request without credentials, like servers without a challenge.";
    CredentialsRefused = "credentials-refused" in "auth.rs", needs Login,
        "Refuses every password, as Nextcloud refuses the login password if it requires an app password.";
    WrongPasswordAccepted = "wrong-password-accepted" in "auth.rs", needs Login,
        "Requires credentials but accepts any, as Nextcloud's public.php/dav does for a link without a password.";
    CredentialsUtf8Only = "credentials-utf8-only" in "auth.rs", needs Umlauts Login,
        "Understands credentials only in UTF-8, as most servers do.";
    CredentialsLatin1Only = "credentials-latin1-only" in "auth.rs", needs Umlauts Login,
        "Understands credentials only in ISO-8859-1, like servers that follow RFC 2617 to the letter.";
    TokenRefused = "token-refused" in "auth.rs", needs Token Login,
        "Refuses the token of an on-premises server, like a proxy that supports only Basic.";
    SessionCookie = "session-cookie" in "auth.rs" "handler.rs", needs Login,
        "Sets a session cookie that authenticates later requests without credentials, as Nextcloud does.";
    CredentialsEchoed = "credentials-echoed" in "handler.rs",
        "Returns the received Authorization in a header, as debugging proxies do.";
    UserAgentExact = "user-agent-exact" in "handler.rs",
        "Answers 400 unless the User-Agent is exactly Threema, as eee-safe does, which excludes Desktop.";

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
        "Answers PUT with 500, as nginx, Apache and lighttpd do if the folder is not writable.";
    UploadAccepted202 = "upload-accepted-202" in "put.rs",
        "Stores and answers 202, like servers that put uploads into a queue.";
    NoContentWithBody = "no-content-with-body" in "get.rs" "put.rs",
        "Answers every upload and deletion with 204 and a Content-Length of 2, like scripts that set the status and print OK.";
    BackupsMissing = "backups-missing" in "site.rs" "tree/mod.rs",
        "Has no folder backups: answers 409 to PUT and 404 to all other requests below it, as with Apache and lighttpd.";
    UploadNotStored = "upload-not-stored" in "put.rs",
        "Answers 201 and stores nothing, as sabre/dav does if the folder is not writable.";
    UploadRenamed = "upload-renamed" in "put.rs", needs Leftovers,
        "Answers 201 and stores the upload under another name, as a file drop of Nextcloud does.";
    UploadTruncated = "upload-truncated" in "put.rs",
        "Loses the last byte of an upload, like a server or proxy that miscounts.";
    UploadEmpty = "upload-empty" in "put.rs",
        "Answers 201 and stores no bytes, like a server whose proxy drops bodies.";
    UploadTimesOut = "upload-times-out" in "put.rs", needs SlowUplink,
        "Closes the connection in the middle of an upload that takes more than 4 s, as Traefik does after 60 s since 2.11.2.";
    UploadRedirected = "upload-redirected" in "put.rs",
        "Redirects PUT with 307 to another host, as storage clusters do.";
    ExpectStoresNothing = "expect-stores-nothing" in "put.rs",
        "Answers a PUT that expects 100-continue at once with 201 and stores no bytes, as chezdav does.";
    ExpectRefused = "expect-refused" in "put.rs",
        "Answers a PUT that expects 100-continue with 417, as old proxies do.";
    ChunkedRefused = "chunked-refused" in "put.rs",
        "Answers a PUT without a length with 411, like proxies that do not buffer.";
    OverwriteIgnored = "overwrite-ignored" in "put.rs",
        "Answers 204 to a second upload and keeps the first, as write-once storage does.";
    OverwriteRefused = "overwrite-refused" in "put.rs",
        "Answers 403 to a second upload, like WebDAV servers on which files may be created but not changed.";
    OverwriteKeepsTail = "overwrite-keeps-tail" in "put.rs",
        "Writes a shorter upload over the old one and leaves the old tail, like servers that open a file without truncating it.";
    OverwriteMangles = "overwrite-mangles" in "put.rs",
        "Answers 204 to a second upload and keeps the old bytes, cut or padded to the new length, as if only the length were updated.";
    WriteInPlace = "write-in-place" in "put.rs", needs Repeats,
        "Writes an upload into the visible file as it arrives, as rclone, wsgidav and golang.org/x/net/webdav do.";
    CutOffReplaces = "cut-off-replaces" in "site.rs",
        "Replaces the old backup by the received part of a broken-off upload, as Nextcloud does.";
    CutOffDeletes = "cut-off-deletes" in "site.rs",
        "Deletes the old backup when an upload breaks off, as dufs does.";
    CutOffVisible = "cut-off-visible" in "site.rs",
        "Shows the received part of a broken-off upload if no backup existed before, like servers that protect only what they overwrite.";
    CutOffChunkedReplaces = "cut-off-chunked-replaces" in "site.rs",
        "Replaces the old backup by the received part of a broken-off chunked upload, like servers that compare only a declared length.";
    Http2UploadsRefused = "http2-uploads-refused" in "put.rs", needs Tls,
        "Answers PUT over HTTP/2 with 502, like proxies that fail to forward such bodies.";
    Http1DownloadsRefused = "http1-downloads-refused" in "get.rs",
        "Answers GET of a backup over HTTP/1.1 with 505, like gateways that are configured for HTTP/2 only.";

    // Download. Source: servers.get, servers.head, servers.torn-read, servers.validators,
    // servers.desktop-and-eee-safe.
    DownloadTruncated = "download-truncated" in "get.rs",
        "Loses the last byte of a download, with a matching length, like a cache that stored too little.";
    DownloadAppendsNewline = "download-appends-newline" in "get.rs",
        "Adds a line feed to a download, like scripts that print a file.";
    DownloadStatus203 = "download-status-203" in "get.rs",
        "Answers a download with 203, as transforming proxies do, which Desktop does not accept.";
    DownloadEndsEarly = "download-ends-early" in "get.rs",
        "Closes the connection before the end of a download, as Apache does at times while an upload runs.";
    DownloadBreaksDuringUpload = "download-breaks-during-upload" in "get.rs",
        "Closes the connection in the middle of a download while an upload of the same backup runs, like servers that truncate the file first.";
    ContentEncodingOnTheFly = "content-encoding-on-the-fly" in "get.rs",
        "Compresses a download when asked for gzip, as nginx and Apache do if they compress every type.";
    ContentEncodingAlways = "content-encoding-always" in "get.rs",
        "Compresses a download without being asked, like servers that hold only the compressed file.";
    ContentEncodingLabel = "content-encoding-label" in "get.rs",
        "Labels a download as gzip without compressing it when asked for gzip, like servers that guess from the content.";
    ContentEncodingForeign = "content-encoding-foreign" in "get.rs",
        "Sends the gzip of another text when asked for a text with gzip, like caches that mix up two files.";
    ContentGunzipped = "content-gunzipped" in "get.rs",
        "Unpacks a backup that looks like gzip before it sends it, as proxies with gunzip do.";
    ContentHtmlRewritten = "content-html-rewritten" in "get.rs",
        "Puts a script into a backup that looks like HTML, as content delivery networks do.";
    ContentUtf8Mangled = "content-utf8-mangled" in "get.rs",
        "Replaces all bytes that are not UTF-8, like scripts that read a file as text.";
    ContentMangledFf = "content-mangled-ff" in "get.rs",
        "Doubles every byte 0xFF, like gateways that speak a Telnet-like protocol to the server.";
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
        "Answers a missing backup with 403, like object storage that may not be listed.";
    MissingIsError = "missing-is-error" in "get.rs",
        "Answers a missing backup with 500, like scripts that do not handle it.";
    MissingRedirectsToLogin = "missing-redirects-to-login" in "auth.rs" "get.rs" "handler.rs",
        "Redirects a missing backup to a login page, as web applications do.";
    MalformedIdCrashes = "malformed-id-crashes" in "handler.rs",
        "Answers a malformed backup ID with 500, like scripts that do not handle it.";

    // Delete. Source: servers.delete, servers.nextcloud-versions.
    DeleteNotAllowed = "delete-not-allowed" in "get.rs", needs Leftovers,
        "Answers DELETE with 405, as nginx does if dav_methods names only PUT.";
    DeleteNotFound = "delete-not-found" in "get.rs", needs Leftovers,
        "Answers DELETE with 404 and deletes nothing, like applications that have no route for it.";
    DeleteLies = "delete-lies" in "get.rs", needs Leftovers,
        "Answers DELETE with 204 and deletes nothing, as write-once storage does.";
    DeletedIsPage = "deleted-is-page" in "get.rs",
        "Answers GET of a deleted backup with 200 and an HTML page, like web applications that show a bin.";
    DeleteMissingSucceeds = "delete-missing-succeeds" in "get.rs",
        "Answers DELETE of a missing backup with 204, as object storage does.";

    // Limits. Source: servers.size-limit, servers.caddy-limit, servers.rate-limit.
    LimitLower = "limit-lower" in "site.rs",
        "Answers 413 above 100000 bytes regardless of config, as a proxy with a small limit does.";
    LimitLowerResets = "limit-lower-resets" in "site.rs",
        "Closes the connection above 100000 bytes without an answer, like a proxy with a small limit that does not read on.";
    LimitOffByOne = "limit-off-by-one" in "site.rs",
        "Answers 413 to exactly maxBackupBytes, like servers that, like iOS, compare with >=.";
    LimitUnenforced = "limit-unenforced" in "site.rs",
        "Accepts uploads of any size, as every plain WebDAV server does.";

    LimitBadGateway = "limit-bad-gateway" in "site.rs",
        "Answers 502 above 100000 bytes, as Caddy does with request_body max_size before a reverse_proxy.";
    LimitQuota = "limit-quota" in "site.rs",
        "Answers 507 with a message in XML above 300000 bytes, as Nextcloud does if the quota is nearly used up.";
    LimitBuffer = "limit-buffer" in "site.rs",
        "Answers 500 above 16384 bytes, like nginx that cannot write into its client_body_temp_path.";
    LimitForbidden = "limit-forbidden" in "site.rs",
        "Answers 403 and an HTML page above 131072 bytes, as web application firewalls do.";
    LimitNotFound = "limit-not-found" in "site.rs",
        "Answers 404 above 250000 bytes, as IIS does with maxAllowedContentLength.";
    LimitTruncates = "limit-truncates" in "site.rs",
        "Answers 201 and keeps the first 100000 bytes, like storage whose column or buffer is full.";
    LargeVanishes = "large-vanishes" in "get.rs",
        "Deletes a backup of more than 400000 bytes 0.2 seconds after its first download, like a job that keeps a quota.";

    // Paths and privacy. Source: servers.dot-segments, servers.encoded-slash, servers.listing,
    // servers.propfind, servers.upper-case-id, servers.slashes.
    LetterCaseIgnored = "letter-case-ignored" in "route.rs",
        "Treats an ID in upper case as the same backup, as eee-safe and case-insensitive disks do.";
    DoubleSlashRefused = "double-slash-refused" in "route.rs",
        "Answers 404 if a slash is doubled after the base, as sekursranko and eee-safe do.";
    EncodedSlashTraverses = "encoded-slash-traverses" in "route.rs",
        "Follows ..%2f to another file, as nginx, lighttpd and golang.org/x/net/webdav do.";
    ListingAuthenticated = "listing-authenticated" in "listing.rs",
        "Shows every logged-in user an HTML index of the backup IDs, as rclone, wsgidav and sabre/dav do.";
    RedirectEverything = "redirect-everything" in "handler.rs",
        "Redirects every request with 301 to another host, like a server that has moved.";
    RedirectTrailing = "redirect-trailing" in "handler.rs",
        "Redirects a backup with 308 to the same path with a slash at its end, as some web frameworks do.";

    // Retention.
    ConfigShortRetention = "config-short-retention" in "config.rs" "site.rs",
        "Sets retentionDays to 1 and keeps a backup that long, as if 1 meant one copy.";
    EntityTagKept = "entity-tag-kept" in "get.rs",
        "Keeps the ETag through an overwrite of the same length, like servers that make it from inode and size.";
    DownloadRefreshes = "download-refreshes" in "expiry.rs",
        "Counts a download as an upload in Last-Modified and in the retention, like caches that touch each file that is read.";
    DeletedInHead = "deleted-in-head" in "get.rs",
        "Keeps answering HEAD of a deleted backup with 200, as caches of metadata do.";
    DeletedInListing = "deleted-in-listing" in "listing.rs",
        "Shows every logged-in user a list that still names deleted backups, like eventually consistent object storage.";
    TrashBin = "trash-bin" in "get.rs",
        "Sends OC-ETag with a backup, as Nextcloud does, whose bin and versions keep deleted and replaced files.";
    ExpiresEarly = "expires-early" in "expiry.rs", needs Months,
        "Deletes a backup after nine tenths of its retention, like a job whose number is not the one in config.";
    ExpiresByFirstUpload = "expires-by-first-upload" in "expiry.rs",
        "Counts the retention from the first upload and shows that time, like storage that keeps the time of creation.";
    ExpiresByAccess = "expires-by-access" in "expiry.rs", needs Months,
        "Counts the retention from the last download or the first upload, as find -atime does if uploads are written in place.";
    ExpiresByTimePutBack = "expires-by-time-put-back" in "expiry.rs", needs Months,
        "Counts the retention from a time that a backup tool moves back by a third of it every night, as after restoring an older copy.";

    // Operation.
    RateLimited = "rate-limited" in "handler.rs", needs Order Leftovers,
        "Answers 429 from the twelfth request on, as Nextcloud does after failed logins.";
    Locked = "locked" in "put.rs", needs Order,
        "Answers every PUT with 423, as WebDAV servers do while another client's lock remains.";
    ConnectionsClosed = "connections-closed" in "server.rs", needs Order,
        "Closes every fourth connection without an answer, after the first twenty, like a proxy with four backends of which one has gone down.";
    UpstreamRestarts = "upstream-restarts" in "handler.rs", needs Order,
        "Answers every tenth download of a backup with 502, like a proxy whose server restarts time and again.";
    UpstreamOverloaded = "upstream-overloaded" in "handler.rs", needs Order,
        "Answers every third download of a backup with 502, like a proxy whose server has too few processes.";
    UpstreamDown = "upstream-down" in "handler.rs",
        "Answers everything with 502 and an HTML page, like proxies whose server is down.";
    Maintenance = "maintenance" in "cloud.rs" "handler.rs",
        "Answers everything with 503 and an HTML page, as Nextcloud does in maintenance.";

    // TLS.
    CertificateUnknownRoot = "certificate-unknown-root" in "certificates.rs", needs Tls,
        "Sends a certificate from a root that no client trusts, as servers with their own authority do.";
    CertificateSelfSigned = "certificate-self-signed" in "certificates.rs", needs Tls,
        "Sends a certificate that signed itself, like servers that never got another one.";
    CertificateAlternates = "certificate-alternates" in "server.rs", needs Tls Order,
        "Sends a certificate of another authority on every fourth connection after the first twenty, like one of four servers that was forgotten.";
    CertificateExpired = "certificate-expired" in "certificates.rs", needs Tls,
        "Sends a certificate that has expired, like servers whose renewal failed.";
    CertificateNotYetValid = "certificate-not-yet-valid" in "certificates.rs", needs Tls,
        "Sends a certificate that begins the day after tomorrow, as if the clock of the authority were wrong.";
    CertificateExpiresSoon = "certificate-expires-soon" in "certificates.rs", needs Tls,
        "Sends a certificate that has five of its 90 days left, like servers whose renewal does not run.";
    CertificateWrongName = "certificate-wrong-name" in "certificates.rs", needs Tls,
        "Sends a certificate for other.example, like servers that answer with their default site.";
    CertificateCommonNameOnly = "certificate-common-name-only" in "certificates.rs", needs Tls,
        "Sends a certificate that has the name only in its subject, as old instructions for OpenSSL produce.";
    CertificateWildcardTooDeep = "certificate-wildcard-too-deep" in "certificates.rs" "server.rs", needs Address Tls,
        "Has the name backup.cloud.safe.localhost and sends a certificate for *.safe.localhost, whose star stands for one label.";
    CertificateChainIncomplete = "certificate-chain-incomplete" in "certificates.rs", needs Tls,
        "Sends its certificate without the intermediate one, like servers configured with cert.pem instead of fullchain.pem.";
    CertificateChainOrder = "certificate-chain-order" in "certificates.rs", needs Tls,
        "Sends two intermediate certificates in the wrong order, like servers whose chain was put together by hand.";
    CertificateChainSuperfluous = "certificate-chain-superfluous" in "certificates.rs", needs Tls,
        "Also sends an expired certificate that is not part of the chain, like servers whose chain was never cleaned up.";
    CertificateNoServerAuth = "certificate-no-server-auth" in "certificates.rs", needs Tls,
        "Sends a certificate without an extended key usage, like private authorities that were set up by hand.";
    Certificate826Days = "certificate-826-days" in "certificates.rs", needs Tls,
        "Sends a certificate that is valid for 826 days, as private authorities with old defaults do.";
    Certificate399Days = "certificate-399-days" in "certificates.rs", needs PublicRoot Tls,
        "Sends a certificate that is valid for 399 days, more than a public authority may issue.";
    Certificate300Days = "certificate-300-days" in "certificates.rs", needs PublicRoot Tls,
        "Sends a certificate that is valid for 300 days, more than a public authority may issue since March 2026.";
    CertificateOneTimestamp = "certificate-one-timestamp" in "certificates.rs", needs PublicRoot Tls,
        "Sends a certificate with one signed certificate timestamp, where a public authority embeds at least two.";
    CertificateMustStaple = "certificate-must-staple" in "certificates.rs", needs Tls,
        "Sends a certificate that requires a stapled OCSP answer, but sends no such answer.";
    CertificateRsa1024 = "certificate-rsa-1024" in "certificates.rs" "flight.rs", needs Tls,
        "Sends a certificate with a key of RSA 1024, as old appliances do, and completes no handshake.";
    CertificateRsa2047 = "certificate-rsa-2047" in "certificates.rs" "flight.rs", needs Tls,
        "Sends a certificate with a key of RSA 2047, one bit short, and completes no handshake.";
    CertificateP224 = "certificate-p-224" in "certificates.rs" "flight.rs", needs Tls,
        "Sends a certificate with a key on the curve P-224, and completes no handshake.";
    CertificateSha1 = "certificate-sha-1" in "certificates.rs" "flight.rs", needs Tls,
        "Sends a certificate that is signed with SHA-1, as old authorities do, and completes no handshake.";
    Tls10Only = "tls-1-0-only" in "flight.rs", needs Tls,
        "Speaks TLS 1.0 at most, as old appliances do, and completes no handshake.";
    Tls11Only = "tls-1-1-only" in "flight.rs", needs Tls,
        "Speaks TLS 1.1 at most, as old appliances do, and completes no handshake.";
    Tls12Only = "tls-1-2-only" in "certificates.rs", needs Tls,
        "Does not speak TLS 1.3, like servers with OpenSSL 1.0.";
    Tls13Only = "tls-1-3-only" in "certificates.rs", needs Tls,
        "Speaks only TLS 1.3, like servers that are configured for the newest version only.";
    TlsOldVersionsAccepted = "tls-old-versions-accepted" in "flight.rs", needs Tls,
        "Also accepts TLS 1.0 and 1.1, like servers whose ssl_protocols was never changed.";
    SuitesWithoutForwardSecrecy = "suites-without-forward-secrecy" in "flight.rs", needs Tls,
        "Accepts only suites of TLS 1.2 without forward secrecy, as old appliances do, and completes no handshake.";
    SuitesFiniteField = "suites-finite-field" in "flight.rs", needs Tls,
        "Accepts only suites of TLS 1.2 with finite-field Diffie-Hellman, and completes no handshake.";
    SuitesCbc = "suites-cbc" in "flight.rs", needs Tls,
        "Accepts only suites of TLS 1.2 with elliptic curves and CBC, which iOS accepts but rustls does not, and completes no handshake.";
    SuitesCbcSha2 = "suites-cbc-sha2" in "flight.rs", needs Tls,
        "Accepts only suites of TLS 1.2 with CBC and SHA-2, which iOS no longer accepts, and completes no handshake.";
    SuitesWeakAccepted = "suites-weak-accepted" in "flight.rs", needs Tls,
        "Also accepts suites without forward secrecy, as nginx and Apache do by default.";
    AlpnAbsent = "alpn-absent" in "certificates.rs", needs Tls,
        "Does not answer ALPN, like servers with a TLS library from before 2014.";
    ServerNameRefused = "server-name-refused" in "flight.rs", needs Tls,
        "Refuses the name that clients send with the alert unrecognized_name, like servers that know another name.";
    ClientCertificateDemanded = "client-certificate-demanded" in "certificates.rs", needs Tls,
        "Requires a client certificate, as nginx does with ssl_verify_client on.";
    ClientCertificateAsked = "client-certificate-asked" in "certificates.rs", needs Tls,
        "Asks for a client certificate and goes on without one, as nginx does with ssl_verify_client optional.";
    TlsClosed = "tls-closed" in "flight.rs", needs Tls,
        "Closes the connection when a TLS handshake begins, like firewalls that inspect it.";
    TlsPlainHttp = "tls-plain-http" in "flight.rs", needs Tls,
        "Speaks plain HTTP on the port of https, as nginx does if `ssl` is missing after `listen`.";
    TlsGarbage = "tls-garbage" in "flight.rs", needs Tls,
        "Answers a TLS handshake with meaningless bytes, like another service on that port.";
    ClockWrong = "clock-wrong" in "handler.rs",
        "Has a clock that is two hours ahead, like servers without network time.";
    Http2Absent = "http2-absent" in "certificates.rs", needs Tls,
        "Offers only HTTP/1.1 in TLS, as servers without a proxy do.";
    Http1Absent = "http1-absent" in "certificates.rs" "server.rs", needs Tls,
        "Offers only HTTP/2 in TLS, like gateways that are configured for HTTP/2 only.";
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
}
