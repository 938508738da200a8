//! Discovery sections to [`DiscoveryConfig`]s, each by its row of [`MECHANISMS`].

use std::path::PathBuf;

use narthex_discovery::{DiscoveryConfig, FileConfig, HttpConfig, TargetGroup};
use narthex_model::Labels;
use url::Url;

use super::jobs::duration;
use super::{aws, clouds, http, kubernetes, platforms, services};
use crate::config::Node;

/// From a section to its mechanism. What was checked when the file was read always makes one.
type Map = fn(&Node) -> Option<DiscoveryConfig>;

/// The sections but `static_configs`.
pub(super) const MECHANISMS: &[(&str, Map)] = &[
    ("file_sd_configs", file),
    ("http_sd_configs", http_sd),
    ("dns_sd_configs", services::dns),
    ("consul_sd_configs", services::consul),
    ("docker_sd_configs", services::docker),
    ("dockerswarm_sd_configs", services::dockerswarm),
    ("eureka_sd_configs", services::eureka),
    ("marathon_sd_configs", services::marathon),
    ("nomad_sd_configs", services::nomad),
    ("puppetdb_sd_configs", services::puppetdb),
    ("triton_sd_configs", services::triton),
    ("kubernetes_sd_configs", kubernetes::kubernetes),
    ("kuma_sd_configs", platforms::kuma),
    ("nerve_sd_configs", platforms::nerve),
    ("openstack_sd_configs", platforms::openstack),
    ("serverset_sd_configs", platforms::serverset),
    ("uyuni_sd_configs", platforms::uyuni),
    ("aws_sd_configs", aws::any),
    ("ec2_sd_configs", aws::ec2),
    ("ecs_sd_configs", aws::ecs),
    ("elasticache_sd_configs", aws::elasticache),
    ("lightsail_sd_configs", aws::lightsail),
    ("msk_sd_configs", aws::msk),
    ("rds_sd_configs", aws::rds),
    ("azure_sd_configs", clouds::azure),
    ("digitalocean_sd_configs", clouds::digitalocean),
    ("gce_sd_configs", clouds::gce),
    ("hetzner_sd_configs", clouds::hetzner),
    ("ionos_sd_configs", clouds::ionos),
    ("linode_sd_configs", clouds::linode),
    ("oci_sd_configs", clouds::oci),
    ("outscale_sd_configs", clouds::outscale),
    ("ovhcloud_sd_configs", clouds::ovhcloud),
    ("scaleway_sd_configs", clouds::scaleway),
    ("stackit_sd_configs", clouds::stackit),
    ("vultr_sd_configs", clouds::vultr),
];

/// The mechanisms of a job.
pub(super) fn mechanisms(job: &Node) -> Vec<DiscoveryConfig> {
    let mut found = Vec::new();
    let groups: Vec<_> =
        job.list("static_configs").iter().enumerate().map(|(index, node)| group(index, node)).collect();
    if !groups.is_empty() {
        found.push(DiscoveryConfig::Static(groups));
    }
    for (field, map) in MECHANISMS {
        found.extend(job.list(field).iter().filter_map(map));
    }
    found
}

fn file(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::File(FileConfig {
        files: node.strings("files").into_iter().map(PathBuf::from).collect(),
        refresh_interval: duration(node, "refresh_interval"),
    }))
}

fn http_sd(node: &Node) -> Option<DiscoveryConfig> {
    let url = Url::parse(node.str("url")).ok()?;
    let mut config = HttpConfig {
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..HttpConfig::new(url)
    };
    // Credentials in it are no one's business.
    if config.url.username().is_empty() && config.url.password().is_none() {
        config.label = node.str("url").to_owned();
    }
    Some(DiscoveryConfig::Http(Box::new(config)))
}

fn group(index: usize, node: &Node) -> TargetGroup {
    let entries = node.get("labels").map_or(&[][..], Node::entries);
    let labels = Labels::from_pairs(entries.iter().map(|entry| (entry.key.as_str(), entry.node.as_str())));
    TargetGroup::of_addresses(index.to_string(), node.strings("targets"), labels)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::MECHANISMS;
    use crate::config::SD_FIELDS;

    /// Every section that is read and checked is executed too.
    #[test]
    fn nothing_is_left_out() {
        let mapped: BTreeSet<&str> = MECHANISMS.iter().map(|(field, _)| *field).collect();
        let known: BTreeSet<&str> =
            SD_FIELDS.iter().map(|field| field.name).filter(|name| *name != "static_configs").collect();
        assert_eq!(mapped, known);
        assert_eq!(mapped.len(), MECHANISMS.len(), "each once");
    }
}
