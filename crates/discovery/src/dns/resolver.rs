//! Asking name servers: the system's servers and search list, UDP first, TCP for what does not fit.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::DnsType;
use super::message::{self, Answer, Record};

const SYSTEM_FILE: &str = "/etc/resolv.conf";
const TRY_TIMEOUT: Duration = Duration::from_secs(5);
const DNS_PORT: u16 = 53;

/// Whom to ask, and how short names are completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolver {
    servers: Vec<SocketAddr>,
    search: Vec<String>,
    /// Names with at least so many dots are tried as they are first.
    ndots: usize,
}

impl Resolver {
    /// As the system is set up; without a readable file the name server is the machine itself.
    pub(super) fn of_system() -> Self {
        Self::parse(&std::fs::read_to_string(Path::new(SYSTEM_FILE)).unwrap_or_default())
    }

    pub(super) fn parse(file: &str) -> Self {
        let mut resolver = Self { servers: Vec::new(), search: Vec::new(), ndots: 1 };
        for line in file.lines().map(|line| line.split(['#', ';']).next().unwrap_or_default()) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let server = words.next().and_then(|address| address.parse().ok());
                    resolver.servers.extend(server.map(|address| SocketAddr::new(address, DNS_PORT)));
                }
                Some("search" | "domain") => {
                    resolver.search = words.map(|name| name.trim_matches('.').to_owned()).collect();
                }
                Some("options") => {
                    let ndots =
                        words.filter_map(|word| word.strip_prefix("ndots:")?.parse().ok()).next_back();
                    resolver.ndots = ndots.unwrap_or(resolver.ndots);
                }
                _ => {}
            }
        }
        if resolver.servers.is_empty() {
            resolver.servers.push(SocketAddr::from(([127, 0, 0, 1], DNS_PORT)));
        }
        resolver
    }

    #[cfg(test)]
    pub(super) fn with_server(mut self, server: SocketAddr) -> Self {
        self.servers = vec![server];
        self
    }

    /// The records of `name`, under the first completed name that has any. A name that nobody knows has none.
    pub(super) async fn look_up(&self, name: &str, record_type: DnsType) -> Result<Vec<Record>, String> {
        let mut problem = None;
        for full_name in self.candidates(name) {
            match self.ask_servers(&full_name, record_type).await {
                Ok(Some(records)) if !records.is_empty() => return Ok(records),
                Ok(_) => {}
                Err(reason) => problem = Some(reason),
            }
        }
        problem.map_or_else(|| Ok(Vec::new()), Err)
    }

    fn candidates(&self, name: &str) -> Vec<String> {
        if name.ends_with('.') {
            return vec![name.to_owned()];
        }
        let mut names: Vec<String> = self.search.iter().map(|domain| format!("{name}.{domain}")).collect();
        let at = if name.matches('.').count() >= self.ndots { 0 } else { names.len() };
        names.insert(at, name.to_owned());
        names
    }

    /// `Ok(None)`: there is no such name.
    async fn ask_servers(&self, name: &str, record_type: DnsType) -> Result<Option<Vec<Record>>, String> {
        let mut problem = "no name server".to_owned();
        for server in &self.servers {
            let asked = timeout(TRY_TIMEOUT, ask(*server, name, record_type)).await;
            match asked.unwrap_or_else(|_| Err(format!("no answer from {server} within {TRY_TIMEOUT:?}"))) {
                Ok(records) => return Ok(records),
                Err(reason) => problem = reason,
            }
        }
        Err(problem)
    }
}

async fn ask(server: SocketAddr, name: &str, record_type: DnsType) -> Result<Option<Vec<Record>>, String> {
    let id = RandomState::new().build_hasher().finish() as u16;
    let question =
        message::question(id, name, record_type).ok_or_else(|| format!("\"{name}\" is not a DNS name"))?;
    let io = |error: std::io::Error| format!("{server}: {error}");
    let mut answer = by_udp(server, &question).await.map_err(io)?;
    if message::answer(id, record_type, &answer)? == Answer::CutOff {
        answer = by_tcp(server, &question).await.map_err(io)?;
    }
    match message::answer(id, record_type, &answer)? {
        Answer::Records(records) => Ok(Some(records)),
        Answer::NoSuchName => Ok(None),
        Answer::CutOff => Err(format!("{server}: its answer is cut off even by TCP")),
    }
}

async fn by_udp(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let local = if server.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(local).await?;
    // Connected: answers of others do not arrive.
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).await?;
    answer.truncate(length);
    Ok(answer)
}

async fn by_tcp(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], question].concat()).await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}
