//! The sections of the clouds but Amazon's: Azure, Google, Oracle and the smaller ones.

use std::path::PathBuf;

use narthex_discovery::{
    AzureAuthentication, AzureConfig, CloudOptions, DigitalOceanConfig, DigitalOceanRole, DiscoveryConfig,
    GceConfig, HetznerConfig, HetznerRole, IonosConfig, LinodeConfig, OciAuth, OciConfig, OutscaleConfig,
    OvhCloudConfig, OvhService, ScalewayConfig, ScalewayRole, StackitConfig, VultrConfig,
};
use narthex_http_client::{Secret, SecretSource};
use url::Url;

use super::http;
use super::jobs::duration;
use super::services::{port, texts};
use crate::config::Node;

/// What the clouds' sections have in common; `endpoint` names the field of the API's address.
pub(super) fn cloud(node: &Node, endpoint: &str) -> CloudOptions {
    CloudOptions {
        endpoint: Url::parse(node.str(endpoint)).ok(),
        port: port(node, "port"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
    }
}

pub(super) fn text(node: &Node, field: &str) -> String {
    node.str(field).to_owned()
}

/// A `gce_sd_configs` entry.
pub(super) fn gce(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Gce(Box::new(GceConfig {
        project: text(node, "project"),
        zone: text(node, "zone"),
        filter: text(node, "filter"),
        tag_separator: text(node, "tag_separator"),
        cloud: cloud(node, ""),
    })))
}

/// An `azure_sd_configs` entry.
pub(super) fn azure(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Azure(Box::new(AzureConfig {
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
    })))
}

/// A `digitalocean_sd_configs` entry.
pub(super) fn digitalocean(node: &Node) -> Option<DiscoveryConfig> {
    let role = match node.str("role") {
        "databases" => DigitalOceanRole::Databases,
        _ => DigitalOceanRole::Droplets,
    };
    Some(DiscoveryConfig::DigitalOcean(Box::new(DigitalOceanConfig { role, cloud: cloud(node, "") })))
}

/// A `hetzner_sd_configs` entry.
pub(super) fn hetzner(node: &Node) -> Option<DiscoveryConfig> {
    let role = if node.str("role") == "robot" { HetznerRole::Robot } else { HetznerRole::Hcloud };
    let label_selector = text(node, "label_selector");
    Some(DiscoveryConfig::Hetzner(Box::new(HetznerConfig { role, label_selector, cloud: cloud(node, "") })))
}

/// A `linode_sd_configs` entry.
pub(super) fn linode(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Linode(Box::new(LinodeConfig {
        region: text(node, "region"),
        tag_separator: text(node, "tag_separator"),
        cloud: cloud(node, ""),
    })))
}

/// A `vultr_sd_configs` entry.
pub(super) fn vultr(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Vultr(Box::new(VultrConfig { cloud: cloud(node, "") })))
}

/// An `ionos_sd_configs` entry.
pub(super) fn ionos(node: &Node) -> Option<DiscoveryConfig> {
    let datacenter_id = text(node, "datacenter_id");
    Some(DiscoveryConfig::Ionos(Box::new(IonosConfig { datacenter_id, cloud: cloud(node, "") })))
}

/// `NAME`, or the file of `NAME_file`.
fn secret(node: &Node, name: &str) -> SecretSource {
    match node.str(&format!("{name}_file")) {
        "" => SecretSource::Inline(Secret::new(node.str(name))),
        path => SecretSource::File(PathBuf::from(path)),
    }
}

/// An `ovhcloud_sd_configs` entry.
pub(super) fn ovhcloud(node: &Node) -> Option<DiscoveryConfig> {
    let dedicated = node.str("service") == "dedicated_server";
    Some(DiscoveryConfig::OvhCloud(Box::new(OvhCloudConfig {
        service: if dedicated { OvhService::DedicatedServer } else { OvhService::Vps },
        endpoint: text(node, "endpoint"),
        application_key: text(node, "application_key"),
        application_secret: Secret::new(node.str("application_secret")),
        consumer_key: Secret::new(node.str("consumer_key")),
        refresh_interval: duration(node, "refresh_interval"),
    })))
}

/// An `outscale_sd_configs` entry.
pub(super) fn outscale(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Outscale(Box::new(OutscaleConfig {
        region: text(node, "region"),
        access_key: text(node, "access_key"),
        secret_key: secret(node, "secret_key"),
        cloud: cloud(node, "endpoint"),
    })))
}

/// A `stackit_sd_configs` entry.
pub(super) fn stackit(node: &Node) -> Option<DiscoveryConfig> {
    let inline = |field: &str| node.has(field).then(|| Secret::new(node.str(field)));
    let path = |field: &str| node.has(field).then(|| PathBuf::from(node.str(field)));
    Some(DiscoveryConfig::Stackit(Box::new(StackitConfig {
        project: text(node, "project"),
        region: text(node, "region"),
        service_account_key: inline("service_account_key"),
        service_account_key_path: path("service_account_key_path"),
        private_key: inline("private_key"),
        private_key_path: path("private_key_path"),
        credentials_file_path: path("credentials_file_path"),
        cloud: cloud(node, "endpoint"),
    })))
}

/// An `oci_sd_configs` entry.
pub(super) fn oci(node: &Node) -> Option<DiscoveryConfig> {
    let passphrase = node.has("key_passphrase") || node.has("key_passphrase_file");
    Some(DiscoveryConfig::Oci(Box::new(OciConfig {
        auth: match node.str("auth") {
            "instance_principal" => OciAuth::InstancePrincipal { metadata: None },
            _ => OciAuth::ApiKey {
                tenancy: text(node, "tenancy"),
                user: text(node, "user"),
                fingerprint: text(node, "fingerprint"),
                key_file: PathBuf::from(node.str("key_file")),
                passphrase: passphrase.then(|| secret(node, "key_passphrase")),
            },
        },
        region: text(node, "region"),
        compartments: texts(node, "compartments"),
        cloud: cloud(node, ""),
    })))
}

/// A `scaleway_sd_configs` entry.
pub(super) fn scaleway(node: &Node) -> Option<DiscoveryConfig> {
    let baremetal = node.str("role") == "baremetal";
    Some(DiscoveryConfig::Scaleway(Box::new(ScalewayConfig {
        role: if baremetal { ScalewayRole::Baremetal } else { ScalewayRole::Instance },
        project_id: text(node, "project_id"),
        zone: text(node, "zone"),
        secret_key: secret(node, "secret_key"),
        name_filter: text(node, "name_filter"),
        tags_filter: texts(node, "tags_filter"),
        cloud: cloud(node, "api_url"),
    })))
}
