//! Consul: services of the catalog with their health, one group per service, watched by blocking queries.
//!
//! A blocking query names the index of the last answer; the server answers when there is something newer, or after
//! [`WAIT`]. The catalog is one such query, each service another, with its own connection and task. `api` has the answers.

mod api;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::HeaderValue;
use narthex_http_client::{Head, HttpOptions, Secret};
use serde::de::DeserializeOwned;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;
use url::Url;

use crate::refresh::Updates;
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};
use api::{Agent, Instance};

/// How long the server may hold an answer back.
const WAIT: Duration = Duration::from_secs(120);
/// How much longer than that an answer is waited for: the server adds up to a sixteenth itself.
const GRACE: Duration = Duration::from_secs(15);
/// How long after a failure to ask again.
const RETRY: Duration = Duration::from_secs(15);

/// One `consul_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConsulConfig {
    /// The agent, with the path prefix if it has one.
    pub server: Url,
    /// The access token.
    pub token: Option<Secret>,
    /// The data centre; the agent's own when empty.
    pub datacenter: String,
    /// The name space (Consul Enterprise).
    pub namespace: String,
    /// The partition (Consul Enterprise).
    pub partition: String,
    /// The services; all when empty.
    pub services: Vec<String>,
    /// Only services with all these tags.
    pub tags: Vec<String>,
    /// Only nodes with these metadata.
    pub node_meta: BTreeMap<String, String>,
    /// A filter expression over the catalog's services.
    pub filter: String,
    /// A filter expression over the instances of a service.
    pub health_filter: String,
    /// What stands between tags in a label.
    pub tag_separator: String,
    /// Whether answers may be a little old.
    pub allow_stale: bool,
    /// The shortest time from one answer to the next question, however often something changes.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl ConsulConfig {
    /// All services of the agent at `server`.
    pub fn new(server: Url) -> Self {
        Self {
            server,
            token: None,
            datacenter: String::new(),
            namespace: String::new(),
            partition: String::new(),
            services: Vec::new(),
            tags: Vec::new(),
            node_meta: BTreeMap::new(),
            filter: String::new(),
            health_filter: String::new(),
            tag_separator: ",".to_owned(),
            allow_stale: true,
            refresh_interval: Duration::from_secs(30),
            http: HttpOptions::default(),
        }
    }
}

/// What all tasks of a configuration share.
#[derive(Debug)]
struct Consul {
    config: ConsulConfig,
    updates: Updates,
}

/// Runs until the task is aborted.
pub(crate) async fn run(mut config: ConsulConfig, updates: Updates) {
    let mut rest = rest(&config);
    while config.datacenter.is_empty() {
        let url = url(&config, &["v1", "agent", "self"]);
        match rest.get_json::<Agent>(&url).await {
            Ok(agent) => config.datacenter = agent.config.datacenter,
            Err(error) => {
                updates.failed(&error);
                sleep(RETRY).await;
            }
        }
    }
    let consul = Arc::new(Consul { config, updates });
    consul.follow(rest).await;
}

impl Consul {
    /// Follows the catalog, or the fixed list of services.
    async fn follow(self: Arc<Self>, mut rest: Rest) {
        let mut watched: BTreeMap<String, AbortHandle> = BTreeMap::new();
        // Dropped with this task, which stops the watches.
        let mut watches = JoinSet::new();
        let mut index = 0;
        loop {
            let names = match self.names(&mut rest, &mut index).await {
                Ok(Some(names)) => names,
                Ok(None) => {
                    sleep(self.config.refresh_interval).await;
                    continue;
                }
                Err(error) => {
                    self.updates.failed(&error);
                    sleep(RETRY).await;
                    continue;
                }
            };
            let first = watched.is_empty();
            let new: Vec<String> =
                names.iter().filter(|name| !watched.contains_key(*name)).cloned().collect();
            let mut started = self.look(new, first).await;
            for (name, index) in started.drain(..) {
                let watch = Arc::clone(&self).watch(name.clone(), index);
                watched.insert(name, watches.spawn(watch));
            }
            let gone: Vec<String> = watched.keys().filter(|name| !names.contains(name)).cloned().collect();
            for name in &gone {
                watched.remove(name).into_iter().for_each(|watch| watch.abort());
            }
            let empty = |source| TargetGroup { source, ..TargetGroup::default() };
            if !gone.is_empty() {
                self.updates.patch(gone.into_iter().map(empty).collect());
            }
            if !self.needs_catalog() {
                // The list never changes: the watches do the rest.
                while watches.join_next().await.is_some() {}
                return;
            }
            sleep(self.config.refresh_interval).await;
        }
    }

    /// One look at each of `names`, handed on together; gives where to go on watching.
    async fn look(&self, names: Vec<String>, replace: bool) -> Vec<(String, u64)> {
        let mut rest = rest(&self.config);
        let (mut groups, mut started) = (Vec::new(), Vec::new());
        for name in names {
            let mut index = 0;
            match self.instances(&mut rest, &name, &mut index).await {
                Ok(Some(instances)) => groups.push(self.group(&name, &instances)),
                Ok(None) => {}
                Err(error) => self.updates.failed(&error),
            }
            started.push((name, index));
        }
        if replace {
            self.updates.replace(groups);
        } else if !groups.is_empty() {
            self.updates.patch(groups);
        }
        started
    }

    /// Follows one service from an index on.
    async fn watch(self: Arc<Self>, name: String, mut index: u64) {
        let mut rest = rest(&self.config);
        loop {
            // Some versions of Consul answer far too often.
            sleep(self.config.refresh_interval).await;
            match self.instances(&mut rest, &name, &mut index).await {
                Ok(Some(instances)) => self.updates.patch(vec![self.group(&name, &instances)]),
                Ok(None) => {}
                Err(error) => {
                    self.updates.failed(&error);
                    sleep(RETRY).await;
                }
            }
        }
    }

    fn group(&self, name: &str, instances: &[Instance]) -> TargetGroup {
        api::group(name, &self.config.datacenter, &self.config.tag_separator, instances)
    }

    /// Whether the names of the services are not known beforehand.
    fn needs_catalog(&self) -> bool {
        let config = &self.config;
        config.services.is_empty() || !config.tags.is_empty() || !config.filter.is_empty()
    }

    /// The names of the wanted services; `None` when nothing changed since `index`.
    async fn names(&self, rest: &mut Rest, index: &mut u64) -> Result<Option<Vec<String>>, DiscoveryError> {
        let config = &self.config;
        if !self.needs_catalog() {
            return Ok(Some(config.services.clone()));
        }
        let mut url = query_url(config, &["v1", "catalog", "services"]);
        if !config.filter.is_empty() {
            url.query_pairs_mut().append_pair("filter", &config.filter);
        }
        let start = Instant::now();
        let services: Option<BTreeMap<String, Vec<String>>> = blocking(rest, url, index).await?;
        self.updates.count(("catalog", "services"), start.elapsed());
        let wanted = |(name, tags): &(String, Vec<String>)| {
            (config.services.is_empty() || config.services.contains(name))
                && config.tags.iter().all(|tag| tags.contains(tag))
        };
        Ok(services.map(|services| services.into_iter().filter(wanted).map(|(name, _)| name).collect()))
    }

    /// The instances of a service; `None` when nothing changed since `index`.
    async fn instances(
        &self,
        rest: &mut Rest,
        name: &str,
        index: &mut u64,
    ) -> Result<Option<Vec<Instance>>, DiscoveryError> {
        let mut url = query_url(&self.config, &["v1", "health", "service", name]);
        for tag in &self.config.tags {
            url.query_pairs_mut().append_pair("tag", tag);
        }
        if !self.config.health_filter.is_empty() {
            url.query_pairs_mut().append_pair("filter", &self.config.health_filter);
        }
        let start = Instant::now();
        let instances = blocking(rest, url, index).await?;
        self.updates.count(("catalog", "service"), start.elapsed());
        Ok(instances)
    }
}

fn rest(config: &ConsulConfig) -> Rest {
    let rest = Rest::new(config.http.clone(), WAIT + GRACE);
    match config.token.as_ref().and_then(|token| HeaderValue::from_str(token.expose()).ok()) {
        Some(token) => rest.with_header("x-consul-token", token),
        None => rest,
    }
}

/// Asks for something newer than `index` (0: for what there is) and notes the index of the answer.
async fn blocking<T: DeserializeOwned>(
    rest: &mut Rest,
    mut url: Url,
    index: &mut u64,
) -> Result<Option<T>, DiscoveryError> {
    if *index > 0 {
        url.query_pairs_mut()
            .append_pair("index", &index.to_string())
            .append_pair("wait", &format!("{}s", WAIT.as_secs()));
    }
    let (head, body) = rest.get(&url).await?;
    let answered = answered_index(&head);
    if answered > 0 && answered == *index {
        return Ok(None);
    }
    // An index that goes back means that the server was set up anew: everything is asked for again.
    *index = if answered < *index { 0 } else { answered };
    read_json(&url, &body).map(Some)
}

fn answered_index(head: &Head) -> u64 {
    let value = head.headers.get("x-consul-index").and_then(|value| value.to_str().ok());
    value.and_then(|value| value.parse().ok()).unwrap_or_default()
}

fn url(config: &ConsulConfig, path: &[&str]) -> Url {
    let mut url = config.server.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

fn query_url(config: &ConsulConfig, path: &[&str]) -> Url {
    let mut url = url(config, path);
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in
            [("dc", &config.datacenter), ("ns", &config.namespace), ("partition", &config.partition)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if config.allow_stale {
            query.append_key_only("stale");
        }
        for (name, value) in &config.node_meta {
            query.append_pair("node-meta", &format!("{name}:{value}"));
        }
    }
    url
}
