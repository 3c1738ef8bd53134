//! The named obstacles to `setup`. Their names continue those of the catalogue of problems.

use crate::diagnosis::{Product, Recognised};
use Product::{Apache, Caddy, Cloudflare, Lighttpd, Nextcloud, Nginx, Rclone};

/// An obstacle to `setup`.
pub struct Obstacle {
    /// The name, which never changes: `problem.file-in-the-way`.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The same in two sentences.
    pub meaning: &'static str,
    /// What to do on any software.
    pub fix: &'static str,
    /// What to do on software that is recognised.
    pub fixes: &'static [(Product, &'static str)],
    /// The documentation or measurement that says so.
    pub source: &'static str,
}

/// A file exists where a folder should be.
pub(super) const FILE_IN_THE_WAY: Obstacle = Obstacle {
    id: "problem.file-in-the-way",
    title: "a file is in the place of a folder",
    meaning: "The URL must name a folder, and `backups` must be a folder. A file with that name exists instead, and setup deletes nothing.",
    fix: "Rename or delete that file, or choose another folder in the URL.",
    fixes: &[],
    source: "RFC 4918 section 9.3.1",
};

/// A folder exists where `config` should be.
pub(super) const FOLDER_IN_THE_WAY: Obstacle = Obstacle {
    id: "problem.folder-in-the-way",
    title: "a folder is in the place of the file `config`",
    meaning: "`config` must be a file. A folder with that name exists instead, and setup deletes nothing.",
    fix: "Rename or delete that folder, or choose another folder in the URL.",
    fixes: &[],
    source: "RFC 4918 sections 9.1 and 9.7.2",
};

/// The parent of the folder to be made is missing.
pub(super) const PARENT_MISSING: Obstacle = Obstacle {
    id: "problem.parent-missing",
    title: "the folder above the one in the URL does not exist",
    meaning: "WebDAV creates one folder at a time, inside an existing one. Most often a name in the URL is misspelled.",
    fix: "Check each part of the URL (capital letters count), or make the folder above first.",
    fixes: &[],
    source: "RFC 4918 section 9.3.1: 409",
};

/// A cloud shows no folder above the one to be made.
pub(super) const PARENT_HIDDEN: Obstacle = Obstacle {
    id: "problem.parent-hidden",
    title: "the app password may not reach files, or the folder above the one in the URL does not exist",
    meaning: "Nextcloud answers 404 for every folder if an app password has no access to files, as if none existed. From outside, a misspelled user or folder looks the same.",
    fix: "Check user and folders in https://HOST/remote.php/dav/files/USER/FOLDER. The user is the name of the account, not the e-mail address. If they are right: Settings, Security, Devices & sessions, the menu of this app password, switch on `Allow filesystem access`. If the folder above is not in the web interface, make it there.",
    fixes: &[],
    source: "servers.nextcloud-app-password",
};

/// The server refuses every write.
pub(super) const READ_ONLY: Obstacle = Obstacle {
    id: "problem.read-only",
    title: "the folder cannot be written with these credentials",
    meaning: "The server lets these credentials read, but not write. A share is read-only, or the user that the server runs as may not write there.",
    fix: "Give this account the right to create and change files in the folder, and give the folder on the server to the user that the server runs as.",
    fixes: &[
        (
            Nextcloud,
            "Give this account or link the rights to create, edit and delete in the share.",
        ),
        (
            Apache,
            "Give the folder to Apache's user (`chown -R www-data FOLDER`), and let the `<Limit>` or `Require` of this folder allow PUT and MKCOL. If it already does, see /var/log/apache2/error.log for the reason.",
        ),
        (
            Nginx,
            "Give the folder to nginx's user (`chown -R www-data FOLDER`), and remove the `limit_except` of this `location` that denies PUT.",
        ),
        (
            Lighttpd,
            "Set `webdav.is-readonly = \"disable\"` for this folder, and give it to lighttpd's user (`chown -R www-data FOLDER`).",
        ),
        (
            Caddy,
            "Give the folder to Caddy's user: `chown -R caddy FOLDER`.",
        ),
        (
            Rclone,
            "Start `rclone serve webdav` without `--read-only`, as a user who may write in the folder.",
        ),
    ],
    source: "RFC 4918 section 9.3.1; servers.unwritable-backups",
};

/// A firewall refuses the request.
pub(super) const FIREWALL: Obstacle = Obstacle {
    id: "problem.firewall",
    title: "a web application firewall refuses the request",
    meaning: "The answer comes from a firewall in front of the server. Such firewalls often refuse the methods of WebDAV (PUT, MKCOL, PROPFIND), which the apps need in part.",
    fix: "Exempt this path from the firewall, or let it allow the methods GET, HEAD, PUT and DELETE, and for setup PROPFIND and MKCOL.",
    fixes: &[
        (
            Cloudflare,
            "Add a WAF rule with the action Skip for this host and path.",
        ),
        (
            Apache,
            "ModSecurity: set `SecRuleEngine Off` in the `<Location>` of this folder, or allow the methods: `SecAction \"id:900200,phase:1,nolog,pass,t:none,setvar:'tx.allowed_methods=GET HEAD OPTIONS PUT DELETE PROPFIND MKCOL'\"` in crs-setup.conf.",
        ),
        (
            Nginx,
            "ModSecurity: set `modsecurity off;` in the `location` of this folder.",
        ),
    ],
    source: "OWASP Core Rule Set, rule 911100; documentation of Cloudflare",
};

/// The server answers an upload as if nothing existed at the URL.
pub(super) const UPLOAD_NOT_ALLOWED: Obstacle = Obstacle {
    id: "problem.upload-not-allowed",
    title: "the folder exists, but an upload into it is answered with 404",
    meaning: "The folder exists, but the server answers `not found` to an upload. It does so if the user that it runs as may not write there, or if this account may not upload.",
    fix: "Give the folder on the server to the user that the server runs as (`chown -R USER FOLDER`), and let this account upload.",
    fixes: &[
        (
            Rclone,
            "Let rclone run as a user who may write in the folder, or give the folder to its user.",
        ),
        (
            Nextcloud,
            "Let the app password access files (Settings, Security), and let the share allow uploads.",
        ),
    ],
    source: "servers.unwritable-backups",
};

/// The server does not make folders.
pub(super) const NO_FOLDERS: Obstacle = Obstacle {
    id: "problem.no-folders",
    title: "this server does not create folders over WebDAV",
    meaning: "The server refuses the method that creates folders (MKCOL). Create the folders on the server itself.",
    fix: "Make the folders on the server, with the commands below, and run the same command again.",
    fixes: &[
        (
            Nginx,
            "Add MKCOL to `dav_methods PUT DELETE MKCOL;` in the `location` of this folder, or make the folders on the server with the commands below.",
        ),
        (
            Apache,
            "Run `a2enmod dav dav_fs`, set `Dav On` in the `<Directory>` of this folder, reload Apache, and run the same command again.",
        ),
        (
            Lighttpd,
            "Load `mod_webdav`, set `webdav.activate = \"enable\"` and `webdav.is-readonly = \"disable\"`, restart lighttpd, and run the same command again.",
        ),
        (
            Caddy,
            "`file_server` accepts no uploads: build Caddy with the module http.handlers.webdav, and use `webdav` for this folder.",
        ),
    ],
    source: "RFC 4918 section 9.3.1: 405; servers.config-proves-nothing",
};

/// An upload was accepted, but a download returns something else.
pub(super) const NOT_STORED: Obstacle = Obstacle {
    id: "problem.not-stored",
    title: "the server accepted `config`, but returns something else",
    meaning: "The upload succeeded, but reading it returns nothing or other bytes. A backup would be lost in the same way.",
    fix: "Look for the reason in the server's log: the user that it runs as may not write there, a cache answers in its place, or a filter changes what passes.",
    fixes: &[
        (
            Rclone,
            "rclone keeps its list of a folder for five minutes: start it with `--dir-cache-time 0s`.",
        ),
        (
            Nextcloud,
            "A file-drop link accepts uploads but returns nothing; make a link that allows reading and editing.",
        ),
    ],
    source: "servers.lying-success, servers.rclone-cache",
};

/// The server redirects the request to another address.
pub(super) const REDIRECTED: Obstacle = Obstacle {
    id: "problem.redirected",
    title: "the server redirects this address",
    meaning: "The apps do not follow a redirect of an upload. The URL must be one that the server answers without a redirect.",
    fix: "Use the address to which the server redirects, if it is a folder and not a page to log in.",
    fixes: &[],
    source: "RFC 9110 section 15.4; clause 4.9",
};

/// Another program changed the server in the meantime.
pub(super) const CHANGED_MEANWHILE: Obstacle = Obstacle {
    id: "problem.changed-meanwhile",
    title: "`config` was made or changed in the meantime",
    meaning: "Another program wrote `config` after setup had read it. Setup did not change it.",
    fix: "Run the same command again; it reads `config` again.",
    fixes: &[],
    source: "RFC 9110 section 15.5.13",
};

/// The server answers with a web page.
pub(super) const WEB_PAGE: Obstacle = Obstacle {
    id: "problem.web-page",
    title: "a web page is returned instead of the file `config`",
    meaning: "The address leads to pages for people: a login page, or the start page of a web application. It is not the address of a folder over WebDAV.",
    fix: "Find the WebDAV address in the settings or the manual of the service, and use it.",
    fixes: &[(
        Nextcloud,
        "The address is https://HOST/remote.php/dav/files/USER/FOLDER. The web interface shows it under Files, Files settings, WebDAV.",
    )],
    source: "servers.config-proves-nothing, servers.symptoms",
};

/// The server limits or locks out this address.
pub(super) const LIMITED: Obstacle = Obstacle {
    id: "problem.limited",
    title: "the server limits or locks out this address",
    meaning: "The server answers 429 after too many requests or wrong passwords from this address. Each further attempt prolongs the lockout.",
    fix: "Wait half an hour, then run the same command again. Every `check` sends one wrong password, which the server may count; `check --no-auth-probes` sends none.",
    fixes: &[(
        Nextcloud,
        "Wait half an hour, or run `occ security:bruteforce:reset ADDRESS` on the server, then run the same command again. Nextcloud counts failed logins, and every `check` sends one wrong password; `check --no-auth-probes` sends none.",
    )],
    source: "RFC 6585 section 4; servers.nextcloud-brute-force",
};

/// The server refuses, and the reason is unknown.
pub(super) const REFUSED: Obstacle = Obstacle {
    id: "problem.refused",
    title: "the server refuses without a reason",
    meaning: "The answer matches no known reason. The server's log may say more.",
    fix: "Look into the server's log for the time of this run.",
    fixes: &[],
    source: "RFC 9110 section 15.5",
};

/// All obstacles.
pub const OBSTACLES: &[Obstacle] = &[
    FILE_IN_THE_WAY,
    FOLDER_IN_THE_WAY,
    PARENT_MISSING,
    PARENT_HIDDEN,
    READ_ONLY,
    FIREWALL,
    UPLOAD_NOT_ALLOWED,
    NO_FOLDERS,
    NOT_STORED,
    REDIRECTED,
    CHANGED_MEANWHILE,
    WEB_PAGE,
    LIMITED,
    REFUSED,
];

impl Obstacle {
    /// Returns the obstacle with this ID.
    pub fn of(id: &str) -> Option<&'static Self> {
        OBSTACLES.iter().find(|obstacle| obstacle.id == id)
    }

    /// Returns everything known about it, one label and text per line.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("title", self.title.to_owned()),
            ("means", self.meaning.to_owned()),
            ("fix", self.fix.to_owned()),
        ];
        let special = self.fixes.iter();
        lines.extend(special.map(|(product, fix)| ("fix", format!("{}: {fix}", product.name()))));
        lines.push(("source", self.source.to_owned()));
        lines
    }

    pub(super) fn fix_for(&self, software: &[Recognised]) -> &'static str {
        let is_seen = |product| software.iter().any(|seen| seen.product == product);
        let special = self.fixes.iter().find(|(product, _)| is_seen(*product));
        special.map_or(self.fix, |(_, fix)| fix)
    }
}
