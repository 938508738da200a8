//! Where targets come from: one file (or folder) per mechanism, and the manager that runs them.
//!
//! * [`TargetGroup`]: targets that share a source and labels; the only thing a mechanism hands on.
//! * [`DiscoveryConfig`]: one configured mechanism. Equal configurations are run once, for all who ask.
//! * [`Refresher`]: what a mechanism implements: "list all your groups". `refresh` repeats it on schedule.
//! * [`DiscoveryManager`]: runs the mechanisms, merges their groups per pool, tells of changes, debounced.
//!
//! Invariants: a failing mechanism keeps its last groups; a group that did not change keeps its `Arc`, so that
//! receivers can compare pointers; a reload keeps mechanisms whose configuration did not change.

mod config;
mod consul;
mod dns;
mod docker;
mod error;
mod file;
mod group;
mod http_sd;
mod labels;
mod manager;
mod nomad;
mod puppetdb;
mod refresh;
mod rest;

pub use config::DiscoveryConfig;
pub use consul::ConsulConfig;
pub use dns::{DnsConfig, DnsType};
pub use docker::DockerConfig;
pub use error::DiscoveryError;
pub use file::FileConfig;
pub use group::{ADDRESS_LABEL, TargetGroup};
pub use http_sd::HttpConfig;
pub use manager::{DiscoveryManager, ManagerOptions, MechanismStats, Pools, Stats};
pub use nomad::NomadConfig;
pub use puppetdb::PuppetDbConfig;
pub use refresh::{Refresh, Refresher, Updates};
