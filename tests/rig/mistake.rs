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
    /// An action that nobody knows is reported as done.
    UnknownActionIsDone => "rig.contract.unsupported",
    /// Everything is reported as done, and nothing is sent.
    DoesNothing => "rig.test.healthy",
    /// Everything fails.
    AlwaysFails => "rig.backup.first",
    /// The client crashes.
    Crashes => "rig.backup.first",
    /// A deletion is reported as done, and none is sent.
    CannotDelete => "rig.delete.healthy",
    /// The backup ID in capital letters.
    CapitalId => "rig.request.path",
    /// Half of the backup ID.
    HalfId => "rig.request.path",
    /// Two slashes between base URL and path.
    DoubledSlash => "rig.request.path",
    /// The backup ID in a query, too.
    IdInQuery => "rig.request.path",
    /// The server's password in a query.
    PasswordInQuery => "rig.request.path",
    /// The Safe password in a query.
    SafePasswordInQuery => "rig.secret.password",
    /// The Safe password in a header field.
    SafePasswordInHeader => "rig.secret.password",
    /// The Safe password is spelled otherwise before the derivation.
    PasswordInLowerCase => "rig.request.path",
    /// The Safe password is sent as the server's.
    SafePasswordAsServerPassword => "rig.secret.password",
    /// Another user than the server's.
    OtherUser => "rig.request.credentials",
    /// The private key in a header field.
    PrivateKeyInHeader => "rig.secret.private-key",
    /// No `User-Agent`.
    NoUserAgent => "rig.request.user-agent",
    /// The HTTP library's `User-Agent`.
    OtherUserAgent => "rig.request.user-agent",
    /// No `Content-Type` with an upload.
    NoContentType => "rig.request.content-type",
    /// A `Content-Type` of text with an upload.
    TextContentType => "rig.request.content-type",
    /// An `Accept` that is not JSON's with `config`.
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
    /// The upload comes before the question for `config`.
    UploadsBeforeConfig => "rig.request.config-first",
    /// `config` is never asked for.
    NeverAsksForConfig => "rig.request.config-first",
    /// Whatever `config` says, the usual values count.
    AnyConfigWillDo => "rig.test.portal",
    /// The limit counts for nothing.
    IgnoresLimit => "rig.backup.limit-small",
    /// One byte above the limit is uploaded.
    OneByteTooMany => "rig.backup.limit-below",
    /// One byte below the limit is not uploaded.
    TwoBytesTooFew => "rig.backup.limit-above",
    /// A nonce of zeros.
    ZeroNonce => "rig.body.nonce",
    /// Always the same nonce.
    SameNonce => "rig.body.nonce",
    /// JSON without gzip and box.
    NotSealed => "rig.body.sealed",
    /// A box without gzip.
    NotPacked => "rig.body.sealed",
    /// zlib instead of gzip.
    ZlibForGzip => "rig.body.sealed",
    /// The first half of the master key, which is the backup ID, as the key.
    FirstHalfAsKey => "rig.body.sealed",
    /// The nonce stands in front in the reverse order.
    NonceReversed => "rig.body.sealed",
    /// The tag behind the ciphertext.
    TagAtTheEnd => "rig.body.sealed",
    /// The nonce behind the box.
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
    /// Any status of an upload is success.
    AnyStatusIsSuccess => "rig.backup.500",
    /// 413 is success.
    TooLargeIsSuccess => "rig.backup.413",
    /// A server's error is success.
    ServerErrorIsSuccess => "rig.backup.503",
    /// 201 alone is success.
    OnlyCreatedIsSuccess => "rig.backup.over-old",
    /// Asks again and again where the server has an error.
    HammersOnErrors => "rig.request.in-vain",
    /// One second is the longest that an answer may take.
    Impatient => "rig.backup.slow",
    /// A redirected upload becomes a GET, and that succeeds.
    FollowsUploadAsGet => "rig.backup.redirect-302",
    /// Credentials go along to another host.
    CredentialsToOtherHosts => "rig.hosts.credentials",
    /// A redirect to plain HTTP is followed.
    FollowsToPlain => "rig.hosts.plain",
    /// Plain HTTP is tried, too.
    FallsBackToPlain => "rig.hosts.plain",
    /// No certificate is refused.
    AnyCertificate => "rig.tls.unknown-root.restore",
    /// No certificate is refused where the server is only tested.
    AnyCertificateInATest => "rig.tls.unknown-root.test",
    /// No name in a certificate is refused.
    AnyName => "rig.tls.wrong-name.restore",
    /// TLS 1.1 will do.
    TakesOldTls => "rig.tls.old-version.restore",
    /// What arrived of a broken-off download is taken for the backup, whatever it is.
    AnyBodyIsABackup => "rig.restore.portal",
    /// A download that breaks off is taken as far as it came.
    TakesHalfADownload => "rig.restore.cut-off",
    /// Nothing on the server is restored successfully.
    MissingIsSuccess => "rig.restore.404",
    /// An empty backup is restored successfully.
    EmptyIsSuccess => "rig.restore.empty",
    /// Only small backups are restored.
    SmallDownloads => "rig.restore.large",
    /// The tag is not checked.
    DoesNotCheckTheTag => "rig.restore.tampered",
    /// Only stored gzip is unpacked.
    OnlyStoredGzip => "rig.restore.compressed",
    /// What is not packed is restored as well.
    TakesUnpacked => "rig.restore.unpacked",
    /// Another key is restored than was backed up.
    RestoresAnotherKey => "rig.restore.healthy",
    /// Another backup is deleted.
    DeletesAnother => "rig.request.path",
    /// A change of the password deletes the old backup first.
    DeletesFirst => "rig.password.old-kept",
    /// A change of the password leaves the old backup.
    LeavesTheOld => "rig.password.changed",
}
