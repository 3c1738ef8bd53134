//! The programs that the tests need, and how each is started as a server.

use crate::process::{Folder, program};
use std::path::PathBuf;
use std::process::Command;

const NGINX: &str = include_str!("configurations/nginx.conf.in");
const APACHE: &str = include_str!("configurations/apache.conf.in");
const LIGHTTPD: &str = include_str!("configurations/lighttpd.conf.in");
const WSGIDAV: &str = include_str!("configurations/wsgidav.yaml.in");
const SABRE: &str = include_str!("configurations/sabre.php");

/// A program that a server needs, and the package that contains it.
pub struct Need {
    pub program: &'static str,
    pub package: &'static str,
}

pub const NEED_NGINX: Need = Need {
    program: "nginx",
    package: "Debian's nginx",
};
pub const NEED_APACHE: Need = Need {
    program: "apache2",
    package: "Debian's apache2-bin",
};
pub const NEED_LIGHTTPD: Need = Need {
    program: "lighttpd",
    package: "Debian's lighttpd and lighttpd-mod-webdav",
};
pub const NEED_RCLONE: Need = Need {
    program: "rclone",
    package: "Debian's rclone",
};
pub const NEED_PHP: Need = Need {
    program: "php",
    package: "Debian's php-cli and php-sabre-dav",
};
pub const NEED_WSGIDAV: Need = Need {
    program: "wsgidav",
    package: "wsgidav and cheroot of tests/servers/requirements.txt",
};

pub const NEED_CADDY: Need = Need {
    program: "caddy",
    package: "Debian's caddy",
};

/// Caddy as Debian has it: without the module for `WebDAV`.
const CADDY: &str = "{
  admin off
  auto_https off
  storage file_system @DIRECTORY@/run
}
http://127.0.0.1:@PORT@ {
  root * @DIRECTORY@/files
  file_server
}
";

pub fn caddy(folder: &Folder, port: u16) -> Command {
    let configuration = folder.configure("Caddyfile", CADDY, port, "");
    let mut command = NEED_CADDY.command();
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(configuration);
    command
}

impl Need {
    pub fn path(&self) -> Option<PathBuf> {
        program(self.program, &self.program.to_ascii_uppercase())
    }

    pub fn command(&self) -> Command {
        Command::new(self.path().expect("looked for before the test began"))
    }
}

pub fn nginx_command(folder: &Folder, port: u16, server: &str) -> Command {
    let configuration = folder.configure("nginx.conf", NGINX, port, server);
    let mut command = NEED_NGINX.command();
    command
        .arg("-e")
        .arg(folder.run().join("error.log"))
        .arg("-c")
        .arg(configuration);
    command
}

pub fn apache(folder: &Folder, port: u16, server: &str) -> Command {
    let configuration = folder.configure("apache.conf", APACHE, port, server);
    let mut command = NEED_APACHE.command();
    command.arg("-DFOREGROUND").arg("-f").arg(configuration);
    command
}

pub fn lighttpd(folder: &Folder, port: u16) -> Command {
    let configuration = folder.configure("lighttpd.conf", LIGHTTPD, port, "");
    let mut command = NEED_LIGHTTPD.command();
    command.arg("-D").arg("-f").arg(configuration);
    command
}

pub fn rclone(folder: &Folder, port: u16) -> Command {
    let mut command = NEED_RCLONE.command();
    command
        .args(["serve", "webdav", "--user", "safe"])
        .args(["--pass", "s3cret-loopback"])
        .args(["--addr", &format!("127.0.0.1:{port}")])
        // The rest of a cut-off upload must be visible at once, not five minutes later.
        .args(["--dir-cache-time", "0s"])
        .arg(folder.files())
        .env("RCLONE_CONFIG", "/dev/null");
    command
}

pub fn sabre(folder: &Folder, port: u16) -> Command {
    let script = folder.write("sabre.php", SABRE);
    let mut command = NEED_PHP.command();
    command
        .arg("-S")
        .arg(format!("127.0.0.1:{port}"))
        .arg(script)
        .env("SAFE_ROOT", folder.files())
        .env("PHP_CLI_SERVER_WORKERS", "4");
    command
}

pub fn wsgidav(folder: &Folder, port: u16) -> Command {
    let configuration = folder.configure("wsgidav.yaml", WSGIDAV, port, "");
    let mut command = NEED_WSGIDAV.command();
    command.arg("--config").arg(configuration);
    command
}
