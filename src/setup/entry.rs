//! What a person enters in the apps: the exact text for each field of their dialogs.

use crate::safe::base_url::BaseUrl;
use crate::safe::{Client, Clients};
use crate::wire::Login;

/// One field of a dialog.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The apps whose dialogs have it.
    pub clients: Clients,
    /// The field.
    pub field: &'static str,
    /// What to enter; `None` for a secret.
    pub text: Option<String>,
    /// A remark about this field.
    pub note: Option<&'static str>,
}

/// Returns the fields for this server, from top to bottom of the dialog.
///
/// Android adds `https://` itself and removes it if it is typed; iOS takes the address as typed. So
/// the whole address works in both. Both have separate fields for user name and password, because
/// they read user info in the address differently.
///
/// `is_saved` means that the server made the password, and that it was saved to a file or a
/// keyring.
///
/// Source: clients.http.url-android, clients.http.url-ios.
pub fn entries(base: &BaseUrl, login: &Login, is_saved: bool) -> Vec<Entry> {
    let apps = Clients::of(Client::Android).and(Clients::of(Client::Ios));
    let mut entries = vec![Entry {
        clients: apps,
        field: "server",
        text: Some(base.as_str().to_owned()),
        note: None,
    }];
    match login {
        Login::Basic { user, password } => {
            entries.push(Entry {
                clients: apps,
                field: "user name",
                text: Some(user.clone()),
                note: None,
            });
            let is_empty = password.expose().is_empty();
            entries.push(Entry {
                clients: apps,
                field: "password",
                text: is_empty.then(String::new),
                note: Some(if is_empty {
                    "leave it empty"
                } else if is_saved {
                    "the app password that was saved as shown above; it is not the password of Threema Safe"
                } else {
                    "the password on the server that you gave here; it is not the password of Threema Safe"
                }),
            });
        }
        Login::Open => {}
        Login::Token(_) => entries.push(Entry {
            clients: apps,
            field: "token",
            text: None,
            note: Some("the apps of OnPrem get it from their administrator"),
        }),
    }
    entries
}
