//! Kuma: data plane proxies of a mesh, by the control plane's monitoring assignments (MADS version 1, REST and JSON).
//!
//! The server holds an answer back until there is something newer than the version named in the question, at most for
//! [`KumaConfig::fetch_timeout`]; then it answers 304.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use narthex_http_client::HttpOptions;
use serde_json::{Value, json};
use url::Url;

use crate::ask::{join, list, mapping, one_group, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::Meta;
use crate::refresh::Refresh;
use crate::rest::{Rest, read_json, shown};
use crate::{DiscoveryError, Refresher, TargetGroup};

const TYPE_URL: &str = "type.googleapis.com/kuma.observability.v1.MonitoringAssignment";
const PATH: &str = "v3/discovery:monitoringassignments";
/// How much longer than the server holds an answer back it is waited for.
const GRACE: Duration = Duration::from_secs(15);
const USER_LABEL: &str = "__meta_kuma_label_";

/// One `kuma_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KumaConfig {
    /// The control plane.
    pub server: Url,
    /// Who we are for the control plane; this machine's name when empty.
    pub client_id: String,
    /// How long the server may hold an answer back.
    pub fetch_timeout: Duration,
    /// The time from one question to the next.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl KumaConfig {
    /// All assignments of the control plane at `server`.
    pub fn new(server: Url) -> Self {
        Self {
            server,
            client_id: String::new(),
            fetch_timeout: Duration::from_secs(120),
            refresh_interval: Duration::from_secs(15),
            http: HttpOptions::default(),
        }
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct KumaRefresher {
    rest: Rest,
    url: Url,
    client_id: String,
    refresh_interval: Duration,
    /// Version and nonce of the last answer.
    last: (String, String),
}

impl KumaRefresher {
    pub(crate) fn new(config: KumaConfig) -> Self {
        let rest = Rest::new(config.http, config.fetch_timeout + GRACE).accepting(StatusCode::NOT_MODIFIED);
        let mut url = join(&config.server, PATH);
        let timeout = format!("{}s", config.fetch_timeout.as_secs_f64());
        url.query_pairs_mut().append_pair("fetch-timeout", &timeout);
        let client_id = if config.client_id.is_empty() { host_name() } else { config.client_id };
        let last = (String::new(), String::new());
        Self { rest, url, client_id, refresh_interval: config.refresh_interval, last }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        let (version, nonce) = &self.last;
        let question = json!({
            "version_info": version,
            "response_nonce": nonce,
            "type_url": TYPE_URL,
            "node": { "id": self.client_id },
        });
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        let (head, body) = self.rest.request(Method::POST, &self.url, headers, question.to_string()).await?;
        if head.status == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let answer: Value = read_json(&self.url, &body)?;
        let kind = either(&answer, "typeUrl", "type_url");
        if kind != TYPE_URL {
            let reason = format!("the answer is of the type \"{kind}\", expected \"{TYPE_URL}\"");
            return Err(DiscoveryError::Answer { url: shown(&self.url), reason });
        }
        self.last = (either(&answer, "versionInfo", "version_info"), either(&answer, "nonce", "nonce"));
        let targets: Vec<Meta> = list(&answer, "/resources").iter().flat_map(targets).collect();
        Ok(Some(one_group("kuma", &targets)))
    }
}

/// A field under its JSON or its protobuf name.
fn either(value: &Value, camel: &str, snake: &str) -> String {
    let found = value.get(camel).or_else(|| value.get(snake));
    found.map(|found| text(found, "")).unwrap_or_default()
}

fn targets(assignment: &Value) -> Vec<Meta> {
    let common = mapping(assignment, "/labels");
    let target = |proxy: &Value| {
        let mut target = Meta::new();
        let own = mapping(proxy, "/labels");
        // Those of the assignment win.
        for labels in [&own, &common] {
            target.set_all(USER_LABEL, labels.iter().map(|(name, value)| (name, value)));
        }
        target.set("__meta_kuma_mesh", text(assignment, "/mesh"));
        target.set("__meta_kuma_service", text(assignment, "/service"));
        target.set("__meta_kuma_dataplane", text(proxy, "/name"));
        target.set("instance", text(proxy, "/name"));
        target.set(ADDRESS_LABEL, text(proxy, "/address"));
        target.set("__scheme__", text(proxy, "/scheme"));
        target.set("__metrics_path__", either(proxy, "metricsPath", "metrics_path"));
        target
    };
    list(assignment, "/targets").iter().map(target).collect()
}

/// The name of this machine, as the system tells it; the name that control planes know otherwise.
fn host_name() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.or_else(|| std::fs::read_to_string("/etc/hostname").ok()).unwrap_or_default();
    match told.trim() {
        "" => "prometheus".to_owned(),
        name => name.to_owned(),
    }
}

impl Refresher for KumaRefresher {
    fn interval(&self) -> Duration {
        self.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(self.ask())
    }
}
