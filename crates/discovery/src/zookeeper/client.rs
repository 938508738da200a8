//! A session with one server: questions one after the other, events as they come, pings in between.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::wire::{self, MESSAGE_BYTES_MAX, NO_NODE, Operation, Reader, XID_EVENT, XID_PING};

const DEFAULT_PORT: u16 = 2181;
/// Messages that were read and not yet looked at.
const QUEUE: usize = 64;

/// A running session. Dropping it ends the connection; the server then ends the session by its timeout.
#[derive(Debug)]
pub(super) struct Session {
    messages: mpsc::Receiver<Result<Vec<u8>, String>>,
    writer: OwnedWriteHalf,
    reading: JoinHandle<()>,
    timeout: Duration,
    xid: i32,
    /// The paths of events that came while an answer was waited for.
    events: VecDeque<String>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Session {
    /// Connects to `host[:port]` and asks for a session.
    pub(super) async fn connect(server: &str, limit: Duration) -> Result<Self, String> {
        let address = match server.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => server.to_owned(),
            _ => format!("{server}:{DEFAULT_PORT}"),
        };
        let connecting = timeout(limit, TcpStream::connect(&address)).await;
        let stream = connecting.map_err(|_| format!("no connection within {limit:?}"))?;
        let (mut reader, mut writer) = stream.map_err(|error| error.to_string())?.into_split();
        let limit_ms = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
        let io = |error: std::io::Error| error.to_string();
        writer.write_all(&wire::connect(limit_ms)).await.map_err(io)?;
        let answer = timeout(limit, read_message(&mut reader)).await;
        let answer = answer.map_err(|_| format!("no answer within {limit:?}"))??;
        let granted = wire::session(&answer).filter(|granted| *granted > 0);
        let granted = granted.ok_or("the server refuses a session")?;
        let (sender, messages) = mpsc::channel(QUEUE);
        let reading = tokio::spawn(async move {
            loop {
                let message = read_message(&mut reader).await;
                let over = message.is_err();
                if sender.send(message).await.is_err() || over {
                    return;
                }
            }
        });
        let timeout = Duration::from_millis(u64::from(granted.unsigned_abs()));
        Ok(Self { messages, writer, reading, timeout, xid: 0, events: VecDeque::new() })
    }

    /// What stands in a node, which is watched from now on; `None` when there is none.
    pub(super) async fn data(&mut self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let answer = self.ask(Operation::Data, path).await?;
        answer.map(|answer| Reader(&answer).bytes().map(<[u8]>::to_vec).ok_or_else(damaged)).transpose()
    }

    /// The names of a node's children, which are watched from now on; `None` when there is no such node.
    pub(super) async fn children(&mut self, path: &str) -> Result<Option<Vec<String>>, String> {
        let answer = self.ask(Operation::Children, path).await?;
        answer.map(|answer| Reader(&answer).texts().ok_or_else(damaged)).transpose()
    }

    /// Watches for the creation of a node; whether it is there already.
    pub(super) async fn exists(&mut self, path: &str) -> Result<bool, String> {
        Ok(self.ask(Operation::Exists, path).await?.is_some())
    }

    /// The path of the next node that changed.
    pub(super) async fn event(&mut self) -> Result<String, String> {
        loop {
            if let Some(path) = self.events.pop_front() {
                return Ok(path);
            }
            match timeout(self.timeout / 3, self.messages.recv()).await {
                Ok(message) => {
                    self.take(message.ok_or_else(over)??)?;
                }
                // Silence: a sign of life, which must be answered.
                Err(_) => self.ping().await?,
            }
        }
    }

    async fn ping(&mut self) -> Result<(), String> {
        self.send(&wire::ping()).await?;
        while self.next().await?.0 != XID_PING {}
        Ok(())
    }

    /// The answer's fields; `None` when there is no such node.
    async fn ask(&mut self, operation: Operation, path: &str) -> Result<Option<Vec<u8>>, String> {
        self.xid = self.xid.checked_add(1).unwrap_or(1);
        self.send(&wire::question(self.xid, operation, path)).await?;
        loop {
            let (xid, error, fields) = self.next().await?;
            match error {
                _ if xid != self.xid => {}
                0 => return Ok(Some(fields)),
                NO_NODE => return Ok(None),
                error => return Err(format!("the server answered with the error {error} to {path}")),
            }
        }
    }

    async fn send(&mut self, message: &[u8]) -> Result<(), String> {
        let sent = timeout(self.timeout, self.writer.write_all(message)).await;
        sent.map_err(|_| self.silent())?.map_err(|error| error.to_string())
    }

    fn silent(&self) -> String {
        format!("no answer within {:?}", self.timeout)
    }

    /// The next reply: its number, its error and its fields. Events on the way are kept.
    async fn next(&mut self) -> Result<(i32, i32, Vec<u8>), String> {
        loop {
            let message = timeout(self.timeout, self.messages.recv()).await;
            let message = message.map_err(|_| self.silent())?.ok_or_else(over)??;
            if let Some(reply) = self.take(message)? {
                return Ok(reply);
            }
        }
    }

    /// Keeps an event, gives anything else.
    fn take(&mut self, message: Vec<u8>) -> Result<Option<(i32, i32, Vec<u8>)>, String> {
        let mut reader = Reader(&message);
        let head = reader.head().ok_or_else(damaged)?;
        if head.xid != XID_EVENT {
            return Ok(Some((head.xid, head.error, reader.0.to_vec())));
        }
        let path = reader.event().ok_or_else(damaged)?;
        // An event without a path is about the session, which the connection's end tells as well.
        if !path.is_empty() && !self.events.contains(&path) {
            self.events.push_back(path);
        }
        Ok(None)
    }
}

fn damaged() -> String {
    "the server's message is damaged".to_owned()
}

fn over() -> String {
    "the connection is closed".to_owned()
}

async fn read_message(reader: &mut OwnedReadHalf) -> Result<Vec<u8>, String> {
    let length = reader.read_u32().await.map_err(|error| error.to_string())? as usize;
    if length > MESSAGE_BYTES_MAX {
        return Err(format!("a message of {length} bytes is longer than {MESSAGE_BYTES_MAX}"));
    }
    let mut message = vec![0; length];
    reader.read_exact(&mut message).await.map_err(|error| error.to_string())?;
    Ok(message)
}
