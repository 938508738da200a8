//! Listing and watching the objects of one kind: the list in pages, then the stream of changes from its version on.
//!
//! A watch ends after some minutes by itself and goes on from the last version seen. When the server has forgotten that
//! version (410), the list is read again. Failures wait with [`Backoff`].

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue, USER_AGENT};
use narthex_http_client::{Client, Connection, Request, decode};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::Url;

use super::backoff::{Backoff, spread};
use super::object::{Kind, Object};
use super::{KubernetesConfig, KubernetesRole};
use crate::DiscoveryError;
use crate::refresh::Updates;
use crate::rest::{USER_AGENT_VALUE, shown};

const PAGE_OBJECTS: &str = "500";
const LIST_TIMEOUT: Duration = Duration::from_secs(60);
/// A page, or one object of a watch, is not read beyond this, in bytes.
const BYTES_MAX: usize = 128 << 20;
/// The server ends a watch between one and two of these.
const WATCH_SECONDS: f64 = 300.0;
/// How long after its announced end a watch is given up.
const WATCH_GRACE: Duration = Duration::from_secs(30);

/// What a reflector tells.
#[derive(Debug)]
pub(super) enum Event {
    /// These are all objects of the kind (in the name space).
    Listed { id: usize, kind: Kind, namespace: Option<String>, objects: Vec<Object> },
    /// A new or changed object.
    Put { kind: Kind, object: Object },
    /// An object that is no more.
    Gone { kind: Kind, object: Object },
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(default)]
    metadata: ListMetadata,
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ListMetadata {
    resource_version: String,
    #[serde(rename = "continue")]
    next: String,
}

#[derive(Deserialize)]
struct WatchEvent<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Versioned {
    metadata: ListMetadata,
}

/// The server's refusal inside a watch.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    code: u16,
    message: String,
}

/// How a watch ended.
enum End {
    /// Regularly: go on from the last version.
    Over,
    /// The version is forgotten: list again.
    Forgotten,
}

/// One kind in one name space.
#[derive(Debug)]
pub(super) struct Reflector {
    id: usize,
    kind: Kind,
    namespace: Option<String>,
    url: Url,
    client: Client,
    headers: HeaderMap,
    /// The version up to which everything is known; empty: list first.
    version: String,
}

impl Reflector {
    pub(super) fn new(
        id: usize,
        kind: Kind,
        namespace: Option<String>,
        config: &KubernetesConfig,
        server: &Url,
        client: Client,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, USER_AGENT_VALUE);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let url = list_url(kind, namespace.as_deref(), config, server);
        Self { id, kind, namespace, url, client, headers, version: String::new() }
    }

    /// Runs until aborted or until no one listens.
    pub(super) async fn run(mut self, events: mpsc::Sender<Event>, updates: Updates) {
        let mut backoff = Backoff::new();
        loop {
            if self.version.is_empty() {
                match self.list(&updates).await {
                    Ok(objects) => {
                        let (id, kind, namespace) = (self.id, self.kind, self.namespace.clone());
                        if events.send(Event::Listed { id, kind, namespace, objects }).await.is_err() {
                            return;
                        }
                    }
                    Err(error) => {
                        updates.failed(&error);
                        backoff.wait().await;
                        continue;
                    }
                }
            }
            let before = self.version.clone();
            let end = self.watch(&events, &updates).await;
            let progressed = before != self.version;
            if progressed {
                backoff.reset();
            }
            match end {
                Ok(End::Over) => {}
                Ok(End::Forgotten) => self.version.clear(),
                Err(error) => updates.failed(&error),
            }
            if events.is_closed() {
                return;
            }
            // A server that ends watches at once must not be asked without a pause.
            if !progressed {
                backoff.wait().await;
            }
        }
    }

    async fn list(&mut self, updates: &Updates) -> Result<Vec<Object>, DiscoveryError> {
        let mut objects = Vec::new();
        let mut connection = Connection::new();
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("limit", PAGE_OBJECTS);
        let first = url.clone();
        loop {
            let body = self.page(&mut connection, &url).await?;
            let list: List<'_> = serde_json::from_slice(&body)
                .map_err(|error| DiscoveryError::Parse { place: shown(&url), reason: error.to_string() })?;
            for item in list.items.into_iter().flatten() {
                objects.extend(self.read(item, updates));
            }
            if list.metadata.next.is_empty() {
                self.version = list.metadata.resource_version;
                return Ok(objects);
            }
            url = first.clone();
            url.query_pairs_mut().append_pair("continue", &list.metadata.next);
        }
    }

    async fn page(&self, connection: &mut Connection, url: &Url) -> Result<Vec<u8>, DiscoveryError> {
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let request = Request::get(url.clone(), headers);
        let mut body = Vec::new();
        let head = timeout(LIST_TIMEOUT, self.client.fetch(connection, &request, BYTES_MAX, &mut body))
            .await
            .map_err(|_| DiscoveryError::Timeout(shown(url), LIST_TIMEOUT))?
            .map_err(|source| DiscoveryError::Request { url: shown(url), source })?;
        let mut plain = Vec::new();
        let decoded = decode(head.content_encoding(), &body, BYTES_MAX, &mut plain)
            .map_err(|source| DiscoveryError::Decode { url: shown(url), source })?;
        let body = if decoded { plain } else { body };
        if head.status != StatusCode::OK {
            return Err(refused(url, head.status, &body));
        }
        Ok(body)
    }

    async fn watch(
        &mut self,
        events: &mpsc::Sender<Event>,
        updates: &Updates,
    ) -> Result<End, DiscoveryError> {
        let seconds = (WATCH_SECONDS * (1.0 + spread())).round();
        let patience = Duration::from_secs_f64(seconds) + WATCH_GRACE;
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("watch", "1")
            .append_pair("allowWatchBookmarks", "true")
            .append_pair("resourceVersion", &self.version)
            .append_pair("timeoutSeconds", &seconds.to_string());
        let request = Request::get(url.clone(), self.headers.clone());
        let failed = |source| DiscoveryError::Request { url: shown(&url), source };
        let (head, mut stream) = timeout(LIST_TIMEOUT, self.client.open(&request))
            .await
            .map_err(|_| DiscoveryError::Timeout(shown(&url), LIST_TIMEOUT))?
            .map_err(failed)?;
        if head.status == StatusCode::GONE {
            return Ok(End::Forgotten);
        }
        if head.status != StatusCode::OK {
            // What the server says beyond the status is nice to have, not worth waiting for.
            let body = timeout(Duration::from_secs(1), stream.chunk()).await;
            let body = body.ok().and_then(Result::ok).flatten().unwrap_or_default();
            return Err(refused(&url, head.status, &body));
        }
        let mut buffer = Vec::new();
        loop {
            let chunk = timeout(patience, stream.chunk())
                .await
                .map_err(|_| DiscoveryError::Timeout(shown(&url), patience))?
                .map_err(failed)?;
            let Some(chunk) = chunk else { return Ok(End::Over) };
            let mut start = 0;
            // Only the new bytes can hold the end of a line.
            let mut from = buffer.len();
            buffer.extend_from_slice(&chunk);
            while let Some(length) = buffer[from..].iter().position(|byte| *byte == b'\n') {
                let end = from + length;
                match self.change(&buffer[start..end], &url, updates)? {
                    Change::Event(event) => {
                        if events.send(event).await.is_err() {
                            return Ok(End::Over);
                        }
                    }
                    Change::Nothing => {}
                    Change::Forgotten => return Ok(End::Forgotten),
                }
                (start, from) = (end + 1, end + 1);
            }
            buffer.drain(..start);
            if buffer.len() > BYTES_MAX {
                let reason = format!("an event is larger than {BYTES_MAX} bytes");
                return Err(DiscoveryError::Answer { url: shown(&url), reason });
            }
        }
    }

    /// One line of a watch.
    fn change(&mut self, line: &[u8], url: &Url, updates: &Updates) -> Result<Change, DiscoveryError> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(Change::Nothing);
        }
        let bad =
            |error: serde_json::Error| DiscoveryError::Parse { place: shown(url), reason: error.to_string() };
        let event: WatchEvent<'_> = serde_json::from_slice(line).map_err(bad)?;
        let json = event.object.get();
        if event.kind == "ERROR" {
            let status: Status = serde_json::from_str(json).map_err(bad)?;
            if status.code == StatusCode::GONE.as_u16() {
                return Ok(Change::Forgotten);
            }
            let reason = format!("the watch failed: {} (code {})", status.message, status.code);
            return Err(DiscoveryError::Answer { url: shown(url), reason });
        }
        let version = serde_json::from_str::<Versioned>(json).map_err(bad)?.metadata.resource_version;
        if !version.is_empty() {
            self.version = version;
        }
        let kind = self.kind;
        let gone = match event.kind.as_ref() {
            "ADDED" | "MODIFIED" => false,
            "DELETED" => true,
            // Bookmarks only carry a version; what else may come one day is not for us.
            _ => return Ok(Change::Nothing),
        };
        Ok(match self.read(event.object, updates) {
            Some(object) if gone => Change::Event(Event::Gone { kind, object }),
            Some(object) => Change::Event(Event::Put { kind, object }),
            None => Change::Nothing,
        })
    }

    /// One object; one that is not as expected is reported and left out.
    fn read(&self, json: &RawValue, updates: &Updates) -> Option<Object> {
        let bad = |error: serde_json::Error| {
            let reason = format!("an object is not as expected and is left out: {error}");
            updates.failed(&DiscoveryError::Parse { place: shown(&self.url), reason });
        };
        self.kind.read(json.get()).map_err(bad).ok()
    }
}

enum Change {
    Event(Event),
    Nothing,
    Forgotten,
}

fn refused(url: &Url, status: StatusCode, body: &[u8]) -> DiscoveryError {
    let message = serde_json::from_slice::<Status>(body).unwrap_or_default().message;
    let reason = match message.as_str() {
        "" => format!("server returned HTTP status {status}"),
        message => format!("server returned HTTP status {status}: {message}"),
    };
    DiscoveryError::Answer { url: shown(url), reason }
}

/// The list's URL, narrowed by the selectors.
fn list_url(kind: Kind, namespace: Option<&str>, config: &KubernetesConfig, server: &Url) -> Url {
    let (group, name) = kind.path();
    let mut url = server.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(group.split('/'));
        if let Some(namespace) = namespace {
            segments.extend(["namespaces", namespace]);
        }
        segments.push(name);
    }
    let role = match kind {
        Kind::Pod => KubernetesRole::Pod,
        Kind::Service => KubernetesRole::Service,
        Kind::Endpoints => KubernetesRole::Endpoints,
        Kind::EndpointSlice => KubernetesRole::EndpointSlice,
        Kind::Node => KubernetesRole::Node,
        Kind::Ingress => KubernetesRole::Ingress,
        Kind::Namespace | Kind::ReplicaSet | Kind::Job => return url,
    };
    if let Some(selector) = config.selectors.iter().find(|selector| selector.role == role) {
        for (name, value) in [("labelSelector", &selector.label), ("fieldSelector", &selector.field)] {
            if !value.is_empty() {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
    }
    url
}
