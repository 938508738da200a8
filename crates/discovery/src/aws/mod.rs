//! Amazon Web Services: instances of EC2 and Lightsail, tasks of ECS, nodes of MSK, RDS and ElastiCache.
//!
//! `credentials` finds who we are, `sign` signs requests (Signature Version 4), `api` sends them, `question` asks many of
//! them at a time and page by page; `fields` makes labels of XML.

mod api;
mod credentials;
mod ec2;
mod ecs;
mod elasticache;
mod fields;
mod lightsail;
mod msk;
mod question;
mod rds;
mod sign;

use std::collections::BTreeMap;

use narthex_http_client::Secret;
use url::Url;

use crate::ask::CloudOptions;
pub(crate) use credentials::Credentials;
pub(crate) use ec2::Ec2Asker;
pub(crate) use ecs::EcsAsker;
pub(crate) use elasticache::ElastiCacheAsker;
pub(crate) use lightsail::LightsailAsker;
pub(crate) use msk::MskAsker;
pub(crate) use rds::RdsAsker;
pub(crate) use sign::{Scope, sign};

/// Who asks, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AwsOptions {
    /// The region; that of the environment or of the machine we run on when empty.
    pub region: String,
    /// The keys; found in the environment, in files or on the machine when not set.
    pub keys: Option<(String, Secret)>,
    /// A profile of the shared credentials file; `default` when empty.
    pub profile: String,
    /// A role to take on with these credentials; none when empty.
    pub role_arn: String,
    /// What the role wants to hear from its takers; nothing when empty.
    pub external_id: String,
    /// How to ask.
    pub cloud: CloudOptions,
}

/// One `ec2_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ec2Config {
    /// Who asks, and where.
    pub aws: AwsOptions,
    /// Only instances that pass these filters, by name.
    pub filters: BTreeMap<String, Vec<String>>,
}

/// One `lightsail_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct LightsailConfig {
    /// Who asks, and where.
    pub aws: AwsOptions,
}

/// One `ecs_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct EcsConfig {
    /// Who asks, and where.
    pub aws: AwsOptions,
    /// EC2's address, which is asked for the machines; the public one when it is not set.
    pub ec2_endpoint: Option<Url>,
    /// Only these clusters, by name or ARN; all when empty.
    pub clusters: Vec<String>,
    /// How many requests may be under way at once.
    pub request_concurrency: usize,
}

/// One `msk_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct MskConfig {
    /// Who asks, and where.
    pub aws: AwsOptions,
    /// Only these clusters, by ARN; all when empty.
    pub clusters: Vec<String>,
    /// How many requests may be under way at once.
    pub request_concurrency: usize,
}

/// One `rds_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RdsConfig {
    /// Who asks, and where.
    pub aws: AwsOptions,
    /// Only these clusters, by identifier or ARN; all when empty.
    pub clusters: Vec<String>,
    /// Only instances that pass these filters, by name.
    pub filters: BTreeMap<String, Vec<String>>,
    /// How many requests may be under way at once.
    pub request_concurrency: usize,
}

/// One `elasticache_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ElastiCacheConfig {
    /// Who asks, and where.
    pub aws: AwsOptions,
    /// Only these caches, replication groups and clusters, by ARN; all when empty.
    pub clusters: Vec<String>,
    /// How many requests may be under way at once.
    pub request_concurrency: usize,
}
