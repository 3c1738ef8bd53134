//! Problems of a server on which nothing is set up yet, with the complete configuration to add.

use super::Product;
use super::certainty::Certainty;
use super::evidence::{Evidence, Subject};
use super::problem::{BLANK, Breaks, Problem};
use super::shell::{CONFIG, FOLDER, Shell};
use crate::safe::Directions;
use crate::wire::{LoginKind, Method};

/// No login, no config, no `WebDAV`.
pub(super) const NOT_SET_UP: Problem = Problem {
    id: "problem.not-set-up",
    title: "nothing is set up at this address yet (no login, no `config`, no sign of WebDAV)",
    evidence: "`config` is 404 with and without credentials, and PROPFIND of the folder 405 or 501",
    meaning: "A web server answers, but it asks for no login, has no `config`, and shows no WebDAV at this address. The apps need a folder with the file `config` and the folder `backups`, WebDAV for it, and a login.",
    fix: "Set up three things on the server: a folder that holds the file `config` ({\"maxBackupBytes\": 524288, \"retentionDays\": 180}) and a folder `backups`, both owned by the user that the server runs as; WebDAV for it, at least the methods GET, HEAD, PUT and DELETE; a login with HTTP Basic for it. Then reload the server, and run the same command again with --user NAME.",
    fixes: &[
        (
            Product::Apache,
            "On the server, as root, run these lines: they make the folder /srv/threema-safe, switch on WebDAV for it and set up a login; the last line asks twice for the password that you use here. An existing folder of the site at this path is then hidden. (For Debian and Ubuntu. Elsewhere load the modules that the first line names with `LoadModule`, write the file below /etc/httpd/conf.d, and use the user `apache` or `http`.)",
        ),
        (
            Product::Nginx,
            "On the server, as root, run these lines: they make the folder /srv/threema-safe, a `location` for it that accepts uploads, and a login; the last line asks twice for the password that you use here. (For Debian and Ubuntu; elsewhere the user is `nginx` or `http`.) Then put `include snippets/threema-safe.conf;` into the `server` block of this host, below /etc/nginx/sites-enabled, and run `nginx -t && systemctl reload nginx`.",
        ),
        (
            Product::Caddy,
            "`file_server` accepts no uploads: build Caddy with `xcaddy build --with github.com/mholt/caddy-webdav`. In the Caddyfile, set `order webdav before file_server`, and in the site `basic_auth` with a user and the hash of `caddy hash-password`, and `webdav` with `root` and `prefix`. Make `config` and `backups` in that folder, owned by Caddy's user, and run `systemctl restart caddy`.",
        ),
        (
            Product::Lighttpd,
            "Load `mod_webdav`, `mod_auth` and `mod_authn_file` (Debian: the package lighttpd-mod-webdav, then `lighty-enable-mod auth webdav`). For the folder, set `webdav.activate = \"enable\"`, `auth.backend = \"htpasswd\"`, `auth.backend.htpasswd.userfile` and `auth.require` with the method `basic` in lighttpd.conf. Make `config` and `backups` in it, owned by the user that `server.username` names, and restart lighttpd.",
        ),
    ],
    source: "clauses 4.1, 4.2 and 4.8; servers.config-proves-nothing",
    breaks: Breaks::EVERYTHING,
    also: &["auth.challenge"],
    paste: Some(lines),
    in_answer: |evidence| {
        let has_no_webdav = matches!(evidence.beside.folder, Some(405 | 501));
        if !evidence.is_config() || !asks_for_no_login(evidence) {
            return None;
        }
        let is_missing = matches!(evidence.status(), 404 | 405);
        (is_missing && has_no_webdav).then_some(Certainty::Certain)
    },
    ..BLANK
};

/// Returns whether a request without credentials gets the same answer as one with them.
fn asks_for_no_login(evidence: &Evidence<'_>) -> bool {
    let without_login = evidence.beside.without_login.map(|answer| answer.status);
    evidence.login == LoginKind::Open || without_login == Some(evidence.status())
}

/// Returns the lines that set the server up, if the software is known.
fn lines(shell: &Shell<'_>) -> Vec<String> {
    match shell.software.first().map(|seen| seen.product) {
        Some(Product::Apache) => apache(shell),
        Some(Product::Nginx) => nginx(shell),
        _ => Vec::new(),
    }
}

/// Returns the path at which the folder is served, which is never the whole site.
fn place(shell: &Shell<'_>) -> String {
    match shell.path() {
        "" => format!("/{FOLDER}"),
        path => path.to_owned(),
    }
}

/// Returns the lines that create the folder and its files.
fn beginning() -> [String; 3] {
    [
        "mkdir -p /srv/threema-safe/backups".to_owned(),
        format!("test -e /srv/threema-safe/config || echo '{CONFIG}' > /srv/threema-safe/config"),
        "chown -R www-data: /srv/threema-safe".to_owned(),
    ]
}

/// Returns the lines that add a login for this user and keep the others in the file. They come last
/// because they ask a question, and the shell would take lines that follow for the answer. They use
/// `openssl` because none of the servers brings a program for it.
fn login(shell: &Shell<'_>, file: &str) -> Vec<String> {
    let user = shell.user();
    let mut lines = vec![format!(
        "test -e {file} || install -m 640 -g www-data /dev/null {file}"
    )];
    // The first line of a user counts. A name with special characters of a pattern is not removed.
    if user
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@'))
    {
        lines.push(format!("sed -i '/^{user}:/d' {file}"));
    }
    lines.push(format!(
        "hash=$(openssl passwd -apr1) && printf '%s:%s\\n' {user} \"$hash\" >> {file}"
    ));
    lines
}

/// Returns a comment with the new address, if it differs from the one that was entered.
fn new_address(shell: &Shell<'_>) -> Option<String> {
    shell.path().is_empty().then(|| {
        format!(
            "# From now on the address is {}/{FOLDER}: the rest of the site stays as it is.",
            shell.base
        )
    })
}

/// Source: Apache's documentation of `mod_dav`, `mod_dav_fs` and `mod_auth_basic`; tried with
/// Apache 2.4 on Debian.
fn apache(shell: &Shell<'_>) -> Vec<String> {
    let alias = format!("Alias \"{}\" /srv/threema-safe", place(shell));
    let mut lines: Vec<String> = new_address(shell).into_iter().collect();
    lines.push("a2enmod alias dav dav_fs auth_basic authn_file authz_user".to_owned());
    lines.extend(beginning());
    let rest = [
        "install -d -o www-data /var/lib/threema-safe-locks",
        "cat > /etc/apache2/conf-available/threema-safe.conf <<'END'",
        "DavLockDB /var/lib/threema-safe-locks/DavLock",
        &alias,
        "<Directory /srv/threema-safe>",
        "  Dav On",
        "  Options None",
        "  AllowOverride None",
        "  AuthType Basic",
        "  AuthName \"Threema Safe\"",
        "  AuthUserFile /etc/apache2/threema-safe.passwd",
        "  Require valid-user",
        "</Directory>",
        "END",
        "a2enconf threema-safe && apache2ctl configtest && systemctl reload apache2",
    ];
    lines.extend(rest.map(str::to_owned));
    lines.extend(login(shell, "/etc/apache2/threema-safe.passwd"));
    lines
}

/// Source: nginx's documentation of `ngx_http_dav_module` and `ngx_http_auth_basic_module`; tried
/// with nginx 1.22 on Debian.
fn nginx(shell: &Shell<'_>) -> Vec<String> {
    let location = format!("location {}/ {{", place(shell));
    let mut lines: Vec<String> = new_address(shell).into_iter().collect();
    lines.extend(beginning());
    let rest = [
        "cat > /etc/nginx/snippets/threema-safe.conf <<'END'",
        &location,
        "  alias /srv/threema-safe/;",
        "  default_type application/octet-stream;",
        "  dav_methods PUT DELETE;",
        "  client_max_body_size 1m;",
        "  auth_basic \"Threema Safe\";",
        "  auth_basic_user_file /etc/nginx/threema-safe.passwd;",
        "}",
        "END",
    ];
    lines.extend(rest.map(str::to_owned));
    lines.extend(login(shell, "/etc/nginx/threema-safe.passwd"));
    lines
}

/// The fix if the server requires no login.
const LOGIN: &str = "Set up a login with HTTP Basic for this folder: a request without credentials must get 401 with `WWW-Authenticate: Basic realm=\"…\"`.";

/// The server requires no login.
pub(super) const NO_LOGIN: Problem = Problem {
    id: "problem.no-login",
    title: "the server asks for no login here",
    evidence: "`config` is 404 with and without credentials",
    meaning: "The server answers the same with and without the given credentials. iOS sends credentials only when it is asked for them, and nothing protects the backups.",
    fix: LOGIN,
    fixes: &[
        (
            Product::Apache,
            "Set up a login: `a2enmod auth_basic authn_file authz_user`, `printf '%s:%s\\n' NAME \"$(openssl passwd -apr1)\" >> /etc/apache2/threema-safe.passwd`, and in the `<Directory>` of this folder `AuthType Basic`, `AuthName \"Threema Safe\"`, `AuthUserFile /etc/apache2/threema-safe.passwd` and `Require valid-user`; then `systemctl reload apache2`.",
        ),
        (
            Product::Nginx,
            "Set up a login: `printf '%s:%s\\n' NAME \"$(openssl passwd -apr1)\" >> /etc/nginx/threema-safe.passwd`, and in the `location` of this folder `auth_basic \"Threema Safe\";` and `auth_basic_user_file /etc/nginx/threema-safe.passwd;`; then `nginx -s reload`.",
        ),
        (
            Product::Caddy,
            "Set up a login: `basic_auth` with a user and the hash of `caddy hash-password` in the site of the Caddyfile; then `systemctl reload caddy`.",
        ),
        (
            Product::Rclone,
            "Start `rclone serve webdav` with `--user NAME --pass PASSWORD`, or with `--htpasswd FILE`.",
        ),
        (
            Product::Wsgidav,
            "Set `simple_dc: user_mapping:` with a user and a password for this share in wsgidav.yaml, not `true`, and restart it.",
        ),
    ],
    source: "clause 4.8; RFC 9110 section 15.5.2",
    breaks: Breaks {
        android: Directions::NONE,
        ..Breaks::IOS
    },
    in_answer: |evidence| {
        let is_bare = evidence.subject == Subject::Config
            && evidence.method == Method::Get
            && !evidence.with_credentials;
        let person = evidence.beside.person?;
        let is_same = person == evidence.status() && person == 404;
        (is_bare && is_same && evidence.login == LoginKind::Basic).then_some(Certainty::Likely)
    },
    ..BLANK
};
