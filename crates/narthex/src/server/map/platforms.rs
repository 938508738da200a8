//! The sections of the platforms that know what runs on them: Kuma, OpenStack, Uyuni, and ZooKeeper's nodes.

use narthex_discovery::{
    DiscoveryConfig, KumaConfig, OpenStackAvailability, OpenStackConfig, OpenStackLogin, OpenStackRole,
    UyuniConfig, ZooKeeperConfig,
};
use narthex_http_client::Secret;
use url::Url;

use super::clouds::text;
use super::http;
use super::jobs::duration;
use super::services::{port, texts};
use crate::config::Node;

/// A `kuma_sd_configs` entry.
pub(super) fn kuma(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Kuma(Box::new(KumaConfig {
        client_id: text(node, "client_id"),
        fetch_timeout: duration(node, "fetch_timeout"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..KumaConfig::new(Url::parse(node.str("server")).ok()?)
    })))
}

/// An `openstack_sd_configs` entry.
pub(super) fn openstack(node: &Node) -> Option<DiscoveryConfig> {
    let role = match node.str("role") {
        "hypervisor" => OpenStackRole::Hypervisor,
        "loadbalancer" => OpenStackRole::LoadBalancer,
        _ => OpenStackRole::Instance,
    };
    let secret = |field: &str| node.has(field).then(|| Secret::new(node.str(field)));
    Some(DiscoveryConfig::OpenStack(Box::new(OpenStackConfig {
        login: OpenStackLogin {
            identity_endpoint: Url::parse(node.str("identity_endpoint")).ok(),
            username: text(node, "username"),
            userid: text(node, "userid"),
            password: secret("password"),
            project_name: text(node, "project_name"),
            project_id: text(node, "project_id"),
            domain_name: text(node, "domain_name"),
            domain_id: text(node, "domain_id"),
            application_credential_name: text(node, "application_credential_name"),
            application_credential_id: text(node, "application_credential_id"),
            application_credential_secret: secret("application_credential_secret"),
        },
        all_tenants: node.bool("all_tenants"),
        availability: match node.str("availability") {
            "internal" => OpenStackAvailability::Internal,
            "admin" => OpenStackAvailability::Admin,
            _ => OpenStackAvailability::Public,
        },
        port: port(node, "port"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..OpenStackConfig::new(role, node.str("region"))
    })))
}

/// A `uyuni_sd_configs` entry.
pub(super) fn uyuni(node: &Node) -> Option<DiscoveryConfig> {
    let server = Url::parse(node.str("server")).ok()?;
    Some(DiscoveryConfig::Uyuni(Box::new(UyuniConfig {
        entitlement: text(node, "entitlement"),
        separator: text(node, "separator"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..UyuniConfig::new(server, node.str("username"), Secret::new(node.str("password")))
    })))
}

fn zookeeper(node: &Node) -> Box<ZooKeeperConfig> {
    Box::new(ZooKeeperConfig {
        servers: texts(node, "servers"),
        paths: texts(node, "paths"),
        timeout: duration(node, "timeout"),
    })
}

/// A `serverset_sd_configs` entry.
pub(super) fn serverset(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Serverset(zookeeper(node)))
}

/// A `nerve_sd_configs` entry.
pub(super) fn nerve(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Nerve(zookeeper(node)))
}
