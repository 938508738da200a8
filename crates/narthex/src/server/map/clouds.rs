//! The sections of the clouds: AWS, Azure, Google and the smaller ones.

use std::path::PathBuf;

use narthex_discovery::{
    AwsOptions, AzureAuthentication, AzureConfig, CloudOptions, DigitalOceanConfig, DigitalOceanRole,
    DiscoveryConfig, Ec2Config, GceConfig, HetznerConfig, HetznerRole, IonosConfig, LightsailConfig,
    LinodeConfig, ScalewayConfig, ScalewayRole, VultrConfig,
};
use narthex_http_client::{Secret, SecretSource};
use url::Url;

use super::http;
use super::jobs::duration;
use super::services::{filters, port, texts};
use crate::config::Node;

/// What the clouds' sections have in common; `endpoint` names the field of the API's address.
fn cloud(node: &Node, endpoint: &str) -> CloudOptions {
    CloudOptions {
        endpoint: Url::parse(node.str(endpoint)).ok(),
        port: port(node, "port"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
    }
}

fn text(node: &Node, field: &str) -> String {
    node.str(field).to_owned()
}

fn aws(node: &Node) -> AwsOptions {
    let keys = node.has("access_key") && node.has("secret_key");
    AwsOptions {
        region: text(node, "region"),
        keys: keys.then(|| (text(node, "access_key"), Secret::new(node.str("secret_key")))),
        profile: text(node, "profile"),
        role_arn: text(node, "role_arn"),
        external_id: text(node, "external_id"),
        cloud: cloud(node, "endpoint"),
    }
}

/// An `ec2_sd_configs` entry.
pub(super) fn ec2(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Ec2(Box::new(Ec2Config { aws: aws(node), filters: filters(node) }))
}

/// A `lightsail_sd_configs` entry.
pub(super) fn lightsail(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Lightsail(Box::new(LightsailConfig { aws: aws(node) }))
}

/// A `gce_sd_configs` entry.
pub(super) fn gce(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Gce(Box::new(GceConfig {
        project: text(node, "project"),
        zone: text(node, "zone"),
        filter: text(node, "filter"),
        tag_separator: text(node, "tag_separator"),
        cloud: cloud(node, ""),
    }))
}

/// An `azure_sd_configs` entry.
pub(super) fn azure(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Azure(Box::new(AzureConfig {
        environment: text(node, "environment"),
        authentication: match node.str("authentication_method") {
            "ManagedIdentity" => AzureAuthentication::ManagedIdentity,
            "SDK" => AzureAuthentication::Sdk,
            "WorkloadIdentity" => AzureAuthentication::WorkloadIdentity,
            _ => AzureAuthentication::OAuth,
        },
        tenant_id: text(node, "tenant_id"),
        client_id: text(node, "client_id"),
        client_secret: node.has("client_secret").then(|| Secret::new(node.str("client_secret"))),
        resource_group: text(node, "resource_group"),
        cloud: cloud(node, ""),
        ..AzureConfig::new(node.str("subscription_id"))
    }))
}

/// A `digitalocean_sd_configs` entry.
pub(super) fn digitalocean(node: &Node) -> DiscoveryConfig {
    let role = match node.str("role") {
        "databases" => DigitalOceanRole::Databases,
        _ => DigitalOceanRole::Droplets,
    };
    DiscoveryConfig::DigitalOcean(Box::new(DigitalOceanConfig { role, cloud: cloud(node, "") }))
}

/// A `hetzner_sd_configs` entry.
pub(super) fn hetzner(node: &Node) -> DiscoveryConfig {
    let role = if node.str("role") == "robot" { HetznerRole::Robot } else { HetznerRole::Hcloud };
    let label_selector = text(node, "label_selector");
    DiscoveryConfig::Hetzner(Box::new(HetznerConfig { role, label_selector, cloud: cloud(node, "") }))
}

/// A `linode_sd_configs` entry.
pub(super) fn linode(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Linode(Box::new(LinodeConfig {
        region: text(node, "region"),
        tag_separator: text(node, "tag_separator"),
        cloud: cloud(node, ""),
    }))
}

/// A `vultr_sd_configs` entry.
pub(super) fn vultr(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Vultr(Box::new(VultrConfig { cloud: cloud(node, "") }))
}

/// An `ionos_sd_configs` entry.
pub(super) fn ionos(node: &Node) -> DiscoveryConfig {
    let datacenter_id = text(node, "datacenter_id");
    DiscoveryConfig::Ionos(Box::new(IonosConfig { datacenter_id, cloud: cloud(node, "") }))
}

/// A `scaleway_sd_configs` entry.
pub(super) fn scaleway(node: &Node) -> DiscoveryConfig {
    let baremetal = node.str("role") == "baremetal";
    DiscoveryConfig::Scaleway(Box::new(ScalewayConfig {
        role: if baremetal { ScalewayRole::Baremetal } else { ScalewayRole::Instance },
        project_id: text(node, "project_id"),
        zone: text(node, "zone"),
        secret_key: match node.str("secret_key_file") {
            "" => SecretSource::Inline(Secret::new(node.str("secret_key"))),
            path => SecretSource::File(PathBuf::from(path)),
        },
        name_filter: text(node, "name_filter"),
        tags_filter: texts(node, "tags_filter"),
        cloud: cloud(node, "api_url"),
    }))
}
