//! A stand-alone `/metrics` server for programs without HTTP: a thread that accepts, one a connection, one request each.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::coding::{self, Coding};
use crate::Registry;

/// Longest request head.
const HEAD_MAX: usize = 16 * 1024;
/// How long a client may take to send its request, and then to take each part of its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most connections at a time; more wait until one of them ends.
const CONNECTIONS_MAX: usize = 16;

/// A running server; it stops when this is dropped.
///
/// ```
/// let registry = narthex_client::Registry::new();
/// let server = narthex_client::serve("127.0.0.1:0", &registry).unwrap();
/// println!("http://{}/metrics", server.address());
/// ```
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Serves `registry` at `/metrics` of this address, on a thread of its own.
///
/// # Errors
/// When the address is taken or not ours.
pub fn serve(address: impl ToSocketAddrs, registry: &Registry) -> io::Result<Server> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let stopping = Arc::new(AtomicBool::new(false));
    let (registry, stop) = (registry.clone(), Arc::clone(&stopping));
    let thread = thread::Builder::new()
        .name("narthex-metrics".to_owned())
        .spawn(move || accept(&listener, &registry, &stop))?;
    Ok(Server { address, stopping, thread: Some(thread) })
}

/// Accepts until told to stop. A client that goes away, sends garbage or nothing concerns nobody else.
fn accept(listener: &TcpListener, registry: &Registry, stop: &AtomicBool) {
    let mut answering: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if stop.load(Ordering::Acquire) {
            return;
        }
        let Ok(stream) = stream else { continue };
        answering.retain(|thread| !thread.is_finished());
        if answering.len() >= CONNECTIONS_MAX {
            let _panicked = answering.swap_remove(0).join();
        }
        let registry = registry.clone();
        let spawned = thread::Builder::new().name("narthex-metrics".to_owned()).spawn(move || {
            let _went_away = answer(stream, &registry);
        });
        answering.extend(spawned);
    }
}

impl Server {
    /// Where it listens; tells the port when it was asked for port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        // A connection wakes the thread, which then sees that it has to stop.
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, registry: &Registry) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = read_head(&mut stream)?;
    let mut lines = head.lines();
    let mut request = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (request.next().unwrap_or_default(), request.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let fields: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let field = |wanted: &str| {
        let values = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        values.map(|(_, value)| value.trim()).collect::<Vec<_>>().join(",")
    };
    let (status, content_type, body, coding) = match (method, path) {
        ("GET" | "HEAD", "/metrics") => {
            let page = registry.page_for(&field("accept"));
            let (body, coding) = coding::negotiate(&field("accept-encoding")).apply(page.body);
            ("200 OK", page.content_type, body, coding)
        }
        ("GET" | "HEAD", _) => {
            ("404 Not Found", "text/plain", b"the metrics are at /metrics\n".to_vec(), Coding::Identity)
        }
        _ => ("405 Method Not Allowed", "text/plain", b"only GET and HEAD\n".to_vec(), Coding::Identity),
    };
    let coding = coding.name().map_or(String::new(), |name| format!("Content-Encoding: {name}\r\n"));
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{coding}Content-Length: {}\r\n\
         Vary: Accept, Accept-Encoding\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
}

fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    let deadline = Instant::now() + PATIENCE;
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        // What is left of the patience, so that a byte now and then does not hold the connection.
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        let read = stream.read(&mut chunk)?;
        if read == 0 || head.len() + read > HEAD_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a request head of at most 16 KiB"));
        }
        head.extend_from_slice(&chunk[..read]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn serves_the_page_and_nothing_else() {
        let registry = Registry::new();
        crate::Gauge::new("g", "").register_in(&registry).set(4.0);
        let server = serve("127.0.0.1:0", &registry).unwrap();
        let page = ask(server.address(), "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(
            page.starts_with("HTTP/1.1 200 OK\r\n") && page.ends_with("\r\n\r\n# TYPE g gauge\ng 4\n"),
            "{page}"
        );
        let accept = "GET /metrics HTTP/1.1\r\naccept: application/openmetrics-text; version=1.0.0\r\n\r\n";
        assert!(ask(server.address(), accept).ends_with("# EOF\n"));
        assert!(ask(server.address(), "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(ask(server.address(), "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        // Somebody who says nothing does not keep the others waiting.
        let _silent = TcpStream::connect(server.address()).unwrap();
        assert!(ask(server.address(), "HEAD /metrics HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
    }
}
