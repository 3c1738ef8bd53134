//! Commands for a shell on the server, for software whose `WebDAV` cannot make folders.

use crate::diagnosis::{Product, Recognised};
use crate::safe::ServerConfig;

/// Returns the shell commands that do on the server what `setup` does, one per line.
///
/// `FOLDER` stands for the folder on the server's disk, which does not show from outside.
pub fn commands(config: &ServerConfig, software: &[Recognised]) -> Vec<String> {
    let user = software.iter().find_map(|seen| user_of(seen.product));
    let user = user.unwrap_or("USER");
    let json = config.to_json();
    let mut lines = vec![
        "mkdir -p FOLDER/backups".to_owned(),
        // Never overwrites an existing config.
        format!("test -e FOLDER/config || printf '%s' '{json}' > FOLDER/config"),
        format!("chown -R {user}: FOLDER"),
    ];
    if software
        .iter()
        .any(|seen| seen.product == Product::Nextcloud)
    {
        lines.push("sudo -u www-data php occ files:scan USER".to_owned());
    }
    lines
}

/// Returns the user that a server runs as on Debian and its relatives.
const fn user_of(product: Product) -> Option<&'static str> {
    match product {
        Product::Nextcloud | Product::Apache | Product::Nginx | Product::Lighttpd => {
            Some("www-data")
        }
        Product::Caddy => Some("caddy"),
        _ => None,
    }
}
