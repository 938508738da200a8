//! Discovery sections to [`DiscoveryConfig`]s; those that are not executed are left out (and announced elsewhere).

use std::path::PathBuf;

use narthex_discovery::{DiscoveryConfig, FileConfig, HttpConfig, TargetGroup};
use narthex_model::Labels;
use url::Url;

use super::jobs::duration;
use super::{clouds, http, kubernetes, services};
use crate::config::Node;

/// From a section to its mechanism.
type Map = fn(&Node) -> DiscoveryConfig;

/// The sections of the clouds.
const CLOUDS: &[(&str, Map)] = &[
    ("ec2_sd_configs", clouds::ec2),
    ("lightsail_sd_configs", clouds::lightsail),
    ("gce_sd_configs", clouds::gce),
    ("azure_sd_configs", clouds::azure),
    ("digitalocean_sd_configs", clouds::digitalocean),
    ("hetzner_sd_configs", clouds::hetzner),
    ("linode_sd_configs", clouds::linode),
    ("vultr_sd_configs", clouds::vultr),
    ("scaleway_sd_configs", clouds::scaleway),
    ("ionos_sd_configs", clouds::ionos),
];

/// The executed mechanisms of a job.
pub(super) fn mechanisms(job: &Node) -> Vec<DiscoveryConfig> {
    let mut found = Vec::new();
    let groups: Vec<_> =
        job.list("static_configs").iter().enumerate().map(|(index, node)| group(index, node)).collect();
    if !groups.is_empty() {
        found.push(DiscoveryConfig::Static(groups));
    }
    for node in job.list("file_sd_configs") {
        found.push(DiscoveryConfig::File(FileConfig {
            files: node.strings("files").into_iter().map(PathBuf::from).collect(),
            refresh_interval: duration(node, "refresh_interval"),
        }));
    }
    for node in job.list("http_sd_configs") {
        // The address was checked when the file was read.
        let Ok(url) = Url::parse(node.str("url")) else { continue };
        found.push(DiscoveryConfig::Http(Box::new(HttpConfig {
            url,
            refresh_interval: duration(node, "refresh_interval"),
            http: http::options(node),
        })));
    }
    found.extend(job.list("dns_sd_configs").iter().map(services::dns));
    found.extend(job.list("consul_sd_configs").iter().filter_map(services::consul));
    found.extend(job.list("docker_sd_configs").iter().filter_map(services::docker));
    found.extend(job.list("nomad_sd_configs").iter().filter_map(services::nomad));
    found.extend(job.list("puppetdb_sd_configs").iter().filter_map(services::puppetdb));
    found.extend(job.list("kubernetes_sd_configs").iter().filter_map(kubernetes::kubernetes));
    found.extend(job.list("dockerswarm_sd_configs").iter().filter_map(services::dockerswarm));
    found.extend(job.list("eureka_sd_configs").iter().filter_map(services::eureka));
    found.extend(job.list("marathon_sd_configs").iter().map(services::marathon));
    found.extend(job.list("triton_sd_configs").iter().filter_map(services::triton));
    for (field, map) in CLOUDS {
        found.extend(job.list(field).iter().map(map));
    }
    found
}

fn group(index: usize, node: &Node) -> TargetGroup {
    let entries = node.get("labels").map_or(&[][..], Node::entries);
    let labels = Labels::from_pairs(entries.iter().map(|entry| (entry.key.as_str(), entry.node.as_str())));
    TargetGroup::of_addresses(index.to_string(), node.strings("targets"), labels)
}
