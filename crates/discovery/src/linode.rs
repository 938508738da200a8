//! Linode: instances with their addresses.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::ask::{Ask, CloudOptions, list, one_group, strings, text};
use crate::group::ADDRESS_LABEL;
use crate::labels::{Meta, host_port, surrounded};
use crate::rest::{Rest, read_json};
use crate::{DiscoveryError, TargetGroup};

const API: &str = "https://api.linode.com";
const PREFIX: &str = "__meta_linode_";

/// One `linode_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinodeConfig {
    /// Only this region; all when empty.
    pub region: String,
    /// What stands between tags in a label.
    pub tag_separator: String,
    /// How to ask.
    pub cloud: CloudOptions,
}

impl Default for LinodeConfig {
    fn default() -> Self {
        Self { region: String::new(), tag_separator: ",".to_owned(), cloud: CloudOptions::default() }
    }
}

/// The running discovery.
#[derive(Debug)]
pub(crate) struct LinodeAsker {
    rest: Rest,
    config: LinodeConfig,
}

impl LinodeAsker {
    pub(crate) fn new(config: LinodeConfig) -> Self {
        let rest = Rest::new(config.cloud.http.clone(), config.cloud.refresh_interval);
        Self { rest, config }
    }

    /// Everything of a list in pages.
    async fn all(&mut self, what: &str) -> Result<Vec<Value>, DiscoveryError> {
        let mut headers = HeaderMap::new();
        if !self.config.region.is_empty() {
            let filter = serde_json::json!({ "region": self.config.region }).to_string();
            if let Ok(filter) = HeaderValue::from_str(&filter) {
                headers.insert(HeaderName::from_static("x-filter"), filter);
            }
        }
        let mut all = Vec::new();
        for number in 1_u64.. {
            let mut url = self.config.cloud.url(API, &format!("v4/{what}"))?;
            url.query_pairs_mut().append_pair("page", &number.to_string()).append_pair("page_size", "500");
            let (_, body) = self.rest.request(Method::GET, &url, headers.clone(), "").await?;
            let page: Value = read_json(&url, &body)?;
            all.extend_from_slice(list(&page, "/data"));
            if number >= page.pointer("/pages").and_then(Value::as_u64).unwrap_or_default() {
                break;
            }
        }
        Ok(all)
    }

    fn target(&self, instance: &Value, known: &BTreeMap<String, &Value>, ranges: &[Value]) -> Option<Meta> {
        let own = strings(instance, "/ipv4");
        if own.is_empty() {
            return None;
        }
        let mut target = Meta::new();
        let surround =
            |values: &[String]| surrounded(values.iter().map(String::as_str), &self.config.tag_separator);
        let (mut public, mut private, mut extra) = (None, None, Vec::new());
        for address in own.iter().filter_map(|address| known.get(*address)) {
            let slot = if text(address, "/public") == "true" { &mut public } else { &mut private };
            if slot.is_some() {
                extra.push(text(address, "/address"));
            } else {
                *slot = Some(*address);
            }
        }
        let slaac = text(instance, "/ipv6").split('/').next().unwrap_or_default().to_owned();
        let public6 = known.get(&slaac).copied();
        for (name, address) in [("public_ipv4", public), ("private_ipv4", private), ("public_ipv6", public6)]
        {
            let Some(address) = address else { continue };
            target.set(format!("{PREFIX}{name}"), text(address, "/address"));
            let reverse = text(address, "/rdns");
            target.set(format!("{PREFIX}{name}_rdns"), if reverse == "null" { "" } else { &reverse });
        }
        let routed = ranges.iter().filter(|range| !slaac.is_empty() && text(range, "/route_target") == slaac);
        let routed: Vec<String> =
            routed.map(|range| format!("{}/{}", text(range, "/range"), text(range, "/prefix"))).collect();
        target.set("__meta_linode_ipv6_ranges", surround(&routed));
        target.set("__meta_linode_extra_ips", surround(&extra));
        let tags: Vec<String> = strings(instance, "/tags").into_iter().map(str::to_owned).collect();
        target.set("__meta_linode_tags", surround(&tags));
        let host = public.map(|address| text(address, "/address")).unwrap_or_default();
        target.set(ADDRESS_LABEL, host_port(&host, self.config.cloud.port));
        specs(&mut target, instance);
        Some(target)
    }
}

fn specs(target: &mut Meta, instance: &Value) {
    target.set_texts(
        PREFIX,
        instance,
        &[
            ("instance_id", "/id"),
            ("instance_label", "/label"),
            ("image", "/image"),
            ("region", "/region"),
            ("type", "/type"),
            ("status", "/status"),
            ("group", "/group"),
            ("hypervisor", "/hypervisor"),
            ("specs_vcpus", "/specs/vcpus"),
        ],
    );
    let number = |at: &str| instance.pointer(at).and_then(Value::as_u64).unwrap_or_default();
    target.set("__meta_linode_gpus", number("/specs/gpus"));
    let backups = text(instance, "/backups/enabled") == "true";
    target.set("__meta_linode_backups", if backups { "enabled" } else { "disabled" });
    for (name, at) in [("disk", "/specs/disk"), ("memory", "/specs/memory"), ("transfer", "/specs/transfer")]
    {
        // Told in MiB.
        target.set(format!("{PREFIX}specs_{name}_bytes"), number(at) << 20);
    }
}

impl Ask for LinodeAsker {
    fn interval(&self) -> Duration {
        self.config.cloud.refresh_interval
    }

    async fn ask(&mut self) -> Result<Vec<TargetGroup>, DiscoveryError> {
        let instances = self.all("linode/instances").await?;
        let addresses = self.all("networking/ips").await?;
        let ranges = self.all("networking/ipv6/ranges").await?;
        let known = addresses.iter().map(|address| (text(address, "/address"), address)).collect();
        let targets: Vec<Meta> =
            instances.iter().filter_map(|instance| self.target(instance, &known, &ranges)).collect();
        Ok(one_group("Linode", &targets))
    }
}
