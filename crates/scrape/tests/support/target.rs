//! A scripted HTTP target: one answer per request, the last one again and again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a target does when asked.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A page in the classic text format.
    Page(String),
    /// A page with this content type.
    Typed(&'static str, String),
    /// Status line, headers and body as given.
    Raw(Vec<u8>),
    /// Nothing, and the connection stays open.
    Hang,
    /// Samples without end.
    Endless,
    /// These bytes without end, after those.
    Repeat(&'static [u8], &'static [u8]),
    /// A page that comes a byte at a time.
    Drip,
    /// Closes the connection.
    Close,
}

/// A running target; ends when dropped.
pub(crate) struct Target {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Target {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Target {
    pub(crate) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let script = Script { answers: Arc::new(answers), requests: Arc::clone(&requests) };
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                open.spawn(script.clone().serve(stream));
            }
        });
        Self { address, requests, connections, task }
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

#[derive(Clone)]
struct Script {
    answers: Arc<Vec<Answer>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    async fn serve(self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        loop {
            let mut chunk = [0; 4096];
            match stream.read(&mut chunk).await {
                Ok(read) if read > 0 => buffer.extend_from_slice(&chunk[..read]),
                _ => return,
            }
            if !buffer.ends_with(b"\r\n\r\n") {
                continue;
            }
            let turn = {
                let mut requests = self.requests.lock().expect("not poisoned");
                requests.push(String::from_utf8_lossy(&buffer).into_owned());
                requests.len() - 1
            };
            buffer.clear();
            let answer = self.answers[turn.min(self.answers.len() - 1)].clone();
            if respond(&mut stream, answer).await.is_none() {
                return;
            }
        }
    }
}

async fn respond(stream: &mut TcpStream, answer: Answer) -> Option<()> {
    match answer {
        Answer::Page(body) => send(stream, "text/plain; version=0.0.4", &body).await,
        Answer::Typed(content_type, body) => send(stream, content_type, &body).await,
        Answer::Raw(bytes) => stream.write_all(&bytes).await.ok(),
        Answer::Hang => std::future::pending().await,
        Answer::Endless => repeat(stream, PAGE, b"endless_metric 1\n").await,
        Answer::Repeat(start, bytes) => repeat(stream, start, bytes).await,
        Answer::Drip => {
            stream.write_all(PAGE).await.ok()?;
            for byte in b"slow_metric 1\n".iter().cycle() {
                stream.write_all(&[*byte]).await.ok()?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            None
        }
        Answer::Close => None,
    }
}

/// The head of a page whose end is that of the connection.
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";

async fn repeat(stream: &mut TcpStream, start: &[u8], bytes: &[u8]) -> Option<()> {
    stream.write_all(start).await.ok()?;
    let many = bytes.repeat(16_384 / bytes.len());
    loop {
        stream.write_all(&many).await.ok()?;
    }
}

async fn send(stream: &mut TcpStream, content_type: &str, body: &str) -> Option<()> {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()
}

/// A whole response with these headers.
pub(crate) fn raw(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Answer::Raw(bytes)
}
