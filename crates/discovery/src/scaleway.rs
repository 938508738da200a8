//! Scaleway: instances or bare-metal servers of a zone.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use narthex_http_client::SecretSource;
use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, surrounded};
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};

const API: &str = "https://api.scaleway.com";
const PAGE_SIZE: usize = 100;

/// What becomes targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalewayRole {
    /// Virtual machines.
    Instance,
    /// Dedicated servers.
    Baremetal,
}

/// One `scaleway_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScalewayConfig {
    /// What becomes targets.
    pub role: ScalewayRole,
    /// The project whose servers are listed.
    pub project_id: String,
    /// The zone.
    pub zone: String,
    /// The secret key of the API.
    pub secret_key: SecretSource,
    /// Only servers with this in their name; all when empty.
    pub name_filter: String,
    /// Only servers with these tags.
    pub tags_filter: Vec<String>,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct ScalewayAsker {
    rest: Rest,
    config: ScalewayConfig,
}

impl ScalewayAsker {
    pub(crate) fn new(config: ScalewayConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    /// Everything of a list in pages; `query` narrows it.
    async fn all(
        &mut self,
        path: &str,
        what: &str,
        query: &[(&str, String)],
    ) -> Result<Vec<Value>, DiscoveryError> {
        let secret = self.config.secret_key.read().await;
        let secret = secret
            .map_err(|source| DiscoveryError::Request { url: "scaleway secret_key".to_owned(), source })?;
        let mut headers = HeaderMap::new();
        if let Ok(mut token) = HeaderValue::from_str(secret.expose()) {
            token.set_sensitive(true);
            headers.insert(HeaderName::from_static("x-auth-token"), token);
        }
        let mut all = Vec::new();
        for number in 1_u64.. {
            let mut url = self.config.cloud.url(API, path)?;
            url.query_pairs_mut()
                .append_pair("page", &number.to_string())
                // The two interfaces have two names for it.
                .append_pair(if path.starts_with("instance") { "per_page" } else { "page_size" }, "100")
                .extend_pairs(query);
            let (_, body) = self.rest.request(Method::GET, &url, headers.clone(), "").await?;
            let page: Value = read_json(&url, &body)?;
            let items = list(&page, &format!("/{what}"));
            all.extend_from_slice(items);
            if items.len() < PAGE_SIZE {
                break;
            }
        }
        Ok(all)
    }

    fn filters(&self, project: &'static str) -> Vec<(&'static str, String)> {
        let mut query = vec![(project, self.config.project_id.clone())];
        if !self.config.name_filter.is_empty() {
            query.push(("name", self.config.name_filter.clone()));
        }
        query
    }

    async fn instances(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let mut query = self.filters("project");
        if !self.config.tags_filter.is_empty() {
            query.push(("tags", self.config.tags_filter.join(",")));
        }
        let path = format!("instance/v1/zones/{}/servers", self.config.zone);
        let servers = self.all(&path, "servers", &query).await?;
        let private = self.private_addresses(&servers).await?;
        Ok(servers.iter().filter_map(|server| self.instance(server, &private)).collect())
    }

    /// The addresses in private networks, by network card, of servers that have no other address.
    async fn private_addresses(
        &mut self,
        servers: &[Value],
    ) -> Result<BTreeMap<String, String>, DiscoveryError> {
        let without = |server: &&Value| {
            ["/private_ip", "/public_ip/address", "/ipv6/address"]
                .iter()
                .all(|at| text(server, at).is_empty())
        };
        let cards: Vec<(&str, String)> = servers
            .iter()
            .filter(without)
            .flat_map(|server| list(server, "/private_nics"))
            .map(|card| ("resource_ids", text(card, "/id")))
            .filter(|(_, id)| !id.is_empty())
            .collect();
        if cards.is_empty() {
            return Ok(BTreeMap::new());
        }
        let path = format!("ipam/v1/regions/{}/ips", region(&self.config.zone));
        let mut query = cards;
        query.push(("resource_types", "instance_private_nic".to_owned()));
        let addresses = self.all(&path, "ips", &query).await?;
        let v4 = addresses.iter().filter(|address| text(address, "/is_ipv6") != "true");
        Ok(v4.map(|one| (text(one, "/resource/id"), bare(&text(one, "/address")))).collect())
    }

    fn instance(&self, server: &Value, private: &BTreeMap<String, String>) -> Option<Meta> {
        let mut target = Meta::new();
        let prefix = "__meta_scaleway_instance_";
        target.set_texts(
            prefix,
            server,
            &[
                ("boot_type", "/boot_type"),
                ("hostname", "/hostname"),
                ("id", "/id"),
                ("name", "/name"),
                ("organization_id", "/organization"),
                ("project_id", "/project"),
                ("status", "/state"),
                ("type", "/commercial_type"),
                ("zone", "/zone"),
                ("image_arch", "/image/arch"),
                ("image_id", "/image/id"),
                ("image_name", "/image/name"),
                ("location_cluster_id", "/location/cluster_id"),
                ("location_hypervisor_id", "/location/hypervisor_id"),
                ("location_node_id", "/location/node_id"),
                ("security_group_id", "/security_group/id"),
                ("security_group_name", "/security_group/name"),
                ("public_ipv6", "/ipv6/address"),
            ],
        );
        target.set("__meta_scaleway_instance_region", region(&text(server, "/zone")));
        target.set("__meta_scaleway_instance_tags", surrounded(strings(server, "/tags"), ","));
        for (family, name) in [("inet", "public_ipv4_addresses"), ("inet6", "public_ipv6_addresses")] {
            let of_family = list(server, "/public_ips").iter().filter(|ip| text(ip, "/family") == family);
            let addresses: Vec<String> = of_family.map(|ip| text(ip, "/address")).collect();
            target.set(format!("{prefix}{name}"), surrounded(addresses.iter().map(String::as_str), ","));
        }
        let public = text(server, "/public_ip/address");
        if text(server, "/public_ip/family") != "inet6" {
            target.set("__meta_scaleway_instance_public_ipv4", &public);
        }
        let mut internal = text(server, "/private_ip");
        let mut addresses = vec![internal.clone(), public, text(server, "/ipv6/address")];
        if addresses.iter().all(String::is_empty) {
            let mut cards = list(server, "/private_nics").iter().map(|card| text(card, "/id"));
            internal = cards.find_map(|card| private.get(&card).cloned()).unwrap_or_default();
            addresses.push(internal.clone());
        }
        target.set("__meta_scaleway_instance_private_ipv4", &internal);
        let address = addresses.into_iter().find(|address| !address.is_empty())?;
        target.set(ADDRESS_LABEL, host_port(&address, self.config.cloud.port));
        Some(target)
    }

    async fn baremetal(&mut self) -> Result<Vec<Meta>, DiscoveryError> {
        let mut query = self.filters("project_id");
        query.extend(self.config.tags_filter.iter().map(|tag| ("tags", tag.clone())));
        let path = |what: &str| format!("baremetal/v1/zones/{}/{what}", self.config.zone);
        let (servers, offers, systems) = (path("servers"), path("offers"), path("os"));
        let servers = self.all(&servers, "servers", &query).await?;
        let offers = self.all(&offers, "offers", &[]).await?;
        let systems = self.all(&systems, "os", &[]).await?;
        Ok(servers.iter().map(|server| self.dedicated(server, &offers, &systems)).collect())
    }

    fn dedicated(&self, server: &Value, offers: &[Value], systems: &[Value]) -> Meta {
        let mut target = Meta::new();
        let prefix = "__meta_scaleway_baremetal_";
        target.set_texts(
            prefix,
            server,
            &[
                ("id", "/id"),
                ("name", "/name"),
                ("zone", "/zone"),
                ("status", "/status"),
                ("project_id", "/project_id"),
            ],
        );
        let by_id = |all: &'_ [Value], id: String| all.iter().find(|one| text(one, "/id") == id).cloned();
        if let Some(offer) = by_id(offers, text(server, "/offer_id")) {
            target.set_texts(prefix, &offer, &[("type", "/name")]);
        }
        if let Some(system) = by_id(systems, text(server, "/install/os_id")) {
            target.set_texts(prefix, &system, &[("os_name", "/name"), ("os_version", "/version")]);
        }
        target.set("__meta_scaleway_baremetal_tags", surrounded(strings(server, "/tags"), ","));
        let first = |version: &str| {
            let mut addresses = list(server, "/ips").iter();
            addresses.find(|ip| text(ip, "/version") == version).map(|ip| text(ip, "/address"))
        };
        let (v4, v6) = (first("IPv4"), first("IPv6"));
        target.set_some("__meta_scaleway_baremetal_public_ipv4", v4.as_ref());
        target.set_some("__meta_scaleway_baremetal_public_ipv6", v6.as_ref());
        let address = v4.or(v6).map(|address| host_port(&address, self.config.cloud.port));
        target.set_some(ADDRESS_LABEL, address);
        target
    }
}

/// The region of a zone: `fr-par` of `fr-par-1`.
fn region(zone: &str) -> &str {
    zone.rsplit_once('-').map_or(zone, |(region, _)| region)
}

/// The address of `address/bits`.
fn bare(address: &str) -> String {
    address.split('/').next().unwrap_or_default().to_owned()
}

impl Ask for ScalewayAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let targets = match self.config.role {
            ScalewayRole::Instance => self.instances().await?,
            ScalewayRole::Baremetal => self.baremetal().await?,
        };
        Ok(one_group("scaleway", &targets))
    }
}
