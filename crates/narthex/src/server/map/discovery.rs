//! Discovery sections to [`DiscoveryConfig`]s; those that are not executed are left out (and announced elsewhere).

use std::path::PathBuf;

use narthex_discovery::{DiscoveryConfig, FileConfig, HttpConfig, TargetGroup};
use narthex_model::Labels;
use url::Url;

use super::jobs::duration;
use super::{http, services};
use crate::config::Node;

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
    found
}

fn group(index: usize, node: &Node) -> TargetGroup {
    let entries = node.get("labels").map_or(&[][..], Node::entries);
    let labels = Labels::from_pairs(entries.iter().map(|entry| (entry.key.as_str(), entry.node.as_str())));
    TargetGroup::of_addresses(index.to_string(), node.strings("targets"), labels)
}
