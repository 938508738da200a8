//! The sections of the mechanisms that ask another service: DNS, Consul, Docker, Nomad, PuppetDB, Eureka, Marathon, Triton.
//!
//! Addresses were checked when the file was read; one that is no URL all the same makes no mechanism.

use std::collections::BTreeMap;
use std::path::PathBuf;

use narthex_discovery::{
    ConsulConfig, DiscoveryConfig, DnsConfig, DnsType, DockerConfig, EurekaConfig, MarathonConfig,
    NomadConfig, PuppetDbConfig, SwarmConfig, SwarmRole, TritonConfig, TritonRole,
};
use narthex_http_client::{BasicAuth, HttpOptions, Secret, SecretSource};
use url::Url;

use super::http;
use super::jobs::duration;
use crate::config::Node;

pub(super) fn texts(node: &Node, field: &str) -> Vec<String> {
    node.strings(field).into_iter().map(str::to_owned).collect()
}

pub(super) fn port(node: &Node, field: &str) -> u16 {
    u16::try_from(node.int(field)).unwrap_or_default()
}

/// A `dns_sd_configs` entry.
pub(super) fn dns(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Dns(DnsConfig {
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
    }))
}

/// The agent's URL. Its address may name its own protocol; behind a socket the host's name has no meaning.
fn consul_server(node: &Node, http: &mut HttpOptions) -> String {
    let prefix = node.str("path_prefix").trim_matches('/');
    let (scheme, address) = match node.str("server").split_once("://") {
        None => (node.str("scheme"), node.str("server")),
        Some(("http", address)) => (node.str("scheme"), address),
        Some(("unix", path)) => {
            http.unix_socket = Some(PathBuf::from(path));
            (node.str("scheme"), "consul")
        }
        Some((scheme, address)) => (scheme, address),
    };
    format!("{scheme}://{}/{prefix}", address.trim_end_matches('/'))
}

/// A `consul_sd_configs` entry.
pub(super) fn consul(node: &Node) -> Option<DiscoveryConfig> {
    let mut http = http::options(node);
    let server = consul_server(node, &mut http);
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
        health_filter: node.str("health_filter").to_owned(),
        tag_separator: node.str("tag_separator").to_owned(),
        allow_stale: node.bool("allow_stale"),
        refresh_interval: duration(node, "refresh_interval"),
        http,
        ..ConsulConfig::new(Url::parse(&server).ok()?)
    })))
}

/// `filters`: values by name; a name may stand several times.
pub(super) fn filters(node: &Node) -> BTreeMap<String, Vec<String>> {
    let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for filter in node.list("filters") {
        filters.entry(filter.str("name").to_owned()).or_default().extend(texts(filter, "values"));
    }
    filters
}

fn daemon(node: &Node) -> Option<DockerConfig> {
    Some(DockerConfig {
        port: port(node, "port"),
        filters: filters(node),
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..DockerConfig::new(Url::parse(node.str("host")).ok()?)
    })
}

/// A `docker_sd_configs` entry.
pub(super) fn docker(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Docker(Box::new(DockerConfig {
        host_networking_host: node.str("host_networking_host").to_owned(),
        match_first_network: node.bool("match_first_network"),
        ..daemon(node)?
    })))
}

/// A `dockerswarm_sd_configs` entry.
pub(super) fn dockerswarm(node: &Node) -> Option<DiscoveryConfig> {
    let role = match node.str("role") {
        "services" => SwarmRole::Services,
        "tasks" => SwarmRole::Tasks,
        _ => SwarmRole::Nodes,
    };
    Some(DiscoveryConfig::Swarm(Box::new(SwarmConfig { role, daemon: daemon(node)? })))
}

/// A `eureka_sd_configs` entry.
pub(super) fn eureka(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Eureka(Box::new(EurekaConfig {
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
        ..EurekaConfig::new(Url::parse(node.str("server")).ok()?)
    })))
}

/// A `marathon_sd_configs` entry.
pub(super) fn marathon(node: &Node) -> Option<DiscoveryConfig> {
    let token = match (node.str("auth_token"), node.str("auth_token_file")) {
        ("", "") => None,
        ("", path) => Some(SecretSource::File(path.into())),
        (token, _) => Some(SecretSource::Inline(Secret::new(token))),
    };
    Some(DiscoveryConfig::Marathon(Box::new(MarathonConfig {
        servers: node.strings("servers").into_iter().filter_map(|server| Url::parse(server).ok()).collect(),
        auth_token: token,
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
    })))
}

/// A `triton_sd_configs` entry.
pub(super) fn triton(node: &Node) -> Option<DiscoveryConfig> {
    let (host, number) = (node.str("endpoint"), port(node, "port"));
    let endpoint = format!("https://{host}:{number}/v{}", node.int("version"));
    Some(DiscoveryConfig::Triton(Box::new(TritonConfig {
        role: if node.str("role") == "cn" { TritonRole::ComputeNode } else { TritonRole::Container },
        endpoint: Url::parse(&endpoint).ok()?,
        dns_suffix: node.str("dns_suffix").to_owned(),
        groups: texts(node, "groups"),
        port: number,
        refresh_interval: duration(node, "refresh_interval"),
        http: http::options(node),
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
