//! `heart-disease-api healthy`: asks a running service, for health checks in images that have no curl.

use std::time::Duration;

use http::Uri;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Succeeds when `GET url` answers 200.
pub async fn probe(url: &Uri) -> Result<(), String> {
    let authority = url.authority().ok_or("--url needs a host, for example http://127.0.0.1:8000/ready")?;
    let asked = tokio::time::timeout(
        PATIENCE,
        status(authority.host(), authority.port_u16().unwrap_or(80), url.path()),
    );
    match asked.await {
        Ok(Ok(200)) => Ok(()),
        Ok(Ok(status)) => Err(format!("{url} answers {status}")),
        Ok(Err(error)) => Err(format!("{url} does not answer: {error}")),
        Err(_) => Err(format!("{url} does not answer within {PATIENCE:?}")),
    }
}

async fn status(host: &str, port: u16, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    // "HTTP/1.1 200" is all that matters.
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    let digits = head.get(9..).and_then(|digits| std::str::from_utf8(digits).ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| std::io::Error::other("the answer is not HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_200_is_healthy() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let routes = axum::Router::new()
            .route("/ready", axum::routing::get(async || "yes"))
            .route("/busy", axum::routing::get(async || http::StatusCode::SERVICE_UNAVAILABLE));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let url = |path: &str| format!("http://127.0.0.1:{port}{path}").parse::<Uri>().unwrap();
        assert_eq!(probe(&url("/ready")).await, Ok(()));
        assert!(probe(&url("/busy")).await.unwrap_err().contains("503"));
        assert!(
            probe(&"http://127.0.0.1:1/".parse().unwrap()).await.unwrap_err().contains("does not answer")
        );
    }
}
