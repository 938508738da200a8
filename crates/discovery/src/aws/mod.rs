//! Amazon Web Services: instances of EC2 and of Lightsail.
//!
//! `credentials` finds who we are, `sign` signs requests (Signature Version 4), `api` sends them.

mod api;
mod credentials;
mod ec2;
mod lightsail;
mod sign;

use std::collections::BTreeMap;

use narthex_http_client::Secret;

use crate::ask::CloudOptions;
pub(crate) use ec2::Ec2Asker;
pub(crate) use lightsail::LightsailAsker;

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
