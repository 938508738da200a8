//! The Pushgateway client, for batch jobs that end before anybody scrapes them.
//!
//! Plain HTTP over a TCP connection of its own for each push; behind TLS use a local proxy.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use narthex_model::names::is_legacy_label_name;

use crate::{EscapingScheme, Protocol, Registry};

/// Longest answer that is read.
const ANSWER_MAX: u64 = 64 * 1024;

/// Pushes the page of a registry to one group of a Pushgateway.
///
/// A push blocks the calling thread; in an asynchronous program give it to a thread for blocking work. Labels of the group
/// are added by the gateway, so the metrics themselves should not have them.
///
/// ```no_run
/// use narthex_client::{Push, default_registry};
/// Push::new("http://127.0.0.1:9091", "nightly_import")
///     .grouping("instance", "db-1")
///     .push(default_registry())?;
/// # Ok::<(), narthex_client::PushError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Push {
    url: String,
    grouping: Vec<(String, String)>,
    authorization: Option<String>,
    timeout: Duration,
}

/// A push that did not arrive.
#[derive(Debug)]
#[non_exhaustive]
pub enum PushError {
    /// Not `http://host[:port][/path]`.
    Url(String),
    /// A label of the group that the gateway could not take: a name that is empty, reserved, not a classic label name or
    /// given twice; or an empty job.
    Grouping {
        /// The label's name.
        name: String,
        /// Its value.
        value: String,
    },
    /// No connection, or it broke.
    Io {
        /// The gateway's address.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// The gateway refused.
    Refused {
        /// The status line.
        status: String,
        /// The answer's text.
        body: String,
    },
}

impl std::error::Error for PushError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => {
                write!(f, "{url:?} is not the address of a Pushgateway: write http://host:port")
            }
            Self::Grouping { name, value } => write!(
                f,
                "a group cannot have the label {name:?} with the value {value:?}: names are given once and made of letters, \
                 digits and underscores, and the job is not empty"
            ),
            Self::Io { host, source } => write!(f, "cannot push to {host}: {source}"),
            Self::Refused { status, body } => write!(f, "the Pushgateway refused: {status}: {}", body.trim()),
        }
    }
}

impl Push {
    /// A push to the gateway at `url` (`http://` may be left out) in the group of this job.
    pub fn new(url: &str, job: &str) -> Self {
        let scheme = if url.contains("://") { "" } else { "http://" };
        Self {
            url: format!("{scheme}{}", url.trim_end_matches('/')),
            grouping: vec![("job".to_owned(), job.to_owned())],
            authorization: None,
            timeout: Duration::from_secs(10),
        }
    }

    /// Adds a label to the group; its value may be anything, also empty or with slashes.
    #[must_use]
    pub fn grouping(mut self, name: &str, value: &str) -> Self {
        self.grouping.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Names the user by basic authentication.
    #[must_use]
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        self.authorization =
            Some(format!("Basic {}", base64(format!("{user}:{password}").as_bytes(), PLAIN, true)));
        self
    }

    /// How long to wait for the connection and for each answer; ten seconds if not called.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// Replaces everything in the group by the page of `registry`.
    ///
    /// # Errors
    /// When the gateway cannot be reached or refuses.
    pub fn push(&self, registry: &Registry) -> Result<(), PushError> {
        self.send("PUT", &page(registry))
    }

    /// Replaces the metrics of the same names in the group and keeps the others.
    ///
    /// # Errors
    /// When the gateway cannot be reached or refuses.
    pub fn add(&self, registry: &Registry) -> Result<(), PushError> {
        self.send("POST", &page(registry))
    }

    /// Deletes the group.
    ///
    /// # Errors
    /// When the gateway cannot be reached or refuses.
    pub fn delete(&self) -> Result<(), PushError> {
        self.send("DELETE", &[])
    }

    fn send(&self, method: &str, body: &[u8]) -> Result<(), PushError> {
        self.check_grouping()?;
        let url = || PushError::Url(self.url.clone());
        let rest = self.url.strip_prefix("http://").ok_or_else(url)?;
        let (host, prefix) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        if host.is_empty() || host.contains('@') || self.url.contains(['\r', '\n', ' ', '?', '#']) {
            return Err(url());
        }
        let answer = self.exchange(host, prefix, method, body);
        let answer = answer.map_err(|source| PushError::Io { host: host.to_owned(), source })?;
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status =
            head.lines().next().and_then(|line| line.split_once(' ')).map_or("", |(_, status)| status);
        if status.starts_with('2') {
            return Ok(());
        }
        Err(PushError::Refused { status: status.to_owned(), body: text.to_owned() })
    }

    fn check_grouping(&self) -> Result<(), PushError> {
        for (at, (name, value)) in self.grouping.iter().enumerate() {
            let is_twice = self.grouping.iter().take(at).any(|(earlier, _)| earlier == name);
            let is_nameless = at == 0 && value.is_empty();
            if is_twice || is_nameless || !is_legacy_label_name(name) || name.starts_with("__") {
                return Err(PushError::Grouping { name: name.clone(), value: value.clone() });
            }
        }
        Ok(())
    }

    fn exchange(&self, host: &str, prefix: &str, method: &str, body: &[u8]) -> io::Result<String> {
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let address = if has_port { host.to_owned() } else { format!("{host}:80") };
        let mut stream = self.connect(&address)?;
        stream.set_read_timeout(Some(self.timeout))?;
        stream.set_write_timeout(Some(self.timeout))?;
        let authorization =
            self.authorization.as_ref().map_or(String::new(), |value| format!("Authorization: {value}\r\n"));
        let head = format!(
            "{method} {prefix}{} HTTP/1.1\r\nHost: {host}\r\n{authorization}Content-Type: {}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.path(),
            Protocol::PrometheusProto.content_type(EscapingScheme::AllowUtf8),
            body.len(),
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn connect(&self, address: &str) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, self.timeout) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// `/metrics/job/NAME/…`; values that a path cannot carry go as base64.
    fn path(&self) -> String {
        let mut path = String::from("/metrics");
        for (name, value) in &self.grouping {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
            path.push('/');
            path.push_str(name);
            if value.is_empty() {
                path.push_str("@base64/=");
            } else if value.bytes().all(plain) {
                path.push('/');
                path.push_str(value);
            } else {
                path.push_str("@base64/");
                path.push_str(&base64(value.as_bytes(), URL_SAFE, false));
            }
        }
        path
    }
}

fn page(registry: &Registry) -> Vec<u8> {
    registry.encode(Protocol::PrometheusProto, EscapingScheme::AllowUtf8)
}

const PLAIN: [u8; 2] = *b"+/";
const URL_SAFE: [u8; 2] = *b"-_";

/// Base64 with these characters for 62 and 63.
fn base64(bytes: &[u8], last: [u8; 2], padded: bool) -> String {
    let digit = |value: u32| match (value & 63) as u8 {
        small @ 0..=25 => (b'A' + small) as char,
        small @ 26..=51 => (b'a' + small - 26) as char,
        small @ 52..=61 => (b'0' + small - 52) as char,
        62 => last[0] as char,
        _ => last[1] as char,
    };
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = [word >> 18, word >> 12, word >> 6, word].map(digit);
        out.extend(digits.iter().take(chunk.len() + 1));
        if padded {
            out.extend(std::iter::repeat_n('=', 3 - chunk.len()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;

    #[test]
    fn base64_of_the_rfc() {
        for (from, to) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(from.as_bytes(), PLAIN, true), to);
        }
        assert_eq!(base64("a/b?".as_bytes(), URL_SAFE, false), "YS9iPw");
        assert_eq!(base64(&[0xff, 0xfe], URL_SAFE, false), "__4");
    }

    #[test]
    fn groups_are_paths() {
        let push = Push::new("http://h", "a/b").grouping("instance", "db-1").grouping("empty", "");
        assert_eq!(push.path(), "/metrics/job@base64/YS9i/instance/db-1/empty@base64/=");
    }

    /// A gateway that takes one request and gives one answer; tells the head and the body that came.
    fn gateway(answer: &'static str) -> (String, std::thread::JoinHandle<(String, Vec<u8>)>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{}/prefix/", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
            }
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            (head, body)
        });
        (url, thread)
    }

    #[test]
    fn every_method_sends_what_it_should() {
        const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
        let registry = Registry::new();
        crate::Gauge::new("g", "G.").register_in(&registry).set(2.0);
        type Send = fn(&Push, &Registry) -> Result<(), PushError>;
        let methods: [(&str, Send); 3] =
            [("PUT", Push::push), ("POST", Push::add), ("DELETE", |push, _| push.delete())];
        for (method, send) in methods {
            let (url, thread) = gateway(ACCEPTED);
            send(&Push::new(&url, "j").grouping("path", "/a b").basic_auth("u", "p"), &registry).unwrap();
            let (head, body) = thread.join().unwrap();
            let line = format!("{method} /prefix/metrics/job/j/path@base64/L2EgYg HTTP/1.1\r\n");
            assert!(head.starts_with(&line), "{head}");
            assert!(head.contains("\r\nAuthorization: Basic dTpw\r\n"), "{head}");
            assert!(head.contains("\r\nContent-Type: application/vnd.google.protobuf; "), "{head}");
            assert_eq!(body, if method == "DELETE" { Vec::new() } else { page(&registry) });
        }
    }

    #[test]
    fn refusals_and_failures_are_reported() {
        let registry = Registry::new();
        let (url, thread) = gateway("HTTP/1.1 400 Bad Request\r\n\r\nbad label\n");
        let error = Push::new(&url, "j").add(&registry).unwrap_err().to_string();
        assert_eq!(error, "the Pushgateway refused: 400 Bad Request: bad label");
        thread.join().unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let error = Push::new(&closed, "j").push(&registry).unwrap_err();
        assert!(matches!(&error, PushError::Io { host, .. } if *host == closed), "{error}");
        for url in ["ftp://x", "https://x", "http://", "http://u:p@x", "http://a b"] {
            let error = Push::new(url, "j").delete().unwrap_err();
            assert!(matches!(error, PushError::Url(_)), "{error}");
        }
        for (job, name) in [("", "a"), ("j", "job"), ("j", ""), ("j", "__a"), ("j", "a/b")] {
            let error = Push::new("http://x", job).grouping(name, "v").delete().unwrap_err();
            assert!(matches!(error, PushError::Grouping { .. }), "{error}");
        }
    }
}
