//! Marathon: tasks of applications, one group per application.

use std::time::Duration;

use http::Method;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use narthex_http_client::{HttpOptions, SecretSource};
use serde_json::Value;
use url::Url;

use crate::ask::{Ask, join, list, mapping, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port};
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};

/// One `marathon_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MarathonConfig {
    /// The servers; they are asked in turn.
    pub servers: Vec<Url>,
    /// The token of DC/OS.
    pub auth_token: Option<SecretSource>,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct MarathonAsker {
    rest: Rest,
    config: MarathonConfig,
    turn: usize,
}

impl MarathonAsker {
    pub(crate) fn new(config: MarathonConfig) -> Self {
        Self { rest: Rest::new(config.http.clone(), config.refresh_interval), config, turn: 0 }
    }

    async fn token(&self) -> Result<HeaderMap, DiscoveryError> {
        let mut headers = HeaderMap::new();
        if let Some(token) = &self.config.auth_token {
            let token = token.read().await;
            let token = token.map_err(|source| DiscoveryError::Request {
                url: "marathon auth_token".to_owned(),
                source,
            })?;
            if let Ok(mut value) = HeaderValue::from_str(&format!("token={}", token.expose())) {
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        Ok(headers)
    }
}

/// A port of an application and the labels it was given.
struct Port {
    number: u16,
    labels: Vec<(String, String)>,
}

fn number(value: &Value, at: &str) -> u16 {
    text(value, at).parse().unwrap_or_default()
}

/// The ports that the application names, and the prefix of their labels. A number of 0 is given by the task.
fn named_ports(app: &Value, in_container: bool) -> (Vec<Port>, &'static str) {
    // Older versions had the mappings one level deeper.
    for at in ["/container/portMappings", "/container/docker/portMappings"] {
        let mappings = list(app, at);
        if !mappings.is_empty() {
            let place = if in_container { "/containerPort" } else { "/hostPort" };
            let port = |port| Port { number: number(port, place), labels: mapping(port, "/labels") };
            return (mappings.iter().map(port).collect(), "__meta_marathon_port_mapping_label_");
        }
    }
    // Without `requirePorts` a number is that of the service, not the one to reach.
    let required = text(app, "/requirePorts") == "true";
    let port = |port| Port {
        number: if required { number(port, "/port") } else { 0 },
        labels: mapping(port, "/labels"),
    };
    let definitions = list(app, "/portDefinitions").iter().map(port).collect();
    (definitions, "__meta_marathon_port_definition_label_")
}

fn group(app: &Value) -> TargetGroup {
    let in_container = text(app, "/networks/0/mode") == "container";
    let (mut ports, prefix) = named_ports(app, in_container);
    let mut targets = Vec::new();
    for task in list(app, "/tasks") {
        let own: Vec<u16> = list(task, "/ports").iter().map(|port| number(port, "")).collect();
        if ports.is_empty() {
            ports = own.iter().map(|number| Port { number: *number, labels: Vec::new() }).collect();
        }
        let inside = text(task, "/ipAddresses/0/ipAddress");
        let host = if in_container && !inside.is_empty() { inside } else { text(task, "/host") };
        for (index, port) in ports.iter().enumerate() {
            let given = own.get(index).filter(|_| port.number == 0 && own.len() == ports.len());
            let mut target = Meta::new();
            target.set(ADDRESS_LABEL, host_port(&host, *given.unwrap_or(&port.number)));
            target.set("__meta_marathon_task", text(task, "/id"));
            target.set("__meta_marathon_port_index", index);
            target.set_all(prefix, port.labels.iter().map(|(name, value)| (name, value)));
            targets.push(target.labels());
        }
    }
    let mut labels = Meta::new();
    labels.set("__meta_marathon_app", text(app, "/id"));
    labels.set("__meta_marathon_image", text(app, "/container/docker/image"));
    let own = mapping(app, "/labels");
    labels.set_all("__meta_marathon_app_label_", own.iter().map(|(name, value)| (name, value)));
    TargetGroup { source: text(app, "/id"), targets, labels: labels.labels() }
}

impl Ask for MarathonAsker {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let Some(server) = self.config.servers.get(self.turn % self.config.servers.len().max(1)) else {
            return Ok(Vec::new());
        };
        let mut url = join(server, "v2/apps");
        url.query_pairs_mut().append_pair("embed", "apps.tasks");
        self.turn = self.turn.wrapping_add(1);
        let headers = self.token().await?;
        let (_, body) = self.rest.request(Method::GET, &url, headers, "").await?;
        let answer: Value = read_json(&url, &body)?;
        Ok(list(&answer, "/apps").iter().map(group).collect())
    }
}
