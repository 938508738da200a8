//! The sections of Amazon Web Services: one per service, and the one for all by their role.

use narthex_discovery::{
    AwsOptions, DiscoveryConfig, Ec2Config, EcsConfig, ElastiCacheConfig, LightsailConfig, MskConfig,
    RdsConfig,
};
use narthex_http_client::Secret;
use url::Url;

use super::clouds::{cloud, text};
use super::services::{filters, texts};
use crate::config::Node;

fn options(node: &Node) -> AwsOptions {
    let keys = node.has("access_key") && node.has("secret_key");
    let endpoint = node.str("endpoint");
    let mut cloud = cloud(node, "");
    if !endpoint.is_empty() {
        // Without a scheme it is meant to be secure.
        let whole =
            if endpoint.contains("://") { endpoint.to_owned() } else { format!("https://{endpoint}") };
        cloud.endpoint = Url::parse(&whole).ok();
    }
    AwsOptions {
        region: text(node, "region"),
        keys: keys.then(|| (text(node, "access_key"), Secret::new(node.str("secret_key")))),
        profile: text(node, "profile"),
        role_arn: text(node, "role_arn"),
        external_id: text(node, "external_id"),
        cloud,
    }
}

/// How many requests may be under way at once; a section for all services does not say it.
fn concurrency(node: &Node, usual: usize) -> usize {
    usize::try_from(node.int("request_concurrency")).ok().filter(|limit| *limit > 0).unwrap_or(usual)
}

/// An `ec2_sd_configs` entry.
pub(super) fn ec2(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Ec2(Box::new(Ec2Config { aws: options(node), filters: filters(node) })))
}

/// A `lightsail_sd_configs` entry.
pub(super) fn lightsail(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Lightsail(Box::new(LightsailConfig { aws: options(node) })))
}

/// An `ecs_sd_configs` entry.
pub(super) fn ecs(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Ecs(Box::new(EcsConfig {
        aws: options(node),
        ec2_endpoint: None,
        clusters: texts(node, "clusters"),
        request_concurrency: concurrency(node, 20),
    })))
}

/// An `msk_sd_configs` entry.
pub(super) fn msk(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Msk(Box::new(MskConfig {
        aws: options(node),
        clusters: texts(node, "clusters"),
        request_concurrency: concurrency(node, 10),
    })))
}

/// An `rds_sd_configs` entry.
pub(super) fn rds(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::Rds(Box::new(RdsConfig {
        aws: options(node),
        clusters: texts(node, "clusters"),
        filters: filters(node),
        request_concurrency: concurrency(node, 10),
    })))
}

/// An `elasticache_sd_configs` entry.
pub(super) fn elasticache(node: &Node) -> Option<DiscoveryConfig> {
    Some(DiscoveryConfig::ElastiCache(Box::new(ElastiCacheConfig {
        aws: options(node),
        clusters: texts(node, "clusters"),
        request_concurrency: concurrency(node, 10),
    })))
}

/// An `aws_sd_configs` entry.
pub(super) fn any(node: &Node) -> Option<DiscoveryConfig> {
    match node.str("role") {
        "ec2" => ec2(node),
        "lightsail" => lightsail(node),
        "ecs" => ecs(node),
        "msk" => msk(node),
        "rds" => rds(node),
        _ => elasticache(node),
    }
}
