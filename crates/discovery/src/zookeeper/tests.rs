//! Against a small server of our own that speaks the protocol: members come, change and go; sessions end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

use super::client::Session;
use super::member;
use super::tree::Tree;

/// Nodes by path, and who watches which path.
#[derive(Default)]
struct Nodes {
    data: BTreeMap<String, String>,
    watched: BTreeSet<String>,
    events: Option<mpsc::UnboundedSender<Vec<u8>>>,
}

/// A server with one client at a time.
#[derive(Clone, Default)]
struct Server {
    nodes: Arc<Mutex<Nodes>>,
    hang_up: Arc<Notify>,
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

impl Server {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        address
    }

    /// Creates, changes or (with `None`) deletes a node, and tells those who watch it or its parent.
    fn set(&self, path: &str, data: Option<&str>) {
        let mut nodes = self.nodes.lock().unwrap();
        let known = match data {
            Some(data) => nodes.data.insert(path.to_owned(), data.to_owned()).is_some(),
            None => nodes.data.remove(path).is_some(),
        };
        for path in [Some(path), (!known || data.is_none()).then(|| parent(path))].into_iter().flatten() {
            if nodes.watched.remove(path) {
                let mut event =
                    [(-1_i32).to_be_bytes(), [0; 4], [0; 4], [0; 4], [0, 0, 0, 3], [0, 0, 0, 3]].concat();
                event.extend_from_slice(&(path.len() as u32).to_be_bytes());
                event.extend_from_slice(path.as_bytes());
                nodes.events.as_ref().map(|events| events.send(event));
            }
        }
    }

    fn answer(&self, message: &[u8]) -> Vec<u8> {
        let (xid, kind) = (&message[..4], message[7]);
        let mut nodes = self.nodes.lock().unwrap();
        let path = match kind {
            11 => String::new(),
            _ => String::from_utf8(message[12..message.len() - 1].to_vec()).unwrap(),
        };
        let mut out = [xid, &[0; 8]].concat();
        let text = |text: &str| [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat();
        let found = nodes.data.get(&path).cloned();
        if kind != 11 && (kind == 3 || found.is_some()) {
            nodes.watched.insert(path.clone());
        }
        match (kind, found) {
            (11, _) => out.extend_from_slice(&[0; 4]),
            (_, None) => out.extend_from_slice(&(-101_i32).to_be_bytes()),
            (4, Some(data)) => out.extend([vec![0; 4], text(&data), vec![0; 68]].concat()),
            (8, Some(_)) => {
                let children: Vec<&String> =
                    nodes.data.keys().filter(|child| parent(child) == path).collect();
                out.extend_from_slice(&[0; 4]);
                out.extend_from_slice(&(children.len() as u32).to_be_bytes());
                children.iter().for_each(|child| out.extend(text(child.rsplit_once('/').unwrap().1)));
            }
            (_, Some(_)) => out.extend_from_slice(&[0; 72]),
        }
        out
    }

    async fn serve(self, stream: TcpStream) {
        let (mut reader, mut writer) = stream.into_split();
        let (sender, mut events) = mpsc::unbounded_channel();
        {
            let mut nodes = self.nodes.lock().unwrap();
            nodes.events = Some(sender);
            nodes.watched.clear();
        }
        let mut first = true;
        loop {
            let length = tokio::select! {
                () = self.hang_up.notified() => return,
                event = events.recv() => {
                    let event = event.unwrap();
                    writer.write_all(&[&(event.len() as u32).to_be_bytes()[..], &event].concat()).await.unwrap();
                    continue;
                }
                length = reader.read_u32() => length,
            };
            let Ok(length) = length else { return };
            let mut message = vec![0; length as usize];
            reader.read_exact(&mut message).await.unwrap();
            let answer = match first {
                // Version, a timeout of 300 ms so that pings are needed soon, session, password.
                true => [&[0; 4][..], &300_u32.to_be_bytes(), &[0; 8], &[0, 0, 0, 16], &[0; 16]].concat(),
                false => self.answer(&message),
            };
            first = false;
            writer.write_all(&[&(answer.len() as u32).to_be_bytes()[..], &answer].concat()).await.unwrap();
        }
    }
}

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn follows_changes() {
    let server = Server::default();
    for (path, data) in [("/svc", ""), ("/svc/a", "1"), ("/svc/a/x", "2"), ("/other", "3")] {
        server.set(path, Some(data));
    }
    let mut session = Session::connect(&server.start().await, LIMIT).await.unwrap();
    let mut tree = Tree::default();
    assert!(tree.read(&mut session, "/svc").await.unwrap());
    let changed = |tree: &mut Tree| tree.take_changed().into_iter().collect::<Vec<_>>();
    assert_eq!(changed(&mut tree), ["/svc", "/svc/a", "/svc/a/x"], "what is elsewhere does not matter");
    assert_eq!(tree.data("/svc/a/x"), Some(&b"2"[..]));

    // Longer than the session's timeout: signs of life keep it.
    let waiting = tokio::time::timeout(Duration::from_millis(700), session.event()).await;
    assert!(waiting.is_err(), "nothing changed, and the session lives: {waiting:?}");

    let next = async |session: &mut Session, tree: &mut Tree| {
        let event = session.event().await.unwrap();
        tree.read(session, &event).await.unwrap();
    };
    server.set("/svc/a/x", Some("changed"));
    next(&mut session, &mut tree).await;
    assert_eq!(changed(&mut tree), ["/svc/a/x"]);
    assert_eq!(tree.data("/svc/a/x"), Some(&b"changed"[..]));

    server.set("/svc/b", Some("new"));
    next(&mut session, &mut tree).await;
    assert_eq!(changed(&mut tree), ["/svc/b"]);

    server.set("/svc/a/x", None);
    let mut gone = Vec::new();
    while tree.data("/svc/a/x").is_some() {
        next(&mut session, &mut tree).await;
        gone.extend(tree.take_changed());
    }
    assert_eq!(gone, ["/svc/a/x"]);

    server.hang_up.notify_one();
    let end = async { while session.event().await.is_ok() {} };
    tokio::time::timeout(LIMIT, end).await.expect("the end of the connection is told");
}

#[tokio::test]
async fn waits_for_a_node_that_is_not_there() {
    let server = Server::default();
    let mut session = Session::connect(&server.start().await, LIMIT).await.unwrap();
    let mut tree = Tree::default();
    assert!(!tree.read(&mut session, "/late").await.unwrap());
    server.set("/late", Some("now"));
    assert_eq!(session.event().await.unwrap(), "/late");
    assert!(tree.read(&mut session, "/late").await.unwrap());
    assert_eq!(tree.data("/late"), Some(&b"now"[..]));
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    assert!(Session::connect(&address, LIMIT).await.is_err());
}

fn labels(meta: &crate::labels::Meta) -> BTreeMap<String, String> {
    meta.labels().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn members() {
    let data = br#"{"serviceEndpoint": {"host": "h", "port": 8080}, "status": "ALIVE", "shard": 3,
        "additionalEndpoints": {"health-check": {"host": "fd00::1", "port": 8081}}}"#;
    let target = labels(&member::serverset("/s/member_1", data).unwrap());
    let expected = [
        ("__address__", "h:8080"),
        ("__meta_serverset_endpoint_host", "h"),
        ("__meta_serverset_endpoint_host_health_check", "fd00::1"),
        ("__meta_serverset_endpoint_port", "8080"),
        ("__meta_serverset_endpoint_port_health_check", "8081"),
        ("__meta_serverset_path", "/s/member_1"),
        ("__meta_serverset_shard", "3"),
        ("__meta_serverset_status", "ALIVE"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(target, BTreeMap::from(expected));
    let older = br#"{"ServiceEndpoint": {"Host": "h", "Port": 1}}"#;
    let target = labels(&member::serverset("/s", older).unwrap());
    assert_eq!((target["__address__"].as_str(), target["__meta_serverset_shard"].as_str()), ("h:1", "0"));

    let target =
        labels(&member::nerve("/n/web", br#"{"host": "fd00::1", "port": 80, "name": "web_1"}"#).unwrap());
    let expected = [
        ("__address__", "[fd00::1]:80"),
        ("__meta_nerve_endpoint_host", "fd00::1"),
        ("__meta_nerve_endpoint_name", "web_1"),
        ("__meta_nerve_endpoint_port", "80"),
        ("__meta_nerve_path", "/n/web"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(target, BTreeMap::from(expected));
    for data in [&b""[..], b"7", b"[1]", b"{", b"\xff"] {
        assert!(member::nerve("/n", data).is_none() && member::serverset("/n", data).is_none(), "{data:?}");
    }
}

#[tokio::test]
async fn groups_of_a_configuration() {
    let server = Server::default();
    server.set("/svc", Some(""));
    server.set("/svc/member_1", Some(r#"{"serviceEndpoint": {"host": "h", "port": 1}}"#));
    server.set("/svc/note", Some("not a member"));
    let config = super::ZooKeeperConfig {
        servers: vec![server.start().await],
        paths: vec!["/svc".to_owned()],
        timeout: LIMIT,
    };
    let config = crate::DiscoveryConfig::Serverset(Box::new(config));
    let groups = crate::discover_once(vec![config], LIMIT).await;
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].source, "/svc/member_1");
    assert_eq!(groups[0].targets[0].get("__address__"), Some("h:1"));
}
