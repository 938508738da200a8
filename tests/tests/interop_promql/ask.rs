//! Asking a server over one connection that stays open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// A server and a connection to it.
pub(crate) struct Server {
    port: u16,
    connection: Option<BufReader<TcpStream>>,
}

impl Server {
    /// The server on `port` of the loopback address.
    pub(crate) fn new(port: u16) -> Self {
        Self { port, connection: None }
    }

    /// Posts a query and returns the answer.
    pub(crate) fn ask(&mut self, path: &str, query: &str, parameters: &[(&str, String)]) -> Value {
        let mut form = format!("query={}", escape(query));
        for (name, value) in parameters {
            form.push_str(&format!("&{name}={}", escape(value)));
        }
        for _ in 0..2 {
            if let Ok(body) = self.exchange(path, &form) {
                return serde_json::from_slice(&body)
                    .unwrap_or_else(|error| panic!("{query}: {error}: {}", String::from_utf8_lossy(&body)));
            }
            // The server closed an idle connection: once more on a new one.
            self.connection = None;
        }
        panic!("no answer from port {} to {query}", self.port);
    }

    fn exchange(&mut self, path: &str, form: &str) -> std::io::Result<Vec<u8>> {
        let port = self.port;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            empty => empty.insert(BufReader::new(TcpStream::connect(("127.0.0.1", port))?)),
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            form.len()
        );
        connection.get_mut().write_all(head.as_bytes())?;
        let (mut length, mut chunked) = (None, false);
        for line in 0.. {
            let mut text = String::new();
            if connection.read_line(&mut text)? == 0 && line == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let lower = text.trim().to_ascii_lowercase();
            if lower.is_empty() {
                break;
            }
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse::<usize>().ok();
            }
            chunked |= lower == "transfer-encoding: chunked";
        }
        let mut body = vec![0; length.unwrap_or_default()];
        connection.read_exact(&mut body)?;
        while chunked {
            let mut size = String::new();
            connection.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(std::io::Error::other)?;
            let begin = body.len();
            body.resize(begin + size + 2, 0);
            connection.read_exact(&mut body[begin..])?;
            body.truncate(begin + size);
            chunked = size > 0;
        }
        Ok(body)
    }
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
