//! Downloads the user's own backup and the config. Nothing is written.

use super::Session;
use crate::clients::{Operation, Transport};
use crate::safe::BackupId;
use crate::safe::Client;
use crate::wire::answer::Answer;
use crate::wire::request::{HttpChoice, Method, Place, Request};
use crate::wire::transcript::Key;

impl Session {
    /// Downloads a user's backup as Android does, reading at most one byte more than `most`.
    /// Redirects are followed only within the same server.
    ///
    /// # Errors
    /// If no answer arrives; the failure names the stage.
    ///
    /// Source: clauses 4.4, 4.7 and 4.8.
    pub async fn download(&self, id: &BackupId, most: usize) -> Answer {
        let request = as_android(Operation::Download, Place::Theirs(*id)).reading_at_most(most);
        self.ask_as_android("backup", request).await
    }

    /// Reads the config as Android does.
    ///
    /// # Errors
    /// If no answer arrives; the failure names the stage.
    ///
    /// Source: clauses 4.2, 4.7 and 4.8.
    pub async fn read_config(&self) -> Answer {
        let request = as_android(Operation::ReadConfig, Place::Config);
        self.ask_as_android("config", request).await
    }

    /// Credentials are sent in UTF-8, which servers accept and Android sent before 6.2. Trying a
    /// second encoding after a refusal would be a second refused login.
    ///
    /// Source: clients.http.login.
    async fn ask_as_android(&self, what: &str, request: Request) -> Answer {
        let key = Key {
            check: format!("inspect.{what}"),
            variant: String::new(),
            n: 0,
        };
        self.one(key, request).await
    }
}

fn as_android(operation: Operation, place: Place) -> Request {
    let mut request = Request::new(Method::Get, place);
    request.http = HttpChoice::Newest;
    let headers = Transport::of(Client::Android).headers(operation);
    headers.iter().fold(request, |request, (name, value)| {
        request.header(name, *value)
    })
}
