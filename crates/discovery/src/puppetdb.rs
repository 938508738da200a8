//! PuppetDB: one target per resource that a query finds, asked for on schedule.

use std::collections::BTreeMap;
use std::time::Duration;

use narthex_http_client::HttpOptions;
use narthex_model::Labels;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::group::ADDRESS_LABEL;
use crate::labels::{host_port, sanitize, surrounded};
use crate::refresh::Refresh;
use crate::rest::{Rest, shown};
use crate::{DiscoveryError, Refresher, TargetGroup};

/// One `puppetdb_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PuppetDbConfig {
    /// The server; the query's path is added.
    pub url: Url,
    /// A query in Puppet's language that gives resources.
    pub query: String,
    /// Whether resources' parameters become labels. They may hold secrets.
    pub include_parameters: bool,
    /// The port of the targets.
    pub port: u16,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl PuppetDbConfig {
    /// A query with the defaults.
    pub fn new(url: Url, query: impl Into<String>) -> Self {
        Self {
            url,
            query: query.into(),
            include_parameters: false,
            port: 80,
            refresh_interval: Duration::from_secs(60),
            http: HttpOptions::default(),
        }
    }
}

#[derive(Deserialize)]
struct Resource {
    certname: String,
    resource: String,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    exported: bool,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    parameters: Option<BTreeMap<String, Value>>,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct PuppetDbRefresher {
    rest: Rest,
    config: PuppetDbConfig,
    url: Url,
}

impl PuppetDbRefresher {
    pub(crate) fn new(config: PuppetDbConfig) -> Self {
        let mut url = config.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["pdb", "query", "v4"]);
        }
        Self { rest: Rest::new(config.http.clone(), config.refresh_interval), config, url }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        let query = serde_json::json!({ "query": self.config.query });
        let resources: Vec<Resource> = self.rest.post_json(&self.url, &query).await?;
        let targets = resources.iter().map(|resource| self.target(resource)).collect();
        let source = format!("{}?query={}", shown(&self.url), self.config.query);
        Ok(Some(vec![TargetGroup { source, targets, labels: Labels::EMPTY }]))
    }

    fn target(&self, resource: &Resource) -> Labels {
        let tags = resource.tags.as_deref().unwrap_or_default().iter().map(String::as_str);
        let mut pairs: Vec<(String, String)> = [
            (ADDRESS_LABEL, host_port(&resource.certname, self.config.port)),
            ("__meta_puppetdb_query", self.config.query.clone()),
            ("__meta_puppetdb_certname", resource.certname.clone()),
            ("__meta_puppetdb_resource", resource.resource.clone()),
            ("__meta_puppetdb_type", resource.kind.clone()),
            ("__meta_puppetdb_title", resource.title.clone()),
            ("__meta_puppetdb_exported", resource.exported.to_string()),
            ("__meta_puppetdb_tags", surrounded(tags, ",")),
            ("__meta_puppetdb_file", resource.file.clone().unwrap_or_default()),
            ("__meta_puppetdb_environment", resource.environment.clone().unwrap_or_default()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if self.config.include_parameters {
            for (name, value) in resource.parameters.iter().flatten() {
                add_parameter(&format!("__meta_puppetdb_parameter_{}", sanitize(name)), value, &mut pairs);
            }
        }
        Labels::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// A parameter as a label; lists are joined, objects become a label per field.
fn add_parameter(label: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(values) => {
            let texts: Vec<String> = values
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect();
            surrounded(texts.iter().map(String::as_str), ",")
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                add_parameter(&format!("{label}_{}", sanitize(name)), value, pairs);
            }
            return;
        }
    };
    pairs.push((label.to_owned(), text));
}

impl Refresher for PuppetDbRefresher {
    fn interval(&self) -> Duration {
        self.config.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(self.ask())
    }
}
