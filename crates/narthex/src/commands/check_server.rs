//! `narthex check healthy` and `check ready`: asks a running server.

use std::process::ExitCode;

use super::http::Server;
use super::{complain, say};
use crate::cli::HttpFile;

/// Asks for `path` and says what the server said.
pub(crate) async fn run(url: &str, http: &HttpFile, path: &str) -> ExitCode {
    let answered = match Server::new(url, http) {
        Ok(server) => server.get(path, &[]).await,
        Err(error) => Err(error),
    };
    match answered {
        Ok(reply) if reply.status == 200 => {
            say(&format!("  SUCCESS: {}", String::from_utf8_lossy(&reply.body).trim()));
            ExitCode::SUCCESS
        }
        Ok(reply) => {
            let body = String::from_utf8_lossy(&reply.body).into_owned();
            complain(&format!("  FAILED: {url}/{path} answered {} {}", reply.status, body.trim()));
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&format!("  FAILED: {error}"));
            ExitCode::FAILURE
        }
    }
}
