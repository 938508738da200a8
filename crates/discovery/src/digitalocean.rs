//! DigitalOcean: droplets or managed databases.

use std::time::Duration;

use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, one_group, parse_url, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, sanitize, surrounded};
use crate::rest::Rest;
use crate::{DiscoveryError, TargetGroup};

const API: &str = "https://api.digitalocean.com";
const PREFIX: &str = "__meta_digitalocean_";

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DigitalOceanRole {
    /// Virtual machines.
    #[default]
    Droplets,
    /// Managed databases.
    Databases,
}

/// One `digitalocean_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DigitalOceanConfig {
    /// What becomes targets.
    pub role: DigitalOceanRole,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct DigitalOceanAsker {
    rest: Rest,
    config: DigitalOceanConfig,
}

impl DigitalOceanAsker {
    pub(crate) fn new(config: DigitalOceanConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    /// Everything of a list in pages.
    async fn all(&mut self, what: &str) -> Result<Vec<Value>, DiscoveryError> {
        let mut url = self.config.cloud.url(API, &format!("v2/{what}"))?;
        let mut all = Vec::new();
        loop {
            let page: Value = self.rest.get_json(&url).await?;
            all.extend_from_slice(list(&page, &format!("/{what}")));
            match text(&page, "/links/pages/next").as_str() {
                "" => return Ok(all),
                next => url = parse_url(next)?,
            }
        }
    }

    fn droplet(&self, droplet: &Value) -> Option<Meta> {
        if list(droplet, "/networks/v4").is_empty() {
            return None;
        }
        let address = |family: &str, kind: &str| {
            let mut networks = list(droplet, &format!("/networks/{family}")).iter();
            networks
                .find(|network| text(network, "/type") == kind)
                .map(|network| text(network, "/ip_address"))
        };
        let public = address("v4", "public").unwrap_or_default();
        let mut target = Meta::new();
        target.set(ADDRESS_LABEL, host_port(&public, self.config.cloud.port));
        target.set_texts(
            PREFIX,
            droplet,
            &[
                ("droplet_id", "/id"),
                ("droplet_name", "/name"),
                ("image", "/image/slug"),
                ("image_name", "/image/name"),
                ("region", "/region/slug"),
                ("size", "/size_slug"),
                ("status", "/status"),
                ("vpc", "/vpc_uuid"),
            ],
        );
        target.set("__meta_digitalocean_public_ipv4", public);
        target.set_some("__meta_digitalocean_private_ipv4", address("v4", "private"));
        target.set_some("__meta_digitalocean_public_ipv6", address("v6", "public"));
        target.set("__meta_digitalocean_features", surrounded(strings(droplet, "/features"), ","));
        target.set("__meta_digitalocean_tags", surrounded(strings(droplet, "/tags"), ","));
        Some(target)
    }

    fn database(&self, database: &Value) -> Meta {
        let mut target = Meta::new();
        target.set_texts(
            PREFIX,
            database,
            &[
                ("db_id", "/id"),
                ("db_name", "/name"),
                ("db_engine", "/engine"),
                ("db_version", "/version"),
                ("db_status", "/status"),
                ("db_region", "/region"),
                ("db_size", "/size"),
                ("db_num_nodes", "/num_nodes"),
                ("db_host", "/connection/host"),
                ("db_private_host", "/private_connection/host"),
            ],
        );
        let hosts = ["/private_connection/host", "/connection/host"].map(|at| text(database, at));
        if let Some(host) = hosts.iter().find(|host| !host.is_empty()) {
            target.set(ADDRESS_LABEL, host_port(host, self.config.cloud.port));
        }
        for tag in strings(database, "/tags") {
            target.set(format!("{PREFIX}db_tag_{}", sanitize(tag)), "true");
        }
        target
    }
}

impl Ask for DigitalOceanAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        Ok(match self.config.role {
            DigitalOceanRole::Droplets => {
                let droplets = self.all("droplets").await?;
                let targets: Vec<Meta> = droplets.iter().filter_map(|one| self.droplet(one)).collect();
                one_group("DigitalOcean", &targets)
            }
            DigitalOceanRole::Databases => {
                let databases = self.all("databases").await?;
                let targets: Vec<Meta> = databases.iter().map(|one| self.database(one)).collect();
                one_group("DigitalOcean Databases", &targets)
            }
        })
    }
}
