//! The sections of the mechanisms that ask another service: DNS, Consul, Docker, Nomad, PuppetDB.
//!
//! Addresses were checked when the file was read; one that is no URL all the same makes no mechanism.

use std::collections::BTreeMap;

use narthex_discovery::{
    ConsulConfig, DiscoveryConfig, DnsConfig, DnsType, DockerConfig, NomadConfig, PuppetDbConfig,
};
use narthex_http_client::{BasicAuth, Secret, SecretSource};
use url::Url;

use super::http;
use super::jobs::duration;
use crate::config::Node;

fn texts(node: &Node, field: &str) -> Vec<String> {
    node.strings(field).into_iter().map(str::to_owned).collect()
}

fn port(node: &Node, field: &str) -> u16 {
    u16::try_from(node.int(field)).unwrap_or_default()
}

/// A `dns_sd_configs` entry.
pub(super) fn dns(node: &Node) -> DiscoveryConfig {
    DiscoveryConfig::Dns(DnsConfig {
        names: texts(node, "names"),
        record_type: match node.str("type") {
            "A" => DnsType::A,
            "AAAA" => DnsType::Aaaa,
            "MX" => DnsType::Mx,
            "NS" => DnsType::Ns,
            _ => DnsType::Srv,
        },
        port: port(node, "port"),
        refresh_interval: duration(node, "refresh_interval"),
    })
}

/// A `consul_sd_configs` entry.
pub(super) fn consul(node: &Node) -> Option<DiscoveryConfig> {
    let server = format!(
        "{}://{}/{}",
        node.str("scheme"),
        node.str("server"),
        node.str("path_prefix").trim_matches('/')
    );
    let mut http = http::options(node);
    if node.has("username") {
        http.basic_auth = Some(BasicAuth {
            username: SecretSource::Inline(Secret::new(node.str("username"))),
            password: SecretSource::Inline(Secret::new(node.str("password"))),
        });
    }
    let meta = node.get("node_meta").map_or(&[][..], Node::entries);
    let node_meta: BTreeMap<_, _> =
        meta.iter().map(|entry| (entry.key.clone(), entry.node.as_str().to_owned())).collect();
    Some(DiscoveryConfig::Consul(Box::new(ConsulConfig {
        token: node.has("token").then(|| Secret::new(node.str("token"))),
        datacenter: node.str("datacenter").to_owned(),
        namespace: node.str("namespace").to_owned(),
        partition: node.str("partition").to_owned(),
        services: texts(node, "services"),
        tags: texts(node, "tags"),
        node_meta,
        filter: node.str("filter").to_owned(),
        tag_separator: node.str("tag_separator").to_owned(),
        allow_stale: node.bool("allow_stale"),
        refresh_interval: duration(node, "refresh_interval"),
        http,
        ..ConsulConfig::new(Url::parse(&server).ok()?)
    })))
}

/// A `docker_sd_configs` entry.
pub(super) fn docker(node: &Node) -> Option<DiscoveryConfig> {
    let filters = node.list("filters").iter();
    Some(DiscoveryConfig::Docker(Box::new(DockerConfig {
        port: port(node, "port"),
        host_networking_host: node.str("host_networking_host").to_owned(),
        filters: filters.map(|filter| (filter.str("name").to_owned(), texts(filter, "values"))).collect(),
        match_first_network: node.bool("match_first_network"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..DockerConfig::new(Url::parse(node.str("host")).ok()?)
    })))
}

/// A `nomad_sd_configs` entry.
pub(super) fn nomad(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Nomad(Box::new(NomadConfig {
        namespace: node.str("namespace").to_owned(),
        region: node.str("region").to_owned(),
        allow_stale: node.bool("allow_stale"),
        tag_separator: node.str("tag_separator").to_owned(),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..NomadConfig::new(Url::parse(node.str("server")).ok()?)
    })))
}

/// A `puppetdb_sd_configs` entry.
pub(super) fn puppetdb(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::PuppetDb(Box::new(PuppetDbConfig {
        include_parameters: node.bool("include_parameters"),
        port: port(node, "port"),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..PuppetDbConfig::new(Url::parse(node.str("url")).ok()?, node.str("query"))
    })))
}
