//! The small HTTP client of the tools: one request, the whole answer.

use std::time::Duration;

use http::HeaderMap;
use narthex_http_client::{Client, Connection, HttpOptions, Request};
use url::Url;

use crate::cli::HttpFile;
use crate::server::http_file;

/// The longest that a tool waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(120);
/// The largest answer that is read, in bytes.
const BODY_BYTES_MAX: usize = 1 << 30;

/// Status code and body.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status code.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// A server and how to reach it.
#[derive(Debug)]
pub(crate) struct Server {
    base: Url,
    client: Client,
}

impl Server {
    /// The server at `url`, reached as the file of `--http.config.file` says.
    pub(crate) fn new(url: &str, file: &HttpFile) -> Result<Self, String> {
        let mut base = Url::parse(url).map_err(|error| format!("\"{url}\" is not a URL: {error}"))?;
        if !base.path().ends_with('/') {
            let with_slash = format!("{}/", base.path());
            base.set_path(&with_slash);
        }
        let options = match &file.http_config {
            Some(path) => http_file(path).map_err(|error| format!("--http.config.file: {error}"))?,
            None => HttpOptions::default(),
        };
        Ok(Self { base, client: Client::new(options) })
    }

    /// Asks for `path` with query parameters.
    pub(crate) async fn get(&self, path: &str, params: &[(&str, &str)]) -> Result<Reply, String> {
        let mut url = self.base.join(path).map_err(|error| format!("\"{path}\": {error}"))?;
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        let fail = |error: &dyn std::fmt::Display| format!("Get \"{url}\": {error}");
        let mut connection = Connection::new();
        let request = Request::get(url.clone(), HeaderMap::new());
        let mut body = Vec::new();
        let sent = self.client.fetch(&mut connection, &request, BODY_BYTES_MAX, &mut body);
        match tokio::time::timeout(TIMEOUT, sent).await {
            Ok(Ok(head)) => Ok(Reply { status: head.status.as_u16(), body }),
            Ok(Err(error)) => Err(fail(&error)),
            Err(_) => Err(fail(&format!("no complete answer within {TIMEOUT:?}"))),
        }
    }
}
