//! Opening connections: name → address → TCP stream; called by `connection`.

use tokio::net::TcpStream;
use url::Url;

use crate::ClientError;

/// Scheme, host and port: what a connection can be reused for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// The origin of a URL.
    pub(crate) fn of(url: &Url) -> Result<Self, ClientError> {
        let bad = || ClientError::BadUrl(url.clone());
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(bad()),
        };
        let host = url.host_str().ok_or_else(bad)?.trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().ok_or_else(bad)?;
        Ok(Self { tls, host, port })
    }

    fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// A connected TCP stream to `origin`; tries every address of the name.
pub(crate) async fn tcp(origin: &Origin) -> Result<TcpStream, ClientError> {
    let failed = |source| ClientError::Connect { address: origin.address(), source };
    let stream = TcpStream::connect((origin.host.as_str(), origin.port)).await.map_err(failed)?;
    // Requests are single writes: waiting for more to send would only add delay.
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}
