//! Docker: one target per container, network and TCP port, asked for on schedule. `api` has the daemon's answers,
//! `swarm` the discovery of swarms.

mod api;
mod swarm;

use std::collections::BTreeMap;
use std::time::Duration;

use narthex_http_client::HttpOptions;
use narthex_model::Labels;
use url::Url;

use crate::group::ADDRESS_LABEL;
use crate::labels::{host_port, sanitize};
use crate::refresh::Refresh;
use crate::rest::Rest;
use crate::{DiscoveryError, Refresher, TargetGroup};
use api::{Container, Endpoint, Network};
pub(crate) use swarm::SwarmAsker;
pub use swarm::{SwarmConfig, SwarmRole};

/// One `docker_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DockerConfig {
    /// The daemon: `unix://`, `tcp://`, `http://` or `https://`.
    pub host: Url,
    /// The port of containers that expose none.
    pub port: u16,
    /// The address of containers that use their host's network.
    pub host_networking_host: String,
    /// Only containers that pass these filters of the daemon, by name.
    pub filters: BTreeMap<String, Vec<String>>,
    /// Whether of several networks of a container only the first by name counts.
    pub match_first_network: bool,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl DockerConfig {
    /// All containers of the daemon at `host`.
    pub fn new(host: Url) -> Self {
        Self {
            host,
            port: 80,
            host_networking_host: "localhost".to_owned(),
            filters: BTreeMap::new(),
            match_first_network: true,
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }
    }
}

type Pairs = Vec<(String, String)>;

/// The running discovery.
#[derive(Debug)]
pub(crate) struct DockerRefresher {
    rest: Rest,
    base: Url,
    config: DockerConfig,
}

impl DockerRefresher {
    pub(crate) fn new(config: DockerConfig) -> Self {
        let mut http = config.http.clone();
        let base = daemon(&config.host, &mut http);
        Self { rest: Rest::new(http, config.refresh_interval), base, config }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        let mut url = self.url("containers/json");
        if !self.config.filters.is_empty() {
            let filters = serde_json::json!(self.config.filters).to_string();
            url.query_pairs_mut().append_pair("filters", &filters);
        }
        let containers: Vec<Container> = self.rest.get_json(&url).await?;
        let url = self.url("networks");
        let networks: Vec<Network> = self.rest.get_json(&url).await?;
        let networks: BTreeMap<&str, Pairs> =
            networks.iter().map(|network| (network.id.as_str(), network_labels(network))).collect();
        let targets = containers
            .iter()
            .filter(|container| !container.names.is_empty())
            .flat_map(|container| self.targets(container, &containers, &networks))
            .collect();
        Ok(Some(vec![TargetGroup { source: "Docker".to_owned(), targets, labels: Labels::EMPTY }]))
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }

    fn targets(
        &self,
        container: &Container,
        all: &[Container],
        networks: &BTreeMap<&str, Pairs>,
    ) -> Vec<Labels> {
        let mode = container.host_config.network_mode.as_str();
        let endpoints = &owner(container, all).network_settings.networks;
        let first_only = if self.config.match_first_network { 1 } else { usize::MAX };
        let mut targets = Vec::new();
        for endpoint in endpoints.values().flatten().take(first_only) {
            let mut common = container_labels(container);
            common.push(pair("__meta_docker_network_ip", endpoint.address()));
            common.extend(networks.get(endpoint.network_id.as_str()).into_iter().flatten().cloned());
            let before = targets.len();
            targets.extend(port_targets(container, endpoint, &common));
            if targets.len() == before {
                let address = if mode == "host" {
                    self.config.host_networking_host.clone()
                } else {
                    host_port(endpoint.address(), self.config.port)
                };
                common.push((ADDRESS_LABEL.to_owned(), address));
                targets.push(labels(&common));
            }
        }
        targets
    }
}

/// The container whose networks a container uses: its own, or those of another one, which may do the same.
fn owner<'c>(container: &'c Container, all: &'c [Container]) -> &'c Container {
    let mut owner = container;
    // No longer than there are containers: they could name each other.
    for _ in all {
        let other = owner.host_config.network_mode.strip_prefix("container:");
        let other = other.and_then(|id| all.iter().find(|other| other.id == id));
        match other.filter(|_| owner.network_settings.networks.is_empty()) {
            Some(other) => owner = other,
            None => break,
        }
    }
    owner
}

/// The URL at which to ask the daemon at `host`.
fn daemon(host: &Url, http: &mut HttpOptions) -> Url {
    let mut base = host.clone();
    match host.scheme() {
        "unix" => {
            http.unix_socket = Some(host.path().into());
            // The host's name has no meaning behind a socket; the daemon only wants to see one.
            base = Url::parse("http://docker").unwrap_or(base);
        }
        "tcp" => {
            let secure = http.tls != Default::default();
            let rest = host.as_str().trim_start_matches("tcp");
            base = Url::parse(&format!("http{}{rest}", if secure { "s" } else { "" })).unwrap_or(base);
        }
        _ => {}
    }
    base
}

fn port_targets(container: &Container, endpoint: &Endpoint, common: &Pairs) -> Vec<Labels> {
    let tcp = container.ports.iter().filter(|port| port.kind == "tcp");
    tcp.map(|port| {
        let mut pairs = common.clone();
        pairs.push((ADDRESS_LABEL.to_owned(), host_port(endpoint.address(), port.private_port)));
        pairs.push(pair("__meta_docker_port_private", &port.private_port.to_string()));
        if let Some(public) = port.public_port.filter(|public| *public > 0) {
            pairs.push(pair("__meta_docker_port_public", &public.to_string()));
            pairs.push(pair("__meta_docker_port_public_ip", &port.ip));
        }
        labels(&pairs)
    })
    .collect()
}

fn container_labels(container: &Container) -> Pairs {
    let mut pairs = vec![
        pair("__meta_docker_container_id", &container.id),
        pair("__meta_docker_container_name", container.names.first().map_or("", String::as_str)),
        pair("__meta_docker_container_image", &container.image),
        pair("__meta_docker_container_image_id", &container.image_id),
        pair("__meta_docker_container_network_mode", &container.host_config.network_mode),
    ];
    pairs.extend(prefixed("__meta_docker_container_label_", container.labels.as_ref()));
    pairs
}

fn network_labels(network: &Network) -> Pairs {
    let mut pairs = vec![
        pair("__meta_docker_network_id", &network.id),
        pair("__meta_docker_network_name", &network.name),
        pair("__meta_docker_network_scope", &network.scope),
        pair("__meta_docker_network_ingress", &network.ingress.to_string()),
        pair("__meta_docker_network_internal", &network.internal.to_string()),
    ];
    pairs.extend(prefixed("__meta_docker_network_label_", network.labels.as_ref()));
    pairs
}

fn prefixed(prefix: &str, map: Option<&BTreeMap<String, String>>) -> Pairs {
    map.into_iter()
        .flatten()
        .map(|(name, value)| (format!("{prefix}{}", sanitize(name)), value.clone()))
        .collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn labels(pairs: &Pairs) -> Labels {
    Labels::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

impl Refresher for DockerRefresher {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(self.ask())
    }
}
