//! Where targets come from: one file (or folder) per mechanism, and the manager that runs them.
//!
//! * [`TargetGroup`]: targets that share a source and labels; the only thing a mechanism hands on.
//! * [`DiscoveryConfig`]: one configured mechanism. Equal configurations are run once, for all who ask.
//! * [`Refresher`]: what a mechanism implements: "list all your groups". `refresh` repeats it on schedule. Those that ask
//!   an HTTP API implement the smaller `Ask`; Kubernetes, Consul and ZooKeeper watch instead.
//! * [`DiscoveryManager`]: runs the mechanisms, merges their groups per pool, tells of changes, debounced.
//! * [`discover_once`]: one look at what configurations find, for checks.
//!
//! Invariants: a failing mechanism keeps its last groups; a group that did not change keeps its `Arc`, so that
//! receivers can compare pointers; a reload keeps mechanisms whose configuration did not change.

mod ask;
mod aws;
mod azure;
mod config;
mod consul;
mod digitalocean;
mod dns;
mod docker;
mod error;
mod eureka;
mod file;
mod gce;
mod group;
mod hetzner;
mod http_sd;
mod ionos;
mod kubernetes;
mod kuma;
mod labels;
mod linode;
mod manager;
mod marathon;
mod nomad;
mod oci;
mod openstack;
mod outscale;
mod ovhcloud;
mod puppetdb;
mod refresh;
mod rest;
mod scaleway;
mod stackit;
mod triton;
mod uyuni;
mod vultr;
mod xml;
mod zookeeper;

pub use ask::CloudOptions;
pub use aws::{AwsOptions, Ec2Config, EcsConfig, ElastiCacheConfig, LightsailConfig, MskConfig, RdsConfig};
pub use azure::{AzureAuthentication, AzureConfig};
pub use config::DiscoveryConfig;
pub use consul::ConsulConfig;
pub use digitalocean::{DigitalOceanConfig, DigitalOceanRole};
pub use dns::{DnsConfig, DnsType};
pub use docker::{DockerConfig, SwarmConfig, SwarmRole};
pub use error::DiscoveryError;
pub use eureka::EurekaConfig;
pub use file::FileConfig;
pub use gce::GceConfig;
pub use group::{ADDRESS_LABEL, TargetGroup};
pub use hetzner::{HetznerConfig, HetznerRole};
pub use http_sd::HttpConfig;
pub use ionos::IonosConfig;
pub use kubernetes::{AttachMetadata, KubernetesConfig, KubernetesRole, KubernetesSelector};
pub use kuma::KumaConfig;
pub use linode::LinodeConfig;
pub use manager::{
    DiscoveryManager, ManagerOptions, MechanismStats, Pools, REFRESH_BOUNDS, Stats, Tally, discover_once,
};
pub use marathon::MarathonConfig;
pub use nomad::NomadConfig;
pub use oci::{OciAuth, OciConfig};
pub use openstack::{OpenStackAvailability, OpenStackConfig, OpenStackLogin, OpenStackRole};
pub use outscale::OutscaleConfig;
pub use ovhcloud::{OvhCloudConfig, OvhService};
pub use puppetdb::PuppetDbConfig;
pub use refresh::{Refresh, Refresher, Updates};
pub use scaleway::{ScalewayConfig, ScalewayRole};
pub use stackit::StackitConfig;
pub use triton::{TritonConfig, TritonRole};
pub use uyuni::UyuniConfig;
pub use vultr::VultrConfig;
pub use zookeeper::ZooKeeperConfig;
