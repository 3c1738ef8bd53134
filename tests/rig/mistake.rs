//! Mistakes that a client can make on the wire, and the finding that names each.

/// Declares the mistakes: each with the check that must catch it.
macro_rules! mistakes {
    ($($(#[doc = $doc:literal])+ $variant:ident => $check:literal,)*) => {
        /// One mistake.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Mistake {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Mistake {
            /// Every mistake.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The check that must catch it.
            pub const fn check(self) -> &'static str {
                match self {
                    $(Self::$variant => $check,)*
                }
            }
        }
    };
}

mistakes! {
    /// An unknown action is reported as done.
    UnknownActionIsDone => "rig.contract.unsupported",
    /// Everything is reported as done, but nothing is sent.
    DoesNothing => "rig.test.healthy",
    /// Everything fails.
    AlwaysFails => "rig.backup.first",
    /// The client crashes.
    Crashes => "rig.backup.first",
    /// A deletion is reported as done, but none is sent.
    CannotDelete => "rig.delete.healthy",
    /// The backup ID in capital letters.
    CapitalId => "rig.request.path",
    /// Half of the backup ID.
    HalfId => "rig.request.path",
    /// Two slashes between base URL and path.
    DoubledSlash => "rig.request.path",
    /// A slash after the backup ID.
    TrailingSlash => "rig.request.path",
    /// The backup ID is also in a query.
    IdInQuery => "rig.request.path",
    /// The server's password in a query.
    PasswordInQuery => "rig.secret.server-password",
    /// The server's password in a header field besides `Authorization`, as in it.
    PasswordInHeader => "rig.secret.server-password",
    /// The Safe password in a query.
    SafePasswordInQuery => "rig.secret.password",
    /// The Safe password in a header field.
    SafePasswordInHeader => "rig.secret.password",
    /// The Safe password is changed before the derivation.
    PasswordInLowerCase => "rig.request.path",
    /// The Safe password is sent as the server's password.
    SafePasswordAsServerPassword => "rig.secret.password",
    /// The user name is not the server's.
    OtherUser => "rig.request.credentials",
    /// The user name is sent in small letters.
    UserInLowerCase => "rig.login.punctuated.test",
    /// The server's password ends at its first colon.
    PasswordEndsAtColon => "rig.login.punctuated.backup",
    /// The credentials are in the base64 of URLs.
    Base64UrlCredentials => "rig.login.punctuated.restore",
    /// The encryption key in a header field, in hexadecimal digits.
    EncryptionKeyInHeader => "rig.secret.encryption-key",
    /// The whole output of scrypt in a query, in base64.
    MasterKeyInQuery => "rig.secret.encryption-key",
    /// The private key in a header field.
    PrivateKeyInHeader => "rig.secret.private-key",
    /// No `User-Agent`.
    NoUserAgent => "rig.request.user-agent",
    /// The `User-Agent` is that set by the HTTP library.
    OtherUserAgent => "rig.request.user-agent",
    /// No `Content-Type` with an upload.
    NoContentType => "rig.request.content-type",
    /// A `Content-Type` of text with an upload.
    TextContentType => "rig.request.content-type",
    /// `config` is requested with an `Accept` other than JSON's.
    OtherAccept => "rig.request.accept",
    /// An upload without a length.
    Chunked => "rig.request.length",
    /// POST instead of PUT.
    PostForPut => "rig.request.method",
    /// GET instead of DELETE.
    GetForDelete => "rig.delete.healthy",
    /// HEAD instead of GET of `config`.
    HeadForConfig => "rig.request.method",
    /// PROPFIND before everything.
    ProbesWithPropfind => "rig.request.method",
    /// An upload is only to be stored where there is no backup yet.
    UploadsOnlyANewBackup => "rig.request.unconditional",
    /// An upload claims to be compressed on the way.
    ClaimsACoding => "rig.request.unconditional",
    /// All of a backup is requested as a range.
    DownloadsARange => "rig.request.unconditional",
    /// A GET has a body.
    BodyWithAGet => "rig.request.unconditional",
    /// The upload comes before the request for `config`.
    UploadsBeforeConfig => "rig.request.config-first",
    /// `config` is never requested.
    NeverAsksForConfig => "rig.request.config-first",
    /// The usual values count, whatever `config` says.
    AnyConfigWillDo => "rig.test.portal",
    /// Any JSON counts as `config`, with the usual values.
    AnyJsonIsConfig => "rig.config.null",
    /// The limit is ignored.
    IgnoresLimit => "rig.backup.limit-small",
    /// One byte above the limit is uploaded.
    OneByteTooMany => "rig.backup.limit-below",
    /// One byte below the limit is not uploaded.
    TwoBytesTooFew => "rig.backup.limit-above",
    /// A nonce of zeros.
    ZeroNonce => "rig.body.nonce",
    /// Always the same nonce.
    SameNonce => "rig.body.nonce",
    /// A nonce that is a hash of key and document.
    NonceOfContent => "rig.body.nonce",
    /// A nonce of 8 random bytes, then zeros.
    PaddedNonce => "rig.body.nonce",
    /// JSON without gzip and box.
    NotSealed => "rig.body.sealed",
    /// A box without gzip.
    NotPacked => "rig.body.sealed",
    /// zlib instead of gzip.
    ZlibForGzip => "rig.body.sealed",
    /// The first half of the master key, which is the backup ID, as the key.
    FirstHalfAsKey => "rig.body.sealed",
    /// The nonce is in front, in reverse order.
    NonceReversed => "rig.body.sealed",
    /// The tag is after the ciphertext.
    TagAtTheEnd => "rig.body.sealed",
    /// The nonce is after the box.
    NonceAtTheEnd => "rig.body.sealed",
    /// The body in base64.
    Base64Body => "rig.body.sealed",
    /// gzip that compresses.
    CompressedGzip => "rig.body.stored-gzip",
    /// A document without `privatekey`.
    NoPrivateKey => "rig.body.document",
    /// A document without `settings`.
    NoSettings => "rig.body.document",
    /// A document without `info`.
    NoInfo => "rig.body.document",
    /// The document's version as a text.
    VersionAsText => "rig.body.document",
    /// A document without its contacts.
    NoContacts => "rig.body.document",
    /// A document without its groups.
    NoGroups => "rig.body.document",
    /// A document without its distribution lists.
    NoLists => "rig.body.document",
    /// A document with `?` for each character beyond ASCII.
    OnlyAscii => "rig.body.document",
    /// A document with `?` for each character beyond the basic plane.
    OnlyTheBasicPlane => "rig.body.document",
    /// A document whose names end after 32 characters.
    NamesCutOff => "rig.body.document",
    /// A document without line feeds in its texts.
    LineFeedsDropped => "rig.body.document",
    /// A document with another private key.
    OtherPrivateKey => "rig.body.document",
    /// The document of the first backup is uploaded again after a change.
    FirstDocumentAgain => "rig.body.document",
    /// 403 is success.
    ForbiddenIsSuccess => "rig.backup.403",
    /// 405 is success.
    MethodRefusedIsSuccess => "rig.backup.405",
    /// 409 is success.
    ConflictIsSuccess => "rig.backup.409",
    /// 423 is success.
    LockedIsSuccess => "rig.backup.423",
    /// 429 is success.
    TooManyIsSuccess => "rig.backup.429",
    /// Any status of an upload counts as success.
    AnyStatusIsSuccess => "rig.backup.500",
    /// 413 is success.
    TooLargeIsSuccess => "rig.backup.413",
    /// A server's error is success.
    ServerErrorIsSuccess => "rig.backup.503",
    /// Only 201 is success.
    OnlyCreatedIsSuccess => "rig.backup.over-old",
    /// Repeats the request without end if the server has an error.
    HammersOnErrors => "rig.request.in-vain",
    /// An answer may take only one second.
    Impatient => "rig.backup.slow",
    /// A redirected upload becomes a GET, and that counts as success.
    FollowsUploadAsGet => "rig.backup.redirect-302",
    /// Credentials are also sent to another host.
    CredentialsToOtherHosts => "rig.hosts.credentials",
    /// Credentials are also sent to another port of the same host.
    CredentialsToOtherPorts => "rig.hosts.credentials",
    /// A redirect to plain HTTP is followed.
    FollowsToPlain => "rig.hosts.plain",
    /// Plain HTTP is also tried.
    FallsBackToPlain => "rig.hosts.plain",
    /// Every certificate is accepted.
    AnyCertificate => "rig.tls.unknown-root.restore",
    /// Every certificate is accepted when the server is only tested.
    AnyCertificateInATest => "rig.tls.unknown-root.test",
    /// Every name in a certificate is accepted.
    AnyName => "rig.tls.wrong-name.restore",
    /// The beginning of a certificate's validity is ignored.
    AnyBeginning => "rig.tls.not-yet-valid.restore",
    /// The purpose of a certificate is ignored.
    AnyPurpose => "rig.tls.client-only.restore",
    /// Every certificate may issue others.
    AnyIssuer => "rig.tls.no-authority.restore",
    /// TLS 1.1 is accepted.
    TakesOldTls => "rig.tls.old-version.restore",
    /// The received part of a broken-off download is used as the backup, whatever it contains.
    AnyBodyIsABackup => "rig.restore.portal",
    /// A broken-off download is restored as far as it was received.
    TakesHalfADownload => "rig.restore.cut-off",
    /// Nothing on the server is restored successfully.
    MissingIsSuccess => "rig.restore.404",
    /// An empty backup is restored successfully.
    EmptyIsSuccess => "rig.restore.empty",
    /// Only small backups are restored.
    SmallDownloads => "rig.restore.large",
    /// The tag is not checked.
    DoesNotCheckTheTag => "rig.restore.tampered",
    /// Only gzip without compression is unpacked.
    OnlyStoredGzip => "rig.restore.compressed",
    /// Data that is not packed is also restored.
    TakesUnpacked => "rig.restore.unpacked",
    /// Every JSON document is restored, whatever it lacks.
    AnyDocumentIsRestored => "rig.payload.version-2",
    /// The restored key differs from the key in the backup.
    RestoresAnotherKey => "rig.restore.healthy",
    /// A backup is deleted as soon as it is restored.
    DeletesAfterARestore => "rig.request.only-reads",
    /// A backup that cannot be restored is deleted.
    DeletesWhatIsBroken => "rig.request.only-reads",
    /// After a restore that failed, a new backup is uploaded over the old one.
    UploadsAfterAFailedRestore => "rig.request.only-reads",
    /// A test deletes the backup.
    DeletesInATest => "rig.request.only-reads",
    /// A test uploads something.
    UploadsInATest => "rig.request.only-reads",
    /// Another backup is deleted.
    DeletesAnother => "rig.request.path",
    /// The old backup is deleted before each upload.
    DeletesBeforeUpload => "rig.backup.507-over-old",
    /// The limit is ignored when the password changes.
    IgnoresLimitOfNewPassword => "rig.password.limit-small",
    /// A change of the password deletes the old backup first.
    DeletesFirst => "rig.password.old-kept",
    /// A change of the password deletes the old backup although the upload failed.
    DeletesAfterAFailedUpload => "rig.request.keeps-backup",
    /// A change of the password leaves the old backup on the server.
    LeavesTheOld => "rig.password.changed",
}
