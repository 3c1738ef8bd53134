//! The same on the server itself: commands for its shell, where `WebDAV` cannot make folders.

use crate::diagnosis::{Product, Recognised};
use crate::safe::ServerConfig;

/// Returns the commands for the server's shell that make what `setup` makes, a line each.
///
/// `FOLDER` stands for the folder on the disk of the server, which nobody can see from outside.
pub fn commands(config: &ServerConfig, software: &[Recognised]) -> Vec<String> {
    let user = software.iter().find_map(|seen| user_of(seen.product));
    let user = user.unwrap_or("USER");
    let json = config.to_json();
    let mut lines = vec![
        "mkdir -p FOLDER/backups".to_owned(),
        // Never over a config that is there.
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
