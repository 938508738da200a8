//! Which proxy leads to a host, and how it is asked for a tunnel; used by `connect` and `client`.

use std::net::IpAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use crate::connect::{Origin, Stream};
use crate::credentials::basic_from_url;
use crate::{ClientError, ProxyOptions};

/// The longest answer to a `CONNECT` that is read, in bytes.
const CONNECT_ANSWER_BYTES_MAX: usize = 16 << 10;

/// Options made ready, the environment read.
#[derive(Debug, Default)]
pub(crate) struct Proxy {
    plain: Option<Url>,
    tls: Option<Url>,
    /// `None`: not even local hosts are reached directly.
    direct: Option<String>,
    connect_headers: ProxyOptions,
}

impl Proxy {
    pub(crate) fn new(options: ProxyOptions) -> Self {
        if options.from_environment {
            let variable = |name: &str| {
                let value = std::env::var(name).or_else(|_| std::env::var(name.to_lowercase()));
                value.ok().filter(|value| !value.is_empty())
            };
            let proxy = |name| variable(name).and_then(|text| parse(&text));
            return Self {
                plain: proxy("HTTP_PROXY"),
                tls: proxy("HTTPS_PROXY"),
                direct: Some(variable("NO_PROXY").unwrap_or_default()),
                connect_headers: options,
            };
        }
        let direct = (!options.no_proxy.is_empty()).then(|| options.no_proxy.clone());
        Self { plain: options.url.clone(), tls: options.url.clone(), direct, connect_headers: options }
    }

    /// The proxy to `origin`, if there is one.
    pub(crate) fn to(&self, origin: &Origin) -> Option<&Url> {
        let proxy = if origin.tls { &self.tls } else { &self.plain };
        let direct = self.direct.as_ref().is_some_and(|list| is_direct(list, &origin.host, origin.port));
        proxy.as_ref().filter(|_| !direct)
    }

    /// Asks the proxy at the other end of `stream` for a tunnel to `origin`.
    pub(crate) async fn tunnel<S: Stream>(
        &self,
        proxy: &Url,
        origin: &Origin,
        stream: &mut S,
    ) -> Result<(), ClientError> {
        let address = origin.address();
        let mut request = format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n");
        let mut header = |name: &str, value: &str| -> Result<(), ClientError> {
            if name.bytes().chain(value.bytes()).any(|byte| byte < b' ') {
                return Err(ClientError::BadHeader(name.to_owned()));
            }
            request.push_str(&format!("{name}: {value}\r\n"));
            Ok(())
        };
        if let Some(credentials) = basic_from_url(proxy) {
            header("Proxy-Authorization", &credentials)?;
        }
        for (name, values) in &self.connect_headers.connect_headers {
            for value in values {
                header(name, value.read().await?.expose())?;
            }
        }
        request.push_str("\r\n");
        let failed = |reason: String| ClientError::Proxy { proxy: shown(proxy), reason };
        stream.write_all(request.as_bytes()).await.map_err(|error| failed(error.to_string()))?;
        let mut answer = Vec::new();
        // Byte by byte, so that nothing of the tunnel is swallowed; an answer is short and comes once a connection.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() > CONNECT_ANSWER_BYTES_MAX {
                return Err(failed("its answer to CONNECT is too long".to_owned()));
            }
            answer.push(stream.read_u8().await.map_err(|error| failed(error.to_string()))?);
        }
        let status = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default());
        match status.split(' ').nth(1) {
            Some("200") => Ok(()),
            _ => Err(failed(format!("it refused the tunnel to {address}: {status}"))),
        }
    }
}

fn parse(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{text}")).ok())
}

/// The proxy without its credentials.
fn shown(proxy: &Url) -> String {
    format!("{}://{}", proxy.scheme(), proxy.host_str().unwrap_or_default())
}

/// Whether `host` is local or on the list, as Go reads `NO_PROXY`.
fn is_direct(list: &str, host: &str, port: u16) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return true;
    }
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        if entry == "*" {
            return true;
        }
        if let (Some((network, bits)), Some(address)) = (entry.split_once('/'), address) {
            return in_network(network, bits, address);
        }
        let (name, only_port) = match entry.rsplit_once(':') {
            Some((name, digits)) if !name.contains(':') => (name, digits.parse::<u16>().ok()),
            _ => (entry, None),
        };
        if only_port.is_some_and(|only| only != port) {
            return false;
        }
        if let Ok(listed) = name.parse::<IpAddr>() {
            return address == Some(listed);
        }
        let suffix = name.strip_prefix("*.").or_else(|| name.strip_prefix('.'));
        let below = |domain: &str| {
            host.len() > domain.len()
                && host.to_ascii_lowercase().ends_with(&format!(".{}", domain.to_ascii_lowercase()))
        };
        match suffix {
            Some(domain) => below(domain),
            None => host.eq_ignore_ascii_case(name) || below(name),
        }
    })
}

fn in_network(network: &str, bits: &str, address: IpAddr) -> bool {
    let Ok(bits) = bits.parse::<u32>() else { return false };
    let same = |a: u128, b: u128, width: u32| bits == 0 || (bits <= width && (a ^ b) >> (width - bits) == 0);
    match (network.parse(), address) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(address)) => {
            same(u32::from(network).into(), u32::from(address).into(), 32)
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(address)) => same(network.into(), address.into(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_direct;

    #[test]
    fn hosts_without_a_proxy() {
        for (list, host, port, expected) in [
            ("", "example.com", 80, false),
            ("", "localhost", 80, true),
            ("", "127.0.0.1", 80, true),
            ("*", "example.com", 80, true),
            ("example.com", "example.com", 80, true),
            ("example.com", "a.EXAMPLE.com", 80, true),
            ("example.com", "badexample.com", 80, false),
            (".example.com", "example.com", 80, false),
            ("*.example.com", "a.example.com", 80, true),
            ("a, example.com:8080", "example.com", 8080, true),
            ("example.com:8080", "example.com", 80, false),
            ("10.0.0.0/8", "10.1.2.3", 80, true),
            ("10.0.0.0/8", "11.1.2.3", 80, false),
            ("10.0.0.0/99", "10.1.2.3", 80, false),
            ("10.1.2.3", "10.1.2.3", 80, true),
            ("fd00::/8", "fd12::1", 80, true),
            ("::1", "fd12::1", 80, false),
        ] {
            assert_eq!(is_direct(list, host, port), expected, "{list} {host}:{port}");
        }
    }
}
